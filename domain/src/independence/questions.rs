//! What the directory gives reason to ask. The programme may know a school from the buddy's life, such as
//! the school of the buddy's own child; when it is close to the school of a request, some ties become
//! likely enough to ask after by name.

use super::kinds::TieKind;
use super::situation::SchoolFacts;
use super::ties::{Tie, TieObject};
use crate::code::Code as _;
use crate::directory::LocationCode;
use crate::text::Text;

/// The schools in a buddy's life, as her ties know them, the school of the request left out: that one needs no question.
pub fn schools_near(ties: &[Tie], school: &LocationCode) -> Vec<LocationCode> {
    let mut near: Vec<_> = ties
        .iter()
        .filter_map(|tie| match &tie.about {
            TieObject::School(location) if location != school => Some(location.clone()),
            _ => None,
        })
        .collect();
    near.sort_unstable();
    near.dedup();
    near
}

/// The question after a kind of tie, as a buddy is asked it before her yes.
pub fn question(kind: TieKind) -> Text {
    match kind {
        TieKind::EmployedAtSchool => Text::of(
            "U heeft te maken met een andere school van hetzelfde schoolbestuur. Werkt u op een school van dit bestuur, of werkte u er?",
            "You have to do with another school of the same board. Do you work at a school of this board, or did you?",
        ),
        TieKind::EmployedByPartnership => Text::of(
            "U heeft te maken met een school in hetzelfde samenwerkingsverband. Werkt u voor dit samenwerkingsverband, of geeft u er betaald advies?",
            "You have to do with a school in the same partnership. Do you work for this partnership, or are you hired by it to advise?",
        ),
        TieKind::PartnershipBoardMember => Text::of(
            "Zit u in het bestuur van dit samenwerkingsverband, of houdt u er toezicht op?",
            "Do you sit on the board of this partnership, or on its supervisory body?",
        ),
        TieKind::SupportPlanCouncilParent => Text::of(
            "Zit u voor de ouders in de ondersteuningsplanraad (OPR) van dit samenwerkingsverband?",
            "Do you represent parents on the support plan council (OPR) of this partnership?",
        ),
        other => other.label(),
    }
}

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
