//! One server on an SQLite file, and a demo that touches nothing of others.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};
use std::time::SystemTime;

use naast_persistence::{Location, Store};
use naast_tests::{Engine, around, empty_location, on_both};

use crate::demo::Demo;
use crate::program::{Served, ended, program, run, said, serve};

on_both!(a_demo_leaves_a_database_that_is_used_as_it_is);

const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_second_server_on_one_file_is_refused_and_names_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, other_data) = (folder.path().join("naast.db"), folder.path().join("other"));
    let database = Location::Sqlite(file.clone());
    let first = Served(serve(&database, folder.path(), &SERVE).0);
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink(&file, &link).expect("a link");
    for path in [&file, &link] {
        for command in [&SERVE[..], &["demo", "--listen", "127.0.0.1:0"]] {
            let second = run(&Location::Sqlite(path.clone()), &other_data, command);
            assert_eq!(second.status.code(), Some(1), "{}", told(&second));
            assert!(told(&second).contains(path.to_str().expect("text")), "{}", told(&second));
        }
    }
    // what an administrator does runs beside it
    said(&database, folder.path(), &["administrator", "Beheer (test)"]);
    said(&database, folder.path(), &["doctor"]);
    // killed without a word: the next one starts
    drop(first);
    drop(Served(serve(&database, folder.path(), &SERVE).0));
}

#[test]
fn a_second_demo_in_a_folder_leaves_the_first_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = Demo::start(folder.path(), None);
    let before = files(&folder.path().join("data"));
    let mut second = Command::new(env!("CARGO_BIN_EXE_naast-under-test"));
    second.args(["demo", "--listen", "127.0.0.1:0", "--data"]).arg(folder.path().join("data"));
    let refused = ended(second.env_remove("DATABASE_URL"));
    assert_eq!(refused.status.code(), Some(1), "{}", told(&refused));
    assert!(told(&refused).contains("demo.db"), "{}", told(&refused));
    let after = files(&folder.path().join("data"));
    for name in ["demo.db", "demo.json", "demo-master-keys", "demo-signing-key.pk8"] {
        assert!(before.contains_key(name), "{before:?}");
        assert_eq!(before[name], after[name], "{name}");
    }
    assert_eq!(first.get("/me", &first.token("parent")).0, 200);
}

/// The files of a folder, with their length and the moment that they were written.
fn files(folder: &Path) -> BTreeMap<String, (u64, SystemTime)> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    entries
        .map(|entry| {
            let about = entry.metadata().expect("it is there");
            let written = about.modified().expect("this system keeps it");
            (entry.file_name().to_string_lossy().into_owned(), (about.len(), written))
        })
        .collect()
}

#[test]
fn a_demo_beside_an_installation_leaves_it_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let database = Location::Sqlite(data.join("naast.db"));
    drop(Served(serve(&database, &data, &SERVE).0));
    // in its story a parent withdraws, which lays a tombstone: twice, for it begins anew
    for _ in 0..2 {
        drop(Demo::start(folder.path(), None));
    }
    assert!(files(&data).contains_key("demo-tombstones.jsonl"), "{:?}", files(&data));
    said(&database, &data, &["doctor"]);
    drop(Served(serve(&database, &data, &SERVE).0));
}

fn a_demo_leaves_a_database_that_is_used_as_it_is(engine: Engine) {
    let folder = tempfile::tempdir().expect("a folder");
    let (location, _guard) = empty_location(engine);
    around_new(&location, "CREATE TABLE accounts (id INTEGER)");
    let refused = run(&location, folder.path(), &["demo", "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.status.code(), Some(2), "{}", told(&refused));
    assert!(told(&refused).contains("nothing was touched"), "{}", told(&refused));
    assert!(!folder.path().join("demo-master-keys").exists());
    // no table of ours came beside the one that was there
    around_new(
        &location,
        "CREATE TABLE __diesel_schema_migrations (id INTEGER); CREATE TABLE journal (id INTEGER)",
    );

    // an installation of our own that was used
    let (location, _guard) = empty_location(engine);
    said(&location, folder.path(), &["migrate"]);
    said(&location, folder.path(), &["administrator", "Beheer (test)"]);
    let rows = |location: &Location| {
        let store = Store::open(location, 1).expect("it opens");
        store.read(naast_persistence::journal::heads).expect("heads")
    };
    let before = rows(&location);
    let refused = run(&location, folder.path(), &["demo", "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.status.code(), Some(2), "{}", told(&refused));
    assert_eq!(rows(&location), before);

    // one that was only made ready is empty
    let (location, _guard) = empty_location(engine);
    said(&location, folder.path(), &["migrate"]);
    let mut command = program(&location, folder.path());
    command.args(["demo", "--listen", "127.0.0.1:0"]).stdout(std::process::Stdio::piped());
    let demo = Served(command.spawn().expect("it starts"));
    let file = folder.path().join("demo.json");
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(120);
    while !file.exists() {
        assert!(std::time::Instant::now() < patience, "the demo starts on an empty database");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    drop(demo);
}

/// Statements on a database that may have no file yet.
fn around_new(location: &Location, statements: &str) {
    if let Location::Sqlite(file) = location
        && !file.exists()
    {
        std::fs::write(file, []).expect("the folder can be written to");
    }
    around(location, |database| database.batch(statements)).expect("it is empty enough for that");
}
