//! What the directory gives reason to ask. The programme may know a school from the buddy's life, such as
//! the school of the buddy's own child; when it is close to the school of a request, some ties become
//! likely enough to ask after by name.

use super::kinds::TieKind;
use super::situation::SchoolFacts;

/// The kinds of tie to ask a buddy about: `near` is a school in the buddy's life, `school` the school of the
/// request.
pub fn to_ask(near: &SchoolFacts, school: &SchoolFacts) -> Vec<TieKind> {
    let mut kinds = Vec::new();
    if near.board == school.board {
        kinds.push(TieKind::EmployedAtSchool);
    }
    if near.partnerships.iter().any(|partnership| school.partnerships.contains(partnership)) {
        kinds.extend([
            TieKind::EmployedByPartnership,
            TieKind::PartnershipBoardMember,
            TieKind::SupportPlanCouncilParent,
        ]);
    }
    kinds
}
