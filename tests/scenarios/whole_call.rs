//! Everything that is wrong with a call comes in one answer, wherever it stands: in the path, the query, the key and the body.
//! Read from the contract, so that a new operation is tried by itself.

use std::collections::BTreeSet;

use naast_api::contract::{CONTRACT, NEEDS, NEVER_HELD_UP};
use naast_domain::ids::PersonId;
use naast_tests::app::{Reply, TestApp};
use naast_tests::world::World;
use naast_tests::{Engine, on_both, random_id};
use serde_json::{Value, json};

use crate::authorisation::table::{Operation, operations};

on_both!(
    whatever_is_wrong_with_a_call_comes_in_one_answer,
    a_cursor_of_another_question_comes_with_the_rest,
    a_filter_without_the_one_that_it_needs_comes_with_the_rest,
    a_wrong_key_comes_with_what_the_body_names_in_vain,
    who_may_not_call_learns_nothing_of_her_call,
    the_owner_of_a_token_who_is_gone_learns_nothing_of_her_call,
    whoever_is_gone_hears_so_wherever_her_call_is_wrong,
);

/// No UUID, no code of the directory and no code of a list; a control character stands in no text.
const NOTHING: &str = "%01";

/// Where the faults of an answer stand.
fn places(reply: &Reply) -> BTreeSet<String> {
    let errors = reply.body["errors"].as_array().into_iter().flatten();
    let place = |one: &Value| {
        let named = ["parameter", "header", "pointer"].into_iter();
        named.filter_map(|kind| Some(format!("{kind} {}", one[kind].as_str()?))).collect::<String>()
    };
    errors.map(place).collect()
}

/// The operations that look at how they are called, with their contract.
fn careful() -> impl Iterator<Item = (Operation, &'static Value)> {
    operations().into_iter().filter(|one| !NEVER_HELD_UP.contains(&one.id.as_str())).map(|one| {
        let contract = &CONTRACT.document["paths"][&one.template][one.method.to_lowercase()];
        (one, contract)
    })
}

fn names(operation: &Value, place: &str) -> Vec<String> {
    let named = operation["parameters"].as_array().into_iter().flatten().filter(|one| one["in"] == place);
    named.filter_map(|one| one["name"].as_str().map(str::to_owned)).collect()
}

fn takes_json(operation: &Value) -> bool {
    let kinds = operation["requestBody"]["content"].as_object();
    kinds.is_some_and(|kinds| kinds.keys().any(|kind| kind.ends_with("json")))
}

/// Calls an operation with everything wrong, and says what must be told.
fn spoil(
    app: &TestApp,
    caller: Option<PersonId>,
    operation: &Operation,
    contract: &Value,
) -> (Reply, BTreeSet<String>) {
    let mut expected = BTreeSet::from(["parameter nobodyKnowsThis".to_owned()]);
    let mut path = operation.template.clone();
    for name in names(contract, "path") {
        path = path.replace(&format!("{{{name}}}"), NOTHING);
        expected.insert(format!("parameter {name}"));
    }
    let query = names(contract, "query").into_iter().map(|name| {
        expected.insert(format!("parameter {name}"));
        format!("&{name}={NOTHING}")
    });
    let line = format!("/v1{path}?nobodyKnowsThis=1{}", query.collect::<String>());
    let authorization = caller.map(|person| format!("Bearer {}", app.token(person)));
    let mut headers = vec![("accept", "application/json"), ("if-match", "abc")];
    if names(contract, "header").iter().any(|name| name == "If-Match") {
        expected.insert("header If-Match".to_owned());
    }
    headers.extend(authorization.as_deref().map(|value| ("authorization", value)));
    let parameters = contract["parameters"].as_array().into_iter().flatten();
    if parameters.into_iter().any(|one| one["$ref"] == "#/components/parameters/IdempotencyKey") {
        headers.push(("idempotency-key", "no key"));
        expected.insert("header Idempotency-Key".to_owned());
    }
    let body = if takes_json(contract) {
        headers.push(("content-type", "application/json"));
        expected.insert("pointer /nobodyKnowsThis".to_owned());
        br#"{"nobodyKnowsThis":1}"#.to_vec()
    } else {
        Vec::new()
    };
    (app.send(&operation.method, &line, &headers, body), expected)
}

fn whatever_is_wrong_with_a_call_comes_in_one_answer(engine: Engine) {
    let world = World::new(engine);
    let (mut wrong, mut tried, mut four) = (Vec::new(), 0, 0);
    for (operation, contract) in careful() {
        let (reply, expected) = spoil(&world.app, Some(world.administrator), &operation, contract);
        let told = places(&reply);
        if reply.status != 400 || reply.body["code"] != "invalid-input" || !told.is_superset(&expected) {
            wrong.push(format!("{}: {} {told:?}, not {expected:?}", operation.id, reply.status));
        }
        tried += 1;
        four += usize::from(expected.len() >= 4);
    }
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(tried > 100 && four > 10, "{tried} tried, {four} of them with a fault in each place");
}

/// Calls an operation with a query, and whatever its path asks for.
fn ask(world: &World, operation: &Operation, query: &str) -> Reply {
    let mut path = operation.template.clone();
    while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
        path.replace_range(from..=to, &random_id().to_string());
    }
    let authorization = format!("Bearer {}", world.app.token(world.administrator));
    let headers = [("accept", "application/json"), ("authorization", authorization.as_str())];
    world.app.send(&operation.method, &format!("/v1{path}?{query}"), &headers, Vec::new())
}

/// The values with which the required filters of a collection are sound.
fn sound_filters(contract: &Value) -> Vec<String> {
    let parameters = contract["parameters"].as_array().into_iter().flatten();
    let required = parameters.filter(|one| one["in"] == "query" && one["required"] == true);
    let sound = |one: &Value| {
        let name = one["name"].as_str().expect("a name");
        let value = if name.ends_with("Id") { random_id().to_string() } else { "99ZZ99".to_owned() };
        format!("{name}={value}")
    };
    required.map(sound).collect()
}

/// A cursor that is written as ours are, and of no question.
const OF_NO_QUESTION: &str = "YWJjZGVmZ2guMDFBQTAx";

fn a_cursor_of_another_question_comes_with_the_rest(engine: Engine) {
    let world = World::new(engine);
    let mut collections = 0;
    for (operation, contract) in careful() {
        let query = names(contract, "query");
        let Some(cursor) = ["cursor", "after"].into_iter().find(|name| query.iter().any(|one| one == name))
        else {
            continue;
        };
        collections += 1;
        let sound = sound_filters(contract).join("&");
        let told = |query: &str| places(&ask(&world, &operation, query).expect(400));
        let place = format!("parameter {cursor}");
        let rest = ["parameter nobodyKnowsThis", "parameter pageSize"].map(str::to_owned);
        let all: BTreeSet<String> = rest.into_iter().chain([place.clone()]).collect();
        let foreign = format!("{sound}&nobodyKnowsThis=1&pageSize=0&{cursor}={OF_NO_QUESTION}");
        assert_eq!(told(&foreign), all, "{}: of another question", operation.id);
        let alone = told(&format!("{sound}&{cursor}={OF_NO_QUESTION}"));
        assert_eq!(alone, BTreeSet::from([place.clone()]), "{}: alone", operation.id);
        // what nobody could ask has no cursor: only the form of one is told
        let Some(filter) = query.iter().find(|name| ![cursor, "pageSize"].contains(&name.as_str())) else {
            continue;
        };
        let wrong = format!("parameter {filter}");
        let no_cursor = told(&format!("{filter}={NOTHING}&{cursor}=zzzz"));
        assert!(no_cursor.contains(&wrong) && no_cursor.contains(&place), "{}: {no_cursor:?}", operation.id);
        let perhaps = told(&format!("{filter}={NOTHING}&{cursor}={OF_NO_QUESTION}"));
        assert!(perhaps.contains(&wrong) && !perhaps.contains(&place), "{}: {perhaps:?}", operation.id);
    }
    assert!(collections > 20, "{collections} collections");
}

fn a_filter_without_the_one_that_it_needs_comes_with_the_rest(engine: Engine) {
    let world = World::new(engine);
    let mut tried = 0;
    for (operation, contract) in careful() {
        let parameters = contract["parameters"].as_array().into_iter().flatten();
        for one in parameters.into_iter().filter(|one| one.get(NEEDS).is_some()) {
            let (name, value) = (one["name"].as_str().expect("a name"), one["schema"]["enum"][0].as_str());
            let value = value.unwrap_or("99ZZ99");
            let reply =
                ask(&world, &operation, &format!("{name}={value}&pageSize=0&nobodyKnowsThis=1")).expect(400);
            let all = [name, "pageSize", "nobodyKnowsThis"].map(|name| format!("parameter {name}"));
            assert_eq!(places(&reply), BTreeSet::from(all), "{}", operation.id);
            let needed = one[NEEDS].as_str().expect("a name");
            let with = format!("{name}={value}&{needed}={}", random_id());
            assert_ne!(ask(&world, &operation, &with).status, 400, "{}", operation.id);
            tried += 1;
        }
    }
    assert!(tried > 0, "no parameter needs another one");
    let search = world.app.get(world.administrator, "/schools?name=%25&place=%25&x=1").expect(400);
    let all = ["name", "place", "x"].map(|name| format!("parameter {name}"));
    assert_eq!(places(&search), BTreeSet::from(all));
}

fn a_wrong_key_comes_with_what_the_body_names_in_vain(engine: Engine) {
    let world = World::new(engine);
    let body = json!({ "displayName": "Nieuw", "organisationId": random_id(), "form": "nobody-knows" });
    let mut headers = vec![("content-type", "application/json"), ("idempotency-key", "no key")];
    let authorization = format!("Bearer {}", world.app.token(world.administrator));
    headers.push(("authorization", &authorization));
    let reply = world.app.send("POST", "/v1/programmes", &headers, body.to_string().into_bytes()).expect(400);
    let told = places(&reply);
    for place in ["header Idempotency-Key", "pointer /organisationId", "pointer /form"] {
        assert!(told.contains(place), "{place} is not in {told:?}");
    }
    let unknown = reply.body["errors"].as_array().expect("faults").iter().any(|one| one["code"] == "unknown");
    assert!(unknown, "what the body names in vain was not looked up: {}", reply.body);
}

fn who_may_not_call_learns_nothing_of_her_call(engine: Engine) {
    let app = TestApp::start(engine);
    let mut tried = 0;
    for (operation, contract) in careful() {
        if contract["security"].as_array().is_some_and(Vec::is_empty) {
            continue;
        }
        let (reply, _) = spoil(&app, None, &operation, contract);
        assert_eq!((reply.status, places(&reply).len()), (401, 0), "{}: {}", operation.id, reply.body);
        tried += 1;
    }
    assert!(tried > 90, "{tried} tried");
}

fn the_owner_of_a_token_who_is_gone_learns_nothing_of_her_call(engine: Engine) {
    let world = World::new(engine);
    let nobody = PersonId::from_uuid(random_id());
    for (operation, contract) in careful() {
        if contract["security"].as_array().is_some_and(Vec::is_empty) {
            continue;
        }
        let (reply, _) = spoil(&world.app, Some(nobody), &operation, contract);
        assert_eq!((reply.status, places(&reply).len()), (401, 0), "{}: {}", operation.id, reply.body);
    }
}

/// Headers and a body.
type Way = (&'static [(&'static str, &'static str)], &'static [u8]);

/// Ways to call of which one thing is wrong, and nothing that its path or its query could say: each is found somewhere else.
const WAYS: [Way; 7] = [
    (&[], b""),
    (&[("content-type", "application/json")], b"{}"),
    (&[("content-type", "application/json")], b"{"),
    (&[("content-type", "application/json")], &[b' '; 70_000]),
    (&[("content-type", "text/plain")], b"{}"),
    (&[("content-encoding", "gzip")], b"{}"),
    (&[("accept", "text/html")], b""),
];

/// Who calls is asked before anything is refused, wherever that is found: at the edge, by what reads a body, by a handler that
/// misses a filter. Without what the query must hold, and with it.
fn whoever_is_gone_hears_so_wherever_her_call_is_wrong(engine: Engine) {
    let world = World::new(engine);
    let nobody = format!("Bearer {}", world.app.token(PersonId::from_uuid(random_id())));
    let (mut heard, mut tried) = (Vec::new(), 0);
    for operation in operations() {
        let contract = &CONTRACT.document["paths"][&operation.template][operation.method.to_lowercase()];
        if contract["security"].as_array().is_some_and(Vec::is_empty) {
            continue;
        }
        let query = names(contract, "query").into_iter().map(|name| format!("{name}={}", random_id()));
        let path = format!("/v1{}", crate::sessions::filled(&operation.template));
        let whole = format!("{path}?{}", query.collect::<Vec<_>>().join("&"));
        for ((headers, body), path) in WAYS.iter().flat_map(|way| [(way, &path), (way, &whole)]) {
            let headers: Vec<_> =
                headers.iter().copied().chain([("authorization", nobody.as_str())]).collect();
            let reply = world.app.send(&operation.method, path, &headers, body.to_vec());
            if (reply.status, places(&reply).len()) != (401, 0) {
                heard.push(format!("{} {path} {headers:?}: {}", operation.id, reply.body["code"]));
            }
            tried += 1;
        }
    }
    assert!(heard.is_empty(), "{} of {tried}:\n{}", heard.len(), heard.join("\n"));
    assert!(tried > 1_000, "{tried} tried");
}
