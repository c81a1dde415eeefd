//! The benchmark of the main job: `cargo bench -p naast-tests`.
//!
//! The product runs as a process of its own, in the profile of a release, on a database with 110,000 requests and as
//! many buddies, and is called over real connections. Three others take turns with it: the same server where it needs no
//! database, a hand-written counterpart ([`counterpart`]) on the same database, and the product on a hundredth of the
//! data. What counts are the ratios; what one machine does in a second is nobody else's figure. See
//! `docs/PERFORMANCE.md`.

#![expect(
    clippy::similar_names,
    clippy::struct_field_names,
    clippy::unused_self,
    reason = "statements and counterparts are named after what they stand beside"
)]

mod checks;
mod counterpart;
mod data;
mod load;
mod measure;
mod operations;
mod options;
mod process;
mod promises;
mod report;
mod seed;
mod start;
mod statements;

use std::time::Instant;

use naast_api::identity::{Identity, LIFETIME};
use naast_persistence::keys::Keys;
use naast_persistence::{Location, Store};
use naast_tests::{Engine, Guard, postgres};

use crate::data::Size;
use crate::load::Connection;
use crate::measure::{Block, Figures, Subject};
use crate::operations::{Caller, Operation};
use crate::options::Options;
use crate::process::{COUNTERPART, Cluster, Server};
use crate::report::Row;

/// Where tests ask for speed, a measurement asks for what an installation has.
const POSTGRES: &str = "fsync = on\nsynchronous_commit = on\nfull_page_writes = on\nshared_buffers = 256MB\n\
     deadlock_timeout = 1s\nmax_wal_size = 2GB";

/// A filled database.
struct Filled {
    location: Location,
    _guard: Guard,
}

impl Filled {
    fn new(engine: Engine, size: Size) -> Self {
        let begun = Instant::now();
        let (location, guard) = naast_tests::location(engine);
        seed::seed(&location, size);
        let rows = size.rows();
        let seconds = begun.elapsed().as_secs();
        eprintln!("{}: {rows} requests and {rows} buddies in {seconds} s", report::name(engine));
        Self { location, _guard: guard }
    }
}

fn main() {
    if let Ok(url) = std::env::var(COUNTERPART) {
        return counterpart::serve(&url);
    }
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("this is a benchmark: cargo bench -p naast-tests");
        return;
    }
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("error")).init();
    let options = Options::from_environment();
    postgres::configure(POSTGRES);
    let begun = Instant::now();
    start::describe(&options);
    let rows: Vec<Row> = options.engines.iter().flat_map(|engine| measure_all(*engine, &options)).collect();
    report::print(&rows);
    println!("\n{} s in all", begun.elapsed().as_secs());
}

/// Seals what was seeded, as the first start of the product on an older database does.
fn seal(location: &Location, data: &std::path::Path) {
    let begun = Instant::now();
    // what is prepared while a table is empty reads the whole of it ever after, until somebody gathers statistics
    let planned_anew = match location {
        Location::Postgres(url) => {
            let more = if url.contains('?') { '&' } else { '?' };
            Location::Postgres(format!("{url}{more}options=-c%20plan_cache_mode%3Dforce_custom_plan"))
        }
        Location::Sqlite(file) => Location::Sqlite(file.clone()),
    };
    let store = Store::open(&planned_anew, 1).expect("a migrated database opens");
    let now = naast_api::clock::Clock::default().now();
    Keys::at(&data.join("master-keys"), &store, now).expect("a seeded database takes keys");
    eprintln!("sealed in {} s", begun.elapsed().as_secs());
}

/// Measures everything on one database.
fn measure_all(engine: Engine, options: &Options) -> Vec<Row> {
    let (large, small) = (Filled::new(engine, options.large), Filled::new(engine, options.small));
    let folder = tempfile::tempdir().expect("the temporary folder can be written to");
    let data = folder.path();
    let identity = Identity::open(&data.join("signing-key.pk8"), LIFETIME).expect("a key is made");
    for filled in [&large, &small] {
        seal(&filled.location, data);
    }
    start::measure(engine, &large.location, data, options.starts);

    let product = Server::product(&large.location, data);
    let on_small = Server::product(&small.location, data);
    let counterpart = Server::counterpart(&large.location);
    let mut connection = Connection::open(product.address).expect("the server takes connections");
    let cluster = (engine == Engine::Postgres).then(|| start::cluster(&large.location)).flatten();
    let deep = Caller::new(&identity, options.large).walk(&mut connection);
    let deep_small = Caller::new(&identity, options.small)
        .walk(&mut Connection::open(on_small.address).expect("the server takes connections"));
    let block =
        Block { slice: options.slice, rounds: options.rounds, connections: options.connections, cluster };
    let mut caller = Caller::new(&identity, options.large);
    let one_of_each: Vec<Vec<u8>> = Operation::COMPARED
        .iter()
        .map(|operation| caller.calls(*operation, &deep, false).swap_remove(0))
        .collect();
    let statements = statements::count(&large.location, data, &one_of_each);
    crowd(engine, options, &product, &identity, cluster);

    let mut rows = Vec::new();
    for (operation, statements) in Operation::COMPARED.into_iter().zip(statements) {
        eprintln!("{}: {}", report::name(engine), operation.name());
        start::settle(&large.location);
        // fresh tokens, which live longer than the block
        let mut caller = Caller::new(&identity, options.large);
        let status = operation.status();
        // here, and not before: what the counterpart writes is not sealed, and the product reads no page with it
        checks::answers_are_equal(operation, &mut caller, &product, &counterpart, &deep);
        let (calls, refused, what) = caller.without_database(operation);
        let subjects = [
            Subject { server: &product, calls: caller.calls(operation, &deep, false), status },
            Subject { server: &product, calls, status: refused },
            Subject { server: &counterpart, calls: caller.calls(operation, &deep, true), status },
            Subject {
                server: &on_small,
                calls: Caller::new(&identity, options.small).calls(operation, &deep_small, false),
                status,
            },
        ];
        let figures: [Figures; 4] = block.run(&subjects).try_into().expect("four subjects");
        let [product, without, counterpart, small] = figures;
        let name = operation.name();
        rows.push(Row { engine, name, statements, product, without: (without, what), counterpart, small });
    }
    promises::measure(engine, options, (&identity, data), &on_small, block);
    if let Some(memory) = product.memory() {
        println!("{}: {memory:.0} MiB after all of this", report::name(engine));
    }
    rows
}

/// How the cost of candidates grows with one programme, from 200 buddies to thousands; with few connections, because one
/// such call fills a processor.
fn crowd(engine: Engine, options: &Options, product: &Server, identity: &Identity, cluster: Option<Cluster>) {
    let mut caller = Caller::new(identity, options.large);
    let mut subject =
        |operation| Subject { server: product, calls: caller.calls(operation, &[], false), status: 200 };
    let subjects = [subject(Operation::Candidates), subject(Operation::CandidatesOfCrowd)];
    let block = Block { slice: options.slice * 2, rounds: 1, connections: 2, cluster };
    let figures = block.run(&subjects);
    println!();
    report::header();
    report::line(engine, "candidates, 2 connections", "a programme of 200 buddies", &figures[0]);
    let crowd = format!("a programme of {} buddies", options.large.crowd);
    report::line(engine, "candidates, 2 connections", &crowd, &figures[1]);
    println!();
}
