//! How consents are taken back: what rests on them stops, everybody is told, and nothing revives them.

use naast_tests::app::Reply;
use naast_tests::world::{World, words};
use naast_tests::{Engine, around, on_both};
use serde_json::{Value, json};

use super::{Case, consent, health, running, state_of};
use crate::looks::{assert_sound, count, refused};

on_both!(
    what_rests_on_a_consent_stops_with_it_and_nothing_else,
    everybody_who_could_read_is_told_and_answers,
    the_announcement_of_a_talk_stands_in_the_register_and_is_cancelled_with_its_consent,
    a_school_is_told_nothing_of_a_talk_whose_day_is_over,
    everything_is_taken_back_in_one_call,
    a_consent_is_not_rewritten_whoever_asks_the_database,
    an_old_consent_that_is_sent_again_revives_nothing,
);

/// Once the day of a talk is over school is shown nothing of it: it would not see that it was cancelled either.
fn a_school_is_told_nothing_of_a_talk_whose_day_is_over(engine: Engine) {
    let world = World::new(engine);
    let told = |case: &Case| -> Vec<Value> {
        let path = format!("/support-requests/{}/withdrawal", case.request);
        let recipients = world.app.ask(case.parent, &path).expect(200).body["recipients"].clone();
        recipients.as_array().expect("a list").iter().map(|one| one["kind"].clone()).collect()
    };
    let (over, to_come) = (running(&world), running(&world));
    let today = world.app.platform.clock.today();
    for (case, day) in [(&over, today), (&to_come, today.succ_opt().expect("tomorrow"))] {
        let talk = json!({ "date": day, "text": words("meeting-announcement") });
        world
            .app
            .post(case.parent, &format!("/matches/{}/meeting-announcements", case.matched), &talk)
            .expect(201);
    }
    world.app.platform.clock.advance(chrono::TimeDelta::days(1));
    assert!(!told(&over).contains(&json!("school")));
    assert!(told(&to_come).contains(&json!("school")));
    assert_sound(&world);
}

/// The table of what ends: kind of consent, then the state of request and match afterwards.
fn what_rests_on_a_consent_stops_with_it_and_nothing_else(engine: Engine) {
    let world = World::new(engine);
    for (kind, request_after, match_after) in [
        ("request", "withdrawn", "closed"),
        ("referral", "withdrawn", "closed"),
        ("child-health-data", "matched", "active"),
        ("pool", "matched", "active"),
    ] {
        let parent = world.person();
        let buddy = world.buddy(0, &json!({}));
        let request = if kind == "referral" {
            let code = world.explained(&world.conversation());
            let request = world.refer(parent, &code, &world.request_body(0)).expect(201).id();
            world.consent(parent, &request).expect(201);
            request
        } else {
            world.consented(0, parent)
        };
        let (matched, _) = world.matched(0, parent, &request, &buddy);
        match kind {
            "child-health-data" => drop(health(&world, parent, &request).expect(201)),
            "pool" => {
                let pool = json!({ "kind": "pool", "poolOrganisationId": world.association });
                consent(&world, parent, &request, &pool).expect(201);
            }
            _ => {}
        }
        let path = format!("/support-requests/{request}");
        let all = world.app.get(parent, &format!("{path}/consents")).expect(200);
        let mut consents = all.body["data"].as_array().expect("consents").iter();
        let one = consents.find(|one| one["kind"] == kind).expect("it was given");
        let id = one["id"].as_str().expect("an id").to_owned();
        for round in 0..3 {
            let back = world.app.ask(parent, &format!("{path}/consents/{id}/withdrawal")).expect(200);
            assert_eq!(back.body["consent"]["state"], "withdrawn", "{kind} {round}");
            assert_eq!(back.text("requestState"), request_after, "{kind} {round}");
        }
        assert_eq!(state_of(&world, parent, &path), request_after, "{kind}");
        assert_eq!(state_of(&world, parent, &format!("/matches/{matched}")), match_after, "{kind}");
        let taken = format!("journal WHERE action = 'consent.withdrawn' AND object_id = '{id}'");
        assert_eq!(count(&world, &taken), 1, "{kind}: once, however often it is sent");
    }
    assert_sound(&world);
}

fn everybody_who_could_read_is_told_and_answers(engine: Engine) {
    let world = World::new(engine);
    let case = running(&world);
    let other = world.buddy(0, &json!({}));
    let pool_of = |organisation: &str| json!({ "kind": "pool", "poolOrganisationId": organisation });
    // no consent can be for a school, also where it has a programme, or a board: what the words promise holds of a pool alone
    let board = json!({ "kind": "board", "name": "Bestuur (test)", "boardNumber": "99901" });
    let board = world.app.post(world.administrator, "/organisations", &board).expect(201).id();
    for organisation in [&world.school, &board] {
        let refusal = refused(
            consent(&world, case.parent, &case.request, &pool_of(organisation)),
            400,
            "invalid-input",
        );
        assert_eq!(refusal.body["errors"][0]["code"], "unknown", "{}", refusal.body);
        assert_eq!(refusal.body["errors"][0]["pointer"], "/poolOrganisationId");
    }
    consent(&world, case.parent, &case.request, &pool_of(&world.association)).expect(201);
    let path = format!("/support-requests/{}", case.request);
    let done = world.app.ask(case.parent, &format!("{path}/withdrawal")).expect(200);
    let of = |reply: &Reply, kind: &str| {
        let told = reply.body["recipients"]
            .as_array()
            .or(reply.body["data"].as_array())
            .expect("recipients")
            .clone();
        told.into_iter().find(|one| one["kind"] == kind)
    };
    let expected = [("programme", "pending"), ("buddy", "pending"), ("pool", "not-needed")];
    for (kind, state) in expected {
        assert_eq!(of(&done, kind).expect(kind)["state"], state, "{kind}");
    }
    assert!(of(&done, "school").is_none(), "a school is told nothing");
    assert_eq!(of(&done, "buddy").expect("told")["recipient"], case.buddy.id);
    // one thin event for each of them
    let told = "journal WHERE action = 'withdrawal-notice.sent'";
    assert_eq!(count(&world, told), 3);
    let feed = format!("/events?programmeId={}&pageSize=200", world.programmes[0]);
    let feed = world.app.get(world.coordinators[0], &feed).expect(200);
    let sent = |one: &&Value| one["type"] == "nl.naast.withdrawal-notice.sent";
    assert_eq!(feed.body["data"].as_array().expect("events").iter().filter(sent).count(), 3);

    // each answers for herself, and reads nothing of the parent in it
    let waiting = world.app.get(case.buddy.person, "/withdrawal-notices").expect(200);
    assert_eq!(waiting.body["data"].as_array().map(Vec::len), Some(1));
    assert!(!waiting.body.to_string().contains("ouder@example.org"));
    assert_eq!(world.app.get(other.person, "/withdrawal-notices").expect(200).body["data"], json!([]));
    let notice = of(&done, "buddy").expect("told")["noticeId"].as_str().expect("an id").to_owned();
    let confirmation = format!("/withdrawal-notices/{notice}/confirmation");
    for stranger in [other.person, case.parent, world.coordinators[1], world.leader] {
        refused(world.app.ask(stranger, &confirmation), 404, "not-found");
    }
    world.app.ask(case.buddy.person, &confirmation).expect(200);
    world.app.ask(case.buddy.person, &confirmation).expect(200);
    // asked again later, and by withdrawing again
    let later = world.app.get(case.parent, &format!("{path}/withdrawal-recipients")).expect(200);
    let again = world.app.ask(case.parent, &format!("{path}/withdrawal")).expect(200);
    for reply in [&later, &again] {
        assert_eq!(of(reply, "buddy").expect("told")["state"], "confirmed");
        assert_eq!(of(reply, "programme").expect("told")["state"], "pending");
    }
    assert_eq!(count(&world, told), 3, "nobody is told twice");
    assert_eq!(world.app.get(case.buddy.person, "/withdrawal-notices").expect(200).body["data"], json!([]));
    assert_sound(&world);
}

fn the_announcement_of_a_talk_stands_in_the_register_and_is_cancelled_with_its_consent(engine: Engine) {
    let world = World::new(engine);
    let case = running(&world);
    let list = format!("/matches/{}/meeting-announcements", case.matched);
    let announce = || {
        let body = json!({ "date": world.app.platform.clock.today(), "text": words("meeting-announcement") });
        world.app.post(case.parent, &list, &body).expect(201).id()
    };
    let of = |announcement: &str| {
        let all = world.app.get(case.parent, "/me/consents").expect(200);
        let mut all = all.body["data"].as_array().expect("consents").clone().into_iter();
        all.find(|one| one["consent"]["subjectId"] == announcement).expect("it is in the register")["consent"]
            .clone()
    };
    let id = |consent: &Value| consent["id"].as_str().expect("an id").to_owned();
    // taken back by its consent, and by itself: the same
    let (first, second, third) = (announce(), announce(), announce());
    assert_eq!(of(&first)["state"], "in-force");
    let way = format!("/support-requests/{}/consents/{}/withdrawal", case.request, id(&of(&first)));
    let back = world.app.ask(case.parent, &way).expect(200);
    let told = back.body["recipients"].as_array().expect("recipients");
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0]["kind"], &told[0]["state"]), (&json!("school"), &json!("shown-cancelled")));
    world.app.ask(case.parent, &format!("{list}/{second}/cancellation")).expect(200);
    for one in [&first, &second] {
        assert_eq!(state_of(&world, case.parent, &format!("{list}/{one}")), "cancelled");
        assert_eq!(of(one)["state"], "withdrawn");
    }
    assert_eq!(state_of(&world, case.parent, &format!("{list}/{third}")), "announced");
    assert_eq!(state_of(&world, case.parent, &format!("/matches/{}", case.matched)), "active");
    // what ends with the match has lapsed: nobody took it back
    let path = format!("/matches/{}", case.matched);
    let reason = json!({ "reason": "goal-reached" });
    world.app.post_on(case.parent, &path, &format!("{path}/closure"), &reason).expect(200);
    assert_eq!(of(&third)["state"], "lapsed");
    assert_sound(&world);
}

fn everything_is_taken_back_in_one_call(engine: Engine) {
    let world = World::new(engine);
    let case = running(&world);
    let second = world.consented(2, case.parent);
    let untouched = running(&world);
    let done = world.app.ask(case.parent, "/me/consents/withdrawal").expect(200);
    let all = done.body["withdrawals"].as_array().expect("withdrawals");
    assert_eq!(all.len(), 2);
    assert!(all.iter().all(|one| one["state"] == "withdrawn"));
    assert!(all.iter().any(|one| one["closedMatchId"] == json!(case.matched)));
    let own = world.app.get(case.parent, "/me/consents").expect(200);
    assert!(
        own.body["data"]
            .as_array()
            .expect("consents")
            .iter()
            .all(|one| one["consent"]["state"] == "withdrawn")
    );
    assert_eq!(state_of(&world, case.parent, &format!("/support-requests/{second}")), "withdrawn");
    assert_eq!(state_of(&world, untouched.parent, &format!("/matches/{}", untouched.matched)), "active");
    // never refused: twice, and by somebody who has nothing to take back
    let rows = count(&world, "journal");
    world.app.ask(case.parent, "/me/consents/withdrawal").expect(200);
    world.app.ask(world.leader, "/me/consents/withdrawal").expect(200);
    assert_eq!(count(&world, "journal"), rows);
    assert_sound(&world);
}

fn a_consent_is_not_rewritten_whoever_asks_the_database(engine: Engine) {
    let world = World::new(engine);
    let parent = world.person();
    let request = world.consented(0, parent);
    let change = |set: &str| {
        around(&world.app.location, |database| database.batch(&format!("UPDATE consents SET {set}"))).is_ok()
    };
    let other =
        if engine == Engine::Sqlite { "'2020-01-01T00:00:00.000000Z'" } else { "'2020-01-01T00:00:00Z'" };
    for set in [
        "kind = 'referral'",
        "text_hash = 'other'",
        "text_version = '2020-1'",
        "language = 'en'",
        "how = 'one-time-code'",
        // what a confirmation says comes with it, and whole
        "confirmed_how = 'own-login'",
        "confirmed_text_hash = 'other'",
        "confirmed_at = given_at",
        "confirmed_at = given_at, confirmed_how = 'own-login'",
    ] {
        assert!(!change(set), "{set}");
    }
    assert!(!change(&format!("given_at = {other}")));
    world.app.ask(parent, &format!("/support-requests/{request}/withdrawal")).expect(200);
    // what was taken back does not come back
    assert!(!change("withdrawn_at = NULL"));
    assert!(!change(&format!("withdrawn_at = {other}")));
    assert!(!change(&format!("confirmed_at = {other}")));
    assert_eq!(count(&world, "consents WHERE withdrawn_at IS NULL"), 0);
}

fn an_old_consent_that_is_sent_again_revives_nothing(engine: Engine) {
    let world = World::new(engine);
    let parent = world.person();
    let buddy = world.buddy(0, &json!({}));
    let request = world.request(0, parent);
    let path = format!("/support-requests/{request}");
    let body = json!({ "kind": "request", "text": words("request") }).to_string().into_bytes();
    let token = format!("Bearer {}", world.app.token(parent));
    let headers = [
        ("authorization", token.as_str()),
        ("content-type", "application/json"),
        ("idempotency-key", "\"4a3a2c52-7f7e-4f0a-9d0a-3d6a5a0a0042\""),
    ];
    let send = || world.app.send("POST", &format!("/v1{path}/consents"), &headers, body.clone());
    let first = send().expect(201).id();
    assert_eq!(send().expect(201).id(), first, "what is sent again is answered again");
    world.app.ask(parent, &format!("{path}/withdrawal")).expect(200);
    // now nothing is kept of that answer, and without its key it is refused too; neither does anything
    refused(send(), 409, "idempotency-answer-gone");
    refused(world.consent(parent, &request), 409, "request-not-open");
    assert_eq!(state_of(&world, parent, &path), "withdrawn");
    assert_eq!(count(&world, "consents WHERE withdrawn_at IS NULL"), 0);
    refused(world.propose(0, &request, &buddy), 409, "request-not-open");
    assert_sound(&world);
}
