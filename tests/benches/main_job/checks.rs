//! That product and counterpart do the same: equal bodies where both say the same, bodies of about the same size where
//! the words differ. The counterpart opens nothing that is sealed and knows no terms: how to reach the parent, and when a
//! record is erased, are left out of the comparison.

use serde_json::Value;

use crate::load::Connection;
use crate::operations::{Caller, Operation, Place};
use crate::process::Server;

/// Calls both with the first calls of an operation, and compares.
pub fn answers_are_equal(
    operation: Operation,
    caller: &mut Caller<'_>,
    product: &Server,
    counterpart: &Server,
    deep: &[Place],
) {
    let open = |server: &Server| Connection::open(server.address).expect("the server takes connections");
    let (mut product, mut counterpart) = (open(product), open(counterpart));
    let ours = caller.calls(operation, deep, false);
    let theirs = caller.calls(operation, deep, true);
    for (ours, theirs) in ours.iter().zip(&theirs).take(10) {
        let ours = product.call(ours).expect("the server answers");
        let theirs = counterpart.call(theirs).expect("the server answers");
        let name = operation.name();
        assert_eq!((ours.status, theirs.status), (operation.status(), operation.status()), "{name}");
        let (ours, theirs) = (without_what_differs(ours.json()), without_what_differs(theirs.json()));
        let sizes = (ours.to_string().len(), theirs.to_string().len());
        let about_equal = sizes.0 * 10 <= sizes.1 * 12 && sizes.1 * 10 <= sizes.0 * 12;
        assert!(about_equal, "{name}: {sizes:?} bytes");
        let (ours, theirs) = (comparable(operation, ours), comparable(operation, theirs));
        assert_eq!(ours, theirs, "{name}");
    }
}

/// A request, or a page of them, without what the counterpart cannot say.
fn without_what_differs(mut answer: Value) -> Value {
    let strip = |one: &mut Value| {
        if let Some(one) = one.as_object_mut().filter(|one| one.contains_key("submittedAt")) {
            one.remove("contact");
            one.remove("retention");
            // thousandths of a second are written with three digits or with six
            let at =
                one["submittedAt"].as_str().and_then(|at| at.parse::<chrono::DateTime<chrono::Utc>>().ok());
            one.insert("submittedAt".to_owned(), at.map(|at| at.timestamp_micros()).into());
        }
    };
    strip(&mut answer);
    // names are sealed, and the counterpart shows them so; and it tells only of those whom it considered
    if let Some(all) = answer.as_object_mut().filter(|all| all.contains_key("considered")) {
        all.retain(|name, _| !["excluded", "excludedCounts", "notKnown"].contains(&name.as_str()));
    }
    for one in answer.get_mut("candidates").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(one) = one.as_object_mut() {
            one.remove("firstName");
        }
    }
    if let Some(page) = answer.get_mut("data").and_then(Value::as_array_mut) {
        page.iter_mut().for_each(strip);
    }
    answer
}

/// What must be equal of an answer.
fn comparable(operation: Operation, mut answer: Value) -> Value {
    match operation {
        Operation::FirstPage | Operation::DeepPage => answer["data"].take(),
        Operation::Submit | Operation::SubmitToOne => {
            for own in ["id", "submittedAt"] {
                answer[own] = Value::Null;
            }
            answer
        }
        Operation::Candidates | Operation::CandidatesOfCrowd => answer["considered"].take(),
        Operation::Get => answer,
    }
}
