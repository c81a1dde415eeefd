//! What a caller takes for an answer: `Accept` and `Accept-Language`, with their weights (RFC 9110, 12.4 and 12.5).

use actix_web::http::header::{self, HeaderMap, HeaderName};
use naast_domain::text::Tongue;

/// The ranges of such a header with their weights, over all its lines. A weight that does not read counts as nought, so that
/// what was meant to be excluded is not let in by a slip.
fn ranges(headers: &HeaderMap, name: HeaderName) -> Vec<(String, f32)> {
    let lines = headers.get_all(name).filter_map(|line| line.to_str().ok());
    let range = |part: &str| {
        let mut parts = part.split(';').map(str::trim);
        let range = parts.next().filter(|range| !range.is_empty())?.to_ascii_lowercase();
        let weight = parts.find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim().eq_ignore_ascii_case("q").then(|| value.trim().parse().unwrap_or(0.0))
        });
        Some((range, weight.unwrap_or(1.0_f32)))
    };
    lines.flat_map(|line| line.split(',')).filter_map(range).collect()
}

/// How much a caller wants a media type, from nought to one; the most specific range decides. Everything, when she does not
/// say.
pub fn weight_of(headers: &HeaderMap, media: &str) -> f32 {
    let ranges = ranges(headers, header::ACCEPT);
    if ranges.is_empty() {
        return 1.0;
    }
    let family = media.split('/').next().unwrap_or_default();
    let of = |wanted: &str| {
        let weights = ranges.iter().filter(|(range, _)| range == wanted).map(|(_, weight)| *weight);
        weights.reduce(f32::max)
    };
    of(media).or_else(|| of(&format!("{family}/*"))).or_else(|| of("*/*")).unwrap_or(0.0)
}

/// Whether a caller would rather read a page than JSON: a browser.
pub fn prefers_page(headers: &HeaderMap) -> bool {
    weight_of(headers, "text/html") > weight_of(headers, "application/json")
}

/// The better of the two languages for a caller; Dutch when she does not say or does not care.
pub fn tongue(headers: &HeaderMap) -> Tongue {
    let ranges = ranges(headers, header::ACCEPT_LANGUAGE);
    let of = |language: &str| {
        let fits = |range: &str| range.split('-').next() == Some(language);
        let weights = ranges.iter().filter(|(range, _)| fits(range)).map(|(_, weight)| *weight);
        weights.reduce(f32::max)
    };
    // `*` is every language that is not named
    let weight = |language| of(language).or_else(|| of("*")).unwrap_or(0.0);
    if weight("en") > weight("nl") { Tongue::English } else { Tongue::Dutch }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &HeaderName, lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(name.clone(), header::HeaderValue::from_str(line).expect("a header"));
        }
        headers
    }

    #[test]
    fn dutch_is_the_default_and_the_weights_decide() {
        assert_eq!(tongue(&HeaderMap::new()), Tongue::Dutch);
        for (wish, expected) in [
            ("en-GB, nl;q=0.5", Tongue::English),
            ("nl-NL;q=0.9, en;q=0.8", Tongue::Dutch),
            ("nl-BE;q=0.5, en;q=0.8, *;q=0.1", Tongue::English),
            ("EN", Tongue::English),
            ("en; Q=0.9", Tongue::English),
            ("de", Tongue::Dutch),
            ("de, en;q=0.1", Tongue::English),
            ("en;q=0", Tongue::Dutch),
            ("en;q=none", Tongue::Dutch),
            ("*", Tongue::Dutch),
            ("en, *", Tongue::Dutch),
            ("en, *;q=0.5", Tongue::English),
            ("nl;q=0, *", Tongue::English),
            ("en;q=0, *", Tongue::Dutch),
            (",,;q=1", Tongue::Dutch),
        ] {
            assert_eq!(tongue(&with(&header::ACCEPT_LANGUAGE, &[wish])), expected, "{wish}");
        }
        assert_eq!(tongue(&with(&header::ACCEPT_LANGUAGE, &["nl;q=0.1", "en;q=0.2"])), Tongue::English);
    }

    #[test]
    fn the_most_specific_range_decides_what_a_caller_takes() {
        let json = |accept: &str| weight_of(&with(&header::ACCEPT, &[accept]), "application/json") > 0.0;
        for accept in [
            "*/*",
            "application/*",
            "application/json",
            "text/html, */*;q=0.1",
            "Application/JSON; charset=utf-8",
        ] {
            assert!(json(accept), "{accept}");
        }
        for accept in [
            "text/html",
            "application/json;q=0",
            "application/json;q=0, */*",
            "image/*",
            "text/html;q=1, */*;q=0",
        ] {
            assert!(!json(accept), "{accept}");
        }
        assert!(weight_of(&HeaderMap::new(), "application/json") > 0.0);
    }

    #[test]
    fn a_browser_prefers_a_page_and_a_program_does_not() {
        let page = |accept: &str| prefers_page(&with(&header::ACCEPT, &[accept]));
        assert!(page("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
        assert!(page("text/html"));
        for accept in [
            "*/*",
            "application/json",
            "application/json, text/html;q=0.5",
            "text/html, application/json",
            "",
        ] {
            assert!(!page(accept), "{accept}");
        }
        assert!(!prefers_page(&HeaderMap::new()));
    }
}
