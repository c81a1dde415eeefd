//! A verifier in another language reads the same journal. Where the two do not say the same, one of them is wrong.

use std::io::Write as _;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use naast_api::journal::line;
use naast_persistence::Store;
use naast_persistence::journal::{DamageKind, Head, Verification, export};
use serde_json::json;

/// The journal as it is written out.
fn written(store: &Store) -> String {
    let mut text = String::new();
    let exported = store.read(|database| {
        export(database, |one| {
            text.push_str(&line(&one));
            text.push('\n');
            true
        })
    });
    exported.expect("the journal can be read");
    text
}

/// What the second verifier says of the journal: each damage as `chain row kind`.
pub fn second_opinion(store: &Store, anchors: &[Head]) -> Vec<String> {
    let mut file = tempfile::NamedTempFile::new().expect("the temporary folder can be written to");
    for anchor in anchors {
        let line = json!({
            "chain": anchor.chain.uuid(),
            "seq": anchor.seq,
            "hash": STANDARD.encode(anchor.hash),
            "at": "2026-01-01T00:00:00.000000Z",
            "signature": "",
        });
        writeln!(file, "{line}").expect("written");
    }
    let mut python = Command::new("python3");
    python.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/verifier/journal.py")).arg("--anchors").arg(file.path());
    let mut running = python
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the second verifier needs python3");
    running.stdin.take().expect("piped").write_all(written(store).as_bytes()).expect("it reads to the end");
    let output = running.wait_with_output().expect("it ends");
    let text = String::from_utf8(output.stdout).expect("text");
    assert_eq!(output.status.code(), Some(if text.is_empty() { 0 } else { 3 }), "{text}");
    text.lines().map(|line| line.replace("chain ", "").replace(" at row ", " ").replace(": ", " ")).collect()
}

/// What the program itself found, in the same form.
pub fn first_opinion(seen: &Verification) -> Vec<String> {
    let mut lines: Vec<_> = seen
        .damages
        .iter()
        .map(|damage| {
            let kind = match damage.kind {
                DamageKind::Gap => "gap",
                DamageKind::Altered => "altered",
                DamageKind::HeadDiffers => "head-differs",
                DamageKind::AnchorDiffers => "anchor-differs",
            };
            format!("{} {} {kind}", damage.chain.uuid(), damage.seq)
        })
        .collect();
    lines.sort();
    lines
}
