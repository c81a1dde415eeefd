//! Organisations, people, and the roles that people hold in them (I1). Only an active membership counts.

use crate::code::Code;
use crate::directory::{BoardNumber, LocationCode, PartnershipCode};
use crate::ids::{MembershipId, OrganisationId, PersonId, ProgrammeId};
use crate::programmes::OrganisationForm;
use crate::rejection::Rejection;
use crate::text::Text;
use crate::{Date, code_list};

code_list! {
    /// What an organisation is.
    pub enum OrganisationKind {
        School = "school": "school" / "school",
        Board = "board": "schoolbestuur" / "school board",
        Partnership = "partnership": "samenwerkingsverband" / "partnership",
        SupportPoint = "support-point": "Ouder- en Jeugdsteunpunt" / "parent and youth support point",
        ParentAssociation = "parent-association": "oudervereniging" / "parents' association",
        Provider = "provider": "aanbieder" / "provider",
    }
}

/// The identifier by which the directory knows an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirectoryIdentifier {
    /// The location code of a school.
    Location,
    /// The number of a board.
    Board,
    /// The code of a partnership.
    Partnership,
}

/// Which identifier an organisation has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identified {
    /// It has this one: what the school is of whose people a rule speaks is read from it (S2).
    By(DirectoryIdentifier),
    /// It may have this one.
    PerhapsBy(DirectoryIdentifier),
    /// The directory does not know it.
    Not,
}

impl OrganisationKind {
    /// Which identifier of the directory an organisation of this kind has.
    pub const fn identified(self) -> Identified {
        match self {
            Self::School => Identified::By(DirectoryIdentifier::Location),
            Self::Board => Identified::By(DirectoryIdentifier::Board),
            Self::Partnership => Identified::By(DirectoryIdentifier::Partnership),
            Self::SupportPoint => Identified::PerhapsBy(DirectoryIdentifier::Partnership),
            Self::ParentAssociation | Self::Provider => Identified::Not,
        }
    }
}

code_list! {
    /// What a person may be in an organisation. One person may be several things in several places.
    pub enum Role {
        Parent = "parent": "vraagouder" / "requesting parent",
        Buddy = "buddy": "buddy" / "buddy",
        Coordinator = "coordinator": "coördinator" / "coordinator",
        Trainer = "trainer": "trainer" / "trainer",
        SchoolStaff = "school-staff": "leerkracht of intern begeleider" / "teacher or internal support coordinator",
        SchoolLeader = "school-leader": "schoolleider" / "school leader",
        Professional = "professional": "begeleider rond de school" / "professional around the school",
        BoardMember = "board-member": "bestuurder" / "board member",
        PartnershipStaff = "partnership-staff": "medewerker van het samenwerkingsverband" / "staff of the partnership",
        CouncilMember = "council-member": "lid van MR of OPR" / "council member",
        PoolManager = "pool-manager": "beheerder van een buddypool" / "pool manager",
        Auditor = "auditor": "toezichthouder" / "auditor",
        Administrator = "administrator": "beheerder" / "administrator",
        DirectoryReader = "directory-reader": "systeem dat de gids leest" / "system that reads the directory",
        DirectoryWriter = "directory-writer": "systeem dat de gids bijwerkt" / "system that brings the directory up to date",
        ConversationOpener = "conversation-opener": "systeem dat gesprekken opent" / "system that opens conversations",
        ReferralReader = "referral-reader": "systeem dat ziet of een overdracht is gedaan" / "system that sees whether a hand-over was made",
        PoolKeeper = "pool-keeper": "systeem dat een buddypool bijhoudt" / "system that keeps a pool of buddies in step",
        OfferAnswerer = "offer-answerer": "systeem dat voor een buddypool antwoordt" / "system that answers for a pool of buddies",
        EventReader = "event-reader": "systeem dat gebeurtenissen leest" / "system that reads events",
        ReportReader = "report-reader": "systeem dat rapporten leest" / "system that reads reports",
    }
}

code_list! {
    /// Where a membership stands. Only `active` gives a role.
    pub enum MembershipStatus {
        Invited = "invited": "uitgenodigd" / "invited",
        Active = "active": "actief" / "active",
        Suspended = "suspended": "geschorst" / "suspended",
        Ended = "ended": "beëindigd" / "ended",
    }
}

/// An organisation that takes part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// What it is.
    pub kind: OrganisationKind,
    /// Its name.
    pub name: String,
    /// The school location that it is, for a school.
    pub location: Option<LocationCode>,
    /// The board that it is.
    pub board: Option<BoardNumber>,
    /// The partnership that it is.
    pub partnership: Option<PartnershipCode>,
}

/// One person's role in one organisation, for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Its id.
    pub id: MembershipId,
    /// Who.
    pub person: PersonId,
    /// Where.
    pub organisation: OrganisationId,
    /// The programme that the role is for, where it is for one.
    pub programme: Option<ProgrammeId>,
    /// The role.
    pub role: Role,
    /// Where it stands.
    pub status: MembershipStatus,
    /// The first day.
    pub since: Date,
    /// The last day, when there is one.
    pub until: Option<Date>,
}

impl MembershipStatus {
    /// Where a membership can go from here. What ended stays ended, so that what somebody was at a school is not forgotten;
    /// who comes back gets a new membership.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Invited => &[Self::Active, Self::Ended],
            Self::Active => &[Self::Suspended, Self::Ended],
            Self::Suspended => &[Self::Active, Self::Ended],
            Self::Ended => &[],
        }
    }
}

impl Membership {
    /// The membership in another status, from today on; one that ends does so today, or earlier if that was known. The status
    /// that it has already changes nothing.
    ///
    /// # Errors
    /// `membership-status` where it cannot go there from here.
    pub fn to_status(mut self, status: MembershipStatus, today: Date) -> Result<Self, Rejection> {
        if status == self.status {
            return Ok(self);
        }
        if !self.status.next().contains(&status) {
            let reason = Text::new(
                format!(
                    "Dit lidmaatschap is {} en wordt niet {}.",
                    self.status.label().nl,
                    status.label().nl
                ),
                format!(
                    "This membership is {} and does not become {}.",
                    self.status.label().en,
                    status.label().en
                ),
            );
            return Err(Rejection::rule("membership-status", "I1", reason)
                .in_state(self.status.code(), self.status.next().iter().map(|next| next.code()).collect()));
        }
        if status == MembershipStatus::Ended {
            let last = today.max(self.since);
            self.until = Some(self.until.map_or(last, |until| until.min(last)));
        }
        self.status = status;
        Ok(self)
    }

    /// Whether the two give one person the same role on some day. What was ended is over, also on its last day: who comes back that day
    /// gets a new membership.
    pub fn overlaps(&self, other: &Self) -> bool {
        let begins_within = |one: &Self, of: &Self| of.until.is_none_or(|last| one.since <= last);
        [self, other].iter().all(|one| one.status != MembershipStatus::Ended)
            && (self.person, self.organisation, self.programme, self.role)
                == (other.person, other.organisation, other.programme, other.role)
            && begins_within(self, other)
            && begins_within(other, self)
    }

    /// Whether the membership gives its role on this day.
    pub fn is_active(&self, on: Date) -> bool {
        self.status == MembershipStatus::Active
            && self.since <= on
            && self.until.is_none_or(|last| on <= last)
    }
}

impl Role {
    /// Whether the role is held in a programme rather than in an organisation as a whole.
    pub fn is_of_a_programme(self) -> bool {
        matches!(self, Self::Coordinator | Self::Trainer | Self::PoolManager)
    }

    /// Whether the role can be held in an organisation of this kind; for a role of a programme, in the programme's form. A
    /// role that is held where nobody holds it would count in the rules of the place: a school leader of a provider is
    /// nobody's school leader, and who coordinates an independent programme from a school is not independent (S1, S2).
    pub fn fits(self, kind: OrganisationKind, form: Option<OrganisationForm>) -> bool {
        use OrganisationKind::{Board, ParentAssociation, Partnership, Provider, School, SupportPoint};
        match self {
            // also who works at the board's office
            Self::SchoolStaff | Self::SchoolLeader => matches!(kind, School | Board),
            Self::Professional => matches!(kind, School | Board | Partnership | SupportPoint | Provider),
            Self::BoardMember | Self::CouncilMember => matches!(kind, School | Board | Partnership),
            Self::PartnershipStaff => matches!(kind, Partnership | SupportPoint),
            Self::PoolManager => matches!(kind, ParentAssociation | Provider),
            // where the work for the programme can be done
            Self::Coordinator | Self::Trainer => form.is_none_or(|form| form.is_served_by(kind)),
            Self::Auditor | Self::Administrator => true,
            _ => false,
        }
    }

    /// Whether the role is one of the school's side of the table.
    pub fn is_school_side(self) -> bool {
        matches!(self, Self::SchoolStaff | Self::SchoolLeader | Self::Professional | Self::BoardMember)
    }

    /// Whether a connected system acts in the role, by one of its scopes ([`crate::identity::Scope`]), and no person ever.
    pub fn is_of_a_system(self) -> bool {
        matches!(
            self,
            Self::DirectoryReader
                | Self::DirectoryWriter
                | Self::ConversationOpener
                | Self::ReferralReader
                | Self::PoolKeeper
                | Self::OfferAnswerer
                | Self::EventReader
                | Self::ReportReader
        )
    }

    /// Roles that a membership can give. Parent and buddy are not among them: a parent is whoever asks, a buddy
    /// whoever is registered as one; nor are the roles of systems, which come from scopes.
    pub fn of_memberships() -> impl Iterator<Item = Self> {
        let given = |role: &Self| !matches!(role, Self::Parent | Self::Buddy) && !role.is_of_a_system();
        Self::ALL.iter().copied().filter(given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> Date {
        Date::from_ymd_opt(2026, 9, day).expect("a day")
    }

    #[test]
    fn a_role_is_held_where_somebody_can_hold_it() {
        let kinds = |role: Role, form| -> Vec<&str> {
            OrganisationKind::ALL
                .iter()
                .filter(|kind| role.fits(**kind, form))
                .map(|kind| kind.code())
                .collect()
        };
        assert_eq!(kinds(Role::SchoolLeader, None), ["school", "board"]);
        assert_eq!(kinds(Role::SchoolStaff, None), ["school", "board"]);
        assert_eq!(kinds(Role::PartnershipStaff, None), ["partnership", "support-point"]);
        assert_eq!(kinds(Role::PoolManager, None), ["parent-association", "provider"]);
        let coordinator = |form| kinds(Role::Coordinator, Some(form));
        assert_eq!(coordinator(OrganisationForm::Independent), ["parent-association", "provider"]);
        assert_eq!(
            coordinator(OrganisationForm::School),
            ["school", "board", "parent-association", "provider"]
        );
        let at_point = ["partnership", "support-point", "parent-association", "provider"];
        assert_eq!(coordinator(OrganisationForm::SupportPoint), at_point);
        for role in Role::of_memberships() {
            assert!(!kinds(role, None).is_empty(), "{role}");
        }
        for role in Role::ALL.iter().filter(|role| Role::of_memberships().all(|given| given != **role)) {
            assert!(kinds(*role, None).is_empty(), "{role}");
        }
    }

    #[test]
    fn two_memberships_overlap_where_they_give_the_same_role_on_a_day() {
        let id = uuid::Uuid::nil();
        let from = |since, until: Option<u32>| Membership {
            id: id.into(),
            person: id.into(),
            organisation: id.into(),
            programme: None,
            role: Role::Auditor,
            status: MembershipStatus::Active,
            since: day(since),
            until: until.map(day),
        };
        for (one, other, overlap) in [
            (from(1, Some(9)), from(10, None), false),
            (from(1, Some(10)), from(10, None), true),
            (from(1, None), from(20, None), true),
            (from(1, Some(9)), from(10, Some(19)), false),
            (from(1, Some(19)), from(5, Some(9)), true),
            (from(5, Some(5)), from(5, Some(5)), true),
        ] {
            assert_eq!((one.overlaps(&other), other.overlaps(&one)), (overlap, overlap), "{one:?} {other:?}");
        }
        let open = from(1, None);
        for status in [MembershipStatus::Invited, MembershipStatus::Suspended] {
            assert!(open.overlaps(&Membership { status, ..open.clone() }), "{status}");
        }
        let other = uuid::Uuid::from_u128(1);
        for apart in [
            Membership { status: MembershipStatus::Ended, ..open.clone() },
            Membership { role: Role::Administrator, ..open.clone() },
            Membership { person: other.into(), ..open.clone() },
            Membership { organisation: other.into(), ..open.clone() },
            Membership { programme: Some(other.into()), ..open.clone() },
        ] {
            assert!(!open.overlaps(&apart) && !apart.overlaps(&open), "{apart:?}");
        }
    }

    #[test]
    fn what_ended_stays_ended_and_ends_no_later_than_today() {
        use MembershipStatus::{Active, Ended, Invited, Suspended};
        let id = uuid::Uuid::nil();
        let membership = |status, until| Membership {
            id: id.into(),
            person: id.into(),
            organisation: id.into(),
            programme: None,
            role: Role::SchoolStaff,
            status,
            since: day(10),
            until,
        };
        let allowed = [
            (Invited, Active),
            (Invited, Ended),
            (Active, Suspended),
            (Active, Ended),
            (Suspended, Active),
            (Suspended, Ended),
        ];
        for from in MembershipStatus::ALL {
            for to in MembershipStatus::ALL {
                let moved = membership(*from, None).to_status(*to, day(12));
                if from == to {
                    assert_eq!(moved, Ok(membership(*from, None)));
                } else if allowed.contains(&(*from, *to)) {
                    assert_eq!(moved.expect("it goes there").status, *to);
                } else {
                    let refusal = moved.expect_err("it does not go there");
                    assert_eq!(
                        (refusal.code, refusal.permitted.len()),
                        ("membership-status", from.next().len())
                    );
                }
            }
        }
        let ended = |until| membership(Active, until).to_status(Ended, day(12)).expect("it ends").until;
        assert_eq!(ended(None), Some(day(12)));
        assert_eq!(ended(Some(day(30))), Some(day(12)), "not on the day that was meant");
        assert_eq!(ended(Some(day(11))), Some(day(11)), "what was over stays as it was");
        let early = membership(Active, None).to_status(Ended, day(1)).expect("it ends");
        assert_eq!(early.until, Some(day(10)), "no earlier than it began");
    }

    #[test]
    fn only_an_active_membership_within_its_days_counts() {
        let id = uuid::Uuid::nil();
        let membership = |status, until| Membership {
            id: id.into(),
            person: id.into(),
            organisation: id.into(),
            programme: None,
            role: Role::SchoolLeader,
            status,
            since: day(10),
            until,
        };
        assert!(membership(MembershipStatus::Active, None).is_active(day(10)));
        assert!(membership(MembershipStatus::Active, Some(day(12))).is_active(day(12)));
        assert!(!membership(MembershipStatus::Active, None).is_active(day(9)));
        assert!(!membership(MembershipStatus::Active, Some(day(12))).is_active(day(13)));
        for status in [MembershipStatus::Invited, MembershipStatus::Suspended, MembershipStatus::Ended] {
            assert!(!membership(status, None).is_active(day(11)), "{status}");
        }
    }
}
