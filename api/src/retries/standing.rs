//! What a caller was when her call was done: an answer is not given again to whoever is less now.

use std::collections::BTreeSet;

use naast_domain::access::Principal;
use naast_domain::code::Code as _;

/// Each role with where it is held, in words that can be compared later.
pub type Powers = BTreeSet<String>;

/// Whoever calls, by what she may be at that moment.
pub trait Standing {
    /// What she may be.
    fn powers(&self) -> Powers;
}

impl Standing for Principal {
    fn powers(&self) -> Powers {
        let words = |power: &naast_domain::access::Power| {
            let programme = power.programme.map(|id| id.to_string());
            let school = power.school.as_ref().map(ToString::to_string);
            let board = power.board.as_ref().map(ToString::to_string);
            let place = [programme, school, board].map(Option::unwrap_or_default).join(" ");
            format!("{} {} {place}", power.role.code(), power.organisation)
        };
        self.powers.iter().map(words).collect()
    }
}

/// Whoever holds a code is nothing but that: she sends the code with each call.
impl Standing for () {
    fn powers(&self) -> Powers {
        Powers::new()
    }
}

/// What nobody is: for an answer that does not say what its caller was.
pub(super) fn unknown() -> Powers {
    Powers::from(["unknown".to_owned()])
}
