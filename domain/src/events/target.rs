//! Where a webhook is sent: a URL that names a public place, and nothing more than a place.

use std::net::IpAddr;

use url::{Host, Url};

use super::is_public;
use crate::text::Text;

/// The ports that a webhook may be sent to. Others belong to other protocols.
const PORTS: [u16; 2] = [443, 8443];

/// Endings of names that never lead to a public place (RFC 6761, RFC 6762, RFC 8375).
const CLOSED_ENDINGS: [&str; 7] =
    [".localhost", ".local", ".internal", ".home.arpa", ".test", ".invalid", ".onion"];

/// The URL of a receiver. What it names is checked here as far as it can be read; the addresses behind a name are checked
/// when the connection is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target(Url);

/// Why a URL is no place to send to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTarget {
    /// It cannot be read as an absolute URL.
    #[error("not an absolute URL")]
    NotAUrl,
    /// It is not https.
    #[error("not https")]
    NotHttps,
    /// It holds a user name, a password or a fragment.
    #[error("a user name, a password or a fragment")]
    TooMuch,
    /// Its port is not one for webhooks.
    #[error("a port that is not allowed")]
    Port,
    /// It names no public place.
    #[error("not a public place")]
    NotPublic,
}

impl InvalidTarget {
    /// The same in words. The URL itself is not repeated.
    pub fn words(self) -> Text {
        match self {
            Self::NotAUrl => Text::of("Dit is geen volledige URL.", "This is not a complete URL."),
            Self::NotHttps => Text::of("De URL moet met https beginnen.", "The URL must begin with https."),
            Self::TooMuch => Text::of(
                "Een gebruikersnaam, wachtwoord of fragment hoort hier niet.",
                "A user name, a password or a fragment does not belong here.",
            ),
            Self::Port => Text::of("Alleen poort 443 of 8443.", "Only port 443 or 8443."),
            Self::NotPublic => {
                Text::of("Dit adres is niet openbaar te bereiken.", "This address is not a public place.")
            }
        }
    }
}

impl Target {
    /// Reads the URL of a receiver. `trial` also lets this machine itself be named, with http and on any port.
    ///
    /// # Errors
    /// [`InvalidTarget`] says what is wrong.
    pub fn parse(text: &str, trial: bool) -> Result<Self, InvalidTarget> {
        let url = Url::parse(text).map_err(|_| InvalidTarget::NotAUrl)?;
        let host = url.host().ok_or(InvalidTarget::NotAUrl)?;
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(InvalidTarget::TooMuch);
        }
        if trial && ["http", "https"].contains(&url.scheme()) && is_this_machine(&host) {
            return Ok(Self(url));
        }
        if url.scheme() != "https" {
            return Err(InvalidTarget::NotHttps);
        }
        if !names_public_place(&host) {
            return Err(InvalidTarget::NotPublic);
        }
        if !url.port_or_known_default().is_some_and(|port| PORTS.contains(&port)) {
            return Err(InvalidTarget::Port);
        }
        Ok(Self(url))
    }

    /// The URL as it is called.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The address, when the URL names one instead of a name.
    pub fn address(&self) -> Option<IpAddr> {
        match self.0.host()? {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
        }
    }
}

fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

fn names_public_place(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            // a name may end with a dot; the URL parser has made it lower case
            let name = name.strip_suffix('.').unwrap_or(name);
            is_a_name(name) && !CLOSED_ENDINGS.iter().any(|ending| name.ends_with(ending))
        }
        Host::Ipv4(address) => is_public((*address).into()),
        Host::Ipv6(address) => is_public((*address).into()),
    }
}

/// Whether a name can stand in the DNS below a top (RFC 1035, 2.3.4): what cannot, no receiver ever has.
fn is_a_name(name: &str) -> bool {
    name.contains('.') && name.len() <= 253 && name.split('.').all(|label| (1..=63).contains(&label.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_public_and_nothing_but_a_place() {
        for (text, fault) in [
            ("", InvalidTarget::NotAUrl),
            ("hook.example.org", InvalidTarget::NotAUrl),
            ("/hook", InvalidTarget::NotAUrl),
            ("https://", InvalidTarget::NotAUrl),
            ("https://[fe80::1%25eth0]/", InvalidTarget::NotAUrl),
            ("https://999.1.1.1/", InvalidTarget::NotAUrl),
            ("http://hook.example.org/", InvalidTarget::NotHttps),
            ("ftp://hook.example.org/", InvalidTarget::NotHttps),
            ("file://hook.example.org/etc/passwd", InvalidTarget::NotHttps),
            ("gopher://hook.example.org/", InvalidTarget::NotHttps),
            ("https://user@hook.example.org/", InvalidTarget::TooMuch),
            ("https://user:secret@hook.example.org/", InvalidTarget::TooMuch),
            ("https://hook.example.org@127.0.0.1/", InvalidTarget::TooMuch),
            ("https://hook.example.org/#x", InvalidTarget::TooMuch),
            ("https://hook.example.org:22/", InvalidTarget::Port),
            ("https://hook.example.org:5432/", InvalidTarget::Port),
            ("https://hook.example.org:80/", InvalidTarget::Port),
            ("https://localhost/", InvalidTarget::NotPublic),
            ("https://LOCALHOST./", InvalidTarget::NotPublic),
            ("https://a.localhost/", InvalidTarget::NotPublic),
            ("https://printer.local/", InvalidTarget::NotPublic),
            ("https://metadata.google.internal/", InvalidTarget::NotPublic),
            ("https://router.home.arpa/", InvalidTarget::NotPublic),
            ("https://database/", InvalidTarget::NotPublic),
            ("https://hook..example.org/", InvalidTarget::NotPublic),
            ("https://.example.org/", InvalidTarget::NotPublic),
            ("https://hook.example.org../", InvalidTarget::NotPublic),
            ("https://127.0.0.1/", InvalidTarget::NotPublic),
            ("https://127.1/", InvalidTarget::NotPublic),
            ("https://2130706433/", InvalidTarget::NotPublic),
            ("https://0x7f000001/", InvalidTarget::NotPublic),
            ("https://0x7f.1/", InvalidTarget::NotPublic),
            ("https://017700000001/", InvalidTarget::NotPublic),
            ("https://0177.0.0.1/", InvalidTarget::NotPublic),
            ("https://0/", InvalidTarget::NotPublic),
            ("https://127.0.0.1./", InvalidTarget::NotPublic),
            ("https://①②⑦.0.0.1/", InvalidTarget::NotPublic),
            ("https://169.254.169.254/latest/meta-data/", InvalidTarget::NotPublic),
            ("https://[::1]/", InvalidTarget::NotPublic),
            ("https://[::]/", InvalidTarget::NotPublic),
            ("https://[::ffff:127.0.0.1]/", InvalidTarget::NotPublic),
            ("https://[::ffff:a9fe:a9fe]/", InvalidTarget::NotPublic),
            ("https://[64:ff9b::7f00:1]/", InvalidTarget::NotPublic),
            ("https://[fd00:ec2::254]/", InvalidTarget::NotPublic),
        ] {
            assert_eq!(Target::parse(text, false), Err(fault), "{text}");
        }
        let long = format!("https://{}.example.org/", "a".repeat(64));
        assert_eq!(Target::parse(&long, false), Err(InvalidTarget::NotPublic));
        for text in [
            "https://hook.example.org/",
            "https://hook.example.org:8443/naast?a=b",
            "https://xn--bcher-kva.example/",
            "https://bücher.example/haak",
            "https://1.1.1.1/",
            "https://[2606:4700::1111]/",
            "https://hook.example.org./",
        ] {
            assert!(Target::parse(text, false).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_trial_reaches_this_machine_and_nothing_else_besides() {
        for text in ["http://127.0.0.1:8099/x", "http://localhost:8099/", "http://[::1]:1/", "https://127.1/"]
        {
            assert!(Target::parse(text, true).is_ok(), "{text}");
            assert!(Target::parse(text, false).is_err(), "{text}");
        }
        for text in
            ["http://10.0.0.1/", "http://hook.example.org/", "https://10.0.0.1/", "http://a.localhost/"]
        {
            assert!(Target::parse(text, true).is_err(), "{text}");
        }
    }
}
