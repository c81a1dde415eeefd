//! What stands around and between: addresses, ways to be let in, how values are written, and what is said beside a reference.

use super::*;

/// Edits of what an old client relies on though no member, type or code of it changes.
#[test]
fn what_a_client_relies_on_without_seeing_it_is_compared_too() {
    let b = |place: &str| format!("{BODY}/properties/{place}");
    let v = |place: &str| format!("{VIEW}/properties/{place}");
    let scheme = "/components/securitySchemes/client";
    let mate = |beside: &str, value: Value| {
        (
            v("mate"),
            json!({ "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/Mail" }], beside: value }),
        )
    };
    for (place, value) in [
        // where
        ("/servers/0/url".to_owned(), json!("/v2")),
        ("/servers".to_owned(), Value::Null),
        ("/servers".to_owned(), json!([{ "url": "/v2" }, { "url": "/v1" }])),
        ("/paths/~1requests/servers".to_owned(), json!([{ "url": "/elsewhere" }])),
        (format!("{LIST}/servers"), json!([{ "url": "/elsewhere" }])),
        ("/jsonSchemaDialect".to_owned(), json!("https://dialect.example")),
        // how one is let in
        (scheme.to_owned(), Value::Null),
        (scheme.to_owned(), json!({ "type": "apiKey", "in": "header", "name": "X-Key" })),
        (format!("{scheme}/flows/clientCredentials/tokenUrl"), json!("/v1/token")),
        (format!("{scheme}/flows/clientCredentials"), Value::Null),
        // how values are written
        (format!("{LIST}/parameters/0/style"), json!("spaceDelimited")),
        (format!("{LIST}/parameters/0/explode"), json!(false)),
        (format!("{LIST}/parameters/0/allowReserved"), json!(true)),
        ("/components/headers/Link/explode".to_owned(), json!(true)),
        (format!("{LIST}/parameters/0/content"), json!({ "application/json": {} })),
        (
            "/paths/~1requests/parameters".to_owned(),
            json!([{ "name": "x", "in": "query", "required": true }]),
        ),
        (
            format!("{SUBMIT}/requestBody/content/application~1json/encoding"),
            json!({ "topics": { "style": "pipeDelimited" } }),
        ),
        ("/webhooks/event/post/parameters/0/required".to_owned(), json!(false)),
        (format!("{LIST}/callbacks"), json!({ "told": {} })),
        // items, and members beyond the named ones
        (v("tags/items"), Value::Null),
        (v("tags/items"), json!({})),
        (b("topics/items"), json!({ "type": "string", "enum": ["a", "b"], "maxLength": 1 })),
        (b("extra"), json!({ "$ref": "#/components/schemas/State", "type": "integer" })),
        (format!("{VIEW}/additionalProperties"), json!(true)),
        (format!("{VIEW}/additionalProperties"), Value::Null),
        (v("extra/additionalProperties"), json!(true)),
        (v("extra/additionalProperties"), json!({ "type": "integer" })),
        ("/components/schemas/Phone/additionalProperties".to_owned(), json!({ "type": "string" })),
        // beside a reference
        (b("state"), json!({ "$ref": "#/components/schemas/State", "enum": ["open"] })),
        (b("state"), json!({ "$ref": "#/components/schemas/State", "maxLength": 3 })),
        (b("state"), json!({ "$ref": "#/components/schemas/State", "not": { "const": "open" } })),
        (format!("{LIST}/parameters/0/schema/pattern"), json!("^open$")),
        mate("minProperties", json!(1)),
        // variants
        (v("kind/oneOf"), Value::Null),
        (b("name/oneOf"), json!([{ "maxLength": 3 }, { "minLength": 9 }])),
    ] {
        // a member that is new in a body is none of these edits: it stands there before them
        let mut old = contract();
        old["components"]["schemas"]["RequestBody"]["properties"]["extra"] =
            json!({ "$ref": "#/components/schemas/State" });
        let new = edit(old.clone(), &place, value.clone());
        let changed = changes(&old, &new, today());
        assert_eq!(heaviest(&changed), Some(Weight::Breaking), "{place} = {value}: {changed:?}");
        assert!(judge(&old, &new, false, today()).is_err(), "{place}");
    }
}

#[test]
fn what_is_wider_for_the_one_who_writes_is_an_addition_there_too() {
    let b = |place: &str| format!("{BODY}/properties/{place}");
    let v = |place: &str| format!("{VIEW}/properties/{place}");
    for (place, value) in [
        ("/servers/-".to_owned(), json!({ "url": "https://naast.example/v1" })),
        ("/components/securitySchemes/other".to_owned(), json!({ "type": "http", "scheme": "bearer" })),
        (
            "/components/securitySchemes/client/flows/authorizationCode".to_owned(),
            json!({ "tokenUrl": "/v1/oauth/token", "scopes": {} }),
        ),
        (b("topics/items"), Value::Null),
        (format!("{BODY}/additionalProperties"), Value::Null),
        (format!("{BODY}/additionalProperties"), json!({ "type": "string" })),
        (v("extra/additionalProperties"), json!(false)),
    ] {
        let edited = with(&place, value.clone());
        let changed = changes(&contract(), &edited, today());
        assert_eq!(heaviest(&changed), Some(Weight::Addition), "{place} = {value}: {changed:?}");
        judge(&contract(), &edited, false, today()).unwrap_or_else(|fault| panic!("{place}: {fault}"));
    }
}

#[test]
fn what_was_always_so_and_is_said_now_is_no_change() {
    let mut said = contract();
    said["servers"][0]["description"] = json!("Other words");
    said["components"]["securitySchemes"]["client"]["description"] = json!("Other words");
    let parameter = &mut said["paths"]["/requests"]["get"]["parameters"][0];
    parameter["style"] = json!("form");
    parameter["explode"] = json!(true);
    parameter["schema"]["description"] = json!("Words beside a reference");
    assert_eq!(changes(&contract(), &said, today()), []);
}
