//! Anchors of the journal: written while the server runs, soon after each change, and asked for by who verifies.

use std::path::Path;
use std::time::{Duration, Instant};

use naast_api::journal::{Anchors, read_anchors};
use naast_tests::world::World;
use naast_tests::{Engine, location, on_both};

use crate::command_line::naast;
use crate::program::{Served, said, serve};

on_both!(
    what_moved_is_anchored_and_nothing_else,
    a_running_server_anchors_what_is_written,
    who_verifies_without_anchors_is_told_what_that_is_worth,
);

fn lines(file: &Path) -> usize {
    std::fs::read_to_string(file).unwrap_or_default().lines().count()
}

fn what_moved_is_anchored_and_nothing_else(engine: Engine) {
    let world = World::new(engine);
    let platform = &world.app.platform;
    let (file, parent) = (platform.data.join("anchors.jsonl"), world.person());
    let mut anchors = Anchors::at(file.clone());
    let all = anchors.anchor(platform).expect("anchored");
    assert!(all >= 4, "the platform and three programmes: {all}");
    assert_eq!(anchors.anchor(platform).expect("nothing moved"), 0);
    world.request(0, parent);
    assert_eq!(anchors.anchor(platform).expect("anchored"), 1, "one programme moved");
    assert_eq!(lines(&file), all + 1);

    // what somebody else wrote counts, also half a line that a power cut left
    world.request(1, parent);
    assert_eq!(Anchors::at(file.clone()).anchor(platform).expect("by hand"), 1);
    assert_eq!(anchors.anchor(platform).expect("it is there already"), 0);
    let whole = std::fs::read_to_string(&file).expect("text");
    std::fs::write(&file, format!("{whole}{{\"chain\":")).expect("written");
    world.request(2, parent);
    assert_eq!(anchors.anchor(platform).expect("anchored"), 1);
    assert_eq!(read_anchors(&file, &platform.identity).expect("each line holds").len(), all + 3);

    // a minute costs no reading: nobody noticed that what is there became unreadable
    let length = std::fs::read(&file).expect("there").len();
    std::fs::write(&file, vec![b'x'; length]).expect("written");
    world.request(0, parent);
    assert_eq!(anchors.anchor(platform).expect("not read again"), 1);
    assert!(Anchors::at(file.clone()).anchor(platform).is_err(), "who reads it sees it");

    // a file that was carried away is begun anew
    std::fs::remove_file(&file).expect("there");
    assert_eq!(anchors.anchor(platform).expect("anchored"), all);
}

fn a_running_server_anchors_what_is_written(engine: Engine) {
    let (database, _guard) = location(engine);
    let folder = tempfile::tempdir().expect("a folder");
    let serving = ["serve", "--listen", "127.0.0.1:0", "--anchor-seconds", "1"];
    let _served = Served(serve(&database, folder.path(), &serving).0);
    let file = folder.path().join("journal-anchors.jsonl");
    // past the look that it takes when it starts
    std::thread::sleep(Duration::from_millis(2_500));
    let before = lines(&file);
    said(&database, folder.path(), &["administrator", "Beheer (test)"]);
    let written = Instant::now();
    while lines(&file) == before {
        assert!(written.elapsed() < Duration::from_secs(10), "it is anchored while the server runs");
        std::thread::sleep(Duration::from_millis(100));
    }
    let after = lines(&file);
    std::thread::sleep(Duration::from_millis(2_500));
    assert_eq!(lines(&file), after, "nothing was written, nothing is anchored");
}

fn who_verifies_without_anchors_is_told_what_that_is_worth(engine: Engine) {
    let world = World::new(engine);
    let verify = |more: &[&str]| {
        let line: Vec<&str> = ["journal", "verify"].iter().chain(more).copied().collect();
        naast(&world, &line)
    };
    let bare = verify(&[]);
    assert_eq!(bare.status.code(), Some(3), "{bare:?}");
    assert!(String::from_utf8_lossy(&bare.stderr).contains("--without-anchors"), "{bare:?}");
    assert_eq!(verify(&["--without-anchors"]).status.code(), Some(0));
    // an empty file is no anchor
    let file = world.app.platform.data.join("journal-anchors.jsonl");
    std::fs::write(&file, []).expect("written");
    assert_eq!(verify(&[]).status.code(), Some(3));
    assert!(naast(&world, &["journal", "anchor"]).status.success());
    assert_eq!(verify(&[]).status.code(), Some(0));
    let copy = world.app.platform.data.join("copy.jsonl");
    std::fs::copy(&file, &copy).expect("copied");
    assert_eq!(verify(&["--anchors", copy.to_str().expect("text")]).status.code(), Some(0));
}
