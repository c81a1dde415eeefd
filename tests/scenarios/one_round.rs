//! Everything that is wrong with a body comes in one answer: what its schema finds, what it names that is not there, and what
//! its members say together. What a body names is read from the contract, so that a new operation is tried by itself.

use naast_api::contract::{CONTRACT, REFERENCES, REFERS_TO, Reference};
use naast_tests::app::Reply;
use naast_tests::{Engine, on_both, random_id};
use serde_json::{Value, json};

use crate::authorisation::calls::{body, call_with, state_for};
use crate::authorisation::cast::NAMES;
use crate::authorisation::stage::Stage;
use crate::authorisation::table::{Cell, Column, Operation, Table, operations};
use crate::looks::{contents, differing, seen};

on_both!(
    what_is_not_there_is_named_beside_what_the_schema_finds,
    what_is_not_hers_to_see_is_answered_as_what_is_not_there,
    what_members_say_together_is_named_beside_what_the_schema_finds,
);

/// A member that no body has.
const STRAY: &str = "nobodyKnowsThis";

/// What the body of an operation names.
fn names(operation: &Operation) -> Vec<(String, Reference)> {
    let method = operation.method.to_lowercase();
    let forms = &CONTRACT.document["paths"][&operation.template][method]["requestBody"]["content"];
    let form = forms.as_object().and_then(|forms| forms.values().next());
    let schema = form.and_then(|form| form["schema"]["$ref"].as_str()).unwrap_or_default();
    CONTRACT.names_of(schema.rsplit('/').next().unwrap_or_default()).to_vec()
}

/// A value that looks right and names nothing.
fn nothing(reference: &Reference) -> Value {
    match reference.code {
        "school" | "own-school" | "school-of-tie" => json!("98ZZ99"),
        "municipality" => json!("0000"),
        "board" | "board-of-tie" => json!("99999"),
        "partnership" | "partnership-of-school" => json!("PO9999"),
        _ => json!(random_id()),
    }
}

/// Puts a value at a place that a pattern stands for, and makes the rest go with it. Gives the place.
fn put(body: &mut Value, pattern: &str, value: Value) -> String {
    let pointer = pattern.replace("/*", "/0");
    // what a tie is about is named by the members of its kind
    let kinds = [
        ("requestId", "request"),
        ("personId", "parent"),
        ("partnershipCode", "partnership"),
        ("locationCode", "school"),
        ("boardNumber", "board"),
        ("municipalityCode", "municipality"),
    ];
    let about = pointer.strip_prefix("/about/").and_then(|member| kinds.iter().find(|one| one.0 == member));
    if let Some((_, kind)) = about {
        body["about"] = json!({ "kind": kind });
    }
    // what an organisation is in the directory goes with its kind
    let identified =
        [("/locationCode", "school"), ("/boardNumber", "board"), ("/partnershipCode", "partnership")];
    if let Some((_, kind)) =
        identified.iter().find(|one| one.0 == pointer).filter(|_| body["kind"] == "provider")
    {
        body["kind"] = json!(kind);
    }
    if body["role"] == "auditor" && pointer == "/programmeId" {
        body["role"] = json!("coordinator");
    }
    let mut at = body;
    let steps: Vec<&str> = pattern.split('/').skip(1).collect();
    for (place, step) in steps.iter().enumerate() {
        if *step == "*" {
            *at = json!([value]);
            return pointer;
        }
        at = &mut at[*step];
        if place + 1 == steps.len() {
            *at = value;
            return pointer;
        }
    }
    panic!("{pattern} has no step")
}

/// A caller who may do this on the case at hand.
pub fn who_may(table: &Table, operation: &Operation) -> &'static str {
    let may = |caller: &&&str| table.cell(&operation.id, caller, Column::Own).is_some_and(Cell::is_kind);
    // of a programme that is not there only whoever reaches every programme is told so
    let widest = ["administrator"].iter().chain(NAMES);
    widest.into_iter().find(may).unwrap_or_else(|| panic!("nobody may {}", operation.id))
}

fn faults(reply: &Reply) -> Vec<(String, String)> {
    let errors = reply.body["errors"].as_array().into_iter().flatten();
    let text = |one: &Value, name: &str| one[name].as_str().unwrap_or_default().to_owned();
    errors.map(|one| (text(one, "pointer"), text(one, "code"))).collect()
}

fn has(reply: &Reply, pointer: &str, code: &str) -> bool {
    faults(reply).iter().any(|fault| (fault.0.as_str(), fault.1.as_str()) == (pointer, code))
}

fn what_is_not_there_is_named_beside_what_the_schema_finds(engine: Engine) {
    let (table, stage) = (Table::read().expect("the table"), Stage::new(engine));
    let before = contents(&stage.world);
    let (mut tried, mut wrong) = (Vec::new(), Vec::new());
    for operation in operations() {
        let (on, caller) = (stage.standing(Column::Own, state_for(&operation.id)), &operation);
        for (pattern, reference) in names(&operation) {
            let caller = who_may(&table, caller);
            let mut sent = body(&operation, &on, &stage).expect("a body");
            sent[STRAY] = json!(1);
            let pointer = put(&mut sent, &pattern, nothing(&reference));
            let reply = call_with(&stage, &operation, caller, &on, Some(sent.clone()));
            let told = if reference.decides {
                // somebody else's and nobody's are one
                reply.status == 403 && faults(&reply).is_empty()
            } else {
                reply.status == 400
                    && has(&reply, &pointer, "unknown")
                    && has(&reply, &format!("/{STRAY}"), "unknown-member")
            };
            if !told {
                wrong.push(format!("{} {pointer}: {} {}", operation.id, reply.status, reply.body));
            }
            // whoever may not do it learns nothing of what she sent
            for other in NAMES {
                let Some(Cell::Status(status @ (401 | 403 | 404))) =
                    table.cell(&operation.id, other, Column::Own)
                else {
                    continue;
                };
                let reply = call_with(&stage, &operation, other, &on, Some(sent.clone()));
                if reply.status != status || !faults(&reply).is_empty() {
                    wrong.push(format!("{} by {other}: {} {}", operation.id, reply.status, reply.body));
                }
            }
            tried.push(reference.code);
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), tried.len(), wrong.join("\n"));
    for one in REFERENCES {
        assert!(tried.contains(&one.code), "no operation names a {}", one.code);
    }
    assert!(differing(&before, &contents(&stage.world)).is_empty(), "a refused call changed something");
}

fn what_is_not_hers_to_see_is_answered_as_what_is_not_there(engine: Engine) {
    let (table, stage) = (Table::read().expect("the table"), Stage::new(engine));
    let (mut tried, mut wrong) = (0, Vec::new());
    for operation in operations() {
        let need = state_for(&operation.id);
        let (on, other) = (stage.standing(Column::Own, need), stage.standing(Column::Foreign, need));
        for (pattern, reference) in names(&operation) {
            let hers = match reference.code {
                "own-programme" => json!(other.programme),
                "own-school" => json!(other.school),
                "colleague" => json!(stage.world.other_leader),
                "buddy-of-programme" => json!(other.buddy),
                "request-of-programme" => json!(other.request),
                "parent-of-programme" => json!(stage.cast.foreign_parent),
                "message-of-match" => json!(other.message),
                // everybody who is signed in may look these up, and whoever registers a membership any person
                _ => continue,
            };
            let ask = |value: Value, is_sound: bool| {
                let mut sent = body(&operation, &on, &stage).expect("a body");
                if !is_sound {
                    sent[STRAY] = json!(1);
                }
                put(&mut sent, &pattern, value);
                seen(&call_with(&stage, &operation, who_may(&table, &operation), &on, Some(sent)))
            };
            for is_sound in [true, false] {
                let (there, nowhere) = (ask(hers.clone(), is_sound), ask(nothing(&reference), is_sound));
                if there != nowhere || there.starts_with('2') {
                    wrong.push(format!("{} {pattern}:\n{there}\n{nowhere}", operation.id));
                }
                tried += 1;
            }
        }
    }
    assert!(wrong.is_empty() && tried >= 16, "{tried} tried, wrong:\n{}", wrong.join("\n"));
}

/// What goes wrong between members, or with the day: the operation, what is put into a body that fits, and where the fault is.
fn together(today: naast_domain::Date) -> Vec<(&'static str, Value, &'static str, &'static str)> {
    let (yesterday, tomorrow) = (today.pred_opt().expect("a day"), today.succ_opt().expect("a day"));
    let contact = |kind: &str, value: &str| json!({ "name": "Ouder", "kind": kind, "value": value });
    vec![
        (
            "submitSupportRequest",
            json!({ "contact": contact("email", "0612345678") }),
            "/contact/value",
            "pattern",
        ),
        (
            "submitSupportRequest",
            json!({ "contact": contact("phone", "a@example.org") }),
            "/contact/value",
            "pattern",
        ),
        ("recordCertificate", json!({ "kind": "vog" }), "/profile", "required"),
        ("recordCertificate", json!({ "kind": "training", "profile": "45" }), "/profile", "not-of-this-kind"),
        (
            "recordCertificate",
            json!({ "kind": "vog", "profile": "45", "validUntilDate": "2999-01-01" }),
            "/validUntilDate",
            "too-late",
        ),
        ("recordCertificate", json!({ "issuedDate": tomorrow }), "/issuedDate", "too-late"),
        ("recordCertificate", json!({ "validUntilDate": yesterday }), "/validUntilDate", "too-early"),
        ("createMembership", json!({ "untilDate": yesterday }), "/untilDate", "too-early"),
        ("createMembership", json!({ "role": "coordinator" }), "/programmeId", "required"),
        ("createMembership", json!({ "role": "school-leader" }), "/role", "role-not-here"),
        ("coverSchool", json!({ "untilDate": yesterday }), "/untilDate", "too-early"),
        ("recordSchoolPartnership", json!({ "sinceDate": tomorrow }), "/sinceDate", "too-late"),
        ("recordSchoolPartnership", json!({ "sinceDate": "1900-01-01" }), "/sinceDate", "too-early"),
        (
            "recordSchoolPartnership",
            json!({ "partnershipCode": "VO2501" }),
            "/partnershipCode",
            "other-sector",
        ),
        ("declareTie", json!({ "kind": "own-child-at-school" }), "/about/kind", "not-of-this-tie"),
        ("declareTie", json!({ "aggravated": true }), "/aggravated", "not-asked"),
        ("declareTie", json!({ "sinceDate": today, "untilDate": yesterday }), "/untilDate", "too-early"),
        ("declareTie", json!({ "about": { "kind": "municipality" } }), "/about/municipalityCode", "required"),
        (
            "declareTie",
            json!({ "about": { "kind": "municipality", "municipalityCode": "0000" } }),
            "/about/municipalityCode",
            "unknown",
        ),
        (
            "declareTie",
            json!({ "about": { "kind": "municipality", "municipalityCode": "9901", "notInDirectory": true } }),
            "/about/notInDirectory",
            "not-of-this-kind",
        ),
        ("submitSupportRequest", json!({ "municipalityCode": "0000" }), "/municipalityCode", "unknown"),
        (
            "registerBuddy",
            json!({ "municipalityCodes": ["9901", "0000"] }),
            "/municipalityCodes/1",
            "unknown",
        ),
        ("updateBuddy", json!({ "municipalityCodes": ["0000", "9902"] }), "/municipalityCodes/0", "unknown"),
        ("giveConsent", json!({ "kind": "pool" }), "/poolOrganisationId", "required"),
        ("giveConsent", json!({ "kind": "child-health-data" }), "/childAge", "required"),
        ("createWebhookSubscription", json!({ "url": "http://127.0.0.1/x" }), "/url", "not-a-target"),
        ("recordContact", json!({ "date": tomorrow }), "/date", "too-late"),
        ("recordContact", json!({ "date": "2001-01-01" }), "/date", "too-early"),
        ("createOrganisation", json!({ "kind": "school" }), "/locationCode", "required"),
        ("createOrganisation", json!({ "kind": "board" }), "/boardNumber", "required"),
        ("createOrganisation", json!({ "kind": "partnership" }), "/partnershipCode", "required"),
        (
            "createOrganisation",
            json!({ "kind": "provider", "boardNumber": "99901" }),
            "/boardNumber",
            "not-of-this-kind",
        ),
        (
            "answerTies",
            json!({ "answers": [{ "finding": "28", "answer": "accepted" }] }),
            "/answers/0/finding",
            "unknown",
        ),
        ("registerPerson", json!({ "email": "nobody@home" }), "/email", "format"),
        ("requestSignInCode", json!({ "email": "nobody@home" }), "/email", "format"),
    ]
}

fn what_members_say_together_is_named_beside_what_the_schema_finds(engine: Engine) {
    let (table, stage) = (Table::read().expect("the table"), Stage::new(engine));
    let mut wrong = Vec::new();
    for (id, patch, pointer, code) in together(stage.world.app.platform.clock.today()) {
        let operation = operations().into_iter().find(|one| one.id == id).expect("an operation");
        let on = stage.standing(Column::Own, state_for(id));
        for is_alone in [true, false] {
            let mut sent = body(&operation, &on, &stage).expect("a body");
            for (member, value) in patch.as_object().expect("members") {
                sent[member] = value.clone();
            }
            if !is_alone {
                sent[STRAY] = json!(1);
            }
            let reply = call_with(&stage, &operation, who_may(&table, &operation), &on, Some(sent));
            let is_named = has(&reply, pointer, code);
            let stray = has(&reply, &format!("/{STRAY}"), "unknown-member");
            if reply.status != 400 || !is_named || stray == is_alone {
                wrong.push(format!("{id} {pointer} {code}: {} {}", reply.status, reply.body));
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_contract_says_of_each_member_that_is_an_id_what_it_names() {
    let schemas = CONTRACT.document["components"]["schemas"].as_object().expect("schemas");
    let mut found = 0;
    for (name, schema) in schemas.iter().filter(|(name, _)| name.ends_with("Body")) {
        for (member, schema) in schema["properties"].as_object().into_iter().flatten() {
            let text = schema.to_string();
            let is_id =
                ["Id\"", "/LocationCode\"", "/BoardNumber\"", "/PartnershipCode\"", "/MunicipalityCode\""];
            // OAuth answers in its own way (RFC 6749, 5.2); a school's own reference names nothing here
            if !is_id.iter().any(|end| text.contains(end)) && !text.contains("\"uuid\"")
                || name == "TokenBody"
                || member == "parentReference"
            {
                continue;
            }
            found += 1;
            let place = format!("{name}/{member}");
            let marked = REFERENCES.iter().any(|one| schema[REFERS_TO] == one.code);
            assert!(marked, "{place} says what it names");
        }
    }
    assert!(found >= 20, "{found} found");
}
