//! Readiness is computed from facts, never ticked; ties are declared about what they can be about, and asked again each
//! year (S2, S3).

use chrono::{Months, TimeDelta};
use naast_tests::world::{Buddy, SCHOOL, SISTER, World};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::looks::{assert_sound, count, refused, texts};

on_both!(
    readiness_names_everything_that_is_missing_and_nobody_can_tick_it,
    a_certificate_runs_out_by_itself,
    a_tie_is_about_what_such_a_tie_can_be_about,
    a_tie_that_is_there_is_not_declared_twice,
    a_buddy_who_was_not_asked_for_a_year_is_no_candidate_until_she_is,
    whoever_cannot_be_proposed_is_told_of_with_the_reasons_and_counted,
);

const CERTIFICATES: &[&str] = &["vog", "training", "agreement", "code-of-conduct"];

fn missing(world: &World, buddy: &Buddy) -> Vec<String> {
    let shown = world.app.get(buddy.person, &format!("/buddies/{}/readiness", buddy.id)).expect(200);
    let missing = shown.body["missing"].as_array().expect("a list");
    assert_eq!(shown.body["ready"], missing.is_empty());
    assert!(missing.iter().all(|one| one["reason"].as_str().is_some_and(|reason| !reason.is_empty())));
    missing.iter().filter_map(|one| one["requirement"].as_str().map(str::to_owned)).collect()
}

fn readiness_names_everything_that_is_missing_and_nobody_can_tick_it(engine: Engine) {
    let world = World::new(engine);
    let parent = world.person();
    let request = world.consented(0, parent);
    let buddy = world.applicant(0, &json!({}));
    assert_eq!(missing(&world, &buddy), ["active", "vog", "training", "agreement", "code-of-conduct"]);
    for left_out in CERTIFICATES {
        let buddy = world.applicant(0, &json!({}));
        let path = format!("/buddies/{}", buddy.id);
        for kind in CERTIFICATES.iter().filter(|kind| *kind != left_out) {
            world.certificate(0, &buddy, kind).expect(201);
        }
        world.app.ask_on(buddy.person, &path, &format!("{path}/tie-declarations")).expect(200);
        assert_eq!(missing(&world, &buddy), ["active", left_out]);
        world.app.patch(world.coordinators[0], &path, &json!({ "status": "active" })).expect(200);
        let refusal = refused(world.propose(0, &request, &buddy), 409, "buddy-not-ready");
        assert_eq!(texts(&refusal.body["reasons"]), [*left_out]);
        for member in ["ready", "readyUntil", "runningMatches", "tiesAskedDate"] {
            let tick = json!({ member: true });
            refused(world.app.patch(world.coordinators[0], &path, &tick), 400, "invalid-input");
        }
        // she cannot hand in her own certificate, nor make herself active
        let own =
            json!({ "kind": left_out, "profile": "45", "issuedDate": world.app.platform.clock.today() });
        refused(world.app.post(buddy.person, &format!("{path}/certificates"), &own), 403, "forbidden");
        world.certificate(0, &buddy, left_out).expect(201);
        assert_eq!(missing(&world, &buddy), [""; 0]);
        let proposal = world.propose(0, &request, &buddy).expect(201).id();
        world.answer(parent, &proposal, "refused").expect(201);
    }
    let bare = json!({ "kind": "vog", "issuedDate": world.app.platform.clock.today() });
    let path = format!("/buddies/{}/certificates", buddy.id);
    let refusal = refused(world.app.post(world.coordinators[0], &path, &bare), 400, "invalid-input");
    assert_eq!(refusal.body["errors"][0]["pointer"], "/profile");
}

fn a_certificate_runs_out_by_itself(engine: Engine) {
    let world = World::new(engine);
    let clock = &world.app.platform.clock;
    let buddy = world.buddy(0, &json!({}));
    let parent = world.person();
    let request = world.consented(0, parent);
    let proposal = world.propose(0, &request, &buddy).expect(201).id();
    world.answer(parent, &proposal, "accepted").expect(201);

    // both run for three years from a month ago; the first day after them is the first on which they do not count
    let last = clock.today() - Months::new(1) + Months::new(36);
    clock.advance(last - clock.today());
    // so many days of 24 hours on from late in the evening in winter it is after midnight in summer
    while clock.today() > last {
        clock.advance(TimeDelta::hours(-1));
    }
    assert_eq!(missing(&world, &buddy), [""; 0], "on its last day");
    clock.advance(TimeDelta::days(1));
    assert_eq!(missing(&world, &buddy), ["vog", "training"]);
    world
        .app
        .ask_on(
            buddy.person,
            &format!("/buddies/{}", buddy.id),
            &format!("/buddies/{}/tie-declarations", buddy.id),
        )
        .expect(200);
    let refusal = refused(world.answer(buddy.person, &proposal, "accepted"), 409, "buddy-not-ready");
    assert_eq!(texts(&refusal.body["reasons"]), ["vog", "training"]);
    let candidates = format!("/support-requests/{request}/candidates");
    let shown = world.app.get(world.coordinators[0], &candidates).expect(200);
    assert_eq!(shown.body["candidates"], json!([]));
    for kind in ["vog", "training"] {
        world.certificate(0, &buddy, kind).expect(201);
    }
    assert!(world.answer(buddy.person, &proposal, "accepted").expect(201).body["matchId"].is_string());
}

fn a_tie_that_is_there_is_not_declared_twice(engine: Engine) {
    let world = World::new(engine);
    let buddy = world.applicant(0, &json!({}));
    let path = format!("/buddies/{}/ties", buddy.id);
    let school = json!({ "kind": "school", "locationCode": SCHOOL });
    let tie = json!({ "kind": "employed-at-school", "about": school, "sinceDate": "2024-08-01" });
    let first = world.app.post(buddy.person, &path, &tie).expect(201);
    // also by her coordinator, who heard of it too, and where it says that it is over
    let mut over = tie.clone();
    over["untilDate"] = json!("2026-07-31");
    for (who, again) in [(buddy.person, &tie), (world.coordinators[0], &tie), (buddy.person, &over)] {
        let reply = refused(world.app.post(who, &path, again), 409, "tie-known");
        assert_eq!(reply.body["existing"]["id"], first.body["id"], "{}", reply.body);
        assert_eq!(reply.body["errors"][0]["pointer"], "/kind");
    }
    // what says something else is another: another day, another school, and the same that goes on where the first ended
    let place = format!("{path}/{}", first.id());
    world
        .app
        .call(
            Some(buddy.person),
            "PATCH",
            &place,
            Some(&json!({ "untilDate": "2026-07-31" })),
            first.body["etag"].as_str(),
        )
        .expect(200);
    let mut other = tie.clone();
    other["sinceDate"] = json!("2024-08-02");
    let mut elsewhere = tie.clone();
    elsewhere["about"]["locationCode"] = json!(SISTER);
    for another in [&tie, &other, &elsewhere] {
        world.app.post(buddy.person, &path, another).expect(201);
    }
    assert_eq!(count(&world, "ties"), 4);
    assert_eq!(count(&world, "journal WHERE action = 'tie.declared'"), 4);
    assert_sound(&world);
}

fn a_tie_is_about_what_such_a_tie_can_be_about(engine: Engine) {
    let world = World::new(engine);
    let buddy = world.applicant(0, &json!({}));
    let path = format!("/buddies/{}/ties", buddy.id);
    let declare = |tie: Value| world.app.post(buddy.person, &path, &tie);
    let school = json!({ "kind": "school", "locationCode": SCHOOL });
    let wrong = json!({ "kind": "employed-at-school", "about": { "kind": "board", "boardNumber": "99901" } });
    let fault = refused(declare(wrong), 400, "invalid-input").body["errors"][0].clone();
    assert_eq!((&fault["pointer"], &fault["code"]), (&json!("/about/kind"), &json!("not-of-this-tie")));
    assert!(fault["detail"].as_str().expect("words").ends_with("Toegestaan: school."), "{fault}");
    let heavier = json!({ "kind": "school-volunteer", "about": school, "aggravated": true });
    assert_eq!(refused(declare(heavier), 400, "invalid-input").body["errors"][0]["pointer"], "/aggravated");
    let backwards = json!({
        "kind": "school-volunteer", "about": school, "sinceDate": "2026-02-02", "untilDate": "2026-02-01"
    });
    assert_eq!(refused(declare(backwards), 400, "invalid-input").body["errors"][0]["pointer"], "/untilDate");
    let bare = json!({ "kind": "school-volunteer", "about": { "kind": "school" } });
    assert_eq!(
        refused(declare(bare), 400, "invalid-input").body["errors"][0]["pointer"],
        "/about/locationCode"
    );
    let unknown = json!({ "kind": "likes-the-school", "about": school });
    assert_eq!(refused(declare(unknown), 400, "invalid-input").body["errors"][0]["pointer"], "/kind");
    assert_eq!(world.app.get(buddy.person, &path).expect(200).body["data"], json!([]));

    let kinds = world.app.call(None, "GET", "/tie-kinds", None, None).expect(200);
    for kind in
        kinds.body["data"].as_array().expect("kinds").iter().filter(|one| !one["furtherQuestion"].is_null())
    {
        let about = match kind["about"][0].as_str().expect("a kind of thing") {
            "school" => school.clone(),
            _ => json!({ "kind": "everywhere" }),
        };
        declare(json!({ "kind": kind["kind"], "about": about, "aggravated": true })).expect(201);
    }
    let shown = world.app.get(world.coordinators[0], &path).expect(200);
    assert_eq!(shown.body["data"].as_array().map(Vec::len), Some(2));
    for other in [world.coordinators[1], world.leader, world.person()] {
        refused(world.app.get(other, &path), 404, "not-found");
    }
}

fn a_buddy_who_was_not_asked_for_a_year_is_no_candidate_until_she_is(engine: Engine) {
    let world = World::new(engine);
    let buddy = world.buddy(0, &json!({}));
    let request = world.consented(0, world.person());
    let candidates = |list: &str| {
        let path = format!("/support-requests/{request}/candidates");
        world.app.get(world.coordinators[0], &path).expect(200).body[list].as_array().map_or(0, Vec::len)
    };
    assert_eq!((candidates("candidates"), candidates("excluded")), (1, 0));
    world.app.platform.clock.advance(TimeDelta::days(396));
    world.coordinators_declare();
    assert_eq!((candidates("candidates"), candidates("excluded")), (0, 1));
    refused(world.propose(0, &request, &buddy), 409, "buddy-not-independent");
    // her profile does not say it for her
    world
        .app
        .patch(world.coordinators[0], &format!("/buddies/{}", buddy.id), &json!({ "capacity": 2 }))
        .expect(200);
    assert_eq!(candidates("candidates"), 0);
    world
        .app
        .ask_on(
            buddy.person,
            &format!("/buddies/{}", buddy.id),
            &format!("/buddies/{}/tie-declarations", buddy.id),
        )
        .expect(200);
    assert_eq!((candidates("candidates"), candidates("excluded")), (1, 0));
    world.propose(0, &request, &buddy).expect(201);
}

fn whoever_cannot_be_proposed_is_told_of_with_the_reasons_and_counted(engine: Engine) {
    let world = World::new(engine);
    let parent = world.person();
    let request = world.consented(0, parent);
    let able = world.buddy(0, &json!({}));
    let full = world.buddy(0, &json!({}));
    let other = world.person();
    world.matched(0, other, &world.consented(0, other), &full);
    let apart = world.buddy(0, &json!({ "languages": ["ar"] }));
    let applicant = world.applicant(0, &json!({ "languages": ["ar"] }));
    let tied = world.buddy(0, &json!({}));
    world.tie(&tied, "employed-at-school", &json!({ "kind": "school", "locationCode": SCHOOL })).expect(201);
    let left = world.buddy(0, &json!({}));
    world
        .app
        .patch(world.coordinators[0], &format!("/buddies/{}", left.id), &json!({ "status": "left" }))
        .expect(200);
    world.buddy(1, &json!({ "languages": ["ar"] }));

    let path = format!("/support-requests/{request}/candidates");
    let shown = world.app.get(world.coordinators[0], &path).expect(200).body;
    let reasons = |buddy: &str| -> Vec<String> {
        let excluded = shown["excluded"].as_array().expect("a list");
        let of = excluded.iter().find(|one| one["buddyId"] == json!(buddy));
        let of = of.map(|one| one["reasons"].as_array().expect("reasons").clone()).unwrap_or_default();
        of.iter().map(|one| one["code"].as_str().expect("a code").to_owned()).collect()
    };
    assert_eq!(shown["candidates"][0]["buddyId"], json!(able.id), "{shown}");
    assert_eq!(reasons(&tied.id), ["not-independent"]);
    assert_eq!(reasons(&full.id), ["no-capacity"]);
    assert_eq!(reasons(&apart.id), ["language"]);
    assert_eq!(reasons(&applicant.id), ["not-ready", "not-independent", "language"]);
    assert_eq!(reasons(&left.id), Vec::<String>::new(), "who left is no buddy of the programme any more");
    assert_eq!(shown["excluded"].as_array().map(Vec::len), Some(4));
    let counts: Vec<(&str, u64)> = shown["excludedCounts"]
        .as_array()
        .expect("counts")
        .iter()
        .map(|one| (one["code"].as_str().expect("a code"), one["buddies"].as_u64().expect("a number")))
        .filter(|(_, count)| *count > 0)
        .collect();
    assert_eq!(counts, [("not-ready", 1), ("not-independent", 1), ("no-capacity", 1), ("language", 2)]);
    assert_eq!(shown["considered"], json!(2));
}
