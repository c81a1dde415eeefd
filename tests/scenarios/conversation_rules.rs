//! What surrounds the steps of the consent conversation (L6): the words, the choice that is shown, when it may be held
//! again, and whose it is.

use chrono::{Months, TimeDelta};
use naast_tests::app::Reply;
use naast_tests::world::{SCHOOL, World};
use naast_tests::{Engine, on_both, random_id};
use serde_json::{Value, json};

use crate::command_line::naast;
use crate::looks::{count, refused, texts};

on_both!(
    what_is_said_is_said_in_words_that_exist,
    the_parent_is_shown_a_choice_that_is_not_the_schools_own,
    a_parent_is_not_asked_again_and_again,
    a_conversation_is_of_its_school_alone,
    who_asked_goes_on_and_when_she_leaves_whom_the_school_leader_names,
    what_a_programme_covers_binds_what_school_shows_and_not_what_a_parent_asks,
    a_programme_has_a_form_that_is_true_of_who_runs_it,
);

fn what_is_said_is_said_in_words_that_exist(engine: Engine) {
    let world = World::new(engine);
    let conversation = world.conversation();
    let path = format!("/conversations/{conversation}");
    let say = |body: Value| world.app.post_on(world.leader, &path, &format!("{path}/answers"), &body);
    let bare = refused(say(json!({ "step": "ask-first-question" })), 400, "invalid-input");
    let pointers: Vec<_> =
        bare.body["errors"].as_array().expect("faults").iter().map(|one| &one["pointer"]).collect();
    assert_eq!(pointers, ["/wordingVersion", "/language"]);
    let unknown = json!({ "step": "ask-first-question", "wordingVersion": "2020-1", "language": "nl" });
    assert_eq!(refused(say(unknown), 400, "invalid-input").body["errors"][0]["code"], "unknown-wording");

    let strange = json!({ "step": "ask-first-question", "wordingVersion": "2026-1", "language": "zz" });
    let fault = refused(say(strange), 400, "invalid-input").body["errors"][0].clone();
    assert_eq!((&fault["pointer"], &fault["code"]), (&json!("/language"), &json!("not-in-list")));
    assert!(fault["detail"].as_str().expect("words").contains("nl, en, ar"), "{fault}");
    let strange = world.app.get(world.leader, "/conversation-guide?language=zz");
    let fault = refused(strange, 400, "invalid-input").body["errors"][0].clone();
    assert_eq!((&fault["parameter"], &fault["code"]), (&json!("language"), &json!("not-in-list")));
    assert!(fault["detail"].as_str().expect("words").contains("nl, en"), "{fault}");

    let guide = world.app.get(world.leader, "/conversation-guide?language=nl").expect(200);
    let spoken: Vec<&str> = guide.body["wordings"]
        .as_array()
        .expect("words")
        .iter()
        .filter_map(|one| one["spoken"].as_str())
        .collect();
    assert_eq!(spoken[..2], ["Heeft u iemand die u kan ondersteunen?", "Zou ik met u mee mogen denken?"]);
    assert!(spoken[..2].iter().all(|words| !words.contains("buddy")) && spoken[2].contains("buddy"));

    world.step(&conversation, "ask-first-question").expect(201);
    let steps = world.app.get(world.leader, &format!("{path}/answers")).expect(200);
    assert_eq!(steps.body["data"][0]["wordingVersion"], "2026-1");
    assert_eq!(steps.body["data"][0]["language"], "nl");
}

fn the_parent_is_shown_a_choice_that_is_not_the_schools_own(engine: Engine) {
    let world = World::new(engine);
    let start = world.app.platform.clock.today();
    let second = json!({
        "organisationId": world.school, "name": "Nog een", "form": "school", "funders": ["school"], "sinceDate": start,
        "reason": "Test."
    });
    let second = world.app.post(world.administrator, "/programmes", &second).expect(201).id();
    let place = format!("/programmes/{second}/schools/{SCHOOL}");
    world
        .app
        .call(Some(world.administrator), "PUT", &place, Some(&json!({ "sinceDate": start })), None)
        .expect(200);

    let conversation = world.conversation();
    for step in ["ask-first-question", "has-nobody", "ask-second-question", "agrees"] {
        world.step(&conversation, step).expect(201);
    }
    let path = format!("/conversations/{conversation}");
    let [independent, own, point] = &world.programmes;
    // one that runs, and covers another school or none
    let body = json!({ "organisationId": world.association, "name": "Elders", "form": "independent", "funders": ["members"],
        "sinceDate": start, "reason": "Test." });
    let elsewhere = world.app.post(world.administrator, "/programmes", &body).expect(201).id();
    for (shown, code) in [
        (json!(null), "choice-too-narrow"),
        (json!([]), "choice-too-narrow"),
        (json!([independent]), "choice-too-narrow"),
        (json!([independent, independent]), "choice-too-narrow"),
        (json!([own, second]), "no-independent-choice"),
        (json!([independent, elsewhere]), "programme-not-available"),
    ] {
        let body = json!({
            "step": "explain-buddy", "wordingVersion": "2026-1", "language": "nl", "programmeIds": shown
        });
        refused(world.app.post_on(world.leader, &path, &format!("{path}/answers"), &body), 409, code);
    }
    let body = json!({
        "step": "explain-buddy", "wordingVersion": "2026-1", "language": "nl", "programmeIds": [own, point]
    });
    let told = world.app.post_on(world.leader, &path, &format!("{path}/answers"), &body).expect(201);
    let parent = world.person();
    let code = world.exchanged(&told.text("invitationCode"));
    refused(world.refer(parent, &code, &world.request_body(0)), 409, "programme-not-available");
    world.refer(parent, &code, &world.request_body(2)).expect(201);
}

fn a_parent_is_not_asked_again_and_again(engine: Engine) {
    let world = World::new(engine);
    let open = |reference: uuid::Uuid, ground: &str| {
        let body = json!({ "locationCode": SCHOOL, "parentReference": reference, "ground": ground });
        world.app.post(world.leader, "/conversations", &body)
    };
    let (no, somebody, silent) = (random_id(), random_id(), random_id());
    let walk = |reference, steps: &[&str]| {
        let conversation = open(reference, "regular-talk").expect(201).id();
        for step in steps {
            let running = refused(open(reference, "regular-talk"), 409, "conversation-running").body;
            let place = running["existing"]["href"].as_str().expect("where it stands").to_owned();
            let shown = world.app.get(world.leader, place.strip_prefix("/v1").expect("below the base"));
            assert_eq!(shown.expect(200).body["id"], running["existing"]["id"]);
            refused(open(reference, "new-development-plan"), 409, "conversation-running");
            world.step(&conversation, step).expect(201);
        }
    };
    walk(no, &["ask-first-question", "has-nobody", "ask-second-question", "declines"]);
    walk(somebody, &["ask-first-question", "has-own-network"]);
    walk(silent, &["ask-first-question", "rather-not-say"]);

    open(somebody, "regular-talk").expect(201);
    for reference in [no, silent] {
        let refusal = refused(open(reference, "regular-talk"), 409, "conversation-rested");
        assert_eq!(texts(&refusal.body["permitted"]), ["new-development-plan"]);
    }
    open(no, "new-development-plan").expect(201);
    world.app.platform.clock.advance(TimeDelta::days(178));
    refused(open(silent, "regular-talk"), 409, "conversation-rested");
    world.app.platform.clock.advance(TimeDelta::days(7));
    open(silent, "regular-talk").expect(201);
}

fn a_conversation_is_of_its_school_alone(engine: Engine) {
    let world = World::new(engine);
    let conversation = world.conversation();
    let (path, list) =
        (format!("/conversations/{conversation}"), format!("/conversations?locationCode={SCHOOL}"));
    let body = json!({ "locationCode": SCHOOL, "parentReference": random_id(), "ground": "regular-talk" });
    for path in [path.clone(), format!("{path}/answers")] {
        refused(world.app.get(world.other_leader, &path), 404, "not-found");
    }
    assert_eq!(world.app.get(world.other_leader, &list).expect(200).body["data"], json!([]));
    refused(world.app.post(world.other_leader, "/conversations", &body), 403, "forbidden");
    let step = json!({ "step": "has-nobody" });
    let reach = world.app.call(
        Some(world.other_leader),
        "POST",
        &format!("{path}/answers"),
        Some(&step),
        Some("\"v1\""),
    );
    refused(reach, 404, "not-found");
    let board = world.member(&world.school, "board-member", None);
    for nobody in [world.person(), world.coordinators[0], world.coordinators[1], board, world.administrator] {
        for path in [&path, &list, &format!("{path}/answers")] {
            refused(world.app.get(nobody, path), 403, "forbidden");
        }
        refused(world.app.post(nobody, "/conversations", &body), 403, "forbidden");
    }
    for role in ["school-staff", "professional"] {
        let colleague = world.member(&world.school, role, None);
        assert_eq!(world.app.get(colleague, &list).expect(200).body["data"][0]["id"], conversation.as_str());
    }
}

fn who_asked_goes_on_and_when_she_leaves_whom_the_school_leader_names(engine: Engine) {
    let world = World::new(engine);
    let [teacher, colleague] = [(); 2].map(|()| world.member(&world.school, "school-staff", None));
    let body = json!({ "locationCode": SCHOOL, "parentReference": random_id(), "ground": "regular-talk" });
    let opened = world.app.post(teacher, "/conversations", &body).expect(201);
    assert_eq!(opened.body["holderId"], teacher.uuid().to_string());
    let path = format!("/conversations/{}", opened.id());
    let say = |who, step: &str| {
        let body = json!({ "step": step, "wordingVersion": "2026-1", "language": "nl" });
        world.app.post_on(who, &path, &format!("{path}/answers"), &body)
    };
    let name = |who, to: naast_domain::ids::PersonId| {
        world.app.post_on(who, &path, &format!("{path}/holders"), &json!({ "personId": to }))
    };
    for other in [colleague, world.leader] {
        let reply = refused(say(other, "ask-first-question"), 409, "conversation-of-colleague");
        assert_eq!(reply.body["permitted"], json!(["holders"]));
        world.app.get(other, &path).expect(200);
    }
    say(teacher, "ask-first-question").expect(201);

    // only the school leader names somebody, and only who holds conversations at this school now
    refused(name(colleague, colleague), 403, "forbidden");
    for stranger in [world.person(), world.other_leader, naast_domain::ids::PersonId::from(random_id())] {
        let reply = refused(name(world.leader, stranger), 400, "invalid-input");
        assert_eq!(reply.body["errors"][0]["code"], "unknown");
    }
    let before = world.app.get(teacher, &path).expect(200).etag();
    let named = name(world.leader, colleague).expect(200);
    assert_eq!(named.body["holderId"], colleague.uuid().to_string());
    assert_ne!(named.etag(), before);
    refused(say(teacher, "has-nobody"), 409, "conversation-of-colleague");
    say(colleague, "has-nobody").expect(201);
    assert_eq!(
        count(&world, "journal WHERE action = 'conversation.handed-to-colleague' AND role = 'school-leader'"),
        1
    );
}

fn what_a_programme_covers_binds_what_school_shows_and_not_what_a_parent_asks(engine: Engine) {
    let world = World::new(engine);
    let today = world.app.platform.clock.today();
    let body = json!({ "organisationId": world.association, "name": "Elders", "form": "independent", "funders": ["members"],
        "sinceDate": today, "reason": "Test." });
    let elsewhere = world.app.post(world.administrator, "/programmes", &body).expect(201).id();

    // school can show only what covers it, and hand over only to what it showed
    let conversation = world.conversation();
    for step in ["ask-first-question", "has-nobody", "ask-second-question", "agrees"] {
        world.step(&conversation, step).expect(201);
    }
    let path = format!("/conversations/{conversation}");
    let explain = |shown: Value| {
        let body = json!({
            "step": "explain-buddy", "wordingVersion": "2026-1", "language": "nl", "programmeIds": shown
        });
        world.app.post_on(world.leader, &path, &format!("{path}/answers"), &body)
    };
    let [independent, own, _] = &world.programmes;
    refused(explain(json!([independent, own, elsewhere])), 409, "programme-not-available");
    let code = world.exchanged(&explain(json!([independent, own])).expect(201).text("invitationCode"));
    let parent = world.person();
    let mut request = world.request_body(0);
    request["programmeId"] = json!(elsewhere);
    refused(world.refer(parent, &code, &request), 409, "programme-not-available");

    // she herself may ask a programme that does not cover the school that she names; her consent there is as good as any
    let asked = world.app.post(parent, "/support-requests", &request).expect(201).id();
    world.consent(parent, &asked).expect(201);
    let shown = world.app.get(parent, &format!("/support-requests/{asked}")).expect(200);
    assert_eq!((&shown.body["state"], &shown.body["locationCode"]), (&json!("consented"), &json!(SCHOOL)));

    // what she was shown stays hers to choose, also when the programme stops covering the school meanwhile
    let place = format!("/programmes/{independent}/schools/{SCHOOL}");
    let ends = json!({ "sinceDate": today - Months::new(24), "untilDate": today });
    world.app.call(Some(world.administrator), "PUT", &place, Some(&ends), Some("*")).expect(200);
    world.app.platform.clock.advance(TimeDelta::days(2));
    world.refer(parent, &code, &world.request_body(0)).expect(201);
    // and a new talk does not show it any more
    let covering = world.app.get(parent, &format!("/programmes?locationCode={SCHOOL}")).expect(200);
    let ids: Vec<&str> = covering.body["data"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["id"].as_str())
        .collect();
    assert!(!ids.contains(&independent.as_str()), "{ids:?}");
}

fn a_programme_has_a_form_that_is_true_of_who_runs_it(engine: Engine) {
    let world = World::new(engine);
    let organisation =
        |body: Value| world.app.post(world.administrator, "/organisations", &body).expect(201).id();
    let school = world.school.clone();
    let point = organisation(
        json!({ "kind": "support-point", "name": "Steunpunt (test)", "partnershipCode": "PO9901" }),
    );
    let start = |organisation: &str, form: &str| {
        let body = json!({
            "organisationId": organisation, "name": "Nieuw", "form": form, "funders": ["school"], "reason": "Test."
        });
        world.app.post(world.administrator, "/programmes", &body)
    };
    let is_refused = |reply: Reply, allowed: &str| {
        let faults = refused(reply, 400, "invalid-input").body["errors"].clone();
        assert_eq!((&faults[0]["pointer"], &faults[0]["code"]), (&json!("/form"), &json!("form-not-here")));
        let text = faults[0]["detail"].as_str().expect("words");
        assert!(text.ends_with(&format!("Toegestaan: {allowed}.")), "{text}");
    };
    let provider = organisation(json!({ "kind": "provider", "name": "Aanbieder (test)" }));
    for (organisation, form, allowed) in [
        (&school, "independent", "school"),
        (&school, "support-point", "school"),
        (&point, "independent", "support-point"),
        (&point, "school", "support-point"),
        // nobody would read by name who is responsible
        (&world.association, "school", "independent, support-point"),
        (&provider, "school", "independent, support-point"),
    ] {
        is_refused(start(organisation, form), allowed);
    }
    let own = format!("/programmes/{}", world.programmes[0]);
    let today = world.app.platform.clock.today();
    let taken = json!({ "form": "school", "funders": ["school"], "sinceDate": today, "reason": "Test." });
    let reply = world.app.post_on(world.administrator, &own, &format!("{own}/form-changes"), &taken);
    is_refused(reply, "independent, support-point");
    let path = format!("/programmes/{}", start(&school, "school").expect(201).id());
    let later = world.app.platform.clock.today() + chrono::Days::new(30);
    let change =
        json!({ "form": "independent", "funders": ["school"], "sinceDate": later, "reason": "Test." });
    is_refused(
        world.app.post_on(world.administrator, &path, &format!("{path}/form-changes"), &change),
        "school",
    );
    for form in ["independent", "support-point"] {
        start(&world.association, form).expect(201);
    }
    // it can do the whole of the work in every form (S6): at a school's own programme as well
    world.member(&world.association, "coordinator", Some(&world.programmes[1]));
    world.member(&provider, "trainer", Some(&world.programmes[1]));
    // one of before is there still, and an administrator is told of it
    let told = |world: &World| {
        let output = naast(world, &["doctor"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        said.contains("LET OP: 1 programma") || said.contains("NOTE: 1 programme in the form school")
    };
    assert!(!told(&world));
    world.change_form_as_before(0, &taken).expect(201);
    assert!(told(&world));
}
