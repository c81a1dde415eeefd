//! What a buddy says of her ties with her yes.

use super::ProposalState;
use crate::Date;
use crate::code::Code as _;
use crate::independence::{Declared, Questions, TieKind};
use crate::rejection::Rejection;
use crate::text::Text;

/// What a buddy is asked about her ties before her yes, and what she says (S2): ties are declared at the start, each year, and
/// again for each match, because the directory may give reason to ask after some by name.
#[derive(Clone, Copy, Debug)]
pub struct Declaration<'a> {
    /// What there is to ask her after.
    pub questions: &'a Questions,
    /// The kinds that she says she was asked after; none when she declares nothing. What holds of them is declared.
    pub asked: Option<&'a [TieKind]>,
    /// The day.
    pub on: Date,
    /// Whether the yearly question waits for her answer; what she declares for one request answers it too.
    pub is_due: bool,
}

impl Declaration<'_> {
    /// A declaration that leaves nothing out.
    ///
    /// # Errors
    /// `ties-not-declared` when she does not say it, or was not asked after a kind that she had to be asked after.
    pub fn complete(self) -> Result<Declared, Rejection> {
        let to_ask = &self.questions.kinds;
        let left_out: Vec<TieKind> = match self.asked {
            Some(asked) => to_ask.iter().copied().filter(|kind| !asked.contains(kind)).collect(),
            None => to_ask.clone(),
        };
        if self.asked.is_some() && left_out.is_empty() {
            return Ok(Declared { on: self.on, upon: self.questions.clone() });
        }
        let mut reason = Text::of(
            "Een buddy zegt bij haar ja dat al haar banden met deze hulpvraag en deze school zijn gemeld, ook die van de laatste \
             tijd: stuur tiesAsked mee, met de soorten uit tiesToAsk van het voorstel.",
            "With her yes a buddy says that all of her ties with this request and this school are declared, also the latest: \
             send tiesAsked, with the kinds in tiesToAsk of the proposal.",
        );
        if !left_out.is_empty() {
            let codes: Vec<_> = left_out.iter().map(|kind| kind.code()).collect();
            let codes = codes.join(", ");
            reason = Text::new(
                format!("{} Nog niet gevraagd: {codes}.", reason.nl),
                format!("{} Not asked yet: {codes}.", reason.en),
            );
        }
        Err(Rejection::rule("ties-not-declared", "S2", reason)
            .in_state(ProposalState::Open.code(), vec!["ties", "acceptances"]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::LocationCode;

    fn on() -> Date {
        Date::from_ymd_opt(2026, 11, 2).expect("a day")
    }

    fn about(school: &str, kinds: &[TieKind]) -> Questions {
        let school = LocationCode::parse(school).expect("a location");
        Questions { kinds: kinds.to_vec(), ..Questions::about(school, None, &[]) }
    }

    #[test]
    fn a_declaration_for_a_match_leaves_out_no_question() {
        let to_ask = [TieKind::EmployedAtSchool, TieKind::EmployedByPartnership];
        let questions = about("03GR00", &to_ask);
        let said = |asked: Option<&[TieKind]>| {
            Declaration { questions: &questions, asked, on: on(), is_due: false }.complete()
        };
        let declared = Declared { on: on(), upon: questions.clone() };
        assert_eq!(said(Some(&to_ask)), Ok(declared.clone()));
        assert_eq!(said(Some(TieKind::ALL)), Ok(declared));
        for left_out in [None, Some(&to_ask[1..]), Some(&[][..])] {
            let refusal = said(left_out).expect_err("not all was asked");
            assert_eq!(refusal.code, "ties-not-declared");
            assert!(refusal.reason.en.contains("employed-at-school"), "{}", refusal.reason.en);
        }
        // with nothing to ask after she still says that nothing is new
        let none = Questions::default();
        let nothing = |asked| Declaration { questions: &none, asked, on: on(), is_due: false }.complete();
        assert!(nothing(Some(&[])).is_ok());
        assert!(nothing(None).is_err());
    }
}
