//! Rows of any table, as text that is the same from either database: what it takes to write one down and to read it back.

use std::collections::HashMap;

use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, sql_query};

use super::BackupError;
use crate::database::Database;
use crate::{Error, on_either};

/// How many rows are read and written at a time.
const BATCH: usize = 500;

/// A column as a database has it.
#[derive(Debug, Clone, QueryableByName)]
pub(super) struct Column {
    #[diesel(sql_type = Text)]
    pub(super) name: String,
    #[diesel(sql_type = Text)]
    kind: String,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
struct Numbered {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
    #[diesel(sql_type = Text)]
    line: String,
}

/// The columns of a table, in the order of their names.
pub(super) fn columns(database: &mut Database<'_>, table: &str) -> Result<Vec<Column>, Error> {
    let question = if database.is_postgres() {
        format!(
            "SELECT column_name::text AS name, data_type::text AS kind FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = '{table}' ORDER BY column_name::text COLLATE \"C\""
        )
    } else {
        format!("SELECT name, type AS kind FROM pragma_table_info('{table}') ORDER BY name")
    };
    Ok(on_either!(database, |c| sql_query(question).load(c))?)
}

impl Column {
    /// What writes a value down.
    fn written(&self) -> String {
        let name = &self.name;
        match self.kind.as_str() {
            "BLOB" => format!("CASE WHEN {name} IS NULL THEN NULL ELSE lower(hex({name})) END"),
            "bytea" => format!("encode({name}, 'hex')"),
            "boolean" => format!("{name}::int"),
            "uuid" | "jsonb" | "date" => format!("{name}::text"),
            "timestamp with time zone" => {
                format!("to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
            }
            _ => name.clone(),
        }
    }

    /// What reads the value at a place of a row back.
    fn read(&self, place: usize) -> String {
        match self.kind.as_str() {
            "TEXT" | "INTEGER" => format!("json_extract(value, '$[{place}]')"),
            "BLOB" => format!("unhex(json_extract(value, '$[{place}]'))"),
            "bytea" => format!("decode(value ->> {place}, 'hex')"),
            "boolean" => format!("((value ->> {place})::int)::boolean"),
            "timestamp with time zone" => format!("(value ->> {place})::timestamptz"),
            kind => format!("(value ->> {place})::{kind}"),
        }
    }
}

/// How the values of every table are written down.
pub(crate) struct Catalogue(HashMap<String, Written>);

#[derive(QueryableByName)]
struct Listed {
    #[diesel(sql_type = Text)]
    of: String,
    #[diesel(embed)]
    column: Column,
}

impl Catalogue {
    /// As the database has its tables, in one question: PostgreSQL's catalogue takes longer to read than most of the tables
    /// that it speaks of.
    pub(crate) fn of(database: &mut Database<'_>) -> Result<Self, Error> {
        let question = if database.is_postgres() {
            "SELECT table_name::text AS \"of\", column_name::text AS name, data_type::text AS kind \
             FROM information_schema.columns WHERE table_schema = current_schema()"
        } else {
            "SELECT tables.name AS \"of\", columns.name AS name, columns.type AS kind \
             FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'"
        };
        let listed: Vec<Listed> = on_either!(database, |c| sql_query(question).load(c))?;
        let mut tables: HashMap<String, Written> = HashMap::new();
        for one in listed {
            tables.entry(one.of).or_insert_with(|| Written(Vec::new())).0.push(one.column);
        }
        Ok(Self(tables))
    }

    /// Of one table; nothing, when the database has no such table.
    pub(crate) fn table(&self, name: &str) -> Option<&Written> {
        self.0.get(name)
    }
}

/// How the values of a table are written down.
pub(crate) struct Written(Vec<Column>);

impl Written {
    fn column(&self, name: &str) -> Option<&Column> {
        self.0.iter().find(|column| column.name == name)
    }

    /// What writes the value of a column down.
    pub(crate) fn of_column(&self, name: &str) -> String {
        self.column(name).map_or_else(|| "NULL".to_owned(), Column::written)
    }

    /// Whether a column holds a document: SQLite keeps one as text and does not know.
    pub(crate) fn is_document(&self, name: &str) -> bool {
        ["about", "findings", "municipalities"].contains(&name)
            || self.column(name).is_some_and(|column| column.kind == "jsonb")
    }
}

/// Reads a table, in batches: a JSON array of rows, each an array, and how many.
pub(super) fn read(
    database: &mut Database<'_>,
    table: &str,
    columns: &[Column],
    mut with: impl FnMut(String, u64) -> Result<(), BackupError>,
) -> Result<(), BackupError> {
    let values = columns.iter().map(Column::written).collect::<Vec<_>>().join(", ");
    let mut send = |lines: Vec<String>| with(format!("[{}]", lines.join(",")), lines.len() as u64);
    match database {
        Database::Sqlite(c) => {
            let mut after = i64::MIN;
            loop {
                let question = format!(
                    "SELECT rowid AS number, json_array({values}) AS line FROM {table} WHERE rowid > {after} \
                     ORDER BY rowid LIMIT {BATCH}"
                );
                let rows: Vec<Numbered> = sql_query(question).load(*c).map_err(Error::from)?;
                let Some(last) = rows.last() else { return Ok(()) };
                after = last.number;
                send(rows.into_iter().map(|row| row.line).collect())?;
            }
        }
        Database::Postgres(c) => {
            let declare = format!(
                "DECLARE backup NO SCROLL CURSOR FOR SELECT json_build_array({values})::text AS line FROM {table}"
            );
            sql_query(declare).execute(*c).map_err(Error::from)?;
            loop {
                let rows: Vec<Row> =
                    sql_query(format!("FETCH {BATCH} FROM backup")).load(*c).map_err(Error::from)?;
                if rows.is_empty() {
                    break;
                }
                send(rows.into_iter().map(|row| row.line).collect())?;
            }
            sql_query("CLOSE backup").execute(*c).map_err(Error::from)?;
            Ok(())
        }
    }
}

/// Writes a batch of rows into a table; `order` names the columns in the order in which the rows hold them.
pub(super) fn write(
    database: &mut Database<'_>,
    table: &str,
    order: &[String],
    rows: &str,
) -> Result<usize, BackupError> {
    let columns = columns(database, table)?;
    let mut read = Vec::with_capacity(order.len());
    for (place, name) in order.iter().enumerate() {
        let column = columns.iter().find(|column| &column.name == name);
        read.push(column.ok_or(BackupError::Unreadable("a column that is not there"))?.read(place));
    }
    let (names, read) = (order.join(", "), read.join(", "));
    let done = match database {
        Database::Sqlite(c) => {
            sql_query(format!("INSERT INTO {table} ({names}) SELECT {read} FROM json_each(?)"))
                .bind::<Text, _>(rows)
                .execute(*c)
        }
        Database::Postgres(c) => sql_query(format!(
            "INSERT INTO {table} ({names}) SELECT {read} FROM jsonb_array_elements($1::jsonb)"
        ))
        .bind::<Text, _>(rows)
        .execute(*c),
    };
    Ok(done.map_err(Error::from)?)
}

/// Bytes as two hexadecimal digits each.
pub(super) fn digits(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes that two hexadecimal digits each stand for.
pub(super) fn bytes(text: &str) -> Option<Vec<u8>> {
    (0..text.len())
        .step_by(2)
        .map(|at| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect()
}
