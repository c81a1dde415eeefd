//! The private space of a match: notes and messages of parent and buddy, sealed under a key of their own.
//!
//! Whoever comes here holds a [`PrivateSpace`], which only [`enter`] makes. The space stands in no programme and at no school: a
//! line of the policy that gave it to a role there would still reach nothing. Nothing outside its two tables changes when
//! something is written: no version, no time, no count of the match.

mod entries;
mod messages;
mod notes;

use diesel::prelude::*;
use naast_domain::Date;
use naast_domain::access::{Action, Grant, Standing};
use naast_domain::ids::{MatchId, PersonId, ProgrammeId, RequestId};
use naast_domain::journal::Chain;
use naast_domain::organisations::Role;
use naast_domain::privacy::consents::Consent;
use naast_domain::programmes::OrganisationForm;
use naast_domain::support::Course;
use naast_domain::support::private_space::PrivateSide;

use super::{Match, Row as MatchRow};
use crate::columns::Key;
use crate::database::Database;
use crate::keys::Owner;
use crate::privacy::consents;
use crate::rows::Stored;
use crate::schema::{buddies, matches, support_requests};
use crate::{Error, on_either};

pub(crate) use entries::{MESSAGE, forget_answers};
pub use entries::{take_away_again, take_health_away};
pub use messages::{
    Message, ReadTo, find_message, insert_message, messages, note_reading, read_to, take_message_away, unread,
};
pub use notes::{Note, change_note, find_note, insert_note, notes, take_note_away};

/// The private space of one match, as one of its two has entered it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PrivateSpace {
    /// The match.
    pub matched: MatchId,
    /// Its request.
    pub request: RequestId,
    /// Who of the two came in.
    pub side: PrivateSide,
    /// How the match stands.
    pub course: Course,
    programme: ProgrammeId,
    parent: PersonId,
    /// Who came in.
    me: PersonId,
}

impl PrivateSpace {
    /// The programme of the match, for the record of a reading; the space itself stands in none.
    pub(crate) fn programme(&self) -> ProgrammeId {
        self.programme
    }

    /// Whose space it is.
    pub(crate) fn parent(&self) -> PersonId {
        self.parent
    }

    /// The chain of the journal that its changes go to.
    pub fn chain(&self) -> Chain {
        Chain::private_of(self.programme)
    }

    /// The role in which one of the two came in.
    pub fn role(&self) -> Role {
        match self.side {
            PrivateSide::Parent => Role::Parent,
            PrivateSide::Buddy => Role::Buddy,
        }
    }

    fn owner(&self) -> Owner {
        Owner::Private(self.request)
    }
}

/// Lets somebody into the private space of a match: its parent, and its buddy as long as [`Course::lets_buddy_in`].
pub fn enter<A: Action>(
    database: &mut Database<'_>,
    grant: &Grant<A>,
    id: MatchId,
) -> Result<Option<PrivateSpace>, Error> {
    let found: Option<(MatchRow, Key, Key, String)> = on_either!(database, |c| matches::table
        .inner_join(
            support_requests::table.on(support_requests::programme_id
                .eq(matches::programme_id)
                .and(support_requests::id.eq(matches::request_id))),
        )
        .inner_join(
            buddies::table
                .on(buddies::programme_id.eq(matches::programme_id).and(buddies::id.eq(matches::buddy_id))),
        )
        .filter(matches::id.eq(Key::from(id)))
        .select((MatchRow::as_select(), support_requests::parent_id, buddies::person_id, buddies::status))
        .first(c)
        .optional())?;
    let Some((row, parent, buddy, status)) = found else { return Ok(None) };
    let stored = Stored::<Match>::try_from(row)?;
    let buddy = crate::buddies::assigned(buddy, &status)?.filter(|_| stored.course.lets_buddy_in());
    // no programme, no school: see above
    let standing = Standing { owner: Some(parent.into()), assigned: buddy, ..Standing::default() };
    let side = match grant.reaches(standing) {
        Some(Role::Parent) => PrivateSide::Parent,
        Some(Role::Buddy) => PrivateSide::Buddy,
        _ => return Ok(None),
    };
    let Match { id, request, programme, course, .. } = stored.value;
    let me = grant.person();
    Ok(Some(PrivateSpace { matched: id, request, side, course, programme, parent: parent.into(), me }))
}

/// The consents on the request of a space that somebody came into: on them rests what may be written.
pub fn consents(database: &mut Database<'_>, space: &PrivateSpace) -> Result<Vec<Consent>, Error> {
    let kept = consents::of_request(database, space.programme, space.request)?;
    Ok(kept.into_iter().map(|one| one.consent).collect())
}

/// The form that the programme of a space has on a day: who is responsible for what is written there.
pub fn form_on(
    database: &mut Database<'_>,
    space: &PrivateSpace,
    day: Date,
) -> Result<Option<OrganisationForm>, Error> {
    crate::programmes::form_on(database, space.programme, day)
}
