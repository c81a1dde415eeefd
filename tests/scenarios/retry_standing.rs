//! A kept answer is for whoever still may do what she did: a role that ends takes effect on the very next call, also when
//! it is a repetition.

use naast_domain::ids::PersonId;
use naast_tests::world::{ELSEWHERE, SCHOOL, World, words};
use naast_tests::{Engine, on_both, random_key};
use serde_json::{Value, json};

use crate::looks::{assert_sound, at_school, contents, count, differing, refused};

on_both!(
    whoever_lost_her_role_gets_no_kept_answer,
    a_role_elsewhere_does_not_give_a_kept_answer,
    whoever_still_may_gets_her_answer_whatever_else_she_lost,
    whoever_has_a_tie_since_gets_no_kept_answer_of_that_case,
    who_is_given_an_answer_about_a_buddy_again_has_read_it,
    what_a_school_is_given_again_of_a_talk_is_recorded,
);

/// That a case is held.
static HELD: std::sync::LazyLock<Value> = std::sync::LazyLock::new(|| json!({ "because": "complaint" }));

/// Gives the first membership of a person in a role another status.
fn set(world: &World, person: PersonId, role: &str, status: &str) {
    let held = world.app.get(person, "/me/memberships").expect(200).body["data"].clone();
    let held = held.as_array().expect("a list").iter().find(|one| one["role"] == role).expect("her role");
    let (id, organisation) = (held["id"].as_str().expect("an id"), held["organisationId"].as_str());
    let path = format!("/organisations/{}/memberships/{id}", organisation.expect("an organisation"));
    let change = json!({ "status": status });
    world.app.call(Some(world.administrator), "PATCH", &path, Some(&change), Some("*")).expect(200);
}

fn whoever_lost_her_role_gets_no_kept_answer(engine: Engine) {
    let world = World::with_receivers(engine);
    let coordinator = world.coordinators[0];
    let buddy = world.buddy(0, &json!({}));
    let request = world.consented(0, world.person());
    let hook = json!({ "url": "http://127.0.0.1:1/", "programmeId": world.programmes[0] });
    let (propose, body) =
        (format!("POST /support-requests/{request}/proposals"), json!({ "buddyId": buddy.id }));
    let calls: Vec<(&str, &Value, String)> =
        vec![(&propose, &body, random_key()), ("POST /webhook-subscriptions", &hook, random_key())];
    let send =
        |(line, body, key): &(&str, &Value, String)| world.app.keyed(Some(coordinator), line, body, key);
    let first: Vec<_> = calls.iter().map(|call| send(call).expect(201)).collect();
    for status in ["suspended", "active", "ended"] {
        set(&world, coordinator, "coordinator", status);
        let before = contents(&world);
        for (call, first) in calls.iter().zip(&first) {
            let repeated = send(call);
            if status == "active" {
                assert_eq!(repeated.bytes, first.bytes, "{}", call.0);
                continue;
            }
            refused(repeated, 403, "forbidden");
            refused(send(&(call.0, call.1, random_key())), 403, "forbidden");
        }
        let mut changed = differing(&before, &contents(&world));
        // what is given again is read again, and that alone is written down (answered_again.rs)
        changed.retain(|table| !(table == "access_log" && status == "active"));
        assert_eq!(changed, [""; 0], "{status}");
    }
    assert_eq!((count(&world, "proposals"), count(&world, "webhook_subscriptions")), (1, 1));
    assert_sound(&world);
}

fn a_role_elsewhere_does_not_give_a_kept_answer(engine: Engine) {
    let world = World::new(engine);
    let coordinator = world.coordinators[0];
    let elsewhere =
        json!({ "personId": coordinator, "role": "coordinator", "programmeId": world.programmes[1] });
    let list = format!("/organisations/{}/memberships", world.school);
    let buddy = world.buddy(0, &json!({}));
    let request = world.consented(0, world.person());
    let (line, body, key) =
        (format!("POST /support-requests/{request}/proposals"), json!({ "buddyId": buddy.id }), random_key());
    world.app.keyed(Some(coordinator), &line, &body, &key).expect(201);
    set(&world, coordinator, "coordinator", "suspended");
    world.app.post(world.administrator, &list, &elsewhere).expect(201);
    // as for whoever coordinates another programme: the request is not there
    let mut repeated = refused(world.app.keyed(Some(coordinator), &line, &body, &key), 404, "not-found");
    let mut new =
        refused(world.app.keyed(Some(coordinator), &line, &body, &self::random_key()), 404, "not-found");
    for reply in [&mut repeated, &mut new] {
        reply.body["instance"] = json!("the number of the call");
    }
    assert_eq!(repeated.body, new.body);
    assert_sound(&world);
}

fn whoever_still_may_gets_her_answer_whatever_else_she_lost(engine: Engine) {
    let world = World::new(engine);
    let parent = world.member(&world.association, "auditor", None);
    let (body, submit) = (world.request_body(0), random_key());
    let first = world.app.keyed(Some(parent), "POST /support-requests", &body, &submit).expect(201);
    world.consent(parent, &first.id()).expect(201);
    let buddy = world.buddy(0, &json!({}));
    let proposal = world.propose(0, &first.id(), &buddy).expect(201).id();
    world.answer_ties(parent, &proposal, "no-objection");
    // a buddy's role is her relation to the case: there is nothing that could have ended
    let path = format!("/proposals/{proposal}");
    let etag = world.app.get(buddy.person, &path).expect(200).etag();
    let yes = json!({ "answer": "accepted", "tiesAsked": world.ties_to_ask(buddy.person, &proposal) });
    let (line, accept) = (format!("POST {path}/acceptances"), random_key());
    let say = || world.app.keyed_on(Some(buddy.person), &line, &yes, &accept, Some(&etag));
    let said = say().expect(201);
    assert_eq!(say().bytes, said.bytes);

    set(&world, parent, "auditor", "ended");
    let again = world.app.keyed(Some(parent), "POST /support-requests", &body, &submit).expect(201);
    assert_eq!(again.bytes, first.bytes);
    assert_eq!(count(&world, "support_requests"), 1, "what was done to see whether she may was undone");
    assert_eq!(count(&world, "journal WHERE action = 'request.submitted'"), 1);
    assert_sound(&world);
}

fn whoever_has_a_tie_since_gets_no_kept_answer_of_that_case(engine: Engine) {
    let world = World::new(engine);
    let coordinator = world.coordinators[0];
    let (buddy, parent) = (world.buddy(0, &json!({})), world.person());
    let request = world.consented(0, parent);
    let (matched, _) = world.matched(0, parent, &request, &buddy);
    let open = world.consented(0, world.person());
    let health =
        json!({ "kind": "child-health-data", "childAge": "under-16", "text": words("child-health-data") });
    let consents = format!("/support-requests/{request}/consents");
    let health = world.app.post(parent, &consents, &health).expect(201).id();
    // a case at another school is hers after as before
    let mut body = world.request_body(0);
    body["locationCode"] = json!(ELSEWHERE);
    let second = world.person();
    let elsewhere = world.app.post(second, "/support-requests", &body).expect(201).id();
    world.consent(second, &elsewhere).expect(201);
    let free = world.buddy(0, &json!({}));
    let (put, met) = (
        json!({ "buddyId": free.id }),
        json!({
            "date": world.app.platform.clock.today(), "channel": "online", "minutes": 30, "task": "listening"
        }),
    );
    let nothing = json!({});
    let back = format!("POST {consents}/{health}/withdrawal");
    let mut calls: Vec<(String, &Value, String)> = [
        (format!("POST /support-requests/{open}/proposals"), &put),
        (format!("POST /matches/{matched}/contacts"), &met),
        (format!("POST /support-requests/{open}/holds"), &HELD),
        (back.clone(), &nothing),
        (format!("POST /support-requests/{elsewhere}/holds"), &HELD),
    ]
    .map(|(line, body)| (line, body, random_key()))
    .into();
    let send =
        |(line, body, key): &(String, &Value, String)| world.app.keyed(Some(coordinator), line, body, key);
    let mut first: Vec<_> = calls.iter().map(send).collect();
    let said: Vec<_> = first.iter().map(|reply| (reply.status, reply.body["code"].clone())).collect();
    assert_eq!(
        said.iter().map(|(status, _)| *status).collect::<Vec<_>>(),
        [201, 201, 201, 200, 201],
        "{said:?}"
    );
    let mut told = first[3].body["recipients"].as_array().expect("recipients").iter();
    let notice = told.find(|one| one["kind"] == "programme").expect("the programme is told");
    let notice = notice["noticeId"].as_str().expect("an id");
    calls.push((format!("POST /withdrawal-notices/{notice}/confirmation"), &nothing, random_key()));
    first.push(send(&calls[5]).expect(200));
    let ties = format!("/programmes/{}/coordinator-ties", world.programmes[0]);
    let tie = json!({
        "kind": "employed-at-school", "about": { "kind": "school", "locationCode": SCHOOL }, "sinceDate": "2020-08-01"
    });
    world.app.post(coordinator, &ties, &tie).expect(201);

    let (before, records) = (contents(&world), count(&world, "access_log"));
    for (call, first) in calls.iter().zip(&first) {
        let repeated = send(call);
        if call.0.contains(&elsewhere) {
            assert_eq!(repeated.bytes, first.bytes, "of a case that the tie does not touch");
            continue;
        }
        if call.0 == back {
            // what nothing may hold up is answered anew, and shows nothing
            assert_ne!(first.body["recipients"], json!([]));
            assert_eq!(repeated.expect(200).body["recipients"], json!([]));
            continue;
        }
        refused(repeated, 409, "coordinator-tied");
    }
    // nothing is done again; of the one case that she may read she was given an answer again, and that is written down; that she is kept from the other
    // told her nothing of it
    assert_eq!(differing(&before, &contents(&world)), ["access_log"]);
    assert_eq!(count(&world, "access_log"), records + 1);
    // a role at the school that the installation gives her keeps her from it as well
    let colleague = world.member(&world.association, "coordinator", Some(&world.programmes[0]));
    let (line, again) = (format!("POST /matches/{matched}/contacts"), random_key());
    let note = || world.app.keyed(Some(colleague), &line, &met, &again);
    let noted = note().expect(201);
    assert_eq!(note().bytes, noted.bytes);
    let teacher = json!({ "personId": colleague, "role": "school-staff" });
    let list = format!("/organisations/{}/memberships", world.school);
    world.app.post(world.administrator, &list, &teacher).expect(201);
    refused(note(), 409, "coordinator-tied");
    assert_sound(&world);
}

/// An answer that is of no case: the subject reads who had it again, as she reads who looked.
fn who_is_given_an_answer_about_a_buddy_again_has_read_it(engine: Engine) {
    let world = World::new(engine);
    let (app, coordinator) = (&world.app, world.coordinators[0]);
    let records = |person: PersonId| {
        count(&world, &format!("access_log WHERE subject_id = '{person}' AND reader_id <> '{person}'"))
    };
    let whose = world.person();
    let mut calls: Vec<(String, Value, String)> = Vec::new();
    let register = json!({
        "programmeId": world.programmes[0], "personId": whose, "firstName": "Test", "languages": ["nl"],
        "specialisms": ["talking-with-school"], "channels": ["online"], "municipalityCodes": ["9901"], "capacity": 1
    });
    let again = random_key();
    let send = |line: &str, body: &Value, key: &str| app.keyed(Some(coordinator), line, body, key);
    let id = send("POST /buddies", &register, &again).expect(201).id();
    calls.push(("POST /buddies".to_owned(), register, again));
    let path = format!("/buddies/{id}");
    let issued = app.platform.clock.today() - chrono::TimeDelta::days(30);
    for (line, body) in [
        (format!("POST {path}/certificates"), json!({ "kind": "training", "issuedDate": issued })),
        (
            format!("POST {path}/ties"),
            json!({ "kind": "own-child-at-school", "about": { "kind": "school", "locationCode": SCHOOL } }),
        ),
    ] {
        let again = random_key();
        send(&line, &body, &again).expect(201);
        calls.push((line, body, again));
    }
    for (line, body, again) in &calls {
        let before = (records(whose), count(&world, "access_log"), count(&world, "journal"));
        send(line, body, again).expect(201);
        assert_eq!(records(whose), before.0 + 1, "{line}");
        assert_eq!(
            (count(&world, "access_log"), count(&world, "journal")),
            (before.1 + 1, before.2),
            "{line}"
        );
    }
    // what she is given again of herself is no reading by anybody else
    let (line, again) = (format!("POST {path}/ties"), random_key());
    let tie = json!({ "kind": "school-volunteer", "about": { "kind": "school", "locationCode": SCHOOL } });
    let own = || app.keyed(Some(whose), &line, &tie, &again);
    own().expect(201);
    let before = count(&world, "access_log");
    own().expect(201);
    assert_eq!(count(&world, "access_log"), before);
    let told = count(&world, "access_log WHERE data_kind = 'buddy-profile' AND role = 'coordinator'");
    assert!(told >= 3, "{told}");
    assert_sound(&world);
}

/// A school that notes something on a talk twice under one key was shown the buddy's name twice.
fn what_a_school_is_given_again_of_a_talk_is_recorded(engine: Engine) {
    let world = World::new(engine);
    let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
    let request = world.consented(0, parent);
    let (matched, _) = world.matched(0, parent, &request, &buddy);
    let talk = json!({ "date": world.app.platform.clock.today(), "text": words("meeting-announcement") });
    let announced = world.app.post(parent, &format!("/matches/{matched}/meeting-announcements"), &talk);
    let talk = at_school(&world, &announced.expect(201).id());
    let (line, again) = (format!("POST /announced-meetings/{talk}/objections"), random_key());
    let note = || world.app.keyed(Some(world.leader), &line, &json!({ "objection": "room" }), &again);
    let first = note().expect(200);
    let of = |person: PersonId| {
        count(&world, &format!("access_log WHERE subject_id = '{person}' AND reader_id = '{}'", world.leader))
    };
    let before = (of(parent), of(buddy.person));
    assert_eq!(note().body, first.body);
    assert_eq!((of(parent), of(buddy.person)), (before.0 + 1, before.1 + 1));
    // no answer was kept that would name her once she does not come
    assert!(first.body["firstName"].is_string(), "{}", first.body);
    assert_eq!(
        count(
            &world,
            "kept_answers WHERE person_id = '{leader}'"
                .replace("{leader}", &world.leader.to_string())
                .as_str()
        ),
        0
    );
    world.app.ask(parent, &format!("/support-requests/{request}/withdrawal")).expect(200);
    let late = note().expect(409);
    assert!(!String::from_utf8_lossy(&late.bytes).contains(&first.text("firstName")), "{}", late.body);
    assert_sound(&world);
}
