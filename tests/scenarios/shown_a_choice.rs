//! Whoever asks a programme that a school runs is shown another that no school runs (S2), whichever way she came and whatever school she names.

use std::collections::{BTreeMap, BTreeSet};

use naast_domain::ids::PersonId;
use naast_tests::world::{ELSEWHERE, SCHOOL, World, words};
use naast_tests::{Engine, around, on_both};
use serde_json::{Value, json};

use crate::looks::{assert_sound, count, refused};

on_both!(
    a_parent_who_asks_a_schools_own_programme_is_shown_another,
    however_many_schools_have_a_programme_another_is_there_to_choose,
    whoever_comes_from_a_conversation_is_shown_a_choice_like_anybody,
    what_she_was_shown_is_kept_with_her_word,
);

fn a_parent_who_asks_a_schools_own_programme_is_shown_another(engine: Engine) {
    let world = World::new(engine);
    let parent = world.person();
    let request = world.request(1, parent);
    let consent = |shown: Option<&[String]>| {
        let mut body = json!({ "kind": "request", "text": words("request") });
        if let Some(shown) = shown {
            body["programmesShown"] = json!(shown);
        }
        world.app.post(parent, &format!("/support-requests/{request}/consents"), &body)
    };
    refused(consent(None), 409, "choice-too-narrow");
    refused(consent(Some(&world.programmes[1..2])), 409, "choice-too-narrow");
    assert_eq!(count(&world, "consents"), 0);
    consent(Some(&world.programmes)).expect(201);
    let buddy = world.buddy(1, &json!({}));
    let proposal = world.propose(1, &request, &buddy).expect(201).id();
    let told = world.app.get(parent, &format!("/proposals/{proposal}/explanation")).expect(200).body;
    let others: Vec<_> = told["otherProgrammes"]
        .as_array()
        .expect("programmes")
        .iter()
        .map(|one| &one["programmeId"])
        .collect();
    assert_eq!(others.len(), 2);
    assert!(others.contains(&&json!(world.programmes[0])) && !others.contains(&&json!(world.programmes[1])));
    assert_eq!(told["form"], "school");
    // nor is she shown nothing else when she names no school
    let mut body = world.request_body(1);
    body["locationCode"] = Value::Null;
    let second = world.person();
    let nowhere = world.app.post(second, "/support-requests", &body).expect(201).id();
    let yes = json!({ "kind": "request", "text": words("request"), "programmesShown": world.programmes });
    world.app.post(second, &format!("/support-requests/{nowhere}/consents"), &yes).expect(201);
    let proposal = world.propose(1, &nowhere, &world.buddy(1, &json!({}))).expect(201).id();
    let told = world.app.get(second, &format!("/proposals/{proposal}/explanation")).expect(200).body;
    assert_eq!(told["otherProgrammes"].as_array().map(Vec::len), Some(2), "{told}");
    // where nothing else covers her school, she is shown what runs elsewhere
    let mut body = world.request_body(1);
    body["locationCode"] = json!(ELSEWHERE);
    let alone = world.app.post(parent, "/support-requests", &body).expect(201).id();
    let consents = format!("/support-requests/{alone}/consents");
    let mut body = json!({ "kind": "request", "text": words("request") });
    refused(world.app.post(parent, &consents, &body), 409, "choice-too-narrow");
    body["programmesShown"] = json!(world.programmes[..1]);
    world.app.post(parent, &consents, &body).expect(201);
    // a programme that does not cover her school is one of those that she saw all the same
    let covers = format!("/programmes/{}/schools/{ELSEWHERE}", world.programmes[2]);
    let since = json!({ "sinceDate": "2025-01-01" });
    world.app.call(Some(world.administrator), "PUT", &covers, Some(&since), None).expect(200);
    let mut body = world.request_body(1);
    body["locationCode"] = json!(ELSEWHERE);
    let other = world.app.post(parent, "/support-requests", &body).expect(201).id();
    let body = json!({
        "kind": "request", "text": words("request"), "programmesShown": world.programmes[1..]
    });
    world.app.post(parent, &format!("/support-requests/{other}/consents"), &body).expect(201);
    // where a school's own programme is not in question, nothing more is asked
    let request = world.request(0, parent);
    let body = json!({ "kind": "request", "text": words("request") });
    world.app.post(parent, &format!("/support-requests/{request}/consents"), &body).expect(201);
}

/// A programme that is older than hundreds of schools' own is found all the same.
fn however_many_schools_have_a_programme_another_is_there_to_choose(engine: Engine) {
    let world = World::new(engine);
    let (parent, programme) = (world.person(), &world.programmes[1]);
    let of = (0..450).map(|number| (format!("00000000-0000-4000-8000-{number:012}"), number));
    let (at, day) = match engine {
        Engine::Sqlite => ("'2027-01-01T00:00:00.000000Z'", "'2025-01-01'"),
        Engine::Postgres => ("TIMESTAMPTZ '2027-01-01T00:00:00Z'", "DATE '2025-01-01'"),
    };
    let rows: Vec<String> = of
        .map(|(id, number)| {
            format!(
                "INSERT INTO programmes (id, organisation_id, name, created_at) SELECT '{id}', organisation_id, 'School {number} (test)', \
                 {at} FROM programmes WHERE id = '{programme}'; INSERT INTO programme_forms (programme_id, since, form, funders, reason) \
                 SELECT '{id}', {day}, 'school', 1, 'Test.' FROM programmes WHERE id = '{programme}'"
            )
        })
        .collect();
    around(&world.app.location, |database| database.batch(&rows.join(";"))).expect("they are there");
    let mut body = world.request_body(1);
    body["locationCode"] = json!(ELSEWHERE);
    let request = world.app.post(parent, "/support-requests", &body).expect(201).id();
    let path = format!("/support-requests/{request}");
    let consent = |shown: &[String]| {
        let body = json!({ "kind": "request", "text": words("request"), "programmesShown": shown });
        world.app.post(parent, &format!("{path}/consents"), &body)
    };
    // one of the schools' own, however old, is there too, and no choice
    refused(consent(&["00000000-0000-4000-8000-000000000000".to_owned()]), 409, "programme-not-available");
    refused(consent(&[]), 409, "choice-too-narrow");
    consent(&world.programmes[..1]).expect(201);
    let proposal = world.propose(1, &request, &world.buddy(1, &json!({}))).expect(201).id();
    let told = world.app.get(parent, &format!("/proposals/{proposal}/explanation")).expect(200).body;
    assert_eq!(told["otherProgrammes"].as_array().map(Vec::len), Some(2), "{told}");
}

/// What she was shown at school was for that day and that school: with her consent she says what she was shown for the school that she names.
fn whoever_comes_from_a_conversation_is_shown_a_choice_like_anybody(engine: Engine) {
    let world = World::new(engine);
    let parent = world.person();
    // of what covers the other school nothing was shown
    let provider = json!({ "kind": "provider", "name": "Anderen (test)" });
    let provider = world.app.post(world.administrator, "/organisations", &provider).expect(201).id();
    let other = json!({
        "organisationId": provider, "name": "Elders (test)", "form": "independent", "funders": ["fund"], "reason": "Test."
    });
    let other = world.app.post(world.administrator, "/programmes", &other).expect(201).id();
    for programme in [&other, &world.programmes[1]] {
        let covers = format!("/programmes/{programme}/schools/{ELSEWHERE}");
        let since = json!({ "sinceDate": "2025-01-01" });
        world.app.call(Some(world.administrator), "PUT", &covers, Some(&since), None).expect(200);
    }
    let handed_over = |school: &str| {
        let code = world.explained(&world.conversation());
        let mut body = world.request_body(1);
        body["locationCode"] = json!(school);
        format!("/support-requests/{}", world.refer(parent, &code, &body).expect(201).id())
    };
    let consents = |path: &str, shown: Value| {
        let body = json!({ "kind": "request", "text": words("request"), "programmesShown": shown });
        world.app.post(parent, &format!("{path}/consents"), &body)
    };
    for (school, shown) in [(SCHOOL, &world.programmes[0]), (ELSEWHERE, &other)] {
        let path = handed_over(school);
        refused(consents(&path, Value::Null), 409, "choice-too-narrow");
        refused(consents(&path, json!([world.programmes[1]])), 409, "choice-too-narrow");
        let given = consents(&path, json!([shown])).expect(201).id();
        let place = format!("{path}/consents/{given}/receipt");
        assert_eq!(on_receipt(&world, parent, &place).0, std::slice::from_ref(shown));
    }
    // until she consents she may name another school: she is asked then, and afterwards at once
    let path = handed_over(SCHOOL);
    let names = |school: &str, shown: Value| {
        world.app.patch(parent, &path, &json!({ "locationCode": school, "programmesShown": shown }))
    };
    names(ELSEWHERE, Value::Null).expect(200);
    refused(consents(&path, json!([world.programmes[2]])), 409, "programme-not-available");
    consents(&path, json!([other])).expect(201);
    refused(names(SCHOOL, Value::Null), 409, "choice-too-narrow");
    names(SCHOOL, json!([world.programmes[0]])).expect(200);
    assert_sound(&world);
}

/// What a receipt says was shown, by id, with its page.
fn on_receipt(world: &World, parent: PersonId, place: &str) -> (Vec<String>, String) {
    let receipt = world.app.get(parent, place).expect(200).body;
    let shown = receipt["programmesShown"].as_array().expect("programmes");
    let page = receipt["page"].as_str().expect("a page").to_owned();
    for one in shown {
        assert!(page.contains(one["name"].as_str().expect("a name")), "{page}");
    }
    (shown.iter().map(|one| one["id"].as_str().expect("an id").to_owned()).collect(), page)
}

/// With her own word, with what a coordinator heard and what she confirmed of it, and with the school that she names later: each as it was said then.
fn what_she_was_shown_is_kept_with_her_word(engine: Engine) {
    let world = World::new(engine);
    let parent = world.person();
    let path = format!("/support-requests/{}", world.request(1, parent));
    let [own, first, second] = [1, 0, 2].map(|number: usize| world.programmes[number].clone());
    let yes = |shown: Value| json!({ "kind": "request", "text": words("request"), "programmesShown": shown });
    let receipt = |of: &str| format!("{path}/consents/{of}/receipt");

    // what is refused is not kept
    let reported = format!("{path}/reported-consents");
    refused(world.app.post(world.coordinators[1], &reported, &yes(json!([own]))), 409, "choice-too-narrow");
    assert_eq!(count(&world, "choices_shown"), 0);
    let heard = yes(json!([own, first, own]));
    let heard = world.app.post(world.coordinators[1], &reported, &heard).expect(201).id();
    let (shown, page) = on_receipt(&world, parent, &receipt(&heard));
    assert_eq!(
        BTreeSet::from_iter(shown),
        BTreeSet::from([own.clone(), first.clone()]),
        "said twice is shown once"
    );
    assert!(page.contains("volgens het programma daarbij zag"), "{page}");
    let confirm = json!({ "text": words("request"), "programmesShown": [second] });
    world.app.post(parent, &format!("{path}/consents/{heard}/confirmation"), &confirm).expect(200);
    let (shown, page) = on_receipt(&world, parent, &receipt(&heard));
    assert_eq!(shown, world.programmes[2..], "what she was shown herself");
    assert!(page.contains("Programma's die u daarbij zag"), "{page}");
    // the school that she names later is another word, and leaves this one as it was
    let names = json!({ "locationCode": ELSEWHERE, "programmesShown": [first] });
    world.app.patch(parent, &path, &names).expect(200);
    assert_eq!(on_receipt(&world, parent, &receipt(&heard)).0, world.programmes[2..]);
    let export = world.app.ask(parent, "/me/exports").expect(201).id();
    let export = world.app.ask(parent, &format!("/me/exports/{export}/download")).expect(200).body;
    let rows = export["data"]["collections"]["requests.programmesShown"].as_array().expect("rows").clone();
    let mut by_moment: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut how = BTreeMap::new();
    for row in &rows {
        let of = |member: &str| row[member].as_str().expect("a text").to_owned();
        by_moment.entry(of("saidAt")).or_default().insert(of("programmeId"));
        how.insert(of("saidAt"), of("saidHow"));
    }
    let three = [BTreeSet::from([own, first.clone()]), BTreeSet::from([second]), BTreeSet::from([first])];
    assert_eq!(by_moment.into_values().collect::<Vec<_>>(), three);
    assert_eq!(how.into_values().collect::<Vec<_>>(), ["reported-by-staff", "own-login", "own-login"]);

    // where none has to be shown, nothing is kept of what a frontend says all the same
    let other = world.request(0, parent);
    let mine = yes(json!(world.programmes));
    let mine = world.app.post(parent, &format!("/support-requests/{other}/consents"), &mine).expect(201).id();
    let place = format!("/support-requests/{other}/consents/{mine}/receipt");
    let (shown, page) = on_receipt(&world, parent, &place);
    assert!(shown.is_empty() && !page.contains("Programma's"), "{page}");
    assert_eq!(count(&world, "choices_shown"), 4);

    // it is not rewritten, and goes with the case
    let rewritten = around(&world.app.location, |database| {
        database.batch("UPDATE choices_shown SET shown_programme_id = programme_id")
    });
    assert!(rewritten.is_err());
    world.app.post(parent, "/me/erasure", &json!({ "confirmation": "erase-everything-of-mine" })).expect(200);
    assert_eq!(count(&world, "choices_shown"), 0);
    assert_sound(&world);
}
