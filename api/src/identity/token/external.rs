//! A token of a trusted issuer is exchanged for one of ours (RFC 7523, 2.1). The person is found by what that issuer calls
//! her, and made when she was never here; the roles that it vouches for go into the token and nowhere else.

use std::time::Duration;

use naast_domain::identity::VouchedRole;
use naast_domain::ids::PersonId;
use naast_domain::journal::{Chain, Purpose};
use naast_persistence::Kept;
use naast_persistence::identity::external;
use naast_persistence::organisations::Person;

use super::TokenView;
use crate::clock::fresh;
use crate::identity::oauth::Refusal;
use crate::identity::trusted::{Distrust, Vouched};
use crate::identity::{LIFETIME, PEOPLES_CLIENT, Reach, Subject};
use crate::platform::{Platform, Said as _, unsigned_entry};
use crate::problem::Error;

/// How long the whole of it may take: keys that are waited for, and the account.
const DEADLINE: Duration = Duration::from_millis(2_400);

/// A token for whom a trusted issuer vouches. It lives no longer than what it was exchanged for. Whoever is told that it took
/// too long can send the same again: an account that was made after all is found then.
pub(super) async fn grant(platform: &Platform, assertion: &str) -> Result<TokenView, Refusal> {
    tokio::time::timeout(DEADLINE, exchange(platform, assertion)).await.unwrap_or(Err(Refusal::Unavailable))
}

async fn exchange(platform: &Platform, assertion: &str) -> Result<TokenView, Refusal> {
    let now = platform.clock.now();
    let examined = platform.identity.trusted.examine(assertion, now).await;
    let vouched = examined.map_err(|distrust| match distrust {
        Distrust::Unavailable => Refusal::Unavailable,
        Distrust::Refused => Refusal::InvalidGrant,
    })?;
    let left = vouched.expires - now.timestamp();
    let roles = vouched.roles.clone();
    let person = account(platform, vouched).await?;
    let seconds = left.min(LIFETIME.num_seconds());
    let lifetime = chrono::TimeDelta::seconds(seconds);
    let access = platform.identity.issue(&subject(person, roles), PEOPLES_CLIENT, (now, lifetime));
    Ok(TokenView { subject: Some(person), ..TokenView::of(access, seconds) })
}

fn subject(person: PersonId, roles: Vec<VouchedRole>) -> Subject {
    let reach = if roles.is_empty() { Reach::Person } else { Reach::Vouched(roles) };
    // the session is her school's: this token lives no longer than the one that it was exchanged for
    Subject { person, reach, session: None }
}

/// The account of whom the issuer means, made at her first visit.
async fn account(platform: &Platform, vouched: Vouched) -> Result<PersonId, Error> {
    let now = platform.clock.now();
    let newcomer: PersonId = fresh();
    let keys = platform.keys.clone();
    let subject = keys.blind("external-subject", &format!("{}\n{}", vouched.issuer, vouched.subject));
    let (issuer, person) = (vouched.issuer, Person { id: newcomer, name: vouched.name });
    let known = {
        let issuer = issuer.clone();
        platform.read_open(move |db| Ok(external::person_of(db, &issuer, &subject)?)).await?
    };
    if let Some(person) = known {
        return Ok(person);
    }
    platform
        .write_open(move |tx| {
            // two first visits at once: the second finds the first, or runs again and finds it then
            if let Some(person) = external::person_of(tx, &issuer, &subject)? {
                return Ok(Kept::unchanged(person));
            }
            match external::link(tx, &keys, (&issuer, &subject), &person, now) {
                Err(naast_persistence::Error::Duplicate { .. }) => {
                    return Err(naast_persistence::Error::Lost.into());
                }
                linked => linked?,
            }
            let act = "person.registered";
            let entry = unsigned_entry(Chain::PLATFORM, "self", Purpose::Administration, act, now);
            Ok::<_, Error>(tx.keep([entry.on(newcomer)], newcomer)?)
        })
        .await
}
