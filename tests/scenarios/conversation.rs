//! The consent conversation (L6): no step leaps over another, and whoever leaps is told the step and the sentence that
//! come first.

use chrono::TimeDelta;
use naast_tests::world::{SCHOOL, World};
use naast_tests::{Engine, on_both, random_id};
use serde_json::{Value, json};

use crate::looks::{refused, texts};

on_both!(
    every_step_of_school_leads_where_the_source_says_or_is_refused_with_what_comes_first,
    every_step_of_the_parent_leads_where_she_may_go_and_stopping_is_never_refused,
    a_step_names_the_version_that_it_is_taken_on,
    what_is_said_is_said_in_words_that_exist,
    the_parent_is_shown_a_choice_that_is_not_the_schools_own,
    a_parent_is_not_asked_again_and_again,
    a_conversation_is_of_its_school_alone,
);

const FIRST: &str = "Heeft u iemand die u kan ondersteunen?";
const SECOND: &str = "Zou ik met u mee mogen denken?";
const STEPS: &[&str] = &[
    "ask-first-question",
    "has-own-network",
    "has-nobody",
    "rather-not-say",
    "ask-second-question",
    "agrees",
    "declines",
    "explain-buddy",
];

/// A state of the school's side: the steps that lead to it, the steps out of it with the states that they lead to, and
/// the sentence of the source that comes now.
type Row =
    (&'static str, &'static [&'static str], &'static [(&'static str, &'static str)], Option<&'static str>);

const TABLE: &[Row] = &[
    ("opened", &[], &[("ask-first-question", "first-question-asked")], Some(FIRST)),
    (
        "first-question-asked",
        &["ask-first-question"],
        &[
            ("has-own-network", "own-network"),
            ("has-nobody", "no-network"),
            ("rather-not-say", "first-question-unanswered"),
        ],
        None,
    ),
    ("own-network", &["ask-first-question", "has-own-network"], &[], None),
    ("first-question-unanswered", &["ask-first-question", "rather-not-say"], &[], None),
    (
        "no-network",
        &["ask-first-question", "has-nobody"],
        &[("ask-second-question", "second-question-asked")],
        Some(SECOND),
    ),
    (
        "second-question-asked",
        &["ask-first-question", "has-nobody", "ask-second-question"],
        &[("agrees", "thinking-along"), ("declines", "second-question-declined")],
        None,
    ),
    (
        "second-question-declined",
        &["ask-first-question", "has-nobody", "ask-second-question", "declines"],
        &[],
        None,
    ),
    (
        "thinking-along",
        &["ask-first-question", "has-nobody", "ask-second-question", "agrees"],
        &[("explain-buddy", "with-parent")],
        Some("Er zijn buddy's: ouders die hetzelfde hebben meegemaakt"),
    ),
    (
        "with-parent",
        &["ask-first-question", "has-nobody", "ask-second-question", "agrees", "explain-buddy"],
        &[],
        None,
    ),
];

fn brought_to(world: &World, steps: &[&str]) -> String {
    let conversation = world.conversation();
    for step in steps {
        world.step(&conversation, step).expect(201);
    }
    conversation
}

fn assert_sentence(said: &Value, expected: Option<&str>) {
    match expected {
        Some(expected) => assert!(said.as_str().is_some_and(|said| said.starts_with(expected)), "{said}"),
        None => assert_eq!(*said, Value::Null),
    }
}

fn every_step_of_school_leads_where_the_source_says_or_is_refused_with_what_comes_first(engine: Engine) {
    let world = World::new(engine);
    for (state, steps, ways, sentence) in TABLE {
        let conversation = brought_to(&world, steps);
        let permitted: Vec<&str> = ways.iter().map(|(step, _)| *step).collect();
        let path = format!("/conversations/{conversation}");
        let shown = world.app.get(world.leader, &path).expect(200);
        assert_eq!(shown.body["state"], *state);
        assert_eq!(texts(&shown.body["permittedSteps"]), permitted, "{state}");
        assert_sentence(&shown.body["sentence"], *sentence);
        for step in STEPS {
            match ways.iter().find(|(way, _)| way == step) {
                Some((_, to)) => {
                    let moved = world.step(&brought_to(&world, steps), step).expect(201);
                    assert_eq!(moved.body["conversation"]["state"], *to, "{state} by {step}");
                    assert_eq!(moved.body["parentCode"].is_string(), *step == "explain-buddy");
                }
                None => {
                    let refusal = refused(world.step(&conversation, step), 409, "step-not-permitted");
                    assert_eq!(refusal.body["state"], *state, "{step}");
                    assert_eq!(texts(&refusal.body["permitted"]), permitted, "{state} by {step}");
                    assert_eq!(refusal.body["source"], "L6");
                    assert_sentence(&refusal.body["sentence"], *sentence);
                }
            }
        }
        let after = world.app.get(world.leader, &path).expect(200);
        assert_eq!(after.bytes, shown.bytes, "a refused step changes nothing");
    }
}

fn every_step_of_the_parent_leads_where_she_may_go_and_stopping_is_never_refused(engine: Engine) {
    let world = World::new(engine);
    let free = ["take-time", "decline-buddy", "contact-self", "consent-to-referral"];
    let rest = &free[1..];
    for (state, before, permitted) in [
        ("buddy-explained", "", &free[..]),
        ("thinking", "take-time", rest),
        ("buddy-declined", "decline-buddy", &[]),
        ("self-contact", "contact-self", &[]),
        ("withdrawn", "withdraw", &[]),
        ("referred", "consent-to-referral", &[]),
    ] {
        for step in ["take-time", "decline-buddy", "contact-self", "consent-to-referral", "withdraw"] {
            let code = world.explained(&world.conversation());
            let parent = world.person();
            match before {
                "" => {}
                "consent-to-referral" => {
                    world.refer(parent, &code, &world.request_body(0)).expect(201);
                }
                before => {
                    world.parent_step(&code, before).expect(200);
                }
            }
            let look = json!({ "code": code.to_lowercase().replace('-', " ") });
            let shown =
                world.app.call(None, "POST", "/parent-conversations/_search", Some(&look), None).expect(200);
            assert_eq!(shown.body["state"], state);
            let mut steps: Vec<&str> = permitted.to_vec();
            steps.push("withdraw");
            assert_eq!(texts(&shown.body["permittedSteps"]), steps, "{state}");
            let reply = match step {
                "consent-to-referral" => world.refer(parent, &code, &world.request_body(0)),
                step => world.parent_step(&code, step),
            };
            if step == "withdraw" {
                let after = if state == "referred" { state } else { "withdrawn" };
                assert_eq!(reply.expect(200).body["state"], after);
                world.parent_step(&code, step).expect(200);
            } else if permitted.contains(&step) {
                assert!([200, 201].contains(&reply.status), "{state} by {step}: {}", reply.body);
            } else {
                let refusal = refused(reply, 409, "step-not-permitted");
                assert_eq!(refusal.body["state"], state);
                assert_eq!(texts(&refusal.body["permitted"]), steps, "{state} by {step}");
            }
        }
    }
    refused(world.parent_step("ABCD-EFGH-JKMN-PQRS", "withdraw"), 404, "not-found");
    let by_staff = world.parent_step("ABCD-EFGH-JKMN-PQRS", "consent-to-referral");
    assert_eq!(refused(by_staff, 400, "invalid-input").body["errors"][0]["pointer"], "/step");
}

fn a_step_names_the_version_that_it_is_taken_on(engine: Engine) {
    let world = World::new(engine);
    let path = format!("/conversations/{}", world.conversation());
    let steps = format!("{path}/answers");
    let ask = json!({ "step": "ask-first-question", "wordingVersion": "2026-1", "language": "nl" });
    refused(world.app.post(world.leader, &steps, &ask), 428, "precondition-missing");
    let read = world.app.get(world.leader, &path).expect(200).etag();
    let on =
        |etag: &str, body: &Value| world.app.call(Some(world.leader), "POST", &steps, Some(body), Some(etag));
    refused(on("\"v7\"", &ask), 412, "stale-version");
    let moved = on(&read, &ask).expect(201).etag();
    assert_ne!(moved, read);
    refused(on(&read, &json!({ "step": "has-nobody" })), 412, "stale-version");
    assert_eq!(world.app.get(world.leader, &path).expect(200).etag(), moved);
    on(&moved, &json!({ "step": "has-nobody" })).expect(201);
}

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

    let guide = world.app.get(world.leader, "/conversation-guide?language=nl").expect(200);
    let spoken: Vec<&str> = guide.body["wordings"]
        .as_array()
        .expect("words")
        .iter()
        .filter_map(|one| one["spoken"].as_str())
        .collect();
    assert_eq!(spoken[..2], [FIRST, SECOND]);
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

    let conversation = brought_to(&world, TABLE[7].1);
    let path = format!("/conversations/{conversation}");
    let [independent, own, point] = &world.programmes;
    for (shown, code) in [
        (json!(null), "choice-too-narrow"),
        (json!([]), "choice-too-narrow"),
        (json!([independent]), "choice-too-narrow"),
        (json!([independent, independent]), "choice-too-narrow"),
        (json!([own, second]), "no-independent-choice"),
        (json!([independent, random_id()]), "programme-not-available"),
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
    refused(
        world.refer(parent, &told.text("parentCode"), &world.request_body(0)),
        409,
        "programme-not-available",
    );
    world.refer(parent, &told.text("parentCode"), &world.request_body(2)).expect(201);
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
            refused(open(reference, "regular-talk"), 409, "conversation-running");
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
    world.app.platform.clock.advance(TimeDelta::days(150));
    refused(open(silent, "regular-talk"), 409, "conversation-rested");
    world.app.platform.clock.advance(TimeDelta::days(35));
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
