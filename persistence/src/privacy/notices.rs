//! What recipients are told when a consent is taken back, and what they answered. What is still open when the case is erased goes on
//! in [`erased`].

mod erased;
mod waiting;

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::access::{AnswerWithdrawalNotice, Grant, Standing};
use naast_domain::code::CodeSet;
use naast_domain::ids::{BuddyId, PersonId, ProgrammeId, RequestId, WithdrawalNoticeId};
use naast_domain::organisations::Role;
use naast_domain::privacy::consents::{ConsentKind, NoticeState, RecipientKind};
use naast_domain::requests::SupportRequest;

use crate::columns::{At, Key};
use crate::database::Database;
use crate::independence::{Case, reach};
use crate::rows::{Stored, code, one};
use crate::schema::{buddies, matches, proposals, withdrawal_notices};
use crate::transaction::Transaction;
use crate::{Error, on_either};

pub(super) use erased::carry_over;
pub(crate) use erased::is_erased_unread;
pub(crate) use waiting::cases_told_of;
pub use waiting::{Addressee, is_unread, waiting};

const T: &str = "withdrawal_notices";

/// A list shows so many at most.
const MOST: u8 = 200;

/// What one recipient is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its id.
    pub id: WithdrawalNoticeId,
    /// The programme of the request.
    pub programme: ProgrammeId,
    /// The request.
    pub request: RequestId,
    /// What kind of recipient.
    pub kind: RecipientKind,
    /// Which one: the id of the programme, buddy or pool, or the location code of the school.
    pub recipient: String,
    /// What was taken back.
    pub kinds: CodeSet<ConsentKind>,
    /// Whether the recipient confirmed.
    pub state: NoticeState,
    /// When it was told.
    pub told_at: Moment,
    /// When it confirmed.
    pub confirmed_at: Option<Moment>,
    /// When the request was erased; none while it is there.
    pub erased_at: Option<Moment>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = withdrawal_notices)]
struct Row {
    programme_id: Key,
    id: Key,
    request_id: Key,
    recipient_kind: String,
    recipient: String,
    kinds: i64,
    state: String,
    told_at: At,
    confirmed_at: Option<At>,
}

impl TryFrom<Row> for Notice {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.id.into(),
            programme: row.programme_id.into(),
            request: row.request_id.into(),
            kind: code(T, "recipient_kind", &row.recipient_kind)?,
            recipient: row.recipient,
            kinds: CodeSet::from_bits(row.kinds),
            state: code(T, "state", &row.state)?,
            told_at: row.told_at.0,
            confirmed_at: row.confirmed_at.map(|at| at.0),
            erased_at: None,
        })
    }
}

/// Keeps what a recipient is told.
pub fn insert(tx: &mut Transaction<'_, '_>, notice: &Notice) -> Result<(), Error> {
    let row = Row {
        programme_id: notice.programme.into(),
        id: notice.id.into(),
        request_id: notice.request.into(),
        recipient_kind: notice.kind.to_string(),
        recipient: notice.recipient.clone(),
        kinds: notice.kinds.bits(),
        state: notice.state.to_string(),
        told_at: At(notice.told_at),
        confirmed_at: None,
    };
    on_either!(&mut **tx, |c| diesel::insert_into(withdrawal_notices::table).values(row).execute(c))?;
    Ok(())
}

/// What recipients were told about a request that was loaded with a grant, in the order of time.
pub fn about(database: &mut Database<'_>, request: &Stored<SupportRequest>) -> Result<Vec<Notice>, Error> {
    let rows: Vec<Row> = on_either!(database, |c| withdrawal_notices::table
        .filter(withdrawal_notices::programme_id.eq(Key::from(request.programme)))
        .filter(withdrawal_notices::request_id.eq(Key::from(request.id)))
        .order((withdrawal_notices::told_at, withdrawal_notices::id))
        .select(Row::as_select())
        .load(c))?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The buddies who were told something of a request that was loaded with a grant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToldBuddies {
    /// With whom a match was made: they could read the request, and what was written to them.
    pub matched: Vec<BuddyId>,
    /// To whom it was put whether they would be the buddy, and no more: they know that somebody asks, and at which school.
    pub proposed: Vec<BuddyId>,
}

/// The buddies who were told something of a request that was loaded with a grant.
pub fn told_buddies(
    database: &mut Database<'_>,
    request: &Stored<SupportRequest>,
) -> Result<ToldBuddies, Error> {
    let (programme, id) = (Key::from(request.programme), Key::from(request.id));
    let matched: Vec<Key> = on_either!(&mut *database, |c| matches::table
        .filter(matches::programme_id.eq(programme))
        .filter(matches::request_id.eq(id))
        .order(matches::buddy_id)
        .select(matches::buddy_id)
        .distinct()
        .load(c))?;
    let proposed: Vec<Key> = on_either!(database, |c| proposals::table
        .filter(proposals::programme_id.eq(programme))
        .filter(proposals::request_id.eq(id))
        .filter(proposals::buddy_id.ne_all(matched.clone()))
        .order(proposals::buddy_id)
        .select(proposals::buddy_id)
        .distinct()
        .load(c))?;
    let ids = |keys: Vec<Key>| keys.into_iter().map(Into::into).collect();
    Ok(ToldBuddies { matched: ids(matched), proposed: ids(proposed) })
}

/// A notice to the caller, with the role in which it is hers.
pub fn find(
    database: &mut Database<'_>,
    grant: &Grant<AnswerWithdrawalNotice>,
    id: WithdrawalNoticeId,
) -> Result<Option<(Notice, Role)>, Error> {
    let row: Option<Row> = on_either!(&mut *database, |c| withdrawal_notices::table
        .filter(withdrawal_notices::id.eq(Key::from(id)))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    let Some(notice) = row.map(Notice::try_from).transpose()? else {
        return erased::find(database, grant, id);
    };
    let loaded = Case::load(database, notice.programme, &[notice.request])?;
    let case = loaded.into_iter().next().ok_or(Error::Corrupt { table: T, column: "request_id" })?;
    let standing = match notice.kind {
        RecipientKind::Programme => Standing { owner: None, ..case.standing() },
        // the coordinator answers for what her buddies keep, when one of them cannot be reached
        RecipientKind::Buddy => Standing { owner: buddy_of(database, &notice)?, ..case.standing() },
        RecipientKind::School | RecipientKind::Pool => return Ok(None),
    };
    Ok(reach(database, grant, &case, standing)?.map(|role| (notice, role)))
}

/// The person of the buddy to whom a notice is; none once her file is gone.
fn buddy_of(database: &mut Database<'_>, notice: &Notice) -> Result<Option<PersonId>, Error> {
    let buddy = uuid::Uuid::parse_str(&notice.recipient)
        .map_err(|_| Error::Corrupt { table: T, column: "recipient" })?;
    let person: Option<Key> = on_either!(database, |c| buddies::table
        .find((Key::from(notice.programme), Key(buddy)))
        .select(buddies::person_id)
        .first(c)
        .optional())?;
    Ok(person.map(Into::into))
}

/// Notes that the recipient keeps nothing any longer.
pub fn confirm(tx: &mut Transaction<'_, '_>, notice: &Notice, now: Moment) -> Result<(), Error> {
    if notice.erased_at.is_some() {
        return erased::confirm(tx, notice, now);
    }
    tx.is_about(notice.request);
    let row = withdrawal_notices::table.find((Key::from(notice.programme), Key::from(notice.id)));
    let update = diesel::update(row).set((
        withdrawal_notices::state.eq(NoticeState::Confirmed.to_string()),
        withdrawal_notices::confirmed_at.eq(Some(At(now))),
    ));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}
