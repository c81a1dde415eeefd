//! The tests that the documents name are there and are run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A document, and how many columns its tables of tests have; the tests stand in the last.
const TABLES: [(&str, usize); 2] = [("docs/ARCHITECTURE.md", 5), ("docs/PROOFS.md", 3)];

/// The folder of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// What stands between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The columns of the rows of a document's tables that are so wide, but for their heads.
fn rows(text: &str, columns: usize) -> Vec<Vec<&str>> {
    text.lines()
        .filter_map(|line| Some(line.strip_prefix('|')?.strip_suffix('|')?.split('|').collect::<Vec<_>>()))
        .filter(|row| row.len() == columns)
        .collect()
}

pub fn sources(folder: &Path, into: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() && entry.file_name().is_some_and(|name| name != "target") {
            sources(&entry, into);
        } else if entry.extension().is_some_and(|kind| kind == "rs") {
            into.push(std::fs::read_to_string(&entry).expect("text"));
        }
    }
}

/// The functions of a source that are run as tests: marked as one, or named in the list of those that run on both databases.
fn tests(source: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let mut is_marked = false;
    for line in source.lines().map(str::trim) {
        let function = line.trim_start_matches("async ").strip_prefix("fn ");
        match function.and_then(|rest| rest.split(['(', '<']).next()) {
            Some(name) if is_marked => {
                found.insert(name);
                is_marked = false;
            }
            Some(_) => is_marked = false,
            None => is_marked |= line.starts_with("#[") && line.ends_with("test]"),
        }
    }
    let listed = source.split("on_both!(").skip(1).filter_map(|rest| rest.split(')').next());
    let listed = listed.flat_map(|list| list.split(',')).map(str::trim);
    found.extend(listed.filter(|name| source.contains(&format!("fn {name}("))));
    found
}

/// Every test of the workspace.
pub fn all_tests(root: &Path) -> BTreeSet<String> {
    let mut all = Vec::new();
    for part in ["api/src", "domain/src", "persistence/src", "tests"] {
        sources(&root.join(part), &mut all);
    }
    all.iter().flat_map(|source| tests(source)).map(str::to_owned).collect()
}

#[test]
fn every_test_that_a_document_names_is_there() {
    let root = root();
    let there = all_tests(&root);
    let mut named = BTreeMap::new();
    for (document, columns) in TABLES {
        let text = std::fs::read_to_string(root.join(document)).expect("a document");
        let mut count = 0;
        for row in rows(&text, columns) {
            let (last, others) = row.split_last().expect("columns");
            for test in quoted(last) {
                let is_there =
                    if test.contains('/') { root.join(test).exists() } else { there.contains(test) };
                if !is_there {
                    named.insert(test.to_owned(), document);
                }
                count += 1;
            }
            // and so is the mechanism, where it is a file
            for place in others.iter().flat_map(|cell| quoted(cell)).filter(|place| place.contains('/')) {
                if columns == 3 && !root.join(place).exists() {
                    named.insert(place.to_owned(), document);
                }
            }
        }
        assert!(count > 50, "{document}: {count}");
    }
    assert!(named.is_empty(), "not there, or not run: {named:#?}");
}

#[test]
fn a_function_that_is_not_run_is_no_test() {
    let source = "on_both!(one, two);\nfn one() {}\nfn three() {}\n#[test]\nfn four() {}\nfn five() {}";
    assert_eq!(tests(source), BTreeSet::from(["one", "four"]));
}
