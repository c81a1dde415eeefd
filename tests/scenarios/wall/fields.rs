//! Every field of the contract in which people can write what they like, who may read it, and a word of its own for each.

use naast_api::contract::CONTRACT;
use serde_json::{Value, json};

use crate::authorisation::table::{Operation, operations};

/// What all words begin with.
pub const BEGIN: &str = "Kw7Merk";

/// Who may read what is written in a field.
#[derive(Clone, Copy, Debug)]
pub enum Audience {
    /// Everybody: it is published.
    All,
    /// Nobody: it is looked at and not kept, or kept as a fingerprint.
    Nobody,
    /// Whoever may do one of these operations on the case.
    Who(&'static [&'static str]),
}
use Audience::{All, Nobody, Who};

const REQUEST: Audience = Who(&["getSupportRequest"]);
const PRIVATE: Audience = Who(&["getPrivateNote"]);
const BUDDY: Audience = Who(&["getBuddy", "getProposal", "getAnnouncedMeeting"]);

/// Every field in which people can write what they like, and who may read it. A new one fails the test until it stands here.
pub const FIELDS: &[(&str, &str, Audience)] = &[
    ("registerPerson", "/name", Nobody),
    ("registerPerson", "/email", Nobody),
    ("correctMyName", "/name", Who(&["getMe"])),
    ("requestSignInCode", "/email", Nobody),
    ("createOrganisation", "/name", All),
    ("createProgramme", "/name", All),
    ("createProgramme", "/reason", All),
    ("changeProgrammeForm", "/reason", All),
    ("exchangeInvitationCode", "/invitationCode", Nobody),
    ("findParentConversation", "/code", Nobody),
    ("answerAsParent", "/code", Nobody),
    ("consentToReferral", "/code", Nobody),
    ("consentToReferral", "/consent/textVersion", Nobody),
    ("consentToReferral", "/request/contact/name", REQUEST),
    ("consentToReferral", "/request/contact/value", REQUEST),
    ("submitSupportRequest", "/contact/name", REQUEST),
    ("submitSupportRequest", "/contact/value", REQUEST),
    ("giveConsent", "/text/textVersion", Nobody),
    ("reportConsent", "/text/textVersion", Nobody),
    ("confirmConsent", "/text/textVersion", Nobody),
    ("findConsentToConfirm", "/code", Nobody),
    ("confirmConsentByCode", "/code", Nobody),
    ("confirmConsentByCode", "/text/textVersion", Nobody),
    ("findPupilConsent", "/code", Nobody),
    ("consentAsPupil", "/code", Nobody),
    ("consentAsPupil", "/text/textVersion", Nobody),
    ("withdrawAsPupil", "/code", Nobody),
    ("registerBuddy", "/firstName", BUDDY),
    ("updateBuddy", "/firstName", BUDDY),
    ("setRetentionTerm", "/reason", All),
    ("announceMeeting", "/text/textVersion", Nobody),
    ("writePrivateNote", "/text", PRIVATE),
    ("changePrivateNote", "/text", PRIVATE),
    ("sendMessage", "/text", PRIVATE),
    ("createWebhookSubscription", "/url", Who(&["getWebhookSubscription"])),
];

/// Those that must have been kept, or the search would find nothing because nothing was there.
pub const KEPT: &[&str] = &[
    "registerPerson /name",
    "correctMyName /name",
    "createOrganisation /name",
    "submitSupportRequest /contact/name",
    "submitSupportRequest /contact/value",
    "updateBuddy /firstName",
    "writePrivateNote /text",
    "changePrivateNote /text",
    "sendMessage /text",
];

/// One field of one body.
#[derive(Clone, Debug)]
pub struct Field {
    /// The operation.
    pub operation: Operation,
    /// Where in its body.
    pub pointer: String,
    /// What is written there.
    pub value: String,
    /// The word in it.
    pub word: String,
}

fn resolved(schema: &Value) -> &Value {
    match schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
        Some(name) => resolved(&CONTRACT.document["components"]["schemas"][name]),
        None => schema,
    }
}

/// What of these a member takes; nothing, when people cannot write what they like there.
fn takes(schema: &Value, word: &str) -> Option<String> {
    if !schema["enum"].is_null() || schema["type"] == "object" || schema["type"] == "array" {
        return None;
    }
    let texts = schema["type"] == "string"
        || schema["type"].as_array().is_some_and(|of| of.contains(&json!("string")));
    if !texts {
        return None;
    }
    let check = jsonschema::options().should_validate_formats(true).build(schema).expect("a schema of ours");
    [word.to_owned(), format!("{word}@example.org"), format!("https://{word}.example.org/hook")]
        .into_iter()
        .find(|text| check.is_valid(&json!(text)))
}

fn walk(schema: &Value, pointer: &str, found: &mut Vec<String>) {
    let schema = resolved(schema);
    for kind in ["oneOf", "anyOf", "allOf"] {
        for part in schema[kind].as_array().into_iter().flatten() {
            walk(part, pointer, found);
        }
    }
    if takes(schema, BEGIN).is_some() {
        found.push(pointer.to_owned());
    }
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        walk(member, &format!("{pointer}/{name}"), found);
    }
    if !schema["items"].is_null() {
        walk(&schema["items"], &format!("{pointer}/0"), found);
    }
}

fn schema_at<'a>(schema: &'a Value, pointer: &str) -> &'a Value {
    let mut at = resolved(schema);
    for name in pointer.split('/').skip(1) {
        let wanted = |one: &&Value| !resolved(one)["properties"][name].is_null();
        let parts =
            ["oneOf", "anyOf", "allOf"].iter().flat_map(|kind| at[*kind].as_array().into_iter().flatten());
        at = resolved(parts.map(resolved).find(wanted).unwrap_or(at));
        at = resolved(if name == "0" { &at["items"] } else { &at["properties"][name] });
    }
    at
}

/// Every field of every body in which people can write what they like, read from the contract.
pub fn fields() -> Vec<Field> {
    let mut all = Vec::new();
    for operation in operations() {
        let described = &CONTRACT.document["paths"][&operation.template][operation.method.to_lowercase()];
        // the forms of signing in hold nothing but codes, tokens and keys: signing_in.rs and retry_secrets.rs look for those
        let content = described["requestBody"]["content"].as_object().into_iter().flatten();
        for (_, media) in content.filter(|(kind, _)| kind.contains("json")) {
            let mut pointers = Vec::new();
            walk(&media["schema"], "", &mut pointers);
            pointers.sort();
            pointers.dedup();
            for pointer in pointers {
                let word = format!("{BEGIN}{:03}Z", all.len());
                // a way to reach somebody must look like one, which the rules ask for and the schema does not
                let is_address = pointer.ends_with("contact/value") || pointer.ends_with("/email");
                let usual = is_address.then(|| format!("{word}@example.org"));
                let value = usual.or_else(|| takes(schema_at(&media["schema"], &pointer), &word));
                let value = value.expect("it was free a moment ago");
                all.push(Field { operation: operation.clone(), pointer, value, word });
            }
        }
    }
    all
}

/// Who may read a field, when somebody said.
pub fn audience(field: &Field) -> Option<Audience> {
    let fits =
        |(id, pointer, _): &&(&str, &str, Audience)| *id == field.operation.id && *pointer == field.pointer;
    FIELDS.iter().find(fits).map(|(.., audience)| *audience)
}

impl Field {
    /// Writes it into a body that is otherwise in order.
    pub fn set(&self, body: &mut Value) {
        let mut at = body;
        for name in self.pointer.split('/').skip(1) {
            at = match name.parse::<usize>() {
                Ok(place) => &mut at[place],
                Err(_) => &mut at[name],
            };
        }
        *at = json!(self.value);
    }

    /// Its operation and its place.
    pub fn name(&self) -> String {
        format!("{} {}", self.operation.id, self.pointer)
    }
}

/// Sealed columns in which nobody's own words stand, and why.
pub const WITHOUT_WORDS: &[(&str, &str, &str)] = &[("webhook_secrets", "secret", "the server makes it")];
