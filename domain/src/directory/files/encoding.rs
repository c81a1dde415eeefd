//! The two encodings in which the files are published, told apart before anything is read: a name in the
//! wrong encoding looks almost right, and that is how it would stay in the directory.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use super::FileFault;
use crate::text::Text;

/// The text of a file, and whether it is in the encoding in which the file is published. Text in another
/// encoding serves only to see from the header whether this is the right file at all.
pub(super) struct Decoded<'b> {
    /// The text.
    pub(super) text: Cow<'b, str>,
    fault: Option<FileFault>,
}

impl Decoded<'_> {
    /// Refuses text that is in another encoding than it should be.
    pub(super) fn as_published(&self) -> Result<(), Vec<FileFault>> {
        self.fault.clone().map_or(Ok(()), |fault| Err(vec![fault]))
    }
}

/// Decodes a file that is published in Windows-1252.
pub(super) fn windows_1252(bytes: &[u8]) -> Decoded<'_> {
    if let Some((found, mark)) = Encoding::for_bom(bytes) {
        return in_another(found, &bytes[mark..], 1, WINDOWS_1252);
    }
    // Letters with diacritics that follow the rules of UTF-8 throughout a file do not do so by chance.
    if let Some(first) = bytes.iter().position(|byte| !byte.is_ascii())
        && std::str::from_utf8(bytes).is_ok()
    {
        return in_another(UTF_8, bytes, line_at(bytes, first), WINDOWS_1252);
    }
    Decoded { text: WINDOWS_1252.decode_without_bom_handling(bytes).0, fault: None }
}

/// Decodes a file that is published in UTF-8, with or without a byte order mark.
pub(super) fn utf_8(bytes: &[u8]) -> Decoded<'_> {
    let bytes = match Encoding::for_bom(bytes) {
        Some((found, mark)) if found == UTF_8 => &bytes[mark..],
        Some((found, mark)) => return in_another(found, &bytes[mark..], 1, UTF_8),
        None => bytes,
    };
    match std::str::from_utf8(bytes) {
        Ok(text) => Decoded { text: Cow::Borrowed(text), fault: None },
        Err(invalid) => {
            let fault = FileFault::of_line(line_at(bytes, invalid.valid_up_to()), NOT_UTF_8);
            Decoded { text: String::from_utf8_lossy(bytes), fault: Some(fault) }
        }
    }
}

const NOT_UTF_8: Text = Text::of(
    "Deze regel is geen UTF-8, en zo wordt dit bestand gepubliceerd. Is het opgeslagen als Windows-1252 of \
     afgebroken? Gebruik het bestand zoals het is gepubliceerd.",
    "This line is not UTF-8, in which this file is published. Was it saved as Windows-1252 or cut off? Use the \
     file as it is published.",
);

fn in_another<'b>(found: &'static Encoding, bytes: &'b [u8], line: u64, published: &Encoding) -> Decoded<'b> {
    let (text, _) = found.decode_without_bom_handling(bytes);
    let (found, published) = (name(found), name(published));
    let reason = Text::new(
        format!(
            "Het bestand is {found}, maar wordt gepubliceerd als {published}. Gebruik het bestand zoals het is \
             gepubliceerd, niet een kopie die een ander programma heeft opgeslagen."
        ),
        format!(
            "The file is {found}, but it is published as {published}. Use the file as it is published, not a \
             copy that another program saved."
        ),
    );
    Decoded { text, fault: Some(FileFault::of_line(line, reason)) }
}

/// The name as people write it.
fn name(encoding: &Encoding) -> &'static str {
    if encoding == WINDOWS_1252 {
        "Windows-1252"
    } else if encoding == UTF_8 {
        "UTF-8"
    } else {
        "UTF-16"
    }
}

fn line_at(bytes: &[u8], place: usize) -> u64 {
    1 + bytes[..place].iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(decoded: &Decoded<'_>) -> String {
        decoded.as_published().expect("as published");
        decoded.text.clone().into_owned()
    }

    fn refused(decoded: &Decoded<'_>) -> (u64, String) {
        let mut faults = decoded.as_published().expect_err("a refusal");
        let fault = faults.remove(0);
        assert!(faults.is_empty());
        (fault.line, fault.reason.en.into_owned())
    }

    #[test]
    fn each_encoding_is_read_as_itself() {
        assert_eq!(read(&windows_1252(b"Caf\xE9 \x91t")), "Café ‘t");
        assert_eq!(read(&windows_1252(b"Cafe")), "Cafe");
        assert_eq!(read(&utf_8(b"\xEF\xBB\xBFCaf\xC3\xA9")), "Café");
        assert_eq!(read(&utf_8(b"Caf\xC3\xA9")), "Café");
    }

    #[test]
    fn utf_8_where_windows_1252_belongs_is_recognised() {
        assert_eq!(refused(&windows_1252(b"A\r\nB\r\nCaf\xC3\xA9\r\n")).0, 3);
        let (line, reason) = refused(&windows_1252(b"\xEF\xBB\xBFA"));
        assert_eq!(line, 1);
        assert!(reason.starts_with("The file is UTF-8, but it is published as Windows-1252."));
    }

    #[test]
    fn windows_1252_where_utf_8_belongs_is_recognised() {
        assert_eq!(refused(&utf_8(b"\xEF\xBB\xBFA\r\nCaf\xE9\r\n")).0, 2);
    }

    #[test]
    fn utf_16_is_recognised_by_its_mark() {
        for mark in [b"\xFF\xFEA\0", b"\xFE\xFF\0A"] {
            for decoded in [windows_1252(mark), utf_8(mark)] {
                assert_eq!(decoded.text, "A");
                assert!(refused(&decoded).1.starts_with("The file is UTF-16"));
            }
        }
    }
}
