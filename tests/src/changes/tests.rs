//! One small contract, one edit at a time, and what each edit is.

use naast_domain::Date;
use serde_json::{Value, json};

mod around;

use super::{Change, Weight, changes, judge};

fn contract() -> Value {
    json!({
        "info": { "version": "1.0.0" },
        "servers": [{ "url": "/v1", "description": "This server" }],
        "security": [{ "person": [] }],
        "paths": {
            "/requests": {
                "get": {
                    "operationId": "listRequests",
                    "security": [{ "person": [] }, { "client": ["requests:read"] }],
                    "parameters": [
                        { "name": "state", "in": "query", "required": false, "schema": { "$ref": "#/components/schemas/State" } },
                        { "name": "pageSize", "in": "query", "required": false, "schema": { "type": "integer", "minimum": 1, "maximum": 200 } }
                    ],
                    "responses": {
                        "200": {
                            "headers": { "Link": { "$ref": "#/components/headers/Link" } },
                            "content": { "application/json": { "schema": { "$ref": "#/components/schemas/RequestView" } } }
                        },
                        "404": { "$ref": "#/components/responses/NotThere" }
                    }
                },
                "post": {
                    "operationId": "submitRequest",
                    "requestBody": {
                        "required": false,
                        "content": { "application/json": { "schema": { "$ref": "#/components/schemas/RequestBody" } } }
                    },
                    "responses": { "201": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/RequestView" } } } } }
                }
            },
            "/open": { "get": { "operationId": "getOpen", "security": [], "responses": { "204": {} } } }
        },
        "webhooks": {
            "event": {
                "post": {
                    "parameters": [{ "name": "webhook-id", "in": "header", "required": true, "schema": { "type": "string" } }],
                    "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/EventView" } } } },
                    "responses": { "2XX": {}, "410": {} }
                }
            }
        },
        "components": {
            "headers": { "Link": { "schema": { "type": "string" } } },
            "responses": { "NotThere": { "content": { "application/problem+json": { "schema": { "type": "object" } } } } },
            "securitySchemes": {
                "client": { "type": "oauth2", "flows": { "clientCredentials": { "tokenUrl": "/v1/oauth/token", "scopes": { "requests:read": "", "old:scope": "" } } } }
            },
            "schemas": {
                "State": { "type": "string", "enum": ["open", "closed"] },
                "RequestBody": {
                    "type": "object", "additionalProperties": false, "required": ["name"],
                    "properties": {
                        "name": { "type": "string", "minLength": 1, "maxLength": 80 },
                        "nick": { "type": ["string", "null"] },
                        "state": { "$ref": "#/components/schemas/State" },
                        "amount": { "type": "integer" },
                        "topics": { "type": "array", "items": { "type": "string", "enum": ["a", "b"] } },
                        "contact": { "oneOf": [{ "$ref": "#/components/schemas/Mail" }, { "$ref": "#/components/schemas/Phone" }] },
                        "parent": { "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/RequestBody" }] }
                    }
                },
                "RequestView": {
                    "type": "object", "additionalProperties": false, "required": ["id", "state", "at"],
                    "properties": {
                        "id": { "type": "string", "format": "uuid" },
                        "state": { "$ref": "#/components/schemas/State" },
                        "at": { "type": "string", "format": "date-time", "maxLength": 30 },
                        "weight": { "type": "number" },
                        "mate": { "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/Mail" }] },
                        "kind": { "oneOf": [{ "$ref": "#/components/schemas/Mail" }, { "$ref": "#/components/schemas/Phone" }] },
                        "any": { "type": "string" },
                        "tags": { "type": "array", "items": { "type": "string" } },
                        "extra": { "type": "object", "additionalProperties": { "type": "string" } }
                    }
                },
                "EventView": { "type": "object", "required": ["type"], "properties": { "type": { "type": "string" } } },
                "Mail": { "type": "object", "properties": { "mail": { "type": "string" } } },
                "Phone": { "type": "object", "properties": { "phone": { "type": "string" } } }
            }
        }
    })
}

const LIST: &str = "/paths/~1requests/get";
const SUBMIT: &str = "/paths/~1requests/post";
const BODY: &str = "/components/schemas/RequestBody";
const VIEW: &str = "/components/schemas/RequestView";

/// The contract with one value put, or taken out when it is null.
fn with(place: &str, value: Value) -> Value {
    edit(contract(), place, value)
}

fn edit(mut contract: Value, place: &str, value: Value) -> Value {
    let (above, last) = place.rsplit_once('/').expect("a pointer");
    let last = last.replace("~1", "/");
    match contract.pointer_mut(above).unwrap_or_else(|| panic!("no {above}")) {
        Value::Object(members) if value.is_null() => {
            assert!(members.remove(&last).is_some(), "no {place}");
        }
        Value::Object(members) => {
            members.insert(last, value);
        }
        Value::Array(items) if value.is_null() => {
            items.remove(last.parse().expect("a place"));
        }
        Value::Array(items) if last == "-" => items.push(value),
        Value::Array(items) => items[last.parse::<usize>().expect("a place")] = value,
        _ => panic!("{above} holds nothing"),
    }
    contract
}

fn today() -> Date {
    "2028-06-01".parse().expect("a day")
}

fn heaviest(changed: &[Change]) -> Option<Weight> {
    changed.iter().map(|change| change.weight).max()
}

#[test]
fn what_breaks_a_client_is_breaking() {
    let b = |place: &str| format!("{BODY}/properties/{place}");
    let v = |place: &str| format!("{VIEW}/properties/{place}");
    for (place, value) in [
        // operations
        ("/paths/~1open".to_owned(), Value::Null),
        (SUBMIT.to_owned(), Value::Null),
        (format!("{LIST}/operationId"), json!("findRequests")),
        ("/webhooks/event".to_owned(), Value::Null),
        // who may
        (format!("{LIST}/security/1"), Value::Null),
        (format!("{LIST}/security/1/client"), json!(["requests:read", "requests:write"])),
        ("/paths/~1open/get/security".to_owned(), json!([{ "person": [] }])),
        ("/paths/~1open/get/security".to_owned(), Value::Null),
        (
            "/components/securitySchemes/client/flows/clientCredentials/scopes/old:scope".to_owned(),
            Value::Null,
        ),
        // parameters
        (format!("{LIST}/parameters/0"), Value::Null),
        (format!("{LIST}/parameters/0/required"), json!(true)),
        (format!("{LIST}/parameters/0/in"), json!("header")),
        (
            format!("{LIST}/parameters/-"),
            json!({ "name": "x", "in": "query", "required": true, "schema": {} }),
        ),
        (format!("{LIST}/parameters/1/schema/maximum"), json!(100)),
        (format!("{LIST}/parameters/1/schema/minimum"), json!(2)),
        // bodies
        (format!("{SUBMIT}/requestBody"), Value::Null),
        (format!("{SUBMIT}/requestBody/required"), json!(true)),
        (format!("{SUBMIT}/requestBody/content/application~1json"), Value::Null),
        ("/paths/~1open/get/requestBody".to_owned(), json!({ "required": true, "content": {} })),
        (format!("{BODY}/required/-"), json!("state")),
        (format!("{BODY}/required"), json!(["name", "new"])),
        (b("amount"), Value::Null),
        (b("name/type"), json!("integer")),
        (b("name/maxLength"), json!(40)),
        (b("name/minLength"), json!(2)),
        (b("amount/maximum"), json!(9)),
        (b("name/format"), json!("email")),
        (b("name/pattern"), json!("^a")),
        (b("nick/type"), json!("string")),
        (b("parent"), json!({ "$ref": BODY.replace("/components", "#/components") })),
        (b("topics/items/enum"), json!(["a"])),
        (b("topics/uniqueItems"), json!(true)),
        (b("topics/minItems"), json!(1)),
        (b("contact/oneOf/1"), Value::Null),
        (b("amount/multipleOf"), json!(5)),
        ("/components/schemas/State/enum".to_owned(), json!(["open"])),
        ("/components/schemas/Mail/additionalProperties".to_owned(), json!(false)),
        // answers
        (format!("{SUBMIT}/responses/201"), Value::Null),
        (format!("{LIST}/responses/404"), Value::Null),
        (format!("{LIST}/responses/202"), json!({})),
        (format!("{LIST}/responses/200/headers/Link"), Value::Null),
        (format!("{LIST}/responses/200/content/application~1json"), Value::Null),
        ("/components/headers/Link/schema/type".to_owned(), json!("integer")),
        (v("id"), Value::Null),
        (v("id/type"), json!("integer")),
        (v("id/type"), json!(["string", "null"])),
        (v("id/format"), Value::Null),
        (v("at/format"), json!("date")),
        (v("state"), json!({ "type": "string" })),
        (v("kind/oneOf/-"), json!({ "$ref": "#/components/schemas/State" })),
        (format!("{VIEW}/required"), json!(["id", "at"])),
        // what is sent to a subscriber
        ("/webhooks/event/post/parameters/0".to_owned(), Value::Null),
        ("/webhooks/event/post/responses/410".to_owned(), Value::Null),
        ("/components/schemas/EventView/properties/type".to_owned(), Value::Null),
    ] {
        let edited = with(&place, value.clone());
        let changed = changes(&contract(), &edited, today());
        assert_eq!(heaviest(&changed), Some(Weight::Breaking), "{place} = {value}: {changed:?}");
        assert!(judge(&contract(), &edited, false, today()).is_err(), "{place}");
    }
}

#[test]
fn what_a_client_can_live_with_is_an_addition() {
    let b = |place: &str| format!("{BODY}/properties/{place}");
    let v = |place: &str| format!("{VIEW}/properties/{place}");
    for (place, value) in [
        ("/paths/~1new".to_owned(), json!({ "get": { "operationId": "getNew", "responses": {} } })),
        ("/paths/~1open/delete".to_owned(), json!({ "operationId": "deleteOpen", "responses": {} })),
        ("/webhooks/other".to_owned(), json!({ "post": {} })),
        (format!("{LIST}/security/-"), json!({ "client": ["other:scope"] })),
        (format!("{LIST}/security"), json!([])),
        ("/components/securitySchemes/client/flows/clientCredentials/scopes/new:scope".to_owned(), json!("")),
        (
            format!("{LIST}/parameters/-"),
            json!({ "name": "x", "in": "query", "required": false, "schema": {} }),
        ),
        (format!("{LIST}/parameters/1/schema/maximum"), json!(500)),
        ("/paths/~1open/get/requestBody".to_owned(), json!({ "required": false, "content": {} })),
        (format!("{SUBMIT}/requestBody/content/application~1x-ndjson"), json!({ "schema": {} })),
        (format!("{BODY}/required"), json!([])),
        (b("new"), json!({ "type": "string" })),
        (b("name/maxLength"), json!(90)),
        (b("name/maxLength"), Value::Null),
        (b("amount/type"), json!("number")),
        (b("name/type"), json!(["string", "null"])),
        (b("topics/items/enum"), json!(["a", "b", "c"])),
        (b("topics/items"), json!({ "type": "string" })),
        (b("contact/oneOf/-"), json!({ "$ref": "#/components/schemas/State" })),
        (format!("{LIST}/responses/410"), json!({})),
        (format!("{LIST}/responses/200/headers/ETag"), json!({ "schema": { "type": "string" } })),
        (v("new"), json!({ "type": "string" })),
        (v("weight/type"), json!("integer")),
        (v("any/format"), json!("uuid")),
        (v("any/enum"), json!(["x"])),
        (v("mate"), json!({ "$ref": "#/components/schemas/Mail" })),
        (v("kind/oneOf/1"), Value::Null),
        (v("at/maxLength"), json!(40)),
        (format!("{VIEW}/required/-"), json!("weight")),
        // the contract says that lists of codes can grow
        ("/components/schemas/State/enum".to_owned(), json!(["open", "closed", "paused"])),
    ] {
        let edited = with(&place, value.clone());
        let changed = changes(&contract(), &edited, today());
        let found = heaviest(&changed);
        // narrowing what comes out is nothing that anybody has to do something for
        let is_narrower = place.starts_with(VIEW) && found.is_none();
        assert!(found == Some(Weight::Addition) || is_narrower, "{place} = {value}: {changed:?}");
        judge(&contract(), &edited, false, today()).unwrap_or_else(|fault| panic!("{place}: {fault}"));
    }
}

#[test]
fn words_and_order_are_no_change() {
    let mut edited = contract();
    edited["paths"]["/requests"]["get"]["summary"] = json!("Other words");
    edited["components"]["schemas"]["State"]["description"] = json!("Other words");
    edited["components"]["schemas"]["RequestView"]["required"] = json!(["at", "id", "state"]);
    edited["components"]["schemas"]["State"]["enum"] = json!(["closed", "open"]);
    edited["paths"]["/requests"]["get"]["security"] =
        json!([{ "client": ["requests:read"] }, { "person": [] }]);
    assert_eq!(changes(&contract(), &edited, today()), []);
}

#[test]
fn the_same_schema_is_judged_by_who_writes_it() {
    // a shared list of codes loses one: the client may have sent it, and received it gladly
    let changed = changes(&contract(), &with("/components/schemas/State/enum", json!(["open"])), today());
    let breaking: Vec<&str> =
        changed.iter().filter(|one| one.weight == Weight::Breaking).map(|one| one.place.as_str()).collect();
    assert_eq!(breaking, ["State (sent)"]);
}

#[test]
fn the_version_gives_room_for_changes() {
    let versioned = |mut contract: Value, version: &str| {
        contract["info"]["version"] = json!(version);
        contract
    };
    let old = contract();
    let added = with("/paths/~1new", json!({ "get": { "operationId": "getNew", "responses": {} } }));
    let broken = with("/paths/~1open", Value::Null);
    for (new, version, released, may) in [
        (&old, "1.0.0", true, true),
        (&old, "1.0.1", true, true),
        (&added, "1.0.0", true, false),
        (&added, "1.0.1", true, false),
        (&added, "1.1.0", true, true),
        // a candidate may grow
        (&added, "1.0.0", false, true),
        (&broken, "1.0.0", false, false),
        (&broken, "1.0.0", true, false),
        (&broken, "1.1.0", true, false),
        (&broken, "2.0.0", true, true),
        (&old, "0.9.0", true, false),
        (&old, "one", true, false),
    ] {
        let verdict = judge(&old, &versioned(new.clone(), version), released, today());
        assert_eq!(verdict.is_ok(), may, "{version}, released {released}: {verdict:?}");
    }
}

/// Old mark and new mark of an operation, `null` for none and absent for an operation that is gone, and what that is.
#[test]
fn an_operation_goes_when_it_said_so_and_not_before_its_day() {
    let mark = |until: &str| json!({ "from": "2027-01-01", "until": until });
    let (none, late, gone) = (json!(null), mark("2028-06-02"), json!("gone"));
    for (before, after, weight) in [
        (&none, &gone, Some(Weight::Breaking)),
        (&late, &gone, Some(Weight::Breaking)),
        (&mark("2028-06-01"), &gone, Some(Weight::Addition)),
        (&none, &late, Some(Weight::Addition)),
        (&late, &none, Some(Weight::Addition)),
        (&late, &mark("2029-01-01"), Some(Weight::Addition)),
        (&mark("2029-01-01"), &late, Some(Weight::Breaking)),
        (&late, &late, None),
    ] {
        let marked = |mark: &Value| {
            let mut contract = contract();
            if *mark == "gone" {
                contract["paths"].as_object_mut().expect("paths").remove("/open");
            } else if !mark.is_null() {
                let headers = json!({ "Deprecation": {}, "Sunset": {} });
                contract["paths"]["/open"]["get"]["x-deprecation"] = mark.clone();
                contract["paths"]["/open"]["get"]["responses"]["204"]["headers"] = headers;
            }
            contract
        };
        let changed = changes(&marked(before), &marked(after), today());
        assert_eq!(heaviest(&changed), weight, "{before} to {after}: {changed:?}");
        assert!(changed.iter().all(|change| change.place.starts_with("GET /open")), "{changed:?}");
    }
}
