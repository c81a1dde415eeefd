//! `naast access-log export`: the records of readings as lines of JSON, with the fields of the Logboek Dataverwerkingen 1.0.

use std::io::Write;

use naast_domain::Moment;
use naast_persistence::keys::Keys;
use naast_persistence::privacy::access_log;
use naast_persistence::{OpenError, Store};
use serde_json::json;

use crate::contract::BASE;

/// How many records are read at a time.
const BATCH: i64 = 1_000;

/// Writes every record from a moment on, oldest first, one to a line; says how many that were. Whose data were read stands there by
/// a pseudonym that only this installation's keys can make again. The activity is named by its URI in the register, under the address at
/// which clients reach this installation.
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
    let (mut after, mut written) = (None, 0);
    loop {
        let batch = store.read(|db| access_log::export(db, since, after, BATCH))?;
        for one in &batch {
            let pseudonym = keys.blind("data-subject", &one.subject_id.0.to_string());
            let pseudonym = format!("{:032x}", u128::from_be_bytes(pseudonym));
            // of a random id every part is random
            let span = one.id.0.as_u64_pair().1;
            let line = json!({
                "trace_id": one.trace_id.0.simple().to_string(),
                "span_id": format!("{span:016x}"),
                "parent_span_id": one.parent_span.map(|span| format!("{:016x}", span.cast_unsigned())),
                "status": "Ok",
                "name": one.operation,
                "start_time": one.began_at.0.timestamp_millis(),
                "end_time": one.ended_at.0.timestamp_millis(),
                "resource": { "name": "naast", "version": env!("CARGO_PKG_VERSION") },
                "attributes": {
                    "dpl.core.processing_activity_id": format!("{address}{BASE}/processing-activities/{}", one.activity),
                    "dpl.core.data_subject_id": pseudonym,
                    "dpl.core.data_subject_id_type": "naast-pseudonym",
                    "naast.subject_kind": one.subject_kind,
                    "naast.reader_role": one.role,
                    "naast.reader_organisation": one.organisation_id.map(|id| id.0),
                    "naast.data_kind": one.data_kind,
                    "naast.purpose": one.purpose,
                }
            });
            writeln!(to, "{line}").map_err(|fault| {
                OpenError::Storage(naast_persistence::Error::Refused(format!(
                    "the export could not be written: {}",
                    fault.kind()
                )))
            })?;
            written += 1;
        }
        match batch.last() {
            Some(last) if i64::try_from(batch.len()) == Ok(BATCH) => {
                after = Some((last.began_at.0, last.id.0));
            }
            _ => return Ok(written),
        }
    }
}
