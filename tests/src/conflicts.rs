//! Each 409 that any test gets carries what its kind demands, and nothing that belongs to another: so that a frontend can
//! guide whoever was refused.

use naast_api::problem::{CONFLICTS, Carries};
use serde_json::Value;

use crate::app::Reply;

/// States after which no step is left.
const ENDS: [&str; 15] = [
    // of a conversation
    "own-network",
    "first-question-unanswered",
    "second-question-declined",
    "buddy-declined",
    "self-contact",
    "with-parent",
    "handed-over",
    "referred",
    "withdrawn",
    // of a proposal
    "accepted",
    "refused",
    "cancelled",
    // of a match, a membership, a pupil's side
    "closed",
    "ended",
    "over",
];

/// What is said of one member of what was asked: it is named, so that a form can show where.
const OF_A_MEMBER: [&str; 15] = [
    "health-consent-needed",
    "programme-not-available",
    "choice-too-narrow",
    "consent-elsewhere",
    "consent-text-unknown",
    "consent-text-differs",
    "tie-ends-before-start",
    "talk-date",
    "form-not-later",
    "form-not-shown",
    "organisation-known",
    "tie-known",
    "term-needs-reason",
    "term-too-long",
    "term-too-short",
];

/// Fails when an answer is a 409 without what its kind demands.
pub fn check(reply: &Reply) {
    if reply.status == 409 {
        let faults = faults(&reply.body);
        assert!(faults.is_empty(), "{faults:?}: {}", reply.body);
    }
}

/// What is wrong with a problem of status 409.
pub fn faults(problem: &Value) -> Vec<&'static str> {
    let code = problem["code"].as_str().unwrap_or_default();
    let Some((_, carries)) = CONFLICTS.iter().find(|(known, _)| *known == code) else {
        return vec!["a 409 that is not in the catalogue"];
    };
    let has = |member: &str| match &problem[member] {
        Value::Array(items) => !items.is_empty(),
        other => !other.is_null(),
    };
    let ended = problem["state"].as_str().is_some_and(|state| ENDS.contains(&state));
    let begun = *carries == Carries::Started && has("state");
    let (is_step, is_done) = (*carries == Carries::Step || begun, *carries == Carries::State);
    let demands = [
        ((is_step || is_done) && !has("state"), "a step was refused without the state"),
        (is_step && !has("permitted") && !ended, "a step was refused without the steps that are permitted"),
        (!is_step && !is_done && has("state"), "no step was refused, and a state is given"),
        (!is_step && has("permitted"), "no step was refused, and steps are given"),
        (*carries == Carries::Reasons && !has("reasons"), "the reasons are not given"),
        (*carries == Carries::Current && !has("current"), "what holds now is not given"),
        (*carries != Carries::Current && has("current"), "it says what holds now, and nothing else does"),
        (
            OF_A_MEMBER.contains(&code) && problem["errors"][0]["pointer"].as_str().is_none_or(str::is_empty),
            "it is about a member, and does not say which",
        ),
        (!has("detail"), "there are no words"),
    ];
    demands.into_iter().filter(|(is_wrong, _)| *is_wrong).map(|(_, fault)| fault).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_conflict_without_what_its_kind_demands_is_found() {
        let step =
            json!({ "code": "step-not-permitted", "detail": "x", "state": "planned", "permitted": ["ask"] });
        assert_eq!(faults(&step), Vec::<&str>::new());
        for (code, members, found) in [
            ("step-not-permitted", json!({ "permitted": ["ask"] }), 1),
            ("step-not-permitted", json!({ "state": "planned" }), 1),
            ("announcement-cancelled", json!({ "state": "cancelled" }), 0),
            ("choice-too-narrow", json!({ "errors": [{ "pointer": "/programmeIds" }] }), 2),
            ("no-independent-choice", json!({}), 0),
            ("no-independent-choice", json!({ "state": "second-question-agreed" }), 1),
            ("no-independent-choice", json!({ "permitted": ["explain-buddy"] }), 1),
            ("buddy-not-ready", json!({ "state": "not-ready", "permitted": ["vog"] }), 3),
            ("buddy-not-ready", json!({ "reasons": ["vog"] }), 0),
            ("form-not-later", json!({ "state": "text-version", "permitted": ["2026-1"] }), 4),
            ("term-too-long", json!({ "current": "90", "errors": [{ "pointer": "/days" }] }), 0),
            ("talk-date", json!({ "errors": [] }), 1),
            ("talk-date", json!({ "errors": [{ "pointer": "/date" }] }), 0),
            ("own-profile", json!({ "state": "active" }), 1),
            ("no-such-code", json!({}), 1),
        ] {
            let mut problem = json!({ "code": code, "detail": "x" });
            problem.as_object_mut().expect("members").extend(members.as_object().expect("members").clone());
            assert_eq!(faults(&problem).len(), found, "{problem}");
        }
    }
}
