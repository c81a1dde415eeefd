//! The reviewed table: what each caller gets of each operation, in each column.

use std::collections::BTreeMap;
use std::fmt;

use naast_api::contract::CONTRACT;

use super::reading::Reading;

const TEXT: &str = include_str!("table.txt");

/// What an operation is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// The case at hand.
    Own,
    /// A case of the same parent that is over.
    Over,
    /// Another case of the same programme and school.
    Sister,
    /// A case of another programme at another school.
    Foreign,
    /// Nothing: ids that nobody has.
    Missing,
}

impl Column {
    /// Every column.
    pub const ALL: [(&'static str, Self); 5] = [
        ("own", Self::Own),
        ("over", Self::Over),
        ("sister", Self::Sister),
        ("foreign", Self::Foreign),
        ("missing", Self::Missing),
    ];

    pub(super) fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == word).map(|(_, column)| *column)
    }
}

/// What a caller gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// This status.
    Status(u16),
    /// A page without rows.
    None,
}

impl Cell {
    pub(super) fn parse(word: &str) -> Option<Self> {
        match word {
            "none" => Some(Self::None),
            _ if word.len() == 3 => word.parse().ok().map(Self::Status),
            _ => None,
        }
    }

    /// The HTTP status.
    pub fn status(self) -> u16 {
        match self {
            Self::Status(status) => status,
            Self::None => 200,
        }
    }

    /// Whether it is done or shown.
    pub fn is_kind(self) -> bool {
        matches!(self, Self::Status(200..300))
    }

    /// Whether the caller reaches the object: also when its state does not allow it now.
    pub fn reaches(self) -> bool {
        self.is_kind() || self == Self::Status(409)
    }

    /// Whether the caller must not be able to tell the object from a missing one.
    pub fn hides(self) -> bool {
        matches!(self, Self::None | Self::Status(403 | 404))
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(to, "{status}"),
            Self::None => to.write_str("none"),
        }
    }
}

/// The block of one operation.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// The columns that it is tried in; empty when it has no object.
    pub columns: Vec<Column>,
    pub(super) rows: BTreeMap<String, Vec<Cell>>,
}

impl Block {
    /// What a caller gets in a column; without columns, at all.
    pub fn cell(&self, caller: &str, column: Column) -> Option<Cell> {
        let place =
            if self.columns.is_empty() { 0 } else { self.columns.iter().position(|one| *one == column)? };
        self.rows.get(caller).and_then(|cells| cells.get(place)).copied()
    }
}

/// An operation of the contract.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its operationId.
    pub id: String,
    /// Its method, in capitals.
    pub method: String,
    /// Its path, with placeholders.
    pub template: String,
    /// Whether it takes a body.
    pub takes_body: bool,
    /// Whether it asks for `If-Match`.
    pub asks_version: bool,
}

impl Operation {
    /// Whether it only reads.
    pub fn only_reads(&self) -> bool {
        self.method == "GET" || self.template.ends_with("/_search")
    }
}

/// Every operation of the contract that the server publishes.
pub fn operations() -> Vec<Operation> {
    let paths = CONTRACT.document["paths"].as_object().expect("paths");
    let mut all = Vec::new();
    for (template, item) in paths {
        for (method, operation) in item.as_object().expect("operations") {
            let Some(id) = operation["operationId"].as_str() else { continue };
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            all.push(Operation {
                id: id.to_owned(),
                method: method.to_uppercase(),
                template: template.clone(),
                takes_body: !operation["requestBody"].is_null(),
                asks_version: parameters.into_iter().any(|one| one["name"] == "If-Match"),
            });
        }
    }
    all
}

/// The table.
pub struct Table {
    pub(super) blocks: BTreeMap<String, Block>,
}

impl Table {
    /// Reads the table of the repository.
    ///
    /// # Errors
    /// Everything that is wrong with it, in words that say what to write where.
    pub fn read() -> Result<Self, Vec<String>> {
        Reading::default().read(TEXT)
    }

    /// The block of an operation that the table has: [`Self::read`] saw to it.
    pub fn block(&self, operation: &str) -> &Block {
        self.blocks.get(operation).unwrap_or_else(|| panic!("no block for {operation}"))
    }

    /// What a caller gets.
    pub fn cell(&self, operation: &str, caller: &str, column: Column) -> Option<Cell> {
        self.block(operation).cell(caller, column)
    }
}
