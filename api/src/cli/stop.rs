//! How a server stops without a call that fails: first it says that it is not ready, so that a proxy sends its calls
//! elsewhere, and asks whoever calls to close her connection with the answer; then it lets no new connections be made and
//! takes in those that are; then it finishes what runs.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use futures_util::future::{Either, select};

use crate::health::Health;
use crate::server::door::{Door, SETTLE};

/// Waits for a signal and stops the server; `drain` is how long it still answers after `SIGTERM`. After `SIGINT`, which a
/// person at a terminal sends, it does not wait; a second signal ends the wait too.
///
/// # Errors
/// When the system does not tell of signals.
pub fn on_signal(
    health: Arc<Health>,
    handle: ServerHandle,
    door: Option<Door>,
    drain: Duration,
) -> std::io::Result<impl Future<Output = ()>> {
    let mut signals = Signals::new()?;
    Ok(async move {
        let patience = if signals.next().await { drain } else { Duration::ZERO };
        health.leave();
        if !patience.is_zero() {
            select(pin!(tokio::time::sleep(patience)), pin!(signals.next())).await;
        }
        if let Some(door) = door {
            door.shut();
            tokio::time::sleep(SETTLE).await;
        }
        // not awaited here: the caller waits for the server itself
        drop(handle.stop(true));
        signals.next().await;
        drop(handle.stop(false));
    })
}

#[cfg(unix)]
struct Signals {
    terminate: actix_rt::signal::unix::Signal,
    interrupt: actix_rt::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use actix_rt::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Whether the next signal asks to end in order.
    async fn next(&mut self) -> bool {
        matches!(select(pin!(self.terminate.recv()), pin!(self.interrupt.recv())).await, Either::Left(_))
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> bool {
        let _ = actix_rt::signal::ctrl_c().await;
        false
    }
}
