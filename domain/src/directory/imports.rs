//! The words for what an imported file holds and for what became of it.

use crate::code_list;

code_list! {
    /// What an imported file holds.
    pub enum ImportKind {
        Schools = "schools": "schoolvestigingen" / "school locations",
        Partnerships = "partnerships": "postcodes en samenwerkingsverbanden" / "postcodes and partnerships",
        Pupils = "pupils": "aantallen leerlingen" / "numbers of pupils",
    }
}

code_list! {
    /// What became of an import.
    pub enum ImportStatus {
        Applied = "applied": "doorgevoerd" / "applied",
        Unchanged = "unchanged": "niets veranderd" / "nothing changed",
        Held = "held": "aangehouden: er zou te veel verdwijnen" / "held: too much would disappear",
    }
}

impl ImportKind {
    /// What a row of the file is known by, as the published contract writes it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Schools | Self::Pupils => "locationCode",
            Self::Partnerships => "area",
        }
    }
}
