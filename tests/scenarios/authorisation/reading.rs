//! Reads the reviewed table, and finds what is wrong with it: an operation without a block, a block without an operation,
//! a caller who is named twice or not at all.

use std::collections::{BTreeMap, BTreeSet};

use super::cast::{NAMES, scope_of};
use super::table::{Block, Cell, Column, Table, operations};

/// The table while it is read.
#[derive(Default)]
pub struct Reading {
    groups: BTreeMap<String, Vec<String>>,
    blocks: BTreeMap<String, Block>,
    open: Vec<String>,
    otherwise: BTreeMap<String, Vec<Cell>>,
    faults: Vec<String>,
}

impl Reading {
    /// Reads a table.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(mut self, text: &str) -> Result<Table, Vec<String>> {
        for (number, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default();
            let words: Vec<&str> = line.split_whitespace().collect();
            let at = format!("table.txt line {}", number + 1);
            match words.as_slice() {
                [] => {}
                ["group", name, "=", members @ ..] => self.group(&at, name, members),
                _ if line.starts_with(' ') => self.row(&at, &words),
                _ => self.head(&at, &words),
            }
        }
        self.fill();
        self.against_the_contract();
        if self.faults.is_empty() { Ok(Table { blocks: self.blocks }) } else { Err(self.faults) }
    }

    fn fault(&mut self, at: &str, what: &str) {
        self.faults.push(format!("{at}: {what}"));
    }

    /// The callers that a word means.
    fn callers(&mut self, at: &str, word: &str) -> Vec<String> {
        if let Some(group) = self.groups.get(word) {
            return group.clone();
        }
        if !NAMES.contains(&word) {
            self.fault(at, &format!("there is no caller or group `{word}`; the callers are in cast.rs"));
        }
        vec![word.to_owned()]
    }

    fn group(&mut self, at: &str, name: &str, members: &[&str]) {
        for member in members {
            let callers = self.callers(at, member);
            self.groups.entry(name.to_owned()).or_default().extend(callers);
        }
    }

    fn head(&mut self, at: &str, words: &[&str]) {
        let columns: Vec<Column> = words.iter().filter_map(|word| Column::parse(word)).collect();
        self.open = words[..words.len() - columns.len()].iter().map(|word| (*word).to_owned()).collect();
        for operation in self.open.clone() {
            let block = Block { columns: columns.clone(), rows: BTreeMap::new() };
            if self.blocks.insert(operation.clone(), block).is_some() {
                self.fault(at, &format!("{operation} has a block already"));
            }
        }
    }

    fn row(&mut self, at: &str, words: &[&str]) {
        let from = words.iter().position(|word| Cell::parse(word).is_some()).unwrap_or(words.len());
        let (who, said) = words.split_at(from);
        let cells: Vec<Cell> = said.iter().filter_map(|word| Cell::parse(word)).collect();
        let Some(first) = self.open.first().cloned() else { return self.fault(at, "no operation above it") };
        let width = self.blocks.get(&first).map_or(1, |block| block.columns.len().max(1));
        if cells.len() != said.len() || ![1, width].contains(&cells.len()) {
            return self.fault(at, &format!("one status, or {width}: one for each column"));
        }
        let cells: Vec<Cell> = (0..width).map(|place| cells[place % cells.len()]).collect();
        for word in who {
            if *word == "otherwise" {
                for operation in &self.open {
                    self.otherwise.insert(operation.clone(), cells.clone());
                }
                continue;
            }
            for caller in self.callers(at, word) {
                let twice = self.open.iter().any(|operation| {
                    let rows = self.blocks.get_mut(operation).map(|block| &mut block.rows);
                    rows.is_some_and(|rows| rows.insert(caller.clone(), cells.clone()).is_some())
                });
                if twice {
                    self.fault(at, &format!("{caller} is named twice"));
                }
            }
        }
    }

    /// Gives everybody who is not named what `otherwise` says; who has no account is sent to sign in.
    fn fill(&mut self) {
        for (operation, block) in &mut self.blocks {
            let width = block.columns.len().max(1);
            for caller in NAMES {
                let rest = match *caller {
                    "anonymous" | "unknown" => Some(vec![Cell::Status(401); width]),
                    // a system has its scope and nothing else
                    system if scope_of(system).is_some() => Some(vec![Cell::Status(403); width]),
                    _ => self.otherwise.get(operation).cloned(),
                };
                match rest {
                    _ if block.rows.contains_key(*caller) => {}
                    Some(cells) => {
                        block.rows.insert((*caller).to_owned(), cells);
                    }
                    None => self.faults.push(format!(
                        "table.txt: the block of {operation} does not say what {caller} gets; name her, or add `otherwise`"
                    )),
                }
            }
        }
    }

    fn against_the_contract(&mut self) {
        let known: BTreeSet<String> = operations().into_iter().map(|one| one.id).collect();
        for operation in self.blocks.keys().filter(|operation| !known.contains(*operation)) {
            self.faults.push(format!("table.txt: openapi.yaml has no operation {operation}"));
        }
        for operation in operations() {
            let columns = match columns_of(&operation.template) {
                [] => String::new(),
                columns => format!("   {}", columns.join("  ")),
            };
            let fault = match self.blocks.get(&operation.id) {
                None => format!(
                    "{id} ({method} {template}) has no block in tests/scenarios/authorisation/table.txt. Add one, after \
                     review:\n\n{id}{columns}\n  some-caller 200 ...\n  otherwise   404\n\nand say in calls.rs which body it \
                     takes and in which state its object must be. See CONTRIBUTING.md.",
                    id = operation.id,
                    method = operation.method,
                    template = operation.template,
                ),
                Some(block)
                    if columns_of(&operation.template).iter().any(|name| {
                        Column::parse(name).is_some_and(|column| !block.columns.contains(&column))
                    }) =>
                {
                    format!(
                        "table.txt: {} has an object in its path, so its block needs the columns{columns}",
                        operation.id
                    )
                }
                Some(_) => continue,
            };
            self.faults.push(fault);
        }
    }
}

/// The columns that an operation on this path must be tried in, at least.
fn columns_of(template: &str) -> &'static [&'static str] {
    let cases = ["/support-requests/{", "/proposals/{", "/matches/{", "/buddies/{"];
    if cases.iter().any(|case| template.starts_with(case)) {
        &["own", "over", "sister", "foreign", "missing"]
    } else if template.starts_with("/conversations/{") {
        &["own", "sister", "foreign", "missing"]
    } else if template.contains('{') {
        &["own", "missing"]
    } else {
        &[]
    }
}
