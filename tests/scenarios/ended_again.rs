//! What ended after a backup ends again when it is restored: matches, certificates, the former words of a note, and what a pupil said.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use naast_domain::ids::PersonId;
use naast_persistence::{Location, on_either};
use naast_tests::app::{Reply, Shape, TestApp};
use naast_tests::world::{Buddy, World, words};
use naast_tests::{Engine, Guard, around, on_both};
use serde_json::{Value, json};

use crate::backups::{Elsewhere, backup, elsewhere, stones_of, text};
use crate::command_line::command_on;
use crate::looks::{count, refused};

on_both!(
    what_ended_after_a_backup_ends_again,
    a_replay_that_is_killed_again_and_again_ends_everything_once,
    what_a_pupil_said_after_a_backup_binds_again,
    what_a_pupil_says_after_a_restore_outweighs_what_is_brought_later,
);

/// A server on what was restored elsewhere, for the same people.
pub fn served(world: &World, there: &Elsewhere) -> TestApp {
    let master_keys = Some(world.app.platform.data.join("master-keys"));
    let shape = Shape { master_keys, ..Shape::default() };
    TestApp::start_on(there.location.clone(), Guard::nothing(), shape)
}

/// The tombstones of a world but those of one kind, in a file.
pub fn without(world: &World, folder: &Path, kind: &str) -> String {
    let all = std::fs::read_to_string(stones_of(world)).expect("text");
    let of_kind = format!("\"{kind}\"");
    let others: String = all.split_inclusive('\n').filter(|line| !line.contains(&of_kind)).collect();
    assert_ne!(all, others, "none is a {kind}");
    let file = folder.join(format!("without-{kind}.jsonl"));
    std::fs::write(&file, others).expect("written");
    file.to_str().expect("UTF-8").to_owned()
}

/// Three parents whose matches run, and what happens to each of them after the backup.
struct Stage {
    world: World,
    pairs: Vec<(PersonId, String, String, Buddy)>,
    certificate: String,
    notes: [String; 4],
}

impl Stage {
    fn new(engine: Engine) -> Self {
        let world = World::new(engine);
        let pair = || {
            let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
            let request = world.consented(0, parent);
            let (matched, _) = world.matched(0, parent, &request, &buddy);
            (parent, request, matched, buddy)
        };
        let pairs: Vec<_> = (0..3).map(|_| pair()).collect();
        for (parent, _, matched, _) in &pairs {
            let talk =
                json!({ "date": world.app.platform.clock.today(), "text": words("meeting-announcement") });
            world.app.post(*parent, &format!("/matches/{matched}/meeting-announcements"), &talk).expect(201);
        }
        let (parent, _, matched, buddy) = &pairs[2];
        let note = |words: &str| {
            let note = json!({ "kind": "goal", "text": words, "aboutHealth": false });
            let path = format!("/matches/{matched}/private-notes");
            let id = world.app.post(*parent, &path, &note).expect(201).id();
            format!("{path}/{id}")
        };
        let notes = ["Eerst dit", "Eerst ook dit", "Dit blijft", "Al eens herschreven"].map(note);
        world.app.patch(*parent, &notes[3], &json!({ "text": "Herschreven voor de back-up" })).expect(200);
        let certificates = format!("/buddies/{}/certificates", buddy.id);
        let all = world.app.get(world.coordinators[0], &certificates).expect(200);
        let of = |one: &&Value| one["kind"] == json!("agreement");
        let certificate = all.body["data"].as_array().expect("a page").iter().find(of).expect("hers");
        let certificate = certificate["id"].as_str().expect("an id").to_owned();
        Self { world, pairs, certificate, notes }
    }

    /// What happens after the backup.
    fn act(&self) {
        let app = &self.world.app;
        for (pair, reason) in self.pairs.iter().zip(["goal-reached", "other-buddy"]) {
            let path = format!("/matches/{}", pair.2);
            app.post_on(pair.0, &path, &format!("{path}/closure"), &json!({ "reason": reason })).expect(200);
        }
        let (parent, _, _, buddy) = &self.pairs[2];
        let path = format!("/buddies/{}/certificates/{}", buddy.id, self.certificate);
        app.call(Some(self.world.coordinators[0]), "DELETE", &path, None, None).expect(204);
        app.patch(*parent, &self.notes[0], &json!({ "text": "Nu dat" })).expect(200);
        // first another kind with the same words, and then other words
        for change in [json!({ "kind": "contact-note" }), json!({ "text": "Nu ook dat" })] {
            app.patch(*parent, &self.notes[1], &change).expect(200);
        }
        app.patch(*parent, &self.notes[2], &json!({ "kind": "contact-note" })).expect(200);
    }

    /// How things stand to whoever asks: of each match its state, its reason, its request and whether its talk stands; and what of the rest is there.
    fn seen(&self, app: &TestApp) -> Value {
        let course = |(parent, request, matched, _): &(PersonId, String, String, Buddy)| {
            let path = format!("/matches/{matched}");
            let of = app.get(*parent, &path).expect(200).body;
            let talks = app.get(*parent, &format!("{path}/meeting-announcements")).expect(200).body;
            let request = app.get(*parent, &format!("/support-requests/{request}")).expect(200).body;
            json!([
                of["state"],
                of["closedBecause"],
                of["pausedFor"],
                request["state"],
                talks["data"][0]["state"]
            ])
        };
        let courses: Vec<Value> = self.pairs.iter().map(course).collect();
        let (parent, _, _, buddy) = &self.pairs[2];
        let notes = self.notes.clone().map(|note| app.get(*parent, &note).body["text"].clone());
        let certificates = format!("/buddies/{}/certificates", buddy.id);
        let left = app.get(self.world.coordinators[0], &certificates).expect(200).body;
        json!([courses, notes, left["data"].as_array().map(Vec::len)])
    }

    /// How things stand where everything was ended again.
    fn ended() -> Value {
        json!([
            [
                ["closed", "goal-reached", [], "closed", "cancelled"],
                ["closed", "other-buddy", [], "consented", "cancelled"],
                ["paused", null, ["buddy-not-ready"], "matched", "announced"],
            ],
            // the former words are gone, and the others were never in the backup
            [null, null, "Dit blijft", "Herschreven voor de back-up"],
            3,
        ])
    }

    /// The buddies whose matches ended have their place back, once.
    fn assert_places(&self, app: &TestApp) {
        for ((_, _, _, buddy), taken) in self.pairs.iter().zip([0, 0, 1]) {
            let row = format!("buddies WHERE CAST(id AS text) = '{}' AND matches = {taken}", buddy.id);
            assert_eq!(number(&app.location, &row), 1);
        }
    }
}

fn what_ended_after_a_backup_ends_again(engine: Engine) {
    let stage = Stage::new(engine);
    let world = &stage.world;
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(world, folder.path());
    let file = file.to_str().expect("UTF-8");
    stage.act();
    let ended_at = |app: &TestApp| {
        app.get(stage.pairs[0].0, &format!("/matches/{}", stage.pairs[0].2)).body["endedAt"].clone()
    };

    // where nothing is replayed, everything is as it was: the look would see it
    let without = elsewhere(engine);
    assert!(without.run(world, &["restore", file, "--without-tombstones"]).status.success());
    let risen = stage.seen(&served(world, &without));
    assert_eq!(risen[0][0], json!(["active", null, [], "matched", "announced"]));
    assert_eq!(
        (&risen[1][0], &risen[1][1], &risen[2]),
        (&json!("Eerst dit"), &json!("Eerst ook dit"), &json!(4))
    );

    let there = elsewhere(engine);
    let done = there.run(world, &["restore", file, "--tombstones", &stones_of(world)]);
    assert!(done.status.success(), "{}", text(&done));
    let told = "taken away again: 2 notes and messages, 1 certificates; ended again: 2 matches";
    assert!(text(&done).contains(told), "{}", text(&done));
    let app = served(world, &there);
    assert_eq!(stage.seen(&app), Stage::ended());
    stage.assert_places(&app);
    assert_eq!(ended_at(&app), ended_at(&world.app), "it ended when it ended: terms count from there");
    // a second time there is nothing left to do
    let again = there.run(world, &["retention", "replay"]);
    let told = "0 notes and messages, 0 certificates; ended again: 0 matches, 0 roles; shut out again: 0 systems; said again: 0 words";
    assert!(text(&again).contains(told), "{}", text(&again));
    assert_eq!(stage.seen(&app), Stage::ended());
    let doctor = there.run(world, &["doctor"]);
    assert!(doctor.status.success(), "{}", text(&doctor));
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

fn number(location: &Location, rows: &str) -> i64 {
    let question = format!("SELECT count(*) AS number FROM {rows}");
    around(location, |database| {
        let counted: Counted =
            on_either!(database, |c| diesel::sql_query(question).get_result(c)).expect("counted");
        counted.number
    })
}

/// How many rows of the journal a replay wrote.
fn replayed(there: &Elsewhere) -> i64 {
    number(&there.location, "journal WHERE role = 'replay'")
}

fn a_replay_that_is_killed_again_and_again_ends_everything_once(engine: Engine) {
    let stage = Stage::new(engine);
    let world = &stage.world;
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(world, folder.path());
    let there = elsewhere(engine);
    let line = ["restore", file.to_str().expect("UTF-8"), "--tombstones", &stones_of(world)];
    assert!(there.run(world, &line).status.success());
    stage.act();
    std::fs::copy(stones_of(world), there.data.path().join("tombstones.jsonl")).expect("copied");
    let mut kills = 0;
    for _ in 0..40 {
        let before = replayed(&there);
        let mut command = command_on(world, &there.location, there.data.path());
        command.args(["retention", "replay"]).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the program runs");
        let since = Instant::now();
        while replayed(&there) == before
            && child.try_wait().expect("asked").is_none()
            && since.elapsed() < Duration::from_secs(30)
        {
            std::thread::sleep(Duration::from_millis(1));
        }
        let was_at_it = child.try_wait().expect("asked").is_none();
        child.kill().expect("killed");
        child.wait().expect("gone");
        if !was_at_it {
            break;
        }
        kills += 1;
    }
    assert!(kills >= 1, "{kills} kills came in the middle");
    let done = there.run(world, &["retention", "replay"]);
    assert!(done.status.success(), "{}", text(&done));
    let app = served(world, &there);
    assert_eq!(stage.seen(&app), Stage::ended());
    stage.assert_places(&app);
}

/// A request whose pupil speaks.
struct Spoken {
    parent: PersonId,
    request: String,
}

impl Spoken {
    fn new(world: &World) -> Self {
        let parent = world.person();
        Self { parent, request: world.consented(0, parent) }
    }

    fn asks_for_a_code(&self, app: &TestApp) -> Reply {
        app.ask(self.parent, &format!("/support-requests/{}/pupil-codes", self.request))
    }

    fn code(&self, app: &TestApp) -> String {
        self.asks_for_a_code(app).expect(201).text("pupilCode")
    }

    /// The parent consents herself, to data on the health of a child who is said to be under 16.
    fn parent_consents(&self, app: &TestApp) -> Reply {
        let body = json!({ "kind": "child-health-data", "childAge": "under-16", "text": words("child-health-data") });
        app.post(self.parent, &format!("/support-requests/{}/consents", self.request), &body)
    }
}

fn yes(app: &TestApp, code: &str) -> Reply {
    let body = json!({ "code": code, "text": words("pupil-health-data") });
    app.call(None, "POST", "/pupil-consents", Some(&body), None)
}

fn no(app: &TestApp, code: &str) {
    app.call(None, "POST", "/pupil-consents/withdrawal", Some(&json!({ "code": code })), None).expect(200);
}

fn what_a_pupil_said_after_a_backup_binds_again(engine: Engine) {
    let world = World::new(engine);
    let app = &world.app;
    let all: Vec<Spoken> = (0..6).map(|_| Spoken::new(&world)).collect();
    let [no_after, code_after, yes_after, both_before, no_again, parent_before] = &all[..] else {
        panic!("six")
    };
    let known = no_after.code(app);
    let changed = yes_after.code(app);
    let settled = both_before.code(app);
    no(app, &settled);
    yes(app, &settled).expect(200);
    let often = no_again.code(app);
    no(app, &often);
    yes(app, &often).expect(200);
    parent_before.parent_consents(app).expect(201);
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(&world, folder.path());

    no(app, &known);
    let later = code_after.code(app);
    no(app, &later);
    no(app, &changed);
    yes(app, &changed).expect(200);
    no(app, &often);
    let over = parent_before.code(app);
    yes(app, &over).expect(200);

    let file = file.to_str().expect("UTF-8");
    // without the tombstones of either kind nobody knows what she said: the look sees it
    for kind in ["pupils-no", "pupils-code"] {
        let there = elsewhere(engine);
        let others = without(&world, folder.path(), kind);
        let done = there.run(&world, &["restore", file, "--tombstones", &others, "--without-tombstones"]);
        assert!(done.status.success(), "{}", text(&done));
        no_after.parent_consents(&served(&world, &there)).expect(201);
    }
    let there = elsewhere(engine);
    let done = there.run(&world, &["restore", file, "--tombstones", &stones_of(&world)]);
    assert!(done.status.success(), "{}", text(&done));
    assert!(text(&done).contains("said again: 5 words of pupils"), "{}", text(&done));
    let app = &served(&world, &there);
    for (spoken, code) in [(no_after, &known), (code_after, &later), (no_again, &often)] {
        refused(spoken.parent_consents(app), 409, "pupil-decides");
        refused(spoken.asks_for_a_code(app), 409, "pupil-said-no");
        // with the very code by which she said it she changes her mind, also where the backup is of before it was made
        yes(app, code).expect(200);
    }
    // her last word was yes: she decides, and says yes again with whatever code
    for spoken in [yes_after, parent_before] {
        refused(spoken.parent_consents(app), 409, "pupil-decides");
        let code = spoken.code(app);
        yes(app, &code).expect(200);
    }
    // what the backup knows is as it was
    let consents = format!("/support-requests/{}/consents", both_before.request);
    let held = app.get(both_before.parent, &consents).expect(200).body["data"].clone();
    let holds = |one: &&Value| one["kind"] == json!("pupil-health-data") && one["state"] == json!("in-force");
    assert_eq!(held.as_array().expect("a page").iter().filter(holds).count(), 1);
    assert_eq!(there.run(&world, &["doctor"]).status.code(), Some(0));
}

fn what_a_pupil_says_after_a_restore_outweighs_what_is_brought_later(engine: Engine) {
    let world = World::new(engine);
    let [first, second] = [Spoken::new(&world), Spoken::new(&world)];
    let (one, other) = (first.code(&world.app), second.code(&world.app));
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(&world, folder.path());
    no(&world.app, &one);
    no(&world.app, &other);
    let there = elsewhere(engine);
    let line = ["restore", file.to_str().expect("UTF-8"), "--without-tombstones"];
    assert!(there.run(&world, &line).status.success());
    {
        let app = served(&world, &there);
        // nobody knows of a no here: one pupil says yes since, and of the other the parent says that she is younger
        yes(&app, &one).expect(200);
        second.parent_consents(&app).expect(201);
    }
    let brought = there.run(&world, &["retention", "replay", "--tombstones", &stones_of(&world)]);
    assert!(text(&brought).contains("said again: 1 words of pupils"), "{}", text(&brought));
    let app = served(&world, &there);
    let states = |spoken: &Spoken, kind: &str| -> Vec<Value> {
        let path = format!("/support-requests/{}/consents", spoken.request);
        let body = app.get(spoken.parent, &path).expect(200).body;
        let of_kind = |one: &&Value| one["kind"] == json!(kind);
        body["data"]
            .as_array()
            .expect("a page")
            .iter()
            .filter(of_kind)
            .map(|one| one["state"].clone())
            .collect()
    };
    assert_eq!(states(&first, "pupil-health-data"), [json!("in-force")]);
    assert_eq!(states(&second, "child-health-data"), [json!("withdrawn")]);
    refused(second.parent_consents(&app), 409, "pupil-decides");
    assert_eq!(count(&world, "tombstones WHERE kind = 'pupils-no'"), 2);
}
