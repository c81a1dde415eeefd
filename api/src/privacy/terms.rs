//! The terms of a programme: the usual ones, and those that it set. Everybody who is signed in may read them.

use actix_web::{get, put, web};
use chrono::{DateTime, Utc};
use naast_domain::access::ManageProgrammes;
use naast_domain::code::Code as _;
use naast_domain::ids::ProgrammeId;
use naast_domain::journal::Purpose;
use naast_domain::organisations::Role;
use naast_domain::privacy::retention::RetentionTerm;
use naast_persistence::privacy::retention::{OwnTerm, SaidTerm, said_terms, set_term};
use naast_persistence::{Kept, programmes};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answer, IfMatch, etag};
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
    /// Days after the end, or after the parent last said that her request goes on. As many as usual takes the programme's own term away.
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
    /// Days after the end, or after the parent last said that her request goes on.
    pub days: u32,
    /// Days when a programme says nothing.
    pub usual_days: u32,
    /// Days at least.
    pub shortest_days: u32,
    /// Days at most, whatever the reason.
    pub longest_days: u32,
    /// Why it is longer than usual.
    pub reason: Option<String>,
    /// When the programme set it; null where the usual one holds.
    pub set_at: Option<DateTime<Utc>>,
    /// The version, for `If-Match`.
    pub etag: String,
}

impl RetentionTermView {
    fn of(term: RetentionTerm, said: Option<&SaidTerm>) -> Self {
        let own = said.and_then(|said| said.own.as_ref().map(|own| (own, said.set_at)));
        Self {
            term,
            days: own.map_or(term.usual(), |(own, _)| own.days),
            usual_days: term.usual(),
            shortest_days: term.shortest(),
            longest_days: term.longest(),
            reason: own.and_then(|(own, _)| own.reason.clone()),
            set_at: own.map(|(_, set_at)| set_at),
            etag: etag(version_of(said)),
        }
    }

    fn answer(term: RetentionTerm, said: Option<&SaidTerm>) -> Answer<Self> {
        Answer::found(Self::of(term, said)).version(version_of(said))
    }
}

/// The version of a term: a programme has each of them from its beginning, so that the first change has one to name too.
fn version_of(said: Option<&SaidTerm>) -> i32 {
    said.map_or(0, |said| said.version)
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
            let said = said_terms(cx.db, &[id])?.remove(&id).unwrap_or_default();
            let of = |term: &RetentionTerm| said.iter().find(|one| one.term == *term);
            let data = RetentionTerm::ALL.iter().map(|term| RetentionTermView::of(*term, of(term))).collect();
            Ok(RetentionTermPage { data, next_cursor: None })
        })
        .await
}

/// Set how long a programme keeps something. Shorter is free, down to `shortestDays`; longer needs a reason, and has an end. It counts at once, also for
/// what is kept already. Every term has a version from the beginning of its programme, which the list shows.
#[utoipa::path(
    operation_id = "setRetentionTerm",
    tag = "privacy",
    params(
        ("id" = ProgrammeId, Path, description = "The programme"),
        ("term" = RetentionTerm, Path, description = "The term"),
        ("If-Match" = String, Header, description = "The ETag of the term that was read"),
    ),
    request_body = RetentionTermBody,
    responses((status = 200, description = "Set", body = RetentionTermView)),
)]
#[put("/programmes/{id}/retention-terms/{term}")]
pub async fn set_retention_term(
    platform: web::Data<Platform>,
    caller: Caller,
    Path((id, term)): Path<(ProgrammeId, RetentionTerm)>,
    seen: IfMatch,
    Body(body): Body<RetentionTermBody>,
) -> Result<Answer<RetentionTermView>, Error> {
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<ManageProgrammes>()?;
            programmes::find(cx.tx, id)?.ok_or(Error::NotFound)?;
            let stood = said_terms(cx.tx, &[id])?.remove(&id).unwrap_or_default();
            let stood = stood.iter().find(|one| one.term == term);
            seen.check(version_of(stood))?;
            term.allows(body.days, body.reason.as_deref())?;
            let own =
                (body.days != term.usual()).then(|| OwnTerm { days: body.days, reason: body.reason.clone() });
            if stood.and_then(|stood| stood.own.as_ref()) == own.as_ref() {
                cx.shows([]);
                return Ok(Kept::unchanged(RetentionTermView::answer(term, stood)));
            }
            let said = set_term(cx.tx, &grant, id, (term, version_of(stood)), own, cx.now)?;
            let entry = cx
                .entry(id, Role::Administrator, Purpose::Administration, "programme.retention-term-set")
                .on(id)
                .states(None, Some(term.code()));
            Ok(cx.tx.keep([entry], RetentionTermView::answer(term, Some(&said)))?)
        })
        .await
}
