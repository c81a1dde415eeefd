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
    let about = match place(at) {
        Some(place) => place,
        // who works at a support point is told of wherever it is, and whether or not the directory knows it
        None if at.kind == OrganisationKind::SupportPoint && works(membership.role) => TieObject::Everywhere,
        None => return None,
    };
    let kind = match membership.role {
        role if works(role) => work(at, &about),
        Role::BoardMember => match about {
            TieObject::Partnership(_) => TieKind::PartnershipBoardMember,
            _ => TieKind::BoardOrSupervisoryMember,
        },
        Role::CouncilMember => seat(&about),
        // to the school or the board whose people she trains she is what its other trainers are
        Role::Trainer => match about {
            TieObject::Partnership(_) => TieKind::SchoolVolunteer,
            _ => TieKind::SupplierOfSchool,
        },
        Role::Coordinator | Role::PoolManager | Role::Auditor | Role::Administrator => {
            TieKind::SchoolVolunteer
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

/// Whether the role is paid work where it is held.
const fn works(role: Role) -> bool {
    matches!(role, Role::SchoolStaff | Role::SchoolLeader | Role::Professional | Role::PartnershipStaff)
}

/// What work somewhere is: at a school, at a board's office, for a partnership or at a support point.
fn work(at: &Seat, about: &TieObject) -> TieKind {
    match about {
        TieObject::School(_) => TieKind::EmployedAtSchool,
        TieObject::Board(_) => TieKind::EmployedAtBoardOffice,
        _ if at.kind == OrganisationKind::SupportPoint => TieKind::SupportPointWorker,
        _ => TieKind::EmployedByPartnership,
    }
}

/// What a seat on a council is: of a school (MR), of a board (GMR) or of a partnership (OPR).
fn seat(about: &TieObject) -> TieKind {
    match about {
        TieObject::School(_) => TieKind::CouncilMemberParent,
        TieObject::Board(_) => TieKind::JointCouncilMember,
        _ => TieKind::SupportPlanCouncilParent,
    }
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
    let about = match (&power.school, &power.board) {
        (Some(location), _) => TieObject::School(location.clone()),
        (None, Some(board)) => TieObject::Board(board.clone()),
        (None, None) => return None,
    };
    let kind = match (power.role, &about) {
        (Role::BoardMember, _) => TieKind::BoardOrSupervisoryMember,
        (Role::SchoolStaff | Role::SchoolLeader | Role::Professional, TieObject::School(_)) => {
            TieKind::EmployedAtSchool
        }
        (Role::SchoolStaff | Role::SchoolLeader | Role::Professional, _) => TieKind::EmployedAtBoardOffice,
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
        assert_eq!(kind(Role::Professional, &partnership(office)), Some(TieKind::EmployedByPartnership));
        assert_eq!(kind(Role::Professional, &partnership(point)), Some(TieKind::SupportPointWorker));
    }

    /// Wherever a role can be held that the directory knows, it is a tie with that place: a pair that was forgotten would be a door.
    #[test]
    fn every_role_is_a_tie_wherever_it_can_be_held() {
        let board = Seat { board: BoardNumber::parse("41775").ok(), location: None, ..school() };
        let places = [
            school(),
            Seat { kind: OrganisationKind::Board, ..board },
            partnership(OrganisationKind::Partnership),
            partnership(OrganisationKind::SupportPoint),
        ];
        let mut pairs = 0;
        for role in Role::of_memberships() {
            for at in places.iter().filter(|at| role.fits(at.kind, None)) {
                assert!(kind(role, at).is_some(), "{role} at a {}", at.kind);
                pairs += 1;
            }
        }
        assert!(pairs > 20, "{pairs} pairs");
    }

    #[test]
    fn who_sits_on_the_board_of_a_school_is_known_by_the_school() {
        let tie = known_tie(&membership(Role::BoardMember, MembershipStatus::Active), &school());
        let tie = tie.expect("a tie");
        assert_eq!((tie.kind, tie.about.kind()), (TieKind::BoardOrSupervisoryMember, ObjectKind::School));
    }

    #[test]
    fn who_works_at_a_support_point_is_told_of_also_where_the_directory_does_not_know_it() {
        let point = Seat { partnership: None, ..partnership(OrganisationKind::SupportPoint) };
        for (role, known) in [
            (Role::Professional, Some(TieKind::SupportPointWorker)),
            (Role::PartnershipStaff, Some(TieKind::SupportPointWorker)),
            (Role::Coordinator, None),
        ] {
            assert_eq!(kind(role, &point), known, "{role}");
        }
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
                    // a task at a partnership has a rule, and no question; who declares a seat on a board names the board
                    let task =
                        tie.kind == TieKind::SchoolVolunteer && tie.about.kind() == ObjectKind::Partnership;
                    let seat = tie.kind == TieKind::BoardOrSupervisoryMember
                        && tie.about.kind() == ObjectKind::School;
                    if task || seat {
                        continue;
                    }
                    let (since, until) = (tie.since, tie.until);
                    assert!(Tie::declare(tie.id, tie.kind, tie.about, since, until, false).is_ok(), "{role}");
                }
            }
        }
    }
}
