//! The master keys of a process that runs. The database says which of them is in use, and it may be bound to one that came into the
//! file after this process was started.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use super::ring::{Master, Ring};

/// The keys that a process knows, and the file in which it looks again for one that it does not.
#[derive(Debug)]
pub(super) struct Masters {
    file: Option<PathBuf>,
    ring: RwLock<Arc<Ring>>,
}

impl Masters {
    pub(super) fn of(ring: Ring, file: Option<&Path>) -> Self {
        Self { file: file.map(Path::to_owned), ring: RwLock::new(Arc::new(ring)) }
    }

    /// The keys as they were read last.
    pub(super) fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// A key by its id; the file is read again for one that is not known. What was known stays so: a row that was read a moment
    /// ago may name it.
    pub(super) fn find(&self, id: &str) -> Option<Master> {
        let known = self.ring();
        if let Some(found) = known.find(id) {
            return Some(found.clone());
        }
        let anew = Ring::open(self.file.as_deref()?, false).ok()?;
        let found = anew.find(id)?.clone();
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(known.with(anew));
        Some(found)
    }
}
