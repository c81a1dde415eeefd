//! `naast access-log export`: the records of readings as lines of JSON, with the fields of the Logboek Dataverwerkingen 1.0.

use std::io::Write;

use naast_domain::Moment;
use naast_persistence::columns::Key;
use naast_persistence::keys::Keys;
use naast_persistence::privacy::access_log::{self, Exported};
use naast_persistence::{OpenError, Store};
use serde_json::{Value, json};

use crate::contract::BASE;

/// How many records are read at a time.
const BATCH: i64 = 1_000;

/// The activity of the register, by its URI.
const ACTIVITY: &str = "dpl.core.processing_activity_id";

/// Writes every record from a moment on, oldest first, one to a line; says how many readings that were. Whose data were read stands there by
/// a pseudonym that only this installation's keys can make again. The activity is named by its URI in the register, under the address at
/// which clients reach this installation.
///
/// Of a call that left several records each has a line below that of the call, which is of nobody: the standard asks for a span for each of several people,
/// whose parent is the action that they belong to.
///
/// # Errors
/// What the database cannot give, and what cannot be written.
pub fn export(
    store: &Store,
    keys: &Keys,
    address: &str,
    since: Moment,
    to: &mut dyn Write,
) -> Result<u64, OpenError> {
    let mut lines = Lines { keys, address, to, written: 0 };
    let mut call: Vec<Exported> = Vec::new();
    let mut after = None;
    loop {
        let batch = store.read(|db| access_log::export(db, since, after.as_ref(), BATCH))?;
        let is_last = i64::try_from(batch.len()) != Ok(BATCH);
        after = batch.last().cloned();
        for one in batch {
            if call.first().is_some_and(|first| first.call_id != one.call_id) {
                lines.write_call(&call)?;
                call.clear();
            }
            call.push(one);
        }
        if is_last {
            lines.write_call(&call)?;
            return Ok(lines.written);
        }
    }
}

/// Where the lines go.
struct Lines<'a> {
    keys: &'a Keys,
    address: &'a str,
    to: &'a mut dyn Write,
    written: u64,
}

impl Lines<'_> {
    /// Writes what was read in one call.
    fn write_call(&mut self, records: &[Exported]) -> Result<(), OpenError> {
        let called_from = |one: &Exported| one.parent_span.map(i64::cast_unsigned);
        if let [one] = records {
            self.write(&self.reading(one, called_from(one)))?;
        } else if let Some(first) = records.first() {
            let (call, mut attributes) = (span(first.call_id), json!({}));
            if records.iter().all(|one| one.activity == first.activity) {
                attributes[ACTIVITY] = self.activity(first);
            }
            self.write(&line(first, call, called_from(first), &attributes))?;
            for one in records {
                self.write(&self.reading(one, Some(call)))?;
            }
        }
        self.written += records.len() as u64;
        Ok(())
    }

    /// The reading of somebody's data.
    fn reading(&self, one: &Exported, parent: Option<u64>) -> Value {
        let pseudonym = self.keys.blind("data-subject", &one.subject_id.0.to_string());
        let attributes = json!({
            ACTIVITY: self.activity(one),
            "dpl.core.data_subject_id": format!("{:032x}", u128::from_be_bytes(pseudonym)),
            "dpl.core.data_subject_id_type": "naast-pseudonym",
            "naast.subject_kind": one.subject_kind,
            "naast.reader_role": one.role,
            "naast.reader_organisation": one.organisation_id.map(|id| id.0),
            "naast.data_kind": one.data_kind,
            "naast.purpose": one.purpose,
        });
        line(one, span(one.id), parent, &attributes)
    }

    fn activity(&self, one: &Exported) -> Value {
        json!(format!("{}{BASE}/processing-activities/{}", self.address, one.activity))
    }

    fn write(&mut self, line: &Value) -> Result<(), OpenError> {
        writeln!(self.to, "{line}").map_err(|fault| {
            OpenError::Storage(naast_persistence::Error::Refused(format!(
                "the export could not be written: {}",
                fault.kind()
            )))
        })
    }
}

/// One action, with what a record of it says of its call.
fn line(one: &Exported, span: u64, parent: Option<u64>, attributes: &Value) -> Value {
    let hex = |span: u64| format!("{span:016x}");
    json!({
        "trace_id": one.trace_id.0.simple().to_string(),
        "span_id": hex(span),
        "parent_span_id": parent.map(hex),
        "status": "Ok",
        "name": one.operation,
        "start_time": one.began_at.0.timestamp_millis(),
        "end_time": one.ended_at.0.timestamp_millis(),
        "resource": { "attributes": { "name": "naast", "version": env!("CARGO_PKG_VERSION") } },
        "attributes": attributes,
    })
}

/// The span that an id stands for: of a random id every part is random.
fn span(id: Key) -> u64 {
    id.0.as_u64_pair().1
}
