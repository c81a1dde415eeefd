//! An export that waits, and the answer with one that was taken, go with whatever of it is taken back: nothing that somebody took back lies in a
//! copy. She whose it is sees that it went and asks for another; nobody else's export changes.

use naast_domain::ids::PersonId;
use naast_tests::app::Reply;
use naast_tests::world::{Buddy, World, words};
use naast_tests::{Engine, on_both, random_id};
use serde_json::{Value, json};

use crate::looks::{assert_sound, count, refused};

on_both!(
    an_export_goes_with_whatever_of_it_is_taken_back,
    what_waits_for_a_buddy_goes_with_her_certificates,
    an_export_that_is_made_while_she_withdraws_holds_nothing_of_before,
);

/// A parent with a match, and things of hers that can be taken back.
struct Case {
    parent: PersonId,
    buddy: Buddy,
    request: String,
    matched: String,
    consent: String,
    pupil_code: String,
    note: String,
    message: String,
    announcement: String,
}

impl Case {
    fn new(world: &World, what: &str) -> Self {
        let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
        let request = world.consented(0, parent);
        let (id, _) = world.matched(0, parent, &request, &buddy);
        let (path, matched) = (format!("/support-requests/{request}"), format!("/matches/{id}"));
        let yes = json!({ "kind": "child-health-data", "childAge": "under-16", "text": words("child-health-data") });
        let consent = world.app.post(parent, &format!("{path}/consents"), &yes).expect(201).id();
        let pupil_code = world.app.ask(parent, &format!("{path}/pupil-codes")).expect(201).text("pupilCode");
        // her word takes the place of her parent's
        if what == "the pupil takes hers back" {
            let yes = json!({ "code": pupil_code, "text": words("pupil-health-data") });
            world.app.call(None, "POST", "/pupil-consents", Some(&yes), None).expect(200);
        }
        let note = json!({ "kind": "goal", "text": "Weer naar gym.", "aboutHealth": false });
        let note = world.app.post(parent, &format!("{matched}/private-notes"), &note).expect(201).id();
        let message = json!({ "text": "Tot donderdag.", "aboutHealth": false });
        let message = world.app.post(buddy.person, &format!("{matched}/messages"), &message).expect(201).id();
        let today = world.app.platform.clock.today();
        let talk = json!({ "date": today, "text": words("meeting-announcement") });
        let announced = world.app.post(parent, &format!("{matched}/meeting-announcements"), &talk);
        let announcement = announced.expect(201).id();
        Self { parent, buddy, request, matched, consent, pupil_code, note, message, announcement }
    }
}

/// What takes something back, in words and as a call.
type Act = (&'static str, fn(&World, &Case) -> Reply);

const ACTS: &[Act] = &[
    ("the parent takes a note away", |world, case| {
        let path = format!("{}/private-notes/{}", case.matched, case.note);
        world.app.call(Some(case.parent), "DELETE", &path, None, None)
    }),
    ("the parent gives a note other words", |world, case| {
        let path = format!("{}/private-notes/{}", case.matched, case.note);
        let change = json!({ "text": "Andere woorden." });
        world.app.call(Some(case.parent), "PATCH", &path, Some(&change), Some("*"))
    }),
    ("the buddy takes a message away", |world, case| {
        let path = format!("{}/messages/{}", case.matched, case.message);
        world.app.call(Some(case.buddy.person), "DELETE", &path, None, None)
    }),
    ("the parent takes an announcement back", |world, case| {
        let path = format!("{}/meeting-announcements/{}/cancellation", case.matched, case.announcement);
        world.app.ask(case.parent, &path)
    }),
    ("a coordinator notes that one consent is taken back", |world, case| {
        let path = format!("/support-requests/{}/consents/{}/withdrawal", case.request, case.consent);
        world.app.ask(world.coordinators[0], &path)
    }),
    ("the pupil takes hers back", |world, case| {
        let no = json!({ "code": case.pupil_code });
        world.app.call(None, "POST", "/pupil-consents/withdrawal", Some(&no), None)
    }),
    ("a coordinator notes that she stops", |world, case| {
        world.app.ask(world.coordinators[0], &format!("/support-requests/{}/withdrawal", case.request))
    }),
    ("she takes everything back", |world, case| world.app.ask(case.parent, "/me/consents/withdrawal")),
];

fn made(world: &World, who: PersonId) -> String {
    format!("/me/exports/{}", world.app.ask(who, "/me/exports").expect(201).id())
}

fn an_export_goes_with_whatever_of_it_is_taken_back(engine: Engine) {
    let world = World::new(engine);
    // of somebody else in the same programme, and of somebody who is asked nothing
    let bystander = world.person();
    world.consented(0, bystander);
    let hers = made(&world, bystander);
    for (what, act) in ACTS {
        let case = Case::new(&world, what);
        let theirs = made(&world, case.buddy.person);
        let mine = made(&world, case.parent);
        let before = count(&world, "journal WHERE action LIKE 'export.%'");
        assert!(matches!(act(&world, &case).status, 200 | 204), "{what}");
        assert_eq!(
            count(&world, "journal WHERE action LIKE 'export.%'"),
            before,
            "{what}: nobody else is told"
        );
        let shown = world.app.get(case.parent, &mine).expect(200).body;
        assert!(shown["goneAt"].is_string() && shown["takenAt"].is_null(), "{what}: {shown}");
        let refusal = refused(world.app.ask(case.parent, &format!("{mine}/download")), 409, "export-gone");
        assert_eq!(refusal.body["permitted"], json!(["request"]), "{what}");
        let left = format!("exports WHERE person_id = '{}' AND content IS NOT NULL", case.parent);
        assert_eq!(count(&world, &left), 0, "{what}");
        let id = mine.rsplit('/').next().expect("an id");
        assert_eq!(
            count(&world, &format!("data_keys WHERE owner_id = '{id}'")),
            0,
            "{what}: its key is gone too"
        );
        // she asks for another, and has it
        let again = made(&world, case.parent);
        world.app.ask(case.parent, &format!("{again}/download")).expect(200);
        // the buddy's own and the bystander's wait as before
        assert_eq!(
            world.app.get(case.buddy.person, &theirs).expect(200).body["goneAt"],
            Value::Null,
            "{what}"
        );
    }
    for (what, act) in ACTS {
        let case = Case::new(&world, what);
        let mine = made(&world, case.parent);
        let (line, key) = (format!("POST {mine}/download"), random_id().to_string());
        let take = || world.app.keyed(Some(case.parent), &line, &Value::Null, &key);
        let first = take().expect(200);
        assert_eq!(take().expect(200).bytes, first.bytes, "{what}");
        assert!(matches!(act(&world, &case).status, 200 | 204), "{what}");
        refused(take(), 409, "idempotency-answer-gone");
        let shown = world.app.get(case.parent, &mine).expect(200).body;
        assert!(shown["goneAt"].is_null() && shown["takenAt"].is_string(), "{what}: {shown}");
    }
    assert_eq!(world.app.get(bystander, &hers).expect(200).body["goneAt"], Value::Null);
    world.app.ask(bystander, &format!("{hers}/download")).expect(200);
    assert_sound(&world);
}

fn what_waits_for_a_buddy_goes_with_her_certificates(engine: Engine) {
    let world = World::new(engine);
    let (app, clock) = (&world.app, &world.app.platform.clock);
    let stands = |who, path: &str| app.get(who, path).expect(200).body["goneAt"].clone();
    let stays = world.buddy(0, &json!({}));
    let bystander = made(&world, stays.person);
    // one that was recorded by mistake is taken out of what waits as well
    let buddy = world.buddy(0, &json!({}));
    let list = format!("/buddies/{}/certificates", buddy.id);
    let wrong = app.get(world.coordinators[0], &list).expect(200).body["data"][0]["id"].clone();
    let mine = made(&world, buddy.person);
    let wrong = format!("{list}/{}", wrong.as_str().expect("an id"));
    app.call(Some(world.coordinators[0]), "DELETE", &wrong, None, None).expect(204);
    assert!(stands(buddy.person, &mine).is_string());
    refused(app.ask(buddy.person, &format!("{mine}/download")), 409, "export-gone");
    // she leaves: what waits, and what was answered with one that she took, go in the round that erases them
    let mine = made(&world, buddy.person);
    let leaver = world.buddy(0, &json!({}));
    let (hers, key) = (made(&world, leaver.person), random_id().to_string());
    let line = format!("POST {hers}/download");
    let take = || app.keyed(Some(leaver.person), &line, &Value::Null, &key);
    take().expect(200);
    for one in [&buddy, &leaver] {
        let path = format!("/buddies/{}", one.id);
        app.patch(world.coordinators[0], &path, &json!({ "status": "left" })).expect(200);
    }
    assert!(stands(buddy.person, &mine).is_null(), "her certificates are there still");
    naast_api::privacy::round::round(&app.platform, clock.now(), false).expect("a round");
    assert_eq!(count(&world, &format!("certificates WHERE buddy_id = '{}'", buddy.id)), 0);
    assert!(stands(buddy.person, &mine).is_string());
    assert_eq!(
        count(&world, &format!("exports WHERE person_id = '{}' AND content IS NOT NULL", buddy.person)),
        0
    );
    refused(app.ask(buddy.person, &format!("{mine}/download")), 409, "export-gone");
    refused(take(), 409, "idempotency-answer-gone");
    // another round takes nothing more, and what she asks for now holds none
    let again = made(&world, buddy.person);
    naast_api::privacy::round::round(&app.platform, clock.now(), false).expect("a round");
    let told = app.ask(buddy.person, &format!("{again}/download")).expect(200).body;
    assert!(told["data"].is_object() && !told["data"].to_string().contains("\"vog\""), "{told}");
    assert!(stands(stays.person, &bystander).is_null());
    assert_sound(&world);
}

/// An export that is asked for at the very moment at which she withdraws was made after it, or is gone.
fn an_export_that_is_made_while_she_withdraws_holds_nothing_of_before(engine: Engine) {
    let world = World::new(engine);
    let (mut kept, mut went) = (0, 0);
    for _ in 0..12 {
        let parent = world.person();
        let request = world.consented(0, parent);
        let path = std::thread::scope(|scope| {
            let asked = scope.spawn(|| made(&world, parent));
            let back =
                scope.spawn(|| world.app.ask(parent, &format!("/support-requests/{request}/withdrawal")));
            back.join().expect("it runs").expect(200);
            asked.join().expect("it runs")
        });
        if world.app.get(parent, &path).expect(200).body["goneAt"].is_string() {
            went += 1;
            continue;
        }
        let taken = world.app.ask(parent, &format!("{path}/download")).expect(200);
        assert!(!String::from_utf8_lossy(&taken.bytes).contains("ouder@example.org"));
        kept += 1;
    }
    println!("{kept} made after it, {went} gone with it");
    assert_sound(&world);
}
