//! Every operation of the contract answers as the contract says: a walk through all of them, in which each answer, kind
//! or unkind, is checked against its schema and its headers.

mod case;
mod rights;

use std::collections::BTreeSet;

use chrono::Days;
use naast_api::contract::CONTRACT;
use naast_tests::receiver::Receiver;
use naast_tests::world::{SCHOOL, World};
use naast_tests::{Engine, on_both, random_id};
use serde_json::json;

use self::case::{case, own_tie};
use self::rights::{consents, privacy};
use crate::checker::{Checker, shows_one};
use crate::signing_in::{ONE_TIME_CODE, code_in, letters};

on_both!(every_operation_answers_as_the_contract_says);

fn every_operation_answers_as_the_contract_says(engine: Engine) {
    let world = World::with_receivers(engine);
    let mut see = Checker::default();
    platform(&world, &mut see);
    identity(&world, &mut see);
    case(&world, &mut see);
    consents(&world, &mut see);
    webhooks(&world, &mut see);
    privacy(&world, &mut see);
    own_tie(&world, &mut see);
    let all: BTreeSet<String> = CONTRACT.document["paths"]
        .as_object()
        .expect("paths")
        .values()
        .flat_map(|item| item.as_object().expect("operations").values())
        .filter_map(|operation| operation["operationId"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(all.difference(&see.done).collect::<Vec<_>>(), [""; 0], "never answered kindly");
    assert!(see.codes.len() >= 8, "{:?}", see.codes);
}

/// What one thing is shown as has a tag, also where a new operation shows it: a walk through all of them asks for it, and the contract
/// promises it.
#[test]
fn the_contract_promises_a_tag_of_whatever_shows_one_thing() {
    let paths = CONTRACT.document["paths"].as_object().expect("paths");
    let reads = paths.values().filter_map(|item| item.get("get")).filter(|one| shows_one(one));
    let (mut without, mut found) = (Vec::new(), 0);
    for operation in reads {
        found += 1;
        if operation["responses"]["200"]["headers"].get("ETag").is_none()
            || operation["responses"].get("304").is_none()
        {
            without.push(operation["operationId"].as_str().unwrap_or_default());
        }
    }
    assert!(without.is_empty() && found > 25, "{found} found, without a tag: {without:?}");
}

/// Directory, organisations, programmes.
fn platform(world: &World, see: &mut Checker) {
    let administrator = world.administrator;
    let programme = format!("/programmes/{}", world.programmes[0]);
    let members = format!("/organisations/{}/memberships", world.association);
    for path in [
        "/me",
        "/me/memberships",
        "/coordination-needs",
        "/me/access-log",
        "/processing-activities",
        "/processing-activities/matching",
        "/schools?postcode=1000",
        "/boards",
        "/boards/99901",
        "/partnerships",
        "/partnerships/PO9901",
        "/directory-imports",
        "/organisations",
        "/programmes",
        "/problems",
        "/problems/step-not-permitted",
        "/consent-texts",
        "/tie-kinds",
        "/conversation-guide",
        &format!("/schools/{SCHOOL}"),
        &format!("/organisations/{}", world.association),
        &programme,
        &members,
        &format!("{programme}/form-changes"),
        &format!("{programme}/schools"),
        &format!("{programme}/position-statement"),
    ] {
        see.call(world, administrator, &format!("GET {path}"), None, None).expect(200);
    }
    let imports = world.app.get(administrator, "/directory-imports").body;
    let import = imports["data"][0]["id"].as_str().expect("an import");
    see.call(world, administrator, &format!("GET /directory-imports/{import}"), None, None).expect(200);
    let person =
        see.call(world, administrator, "POST /people", Some(&json!({ "name": "Iemand" })), None).expect(201);
    let role = json!({ "personId": person.id(), "role": "auditor" });
    let role = see.call(world, administrator, &format!("POST {members}"), Some(&role), None).expect(201);
    let path = format!("{members}/{}", role.id());
    see.call(world, administrator, &format!("GET {path}"), None, None).expect(200);
    see.call(
        world,
        administrator,
        &format!("PATCH {path}"),
        Some(&json!({ "status": "ended" })),
        Some(&path),
    )
    .expect(200);
    let provider = json!({ "kind": "provider", "name": "Aanbieder" });
    let provider =
        see.call(world, administrator, "POST /organisations", Some(&provider), None).expect(201).id();
    let new = json!({
        "organisationId": provider, "name": "Nieuw", "form": "independent", "funders": ["fund"], "reason": "Test."
    });
    let id = see.call(world, administrator, "POST /programmes", Some(&new), None).expect(201).id();
    let later = world.app.platform.clock.today() + Days::new(300);
    let change = json!({ "form": "support-point", "funders": [], "sinceDate": later, "reason": "Later." });
    let path = format!("/programmes/{id}");
    see.call(world, administrator, &format!("POST {path}/form-changes"), Some(&change), Some(&path))
        .expect(201);
    let since = json!({ "sinceDate": "2026-01-01" });
    let covers = format!("PUT {path}/schools/{SCHOOL}");
    see.call(world, administrator, &covers, Some(&since), None).expect(200);
    see.call(world, administrator, &covers, Some(&since), None).expect(428);
    see.call(world, administrator, &covers, Some(&since), Some("\"v1\"")).expect(200);
    let school = format!("/schools/{SCHOOL}");
    let said = json!({ "partnershipCode": "PO9901", "source": "partnership", "sinceDate": "2026-01-01" });
    see.call(world, administrator, &format!("PUT {school}/partnership"), Some(&said), Some(&school))
        .expect(200);
    see.call(world, world.leader, "GET /directory-imports", None, None).expect(403);
    see.call(world, administrator, "POST /people", Some(&json!({ "naam": 1 })), None).expect(400);
    see.call(world, administrator, &format!("GET /programmes/{}", random_id()), None, None).expect(404);
    see.call(world, administrator, &format!("POST {path}/form-changes"), Some(&change), None).expect(428);
    see.call(world, administrator, &format!("POST {path}/form-changes"), Some(&change), Some("\"v99\""))
        .expect(412);
}

/// Signing in, and out.
fn identity(world: &World, see: &mut Checker) {
    let email = json!({ "email": "ouder@example.org" });
    let asked = see.call(world, world.leader, "POST /sign-in-codes", Some(&email), None).expect(202);
    let nonsense = json!({ "email": "geen adres" });
    see.call(world, world.leader, "POST /sign-in-codes", Some(&nonsense), None).expect(400);
    let (id, code) = (asked.text("signInId"), code_in(&letters(&world.app)[0]));
    let fields = [("grant_type", ONE_TIME_CODE), ("sign_in_id", id.as_str()), ("code", code.as_str())];
    let token = see.form(world, "/oauth/token", &fields).expect(200).text("refresh_token");
    see.form(world, "/oauth/token", &fields).expect(400);
    see.form(world, "/oauth/token", &[("grant_type", "client_credentials")]).expect(401);
    see.form(world, "/oauth/revoke", &[("token", &token)]).expect(200);
    see.form(world, "/oauth/revoke", &[]).expect(400);
}

/// The feed, and a subscription from its beginning to its end.
fn webhooks(world: &World, see: &mut Checker) {
    let (coordinator, receiver) = (world.coordinators[0], Receiver::answering(204));
    let feed = format!("GET /events?programmeId={}", world.programmes[0]);
    see.call(world, coordinator, &feed, None, None).expect(200);
    see.call(world, world.administrator, "GET /events", None, None).expect(200);
    let body = json!({ "url": receiver.url(), "programmeId": world.programmes[0] });
    let made = see.call(world, coordinator, "POST /webhook-subscriptions", Some(&body), None).expect(201);
    let id = made.body["subscription"]["id"].as_str().expect("an id");
    let path = format!("/webhook-subscriptions/{id}");
    see.call(world, coordinator, &format!("GET {path}"), None, None).expect(200);
    see.call(world, coordinator, "GET /webhook-subscriptions", None, None).expect(200);
    see.call(world, coordinator, &format!("POST {path}/secret-rotations"), None, Some(&path)).expect(201);
    world.app.drain();
    let sent = format!("GET /webhook-deliveries?subscriptionId={id}");
    let sent = see.call(world, coordinator, &sent, None, None).expect(200);
    let delivery = format!("/webhook-deliveries/{}", sent.body["data"][0]["id"].as_str().expect("an id"));
    see.call(world, coordinator, &format!("GET {delivery}"), None, None).expect(200);
    see.call(world, coordinator, &format!("POST {delivery}/replays"), None, None).expect(201);
    see.call(world, coordinator, &format!("POST {delivery}/replays"), None, None).expect(409);
    see.call(world, coordinator, &format!("POST {path}/disablements"), None, Some(&path)).expect(200);
    see.call(world, coordinator, &format!("POST {path}/enablements"), None, Some(&path)).expect(200);
    let missing = format!("GET /webhook-deliveries?subscriptionId={}", random_id());
    see.call(world, coordinator, &missing, None, None).expect(404);
}
