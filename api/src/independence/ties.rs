//! A buddy declares her ties: facts, dated, about somebody or something (S2). The rules read them; a change asks the rules
//! again at once for every request that it touches. Ties are seen by the buddy, the coordinator and, per request, the
//! parent; never by a school or a partnership.

use actix_web::{get, patch, post, web};
use chrono::{DateTime, Utc};
use naast_domain::Date;
use naast_domain::access::{Action, DeclareTies, Grant, ReadBuddy, VouchForTies};
use naast_domain::buddies::Buddy;
use naast_domain::code::Code as _;
use naast_domain::ids::{BuddyId, ProgrammeId, TieId};
use naast_domain::independence::{ObjectKind, Tie, TieFault, TieKind};
use naast_domain::journal::Purpose;
use naast_domain::privacy::access::DataKind;
use naast_domain::privacy::retention::Due;
use naast_domain::rejection::{Existing, Rejection};
use naast_domain::text::Text;
use naast_persistence::independence::ties;
use naast_persistence::privacy::retention::of_buddy;
use naast_persistence::{Database, Stored, buddies};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::again::{Occasion, lock_file, recheck, recheck_hers};
use super::objects::{TieObjectBody, TieObjectView};
use crate::answer::{Answer, IfMatch};
use crate::buddies::profile::BuddyView;
use crate::buddies::{reached, seen};
use crate::caller::{Caller, Reader};
use crate::clock::fresh;
use crate::contract::{Body, Path, Sent};
use crate::page_of;
use crate::platform::{Platform, Said as _};
use crate::privacy::retention::RetentionView;
use crate::problem::Error;

/// A kind of tie that a buddy is asked about.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TieKindView {
    /// The kind.
    pub kind: TieKind,
    /// The kind in words.
    pub label: String,
    /// What such a tie can be about.
    pub about: Vec<ObjectKind>,
    /// The further question of the kind, answered by `aggravated`; null when there is none.
    pub further_question: Option<String>,
}

page_of! {
    /// Every kind of tie.
    TieKindPage of TieKindView
}

/// The kinds of ties that a buddy is asked about.
#[utoipa::path(
    operation_id = "listTieKinds",
    tag = "buddies",
    security(()),
    responses((status = 200, description = "All of them, on one page", body = TieKindPage)),
)]
#[get("/tie-kinds")]
pub async fn list_tie_kinds(reader: Reader) -> TieKindPage {
    let data = TieKind::ALL.iter().map(|kind| TieKindView {
        kind: *kind,
        label: kind.label().get(reader.0).to_owned(),
        about: kind.needs().to_vec(),
        further_question: kind.further_question().map(|question| question.get(reader.0).to_owned()),
    });
    TieKindPage { data: data.collect(), next_cursor: None }
}

/// A tie to declare.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "kind": "own-child-at-school", "about": { "kind": "school", "locationCode": "03GR00" }, "sinceDate": "2024-08-01" }))]
pub struct TieBody {
    /// The kind.
    pub kind: TieKind,
    /// What it is about.
    pub about: TieObjectBody,
    /// The first day; left out when it was always there.
    pub since_date: Option<Date>,
    /// The last day; left out while no end is known.
    pub until_date: Option<Date>,
    /// The answer to the kind's further question, where it asks one.
    pub aggravated: Option<bool>,
}

/// A change of a tie.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "untilDate": "2026-07-31" }))]
pub struct TieChangeBody {
    /// The last day.
    pub until_date: Date,
}

/// A tie of a buddy.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TieView {
    /// Its id.
    pub id: TieId,
    /// The kind.
    pub kind: TieKind,
    /// The kind in words.
    pub label: String,
    /// What it is about.
    pub about: TieObjectView,
    /// The first day.
    pub since_date: Option<Date>,
    /// The last day.
    pub until_date: Option<Date>,
    /// The answer to the kind's further question.
    pub aggravated: bool,
    /// When it was declared.
    pub declared_at: DateTime<Utc>,
    /// The version, for `If-Match`.
    pub etag: String,
    /// When it is erased: with the buddy's file; a coordinator's own with her account.
    pub retention: RetentionView,
}

impl TieBody {
    /// The tie that a body declares, in a programme whose caller may.
    pub fn declare<A: Action>(
        sent: &Sent<Self>,
        db: &mut Database<'_>,
        leave: &Grant<A>,
        programme: ProgrammeId,
        id: TieId,
    ) -> Result<Tie, Error> {
        let mut check = sent.check();
        check.inside("/about", |check| TieObjectBody::look_up(check, db, leave, programme))?;
        if let Some(kind) = check.get::<TieKind>("/kind") {
            let (since, until) = (check.get("/sinceDate"), check.get("/untilDate"));
            let aggravated = check.get("/aggravated").unwrap_or_default();
            for fault in TieFault::of(kind, check.get("/about/kind"), since, until, aggravated) {
                let (pointer, code) = match fault {
                    TieFault::WrongObject => ("/about/kind", "not-of-this-tie"),
                    TieFault::EndsBeforeStart => ("/untilDate", "too-early"),
                    TieFault::AnswerNotAsked => ("/aggravated", "not-asked"),
                };
                check.fault(pointer, code, fault.words(kind));
            }
        }
        let body = sent.sound(check)?;
        let aggravated = body.aggravated.unwrap_or_default();
        Tie::declare(id, body.kind, body.about.read()?, body.since_date, body.until_date, aggravated)
            .map_err(|_| Error::Internal("a tie that was looked over makes sense"))
    }
}

impl TieView {
    /// A tie, in the words of the reader.
    pub fn of(stored: &Stored<Tie>, reader: Reader, due: Due) -> Self {
        Self {
            id: stored.id,
            kind: stored.kind,
            label: stored.kind.label().get(reader.0).to_owned(),
            about: stored.about.clone().into(),
            since_date: stored.since,
            until_date: stored.until,
            aggravated: stored.aggravated,
            declared_at: stored.created_at,
            etag: crate::answer::etag(stored.version),
            retention: RetentionView::of(due),
        }
    }
}

/// What is said once already is not said again: the parent would be asked about it twice.
fn known_as(buddy: &Stored<Buddy>, known: &Stored<Tie>) -> Error {
    let reason = Text::of(
        "Deze band staat er al: dezelfde soort, met hetzelfde, sinds dezelfde dag.",
        "This tie is there already: the same kind, with the same, since the same day.",
    );
    let existing = Existing { id: known.id.uuid(), path: format!("/buddies/{}/ties", buddy.id) };
    Rejection::rule("tie-known", "S2", reason).pointing_to(Some(existing)).at("/kind").into()
}

/// Declare a tie. Proposals and matches that it touches are assessed again in the same step.
///
/// A tie that says what one says already (kind, what it is about, first day) is refused: 409 `tie-known`, with its id in `existing`. One that goes on
/// where the other ended, or weighs more, is another.
///
/// By the buddy, or by her coordinator, who may have heard of it: one tie more never lets anybody in.
#[utoipa::path(
    operation_id = "declareTie",
    tag = "buddies",
    params(("id" = BuddyId, Path, description = "The buddy")),
    request_body = TieBody,
    responses((status = 201, description = "Declared", body = TieView)),
)]
#[post("/buddies/{id}/ties")]
pub async fn declare_tie(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    Path(id): Path<BuddyId>,
    sent: Sent<TieBody>,
) -> Result<Answer<TieView>, Error> {
    let tie_id: TieId = fresh();
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<DeclareTies>()?;
            let (buddy, role) = reached::<DeclareTies>(cx, id)?;
            lock_file(cx.tx, &buddy)?;
            let tie = TieBody::declare(&sent, cx.tx, &grant, buddy.programme, tie_id)?;
            let known = ties::ties_of(cx.tx, &buddy)?;
            if let Some(known) = known.iter().find(|known| known.covers(&tie)) {
                return Err(known_as(&buddy, known));
            }
            let stored = ties::insert_tie(cx.tx, &grant, &buddy, tie, cx.now)?;
            let mut entries =
                vec![cx.entry(buddy.programme, role, Purpose::Volunteers, "tie.declared").on(tie_id)];
            entries.extend(recheck_hers(cx.tx, &buddy, Occasion::of(cx, role))?);
            let place = format!("/buddies/{id}/ties");
            let view = TieView::of(&stored, reader, of_buddy(cx.tx, &buddy)?);
            Ok(cx.tx.keep(entries, Answer::created(view, &place).version(1))?)
        })
        .await
}

page_of! {
    /// The ties of a buddy, in the order in which they were declared.
    TiePage of TieView
}

/// List a buddy's ties.
#[utoipa::path(
    operation_id = "listTies",
    tag = "buddies",
    params(("id" = BuddyId, Path, description = "The buddy")),
    responses((status = 200, description = "All of them, on one page", body = TiePage)),
)]
#[get("/buddies/{id}/ties")]
pub async fn list_ties(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    Path(id): Path<BuddyId>,
) -> Result<TiePage, Error> {
    platform
        .read(caller.0, move |cx| {
            let buddy = seen::<ReadBuddy>(cx, id, DataKind::Ties)?;
            let ties = ties::ties_of(cx.db, &buddy)?;
            let due = of_buddy(cx.db, &buddy)?;
            let data = ties.iter().map(|tie| TieView::of(tie, reader, due)).collect();
            Ok(TiePage { data, next_cursor: None })
        })
        .await
}

/// Set the last day of a tie. A tie is ended, never taken away: what was true stays known.
///
/// Where she coordinates the programme too, or comes to, it counts until today at least, whatever day it is given: an end gives a coordinator no
/// case back.
///
/// The buddy's alone: an end can lift a block, and whoever proposes her does not. To a coordinator the tie is not there to be ended (404).
#[utoipa::path(
    operation_id = "endTie",
    tag = "buddies",
    params(
        ("id" = BuddyId, Path, description = "The buddy"),
        ("tieId" = TieId, Path, description = "The tie"),
        ("If-Match" = String, Header, description = "The etag of the tie that was read"),
    ),
    request_body(content = TieChangeBody, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "Ended on that day", body = TieView)),
)]
#[patch("/buddies/{id}/ties/{tieId}")]
pub async fn end_tie(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    Path((id, tie_id)): Path<(BuddyId, TieId)>,
    if_match: IfMatch,
    Body(body): Body<TieChangeBody>,
) -> Result<Answer<TieView>, Error> {
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<VouchForTies>()?;
            let (buddy, role) = reached::<VouchForTies>(cx, id)?;
            lock_file(cx.tx, &buddy)?;
            let mut stored = ties::find_tie(cx.tx, &buddy, tie_id)?.ok_or(Error::NotFound)?;
            if_match.check(stored.version)?;
            let ended = stored.value.clone().end(body.until_date)?;
            ties::end_tie(cx.tx, &grant, &buddy, &stored, (body.until_date, cx.today))?;
            stored.value = ended;
            stored.version += 1;
            let mut entries =
                vec![cx.entry(buddy.programme, role, Purpose::Volunteers, "tie.ended").on(tie_id)];
            entries.extend(recheck_hers(cx.tx, &buddy, Occasion::of(cx, role))?);
            let view = TieView::of(&stored, reader, of_buddy(cx.tx, &buddy)?);
            Ok(cx.tx.keep(entries, Answer::found(view).version(stored.version))?)
        })
        .await
}

/// Say today that every tie is declared.
///
/// The buddy's alone: nobody says for her that there is nothing else.
///
/// A buddy who was not asked for twelve months is not proposed until she is; her yes to an open proposal falls away, and her matches rest
/// (`ties-not-declared`). They go on by this, unless one of them waits for what she declares for that match alone.
#[utoipa::path(
    operation_id = "confirmTies",
    tag = "buddies",
    params(
        ("id" = BuddyId, Path, description = "The buddy"),
        ("If-Match" = String, Header, description = "The ETag of the buddy that was read"),
    ),
    responses((status = 200, description = "Kept, as of today", body = BuddyView)),
)]
#[post("/buddies/{id}/tie-declarations")]
pub async fn confirm_ties(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<BuddyId>,
    seen: IfMatch,
) -> Result<Answer<BuddyView>, Error> {
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<VouchForTies>()?;
            let (first, _) = reached::<VouchForTies>(cx, id)?;
            lock_file(cx.tx, &first)?;
            let (mut buddy, role) = reached::<VouchForTies>(cx, id)?;
            seen.check(buddy.version)?;
            buddies::note_asked(cx.tx, &grant, &buddy, cx.today)?;
            buddy.value.ties_asked_on = Some(cx.today);
            let confirmed = cx.entry(buddy.programme, role, Purpose::Volunteers, "buddy.ties-confirmed");
            let mut entries = vec![confirmed.on(id)];
            entries.extend(recheck(cx.tx, &buddy, Occasion::of(cx, role))?);
            let (buddy, _) = reached::<VouchForTies>(cx, id)?;
            let answer = Answer::found(BuddyView::load(cx.tx, cx.keys, &buddy)?).version(buddy.version);
            Ok(cx.tx.keep(entries, answer)?)
        })
        .await
}
