//! What is kept of an answer that shows a code, and for how long: a broken connection must not cost a parent her code,
//! and nobody else may get it.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use naast_api::contract::CONTRACT;
use naast_tests::world::World;
use naast_tests::{Engine, on_both, random_id};
use serde_json::{Value, json};

use crate::looks::{count, holds, refused, tables_with};

on_both!(
    a_parent_gets_her_code_again_for_ten_minutes,
    a_key_that_somebody_could_guess_does_not_keep_a_code,
    keys_of_parents_with_different_codes_are_different_keys,
    the_invitation_is_shown_again_for_ten_minutes,
    the_secret_of_a_subscription_is_shown_again_for_ten_minutes,
    who_reads_the_database_finds_no_answer_and_no_key,
);

/// The names of everything in a schema, also of what it refers to.
fn members(schema: &Value, names: &mut BTreeSet<String>) {
    match schema {
        Value::Object(object) => {
            if let Some(name) = object.get("$ref").and_then(Value::as_str) {
                let place = name.trim_start_matches('#');
                members(CONTRACT.document.pointer(place).expect("a reference leads somewhere"), names);
            }
            if let Some(Value::Object(properties)) = object.get("properties") {
                names.extend(properties.keys().cloned());
            }
            object.values().for_each(|below| members(below, names));
        }
        Value::Array(list) => list.iter().for_each(|below| members(below, names)),
        _ => {}
    }
}

/// Whoever adds an operation that shows a secret calls `shown_once` on its answer, and adds it here with a test.
#[test]
fn every_operation_that_shows_a_secret_is_known() {
    let secrets = ["secret", "clientSecret", "parentCode", "invitationCode", "token", "accessToken"];
    let mut found = BTreeSet::new();
    let paths = CONTRACT.document["paths"].as_object().expect("paths");
    for operation in paths.values().flat_map(|item| item.as_object().expect("operations").values()) {
        let key = json!({ "$ref": "#/components/parameters/IdempotencyKey" });
        if operation["parameters"].as_array().is_some_and(|parameters| parameters.contains(&key)) {
            let mut names = BTreeSet::new();
            for (status, response) in operation["responses"].as_object().expect("responses") {
                if status.starts_with('2') {
                    members(response, &mut names);
                }
            }
            if secrets.iter().any(|secret| names.contains(*secret)) {
                found.insert(operation["operationId"].as_str().expect("a name"));
            }
        }
    }
    let known = [
        "createWebhookSubscription",
        "exchangeInvitationCode",
        "recordConversationStep",
        "rotateWebhookSecret",
    ];
    assert_eq!(found.into_iter().collect::<Vec<_>>(), known);
}

fn the_secret_of_a_subscription_is_shown_again_for_ten_minutes(engine: Engine) {
    let world = World::new(engine);
    let coordinator = world.coordinators[0];
    let body = json!({ "url": "https://hooks.example.org/naast", "programmeId": world.programmes[0] });
    let line = "POST /webhook-subscriptions";
    refused(world.app.keyed(Some(coordinator), line, &body, "\"hook-1\""), 400, "invalid-input");
    let key = random_id().to_string();
    let made = world.app.keyed(Some(coordinator), line, &body, &key).expect(201);
    assert_eq!(world.app.keyed(Some(coordinator), line, &body, &key).expect(201).bytes, made.bytes);
    let id = made.body["subscription"]["id"].as_str().expect("an id");
    let path = format!("/webhook-subscriptions/{id}");
    let seen = world.app.get(coordinator, &path).expect(200).etag();
    let line = format!("POST {path}/secret-rotations");
    let rotate = |key: &str| world.app.keyed_on(Some(coordinator), &line, &json!({}), key, Some(&seen));
    refused(rotate("\"hook-2\""), 400, "invalid-input");
    let rotated = rotate(&key).expect(201);
    world.app.platform.clock.advance(TimeDelta::minutes(9));
    assert_eq!(rotate(&key).expect(201).bytes, rotated.bytes);
    world.app.platform.clock.advance(TimeDelta::minutes(2));
    refused(rotate(&key), 412, "stale-version");
}

/// A conversation in which the parent was handed an invitation.
fn invited(world: &World) -> String {
    let conversation = world.conversation();
    for step in ["ask-first-question", "has-nobody", "ask-second-question", "agrees"] {
        world.step(&conversation, step).expect(201);
    }
    world.step(&conversation, "explain-buddy").expect(201).text("invitationCode")
}

fn a_parent_gets_her_code_again_for_ten_minutes(engine: Engine) {
    let world = World::new(engine);
    let body = json!({ "invitationCode": invited(&world) });
    let key = random_id().to_string();
    let exchange = |key: &str| world.app.keyed(None, "POST /parent-codes", &body, key);
    let first = exchange(&key).expect(201);
    world.app.platform.clock.advance(TimeDelta::minutes(9));
    assert_eq!(exchange(&key).expect(201).bytes, first.bytes);
    // whoever has the invitation and makes up a key gets another code than hers; and after ten minutes so does she
    let again = exchange(&random_id().to_string()).expect(201);
    world.app.platform.clock.advance(TimeDelta::minutes(2));
    let later = exchange(&key).expect(201);
    for other in [&again, &later] {
        assert_ne!(other.text("parentCode"), first.text("parentCode"));
    }
    world.parent_step(&first.text("parentCode"), "take-time").expect(200);
}

fn a_key_that_somebody_could_guess_does_not_keep_a_code(engine: Engine) {
    let world = World::new(engine);
    let invitation = invited(&world);
    let body = json!({ "invitationCode": invitation });
    let not_by_chance = "74738ff5-5367-5958-9aee-98fffdcd1876";
    for guessable in ["\"1\"", &format!("\"{invitation}\""), not_by_chance] {
        let reply =
            refused(world.app.keyed(None, "POST /parent-codes", &body, guessable), 400, "invalid-input");
        assert_eq!(reply.body["errors"][0]["code"], "guessable");
    }
    assert_eq!(count(&world, "kept_answers"), 0);
    // the invitation is still good
    world.exchanged(&invitation);
}

fn keys_of_parents_with_different_codes_are_different_keys(engine: Engine) {
    let world = World::new(engine);
    let codes: Vec<String> = (0..2).map(|_| world.exchanged(&invited(&world))).collect();
    let answer = |code: &str, step: &str| {
        world.app.keyed(None, "POST /parent-answers", &json!({ "code": code, "step": step }), "\"1\"")
    };
    let first = answer(&codes[0], "take-time").expect(200);
    answer(&codes[1], "decline-buddy").expect(200);
    assert_eq!(answer(&codes[0], "take-time").expect(200).bytes, first.bytes);
    refused(answer(&codes[0], "decline-buddy"), 422, "idempotency-key-reused");
    assert_eq!(count(&world, "journal WHERE action = 'conversation.parent-answered'"), 2);
}

fn the_invitation_is_shown_again_for_ten_minutes(engine: Engine) {
    let world = World::new(engine);
    let conversation = world.conversation();
    for step in ["ask-first-question", "has-nobody", "ask-second-question", "agrees"] {
        world.step(&conversation, step).expect(201);
    }
    let path = format!("/conversations/{conversation}");
    let seen = world.app.get(world.leader, &path).expect(200).etag();
    let body = json!({
        "step": "explain-buddy", "wordingVersion": "2026-1", "language": "nl", "programmeIds": world.programmes
    });
    let (line, key) = (format!("POST {path}/answers"), random_id().to_string());
    let explain = |key: &str| world.app.keyed_on(Some(world.leader), &line, &body, key, Some(&seen));
    refused(explain("\"step-5\""), 400, "invalid-input");
    let first = explain(&key).expect(201);
    assert_eq!(explain(&key).expect(201).bytes, first.bytes);
    world.app.platform.clock.advance(TimeDelta::minutes(11));
    assert_ne!(explain(&key).status, 201);
    world.exchanged(&first.text("invitationCode"));
}

fn who_reads_the_database_finds_no_answer_and_no_key(engine: Engine) {
    let world = World::new(engine);
    let key = random_id().to_string();
    let body = json!({ "invitationCode": invited(&world) });
    let code = world.app.keyed(None, "POST /parent-codes", &body, &key).expect(201).text("parentCode");
    assert_eq!(count(&world, "kept_answers"), 1);
    for secret in [&code, &code.replace('-', ""), &key, &key.replace('-', "")] {
        assert_eq!(tables_with(&world, secret), [""; 0]);
        assert!(!holds(&world, secret));
        // PostgreSQL shows bytes as hexadecimal letters
        let letters: String =
            secret.bytes().fold(String::new(), |letters, byte| format!("{letters}{byte:02x}"));
        assert_eq!(tables_with(&world, &letters), [""; 0]);
    }
    // what a person is kept by stands in the key, not in the row
    let parent = world.person();
    world.app.keyed(Some(parent), "POST /support-requests", &world.request_body(0), &key).expect(201);
    let letters = parent.uuid().simple().to_string();
    assert!(!tables_with(&world, &letters).contains(&"kept_answers".to_owned()));
}
