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
    /// The child that a request is about, in every request of the same parent.
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

/// A tie as a buddy declared it, or as a role of hers makes it known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tie {
    /// The tie's own id; a parent's acceptance refers to it.
    pub id: TieId,
    /// What was declared, or what the role is.
    pub kind: TieKind,
    /// Whom it is about.
    pub about: TieObject,
    /// The first day of the tie; none when it was always there.
    pub since: Option<Date>,
    /// The last day of the tie; none while no end is known.
    pub until: Option<Date>,
    /// The answer to the kind's further question; never true for a kind that asks none.
    pub aggravated: bool,
    /// Whether nobody declared it: a role says so ([`super::known_tie`]), and no more than the role says is told of it.
    pub by_role: bool,
}

impl Tie {
    /// Whether another tie says nothing that this one does not say: the same kind, about the same, from the same day on, no longer and no
    /// graver. A tie that ended says less than one that goes on.
    pub fn covers(&self, other: &Self) -> bool {
        (self.kind, &self.about, self.since) == (other.kind, &other.about, other.since)
            && (self.aggravated || !other.aggravated)
            && self.until.is_none_or(|last| other.until.is_some_and(|until| until <= last))
    }
}

/// How a tie stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It holds.
    Held,
    /// It is over; this was its last day.
    Ended(Date),
}

/// What makes no sense in a tie as it is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TieFault {
    /// A tie of this kind is not about such a thing.
    WrongObject,
    /// It would end before it began.
    EndsBeforeStart,
    /// Its kind asks no further question, and got an answer to one.
    AnswerNotAsked,
}

impl TieFault {
    /// Everything that makes no sense in what was said so far of a tie; what is not known yet is not judged.
    pub fn of(
        kind: TieKind,
        about: Option<ObjectKind>,
        since: Option<Date>,
        until: Option<Date>,
        aggravated: bool,
    ) -> Vec<Self> {
        let faults = [
            (about.is_some_and(|about| !kind.needs().contains(&about)), Self::WrongObject),
            (since.zip(until).is_some_and(|(since, until)| until < since), Self::EndsBeforeStart),
            (aggravated && kind.further_question().is_none(), Self::AnswerNotAsked),
        ];
        faults.into_iter().filter(|(is_there, _)| *is_there).map(|(_, fault)| fault).collect()
    }

    /// The fault in words, for a tie of a kind.
    pub fn words(self, kind: TieKind) -> Text {
        match self {
            Self::WrongObject => {
                let all: Vec<&str> = kind.needs().iter().map(|object| object.code()).collect();
                let all = all.join(", ");
                Text::new(
                    format!("Zo'n band gaat over iets anders. Toegestaan: {all}."),
                    format!("A tie of this kind is about something else. Allowed: {all}."),
                )
            }
            Self::EndsBeforeStart => Text::of(
                "De einddatum ligt voor de begindatum.",
                "The last day of the tie lies before its first day.",
            ),
            Self::AnswerNotAsked => {
                Text::of("Bij deze band hoort geen extra vraag.", "This tie asks no further question.")
            }
        }
    }
}

/// Why a day cannot be the last of a tie that its holder ends herself.
#[derive(Debug)]
pub enum OwnEnd {
    /// It is over: the tie counted since.
    Counted,
    /// The tie would end before it began.
    BeforeStart(Rejection),
}

impl OwnEnd {
    /// What is said of a day that is over.
    pub fn counted() -> Text {
        Text::of(
            "Tot en met vandaag heeft deze band gegolden; dat verandert niet meer. De laatste dag is vandaag of later.",
            "This tie has counted up to and including today; that does not change any more. Its last day is today or later.",
        )
    }
}

impl Tie {
    /// A tie that makes sense.
    ///
    /// # Errors
    /// Everything that makes no sense in it.
    pub fn declare(
        id: TieId,
        kind: TieKind,
        about: TieObject,
        since: Option<Date>,
        until: Option<Date>,
        aggravated: bool,
    ) -> Result<Self, Vec<TieFault>> {
        let faults = TieFault::of(kind, Some(about.kind()), since, until, aggravated);
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self { id, kind, about, since, until, aggravated, by_role: false })
    }

    /// The tie with its last day. A tie is ended, never taken away.
    ///
    /// # Errors
    /// `tie-ends-before-start`, with the first day that it has.
    pub fn end(self, until: Date) -> Result<Self, Rejection> {
        if self.since.is_some_and(|since| until < since) {
            let reason = TieFault::EndsBeforeStart.words(self.kind);
            return Err(Rejection::rule("tie-ends-before-start", "S2", reason).at("/untilDate"));
        }
        Ok(Self { until: Some(until), ..self })
    }

    /// The tie with its last day, as its holder may say it of herself today: what counted on a day is not written over, so that it lasts until
    /// today at least.
    ///
    /// # Errors
    /// [`OwnEnd::Counted`] for a day that is over, and [`OwnEnd::BeforeStart`] for a day before its first.
    pub fn end_own(self, until: Date, today: Date) -> Result<Self, OwnEnd> {
        if until < today {
            return Err(OwnEnd::Counted);
        }
        self.end(until).map_err(OwnEnd::BeforeStart)
    }

    /// The tie as it counts where its end cannot reach back: one that was ended goes on until the day on which that was said, whatever day it
    /// was given.
    #[must_use]
    pub fn ended_on(self, said: Option<Date>) -> Self {
        let until = self.until.map(|last| said.map_or(last, |said| last.max(said)));
        Self { until, ..self }
    }

    /// The tie as it counts for a case that began on this day: one that held on any day of it goes on for as long as the case does. What
    /// made a case a colleague's does not give it back by ending.
    #[must_use]
    pub fn throughout(self, began: Date) -> Self {
        let until = self.until.filter(|last| *last < began);
        Self { until, ..self }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> Date {
        Date::from_ymd_opt(2026, 3, day).expect("a day")
    }

    fn lasting(since: u32, until: Option<u32>) -> Tie {
        Tie {
            id: uuid::Uuid::nil().into(),
            kind: TieKind::EmployedAtSchool,
            about: TieObject::Everywhere,
            since: Some(day(since)),
            until: until.map(day),
            aggravated: false,
            by_role: false,
        }
    }

    #[test]
    fn whoever_ends_a_tie_of_her_own_leaves_the_days_on_which_it_counted() {
        let today = day(10);
        assert!(matches!(lasting(1, None).end_own(day(9), today), Err(OwnEnd::Counted)));
        for last in [10, 11] {
            let ended = lasting(1, None).end_own(day(last), today).expect("from today on");
            assert_eq!(ended, lasting(1, Some(last)));
        }
        // one that is to begin may be said to end on its first day, and not before
        assert!(matches!(lasting(12, None).end_own(day(11), today), Err(OwnEnd::BeforeStart(_))));
        assert!(lasting(12, None).end_own(day(12), today).is_ok());
    }

    #[test]
    fn a_tie_counts_throughout_a_case_of_which_it_held_on_any_day() {
        let long_after = day(28);
        for (began, holds) in [(1, true), (9, true), (10, true), (11, false)] {
            let tie = lasting(1, Some(10)).throughout(day(began));
            assert_eq!(tie.standing(long_after) == Some(Standing::Held), holds, "{began}");
        }
        // neither does it begin before its first day, nor end where no end is known
        assert_eq!(lasting(5, Some(10)).throughout(day(1)).standing(day(4)), None);
        assert_eq!(lasting(5, None).throughout(day(1)), lasting(5, None));
    }

    #[test]
    fn an_end_does_not_reach_back_before_the_day_on_which_it_was_said() {
        for (last, said, counts_until) in [
            (Some(3), Some(10), Some(10)),
            (Some(12), Some(10), Some(12)),
            // its end came with the tie itself, so that nothing was taken back by it
            (Some(3), None, Some(3)),
            (None, None, None),
        ] {
            let counts = lasting(1, last).ended_on(said.map(day));
            assert_eq!(counts, lasting(1, counts_until), "{last:?} {said:?}");
        }
        // what held while it was said counts for a case of before, and for none of after
        let ended = lasting(1, Some(3)).ended_on(Some(day(10)));
        assert_eq!(ended.clone().throughout(day(5)).until, None);
        assert_eq!(ended.throughout(day(11)).until, Some(day(10)));
    }

    #[test]
    fn a_tie_covers_what_says_no_more_than_it() {
        let day = |day| Date::from_ymd_opt(2026, 3, day);
        let tie = |until, aggravated| Tie {
            id: uuid::Uuid::nil().into(),
            kind: TieKind::OwnChildAtSchool,
            about: TieObject::Everywhere,
            since: day(1),
            until,
            aggravated,
            by_role: false,
        };
        for (known, said, covers) in [
            (tie(None, false), tie(None, false), true),
            (tie(None, false), tie(day(9), false), true),
            (tie(day(9), false), tie(day(9), false), true),
            (tie(day(9), false), tie(day(10), false), false),
            (tie(day(9), false), tie(None, false), false),
            (tie(None, true), tie(None, false), true),
            (tie(None, false), tie(None, true), false),
            (tie(None, false), Tie { since: day(2), ..tie(None, false) }, false),
            (tie(None, false), Tie { since: None, ..tie(None, false) }, false),
        ] {
            assert_eq!(known.covers(&said), covers, "{known:?} {said:?}");
        }
    }
}
