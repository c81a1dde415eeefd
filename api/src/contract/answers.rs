//! What every operation can answer, said once: problems as shared responses, each with an example that the server itself
//! made, and the headers that come with every answer.

use naast_domain::rejection::Rejection;
use naast_domain::text::{Text, Tongue};
use serde_json::{Map, Value, json};

use super::API_VERSION;
use crate::problem::{Error, InputFault};

/// The call in the examples.
const INSTANCE: &str = "6a1f0c52-7f7e-4f0a-9d0a-3d6a5a0a0001";

const PROBLEM: &str = "#/components/schemas/Problem";
const PROBLEM_FORM: &str = "application/problem+json";

/// A response that several operations share.
struct Shared {
    status: &'static str,
    name: &'static str,
    description: &'static str,
    error: Error,
}

/// Every status with which the server says no, whatever the operation is.
fn shared() -> Vec<Shared> {
    let one = |status, name, description, error| Shared { status, name, description, error };
    let leap = Rejection::rule(
        "step-not-permitted",
        "L6",
        Text::of("Het gesprek heeft een vaste volgorde.", "The conversation has a fixed order."),
    )
    .in_state("planned", vec!["ask-first-question"])
    .saying(Some(Text::of(
        "Heeft u iemand die u kan ondersteunen?",
        "Do you have somebody who can support you?",
    )));
    let fault = InputFault::body(
        "/contact/name",
        "required",
        Text::of("Dit veld ontbreekt.", "This member is missing."),
    );
    vec![
        one("400", "InvalidInput", "The input is wrong; every fault is named", fault.into()),
        one("401", "NotSignedIn", "Not signed in", Error::Unauthenticated),
        one("403", "NotAllowed", "No role of the caller may do this", Error::Forbidden),
        one("404", "NotThere", "Not there, or somebody else's", Error::NotFound),
        one("406", "NotAcceptable", "Not available in this form", Error::Refused("not-acceptable")),
        one("408", "TooSlow", "The body came too slowly", Error::Refused("body-too-slow")),
        one(
            "409",
            "RuleSaysNo",
            "A rule says no: the code is in the problem, and where something has states also the state and the steps that it permits. Or the first call with this \
             Idempotency-Key still runs",
            Error::Rule(Box::new(leap)),
        ),
        one("412", "Stale", "Changed since it was read", Error::Stale),
        one("413", "TooLarge", "The body is larger than 64 KiB", Error::Refused("payload-too-large")),
        one("415", "NotJson", "Not JSON, or compressed", Error::Refused("unsupported-media-type")),
        one(
            "422",
            "KeyReused",
            "This Idempotency-Key was used for another call",
            Error::Refused("idempotency-key-reused"),
        ),
        one("428", "VersionMissing", "If-Match is missing", Error::PreconditionMissing),
        one("429", "TooMany", "Too many calls; wait for Retry-After", Error::TooMany(7)),
        one("500", "OurFault", "Our fault", Error::Internal("an example")),
        one("503", "TooBusy", "Too busy; try again after Retry-After", Error::Refused("overloaded")),
    ]
}

fn headers_of_problem(status: &str) -> Value {
    let mut headers = json!({
        "API-Version": { "$ref": "#/components/headers/ApiVersion" },
        "Content-Language": { "$ref": "#/components/headers/ContentLanguage" },
        "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
        "RateLimit": { "$ref": "#/components/headers/RateLimit" },
        "RateLimit-Policy": { "$ref": "#/components/headers/RateLimitPolicy" }
    });
    if matches!(status, "409" | "429" | "503") {
        headers["Retry-After"] = json!({ "$ref": "#/components/headers/RetryAfter" });
    }
    if matches!(status, "401" | "403") {
        headers["WWW-Authenticate"] = json!({ "$ref": "#/components/headers/WwwAuthenticate" });
    }
    headers
}

fn example(one: &Shared) -> Value {
    json!(one.error.problem(Tongue::Dutch, INSTANCE))
}

fn response(one: &Shared) -> Value {
    json!({
        "description": one.description,
        "headers": headers_of_problem(one.status),
        "content": {
            PROBLEM_FORM: { "schema": { "$ref": PROBLEM }, "example": example(one) }
        }
    })
}

/// The shared responses, by name.
pub(super) fn responses() -> Value {
    let mut all: Map<String, Value> =
        shared().iter().map(|one| (one.name.to_owned(), response(one))).collect();
    let mut headers = headers_of_problem("304");
    headers["ETag"] = json!({ "$ref": "#/components/headers/ETag" });
    all.insert("NotModified".to_owned(), json!({ "description": "As it was", "headers": headers }));
    all.into()
}

/// What has versions of its own: an answer to a change shows the new one, for the next change. Whatever is read has a tag.
const VERSIONED: [&str; 20] = [
    "AnnouncedMeetingView",
    "AnnouncementView",
    "BuddyView",
    "ConversationStepResultView",
    "ConversationView",
    "CoverageView",
    "MatchView",
    "MembershipView",
    "OrganisationView",
    "PrivateNoteView",
    "ProgrammeView",
    "ProposalAnswerView",
    "ProposalView",
    "RetentionTermView",
    "SchoolView",
    "SupportRequestView",
    "TieView",
    "WebhookSecretView",
    "WebhookSubscriptionView",
    "WithdrawalView",
];

/// What is new and stands nowhere: nothing shows it but the answer.
const STANDS_NOWHERE: [&str; 2] = ["ParentCodeView", "PupilCodeView"];

/// Adds to an operation the problems that it can answer with, and the headers of all its answers. What an operation says
/// itself of a status stands.
pub(super) fn finish(method: &str, operation: &mut Value, statuses: &[&str]) {
    // a feed goes on `after` an event, a collection behind a `cursor`
    let goes_on = |parameter: &Value| parameter["name"] == "cursor" || parameter["name"] == "after";
    let pages = operation["parameters"].as_array().is_some_and(|parameters| parameters.iter().any(goes_on));
    let responses = operation["responses"].as_object_mut().expect("every operation has a response");
    let mut versioned = false;
    for (status, response) in responses.iter_mut() {
        let form = response["content"].as_object().and_then(|forms| forms.values().next());
        let schema = form.and_then(|form| form["schema"]["$ref"].as_str()).unwrap_or_default().to_owned();
        let mut headers = headers_of_problem(status);
        let name = schema.rsplit('/').next().unwrap_or_default();
        if status == "201" && !STANDS_NOWHERE.contains(&name) {
            headers["Location"] = json!({ "$ref": "#/components/headers/Location" });
        }
        if status.starts_with('2')
            && if method == "get" { name.ends_with("View") } else { VERSIONED.contains(&name) }
        {
            versioned = true;
            headers["ETag"] = json!({ "$ref": "#/components/headers/ETag" });
        }
        if status == "200" && pages {
            headers["Link"] = json!({ "$ref": "#/components/headers/Link" });
        }
        if let Some(one) = shared().iter().find(|one| one.status == status)
            && schema == PROBLEM
        {
            response["content"][PROBLEM_FORM]["example"] = example(one);
        }
        let own = response["headers"].as_object().cloned().unwrap_or_default();
        headers.as_object_mut().expect("headers are an object").extend(own);
        response["headers"] = headers;
    }
    for one in shared().iter().filter(|one| statuses.contains(&one.status)) {
        responses
            .entry(one.status)
            .or_insert_with(|| json!({ "$ref": format!("#/components/responses/{}", one.name) }));
    }
    if versioned && method == "get" {
        responses.insert("304".to_owned(), json!({ "$ref": "#/components/responses/NotModified" }));
        add_parameter(operation, "IfNoneMatch");
    }
    operation["responses"].as_object_mut().expect("they are there").sort_keys();
}

/// Adds a shared parameter to an operation.
pub(super) fn add_parameter(operation: &mut Value, name: &str) {
    let parameter = json!({ "$ref": format!("#/components/parameters/{name}") });
    match operation["parameters"].as_array_mut() {
        Some(parameters) => parameters.push(parameter),
        None => operation["parameters"] = json!([parameter]),
    }
}

/// The headers of answers, by name.
pub(super) fn headers() -> Value {
    let text = |description: &str, example: &str| json!({ "description": description, "schema": { "type": "string", "examples": [example] } });
    json!({
        "ApiVersion": text("The version of this contract.", API_VERSION),
        "ContentLanguage": {
            "description": "The language of what a person reads in it.",
            "schema": { "type": "string", "enum": ["nl", "en"] }
        },
        "ETag": text(
            "The version of what is shown, or what it says where it has no versions: send it in `If-Match` to change it, in `If-None-Match` to \
             read it only when it changed (304).",
            "\"v3\""
        ),
        "Link": text(
            "The next page, where there is one (RFC 8288).",
            "</v1/schools?place=URK&cursor=ZXhhbXBsZQ>; rel=\"next\""
        ),
        "Location": text(
            "Where the new thing stands.",
            "/v1/support-requests/6b1f0c52-7f7e-4f0a-9d0a-3d6a5a0a0001"
        ),
        "RequestId": {
            "description": "The number of this call; quote it when you ask for help.",
            "schema": { "type": "string", "format": "uuid" }
        },
        "RateLimit": text(
            "For each policy how many calls are left (`r`), and in how many seconds there are more (`t`); \
             draft-ietf-httpapi-ratelimit-headers-10. It is not there where limits are switched off.",
            "\"subject\";r=599;t=1"
        ),
        "RateLimitPolicy": text("For each policy how many calls (`q`) in how many seconds (`w`).", "\"subject\";q=600;w=60"),
        "RetryAfter": {
            "description": "After how many seconds to try again.",
            "schema": { "type": "integer", "minimum": 1 }
        },
        "WwwAuthenticate": text("How to prove who calls (RFC 6750).", "Bearer error=\"invalid_token\"")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shared_response_shows_a_problem_of_its_own_status() {
        for one in shared() {
            let problem = one.error.problem(Tongue::Dutch, INSTANCE);
            assert_eq!(problem.status.to_string(), one.status, "{}", one.name);
        }
    }
}
