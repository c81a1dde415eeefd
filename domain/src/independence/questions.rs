//! What the directory gives reason to ask (engine rule iv). The programme may know a school from the buddy's life, such as the school of
//! the buddy's own child; when it is the school of a request or is close to it, some ties become likely enough to ask after by name.

use super::kinds::TieKind;
use super::situation::SchoolFacts;
use super::ties::{Tie, TieObject};
use crate::Date;
use crate::code::Code as _;
use crate::directory::LocationCode;
use crate::text::Text;

/// The schools in a buddy's life by that day, as her ties know them, each once. A tie that is over still tells of one; a tie that begins
/// later does not yet. The school of the request is one of them where she has a tie with it: what that tie is says nothing of her work
/// elsewhere at its board, or of a seat at its partnership.
pub fn schools_in_her_life(ties: &[Tie], today: Date) -> Vec<LocationCode> {
    let mut schools: Vec<_> = ties
        .iter()
        .filter(|tie| tie.since.is_none_or(|since| since <= today))
        .filter_map(|tie| match &tie.about {
            TieObject::School(location) => Some(location.clone()),
            _ => None,
        })
        .collect();
    schools.sort_unstable();
    schools.dedup();
    schools
}

/// The question after a kind of tie, as a buddy is asked it before her yes.
pub fn question(kind: TieKind) -> Text {
    match kind {
        TieKind::EmployedAtSchool => Text::of(
            "U heeft te maken met een school van dit schoolbestuur. Werkt u op een school van dit bestuur, of werkte u er?",
            "You have to do with a school of this board. Do you work at a school of this board, or did you?",
        ),
        TieKind::EmployedByPartnership => Text::of(
            "U heeft te maken met een school in dit samenwerkingsverband. Werkt u voor dit samenwerkingsverband, of geeft u er betaald advies?",
            "You have to do with a school in this partnership. Do you work for this partnership, or are you hired by it to advise?",
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

/// The kinds of tie to ask a buddy about: `near` is a school in the buddy's life, `school` the school of the request; they may be the
/// same.
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
