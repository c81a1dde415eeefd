//! Scopes of connected systems: each for certain purposes, in certain kinds of organisation, in one role.

use crate::code::CodeSet;
use crate::code_list;
use crate::journal::Purpose;
use crate::organisations::{OrganisationKind, Role};

code_list! {
    /// What a connected system may ask for. The list is closed; each operation of the contract names the scopes that open it.
    pub enum Scope {
        DirectoryRead = "directory:read": "scholen en samenwerkingsverbanden lezen" / "read schools and partnerships",
        DirectoryWrite = "directory:write": "scholen en samenwerkingsverbanden bijwerken" / "bring schools and partnerships up to date",
        ConversationsOpen = "conversations:open": "gesprekken openen en stappen vastleggen" / "open conversations and record steps",
        ReferralsStatus = "referrals:status": "zien of een overdracht is gedaan" / "see whether a hand-over was made",
        PoolSync = "pool:sync": "een buddypool bijhouden" / "keep a pool of buddies in step",
        PoolOffers = "pool:offers": "op vragen aan een buddypool antwoorden" / "answer what a pool of buddies is asked",
        EventsRead = "events:read": "gebeurtenissen lezen" / "read events",
        ReportsRead = "reports:read": "rapporten lezen" / "read reports",
    }
}

impl Scope {
    /// The role that a system acts in by this scope, which the policy table names.
    pub fn role(self) -> Role {
        match self {
            Self::DirectoryRead => Role::DirectoryReader,
            Self::DirectoryWrite => Role::DirectoryWriter,
            Self::ConversationsOpen => Role::ConversationOpener,
            Self::ReferralsStatus => Role::ReferralReader,
            Self::PoolSync => Role::PoolKeeper,
            Self::PoolOffers => Role::OfferAnswerer,
            Self::EventsRead => Role::EventReader,
            Self::ReportsRead => Role::ReportReader,
        }
    }

    /// The purposes that the scope can serve (AVG art. 5 lid 1 b).
    pub fn purposes(self) -> &'static [Purpose] {
        use Purpose as P;
        match self {
            Self::DirectoryRead | Self::EventsRead => {
                &[P::Signposting, P::Matching, P::Support, P::Volunteers, P::Administration]
            }
            Self::DirectoryWrite | Self::ReportsRead => &[P::Administration],
            Self::ConversationsOpen | Self::ReferralsStatus => &[P::Signposting],
            Self::PoolSync | Self::PoolOffers => &[P::Matching, P::Volunteers],
        }
    }

    /// The kinds of organisation whose systems may hold the scope.
    pub fn holders(self) -> &'static [OrganisationKind] {
        use OrganisationKind as K;
        match self {
            // the events of a programme tell of cases: never a system of a school or its board, also when it runs one
            Self::EventsRead => &[K::SupportPoint, K::ParentAssociation, K::Provider],
            Self::DirectoryRead => {
                &[K::School, K::Board, K::Partnership, K::SupportPoint, K::ParentAssociation, K::Provider]
            }
            Self::DirectoryWrite => &[K::Provider],
            Self::ConversationsOpen | Self::ReferralsStatus => &[K::School],
            Self::PoolSync | Self::PoolOffers => &[K::ParentAssociation, K::Provider],
            Self::ReportsRead => &[K::Board, K::Partnership, K::SupportPoint],
        }
    }
}

/// Why a system cannot be connected so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientFault {
    /// It would be able to do nothing.
    #[error("a client needs at least one scope")]
    NoScope,
    /// The scope does not serve the purpose.
    #[error("{0} does not serve the purpose {1}")]
    OtherPurpose(Scope, Purpose),
    /// A system of such an organisation cannot hold the scope.
    #[error("a client of a {1} cannot hold {0}")]
    OtherHolder(Scope, OrganisationKind),
}

/// Whether a system of such an organisation may hold these scopes for this purpose.
///
/// # Errors
/// The first [`ClientFault`] in the order of the list of scopes.
pub fn check_client(
    scopes: CodeSet<Scope>,
    purpose: Purpose,
    organisation: OrganisationKind,
) -> Result<(), ClientFault> {
    if scopes.is_empty() {
        return Err(ClientFault::NoScope);
    }
    for scope in scopes.iter() {
        if !scope.purposes().contains(&purpose) {
            return Err(ClientFault::OtherPurpose(scope, purpose));
        }
        if !scope.holders().contains(&organisation) {
            return Err(ClientFault::OtherHolder(scope, organisation));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code as _;

    fn set(scopes: &[Scope]) -> CodeSet<Scope> {
        scopes.iter().copied().collect()
    }

    #[test]
    fn each_scope_has_a_role_of_its_own_that_no_membership_gives() {
        for (place, scope) in Scope::ALL.iter().enumerate() {
            assert!(scope.role().is_of_a_system(), "{scope}");
            assert!(Role::of_memberships().all(|role| role != scope.role()), "{scope}");
            assert!(Scope::ALL[..place].iter().all(|other| other.role() != scope.role()), "{scope}");
        }
        let of_systems = Role::ALL.iter().filter(|role| role.is_of_a_system()).count();
        assert_eq!(of_systems, Scope::ALL.len());
    }

    #[test]
    fn a_schools_system_opens_conversations_and_a_boards_does_not() {
        let scopes = set(&[Scope::DirectoryRead, Scope::ConversationsOpen]);
        assert_eq!(check_client(scopes, Purpose::Signposting, OrganisationKind::School), Ok(()));
        assert_eq!(
            check_client(scopes, Purpose::Signposting, OrganisationKind::Board),
            Err(ClientFault::OtherHolder(Scope::ConversationsOpen, OrganisationKind::Board))
        );
    }

    #[test]
    fn no_system_of_a_school_reads_the_events_of_a_programme() {
        for kind in [OrganisationKind::School, OrganisationKind::Board, OrganisationKind::Partnership] {
            assert!(!Scope::EventsRead.holders().contains(&kind), "{kind}");
        }
    }

    #[test]
    fn one_client_serves_one_purpose() {
        let both = set(&[Scope::ConversationsOpen, Scope::ReportsRead]);
        for purpose in Purpose::ALL {
            assert!(check_client(both, *purpose, OrganisationKind::School).is_err(), "{purpose}");
        }
        assert_eq!(
            check_client(set(&[]), Purpose::Support, OrganisationKind::School),
            Err(ClientFault::NoScope)
        );
    }
}
