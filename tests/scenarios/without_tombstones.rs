//! A backup is restored with the tombstones of its installation, or whoever restores says that they are lost; and then it is told.

use std::io::Read as _;
use std::process::Stdio;

use naast_tests::world::World;
use naast_tests::{Engine, on_both};
use serde_json::json;

use crate::backups::{Elsewhere, backup, case, elsewhere, stones_of, text};
use crate::command_line::command_on;
use crate::looks::{found, raw};
use crate::program::{Served, begin};

on_both!(
    whoever_restores_names_the_tombstones_or_says_that_they_are_lost,
    tombstones_of_before_the_backup_are_not_those_of_after_it,
    a_copy_that_was_cut_off_is_refused,
    what_was_restored_without_tombstones_says_so_until_they_are_brought,
);

const LOST: &str = "may be here again";

fn is_there(place: &Elsewhere, id: &str) -> bool {
    found(&raw(&place.location), id)
}

fn whoever_restores_names_the_tombstones_or_says_that_they_are_lost(engine: Engine) {
    let world = World::new(engine);
    let (_, request) = case(&world);
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(&world, folder.path());
    let file = file.to_str().expect("UTF-8");
    let there = elsewhere(engine);
    // also where a file of them lies in the data folder: nobody said that it is the one of then
    std::fs::copy(stones_of(&world), there.data.path().join("tombstones.jsonl")).expect("copied");
    for (language, says) in [("nl", "--tombstones BESTAND"), ("en", "--tombstones FILE")] {
        let refused = there.run(&world, &["--language", language, "restore", file]);
        assert_eq!(refused.status.code(), Some(2), "{}", text(&refused));
        for word in [says, "--without-tombstones"] {
            assert!(text(&refused).contains(word), "{}", text(&refused));
        }
    }
    let missing = folder.path().join("nowhere.jsonl");
    let refused = there.run(&world, &["restore", file, "--tombstones", missing.to_str().expect("UTF-8")]);
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused));
    assert!(text(&there.run(&world, &["restore", "--check", file])).contains("whole"), "looking needs none");
    // nothing was written, and the same place takes the backup
    let done = there.run(&world, &["restore", file, "--tombstones", &stones_of(&world)]);
    assert!(done.status.success(), "{}", text(&done));
    assert!(is_there(&there, &request));
    assert!(!text(&done).contains(LOST), "{}", text(&done));
    let doctor = there.run(&world, &["doctor"]);
    assert!(text(&doctor).contains("tombstones: none are missing"), "{}", text(&doctor));
}

fn tombstones_of_before_the_backup_are_not_those_of_after_it(engine: Engine) {
    let world = World::new(engine);
    let (withdrawn, stopped) = case(&world);
    let folder = tempfile::tempdir().expect("a folder");
    let old = folder.path().join("old.jsonl");
    std::fs::copy(stones_of(&world), &old).expect("copied");
    let old = old.to_str().expect("UTF-8");
    world.app.ask(withdrawn, &format!("/support-requests/{stopped}/withdrawal")).expect(200);
    let file = backup(&world, folder.path());
    let file = file.to_str().expect("UTF-8");
    let there = elsewhere(engine);
    let refused = there.run(&world, &["restore", file, "--tombstones", old]);
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused));
    assert!(text(&refused).contains("are lacking"), "{}", text(&refused));
    assert!(!there.data.path().join("tombstones.jsonl").exists(), "something was written");
    // what is left of them is replayed all the same, by whoever says that the rest is lost
    let done = there.run(&world, &["restore", file, "--tombstones", old, "--without-tombstones"]);
    assert!(done.status.success() && text(&done).contains(LOST), "{}", text(&done));
}

fn a_copy_that_was_cut_off_is_refused(engine: Engine) {
    let world = World::new(engine);
    let (parent, stopped) = case(&world);
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(&world, folder.path());
    let file = file.to_str().expect("UTF-8");
    world.app.ask(parent, &format!("/support-requests/{stopped}/withdrawal")).expect(200);
    let whole = std::fs::read(stones_of(&world)).expect("read");
    let cut = folder.path().join("cut.jsonl");
    std::fs::write(&cut, &whole[..whole.len() - 20]).expect("written");
    let there = elsewhere(engine);
    let line = ["--language", "en", "restore", file, "--tombstones", cut.to_str().expect("UTF-8")];
    let refused = there.run(&world, &line);
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused));
    assert!(text(&refused).contains("is cut off"), "{}", text(&refused));
    assert!(!there.data.path().join("tombstones.jsonl").exists(), "something was written");
}

fn what_was_restored_without_tombstones_says_so_until_they_are_brought(engine: Engine) {
    let world = World::new(engine);
    let (gone, _) = case(&world);
    // a stone that the backup knows, so that what is brought later can be told from another file
    world.app.post(gone, "/me/erasure", &json!({ "confirmation": "erase-everything-of-mine" })).expect(200);
    let (withdrawn, stopped) = case(&world);
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(&world, folder.path());
    let file = file.to_str().expect("UTF-8");
    world.app.ask(withdrawn, &format!("/support-requests/{stopped}/withdrawal")).expect(200);

    let there = elsewhere(engine);
    let done = there.run(&world, &["restore", file, "--without-tombstones"]);
    assert!(done.status.success(), "{}", text(&done));
    assert!(text(&done).contains(LOST), "{}", text(&done));
    let told = |place: &Elsewhere, is: bool| {
        let doctor = place.run(&world, &["doctor"]);
        assert!(doctor.status.success(), "{}", text(&doctor));
        assert_eq!(text(&doctor).contains(LOST), is, "{}", text(&doctor));
    };
    told(&there, true);
    // a server that starts says it too, before it says where it listens
    let mut command = command_on(&world, &there.location, there.data.path());
    command.stderr(Stdio::piped());
    let mut served = Served(begin(command, &["serve", "--listen", "127.0.0.1:0"]).0);
    served.0.kill().expect("it runs");
    let mut log = String::new();
    served.0.stderr.take().expect("it was asked for").read_to_string(&mut log).expect("text");
    assert!(log.contains("WARN") && log.contains(LOST), "{log}");
    // a backup of it brings the mark along, whatever it is restored with
    let again = folder.path().join("again.backup");
    let again = again.to_str().expect("UTF-8");
    assert!(there.run(&world, &["backup", again]).status.success());
    let third = elsewhere(engine);
    let own = there.data.path().join("tombstones.jsonl");
    let own = own.to_str().expect("UTF-8");
    let done = third.run(&world, &["restore", again, "--tombstones", own]);
    assert!(done.status.success(), "{}", text(&done));
    told(&third, true);

    // a replay of what lies there brings nothing; neither do tombstones that cannot be those of then
    assert!(there.run(&world, &["retention", "replay"]).status.success());
    told(&there, true);
    let empty = folder.path().join("empty.jsonl");
    std::fs::write(&empty, "").expect("written");
    let refused = there.run(&world, &["retention", "replay", "--tombstones", empty.to_str().expect("UTF-8")]);
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused));
    told(&there, true);
    let replayed = there.run(&world, &["retention", "replay", "--tombstones", &stones_of(&world)]);
    assert!(replayed.status.success(), "{}", text(&replayed));
    assert!(text(&replayed).contains("withdrawn again: 1 requests"), "{}", text(&replayed));
    told(&there, false);
    let journal = there.run(&world, &["journal", "export"]);
    for act in ["installation.restored-without-tombstones", "installation.tombstones-brought"] {
        assert!(text(&journal).contains(act), "{act}");
    }
}
