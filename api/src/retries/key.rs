//! The header `Idempotency-Key`.

use actix_web::http::header::HeaderMap;
use naast_domain::text::Text;

use crate::problem::InputFault;

/// The header.
pub const HEADER: &str = "Idempotency-Key";

/// The longest key, in characters.
const LONGEST: usize = 255;

/// The key that a caller gave: a string in double quotes (RFC 8941, 3.3.3), or a bare UUID, which many clients send.
///
/// # Errors
/// When it is neither, empty, longer than 255 characters, or given more than once.
pub fn read(headers: &HeaderMap) -> Result<Option<String>, InputFault> {
    let mut given = headers.get_all(HEADER);
    let Some(value) = given.next() else { return Ok(None) };
    let key = value.to_str().ok().and_then(parse).filter(|_| given.next().is_none());
    key.map(Some).ok_or_else(|| fault("format", malformed()))
}

fn malformed() -> Text {
    Text::of(
        "Eén tekst van 1 tot 255 leesbare ASCII-tekens tussen dubbele aanhalingstekens (RFC 8941), liefst een willekeurige UUID.",
        "One string of 1 to 255 printable ASCII characters in double quotes (RFC 8941), best a random UUID.",
    )
}

/// What is wrong with the key.
pub fn fault(code: &'static str, text: Text) -> InputFault {
    InputFault::header(HEADER, code, text)
}

/// Whether nobody can guess the key: it is a UUID that was drawn by chance (version 4, RFC 9562).
pub fn is_drawn_by_chance(key: &str) -> bool {
    uuid::Uuid::try_parse(key).is_ok_and(|uuid| uuid.get_version_num() == 4)
}

fn parse(value: &str) -> Option<String> {
    let value = value.trim_matches(' ');
    if uuid::Uuid::try_parse(value).is_ok() && value.len() == 36 {
        return Some(value.to_owned());
    }
    let inside = value.strip_prefix('"')?.strip_suffix('"').filter(|_| value.len() > 1)?;
    let mut key = String::new();
    let mut letters = inside.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => return None,
            // only these two are ever escaped
            '\\' => key.push(letters.next().filter(|escaped| matches!(escaped, '"' | '\\'))?),
            ' '..='~' => key.push(letter),
            _ => return None,
        }
    }
    (1..=LONGEST).contains(&key.len()).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_a_quoted_string_or_a_bare_uuid() {
        let long = format!("\"{}\"", "k".repeat(255));
        for (value, key) in [
            ("\"8e03978e-40d5-43e8-bc93-6894a57f9324\"", Some("8e03978e-40d5-43e8-bc93-6894a57f9324")),
            ("8e03978e-40d5-43e8-bc93-6894a57f9324", Some("8e03978e-40d5-43e8-bc93-6894a57f9324")),
            (" \"a b\" ", Some("a b")),
            (r#""a\"b\\c""#, Some(r#"a"b\c"#)),
            (&long, Some(&long[1..256])),
            (&format!("\"{}\"", "k".repeat(256)), None),
            ("\"\"", None),
            ("\"", None),
            ("", None),
            ("abc", None),
            ("\"a\"b\"", None),
            (r#""a\n""#, None),
            (r#""a\""#, None),
            ("\"é\"", None),
            ("\"a\";x=1", None),
            ("8e03978e40d543e8bc936894a57f9324", None),
        ] {
            assert_eq!(parse(value).as_deref(), key, "{value}");
        }
    }

    #[test]
    fn only_a_uuid_of_chance_cannot_be_guessed() {
        assert!(is_drawn_by_chance("8e03978e-40d5-43e8-bc93-6894a57f9324"));
        for guessable in ["1", "ABCD-EFGH-2345-6789", "8e03978e-40d5-53e8-bc93-6894a57f9324"] {
            assert!(!is_drawn_by_chance(guessable), "{guessable}");
        }
    }
}
