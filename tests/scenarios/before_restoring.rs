//! What is looked at before a backup is restored: whatever is refused is refused before a byte is written, in the database or beside it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Output;

use naast_persistence::{Location, backup as backups};
use naast_tests::world::World;
use naast_tests::{Engine, around, on_both};
use serde_json::json;

use crate::backups::{Elsewhere, backup, case, elsewhere, stones_of, text};
use crate::before_serving::left_by_the_version_before;
use crate::command_line::{naast, naast_on};
use crate::looks::{contents, differing, number};

on_both!(
    a_database_of_another_schema_is_refused_and_left_as_it_is,
    a_backup_of_another_version_is_refused_before_anything_is_written,
);

/// A data folder with a tombstone of its own, and nothing else.
fn with_a_tombstone(data: &Path) {
    let line = r#"{"kind":"case","fingerprint":"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=","laidAt":"2026-01-01T00:00:00Z"}"#;
    std::fs::write(data.join("tombstones.jsonl"), format!("{line}\n")).expect("written");
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
    entries.map(|path| (name(&path), std::fs::read(&path).expect("it reads"))).collect()
}

/// How many tables a place has that PostgreSQL made before, and whether SQLite's file is there.
fn tables(location: &Location) -> i64 {
    match location {
        Location::Sqlite(path) => i64::from(path.exists()),
        Location::Postgres(_) => around(location, |database| {
            let question = "SELECT count(*) AS number FROM pg_tables WHERE schemaname = 'public'";
            number(database, question)
        }),
    }
}

/// Erases somebody after a backup was made: its tombstone is what a restore would bring along.
pub fn erased_since(world: &World, file: &Path) -> (String, String) {
    let parent = world.person();
    world.consented(0, parent);
    world.app.post(parent, "/me/erasure", &json!({ "confirmation": "erase-everything-of-mine" })).expect(200);
    (file.to_str().expect("UTF-8").to_owned(), stones_of(world))
}

/// That the program said no, and why.
pub fn refuses(output: &Output, code: i32, why: &str) {
    assert_eq!(output.status.code(), Some(code), "{}", text(output));
    assert!(text(output).contains(why), "{}", text(output));
}

fn a_database_of_another_schema_is_refused_and_left_as_it_is(engine: Engine) {
    let world = World::new(engine);
    case(&world);
    let folder = tempfile::tempdir().expect("a folder");
    let (file, stones) = erased_since(&world, &backup(&world, folder.path()));
    let line = ["restore", &file, "--tombstones", &stones];
    let data = tempfile::tempdir().expect("a folder");
    with_a_tombstone(data.path());
    let written = files(data.path());
    let in_use = if engine == Engine::Sqlite { 2 } else { 1 };
    // in use under this version, and then as the version before left it
    for is_older in [false, true] {
        if is_older {
            left_by_the_version_before(&world);
        }
        let before = contents(&world);
        let refused = naast_on(&world, &world.app.location, data.path(), &line);
        refuses(&refused, in_use, "Nothing was written");
        assert_eq!(differing(&before, &contents(&world)), [""; 0]);
        assert_eq!(files(data.path()), written);
    }
    if engine == Engine::Postgres {
        let there = elsewhere(engine);
        with_a_tombstone(there.data.path());
        let batch = |sql: &str| around(&there.location, |database| database.batch(sql)).expect("a console");
        // of somebody else
        batch("CREATE TABLE theirs (word text); INSERT INTO theirs VALUES ('hers')");
        refuses(&there.run(&world, &line), 1, "Nothing was written");
        assert_eq!((tables(&there.location), files(there.data.path())), (1, written));
        // half made; and whole, with nothing in it
        batch("DROP TABLE theirs");
        assert!(there.run(&world, &["migrate"]).status.success());
        let all = tables(&there.location);
        let newest = "(SELECT max(version) FROM __diesel_schema_migrations)";
        batch(&format!(
            "CREATE TABLE kept AS SELECT * FROM __diesel_schema_migrations WHERE version = {newest}; \
             DELETE FROM __diesel_schema_migrations WHERE version = {newest}"
        ));
        refuses(&there.run(&world, &line), 1, "Nothing was written");
        assert_eq!(tables(&there.location), all + 1);
        batch("INSERT INTO __diesel_schema_migrations SELECT * FROM kept; DROP TABLE kept");
        let done = there.run(&world, &line);
        assert!(done.status.success(), "{}", text(&done));
    }
}

fn a_backup_of_another_version_is_refused_before_anything_is_written(engine: Engine) {
    let world = World::new(engine);
    case(&world);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("newer.backup");
    let platform = &world.app.platform;
    let batch = |sql: &str| around(&world.app.location, |database| database.batch(sql)).expect("a console");
    batch("INSERT INTO __diesel_schema_migrations (version) VALUES ('9998')");
    let to = std::fs::File::create(&file).expect("made");
    backups::make(&platform.store, &platform.keys, &[], platform.clock.now(), to).expect("a backup");
    batch("DELETE FROM __diesel_schema_migrations WHERE version = '9998'");
    let (file, stones) = erased_since(&world, &file);
    assert!(naast(&world, &["restore", "--check", &file]).status.success(), "it is whole");
    let line = ["restore", &file, "--tombstones", &stones];
    nothing_is_written(&world, &elsewhere(engine), &line, "other migrations (its last is 9998)");
}

/// Refused with the exit code 1, and nothing is written in an empty place.
pub fn nothing_is_written(world: &World, there: &Elsewhere, line: &[&str], why: &str) {
    with_a_tombstone(there.data.path());
    let written = files(there.data.path());
    refuses(&there.run(world, line), 1, why);
    assert_eq!((tables(&there.location), files(there.data.path())), (0, written));
}
