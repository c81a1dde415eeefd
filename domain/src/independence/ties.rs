//! A tie of a buddy: what was declared, about whom, and from when until when.

use super::kinds::{ObjectKind, TieKind};
use crate::Date;
use crate::code::Code as _;
use crate::directory::{BoardNumber, LocationCode, MunicipalityCode, PartnershipCode};
use crate::ids::{PersonId, RequestId, TieId};
use crate::rejection::Rejection;
use crate::text::Text;

/// Whom or what a tie is about. A school is named without its board: schools move between boards, so the
/// board is looked up when the tie is assessed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TieObject {
    /// One location of a school.
    School(LocationCode),
    /// A school board.
    Board(BoardNumber),
    /// A partnership, and everything in its region.
    Partnership(PartnershipCode),
    /// A seat in a partnership's council, held as staff of a board.
    Seat {
        /// The partnership whose council it is.
        partnership: PartnershipCode,
        /// The board that the member works for.
        board: BoardNumber,
    },
    /// A municipality, and everything in it.
    Municipality(MunicipalityCode),
    /// One request, and the child that it is about.
    Request(RequestId),
    /// One parent, in all of her requests.
    Parent(PersonId),
    /// The whole country.
    Everywhere,
}

impl TieObject {
    /// The kind of the object.
    pub const fn kind(&self) -> ObjectKind {
        match self {
            Self::School(_) => ObjectKind::School,
            Self::Board(_) => ObjectKind::Board,
            Self::Partnership(_) => ObjectKind::Partnership,
            Self::Seat { .. } => ObjectKind::Seat,
            Self::Municipality(_) => ObjectKind::Municipality,
            Self::Request(_) => ObjectKind::Request,
            Self::Parent(_) => ObjectKind::Parent,
            Self::Everywhere => ObjectKind::Everywhere,
        }
    }
}

/// A tie as a buddy declared it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tie {
    /// The tie's own id; a parent's acceptance refers to it.
    pub id: TieId,
    /// What was declared.
    pub kind: TieKind,
    /// Whom it is about.
    pub about: TieObject,
    /// The first day of the tie; none when it was always there.
    pub since: Option<Date>,
    /// The last day of the tie; none while no end is known.
    pub until: Option<Date>,
    /// The answer to the kind's further question; never true for a kind that asks none.
    pub aggravated: bool,
}

/// How a tie stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It holds.
    Held,
    /// It is over; this was its last day.
    Ended(Date),
}

impl Tie {
    /// A tie that makes sense.
    ///
    /// # Errors
    /// `tie-object-wrong` when a tie of this kind cannot be about such a thing, `tie-ends-before-start`
    /// when it would end before it began, `tie-answer-not-asked` when a kind without a further question
    /// got an answer to one.
    pub fn declare(
        id: TieId,
        kind: TieKind,
        about: TieObject,
        since: Option<Date>,
        until: Option<Date>,
        aggravated: bool,
    ) -> Result<Self, Rejection> {
        if !kind.needs().contains(&about.kind()) {
            let reason =
                Text::of("Zo'n band gaat over iets anders.", "A tie of this kind is about something else.");
            let needs = kind.needs().iter().map(|object| object.code()).collect();
            return Err(
                Rejection::rule("tie-object-wrong", "S2", reason).in_state(about.kind().code(), needs)
            );
        }
        if since.zip(until).is_some_and(|(since, until)| until < since) {
            let reason = Text::of(
                "De einddatum ligt voor de begindatum.",
                "The last day of the tie lies before its first day.",
            );
            return Err(Rejection::rule("tie-ends-before-start", "S2", reason));
        }
        if aggravated && kind.further_question().is_none() {
            let reason =
                Text::of("Bij deze band hoort geen extra vraag.", "This tie asks no further question.");
            return Err(Rejection::rule("tie-answer-not-asked", "S2", reason));
        }
        Ok(Self { id, kind, about, since, until, aggravated })
    }

    /// The tie with its last day. A tie is ended, never taken away.
    ///
    /// # Errors
    /// `tie-ends-before-start`.
    pub fn end(self, until: Date) -> Result<Self, Rejection> {
        Self::declare(self.id, self.kind, self.about, self.since, Some(until), self.aggravated)
    }

    /// How the tie stands on a day; none when it has yet to begin. The first and the last day belong to it.
    pub(super) fn standing(&self, on: Date) -> Option<Standing> {
        match (self.since, self.until) {
            (Some(since), _) if on < since => None,
            (_, Some(until)) if until < on => Some(Standing::Ended(until)),
            _ => Some(Standing::Held),
        }
    }
}
