//! Every operation for every caller on every column, as the table says: status, body, and the database.

use std::collections::BTreeMap;

use naast_tests::app::Reply;

use super::calls::{call, state_for};
use super::cast::{NAMES, scope_of};
use super::markers::{Marker, markers};
use super::objects::{Objects, crossed_with, second_id};
use super::stage::Stage;
use super::table::{Block, Cell, Column, Operation, Table, operations};
use crate::looks::{contents, count, differing, seen};

/// What was tried, and what was wrong.
pub struct Matrix<'a> {
    stage: &'a Stage,
    table: &'a Table,
    markers: Vec<Marker>,
    /// How many calls were made.
    pub tried: usize,
    /// How many of them were refused.
    pub refused: usize,
    /// Everything that is not as the table says.
    pub faults: Vec<String>,
}

impl<'a> Matrix<'a> {
    /// Nothing was tried yet.
    pub fn new(stage: &'a Stage, table: &'a Table) -> Self {
        Self { stage, table, markers: markers(stage), tried: 0, refused: 0, faults: Vec::new() }
    }

    /// Tries every operation.
    pub fn run(&mut self) {
        self.own_pages();
        // what takes everything back comes last: the cases that stand all along are withdrawn by it
        let (last, first): (Vec<_>, Vec<_>) =
            operations().into_iter().partition(|operation| operation.id == "withdrawAllMyConsents");
        for operation in first.into_iter().chain(last) {
            let block = self.table.block(&operation.id);
            self.refusals(&operation, block);
            self.crossed(&operation, block);
            self.allowed(&operation, block);
        }
    }

    /// What a collection shows without a filter: the caller's own, and of nobody else.
    fn own_pages(&mut self) {
        const PARENTS: &[&str] = &["parent", "other-parent"];
        const BUDDIES: &[&str] = &["buddy", "other-buddy", "former-buddy"];
        for (path, have) in [
            ("/support-requests", vec![PARENTS]),
            ("/matches", vec![PARENTS, BUDDIES]),
            ("/buddies", vec![BUDDIES]),
        ] {
            for caller in NAMES {
                let token = self.stage.cast.token(caller);
                let headers: Vec<_> = token.into_iter().map(|token| ("authorization", token)).collect();
                let reply = self.stage.world.app.send("GET", &format!("/v1{path}"), &headers, Vec::new());
                self.tried += 1;
                let expected = match *caller {
                    "anonymous" | "unknown" => 401,
                    caller if scope_of(caller).is_some() => 403,
                    _ => 200,
                };
                let has_rows = reply.body["data"].as_array().is_some_and(|rows| !rows.is_empty());
                let should = have.iter().any(|some| some.contains(caller));
                if reply.status != expected || has_rows != should {
                    self.faults
                        .push(format!("GET {path} by {caller}: {} with rows: {has_rows}", reply.status));
                }
                let leaks = self.leaks(caller, &reply);
                if !leaks.is_empty() {
                    self.faults.push(format!("GET {path} by {caller} shows {leaks}"));
                }
            }
        }
    }

    /// What an answer shows that this caller must not see.
    fn leaks(&self, caller: &str, reply: &Reply) -> String {
        let text = String::from_utf8_lossy(&reply.bytes);
        let not_hers =
            |marker: &&Marker| text.contains(&marker.text) && !marker.may_be_seen(self.table, caller);
        let leaks: Vec<&str> =
            self.markers.iter().filter(not_hers).map(|marker| marker.what.as_str()).collect();
        leaks.join(", ")
    }

    fn fault(&mut self, operation: &Operation, caller: &str, column: Column, what: &str) {
        self.faults.push(format!("{} by {caller} on {column:?}: {what}", operation.id));
    }

    fn cells(block: &Block) -> Vec<(&'static str, Column, Cell)> {
        let columns = if block.columns.is_empty() { &[Column::Own] } else { block.columns.as_slice() };
        let cell = |caller: &'static str, column| Some((caller, column, block.cell(caller, column)?));
        NAMES
            .iter()
            .flat_map(|caller| columns.iter().filter_map(move |column| cell(caller, *column)))
            .collect()
    }

    /// Whoever may not is refused; cannot tell what is there from what is not; and changes nothing.
    fn refusals(&mut self, operation: &Operation, block: &Block) {
        let (before, records) = (contents(&self.stage.world), count(&self.stage.world, "access_log"));
        let (mut nowhere, mut told) = (BTreeMap::<&str, String>::new(), 0);
        let (mut hidden, need) = (Vec::new(), state_for(&operation.id));
        for (caller, column, cell) in Self::cells(block).into_iter().filter(|(_, _, cell)| !cell.is_kind()) {
            let reply = call(self.stage, operation, caller, &self.stage.standing(column, need));
            self.refused += 1;
            told += i64::from(reply.status == 409);
            self.check(operation, caller, column, cell, &reply);
            if column == Column::Missing {
                nowhere.insert(caller, seen(&reply));
            } else if cell.hides() {
                hidden.push((caller, column, seen(&reply)));
            }
        }
        for (caller, column, there) in hidden {
            match nowhere.get(caller) {
                Some(not_there) if *not_there == there => {}
                Some(_) => self.fault(operation, caller, column, "tells that the object is there"),
                None if block.columns.contains(&Column::Missing) => {
                    self.fault(
                        operation,
                        caller,
                        column,
                        "is hidden, so the column `missing` must be refused too",
                    );
                }
                None => {}
            }
        }
        self.unchanged(operation, &before, (records, told));
    }

    /// Nothing is written but the records of those who were told by a rule how a case stands: at most one for each.
    fn unchanged(
        &mut self,
        operation: &Operation,
        before: &BTreeMap<String, String>,
        (records, told): (i64, i64),
    ) {
        let left = count(&self.stage.world, "access_log") - records;
        let mut changed = differing(before, &contents(&self.stage.world));
        changed.retain(|table| table.as_str() != "access_log" || !(1..=told).contains(&left));
        if !changed.is_empty() {
            self.faults.push(format!("{}: a call that is refused changed {changed:?}", operation.id));
        }
    }

    /// An id that belongs under another one is not there, also for whoever may read both.
    fn crossed(&mut self, operation: &Operation, block: &Block) {
        let Some(name) = second_id(&operation.template) else { return };
        let need = state_for(&operation.id);
        let (own, missing) =
            (self.stage.standing(Column::Own, need), self.stage.standing(Column::Missing, need));
        // another case of the same organisation has a membership of its own there
        let other = if name == "membershipId" { Column::Foreign } else { Column::Sister };
        let mut other = self.stage.standing(other, need);
        if name == "holdId" {
            other.hold = self.stage.hold(&other.request);
        }
        let (before, records) = (contents(&self.stage.world), count(&self.stage.world, "access_log"));
        let mut told = 0;
        for caller in NAMES
            .iter()
            .copied()
            .filter(|caller| block.cell(caller, Column::Own).is_some_and(|cell| cell != Cell::Status(401)))
        {
            let mut under = |of: &Objects| {
                self.tried += 1;
                let reply = call(self.stage, operation, caller, &crossed_with(name, &own, of));
                told += i64::from(reply.status == 409);
                seen(&reply)
            };
            let (nowhere, there) = (under(&missing), under(&other));
            if there != nowhere || there.starts_with('2') {
                self.fault(operation, caller, Column::Own, "reaches by one id what belongs under another");
            }
        }
        self.unchanged(operation, &before, (records, told));
        if name == "holdId" {
            self.stage.lift(&other.request);
        }
    }

    /// Whoever may, can; what changes something is written down; and nobody sees what is not hers to see.
    fn allowed(&mut self, operation: &Operation, block: &Block) {
        let cells: Vec<_> = Self::cells(block).into_iter().filter(|(_, _, cell)| cell.is_kind()).collect();
        let (stage, need) = (self.stage, state_for(&operation.id));
        // the first calls tell whether anything was written down at all; those that repeat one need not write again
        // a code that is asked for goes out as a letter; nothing is written before it is used. Nobody of the cast asked to be erased, which would end
        // her case: that it is taken back is tried in asked_for.rs
        let leaves_no_row = ["requestSignInCode", "takeBackErasure"].contains(&operation.id.as_str());
        let mut written = operation.only_reads() || cells.is_empty() || leaves_no_row;
        for (caller, column, cell) in cells {
            let reply = if operation.only_reads() {
                call(stage, operation, caller, &stage.standing(column, need))
            } else {
                stage.with_fresh(&operation.id, &operation.template, (column, need), |on| {
                    let before = if written { 0 } else { count(&stage.world, "journal") };
                    let reply = call(stage, operation, caller, on);
                    written = written || count(&stage.world, "journal") > before;
                    reply
                })
            };
            self.check(operation, caller, column, cell, &reply);
        }
        if !written {
            self.faults.push(format!("{}: nobody's call changed anything", operation.id));
        }
    }

    fn check(&mut self, operation: &Operation, caller: &str, column: Column, cell: Cell, reply: &Reply) {
        self.tried += 1;
        if reply.status != cell.status() {
            let told = String::from_utf8_lossy(&reply.bytes);
            self.fault(operation, caller, column, &format!("{} and not {cell}: {told}", reply.status));
            return;
        }
        let rows = reply.body["data"].as_array().map(Vec::len);
        let shows = match cell {
            Cell::None => rows == Some(0),
            // where the table says `none` for somebody, it means rows when it says 200
            _ if cell.is_kind() && self.has_empty_pages(operation) => rows.is_some_and(|rows| rows > 0),
            Cell::Status(_) => true,
        };
        if !shows {
            self.fault(operation, caller, column, &format!("{cell}, but the page has {rows:?} rows"));
        }
        let mut leaks = self.leaks(caller, reply);
        // whom a tie keeps from the case is told back the id that she named, when the parent stops
        let stops = ["withdrawSupportRequest", "withdrawConsent"].contains(&operation.id.as_str());
        if stops && caller == "tied-coordinator" && leaks == format!("the request ({column:?})") {
            leaks.clear();
        }
        // whoever looks after the platform reads that something happened to a case, by its id and nothing else
        let reads_every_feed = operation.id == "listEvents" && ["administrator", "auditor"].contains(&caller);
        // and so does a system that reads the feed of the programme
        let reads_the_feed =
            operation.id == "listEvents" && caller == "system-events-read" && column == Column::Own;
        if !leaks.is_empty() && !reads_every_feed && !reads_the_feed {
            self.fault(operation, caller, column, &format!("shows {leaks}"));
        }
    }

    fn has_empty_pages(&self, operation: &Operation) -> bool {
        Self::cells(self.table.block(&operation.id)).iter().any(|(_, _, cell)| *cell == Cell::None)
    }
}
