//! Notices that outlive their case: what a recipient had not answered when the case was erased.
//!
//! Of the case only its id is left, by which the recipient knows it. Which coordinator could know of it cannot be worked out any more, so
//! it is weighed for each at the erasure and kept with the notice: else an id that never stood in her own list would
//! tell her that a parent of her school had asked.

use std::collections::BTreeMap;

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::access::{AnswerWithdrawalNotice, Grant, OwnTie, Standing};
use naast_domain::code::CodeSet;
use naast_domain::ids::{PersonId, ProgrammeId, WithdrawalNoticeId};
use naast_domain::organisations::Role;
use naast_domain::privacy::consents::{NoticeState, RecipientKind};
use naast_domain::requests::SupportRequest;

use super::waiting::{Addressee, Place, answered_for, asked_kinds, place, read_on};
use super::{MOST, Notice, about, buddy_of};
use crate::columns::{At, Json, Key};
use crate::database::Database;
use crate::independence::{Weighed, has_any_tie, has_vouched_tie, may_be_kept, who_knew};
use crate::rows::{Stored, code, one};
use crate::schema::erasure_notices;
use crate::transaction::Transaction;
use crate::{Error, on_either};

const T: &str = "erasure_notices";

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = erasure_notices, treat_none_as_default_value = false)]
struct Row {
    programme_id: Key,
    id: Key,
    reference: Key,
    recipient_kind: String,
    recipient: String,
    kinds: i64,
    state: String,
    coordinators: Json,
    told_at: At,
    confirmed_at: Option<At>,
    erased_at: At,
}

impl Row {
    fn read(self) -> Result<(Notice, Weighed), Error> {
        let notice = Notice {
            id: self.id.into(),
            programme: self.programme_id.into(),
            request: self.reference.into(),
            kind: code(T, "recipient_kind", &self.recipient_kind)?,
            recipient: self.recipient,
            kinds: CodeSet::from_bits(self.kinds),
            state: code(T, "state", &self.state)?,
            told_at: self.told_at.0,
            confirmed_at: self.confirmed_at.map(|at| at.0),
            erased_at: Some(self.erased_at.0),
        };
        Ok((notice, self.coordinators.read(T, "coordinators")?))
    }
}

/// Keeps what is open of a case that is about to be erased as of a moment, from which its term counts, under the same ids: who was asked before can still answer. Whoever erases at
/// a parent's word withdraws first, so that by then everybody who could read something was asked.
pub(in crate::privacy) fn carry_over(
    tx: &mut Transaction<'_, '_>,
    request: &Stored<SupportRequest>,
    (at, now): (Moment, Moment),
) -> Result<(), Error> {
    let mut open = about(tx, request)?;
    open.retain(|notice| notice.state == NoticeState::Pending);
    if open.is_empty() {
        return Ok(());
    }
    let weighed = who_knew(tx, request, now)?;
    let rows: Vec<Row> = open
        .into_iter()
        .map(|notice| Row {
            programme_id: notice.programme.into(),
            id: notice.id.into(),
            reference: notice.request.into(),
            recipient_kind: notice.kind.to_string(),
            recipient: notice.recipient,
            kinds: notice.kinds.bits(),
            state: notice.state.to_string(),
            coordinators: Json::of(&weighed),
            told_at: At(notice.told_at),
            confirmed_at: None,
            erased_at: At(at),
        })
        .collect();
    on_either!(&mut **tx, |c| diesel::insert_into(erasure_notices::table).values(rows).execute(c))?;
    Ok(())
}

/// Whether the caller may know of a case that is gone, as coordinator of its programme. Whoever was not weighed when it was
/// erased, because she came later or her roles are vouched for, is let in when she has no tie at all.
fn own_tie(
    database: &mut Database<'_>,
    grant: &Grant<AnswerWithdrawalNotice>,
    programme: ProgrammeId,
    weighed: &Weighed,
) -> Result<OwnTie, Error> {
    let clear = match weighed.get(&grant.person()) {
        Some(clear) => *clear && !has_vouched_tie(database, grant)?,
        None => !may_be_kept(database, grant, programme)?,
    };
    Ok(if clear { OwnTie::Clear } else { OwnTie::Blocks })
}

/// The open notices to these recipients, of cases that are gone, without those of which the caller may not know.
pub(super) fn waiting(
    database: &mut Database<'_>,
    grant: &Grant<AnswerWithdrawalNotice>,
    of: Addressee,
    recipients: &[String],
) -> Result<Vec<Notice>, Error> {
    read_on(|after| {
        let read = page(database, recipients, after)?;
        let last = read.last().map(|(notice, _)| place(notice));
        let mut hers = Vec::new();
        for (notice, weighed) in read {
            let is_hers = match of {
                Addressee::Programme(programme) => {
                    own_tie(database, grant, programme, &weighed)? == OwnTie::Clear
                }
                Addressee::Myself => true,
            };
            if is_hers {
                hers.push(notice);
            }
        }
        Ok((hers, last))
    })
}

/// A page of the open notices to these recipients, of cases that are gone.
fn page(
    database: &mut Database<'_>,
    recipients: &[String],
    after: Option<Place>,
) -> Result<Vec<(Notice, Weighed)>, Error> {
    let rows: Vec<Row> = on_either!(database, |c| {
        let mut query = erasure_notices::table
            .filter(erasure_notices::recipient_kind.eq_any(asked_kinds()))
            .filter(erasure_notices::recipient.eq_any(recipients))
            .filter(erasure_notices::state.eq(NoticeState::Pending.to_string()))
            .order((erasure_notices::told_at, erasure_notices::id))
            .limit(MOST.into())
            .select(Row::as_select())
            .into_boxed();
        if let Some((at, id)) = after {
            let at = At(at);
            query = query.filter(
                erasure_notices::told_at
                    .ge(at)
                    .and(erasure_notices::told_at.gt(at).or(erasure_notices::id.gt(Key(id)))),
            );
        }
        query.load(c)
    })?;
    rows.into_iter().map(Row::read).collect()
}

/// Whether something waits for an answer of a programme about a case that is gone, and none of these, who coordinate it, can know of it.
pub(crate) fn is_erased_unread(
    database: &mut Database<'_>,
    programme: ProgrammeId,
    coordinators: &[PersonId],
) -> Result<bool, Error> {
    let recipients = answered_for(database, programme)?;
    let waiting: Vec<Json> = on_either!(&mut *database, |c| erasure_notices::table
        .filter(erasure_notices::recipient_kind.eq_any(asked_kinds()))
        .filter(erasure_notices::recipient.eq_any(recipients))
        .filter(erasure_notices::state.eq(NoticeState::Pending.to_string()))
        .select(erasure_notices::coordinators)
        .load(c))?;
    let mut later: BTreeMap<PersonId, bool> = BTreeMap::new();
    for weighed in waiting {
        let weighed: Weighed = weighed.read(T, "coordinators")?;
        let mut is_read = false;
        for person in coordinators {
            is_read |= match (weighed.get(person), later.get(person)) {
                (Some(clear), _) | (None, Some(clear)) => *clear,
                (None, None) => {
                    let clear = !has_any_tie(database, programme, *person)?;
                    later.insert(*person, clear);
                    clear
                }
            };
        }
        if !is_read {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A notice of a case that is gone, with the role in which it is the caller's.
pub(super) fn find(
    database: &mut Database<'_>,
    grant: &Grant<AnswerWithdrawalNotice>,
    id: WithdrawalNoticeId,
) -> Result<Option<(Notice, Role)>, Error> {
    let row: Option<Row> = on_either!(&mut *database, |c| erasure_notices::table
        .filter(erasure_notices::id.eq(Key::from(id)))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    let Some(row) = row else { return Ok(None) };
    let (notice, weighed) = row.read()?;
    let owner = if notice.kind == RecipientKind::Buddy { buddy_of(database, &notice)? } else { None };
    let own_tie = if grant.handles_in(notice.programme) {
        own_tie(database, grant, notice.programme, &weighed)?
    } else {
        OwnTie::NotAsked
    };
    let standing = Standing { owner, programme: Some(notice.programme), own_tie, ..Standing::default() };
    Ok(grant.reaches(standing).map(|role| (notice, role)))
}

/// Notes that the recipient keeps nothing any longer of a case that is gone.
pub(super) fn confirm(tx: &mut Transaction<'_, '_>, notice: &Notice, now: Moment) -> Result<(), Error> {
    let row = erasure_notices::table.find((Key::from(notice.programme), Key::from(notice.id)));
    let update = diesel::update(row).set((
        erasure_notices::state.eq(NoticeState::Confirmed.to_string()),
        erasure_notices::confirmed_at.eq(Some(At(now))),
    ));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}
