//! What a restored backup brought back, found by the tombstones.

use std::collections::HashMap;

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::code::Code as _;
use naast_domain::ids::{
    BuddyId, CertificateId, ClientId, ConsentId, ConversationId, MatchId, MembershipId, PersonId,
    ProgrammeId, RequestId,
};
use naast_domain::organisations::MembershipStatus;
use naast_domain::support::{ClosureReason, MatchState};
use uuid::Uuid;

pub use super::pupils::SaidByPupil;
use super::{
    AskedSince, Fingerprint, HeldSince, Kind, Over, Side, TalkEnded, Tombstone, asked, ends, fingerprint,
    holds, of_confirmed, of_match, of_words, parts, pupils, talks,
};
use crate::columns::{At, Key};
use crate::database::Database;
use crate::identity::clients::status;
use crate::keys::Keys;
use crate::schema::{
    buddies, certificates, clients, consents, matches, memberships, people, private_entries, support_requests,
};
use crate::{Error, on_either};

/// A match that runs though it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Which.
    pub id: MatchId,
    /// Its request.
    pub request: RequestId,
    /// Its buddy.
    pub buddy: BuddyId,
    /// Why it ended.
    pub because: ClosureReason,
    /// When it ended.
    pub at: Moment,
}

/// A consent that stands though it was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakenBack {
    /// Its request.
    pub request: RequestId,
    /// Which.
    pub id: ConsentId,
    /// When it was taken back.
    pub at: Moment,
}

/// A certificate that is there though it was taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakenOut {
    /// The programme.
    pub programme: ProgrammeId,
    /// Whose it is.
    pub buddy: BuddyId,
    /// Which.
    pub id: CertificateId,
}

/// What is in the database though a tombstone says that it is gone, with the moment at which it went: terms count from there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Risen {
    /// Cases to erase.
    pub cases: Vec<(RequestId, Moment)>,
    /// Requests to withdraw.
    pub withdrawals: Vec<(RequestId, Moment)>,
    /// Accounts to erase.
    pub people: Vec<(PersonId, Moment)>,
    /// Buddies' files to erase.
    pub buddies: Vec<(BuddyId, Moment)>,
    /// Consents to take back.
    pub consents: Vec<TakenBack>,
    /// Notes and messages to take away, with their programmes: their writer took them away, or put other words in them.
    pub entries: Vec<(ProgrammeId, Uuid)>,
    /// Matches to end.
    pub matches: Vec<Ended>,
    /// Certificates to take out.
    pub certificates: Vec<TakenOut>,
    /// Roles to end, each with when it ended.
    pub memberships: Vec<(MembershipId, Moment)>,
    /// Systems to shut out.
    pub clients: Vec<ClientId>,
    /// What pupils said that is not known here.
    pub words: Vec<SaidByPupil>,
    /// Holds that were placed or lifted and stand here as they did before, those that were lifted first.
    pub holds: Vec<HeldSince>,
    /// Requests to end.
    pub over: Vec<Over>,
    /// Contact ways to forget, each with when it went.
    pub contact_ways: Vec<(RequestId, Moment)>,
    /// Private spaces to empty, each with the last match that used it and when it went.
    pub spaces: Vec<(RequestId, MatchId, Moment)>,
    /// Conversations to end.
    pub talks: Vec<TalkEnded>,
    /// Sides of conversations whose steps go.
    pub steps: Vec<(ConversationId, Side, Moment)>,
    /// Conversations to erase.
    pub conversations: Vec<(ConversationId, Moment)>,
    /// What people said of erasure that is not known here.
    pub asked: Vec<AskedSince>,
}

/// Finds what has come back. Reads every id: it is for a restored database, not for a call.
pub fn risen(database: &mut Database<'_>, keys: &Keys, stones: &[Tombstone]) -> Result<Risen, Error> {
    let known = first_laid(stones);
    let gone_at = |kind: Kind, id: Uuid| known.get(&(kind, fingerprint(kind.word(), id))).copied();
    let requests: Vec<Key> =
        on_either!(&mut *database, |c| support_requests::table.select(support_requests::id).load(c))?;
    let people: Vec<Key> = on_either!(&mut *database, |c| people::table.select(people::id).load(c))?;
    let buddies: Vec<Key> = on_either!(&mut *database, |c| buddies::table.select(buddies::id).load(c))?;
    let consents: Vec<(Key, Key, Option<At>)> = on_either!(&mut *database, |c| consents::table
        .filter(consents::withdrawn_at.is_null())
        .select((consents::request_id, consents::id, consents::confirmed_at))
        .load(c))?;
    let certificates: Vec<(Key, Key, Key)> = on_either!(&mut *database, |c| certificates::table
        .order((certificates::programme_id, certificates::id))
        .select((certificates::programme_id, certificates::buddy_id, certificates::id))
        .load(c))?;
    let roles: Vec<Key> = on_either!(&mut *database, |c| memberships::table
        .filter(memberships::status.ne(MembershipStatus::Ended.to_string()))
        .order(memberships::id)
        .select(memberships::id)
        .load(c))?;
    let systems: Vec<Key> = on_either!(&mut *database, |c| clients::table
        .filter(clients::status.eq(status(true)))
        .order(clients::id)
        .select(clients::id)
        .load(c))?;
    let of = |keys: &[Key], kind| -> Vec<(Uuid, Moment)> {
        keys.iter().filter_map(|key| Some((key.0, gone_at(kind, key.0)?))).collect()
    };
    let of_talks = talks::come_back(database, keys, &known)?;
    let cases_of = |kind| of(&requests, kind).into_iter().map(|(id, at)| (id.into(), at)).collect();
    Ok(Risen {
        cases: cases_of(Kind::Case),
        withdrawals: cases_of(Kind::Withdrawal),
        people: of(&people, Kind::Person).into_iter().map(|(id, at)| (id.into(), at)).collect(),
        buddies: of(&buddies, Kind::Buddy).into_iter().map(|(id, at)| (id.into(), at)).collect(),
        consents: consents
            .into_iter()
            .filter_map(|(request, id, confirmed_at)| {
                let at = taken_back_at(stones, id.0, confirmed_at.map(|at| at.0))?;
                Some(TakenBack { request: request.into(), id: id.into(), at })
            })
            .collect(),
        entries: entries(database, &known)?,
        matches: ended(database, &known)?,
        certificates: certificates
            .into_iter()
            .filter(|(_, _, id)| gone_at(Kind::Certificate, id.0).is_some())
            .map(|(programme, buddy, id)| TakenOut {
                programme: programme.into(),
                buddy: buddy.into(),
                id: id.into(),
            })
            .collect(),
        memberships: roles
            .iter()
            .filter_map(|id| {
                let stone = (Kind::Membership, fingerprint(Kind::Membership.word(), id.0));
                known.get(&stone).map(|at| ((*id).into(), *at))
            })
            .collect(),
        clients: of(&systems, Kind::Client).into_iter().map(|(id, _)| id.into()).collect(),
        words: pupils::unheard(database, stones)?,
        holds: holds::unknown(database, stones)?,
        over: ends::unended(database, &known)?,
        contact_ways: parts::contact_ways(database, &known)?,
        spaces: parts::spaces(database, &known)?,
        talks: of_talks.ended,
        steps: of_talks.steps,
        conversations: of_talks.whole,
        asked: asked::unknown(database, stones)?,
    })
}

/// When each was laid; where one came twice, the first time: that is when it ended.
fn first_laid(stones: &[Tombstone]) -> HashMap<(Kind, Fingerprint), Moment> {
    let mut known: HashMap<(Kind, Fingerprint), Moment> = HashMap::new();
    for stone in stones {
        let at = known.entry((stone.kind, stone.fingerprint)).or_insert(stone.laid_at);
        *at = stone.laid_at.min(*at);
    }
    known
}

/// When a consent was taken back that stands here as it was confirmed then, or as nobody confirmed it. What was taken back before she confirmed it
/// counts no more; of what came after, the first.
fn taken_back_at(stones: &[Tombstone], id: Uuid, confirmed_at: Option<Moment>) -> Option<Moment> {
    let (of_it, as_confirmed) =
        (fingerprint(Kind::Consent.word(), id), confirmed_at.map(|at| of_confirmed(id, at)));
    let counts = |stone: &&Tombstone| {
        stone.kind == Kind::Consent
            && (Some(stone.fingerprint) == as_confirmed
                || stone.fingerprint == of_it
                    && confirmed_at.is_none_or(|confirmed| stone.laid_at >= confirmed))
    };
    stones.iter().filter(counts).map(|stone| stone.laid_at).min()
}

/// The notes and messages that their writer took away, and the notes that say what their writer put other words for.
fn entries(
    database: &mut Database<'_>,
    known: &HashMap<(Kind, Fingerprint), Moment>,
) -> Result<Vec<(ProgrammeId, Uuid)>, Error> {
    let rows: Vec<(Key, Key, At, Option<At>)> = on_either!(database, |c| private_entries::table
        .order((private_entries::programme_id, private_entries::id))
        .select((
            private_entries::programme_id,
            private_entries::id,
            private_entries::written_at,
            private_entries::words_at,
        ))
        .load(c))?;
    let is_gone = |(_, id, written, words): &(Key, Key, At, Option<At>)| {
        let since = words.unwrap_or(*written).0;
        known.contains_key(&(Kind::PrivateEntry, fingerprint(Kind::PrivateEntry.word(), id.0)))
            || known.contains_key(&(Kind::FormerWords, of_words(id.0, since)))
    };
    Ok(rows.into_iter().filter(is_gone).map(|(programme, id, _, _)| (programme.into(), id.0)).collect())
}

/// The matches that run and ended, each with the reason that its tombstone is of.
fn ended(
    database: &mut Database<'_>,
    known: &HashMap<(Kind, Fingerprint), Moment>,
) -> Result<Vec<Ended>, Error> {
    if !known.keys().any(|(kind, _)| *kind == Kind::Match) {
        return Ok(Vec::new());
    }
    let running: Vec<(Key, Key, Key)> = on_either!(database, |c| matches::table
        .filter(matches::state.ne(MatchState::Closed.to_string()))
        .order((matches::programme_id, matches::id))
        .select((matches::id, matches::request_id, matches::buddy_id))
        .load(c))?;
    let why = |id: Uuid| {
        ClosureReason::ALL
            .iter()
            .find_map(|because| known.get(&(Kind::Match, of_match(id, *because))).map(|at| (*because, *at)))
    };
    let ended = |(id, request, buddy): (Key, Key, Key)| {
        let (because, at) = why(id.0)?;
        Some(Ended { id: id.into(), request: request.into(), buddy: buddy.into(), because, at })
    };
    Ok(running.into_iter().filter_map(ended).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consent_is_gone_by_what_was_taken_back_since_it_was_confirmed() {
        let at = |seconds| Moment::from_timestamp(seconds, 0).expect("a moment");
        let (id, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let stone = |fingerprint, laid_at| Tombstone { kind: Kind::Consent, fingerprint, laid_at };
        let plain = |of: Uuid, seconds| stone(fingerprint(Kind::Consent.word(), of), at(seconds));
        let anew = |seconds| stone(of_confirmed(id, at(20)), at(seconds));
        for (stones, confirmed, gone) in [
            (vec![plain(id, 10)], None, Some(10)),
            (vec![plain(other, 10)], None, None),
            (vec![plain(id, 10)], Some(5), Some(10)),
            // she confirmed it after the first was taken back
            (vec![plain(id, 10)], Some(20), None),
            // and took that back: once in the database it is known by what was confirmed, and in a file it may stand twice
            (vec![plain(id, 10), anew(30)], Some(20), Some(30)),
            (vec![plain(id, 10), plain(id, 30)], Some(20), Some(30)),
            (vec![plain(id, 30), plain(id, 10), anew(30)], None, Some(10)),
            // what she confirmed at another moment is another word
            (vec![plain(id, 10), anew(30)], Some(40), None),
        ] {
            assert_eq!(
                taken_back_at(&stones, id, confirmed.map(at)),
                gone.map(at),
                "{stones:?} {confirmed:?}"
            );
        }
    }
}
