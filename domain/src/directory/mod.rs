//! Schools, boards and partnerships.

mod difference;
pub mod files;
mod identifiers;
mod imports;
mod partnership;
mod school;
mod words;

pub use difference::{Difference, FieldChange, HOLD_SHARE, compare};
pub use identifiers::{
    BoardNumber, InstitutionCode, InvalidIdentifier, LocationCode, MunicipalityCode, PartnershipCode,
    Postcode,
};
pub use imports::{ImportKind, ImportStatus};
pub use partnership::{
    Derivation, PartnershipSource, PostcodeArea, earliest_partnership, has_national_partnership,
    partnership_by_postcode,
};
pub use school::School;
pub use words::{place_key, place_meant, search_words};
