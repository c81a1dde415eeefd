//! Calling a receiver: only over a public address, which is looked up once, checked, and is then the one that is connected
//! to. A name that answers differently the second time is not asked a second time.

use std::error::Error as _;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use naast_domain::Moment;
use naast_domain::events::{DeliveryFault, Outcome, Target, is_public};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::redirect::Policy;

use super::Settings;
use super::view::MEDIA_TYPE;

/// What a look-up of a name comes to.
pub type Addresses = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Where the addresses of a name come from.
pub trait Names: Send + Sync + 'static {
    /// The addresses of a name at this moment.
    fn look_up(&self, host: &str) -> Addresses;
}

/// The names of the system.
#[derive(Debug, Clone, Copy)]
pub struct SystemNames;

impl Names for SystemNames {
    fn look_up(&self, host: &str) -> Addresses {
        let host = host.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Says of an address whether a webhook may be sent to it.
pub type Allowed = fn(IpAddr) -> bool;

/// An address that a webhook may not be sent to.
#[derive(Debug, thiserror::Error)]
#[error("an address that webhooks are not sent to")]
struct AddressRefused;

/// The resolver of the client: whatever it gives out was checked, and the client connects to nothing else.
struct GuardedNames {
    names: Arc<dyn Names>,
    allowed: Allowed,
}

impl Resolve for GuardedNames {
    fn resolve(&self, name: Name) -> Resolving {
        let (addresses, allowed) = (self.names.look_up(name.as_str()), self.allowed);
        Box::pin(async move {
            let addresses = addresses.await?;
            // one bad address among good ones is one too many: which of them is connected to is chance
            if addresses.is_empty() || !addresses.iter().all(|address| allowed(*address)) {
                return Err(AddressRefused.into());
            }
            let addresses: Addrs = Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}

/// How long an attempt may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// To connect.
    pub connect: Duration,
    /// In all, up to the head of the answer.
    pub total: Duration,
}

impl Default for Patience {
    /// Five seconds to connect and fifteen in all (Standard Webhooks 1.0 advises 15 to 30).
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), total: Duration::from_secs(15) }
    }
}

/// A message to a receiver.
#[derive(Debug, Clone)]
pub struct Message {
    /// `webhook-id`.
    pub id: String,
    /// `webhook-timestamp`, in seconds.
    pub timestamp: i64,
    /// `webhook-signature`.
    pub signature: String,
    /// The event.
    pub body: Vec<u8>,
}

/// The way out.
pub struct Outbound {
    client: reqwest::Client,
    allowed: Allowed,
    trial: bool,
}

impl Outbound {
    /// The way out of an installation.
    ///
    /// # Errors
    /// When the system has no certificates to check a receiver with.
    pub fn new(settings: &Settings) -> Result<Self, reqwest::Error> {
        let trial = settings.webhooks_to_loopback;
        let allowed: Allowed =
            if trial { |address| is_public(address) || address.is_loopback() } else { is_public };
        Self::with(Arc::new(SystemNames), allowed, Patience::default(), trial)
    }

    /// A way out with its own names, its own idea of which addresses are good, and its own patience. `trial` also lets http
    /// through.
    ///
    /// # Errors
    /// When the system has no certificates to check a receiver with.
    pub fn with(
        names: Arc<dyn Names>,
        allowed: Allowed,
        patience: Patience,
        trial: bool,
    ) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .user_agent(concat!("Naast/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(GuardedNames { names, allowed }))
            // a redirect would lead past the check of the URL, and a proxy past the check of the address
            .redirect(Policy::none())
            .no_proxy()
            // no connection is kept: the name of a receiver is looked up and checked for each message
            .pool_max_idle_per_host(0)
            .https_only(!trial)
            .connect_timeout(patience.connect)
            .timeout(patience.total)
            .build()?;
        Ok(Self { client, allowed, trial })
    }

    /// Sends a message once. Of the answer only status and `Retry-After` are looked at; its body is not read.
    pub async fn send(&self, url: &str, message: Message, now: Moment) -> Outcome {
        // what was good when the subscription was made is looked at again: the rules may have become stricter
        let Ok(target) = Target::parse(url, self.trial) else {
            return Outcome::Failed(DeliveryFault::AddressRefused);
        };
        // an address in the URL itself goes past the resolver
        if target.address().is_some_and(|address| !(self.allowed)(address)) {
            return Outcome::Failed(DeliveryFault::AddressRefused);
        }
        let call = self
            .client
            .post(target.as_str())
            .header(CONTENT_TYPE, MEDIA_TYPE)
            .header("webhook-id", message.id)
            .header("webhook-timestamp", message.timestamp)
            .header("webhook-signature", message.signature)
            .body(message.body);
        match call.send().await {
            Ok(answer) => Outcome::Answered {
                status: answer.status().as_u16(),
                retry_after: answer
                    .headers()
                    .get(RETRY_AFTER)
                    .and_then(|value| value.to_str().ok())
                    .and_then(|value| wait(value, now)),
            },
            Err(fault) => Outcome::Failed(meaning(&fault)),
        }
    }
}

/// The wait that `Retry-After` asks for: seconds, however many, or a moment (RFC 9110, 10.2.3).
fn wait(value: &str, now: Moment) -> Option<TimeDelta> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|digit| digit.is_ascii_digit()) {
        return Some(TimeDelta::seconds(value.parse().unwrap_or(u32::MAX).into()));
    }
    Some(DateTime::parse_from_rfc2822(value).ok()?.to_utc() - now)
}

fn meaning(fault: &reqwest::Error) -> DeliveryFault {
    let mut cause = fault.source();
    while let Some(one) = cause {
        if one.is::<AddressRefused>() {
            return DeliveryFault::AddressRefused;
        }
        cause = one.source();
    }
    if fault.is_timeout() { DeliveryFault::Timeout } else { DeliveryFault::Unreachable }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_in_both_of_its_forms() {
        let now = DateTime::parse_from_rfc3339("2026-11-23T10:00:00Z").expect("a moment").to_utc();
        assert_eq!(wait("120", now), Some(TimeDelta::seconds(120)));
        assert_eq!(wait("Mon, 23 Nov 2026 10:05:00 GMT", now), Some(TimeDelta::minutes(5)));
        assert_eq!(wait("Mon, 23 Nov 2026 09:55:00 GMT", now), Some(TimeDelta::minutes(-5)));
        for longest in ["4294967295", "4294967296", "99999999999999999999"] {
            assert_eq!(wait(longest, now), Some(TimeDelta::seconds(u32::MAX.into())), "{longest}");
        }
        for nonsense in ["", " ", "soon", "-5", "+5", "1.5"] {
            assert_eq!(wait(nonsense, now), None, "{nonsense}");
        }
    }
}
