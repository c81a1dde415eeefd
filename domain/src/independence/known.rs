//! Ties that nobody has to declare, because the installation knows them itself: a role at a school, a board or a
//! partnership, a seat on its council, a task in a programme that it runs. They count beside what was declared, in the same table, so
//! that forgetting one helps nobody.

use super::kinds::TieKind;
use super::ties::{Tie, TieObject};
use crate::access::Power;
use crate::directory::{BoardNumber, LocationCode, PartnershipCode};
use crate::organisations::{Membership, OrganisationKind, Role};

/// Where a role is held; for a role of a programme, who runs that programme, as far as the directory knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// What the organisation is.
    pub kind: OrganisationKind,
    /// The school location that it is.
    pub location: Option<LocationCode>,
    /// The board that it is.
    pub board: Option<BoardNumber>,
    /// The partnership that it is, or belongs to.
    pub partnership: Option<PartnershipCode>,
}

/// The tie that a membership is; none where the role gives no tie, or says too little of which. It lasts as long as the
/// membership, and has its id.
///
/// Of a seat on a council the membership does not say for whom it is held, nor of a task in a programme whether it is paid. Such a tie
/// says no more than that: it is told under the milder rule that it can be (11, 13 and 15), in words that leave open what nobody
/// knows. What a buddy declares of it counts beside it, and where that is heavier it decides. A suspended member works there still; who
/// was only invited does not.
pub fn known_tie(membership: &Membership, at: &Seat) -> Option<Tie> {
    use crate::organisations::MembershipStatus::Invited;
    if membership.status == Invited {
        return None;
    }
    let (kind, about) = match membership.role {
        Role::SchoolStaff | Role::SchoolLeader | Role::Professional => match (&at.location, &at.board) {
            (Some(location), _) => (TieKind::EmployedAtSchool, TieObject::School(location.clone())),
            (None, Some(board)) => (TieKind::EmployedAtBoardOffice, TieObject::Board(board.clone())),
            (None, None) => return None,
        },
        Role::BoardMember => match (&at.board, &at.partnership) {
            (Some(board), _) => (TieKind::BoardOrSupervisoryMember, TieObject::Board(board.clone())),
            (None, Some(code)) => (TieKind::PartnershipBoardMember, TieObject::Partnership(code.clone())),
            (None, None) => return None,
        },
        Role::PartnershipStaff => {
            let kind = if at.kind == OrganisationKind::SupportPoint {
                TieKind::SupportPointWorker
            } else {
                TieKind::EmployedByPartnership
            };
            (kind, TieObject::Partnership(at.partnership.clone()?))
        }
        Role::CouncilMember => seat(at)?,
        // to the school or the board whose people she trains she is what its other trainers are
        Role::Trainer => match (&at.location, &at.board) {
            (None, None) => (TieKind::SchoolVolunteer, place(at)?),
            _ => (TieKind::SupplierOfSchool, place(at)?),
        },
        Role::Coordinator | Role::PoolManager | Role::Auditor | Role::Administrator => {
            (TieKind::SchoolVolunteer, place(at)?)
        }
        _ => return None,
    };
    Some(Tie {
        id: membership.id.uuid().into(),
        kind,
        about,
        since: Some(membership.since),
        until: membership.until,
        aggravated: false,
        by_role: true,
    })
}

/// What a seat on a council is: of a school (MR), of a board (GMR) or of a partnership (OPR).
fn seat(at: &Seat) -> Option<(TieKind, TieObject)> {
    let about = place(at)?;
    let kind = match about {
        TieObject::School(_) => TieKind::CouncilMemberParent,
        TieObject::Board(_) => TieKind::JointCouncilMember,
        _ => TieKind::SupportPlanCouncilParent,
    };
    Some((kind, about))
}

/// The school, the board or the partnership that a place is.
fn place(at: &Seat) -> Option<TieObject> {
    match (&at.location, &at.board, &at.partnership) {
        (Some(location), ..) => Some(TieObject::School(location.clone())),
        (None, Some(board), _) => Some(TieObject::Board(board.clone())),
        (None, None, Some(code)) => Some(TieObject::Partnership(code.clone())),
        (None, None, None) => None,
    }
}

/// The tie that a role is which its holder has at this moment, wherever that is known from: from a membership, or from an issuer
/// that vouches for it. It is asked of coordinators: a seat or a task, which keeps nobody from a case, is not among them.
pub fn known_now(power: &Power) -> Option<Tie> {
    let (kind, about) = match power.role {
        Role::SchoolStaff | Role::SchoolLeader | Role::Professional => match (&power.school, &power.board) {
            (Some(location), _) => (TieKind::EmployedAtSchool, TieObject::School(location.clone())),
            (None, Some(board)) => (TieKind::EmployedAtBoardOffice, TieObject::Board(board.clone())),
            (None, None) => return None,
        },
        Role::BoardMember => (TieKind::BoardOrSupervisoryMember, TieObject::Board(power.board.clone()?)),
        _ => return None,
    };
    Some(Tie {
        id: power.organisation.uuid().into(),
        kind,
        about,
        since: None,
        until: None,
        aggravated: false,
        by_role: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Date;
    use crate::code::Code as _;
    use crate::independence::ObjectKind;
    use crate::organisations::MembershipStatus;

    fn membership(role: Role, status: MembershipStatus) -> Membership {
        let id = uuid::Uuid::from_u128(5);
        let since = Date::from_ymd_opt(2026, 1, 1).expect("a day");
        Membership {
            id: id.into(),
            person: id.into(),
            organisation: id.into(),
            programme: None,
            role,
            status,
            since,
            until: None,
        }
    }

    fn school() -> Seat {
        let location = LocationCode::parse("03GR00").ok();
        Seat { kind: OrganisationKind::School, location, board: None, partnership: None }
    }

    fn partnership(kind: OrganisationKind) -> Seat {
        let partnership = PartnershipCode::parse("PO2707").ok();
        Seat { kind, location: None, board: None, partnership }
    }

    fn kind(role: Role, at: &Seat) -> Option<TieKind> {
        known_tie(&membership(role, MembershipStatus::Active), at).map(|tie| tie.kind)
    }

    #[test]
    fn a_role_at_a_school_a_board_or_a_partnership_is_a_tie() {
        let board = Seat { board: BoardNumber::parse("41775").ok(), location: None, ..school() };
        for role in [Role::SchoolStaff, Role::SchoolLeader, Role::Professional] {
            assert_eq!(kind(role, &school()), Some(TieKind::EmployedAtSchool));
            assert_eq!(kind(role, &board), Some(TieKind::EmployedAtBoardOffice));
        }
        assert_eq!(kind(Role::BoardMember, &board), Some(TieKind::BoardOrSupervisoryMember));
        let (office, point) = (OrganisationKind::Partnership, OrganisationKind::SupportPoint);
        assert_eq!(kind(Role::BoardMember, &partnership(office)), Some(TieKind::PartnershipBoardMember));
        assert_eq!(kind(Role::PartnershipStaff, &partnership(office)), Some(TieKind::EmployedByPartnership));
        assert_eq!(kind(Role::PartnershipStaff, &partnership(point)), Some(TieKind::SupportPointWorker));
    }

    #[test]
    fn a_seat_and_a_task_are_ties_with_whom_they_are_held_at() {
        let board = Seat { board: BoardNumber::parse("41775").ok(), location: None, ..school() };
        let (office, point) =
            (partnership(OrganisationKind::Partnership), partnership(OrganisationKind::SupportPoint));
        let provider = Seat { kind: OrganisationKind::Provider, location: None, ..school() };
        for (at, seat, training) in [
            (&school(), TieKind::CouncilMemberParent, TieKind::SupplierOfSchool),
            (&board, TieKind::JointCouncilMember, TieKind::SupplierOfSchool),
            (&office, TieKind::SupportPlanCouncilParent, TieKind::SchoolVolunteer),
            (&point, TieKind::SupportPlanCouncilParent, TieKind::SchoolVolunteer),
        ] {
            assert_eq!(kind(Role::CouncilMember, at), Some(seat));
            assert_eq!(kind(Role::Trainer, at), Some(training));
            for role in [Role::Coordinator, Role::PoolManager, Role::Auditor, Role::Administrator] {
                assert_eq!(kind(role, at), Some(TieKind::SchoolVolunteer), "{role}");
            }
        }
        for role in Role::of_memberships() {
            assert_eq!(kind(role, &provider), None, "{role}: the directory knows no such place");
        }
    }

    #[test]
    fn a_seat_and_a_task_keep_no_coordinator_from_a_case() {
        let held =
            |role, at: &Seat| kind(role, at).filter(|kind| crate::independence::keeps_a_coordinator(*kind));
        let board = Seat { board: BoardNumber::parse("41775").ok(), location: None, ..school() };
        for at in [school(), board, partnership(OrganisationKind::SupportPoint)] {
            for role in [Role::Coordinator, Role::Trainer, Role::PoolManager, Role::CouncilMember] {
                assert_eq!(held(role, &at), None, "{role}");
            }
        }
        assert_eq!(held(Role::SchoolStaff, &school()), Some(TieKind::EmployedAtSchool));
    }

    #[test]
    fn it_lasts_as_long_as_the_membership_and_an_invitation_is_none() {
        for status in MembershipStatus::ALL {
            let tie = known_tie(&membership(Role::SchoolLeader, *status), &school());
            assert_eq!(tie.is_some(), *status != MembershipStatus::Invited, "{status}");
        }
        let until = Date::from_ymd_opt(2026, 3, 1);
        let over = Membership { until, ..membership(Role::SchoolLeader, MembershipStatus::Ended) };
        assert_eq!(known_tie(&over, &school()).map(|tie| tie.until), Some(until));
    }

    #[test]
    fn every_tie_that_is_known_could_have_been_declared() {
        for role in Role::of_memberships() {
            for at in [school(), partnership(OrganisationKind::Partnership)] {
                if let Some(tie) = known_tie(&membership(role, MembershipStatus::Active), &at) {
                    // a task at a partnership has a rule, and no question
                    if tie.kind == TieKind::SchoolVolunteer && tie.about.kind() == ObjectKind::Partnership {
                        continue;
                    }
                    let (since, until) = (tie.since, tie.until);
                    assert!(Tie::declare(tie.id, tie.kind, tie.about, since, until, false).is_ok(), "{role}");
                }
            }
        }
    }
}
