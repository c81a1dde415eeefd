//! The parent confirms what somebody of the programme heard her say: in the words that are in use, which she was shown herself, and never by
//! the hand of whoever reported it.

use super::{Consent, ConsentState, GivenHow};
use crate::code::Code as _;
use crate::code_list;
use crate::ids::PersonId;
use crate::rejection::Rejection;
use crate::text::Text;
use crate::{Date, Moment};

/// For how many days the code is good by which a parent confirms what somebody heard her say. [P]
pub const CONFIRMATION_DAYS: u64 = 14;

code_list! {
    /// How a parent confirmed what was reported of her.
    pub enum ConfirmedHow {
        OwnLogin = "own-login": "zelf, in het eigen account" / "oneself, in one's own account",
        OneTimeCode = "one-time-code": "zelf, met de code uit een brief" / "oneself, with the code of a letter",
    }
}

/// What she says with a confirmation she says in the same way.
impl From<ConfirmedHow> for GivenHow {
    fn from(how: ConfirmedHow) -> Self {
        match how {
            ConfirmedHow::OwnLogin => Self::OwnLogin,
            ConfirmedHow::OneTimeCode => Self::OneTimeCode,
        }
    }
}

/// That and how a parent confirmed what was reported of her.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// When.
    pub at: Moment,
    /// How; of what was confirmed before it was kept nobody knows.
    pub how: Option<ConfirmedHow>,
}

/// Whether whoever sends the code of a letter may use it: anybody who holds it (the parent may have no account), but for whoever reported what
/// it confirms. To her it was told, and the word that she heard is not hers to give.
///
/// # Errors
/// `only-the-parent` (L6).
pub fn may_use_code(reported_by: Option<PersonId>, signed_in: Option<PersonId>) -> Result<(), Rejection> {
    if signed_in.is_none() || signed_in != reported_by {
        return Ok(());
    }
    Err(Rejection::rule(
        "only-the-parent",
        "L6",
        Text::of(
            "U heeft dit zelf gemeld. De ouder bevestigt het, en niemand in haar plaats.",
            "You reported this yourself. The parent confirms it, and nobody in her place.",
        ),
    ))
}

impl Consent {
    /// Whether confirming it on a day changes anything: it waits for that, or was confirmed before and holds.
    ///
    /// # Errors
    /// `consent-not-to-confirm` when it was taken back, has lapsed, or was never reported.
    pub fn to_confirm(&self, day: Date) -> Result<bool, Rejection> {
        let state = self.state_on(day);
        match state {
            ConsentState::ToBeConfirmed => return Ok(true),
            ConsentState::InForce if self.confirmed.is_some() => return Ok(false),
            _ => {}
        }
        Err(Rejection::rule(
            "consent-not-to-confirm",
            "L6",
            Text::of(
                "Hier is niets te bevestigen. Wat is teruggenomen, komt zo niet terug: geef een nieuwe toestemming.",
                "There is nothing to confirm here. What was taken back does not come back this way: give a new consent.",
            ),
        )
        .in_state(state.code(), vec!["consents"]))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ConsentKind, GivenHow};
    use super::*;

    fn day() -> Date {
        Date::from_ymd_opt(2026, 11, 1).expect("a day")
    }

    #[test]
    fn what_staff_heard_counts_once_the_parent_confirmed_it() {
        let heard = Consent::given(ConsentKind::Request, GivenHow::ReportedByStaff, None);
        assert_eq!(heard.state_on(day()), ConsentState::ToBeConfirmed);
        assert!(!heard.in_force_on(day()));
        assert_eq!(heard.to_confirm(day()), Ok(true));
        for how in [None, Some(ConfirmedHow::OwnLogin), Some(ConfirmedHow::OneTimeCode)] {
            let confirmed =
                Consent { confirmed: Some(Confirmation { at: Moment::UNIX_EPOCH, how }), ..heard };
            assert!(confirmed.in_force_on(day()));
            // also when repeated
            assert_eq!(confirmed.to_confirm(day()), Ok(false));
        }
        assert!(Consent::given(ConsentKind::Request, GivenHow::OwnLogin, None).to_confirm(day()).is_err());
    }

    #[test]
    fn whoever_reported_it_does_not_use_the_code() {
        let [reporter, parent] = [1, 2].map(|number| PersonId::from(uuid::Uuid::from_u128(number)));
        let code = |by, who| may_use_code(by, who).map_err(|refusal| refusal.code);
        assert_eq!(code(Some(reporter), Some(reporter)), Err("only-the-parent"));
        for who in [None, Some(parent)] {
            assert_eq!(code(Some(reporter), who), Ok(()));
            // a reporter whose account is gone is nobody
            assert_eq!(code(None, who), Ok(()));
        }
    }
}
