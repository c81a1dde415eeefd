//! The consent conversation (L6): no step leaps over another, and whoever leaps is told the step and the sentence that
//! come first.

use naast_tests::app::Reply;
use naast_tests::world::World;
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::looks::{refused, texts};

on_both!(
    every_step_of_school_leads_where_the_source_says_or_is_refused_with_what_comes_first,
    every_step_of_the_parent_leads_where_she_may_go_and_stopping_is_never_refused,
    a_step_names_the_version_that_it_is_taken_on,
);

/// Whether a parent who has only her code reads of each programme that she can choose what it is called and what its form means.
fn choice(world: &World, shown: &Reply) -> bool {
    let ids = shown.body["programmeIds"].as_array().expect("the programmes that she was shown");
    let shown = shown.body["programmes"].as_array().expect("the same, in words");
    let same = ids.iter().eq(shown.iter().map(|one| &one["id"]));
    same && !ids.is_empty()
        && shown.iter().all(|one| {
            let path = format!("/programmes/{}", one["id"].as_str().expect("an id"));
            let programme = world.app.get(world.administrator, &path).expect(200);
            let statement =
                world.app.get(world.administrator, &format!("{path}/position-statement")).expect(200);
            one["name"] == programme.body["name"] && one["positionStatement"] == statement.body
        })
}

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
        Some(FIRST),
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
        Some(SECOND),
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
            if let Some((_, to)) = ways.iter().find(|(way, _)| way == step) {
                let moved = world.step(&brought_to(&world, steps), step).expect(201);
                assert_eq!(moved.body["conversation"]["state"], *to, "{state} by {step}");
                assert_eq!(moved.body["invitationCode"].is_string(), *step == "explain-buddy");
            } else {
                let refusal = refused(world.step(&conversation, step), 409, "step-not-permitted");
                assert_eq!(refusal.body["state"], *state, "{step}");
                assert_eq!(texts(&refusal.body["permitted"]), permitted, "{state} by {step}");
                assert_eq!(refusal.body["source"], "L6");
                assert_sentence(&refusal.body["sentence"], *sentence);
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
            assert!(choice(&world, &shown), "what she chooses between: {}", shown.body);
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
    // a header that does not read is told before the order of the steps
    let leap = json!({ "step": "has-nobody" });
    let place = |reply: Reply| refused(reply, 400, "invalid-input").body["errors"][0]["header"].clone();
    assert_eq!(place(on("v1", &leap)), "If-Match");
    let line = format!("POST {steps}");
    assert_eq!(
        place(world.app.keyed_on(Some(world.leader), &line, &leap, "x y", Some(&read))),
        "Idempotency-Key"
    );
    refused(on(&read, &leap), 409, "step-not-permitted");
    let moved = on(&read, &ask).expect(201).etag();
    assert_ne!(moved, read);
    refused(on(&read, &json!({ "step": "has-nobody" })), 412, "stale-version");
    // another view of the same version
    let version =
        |etag: String| etag.split_once('-').map(|(version, _)| version.to_owned()).expect("two parts");
    assert_eq!(version(world.app.get(world.leader, &path).expect(200).etag()), version(moved.clone()));
    on(&moved, &json!({ "step": "has-nobody" })).expect(201);
}
