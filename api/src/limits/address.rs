//! Whose address a call comes from.

use std::net::IpAddr;

use actix_web::HttpRequest;
use ipnet::IpNet;

/// The header in which a proxy says from where it got a call.
const FORWARDED: &str = "x-forwarded-for";

/// The address that counts: of the connection, or, behind proxies that are trusted, the last one before them. What stands
/// further to the left in the header was written by the caller and says nothing.
pub fn of(request: &HttpRequest, trusted: &[IpNet]) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip().to_canonical();
    let values: Vec<&str> =
        request.headers().get_all(FORWARDED).filter_map(|value| value.to_str().ok()).collect();
    Some(before_proxies(peer, &values, trusted))
}

/// Whether a call says that it comes from somebody else, by the word of one who is not trusted.
pub fn is_unheard(request: &HttpRequest, trusted: &[IpNet]) -> bool {
    request.headers().contains_key(FORWARDED)
        && request.peer_addr().is_some_and(|peer| {
            let peer = peer.ip().to_canonical();
            !trusted.iter().any(|net| net.contains(&peer))
        })
}

fn before_proxies(peer: IpAddr, values: &[&str], trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let mut nearest = peer;
    let mut said = values.iter().flat_map(|value| value.split(',')).rev();
    while is_trusted(&nearest) {
        let Some(Ok(before)) = said.next().map(|one| one.trim().parse::<IpAddr>()) else { break };
        nearest = before.to_canonical();
    }
    nearest
}

/// The neighbourhood that is counted as one: an address of IPv4, and of IPv6 the 56 bits that one household is given.
pub fn neighbourhood(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => {
            let mut octets = address.octets();
            octets[7..].fill(0);
            octets
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(peer: &str, values: &[&str], trusted: &[&str]) -> String {
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().expect("a network")).collect();
        before_proxies(peer.parse().expect("an address"), values, &trusted).to_string()
    }

    #[test]
    fn nobody_but_a_trusted_proxy_says_where_a_call_comes_from() {
        let proxies = ["10.0.0.0/8", "fd00::/8"];
        assert_eq!(found("203.0.113.9", &["198.51.100.1"], &proxies), "203.0.113.9");
        assert_eq!(found("10.0.0.2", &["198.51.100.1"], &proxies), "198.51.100.1");
        assert_eq!(found("10.0.0.2", &["198.51.100.1"], &[]), "10.0.0.2");
        // what the caller wrote herself stands to the left
        assert_eq!(found("10.0.0.2", &["1.1.1.1, 198.51.100.1, 10.0.0.3"], &proxies), "198.51.100.1");
        assert_eq!(found("10.0.0.2", &["1.1.1.1", "198.51.100.1"], &proxies), "198.51.100.1");
        assert_eq!(found("10.0.0.2", &["198.51.100.1, nonsense"], &proxies), "10.0.0.2");
        assert_eq!(found("10.0.0.2", &[], &proxies), "10.0.0.2");
        assert_eq!(found("fd00::2", &["::ffff:198.51.100.1"], &proxies), "198.51.100.1");
    }

    #[test]
    fn a_household_of_ipv6_is_one() {
        let of = |text: &str| neighbourhood(text.parse().expect("an address"));
        assert_eq!(of("2001:db8:1:200::1"), of("2001:db8:1:2ff:aaaa::9"));
        assert_ne!(of("2001:db8:1:200::1"), of("2001:db8:1:300::1"));
        assert_ne!(of("198.51.100.1"), of("198.51.100.2"));
    }
}
