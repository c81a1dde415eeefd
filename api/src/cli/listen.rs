//! Where and how the server listens.

use std::net::{IpAddr, SocketAddr};

use clap::Args;
use ipnet::IpNet;

use super::terminal::Failure;
use crate::cors::{Origin, Origins};
use crate::limits::{LimitSettings, Setting};
use crate::server::door::is_free;

/// Where the server listens.
#[derive(Debug, Clone, Args)]
pub struct Listen {
    /// Address and port; port 0 takes a free one.
    #[arg(long, env = "NAAST_LISTEN", default_value = "127.0.0.1:8080", global = true)]
    pub listen: SocketAddr,
    /// Threads that take calls in; the number of processors when left out.
    #[arg(long, env = "NAAST_WORKERS", global = true)]
    pub workers: Option<usize>,
    /// Address and port for the figures of Prometheus (/metrics); none are shown when left out. Keep it from the outside.
    #[arg(long, env = "NAAST_METRICS_LISTEN", global = true)]
    pub metrics_listen: Option<SocketAddr>,
    /// Seconds between the signal to stop and stopping, in which the server is not ready but still answers: as long as a
    /// proxy needs to notice, and those who call again and again to close their connections.
    #[arg(long, env = "NAAST_DRAIN_SECONDS", default_value_t = 2, value_parser = clap::value_parser!(u64).range(..=300), global = true)]
    pub drain_seconds: u64,
    /// Seconds between two looks at whether something was journalled since the last anchor; if so, the heads are signed and
    /// written beside the database.
    #[arg(long, env = "NAAST_ANCHOR_SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=3600), global = true)]
    pub anchor_seconds: u64,
    /// Seconds after a start before the first of its own rounds (independence, exports, terms): the first begins between this
    /// many and twice as many, the others after it.
    #[arg(long, env = "NAAST_ROUNDS_AFTER_SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(..=3600), global = true)]
    pub rounds_after_seconds: u64,
    /// Calls in seconds for a person who is signed in, such as 600/60; or off.
    #[arg(long, env = "NAAST_RATE_SUBJECT", default_value = "600/60", global = true)]
    rate_subject: Setting,
    /// Calls in seconds for an address from which nobody is signed in; or off.
    #[arg(long, env = "NAAST_RATE_ADDRESS", default_value = "300/60", global = true)]
    rate_address: Setting,
    /// Calls in seconds with which a code can be tried; or off.
    #[arg(long, env = "NAAST_RATE_ATTEMPTS", default_value = "30/60", global = true)]
    rate_attempts: Setting,
    /// Origins whose pages may call from a browser, with commas, such as `https://app.example.org`. None when left out.
    #[arg(long, env = "NAAST_CORS_ORIGINS", value_delimiter = ',', global = true)]
    cors_origins: Vec<Origin>,
    /// Proxies whose X-Forwarded-For is taken: addresses or networks, with commas. Nobody's when left out.
    #[arg(long, env = "NAAST_TRUSTED_PROXIES", value_delimiter = ',', value_parser = network, global = true)]
    trusted_proxies: Vec<IpNet>,
}

/// A network, or an address alone.
fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map_err(|_| {
        "write addresses or networks with commas between them, such as 10.0.0.2,10.1.0.0/16".to_owned()
    })
}

impl Listen {
    /// Looks whether the server can listen where it is told to, before anything is made or changed for it.
    ///
    /// # Errors
    /// [`Failure`] that names the address and says what keeps it from being used.
    pub fn can_begin(&self) -> Result<(), Failure> {
        for address in std::iter::once(self.listen).chain(self.metrics_listen) {
            is_free(address).map_err(|fault| Failure::at(1, address, &fault))?;
        }
        Ok(())
    }

    /// The pages that may call from a browser.
    pub fn origins(&self) -> Origins {
        self.cors_origins.clone().into()
    }

    /// How many calls a caller may make.
    pub fn limits(&self) -> LimitSettings {
        LimitSettings {
            subject: self.rate_subject.0,
            address: self.rate_address.0,
            attempts: self.rate_attempts.0,
            trusted_proxies: self.trusted_proxies.clone(),
        }
    }
}
