//! Making the OpenAPI document: the code gives paths and schemas; what holds for every operation is added here, once.

use naast_domain::code::Code as _;
use naast_domain::identity::Scope;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;
use utoipa_actix_web::AppExt as _;

use super::NEEDS;
use crate::problem::CATALOGUE;

/// The version of the contract, semantic.
pub const API_VERSION: &str = "1.0.0";

/// Where the API begins.
pub const BASE: &str = "/v1";

/// What an e-mail address looks like, as far as a pattern can say.
pub const ADDRESS: &str = r"^[^\s@]+@[^\s@]+\.[^\s@]+$";

/// What a telephone number looks like: at least eight digits.
pub const NUMBER: &str = r"^[ +()-]*([0-9][ +()-]*){8,}$";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Naast",
        description = "The API behind buddy programmes for parents in Dutch *passend onderwijs*: the respectful \
conversation that comes before, consent that is really hers, a buddy who is really independent of the school, \
matching, and support.\n\nAPI achter buddyprogramma's voor ouders in het passend onderwijs. De begrippen staan met \
hun Nederlandse woord in de woordenlijst (docs/GLOSSARY.md).\n\n**Signing in**: `Authorization: Bearer <token>`. A \
token says who calls; roles are read at each call. People get one by a one-time code, systems as a client: see \
the tag `identity`. **Changing**: send the `ETag` that you read in `If-Match`. \
**Repeating**: send an `Idempotency-Key` with what you create, and send it again when no answer came: it is done once. \
**Paging**: follow `nextCursor` until it is null. **Language**: `Accept-Language: nl` (default) or `en`. **Codes**: \
lists of codes can grow; treat an unknown code as you treat an unknown word. **Faults**: everything that is wrong with a body comes in one answer, each fault \
with its place; `x-refers-to` says what a member names, and what is not there, or not yours to see, is a fault `unknown`. **Text** holds no control characters but line breaks, and none that turns its direction (U+202A to U+202E, U+2066 to U+2069).",
        version = "1.0.0",
        license(name = "EUPL-1.2", identifier = "EUPL-1.2"),
        contact(name = "Naast maintainers", url = "https://naast.example", email = "api@naast.example")
    ),
    servers((url = "/v1", description = "This server")),
    tags(
        (name = "directory", description = "Schools, boards and partnerships, as DUO publishes them."),
        (name = "organisations", description = "Who takes part, in which role. Only an active membership counts (I1)."),
        (name = "identity", description = "Signing in: one-time codes, tokens, and what another issuer vouches for."),
        (name = "programmes", description = "Buddy programmes in their three forms, and what follows from a form (I1, S0, S1, S6)."),
        (name = "conversations", description = "The consent conversation (L6): no step leaps over another."),
        (name = "requests", description = "Support requests and the parent's consents (S5)."),
        (name = "buddies", description = "Buddies, their ties and certificates; readiness computed from facts (S2, S3)."),
        (name = "matching", description = "Candidates with reasons, proposals, and both sides' answers (S2, S5)."),
        (name = "support", description = "Running matches and contacts; and the private space, which only parent and buddy of the match can enter (S5)."),
        (name = "privacy", description = "The consent register: the words that were shown, receipts, withdrawal, and who was told of it (L6). Who looked at my data and what they are used for; how long they stay, what holds them back, how I get them, and how they are erased."),
        (name = "events", description = "What happened: as a feed to read, and sent by webhook. Thin: which object, never what is in it."),
        (name = "service", description = "The contract itself, the problem catalogue, and health.")
    ),
    components(schemas(crate::problem::Problem))
)]
struct Described;

/// The finished document.
pub(super) fn document() -> Value {
    let (_, paths) = actix_web::App::new()
        .into_utoipa_app()
        .openapi(Described::openapi())
        .service(utoipa_actix_web::scope(BASE).configure(crate::routes::routes))
        .split_for_parts();
    let mut document = serde_json::to_value(paths).expect("the document is JSON");
    strip_base(&mut document);
    close_schemas(&mut document);
    lift_descriptions(&mut document);
    super::references::mark(&mut document);
    choose_contact_form(&mut document);
    shape_parameters(&mut document);
    fill_forms(&mut document);
    finish_operations(&mut document);
    components(&mut document);
    document["webhooks"] = super::webhooks::webhooks(&document);
    document["security"] = json!([{ "person": [] }]);
    super::deprecation::finish(&mut document).expect("our own marks read; a test builds the contract");
    document
}

/// The version stands in `servers` only.
fn strip_base(document: &mut Value) {
    let paths = document["paths"].as_object().cloned().unwrap_or_default();
    let stripped: Map<String, Value> =
        paths.into_iter().map(|(path, item)| (path.trim_start_matches(BASE).to_owned(), item)).collect();
    document["paths"] = Value::Object(stripped);
}

/// Every object is closed; what the server answers has every member, null where there is nothing, but for
/// a token.
fn close_schemas(document: &mut Value) {
    for (name, schema) in document["components"]["schemas"].as_object_mut().into_iter().flatten() {
        if schema["type"] != "object" {
            continue;
        }
        // RFC 6749, 5.1: what goes with a token only now and then is left out, and libraries refuse null
        if !name.ends_with("Body") && name != "TokenView" {
            let members: Vec<Value> = schema["properties"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, _)| name.clone().into())
                .collect();
            schema["required"] = Value::Array(members);
        }
        // RFC 6749, 3.2: what an OAuth endpoint does not know, it ignores
        let open = ["TokenBody", "RevocationBody"].contains(&name.as_str());
        if schema.get("additionalProperties").is_none() && !open {
            schema["additionalProperties"] = Value::Bool(false);
        }
    }
}

/// What a member means stands with the member, also where it refers to a schema or may be null: generated clients show it
/// there.
fn lift_descriptions(document: &mut Value) {
    let schemas = document["components"]["schemas"].as_object_mut();
    for schema in schemas.into_iter().flat_map(Map::values_mut) {
        let members = schema.get_mut("properties").and_then(Value::as_object_mut);
        for member in members.into_iter().flat_map(Map::values_mut) {
            let ways = member.get_mut("oneOf").and_then(Value::as_array_mut);
            let said = ways.into_iter().flatten().find_map(|way| way.as_object_mut()?.remove("description"));
            if let Some(said) = said.filter(|_| member.get("description").is_none()) {
                member["description"] = said;
            }
        }
    }
}

/// How a parent is reached looks as its kind says. The members that a part says nothing of are named all the same: linters
/// take each part for a closed schema.
fn choose_contact_form(document: &mut Value) {
    let with =
        |kind: Value, value: Value| json!({ "properties": { "name": {}, "kind": kind, "value": value } });
    let contact = &mut document["components"]["schemas"]["ContactBody"];
    contact["if"] = with(json!({ "const": "email" }), json!({}));
    contact["then"] = with(json!({}), json!({ "pattern": ADDRESS }));
    contact["else"] = with(json!({}), json!({ "pattern": NUMBER }));
}

/// The parameters that say something only together with another one: operation, parameter, the other one.
const TOGETHER: [(&str, &str, &str); 1] = [("listSupportRequests", "state", "programmeId")];

/// What a position in a list looks like, wherever one is given; and what a parameter is, where only its schema says so.
fn shape_parameters(document: &mut Value) {
    let items = document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    let operations = items.filter_map(Value::as_object_mut).flat_map(Map::values_mut);
    for operation in operations {
        let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
        let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten() {
            let needs = TOGETHER.iter().find(|(of, name, _)| *of == id && parameter["name"] == *name);
            if let Some((_, _, needed)) = needs {
                parameter[NEEDS] = (*needed).into();
            }
            if parameter["in"] == "query" && (parameter["name"] == "cursor" || parameter["name"] == "after") {
                parameter["schema"]["pattern"] = "^[A-Za-z0-9_-]+$".into();
                parameter["schema"]["maxLength"] = 1000.into();
            }
            // utoipa leaves the words of a parameter out when its schema is made by a function
            if let Some(words) = parameter["schema"].get("description").cloned()
                && parameter.get("description").is_none()
            {
                parameter["description"] = words;
            }
        }
    }
}

/// A form has no null: a field that is not there is left out.
fn fill_forms(document: &mut Value) {
    for name in ["TokenBody", "RevocationBody"] {
        let members = document["components"]["schemas"][name]["properties"].as_object_mut();
        for member in members.into_iter().flat_map(Map::values_mut) {
            let said = member.get("description").cloned();
            let ways = member.get("oneOf").and_then(Value::as_array);
            if let Some(other) = ways.and_then(|ways| ways.iter().find(|way| way["type"] != "null")).cloned()
            {
                *member = other;
            } else if let Some(kind) =
                member["type"].as_array().and_then(|all| all.iter().find(|one| *one != "null")).cloned()
            {
                member["type"] = kind;
            }
            if let Some(said) = said {
                member["description"] = said;
            }
        }
    }
}

/// Operations that are open to all and done once for a key: those of the parent, who is known by her code. Others that
/// are open, such as signing in, give what must not be kept.
const HELD: [&str; 2] = ["/parent-codes", "/parent-answers"];

/// What nothing may hold up: somebody takes back what was hers to give, as easily as she gave it (AVG art. 7 lid 3). The edge
/// does not look at how such a call is made, and the limits count it without refusing it. It has no body, is idempotent by
/// itself, and is answered in JSON. Each has its own case in `tests/scenarios/never_held_up.rs`.
pub const NEVER_HELD_UP: [&str; 5] = [
    "withdrawSupportRequest",
    "withdrawConsent",
    "withdrawAllMyConsents",
    "cancelAnnouncement",
    "takeBackErasure",
];

/// With these somebody who is known by her code stops. What is asked, and whether the code opens anything, stands in the body: so
/// the edge hands the refusal of the limits on (`call::refusal`), and the handler gives it for whatever is no stop by a code that is
/// good. A handler that stands here and does not ask would be without limits: `never_held_up.rs` tries each.
pub const STOPS_BY_CODE: [&str; 2] = ["answerAsParent", "withdrawAsPupil"];

/// What the contract says of [`NEVER_HELD_UP`].
const HOLDS_NOTHING_UP: &str = "Nothing in how you call holds this up: it needs no body, no `If-Match` and no \
`Idempotency-Key`, ignores those it gets, is answered in JSON whatever `Accept` says, and is not refused when you made too many \
calls. It may be sent as often as you like.";

/// Whether an operation is one of those.
pub(super) fn is_never_held_up(operation: &Value) -> bool {
    operation["operationId"].as_str().is_some_and(|id| NEVER_HELD_UP.contains(&id))
}

/// What is idempotent by itself and answered anew each time. `noteObjection` names whoever comes along to a talk, and an answer that was kept would name her
/// once she does not, in another way for each way in which that ends; what is left of `eraseMe` would be a row of whom it was given.
const ANSWERED_ANEW: [&str; 2] = ["noteObjection", "eraseMe"];

/// Whether a call can be sent again with an `Idempotency-Key`: whatever creates or changes and is not idempotent by its
/// method, by somebody who is known. A search only reads.
pub(super) fn takes_key(method: &str, path: &str, operation: &Value) -> bool {
    ["POST", "PATCH"].iter().any(|known| method.eq_ignore_ascii_case(known))
        && !path.ends_with("/_search")
        && (!is_open(operation) || HELD.contains(&path))
        && !is_never_held_up(operation)
        && !operation["operationId"].as_str().is_some_and(|id| ANSWERED_ANEW.contains(&id))
}

/// Whether a call of an operation names the version that it changes.
pub(super) fn takes_version(operation: &Value) -> bool {
    let parameters = operation["parameters"].as_array();
    parameters.is_some_and(|parameters| parameters.iter().any(|parameter| parameter["name"] == "If-Match"))
}

/// The grammar of `If-Match` (RFC 9110, 13.1.1): a star, or tags in double quotes.
const TAGS: &str = r#"^(\*|(W/)?"[!#-~]*"( *, *(W/)?"[!#-~]*")*)$"#;

/// What an `If-Match` may say, in the contract too: one that says something else is refused with whatever else is wrong.
fn say_what_a_version_is(operation: &mut Value) {
    for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
        if parameter["name"] == "If-Match" {
            // where it may be left out, it is a header that is not there: a header has no null
            parameter["schema"] = json!({ "type": "string", "pattern": TAGS });
        }
    }
}

/// Whether an operation is open to all.
pub(super) fn is_open(operation: &Value) -> bool {
    operation["security"].as_array().is_some_and(Vec::is_empty)
}

/// Whether somebody could try codes with this operation: all that people do who are not signed in, and the hand-over, which
/// takes a parent's code. The OAuth endpoints take mostly what nobody can guess, keys and secrets of 256 bits, and a whole
/// school behind one address renews its tokens there: the token endpoint counts the codes itself.
pub(super) fn tries_code(method: &str, path: &str, operation: &Value) -> bool {
    let is_oauth = path.starts_with("/oauth/");
    (is_open(operation) && method.eq_ignore_ascii_case("POST") && !is_oauth) || path == "/referrals"
}

fn finish_operations(document: &mut Value) {
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        let path = path.clone();
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            finish_operation(&path, method, operation);
        }
    }
}

/// A body that may be left out has the schema of one that is there: JSON's null is not nothing.
fn name_optional_body(operation: &mut Value) {
    let Some(body) = operation.get_mut("requestBody") else { return };
    for content in body["content"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        let ways = content["schema"]["oneOf"].as_array();
        let named = ways.filter(|ways| ways.iter().any(|way| way["type"] == "null"));
        if let Some(named) = named.and_then(|ways| ways.iter().find(|way| way.get("$ref").is_some())).cloned()
        {
            content["schema"] = named;
        }
    }
}

fn finish_operation(path: &str, method: &str, operation: &mut Value) {
    let open = operation["security"].as_array().is_some_and(|ways| ways.iter().any(|way| way == &json!({})));
    if open {
        operation["security"] = json!([]);
    }
    name_optional_body(operation);
    say_what_a_version_is(operation);
    let conditional = takes_version(operation);
    let repeatable = takes_key(method, path, operation);
    if repeatable {
        super::answers::add_parameter(operation, "IdempotencyKey");
    }
    if is_never_held_up(operation) {
        let said = operation["description"].as_str().map_or_else(String::new, |said| format!("{said}\n\n"));
        operation["description"] = format!("{said}{HOLDS_NOTHING_UP}").into();
        // what is left: who calls, and whether it is hers
        super::answers::finish(method, operation, &["400", "401", "403", "404", "500", "503"]);
        return;
    }
    // a query key that nobody knows is a fault everywhere
    let mut statuses = vec!["400", "406", "429", "500", "503"];
    if repeatable {
        statuses.extend(["409", "422"]);
    }
    if !open {
        statuses.extend(["401", "403"]);
    }
    if path.contains('{') {
        statuses.push("404");
    }
    if operation.get("requestBody").is_some() {
        statuses.extend(["408", "413", "415"]);
    }
    // a tie of her own keeps a coordinator from the whole case (rule 37), also where she only reads of it
    if !open && (method != "get" || is_of_a_case(path)) {
        statuses.push("409");
    }
    if conditional {
        statuses.extend(["412", "428"]);
    }
    super::answers::finish(method, operation, &statuses);
}

/// Whether a path leads to a case, or to what is in it; the private space is no coordinator's.
fn is_of_a_case(path: &str) -> bool {
    let leads =
        ["/support-requests/{", "/proposals/{", "/matches/{"].iter().any(|place| path.starts_with(place));
    leads && !path.contains("/private-notes") && !path.contains("/messages")
}

fn components(document: &mut Value) {
    document["components"]["headers"] = super::answers::headers();
    document["components"]["responses"] = super::answers::responses();
    document["components"]["parameters"] = json!({
        "IdempotencyKey": {
            "name": "Idempotency-Key",
            "in": "header",
            "required": false,
            "description": "A string in double quotes, best a random UUID, that names this call. The same call with the same \
    key is done once: for 24 hours it gets the first answer again, to the byte (10 minutes when that shows a code, for which the \
    key must be a random UUID). A refusal is not kept. Keys of others are other keys \
    (draft-ietf-httpapi-idempotency-key-header-07). A connected system must send it.",
            "schema": { "type": "string", "pattern": super::KEY },
            "example": "\"8e03978e-40d5-43e8-bc93-6894a57f9324\""
        },
        "IfNoneMatch": {
            "name": "If-None-Match",
            "in": "header",
            "required": false,
            "description": "The `ETag` that you have: when it is still so, the answer is 304 without a body.",
            "schema": { "type": "string" },
            "example": "\"v3\""
        }
    });
    let scopes: Map<String, Value> =
        Scope::ALL.iter().map(|scope| (scope.code().to_owned(), scope.label().en.into())).collect();
    document["components"]["securitySchemes"] = json!({
        "client": {
            "type": "oauth2",
            "flows": { "clientCredentials": { "tokenUrl": "/v1/oauth/token", "scopes": scopes } },
            "description": "A connected system: it works for one organisation and one purpose. Any one of the scopes that \
                            an operation names opens it; an operation that names none is for people."
        },
        "person": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "An access token (RFC 9068). It proves who calls; what she may do is read at each call."
        }
    });
    let codes: Vec<&str> = CATALOGUE.iter().map(|kind| kind.code).collect();
    let code = &mut document["components"]["schemas"]["Problem"]["properties"]["code"];
    code["examples"] = json!(codes);
}
