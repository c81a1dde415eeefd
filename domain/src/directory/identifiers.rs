//! The identifiers that the sector uses, parsed once and valid from then on.

use std::fmt;

/// A value that does not look like the identifier it should be. The value itself is not repeated: it
/// may be anything that a caller sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a {what}; expected {expected}")]
pub struct InvalidIdentifier {
    /// What it should have been.
    pub what: &'static str,
    /// What one looks like.
    pub expected: &'static str,
}

/// Declares an identifier with its pattern, as the contract publishes it, and its check.
macro_rules! identifiers {
    ($($(#[doc = $doc:literal])+ $name:ident, $what:literal, $pattern:literal, $example:literal, $check:expr;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The pattern that every value keeps, as a regular expression.
            pub const PATTERN: &'static str = $pattern;

            /// Reads an identifier as it is published; nothing is trimmed or corrected.
            pub fn parse(text: &str) -> Result<Self, InvalidIdentifier> {
                let check: fn(&[u8]) -> bool = $check;
                if check(text.as_bytes()) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(InvalidIdentifier { what: $what, expected: $pattern })
                }
            }

            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str(&self.0)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }

        #[cfg(feature = "contract")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some(concat!($($doc),+).trim()))
                    .pattern(Some($pattern))
                    .examples([$example])
                    .into()
            }
        }

        #[cfg(feature = "contract")]
        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )+};
}

fn digits(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_digit)
}

fn capitals(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_uppercase)
}

fn institution(text: &[u8]) -> bool {
    digits(&text[..2]) && capitals(&text[2..4])
}

identifiers! {
    /// The code of an institution at DUO (instellingscode, BRIN): four characters.
    InstitutionCode, "institution code", "^[0-9]{2}[A-Z]{2}$", "03GR", |text| text.len() == 4 && institution(text);
    /// The code of one location of a school at DUO (vestigingscode): the institution's code and two digits; `00` is
    /// the main location.
    LocationCode, "location code", "^[0-9]{2}[A-Z]{2}[0-9]{2}$", "03GR01", |text| text.len() == 6 && institution(text) && digits(&text[4..]);
    /// The number of a school board at DUO (bevoegd gezag): five digits.
    BoardNumber, "board number", "^[0-9]{5}$", "41775", |text| text.len() == 5 && digits(text);
    /// The code of a partnership (samenwerkingsverband): `PO` or `VO` and four digits.
    PartnershipCode, "partnership code", "^(PO|VO)[0-9]{4}$", "PO2707", |text| text.len() == 6 && (text.starts_with(b"PO") || text.starts_with(b"VO")) && digits(&text[2..]);
    /// The code of a municipality: four digits with leading zeros.
    MunicipalityCode, "municipality code", "^[0-9]{4}$", "0363", |text| text.len() == 4 && digits(text);
    /// A Dutch postcode as DUO writes it: four digits, a space, two capitals.
    Postcode, "postcode", "^[1-9][0-9]{3} [A-Z]{2}$", "1011 AB", |text| text.len() == 7 && digits(&text[..4]) && text[0] != b'0' && text[4] == b' ' && capitals(&text[5..]);
}

impl LocationCode {
    /// The institution that the location belongs to.
    pub fn institution(&self) -> InstitutionCode {
        InstitutionCode(self.0[..4].to_owned())
    }
}

impl Postcode {
    /// The four digits, which say the area.
    pub fn area(&self) -> &str {
        &self.0[..4]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_read_as_published_and_nothing_else() {
        assert!(LocationCode::parse("03GR01").is_ok());
        for wrong in ["", "03GR", "03gr01", "03GR0a", "03GR01 ", "０３GR01"] {
            assert!(LocationCode::parse(wrong).is_err(), "{wrong:?}");
        }
        assert!(PartnershipCode::parse("PO2707").is_ok());
        assert!(PartnershipCode::parse("PO-27-07").is_err());
        assert!(Postcode::parse("0123 AB").is_err());
        assert_eq!(LocationCode::parse("03GR01").expect("valid").institution().as_str(), "03GR");
    }
}
