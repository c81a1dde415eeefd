//! The request that a buddy is assessed for.

use super::ties::TieObject;
use crate::code_list;
use crate::directory::{BoardNumber, LocationCode, MunicipalityCode, PartnershipCode};
use crate::ids::{PersonId, RequestId};
use crate::programmes::OrganisationForm;

code_list! {
    /// Who pays for the buddy programme; a parent may know that (S2).
    pub enum Funder {
        School = "school": "een school of schoolbestuur" / "a school or a school board",
        Partnership = "partnership": "een samenwerkingsverband" / "a partnership",
        Municipality = "municipality": "een gemeente" / "a municipality",
        Fund = "fund": "een fonds" / "a fund",
        Members = "members": "leden van een vereniging" / "members of an association",
    }
}

/// What the directory knows of a school on the day of the assessment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchoolFacts {
    /// The location.
    pub location: LocationCode,
    /// The board that it falls under.
    pub board: BoardNumber,
    /// The partnerships that it belongs to.
    pub partnerships: Vec<PartnershipCode>,
    /// The municipality that it lies in.
    pub municipality: MunicipalityCode,
}

/// The request, its school and the programme that a buddy is assessed for.
pub struct Situation<'a> {
    /// The form of the buddy programme.
    pub form: OrganisationForm,
    /// The request.
    pub request: RequestId,
    /// The parent who asks.
    pub parent: PersonId,
    /// The school of the request's child; none when the parent did not name it.
    pub school: Option<SchoolFacts>,
    /// The municipality where the parent wants to meet, as she named it: part of the region that the rules speak of, beside that of the
    /// school. None when she named none.
    pub municipality: Option<MunicipalityCode>,
    /// Who pays for the programme.
    pub funders: &'a [Funder],
    /// Whether the platform itself knows that the buddy supports another parent at this school now.
    pub supports_another_here: bool,
    /// The board of another school on the day of the assessment; none when the directory does not know it.
    pub board_of: &'a dyn Fn(&LocationCode) -> Option<BoardNumber>,
    /// Whose request another request is; none when it is gone.
    pub parent_of: &'a dyn Fn(RequestId) -> Option<PersonId>,
}

impl Situation<'_> {
    /// Whether a tie about this object is a tie with this request, its parent, its school or where she lives.
    pub(super) fn concerns(&self, object: &TieObject) -> bool {
        let school = |test: &dyn Fn(&SchoolFacts) -> bool| self.school.as_ref().is_some_and(test);
        match object {
            TieObject::School(location) => school(&|facts| facts.location == *location),
            TieObject::Board(board) => school(&|facts| facts.board == *board),
            TieObject::Partnership(partnership) | TieObject::Seat { partnership, .. } => {
                school(&|facts| facts.partnerships.contains(partnership))
            }
            TieObject::Municipality(municipality) => {
                self.municipality.as_ref() == Some(municipality)
                    || school(&|facts| facts.municipality == *municipality)
            }
            // it is about a child; that two requests of one parent are about two children is kept nowhere, so it counts for both
            TieObject::Request(request) => {
                self.request == *request || (self.parent_of)(*request) == Some(self.parent)
            }
            TieObject::Parent(parent) => self.parent == *parent,
            TieObject::Everywhere => true,
        }
    }

    /// Whether a tie about this object may be one with the school, and the directory does not know. A school of a
    /// denomination with a partnership of its own, or in a postcode that the published table lacks, has none on record.
    pub(super) fn cannot_tell(&self, object: &TieObject) -> bool {
        let of_a_partnership = matches!(object, TieObject::Partnership(_) | TieObject::Seat { .. });
        of_a_partnership && self.school.as_ref().is_some_and(|facts| facts.partnerships.is_empty())
    }
}
