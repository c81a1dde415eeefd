//! Consent conversations. No column here can hold a name or a contact way.

mod sides;
mod steps;

use diesel::prelude::*;
use naast_domain::access::{Grant, HandOverConversation, HoldConversation, ReadConversation, Standing};
use naast_domain::conversations::{ConversationSchoolState, ConversationState, Earlier, Ground};
use naast_domain::directory::LocationCode;
use naast_domain::ids::{ConversationId, PersonId};
use naast_domain::organisations::Role;
use naast_domain::{Date, Moment};
use uuid::Uuid;

use crate::columns::{At, Key};
use crate::database::Database;
use crate::rows::{Page, Slice, code, identifier, must_reach, one};
use crate::schema::conversations;
use crate::transaction::Transaction;
use crate::{Error, on_either};

pub use sides::{add_side, find_by_invitation};
pub use steps::{Consequence, Taken, end_again, keep_step, last_step_at, programmes_shown, school_steps};

/// A conversation as it is kept. Only storage makes one: it is the proof that a grant or a code reached it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// The school that holds it.
    pub school: LocationCode,
    /// Who opened it.
    pub opened_by: PersonId,
    /// What the school calls the parent: a value that means nothing elsewhere.
    pub parent_reference: Uuid,
    /// Why it is held.
    pub ground: Ground,
    /// Where it stands. The school's side reads [`ConversationSchoolState::of`] it and nothing finer.
    pub state: ConversationState,
    /// Counts the changes that the school may see.
    pub school_version: i32,
    /// Counts all changes.
    pub version: i32,
    /// When it was opened.
    pub opened_at: Moment,
    /// The day of the hand-over.
    pub handed_over_on: Option<Date>,
    /// Who goes on in the place of who opened it.
    pub handed_to: Option<PersonId>,
    /// Which further side of the parent's this is, when it was reached by a code for which the invitation was exchanged again.
    side: Option<sides::Side>,
}

impl Conversation {
    /// Whether it was handed over, on whichever side of the parent's.
    pub fn is_handed_over(&self) -> bool {
        self.side.as_ref().map_or(self.state, |side| side.first) == ConversationState::Referred
    }

    /// Who holds it: who opened it, or whom the school leader named in her place.
    pub fn holder(&self) -> PersonId {
        self.handed_to.unwrap_or(self.opened_by)
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = conversations)]
struct Row {
    id: Key,
    location_code: String,
    opened_by: Key,
    parent_reference: Key,
    ground: String,
    state: String,
    school_version: i32,
    version: i32,
    opened_at: At,
    handed_over_on: Option<Date>,
    handed_to: Option<Key>,
}

impl TryFrom<Row> for Conversation {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        const T: &str = "conversations";
        Ok(Self {
            id: row.id.into(),
            school: identifier(T, "location_code", LocationCode::parse(&row.location_code))?,
            opened_by: row.opened_by.into(),
            parent_reference: row.parent_reference.0,
            ground: code(T, "ground", &row.ground)?,
            state: code(T, "state", &row.state)?,
            school_version: row.school_version,
            version: row.version,
            opened_at: row.opened_at.0,
            handed_over_on: row.handed_over_on,
            handed_to: row.handed_to.map(Into::into),
            side: None,
        })
    }
}

/// Opens a conversation of the caller at a school.
pub fn insert(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<HoldConversation>,
    id: ConversationId,
    school: &LocationCode,
    parent: (Uuid, Ground),
    now: Moment,
) -> Result<Conversation, Error> {
    must_reach(grant, Standing { school: Some(school), ..Standing::default() })?;
    let conversation = Conversation {
        id,
        school: school.clone(),
        opened_by: grant.person(),
        parent_reference: parent.0,
        ground: parent.1,
        state: ConversationState::Opened,
        school_version: 1,
        version: 1,
        opened_at: now,
        handed_over_on: None,
        handed_to: None,
        side: None,
    };
    let row = (
        conversations::id.eq(Key::from(conversation.id)),
        conversations::location_code.eq(conversation.school.as_str()),
        conversations::opened_by.eq(Key::from(conversation.opened_by)),
        conversations::parent_reference.eq(Key(conversation.parent_reference)),
        conversations::ground.eq(conversation.ground.to_string()),
        conversations::state.eq(conversation.state.to_string()),
        conversations::opened_at.eq(At(conversation.opened_at)),
    );
    on_either!(&mut **tx, |c| diesel::insert_into(conversations::table).values(row).execute(c))?;
    Ok(conversation)
}

/// Earlier conversations of a school with the same parent, as the school's side knows them.
pub fn earlier(
    database: &mut Database<'_>,
    grant: &Grant<HoldConversation>,
    school: &LocationCode,
    parent_reference: Uuid,
) -> Result<Vec<Earlier>, Error> {
    must_reach(grant, Standing { school: Some(school), ..Standing::default() })?;
    let rows: Vec<(Key, At, String)> = on_either!(database, |c| conversations::table
        .filter(conversations::location_code.eq(school.as_str()))
        .filter(conversations::parent_reference.eq(Key(parent_reference)))
        .order(conversations::opened_at.desc())
        .limit(20)
        .select((conversations::id, conversations::opened_at, conversations::state))
        .load(c))?;
    rows.into_iter()
        .map(|(id, at, state)| {
            let state: ConversationState = code("conversations", "state", &state)?;
            Ok(Earlier { id: id.into(), opened_at: at.0, state: ConversationSchoolState::of(state) })
        })
        .collect()
}

fn load(database: &mut Database<'_>, id: ConversationId) -> Result<Option<Conversation>, Error> {
    let row: Option<Row> = on_either!(database, |c| conversations::table
        .find(Key::from(id))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    row.map(TryInto::try_into).transpose()
}

/// A conversation for the school's side, with the role that reaches it.
pub fn find(
    database: &mut Database<'_>,
    grant: &Grant<ReadConversation>,
    id: ConversationId,
) -> Result<Option<(Conversation, Role)>, Error> {
    Ok(load(database, id)?.and_then(|conversation| {
        let standing = Standing { school: Some(&conversation.school), ..Standing::default() };
        grant.reaches(standing).map(|role| (conversation, role))
    }))
}

/// A conversation by the fingerprint of its code: the school's invitation until the parent exchanged it, then her own; or of a code
/// for which the invitation was exchanged again, as it stands on that side.
pub fn find_by_code(
    database: &mut Database<'_>,
    code_hash: &[u8; 32],
) -> Result<Option<Conversation>, Error> {
    let row: Option<Row> = on_either!(database, |c| conversations::table
        .filter(conversations::code_hash.eq(&code_hash[..]))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    if let Some(row) = row {
        return row.try_into().map(Some);
    }
    sides::find(database, code_hash)
}

/// A page of a school's conversations, newest first.
pub fn list(
    database: &mut Database<'_>,
    grant: &Grant<ReadConversation>,
    school: &LocationCode,
    page: Page,
) -> Result<Slice<Conversation>, Error> {
    if grant.reaches(Standing { school: Some(school), ..Standing::default() }).is_none() {
        return Ok(Slice { items: Vec::new(), more: false });
    }
    let rows: Vec<Row> = on_either!(database, |c| {
        let mut query = conversations::table
            .filter(conversations::location_code.eq(school.as_str()))
            .select(Row::as_select())
            .order((conversations::opened_at.desc(), conversations::id.desc()))
            .limit(page.limit())
            .into_boxed();
        if let Some((at, id)) = page.after {
            let at = At(at);
            query = query.filter(
                conversations::opened_at
                    .le(at)
                    .and(conversations::opened_at.lt(at).or(conversations::id.lt(Key(id)))),
            );
        }
        query.load(c)
    })?;
    Slice::cut(rows, page.size).try_map(TryInto::try_into)
}

/// Puts the parent's own code in the place of the invitation, on a conversation that stands as it was loaded. The school's
/// side of it does not change.
pub fn exchange_code(
    tx: &mut Transaction<'_, '_>,
    conversation: &Conversation,
    (invitation, code_hash): (&[u8; 32], &[u8; 32]),
) -> Result<(), Error> {
    let row = conversations::table
        .find(Key::from(conversation.id))
        .filter(conversations::version.eq(conversation.version));
    let update = diesel::update(row).set((
        conversations::code_hash.eq(Some(&code_hash[..])),
        conversations::invitation_hash.eq(Some(&invitation[..])),
        conversations::version.eq(conversation.version + 1),
    ));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

/// Keeps who goes on with a conversation that stands as it was loaded; the school's side sees it.
pub fn hand_over(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<HandOverConversation>,
    conversation: &Conversation,
    to: PersonId,
) -> Result<(), Error> {
    must_reach(grant, Standing { school: Some(&conversation.school), ..Standing::default() })?;
    let row = conversations::table
        .find(Key::from(conversation.id))
        .filter(conversations::version.eq(conversation.version));
    let update = diesel::update(row).set((
        conversations::handed_to.eq(Some(Key::from(to))),
        conversations::version.eq(conversation.version + 1),
        conversations::school_version.eq(conversation.school_version + 1),
    ));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}
