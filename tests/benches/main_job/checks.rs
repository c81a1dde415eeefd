//! That product and counterpart do the same: equal bodies where both say the same, bodies of about the same size where
//! the words differ.

use serde_json::Value;

use crate::load::Connection;
use crate::operations::{Caller, Operation, Place};
use crate::process::Server;

/// Calls both with the first calls of each operation, and compares.
pub fn answers_are_equal(caller: &mut Caller<'_>, product: &Server, counterpart: &Server, deep: &[Place]) {
    let open = |server: &Server| Connection::open(server.address).expect("the server takes connections");
    let (mut product, mut counterpart) = (open(product), open(counterpart));
    for operation in Operation::COMPARED {
        let ours = caller.calls(operation, deep, false);
        let theirs = caller.calls(operation, deep, true);
        for (ours, theirs) in ours.iter().zip(&theirs).take(10) {
            let ours = product.call(ours).expect("the server answers");
            let theirs = counterpart.call(theirs).expect("the server answers");
            let name = operation.name();
            assert_eq!((ours.status, theirs.status), (operation.status(), operation.status()), "{name}");
            let sizes = (ours.body.len(), theirs.body.len());
            let about_equal = sizes.0 * 10 <= sizes.1 * 12 && sizes.1 * 10 <= sizes.0 * 12;
            assert!(about_equal, "{name}: {sizes:?} bytes");
            let (ours, theirs) = (comparable(operation, ours.json()), comparable(operation, theirs.json()));
            assert_eq!(ours, theirs, "{name}");
        }
    }
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
