//! The journal as lines of JSON, for a verifier that shares no code with this program. What a hash is made of stands in
//! docs/OPERATIONS.md.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::SecondsFormat;
use naast_persistence::journal::{Line, Written};
use serde_json::{Value, json};

/// One line, without its end.
pub fn line(line: &Line) -> String {
    let value = match line {
        Line::Row(row) => row_value(row),
        Line::Unreadable { chain, seq } => json!({ "chain": chain, "seq": seq, "unreadable": true }),
        Line::Misspelt { chain } => json!({ "chain": chain, "misspelt": true }),
        Line::Head { chain, seq, hash } => {
            json!({ "chain": chain, "head": { "seq": seq, "hash": STANDARD.encode(hash) } })
        }
    };
    value.to_string()
}

fn row_value(row: &Written) -> Value {
    let [role, purpose, action, object_kind, object_id] = &row.words;
    let [before, after] = &row.states;
    json!({
        "chain": row.chain,
        "seq": row.seq,
        "at": row.at.to_rfc3339_opts(SecondsFormat::Micros, true),
        "actor": row.actor,
        "role": role,
        "purpose": purpose,
        "action": action,
        "objectKind": object_kind,
        "objectId": object_id,
        "before": before,
        "after": after,
        "hash": STANDARD.encode(&row.hash),
    })
}
