//! A small world: one school, its board, partnership and municipality, and the same of everything elsewhere.

mod dates;
mod laws;
mod proof;
mod rules;

use super::*;
use crate::Date;
use crate::code::Code as _;
use crate::directory::{BoardNumber, LocationCode, MunicipalityCode, PartnershipCode};
use crate::ids::{BuddyId, PersonId, RequestId, TieId};
use crate::programmes::OrganisationForm;

const HERE: u128 = 1;
const ELSEWHERE: u128 = 2;
/// The second request of the parent of [`HERE`].
const AGAIN: u128 = 3;

fn id<T: From<uuid::Uuid>>(number: u128) -> T {
    uuid::Uuid::from_u128(number).into()
}

fn day(text: &str) -> Date {
    text.parse().expect("a date")
}

fn today() -> Date {
    day("2026-06-15")
}

fn location(code: &str) -> LocationCode {
    LocationCode::parse(code).expect("a location")
}

fn board(number: &str) -> BoardNumber {
    BoardNumber::parse(number).expect("a board")
}

fn partnership(code: &str) -> PartnershipCode {
    PartnershipCode::parse(code).expect("a partnership")
}

fn municipality(code: &str) -> MunicipalityCode {
    MunicipalityCode::parse(code).expect("a municipality")
}

fn here() -> SchoolFacts {
    SchoolFacts {
        location: location("03GR00"),
        board: board("41775"),
        partnerships: vec![partnership("PO2707")],
        municipality: municipality("0363"),
    }
}

/// `03GR01` is another location of the same board, `11AA00` falls under another board, and of the rest
/// nothing is known.
fn board_of(school: &LocationCode) -> Option<BoardNumber> {
    match school.as_str() {
        "03GR00" | "03GR01" => Some(board("41775")),
        "11AA00" => Some(board("10001")),
        _ => None,
    }
}

/// The parent has a second request; of the others one is somebody else's, and one is gone.
fn parent_of(request: RequestId) -> Option<PersonId> {
    [(HERE, HERE), (AGAIN, HERE), (ELSEWHERE, ELSEWHERE)]
        .into_iter()
        .find_map(|(one, parent)| (id::<RequestId>(one) == request).then(|| id(parent)))
}

fn situation(form: OrganisationForm, school: Option<SchoolFacts>) -> Situation<'static> {
    Situation {
        form,
        request: id(HERE),
        parent: id(HERE),
        school,
        municipality: None,
        funders: &[],
        supports_another_here: false,
        board_of: &board_of,
        parent_of: &parent_of,
    }
}

fn school() -> TieObject {
    TieObject::School(here().location)
}

fn tie(kind: TieKind, about: TieObject) -> Tie {
    Tie::declare(id(7), kind, about, None, None, false).expect("a tie that makes sense")
}

fn ended(kind: TieKind, about: TieObject, until: &str) -> Tie {
    Tie { until: Some(day(until)), ..tie(kind, about) }
}

/// What the ties mean for a buddy who was asked last month, in a programme apart from school.
fn found(ties: &[Tie]) -> Assessment {
    assess(ties, Some(day("2026-05-15")), &situation(OrganisationForm::Independent, Some(here())), today())
}

/// The rules that were found, with what they do.
fn rules_of(assessment: &Assessment) -> Vec<(u8, Effect)> {
    assessment.findings.iter().map(|finding| (finding.rule, finding.effect)).collect()
}
