//! Every column of the schema: how sensitive it is, what for, how long, and whether a person gets it when she asks for what
//! is kept of her. This is the only such list. What is sealed goes by it, and so do erasure and export; a column that stands
//! in a migrated database and not here, or here and not there, fails the build (`tests/storage/classification.rs`).
//!
//! For a new table: add it to the file of its room, say of whom its rows are ([`Of`]), and say of each column one of [`public`], [`internal`], [`personal`] and
//! [`secret`]. A personal one further says `.exported("path")` or `.withheld(…)`, and what is exported how a person reads it: a code by
//! `.reads::<List>()`, an id or a code of something with a name by `.shown(Shown::Name)`. Free text and names are `.sealed(…)`.

mod cases;
mod directory;
mod installation;
mod keeping;
mod people;
mod shown;
mod volunteers;

use std::fmt;

use naast_domain::code::Code;
use naast_domain::journal::Purpose;
use naast_domain::privacy::retention::Rule;
use naast_domain::privacy::{DataClass, WithheldBecause};

pub use shown::{Label, Shown, label};

/// A table and its columns.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// What its rows are for.
    pub purpose: Purpose,
    /// How long its rows stay.
    pub retention: Rule,
    /// Of whom or what its rows are.
    pub of: Of,
    /// The column whose moment the term counts from, for rows that go by their own age.
    pub aged_by: Option<&'static str>,
    /// Its columns.
    pub columns: &'static [Column],
}

/// Of whom or what the rows of a table are: erasing a case or a person takes them along, and so does an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Of no person: of the installation, or open data.
    Nobody,
    /// Of the person whom this column names.
    Person(&'static str),
    /// Of the request that this column names.
    Case(&'static str),
    /// Of the buddy whom this column names.
    Buddy(&'static str),
    /// Of the conversation that this column names.
    Conversation(&'static str),
    /// Of whatever the row is of that this column names by its id, in a table that is listed before.
    Row(&'static str, &'static str),
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// How sensitive it is.
    pub class: DataClass,
    /// In which form it is kept.
    pub form: Form,
    /// How long it stays, when that is not as long as its row.
    pub retention: Option<Rule>,
    /// Whether a person gets it.
    pub export: Export,
    /// How the page that she gets shows it.
    pub shown: Shown,
}

/// In which form a value is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As it is: a code, an id, a number, a time, or a text that is public.
    Plain,
    /// As a fingerprint, from which nobody gets it back.
    Fingerprint,
    /// Sealed with a key of its own or of whoever sends it, outside [`crate::keys`].
    Wrapped,
    /// Sealed under the data key of an owner.
    Sealed(SealedFor),
}

/// Whose data key seals a column; the id of its row is the column `id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealedFor {
    /// A person, whom this column names.
    Person(&'static str),
    /// A case, which this column names.
    Case(&'static str),
    /// What parent and buddy share in a case, which this column names.
    Private(&'static str),
    /// The installation.
    System,
    /// An export, whose id this column holds.
    Export(&'static str),
}

/// Whether a person gets a column when she asks for what is kept of her.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Export {
    /// It is not about a person.
    NotPersonal,
    /// She gets it, under this path of the export.
    As(&'static str),
    /// She does not get it.
    Withheld(WithheldBecause),
    /// Nobody said: a fault that a test finds.
    Undecided,
}

const fn column(name: &'static str, class: DataClass, export: Export) -> Column {
    Column { name, class, form: Form::Plain, retention: None, export, shown: Shown::AsItStands }
}

/// A column that anybody may read.
const fn public(name: &'static str) -> Column {
    column(name, DataClass::Public, Export::NotPersonal)
}

/// A column that says nothing of a person.
const fn internal(name: &'static str) -> Column {
    column(name, DataClass::Internal, Export::NotPersonal)
}

/// A column that says something of a person.
const fn personal(name: &'static str) -> Column {
    column(name, DataClass::Personal, Export::Undecided)
}

/// A column that opens a door, or that is between a parent and her buddy alone.
const fn secret(name: &'static str) -> Column {
    column(name, DataClass::Secret, Export::NotPersonal)
}

impl Column {
    const fn form(self, form: Form) -> Self {
        Self { form, ..self }
    }

    const fn sealed(self, owner: SealedFor) -> Self {
        self.form(Form::Sealed(owner))
    }

    const fn exported(self, path: &'static str) -> Self {
        Self { export: Export::As(path), ..self }
    }

    const fn withheld(self, because: WithheldBecause) -> Self {
        Self { export: Export::Withheld(because), ..self }
    }

    const fn shown(self, shown: Shown) -> Self {
        Self { shown, ..self }
    }

    /// It holds a code of this list, or several.
    const fn reads<C: Code>(self) -> Self {
        self.shown(Shown::Label(label::<C>))
    }

    const fn until(self, rule: Rule) -> Self {
        Self { retention: Some(rule), ..self }
    }
}

/// A fingerprint that leads to a person only for whoever has what it was made from.
const fn fingerprint(name: &'static str) -> Column {
    secret(name).form(Form::Fingerprint).withheld(WithheldBecause::Fingerprint)
}

/// The id of a row or of another that it belongs to.
const fn key(name: &'static str) -> Column {
    personal(name).withheld(WithheldBecause::Key)
}

const fn table(
    name: &'static str,
    of: Of,
    purpose: Purpose,
    retention: Rule,
    columns: &'static [Column],
) -> Table {
    Table { name, purpose, retention, of, aged_by: None, columns }
}

impl Table {
    /// The same, with rows that go by their own age, from the moment in this column.
    const fn aged_by(self, column: &'static str) -> Self {
        Self { aged_by: Some(column), ..self }
    }
}

/// The files of the list. A table stands behind those that it refers to: what is erased goes in the other order.
const ROOMS: &[&[Table]] = &[
    directory::TABLES,
    people::TABLES,
    volunteers::TABLES,
    cases::TABLES,
    keeping::TABLES,
    installation::TABLES,
];

/// Every table.
pub fn tables() -> impl Iterator<Item = &'static Table> {
    ROOMS.iter().copied().flatten()
}

/// A column that holds sealed values.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sealed {
    pub(crate) table: &'static str,
    pub(crate) column: &'static str,
    pub(crate) owner: SealedFor,
}

impl fmt::Display for Sealed {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}.{}", self.table, self.column)
    }
}

/// Every column that holds sealed values: what is encrypted anew and checked goes by it.
pub(crate) fn sealed() -> impl Iterator<Item = Sealed> {
    tables().flat_map(|table| {
        table.columns.iter().filter_map(|column| match column.form {
            Form::Sealed(owner) => Some(Sealed { table: table.name, column: column.name, owner }),
            _ => None,
        })
    })
}
