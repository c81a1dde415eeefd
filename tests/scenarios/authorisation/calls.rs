//! How each operation is called: by which ids, with which body, and in which state its object must be for the call to
//! succeed. A new operation on known objects needs a line here when it takes a body, has filters or needs a state.

use chrono::Days;
use naast_tests::app::Reply;
use naast_tests::random_id;
use naast_tests::world::{ELSEWHERE, SISTER, words};
use serde_json::{Value, json};

use super::cast::scope_of;
use super::objects::{Objects, State};
use super::stage::{Stage, announcement, elsewhere, meeting};
use super::table::Operation;

/// The state that the case must be in.
pub fn state_for(operation: &str) -> State {
    match operation {
        "giveConsent" | "confirmConsent" => State::Submitted,
        "listCandidates" | "proposeBuddy" => State::Consented,
        "answerTies" | "cancelProposal" => State::Proposed,
        "answerProposal" => State::Told,
        "resumeMatch" => State::Paused,
        _ => State::Matched,
    }
}

/// The filters of a collection; without them a page would show the caller's own.
fn filters(operation: &str, on: &Objects) -> String {
    match operation {
        "listSupportRequests" | "listMatches" | "listBuddies" => {
            format!("?programmeId={}&pageSize=200", on.programme)
        }
        "listEvents" | "listWebhookSubscriptions" | "listWithdrawalNotices" => {
            format!("?programmeId={}", on.programme)
        }
        "listWebhookDeliveries" => format!("?subscriptionId={}", on.subscription),
        "listProposalsToBuddy" => format!("?buddyId={}", on.buddy),
        "listConversations" | "listAnnouncedMeetings" => format!("?locationCode={}", on.school),
        _ => String::new(),
    }
}

/// The value of a placeholder: `{id}` is named by the collection that it stands in.
fn placeholder<'a>(collection: &str, name: &str, on: &'a Objects) -> &'a str {
    match (collection, name) {
        (_, "locationCode") => &on.school,
        (_, "boardNumber") => &on.board,
        (_, "partnershipCode") => &on.partnership,
        (_, "membershipId") => &on.membership,
        (_, "consentId") => &on.consent,
        ("withdrawal-notices", "id") => &on.notice,
        ("ties", "tieId") => &on.tie,
        ("certificates", "certificateId") => &on.certificate,
        ("coordinator-ties", "tieId") => &on.own_tie,
        ("processing-activities", "activityCode") => &on.activity,
        ("problems", "code") => &on.problem,
        ("directory-imports", "id") => &on.import,
        ("organisations", "id") => &on.organisation,
        ("programmes", "id") => &on.programme,
        ("conversations", "id") => &on.conversation,
        ("support-requests", "id") => &on.request,
        ("buddies", "id") => &on.buddy,
        ("proposals", "id") => &on.proposal,
        ("matches", "id") => &on.matched,
        ("meeting-announcements", "announcementId") => &on.announcement,
        ("announced-meetings", "id") => &on.announced,
        ("private-notes", "noteId") => &on.note,
        ("messages", "messageId") => &on.message,
        // a new export takes the place of the one before, so none stands all along: exports.rs tries whose each is
        ("exports", "id") => "00000000-0000-4000-8000-000000000000",
        ("retention-terms", "term") => "withdrawn",
        ("holds", "holdId") if on.hold.is_empty() => "00000000-0000-4000-8000-000000000000",
        ("holds", "holdId") => &on.hold,
        ("webhook-subscriptions", "id") => &on.subscription,
        ("webhook-deliveries", "id") => &on.delivery,
        _ => panic!(
            "/{collection}/{{{name}}}: say in calls.rs (`placeholder`) which id stands here, and add it to `Objects` in objects.rs"
        ),
    }
}

/// The path of a call.
pub fn path(operation: &Operation, on: &Objects) -> String {
    // who covers a school more must not change what the cases of the table stand on
    let on = Objects {
        school: if operation.id == "coverSchool" { SISTER.to_owned() } else { on.school.clone() },
        ..on.clone()
    };
    // of a case that is over, what was taken away cannot be written again for the next call
    let on = match operation.id.as_str() {
        "deletePrivateNote" => Objects { note: on.spare_note.clone(), ..on },
        "deleteMessage" => Objects { message: on.spare_message.clone(), ..on },
        _ => on,
    };
    let mut collection = "";
    let mut path = String::new();
    for part in operation.template.split('/').skip(1) {
        path.push('/');
        if let Some(name) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            path.push_str(placeholder(collection, name, &on));
        } else {
            path.push_str(part);
            collection = part;
        }
    }
    path + &filters(&operation.id, &on)
}

/// A body that fits, for operations that take one.
pub fn body(operation: &Operation, on: &Objects, stage: &Stage) -> Option<Value> {
    let world = &stage.world;
    let today = world.app.platform.clock.today();
    let request = || {
        let mut body = world.request_body(0);
        body["programmeId"] = json!(on.programme);
        body
    };
    Some(match operation.id.as_str() {
        _ if !operation.takes_body => return None,
        "requestSignInCode" => json!({ "email": "iemand@example.org" }),
        "issueToken" | "revokeToken" | "pauseMatch" | "resumeMatch" => json!({}),
        "nameConversationHolder" => {
            let leader = if on.school == ELSEWHERE { world.other_leader } else { world.leader };
            json!({ "personId": leader })
        }
        // what is so already: nothing else of the stage may change
        "recordSchoolPartnership" => {
            json!({ "partnershipCode": on.partnership, "source": "partnership", "sinceDate": today })
        }
        "registerPerson" | "correctMyName" => json!({ "name": "Iemand" }),
        "createOrganisation" => json!({ "kind": "provider", "name": "Aanbieder" }),
        "createMembership" => json!({ "personId": on.person, "role": "auditor" }),
        "updateMembership" => json!({ "status": "suspended" }),
        "createProgramme" => json!({
            "organisationId": world.association, "name": "Nieuw", "form": "independent", "funders": ["members"], "reason": "Test."
        }),
        "changeProgrammeForm" => {
            json!({ "form": "support-point", "funders": [], "sinceDate": today + Days::new(300), "reason": "Later." })
        }
        // it runs from today on already: a last day is what it can be given
        "coverSchool" => json!({ "sinceDate": today, "untilDate": today + Days::new(300) }),
        "openConversation" => {
            json!({ "locationCode": on.school, "parentReference": random_id(), "ground": "regular-talk" })
        }
        "recordConversationStep" => json!({ "step": "has-nobody" }),
        "exchangeInvitationCode" => json!({ "invitationCode": on.invitation }),
        "findParentConversation" => json!({ "code": on.code }),
        "answerAsParent" => json!({ "code": on.code, "step": "withdraw" }),
        "consentToReferral" => {
            json!({ "code": on.code, "request": world.request_body(0), "consent": words("referral") })
        }
        "submitSupportRequest" => request(),
        "setRetentionTerm" => json!({ "days": 20 }),
        "placeHold" => json!({ "because": "complaint" }),
        // the exact words would end whoever says them
        "eraseMe" => json!({ "confirmation": "erase-a-bit" }),
        "changeRequestSchool" => json!({ "locationCode": SISTER }),
        "reportConsent" => {
            json!({ "kind": "child-health-data", "text": words("child-health-data"), "childAge": "under-16" })
        }
        "confirmConsent" => json!({ "text": words("request") }),
        "findConsentToConfirm" => json!({ "code": on.confirmation }),
        "confirmConsentByCode" => json!({ "code": on.confirmation, "text": words("request") }),
        "consentAsPupil" => json!({ "code": on.pupil_code, "text": words("pupil-health-data") }),
        "findPupilConsent" | "withdrawAsPupil" => json!({ "code": on.pupil_code }),
        "giveConsent" => json!({ "kind": "request", "text": words("request") }),
        "proposeBuddy" => json!({ "buddyId": on.buddy }),
        "cancelProposal" => json!({ "reason": "no-answer" }),
        "answerTies" => json!({ "answers": [{ "finding": on.finding, "answer": "accepted" }] }),
        "answerProposal" => json!({ "answer": "accepted", "tiesAsked": [] }),
        "recordContact" => meeting(today),
        "announceMeeting" => announcement(today, &on.school),
        "noteObjection" => json!({ "objection": "room" }),
        "writePrivateNote" => {
            json!({ "kind": "goal", "text": "Weer samen aan tafel.", "aboutHealth": false })
        }
        "changePrivateNote" => json!({ "text": "Rustig blijven." }),
        "sendMessage" => json!({ "text": "Tot donderdag.", "aboutHealth": false }),
        "noteReading" => json!({ "upTo": on.message }),
        "closeMatch" => json!({ "reason": "goal-reached" }),
        "registerBuddy" => json!({
            "programmeId": on.programme, "personId": on.person, "firstName": "Nieuw", "languages": ["nl"],
            "specialisms": [], "channels": ["online"], "municipalityCodes": [], "capacity": 1
        }),
        "updateBuddy" => json!({ "capacity": 10 }),
        "recordCertificate" => json!({ "kind": "training", "issuedDate": today }),
        // the same tie is not declared twice, and it changes nothing before its first day
        "declareTie" => {
            json!({ "kind": "political-office", "about": elsewhere(), "sinceDate": stage.next_day() })
        }
        "declareOwnTie" => json!({ "kind": "political-office", "about": elsewhere() }),
        "createWebhookSubscription" => {
            json!({ "programmeId": on.programme, "url": "https://hooks.example.org/naast" })
        }
        "endTie" | "endOwnTie" => json!({ "untilDate": today }),
        id => panic!("{id} takes a body: add one that fits to `body` in calls.rs"),
    })
}

/// Calls an operation as somebody, with everything in order but perhaps her right to it.
pub fn call(stage: &Stage, operation: &Operation, caller: &str, on: &Objects) -> Reply {
    call_with(stage, operation, caller, on, body(operation, on, stage))
}

/// The same, with another body.
pub fn call_with(
    stage: &Stage,
    operation: &Operation,
    caller: &str,
    on: &Objects,
    body: Option<Value>,
) -> Reply {
    let mut headers = vec![("accept", "application/json")];
    headers.extend(stage.cast.token(caller).map(|token| ("authorization", token)));
    // any version will do (RFC 9110, 13.1.1): it must not be a stale one that is refused
    headers.extend(operation.asks_version.then_some(("if-match", "*")));
    headers.extend(body.as_ref().map(|_| ("content-type", "application/json")));
    // a system names each call that changes something, or is sent away for that
    let key = scope_of(caller).map(|_| random_id().to_string());
    headers.extend(key.as_deref().map(|key| ("idempotency-key", key)));
    let bytes = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
    stage.world.app.send(&operation.method, &format!("/v1{}", path(operation, on)), &headers, bytes)
}
