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
            let also = fault["also"].as_array().into_iter().flatten();
            let stand = std::iter::once(*fault).chain(also).all(|one| {
                let file = std::fs::read_to_string(root.join(text(one, "file"))).unwrap_or_default();
                file.matches(&text(one, "find")).count() == 1 && text(one, "find") != text(one, "put")
            });
            let holder = text(fault, "test");
            let is_held = if fault["binary"] == "command" {
                holder.split(' ').next().is_some_and(|script| root.join(script).exists())
                    && fault["says"].is_string()
            } else {
                there.contains(&holder)
            };
            !stand || !is_held
        })
        .map(|fault| text(fault, "what"))
        .collect();
    assert!(wrong.is_empty(), "not there, or there more than once, or held by no test: {wrong:#?}");
    let promises: BTreeSet<String> = faults.iter().map(|fault| text(fault, "promise")).collect();
    assert!(promises.len() >= 7 && faults.len() >= 50, "{promises:?}: {}", faults.len());
}
