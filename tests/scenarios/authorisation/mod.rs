//! Authorisation that cannot be forgotten: every operation of the contract, called by everybody, on the case at hand, on one
//! that is over, on another's, and on nothing; and each answer compared with the reviewed table (`table.txt`).
//!
//! An operation that the table does not name fails the test with the words to add. CONTRIBUTING.md says how.

pub mod calls;
pub mod cast;
mod endings;
mod markers;
mod matrix;
pub mod objects;
mod policy;
mod queries;
mod reading;
mod reference;
pub mod stage;
pub mod table;
mod two_roles;

use naast_tests::{Engine, on_both};

use cast::NAMES;
use matrix::Matrix;
use reading::Reading;
use stage::Stage;
use table::{Table, operations};

on_both!(every_operation_answers_everybody_as_the_table_says);

fn every_operation_answers_everybody_as_the_table_says(engine: Engine) {
    let table = Table::read().unwrap_or_else(|faults| panic!("\n{}\n", faults.join("\n")));
    let stage = Stage::new(engine);
    let mut matrix = Matrix::new(&stage, &table);
    matrix.run();
    println!(
        "{} operations, {} callers: {} calls, {} of them refused",
        operations().len(),
        NAMES.len(),
        matrix.tried,
        matrix.refused
    );
    let faults = &matrix.faults;
    assert!(
        faults.is_empty(),
        "{} differ from table.txt:\n{}",
        faults.len(),
        faults[..faults.len().min(40)].join("\n")
    );
    crate::looks::assert_sound(&stage.world);
}

#[test]
fn the_policy_and_the_table_say_the_same() {
    let table = Table::read().unwrap_or_else(|faults| panic!("\n{}\n", faults.join("\n")));
    let faults = policy::disagreements(&table);
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// Read from the contract: whatever lies under something else is tried with an id of another case there.
#[test]
fn every_path_with_a_second_id_is_crossed() {
    let own = objects::Objects::default();
    let other = "0b9f7a52-6a51-4a0f-8a0c-3f6f4f3f2b11".to_owned();
    let others = objects::Objects {
        membership: other.clone(),
        tie: other.clone(),
        own_tie: other.clone(),
        certificate: other.clone(),
        note: other.clone(),
        spare_note: other.clone(),
        message: other.clone(),
        spare_message: other.clone(),
        announcement: other.clone(),
        consent: other.clone(),
        hold: other.clone(),
        ..objects::Objects::default()
    };
    let mut crossed = 0;
    for operation in operations() {
        let ids = operation.template.matches('{').count();
        assert!(ids < 3, "{}: `second_id` knows of two ids", operation.template);
        let Some(name) = objects::second_id(&operation.template) else {
            let is_code =
                ["{locationCode}", "{term}"].into_iter().any(|code| operation.template.contains(code));
            assert!(ids < 2 || is_code, "{} is not crossed", operation.template);
            continue;
        };
        let on = objects::crossed_with(name, &own, &others);
        assert!(calls::path(&operation, &on).contains(&other), "{} keeps its own id", operation.id);
        crossed += 1;
    }
    assert!(crossed >= 11, "{crossed}");
}

#[test]
fn a_table_with_a_gap_says_what_to_add() {
    let faults_of = |text: &str| Reading::default().read(text).err().unwrap_or_default().join("\n");
    // nothing at all: each operation is named with the block that it needs
    let all = faults_of("");
    for operation in operations() {
        assert!(
            all.contains(&format!("{} ({} {})", operation.id, operation.method, operation.template)),
            "{all}"
        );
    }
    assert!(all.contains("getSupportRequest   own  over  sister  foreign  missing"), "{all}");
    for (text, fault) in [
        ("getNothing\n  otherwise 200", "openapi.yaml has no operation getNothing"),
        ("getMe\n  parent 200", "does not say what buddy gets"),
        ("getMe\n  parent parent 200\n  otherwise 200", "parent is named twice"),
        ("getMe\n  otherwise 200\ngetMe\n  otherwise 200", "getMe has a block already"),
        ("getMe\n  passer-by 200\n  otherwise 200", "there is no caller or group `passer-by`"),
        (
            "getBuddy own missing\n  otherwise 200 404",
            "needs the columns   own  over  sister  foreign  missing",
        ),
        ("getBuddy own missing\n  otherwise 200 404 404", "one status, or 2: one for each column"),
    ] {
        let faults = faults_of(text);
        assert!(faults.contains(fault), "{text}\n{faults}");
    }
}
