//! Who gets what an activity holds is who is granted it: the recipients of the register (art. 30 lid 1 d) against the policy.

use std::collections::BTreeSet;

use super::*;
use crate::access::POLICY;
use crate::code::Code as _;
use crate::organisations::Role;
use crate::privacy::access::DataKind;

/// The activities whose data an action of the policy shows, in what it reads or in the answer to what it changes; none for one that shows
/// nothing of a person. In the order of the policy. An action that is added there fails this until somebody has looked whose data it shows.
const SHOWS: &[(&str, &[&str])] = &[
    // schools, boards and partnerships, of the directory
    ("ReadImports", &[]),
    ("RecordPartnership", &[]),
    ("ManageOrganisations", &[]),
    ("RegisterPeople", &["accounts"]),
    ("ReadMemberships", &["accounts"]),
    ("ManageMemberships", &["accounts"]),
    // systems, and programmes: no person
    ("ManageClients", &[]),
    ("ManageProgrammes", &[]),
    ("HoldConversation", &["signposting"]),
    ("HandOverConversation", &["signposting"]),
    ("ReadConversation", &["signposting"]),
    ("SubmitRequest", &["matching"]),
    ("ReadRequest", &["matching"]),
    ("ReadConsents", &["consents"]),
    ("DecideOnRequest", &["matching", "consents", "rights"]),
    ("ReportConsent", &["consents"]),
    ("ContinueRequest", &["matching"]),
    // what is asked says when the case goes and why: also that its parent asked for that
    ("AnswerWithdrawalNotice", &["consents", "rights"]),
    ("WithdrawRequest", &["matching", "consents"]),
    ("ReadCandidates", &["matching", "volunteers"]),
    ("ProposeBuddy", &["matching", "volunteers"]),
    ("ReadProposals", &["matching", "volunteers"]),
    ("ReadProposal", &["matching", "volunteers"]),
    ("AnswerTies", &["matching"]),
    ("CancelProposal", &["matching"]),
    ("AnswerProposal", &["matching"]),
    ("ReadMatch", &["support"]),
    ("RecordContact", &["support"]),
    ("ReadContacts", &["support"]),
    ("PauseMatch", &["support"]),
    ("CloseMatch", &["support"]),
    ("AnnounceMeeting", &["meeting-announcements"]),
    ("ReadAnnouncements", &["meeting-announcements"]),
    ("ReadAnnouncedMeetings", &["meeting-announcements"]),
    ("NoteObjection", &["meeting-announcements"]),
    ("ReadPrivateSpace", &["private-space"]),
    ("WriteInPrivateSpace", &["private-space"]),
    ("ManageBuddies", &["volunteers"]),
    ("ReadBuddy", &["volunteers"]),
    ("DeclareTies", &["volunteers"]),
    ("VouchForTies", &["volunteers"]),
    ("DeclareOwnTies", &["volunteers"]),
    ("EndOwnTies", &["volunteers"]),
    ("HoldCase", &["rights"]),
    ("ReadHolds", &["rights"]),
    ("ReadEvents", &["accountability"]),
    ("ReadWebhooks", &["accountability"]),
    ("ManageWebhooks", &["accountability"]),
];

/// Whom a line of the recipients begins with, up to its colon: in Dutch, in English, and the roles of the policy that it stands for. None for
/// whoever has no role: who holds a code, what is sent outside, and the person herself where the policy is not asked.
const WHO: &[(&str, &str, &[Role])] = &[
    ("de school", "the school", AT_SCHOOL),
    (
        "een systeem dat de school aansluit",
        "a system that the school connects",
        &[Role::ConversationOpener, Role::ReferralReader],
    ),
    ("wie de code van de ouder heeft", "whoever holds the parent's code", &[]),
    ("de ouder zelf", "the parent herself", &[Role::Parent]),
    ("de coördinator van het programma", "the coordinator of the programme", &[Role::Coordinator]),
    ("wie als buddy wordt voorgesteld", "whoever is proposed as a buddy", &[Role::Buddy]),
    ("de buddy die de ouder kiest", "the buddy whom the parent chooses", &[Role::Buddy]),
    ("ouder en buddy zelf", "parent and buddy themselves", &[Role::Parent, Role::Buddy]),
    (
        "de ouder, en haar buddy zolang de koppeling loopt; verder niemand, in geen enkele rol",
        "the parent, and her buddy while the match runs; nobody else, in any role",
        &[Role::Parent, Role::Buddy],
    ),
    ("de school die de ouder noemt", "the school that the parent names", AT_SCHOOL),
    ("een buddy", "a buddy", &[Role::Buddy]),
    ("wie de code van een leerling heeft", "whoever holds a pupil's code", &[]),
    (
        "wie de code heeft uit een brief die om bevestiging vraagt",
        "whoever holds the code of a letter that asks to confirm",
        &[],
    ),
    ("zij zelf", "she herself", &[Role::Parent]),
    ("beheerders", "administrators", &[Role::Administrator]),
    ("de buddy zelf", "the buddy herself", &[Role::Buddy]),
    (
        "de ouder aan wie de buddy wordt voorgesteld",
        "the parent to whom the buddy is proposed",
        &[Role::Parent],
    ),
    ("wie het account heeft", "whoever has the account", &[]),
    ("beheerders en toezichthouders", "administrators and auditors", &[Role::Administrator, Role::Auditor]),
    ("wie het aangaat", "whom it concerns", &[]),
    ("een systeem dat gebeurtenissen leest", "a system that reads events", &[Role::EventReader]),
    ("ontvangers van webhooks", "receivers of webhooks", &[]),
    ("wie de database beheert", "whoever administers the database", &[]),
];

/// The people of a school who hold its conversations and read who comes along.
const AT_SCHOOL: &[Role] = &[Role::SchoolLeader, Role::SchoolStaff, Role::Professional];

/// Whom a line begins with.
fn head(line: &str) -> &str {
    line.split(':').next().unwrap_or(line)
}

/// The roles that the policy grants an action which shows data of this activity.
fn granted(code: &str) -> BTreeSet<Role> {
    let shows = |action: &str| SHOWS.iter().any(|(name, of)| *name == action && of.contains(&code));
    let allowed = POLICY.iter().filter(|(action, _)| shows(action)).flat_map(|(_, allowed)| *allowed);
    allowed.map(|(role, _)| *role).collect()
}

/// What is wrong with the recipients of an activity: a role that is granted something and is not told, one that is told and granted nothing,
/// and a line of which nobody said for whom it stands.
fn faults(one: &Activity, recipients: &[Text]) -> Vec<String> {
    let (mut faults, mut told) = (Vec::new(), BTreeSet::new());
    for line in recipients {
        match WHO.iter().find(|(nl, en, _)| *nl == head(&line.nl) && *en == head(&line.en)) {
            Some((.., roles)) => told.extend(roles.iter().copied()),
            None => faults.push(format!("{}: say in WHO for whom it stands: {line:?}", one.code)),
        }
    }
    let granted = granted(one.code);
    faults.extend(
        granted.difference(&told).map(|role| format!("{}: {role} is granted it, and not told", one.code)),
    );
    faults.extend(
        told.difference(&granted).map(|role| format!("{}: {role} is told, and not granted it", one.code)),
    );
    faults
}

#[test]
fn who_is_granted_what_an_activity_holds_stands_among_its_recipients() {
    let of_the_table: Vec<_> = POLICY.iter().map(|(name, _)| *name).collect();
    assert_eq!(SHOWS.iter().map(|(name, _)| *name).collect::<Vec<_>>(), of_the_table);
    for (action, of) in SHOWS {
        assert!(of.iter().all(|code| activity(code).is_some()), "{action}: {of:?}");
    }
    let found: Vec<_> = ACTIVITIES.iter().flat_map(|one| faults(one, one.recipients)).collect();
    assert_eq!(found, [""; 0]);
    for (nl, ..) in WHO {
        let lines = ACTIVITIES.iter().flat_map(|one| one.recipients);
        assert!(lines.into_iter().any(|line| head(&line.nl) == *nl), "nobody is called `{nl}`");
    }
}

/// The roles for which a line stands.
fn roles(line: &Text) -> &'static [Role] {
    WHO.iter().find(|(nl, ..)| *nl == head(&line.nl)).map_or(&[][..], |(.., roles)| *roles)
}

/// The test of the test: a line that alone tells of a role is missed when it is taken out, whichever it is.
#[test]
fn a_recipient_that_is_left_out_is_found() {
    let mut missed = 0;
    for one in ACTIVITIES {
        for (at, line) in one.recipients.iter().enumerate() {
            let mut without = one.recipients.to_vec();
            without.remove(at);
            let told: BTreeSet<_> = without.iter().flat_map(roles).collect();
            let is_alone = roles(line).iter().any(|role| !told.contains(role));
            assert_eq!(faults(one, &without).is_empty(), !is_alone, "{}: {line:?}", one.code);
            missed += usize::from(is_alone);
        }
    }
    assert!(
        missed >= ACTIVITIES.len(),
        "each activity has a line without which a role is not told: {missed}"
    );
}

/// The action by which data of a kind are read; none for what is read with a change or a repetition, of whatever it is.
fn read_by(data: DataKind) -> Option<&'static str> {
    Some(match data {
        DataKind::Request => "ReadRequest",
        DataKind::Consents => "ReadConsents",
        DataKind::Withdrawal => "AnswerWithdrawalNotice",
        DataKind::Hold => "ReadHolds",
        DataKind::Candidates | DataKind::Decisions => "ReadCandidates",
        DataKind::Proposal | DataKind::TieAnswers => "ReadProposal",
        DataKind::Match => "ReadMatch",
        DataKind::Contacts => "ReadContacts",
        DataKind::PrivateNotes | DataKind::Messages => "ReadPrivateSpace",
        DataKind::Announcement => "ReadAnnouncements",
        DataKind::BuddyProfile | DataKind::Readiness | DataKind::Certificates | DataKind::Ties => "ReadBuddy",
        DataKind::Changed | DataKind::Refused | DataKind::Repeated => return None,
    })
}

/// So that whoever follows a record of a reading to the register finds the reader among the recipients there.
#[test]
fn a_record_of_a_reading_names_an_activity_whose_data_were_read() {
    for data in DataKind::ALL {
        let Some(action) = read_by(*data) else { continue };
        let of = SHOWS.iter().find(|(name, _)| *name == action).map_or(&[][..], |(_, of)| *of);
        assert!(of.contains(&data.activity()), "{data}: {} is not among {of:?}", data.activity());
    }
}
