//! A database that came back from a backup, before what was erased since is erased again: nothing is served, ended, erased or written to a parent.

use naast_api::privacy::tombstones::append;
use naast_persistence::privacy::tombstones::{Kind, Tombstone};
use naast_tests::world::World;
use naast_tests::{Engine, around, on_both, random_id};

use crate::anchors::SCHOOLS;
use crate::backups::text;
use crate::command_line::naast;
use crate::looks::{assert_sound, contents, count, differing};
use crate::retention::withdraw;

on_both!(
    nothing_is_done_on_a_database_that_is_older_than_its_tombstones,
    nothing_is_done_after_a_restore_that_was_cut_short_before_its_replay,
);

/// Each command that erases, ends or writes to somebody refuses as the server does, and changes nothing.
fn nothing_is_done(world: &World, why: &str) {
    // which asks the rules again wherever a school went to another board
    let folder = tempfile::tempdir().expect("a folder");
    let schools = folder.path().join("schools.csv");
    std::fs::write(&schools, SCHOOLS).expect("written");
    let schools = schools.to_str().expect("UTF-8");
    let before = contents(world);
    let far = (world.app.platform.clock.now() + chrono::TimeDelta::days(60)).to_rfc3339();
    for line in [
        vec!["serve", "--listen", "127.0.0.1:0"],
        vec!["retention", "run"],
        vec!["retention", "run", "--dry-run"],
        vec!["retention", "run", "--at", &far, "--ahead"],
        vec!["reassess"],
        vec!["import", "schools", schools],
    ] {
        let refused = naast(world, &line);
        let said = text(&refused);
        assert_eq!(refused.status.code(), Some(5), "{line:?}: {said}");
        assert!(said.contains(why) && said.contains("naast retention replay"), "{line:?}: {said}");
        assert_eq!(differing(&before, &contents(world)), [""; 0], "{line:?}");
    }
}

/// A request that a round of sixty days ahead erases.
fn withdrawn(world: &World) -> String {
    let parent = world.person();
    let request = world.consented(0, parent);
    withdraw(world, parent, &request);
    request
}

/// After the replay the same round does what it is for.
fn is_replayed(world: &World, request: &str) {
    let replayed = naast(world, &["retention", "replay"]);
    assert!(replayed.status.success(), "{}", text(&replayed));
    let far = (world.app.platform.clock.now() + chrono::TimeDelta::days(60)).to_rfc3339();
    for line in [vec!["retention", "run", "--at", &far, "--ahead"], vec!["reassess"]] {
        let done = naast(world, &line);
        assert!(done.status.success(), "{line:?}: {}", text(&done));
    }
    assert_eq!(count(world, &format!("support_requests WHERE CAST(id AS text) = '{request}'")), 0);
    assert_sound(world);
}

fn nothing_is_done_on_a_database_that_is_older_than_its_tombstones(engine: Engine) {
    let world = World::new(engine);
    let request = withdrawn(&world);
    // erased after the copy that stands here again
    let laid_at = world.app.platform.clock.now();
    let stone = Tombstone { kind: Kind::Case, fingerprint: [7; 32], laid_at };
    append(&world.app.platform.tombstones, &[stone]).expect("written");
    nothing_is_done(&world, "older than 1 of its tombstones");
    is_replayed(&world, &request);
}

fn nothing_is_done_after_a_restore_that_was_cut_short_before_its_replay(engine: Engine) {
    let world = World::new(engine);
    let request = withdrawn(&world);
    let (at, no) = match engine {
        Engine::Sqlite => ("'2026-01-01T00:00:00.000000Z'", "0"),
        Engine::Postgres => ("'2026-01-01T00:00:00Z'", "false"),
    };
    let begun = format!(
        "INSERT INTO restorations (id, backup_made_at, restored_at, tombstones_missing) VALUES ('{}', {at}, {at}, {no})",
        random_id()
    );
    around(&world.app.location, |database| database.batch(&begun))
        .expect("whoever has a console can do this");
    nothing_is_done(&world, "is not erased again yet");
    is_replayed(&world, &request);
}
