//! Meeting announcements: the parent says that somebody comes along; school hears that and no more, and cannot say no.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use naast_domain::ids::PersonId;
use naast_domain::start_of;
use naast_tests::app::Reply;
use naast_tests::world::{Buddy, ELSEWHERE, SCHOOL, World, words};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::looks::{assert_sound, at_school, refused, seen};

on_both!(
    school_hears_who_comes_along_and_when_and_nothing_else,
    when_a_talk_was_announced_stands_nowhere_at_school,
    school_cannot_refuse_and_what_it_notes_changes_nothing,
    what_is_over_is_not_shown_at_school_any_more,
    the_words_in_use_are_asked_for_and_kept_with_the_announcement,
    a_talk_whose_day_is_over_leaves_room_for_another,
    the_file_for_the_calendar_keeps_its_id_and_says_when_nobody_comes
);

pub struct Case {
    pub world: World,
    pub parent: PersonId,
    pub buddy: Buddy,
    pub request: String,
    pub path: String,
}

impl Case {
    pub fn new(engine: Engine) -> Self {
        let world = World::new(engine);
        let (parent, buddy) = (world.person(), world.buddy(0, &json!({ "firstName": "Wilgje" })));
        let request = world.consented(0, parent);
        let (matched, _) = world.matched(0, parent, &request, &buddy);
        Self { world, parent, buddy, request, path: format!("/matches/{matched}") }
    }

    pub fn body(&self) -> Value {
        json!({
            "date": self.world.app.platform.clock.today(), "text": words("meeting-announcement")
        })
    }

    pub fn announce(&self, body: &Value) -> Reply {
        self.world.app.post(self.parent, &format!("{}/meeting-announcements", self.path), body)
    }

    pub fn at_school(&self) -> Value {
        let list = format!("/announced-meetings?locationCode={SCHOOL}");
        self.world.app.get(self.world.leader, &list).expect(200).body["data"].clone()
    }

    pub fn take_back(&self, id: &str) -> Reply {
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
        ["date", "firstName", "id", "locationCode", "objections", "retention", "role", "state"]
    );
    assert_eq!((&talk["firstName"], &talk["role"]), (&json!("Wilgje"), &json!("buddy")));
    // the programme takes nothing else to pass on
    for more in ["startTime", "minutes", "place", "recognition"] {
        let mut body = case.body();
        body[more] = json!("x");
        refused(case.announce(&body), 400, "invalid-input");
    }
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
    // buddy and coordinator see that it was announced
    for reader in [case.buddy.person, world.coordinators[0]] {
        let one = app.get(reader, &format!("{}/meeting-announcements/{id}", case.path)).expect(200).body;
        assert_eq!(one["state"], "announced");
        let body = case.body();
        refused(app.post(reader, &format!("{}/meeting-announcements", case.path), &body), 404, "not-found");
    }
    assert_sound(world);
}

/// Neither what school reads, nor the order of its list, nor a place in it tells when the parent announced or cancelled a talk.
fn when_a_talk_was_announced_stands_nowhere_at_school(engine: Engine) {
    let case = Case::new(engine);
    let (world, app) = (&case.world, &case.world.app);
    let mut told: Vec<(String, String)> = Vec::new();
    let mut moments: Vec<String> = Vec::new();
    for days in [9, 3, 9, 3, 6] {
        let mut body = case.body();
        body["date"] = json!(app.platform.clock.today() + chrono::Days::new(days));
        let made = case.announce(&body).expect(201);
        told.push((body["date"].as_str().expect("a day").to_owned(), at_school(world, &made.id())));
        moments.push(made.text("announcedAt"));
        app.platform.clock.advance(TimeDelta::minutes(7));
    }
    let of_the_first = case.at_school();
    let of_the_first = of_the_first[0]["date"].as_str().expect("a day");
    assert_eq!(of_the_first, told[1].0, "the next talk comes first");
    let mut read = Vec::new();
    let mut path = format!("/announced-meetings?locationCode={SCHOOL}&pageSize=1");
    let mut seen_of_all = String::new();
    loop {
        let page = app.get(world.leader, &path).expect(200);
        seen_of_all += &String::from_utf8_lossy(&page.bytes);
        let one = &page.body["data"][0];
        let (day, id) = (one["date"].as_str().expect("a day"), one["id"].as_str().expect("an id"));
        read.push((day.to_owned(), id.to_owned()));
        let file = app.get(world.leader, &format!("/announced-meetings/{id}/calendar.ics")).expect(200);
        let stamp = start_of(app.platform.clock.today()).format("%Y%m%dT%H%M%SZ");
        let file = String::from_utf8_lossy(&file.bytes).into_owned();
        assert!(file.contains(&format!("\r\nDTSTAMP:{stamp}\r\n")), "{file}");
        let Some(next) = page.body["nextCursor"].as_str() else { break };
        let place = URL_SAFE_NO_PAD.decode(next).expect("a cursor of ours");
        let place = String::from_utf8(place).expect("text");
        let at = place.split('.').nth(1).and_then(|place| place.split('_').next()).expect("a moment");
        let begins = start_of(day.parse().expect("a day")).timestamp_micros();
        assert_eq!(at, begins.to_string(), "the day of the talk, and no other moment");
        path = format!("/announced-meetings?locationCode={SCHOOL}&pageSize=1&cursor={next}");
    }
    told.sort();
    assert_eq!(read, told, "by day, and within one by ids that are chance");
    for moment in &moments {
        // to the minute: no form of it
        assert!(!seen_of_all.contains(&moment[..16]), "{moment}: {seen_of_all}");
    }
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
    assert_eq!(note("room").expect(200).body["objections"], json!(["room", "date-changed"]));
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

fn what_is_over_is_not_shown_at_school_any_more(engine: Engine) {
    let case = Case::new(engine);
    let app = &case.world.app;
    let id = case.announce(&case.body()).expect(201).id();
    let at = format!("/announced-meetings/{}", case.at_school()[0]["id"].as_str().expect("an id"));
    app.platform.clock.advance(TimeDelta::days(1));
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
    assert_eq!(refusal.body["current"], "2026-2");
    let made = case.announce(&case.body()).expect(201).body;
    assert_eq!(made["textHash"].as_str().map(str::len), Some(64));
    let mut english = case.body();
    english["text"]["language"] = json!("en");
    let refusal = refused(case.announce(&english), 409, "consent-text-differs");
    english["text"]["textHash"] = refusal.body["current"].clone();
    assert_ne!(case.announce(&english).expect(201).body["textHash"], made["textHash"]);
    let mut many = 2;
    while case.announce(&case.body()).status == 201 {
        many += 1;
    }
    assert_eq!(many, 20);
    refused(case.announce(&case.body()), 409, "too-many-announcements");
}

/// So many may be open: those of yesterday are not.
fn a_talk_whose_day_is_over_leaves_room_for_another(engine: Engine) {
    let case = Case::new(engine);
    for _ in 0..20 {
        case.announce(&case.body()).expect(201);
    }
    refused(case.announce(&case.body()), 409, "too-many-announcements");
    case.world.app.platform.clock.advance(TimeDelta::days(1));
    case.announce(&case.body()).expect(201);
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
        format!("DTSTART;VALUE=DATE:{}", app.platform.clock.today().format("%Y%m%d")),
        "STATUS:CONFIRMED".to_owned(),
        "SUMMARY:Gesprek: Wilgje komt mee (buddy van de ouder)".to_owned(),
    ] {
        assert!(before.contains(&format!("\r\n{line}\r\n")), "{line}\n{before}");
    }
    // the whole day, and nothing of when and where
    for nothing in ["DTSTART:", "DURATION", "LOCATION", "DESCRIPTION", "\r\nDTEND:"] {
        assert!(!before.contains(nothing), "{nothing}\n{before}");
    }
    case.take_back(&id).expect(200);
    let after = read();
    for line in [format!("UID:{talk}"), "SEQUENCE:1".to_owned(), "STATUS:CANCELLED".to_owned()] {
        assert!(after.contains(&format!("\r\n{line}\r\n")), "{line}\n{after}");
    }
    assert!(!after.contains("Wilgje"), "{after}");
}
