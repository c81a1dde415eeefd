//! The policy and the table say the same, each in its own words: the policy by action, role and nearness; the table by
//! operation, caller and case. Neither can be loosened or tightened alone.

use std::collections::BTreeSet;

use naast_api::contract::CONTRACT;
use naast_domain::access::{POLICY, Relation};
use naast_domain::code::Code as _;
use naast_domain::organisations::Role;

use super::cast::{NAMES, scope_of};
use super::table::{Cell, Column, Table};

/// What an action is done to, as far as nearness to it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Thing {
    /// Something of the whole installation.
    Whole,
    /// Something of a school: a conversation.
    School,
    /// Something of a programme, which nobody owns yet.
    Programme,
    /// Asking itself: whoever has an account may be a parent who asks.
    Asking,
    /// A request, which its buddy has while her match runs.
    Request,
    /// A proposal or a match, which its buddy has for good.
    Match,
    /// A buddy.
    Buddy,
    /// The private space of a match, which its buddy has while it runs.
    Private,
    /// A tie that a coordinator declared of herself.
    OwnTie,
}

/// The operations that show what an action may do. An action without one fails the test.
const SHOWN_BY: &[(&str, Thing, &[&str])] = &[
    ("ReadImports", Thing::Whole, &["listDirectoryImports", "getDirectoryImport"]),
    ("RecordPartnership", Thing::Whole, &["recordSchoolPartnership"]),
    ("ManageOrganisations", Thing::Whole, &["createOrganisation"]),
    ("RegisterPeople", Thing::Programme, &["registerPerson"]),
    ("ReadMemberships", Thing::Whole, &["listMemberships", "getMembership"]),
    ("ManageMemberships", Thing::Whole, &["createMembership", "updateMembership", "listCoordinationNeeds"]),
    (
        "ManageProgrammes",
        Thing::Whole,
        &["createProgramme", "changeProgrammeForm", "coverSchool", "setRetentionTerm"],
    ),
    ("HoldConversation", Thing::School, &["openConversation", "recordConversationStep"]),
    ("HandOverConversation", Thing::School, &["nameConversationHolder"]),
    ("ReadConversation", Thing::School, &["listConversations", "getConversation", "listConversationSteps"]),
    ("SubmitRequest", Thing::Asking, &["submitSupportRequest"]),
    ("ReadRequest", Thing::Request, &["getSupportRequest"]),
    ("ReadConsents", Thing::Request, &["listConsents", "getConsentReceipt", "listWithdrawalRecipients"]),
    (
        "DecideOnRequest",
        Thing::Request,
        &["giveConsent", "confirmConsent", "createPupilCode", "changeRequestSchool"],
    ),
    ("WithdrawRequest", Thing::Request, &["withdrawSupportRequest", "withdrawConsent"]),
    ("ReportConsent", Thing::Request, &["reportConsent"]),
    ("ContinueRequest", Thing::Request, &["continueSupportRequest"]),
    ("AnswerWithdrawalNotice", Thing::Buddy, &["confirmWithdrawalNotice"]),
    ("HoldCase", Thing::Request, &["placeHold", "releaseHold"]),
    ("ReadHolds", Thing::Request, &["listHolds"]),
    ("ReadCandidates", Thing::Request, &["listCandidates", "listDecisions"]),
    ("ProposeBuddy", Thing::Request, &["proposeBuddy"]),
    ("CancelProposal", Thing::Match, &["cancelProposal"]),
    ("ReadProposals", Thing::Request, &["listProposalsForRequest", "getProposalExplanation"]),
    ("ReadProposal", Thing::Match, &["getProposal", "listTieAnswers"]),
    ("AnswerTies", Thing::Match, &["answerTies"]),
    ("AnswerProposal", Thing::Match, &["answerProposal"]),
    ("ReadMatch", Thing::Match, &["getMatch"]),
    ("RecordContact", Thing::Match, &["recordContact"]),
    ("ReadContacts", Thing::Match, &["listContacts"]),
    ("PauseMatch", Thing::Match, &["pauseMatch", "resumeMatch"]),
    ("CloseMatch", Thing::Match, &["closeMatch"]),
    ("AnnounceMeeting", Thing::Match, &["announceMeeting", "cancelAnnouncement"]),
    ("ReadAnnouncements", Thing::Match, &["listAnnouncements", "getAnnouncement"]),
    (
        "ReadAnnouncedMeetings",
        Thing::School,
        &["listAnnouncedMeetings", "getAnnouncedMeeting", "getAnnouncedMeetingCalendar"],
    ),
    ("NoteObjection", Thing::School, &["noteObjection"]),
    ("ReadPrivateSpace", Thing::Private, &["listPrivateNotes", "getPrivateNote", "listMessages"]),
    (
        "WriteInPrivateSpace",
        Thing::Private,
        &[
            "writePrivateNote",
            "changePrivateNote",
            "deletePrivateNote",
            "sendMessage",
            "deleteMessage",
            "noteReading",
        ],
    ),
    ("EndOwnTies", Thing::OwnTie, &["endOwnTie"]),
    ("DeclareOwnTies", Thing::Programme, &["declareOwnTie", "confirmOwnTies", "listOwnTies"]),
    ("ReadEvents", Thing::Programme, &["listEvents"]),
    (
        "ReadWebhooks",
        Thing::Programme,
        &["getWebhookSubscription", "listWebhookDeliveries", "getWebhookDelivery"],
    ),
    (
        "ManageWebhooks",
        Thing::Programme,
        &[
            "createWebhookSubscription",
            "rotateWebhookSecret",
            "disableWebhookSubscription",
            "replayWebhookDelivery",
        ],
    ),
    ("ManageBuddies", Thing::Programme, &["registerBuddy"]),
    ("ManageBuddies", Thing::Buddy, &["updateBuddy", "recordCertificate", "removeCertificate"]),
    ("ReadBuddy", Thing::Buddy, &["getBuddy", "getReadiness", "listCertificates", "listTies"]),
    ("DeclareTies", Thing::Buddy, &["declareTie"]),
    ("VouchForTies", Thing::Buddy, &["endTie", "confirmTies"]),
];

/// The role in which a caller of the table calls; who holds none now has none.
fn role_of(caller: &str, thing: Thing) -> Option<Role> {
    let is_a_person = !["anonymous", "unknown"].contains(&caller) && scope_of(caller).is_none();
    if thing == Thing::Asking && is_a_person {
        return Some(Role::Parent);
    }
    if let Some(scope) = scope_of(caller) {
        return Some(scope.role());
    }
    let name = match caller {
        "other-parent" => "parent",
        "other-buddy" | "former-buddy" => "buddy",
        "other-coordinator" | "tied-coordinator" => "coordinator",
        "other-leader" => "school-leader",
        name => name,
    };
    Role::parse(name).ok()
}

/// Whether a thing has a parent and a buddy.
fn is_case(thing: Thing) -> bool {
    matches!(thing, Thing::Request | Thing::Match | Thing::Private)
}

/// Whether a caller, in this role, stands so near to a thing in a column: the facts of the cast, in words of their own.
fn stands(caller: &str, relation: Relation, thing: Thing, column: Column) -> bool {
    use Column::{Foreign, Over, Own, Sister};
    let places: &[Column] = match (relation, caller) {
        (Relation::Platform, _) => &[Own, Over, Sister, Foreign],
        (Relation::Own, _) if thing == Thing::Asking => &[Own, Foreign],
        (Relation::Own, "parent") if is_case(thing) => &[Own, Over],
        (Relation::Own, "other-parent") if is_case(thing) => &[Sister],
        (Relation::Own, "coordinator") if thing == Thing::OwnTie => &[Own],
        (Relation::Own, "other-coordinator") if thing == Thing::OwnTie => &[Foreign],
        (Relation::Own, "buddy") if thing == Thing::Buddy => &[Own],
        (Relation::Own, "former-buddy") if thing == Thing::Buddy => &[Over],
        (Relation::Own, "other-buddy") if thing == Thing::Buddy => &[Sister],
        (Relation::Assigned, "buddy") if is_case(thing) => &[Own],
        (Relation::Assigned, "former-buddy") if thing == Thing::Match => &[Over],
        (Relation::Assigned, "other-buddy") if is_case(thing) => &[Sister],
        (Relation::Programme | Relation::Case, "coordinator" | "trainer" | "pool-manager")
        | (Relation::Programme, "tied-coordinator")
            if thing != Thing::School =>
        {
            &[Own, Over, Sister]
        }
        (Relation::Programme, "system-events-read" | "system-pool-sync" | "system-pool-offers")
            if thing != Thing::School =>
        {
            &[Own, Over, Sister]
        }
        (Relation::Programme | Relation::Case, "other-coordinator") if thing != Thing::School => &[Foreign],
        (
            Relation::School,
            "school-staff"
            | "school-leader"
            | "professional"
            | "council-member"
            | "auditor"
            | "administrator"
            | "system-directory-read"
            | "system-conversations-open"
            | "system-referrals-status",
        ) if thing == Thing::School => &[Own, Over, Sister],
        (Relation::School, "other-leader") if thing == Thing::School => &[Foreign],
        _ => &[],
    };
    places.contains(&column)
}

/// Where policy and table say something else, in words.
pub fn disagreements(table: &Table) -> Vec<String> {
    let mut faults = Vec::new();
    for (action, allowed) in POLICY {
        // clients are connected at the terminal only: no operation shows it
        if allowed.is_empty() || *action == "ManageClients" {
            continue;
        }
        let shown: Vec<_> = SHOWN_BY.iter().filter(|(name, ..)| name == action).collect();
        if shown.is_empty() {
            faults.push(format!(
                "no operation shows what {action} may do: name one in SHOWN_BY (authorisation/policy.rs)"
            ));
        }
        let mut used = BTreeSet::new();
        for (_, thing, operations) in shown {
            for operation in *operations {
                compare(table, operation, *thing, allowed, &mut used, &mut faults);
            }
        }
        for pair in allowed.iter().filter(|pair| !used.contains(&format!("{pair:?}"))) {
            faults.push(format!(
                "the policy gives {action} to {pair:?}, and no row of the table shows it: take it out, or add the \
                 caller and her rows"
            ));
        }
    }
    for (action, _, _) in SHOWN_BY {
        if POLICY.iter().all(|(name, _)| name != action) {
            faults.push(format!("the policy has no action {action}"));
        }
    }
    faults
}

/// The scopes that the contract names with an operation.
fn named_scopes(operation: &str) -> Vec<&'static str> {
    let items = CONTRACT.document["paths"].as_object().into_iter().flatten();
    let mut all = items.flat_map(|(_, item)| item.as_object().into_iter().flatten());
    let found = all.find(|(_, one)| one["operationId"] == operation).map(|(_, one)| one);
    let ways = found.and_then(|one| one["security"].as_array()).into_iter().flatten();
    ways.filter_map(|way| way["client"].as_array()).flatten().filter_map(|scope| scope.as_str()).collect()
}

/// Holds the block of one operation against the line of its action: whom the line lets in must reach it, and nobody else.
/// Notes which pairs of the line let anybody in.
fn compare(
    table: &Table,
    operation: &str,
    thing: Thing,
    allowed: &[(Role, Relation)],
    used: &mut BTreeSet<String>,
    faults: &mut Vec<String>,
) {
    let columns = &table.block(operation).columns;
    let is_whole = columns.is_empty();
    let columns = if is_whole { &[Column::Own] } else { columns.as_slice() };
    let each = NAMES.iter().flat_map(|caller| columns.iter().map(move |column| (*caller, *column)));
    for (caller, column) in each.filter(|(_, column)| *column != Column::Missing) {
        let Some(cell) = table.cell(operation, caller, column) else { continue };
        let near = |relation| {
            // without an object it is enough to be near to any
            let places = if is_whole { Column::ALL.map(|(_, any)| any).to_vec() } else { vec![column] };
            places.into_iter().any(|place| stands(caller, relation, thing, place))
        };
        let lets_in =
            |(role, relation): &&(Role, Relation)| role_of(caller, thing) == Some(*role) && near(*relation);
        // a system gets only where the contract names its scope, whatever its role may elsewhere
        let opens = scope_of(caller).is_none_or(|scope| named_scopes(operation).contains(&scope.code()));
        let by: Vec<_> = allowed.iter().filter(|pair| opens && lets_in(pair)).collect();
        // whom a tie keeps from a case is told so, and reaches nothing
        let tied = caller == "tied-coordinator" && cell == Cell::Status(409);
        let reaches = cell.reaches() && !(tied && allowed.iter().any(|(_, near)| *near == Relation::Case));
        if by.is_empty() == reaches {
            faults.push(format!(
                "{operation} by {caller} on {column:?}: the table says {cell}, the policy {by:?}"
            ));
        }
        used.extend(by.into_iter().map(|pair| format!("{pair:?}")));
    }
}
