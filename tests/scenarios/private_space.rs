//! The private space: what parent and buddy write to each other, who reads it and until when.

use naast_api::paging::Paging;
use naast_domain::ids::PersonId;
use naast_domain::journal::Chain;
use naast_tests::app::Reply;
use naast_tests::world::{Buddy, World};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::looks::{assert_sound, count, holds, refused, sealed_in};

on_both!(
    each_reads_what_the_other_wrote_and_nobody_else_does,
    a_note_is_changed_by_who_wrote_it_on_the_version_that_she_read,
    what_is_taken_away_is_gone,
    the_buddy_reads_nothing_once_the_match_has_ended_and_the_parent_still_does,
    a_buddy_about_whom_the_parent_must_know_something_first_is_shut_out,
    a_next_buddy_does_not_read_what_was_written_to_the_one_before,
    a_page_of_messages_says_what_is_unread_and_only_to_its_reader,
    a_row_of_the_private_space_takes_no_number_of_the_programme,
    what_is_about_health_is_asked_and_rests_on_a_consent_to_that,
);

/// A match that runs.
struct Pair {
    world: World,
    parent: PersonId,
    buddy: Buddy,
    request: String,
    path: String,
}

impl Pair {
    fn new(engine: Engine) -> Self {
        let world = World::new(engine);
        let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
        let request = world.consented(0, parent);
        let (matched, _) = world.matched(0, parent, &request, &buddy);
        Self { world, parent, buddy, request, path: format!("/matches/{matched}") }
    }

    fn notes(&self) -> String {
        format!("{}/private-notes", self.path)
    }

    fn messages(&self) -> String {
        format!("{}/messages", self.path)
    }

    fn write(&self, who: PersonId, text: &str) -> Reply {
        self.world.app.post(
            who,
            &self.notes(),
            &json!({ "kind": "goal", "text": text, "aboutHealth": false }),
        )
    }

    fn send(&self, who: PersonId, text: &str) -> Reply {
        self.world.app.post(who, &self.messages(), &json!({ "text": text, "aboutHealth": false }))
    }

    fn close(&self) {
        let closure = format!("{}/closure", self.path);
        let reason = json!({ "reason": "other-buddy" });
        self.world.app.post_on(self.parent, &self.path, &closure, &reason).expect(200);
    }
}

fn texts(page: &Value) -> Vec<&str> {
    page["data"].as_array().expect("rows").iter().filter_map(|row| row["text"].as_str()).collect()
}

fn each_reads_what_the_other_wrote_and_nobody_else_does(engine: Engine) {
    let pair = Pair::new(engine);
    let app = &pair.world.app;
    pair.write(pair.parent, " De juf vertrouwt ons niet.\n").expect(201);
    pair.write(pair.buddy.person, "Vraag naar het plan.").expect(201);
    for reader in [pair.parent, pair.buddy.person] {
        let page = app.get(reader, &pair.notes()).expect(200).body;
        assert_eq!(texts(&page), ["Vraag naar het plan.", "De juf vertrouwt ons niet."]);
        assert_eq!(page["data"][0]["writer"], "buddy");
        let preparations = app.get(reader, &format!("{}?kind=talk-preparation", pair.notes())).expect(200);
        assert_eq!(texts(&preparations.body), [""; 0]);
    }
    for other in [pair.world.coordinators[0], pair.world.administrator, pair.world.leader] {
        refused(app.get(other, &pair.notes()), 404, "not-found");
        refused(pair.write(other, "Ik ook."), 404, "not-found");
    }
    for letters in ["vertrouwt ons niet", "Vraag naar het plan"] {
        assert!(!holds(&pair.world, letters), "{letters}");
    }
    assert_eq!(sealed_in(&pair.world, "private_entries", "words").len(), 2);
    // a control character is refused, a line break is not
    let fault = refused(pair.write(pair.parent, "a\u{7}b"), 400, "invalid-input");
    assert_eq!(fault.body["errors"][0]["code"], "control-character");
    refused(pair.write(pair.parent, &"a".repeat(8001)), 400, "invalid-input");
    pair.write(pair.parent, &"ë\n".repeat(4000)).expect(201);
    assert_sound(&pair.world);
}

fn a_note_is_changed_by_who_wrote_it_on_the_version_that_she_read(engine: Engine) {
    let pair = Pair::new(engine);
    let app = &pair.world.app;
    let note = pair.write(pair.parent, "Eerst").expect(201);
    let path = format!("{}/{}", pair.notes(), note.id());
    let change = json!({ "text": "Daarna", "kind": "talk-preparation" });
    refused(
        app.call(Some(pair.buddy.person), "PATCH", &path, Some(&change), Some("*")),
        409,
        "written-by-other",
    );
    let changed = app.patch(pair.parent, &path, &change).expect(200);
    assert_eq!(
        (&changed.body["text"], &changed.body["kind"]),
        (&json!("Daarna"), &json!("talk-preparation"))
    );
    assert!(changed.body["changedAt"].is_string());
    let stale = app.call(Some(pair.parent), "PATCH", &path, Some(&change), Some(&note.etag()));
    refused(stale, 412, "stale-version");
    assert_eq!(app.get(pair.buddy.person, &path).expect(200).etag(), changed.etag());
}

fn what_is_taken_away_is_gone(engine: Engine) {
    let pair = Pair::new(engine);
    let app = &pair.world.app;
    let note = format!("{}/{}", pair.notes(), pair.write(pair.parent, "Weg").expect(201).id());
    let message = format!("{}/{}", pair.messages(), pair.send(pair.buddy.person, "Weg").expect(201).id());
    let sealed = sealed_in(&pair.world, "private_entries", "words");
    assert_eq!(sealed.len(), 2);
    let delete = |who: PersonId, path: &str| app.call(Some(who), "DELETE", path, None, None);
    refused(delete(pair.buddy.person, &note), 409, "written-by-other");
    refused(delete(pair.parent, &message), 409, "written-by-other");
    assert_eq!(delete(pair.parent, &note).expect(204).bytes, b"");
    delete(pair.buddy.person, &message).expect(204);
    refused(delete(pair.parent, &note), 404, "not-found");
    refused(app.get(pair.parent, &note), 404, "not-found");
    assert_eq!(count(&pair.world, "private_entries"), 0);
    // what it left in the journal says neither where nor what
    assert_eq!(count(&pair.world, "journal WHERE action LIKE 'private-%.taken-away'"), 2);
    assert_sound(&pair.world);
}

fn the_buddy_reads_nothing_once_the_match_has_ended_and_the_parent_still_does(engine: Engine) {
    let pair = Pair::new(engine);
    let app = &pair.world.app;
    let note = pair.write(pair.buddy.person, "Van de buddy").expect(201).id();
    let own = pair.write(pair.parent, "Van de ouder").expect(201).id();
    pair.close();
    for path in [pair.notes(), pair.messages(), format!("{}/{note}", pair.notes())] {
        refused(app.get(pair.buddy.person, &path), 404, "not-found");
    }
    assert_eq!(texts(&app.get(pair.parent, &pair.notes()).expect(200).body).len(), 2);
    let refusal = refused(pair.write(pair.parent, "Nog iets"), 409, "private-space-closed");
    assert_eq!(refusal.body["permitted"], json!(["read", "take-away"]));
    app.call(Some(pair.parent), "DELETE", &format!("{}/{own}", pair.notes()), None, None).expect(204);
}

fn a_buddy_about_whom_the_parent_must_know_something_first_is_shut_out(engine: Engine) {
    let pair = Pair::new(engine);
    let app = &pair.world.app;
    pair.write(pair.parent, "Onder ons").expect(201);
    let pause = format!("{}/pauses", pair.path);
    app.call(Some(pair.parent), "POST", &pause, None, Some("*")).expect(200);
    app.get(pair.buddy.person, &pair.notes()).expect(200);
    app.call(Some(pair.parent), "POST", &format!("{}/resumptions", pair.path), None, Some("*")).expect(200);
    let about = json!({ "kind": "school", "locationCode": naast_tests::world::SCHOOL });
    pair.world.tie(&pair.buddy, "own-child-at-school", &about).expect(201);
    assert_eq!(app.get(pair.parent, &pair.path).expect(200).body["pausedBecause"], "new-tie");
    refused(app.get(pair.buddy.person, &pair.notes()), 404, "not-found");
    refused(pair.send(pair.buddy.person, "Hallo?"), 404, "not-found");
    pair.send(pair.parent, "Ik denk erover na.").expect(201);
}

fn a_next_buddy_does_not_read_what_was_written_to_the_one_before(engine: Engine) {
    let pair = Pair::new(engine);
    let (world, app) = (&pair.world, &pair.world.app);
    let note = pair.write(pair.parent, "Alleen voor de eerste").expect(201).id();
    pair.close();
    let next = world.buddy(0, &json!({}));
    let (matched, _) = world.matched(0, pair.parent, &pair.request, &next);
    refused(app.get(next.person, &pair.notes()), 404, "not-found");
    let own = format!("/matches/{matched}/private-notes");
    assert_eq!(texts(&app.get(next.person, &own).expect(200).body), [""; 0]);
    // nor by the id of the note under her own match
    refused(app.get(next.person, &format!("{own}/{note}")), 404, "not-found");
    refused(app.get(pair.parent, &format!("{own}/{note}")), 404, "not-found");
}

fn a_page_of_messages_says_what_is_unread_and_only_to_its_reader(engine: Engine) {
    let pair = Pair::new(engine);
    let app = &pair.world.app;
    let sent: Vec<String> =
        (0..5).map(|number| pair.send(pair.parent, &format!("Bericht {number}")).expect(201).id()).collect();
    let unread = |who: PersonId| -> Vec<bool> {
        let page = app.get(who, &pair.messages()).expect(200).body;
        page["data"].as_array().expect("rows").iter().map(|row| row["unread"] == json!(true)).collect()
    };
    assert_eq!(unread(pair.buddy.person), [true; 5]);
    assert_eq!(unread(pair.parent), [false; 5]);
    let before = app.get(pair.parent, &pair.messages()).expect(200).bytes;
    let reading = format!("{}/message-reading", pair.path);
    let read = |up_to: &str| {
        let body = json!({ "upTo": up_to });
        app.call(Some(pair.buddy.person), "PUT", &reading, Some(&body), None).expect(200).body
    };
    assert_eq!(read(&sent[2]), json!({ "unread": 2 }));
    // an older one does not make what was read unread
    assert_eq!(read(&sent[0]), json!({ "unread": 2 }));
    assert_eq!(unread(pair.buddy.person), [true, true, false, false, false]);
    // whoever wrote them does not learn that they were read
    assert_eq!(app.get(pair.parent, &pair.messages()).expect(200).bytes, before);
    let mut seen = Vec::new();
    let mut path = format!("{}?pageSize=2", pair.messages());
    loop {
        let page = app.get(pair.buddy.person, &path).expect(200).body;
        seen.extend(texts(&page).into_iter().map(str::to_owned));
        let Some(next) = page["nextCursor"].as_str() else { break };
        path = format!("{}?pageSize=2&cursor={next}", pair.messages());
    }
    assert_eq!(seen, ["Bericht 4", "Bericht 3", "Bericht 2", "Bericht 1", "Bericht 0"]);
}

fn a_row_of_the_private_space_takes_no_number_of_the_programme(engine: Engine) {
    let pair = Pair::new(engine);
    let (world, app) = (&pair.world, &pair.world.app);
    let programme = world.programmes[0].parse::<uuid::Uuid>().expect("a UUID");
    let rows = || count(world, &format!("journal WHERE chain = '{programme}'"));
    let before = rows();
    pair.write(pair.parent, "Iets").expect(201);
    pair.send(pair.buddy.person, "Iets").expect(201);
    assert_eq!(rows(), before);
    let private = Chain::private_of(programme.into()).uuid();
    assert_eq!(count(world, &format!("journal WHERE chain = '{private}'")), 2);
    // whoever reads every feed cannot read this one, nor learn how long it is
    let feed = format!("/events?programmeId={private}");
    assert_eq!(app.get(world.administrator, &feed).expect(200).body["data"], json!([]));
    for number in [1, 2, 3] {
        let asked =
            Paging::of("/v1/events", &[("programmeId".to_owned(), private.to_string())]).expect("a page");
        let after = asked.write(&format!("{number}_AAAAAAAAAAAA"));
        refused(app.get(world.administrator, &format!("{feed}&after={after}")), 400, "invalid-input");
    }
    let hook = json!({ "programmeId": private, "url": "https://hooks.example.org/naast" });
    assert_eq!(app.post(world.administrator, "/webhook-subscriptions", &hook).status, 400);
    assert_sound(world);
}

fn what_is_about_health_is_asked_and_rests_on_a_consent_to_that(engine: Engine) {
    let pair = Pair::new(engine);
    let (world, app) = (&pair.world, &pair.world.app);
    let note = |who, about: bool, text: &str| {
        let body = json!({ "kind": "goal", "text": text, "aboutHealth": about });
        app.post(who, &pair.notes(), &body)
    };
    let message = |who, about: bool, text: &str| {
        app.post(who, &pair.messages(), &json!({ "text": text, "aboutHealth": about }))
    };
    // whoever writes is asked each time
    let unsaid = app.post(pair.parent, &pair.messages(), &json!({ "text": "Dag" }));
    assert_eq!(refused(unsaid, 400, "invalid-input").body["errors"][0]["pointer"], "/aboutHealth");
    let both = [pair.parent, pair.buddy.person];
    let plain = note(pair.parent, false, "Weer samen aan tafel.").expect(201);
    let path = format!("{}/{}", pair.notes(), plain.id());
    let turn = |about: bool| {
        app.call(Some(pair.parent), "PATCH", &path, Some(&json!({ "aboutHealth": about })), Some("*"))
    };
    let none_is_written = || {
        for who in both {
            refused(note(who, true, "Zij slaapt slecht."), 409, "health-consent-needed");
            let refusal = refused(message(who, true, "Zij slaapt slecht."), 409, "health-consent-needed");
            assert_eq!(refusal.body["permitted"], json!(["child-health-data", "pupil-health-data"]));
            message(who, false, "Tot donderdag.").expect(201);
        }
        refused(turn(true), 409, "health-consent-needed");
    };
    none_is_written();
    let consents = format!("/support-requests/{}/consents", pair.request);
    let yes =
        |kind: &str| json!({ "kind": kind, "childAge": "under-16", "text": naast_tests::world::words(kind) });
    let given = app.post(pair.parent, &consents, &yes("child-health-data")).expect(201).id();
    for who in both {
        assert_eq!(note(who, true, "Zij slaapt slecht.").expect(201).body["aboutHealth"], json!(true));
        message(who, true, "Zij slaapt slecht.").expect(201);
    }
    turn(true).expect(200);
    assert_eq!(turn(false).expect(200).body["aboutHealth"], json!(false));
    assert_eq!(count(world, "private_entries WHERE about_health"), 4);
    let chain = |act: &str| count(world, &format!("journal WHERE action = '{act}'"));
    let (left, told) = (count(world, "private_entries"), chain("withdrawal-notice.sent"));
    // the coordinator notes that the parent takes it back, and learns nothing of what was there
    let back = format!("{consents}/{given}/withdrawal");
    let answer = app.ask(world.coordinators[0], &back).expect(200);
    assert_eq!(answer.body["consequence"], json!("health-data-stops"));
    assert_eq!(answer.body["recipients"].as_array().map(Vec::len), Some(2));
    assert_eq!(count(world, "private_entries WHERE about_health"), 0);
    assert_eq!(count(world, "private_entries"), left - 4, "and the rest stays");
    assert_eq!(chain("withdrawal-notice.sent"), told + 2);
    assert_eq!(count(world, "tombstones WHERE kind = 'private-entry'"), 4);
    let of_its_own = format!(
        "journal WHERE action = 'private-entry.taken-away' AND CAST(chain AS text) <> '{}'",
        world.programmes[0]
    );
    assert_eq!((chain("private-entry.taken-away"), count(world, &of_its_own)), (4, 4));
    for who in both {
        let shown = app.get(who, &pair.notes()).expect(200).body;
        assert!(!texts(&shown).contains(&"Zij slaapt slecht.") && texts(&shown).len() == 1, "{shown}");
    }
    none_is_written();
    // a pupil of 16 decides for herself, and her word counts here as her parent's did
    let code = app.ask(pair.parent, &format!("/support-requests/{}/pupil-codes", pair.request)).expect(201);
    let code = code.text("pupilCode");
    let words = naast_tests::world::words("pupil-health-data");
    let said = app.call(None, "POST", "/pupil-consents", Some(&json!({ "code": code, "text": words })), None);
    said.expect(200);
    message(pair.buddy.person, true, "Zij slaapt beter.").expect(201);
    let no = json!({ "code": code });
    app.call(None, "POST", "/pupil-consents/withdrawal", Some(&no), None).expect(200);
    assert_eq!(count(world, "private_entries WHERE about_health"), 0);
    none_is_written();
    assert_sound(world);
}
