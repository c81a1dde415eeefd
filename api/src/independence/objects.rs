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

use crate::contract::Check;
use crate::problem::Error;

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
    /// For `school`, `board` and `seat`: that the school or board is right and stands in no list of the directory, which has what is
    /// published for primary education. Without it an unknown code is a fault, so that a slip of the pen is not a tie with nothing.
    pub not_in_directory: Option<bool>,
}

/// The members that name a thing of a kind.
const fn belonging(kind: ObjectKind) -> &'static [&'static str] {
    match kind {
        ObjectKind::School => &["/locationCode"],
        ObjectKind::Board => &["/boardNumber"],
        ObjectKind::Partnership => &["/partnershipCode"],
        ObjectKind::Seat => &["/boardNumber", "/partnershipCode"],
        ObjectKind::Municipality => &["/municipalityCode"],
        ObjectKind::Request => &["/requestId"],
        ObjectKind::Parent => &["/personId"],
        ObjectKind::Everywhere => &[],
    }
}

/// Every member that names a thing.
const MEMBERS: [&str; 6] =
    ["/locationCode", "/boardNumber", "/partnershipCode", "/municipalityCode", "/requestId", "/personId"];

impl TieObjectBody {
    /// Looks whether a thing is named by the members of its kind, all of them and no others; and looks it up, so that a slip of
    /// the pen is not a tie with nothing. Of schools and boards the directory knows only those that are published for primary
    /// education, and a buddy's life goes beyond it: whoever says so (`notInDirectory`) has such a tie kept, and told where it may
    /// matter.
    ///
    /// # Errors
    /// What the database says.
    pub fn look_up<A: Action>(
        check: &mut Check<'_>,
        db: &mut Database<'_>,
        leave: &Grant<A>,
        programme: ProgrammeId,
    ) -> Result<(), Error> {
        if let Some(kind) = check.get::<ObjectKind>("/kind") {
            for member in MEMBERS {
                match (belonging(kind).contains(&member), check.has(member)) {
                    (true, false) => {
                        let text = Text::of("Dit hoort bij deze soort.", "This belongs to this kind.");
                        check.fault(member, "required", text);
                    }
                    (false, true) => {
                        let text =
                            Text::of("Dit hoort bij een andere soort.", "This belongs to another kind.");
                        check.fault(member, "not-of-this-kind", text);
                    }
                    _ => {}
                }
            }
            let may_be_unlisted = matches!(kind, ObjectKind::School | ObjectKind::Board | ObjectKind::Seat);
            if check.has("/notInDirectory") && !may_be_unlisted {
                let text = Text::of("Dit hoort bij een andere soort.", "This belongs to another kind.");
                check.fault("/notInDirectory", "not-of-this-kind", text);
            }
        }
        let unlisted = check.get("/notInDirectory").unwrap_or(false);
        check.refers("/requestId", |id| Ok(independence::has_request(db, leave, programme, id)?))?;
        check.refers("/personId", |id| Ok(independence::has_parent(db, leave, programme, id)?))?;
        check.refers("/locationCode", |code| {
            Ok(unlisted || directory::find(db, &code)?.is_some() || !directory::has_schools(db)?)
        })?;
        check.refers("/boardNumber", |number| {
            Ok(unlisted || directory::board(db, &number)?.is_some() || !directory::has_schools(db)?)
        })?;
        check.refers("/municipalityCode", |code| Ok(directory::is_municipality(db, &code)?))?;
        check.refers("/partnershipCode", |code| {
            Ok(directory::partnership(db, &code)?.is_some() || !directory::has_partnerships(db)?)
        })
    }

    /// The thing that is named, of a body that was looked over.
    ///
    /// # Errors
    /// [`Error::Internal`] for one that was not.
    pub fn read(self) -> Result<TieObject, Error> {
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
