//! How many calls a caller may make: a bucket for each person, or for each address where nobody is known to be signed in, and a much
//! smaller one for calls in which a code or a password can be tried. Every answer says how much is left
//! (draft-ietf-httpapi-ratelimit-headers-10).

mod address;
mod buckets;

use std::fmt::Write as _;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::HttpMessage as _;
use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use governor::clock::Clock as _;
use governor::middleware::StateInformationMiddleware;
use governor::{Quota, RateLimiter};
use ipnet::IpNet;
use naast_domain::ids::{PersonId, SessionId};

use self::buckets::{Buckets, Ticks};
use crate::clock::Clock;
use crate::contract::Operation;
use crate::problem::Error;

/// The names of the policies, as they stand in the headers and the figures.
pub const POLICIES: &[&str] = &["subject", "address", "attempts"];

/// So many calls in so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    calls: NonZeroU32,
    seconds: NonZeroU32,
}

impl Rate {
    /// So many calls in so many seconds; `None` when either is nought.
    pub fn new(calls: u32, seconds: u32) -> Option<Self> {
        Some(Self { calls: NonZeroU32::new(calls)?, seconds: NonZeroU32::new(seconds)? })
    }

    fn quota(self) -> Quota {
        let one = Duration::from_secs(u64::from(self.seconds.get())) / self.calls.get();
        Quota::with_period(one.max(Duration::from_nanos(1)))
            .map_or_else(|| Quota::per_second(self.calls), |quota| quota.allow_burst(self.calls))
    }
}

/// A rate that may be switched off, as an administrator writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting(pub Option<Rate>);

impl FromStr for Setting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rate = || {
            let (calls, seconds) = text.split_once('/')?;
            Rate::new(calls.trim().parse().ok()?, seconds.trim().parse().ok()?)
        };
        match text {
            "off" => Ok(Self(None)),
            _ => rate().map(|rate| Self(Some(rate))).ok_or_else(|| {
                "write calls/seconds with whole numbers above nought, such as 600/60, or off".to_owned()
            }),
        }
    }
}

/// The limits of a server.
#[derive(Debug, Clone, Default)]
pub struct LimitSettings {
    /// For a person who is signed in.
    pub subject: Option<Rate>,
    /// For an address from which nobody is signed in.
    pub address: Option<Rate>,
    /// For calls in which a code or a password can be tried, beside the other.
    pub attempts: Option<Rate>,
    /// The proxies whose word on where a call comes from is taken.
    pub trusted_proxies: Vec<IpNet>,
}

/// Whose bucket it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Who {
    Person(PersonId),
    Address([u8; 16]),
    /// Everybody who has a token of ours at an address, together, when she tries codes: accounts are free, and who makes many tries no
    /// more often. Apart from those who have none, so that a stranger on the same network holds up nobody who is signed in.
    SignedInAt([u8; 16]),
    /// Whoever has this token at an address, while nobody knows whether it holds: by the session too, so that one that ended takes
    /// nothing from one that runs; and each for herself, so that nobody who signs in takes anything from who sits beside her.
    Claimed([u8; 16], PersonId, Option<SessionId>),
}

/// Who calls, as far as that is known before the database was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Whoever has no token of ours.
    Nobody,
    /// Whoever has a token of ours for this person and session, of which nobody knows at this moment whether it still holds.
    Bearer(PersonId, Option<SessionId>),
    /// Somebody who was there when she was last asked after.
    Person(PersonId),
}

struct Policy {
    name: &'static str,
    rate: Rate,
    limiter: RateLimiter<Who, Buckets<Who>, Ticks, StateInformationMiddleware>,
}

impl Policy {
    fn new(name: &'static str, rate: Option<Rate>, clock: &Clock) -> Option<Self> {
        let rate = rate?;
        let ticks = Ticks::new(clock.clone());
        let limiter = RateLimiter::new(rate.quota(), Buckets::new(ticks.clone()), ticks);
        Some(Self { name, rate, limiter })
    }

    /// How many calls are left, and in how many seconds there is one more; how long to wait when there is none.
    fn take(&self, who: Who) -> Result<(u32, u64), u64> {
        let seconds = |wait: Duration| (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1);
        match self.limiter.check_key(&who) {
            Ok(state) => Ok((state.remaining_burst_capacity(), seconds(state.quota().replenish_interval()))),
            Err(until) => Err(seconds(until.wait_time_from(self.limiter.clock().now()))),
        }
    }
}

/// The limits at work.
pub struct Limits {
    subject: Option<Policy>,
    address: Option<Policy>,
    attempts: Option<Policy>,
    trusted_proxies: Vec<IpNet>,
    /// That somebody speaks for others who is not trusted to was said.
    warned: AtomicBool,
}

/// What the limits say of a call.
#[derive(Debug, Default, Clone)]
pub struct Told {
    policies: String,
    state: String,
    /// The policy that says no, and in how many seconds it says yes.
    pub refused: Option<(&'static str, u64)>,
}

impl Told {
    /// A policy was asked: what it said goes behind what the others said.
    fn add(&mut self, policy: &Policy, who: Who) {
        let (rate, separator) = (policy.rate, if self.policies.is_empty() { "" } else { ", " });
        let (left, wait) = match policy.take(who) {
            Ok(left) => left,
            Err(wait) => {
                self.refused = Some((policy.name, wait));
                (0, wait)
            }
        };
        let _ = write!(self.policies, "{separator}\"{}\";q={};w={}", policy.name, rate.calls, rate.seconds);
        let _ = write!(self.state, "{separator}\"{}\";r={left};t={wait}", policy.name);
    }

    /// What a handler was told behind the edge goes with what the edge was told.
    pub fn join(&mut self, request: &HttpRequest) {
        let Some(later) = request.extensions_mut().remove::<Self>() else { return };
        for (all, more) in [(&mut self.policies, &later.policies), (&mut self.state, &later.state)] {
            let separator = if all.is_empty() { "" } else { ", " };
            let _ = write!(all, "{separator}{more}");
        }
        self.refused = self.refused.or(later.refused);
    }

    /// Writes it into the headers of an answer.
    pub fn write(&self, headers: &mut HeaderMap) {
        for (name, text) in [("ratelimit-policy", &self.policies), ("ratelimit", &self.state)] {
            if let Some(value) = HeaderValue::from_str(text).ok().filter(|_| !text.is_empty()) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

impl Limits {
    /// Limits with full buckets.
    pub fn new(settings: &LimitSettings, clock: &Clock) -> Self {
        Self {
            subject: Policy::new("subject", settings.subject, clock),
            address: Policy::new("address", settings.address, clock),
            attempts: Policy::new("attempts", settings.attempts, clock),
            trusted_proxies: settings.trusted_proxies.clone(),
            warned: AtomicBool::new(false),
        }
    }

    /// Counts a call: for a person when she is known, else for her token at her address, and without one for her address. What nothing
    /// may hold up is counted and not refused.
    pub fn count(&self, request: &HttpRequest, caller: Known, operation: Option<&Operation>) -> Told {
        // a call without an address comes from this process itself
        let place = self.address(request).map(|address| match address {
            Who::Address(place) if caller != Known::Nobody => Who::SignedInAt(place),
            _ => address,
        });
        let (who, usual) = match (caller, place) {
            (Known::Person(person), _) => (Some(Who::Person(person)), &self.subject),
            (Known::Bearer(person, session), Some(Who::SignedInAt(place))) => {
                (Some(Who::Claimed(place, person, session)), &self.address)
            }
            _ => (place, &self.address),
        };
        let Some(who) = who else { return Told::default() };
        let attempts = self.attempts.as_ref().filter(|_| operation.is_some_and(|one| one.tries_code));
        let mut told = Told::default();
        for (policy, who) in usual
            .iter()
            .map(|usual| (usual, who))
            .chain(attempts.map(|attempts| (attempts, place.unwrap_or(who))))
        {
            told.add(policy, who);
            if told.refused.is_some() {
                break;
            }
        }
        if operation.is_some_and(Operation::is_never_held_up) {
            told.refused = None;
        }
        told
    }

    /// Counts a try of a code where the edge cannot know that it is one: at the token endpoint, what it is stands in the body.
    ///
    /// # Errors
    /// [`Error::TooMany`] when this address tried too often.
    pub fn attempt(&self, request: &HttpRequest) -> Result<(), Error> {
        let (Some(policy), Some(who)) = (&self.attempts, self.address(request)) else { return Ok(()) };
        let mut told = Told::default();
        told.add(policy, who);
        let refused = told.refused;
        request.extensions_mut().insert(told);
        refused.map_or(Ok(()), |(_, wait)| Err(Error::TooMany(wait)))
    }

    fn address(&self, request: &HttpRequest) -> Option<Who> {
        if address::is_unheard(request, &self.trusted_proxies) && !self.warned.swap(true, Ordering::Relaxed) {
            log::warn!(
                "a call says in X-Forwarded-For that it is somebody else's, and whoever brought it is not in NAAST_TRUSTED_PROXIES. If that is your \
                 proxy, everybody behind it shares the limits of one address until it is"
            );
        }
        address::of(request, &self.trusted_proxies).map(|one| Who::Address(address::neighbourhood(one)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_written_as_calls_in_seconds() {
        assert_eq!("600/60".parse(), Ok(Setting(Rate::new(600, 60))));
        assert_eq!("off".parse(), Ok(Setting(None)));
        for wrong in ["", "600", "0/60", "600/0", "-1/60", "6e2/60", "on"] {
            assert!(wrong.parse::<Setting>().is_err(), "{wrong}");
        }
    }
}
