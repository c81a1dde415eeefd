//! A single consent that somebody else than the parent takes back: it stands with the consent who did it, she reads it among what waits for her, and a
//! letter goes out that tells whoever shares her mail nothing of it.

use naast_domain::ids::PersonId;
use naast_tests::world::{SCHOOL, SISTER, World, words};
use naast_tests::{Engine, on_both, random_id};
use serde_json::{Value, json};

use super::{Case, consent, health, running, state_of};
use crate::looks::{assert_sound, count};
use crate::signing_in::letters;

on_both!(
    whatever_consent_a_coordinator_takes_back_is_told_and_written_of_once,
    what_a_pupil_takes_back_is_told_to_her_parent,
    what_a_parent_takes_back_herself_is_told_to_nobody_again,
    that_a_talk_was_taken_back_is_told_until_it_is_announced_again_or_its_day_is_over,
    who_took_a_consent_back_is_not_rewritten,
);

/// A consent of this kind on a case whose match runs.
pub fn given(world: &World, case: &Case, kind: &str) -> String {
    match kind {
        "child-health-data" => health(world, case.parent, &case.request).expect(201).id(),
        "pool" => {
            let pool = json!({ "kind": kind, "poolOrganisationId": world.association });
            consent(world, case.parent, &case.request, &pool).expect(201).id()
        }
        "request" => id_of(world, case, kind),
        "pupil-health-data" => {
            says(world, &code(world, case), true);
            id_of(world, case, kind)
        }
        _ => {
            let talk = json!({ "date": world.app.platform.clock.today(), "text": words(kind) });
            let path = format!("/matches/{}/meeting-announcements", case.matched);
            world.app.post(case.parent, &path, &talk).expect(201);
            id_of(world, case, kind)
        }
    }
}

pub fn code(world: &World, case: &Case) -> String {
    let path = format!("/support-requests/{}/pupil-codes", case.request);
    world.app.ask(case.parent, &path).expect(201).text("pupilCode")
}

pub fn says(world: &World, code: &str, yes: bool) {
    let (path, body) = if yes {
        ("/pupil-consents", json!({ "code": code, "text": words("pupil-health-data") }))
    } else {
        ("/pupil-consents/withdrawal", json!({ "code": code }))
    };
    world.app.call(None, "POST", path, Some(&body), None).expect(200);
}

pub fn all(world: &World, case: &Case) -> Vec<Value> {
    let list = world.app.get(case.parent, &format!("/support-requests/{}/consents", case.request));
    list.expect(200).body["data"].as_array().expect("a page").clone()
}

/// The last consent of a kind.
fn id_of(world: &World, case: &Case, kind: &str) -> String {
    let of_kind = all(world, case).into_iter().rfind(|one| one["kind"] == kind).expect("it was given");
    of_kind["id"].as_str().expect("an id").to_owned()
}

fn way(case: &Case, id: &str) -> String {
    format!("/support-requests/{}/consents/{id}/withdrawal", case.request)
}

/// Of one consent its state and who took it back.
fn stands(world: &World, case: &Case, id: &str) -> (Value, Value) {
    let one = all(world, case).into_iter().find(|one| one["id"] == id).expect("it is there");
    (one["state"].clone(), one["withdrawnBy"].clone())
}

/// What waits for a parent of what somebody else took back: the kind, and where she reads of it.
fn told(world: &World, parent: PersonId) -> Vec<(Value, Value)> {
    let all = world.app.get(parent, "/me/notices").expect(200).body;
    let about = |one: &&Value| one["kind"].as_str().is_some_and(|kind| kind.contains("withdrawn"));
    let short = |one: &Value| (one["kind"].clone(), one["read"].clone());
    all["data"].as_array().expect("rows").iter().filter(about).map(short).collect()
}

/// What stands in a letter, without what is of its day and its number.
fn body_of(letter: &str) -> String {
    letter.split_once("\r\n\r\n").expect("a body").1.replace("=\r\n", "")
}

fn receipt_of(case: &Case, id: &str) -> String {
    format!("/v1/support-requests/{}/consents/{id}/receipt", case.request)
}

fn whatever_consent_a_coordinator_takes_back_is_told_and_written_of_once(engine: Engine) {
    let world = World::new(engine);
    let (app, coordinator) = (&world.app, world.coordinators[0]);
    let mut bodies = Vec::new();
    for kind in ["child-health-data", "pool", "meeting-announcement", "pupil-health-data"] {
        let case = running(&world);
        let id = given(&world, &case, kind);
        assert_eq!(
            (stands(&world, &case, &id), told(&world, case.parent)),
            ((json!("in-force"), Value::Null), Vec::new())
        );
        let _ = letters(app);
        let (line, key) = (format!("POST {}", way(&case, &id)), random_id().to_string());
        for _ in 0..2 {
            app.keyed(Some(coordinator), &line, &json!(null), &key).expect(200);
        }
        // who repeats it changes nothing of who did it
        for who in [coordinator, case.parent] {
            let again = app.ask(who, &way(&case, &id)).expect(200).body;
            assert_eq!(again["consent"]["withdrawnBy"], "coordinator", "{kind}");
        }
        let sent = letters(app);
        assert_eq!(sent.len(), 1, "{kind}: once, however often it is noted");
        assert!(sent[0].contains("ouder@example.org"), "{}", sent[0]);
        bodies.push(body_of(&sent[0]));
        assert_eq!(stands(&world, &case, &id), (json!("withdrawn"), json!("coordinator")));
        let news = (json!("consent-withdrawn-for-you"), json!(receipt_of(&case, &id)));
        assert_eq!(told(&world, case.parent), [news], "{kind}");
        let read = receipt_of(&case, &id).replacen("/v1", "", 1);
        let page = app.get(case.parent, &read).expect(200).text("page");
        assert!(
            page.contains("Teruggenomen: ") && page.contains("opgeschreven door de coördinator"),
            "{page}"
        );
        // the request and the match go on
        assert_eq!(state_of(&world, case.parent, &format!("/support-requests/{}", case.request)), "matched");
        assert_eq!(state_of(&world, case.parent, &format!("/matches/{}", case.matched)), "active");
        if kind == "child-health-data" || kind == "pool" {
            given(&world, &case, kind);
            assert_eq!(told(&world, case.parent), [], "{kind}: it was given again");
        }
    }
    // whoever shares her mail reads the same, whatever it was
    assert!(bodies[0].contains("toestemming teruggenomen"), "{}", bodies[0]);
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
    // who gave a telephone number has the notice alone, and what goes with the whole request is told with it
    let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
    let mut body = world.request_body(0);
    body["contact"] = json!({ "name": "Ouder", "kind": "phone", "value": "+31600000000" });
    let request = app.post(parent, "/support-requests", &body).expect(201).id();
    world.consent(parent, &request).expect(201);
    let (matched, _) = world.matched(0, parent, &request, &buddy);
    let case = Case { buddy, parent, request, matched };
    let id = given(&world, &case, "child-health-data");
    app.ask(coordinator, &way(&case, &id)).expect(200);
    assert_eq!((letters(app).len(), told(&world, parent).len()), (0, 1));
    app.ask(coordinator, &format!("/support-requests/{}/withdrawal", case.request)).expect(200);
    let kinds: Vec<_> = told(&world, parent).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["withdrawn-for-you"]);
    assert!(all(&world, &case).iter().all(|one| one["withdrawnBy"] == "coordinator"));
    assert_sound(&world);
}

fn what_a_pupil_takes_back_is_told_to_her_parent(engine: Engine) {
    let world = World::new(engine);
    let case = running(&world);
    // a no where nothing stood takes nothing back
    let first = code(&world, &case);
    let _ = letters(&world.app);
    says(&world, &first, false);
    assert_eq!((letters(&world.app).len(), told(&world, case.parent)), (0, Vec::new()));
    // her own consent, and on another request that of her parent
    says(&world, &first, true);
    let own = id_of(&world, &case, "pupil-health-data");
    let other = running(&world);
    let of_parent = given(&world, &other, "child-health-data");
    let second = code(&world, &other);
    for (case, code, id) in [(&case, &first, &own), (&other, &second, &of_parent)] {
        for _ in 0..2 {
            says(&world, code, false);
        }
        let sent = letters(&world.app);
        assert_eq!(sent.len(), 1);
        let body = body_of(&sent[0]).to_lowercase();
        for word in ["kind", "child", "leerling", "pupil", "gezond", "health", "coordinator"] {
            assert!(!body.contains(word), "{word}: {body}");
        }
        assert_eq!(stands(&world, case, id), (json!("withdrawn"), json!("pupil")));
        let news = (json!("consent-withdrawn-by-pupil"), json!(receipt_of(case, id)));
        assert_eq!(told(&world, case.parent), [news]);
        // she changes her mind: what is about health is one thing, whoever consented to it before
        says(&world, code, true);
        assert_eq!(told(&world, case.parent), []);
    }
    assert_sound(&world);
}

fn what_a_parent_takes_back_herself_is_told_to_nobody_again(engine: Engine) {
    let world = World::new(engine);
    let _ = letters(&world.app);
    for kind in ["child-health-data", "pool", "meeting-announcement"] {
        let case = running(&world);
        let id = given(&world, &case, kind);
        world.app.ask(case.parent, &way(&case, &id)).expect(200);
        world.app.ask(world.coordinators[0], &way(&case, &id)).expect(200);
        assert_eq!(stands(&world, &case, &id), (json!("withdrawn"), json!("parent")), "{kind}");
        assert_eq!(told(&world, case.parent), []);
    }
    // by the announcement itself, and everything at once
    let case = running(&world);
    let id = given(&world, &case, "meeting-announcement");
    let talk = all(&world, &case).into_iter().find(|one| one["id"] == *id).expect("it is there");
    let talk = talk["subjectId"].as_str().expect("an id").to_owned();
    let cancel = format!("/matches/{}/meeting-announcements/{talk}/cancellation", case.matched);
    world.app.ask(case.parent, &cancel).expect(200);
    assert_eq!(stands(&world, &case, &id), (json!("withdrawn"), json!("parent")));
    world.app.ask(case.parent, "/me/consents/withdrawal").expect(200);
    assert!(all(&world, &case).iter().all(|one| one["withdrawnBy"] == "parent"));
    assert_eq!((letters(&world.app).len(), told(&world, case.parent)), (0, Vec::new()));
    assert_sound(&world);
}

fn that_a_talk_was_taken_back_is_told_until_it_is_announced_again_or_its_day_is_over(engine: Engine) {
    let world = World::new(engine);
    let case = running(&world);
    let path = format!("/matches/{}/meeting-announcements", case.matched);
    let today = world.app.platform.clock.today();
    let announce = |days: i64, school: &str| {
        let date = today + chrono::TimeDelta::days(days);
        let talk = json!({ "date": date, "locationCode": school, "text": words("meeting-announcement") });
        world.app.post(case.parent, &path, &talk).expect(201);
        id_of(&world, &case, "meeting-announcement")
    };
    let back = |id: &str| world.app.ask(world.coordinators[0], &way(&case, id)).expect(200);
    let news = |id: &str| (json!("consent-withdrawn-for-you"), json!(receipt_of(&case, id)));
    let first = announce(3, SCHOOL);
    back(&first);
    assert_eq!(told(&world, case.parent), [news(&first)]);
    // another day, or another school, is another talk
    announce(4, SCHOOL);
    announce(3, SISTER);
    assert_eq!(told(&world, case.parent), [news(&first)]);
    let again = announce(3, SCHOOL);
    assert_eq!(told(&world, case.parent), []);
    // taken back once more it is told of anew, and the day of the talk is the last on which it says anything
    back(&again);
    assert_eq!(told(&world, case.parent), [news(&again)]);
    world.app.platform.clock.advance(chrono::TimeDelta::days(3));
    assert_eq!(told(&world, case.parent), [news(&again)]);
    world.app.platform.clock.advance(chrono::TimeDelta::days(1));
    assert_eq!(told(&world, case.parent), []);
    assert_sound(&world);
}

fn who_took_a_consent_back_is_not_rewritten(engine: Engine) {
    let world = World::new(engine);
    let case = running(&world);
    let change = |set: &str| {
        naast_tests::around(&world.app.location, |database| {
            database.batch(&format!("UPDATE consents SET {set}"))
        })
        .is_ok()
    };
    assert!(!change("withdrawn_by = 'parent'"), "nobody took it back yet");
    world.app.ask(case.parent, &format!("/support-requests/{}/withdrawal", case.request)).expect(200);
    for set in ["withdrawn_by = 'coordinator'", "withdrawn_by = NULL"] {
        assert!(!change(set), "{set}");
    }
    assert_eq!(count(&world, "consents WHERE withdrawn_by = 'parent'"), 1);
}
