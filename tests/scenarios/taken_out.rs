//! What `tests/taken-out/run.py` takes out stands where it looks for it, and the tests that must then fail are there.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::named_tests::{all_tests, root};

#[test]
fn each_mechanism_that_is_taken_out_stands_where_it_is_looked_for() {
    let root = root();
    let text = std::fs::read_to_string(root.join("tests/taken-out/faults.json")).expect("the faults");
    let faults: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    let text = |fault: &Value, name: &str| fault[name].as_str().expect("a text").to_owned();
    let there: BTreeSet<String> = all_tests(&root);
    let wrong: Vec<String> = faults
        .iter()
        .filter(|fault| {
            let file = std::fs::read_to_string(root.join(text(fault, "file"))).unwrap_or_default();
            let once = file.matches(&text(fault, "find")).count() == 1;
            !once || text(fault, "find") == text(fault, "put") || !there.contains(&text(fault, "test"))
        })
        .map(|fault| text(fault, "what"))
        .collect();
    assert!(wrong.is_empty(), "not there, or there more than once, or held by no test: {wrong:#?}");
    let promises: BTreeSet<String> = faults.iter().map(|fault| text(fault, "promise")).collect();
    assert!(promises.len() >= 6 && faults.len() >= 40, "{promises:?}: {}", faults.len());
}
