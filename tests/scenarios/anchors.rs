//! Anchors of the journal: written while the server runs, soon after each change, and asked for by who verifies.

use std::path::Path;
use std::time::{Duration, Instant};

use naast_api::journal::{Anchors, read_anchors};
use naast_tests::world::World;
use naast_tests::{Engine, around, location, on_both};

use crate::command_line::naast;
use crate::program::{Served, run, said, serve};

on_both!(
    what_moved_is_anchored_and_nothing_else,
    a_running_server_anchors_what_is_written,
    who_verifies_without_anchors_is_told_what_that_is_worth,
    what_a_command_writes_is_anchored_before_it_says_so,
    two_programs_anchor_into_one_file,
);

fn what_a_command_writes_is_anchored_before_it_says_so(engine: Engine) {
    let (database, _guard) = location(engine);
    let folder = tempfile::tempdir().expect("a folder");
    let run = |line: &[&str]| run(&database, folder.path(), line);
    // nobody wrote anything: that is an outcome of its own, and no damage
    let serving = ["serve", "--listen", "127.0.0.1:0"];
    drop(Served(serve(&database, folder.path(), &serving).0));
    let fresh = run(&["--language", "en", "journal", "verify"]);
    assert_eq!(fresh.status.code(), Some(0), "{fresh:?}");
    assert!(String::from_utf8_lossy(&fresh.stdout).contains("still empty"), "{fresh:?}");

    let verified = |after: &str| {
        let seen = run(&["--language", "en", "journal", "verify"]);
        let told = String::from_utf8_lossy(&seen.stdout).into_owned();
        assert_eq!(seen.status.code(), Some(0), "{seen:?}");
        assert!(told.contains("0 rows after the last anchor"), "{after}: {told}");
    };
    said(&database, folder.path(), &["administrator", "Beheer (test)"]);
    verified("administrator");
    let schools = folder.path().join("schools.csv");
    std::fs::write(&schools, SCHOOLS).expect("written");
    said(&database, folder.path(), &["import", "schools", schools.to_str().expect("UTF-8")]);
    verified("import");
    said(&database, folder.path(), &["reassess"]);
    said(&database, folder.path(), &["retention", "run"]);
    verified("reassess and retention");
    // and the last row, cut off by somebody who holds the database and mends the head, is missed
    let unlock = match engine {
        Engine::Sqlite => "DROP TRIGGER journal_no_delete",
        Engine::Postgres => "ALTER TABLE journal DISABLE TRIGGER ALL",
    };
    let platform = "chain = '00000000-0000-0000-0000-000000000000'";
    let cut = format!(
        "{unlock}; DELETE FROM journal WHERE {platform} AND seq = (SELECT max(seq) FROM journal WHERE {platform}); \
         UPDATE journal_heads SET (seq, hash) = \
         (SELECT seq, hash FROM journal WHERE {platform} ORDER BY seq DESC LIMIT 1) WHERE {platform}"
    );
    around(&database, |db| db.batch(&cut)).expect("who holds the database can");
    assert_eq!(run(&["journal", "verify", "--without-anchors"]).status.code(), Some(0));
    assert_eq!(run(&["journal", "verify"]).status.code(), Some(3));
}

fn two_programs_anchor_into_one_file(engine: Engine) {
    let world = World::new(engine);
    let platform = &world.app.platform;
    let file = platform.data.join("anchors.jsonl");
    let parent = world.person();
    Anchors::at(file.clone()).anchor(platform).expect("anchored");
    let before = lines(&file);
    // each of them reads the length of the file, and one would cut off what the other wrote after that
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut anchors = Anchors::at(file.clone());
                for _ in 0..5 {
                    world.request(0, parent);
                    anchors.anchor(platform).expect("anchored");
                }
            });
        }
    });
    let whole = read_anchors(&file, &platform.identity).expect("each line holds");
    let highest = whole[before..].windows(2).all(|two| two[0].seq < two[1].seq);
    assert!(highest, "a chain's anchors stand in their order: {whole:?}");
    assert_eq!(Anchors::at(file.clone()).anchor(platform).expect("all is anchored"), 0);
}

/// One school, as DUO publishes them.
pub const SCHOOLS: &str = "PROVINCIE;BEVOEGD GEZAG NUMMER;INSTELLINGSCODE;VESTIGINGSCODE;VESTIGINGSNAAM;STRAATNAAM;\
HUISNUMMER-TOEVOEGING;POSTCODE;PLAATSNAAM;GEMEENTENUMMER;GEMEENTENAAM;DENOMINATIE;TELEFOONNUMMER;INTERNETADRES\r\n\
Drenthe;20091;32JK;32JK00;BBS de Verwondering;Melkweg;13;9306 TC;ALTEVEER;1699;NOORDENVELD;Openbaar; ; \r\n";

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
    let (server, address) = serve(&database, folder.path(), &serving);
    let _served = Served(server);
    let file = folder.path().join("journal-anchors.jsonl");
    // past the look that it takes when it starts
    std::thread::sleep(Duration::from_millis(2_500));
    let before = lines(&file);
    // by the server, for what a command writes is anchored by the command itself
    let administrator = said(&database, folder.path(), &["administrator", "Beheer (test)"]);
    let of_command = lines(&file);
    assert!(of_command > before, "the command anchored what it wrote before it said so");
    let before = of_command;
    let token = said(&database, folder.path(), &["token", &administrator]);
    let registered = ureq::post(format!("http://{address}/v1/people"))
        .header("authorization", format!("Bearer {token}"))
        .content_type("application/json")
        .send(r#"{"name":"Iemand (test)"}"#);
    assert_eq!(registered.expect("an answer").status(), 201);
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
    assert_eq!(bare.status.code(), Some(5), "no damage was found, and none could be: {bare:?}");
    assert!(String::from_utf8_lossy(&bare.stderr).contains("--without-anchors"), "{bare:?}");
    assert_eq!(verify(&["--without-anchors"]).status.code(), Some(0));
    // an empty file is no anchor
    let file = world.app.platform.data.join("journal-anchors.jsonl");
    std::fs::write(&file, []).expect("written");
    assert_eq!(verify(&[]).status.code(), Some(5));
    assert!(naast(&world, &["journal", "anchor"]).status.success());
    assert_eq!(verify(&[]).status.code(), Some(0));
    let copy = world.app.platform.data.join("copy.jsonl");
    std::fs::copy(&file, &copy).expect("copied");
    assert_eq!(verify(&["--anchors", copy.to_str().expect("text")]).status.code(), Some(0));
}
