//! Every column that holds sealed values, as the classification of the schema has it: what is sealed at first, encrypted
//! anew and checked goes by it.

pub(crate) use crate::privacy::classification::{Sealed as Column, SealedFor, sealed};

impl SealedFor {
    /// The kind of owner of the data key, and the column that names the owner; the installation is named by none.
    pub(crate) fn parts(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Person(column) => ("person", Some(column)),
            Self::Case(column) => ("case", Some(column)),
            Self::Private(column) => ("private", Some(column)),
            Self::System => ("system", None),
            Self::Export(column) => ("system", Some(column)),
        }
    }
}
