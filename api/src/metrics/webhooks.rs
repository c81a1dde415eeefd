//! What the database says of webhooks when the figures are asked for. Beside the queue of the calls, so that the question is
//! not counted as a call that was sent away; one at a time, so that a database that hangs keeps no more than one thread.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_web::web;
use naast_persistence::events::{Backlog, backlog};

use super::Metrics;
use crate::platform::Platform;
use crate::problem::Error;

/// How long whoever asks for figures waits for those of the database.
const PATIENCE: Duration = Duration::from_secs(1);

/// Gives back the leave to ask the database.
struct Asking(Arc<Metrics>);

impl Drop for Asking {
    fn drop(&mut self) {
        self.0.asking.store(false, Ordering::Release);
    }
}

/// How far webhooks are behind at this moment; `None` when the database does not say so in time.
pub(super) async fn ask(platform: &Platform) -> Option<Backlog> {
    let metrics = Arc::clone(&platform.metrics);
    if metrics.asking.swap(true, Ordering::AcqRel) {
        return None;
    }
    let (asking, store, now) = (Asking(metrics), Arc::clone(&platform.store), platform.clock.now());
    let question = web::block(move || {
        let _asking = asking;
        store.read(|db| Ok::<_, Error>(backlog(db, now)?))
    });
    match tokio::time::timeout(PATIENCE, question).await {
        Ok(Ok(Ok(found))) => Some(found),
        Ok(Ok(Err(fault))) => {
            log::warn!("the figures of webhooks are those of before: {fault}");
            None
        }
        Ok(Err(_)) | Err(_) => None,
    }
}
