//! The trace that a call says it is part of (W3C Trace Context, level 1), for the record of what it reads. It proves nothing and
//! decides nothing.

use actix_web::http::header::HeaderMap;
use uuid::Uuid;

/// Trace and span of the header `traceparent`, when there is exactly one that is in order.
pub fn parent(headers: &HeaderMap) -> Option<(Uuid, i64)> {
    let mut given = headers.get_all("traceparent");
    let text = given.next()?.to_str().ok()?;
    if given.next().is_some() {
        return None;
    }
    let parts: Vec<&str> = text.split('-').collect();
    let [version, trace, span, flags] = parts.as_slice() else { return None };
    let is_hex = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|letter| matches!(letter, b'0'..=b'9' | b'a'..=b'f'))
    };
    let is_right =
        is_hex(version, 2) && *version != "ff" && is_hex(trace, 32) && is_hex(span, 16) && is_hex(flags, 2);
    if !is_right {
        return None;
    }
    let (trace, span) = (u128::from_str_radix(trace, 16).ok()?, u64::from_str_radix(span, 16).ok()?);
    (trace != 0 && span != 0).then(|| (Uuid::from_u128(trace), span.cast_signed()))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn only_a_trace_that_is_in_order_is_taken_over() {
        let of = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(
                HeaderName::from_static("traceparent"),
                HeaderValue::from_str(text).expect("a header"),
            );
            parent(&headers)
        };
        let good = of("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").expect("in order");
        assert_eq!(good.0.simple().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(format!("{:016x}", good.1), "00f067aa0ba902b7");
        for bad in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(of(bad), None, "{bad}");
        }
    }
}
