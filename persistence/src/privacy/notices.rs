//! What recipients are told when a consent is taken back, and what they answered. What is still open when the case is erased goes on
//! in [`erased`].

mod erased;

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
use crate::independence::{Case, reach, without_tied};
use crate::rows::{Shortened, Stored, code, one};
use crate::schema::{buddies, matches, withdrawal_notices};
use crate::transaction::Transaction;
use crate::{Error, on_either};

pub(super) use erased::carry_over;

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

/// The buddies who could read a request that was loaded with a grant: those with whom a match was made.
pub fn buddies_who_could_read(
    database: &mut Database<'_>,
    request: &Stored<SupportRequest>,
) -> Result<Vec<BuddyId>, Error> {
    let keys: Vec<Key> = on_either!(database, |c| matches::table
        .filter(matches::programme_id.eq(Key::from(request.programme)))
        .filter(matches::request_id.eq(Key::from(request.id)))
        .order(matches::buddy_id)
        .select(matches::buddy_id)
        .distinct()
        .load(c))?;
    Ok(keys.into_iter().map(Into::into).collect())
}

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
    let (kind, recipients): (RecipientKind, Vec<String>) = match of {
        Addressee::Programme(programme) => {
            if !grant.handles_in(programme) {
                return Ok(Vec::new());
            }
            (RecipientKind::Programme, vec![programme.to_string()])
        }
        Addressee::Myself => {
            let keys: Vec<Key> = on_either!(&mut *database, |c| buddies::table
                .filter(buddies::person_id.eq(Key::from(grant.person())))
                .select(buddies::id)
                .load(c))?;
            (RecipientKind::Buddy, keys.into_iter().map(|key| key.0.to_string()).collect())
        }
    };
    let rows: Vec<Row> = on_either!(&mut *database, |c| withdrawal_notices::table
        .filter(withdrawal_notices::recipient_kind.eq(kind.to_string()))
        .filter(withdrawal_notices::recipient.eq_any(&recipients))
        .filter(withdrawal_notices::state.eq(NoticeState::Pending.to_string()))
        .order((withdrawal_notices::told_at, withdrawal_notices::id))
        .limit(MOST.into())
        .select(Row::as_select())
        .load(c))?;
    let items = rows.into_iter().map(TryInto::try_into).collect::<Result<Vec<Notice>, _>>()?;
    let mut all = match of {
        Addressee::Programme(programme) => {
            let all = Shortened { items, next: None };
            without_tied(database, grant, programme, all, |one| one.request)?.items
        }
        Addressee::Myself => items,
    };
    all.extend(erased::waiting(database, grant, of, (kind, &recipients))?);
    all.sort_by_key(|one| (one.told_at, one.id));
    all.truncate(MOST.into());
    Ok(all)
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
    tx.touches(notice.request);
    let row = withdrawal_notices::table.find((Key::from(notice.programme), Key::from(notice.id)));
    let update = diesel::update(row).set((
        withdrawal_notices::state.eq(NoticeState::Confirmed.to_string()),
        withdrawal_notices::confirmed_at.eq(Some(At(now))),
    ));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}
