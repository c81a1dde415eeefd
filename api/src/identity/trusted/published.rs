//! The keys that an issuer publishes, fetched beside the calls: a call that needs them waits a moment, and holds no thread
//! meanwhile. So an issuer that is slow, or a caller who makes names of keys up, is nobody else's trouble.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use chrono::TimeDelta;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use naast_domain::Moment;
use reqwest::redirect::Policy;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::watch;

use super::Distrust;

/// After an hour the keys are fetched again, so that one that was withdrawn does not live on.
const FRESH: TimeDelta = TimeDelta::hours(1);
/// For a day the keys are believed when the issuer does not answer.
const BELIEVED: TimeDelta = TimeDelta::hours(24);
/// A key that is not known is asked for no more often than this, whatever comes in.
const PAUSE: TimeDelta = TimeDelta::seconds(30);
/// How long an issuer may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a call waits for it: the rest of its two and a half seconds is for the database.
const WAIT: Duration = Duration::from_millis(1_500);
/// How large a set of keys may be, in bytes.
const LARGEST: usize = 256 * 1024;

/// The keys of one issuer.
pub(super) struct PublishedKeys {
    issuer: String,
    place: String,
    known: RwLock<Arc<Known>>,
    turn: Mutex<Turn>,
    /// Changes whenever a fetch has ended, well or not.
    ended: watch::Sender<()>,
}

/// What was read last.
#[derive(Default)]
struct Known {
    keys: HashMap<String, DecodingKey>,
    fetched_at: Option<Moment>,
}

/// Who fetches: one at a time, and not again and again.
#[derive(Default)]
struct Turn {
    runs: bool,
    tried_at: Option<Moment>,
}

/// A fetch that runs. However it ends, by a panic too, those that wait are told.
struct Fetch(Arc<PublishedKeys>);

impl Drop for Fetch {
    fn drop(&mut self) {
        self.0.turn.lock().unwrap_or_else(PoisonError::into_inner).runs = false;
        self.0.ended.send_replace(());
    }
}

impl Known {
    fn within(&self, now: Moment, time: TimeDelta) -> bool {
        self.fetched_at.is_some_and(|at| now - at < time)
    }
}

impl PublishedKeys {
    /// The keys of an issuer that publishes them at a place; not fetched yet.
    pub fn of(issuer: &str, place: &str) -> Arc<Self> {
        let (known, turn, ended) = (RwLock::default(), Mutex::default(), watch::Sender::new(()));
        Arc::new(Self { issuer: issuer.to_owned(), place: place.to_owned(), known, turn, ended })
    }

    /// The key with this name. One that is known and fresh is there at once; otherwise a fetch is waited for, for a moment.
    pub async fn key(self: &Arc<Self>, kid: &str, now: Moment) -> Result<DecodingKey, Distrust> {
        let known = self.known();
        if known.within(now, FRESH)
            && let Some(key) = known.keys.get(kid)
        {
            return Ok(key.clone());
        }
        // before the fetch begins, so that its end cannot be missed
        let mut ended = self.ended.subscribe();
        // a name that nobody knows yet may be of a key that was published since the last fetch: as long as none may be made again, nobody
        // can tell, and whoever brings it is told to come back
        let in_time = self.is_fetched(now) && tokio::time::timeout(WAIT, ended.changed()).await.is_ok();
        let known = self.known();
        match known.keys.get(kid) {
            Some(key) if known.within(now, BELIEVED) => Ok(key.clone()),
            None if in_time && known.within(now, BELIEVED) => Err(Distrust::Refused),
            _ => Err(Distrust::Unavailable),
        }
    }

    fn known(&self) -> Arc<Known> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether a fetch runs: one that was begun before, or one that this call begins.
    fn is_fetched(self: &Arc<Self>, now: Moment) -> bool {
        let mut turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if turn.runs || turn.tried_at.is_some_and(|at| now - at < PAUSE) {
            return turn.runs;
        }
        turn.tried_at = Some(now);
        let shared = Arc::clone(self);
        let thread = std::thread::Builder::new().name("naast-issuer-keys".to_owned());
        turn.runs = match thread.spawn(move || Fetch(shared).run(now)) {
            Ok(_) => true,
            Err(fault) => {
                log::error!("keys of {} could not be fetched: {fault}", self.issuer);
                false
            }
        };
        turn.runs
    }

    fn fetch(&self) -> Result<HashMap<String, DecodingKey>, String> {
        #[derive(Deserialize)]
        struct Published {
            keys: Vec<Value>,
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let bytes = runtime.map_err(|fault| fault.to_string())?.block_on(read(&self.place))?;
        let published: Published =
            serde_json::from_slice(&bytes).map_err(|_| "that is no set of keys".to_owned())?;
        // a key of a kind that is not known here is no reason to lose the others
        let usable = published.keys.into_iter().filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
        let signing = usable.filter(|key| {
            key.common.public_key_use.as_ref().is_none_or(|purpose| *purpose == PublicKeyUse::Signature)
        });
        Ok(signing
            .filter_map(|key| Some((key.common.key_id.clone()?, DecodingKey::from_jwk(&key).ok()?)))
            .collect())
    }
}

/// What stands at a place, within its time and size.
async fn read(place: &str) -> Result<Vec<u8>, String> {
    let words = |fault: reqwest::Error| fault.without_url().to_string();
    let client = reqwest::Client::builder()
        .user_agent(concat!("Naast/", env!("CARGO_PKG_VERSION")))
        .timeout(PATIENCE)
        // the keys stand where the file says, and nowhere else
        .redirect(Policy::none())
        // nor by way of anybody whom the environment names
        .no_proxy();
    let mut answer = client.build().map_err(words)?.get(place).send().await.map_err(words)?;
    if !answer.status().is_success() {
        return Err(format!("it answered {}", answer.status()));
    }
    let mut bytes = Vec::new();
    while let Some(some) = answer.chunk().await.map_err(words)? {
        bytes.extend_from_slice(&some);
        if bytes.len() > LARGEST {
            return Err("that is too large to be a set of keys".to_owned());
        }
    }
    Ok(bytes)
}

impl Fetch {
    fn run(self, now: Moment) {
        match self.0.fetch() {
            Ok(keys) => {
                let known = Arc::new(Known { keys, fetched_at: Some(now) });
                *self.0.known.write().unwrap_or_else(PoisonError::into_inner) = known;
            }
            Err(fault) => log::warn!("keys of {} could not be fetched: {fault}", self.0.issuer),
        }
    }
}
