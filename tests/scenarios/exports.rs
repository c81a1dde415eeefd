//! What a person gets when she asks what is kept of her: all of it, once, and nothing of anybody else.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use naast_domain::ids::PersonId;
use naast_persistence::privacy::classification::tables;
use naast_persistence::privacy::export::place_of;
use naast_tests::world::{Buddy, World};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::looks::assert_sound;

on_both!(
    she_gets_everything_that_the_classification_says_is_hers,
    a_coordinator_gets_her_own_ties_and_nobody_elses,
    an_export_is_hers_alone_sealed_and_taken_once,
    a_download_that_was_lost_comes_again_with_its_key_for_minutes,
    an_export_is_gone_after_its_day_after_the_next_one_and_after_erasure,
);

fn she_gets_everything_that_the_classification_says_is_hers(engine: Engine) {
    let world = World::new(engine);
    let me = somebody_with_everything(&world);
    let made = world.app.ask(me, "/me/exports").expect(201);
    let path = format!("/me/exports/{}", made.id());
    let taken = world.app.ask(me, &format!("{path}/download")).expect(200);
    let collections = taken.body["data"]["collections"].as_object().expect("collections").clone();
    let mut got = BTreeSet::new();
    for (collection, rows) in &collections {
        for row in rows.as_array().expect("rows") {
            for member in row.as_object().expect("a row").keys() {
                got.insert(format!("{collection}.{member}"));
            }
        }
    }
    // of each table of which there is a row, every column that the classification promises
    let mut without_rows = Vec::new();
    for table in tables() {
        let promised: Vec<_> = table.columns.iter().filter_map(place_of).collect();
        let path = |place: &(&str, &str)| format!("{}.{}", place.0, place.1);
        let (there, missing): (Vec<_>, Vec<_>) =
            promised.iter().map(path).partition(|path| got.contains(path));
        if there.is_empty() && !promised.is_empty() {
            without_rows.push(table.name);
        } else {
            assert_eq!(missing, [""; 0], "promised of {}", table.name);
        }
        got.retain(|path| !there.contains(path));
    }
    // a coordinator's have a test of their own
    without_rows.retain(|table| !["coordinator_ties", "coordinator_tie_declarations"].contains(table));
    assert!(without_rows.len() < 10, "there is nothing of hers in {without_rows:?}");
    got.retain(|path| {
        !path.ends_with(".requestId") && !path.starts_with("parties.") && path != "requests.consents.text"
    });
    assert!(got.is_empty(), "nobody promised {got:?}");
    for needed in [
        "account",
        "requests",
        "requests.consents",
        "requests.contact",
        "requests.matches.pauses",
        "requests.matches.privateSpace",
        "buddyProfiles.ties",
        "requests.holds",
    ] {
        assert!(collections.contains_key(needed), "{needed}");
    }
    let consent = &collections["requests.consents"][0];
    assert!(consent["text"].as_str().is_some_and(|text| text.len() > 40), "{consent}");
    assert_eq!(collections["requests.contact"][0]["value"], json!("ouder@example.org"));
    assert_eq!(collections["requests.matches.privateSpace"][0]["text"], json!("<b>Mijn</b> doel"));
    assert_eq!(collections["requests.matches.privateSpace"][0]["aboutHealth"], json!(false));
    assert_eq!(collections["requests"][0]["topics"], json!(["talking-with-school"]));
    let all = String::from_utf8_lossy(&taken.bytes);
    // the buddy as she is shown to her; of the same programme's other buddy, and of whoever works there, no name
    let parties = collections["parties"].as_array().expect("parties");
    assert!(parties.iter().any(|one| one["role"] == "buddy" && one["firstName"] == "Helpende Naam"));
    assert!(parties.iter().any(|one| one["role"] == "coordinator" && one["firstName"].is_null()));
    for secret in ["Geheime Naam", "ander@example.org", "Besloten van een ander", "Coordinator 1 (test)"] {
        assert!(!all.contains(secret), "of somebody else: {secret}");
    }
    let html = taken.text("page");
    for word in ["gesprekken met school", "Helpende Naam", "Op welke manier"] {
        assert!(html.contains(word), "{word}: {html}");
    }
    for loaded in ["<script", "<link", "<img", "src=", "href=", "http-equiv=\"refresh", "url("] {
        assert!(!html.contains(loaded), "the page loads {loaded}");
    }
    assert!(
        html.contains("Uw besloten ruimte") && html.contains("&lt;b&gt;Mijn") && !html.contains("<b>"),
        "{html}"
    );
}

/// One person who is a parent and a buddy, with as much of hers as there is.
pub(crate) fn somebody_with_everything(world: &World) -> PersonId {
    let buddy = world.buddy(0, &json!({ "firstName": "Zij", "capacity": 3 }));
    let me = buddy.person;
    let other = world.buddy(1, &json!({ "firstName": "Geheime Naam", "capacity": 3 }));
    let about = json!({ "kind": "school", "locationCode": naast_tests::world::SCHOOL });
    world.tie(&other, "own-child-at-school", &about);
    world.tie(&buddy, "own-child-at-school", &about);
    let request = world.consented(1, me);
    let helper = world.buddy(1, &json!({ "firstName": "Helpende Naam", "capacity": 3 }));
    world.tie(&helper, "own-child-at-school", &about);
    let (matched, _) = world.matched(1, me, &request, &helper);
    let note = json!({ "kind": "goal", "text": "<b>Mijn</b> doel", "aboutHealth": false });
    world.app.post(me, &format!("/matches/{matched}/private-notes"), &note).expect(201);
    let said = json!({ "text": "Tot morgen.", "aboutHealth": false });
    world.app.post(helper.person, &format!("/matches/{matched}/messages"), &said).expect(201);
    world.app.get(world.coordinators[1], &format!("/support-requests/{request}")).expect(200);
    let met = json!({ "date": world.app.platform.clock.today(), "channel": "online", "minutes": 30, "task": "listening" });
    world.app.post(helper.person, &format!("/matches/{matched}/contacts"), &met).expect(201);
    for act in ["pauses", "resumptions"] {
        let path = format!("/matches/{matched}/{act}");
        world.app.call(Some(me), "POST", &path, None, Some("*")).expect(200);
    }
    another_case(world, &other);
    let hold = json!({ "because": "complaint" });
    world.app.post(world.coordinators[1], &format!("/support-requests/{request}/holds"), &hold).expect(201);
    me
}

fn a_coordinator_gets_her_own_ties_and_nobody_elses(engine: Engine) {
    let world = World::new(engine);
    let (me, colleague) =
        (world.coordinators[0], world.member(&world.association, "coordinator", Some(&world.programmes[0])));
    let ties = format!("/programmes/{}/coordinator-ties", world.programmes[0]);
    let about = json!({ "kind": "school", "locationCode": naast_tests::world::SCHOOL });
    let mine = json!({ "kind": "own-child-at-school", "about": about, "sinceDate": "2024-08-01" });
    world.app.post(me, &ties, &mine).expect(201);
    let other = json!({ "kind": "school-volunteer", "about": about, "sinceDate": "2023-01-01" });
    world.app.post(colleague, &ties, &other).expect(201);
    let declarations = format!("/programmes/{}/coordinator-tie-declarations", world.programmes[0]);
    world.app.ask(me, &declarations).expect(200);
    let made = world.app.ask(me, "/me/exports").expect(201);
    let taken = world.app.ask(me, &format!("/me/exports/{}/download", made.id())).expect(200);
    let said = &taken.body["data"]["collections"]["coordinatorDeclarations"];
    assert_eq!(said[0]["declaredDate"], json!(world.app.platform.clock.today()), "{said}");
    let rows = taken.body["data"]["collections"]["coordinatorTies"].as_array().expect("her ties").clone();
    assert_eq!(rows.len(), 1, "{rows:?}");
    for (member, value) in [
        ("kind", json!("own-child-at-school")),
        ("about", json!({ "school": naast_tests::world::SCHOOL })),
        ("furtherAnswer", json!(false)),
        ("sinceDate", json!("2024-08-01")),
        ("untilDate", Value::Null),
    ] {
        assert_eq!(rows[0][member], value, "{member} of {}", rows[0]);
    }
    assert!(rows[0]["declaredAt"].is_string());
    let page = taken.text("page");
    assert!(page.contains("Uw banden als coördinator") && page.contains("2024-08-01"), "{page}");
}

/// A case of another parent in the same programme, with words of its own.
fn another_case(world: &World, buddy: &Buddy) {
    let parent = world.person();
    let mut body = world.request_body(1);
    body["contact"] = json!({ "name": "Geheime Naam", "kind": "email", "value": "ander@example.org" });
    let request = world.app.post(parent, "/support-requests", &body).expect(201).id();
    world.consent(parent, &request);
    let (matched, _) = world.matched(1, parent, &request, buddy);
    let note = json!({ "kind": "goal", "text": "Besloten van een ander", "aboutHealth": false });
    world.app.post(buddy.person, &format!("/matches/{matched}/private-notes"), &note).expect(201);
}

fn an_export_is_hers_alone_sealed_and_taken_once(engine: Engine) {
    let world = World::new(engine);
    let (me, another) = (world.person(), world.person());
    world.consented(0, me);
    let made = world.app.ask(me, "/me/exports").expect(201);
    let path = format!("/me/exports/{}", made.id());
    let raw = String::from_utf8_lossy(&crate::looks::raw(&world.app.location)).into_owned();
    assert!(!raw.contains("ouder@example.org"), "it lies there sealed");
    for nosy in [another, world.administrator, world.coordinators[0]] {
        world.app.get(nosy, &path).expect(404);
        world.app.ask(nosy, &format!("{path}/download")).expect(404);
    }
    assert_eq!(world.app.get(me, &path).expect(200).body["takenAt"], Value::Null);
    assert_eq!(keys_of_exports(&world), 1);
    let taken = world.app.ask(me, &format!("{path}/download")).expect(200);
    assert_eq!(taken.header("cache-control"), Some("no-store"));
    world.app.ask(me, &format!("{path}/download")).expect(404);
    assert!(world.app.get(me, &path).expect(200).body["takenAt"].is_string(), "she sees that it was taken");
    assert_eq!(keys_of_exports(&world), 0, "its key is gone, and with it every copy");
    assert_eq!(crate::looks::count(&world, "exports WHERE content IS NOT NULL"), 0);
    assert_eq!(crate::looks::count(&world, "journal WHERE action IN ('export.made', 'export.taken')"), 2);
    assert_sound(&world);
}

/// A download that was lost on the way comes again with its own key, for ten minutes and byte for byte; after that it is gone too.
fn a_download_that_was_lost_comes_again_with_its_key_for_minutes(engine: Engine) {
    let world = World::new(engine);
    let me = world.person();
    world.consented(0, me);
    let id = world.app.ask(me, "/me/exports").expect(201).id();
    let line = format!("POST /me/exports/{id}/download");
    let again = || world.app.keyed(Some(me), &line, &Value::Null, "8e03978e-40d5-43dd-bc93-6894a57f9324");
    let first = again().expect(200);
    assert_eq!(again().expect(200).bytes, first.bytes);
    let raw = String::from_utf8_lossy(&crate::looks::raw(&world.app.location)).into_owned();
    assert!(!raw.contains("ouder@example.org"), "what is kept for that is sealed");
    world.app.platform.clock.advance(TimeDelta::minutes(11));
    again().expect(404);
}

fn an_export_is_gone_after_its_day_after_the_next_one_and_after_erasure(engine: Engine) {
    let world = World::new(engine);
    let me = world.person();
    world.consented(0, me);
    let ask = || world.app.ask(me, "/me/exports").expect(201).id();
    let (first, second) = (ask(), ask());
    world.app.ask(me, &format!("/me/exports/{first}/download")).expect(404);
    world.app.platform.clock.advance(TimeDelta::hours(24));
    world.app.get(me, &format!("/me/exports/{second}")).expect(404);
    world.app.ask(me, &format!("/me/exports/{second}/download")).expect(404);
    let platform = &world.app.platform;
    assert_eq!(naast_api::privacy::exports::forget_expired(platform).expect("it works"), 1);
    assert_eq!((crate::looks::count(&world, "exports"), keys_of_exports(&world)), (0, 0));
    // the daily round does the same
    ask();
    platform.clock.advance(TimeDelta::hours(25));
    naast_api::privacy::round::round(platform, platform.clock.now(), false).expect("a round");
    assert_eq!((crate::looks::count(&world, "exports"), keys_of_exports(&world)), (0, 0));
    // whatever keeps her account, what she has erased lies in no export
    let mine = ask();
    let hold = json!({ "because": "complaint" });
    let request = world.app.get(me, "/support-requests").expect(200).body["data"][0]["id"].clone();
    let holds = format!("/support-requests/{}/holds", request.as_str().expect("a request"));
    world.app.post(world.coordinators[0], &holds, &hold).expect(201);
    let words = json!({ "confirmation": "erase-everything-of-mine" });
    let receipt = world.app.post(me, "/me/erasure", &words).expect(200);
    assert_eq!(receipt.body["accountErased"], json!(false));
    assert_eq!((crate::looks::count(&world, "exports"), keys_of_exports(&world)), (0, 0));
    world.app.ask(me, &format!("/me/exports/{mine}/download")).expect(404);
}

/// Data keys of the installation that are neither the index key's nor of its secrets.
fn keys_of_exports(world: &World) -> i64 {
    crate::looks::count(
        world,
        "data_keys WHERE owner_kind = 'system' AND owner_id NOT IN \
         ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')",
    )
}
