//! Closed lists of codes: what is stored, sent and received, with the words a person reads.
//!
//! A code is kebab-case English and never changes once published. The order of a list is fixed too:
//! [`CodeSet`] keeps a code's place in the list as a bit. New codes go at the end.

use std::fmt;
use std::marker::PhantomData;

use crate::text::Text;

/// One closed list of codes.
pub trait Code: Copy + Eq + fmt::Debug + Send + Sync + 'static {
    /// The name of the list as the published contract knows it.
    const NAME: &'static str;
    /// What the list is for.
    const DOC: &'static str;
    /// Every code, in the order that never changes.
    const ALL: &'static [Self];

    /// The code itself.
    fn code(self) -> &'static str;

    /// What a person reads.
    fn label(self) -> Text;

    /// The code that is written so.
    ///
    /// # Errors
    /// [`UnknownCode`] when the list has no such code.
    fn parse(code: &str) -> Result<Self, UnknownCode> {
        Self::ALL.iter().copied().find(|known| known.code() == code).ok_or(UnknownCode { list: Self::NAME })
    }
}

/// A word that is not in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a code of the list {list}")]
pub struct UnknownCode {
    /// The list that was asked.
    pub list: &'static str,
}

/// Declares a closed list of codes: `Variant = "code": "Nederlands" / "English",`.
#[macro_export]
macro_rules! code_list {
    ($(#[doc = $doc:literal])+ pub enum $name:ident {
        $($(#[doc = $variant_doc:literal])* $variant:ident = $code:literal : $nl:literal / $en:literal,)+
    }) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[doc = $variant_doc])* #[doc = concat!($en, " (Dutch: ", $nl, ").")] $variant,)+
        }

        impl $crate::code::Code for $name {
            const NAME: &'static str = stringify!($name);
            const DOC: &'static str = concat!($($doc),+);
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            fn label(self) -> $crate::text::Text {
                match self { $(Self::$variant => $crate::text::Text::of($nl, $en)),+ }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, to: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                to.write_str($crate::code::Code::code(*self))
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str($crate::code::Code::code(*self))
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let code = ::std::borrow::Cow::<'de, str>::deserialize(from)?;
                <Self as $crate::code::Code>::parse(&code).map_err(::serde::de::Error::custom)
            }
        }

        #[cfg(feature = "contract")]
        impl ::utoipa::PartialSchema for $name {
            fn schema() -> ::utoipa::openapi::RefOr<::utoipa::openapi::Schema> {
                $crate::code::contract_schema::<Self>()
            }
        }

        #[cfg(feature = "contract")]
        impl ::utoipa::ToSchema for $name {
            fn name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
        }
    };
}

/// The published description of a code list: its codes, and what each of them means.
#[cfg(feature = "contract")]
pub fn contract_schema<C: Code>() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
    contract_schema_of(C::ALL)
}

/// The published description of some of the codes of a list: those that are taken in one place.
#[cfg(feature = "contract")]
pub fn contract_schema_of<C: Code>(codes: &[C]) -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
    use std::fmt::Write as _;
    let mut text = C::DOC.trim().to_owned();
    for code in codes {
        let label = code.label();
        let _ = write!(text, "\n- `{}`: {} ({})", code.code(), label.en, label.nl);
    }
    utoipa::openapi::ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::Type::String)
        .description(Some(text))
        .enum_values(Some(codes.iter().map(|code| code.code())))
        .into()
}

/// A set of codes of one list, kept as bits so that a database can compare sets in one step. A list
/// that is kept so has at most 63 codes.
pub struct CodeSet<C> {
    bits: i64,
    list: PhantomData<C>,
}

impl<C> Clone for CodeSet<C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for CodeSet<C> {}

impl<C> PartialEq for CodeSet<C> {
    fn eq(&self, other: &Self) -> bool {
        self.bits == other.bits
    }
}

impl<C> Eq for CodeSet<C> {}

impl<C> Default for CodeSet<C> {
    fn default() -> Self {
        Self { bits: 0, list: PhantomData }
    }
}

impl<C: Code> fmt::Debug for CodeSet<C> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_set().entries(self.iter()).finish()
    }
}

impl<C> CodeSet<C> {
    /// The set that holds nothing.
    pub const EMPTY: Self = Self { bits: 0, list: PhantomData };
}

impl<C: Code> CodeSet<C> {
    /// The set that these bits stand for; bits beyond the list are dropped.
    pub fn from_bits(bits: i64) -> Self {
        Self { bits: bits & Self::everything(), list: PhantomData }
    }

    /// The bits, for storage.
    pub fn bits(self) -> i64 {
        self.bits
    }

    fn everything() -> i64 {
        (1_i64 << C::ALL.len()) - 1
    }

    fn bit(code: C) -> i64 {
        let place = C::ALL.iter().position(|known| *known == code).expect("a code stands in its own list");
        1 << place
    }

    /// The bits of one code, for a question to a database.
    pub fn bit_of(code: C) -> i64 {
        Self::bit(code)
    }

    /// Whether the code is in the set.
    pub fn contains(self, code: C) -> bool {
        self.bits & Self::bit(code) != 0
    }

    /// Whether the set holds nothing.
    pub fn is_empty(self) -> bool {
        self.bits == 0
    }

    /// The set with one code more.
    #[must_use]
    pub fn with(self, code: C) -> Self {
        Self { bits: self.bits | Self::bit(code), list: PhantomData }
    }

    /// What both sets hold.
    #[must_use]
    pub fn common(self, other: Self) -> Self {
        Self { bits: self.bits & other.bits, list: PhantomData }
    }

    /// What this set holds and the other lacks.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self { bits: self.bits & !other.bits, list: PhantomData }
    }

    /// How many codes the set holds.
    pub fn len(self) -> u32 {
        self.bits.count_ones()
    }

    /// The codes in the order of their list.
    pub fn iter(self) -> impl Iterator<Item = C> {
        C::ALL.iter().copied().filter(move |code| self.contains(*code))
    }
}

impl<C: Code> FromIterator<C> for CodeSet<C> {
    fn from_iter<I: IntoIterator<Item = C>>(codes: I) -> Self {
        Self { bits: codes.into_iter().fold(0, |bits, code| bits | Self::bit(code)), list: PhantomData }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    code_list! {
        /// Fruit.
        pub enum Fruit {
            Apple = "apple": "appel" / "apple",
            WildPear = "wild-pear": "wilde peer" / "wild pear",
        }
    }

    #[test]
    fn a_set_keeps_its_codes_through_its_bits() {
        let both: CodeSet<Fruit> = [Fruit::WildPear, Fruit::Apple].into_iter().collect();
        assert_eq!(both.bits(), 3);
        assert_eq!(CodeSet::<Fruit>::from_bits(0b110).iter().collect::<Vec<_>>(), [Fruit::WildPear]);
        assert_eq!(both.without(CodeSet::from_bits(1)).iter().collect::<Vec<_>>(), [Fruit::WildPear]);
    }

    #[test]
    fn an_unknown_code_is_refused_and_says_which_list() {
        assert_eq!(Fruit::parse("wild-pear"), Ok(Fruit::WildPear));
        assert_eq!(Fruit::parse("WildPear"), Err(UnknownCode { list: "Fruit" }));
    }
}
