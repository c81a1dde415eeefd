//! What a caller was when her call was done: an answer is not given again to whoever is less now, or is kept from its case.

use std::collections::BTreeSet;

use naast_domain::Moment;
use naast_domain::access::{Principal, ReadRequest};
use naast_domain::code::Code as _;
use naast_domain::ids::RequestId;
use naast_persistence::privacy::access_log::{self, Shown};
use naast_persistence::{Database, Transaction, requests};

use crate::clock::fresh;
use crate::platform::Of;
use crate::problem::Error;

/// Each role with where it is held, in words that can be compared later.
pub type Powers = BTreeSet<String>;

/// Whoever calls, by what she may be at that moment.
pub trait Standing {
    /// What she may be.
    fn powers(&self) -> Powers;

    /// Whether a tie of her own is all that keeps her from a case at this moment: asked as where a case is read.
    ///
    /// # Errors
    /// Those of the database.
    fn is_kept_from(&self, database: &mut Database<'_>, case: RequestId) -> Result<bool, Error>;

    /// Writes down that she is given the answer to an earlier call once more, about a case, or of whom it said that it shows something: that is a
    /// reading, and nothing else tells of it.
    ///
    /// # Errors
    /// Those of the database.
    fn reads_again(
        &self,
        tx: &mut Transaction<'_, '_>,
        about: (Option<RequestId>, Vec<Shown>),
        of: &Of,
        now: Moment,
    ) -> Result<(), Error>;
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

    fn is_kept_from(&self, database: &mut Database<'_>, case: RequestId) -> Result<bool, Error> {
        let Some(grant) = self.grant::<ReadRequest>() else { return Ok(false) };
        match requests::find(database, &grant, case) {
            Ok(_) => Ok(false),
            Err(naast_persistence::Error::Tied) => Ok(true),
            Err(other) => Err(other.into()),
        }
    }

    fn reads_again(
        &self,
        tx: &mut Transaction<'_, '_>,
        about: (Option<RequestId>, Vec<Shown>),
        of: &Of,
        now: Moment,
    ) -> Result<(), Error> {
        let mut shown = Shown::still(tx, about.1)?;
        if let Some(case) = about.0 {
            shown.extend(Shown::again(tx, self, case)?);
        }
        let records = access_log::records(&shown, &of.by(self.clone(), now, now), fresh);
        Ok(access_log::insert(tx, &records)?)
    }
}

/// Whoever holds a code is nothing but that: she sends the code with each call.
impl Standing for () {
    fn powers(&self) -> Powers {
        Powers::new()
    }

    fn is_kept_from(&self, _: &mut Database<'_>, _: RequestId) -> Result<bool, Error> {
        Ok(false)
    }

    /// What comes with a code is of whoever holds it.
    fn reads_again(
        &self,
        _: &mut Transaction<'_, '_>,
        _: (Option<RequestId>, Vec<Shown>),
        _: &Of,
        _: Moment,
    ) -> Result<(), Error> {
        Ok(())
    }
}

/// What nobody is: for an answer that does not say what its caller was.
pub(super) fn unknown() -> Powers {
    Powers::from(["unknown".to_owned()])
}
