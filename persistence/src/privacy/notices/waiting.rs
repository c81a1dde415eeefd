//! What waits for an answer: of whoever calls as a buddy, of the coordinators of a programme, and of nobody who is there now.
//!
//! A coordinator is shown what nothing of her own keeps her from. That is asked of the rules and not of the database, so a list is read on
//! until it is full: those behind what she may not see are hers as well.

use diesel::prelude::*;
use naast_domain::Date;
use naast_domain::access::{AnswerWithdrawalNotice, Grant};
use naast_domain::ids::{ProgrammeId, RequestId};
use naast_domain::privacy::consents::{NoticeState, RecipientKind};
use naast_domain::requests::SupportRequest;
use uuid::Uuid;

use super::{MOST, Notice, Row, erased};
use crate::columns::{At, Key};
use crate::database::Database;
use crate::independence::{Case, nobody_may, without_tied};
use crate::rows::{Shortened, Stored};
use crate::schema::{buddies, erasure_notices, withdrawal_notices};
use crate::{Error, on_either};

/// Whose notices a list shows.
#[derive(Debug, Clone, Copy)]
pub enum Addressee {
    /// Those to a programme.
    Programme(ProgrammeId),
    /// Those to the caller as a buddy, wherever she is or was one.
    Myself,
}

/// The notices that wait for an answer of the caller, oldest first, at most two hundred. Empty where the grant does not
/// reach.
pub fn waiting(
    database: &mut Database<'_>,
    grant: &Grant<AnswerWithdrawalNotice>,
    of: Addressee,
) -> Result<Vec<Notice>, Error> {
    let recipients = match of {
        Addressee::Programme(programme) if grant.handles_in(programme) => answered_for(database, programme)?,
        Addressee::Programme(_) => return Ok(Vec::new()),
        Addressee::Myself => {
            let keys: Vec<Key> = on_either!(&mut *database, |c| buddies::table
                .filter(buddies::person_id.eq(Key::from(grant.person())))
                .select(buddies::id)
                .load(c))?;
            keys.into_iter().map(|key| key.0.to_string()).collect()
        }
    };
    let mut all = read_on(|after| {
        let read = page(database, &recipients, after)?;
        let last = read.last().map(place);
        let hers = match of {
            Addressee::Programme(programme) => {
                let all = Shortened { items: read, next: None };
                without_tied(database, grant, programme, all, |one| one.request)?.items
            }
            Addressee::Myself => read,
        };
        Ok((hers, last))
    })?;
    all.extend(erased::waiting(database, grant, of, &recipients)?);
    all.sort_by_key(place);
    all.truncate(MOST.into());
    Ok(all)
}

/// Where a notice stands in a list.
pub(super) type Place = (naast_domain::Moment, Uuid);

/// The place of a notice.
pub(super) fn place(notice: &Notice) -> Place {
    (notice.told_at, notice.id.uuid())
}

/// Reads page after page, each with the place of the last that was on it before any was left out, until there are as many as a list
/// shows or no more.
pub(super) fn read_on(
    mut next: impl FnMut(Option<Place>) -> Result<(Vec<Notice>, Option<Place>), Error>,
) -> Result<Vec<Notice>, Error> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let (some, last) = next(after)?;
        all.extend(some);
        if last.is_none() || all.len() >= MOST.into() {
            return Ok(all);
        }
        after = last;
    }
}

/// A page of the open notices to these recipients, about cases that are there.
fn page(
    database: &mut Database<'_>,
    recipients: &[String],
    after: Option<Place>,
) -> Result<Vec<Notice>, Error> {
    let rows: Vec<Row> = on_either!(database, |c| {
        let mut query = withdrawal_notices::table
            .filter(withdrawal_notices::recipient_kind.eq_any(asked_kinds()))
            .filter(withdrawal_notices::recipient.eq_any(recipients))
            .filter(withdrawal_notices::state.eq(NoticeState::Pending.to_string()))
            .order((withdrawal_notices::told_at, withdrawal_notices::id))
            .limit(MOST.into())
            .select(Row::as_select())
            .into_boxed();
        if let Some((at, id)) = after {
            let at = At(at);
            query = query.filter(
                withdrawal_notices::told_at
                    .ge(at)
                    .and(withdrawal_notices::told_at.gt(at).or(withdrawal_notices::id.gt(Key(id)))),
            );
        }
        query.load(c)
    })?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The kinds of recipient that are asked to answer. Ids are never used twice, so that a recipient says which it is.
pub(super) fn asked_kinds() -> [String; 2] {
    [RecipientKind::Programme, RecipientKind::Buddy].map(|kind| kind.to_string())
}

/// For whom the coordinators of a programme answer: the programme, and those of its buddies whose file was erased, who are nobody to ask
/// any more.
pub(super) fn answered_for(
    database: &mut Database<'_>,
    programme: ProgrammeId,
) -> Result<Vec<String>, Error> {
    let (key, kind) = (Key::from(programme), RecipientKind::Buddy.to_string());
    let pending = NoticeState::Pending.to_string();
    let mut asked: Vec<String> = on_either!(&mut *database, |c| withdrawal_notices::table
        .filter(withdrawal_notices::programme_id.eq(key))
        .filter(withdrawal_notices::recipient_kind.eq(&kind))
        .filter(withdrawal_notices::state.eq(&pending))
        .select(withdrawal_notices::recipient)
        .distinct()
        .load(c))?;
    asked.extend(on_either!(&mut *database, |c| erasure_notices::table
        .filter(erasure_notices::programme_id.eq(key))
        .filter(erasure_notices::recipient_kind.eq(&kind))
        .filter(erasure_notices::state.eq(&pending))
        .select(erasure_notices::recipient)
        .distinct()
        .load::<String>(c))?);
    let ids = asked.iter().filter_map(|text| Uuid::parse_str(text).ok()).map(Key);
    let ids: Vec<Key> = ids.collect();
    let there: Vec<Key> = on_either!(database, |c| buddies::table
        .filter(buddies::programme_id.eq(key))
        .filter(buddies::id.eq_any(ids))
        // whose file was erased has no name any more
        .filter(buddies::first_name.ne(""))
        .select(buddies::id)
        .load(c))?;
    let there: Vec<String> = there.into_iter().map(|key| key.0.to_string()).collect();
    asked.retain(|buddy| !there.contains(buddy));
    asked.push(programme.to_string());
    asked.sort_unstable();
    asked.dedup();
    Ok(asked)
}

/// The requests of which something waits for an answer of the coordinators of a programme.
pub(crate) fn cases_told_of(
    database: &mut Database<'_>,
    programme: ProgrammeId,
) -> Result<Vec<RequestId>, Error> {
    let recipients = answered_for(database, programme)?;
    let keys: Vec<Key> = on_either!(database, |c| withdrawal_notices::table
        .filter(withdrawal_notices::recipient_kind.eq_any(asked_kinds()))
        .filter(withdrawal_notices::recipient.eq_any(recipients))
        .filter(withdrawal_notices::state.eq(NoticeState::Pending.to_string()))
        .select(withdrawal_notices::request_id)
        .distinct()
        .load(c))?;
    Ok(keys.into_iter().map(Into::into).collect())
}

/// Whether what the programme is told of a request can be read by nobody who coordinates it today.
pub fn is_unread(
    database: &mut Database<'_>,
    request: &Stored<SupportRequest>,
    today: Date,
) -> Result<bool, Error> {
    let waits = withdrawal_notices::table
        .filter(withdrawal_notices::programme_id.eq(Key::from(request.programme)))
        .filter(withdrawal_notices::request_id.eq(Key::from(request.id)))
        .filter(withdrawal_notices::recipient_kind.eq(RecipientKind::Programme.to_string()))
        .filter(withdrawal_notices::state.eq(NoticeState::Pending.to_string()));
    let waits: bool =
        on_either!(&mut *database, |c| diesel::select(diesel::dsl::exists(waits)).get_result(c))?;
    Ok(waits && nobody_may(database, &Case::of(request), today)?)
}
