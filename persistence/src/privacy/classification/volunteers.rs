//! Buddies: their profile, what makes them ready, and their ties.

use naast_domain::buddies::{BuddyStatus, CertificateKind, Channel, SpokenLanguage};
use naast_domain::independence::TieKind;
use naast_domain::journal::Purpose::{Matching, Volunteers};
use naast_domain::privacy::WithheldBecause::{Key, ThirdParty};
use naast_domain::privacy::retention::Rule::{BuddyFile, Certificate, Minutes};
use naast_domain::requests::Topic;

use super::{Of, SealedFor, Shown, Table, internal, key, personal, table};

pub(super) const TABLES: &[Table] = &[
    table(
        "buddies",
        Of::Buddy("id"),
        Volunteers,
        BuddyFile,
        &[
            personal("programme_id").exported("buddyProfiles.programmeId").shown(Shown::Name),
            personal("id").exported("buddyProfiles.id"),
            key("person_id"),
            personal("first_name").sealed(SealedFor::Person("person_id")).exported("buddyProfiles.firstName"),
            personal("languages").exported("buddyProfiles.languages").reads::<SpokenLanguage>(),
            personal("specialisms").exported("buddyProfiles.specialisms").reads::<Topic>(),
            personal("channels").exported("buddyProfiles.channels").reads::<Channel>(),
            personal("municipalities").exported("buddyProfiles.municipalityCodes").shown(Shown::Name),
            personal("capacity").exported("buddyProfiles.capacity"),
            personal("matches").exported("buddyProfiles.runningMatches"),
            personal("status").exported("buddyProfiles.status").reads::<BuddyStatus>(),
            personal("ties_asked_on").exported("buddyProfiles.tiesAskedOnDate"),
            personal("ready_until").exported("buddyProfiles.readyUntilDate"),
            internal("version"),
            personal("created_at").exported("buddyProfiles.createdAt"),
            personal("left_at").exported("buddyProfiles.leftAt"),
        ],
    ),
    table(
        "ties",
        Of::Buddy("buddy_id"),
        Volunteers,
        BuddyFile,
        &[
            internal("programme_id"),
            key("id"),
            key("buddy_id"),
            personal("kind").exported("buddyProfiles.ties.kind").reads::<TieKind>(),
            personal("about").exported("buddyProfiles.ties.about").shown(Shown::About),
            personal("aggravated").exported("buddyProfiles.ties.furtherAnswer"),
            personal("since").exported("buddyProfiles.ties.sinceDate"),
            personal("until").exported("buddyProfiles.ties.untilDate"),
            personal("declared_at").exported("buddyProfiles.ties.declaredAt"),
            internal("version"),
            personal("ended_on").exported("buddyProfiles.ties.endSaidOnDate"),
        ],
    ),
    // until the rules were asked again, which takes a second
    table(
        "reassessments",
        Of::Buddy("buddy_id"),
        Matching,
        Minutes,
        &[internal("id"), key("buddy_id"), internal("asked_at")],
    ),
    table(
        "certificates",
        Of::Buddy("buddy_id"),
        Volunteers,
        Certificate,
        &[
            internal("programme_id"),
            personal("id").withheld(Key),
            key("buddy_id"),
            personal("kind").exported("buddyProfiles.certificates.kind").reads::<CertificateKind>(),
            personal("profile").exported("buddyProfiles.certificates.profile"),
            personal("issued_on").exported("buddyProfiles.certificates.issuedOnDate"),
            personal("expires_on").exported("buddyProfiles.certificates.expiresOnDate"),
            personal("seen_by").withheld(ThirdParty),
            personal("recorded_at").exported("buddyProfiles.certificates.recordedAt"),
        ],
    ),
];
