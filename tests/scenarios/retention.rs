//! How long things stay, and what holds them back.

use chrono::TimeDelta;
use naast_api::privacy::round::{Report, round};
use naast_domain::ids::PersonId;
use naast_persistence::Kept;
use naast_persistence::privacy::leases;
use naast_tests::world::{SCHOOL, World};
use naast_tests::{Engine, around, on_both, random_id};
use serde_json::{Value, json};

use crate::command_line::naast;
use crate::looks::{contents, count, differing};
use crate::signing_in::signed_in;

on_both!(
    every_record_says_when_it_goes_and_why,
    a_round_erases_what_had_its_time_and_nothing_else,
    one_process_does_the_round_at_a_time,
    a_programmes_own_term_counts_at_once,
    what_is_left_of_a_buddy_goes_in_steps,
    a_row_without_a_name_goes_with_the_last_record_that_names_it,
    a_conversation_goes_when_the_school_may_ask_again,
    an_account_that_nothing_needs_goes,
    an_account_that_was_used_lately_stays_whoever_signs_in_meanwhile,
);

/// So many days go by.
pub fn days(world: &World, days: i64) {
    world.app.platform.clock.advance(TimeDelta::days(days));
}

/// A round, now.
pub fn run(world: &World) -> Report {
    let platform = &world.app.platform;
    round(platform, platform.clock.now(), false).expect("a round")
}

/// The parent withdraws her request.
pub fn withdraw(world: &World, parent: PersonId, request: &str) {
    world.app.ask(parent, &format!("/support-requests/{request}/withdrawal")).expect(200);
}

/// What stands of the day on which a record goes: of the one that is read, or of the first.
pub fn retention(world: &World, who: PersonId, path: &str) -> Value {
    let body = world.app.get(who, path).expect(200).body;
    let one = body["data"].as_array().map_or(body.clone(), |rows| rows[0].clone());
    one["retention"].clone()
}

/// The day that lies so many days ahead.
fn ahead(world: &World, days: i64) -> Value {
    json!(world.app.platform.clock.today() + TimeDelta::days(days))
}

fn every_record_says_when_it_goes_and_why(engine: Engine) {
    let world = World::new(engine);
    let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
    let request = world.consented(0, parent);
    let (matched, proposal) = world.matched(0, parent, &request, &buddy);
    let met = json!({ "date": world.app.platform.clock.today(), "channel": "online", "minutes": 30, "task": "listening" });
    world.app.post(buddy.person, &format!("/matches/{matched}/contacts"), &met).expect(201);
    let of_case = [
        format!("/support-requests/{request}"),
        format!("/matches/{matched}"),
        format!("/matches/{matched}/contacts"),
        format!("/proposals/{proposal}"),
        format!("/support-requests/{request}/proposals"),
        "/support-requests".to_owned(),
        "/matches".to_owned(),
    ];
    let is_request = |path: &String| [&of_case[0], &of_case[5]].contains(&path);
    // of the request itself a parent reads whether it is held; what belongs to it says nothing of that
    let as_read = |path: &String, mut said: Value| {
        said["held"] = if is_request(path) { json!(false) } else { Value::Null };
        said
    };
    let running = json!({ "eraseAfterDate": null, "ground": "running", "held": false });
    // the request itself: a year after it ends, on the day after its last
    let supported = json!({ "eraseAfterDate": ahead(&world, 731), "ground": "supported", "held": false });
    for path in &of_case {
        let expected = if is_request(path) { &supported } else { &running };
        assert_eq!(retention(&world, parent, path), as_read(path, expected.clone()), "{path}");
    }
    assert_eq!(retention(&world, buddy.person, &format!("/buddies/{}", buddy.id)), running);
    let reason = json!({ "reason": "goal-reached" });
    let path = format!("/matches/{matched}");
    world.app.post_on(parent, &path, &format!("{path}/closure"), &reason).expect(200);
    let request_state = world.app.get(parent, &of_case[0]).body["state"].clone();
    let expected = if request_state == json!("closed") {
        json!({ "eraseAfterDate": ahead(&world, 365), "ground": "closed-matched", "held": false })
    } else {
        running
    };
    for path in &of_case {
        assert_eq!(retention(&world, parent, path), as_read(path, expected.clone()), "{path} after closing");
    }
    withdraw(&world, parent, &request);
    let withdrawn = json!({ "eraseAfterDate": ahead(&world, 30), "ground": "withdrawn", "held": false });
    for path in &of_case {
        assert_eq!(
            retention(&world, parent, path),
            as_read(path, withdrawn.clone()),
            "{path} after withdrawing"
        );
    }
    let conversation = world.conversation();
    let said = retention(&world, world.leader, &format!("/conversations/{conversation}"));
    assert_eq!(said["ground"], json!("rest-over"));
    // what the parent does does not move the day
    let code = world.explained(&conversation);
    world.parent_step(&code, "decline-buddy").expect(200);
    assert_eq!(retention(&world, world.leader, &format!("/conversations/{conversation}")), said);
}

fn a_round_erases_what_had_its_time_and_nothing_else(engine: Engine) {
    let world = World::new(engine);
    let (gone, stays) = (world.person(), world.person());
    let buddy = world.buddy(0, &json!({ "capacity": 5 }));
    let (old, running) = (world.consented(0, gone), world.consented(0, stays));
    let (matched, _) = world.matched(0, gone, &old, &buddy);
    let (other, _) = world.matched(0, stays, &running, &buddy);
    for (parent, matched) in [(gone, &matched), (stays, &other)] {
        let hello = json!({ "text": "Dag", "aboutHealth": false });
        world.app.post(parent, &format!("/matches/{matched}/messages"), &hello).expect(201);
    }
    withdraw(&world, gone, &old);
    days(&world, 30);
    let early = run(&world);
    assert_eq!(early.total(), 0, "the last day is hers: {early:?}");
    days(&world, 1);
    let before = contents(&world);
    let platform = &world.app.platform;
    let counted = round(platform, platform.clock.now(), true).expect("a dry round");
    assert_eq!(differing(&before, &contents(&world)), [""; 0], "a dry round changed something");
    assert_eq!(counted.erased.get("request withdrawn"), Some(&1));
    let rows = count(&world, "journal WHERE action = 'subject.erased'");
    let done = run(&world);
    assert_eq!(done.erased.get("request withdrawn"), Some(&1));
    assert_eq!(counted.total(), done.total());
    assert_eq!(count(&world, "journal WHERE action = 'subject.erased'"), rows + 1);
    world.app.get(gone, &format!("/support-requests/{old}")).expect(404);
    world.app.get(gone, &format!("/matches/{matched}")).expect(404);
    world.app.get(stays, &format!("/support-requests/{running}")).expect(200);
    let messages = world.app.get(stays, &format!("/matches/{other}/messages")).expect(200);
    assert_eq!(messages.body["data"][0]["text"], json!("Dag"));
    for table in ["consents", "proposals", "assessments", "decisions", "matches", "private_entries"] {
        assert_eq!(count(&world, &format!("{table} WHERE request_id = '{old}'")), 0, "{table}");
    }
    assert_eq!(count(&world, "consent_proofs"), 1);
    assert_eq!(
        count(&world, "erased_counts WHERE kind = 'request' AND outcome = 'matched' AND number = 1"),
        1
    );
    assert_eq!(count(&world, &format!("data_keys WHERE CAST(owner_id AS text) = '{old}'")), 0);
    let next = run(&world);
    assert_eq!(
        (next.erased.get("account"), next.total()),
        (Some(&1), 1),
        "nothing needs her account any more"
    );
    assert_eq!(run(&world).total(), 0, "again, nothing is left to do");
    for command in [vec!["doctor"], vec!["journal", "verify", "--without-anchors"]] {
        let output = naast(&world, &command);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

fn one_process_does_the_round_at_a_time(engine: Engine) {
    let world = World::new(engine);
    let platform = &world.app.platform;
    let (now, other) = (platform.clock.now(), random_id());
    let lead = move |until: TimeDelta| {
        let taken = platform.store.write(move |tx| {
            let lease = (now, now + until);
            Ok::<_, naast_persistence::Error>(Kept::bookkeeping(leases::take(
                tx,
                leases::RETENTION,
                other,
                lease,
            )?))
        });
        assert!(taken.expect("a lease"), "nobody leads");
    };
    lead(TimeDelta::minutes(5));
    assert!(run(&world).busy);
    let output = naast(&world, &["retention", "run"]);
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    // who led died: its lease runs out
    world.app.platform.clock.advance(TimeDelta::minutes(6));
    assert!(!run(&world).busy);
    assert!(!run(&world).busy, "the lease is given back at the end");
}

fn a_programmes_own_term_counts_at_once(engine: Engine) {
    let world = World::new(engine);
    let parent = world.person();
    let request = world.consented(0, parent);
    withdraw(&world, parent, &request);
    days(&world, 6);
    assert_eq!(run(&world).total(), 0);
    let term = format!("/programmes/{}/retention-terms/withdrawn", world.programmes[0]);
    let set = |body: Value| world.app.call(Some(world.administrator), "PUT", &term, Some(&body), Some("*"));
    assert_eq!(set(json!({ "days": 60 })).expect(409).text("code"), "term-needs-reason");
    assert_eq!(set(json!({ "days": 91, "reason": "Wens" })).expect(409).text("code"), "term-too-long");
    set(json!({ "days": 60, "reason": "Er loopt een evaluatie." })).expect(200);
    let said = retention(&world, parent, &format!("/support-requests/{request}"));
    assert_eq!(said["eraseAfterDate"], ahead(&world, 54));
    set(json!({ "days": 5 })).expect(200);
    let list =
        world.app.get(parent, &format!("/programmes/{}/retention-terms", world.programmes[0])).expect(200);
    let own =
        list.body["data"].as_array().expect("rows").iter().find(|one| one["term"] == json!("withdrawn"));
    assert_eq!(own.expect("the term")["days"], json!(5));
    assert_eq!(run(&world).total(), 1);
}

fn what_is_left_of_a_buddy_goes_in_steps(engine: Engine) {
    let world = World::new(engine);
    let (parent, buddy) = (world.person(), world.buddy(0, &json!({ "firstName": "Zeer Herkenbaar" })));
    let request = world.consented(0, parent);
    world.matched(0, parent, &request, &buddy);
    let path = format!("/buddies/{}", buddy.id);
    world.app.patch(world.coordinators[0], &path, &json!({ "status": "left" })).expect(200);
    assert_eq!(retention(&world, buddy.person, &path)["ground"], json!("buddy-left"));
    let of_hers = |table: &str| count(&world, &format!("{table} WHERE buddy_id = '{}'", buddy.id));
    assert!(of_hers("certificates") > 0);
    run(&world);
    assert_eq!(of_hers("certificates"), 0, "a certificate stays until she leaves, and not longer");
    days(&world, 366);
    run(&world);
    assert_eq!(of_hers("ties"), 0);
    // the parent's case goes on and names her id; nothing else of her is left
    assert_eq!(
        count(&world, &format!("buddies WHERE id = '{}' AND first_name = '' AND left_at IS NULL", buddy.id)),
        1
    );
    let again = run(&world);
    assert_eq!(again.erased.get("buddy-file"), None, "{again:?}");
    // nobody comes back as a row without a name, and no key is made for her again
    let keys = format!("data_keys WHERE owner_id = '{}'", buddy.person);
    let before = count(&world, &keys);
    let back = json!({ "status": "active", "firstName": "Weer" });
    world.app.patch(world.coordinators[0], &path, &back).expect(404);
    assert_eq!(count(&world, &keys), before);
    // nor is anything written on that row, which nobody would erase again
    let today = world.app.platform.clock.today();
    let seen = json!({ "kind": "vog", "issuedDate": today });
    world.app.post(world.coordinators[0], &format!("{path}/certificates"), &seen).expect(404);
    let about = json!({ "kind": "school", "locationCode": naast_tests::world::SCHOOL });
    let tie = json!({ "kind": "own-child-at-school", "about": about });
    world.app.post(world.coordinators[0], &format!("{path}/ties"), &tie).expect(404);
    assert_eq!((of_hers("certificates"), of_hers("ties")), (0, 0));
    world.app.get(parent, &format!("/support-requests/{request}")).expect(200);
}

fn a_row_without_a_name_goes_with_the_last_record_that_names_it(engine: Engine) {
    let world = World::new(engine);
    let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
    let request = world.consented(0, parent);
    world.matched(0, parent, &request, &buddy);
    let list = format!("/organisations/{}/memberships", world.school);
    let teacher = world.person();
    let role = json!({ "personId": teacher, "role": "school-staff" });
    let role = world.app.post(world.administrator, &list, &role).expect(201).id();
    let rows = |table: &str, id: &str| count(&world, &format!("{table} WHERE id = '{id}'"));
    let there = || {
        let person = |id: PersonId| rows("people", &id.to_string());
        (rows("buddies", &buddy.id), person(buddy.person), person(teacher))
    };
    let path = format!("/buddies/{}", buddy.id);
    world.app.patch(world.coordinators[0], &path, &json!({ "status": "left" })).expect(200);
    days(&world, 366);
    let talk = json!({ "locationCode": SCHOOL, "parentReference": random_id(), "ground": "regular-talk" });
    world.app.post(teacher, "/conversations", &talk).expect(201);
    let ended = json!({ "status": "ended" });
    world.app.patch(world.administrator, &format!("{list}/{role}"), &ended).expect(200);
    days(&world, 40);
    // the file and the accounts go, and what others have of them keeps their ids
    for _ in 0..3 {
        run(&world);
    }
    assert_eq!(there(), (1, 1, 1));
    assert_eq!(count(&world, "people WHERE name = ''"), 2, "both are nobody any more");
    // what a program of before wrote on the row that is left holds nothing up
    let (at, no) = match engine {
        Engine::Sqlite => ("'2026-01-01T00:00:00.000000Z'", "0"),
        Engine::Postgres => ("'2026-01-01T00:00:00Z'", "false"),
    };
    let tie = format!(
        "INSERT INTO ties (programme_id, id, buddy_id, kind, about, aggravated, since, until, declared_at, version) SELECT \
         programme_id, id, id, 'employed-at-school', '{{\"school\": \"{SCHOOL}\"}}', {no}, '2024-01-01', NULL, {at}, 1 FROM buddies \
         WHERE id = '{}'",
        buddy.id
    );
    around(&world.app.location, |database| database.batch(&tie)).expect("whoever has a console can do this");
    // what a round without changes says, and what a round does
    let dry = || round(&world.app.platform, world.app.platform.clock.now(), true).expect("a round").erased;
    let swept = |of: &std::collections::BTreeMap<String, u64>| {
        (of.get("nameless-person").copied(), of.get("nameless-buddy").copied())
    };
    assert_eq!(swept(&dry()), (None, None));
    withdraw(&world, parent, &request);
    days(&world, 155);
    // the case and the conversation go now, and at the next rounds what only they named; what the case asked the buddy stands for 90 days more
    let mut seen = Vec::new();
    for later in [0, 1, 91, 1, 1, 1] {
        days(&world, later);
        let before = dry();
        let done = run(&world).erased;
        assert_eq!(swept(&before), swept(&done));
        seen.push((swept(&done), there()));
    }
    let expected = [
        ((None, None), (1, 1, 1)),
        ((Some(1), None), (1, 1, 0)),
        ((None, None), (1, 1, 0)),
        ((None, Some(1)), (0, 1, 0)),
        ((Some(1), None), (0, 0, 0)),
        ((None, None), (0, 0, 0)),
    ];
    assert_eq!(seen, expected);
    // whoever has a name and a record stays
    assert_eq!(rows("people", &world.leader.to_string()), 1);
    assert_eq!(count(&world, "people WHERE name = ''"), 0);
}

fn a_conversation_goes_when_the_school_may_ask_again(engine: Engine) {
    let world = World::new(engine);
    let (declined, open) = (world.conversation(), world.conversation());
    let code = world.explained(&declined);
    world.parent_step(&code, "decline-buddy").expect(200);
    let path = format!("/conversations/{declined}");
    let seen = world.app.get(world.leader, &path).expect(200);
    days(&world, 31);
    assert_eq!(run(&world).erased.get("conversation-steps"), Some(&1));
    let of_it = |side: &str| {
        count(&world, &format!("conversation_steps WHERE conversation_id = '{declined}' AND side = '{side}'"))
    };
    assert_eq!((of_it("parent"), of_it("school") > 0), (0, true));
    let after = world.app.get(world.leader, &path).expect(200);
    assert_eq!(
        (seen.bytes, seen.headers.get("etag")),
        (after.bytes, after.headers.get("etag")),
        "the school sees no byte of it"
    );
    days(&world, 155);
    assert_eq!(run(&world).erased.get("conversation"), Some(&2));
    for one in [&declined, &open] {
        world.app.get(world.leader, &format!("/conversations/{one}")).expect(404);
    }
}

fn an_account_that_nothing_needs_goes(engine: Engine) {
    let world = World::new(engine);
    let (unused, parent) = (world.person(), world.person());
    world.request(0, parent);
    days(&world, 32);
    run(&world);
    world.app.get(unused, "/me").expect(401);
    for needed in [parent, world.administrator, world.leader, world.coordinators[0]] {
        world.app.get(needed, "/me").expect(200);
    }
}

fn an_account_that_was_used_lately_stays_whoever_signs_in_meanwhile(engine: Engine) {
    let world = World::new(engine);
    let hers = || count(&world, "sign_in_addresses");
    signed_in(&world.app, "stil@example.org");
    days(&world, 25);
    signed_in(&world.app, "stil@example.org");
    days(&world, 20);
    signed_in(&world.app, "ander@example.org");
    run(&world);
    assert_eq!(hers(), 2, "she signed in twenty days ago");
    days(&world, 10);
    run(&world);
    assert_eq!(hers(), 2, "the last day is hers");
    days(&world, 2);
    run(&world);
    assert_eq!(hers(), 1);
}
