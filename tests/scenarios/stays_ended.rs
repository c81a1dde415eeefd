//! What ended or was said after a backup is so when it is restored: conversations, requests, and that a person asked for erasure or took that back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use naast_domain::conversations::Step;
use naast_domain::ids::PersonId;
use naast_tests::app::TestApp;
use naast_tests::world::World;
use naast_tests::{Engine, on_both, random_id};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::backups::{backup, case, elsewhere, stones_of, text};
use crate::ended_again::{served, without};
use crate::gone_by_term::ago;
use crate::last_days::{days, done, run, shown};
use crate::looks::{count_in, refused};

on_both!(
    a_conversation_that_ended_after_a_backup_is_ended_after_a_restore,
    school_reads_the_same_after_a_restore_whatever_she_said,
    a_request_that_ended_after_a_backup_is_ended_after_a_restore,
    what_she_last_said_of_erasure_counts_after_a_restore,
    who_has_the_tombstones_and_a_schools_ids_finds_no_answer,
);

const OPENS: &str = "/parent-conversations/_search";

/// A school has the ids of its conversations, and there are few steps: of a file that is copied to another machine nobody must be able to try them.
fn who_has_the_tombstones_and_a_schools_ids_finds_no_answer(engine: Engine) {
    let world = World::new(engine);
    let [said_no, stopped] = [0; 2].map(|_| world.conversation());
    world.parent_step(&world.explained(&said_no), "decline-buddy").expect(200);
    world.parent_step(&world.explained(&stopped), "withdraw").expect(200);
    let file = std::fs::read_to_string(stones_of(&world)).expect("the tombstones");
    let laid: Vec<Value> = file.lines().map(|line| serde_json::from_str(line).expect("a line")).collect();
    let ended = laid.iter().filter(|one| one["kind"] == "conversation-ended").count();
    assert_eq!(ended, 4, "that it came to her, and what she said, of two: {file}");
    for id in [&said_no, &stopped] {
        let id = uuid::Uuid::parse_str(id).expect("an id");
        for step in Step::all() {
            let mut tried = Sha256::new();
            let parts: [&[u8]; 5] =
                [b"naast.tombstone.v1", b"conversation-ended", id.as_bytes(), b"", step.code().as_bytes()];
            for part in parts {
                tried.update(u32::try_from(part.len()).expect("short").to_be_bytes());
                tried.update(part);
            }
            let tried = STANDARD.encode(tried.finalize());
            assert!(laid.iter().all(|one| one["fingerprint"] != tried), "{}", step.code());
        }
    }
}

fn a_conversation_that_ended_after_a_backup_is_ended_after_a_restore(engine: Engine) {
    let world = World::new(engine);
    let reference = random_id();
    let body = |ground: &str| json!({ "locationCode": naast_tests::world::SCHOOL, "parentReference": reference, "ground": ground });
    let asked = world.app.post(world.leader, "/conversations", &body("regular-talk")).expect(201).id();
    let [stopped, declined, open, silent] = [0; 4].map(|_| world.conversation());
    let codes = [&stopped, &open].map(|id| world.explained(id));
    for step in ["ask-first-question", "has-nobody", "ask-second-question", "agrees"] {
        world.step(&declined, step).expect(201);
    }
    let invitation = world.step(&declined, "explain-buddy").expect(201).text("invitationCode");
    let sides = [0; 2].map(|_| world.exchanged(&invitation));
    for step in ["ask-first-question", "has-nobody", "ask-second-question"] {
        world.step(&asked, step).expect(201);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(&world, folder.path());
    let file = file.to_str().expect("UTF-8");
    world.parent_step(&codes[0], "decline-buddy").expect(200);
    world.parent_step(&codes[0], "withdraw").expect(200);
    world.parent_step(&codes[1], "take-time").expect(200);
    world.parent_step(&sides[1], "decline-buddy").expect(200);
    world.step(&asked, "declines").expect(201);
    world.step(&silent, "ask-first-question").expect(201);
    world.step(&silent, "rather-not-say").expect(201);

    let hers = |app: &TestApp| -> Vec<Value> {
        let found = |code: &String| app.call(None, "POST", OPENS, Some(&json!({ "code": code })), None);
        codes.iter().chain(&sides).map(|code| found(code).expect(200).body["state"].clone()).collect()
    };
    let schools = |app: &TestApp| {
        [&asked, &silent, &stopped, &declined, &open]
            .map(|id| app.get(world.leader, &format!("/conversations/{id}")).expect(200).body)
    };
    let live = hers(&world.app);
    assert_eq!(live, ["withdrawn", "thinking", "buddy-explained", "buddy-declined"]);
    let there = elsewhere(engine);
    let others = without(&world, folder.path(), "conversation-ended");
    let run = there.run(&world, &["restore", file, "--tombstones", &others, "--without-tombstones"]);
    assert!(run.status.success(), "{}", text(&run));
    let app = served(&world, &there);
    assert_eq!(hers(&app), ["buddy-explained"; 4], "the look would see it");
    refused(app.post(world.leader, "/conversations", &body("regular-talk")), 409, "conversation-running");

    let there = elsewhere(engine);
    let run = there.run(&world, &["restore", file, "--tombstones", &stones_of(&world)]);
    assert!(run.status.success(), "{}", text(&run));
    assert!(text(&run).contains("0 requests, 4 conversations"), "{}", text(&run));
    let app = served(&world, &there);
    // who only thought it over does so again
    assert_eq!(hers(&app), ["withdrawn", "buddy-explained", "buddy-explained", "buddy-declined"]);
    let (after, before) = (schools(&app), schools(&world.app));
    for (one, other) in after.iter().zip(&before) {
        assert_eq!(one["state"], other["state"]);
    }
    assert_eq!(after[2..], before[2..], "school sees nothing of what the parent did");
    // she has said no: nobody asks again
    refused(app.post(world.leader, "/conversations", &body("regular-talk")), 409, "conversation-rested");
    let last = "conversation_steps WHERE step IN ('declines', 'withdraw', 'rather-not-say')";
    assert_eq!((count_in(&app, last), count_in(&world.app, last)), (3, 3));
    let moments = |app: &TestApp| {
        count_in(app, &format!("{last} AND at <= (SELECT max(restored_at) FROM restorations)"))
    };
    assert_eq!(moments(&app), 3, "as of when they ended");
    let again = there.run(&world, &["retention", "replay"]);
    assert!(text(&again).contains("0 requests, 0 conversations"), "{}", text(&again));
    assert_eq!(there.run(&world, &["doctor"]).status.code(), Some(0));
}

/// A no and no answer look the same to school, also where the backup is of before it came to the parent.
fn school_reads_the_same_after_a_restore_whatever_she_said(engine: Engine) {
    let world = World::new(engine);
    let references = [(); 3].map(|()| random_id().to_string());
    let body = |reference: &String| json!({ "locationCode": naast_tests::world::SCHOOL, "parentReference": reference, "ground": "regular-talk" });
    let talks = references
        .each_ref()
        .map(|reference| world.app.post(world.leader, "/conversations", &body(reference)).expect(201).id());
    for talk in &talks {
        for step in ["ask-first-question", "has-nobody", "ask-second-question", "agrees"] {
            world.step(talk, step).expect(201);
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(&world, folder.path());
    let [declined, stopped, _] = talks.each_ref().map(|talk| {
        let invitation = world.step(talk, "explain-buddy").expect(201).text("invitationCode");
        world.exchanged(&invitation)
    });
    world.parent_step(&declined, "decline-buddy").expect(200);
    world.parent_step(&stopped, "withdraw").expect(200);
    let there = elsewhere(engine);
    let run =
        there.run(&world, &["restore", file.to_str().expect("UTF-8"), "--tombstones", &stones_of(&world)]);
    assert!(run.status.success(), "{}", text(&run));
    let app = served(&world, &there);
    let reads = |talk: &String, reference: &String| {
        let mut one = app.get(world.leader, &format!("/conversations/{talk}")).expect(200).body;
        for steps in one["steps"].as_array_mut().into_iter().flatten() {
            steps["at"] = Value::Null;
        }
        let again = app.post(world.leader, "/conversations", &body(reference));
        json!([
            one["state"],
            one["permittedSteps"],
            one["steps"],
            one["version"],
            again.status,
            again.body["code"]
        ])
    };
    let [one, two, three] = [0, 1, 2].map(|at| reads(&talks[at], &references[at]));
    assert_eq!(one[0], "with-parent", "{one}");
    assert_eq!((&one, &two), (&three, &three));
}

fn a_request_that_ended_after_a_backup_is_ended_after_a_restore(engine: Engine) {
    let world = ago(engine, 184);
    let parents: Vec<PersonId> = (0..3).map(|_| world.person()).collect();
    let requests: Vec<String> = parents.iter().map(|parent| world.consented(0, *parent)).collect();
    let proposal = world.propose(0, &requests[0], &world.buddy(0, &json!({}))).expect(201).id();
    days(&world, 150);
    assert_eq!(done(&run(&world)).0, 3);
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(&world, folder.path());
    let file = file.to_str().expect("UTF-8");
    // of the second nobody knows a match in the backup, and the third goes on
    world.coordinators_declare();
    let (matched, _) = world.matched(0, parents[1], &requests[1], &world.buddy(0, &json!({})));
    let path = format!("/matches/{matched}");
    let reached = json!({ "reason": "goal-reached" });
    world.app.post_on(parents[1], &path, &format!("{path}/closure"), &reached).expect(200);
    world.app.ask(parents[2], &format!("/support-requests/{}/continuations", requests[2])).expect(200);
    days(&world, 31);
    assert_eq!(done(&run(&world)).1, 1);
    let seen = |app: &TestApp| -> Vec<Value> {
        let shown = |(who, id): (&PersonId, &String)| {
            let of = app.get(*who, &format!("/support-requests/{id}")).expect(200).body;
            json!([of["state"], of["closedBecause"], of["retention"]["eraseAfterDate"]])
        };
        parents.iter().zip(&requests).map(shown).collect()
    };
    let live = seen(&world.app);
    assert_eq!((&live[0][1], &live[1][1]), (&json!("not-continued"), &json!("goal-reached")));
    let there = elsewhere(engine);
    let others = without(&world, folder.path(), "request-ended");
    let run = there.run(&world, &["restore", file, "--tombstones", &others, "--without-tombstones"]);
    assert!(run.status.success(), "{}", text(&run));
    let risen = seen(&served(&world, &there));
    assert!(risen.iter().all(|one| one[0] == json!("consented")), "the look would see it: {risen:?}");

    let there = elsewhere(engine);
    let run = there.run(&world, &["restore", file, "--tombstones", &stones_of(&world)]);
    assert!(run.status.success(), "{}", text(&run));
    assert!(text(&run).contains("closed again: 2 requests"), "{}", text(&run));
    let app = served(&world, &there);
    let again = seen(&app);
    assert_eq!(again[0], live[0], "its terms count from when it ended");
    assert_eq!((&again[1][0], &again[1][1]), (&json!("closed"), &json!("goal-reached")));
    assert_eq!(again[2][0], "consented");
    let of = app.get(world.coordinators[0], &format!("/proposals/{proposal}")).expect(200).body;
    assert_eq!(of["cancelledBecause"], "request-ended");
    assert_eq!(shown(&world, parents[0], &requests[0])["state"], "closed");
    let again = there.run(&world, &["retention", "replay"]);
    assert!(text(&again).contains("closed again: 0 requests"), "{}", text(&again));
    assert_eq!(there.run(&world, &["doctor"]).status.code(), Some(0));
}

fn what_she_last_said_of_erasure_counts_after_a_restore(engine: Engine) {
    let world = World::new(engine);
    let (held, request) = case(&world);
    let path = format!("/support-requests/{request}/holds");
    world.app.post(world.coordinators[0], &path, &json!({ "because": "complaint" })).expect(201);
    // a role keeps her account, so that she can ask for help again
    let back = world.member(&world.association, "coordinator", Some(&world.programmes[0]));
    let everything = json!({ "confirmation": "erase-everything-of-mine" });
    world.app.post(back, "/me/erasure", &everything).expect(200);
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(&world, folder.path());
    let file = file.to_str().expect("UTF-8");
    world.app.post(held, "/me/erasure", &everything).expect(200);
    world.request(0, back);
    let asked = |app: &TestApp| {
        [held, back]
            .map(|who| count_in(app, &format!("erasure_requests WHERE CAST(person_id AS text) = '{who}'")))
    };
    assert_eq!(asked(&world.app), [1, 0]);
    for (kind, risen) in [("erasure-asked", [0, 1]), ("erasure-asked-no-more", [1, 1])] {
        let there = elsewhere(engine);
        let others = without(&world, folder.path(), kind);
        let run = there.run(&world, &["restore", file, "--tombstones", &others, "--without-tombstones"]);
        assert!(run.status.success(), "{}", text(&run));
        // the tombstone of a taking back is of itself
        let risen = if kind == "erasure-asked" { [0, 0] } else { risen };
        assert_eq!(asked(&served(&world, &there)), risen, "{kind}");
    }
    let there = elsewhere(engine);
    let run = there.run(&world, &["restore", file, "--tombstones", &stones_of(&world)]);
    assert!(run.status.success(), "{}", text(&run));
    assert!(text(&run).contains("taken back again: 2 wishes to be erased"), "{}", text(&run));
    let app = served(&world, &there);
    assert_eq!(asked(&app), [1, 0]);
    // what she asked for is done once nothing holds it any more, and the account of the other stays
    let all = app.get(world.coordinators[0], &path).expect(200).body["data"].clone();
    let kept_by = all[0]["id"].as_str().expect("an id").to_owned();
    let declared = format!("/programmes/{}/coordinator-tie-declarations", world.programmes[0]);
    app.ask(world.coordinators[0], &declared).expect(200);
    app.ask(world.coordinators[0], &format!("{path}/{kept_by}/release")).expect(200);
    naast_api::privacy::round::round(&app.platform, app.platform.clock.now(), false).expect("a round");
    let named =
        |who: PersonId| count_in(&app, &format!("people WHERE name <> '' AND CAST(id AS text) = '{who}'"));
    assert_eq!((count_in(&app, "support_requests"), named(back)), (0, 1));
    let again = there.run(&world, &["retention", "replay"]);
    assert!(text(&again).contains("taken back again: 0 wishes to be erased"), "{}", text(&again));
}
