//! A tie that is told is the parent's to accept; and what follows when one comes later (S2).

use naast_domain::ids::PersonId;
use naast_tests::world::{Buddy, SCHOOL, World};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::looks::{assert_sound, refused};

on_both!(
    a_tie_that_is_told_is_accepted_by_the_parent_herself_or_the_proposal_ends,
    a_tie_that_comes_before_the_last_yes_counts,
    a_blocking_tie_ends_a_running_match_at_once,
    a_tie_that_must_be_told_pauses_a_match_until_the_parent_accepts_it,
    a_tie_that_was_a_mistake_does_not_hold_a_match_for_ever,
    another_form_of_the_programme_asks_the_rules_again,
    a_tie_with_where_the_parent_lives_counts_without_a_school,
);

fn at_school() -> Value {
    json!({ "kind": "school", "locationCode": SCHOOL })
}

fn state_of(world: &World, parent: PersonId, path: &str) -> Value {
    world.app.get(parent, path).expect(200).body["state"].clone()
}

fn places_taken(world: &World, buddy: &Buddy) -> Value {
    world.app.get(world.coordinators[0], &format!("/buddies/{}", buddy.id)).expect(200).body["runningMatches"]
        .clone()
}

fn a_tie_that_is_told_is_accepted_by_the_parent_herself_or_the_proposal_ends(engine: Engine) {
    let world = World::new(engine);
    let app = &world.app;
    for answer in ["accepted", "refused"] {
        let buddy = world.buddy(0, &json!({}));
        world.tie(&buddy, "own-child-at-school", &at_school()).expect(201);
        world.tie(&buddy, "council-member-parent", &at_school()).expect(201);
        let parent = world.person();
        let request = world.consented(0, parent);
        let proposal = world.propose(0, &request, &buddy).expect(201).id();
        let path = format!("/proposals/{proposal}");
        let told = app.get(parent, &path).expect(200).body["ties"].clone();
        let told = told.as_array().expect("ties");
        assert_eq!(told.len(), 2);
        assert!(told.iter().all(|tie| tie["answer"].is_null()));
        let meanings: Vec<_> = told.iter().filter_map(|tie| tie["meaning"].as_str()).collect();
        assert!(meanings.contains(&"Een kind van deze buddy zit op de school van uw kind."), "{meanings:?}");
        // the buddy does not read what the parent is told or answers
        assert_eq!(app.get(buddy.person, &path).expect(200).body["ties"], json!([]));

        refused(world.answer(parent, &proposal, "accepted"), 409, "tie-not-accepted");
        let on = |tie: &Value, answer: &str| json!({ "answers": [{ "finding": tie["finding"], "answer": answer }] });
        let answers = format!("{path}/tie-answers");
        for other in
            [buddy.person, world.coordinators[0], world.coordinators[1], world.leader, world.person()]
        {
            let reply = app.post(other, &answers, &on(&told[0], "accepted"));
            assert!([403, 404].contains(&reply.status), "{}", reply.body);
        }
        let foreign = json!({ "answers": [{ "finding": "28", "answer": "accepted" }] });
        // what she answers is what she was shown
        refused(app.post(parent, &answers, &on(&told[0], "accepted")), 428, "precondition-missing");
        let unasked = refused(app.post_on(parent, &path, &answers, &foreign), 400, "invalid-input");
        assert_eq!(unasked.body["errors"][0]["pointer"], "/answers/0/finding", "{}", unasked.body);
        // of a yes and a no to the same tie nobody could tell which is hers
        let both = json!({ "answers": [
            { "finding": told[0]["finding"], "answer": "refused" }, { "finding": told[0]["finding"], "answer": "accepted" }
        ] });
        let twice = refused(app.post_on(parent, &path, &answers, &both), 400, "invalid-input");
        assert_eq!(twice.body["errors"][0]["pointer"], "/answers/1/finding", "{}", twice.body);
        assert_eq!(twice.body["errors"][0]["code"], "repeated", "{}", twice.body);
        assert_eq!(state_of(&world, parent, &path), "open");
        let shown = app.get(parent, &path).expect(200).etag();
        let say = |tie: &Value, answer: &str, seen: &str| {
            app.call(Some(parent), "POST", &answers, Some(&on(tie, answer)), Some(seen))
        };
        let after = say(&told[0], "accepted", &shown).expect(200).etag();
        refused(say(&told[1], answer, &shown), 412, "stale-version");
        // one of two is not enough
        refused(world.answer(parent, &proposal, "accepted"), 409, "tie-not-accepted");
        say(&told[1], answer, &after).expect(200);
        if answer == "refused" {
            assert_eq!(state_of(&world, parent, &path), "refused");
            refused(world.answer(parent, &proposal, "accepted"), 409, "proposal-not-open");
            refused(world.answer(buddy.person, &proposal, "accepted"), 409, "proposal-not-open");
            assert_eq!(state_of(&world, parent, &format!("/support-requests/{request}")), "consented");
        } else {
            world.answer(parent, &proposal, "accepted").expect(201);
            world.answer(buddy.person, &proposal, "accepted").expect(201);
        }
    }
    assert_sound(&world);
}

fn a_tie_that_comes_before_the_last_yes_counts(engine: Engine) {
    let world = World::new(engine);
    for (kind, first) in [
        ("employed-at-school", "parent"),
        ("employed-at-school", "buddy"),
        ("joint-council-member", "parent"),
        ("joint-council-member", "buddy"),
    ] {
        let buddy = world.buddy(0, &json!({}));
        let parent = world.person();
        let request = world.consented(0, parent);
        let proposal = world.propose(0, &request, &buddy).expect(201).id();
        let (one, other) = if first == "parent" { (parent, buddy.person) } else { (buddy.person, parent) };
        world.answer(one, &proposal, "accepted").expect(201);
        if kind == "employed-at-school" {
            world.tie(&buddy, kind, &at_school()).expect(201);
        } else {
            world.told_tie(&buddy).expect(201);
        }
        let path = format!("/proposals/{proposal}");
        if kind == "employed-at-school" {
            assert_eq!(state_of(&world, parent, &path), "cancelled");
            refused(world.answer(other, &proposal, "accepted"), 409, "proposal-not-open");
            refused(world.propose(0, &request, &buddy), 409, "buddy-not-independent");
        } else {
            let reply = world.answer(other, &proposal, "accepted");
            if first == "parent" {
                // the parent's yes was to something else: she is asked again, and only then is there a match
                assert_eq!(reply.expect(201).body["matchId"], Value::Null);
            } else {
                refused(reply, 409, "tie-not-accepted");
            }
            refused(world.answer(parent, &proposal, "accepted"), 409, "tie-not-accepted");
            world.answer_ties(parent, &proposal, "accepted");
            assert!(
                world.answer(parent, &proposal, "accepted").expect(201).body["matchId"].is_string(),
                "{first}"
            );
        }
    }
    assert_sound(&world);
}

fn a_blocking_tie_ends_a_running_match_at_once(engine: Engine) {
    let world = World::new(engine);
    for paused in [false, true] {
        let buddy = world.buddy(0, &json!({}));
        let parent = world.person();
        let request = world.consented(0, parent);
        let (matched, _) = world.matched(0, parent, &request, &buddy);
        let path = format!("/matches/{matched}");
        if paused {
            let etag = world.app.get(parent, &path).expect(200).etag();
            world.app.call(Some(parent), "POST", &format!("{path}/pauses"), None, Some(&etag)).expect(200);
        }
        world.tie(&buddy, "employed-at-school", &at_school()).expect(201);
        let shown = world.app.get(parent, &path).expect(200);
        assert_eq!(
            (&shown.body["state"], &shown.body["closedBecause"]),
            (&json!("closed"), &json!("independence-lost"))
        );
        assert_eq!(state_of(&world, parent, &format!("/support-requests/{request}")), "consented");
        assert_eq!(places_taken(&world, &buddy), 0);
        // another buddy is sought at once, on the consent that she gave
        let other = world.buddy(0, &json!({}));
        world.matched(0, parent, &request, &other);
    }
    assert_sound(&world);
}

fn a_tie_that_must_be_told_pauses_a_match_until_the_parent_accepts_it(engine: Engine) {
    let world = World::new(engine);
    for answer in ["accepted", "refused"] {
        let buddy = world.buddy(0, &json!({}));
        let parent = world.person();
        let request = world.consented(0, parent);
        let (matched, proposal) = world.matched(0, parent, &request, &buddy);
        let path = format!("/matches/{matched}");
        world.told_tie(&buddy).expect(201);
        let shown = world.app.get(parent, &path).expect(200);
        assert_eq!(
            (&shown.body["state"], &shown.body["pausedBecause"]),
            (&json!("paused"), &json!("new-tie"))
        );
        for anybody in [parent, buddy.person, world.coordinators[0]] {
            let resume = format!("{path}/resumptions");
            let reply = world.app.call(Some(anybody), "POST", &resume, None, Some(&shown.etag()));
            refused(reply, 409, "tie-not-accepted");
        }
        let contact = json!({
            "date": world.app.platform.clock.today(), "channel": "online", "minutes": 30, "task": "listening"
        });
        // on the day itself they may have met before
        world.app.post(buddy.person, &format!("{path}/contacts"), &contact).expect(201);
        world.answer_ties(parent, &proposal, answer);
        let after = world.app.get(parent, &path).expect(200);
        let request = state_of(&world, parent, &format!("/support-requests/{request}"));
        if answer == "accepted" {
            assert_eq!((&after.body["state"], &request), (&json!("active"), &json!("matched")));
        } else {
            assert_eq!((&after.body["state"], &request), (&json!("closed"), &json!("consented")));
            assert_eq!(places_taken(&world, &buddy), 0);
        }
    }
    assert_sound(&world);
}

fn a_tie_that_was_a_mistake_does_not_hold_a_match_for_ever(engine: Engine) {
    let world = World::new(engine);
    let buddy = world.buddy(0, &json!({}));
    let parent = world.person();
    let request = world.consented(0, parent);
    let (matched, _) = world.matched(0, parent, &request, &buddy);
    let tie = world.told_tie(&buddy).expect(201);
    let path = format!("/matches/{matched}");
    assert_eq!(state_of(&world, parent, &path), "paused");
    let yesterday = world.app.platform.clock.today().pred_opt().expect("a day before");
    let place = format!("/buddies/{}/ties/{}", buddy.id, tie.id());
    let end = json!({ "untilDate": yesterday });
    world.app.call(Some(buddy.person), "PATCH", &place, Some(&end), Some(&tie.etag())).expect(200);
    // nothing is left to tell: either it goes on by itself, or somebody can take it up again
    let shown = world.app.get(parent, &path).expect(200);
    if shown.body["state"] == "paused" {
        world
            .app
            .call(Some(parent), "POST", &format!("{path}/resumptions"), None, Some(&shown.etag()))
            .expect(200);
    }
}

fn another_form_of_the_programme_asks_the_rules_again(engine: Engine) {
    let world = World::new(engine);
    let buddy = world.buddy(0, &json!({}));
    world.tie(&buddy, "supplier-of-school", &at_school()).expect(201);
    let parent = world.person();
    let request = world.consented(0, parent);
    let (matched, _) = world.matched(0, parent, &request, &buddy);
    let change = json!({
        "form": "school", "funders": ["school"], "sinceDate": world.app.platform.clock.today(), "reason": "Overname."
    });
    world.change_form_as_before(0, &change).expect(201);
    // in a school's own programme this tie blocks: a match that runs does not run on as it was (I1)
    assert_ne!(state_of(&world, parent, &format!("/matches/{matched}")), "active");
}

fn a_tie_with_where_the_parent_lives_counts_without_a_school(engine: Engine) {
    let world = World::new(engine);
    let about = |code: &str| json!({ "kind": "municipality", "municipalityCode": code });
    for (kind, told) in
        [("commercial-interest", None), ("authority-worker", Some(34)), ("political-office", Some(35))]
    {
        let parent = world.person();
        let mut body = world.request_body(0);
        (body["locationCode"], body["municipalityCode"]) = (Value::Null, json!("9902"));
        let request = world.app.post(parent, "/support-requests", &body).expect(201).id();
        world.consent(parent, &request).expect(201);
        let (near, far) = (world.buddy(0, &json!({})), world.buddy(0, &json!({})));
        world.tie(&near, kind, &about("9902")).expect(201);
        world.tie(&far, kind, &about("9901")).expect(201);
        let ties = |buddy: &Buddy| {
            let proposal = world.propose(0, &request, buddy).expect(201).id();
            let shown = world.app.get(parent, &format!("/proposals/{proposal}")).expect(200).body;
            let keys = shown["ties"].as_array().expect("ties").iter().map(|one| one["finding"].to_string());
            keys.collect::<Vec<_>>()
        };
        let is_of = |rule: u8, finding: &String| finding.trim_matches('"').starts_with(&format!("{rule}:"));
        match told {
            None => {
                refused(world.propose(0, &request, &near), 409, "buddy-not-independent");
            }
            Some(rule) => assert!(ties(&near).iter().any(|one| is_of(rule, one)), "{kind}"),
        }
        let elsewhere = ties(&far);
        assert!(
            !elsewhere.iter().any(|one| [31, 34, 35].iter().any(|rule| is_of(*rule, one))),
            "{elsewhere:?}"
        );
    }
}
