//! What a kind of problem means, as a page for a person in a browser: in both languages, hers first.

use std::fmt::Write as _;

use naast_domain::text::{Text, Tongue};

use super::{CATALOGUE, Kind};

/// A style without which the page reads as well. Its digest stands in [`POLICY`].
const STYLE: &str = "body{font:1.05rem/1.6 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1.2rem;\
color:#1c2430;background:#fff}h1{font-size:1.5rem;line-height:1.3}h2{font-size:1.15rem;margin-top:2.2rem}\
code{font-size:.95em;background:#eef1f5;padding:.1em .3em;border-radius:.2em}a{color:#0b5cad}\
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.35rem .8rem .35rem 0;\
border-bottom:1px solid #dde2e8}.small{color:#51606f}";

/// What such a page may do in a browser: show itself in its style, and nothing else.
pub fn policy() -> String {
    use base64::Engine as _;
    use sha2::Digest as _;

    let digest = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// The page of one kind.
pub fn kind(kind: &Kind, tongue: Tongue) -> String {
    let mut body = String::new();
    for (place, language) in ordered(tongue).into_iter().enumerate() {
        let heading = if place == 0 { "h1" } else { "h2" };
        let words = Text::of("Wat kunt u doen?", "What can you do?");
        let _ = write!(
            body,
            "<section lang=\"{code}\"><{heading}>{title}</{heading}><p>{detail}</p>{advice}</section>",
            code = language.code(),
            title = escaped(kind.title.get(language)),
            detail = marked(kind.detail.get(language)),
            advice = advice(kind.status).map_or_else(String::new, |advice| format!(
                "<p><strong>{}</strong> {}</p>",
                escaped(words.get(language)),
                marked(advice.get(language))
            )),
        );
    }
    let all = Text::of("Alle soorten problemen", "All kinds of problems");
    let _ = write!(
        body,
        "<p class=\"small\">HTTP {} &middot; <code>{}</code> &middot; <a href=\"/v1/problems\">{}</a></p>",
        kind.status,
        kind.code,
        escaped(all.get(tongue))
    );
    page(kind.title.get(tongue), tongue, &body)
}

/// The page of all kinds.
pub fn all(tongue: Tongue) -> String {
    let title = Text::of("Soorten problemen", "Kinds of problems");
    let mut body = String::new();
    for (place, language) in ordered(tongue).into_iter().enumerate() {
        let heading = if place == 0 { "h1" } else { "h2" };
        let _ = write!(
            body,
            "<section lang=\"{}\"><{heading}>{}</{heading}><table>",
            language.code(),
            title.get(language)
        );
        for kind in CATALOGUE {
            let _ = write!(
                body,
                "<tr><td>{}</td><td><a href=\"/v1/problems/{code}\"><code>{code}</code></a></td><td>{}</td></tr>",
                kind.status,
                escaped(kind.title.get(language)),
                code = kind.code,
            );
        }
        body.push_str("</table></section>");
    }
    page(title.get(tongue), tongue, &body)
}

/// Both languages, the reader's first.
fn ordered(tongue: Tongue) -> [Tongue; 2] {
    match tongue {
        Tongue::Dutch => [Tongue::Dutch, Tongue::English],
        Tongue::English => [Tongue::English, Tongue::Dutch],
    }
}

/// What helps with every problem of a status, beside what its own words say.
fn advice(status: u16) -> Option<Text> {
    Some(match status {
        400 => Text::of(
            "Kijk in `errors`: daar staat elke fout met zijn plaats en wat er wel mag.",
            "Look at `errors`: each fault stands there with its place and what is allowed.",
        ),
        401 => Text::of("Vraag een nieuw token aan en stuur dat mee.", "Get a new token and send it."),
        403 => Text::of(
            "Vraag uw beheerder om de rol of de scope die hierbij hoort.",
            "Ask your administrator for the role or the scope that goes with this.",
        ),
        409 => Text::of(
            "Kijk in `state` en `permitted`: daar staat hoe het ervoor staat en wat nu wel kan.",
            "Look at `state` and `permitted`: they say how things stand and what can be done now.",
        ),
        412 | 428 => Text::of(
            "Lees het opnieuw, en stuur de `ETag` van dat antwoord mee in `If-Match`.",
            "Read it again, and send the `ETag` of that answer in `If-Match`.",
        ),
        429 | 503 => Text::of(
            "Wacht zo lang als `Retry-After` zegt, en herhaal de aanroep met dezelfde `Idempotency-Key`.",
            "Wait as long as `Retry-After` says, and repeat the call with the same `Idempotency-Key`.",
        ),
        _ => return None,
    })
}

fn page(title: &str, tongue: Tongue, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{} - Naast</title><style>{STYLE}</style></head><body><main>{body}</main>\
         </body></html>\n",
        tongue.code(),
        escaped(title)
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Text in which backticks hold what a program reads.
fn marked(text: &str) -> String {
    let escaped = escaped(text);
    let parts: Vec<&str> = escaped.split('`').collect();
    let mut marked = String::new();
    for (place, part) in parts.iter().enumerate() {
        match place % 2 {
            1 => {
                let _ = write!(marked, "<code>{part}</code>");
            }
            _ => marked.push_str(part),
        }
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_page_in_both_languages_with_hers_first() {
        for one in CATALOGUE {
            let (dutch, english) =
                (escaped(one.title.get(Tongue::Dutch)), escaped(one.title.get(Tongue::English)));
            let page = kind(one, Tongue::English);
            assert!(page.starts_with("<!doctype html><html lang=\"en\">"), "{}", one.code);
            let place = |text: &str| {
                page.find(&format!(">{text}</h")).unwrap_or_else(|| panic!("{}: {text}", one.code))
            };
            assert!(place(&english) < place(&dutch), "{}", one.code);
            assert_eq!(page.matches('`').count(), 0, "{}", one.code);
        }
    }

    #[test]
    fn nothing_in_a_text_becomes_markup() {
        assert_eq!(marked("a < `b` & \"c\""), "a &lt; <code>b</code> &amp; &quot;c&quot;");
    }
}
