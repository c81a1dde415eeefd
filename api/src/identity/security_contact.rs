//! Whom to tell of a weakness (RFC 9116): whoever runs the installation says so. Nobody else's address stands in its place: a
//! finder who writes to a mailbox that nobody reads believes that she has told.

use std::fmt;
use std::str::FromStr;

use url::Url;

/// Where a weakness is reported: a `mailto:` or an `https:` URI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityContact(String);

impl FromStr for SecurityContact {
    type Err = String;

    /// A contact as an administrator writes it: one address, or one page.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            "write one URI of where a weakness is reported: mailto:security@example.org, or https://example.org/security".to_owned()
        };
        // a line of the file of its own is what a break in here would make
        if text.chars().any(|letter| letter.is_control() || letter.is_whitespace()) {
            return Err(wrong());
        }
        let url = Url::parse(text).map_err(|_| wrong())?;
        let has_user = !url.username().is_empty() || url.password().is_some();
        let is_sound = match url.scheme() {
            "mailto" => {
                let bare = url.query().is_none() && url.fragment().is_none();
                bare && url.path().parse::<lettre::Address>().is_ok()
            }
            "https" => url.host().is_some() && !has_user,
            _ => false,
        };
        is_sound.then(|| Self(url.into())).ok_or_else(wrong)
    }
}

impl fmt::Display for SecurityContact {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_one_address_or_one_page() {
        for sound in [
            "mailto:security@example.org",
            "https://example.org/security",
            "https://example.org/.well-known/report?from=naast#form",
        ] {
            assert_eq!(sound.parse::<SecurityContact>().map(|one| one.to_string()).as_deref(), Ok(sound));
        }
        for wrong in [
            "",
            "security@example.org",
            "example.org",
            "mailto:",
            "mailto:security",
            "mailto:a@example.org,b@example.org",
            "mailto:security@example.org?subject=x",
            "mailto:security@example.org\nExpires: 2000-01-01T00:00:00Z",
            "http://example.org/security",
            "https://",
            "https://me:secret@example.org",
            "https://example.org/a b",
            "https://exam\tple.org",
            "tel:+31000000000",
            "javascript:alert(1)",
        ] {
            assert!(wrong.parse::<SecurityContact>().is_err(), "{wrong:?}");
        }
    }
}
