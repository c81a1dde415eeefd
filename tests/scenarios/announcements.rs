//! Meeting announcements: the parent says that somebody comes along; school hears that and no more, and cannot say no.

use naast_domain::ids::PersonId;
use naast_tests::app::Reply;
use naast_tests::world::{Buddy, ELSEWHERE, SCHOOL, World};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::looks::{assert_sound, count, holds, refused, seen};

on_both!(
    school_hears_who_comes_along_and_when_and_nothing_else,
    school_cannot_refuse_and_what_it_notes_changes_nothing,
    what_is_taken_back_looks_at_school_like_what_ended_with_the_match,
    every_end_of_a_match_cancels_what_was_announced_in_the_same_transaction,
    what_is_over_is_not_shown_at_school_any_more,
    the_words_in_use_are_asked_for_and_kept_with_the_announcement,
    the_file_for_the_calendar_keeps_its_id_and_says_when_nobody_comes
);

struct Case {
    world: World,
    parent: PersonId,
    buddy: Buddy,
    request: String,
    path: String,
}

impl Case {
    fn new(engine: Engine) -> Self {
        let world = World::new(engine);
        let (parent, buddy) = (world.person(), world.buddy(0, &json!({ "firstName": "Wilgje" })));
        let request = world.consented(0, parent);
        let (matched, _) = world.matched(0, parent, &request, &buddy);
        Self { world, parent, buddy, request, path: format!("/matches/{matched}") }
    }

    fn body(&self) -> Value {
        json!({
            "date": self.world.app.platform.clock.today(), "startTime": "14:30", "minutes": 45, "place": "at-school",
            "recognition": { "by": "name", "value": "moeder, groep 5; \"blauw\"" },
            "text": { "textVersion": "2026-1", "language": "nl" }
        })
    }

    fn announce(&self, body: &Value) -> Reply {
        self.world.app.post(self.parent, &format!("{}/meeting-announcements", self.path), body)
    }

    fn at_school(&self) -> Value {
        let list = format!("/announced-meetings?locationCode={SCHOOL}");
        self.world.app.get(self.world.leader, &list).expect(200).body["data"].clone()
    }

    fn take_back(&self, id: &str) -> Reply {
        let path = format!("{}/meeting-announcements/{id}/cancellation", self.path);
        self.world.app.ask(self.parent, &path)
    }
}

fn school_hears_who_comes_along_and_when_and_nothing_else(engine: Engine) {
    let case = Case::new(engine);
    let (world, app) = (&case.world, &case.world.app);
    let made = case.announce(&case.body()).expect(201);
    let id = made.id();
    let talk = case.at_school()[0].clone();
    let mut members: Vec<&str> = talk.as_object().expect("an object").keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(
        members,
        [
            "announcedAt",
            "date",
            "firstName",
            "id",
            "locationCode",
            "minutes",
            "objections",
            "place",
            "recognition",
            "retention",
            "role",
            "startTime",
            "state"
        ]
    );
    assert_eq!((&talk["firstName"], &talk["role"]), (&json!("Wilgje"), &json!("buddy")));
    assert_eq!(talk["recognition"], json!({ "by": "name", "value": "moeder, groep 5; \"blauw\"" }));
    let at = format!("/announced-meetings/{}", talk["id"].as_str().expect("an id"));
    let whole = app.get(world.leader, &at).expect(200);
    let file = app.get(world.leader, &format!("{at}/calendar.ics")).expect(200);
    for reply in [&whole, &file] {
        let text = seen(reply) + &String::from_utf8_lossy(&reply.bytes);
        let matched = case.path.trim_start_matches("/matches/");
        for secret in
            [&id, matched, &case.request, &case.buddy.id, &world.programmes[0], &case.parent.to_string()]
        {
            assert!(!text.contains(secret), "{secret}\n{text}");
        }
    }
    // the id of the one side is not there on the other
    refused(app.get(world.leader, &format!("/announced-meetings/{id}")), 404, "not-found");
    let other = format!("{}/meeting-announcements/{}", case.path, talk["id"].as_str().expect("an id"));
    refused(app.get(case.parent, &other), 404, "not-found");
    // another school hears nothing, and neither does the board's or the platform's side
    refused(app.get(world.other_leader, &at), 404, "not-found");
    refused(app.get(world.administrator, &at), 403, "forbidden");
    let elsewhere = app.get(world.other_leader, &format!("/announced-meetings?locationCode={ELSEWHERE}"));
    assert_eq!(elsewhere.expect(200).body["data"], json!([]));
    // buddy and coordinator see that it was announced, not the words by which school knows the parent
    for reader in [case.buddy.person, world.coordinators[0]] {
        let one = app.get(reader, &format!("{}/meeting-announcements/{id}", case.path)).expect(200).body;
        assert_eq!((&one["recognition"], &one["state"]), (&Value::Null, &json!("announced")));
        let body = case.body();
        refused(app.post(reader, &format!("{}/meeting-announcements", case.path), &body), 404, "not-found");
    }
    assert!(!holds(world, "groep 5; "));
    assert_sound(world);
}

fn school_cannot_refuse_and_what_it_notes_changes_nothing(engine: Engine) {
    let case = Case::new(engine);
    let (world, app) = (&case.world, &case.world.app);
    let id = case.announce(&case.body()).expect(201).id();
    let at = format!("/announced-meetings/{}", case.at_school()[0]["id"].as_str().expect("an id"));
    let note =
        |what: &str| app.post(world.leader, &format!("{at}/objections"), &json!({ "objection": what }));
    for refusal in ["refused", "not-welcome", "no"] {
        refused(note(refusal), 400, "invalid-input");
    }
    let noted = note("date-changed").expect(200);
    assert_eq!(noted.body["objections"], json!(["date-changed"]));
    assert_eq!(note("date-changed").expect(200).body, noted.body);
    assert_eq!(note("room").expect(200).body["objections"], json!(["date-changed", "room"]));
    for method in ["PATCH", "DELETE", "PUT"] {
        let reply =
            app.call(Some(world.leader), method, &at, Some(&json!({ "state": "cancelled" })), Some("*"));
        refused(reply, 405, "method-not-allowed");
    }
    for reader in [case.parent, world.coordinators[0]] {
        let one = app.get(reader, &format!("{}/meeting-announcements/{id}", case.path)).expect(200).body;
        assert_eq!(one["state"], "announced");
        assert_eq!(one["objections"].as_array().map(Vec::len), Some(2));
    }
    let feed = format!("/events?programmeId={}&pageSize=200", world.programmes[0]);
    let told = app.get(world.coordinators[0], &feed).expect(200);
    assert!(String::from_utf8_lossy(&told.bytes).contains("nl.naast.announcement.objection-noted"));
}

/// What school sees of a talk, without the id and the moments in which two talks differ anyway.
fn shape(case: &Case, at: &str) -> String {
    let reply = case.world.app.get(case.world.leader, at).expect(200);
    let mut body = reply.body.clone();
    for member in ["id", "announcedAt"] {
        body.as_object_mut().expect("an object").remove(member);
    }
    format!("{body} {}", reply.etag())
}

fn what_is_taken_back_looks_at_school_like_what_ended_with_the_match(engine: Engine) {
    let mut shapes = Vec::new();
    for how in ["taken-back", "closed", "withdrawn"] {
        let case = Case::new(engine);
        let app = &case.world.app;
        let id = case.announce(&case.body()).expect(201).id();
        let at = format!("/announced-meetings/{}", case.at_school()[0]["id"].as_str().expect("an id"));
        match how {
            "taken-back" => {
                case.take_back(&id).expect(200);
                // twice is not refused, and changes nothing
                let again = case.take_back(&id).expect(200);
                assert_eq!(again.body["state"], "cancelled");
            }
            "closed" => {
                let reason = json!({ "reason": "other-buddy" });
                app.post_on(case.parent, &case.path, &format!("{}/closure", case.path), &reason).expect(200);
            }
            _ => {
                app.ask(case.parent, &format!("/support-requests/{}/withdrawal", case.request)).expect(200);
            }
        }
        let shown = app.get(case.world.leader, &at).expect(200).body;
        assert_eq!((&shown["firstName"], &shown["recognition"]), (&Value::Null, &Value::Null));
        shapes.push(shape(&case, &at));
        assert_eq!(count(&case.world, "meeting_announcements WHERE recognised IS NOT NULL"), 0);
        assert_sound(&case.world);
    }
    assert_eq!(shapes[0], shapes[1]);
    assert_eq!(shapes[0], shapes[2]);
}

fn every_end_of_a_match_cancels_what_was_announced_in_the_same_transaction(engine: Engine) {
    let case = Case::new(engine);
    let app = &case.world.app;
    for _ in 0..3 {
        case.announce(&case.body()).expect(201);
    }
    let board = json!({ "kind": "school", "locationCode": SCHOOL });
    // a tie that nobody can set aside ends the match
    case.world.tie(&case.buddy, "employed-at-school", &board).expect(201);
    assert_eq!(app.get(case.parent, &case.path).expect(200).body["state"], "closed");
    for talk in case.at_school().as_array().expect("a list") {
        assert_eq!(talk["state"], "cancelled");
    }
    let ended = "journal WHERE action = 'announcement.cancelled' AND actor IS NULL";
    assert_eq!(count(&case.world, ended), 3);
    refused(case.announce(&case.body()), 409, "match-state");
    assert_sound(&case.world);
}

fn what_is_over_is_not_shown_at_school_any_more(engine: Engine) {
    let case = Case::new(engine);
    let app = &case.world.app;
    let id = case.announce(&case.body()).expect(201).id();
    let at = format!("/announced-meetings/{}", case.at_school()[0]["id"].as_str().expect("an id"));
    app.platform.clock.advance(chrono::TimeDelta::days(1));
    assert_eq!(case.at_school(), json!([]));
    for path in [at.clone(), format!("{at}/calendar.ics")] {
        refused(app.get(case.world.leader, &path), 404, "not-found");
    }
    let room = json!({ "objection": "room" });
    refused(app.post(case.world.leader, &format!("{at}/objections"), &room), 404, "not-found");
    app.get(case.parent, &format!("{}/meeting-announcements/{id}", case.path)).expect(200);
}

fn the_words_in_use_are_asked_for_and_kept_with_the_announcement(engine: Engine) {
    let case = Case::new(engine);
    let mut body = case.body();
    body["text"]["textVersion"] = json!("2019-1");
    let refusal = refused(case.announce(&body), 409, "consent-text-unknown");
    assert_eq!(refusal.body["current"], "2026-1");
    let made = case.announce(&case.body()).expect(201).body;
    assert_eq!(made["textHash"].as_str().map(str::len), Some(64));
    let mut english = case.body();
    english["text"]["language"] = json!("en");
    assert_ne!(case.announce(&english).expect(201).body["textHash"], made["textHash"]);
    let mut blank = case.body();
    blank["recognition"]["value"] = json!("  ");
    refused(case.announce(&blank), 400, "invalid-input");
    blank["recognition"]["value"] = json!("x");
    blank["startTime"] = json!("24:00");
    refused(case.announce(&blank), 400, "invalid-input");
    let mut many = 2;
    while case.announce(&case.body()).status == 201 {
        many += 1;
    }
    assert_eq!(many, 20);
    refused(case.announce(&case.body()), 409, "too-many-announcements");
}

fn the_file_for_the_calendar_keeps_its_id_and_says_when_nobody_comes(engine: Engine) {
    let case = Case::new(engine);
    let app = &case.world.app;
    let id = case.announce(&case.body()).expect(201).id();
    let talk = case.at_school()[0]["id"].as_str().expect("an id").to_owned();
    let at = format!("/announced-meetings/{talk}/calendar.ics");
    let read = || {
        let token = format!("Bearer {}", app.token(case.world.leader));
        let headers = [("authorization", token.as_str()), ("accept", "text/calendar")];
        let reply = app.send("GET", &format!("/v1{at}"), &headers, Vec::new()).expect(200);
        assert_eq!(reply.header("content-type"), Some("text/calendar; charset=utf-8"));
        String::from_utf8(reply.bytes).expect("UTF-8")
    };
    let before = read();
    for line in [
        format!("UID:{talk}"),
        "SEQUENCE:0".to_owned(),
        "DURATION:PT45M".to_owned(),
        "STATUS:CONFIRMED".to_owned(),
        "SUMMARY:Gesprek: Wilgje komt mee (buddy van de ouder)".to_owned(),
    ] {
        assert!(before.contains(&format!("\r\n{line}\r\n")), "{line}\n{before}");
    }
    assert!(before.replace("\r\n ", "").contains("moeder\\, groep 5\\; \"blauw\"\r\n"), "{before}");
    case.take_back(&id).expect(200);
    let after = read();
    for line in [format!("UID:{talk}"), "SEQUENCE:1".to_owned(), "STATUS:CANCELLED".to_owned()] {
        assert!(after.contains(&format!("\r\n{line}\r\n")), "{line}\n{after}");
    }
    assert!(!after.contains("Wilgje") && !after.contains("groep 5"), "{after}");
}
