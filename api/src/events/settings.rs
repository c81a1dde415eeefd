//! What an installation says of its events.

use clap::Args;

/// The source when an installation does not name its own: an organisation that does not exist.
const NOBODY: &str = "urn:nld:oin:00000000000000000000:systeem:naast";

/// How events are named and sent.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// The `source` of events: who sends them, as the NL GOV profile of CloudEvents writes it
    /// (urn:nld:oin:NUMBER:systeem:NAME, or urn:nld:kvknr:NUMBER:systeem:NAME).
    #[arg(long, env = "NAAST_EVENT_SOURCE", default_value = NOBODY, global = true)]
    pub event_source: String,
    /// For trials only: webhooks may also go to this machine itself, over http.
    #[arg(long, env = "NAAST_WEBHOOKS_TO_LOOPBACK", global = true)]
    pub webhooks_to_loopback: bool,
    /// For trials only: divides every wait between two attempts of a webhook.
    #[arg(long, env = "NAAST_WEBHOOK_HASTE", default_value_t = 1, value_parser = clap::value_parser!(i32).range(1..=1_000_000), global = true)]
    pub webhook_haste: i32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { event_source: NOBODY.to_owned(), webhooks_to_loopback: false, webhook_haste: 1 }
    }
}
