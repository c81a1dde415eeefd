//! Addresses that a letter can go to.

use lettre::Address;
use url::Host;

/// The address in a text, when mail can go to what is written there; a domain with letters beyond ASCII as mail servers know it. None
/// for what a mail server refuses by how it is written, so that whoever mistyped is told at once, and not by a letter that never
/// comes: a name in quotes or with letters beyond ASCII (RFC 6531, which few take), a number instead of a domain, a domain that cannot be.
pub(crate) fn address(text: &str) -> Option<Address> {
    let (name, domain) = text.trim().rsplit_once('@')?;
    // RFC 5321, 4.1.2: a dot-string of 64 octets at most
    let is_plain = |part: &str| {
        !part.is_empty()
            && part.chars().all(|one| one.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(one))
    };
    if name.len() > 64 || !name.split('.').all(is_plain) {
        return None;
    }
    // a URL may write a letter as %6d, an address may not
    let Host::Domain(domain) = Host::parse(domain).ok().filter(|_| !domain.contains('%'))? else {
        return None;
    };
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|one| one.is_ascii_alphanumeric() || one == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_domain = domain.contains('.') && domain.len() <= 253 && domain.split('.').all(is_label);
    Address::new(name, domain).ok().filter(|_| is_domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_mail_can_go_to_is_an_address_and_nothing_else() {
        for (text, expected) in [
            ("ouder@example.org", "ouder@example.org"),
            (" Ouder.Van+naast@sub.Example.org ", "Ouder.Van+naast@sub.example.org"),
            ("o'ouder_1@example.org", "o'ouder_1@example.org"),
            ("ouder@b\u{fc}cher.example", "ouder@xn--bcher-kva.example"),
        ] {
            assert_eq!(address(text).map(|one| one.to_string()).as_deref(), Some(expected));
        }
        let long = format!("{}@example.org", "a".repeat(65));
        for odd in [
            "",
            "ouder",
            "@example.org",
            "ouder@",
            "\"ouder van\"@example.org",
            "ouder van@example.org",
            "\u{f6}uder@example.org",
            ".ouder@example.org",
            "ouder.@example.org",
            "ou..der@example.org",
            &long,
            "ouder@b@example.org",
            "ouder@[127.0.0.1]",
            "ouder@127.0.0.1",
            "ouder@2130706433",
            "ouder@[IPv6:::1]",
            "ouder@example",
            "ouder@example.org.",
            "ouder@.example.org",
            "ouder@-x.example",
            "ouder@x_y.example",
            "ouder@ex%61mple.org",
            "ouder@example.org\r\nBcc: x@example.org",
            "<ouder@example.org>",
        ] {
            assert_eq!(address(odd), None, "{odd}");
        }
    }
}
