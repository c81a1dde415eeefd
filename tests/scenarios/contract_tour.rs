//! Every operation of the contract answers as the contract says: a walk through all of them, in which each answer, kind
//! or unkind, is checked against its schema and its headers.

use std::collections::BTreeSet;

use jsonschema::Validator;
use naast_api::contract::CONTRACT;
use naast_api::problem::CATALOGUE;
use naast_domain::ids::PersonId;
use naast_tests::app::Reply;
use naast_tests::world::{SCHOOL, World};
use naast_tests::{Engine, on_both, random_id};
use serde_json::{Value, json};

on_both!(every_operation_answers_as_the_contract_says);

/// Checks answers against the contract, and remembers which operations and codes were seen.
#[derive(Default)]
pub struct Checker {
    done: BTreeSet<String>,
    codes: BTreeSet<String>,
}

fn schema(name: &str) -> Validator {
    let schema = json!({ "$ref": name, "components": CONTRACT.document["components"] });
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(&schema)
        .expect("the schema compiles")
}

/// The operation of a call, by the template that has the fewest placeholders.
fn operation(method: &str, path: &str) -> &'static Value {
    let segments: Vec<&str> = path.split('?').next().unwrap_or_default().split('/').collect();
    let paths = CONTRACT.document["paths"].as_object().expect("paths");
    paths
        .iter()
        .filter(|(template, _)| {
            let template: Vec<&str> = template.split('/').collect();
            template.len() == segments.len()
                && template.iter().zip(&segments).all(|(one, other)| one == other || one.starts_with('{'))
        })
        .min_by_key(|(template, _)| template.matches('{').count())
        .map_or_else(|| panic!("no {path}"), |(_, item)| &item[method.to_lowercase()])
}

impl Checker {
    /// Checks one answer.
    pub fn check(&mut self, method: &str, path: &str, reply: Reply) -> Reply {
        let operation = operation(method, path);
        let name = operation["operationId"].as_str().unwrap_or_else(|| panic!("no {method} {path}"));
        let told = format!("{name}: {} {}", reply.status, reply.body);
        let response = &operation["responses"][reply.status.to_string()];
        let content =
            response["content"].as_object().unwrap_or_else(|| panic!("not in the contract: {told}"));
        let (kind, media) = content.iter().next().expect("an answer has a form");
        assert_eq!(
            reply.header("content-type").map(|of| of.split(';').next().unwrap_or(of)),
            Some(kind.as_str()),
            "{told}"
        );
        let faults: Vec<String> =
            schema(media["schema"]["$ref"].as_str().unwrap_or_else(|| panic!("{told}")))
                .iter_errors(&reply.body)
                .map(|fault| format!("{} at {}", fault, fault.instance_path()))
                .collect();
        assert_eq!(faults, [""; 0], "{told}");
        for (header, value) in [
            ("api-version", "1.0.0"),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(reply.header(header), Some(value), "{told}");
        }
        assert!(reply.header("x-request-id").is_some_and(|id| uuid::Uuid::try_parse(id).is_ok()), "{told}");
        assert!(reply.header("strict-transport-security").is_some(), "{told}");
        assert!(
            reply.header("content-security-policy").is_some_and(|of| of.contains("default-src 'none'")),
            "{told}"
        );
        if reply.status >= 400 {
            let code = reply.text("code");
            let kind = CATALOGUE.iter().find(|kind| kind.code == code).unwrap_or_else(|| panic!("{told}"));
            assert_eq!(kind.status, reply.status, "{told}");
            assert_ne!(code, "internal", "{told}");
            assert_eq!(
                reply.header("x-request-id").map(|id| format!("urn:uuid:{id}")),
                reply.body["instance"].as_str().map(str::to_owned)
            );
            self.codes.insert(code);
        } else {
            self.done.insert(name.to_owned());
        }
        reply
    }

    fn call(
        &mut self,
        world: &World,
        who: PersonId,
        line: &str,
        body: Option<&Value>,
        of: Option<&str>,
    ) -> Reply {
        let (method, path) = line.split_once(' ').expect("a method and a path");
        let etag = of.map(|of| match of {
            etag if etag.starts_with('"') => etag.to_owned(),
            of => world.app.get(who, of).expect(200).etag(),
        });
        let reply = world.app.call(Some(who), method, path, body, etag.as_deref());
        self.check(method, path, reply)
    }
}

fn every_operation_answers_as_the_contract_says(engine: Engine) {
    let world = World::new(engine);
    let mut see = Checker::default();
    platform(&world, &mut see);
    case(&world, &mut see);
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

/// Directory, organisations, programmes.
fn platform(world: &World, see: &mut Checker) {
    let administrator = world.administrator;
    let programme = format!("/programmes/{}", world.programmes[0]);
    let members = format!("/organisations/{}/memberships", world.association);
    for path in [
        "/me",
        "/me/memberships",
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
    let change =
        json!({ "form": "support-point", "funders": [], "sinceDate": "2999-01-01", "reason": "Later." });
    let path = format!("/programmes/{id}");
    see.call(world, administrator, &format!("POST {path}/form-changes"), Some(&change), Some(&path))
        .expect(201);
    let since = json!({ "sinceDate": "2026-01-01" });
    see.call(world, administrator, &format!("PUT {path}/schools/{SCHOOL}"), Some(&since), None).expect(200);
    see.call(world, world.leader, "GET /directory-imports", None, None).expect(403);
    see.call(world, administrator, "POST /people", Some(&json!({ "naam": 1 })), None).expect(400);
    see.call(world, administrator, &format!("GET /programmes/{}", random_id()), None, None).expect(404);
    see.call(world, administrator, &format!("POST {path}/form-changes"), Some(&change), None).expect(428);
    see.call(world, administrator, &format!("POST {path}/form-changes"), Some(&change), Some("\"v99\""))
        .expect(412);
}

/// A case, from the first question to the end.
fn case(world: &World, see: &mut Checker) {
    let (leader, coordinator, parent) = (world.leader, world.coordinators[0], world.person());
    let today = world.app.platform.clock.today();
    let open = json!({ "locationCode": SCHOOL, "parentReference": random_id(), "ground": "regular-talk" });
    let id = see.call(world, leader, "POST /conversations", Some(&open), None).expect(201).id();
    see.call(world, leader, "POST /conversations", Some(&open), None).expect(409);
    let path = format!("/conversations/{id}");
    let ask = json!({ "step": "ask-first-question", "wordingVersion": "2026-1", "language": "nl" });
    see.call(world, leader, &format!("POST {path}/answers"), Some(&ask), Some(&path)).expect(201);
    see.call(world, leader, &format!("POST {path}/answers"), Some(&ask), Some(&path)).expect(409);
    for path in [&path, &format!("{path}/answers"), &format!("/conversations?locationCode={SCHOOL}")] {
        see.call(world, leader, &format!("GET {path}"), None, None).expect(200);
    }
    let code = world.explained(&world.conversation());
    let look = json!({ "code": code });
    see.call(world, parent, "POST /parent-conversations/_search", Some(&look), None).expect(200);
    let think = json!({ "code": code, "step": "take-time" });
    see.call(world, parent, "POST /parent-answers", Some(&think), None).expect(200);
    see.call(world, parent, "POST /parent-answers", Some(&think), None).expect(409);
    see.call(world, parent, "POST /support-requests", Some(&world.request_body(0)), None).expect(201);
    let words = json!({ "textVersion": "2026-1", "language": "nl" });
    let referral = json!({ "code": code, "request": world.request_body(0), "consent": words });
    let request = see.call(world, parent, "POST /referrals", Some(&referral), None).expect(201).id();
    let path = format!("/support-requests/{request}");
    see.call(world, coordinator, &format!("GET {path}/candidates"), None, None).expect(409);
    let consent = json!({ "kind": "request", "text": words });
    see.call(world, parent, &format!("POST {path}/consents"), Some(&consent), None).expect(201);
    see.call(world, parent, &format!("POST {path}/consents"), Some(&consent), None).expect(409);

    let person = world.person();
    let buddy = json!({
        "programmeId": world.programmes[0], "personId": person, "firstName": "Test", "languages": ["nl"],
        "specialisms": [], "channels": ["online"], "municipalityCodes": [], "capacity": 2
    });
    let buddy = see.call(world, coordinator, "POST /buddies", Some(&buddy), None).expect(201).id();
    let (own, them) = (format!("/buddies/{buddy}"), json!({ "buddyId": buddy }));
    see.call(world, coordinator, &format!("POST {path}/proposals"), Some(&them), None).expect(409);
    for kind in ["vog", "training", "agreement", "code-of-conduct"] {
        let body = json!({ "kind": kind, "profile": "45", "issuedDate": today });
        see.call(world, coordinator, &format!("POST {own}/certificates"), Some(&body), None).expect(201);
    }
    let tie = json!({ "kind": "own-child-at-school", "about": { "kind": "school", "locationCode": SCHOOL } });
    let tie = see.call(world, person, &format!("POST {own}/ties"), Some(&tie), None).expect(201);
    see.call(world, person, &format!("POST {own}/tie-declarations"), None, None).expect(200);
    see.call(world, coordinator, &format!("PATCH {own}"), Some(&json!({ "status": "active" })), Some(&own))
        .expect(200);
    let proposal =
        see.call(world, coordinator, &format!("POST {path}/proposals"), Some(&them), None).expect(201).id();
    let put = format!("/proposals/{proposal}");
    let yes = json!({ "answer": "accepted" });
    see.call(world, parent, &format!("POST {put}/acceptances"), Some(&yes), Some(&put)).expect(409);
    world.answer_ties(parent, &proposal, "accepted");
    let finding = world.app.get(parent, &put).body["ties"][0]["finding"].clone();
    let answers = json!({ "answers": [{ "finding": finding, "answer": "accepted" }] });
    see.call(world, parent, &format!("POST {put}/tie-answers"), Some(&answers), None).expect(200);
    see.call(world, parent, &format!("POST {put}/acceptances"), Some(&yes), Some(&put)).expect(201);
    let matched =
        see.call(world, person, &format!("POST {put}/acceptances"), Some(&yes), Some(&put)).expect(201);
    let running = format!("/matches/{}", matched.text("matchId"));
    let met = json!({ "date": today, "channel": "online", "minutes": 30, "task": "listening" });
    see.call(world, person, &format!("POST {running}/contacts"), Some(&met), None).expect(201);
    for (who, paths) in [
        (
            parent,
            vec![
                path.clone(),
                format!("{path}/consents"),
                format!("{path}/proposals"),
                put.clone(),
                format!("{put}/tie-answers"),
                running.clone(),
                format!("{running}/contacts"),
                "/matches".to_owned(),
                "/support-requests".to_owned(),
            ],
        ),
        (
            coordinator,
            vec![
                format!("{path}/decisions"),
                own.clone(),
                format!("{own}/certificates"),
                format!("{own}/ties"),
                format!("{own}/readiness"),
                format!("/proposals?buddyId={buddy}"),
                format!("/buddies?programmeId={}", world.programmes[0]),
            ],
        ),
    ] {
        for path in paths {
            see.call(world, who, &format!("GET {path}"), None, None).expect(200);
        }
    }
    see.call(world, parent, &format!("POST {running}/pauses"), None, Some(&running)).expect(200);
    see.call(world, parent, &format!("POST {running}/resumptions"), None, Some(&running)).expect(200);
    let end = json!({ "untilDate": today });
    let place = format!("{own}/ties/{}", tie.id());
    see.call(world, person, &format!("PATCH {place}"), Some(&end), Some(&tie.etag())).expect(200);
    let reason = json!({ "reason": "other-buddy" });
    see.call(world, parent, &format!("POST {running}/closure"), Some(&reason), Some(&running)).expect(200);
    see.call(world, coordinator, &format!("GET {path}/candidates"), None, None).expect(200);
    see.call(world, parent, &format!("POST {path}/withdrawal"), None, None).expect(200);
    see.call(world, coordinator, &format!("GET {path}/candidates"), None, None).expect(409);
}
