//! When a record goes, and why: part of every record that has an end.

use naast_domain::Date;
use naast_domain::code::Code as _;
use naast_domain::ids::RequestId;
use naast_domain::privacy::retention::{Due, RetentionGround, due_on};
use naast_domain::text::Tongue;
use naast_persistence::Database;
use naast_persistence::privacy::retention::{CaseRetention, of_cases};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Error;

/// When a record is erased, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RetentionView {
    /// It is erased after this day; null while that is not known: `ground` says why. Of a request that waits or runs (`waiting`, `supported`) it is the day
    /// if the parent says nothing more. The `ETag` of the record says nothing of it: terms and holds change by
    /// themselves.
    #[schema(format = Date)]
    pub erase_after_date: Option<Date>,
    /// Why then, or why not yet.
    pub ground: RetentionGround,
    /// Whether a hold keeps it from erasure, whatever the day says. Null for what belongs to a request: of that the request says it, to whoever reads the
    /// request itself, but to no buddy: it may be there because of a signal about her.
    pub held: Option<bool>,
}

impl RetentionView {
    /// Of what has just begun.
    pub fn running() -> Self {
        Self::of(Due::RUNNING)
    }

    /// Of what no hold can keep back.
    pub fn of(due: Due) -> Self {
        Self { erase_after_date: due.after, ground: due.ground, held: Some(false) }
    }

    /// Of a case, and of everything that belongs to it, for whoever reads something of it: also a buddy to whom it is proposed, and an administrator who reads
    /// a hold. Of one that waits or runs they read that, and neither which nor until when.
    pub fn of_case(found: Option<&CaseRetention>) -> Result<Self, Error> {
        let found = found.ok_or(Error::Internal("a case that was loaded has a term"))?;
        Ok(Self { held: None, ..Self::of(found.case.for_others()) })
    }

    /// The same, for whoever reads the holds on it.
    pub fn of_held_case(db: &mut Database<'_>, request: RequestId) -> Result<Self, Error> {
        let found = of_cases(db, &[request])?.remove(&request);
        Ok(Self { held: found.as_ref().map(|found| found.held), ..Self::of_case(found.as_ref())? })
    }

    /// Of a request, for whoever reads the request itself.
    pub fn of_request(found: Option<&CaseRetention>, today: Date) -> Result<Self, Error> {
        let found = found.ok_or(Error::Internal("a case that was loaded has a term"))?;
        Ok(Self { held: Some(found.held), ..Self::of(due_on(found.case, found.last_day, today)) })
    }

    /// Of what parent and buddy share in a case.
    pub fn of_private_space(db: &mut Database<'_>, request: RequestId) -> Result<Self, Error> {
        let found = of_cases(db, &[request])?.remove(&request);
        let found = found.ok_or(Error::Internal("a case that was loaded has a term"))?;
        Ok(Self { held: None, ..Self::of(found.private_space.for_others()) })
    }

    /// Of the case of this request, which a grant reached.
    pub fn load(db: &mut Database<'_>, request: RequestId) -> Result<Self, Error> {
        Self::of_case(of_cases(db, &[request])?.get(&request))
    }

    /// The ground in words.
    pub fn words(&self, tongue: Tongue) -> String {
        self.ground.label().get(tongue).to_owned()
    }
}
