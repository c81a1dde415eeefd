//! People sign in with a code from their mail, and stay signed in by refresh tokens that are each good for one use.

use naast_domain::identity::{CodeState, Refreshed, Session, SessionEnd, refresh as decide};
use naast_domain::ids::{PersonId, SessionId, SignInCodeId};
use naast_domain::journal::{Chain, Purpose};
use naast_persistence::Kept;
use naast_persistence::identity::{addresses, codes, sessions};
use naast_persistence::locks;
use naast_persistence::organisations::Person;

use super::{AccountView, TokenView};
use crate::clock::{fresh, fresh_token};
use crate::identity::codes::of_code;
use crate::identity::oauth::Refusal;
use crate::identity::{PEOPLES_CLIENT, Subject, fingerprint, same};
use crate::platform::{Platform, Said as _, unsigned_entry};
use crate::problem::Error;

fn of_refresh(token: &str) -> [u8; 32] {
    fingerprint("naast.refresh.v1", &[token])
}

fn token(platform: &Platform, (person, session): (PersonId, SessionId), refresh: String) -> TokenView {
    let lifetime = crate::identity::LIFETIME;
    let subject = Subject::in_session(person, session);
    let access = platform.identity.issue(&subject, PEOPLES_CLIENT, (platform.clock.now(), lifetime));
    TokenView {
        refresh_token: Some(refresh),
        subject: Some(person),
        ..TokenView::of(access, lifetime.num_seconds())
    }
}

/// Which of the accounts of an address she means: the one that she names, or the oldest.
fn choose(accounts: &[Person], wish: Option<PersonId>) -> Option<PersonId> {
    match wish {
        None => accounts.first().map(|one| one.id),
        Some(wish) => accounts.iter().map(|one| one.id).find(|id| *id == wish),
    }
}

/// Exchanges a code. Whether the code, the id or the account was wrong makes no difference to the answer.
pub(super) async fn sign_in(
    platform: &Platform,
    id: SignInCodeId,
    digits: String,
    wish: Option<PersonId>,
) -> Result<TokenView, Refusal> {
    let now = platform.clock.now();
    let (secret, newcomer, session) = (fresh_token(), fresh::<PersonId>(), fresh::<SessionId>());
    let (refresh, keys) = (of_refresh(&secret), platform.keys.clone());
    let signed_in = platform
        .write_open(move |tx| {
            locks::lock_sign_in_code(tx, id)?;
            let Some(found) = codes::find(tx, id)?.filter(|one| one.code.state(now) == CodeState::Open)
            else {
                return Ok::<_, Error>(Kept::unchanged(None));
            };
            let right = same(&found.code_hash, &of_code(&keys, id, &digits));
            codes::count_try(tx, &found.code, right)?;
            if !right {
                return Ok(Kept::bookkeeping(None));
            }
            let mut entries = Vec::new();
            let entry = |act| unsigned_entry(Chain::PLATFORM, "self", Purpose::Administration, act, now);
            let accounts = addresses::accounts(tx, &keys, &found.address)?;
            let person = if accounts.is_empty() && wish.is_none() {
                addresses::begin(tx, &keys, &found.address, newcomer, now)?;
                entries.push(entry("person.registered").on(newcomer));
                newcomer
            } else {
                let Some(person) = choose(&accounts, wish) else { return Ok(Kept::bookkeeping(None)) };
                person
            };
            let begun = Session { id: session, person, started_at: now, ended: None };
            sessions::insert(tx, &begun, now)?;
            sessions::issue(tx, session, &refresh, now)?;
            let mut started = entry("session.started").on(session);
            started.actor = Some(person);
            entries.push(started);
            Ok(tx.keep(entries, Some((person, accounts)))?)
        })
        .await?;
    let (person, accounts) = signed_in.ok_or(Refusal::InvalidGrant)?;
    let several = accounts.len() > 1;
    let shown = accounts.into_iter().filter(|_| several);
    let accounts = shown.map(|one| AccountView { id: one.id, name: one.name }).collect();
    Ok(TokenView { accounts, ..token(platform, (person, session), secret) })
}

/// Exchanges a refresh token for the next. One that comes a second time ends the session.
pub(super) async fn refresh(platform: &Platform, used: &str) -> Result<TokenView, Refusal> {
    let now = platform.clock.now();
    let secret = fresh_token();
    let (old, new) = (of_refresh(used), of_refresh(&secret));
    let renewed = platform
        .write_open(move |tx| {
            let Some(id) = sessions::of_token(tx, &old)? else {
                return Ok::<_, Error>(Kept::unchanged(None));
            };
            locks::lock_session(tx, id)?;
            let Some((session, issued_at, was_used)) = sessions::find(tx, &old)? else {
                return Ok(Kept::unchanged(None));
            };
            match decide(&session, issued_at, was_used, now) {
                Refreshed::Over => Ok(Kept::unchanged(None)),
                Refreshed::Renewed => {
                    sessions::mark_used(tx, &old)?;
                    sessions::issue(tx, id, &new, now)?;
                    Ok(Kept::bookkeeping(Some((session.person, id))))
                }
                Refreshed::Reused => end(tx, session.id, SessionEnd::Reused, now),
            }
        })
        .await?;
    Ok(token(platform, renewed.ok_or(Refusal::InvalidGrant)?, secret))
}

/// Ends the session that an access token is good in, when it runs.
pub(super) async fn leave(platform: &Platform, session: SessionId) -> Result<(), Error> {
    let now = platform.clock.now();
    platform
        .write_open(move |tx| {
            locks::lock_session(tx, session)?;
            if sessions::runs(tx, session)? {
                end(tx, session, SessionEnd::SignedOut, now)
            } else {
                Ok::<_, Error>(Kept::unchanged(None))
            }
        })
        .await
        .map(|_: Option<()>| ())
}

/// Ends the session of a refresh token, when it runs.
pub(super) async fn sign_out(platform: &Platform, token: &str) -> Result<(), Error> {
    let (now, token) = (platform.clock.now(), of_refresh(token));
    platform
        .write_open(move |tx| {
            let Some(id) = sessions::of_token(tx, &token)? else {
                return Ok::<_, Error>(Kept::unchanged(None));
            };
            locks::lock_session(tx, id)?;
            match sessions::find(tx, &token)? {
                Some((session, ..)) if session.ended.is_none() => {
                    end(tx, session.id, SessionEnd::SignedOut, now)
                }
                _ => Ok(Kept::unchanged(None)),
            }
        })
        .await
        .map(|_: Option<()>| ())
}

fn end<T>(
    tx: &mut naast_persistence::Transaction<'_, '_>,
    session: SessionId,
    because: SessionEnd,
    now: naast_domain::Moment,
) -> Result<Kept<Option<T>>, Error> {
    use naast_domain::code::Code as _;
    sessions::end(tx, session, because)?;
    let entry = unsigned_entry(Chain::PLATFORM, "self", Purpose::Administration, "session.ended", now)
        .on(session)
        .states(None, Some(because.code()));
    Ok(tx.keep([entry], None)?)
}
