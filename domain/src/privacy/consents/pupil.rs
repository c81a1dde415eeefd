//! Who decides on data on a child's health. From 16 years on that is the pupil (UAVG art. 5), and her word binds her parent: whoever has
//! said as a pupil what she wants is 16, whatever her parent says of her age, and her no is hers alone to change.

use super::ChildAge;
use crate::rejection::Rejection;
use crate::text::Text;

/// What a pupil has said with one of the codes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PupilsWord {
    /// Nothing: the code was not used.
    Nothing,
    /// Her last word with it was yes.
    Yes,
    /// Her last word with it was no.
    No,
}

/// Whether the parent may decide on data on her child's health, when this was said with the codes of her request.
///
/// # Errors
/// `pupil-decides` when the child is 16 or older, by what her parent says or because she spoke herself.
pub fn parent_decides(age: ChildAge, said: &[PupilsWord]) -> Result<(), Rejection> {
    if said.iter().any(|word| *word != PupilsWord::Nothing) {
        return Err(Rejection::rule(
            "pupil-decides",
            "S5",
            Text::of(
                "Uw kind heeft hier zelf over beslist, met een eigen code. Dat kunt u niet voor uw kind veranderen.",
                "Your child has decided on this, with a code of her own. You cannot change that for her.",
            ),
        )
        .in_state("pupil-decided", vec!["pupil-consents"]));
    }
    match age {
        ChildAge::Under16 => Ok(()),
        ChildAge::SixteenOrOlder => Err(Rejection::rule(
            "pupil-decides",
            "S5",
            Text::of(
                "Uw kind is 16 jaar of ouder en beslist hier zelf over. Vraag een code voor uw kind.",
                "Your child is 16 or older and decides on this. Ask for a code for your child.",
            ),
        )
        .in_state("16-or-older", vec!["pupil-codes"])),
    }
}

/// Whether another code can be made: not while a pupil has said no, or whoever holds the new one could say yes for her.
///
/// # Errors
/// `pupil-said-no`.
pub fn another_code(said: &[PupilsWord]) -> Result<(), Rejection> {
    if said.contains(&PupilsWord::No) { Err(said_no()) } else { Ok(()) }
}

/// Whether a yes counts that is said with a code: not while the last word with another one is no. With her own code she may change
/// her mind.
///
/// # Errors
/// `pupil-said-no`.
pub fn says_yes(with_other_codes: &[PupilsWord]) -> Result<(), Rejection> {
    another_code(with_other_codes)
}

fn said_no() -> Rejection {
    Rejection::rule(
        "pupil-said-no",
        "S5",
        Text::of(
            "De leerling heeft nee gezegd. Alleen met dezelfde code kan zij van gedachten veranderen.",
            "The pupil has said no. Only with the same code can she change her mind.",
        ),
    )
    .in_state("pupil-decided", vec!["pupil-consents"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use PupilsWord::{No, Nothing, Yes};

    #[test]
    fn a_pupil_of_sixteen_decides_herself() {
        for said in [&[][..], &[Nothing][..]] {
            assert!(parent_decides(ChildAge::Under16, said).is_ok());
            let refusal = parent_decides(ChildAge::SixteenOrOlder, said).expect_err("the pupil decides");
            assert_eq!((refusal.code, refusal.permitted), ("pupil-decides", vec!["pupil-codes"]));
        }
    }

    #[test]
    fn whoever_spoke_as_a_pupil_is_sixteen_whatever_her_parent_says() {
        for said in [&[Yes][..], &[No][..], &[Nothing, Yes][..]] {
            let refusal = parent_decides(ChildAge::Under16, said).expect_err("the pupil decided");
            assert_eq!((refusal.code, refusal.permitted), ("pupil-decides", vec!["pupil-consents"]));
        }
    }

    #[test]
    fn a_no_is_changed_by_no_other_code_and_no_new_one_is_made() {
        let code = |result: Result<(), Rejection>| result.map_err(|refusal| refusal.code);
        assert_eq!(code(another_code(&[Nothing, Yes])), Ok(()));
        assert_eq!(code(another_code(&[Nothing, No])), Err("pupil-said-no"));
        assert_eq!(code(says_yes(&[])), Ok(()), "with her own code");
        assert_eq!(code(says_yes(&[Nothing, Yes])), Ok(()));
        assert_eq!(code(says_yes(&[No])), Err("pupil-said-no"));
    }
}
