//! An auditor who trusts no program of ours reads the journal with the second verifier, against the signed anchors.

use std::path::Path;
use std::process::{Command, Output};

use naast_tests::world::World;
use naast_tests::{Engine, on_both};

use crate::command_line::naast;

on_both!(an_auditor_checks_the_journal_and_its_signed_anchors_with_a_verifier_of_her_own);

fn verified(rows: &Path, anchors: &Path, keys: &Path) -> Output {
    Command::new("python3")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/verifier/journal.py"))
        .args(["--anchors".as_ref(), anchors.as_os_str(), "--keys".as_ref(), keys.as_os_str()])
        .stdin(std::fs::File::open(rows).expect("written before"))
        .output()
        .expect("the second verifier needs python3")
}

fn an_auditor_checks_the_journal_and_its_signed_anchors_with_a_verifier_of_her_own(engine: Engine) {
    let world = World::new(engine);
    let parent = world.person();
    world.consented(0, parent);
    let folder = tempfile::tempdir().expect("the temporary folder can be written to");
    let (rows, keys) = (folder.path().join("journal.ndjson"), folder.path().join("jwks.json"));
    let anchors = world.app.platform.data.join("journal-anchors.jsonl");

    assert!(naast(&world, &["journal", "anchor"]).status.success());
    let exported = naast(&world, &["journal", "export"]);
    assert!(exported.status.success());
    std::fs::write(&rows, exported.stdout).expect("written");
    let published = world.app.send("GET", "/.well-known/jwks.json", &[], Vec::new()).expect(200);
    std::fs::write(&keys, published.body.to_string()).expect("written");

    let honest = verified(&rows, &anchors, &keys);
    assert_eq!(honest.status.code(), Some(0), "{honest:?}");
    assert!(String::from_utf8_lossy(&honest.stderr).contains("rows in "), "{honest:?}");

    // an anchor that somebody else wrote: her signature is not of these keys
    let signed = std::fs::read_to_string(&anchors).expect("anchored");
    let of = signed.find("\"signature\":\"").expect("signed") + "\"signature\":\"".len();
    let mut forged = signed.clone().into_bytes();
    forged[of] = if forged[of] == b'A' { b'B' } else { b'A' };
    std::fs::write(&anchors, forged).expect("written");
    assert_eq!(verified(&rows, &anchors, &keys).status.code(), Some(3));
    std::fs::write(&anchors, signed).expect("written");

    // the last row, left out of what is read: its head tells
    let text = std::fs::read_to_string(&rows).expect("written before");
    let last = text.lines().rev().find(|line| line.contains("\"action\"")).expect("there are rows");
    std::fs::write(&rows, text.replace(&format!("{last}\n"), "")).expect("written");
    assert_eq!(verified(&rows, &anchors, &keys).status.code(), Some(3));
}
