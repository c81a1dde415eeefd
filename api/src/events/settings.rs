//! What an installation says of its events.

use clap::Args;

/// The source when an installation does not name its own: an organisation that does not exist.
const NOBODY: &str = "urn:nld:oin:00000000000000000000:systeem:naast";

/// The source as the NL GOV profile of CloudEvents writes one (1.1, "source"): who is responsible, by a number that the Netherlands gave out, and
/// which of their systems.
fn source(text: &str) -> Result<String, String> {
    let wrong = || {
        "write urn:nld:oin:NUMBER:systeem:NAME with the twenty digits of your OIN, or urn:nld:kvknr:NUMBER:systeem:NAME with eight; a name of \
         letters, digits, dots and dashes"
            .to_owned()
    };
    let parts: Vec<&str> = text.split(':').collect();
    let [urn, country, register, number, system, name] = parts[..] else { return Err(wrong()) };
    let digits = match register {
        "oin" => 20,
        "kvknr" => 8,
        _ => return Err(wrong()),
    };
    let is_number = number.len() == digits && number.bytes().all(|one| one.is_ascii_digit());
    let is_named = (1..=64).contains(&name.len())
        && name.bytes().all(|one| one.is_ascii_alphanumeric() || matches!(one, b'.' | b'-' | b'_'));
    let is_source = (urn, country, system) == ("urn", "nld", "systeem") && is_number && is_named;
    is_source.then(|| text.to_owned()).ok_or_else(wrong)
}

/// How events are named and sent.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// The `source` of events: who sends them, as the NL GOV profile of CloudEvents writes it
    /// (urn:nld:oin:NUMBER:systeem:NAME, or urn:nld:kvknr:NUMBER:systeem:NAME).
    #[arg(long, env = "NAAST_EVENT_SOURCE", default_value = NOBODY, value_parser = source, global = true)]
    pub event_source: String,
    /// For trials only: webhooks may also go to this machine itself, over http.
    #[arg(long, env = "NAAST_WEBHOOKS_TO_LOOPBACK", global = true)]
    pub webhooks_to_loopback: bool,
    /// For trials only: divides every wait between two attempts of a webhook.
    #[arg(long, env = "NAAST_WEBHOOK_HASTE", default_value_t = 1, value_parser = clap::value_parser!(i32).range(1..=1_000_000), global = true)]
    pub webhook_haste: i32,
}

impl Settings {
    /// Whether events name an organisation that does not exist.
    pub fn name_nobody(&self) -> bool {
        self.event_source == NOBODY
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self { event_source: NOBODY.to_owned(), webhooks_to_loopback: false, webhook_haste: 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_a_number_of_the_netherlands_and_a_system() {
        for text in [
            NOBODY,
            "urn:nld:oin:00000001003214345000:systeem:buddies",
            "urn:nld:kvknr:12345678:systeem:Naast-2.0",
        ] {
            assert_eq!(source(text).as_deref(), Ok(text));
        }
        for text in [
            "",
            "not a urn",
            "https://buddy.example.org",
            "urn:nld:oin:1234:systeem:naast",
            "urn:nld:kvknr:1234567a:systeem:naast",
            "urn:nld:bsn:123456789:systeem:naast",
            "urn:nld:oin:00000001003214345000:systeem:",
            "urn:nld:oin:00000001003214345000:systeem:a b",
            "urn:nld:oin:00000001003214345000:systeem:naast:more",
        ] {
            assert!(source(text).is_err(), "{text}");
        }
    }
}
