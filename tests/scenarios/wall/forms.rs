//! The forms in which a word can hide: as it is, in base64 at each of its three offsets, in hexadecimal, in UTF-16.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// A word that is looked for in every form. It has letters and digits only, so that JSON and percent encoding leave it as it is.
#[derive(Clone, Debug)]
pub struct Word {
    /// The word.
    pub text: String,
    forms: Vec<Vec<u8>>,
}

impl Word {
    /// A word in all of its forms.
    pub fn new(text: &str) -> Self {
        assert!(text.bytes().all(|letter| letter.is_ascii_alphanumeric()), "{text}");
        let bytes = text.as_bytes();
        let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
        let hex: String = bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
        let wide = |big: bool| -> Vec<u8> {
            bytes.iter().flat_map(|byte| if big { [0, *byte] } else { [*byte, 0] }).collect()
        };
        let mut forms = vec![
            bytes.to_vec(),
            text.to_uppercase().into_bytes(),
            text.to_lowercase().into_bytes(),
            hex.to_uppercase().into_bytes(),
            hex.into_bytes(),
            wide(true),
            wide(false),
        ];
        for offset in 0..3 {
            let padded = [&vec![b'.'; offset][..], bytes].concat();
            let encoded = STANDARD_NO_PAD.encode(&padded);
            // letters that the neighbours have a part in are left out at both ends
            let (from, to) = ((offset * 8).div_ceil(6), padded.len() * 8 / 6);
            forms.push(encoded.as_bytes()[from..to].to_vec());
        }
        Self { text: text.to_owned(), forms }
    }

    /// Whether it stands in these bytes, in any form.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        self.forms.iter().any(|form| memchr::memmem::find(bytes, form).is_some())
    }

    /// The word as it might hide: within a longer text, in base64.
    pub fn hidden(&self) -> Vec<u8> {
        STANDARD_NO_PAD.encode(format!("x{}yz", self.text)).into_bytes()
    }
}

#[test]
fn a_word_is_found_in_every_form_and_nothing_else_is() {
    let word = Word::new("Kw7TestWoord9");
    for offset in 0..6 {
        let text = format!("{}{}{}", "ab".repeat(offset), word.text, "&é");
        let base64 = STANDARD_NO_PAD.encode(&text);
        let escaped = serde_json::to_string(&text).expect("text");
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [text.as_bytes(), base64.as_bytes(), escaped.as_bytes(), &wide] {
            assert!(word.is_in(bytes), "{offset}");
        }
        let other = text.replace("Kw7", "Kw8");
        assert!(!word.is_in(STANDARD_NO_PAD.encode(&other).as_bytes()));
        assert!(!word.is_in(other.as_bytes()));
    }
}
