//! What a parent is told of a buddy and her programme, in plain words; and what happens when the child's school or the table
//! of rules changes under a case that runs (S2).

use chrono::TimeDelta;
use naast_api::independence::round::{Resting, round, work_off};
use naast_domain::ids::PersonId;
use naast_tests::world::{Buddy, ELSEWHERE, SCHOOL, SISTER, World, words};
use naast_tests::{Engine, around, on_both};
use serde_json::{Value, json};

use crate::looks::{assert_sound, lines, refused};

on_both!(
    a_child_that_changes_school_has_its_buddy_assessed_again,
    another_version_of_the_table_asks_the_rules_again,
    a_tie_that_says_something_else_is_asked_about_again,
    that_her_buddy_supports_another_parent_is_asked_for_each_school,
    a_parent_reads_who_is_behind_it_and_what_each_tie_means,
    what_waits_for_a_parent_is_told_until_it_is_done,
    an_answer_on_a_tie_that_is_given_again_leaves_the_one_before,
);

fn at(school: &str) -> Value {
    json!({ "kind": "school", "locationCode": school })
}

struct Case {
    buddy: Buddy,
    parent: PersonId,
    request: String,
    matched: String,
    proposal: String,
}

fn running(world: &World, tie: Option<(&str, &str)>) -> Case {
    let buddy = world.buddy(0, &json!({}));
    if let Some((kind, school)) = tie {
        world.tie(&buddy, kind, &at(school)).expect(201);
    }
    let parent = world.person();
    let request = world.consented(0, parent);
    let (matched, proposal) = world.matched(0, parent, &request, &buddy);
    Case { buddy, parent, request, matched, proposal }
}

fn state(world: &World, parent: PersonId, path: &str) -> String {
    world.app.get(parent, path).expect(200).text("state")
}

fn notices(world: &World, parent: PersonId) -> Vec<Value> {
    world.app.get(parent, "/me/notices").expect(200).body["data"].as_array().expect("notices").clone()
}

fn a_child_that_changes_school_has_its_buddy_assessed_again(engine: Engine) {
    let world = World::new(engine);
    // a municipality of neither school
    let third = format!("UPDATE schools SET municipality_code = '9903' WHERE location_code = '{SISTER}'");
    around(&world.app.location, |database| database.batch(&third)).expect("a row changes");
    for (tie, after) in [
        ("employed-at-school", "closed"),
        ("own-child-at-school", "paused"),
        ("political-office", "declared"),
    ] {
        let about = if tie == "political-office" {
            json!({ "kind": "municipality", "municipalityCode": "9903" })
        } else {
            at(ELSEWHERE)
        };
        let buddy = world.buddy(0, &json!({}));
        world.tie(&buddy, tie, &about).expect(201);
        let (parent, other) = (world.person(), world.buddy(0, &json!({})));
        let request = world.consented(0, parent);
        let path = format!("/support-requests/{request}");
        let (matched, proposal) = world.matched(0, parent, &request, &buddy);
        let body = json!({ "locationCode": ELSEWHERE });
        let etag = world.app.get(parent, &path).expect(200).etag();
        for nobody in [world.coordinators[0], world.leader, buddy.person, world.person()] {
            let reply = world.app.call(Some(nobody), "PATCH", &path, Some(&body), Some(&etag));
            assert!([403, 404].contains(&reply.status), "{}", reply.body);
        }
        let unknown = json!({ "locationCode": "99QQ99" });
        refused(
            world.app.call(Some(parent), "PATCH", &path, Some(&unknown), Some(&etag)),
            400,
            "invalid-input",
        );
        let changed = world.app.call(Some(parent), "PATCH", &path, Some(&body), Some(&etag)).expect(200);
        assert_eq!(changed.text("locationCode"), ELSEWHERE);
        assert_eq!(changed.etag(), world.app.get(parent, &path).expect(200).etag());
        refused(world.app.call(Some(parent), "PATCH", &path, Some(&body), Some(&etag)), 412, "stale-version");
        let running = format!("/matches/{matched}");
        // her buddy has not yet said what ties her to this school
        let now = if after == "closed" { after } else { "paused" };
        assert_eq!(state(&world, parent, &running), now, "{tie}");
        if after != "closed" {
            world.answer(buddy.person, &proposal, "accepted").expect(201);
        }
        match after {
            "paused" => {
                assert_eq!(state(&world, parent, &running), after, "{tie}");
                world.answer_ties(parent, &proposal, "accepted");
                assert_eq!(state(&world, parent, &running), "active");
            }
            // a new buddy is sought on the consent that she gave
            "closed" => drop(world.matched(0, parent, &request, &other)),
            _ => assert_eq!(state(&world, parent, &running), "active"),
        }
        // not named any longer: nobody can check it, and she is told so
        let none = json!({ "locationCode": null });
        world.app.patch(parent, &path, &none).expect(200);
        let state = world.app.get(parent, &format!("/support-requests/{request}")).expect(200);
        assert_eq!(state.body["locationCode"], Value::Null);
    }
    // a proposal that waits is assessed again too
    let buddy = world.buddy(0, &json!({}));
    world.tie(&buddy, "employed-at-school", &at(ELSEWHERE)).expect(201);
    let parent = world.person();
    let request = world.consented(0, parent);
    let proposal = world.propose(0, &request, &buddy).expect(201).id();
    world
        .app
        .patch(parent, &format!("/support-requests/{request}"), &json!({ "locationCode": ELSEWHERE }))
        .expect(200);
    assert_eq!(state(&world, parent, &format!("/proposals/{proposal}")), "cancelled");
    world.app.ask(parent, &format!("/support-requests/{request}/withdrawal")).expect(200);
    let path = format!("/support-requests/{request}");
    let etag = world.app.get(parent, &path).expect(200).etag();
    let back = json!({ "locationCode": SCHOOL });
    refused(world.app.call(Some(parent), "PATCH", &path, Some(&back), Some(&etag)), 409, "request-not-open");
    assert_sound(&world);
}

fn another_version_of_the_table_asks_the_rules_again(engine: Engine) {
    let world = World::new(engine);
    let (same, heavier) = (running(&world, None), running(&world, None));
    let told = running(&world, Some(("school-volunteer", SCHOOL)));
    // as if all of them had been assessed by the table of last year, which did not speak of volunteers
    let change = |set: &str| {
        around(&world.app.location, |database| database.batch(set)).expect("the database takes it");
    };
    let none = if engine == Engine::Sqlite { "'[]'" } else { "'[]'::jsonb" };
    change("UPDATE assessments SET table_version = '2025-1'");
    change(&format!(
        "UPDATE assessments SET findings = {none}, verdict = 'none' WHERE request_id = '{}'",
        told.request
    ));
    round(&world.app.platform).expect("the rules can be asked");
    let of = |case: &Case| state(&world, case.parent, &format!("/matches/{}", case.matched));
    assert_eq!((of(&same), of(&told)), ("active".to_owned(), "paused".to_owned()));
    assert_eq!(notices(&world, told.parent)[0]["kind"], "new-tie");
    world.answer_ties(told.parent, &told.proposal, "accepted");
    assert_eq!(of(&told), "active");
    // what is kept of each is the answer of the table in use
    let versions = lines(
        &world,
        "SELECT DISTINCT a.table_version AS name FROM assessments a JOIN proposals p ON p.assessment_id = a.id",
    );
    assert_eq!(versions, [naast_domain::independence::TABLE_VERSION]);
    // and a table that would now keep a buddy away ends the match: here the fact that it keeps away is put in behind its back
    let about = format!("'{{\"school\": \"{SCHOOL}\"}}'");
    let (at, no) = match engine {
        Engine::Sqlite => ("'2026-01-01T00:00:00.000000Z'", "0"),
        Engine::Postgres => ("'2026-01-01T00:00:00Z'", "false"),
    };
    change(&format!(
        "INSERT INTO ties (programme_id, id, buddy_id, kind, about, aggravated, since, until, declared_at, version) SELECT \
         programme_id, id, id, 'employed-at-school', {about}, {no}, '2024-01-01', NULL, {at}, 1 FROM buddies WHERE id = '{}'",
        heavier.buddy.id
    ));
    round(&world.app.platform).expect("the rules can be asked");
    assert_eq!(of(&heavier), "closed");
    assert_eq!(notices(&world, heavier.parent)[0]["kind"], "independence-lost");
    assert_sound(&world);
}

fn a_parent_reads_who_is_behind_it_and_what_each_tie_means(engine: Engine) {
    let world = World::new(engine);
    let case = running(&world, Some(("own-child-at-school", SCHOOL)));
    let path = format!("/proposals/{}/explanation", case.proposal);
    let told = world.app.get(case.parent, &path).expect(200).body;
    let codes: Vec<_> =
        told["programme"].as_array().expect("answers").iter().map(|one| &one["code"]).collect();
    for code in [
        "who-steers",
        "who-pays",
        "who-sees",
        "what-school-hears",
        "who-hosts",
        "who-trains",
        "where-to-complain",
    ] {
        assert!(codes.contains(&&json!(code)), "{codes:?}");
    }
    let ties = told["ties"].as_array().expect("ties");
    let child = ties.iter().find(|tie| tie["effect"] == "disclose").expect("the tie is told");
    assert_eq!(child["meaning"], "Een kind van deze buddy zit op de school van uw kind.");
    assert_eq!(child["answer"], "accepted");
    assert!(child["forYou"].as_str().expect("words").starts_with("U beslist"));
    let trains = |told: &Value| {
        let of = |one: &&Value| one["code"] == json!("who-trains");
        let answers = told["programme"].as_array().expect("answers").iter();
        answers.clone().find(of).expect("an answer")["answer"].as_str().expect("words").to_owned()
    };
    assert!(trains(&told).starts_with("parent-association (test) zorgt daarvoor."), "{}", trains(&told));
    // who trains is whoever was given that
    let provider = json!({ "kind": "provider", "name": "Opleiders (test)" });
    let provider = world.app.post(world.administrator, "/organisations", &provider).expect(201).id();
    world.member(&provider, "trainer", Some(&world.programmes[0]));
    let told = world.app.get(case.parent, &path).expect(200).body;
    assert!(trains(&told).starts_with("Opleiders (test) zorgt daarvoor."), "{}", trains(&told));
    // in her other language, and for nobody else
    let token = format!("Bearer {}", world.app.token(case.parent));
    let headers = [("authorization", token.as_str()), ("accept-language", "en")];
    let english = world.app.send("GET", &format!("/v1{path}"), &headers, Vec::new()).expect(200);
    assert!(english.text("summary").starts_with("There is one thing"));
    for nobody in [case.buddy.person, world.leader, world.coordinators[1], world.person()] {
        refused(world.app.get(nobody, &path), 404, "not-found");
    }
}

fn what_waits_for_a_parent_is_told_until_it_is_done(engine: Engine) {
    let world = World::new(engine);
    let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
    assert_eq!(notices(&world, parent), [] as [Value; 0]);
    let request = world.request(0, parent);
    let heard = json!({ "kind": "request", "text": words("request") });
    let path = format!("/support-requests/{request}");
    let reported =
        world.app.post(world.coordinators[0], &format!("{path}/reported-consents"), &heard).expect(201).id();
    let kinds = || -> Vec<String> {
        notices(&world, parent).iter().map(|one| one["kind"].as_str().expect("a code").to_owned()).collect()
    };
    assert_eq!(kinds(), ["consent-to-confirm"]);
    let read = json!({ "text": words("request") });
    world.app.post(parent, &format!("{path}/consents/{reported}/confirmation"), &read).expect(200);
    assert_eq!(kinds(), [""; 0]);
    let proposal = world.propose(0, &request, &buddy).expect(201).id();
    assert_eq!(kinds(), ["proposal-waits"]);
    let read =
        notices(&world, parent)[0]["read"].as_str().expect("a place").trim_start_matches("/v1").to_owned();
    world.app.get(parent, &read).expect(200);
    world.answer(parent, &proposal, "accepted").expect(201);
    assert_eq!(kinds(), [""; 0]);
    world.answer(buddy.person, &proposal, "accepted").expect(201);
    world.tie(&buddy, "own-child-at-school", &at(SCHOOL)).expect(201);
    assert_eq!(kinds(), ["new-tie"]);
    world.answer_ties(parent, &proposal, "accepted");
    assert_eq!(kinds(), [""; 0]);
    world.tie(&buddy, "employed-at-school", &at(SCHOOL)).expect(201);
    assert_eq!(kinds(), ["independence-lost"]);
    // why is where it says that it is
    let lost = notices(&world, parent)[0].clone();
    assert_eq!(lost["proposalId"], json!(proposal));
    let read = lost["read"].as_str().expect("a place").trim_start_matches("/v1").to_owned();
    let why = world.app.get(parent, &read).expect(200).body;
    assert!(
        why["ties"].as_array().is_some_and(|ties| ties.iter().any(|tie| tie["effect"] == "block")),
        "{why}"
    );
    world.app.ask(parent, &format!("{path}/withdrawal")).expect(200);
    assert_eq!(kinds(), [""; 0]);
    // nobody reads what waits for another
    assert_eq!(notices(&world, buddy.person), [] as [Value; 0]);
}

/// Her yes is to the words that she read: where the table puts it otherwise, or says more, she is asked anew, and reads what she said of it before.
fn a_tie_that_says_something_else_is_asked_about_again(engine: Engine) {
    let world = World::new(engine);
    let [reworded, same] = [(); 2].map(|()| running(&world, Some(("school-volunteer", SCHOOL))));
    let words = "SELECT findings AS name FROM assessments WHERE id IN (SELECT assessment_id FROM proposals)";
    let read = if engine == Engine::Sqlite {
        words.to_owned()
    } else {
        words.replace("findings", "CAST(findings AS text)")
    };
    let kept = lines(&world, &read);
    assert!(kept.iter().any(|one| one.contains("\"nl\"")), "{kept:?}");
    let other = if engine == Engine::Sqlite {
        "replace(findings, 'Deze buddy', 'Uw buddy')"
    } else {
        "replace(CAST(findings AS text), 'Deze buddy', 'Uw buddy')::jsonb"
    };
    let change = |set: &str| {
        around(&world.app.location, |database| database.batch(set)).expect("the database takes it");
    };
    change("UPDATE assessments SET table_version = '2025-1'");
    change(&format!("UPDATE assessments SET findings = {other} WHERE request_id = '{}'", reworded.request));
    round(&world.app.platform).expect("the rules can be asked");
    let of = |case: &Case| state(&world, case.parent, &format!("/matches/{}", case.matched));
    assert_eq!((of(&reworded).as_str(), of(&same).as_str()), ("paused", "active"));
    assert_eq!(notices(&world, reworded.parent)[0]["kind"], "new-tie");
    let path = format!("/proposals/{}", reworded.proposal);
    let asked = world.app.get(reworded.parent, &format!("{path}/explanation")).expect(200).body;
    assert_eq!(asked["ties"][0]["answer"], Value::Null, "{asked}");
    let answers = world.app.get(reworded.parent, &format!("{path}/tie-answers")).expect(200).body;
    assert_eq!(answers["data"][0]["current"], false, "{answers}");
    world.answer_ties(reworded.parent, &reworded.proposal, "accepted");
    assert_eq!(of(&reworded), "active");
    assert_sound(&world);
}

/// That her buddy supports another parent at the school is known of a school: for the next one it is asked again.
fn that_her_buddy_supports_another_parent_is_asked_for_each_school(engine: Engine) {
    let world = World::new(engine);
    let buddy = world.buddy(0, &json!({ "capacity": 3 }));
    let [here, there] = [(); 2].map(|()| {
        let parent = world.person();
        let request = world.consented(0, parent);
        world.matched(0, parent, &request, &buddy);
        (parent, request)
    });
    let parent = world.person();
    let request = world.consented(0, parent);
    let (matched, proposal) = world.matched(0, parent, &request, &buddy);
    let matched = format!("/matches/{matched}");
    assert_eq!(state(&world, parent, &matched), "active", "she accepted it of this school");
    // another parent of hers goes to the other school, and then she does
    for (who, request) in [(there.0, &there.1), (parent, &request)] {
        let change = json!({ "locationCode": SISTER });
        world.app.patch(who, &format!("/support-requests/{request}"), &change).expect(200);
        work_off(&world.app.platform, &mut Resting::default()).expect("what waits is done");
    }
    world.answer(buddy.person, &proposal, "accepted").expect(201);
    assert_eq!(state(&world, parent, &matched), "paused", "of this one she did not");
    let asked = world.app.get(parent, &format!("/proposals/{proposal}/explanation")).expect(200).body;
    assert_eq!(asked["ties"][0]["finding"], format!("33:{SISTER}"), "{asked}");
    world.answer_ties(parent, &proposal, "accepted");
    assert_eq!(state(&world, parent, &matched), "active");
    drop(here);
    assert_sound(&world);
}

fn an_answer_on_a_tie_that_is_given_again_leaves_the_one_before(engine: Engine) {
    let world = World::new(engine);
    let buddy = world.buddy(0, &json!({}));
    world.tie(&buddy, "own-child-at-school", &at(SCHOOL)).expect(201);
    let parent = world.person();
    let request = world.consented(0, parent);
    let proposal = world.propose(0, &request, &buddy).expect(201).id();
    let answers = |who| {
        let listed = world.app.get(who, &format!("/proposals/{proposal}/tie-answers")).expect(200);
        let rows = listed.body["data"].as_array().expect("a list").clone();
        let text = |one: &Value| (one["answer"].as_str().map(str::to_owned), one["current"].as_bool());
        rows.iter().map(text).collect::<Vec<_>>()
    };
    let of = |answer: &str, current| (Some(answer.to_owned()), Some(current));
    world.answer_ties(parent, &proposal, "accepted");
    assert_eq!(answers(parent), [of("accepted", true)]);
    world.app.platform.clock.advance(TimeDelta::hours(1));
    world.answer_ties(parent, &proposal, "accepted");
    world.app.platform.clock.advance(TimeDelta::hours(1));
    world.answer_ties(parent, &proposal, "refused");
    let all = [of("refused", true), of("accepted", false), of("accepted", false)];
    assert_eq!(answers(parent), all);
    assert_eq!(answers(world.coordinators[0]), all);
    assert_eq!(answers(buddy.person), []);
    // what holds is what she said last
    assert_eq!(state(&world, parent, &format!("/proposals/{proposal}")), "refused");
}
