//! What two promises cost that a call may do without here: the limits, which the main comparison has off, and the kept
//! answer of a call with an `Idempotency-Key`, which it does not ask for. On little data, where they are the larger part.

use std::path::Path;

use naast_api::identity::Identity;
use naast_tests::Engine;

use crate::Filled;
use crate::load::Connection;
use crate::measure::{Block, Subject};
use crate::operations::{Caller, Operation};
use crate::options::Options;
use crate::process::Server;
use crate::report;

/// So much that nobody is refused, and everybody counted.
const COUNTED: &str = "1000000000/60";

/// Measures and prints; `unlimited` is the product on little data, and beside it one with limits stands on its like.
pub fn measure(
    engine: Engine,
    options: &Options,
    (identity, data): (&Identity, &Path),
    unlimited: &Server,
    block: Block,
) {
    let alike = Filled::new(engine, options.small);
    crate::seal(&alike.location, data);
    let limited = Server::limited(&alike.location, data, COUNTED);
    let mut caller = Caller::new(identity, options.small);
    let reads = caller.calls(Operation::Get, &[], false);
    let writes = caller.calls(Operation::Submit, &[], false);
    let (fresh, repeated) = (caller.with_key(None), caller.with_key(Some(options.connections)));
    // the first ones, so that what is measured are repetitions
    let mut connection = Connection::open(unlimited.address).expect("the server takes connections");
    for call in &repeated {
        assert_eq!(connection.call(call).expect("the server answers").status, 201);
    }
    let one = |server, calls: &Vec<Vec<u8>>, status| Subject { server, calls: calls.clone(), status };
    println!();
    report::promises_header();
    for (name, subjects) in [
        (
            Operation::Get.name(),
            vec![("without", one(unlimited, &reads, 200)), ("limits", one(&limited, &reads, 200))],
        ),
        (
            Operation::Submit.name(),
            vec![
                ("without", one(unlimited, &writes, 201)),
                ("limits", one(&limited, &writes, 201)),
                ("a key", one(unlimited, &fresh, 201)),
                ("limits and a key", one(&limited, &fresh, 201)),
                ("a key that came before", one(unlimited, &repeated, 201)),
            ],
        ),
    ] {
        let (names, subjects): (Vec<_>, Vec<_>) = subjects.into_iter().unzip();
        let figures = block.run(&subjects);
        for (with, of) in names.iter().zip(&figures) {
            report::promise(engine, name, with, of, &figures[0]);
        }
    }
    println!();
}
