//! Which keyed calls run in this process at this moment: the second of two is told so at once and holds nothing up.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use naast_persistence::retries::Digest;

/// The slots of calls that run.
#[derive(Debug, Default)]
pub struct Running {
    slots: Mutex<HashSet<Digest>>,
}

/// A slot that is taken until the work is done, also when the caller went away before.
#[derive(Debug)]
pub struct Claim {
    running: Arc<Running>,
    slot: Digest,
    released: AtomicBool,
}

impl Running {
    /// Takes a slot; `None` while another call has it.
    pub fn claim(self: &Arc<Self>, slot: Digest) -> Option<Arc<Claim>> {
        let new = self.slots.lock().unwrap_or_else(PoisonError::into_inner).insert(slot);
        new.then(|| Arc::new(Claim { running: Arc::clone(self), slot, released: AtomicBool::new(false) }))
    }
}

impl Claim {
    /// Gives the slot back before the answer goes out, so that a caller who repeats at once is not told that her first
    /// call still runs.
    pub fn release(&self) {
        if !self.released.swap(true, Ordering::AcqRel) {
            self.running.slots.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.slot);
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_one_calls_until_it_is_given_back_and_only_once() {
        let running = Arc::new(Running::default());
        let first = running.claim([1; 32]).expect("free");
        assert!(running.claim([1; 32]).is_none());
        assert!(running.claim([2; 32]).is_some());
        first.release();
        let second = running.claim([1; 32]).expect("given back");
        // what goes later must not take the slot from the call that has it now
        drop(first);
        assert!(running.claim([1; 32]).is_none());
        drop(second);
        assert!(running.claim([1; 32]).is_some());
    }
}
