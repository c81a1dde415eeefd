//! Whoever could read something is told that it was erased, and the question outlives the case (AVG art. 19, ADR 58).

use chrono::TimeDelta;
use naast_domain::ids::PersonId;
use naast_tests::app::Reply;
use naast_tests::world::{SCHOOL, World, words};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::looks::{count, refused};
use crate::over_time::{Case, at};

on_both!(
    whoever_could_read_something_is_told_of_an_erasure_and_can_answer,
    what_was_open_goes_on_and_what_was_confirmed_is_not_asked_again,
    who_could_not_know_of_the_case_is_not_told_of_its_end,
    a_case_that_was_withdrawn_is_told_when_its_term_is_over_and_one_that_just_ended_is_not,
    a_question_that_nobody_answers_goes_after_its_term,
);

fn erase(world: &World, parent: PersonId) -> Value {
    let sure = json!({ "confirmation": "erase-everything-of-mine" });
    world.app.post(parent, "/me/erasure", &sure).expect(200).body
}

/// What waits for an answer of whoever asks: as a buddy, or for a programme.
fn waiting(world: &World, who: PersonId, programme: Option<usize>) -> Vec<Value> {
    let of = programme.map_or(String::new(), |at| format!("?programmeId={}", world.programmes[at]));
    let page = world.app.get(who, &format!("/withdrawal-notices{of}")).expect(200).body;
    page["data"].as_array().expect("a list").clone()
}

fn confirm(world: &World, who: PersonId, notice: &Value) -> Reply {
    let id = notice["noticeId"].as_str().expect("an id");
    world.app.ask(who, &format!("/withdrawal-notices/{id}/confirmation"))
}

/// Of the recipients in an answer on erasure: kind and state, by kind.
fn states<'a>(receipt: &'a Value) -> Vec<(&'a str, &'a str)> {
    let all = receipt["recipients"].as_array().expect("a list");
    let word = |one: &'a Value, name: &str| one[name].as_str().expect("a code");
    let mut states: Vec<_> = all.iter().map(|one| (word(one, "kind"), word(one, "state"))).collect();
    states.sort_unstable();
    states
}

fn close(world: &World, case: &Case) {
    let path = format!("/matches/{}", case.matched);
    let reason = json!({ "reason": "goal-reached" });
    world.app.post_on(case.parent, &path, &format!("{path}/closure"), &reason).expect(200);
}

fn whoever_could_read_something_is_told_of_an_erasure_and_can_answer(engine: Engine) {
    let world = World::new(engine);
    let (case, coordinator) = (Case::running(&world), world.coordinators[0]);
    let talk = json!({ "date": world.app.platform.clock.today(), "text": words("meeting-announcement") });
    let talks = format!("/matches/{}/meeting-announcements", case.matched);
    world.app.post(case.parent, &talks, &talk).expect(201);
    let at_school = || {
        let list = format!("/announced-meetings?locationCode={SCHOOL}");
        world.app.get(world.leader, &list).expect(200).body
    };
    // nobody was told anything before
    assert!(
        waiting(&world, coordinator, Some(0)).is_empty()
            && waiting(&world, case.buddy.person, None).is_empty()
    );
    let receipt = erase(&world, case.parent);
    assert_eq!(
        states(&receipt),
        [("buddy", "pending"), ("programme", "pending"), ("school", "shown-cancelled")],
        "{receipt}"
    );
    for one in receipt["recipients"].as_array().expect("a list") {
        assert_eq!(one["requestId"], json!(case.request));
    }
    // a school is told nothing but what it reads of a talk whatever the reason: that nobody comes
    assert_eq!(at_school()["data"][0]["state"], json!("cancelled"));
    assert_eq!(count(&world, "erasure_notices WHERE recipient_kind = 'school'"), 0);
    let (theirs, hers) = (waiting(&world, coordinator, Some(0)), waiting(&world, case.buddy.person, None));
    assert_eq!((theirs.len(), hers.len()), (1, 1), "{theirs:?} {hers:?}");
    let after = world.app.platform.clock.today() + TimeDelta::days(90);
    for (notice, recipient) in [(&theirs[0], &world.programmes[0]), (&hers[0], &case.buddy.id)] {
        assert_eq!((&notice["recipient"], &notice["requestId"]), (&json!(recipient), &json!(case.request)));
        assert!(notice["requestErasedAt"].is_string() && notice["state"] == json!("pending"), "{notice}");
        assert!(notice["withdrawnKinds"].as_array().is_some_and(|all| all.contains(&json!("request"))));
        let term = json!({ "eraseAfterDate": after, "ground": "own-term", "held": false });
        assert_eq!(notice["retention"], term);
    }
    // nobody else's, and no thread to the parent
    for nobody in [world.coordinators[1], world.leader, world.administrator, case.parent] {
        assert!([401, 403, 404].contains(&confirm(&world, nobody, &theirs[0]).status));
    }
    assert_eq!(confirm(&world, case.buddy.person, &theirs[0]).status, 404);
    let row = format!("erasure_notices WHERE CAST(coordinators AS text) LIKE '%{}%'", case.parent);
    assert_eq!((count(&world, "erasure_notices"), count(&world, &row)), (2, 0));
    for (who, notice) in [(coordinator, &theirs[0]), (case.buddy.person, &hers[0])] {
        let said = confirm(&world, who, notice).expect(200).body;
        assert_eq!((&said["state"], said["confirmedAt"].is_string()), (&json!("confirmed"), true));
        // again is the same
        assert_eq!(confirm(&world, who, notice).expect(200).body, said);
    }
    assert!(
        waiting(&world, coordinator, Some(0)).is_empty()
            && waiting(&world, case.buddy.person, None).is_empty()
    );
    assert_eq!(count(&world, "journal WHERE action = 'withdrawal-notice.confirmed'"), 2);
}

fn what_was_open_goes_on_and_what_was_confirmed_is_not_asked_again(engine: Engine) {
    let world = World::new(engine);
    let (case, coordinator) = (Case::running(&world), world.coordinators[0]);
    let withdrawal = format!("/support-requests/{}/withdrawal", case.request);
    world.app.ask(case.parent, &withdrawal).expect(200);
    let (theirs, hers) = (waiting(&world, coordinator, Some(0)), waiting(&world, case.buddy.person, None));
    confirm(&world, case.buddy.person, &hers[0]).expect(200);
    let receipt = erase(&world, case.parent);
    assert_eq!(states(&receipt), [("buddy", "confirmed"), ("programme", "pending")], "{receipt}");
    let left = waiting(&world, coordinator, Some(0));
    assert_eq!(left.len(), 1, "asked once: {left:?}");
    // who was asked before answers to what she was asked
    for same in ["noticeId", "toldAt", "withdrawnKinds", "requestId", "recipient"] {
        assert_eq!(left[0][same], theirs[0][same], "{same}");
    }
    assert!(waiting(&world, case.buddy.person, None).is_empty());
    assert_eq!(count(&world, "journal WHERE action = 'withdrawal-notice.sent'"), 2, "nobody is told twice");
    confirm(&world, coordinator, &theirs[0]).expect(200);
    assert!(waiting(&world, coordinator, Some(0)).is_empty());
}

fn who_could_not_know_of_the_case_is_not_told_of_its_end(engine: Engine) {
    let world = World::new(engine);
    let colleague = world.member(&world.association, "coordinator", Some(&world.programmes[0]));
    let entangled = world.member(&world.association, "coordinator", Some(&world.programmes[0]));
    let ties = format!("/programmes/{}/coordinator-ties", world.programmes[0]);
    let tie = json!({ "kind": "family-on-staff", "about": at(SCHOOL), "sinceDate": "2020-08-01" });
    let tie = world.app.post(entangled, &ties, &tie).expect(201);
    let case = Case::running(&world);
    // another who asks for help where she coordinates: her own case is not hers to answer for
    let herself = world.consented(0, colleague);
    erase(&world, case.parent);
    erase(&world, colleague);
    // the tie is over since, and nothing is told all the same: she never knew of the case
    let end = json!({ "untilDate": world.app.platform.clock.today() });
    let place = format!("{ties}/{}", tie.id());
    world.app.call(Some(entangled), "PATCH", &place, Some(&end), Some(&tie.etag())).expect(200);
    world.app.platform.clock.advance(TimeDelta::days(1));
    let of = |who| -> Vec<String> {
        let all = waiting(&world, who, Some(0));
        all.iter().map(|one| one["requestId"].as_str().unwrap_or("").to_owned()).collect()
    };
    assert_eq!(of(colleague), std::slice::from_ref(&case.request), "and not her own");
    assert!(of(entangled).is_empty(), "{:?}", of(entangled));
    for notice in waiting(&world, colleague, Some(0)) {
        refused(confirm(&world, entangled, &notice), 404, "not-found");
    }
    // who joins later and has no tie answers too; who joins with one is not told
    let later = world.member(&world.association, "coordinator", Some(&world.programmes[0]));
    assert!(of(later).contains(&case.request) && of(later).contains(&herself));
    let tie = json!({ "kind": "employed-at-school", "about": at(SCHOOL), "sinceDate": "2020-08-01" });
    world.app.post(later, &ties, &tie).expect(201);
    assert!(of(later).is_empty(), "{:?}", of(later));
}

fn a_case_that_was_withdrawn_is_told_when_its_term_is_over_and_one_that_just_ended_is_not(engine: Engine) {
    let world = World::new(engine);
    let (withdrawn, ended, open) = (Case::running(&world), Case::running(&world), Case::running(&world));
    let platform = &world.app.platform;
    // one consent is taken back, nobody answers, and the case just ends
    let health =
        json!({ "kind": "child-health-data", "childAge": "under-16", "text": words("child-health-data") });
    let consents = format!("/support-requests/{}/consents", open.request);
    let health = world.app.post(open.parent, &consents, &health).expect(201).id();
    world.app.ask(open.parent, &format!("{consents}/{health}/withdrawal")).expect(200);
    for case in [&withdrawn, &ended, &open] {
        close(&world, case);
    }
    world
        .app
        .ask(withdrawn.parent, &format!("/support-requests/{}/withdrawal", withdrawn.request))
        .expect(200);
    platform.clock.advance(TimeDelta::days(366));
    naast_api::privacy::round::round(platform, platform.clock.now(), false).expect("a round");
    assert_eq!(count(&world, "support_requests"), 0, "all of them are over");
    let of = |case: &Case| {
        let row = format!("erasure_notices WHERE CAST(reference AS text) = '{}'", case.request);
        (
            count(&world, &format!("{row} AND recipient_kind = 'programme'")),
            count(&world, &format!("{row} AND recipient_kind = 'buddy'")),
        )
    };
    // who was told when the parent stopped is still asked, and so is who was told of the one consent
    assert_eq!(of(&withdrawn), (1, 1));
    assert_eq!((of(&ended), of(&open)), ((0, 0), (1, 1)));
}

fn a_question_that_nobody_answers_goes_after_its_term(engine: Engine) {
    let world = World::new(engine);
    let case = Case::running(&world);
    erase(&world, case.parent);
    let platform = &world.app.platform;
    for (days, left) in [(90, 2), (1, 0)] {
        platform.clock.advance(TimeDelta::days(days));
        naast_api::privacy::round::round(platform, platform.clock.now(), false).expect("a round");
        assert_eq!(count(&world, "erasure_notices"), left, "after {days} more");
    }
    assert!(waiting(&world, world.coordinators[0], Some(0)).is_empty());
}
