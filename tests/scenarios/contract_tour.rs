//! Every operation of the contract answers as the contract says: a walk through all of them, in which each answer, kind
//! or unkind, is checked against its schema and its headers.

use std::collections::BTreeSet;

use naast_api::contract::CONTRACT;
use naast_domain::ids::PersonId;
use naast_tests::receiver::Receiver;
use naast_tests::world::{SCHOOL, World, words};
use naast_tests::{Engine, on_both, random_id};
use serde_json::json;

use crate::checker::Checker;
use crate::consents::confirmation_in;
use crate::signing_in::{ONE_TIME_CODE, code_in, letters};

on_both!(every_operation_answers_as_the_contract_says);

fn every_operation_answers_as_the_contract_says(engine: Engine) {
    let world = World::with_receivers(engine);
    let mut see = Checker::default();
    platform(&world, &mut see);
    identity(&world, &mut see);
    case(&world, &mut see);
    consents(&world, &mut see);
    webhooks(&world, &mut see);
    privacy(&world, &mut see);
    let all: BTreeSet<String> = CONTRACT.document["paths"]
        .as_object()
        .expect("paths")
        .values()
        .flat_map(|item| item.as_object().expect("operations").values())
        .filter_map(|operation| operation["operationId"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(all.difference(&see.done).collect::<Vec<_>>(), [""; 0], "never answered kindly");
    assert!(see.codes.len() >= 8, "{:?}", see.codes);
}

/// Directory, organisations, programmes.
fn platform(world: &World, see: &mut Checker) {
    let administrator = world.administrator;
    let programme = format!("/programmes/{}", world.programmes[0]);
    let members = format!("/organisations/{}/memberships", world.association);
    for path in [
        "/me",
        "/me/memberships",
        "/coordination-needs",
        "/me/access-log",
        "/processing-activities",
        "/processing-activities/matching",
        "/schools?postcode=1000",
        "/boards",
        "/boards/99901",
        "/partnerships",
        "/partnerships/PO9901",
        "/directory-imports",
        "/organisations",
        "/programmes",
        "/problems",
        "/problems/step-not-permitted",
        "/consent-texts",
        "/tie-kinds",
        "/conversation-guide",
        &format!("/schools/{SCHOOL}"),
        &format!("/organisations/{}", world.association),
        &programme,
        &members,
        &format!("{programme}/form-changes"),
        &format!("{programme}/schools"),
        &format!("{programme}/position-statement"),
    ] {
        see.call(world, administrator, &format!("GET {path}"), None, None).expect(200);
    }
    let imports = world.app.get(administrator, "/directory-imports").body;
    let import = imports["data"][0]["id"].as_str().expect("an import");
    see.call(world, administrator, &format!("GET /directory-imports/{import}"), None, None).expect(200);
    let person =
        see.call(world, administrator, "POST /people", Some(&json!({ "name": "Iemand" })), None).expect(201);
    let role = json!({ "personId": person.id(), "role": "auditor" });
    let role = see.call(world, administrator, &format!("POST {members}"), Some(&role), None).expect(201);
    let path = format!("{members}/{}", role.id());
    see.call(world, administrator, &format!("GET {path}"), None, None).expect(200);
    see.call(
        world,
        administrator,
        &format!("PATCH {path}"),
        Some(&json!({ "status": "ended" })),
        Some(&path),
    )
    .expect(200);
    let provider = json!({ "kind": "provider", "name": "Aanbieder" });
    let provider =
        see.call(world, administrator, "POST /organisations", Some(&provider), None).expect(201).id();
    let new = json!({
        "organisationId": provider, "name": "Nieuw", "form": "independent", "funders": ["fund"], "reason": "Test."
    });
    let id = see.call(world, administrator, "POST /programmes", Some(&new), None).expect(201).id();
    let change =
        json!({ "form": "support-point", "funders": [], "sinceDate": "2999-01-01", "reason": "Later." });
    let path = format!("/programmes/{id}");
    see.call(world, administrator, &format!("POST {path}/form-changes"), Some(&change), Some(&path))
        .expect(201);
    let since = json!({ "sinceDate": "2026-01-01" });
    see.call(world, administrator, &format!("PUT {path}/schools/{SCHOOL}"), Some(&since), None).expect(200);
    let school = format!("/schools/{SCHOOL}");
    let said = json!({ "partnershipCode": "PO9901", "source": "partnership", "sinceDate": "2026-01-01" });
    see.call(world, administrator, &format!("PUT {school}/partnership"), Some(&said), Some(&school))
        .expect(200);
    see.call(world, world.leader, "GET /directory-imports", None, None).expect(403);
    see.call(world, administrator, "POST /people", Some(&json!({ "naam": 1 })), None).expect(400);
    see.call(world, administrator, &format!("GET /programmes/{}", random_id()), None, None).expect(404);
    see.call(world, administrator, &format!("POST {path}/form-changes"), Some(&change), None).expect(428);
    see.call(world, administrator, &format!("POST {path}/form-changes"), Some(&change), Some("\"v99\""))
        .expect(412);
}

/// Signing in, and out.
fn identity(world: &World, see: &mut Checker) {
    let email = json!({ "email": "ouder@example.org" });
    let asked = see.call(world, world.leader, "POST /sign-in-codes", Some(&email), None).expect(202);
    let nonsense = json!({ "email": "geen adres" });
    see.call(world, world.leader, "POST /sign-in-codes", Some(&nonsense), None).expect(400);
    let (id, code) = (asked.text("signInId"), code_in(&letters(&world.app)[0]));
    let fields = [("grant_type", ONE_TIME_CODE), ("sign_in_id", id.as_str()), ("code", code.as_str())];
    let token = see.form(world, "/oauth/token", &fields).expect(200).text("refresh_token");
    see.form(world, "/oauth/token", &fields).expect(400);
    see.form(world, "/oauth/token", &[("grant_type", "client_credentials")]).expect(401);
    see.form(world, "/oauth/revoke", &[("token", &token)]).expect(200);
    see.form(world, "/oauth/revoke", &[]).expect(400);
}

/// A case, from the first question to the end.
fn case(world: &World, see: &mut Checker) {
    let (leader, coordinator, parent) = (world.leader, world.coordinators[0], world.person());
    let open = json!({ "locationCode": SCHOOL, "parentReference": random_id(), "ground": "regular-talk" });
    let id = see.call(world, leader, "POST /conversations", Some(&open), None).expect(201).id();
    see.call(world, leader, "POST /conversations", Some(&open), None).expect(409);
    let path = format!("/conversations/{id}");
    let ask = json!({ "step": "ask-first-question", "wordingVersion": "2026-1", "language": "nl" });
    see.call(world, leader, &format!("POST {path}/answers"), Some(&ask), Some(&path)).expect(201);
    see.call(world, leader, &format!("POST {path}/answers"), Some(&ask), Some(&path)).expect(409);
    for path in [&path, &format!("{path}/answers"), &format!("/conversations?locationCode={SCHOOL}")] {
        see.call(world, leader, &format!("GET {path}"), None, None).expect(200);
    }
    let colleague = json!({ "personId": leader });
    see.call(world, leader, &format!("POST {path}/holders"), Some(&colleague), Some(&path)).expect(200);
    let conversation = world.conversation();
    for step in ["ask-first-question", "has-nobody", "ask-second-question", "agrees"] {
        world.step(&conversation, step).expect(201);
    }
    let invitation = world.step(&conversation, "explain-buddy").expect(201).text("invitationCode");
    let exchange = json!({ "invitationCode": invitation });
    let code =
        see.call(world, parent, "POST /parent-codes", Some(&exchange), None).expect(201).text("parentCode");
    let nobodys = json!({ "invitationCode": "ABCD-EFGH-2345-6789" });
    see.call(world, parent, "POST /parent-codes", Some(&nobodys), None).expect(404);
    let look = json!({ "code": code });
    see.call(world, parent, "POST /parent-conversations/_search", Some(&look), None).expect(200);
    let think = json!({ "code": code, "step": "take-time" });
    see.call(world, parent, "POST /parent-answers", Some(&think), None).expect(200);
    see.call(world, parent, "POST /parent-answers", Some(&think), None).expect(409);
    see.call(world, parent, "POST /support-requests", Some(&world.request_body(0)), None).expect(201);
    let referral = json!({ "code": code, "request": world.request_body(0), "consent": words("referral") });
    let request = see.call(world, parent, "POST /referrals", Some(&referral), None).expect(201).id();
    let path = format!("/support-requests/{request}");
    see.call(world, coordinator, &format!("GET {path}/candidates"), None, None).expect(409);
    let consent = json!({ "kind": "request", "text": words("request") });
    see.call(world, parent, &format!("POST {path}/consents"), Some(&consent), None).expect(201);
    see.call(world, parent, &format!("POST {path}/consents"), Some(&consent), None).expect(409);
    support(world, see, parent, &path);
}

/// A buddy, from her registration to the end of a match with her.
fn support(world: &World, see: &mut Checker, parent: PersonId, path: &str) {
    let (coordinator, today) = (world.coordinators[0], world.app.platform.clock.today());
    let person = world.person();
    let buddy = json!({
        "programmeId": world.programmes[0], "personId": person, "firstName": "Test", "languages": ["nl"],
        "specialisms": [], "channels": ["online"], "municipalityCodes": [], "capacity": 2
    });
    let buddy = see.call(world, coordinator, "POST /buddies", Some(&buddy), None).expect(201).id();
    let (own, them) = (format!("/buddies/{buddy}"), json!({ "buddyId": buddy }));
    see.call(world, coordinator, &format!("POST {path}/proposals"), Some(&them), None).expect(409);
    for kind in ["vog", "training", "agreement", "code-of-conduct"] {
        let body = json!({ "kind": kind, "profile": "45", "issuedDate": today });
        see.call(world, coordinator, &format!("POST {own}/certificates"), Some(&body), None).expect(201);
    }
    let tie = json!({ "kind": "own-child-at-school", "about": { "kind": "school", "locationCode": SCHOOL } });
    let tie = see.call(world, person, &format!("POST {own}/ties"), Some(&tie), None).expect(201);
    see.call(world, person, &format!("POST {own}/tie-declarations"), None, Some(&own)).expect(200);
    see.call(world, coordinator, &format!("PATCH {own}"), Some(&json!({ "status": "active" })), Some(&own))
        .expect(200);
    let proposal =
        see.call(world, coordinator, &format!("POST {path}/proposals"), Some(&them), None).expect(201).id();
    let put = format!("/proposals/{proposal}");
    see.call(world, parent, &format!("GET {put}/explanation"), None, None).expect(200);
    see.call(world, parent, "GET /me/notices", None, None).expect(200);
    let yes = json!({ "answer": "accepted", "tiesAsked": [] });
    see.call(world, parent, &format!("POST {put}/acceptances"), Some(&yes), Some(&put)).expect(409);
    world.answer_ties(parent, &proposal, "accepted");
    let finding = world.app.get(parent, &put).body["ties"][0]["finding"].clone();
    let answers = json!({ "answers": [{ "finding": finding, "answer": "accepted" }] });
    see.call(world, parent, &format!("POST {put}/tie-answers"), Some(&answers), Some(&put)).expect(200);
    see.call(world, parent, &format!("POST {put}/acceptances"), Some(&yes), Some(&put)).expect(201);
    let yes = json!({ "answer": "accepted", "tiesAsked": world.ties_to_ask(person, &proposal) });
    let matched =
        see.call(world, person, &format!("POST {put}/acceptances"), Some(&yes), Some(&put)).expect(201);
    let running = format!("/matches/{}", matched.text("matchId"));
    let met = json!({ "date": today, "channel": "online", "minutes": 30, "task": "listening" });
    see.call(world, person, &format!("POST {running}/contacts"), Some(&met), None).expect(201);
    private_space(world, see, (parent, person), &running);
    announcements(world, see, parent, &running);
    for (who, paths) in [
        (
            parent,
            vec![
                path.to_owned(),
                format!("{path}/consents"),
                format!("{path}/proposals"),
                put.clone(),
                format!("{put}/tie-answers"),
                running.clone(),
                format!("{running}/contacts"),
                "/matches".to_owned(),
                "/support-requests".to_owned(),
            ],
        ),
        (
            coordinator,
            vec![
                format!("{path}/decisions"),
                own.clone(),
                format!("{own}/certificates"),
                format!("{own}/ties"),
                format!("{own}/readiness"),
                format!("/proposals?buddyId={buddy}"),
                format!("/buddies?programmeId={}", world.programmes[0]),
            ],
        ),
    ] {
        for path in paths {
            see.call(world, who, &format!("GET {path}"), None, None).expect(200);
        }
    }
    see.call(world, parent, &format!("POST {running}/pauses"), None, Some(&running)).expect(200);
    see.call(world, parent, &format!("POST {running}/resumptions"), None, Some(&running)).expect(200);
    let end = json!({ "untilDate": today });
    let place = format!("{own}/ties/{}", tie.id());
    see.call(world, person, &format!("PATCH {place}"), Some(&end), Some(&tie.etag())).expect(200);
    let reason = json!({ "reason": "other-buddy" });
    see.call(world, parent, &format!("POST {running}/closure"), Some(&reason), Some(&running)).expect(200);
    see.call(world, coordinator, &format!("GET {path}/candidates"), None, None).expect(200);
    let ties = format!("/programmes/{}/coordinator-ties", world.programmes[0]);
    let own = json!({ "kind": "employed-at-school", "about": { "kind": "school", "locationCode": SCHOOL } });
    let own = see.call(world, coordinator, &format!("POST {ties}"), Some(&own), None).expect(201);
    see.call(world, coordinator, &format!("GET {ties}"), None, None).expect(200);
    see.call(world, coordinator, &format!("GET {path}/candidates"), None, None).expect(409);
    let (place, long_ago) = (format!("{ties}/{}", own.id()), json!({ "untilDate": "2001-01-01" }));
    see.call(world, coordinator, &format!("PATCH {place}"), Some(&long_ago), Some(&own.etag())).expect(200);
    see.call(world, parent, &format!("POST {path}/withdrawal"), None, None).expect(200);
    see.call(world, coordinator, &format!("GET {path}/candidates"), None, None).expect(409);
}

/// A talk that is announced at school, and taken back.
fn announcements(world: &World, see: &mut Checker, parent: PersonId, running: &str) {
    let list = format!("{running}/meeting-announcements");
    let body = json!({
        "date": world.app.platform.clock.today(), "text": words("meeting-announcement")
    });
    let made = see.call(world, parent, &format!("POST {list}"), Some(&body), None).expect(201).id();
    let past = {
        let mut body = body.clone();
        body["date"] = json!("2001-01-01");
        body
    };
    see.call(world, parent, &format!("POST {list}"), Some(&past), None).expect(409);
    for path in [list.clone(), format!("{list}/{made}")] {
        see.call(world, parent, &format!("GET {path}"), None, None).expect(200);
    }
    let at_school = format!("GET /announced-meetings?locationCode={SCHOOL}");
    let page = see.call(world, world.leader, &at_school, None, None).expect(200).body;
    let talk = format!("/announced-meetings/{}", page["data"][0]["id"].as_str().expect("it is shown"));
    see.call(world, world.leader, &format!("GET {talk}"), None, None).expect(200);
    see.call(world, world.leader, &format!("GET {talk}/calendar.ics"), None, None).expect(200);
    let room = json!({ "objection": "room" });
    see.call(world, world.leader, &format!("POST {talk}/objections"), Some(&room), None).expect(200);
    see.call(world, parent, &format!("POST {list}/{made}/cancellation"), None, None).expect(200);
    see.call(world, world.leader, &format!("POST {talk}/objections"), Some(&room), None).expect(409);
}

/// Terms, holds and erasure.
fn privacy(world: &World, see: &mut Checker) {
    let (administrator, coordinator) = (world.administrator, world.coordinators[0]);
    let parent = world.person();
    let request = world.consented(0, parent);
    let terms = format!("/programmes/{}/retention-terms", world.programmes[0]);
    see.call(world, parent, &format!("GET {terms}"), None, None).expect(200);
    let longer = json!({ "days": 60 });
    see.call(world, administrator, &format!("PUT {terms}/withdrawn"), Some(&longer), None).expect(409);
    let longer = json!({ "days": 60, "reason": "Er loopt een evaluatie." });
    see.call(world, administrator, &format!("PUT {terms}/withdrawn"), Some(&longer), None).expect(200);
    let holds = format!("/support-requests/{request}/holds");
    let complaint = json!({ "because": "complaint" });
    let hold =
        see.call(world, coordinator, &format!("POST {holds}"), Some(&complaint), None).expect(201).id();
    see.call(world, coordinator, &format!("POST {holds}"), Some(&complaint), None).expect(409);
    see.call(world, parent, &format!("GET {holds}"), None, None).expect(200);
    see.call(world, coordinator, &format!("POST {holds}/{hold}/release"), None, None).expect(200);
    see.call(world, coordinator, &format!("POST {holds}/{}/release", random_id()), None, None).expect(404);
    let export = see.call(world, parent, "POST /me/exports", None, None).expect(201).id();
    see.call(world, parent, &format!("GET /me/exports/{export}"), None, None).expect(200);
    see.call(world, parent, &format!("POST /me/exports/{export}/download"), None, None).expect(200);
    see.call(world, parent, &format!("POST /me/exports/{export}/download"), None, None).expect(404);
    let half = json!({ "confirmation": "erase-a-bit" });
    see.call(world, parent, "POST /me/erasure", Some(&half), None).expect(400);
    let sure = json!({ "confirmation": "erase-everything-of-mine" });
    see.call(world, parent, "POST /me/erasure", Some(&sure), None).expect(200);
}

/// What parent and buddy write to each other.
fn private_space(world: &World, see: &mut Checker, (parent, buddy): (PersonId, PersonId), running: &str) {
    let notes = format!("{running}/private-notes");
    let note = json!({ "kind": "goal", "text": "Weer samen aan tafel." });
    let made = see.call(world, parent, &format!("POST {notes}"), Some(&note), None).expect(201);
    let note = format!("{notes}/{}", made.id());
    let change = json!({ "text": "Rustig aan tafel." });
    see.call(world, parent, &format!("PATCH {note}"), Some(&change), None).expect(428);
    see.call(world, parent, &format!("PATCH {note}"), Some(&change), Some(&note)).expect(200);
    see.call(world, parent, &format!("PATCH {note}"), Some(&change), Some(&made.etag())).expect(412);
    see.call(world, buddy, &format!("PATCH {note}"), Some(&change), Some(&note)).expect(409);
    for path in [&notes, &note] {
        see.call(world, buddy, &format!("GET {path}"), None, None).expect(200);
    }
    see.call(world, parent, &format!("DELETE {note}"), None, None).expect(204);
    see.call(world, parent, &format!("DELETE {note}"), None, None).expect(404);
    let messages = format!("{running}/messages");
    let blank = json!({ "text": "  " });
    see.call(world, parent, &format!("POST {messages}"), Some(&blank), None).expect(400);
    let hello = json!({ "text": "Dag" });
    let sent = see.call(world, parent, &format!("POST {messages}"), Some(&hello), None).expect(201).id();
    see.call(world, buddy, &format!("GET {messages}"), None, None).expect(200);
    let read = json!({ "upTo": sent });
    see.call(world, buddy, &format!("PUT {running}/message-reading"), Some(&read), None).expect(200);
    see.call(world, parent, &format!("DELETE {messages}/{sent}"), None, None).expect(204);
}

/// The consent register: said, heard, confirmed, by a pupil, taken back, and told.
fn consents(world: &World, see: &mut Checker) {
    let (parent, coordinator) = (world.person(), world.coordinators[0]);
    letters(&world.app);
    let path = format!("/support-requests/{}", world.request(0, parent));
    let heard = json!({ "kind": "request", "text": words("request") });
    let reports = format!("POST {path}/reported-consents");
    let reported = see.call(world, coordinator, &reports, Some(&heard), None).expect(201);
    see.call(world, parent, &reports, Some(&heard), None).expect(403);
    let code = json!({ "code": confirmation_in(&letters(&world.app)[0]) });
    see.call(world, parent, "POST /consent-confirmations", Some(&code), None).expect(200);
    let one = format!("{path}/consents/{}", reported.id());
    see.call(world, parent, &format!("POST {one}/confirmation"), None, None).expect(200);
    see.call(world, parent, &format!("GET {one}/receipt"), None, None).expect(200);
    see.call(world, coordinator, &format!("GET {path}/consents/{}/receipt", random_id()), None, None)
        .expect(404);
    let health =
        json!({ "kind": "child-health-data", "text": words("child-health-data"), "childAge": "16-or-older" });
    see.call(world, parent, &format!("POST {path}/consents"), Some(&health), None).expect(409);
    let code = see.call(world, parent, &format!("POST {path}/pupil-codes"), None, None).expect(201);
    let code = code.text("pupilCode");
    let yes = json!({ "code": code, "text": words("pupil-health-data") });
    see.call(world, parent, "POST /pupil-consents", Some(&yes), None).expect(200);
    see.call(world, parent, "POST /pupil-consents/withdrawal", Some(&json!({ "code": code })), None)
        .expect(200);
    let school = json!({ "locationCode": SCHOOL });
    see.call(world, parent, &format!("PATCH {path}"), Some(&school), Some(&path)).expect(200);
    see.call(world, parent, &format!("POST {one}/withdrawal"), None, None).expect(200);
    see.call(world, parent, "GET /me/consents", None, None).expect(200);
    see.call(world, parent, "POST /me/consents/withdrawal", None, None).expect(200);
    let told = see.call(world, parent, &format!("GET {path}/withdrawal-recipients"), None, None).expect(200);
    let waiting = format!("GET /withdrawal-notices?programmeId={}", world.programmes[0]);
    see.call(world, coordinator, &waiting, None, None).expect(200);
    let notice = told.body["data"][0]["noticeId"].as_str().expect("an id");
    see.call(world, coordinator, &format!("POST /withdrawal-notices/{notice}/confirmation"), None, None)
        .expect(200);
}

/// The feed, and a subscription from its beginning to its end.
fn webhooks(world: &World, see: &mut Checker) {
    let (coordinator, receiver) = (world.coordinators[0], Receiver::answering(204));
    let feed = format!("GET /events?programmeId={}", world.programmes[0]);
    see.call(world, coordinator, &feed, None, None).expect(200);
    see.call(world, world.administrator, "GET /events", None, None).expect(200);
    let body = json!({ "url": receiver.url(), "programmeId": world.programmes[0] });
    let made = see.call(world, coordinator, "POST /webhook-subscriptions", Some(&body), None).expect(201);
    let id = made.body["subscription"]["id"].as_str().expect("an id");
    let path = format!("/webhook-subscriptions/{id}");
    see.call(world, coordinator, &format!("GET {path}"), None, None).expect(200);
    see.call(world, coordinator, "GET /webhook-subscriptions", None, None).expect(200);
    see.call(world, coordinator, &format!("POST {path}/secret-rotations"), None, Some(&path)).expect(201);
    world.app.drain();
    let sent = format!("GET /webhook-deliveries?subscriptionId={id}");
    let sent = see.call(world, coordinator, &sent, None, None).expect(200);
    let delivery = format!("/webhook-deliveries/{}", sent.body["data"][0]["id"].as_str().expect("an id"));
    see.call(world, coordinator, &format!("GET {delivery}"), None, None).expect(200);
    see.call(world, coordinator, &format!("POST {delivery}/replays"), None, None).expect(201);
    see.call(world, coordinator, &format!("POST {delivery}/replays"), None, None).expect(409);
    see.call(world, coordinator, &format!("POST {path}/disablements"), None, Some(&path)).expect(200);
    see.call(world, coordinator, &format!("POST {path}/enablements"), None, Some(&path)).expect(200);
    let missing = format!("GET /webhook-deliveries?subscriptionId={}", random_id());
    see.call(world, coordinator, &missing, None, None).expect(404);
}
