//! The terms of a programme: the usual ones, and those that it set. Everybody who is signed in may read them.

use actix_web::{get, put, web};
use chrono::{DateTime, Utc};
use naast_domain::access::ManageProgrammes;
use naast_domain::code::Code as _;
use naast_domain::ids::ProgrammeId;
use naast_domain::journal::Purpose;
use naast_domain::organisations::Role;
use naast_domain::privacy::retention::RetentionTerm;
use naast_persistence::privacy::retention::{OwnTerm, own_terms, set_term};
use naast_persistence::programmes;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::caller::Caller;
use crate::contract::{Body, Path};
use crate::page_of;
use crate::platform::{Platform, Said as _};
use crate::problem::Error;

/// How long a programme keeps something.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "days": 60, "reason": null }))]
pub struct RetentionTermBody {
    /// Days after the end. As many as usual takes the programme's own term away.
    #[schema(minimum = 0, maximum = 730)]
    pub days: u32,
    /// Why it is longer than usual. Everybody reads it: name nobody.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: Option<String>,
}

/// How long a programme keeps something after its end.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RetentionTermView {
    /// What.
    pub term: RetentionTerm,
    /// Days after the end.
    pub days: u32,
    /// Days when a programme says nothing.
    pub usual_days: u32,
    /// Days at most, whatever the reason.
    pub longest_days: u32,
    /// Why it is longer than usual.
    pub reason: Option<String>,
    /// When the programme set it; null where the usual one holds.
    pub set_at: Option<DateTime<Utc>>,
}

impl RetentionTermView {
    fn of(term: RetentionTerm, own: Option<&OwnTerm>) -> Self {
        Self {
            term,
            days: own.map_or(term.usual(), |own| own.days),
            usual_days: term.usual(),
            longest_days: term.longest(),
            reason: own.and_then(|own| own.reason.clone()),
            set_at: own.map(|own| own.set_at),
        }
    }
}

page_of! {
    /// Every term of a programme.
    RetentionTermPage of RetentionTermView
}

/// List how long a programme keeps things.
#[utoipa::path(
    operation_id = "listRetentionTerms",
    tag = "privacy",
    params(("id" = ProgrammeId, Path, description = "The programme")),
    responses((status = 200, description = "All of them, on one page", body = RetentionTermPage)),
)]
#[get("/programmes/{id}/retention-terms")]
pub async fn list_retention_terms(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<ProgrammeId>,
) -> Result<RetentionTermPage, Error> {
    platform
        .read(caller.0, move |cx| {
            programmes::find(cx.db, id)?.ok_or(Error::NotFound)?;
            let own = own_terms(cx.db, &[id])?.remove(&id).unwrap_or_default();
            let of = |term: &RetentionTerm| own.iter().find(|one| one.term == *term);
            let data = RetentionTerm::ALL.iter().map(|term| RetentionTermView::of(*term, of(term))).collect();
            Ok(RetentionTermPage { data, next_cursor: None })
        })
        .await
}

/// Set how long a programme keeps something. Shorter is free; longer needs a reason, and has an end. It counts at once, also for
/// what is kept already. Said again, it counts as said last.
#[utoipa::path(
    operation_id = "setRetentionTerm",
    tag = "privacy",
    params(
        ("id" = ProgrammeId, Path, description = "The programme"),
        ("term" = RetentionTerm, Path, description = "The term"),
    ),
    request_body = RetentionTermBody,
    responses((status = 200, description = "Set", body = RetentionTermView)),
)]
#[put("/programmes/{id}/retention-terms/{term}")]
pub async fn set_retention_term(
    platform: web::Data<Platform>,
    caller: Caller,
    Path((id, term)): Path<(ProgrammeId, RetentionTerm)>,
    Body(body): Body<RetentionTermBody>,
) -> Result<Answer<RetentionTermView>, Error> {
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<ManageProgrammes>()?;
            programmes::find(cx.tx, id)?.ok_or(Error::NotFound)?;
            term.allows(body.days, body.reason.as_deref())?;
            let own = (body.days != term.usual()).then_some((body.days, body.reason.as_deref()));
            set_term(cx.tx, &grant, id, term, own, cx.now)?;
            let kept = own_terms(cx.tx, &[id])?.remove(&id).unwrap_or_default();
            let view = RetentionTermView::of(term, kept.iter().find(|one| one.term == term));
            let entry = cx
                .entry(id, Role::Administrator, Purpose::Administration, "programme.retention-term-set")
                .on(id)
                .states(None, Some(term.code()));
            Ok(cx.tx.keep([entry], Answer::found(view))?)
        })
        .await
}
