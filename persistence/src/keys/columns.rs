//! Every column that holds sealed values: what is sealed at first, encrypted anew and checked goes by this list.

/// A column of sealed values; the id of its row is the column `id`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    pub(crate) table: &'static str,
    pub(crate) name: &'static str,
    /// The kind of owner of its data key, and the column that names the owner.
    pub(crate) owner: (&'static str, &'static str),
}

const fn column(table: &'static str, column: &'static str, owner: (&'static str, &'static str)) -> Column {
    Column { table, name: column, owner }
}

pub(crate) const SEALED: &[Column] = &[
    column("people", "name", ("person", "id")),
    column("buddies", "first_name", ("person", "person_id")),
    column("support_requests", "contact_name", ("case", "id")),
    column("support_requests", "contact_value", ("case", "id")),
    column("private_entries", "words", ("private", "request_id")),
];
