//! A case from its request to its closure, with what is private and what school is told.

use naast_domain::ids::PersonId;
use naast_tests::random_id;
use naast_tests::world::{SCHOOL, World, words};
use serde_json::json;

use crate::checker::Checker;

/// A case, from the first question to the end.
pub(super) fn case(world: &World, see: &mut Checker) {
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
    see.call(world, parent, &format!("POST {path}/continuations"), None, None).expect(200);
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
        let body = json!({ "kind": kind, "profile": (kind == "vog").then_some("45"), "issuedDate": today });
        see.call(world, coordinator, &format!("POST {own}/certificates"), Some(&body), None).expect(201);
    }
    let twice = json!({ "kind": "training", "issuedDate": today });
    let twice = see.call(world, coordinator, &format!("POST {own}/certificates"), Some(&twice), None);
    let twice = format!("DELETE {own}/certificates/{}", twice.expect(201).id());
    see.call(world, coordinator, &twice, None, None).expect(204);
    let tie = json!({ "kind": "own-child-at-school", "about": { "kind": "school", "locationCode": SCHOOL } });
    let tie = see.call(world, person, &format!("POST {own}/ties"), Some(&tie), None).expect(201);
    see.call(world, person, &format!("POST {own}/tie-declarations"), None, Some(&own)).expect(200);
    see.call(world, coordinator, &format!("PATCH {own}"), Some(&json!({ "status": "active" })), Some(&own))
        .expect(200);
    let proposal =
        see.call(world, coordinator, &format!("POST {path}/proposals"), Some(&them), None).expect(201).id();
    let put = format!("/proposals/{proposal}");
    let mistake = json!({ "reason": "made-by-mistake" });
    see.call(world, coordinator, &format!("POST {put}/cancellation"), Some(&mistake), Some(&put)).expect(200);
    see.call(world, coordinator, &format!("POST {put}/cancellation"), Some(&mistake), Some(&put)).expect(409);
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
    see.call(world, parent, &format!("POST {path}/withdrawal"), None, None).expect(200);
    see.call(world, coordinator, &format!("GET {path}/candidates"), None, None).expect(409);
}

/// A coordinator's own tie, which keeps her from whatever is open at that school: nothing of a case comes after it.
pub(super) fn own_tie(world: &World, see: &mut Checker) {
    let (coordinator, request) = (world.coordinators[0], world.consented(0, world.person()));
    let candidates = format!("GET /support-requests/{request}/candidates");
    let ties = format!("/programmes/{}/coordinator-ties", world.programmes[0]);
    let own = json!({ "kind": "employed-at-school", "about": { "kind": "school", "locationCode": SCHOOL } });
    let own = see.call(world, coordinator, &format!("POST {ties}"), Some(&own), None).expect(201);
    let said = format!("POST /programmes/{}/coordinator-tie-declarations", world.programmes[0]);
    see.call(world, coordinator, &said, None, None).expect(200);
    see.call(world, coordinator, &format!("GET {ties}"), None, None).expect(200);
    see.call(world, coordinator, &candidates, None, None).expect(409);
    let end = json!({ "untilDate": world.app.platform.clock.today() });
    let place = format!("PATCH {ties}/{}", own.id());
    see.call(world, coordinator, &place, Some(&end), Some(&own.etag())).expect(200);
    see.call(world, coordinator, &candidates, None, None).expect(409);
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

/// What parent and buddy write to each other.
fn private_space(world: &World, see: &mut Checker, (parent, buddy): (PersonId, PersonId), running: &str) {
    let notes = format!("{running}/private-notes");
    let note = json!({ "kind": "goal", "text": "Weer samen aan tafel.", "aboutHealth": false });
    let made = see.call(world, parent, &format!("POST {notes}"), Some(&note), None).expect(201);
    let note = format!("{notes}/{}", made.id());
    let change = json!({ "text": "Rustig aan tafel.", "aboutHealth": false });
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
    let blank = json!({ "text": "  ", "aboutHealth": false });
    see.call(world, parent, &format!("POST {messages}"), Some(&blank), None).expect(400);
    let hello = json!({ "text": "Dag", "aboutHealth": false });
    let sent = see.call(world, parent, &format!("POST {messages}"), Some(&hello), None).expect(201).id();
    see.call(world, buddy, &format!("GET {messages}"), None, None).expect(200);
    let read = json!({ "upTo": sent });
    see.call(world, buddy, &format!("PUT {running}/message-reading"), Some(&read), None).expect(200);
    see.call(world, parent, &format!("DELETE {messages}/{sent}"), None, None).expect(204);
}
