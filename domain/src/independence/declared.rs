//! What a buddy is asked after for one request, and what she declared for it. Ties are declared at the start, each year, and for each
//! match (S2): what she said of one school says nothing of another.

use serde::{Deserialize, Serialize};

use super::kinds::TieKind;
use super::questions::to_ask;
use super::situation::SchoolFacts;
use crate::Date;
use crate::directory::{BoardNumber, LocationCode, PartnershipCode};

/// What there is to ask a buddy after for a request: the school that it names, as the directory knows it, and the kinds of tie to
/// ask after by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Questions {
    /// The school that the request names; none when it names none.
    pub school: Option<LocationCode>,
    /// The board of that school, where the directory knows it.
    pub board: Option<BoardNumber>,
    /// The partnerships of that school.
    pub partnerships: Vec<PartnershipCode>,
    /// The kinds of tie that the directory gives reason to ask after by name, each once.
    pub kinds: Vec<TieKind>,
}

impl Questions {
    /// The questions about a school: `near` are the schools in the buddy's life. A school that the directory does not know is asked
    /// about too; only what lies close to it cannot be said.
    pub fn about(school: LocationCode, facts: Option<&SchoolFacts>, near: &[SchoolFacts]) -> Self {
        let mut kinds: Vec<_> =
            near.iter().flat_map(|one| facts.map(|facts| to_ask(one, facts)).unwrap_or_default()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        Self {
            school: Some(school),
            board: facts.map(|facts| facts.board.clone()),
            partnerships: facts.map(|facts| facts.partnerships.clone()).unwrap_or_default(),
            kinds,
        }
    }

    /// Whether what she said on the questions of an earlier moment answers these: nothing is asked of a school that is not named, and
    /// else it is the same school, and each kind was asked after with the same board or partnerships.
    fn are_among(&self, earlier: &Self) -> bool {
        if self.school.is_none() {
            return true;
        }
        let was_asked = |kind: &TieKind| {
            let same = match kind {
                TieKind::EmployedAtSchool => self.board == earlier.board,
                _ => self.partnerships.iter().all(|one| earlier.partnerships.contains(one)),
            };
            same && earlier.kinds.contains(kind)
        };
        self.school == earlier.school && self.kinds.iter().all(was_asked)
    }
}

/// What a buddy declared for one request: on that day, whatever ties her to what she was asked after was declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The day.
    pub on: Date,
    /// What she was asked after then.
    pub upon: Questions,
}

impl Declared {
    /// Whether it answers what is to be asked now.
    pub fn answers(&self, questions: &Questions) -> bool {
        questions.are_among(&self.upon)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn school(location: &str, board: &str, partnerships: &[&str]) -> SchoolFacts {
        SchoolFacts {
            location: LocationCode::parse(location).expect("a location"),
            board: BoardNumber::parse(board).expect("a board"),
            partnerships: partnerships
                .iter()
                .map(|code| PartnershipCode::parse(code).expect("a partnership"))
                .collect(),
            municipality: crate::directory::MunicipalityCode::parse("0363").expect("a municipality"),
        }
    }

    fn about(facts: &SchoolFacts, near: &[SchoolFacts]) -> Questions {
        Questions::about(facts.location.clone(), Some(facts), near)
    }

    fn declared(upon: Questions) -> Declared {
        Declared { on: Date::default(), upon }
    }

    #[test]
    fn what_was_said_of_one_school_says_nothing_of_another() {
        let (here, there) = (school("03GR00", "41775", &["PO2707"]), school("11AA00", "41775", &["PO2707"]));
        let said = declared(about(&here, &[]));
        assert!(said.answers(&about(&here, &[])));
        assert!(!said.answers(&about(&there, &[])));
        let other_location = school("03GR01", "41775", &["PO2707"]);
        assert!(!said.answers(&about(&other_location, &[])));
        // without a school there is nothing of it to ask after; and what was said then answers nothing of a school
        assert!(said.answers(&Questions::default()));
        assert!(!declared(Questions::default()).answers(&about(&here, &[])));
        assert!(!said.answers(&Questions::about(there.location, None, &[])));
    }

    #[test]
    fn each_kind_is_asked_after_once_for_each_board_and_partnership() {
        let (here, sister) = (school("03GR00", "41775", &["PO2707"]), school("11AA00", "41775", &["PO2707"]));
        let asked = about(&here, &[sister.clone(), sister.clone()]);
        assert_eq!(asked.kinds.len(), 4, "{:?}", asked.kinds);
        assert!(!declared(about(&here, &[])).answers(&asked), "a school in her life came close");
        assert!(declared(asked.clone()).answers(&about(&here, &[])), "and went again");
        for kind in &asked.kinds {
            let mut left_out = asked.clone();
            left_out.kinds.retain(|one| one != kind);
            assert!(!declared(left_out).answers(&asked), "{kind}");
        }
        let other_board = school("03GR00", "10001", &["PO2707"]);
        let moved = about(&other_board, &[school("11AA00", "10001", &["PO2707"])]);
        assert!(!declared(asked.clone()).answers(&moved));
        let more = school("03GR00", "41775", &["PO2707", "PO3001"]);
        assert!(!declared(asked).answers(&about(&more, &[sister])));
    }
}
