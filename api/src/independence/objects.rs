//! What a tie is about, as a caller names it: read with every fault together, and looked up, so that a slip of the pen is
//! not a tie with nothing.

use naast_domain::access::{Action, Grant};
use naast_domain::directory::{BoardNumber, LocationCode, MunicipalityCode, PartnershipCode};
use naast_domain::ids::{PersonId, ProgrammeId, RequestId};
use naast_domain::independence::{ObjectKind, TieObject};
use naast_domain::text::Text;
use naast_persistence::{Database, directory, independence};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::{Error, InputFault};

/// What a tie is about: the kind of thing, and the members that name it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "kind": "school", "locationCode": "03GR00" }))]
pub struct TieObjectBody {
    /// The kind of thing.
    pub kind: ObjectKind,
    /// For `school`.
    pub location_code: Option<LocationCode>,
    /// For `board` and `seat`.
    pub board_number: Option<BoardNumber>,
    /// For `partnership` and `seat`.
    pub partnership_code: Option<PartnershipCode>,
    /// For `municipality`.
    pub municipality_code: Option<MunicipalityCode>,
    /// For `request`.
    pub request_id: Option<RequestId>,
    /// For `parent`.
    pub person_id: Option<PersonId>,
}

impl TieObjectBody {
    /// The thing that is named: by the members of its kind, all of them and no others.
    ///
    /// # Errors
    /// [`Error::Input`] with each member that is missing, and each that names another kind of thing.
    pub fn read(self) -> Result<TieObject, Error> {
        let faults = self.faults();
        if !faults.is_empty() {
            return Err(Error::Input(faults));
        }
        let checked = || Error::Internal("every member of the kind is there");
        Ok(match self.kind {
            ObjectKind::School => TieObject::School(self.location_code.ok_or_else(checked)?),
            ObjectKind::Board => TieObject::Board(self.board_number.ok_or_else(checked)?),
            ObjectKind::Partnership => TieObject::Partnership(self.partnership_code.ok_or_else(checked)?),
            ObjectKind::Seat => TieObject::Seat {
                partnership: self.partnership_code.ok_or_else(checked)?,
                board: self.board_number.ok_or_else(checked)?,
            },
            ObjectKind::Municipality => TieObject::Municipality(self.municipality_code.ok_or_else(checked)?),
            ObjectKind::Request => TieObject::Request(self.request_id.ok_or_else(checked)?),
            ObjectKind::Parent => TieObject::Parent(self.person_id.ok_or_else(checked)?),
            ObjectKind::Everywhere => TieObject::Everywhere,
        })
    }

    fn faults(&self) -> Vec<InputFault> {
        let members = [
            ("locationCode", self.location_code.is_some()),
            ("boardNumber", self.board_number.is_some()),
            ("partnershipCode", self.partnership_code.is_some()),
            ("municipalityCode", self.municipality_code.is_some()),
            ("requestId", self.request_id.is_some()),
            ("personId", self.person_id.is_some()),
        ];
        let belonging: &[&str] = match self.kind {
            ObjectKind::School => &["locationCode"],
            ObjectKind::Board => &["boardNumber"],
            ObjectKind::Partnership => &["partnershipCode"],
            ObjectKind::Seat => &["boardNumber", "partnershipCode"],
            ObjectKind::Municipality => &["municipalityCode"],
            ObjectKind::Request => &["requestId"],
            ObjectKind::Parent => &["personId"],
            ObjectKind::Everywhere => &[],
        };
        let fault = |(member, is_given): (&str, bool)| {
            let (code, text) = match (belonging.contains(&member), is_given) {
                (true, false) => {
                    ("required", Text::of("Dit hoort bij deze soort.", "This belongs to this kind."))
                }
                (false, true) => {
                    let text = Text::of("Dit hoort bij een andere soort.", "This belongs to another kind.");
                    ("not-of-this-kind", text)
                }
                _ => return None,
            };
            Some(InputFault::body(format!("/about/{member}"), code, text))
        };
        members.into_iter().filter_map(fault).collect()
    }
}

/// Refuses a tie with a request, a parent or a partnership that is not there. Of schools and boards the directory knows only
/// those that are published for primary education, and a buddy's life goes beyond it: such a tie is kept, and told
/// where it may matter.
///
/// # Errors
/// [`Error::Input`] with the member.
pub fn must_be_there<A: Action>(
    db: &mut Database<'_>,
    leave: &Grant<A>,
    programme: ProgrammeId,
    about: &TieObject,
) -> Result<(), Error> {
    let unknown = |member: &str| {
        let text = Text::of(
            "Dit is niet bekend. Is het goed overgenomen?",
            "This is not known. Was it copied right?",
        );
        Err(InputFault::body(format!("/about/{member}"), "unknown", text).into())
    };
    match about {
        TieObject::Request(request) if !independence::has_request(db, leave, programme, *request)? => {
            unknown("requestId")
        }
        TieObject::Parent(parent) if !independence::has_parent(db, leave, programme, *parent)? => {
            unknown("personId")
        }
        TieObject::Partnership(code) | TieObject::Seat { partnership: code, .. }
            if directory::partnership(db, code)?.is_none() && directory::has_partnerships(db)? =>
        {
            unknown("partnershipCode")
        }
        _ => Ok(()),
    }
}

/// What a tie is about.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TieObjectView {
    /// The kind of thing.
    pub kind: ObjectKind,
    /// For `school`.
    pub location_code: Option<LocationCode>,
    /// For `board` and `seat`.
    pub board_number: Option<BoardNumber>,
    /// For `partnership` and `seat`.
    pub partnership_code: Option<PartnershipCode>,
    /// For `municipality`.
    pub municipality_code: Option<MunicipalityCode>,
    /// For `request`.
    pub request_id: Option<RequestId>,
    /// For `parent`.
    pub person_id: Option<PersonId>,
}

impl From<TieObject> for TieObjectView {
    fn from(object: TieObject) -> Self {
        let mut view = Self {
            kind: object.kind(),
            location_code: None,
            board_number: None,
            partnership_code: None,
            municipality_code: None,
            request_id: None,
            person_id: None,
        };
        match object {
            TieObject::School(location) => view.location_code = Some(location),
            TieObject::Board(board) => view.board_number = Some(board),
            TieObject::Partnership(partnership) => view.partnership_code = Some(partnership),
            TieObject::Seat { partnership, board } => {
                view.partnership_code = Some(partnership);
                view.board_number = Some(board);
            }
            TieObject::Municipality(municipality) => view.municipality_code = Some(municipality),
            TieObject::Request(request) => view.request_id = Some(request),
            TieObject::Parent(parent) => view.person_id = Some(parent),
            TieObject::Everywhere => {}
        }
        view
    }
}
