//! Backups: whole or refused, restored into either database, and never a way back for what was erased.

use std::path::{Path, PathBuf};
use std::process::Output;

use diesel::prelude::*;
use naast_domain::ids::PersonId;
use naast_persistence::Location;
use naast_tests::world::{World, words};
use naast_tests::{Engine, Guard, empty_location, on_both};
use serde_json::json;
use tempfile::TempDir;

use crate::command_line::{naast, naast_on};
use crate::looks::{found, raw};

on_both!(
    a_backup_restores_into_either_database,
    a_changed_backup_is_refused_and_nothing_is_written,
    what_was_erased_after_a_backup_does_not_come_back,
    what_was_taken_back_after_a_backup_does_not_come_back,
    a_database_that_is_older_than_its_tombstones_is_not_served,
    a_place_in_use_is_never_restored_into,
);

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

pub struct Elsewhere {
    pub location: Location,
    pub data: TempDir,
    _guard: Guard,
}

/// A place without anything, for a backup to be restored into.
pub fn elsewhere(engine: Engine) -> Elsewhere {
    let (location, guard) = empty_location(engine);
    Elsewhere { location, data: tempfile::tempdir().expect("a folder"), _guard: guard }
}

impl Elsewhere {
    /// Runs the program there, with the keys of a world.
    pub fn run(&self, world: &World, line: &[&str]) -> Output {
        naast_on(world, &self.location, self.data.path(), line)
    }
}

/// The tombstones of a world, which whoever restores a backup of it names.
pub fn stones_of(world: &World) -> String {
    let file = world.app.platform.data.join("tombstones.jsonl");
    // a server makes it when it starts; these worlds were never started
    std::fs::OpenOptions::new().append(true).create(true).open(&file).expect("made");
    file.to_str().expect("UTF-8").to_owned()
}

/// What the program said.
pub fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A backup of a world, in that folder.
pub fn backup(world: &World, folder: &Path) -> PathBuf {
    let to = folder.join("naast.backup");
    let made = naast(world, &["backup", to.to_str().expect("UTF-8")]);
    assert!(made.status.success(), "{}", text(&made));
    to
}

/// A case that runs, with what belongs to one: its parent, and its request.
pub fn case(world: &World) -> (PersonId, String) {
    let parent = world.person();
    let buddy = world.buddy(0, &json!({}));
    let request = world.consented(0, parent);
    let (matched, _) = world.matched(0, parent, &request, &buddy);
    let note =
        json!({ "kind": "goal", "text": "Weer aan tafel, \"samen\" \\ en\nrustig é", "aboutHealth": false });
    world.app.post(parent, &format!("/matches/{matched}/private-notes"), &note).expect(201);
    let talk = json!({ "date": world.app.platform.clock.today(), "text": words("meeting-announcement") });
    world.app.post(parent, &format!("/matches/{matched}/meeting-announcements"), &talk).expect(201);
    (parent, request)
}

fn a_backup_restores_into_either_database(engine: Engine) {
    let world = World::new(engine);
    case(&world);
    world.app.ask(world.leader, "/nothing");
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(&world, folder.path());
    let bytes = std::fs::read(&file).expect("written");
    let keys = std::fs::read_to_string(world.app.platform.data.join("master-keys")).expect("there");
    for key in keys.lines().filter(|line| !line.starts_with('#')) {
        assert!(!found(&bytes, key), "a master key is in the backup");
    }
    for word in ["support_requests", "Oudersteun", "journal"] {
        assert!(!found(&bytes, word), "{word} can be read without the keys");
    }
    let file = file.to_str().expect("UTF-8");
    for into in [Engine::Sqlite, Engine::Postgres] {
        let there = elsewhere(into);
        let done = there.run(&world, &["restore", file, "--tombstones", &stones_of(&world)]);
        assert!(done.status.success(), "{into:?}: {}", text(&done));
        for command in [vec!["doctor"], vec!["journal", "verify", "--without-anchors"], vec!["keys", "check"]]
        {
            let output = there.run(&world, &command);
            assert!(output.status.success(), "{into:?} {command:?}: {}", text(&output));
        }
        // a backup of what was restored holds as much, but for what restoring wrote
        let again = folder.path().join(format!("{into:?}.backup"));
        let made = there.run(&world, &["backup", again.to_str().expect("UTF-8")]);
        assert!(made.status.success(), "{}", text(&made));
        let rows = |path: &str| {
            let checked = naast(&world, &["restore", "--check", path]);
            assert!(checked.status.success(), "{}", text(&checked));
            let said = text(&checked);
            let number = said.split_whitespace().nth(1).expect("a number").parse::<u64>();
            number.expect("a number")
        };
        // the restoration itself, and its row in the journal
        assert_eq!(rows(again.to_str().expect("UTF-8")), rows(file) + 2, "{into:?}");
    }
}

fn a_changed_backup_is_refused_and_nothing_is_written(engine: Engine) {
    let world = World::new(engine);
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(&world, folder.path());
    let whole = std::fs::read(&file).expect("written");
    let changed = folder.path().join("changed.backup");
    let name = changed.to_str().expect("UTF-8");
    let there = elsewhere(engine);
    let step = (whole.len() / 24).max(1);
    let mut places: Vec<usize> = (0..whole.len()).step_by(step).collect();
    places.extend([0, 8, 20, 52, 56, whole.len() - 1]);
    for place in places {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x10;
        std::fs::write(&changed, &bytes).expect("written");
        let refused = there.run(&world, &["restore", name, "--without-tombstones"]);
        assert_eq!(refused.status.code(), Some(1), "byte {place}: {}", text(&refused));
    }
    for length in [0, 10, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&changed, &whole[..length]).expect("written");
        let refused = there.run(&world, &["restore", name, "--without-tombstones"]);
        assert_eq!(refused.status.code(), Some(1), "cut at {length}");
    }
    if let Location::Sqlite(path) = &there.location {
        assert!(!path.exists(), "something was written");
    }
    // the very same place takes the one that was not changed
    let done = there.run(&world, &["restore", file.to_str().expect("UTF-8"), "--without-tombstones"]);
    assert!(done.status.success(), "{}", text(&done));
}

fn what_was_erased_after_a_backup_does_not_come_back(engine: Engine) {
    let world = World::new(engine);
    let ((erased, gone), (withdrawn, stopped)) = (case(&world), case(&world));
    let (_, stays) = case(&world);
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(&world, folder.path());
    let sure = json!({ "confirmation": "erase-everything-of-mine" });
    world.app.post(erased, "/me/erasure", &sure).expect(200);
    world.app.ask(withdrawn, &format!("/support-requests/{stopped}/withdrawal")).expect(200);
    let stones = world.app.platform.data.join("tombstones.jsonl");
    let there = elsewhere(engine);
    let line = ["restore", file.to_str().expect("UTF-8"), "--tombstones", stones.to_str().expect("UTF-8")];
    let done = there.run(&world, &line);
    assert!(done.status.success(), "{}", text(&done));
    assert!(text(&done).contains("1 cases, 1 accounts"), "{}", text(&done));
    assert!(text(&done).contains("withdrawn again: 1"), "{}", text(&done));
    let dump = String::from_utf8_lossy(&raw(&there.location)).into_owned();
    assert!(dump.contains(&stays), "what was not erased is there");
    let doctor = there.run(&world, &["doctor"]);
    assert!(doctor.status.success(), "{}", text(&doctor));
    // where it is not replayed, the same backup brings her back: the search would find her
    let without = elsewhere(engine);
    assert!(without.run(&world, &[line[0], line[1], "--without-tombstones"]).status.success());
    let rows = |at: &Elsewhere, id: &str| {
        let question = format!(
            "SELECT count(*) AS number FROM support_requests WHERE CAST(id AS text) = '{id}' AND state <> 'withdrawn'"
        );
        naast_tests::around(&at.location, |database| {
            let counted: Counted = naast_persistence::on_either!(database, |c| diesel::sql_query(question)
                .get_result(c))
            .expect("counted");
            counted.number
        })
    };
    assert_eq!((rows(&there, &gone), rows(&there, &stopped), rows(&there, &stays)), (0, 0, 1));
    // school is told again that nobody comes along, of who was erased as of who withdrew
    let talks = |at: &Elsewhere, state: &str| {
        let question = format!("SELECT count(*) AS number FROM announced_meetings WHERE state = '{state}'");
        naast_tests::around(&at.location, |database| {
            let counted: Counted = naast_persistence::on_either!(database, |c| diesel::sql_query(question)
                .get_result(c))
            .expect("counted");
            counted.number
        })
    };
    assert_eq!((talks(&there, "announced"), talks(&there, "cancelled")), (1, 2));
    assert_eq!((talks(&without, "announced"), talks(&without, "cancelled")), (3, 0));
    assert_eq!((rows(&without, &gone), rows(&without, &stopped), rows(&without, &stays)), (1, 1, 1));
    // who could read something of what was erased is asked again, once, also when it is replayed again or restored from after
    let asked = |at: &Elsewhere| {
        let question = format!(
            "SELECT count(*) AS number FROM erasure_notices WHERE CAST(reference AS text) = '{gone}' AND state = 'pending'"
        );
        naast_tests::around(&at.location, |database| {
            let counted: Counted = naast_persistence::on_either!(database, |c| diesel::sql_query(question)
                .get_result(c))
            .expect("counted");
            counted.number
        })
    };
    assert_eq!((asked(&there), asked(&without)), (2, 0));
    assert!(there.run(&world, &["retention", "replay"]).status.success());
    assert_eq!(asked(&there), 2);
    let from_after = folder.path().join("after.backup");
    let from_after = from_after.to_str().expect("UTF-8");
    assert!(naast(&world, &["backup", from_after]).status.success());
    let later = elsewhere(engine);
    let done = later.run(&world, &["restore", from_after, "--tombstones", stones.to_str().expect("UTF-8")]);
    assert!(done.status.success(), "{}", text(&done));
    assert_eq!(asked(&later), 2);
}

fn what_was_taken_back_after_a_backup_does_not_come_back(engine: Engine) {
    let world = World::new(engine);
    let app = &world.app;
    let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
    let request = world.consented(0, parent);
    let (matched, _) = world.matched(0, parent, &request, &buddy);
    let (withdrawn, stopped) = case(&world);
    let of_match = format!("/matches/{matched}");
    let written = |who: PersonId, at: &str, body: &serde_json::Value| {
        let id = app.post(who, &format!("{of_match}/{at}"), body).expect(201).id();
        format!("{of_match}/{at}/{id}")
    };
    let note = written(
        parent,
        "private-notes",
        &json!({ "kind": "goal", "text": "Weg ermee", "aboutHealth": false }),
    );
    // sent under a key as well: the backup has the answer, words and all
    let said = json!({ "kind": "goal", "text": "Weg ermee, onder een sleutel", "aboutHealth": false });
    let kept = format!("\"{}\"", naast_tests::random_id());
    let keyed = app.keyed(Some(parent), &format!("POST {of_match}/private-notes"), &said, &kept).expect(201);
    let keyed = format!("{of_match}/private-notes/{}", keyed.id());
    // and one of which no tombstone says anything
    let named = json!({ "name": "Persoon (test)" });
    app.keyed(Some(world.administrator), "POST /people", &named, &kept).expect(201);
    let stays = written(
        parent,
        "private-notes",
        &json!({ "kind": "goal", "text": "Dit blijft", "aboutHealth": false }),
    );
    let message =
        written(buddy.person, "messages", &json!({ "text": "Verkeerd verstuurd", "aboutHealth": false }));
    let talk = json!({ "date": app.platform.clock.today(), "text": words("meeting-announcement") });
    let talk = written(parent, "meeting-announcements", &talk);
    let health =
        json!({ "kind": "child-health-data", "childAge": "under-16", "text": words("child-health-data") });
    let consents = format!("/support-requests/{request}/consents");
    let health = app.post(parent, &consents, &health).expect(201).id();
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(&world, folder.path());

    app.ask(withdrawn, &format!("/support-requests/{stopped}/withdrawal")).expect(200);
    app.ask(parent, &format!("{consents}/{health}/withdrawal")).expect(200);
    app.ask(parent, &format!("{talk}/cancellation")).expect(200);
    for (who, words) in [(parent, &note), (parent, &keyed), (buddy.person, &message)] {
        app.call(Some(who), "DELETE", words, None, None).expect(204);
    }
    // the machine is lost at this very moment: no round, no stop, no command
    let lost = folder.path().join("tombstones.jsonl");
    std::fs::copy(app.platform.data.join("tombstones.jsonl"), &lost).expect("each stands outside already");

    let there = elsewhere(engine);
    let (file, lost) = (file.to_str().expect("UTF-8"), lost.to_str().expect("UTF-8"));
    let done = there.run(&world, &["--language", "en", "restore", file, "--tombstones", lost]);
    assert!(done.status.success(), "{}", text(&done));
    let told = text(&done);
    assert!(
        told.contains("withdrawn again: 1 requests, 2 consents; taken away again: 3 notes and messages"),
        "{told}"
    );
    let number = |question: &str| {
        naast_tests::around(&there.location, |database| {
            let question = format!("SELECT count(*) AS number FROM {question}");
            let counted: Counted = naast_persistence::on_either!(database, |c| diesel::sql_query(question)
                .get_result(c))
            .expect("counted");
            counted.number
        })
    };
    // no answer of before is given again: what was taken back since stands in some
    assert!(number("kept_answers") > 0);
    assert_eq!(number("kept_answers WHERE length(sealed) > 0"), 0);
    let id = |path: &str| path.rsplit('/').next().expect("an id").to_owned();
    let open = "support_requests WHERE state <> 'withdrawn' AND CAST(id AS text)";
    assert_eq!(number(&format!("{open} = '{stopped}'")), 0);
    assert_eq!(number(&format!("{open} = '{request}'")), 1);
    let given = "consents WHERE withdrawn_at IS NULL AND CAST(id AS text)";
    assert_eq!(number(&format!("{given} = '{health}'")), 0);
    let announced = "meeting_announcements WHERE state = 'announced' AND CAST(id AS text)";
    assert_eq!(number(&format!("{announced} = '{}'", id(&talk))), 0);
    // and school is told so again
    let at_school = |state: &str| number(&format!("announced_meetings WHERE state = '{state}'"));
    assert_eq!((at_school("announced"), at_school("cancelled")), (0, 2));
    for (words, left) in [(&note, 0), (&message, 0), (&stays, 1)] {
        assert_eq!(number(&format!("private_entries WHERE CAST(id AS text) = '{}'", id(words))), left);
    }
    let doctor = there.run(&world, &["doctor"]);
    assert!(doctor.status.success(), "{}", text(&doctor));
}

fn a_database_that_is_older_than_its_tombstones_is_not_served(engine: Engine) {
    let world = World::new(engine);
    let (parent, request) = case(&world);
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(&world, folder.path());
    let there = elsewhere(engine);
    let line = ["restore", file.to_str().expect("UTF-8"), "--tombstones", &stones_of(&world)];
    assert!(there.run(&world, &line).status.success());
    let words = json!({ "confirmation": "erase-everything-of-mine" });
    world.app.post(parent, "/me/erasure", &words).expect(200);
    // whoever puts an old database in the place of the live one finds its tombstones beside it
    std::fs::copy(
        world.app.platform.data.join("tombstones.jsonl"),
        there.data.path().join("tombstones.jsonl"),
    )
    .expect("copied");
    let refused = there.run(&world, &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.status.code(), Some(5), "{}", text(&refused));
    assert!(text(&refused).contains("naast retention replay"), "{}", text(&refused));
    let replayed = there.run(&world, &["retention", "replay"]);
    assert!(text(&replayed).contains("1 cases, 1 accounts"), "{}", text(&replayed));
    let again = there.run(&world, &["retention", "replay"]);
    assert!(text(&again).contains("0 cases, 0 accounts"), "{}", text(&again));
    let left = String::from_utf8_lossy(&raw(&there.location)).matches(&request).count();
    let journal = naast_persistence::Store::open(&there.location, 1).expect("opens");
    drop(journal);
    assert!(left > 0, "the journal still names the id, and nothing else does");
}

fn a_place_in_use_is_never_restored_into(engine: Engine) {
    let world = World::new(engine);
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(&world, folder.path());
    let line = ["restore", file.to_str().expect("UTF-8"), "--tombstones", &stones_of(&world)];
    let refused = naast(&world, &line);
    assert!(!refused.status.success(), "{}", text(&refused));
    assert!(text(&refused).contains("Nothing was written"), "{}", text(&refused));
    world.app.get(world.administrator, "/me").expect(200);
}
