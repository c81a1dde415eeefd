//! The consent register: what a parent said yes to, in which words, for whom, and when she took it back.
//!
//! A consent is a set of facts that are only added to: it was given, it was confirmed, it lapsed, it was taken back. Taken
//! back is for good: who changes her mind gives a new consent. Only the parent consents; what somebody of the programme heard
//! her say counts for nothing until she confirms it herself. From 16 years on a pupil decides on the data on her own health
//! (UAVG art. 5; AVG art. 7, 8, 9).

mod asked_again;
mod confirmation;
mod pupil;
mod receipt;
mod recipients;
mod taken_back;
mod texts;

pub use asked_again::{asked_again, its_last_day};
pub use confirmation::{CONFIRMATION_DAYS, Confirmation, ConfirmedHow, may_use_code};
pub use pupil::{PupilsWord, another_code, parent_decides, says_yes};
pub use receipt::{Named, Shown, receipt};
pub use recipients::{NoticeState, RecipientKind};
pub use texts::{ConsentText, TEXTS, text_in_use, text_of};

use chrono::Months;

use crate::code_list;
use crate::journal::Purpose;
use crate::programmes::OrganisationForm;
use crate::requests::WithdrawnBy;
use crate::{Date, Moment};

code_list! {
    /// What a consent is for. Each is given apart; none is ticked beforehand.
    pub enum ConsentKind {
        Referral = "referral": "mijn gegevens mogen naar dit programma" / "my data may go to this programme",
        Request = "request": "mijn aanvraag mag bewaard en gebruikt worden om een buddy te zoeken" / "my request may be kept and used to find a buddy",
        ChildHealthData = "child-health-data": "gegevens over de gezondheid van mijn kind mogen bewaard worden" / "data on my child's health may be kept",
        MeetingAnnouncement = "meeting-announcement": "school mag horen dat er iemand meekomt naar dit gesprek" / "the school may hear that somebody comes along to this talk",
        Pool = "pool": "mijn aanvraag mag naar deze buddypool" / "my request may go to this pool of buddies",
        PupilHealthData = "pupil-health-data": "gegevens over mijn gezondheid mogen bewaard worden (leerling van 16 jaar of ouder)" / "data on my health may be kept (pupil of 16 years or older)",
    }
}

code_list! {
    /// How a consent was given.
    pub enum GivenHow {
        OwnLogin = "own-login": "zelf, in het eigen account" / "oneself, in one's own account",
        OneTimeCode = "one-time-code": "zelf, met een eigen code" / "oneself, with a code of one's own",
        ReportedByStaff = "reported-by-staff": "gehoord door het programma" / "heard by the programme",
    }
}

code_list! {
    /// Where a consent stands.
    pub enum ConsentState {
        InForce = "in-force": "geldt" / "in force",
        ToBeConfirmed = "to-be-confirmed": "telt pas als u het zelf bevestigt" / "counts only once you confirm it yourself",
        Withdrawn = "withdrawn": "teruggenomen" / "taken back",
        Lapsed = "lapsed": "verlopen" / "lapsed",
    }
}

code_list! {
    /// What stops when a consent is taken back.
    pub enum Consequence {
        RequestEnds = "request-ends": "uw aanvraag stopt: voorstellen vervallen, de koppeling eindigt, uw gegevens gaan weg" / "your request ends: proposals are cancelled, the match is closed, your data go away",
        HealthDataStops = "health-data-stops": "gegevens over de gezondheid worden niet meer gebruikt, en wat daarover in de besloten ruimte staat gaat weg; uw buddy blijft" / "data on health are used no longer, and what stands about it in the private space goes; your buddy stays",
        AnnouncementCancelled = "announcement-cancelled": "de aankondiging bij school vervalt; uw buddy blijft" / "the announcement to the school is cancelled; your buddy stays",
        OffersCancelled = "offers-cancelled": "vragen aan deze buddypool vervallen" / "what was asked of this pool is cancelled",
        ReportEnds = "report-ends": "wat is opgeschreven, vervalt. Het telde nog niet; uw aanvraag blijft" / "what was noted lapses. It did not count yet; your request stays",
    }
}

code_list! {
    /// How old the parent says that her child is. Nothing finer is asked, and the answer is not kept.
    pub enum ChildAge {
        Under16 = "under-16": "jonger dan 16 jaar" / "younger than 16",
        SixteenOrOlder = "16-or-older": "16 jaar of ouder" / "16 or older",
    }
}

/// For how many months a parent decides on data on her child's health before she is asked again: the child may have become
/// 16, and nobody keeps her birthday. [P]
pub const HEALTH_MONTHS: u32 = 12;

/// A consent as the rules look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consent {
    /// What for.
    pub kind: ConsentKind,
    /// How it was given.
    pub how: GivenHow,
    /// The last day on which it is good; none when it has no end of its own.
    pub valid_until: Option<Date>,
    /// When and how the parent herself confirmed what somebody reported.
    pub confirmed: Option<Confirmation>,
    /// When it was taken back.
    pub withdrawn_at: Option<Moment>,
    /// Who took it back, once that is known.
    pub withdrawn_by: Option<WithdrawnBy>,
    /// When another took its place, or its days were over.
    pub lapsed_at: Option<Moment>,
    /// The form that the programme had when it was given: it is for whoever was responsible then.
    pub form: Option<OrganisationForm>,
}

impl Consent {
    /// A consent that was just given.
    pub const fn given(kind: ConsentKind, how: GivenHow, valid_until: Option<Date>) -> Self {
        Self {
            kind,
            how,
            valid_until,
            confirmed: None,
            withdrawn_at: None,
            withdrawn_by: None,
            lapsed_at: None,
            form: None,
        }
    }

    /// Where it stands on a day.
    pub fn state_on(&self, day: Date) -> ConsentState {
        if self.withdrawn_at.is_some() {
            ConsentState::Withdrawn
        } else if self.lapsed_at.is_some() || self.valid_until.is_some_and(|last| last < day) {
            ConsentState::Lapsed
        } else if self.how == GivenHow::ReportedByStaff && self.confirmed.is_none() {
            ConsentState::ToBeConfirmed
        } else {
            ConsentState::InForce
        }
    }

    /// The same, given while the programme had a form.
    #[must_use]
    pub const fn in_form(self, form: OrganisationForm) -> Self {
        Self { form: Some(form), ..self }
    }

    /// Whether it is for whoever is responsible now that the programme has this form; while it has none nothing asks for it.
    pub fn is_for(&self, now: Option<OrganisationForm>) -> bool {
        now.is_none_or(|now| self.form.is_some_and(|given| !given.asks_anew(now)))
    }

    /// Whether it holds on a day.
    pub fn in_force_on(&self, day: Date) -> bool {
        self.state_on(day) == ConsentState::InForce
    }
}

impl ConsentKind {
    /// What the data are used for.
    pub const fn purpose(self) -> Purpose {
        match self {
            Self::Referral => Purpose::Signposting,
            Self::Request | Self::Pool => Purpose::Matching,
            Self::ChildHealthData | Self::PupilHealthData | Self::MeetingAnnouncement => Purpose::Support,
        }
    }

    /// What stops when it is taken back.
    pub const fn consequence(self) -> Consequence {
        match self {
            Self::Referral | Self::Request => Consequence::RequestEnds,
            Self::ChildHealthData | Self::PupilHealthData => Consequence::HealthDataStops,
            Self::MeetingAnnouncement => Consequence::AnnouncementCancelled,
            Self::Pool => Consequence::OffersCancelled,
        }
    }

    /// Whether somebody of the programme may report that the parent said yes, for her to confirm. The hand-over and what
    /// school hears are the parent's own act from the start, and nobody speaks for a pupil.
    pub const fn may_be_reported(self) -> bool {
        matches!(self, Self::Request | Self::ChildHealthData | Self::Pool)
    }

    /// The last day of a consent that is given on a day; none when it has no end of its own.
    pub fn valid_until(self, given_on: Date) -> Option<Date> {
        match self {
            Self::ChildHealthData => given_on.checked_add_months(Months::new(HEALTH_MONTHS)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code as _;

    fn day(day: u32) -> Date {
        Date::from_ymd_opt(2026, 11, day).expect("a day")
    }

    #[test]
    fn taken_back_is_for_good() {
        for how in GivenHow::ALL {
            let given = Consent::given(ConsentKind::Request, *how, None);
            let back = Consent { withdrawn_at: Some(Moment::UNIX_EPOCH), ..given };
            for confirmed in [None, Some(Confirmation { at: Moment::UNIX_EPOCH, how: None })] {
                let back = Consent { confirmed, ..back };
                assert_eq!(back.state_on(day(1)), ConsentState::Withdrawn);
                assert!(back.to_confirm(day(1)).is_err());
            }
        }
    }

    #[test]
    fn a_consent_with_a_last_day_holds_up_to_it() {
        let given = Consent::given(ConsentKind::ChildHealthData, GivenHow::OwnLogin, Some(day(10)));
        assert!(given.in_force_on(day(10)));
        assert_eq!(given.state_on(day(11)), ConsentState::Lapsed);
        assert_eq!(ConsentKind::ChildHealthData.valid_until(day(10)), Date::from_ymd_opt(2027, 11, 10));
    }

    #[test]
    fn what_ends_with_each_consent_is_what_rests_on_it() {
        let ends = |kind: &ConsentKind| kind.consequence() == Consequence::RequestEnds;
        let all: Vec<_> = ConsentKind::ALL.iter().filter(|kind| ends(kind)).map(|kind| kind.code()).collect();
        assert_eq!(all, ["referral", "request"]);
    }
}
