//! What a server does by itself, again and again, while it serves: ask the independence rules, look whether a programme
//! needs a coordinator, erase what had its time, take exports away, write tombstones that could not be written.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_rt::task::JoinHandle;
use naast_domain::Date;
use tokio::time::{Instant, MissedTickBehavior, interval, interval_at, sleep_until};

use crate::clock::fresh_permille;
use crate::independence::{self, round::Resting};
use crate::platform::Platform;
use crate::privacy::round::{LEASE, round};

/// How often it is looked whether facts changed of which the rules are to be asked again for others.
const WORK_OFF_EVERY: Duration = Duration::from_millis(500);

/// How often it is tried to write tombstones that could not be written.
const OUTSIDE_EVERY: Duration = Duration::from_secs(1);

/// How often the independence rules are asked again for everything that runs, besides at each new day.
const REASSESS_EVERY: Duration = Duration::from_secs(6 * 3600);

/// How often it is looked whether a new day began.
const LOOK_AT_THE_DAY_EVERY: Duration = Duration::from_secs(60);

/// When a round that failed is tried again: what does not answer now may answer soon, and until then a match runs that should not.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// How often it is looked whether a programme needs another coordinator.
const COUNT_NEEDS_EVERY: Duration = Duration::from_secs(600);

/// How often what had its time is erased.
const RETAIN_EVERY: Duration = Duration::from_secs(24 * 3600);

/// When a round is done again that left something to the next: a parent who could not be told, a request that could not be ended.
const TELL_AGAIN_AFTER: Duration = Duration::from_secs(3600);

/// How often exports whose day is over are taken away.
const FORGET_EXPORTS_EVERY: Duration = Duration::from_secs(10 * 60);

/// Begins everything, the first rounds not before so long after the start.
///
/// A server that just started has its first calls to answer, with cold caches and a pool that still connects; and replicas
/// are started together, so without a spread all of them would go through all cases in the same second. Nothing is lost by
/// waiting: whatever a round finds was so before the start.
pub(super) fn begin(platform: &Platform, after: Duration) -> [JoinHandle<()>; 6] {
    [
        actix_rt::spawn(work_off(platform.clone())),
        actix_rt::spawn(keep_outside(platform.clone())),
        actix_rt::spawn(keep_independent(platform.clone(), spread(after))),
        actix_rt::spawn(look_for_coordinators(platform.clone(), spread(after))),
        actix_rt::spawn(keep_exports_short(platform.clone(), after + spread(after))),
        actix_rt::spawn(keep_terms(platform.clone(), 2 * after + spread(after))),
    ]
}

/// Writes tombstones that could not be written, as soon as they can be.
async fn keep_outside(platform: Platform) {
    let mut times = interval(OUTSIDE_EVERY);
    times.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        times.tick().await;
        if platform.outside.waiting() > 0 {
            let outside = std::sync::Arc::clone(&platform.outside);
            // a thread that panics leaves them to the next look
            let _ = actix_web::web::block(move || outside.again()).await;
        }
    }
}

/// A time between this one and twice as long, by chance.
fn spread(least: Duration) -> Duration {
    least + least * u32::try_from(fresh_permille()).unwrap_or_default() / 1000
}

/// Asks the independence rules again for others than whom a call or an import was about.
async fn work_off(platform: Platform) {
    let mut times = interval(WORK_OFF_EVERY);
    times.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let resting = Arc::new(Mutex::new(Resting::default()));
    loop {
        times.tick().await;
        let (platform, resting) = (platform.clone(), resting.clone());
        let working = move || {
            let mut resting = resting.lock().unwrap_or_else(PoisonError::into_inner);
            independence::round::work_off(&platform, &mut resting)
        };
        match actix_web::web::block(working).await {
            Ok(Ok(done)) if done.changes > 0 => {
                log::info!(buddies = done.buddies, changes = done.changes; "independence asked again");
            }
            Ok(Ok(_)) => {}
            Ok(Err(fault)) => log::error!("the independence rules could not be asked again: {fault}"),
            Err(_) => log::error!("the independence rules could not be asked again"),
        }
    }
}

/// Asks the independence rules again for as long as the server runs: facts change with the days, and with what other
/// programs write.
async fn keep_independent(platform: Platform, first: Duration) {
    let (mut next, mut last) = (Instant::now() + first, None);
    loop {
        sleep_until(next).await;
        let (today, now) = (platform.clock.today(), Instant::now());
        if !is_due(last, today, now) {
            next = now + LOOK_AT_THE_DAY_EVERY;
            continue;
        }
        let platform = platform.clone();
        let wait = match actix_web::web::block(move || independence::round::round(&platform)).await {
            Ok(Ok(done)) => {
                log::info!(buddies = done.buddies, changes = done.changes, left = done.left; "independence asked again");
                last = Some((today, now));
                LOOK_AT_THE_DAY_EVERY
            }
            Ok(Err(fault)) => {
                log::error!("the independence rules could not be asked again: {fault}");
                TRY_AGAIN_AFTER
            }
            Err(_) => {
                log::error!("the independence rules could not be asked again");
                TRY_AGAIN_AFTER
            }
        };
        next = Instant::now() + wait;
    }
}

/// Whether the rules are to be asked again for everything: on each new day, and when the last round that was done is long ago.
fn is_due(last: Option<(Date, Instant)>, today: Date, now: Instant) -> bool {
    last.is_none_or(|(day, at)| day != today || now.duration_since(at) >= REASSESS_EVERY)
}

/// Counts, for the figures, the programmes in which something waits that no coordinator may handle.
async fn look_for_coordinators(platform: Platform, first: Duration) {
    let mut times = interval_at(Instant::now() + first, COUNT_NEEDS_EVERY);
    times.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        times.tick().await;
        let looking = platform.clone();
        let counted = actix_web::web::block(move || independence::coordination::in_need(&looking));
        match counted.await {
            Ok(Ok(programmes)) => platform.metrics.without_coordinator(programmes),
            Ok(Err(fault)) => log::error!("programmes that need a coordinator could not be counted: {fault}"),
            Err(_) => log::error!("programmes that need a coordinator could not be counted"),
        }
    }
}

/// Erases every day what had its time, one replica at a time. Who finds that another leads, or was cut short, comes back after
/// the lease: the other may have been killed in the middle, and its rest is not to wait for a day.
async fn keep_terms(platform: Platform, first: Duration) {
    let mut next = Instant::now() + first;
    loop {
        sleep_until(next).await;
        let platform = platform.clone();
        let now = platform.clock.now();
        let lease = LEASE.to_std().unwrap_or_default();
        let soon = lease + spread(lease) / 10;
        let wait = match actix_web::web::block(move || round(&platform, now, false)).await {
            Ok(Ok(done)) if done.busy => soon,
            Ok(Ok(done)) => {
                log::info!(
                    erased = done.total(), held = done.held, told = done.told, asked_again = done.asked_again, ended = done.ended, untold = done.untold, failed = done.failed;
                    "what had its time is erased"
                );
                if done.untold + done.failed > 0 { TELL_AGAIN_AFTER } else { RETAIN_EVERY }
            }
            Ok(Err(fault)) => {
                log::error!("the round of retention was cut short: {fault}");
                soon
            }
            Err(_) => {
                log::error!("the round of retention was cut short");
                soon
            }
        };
        next = Instant::now() + wait;
    }
}

/// Takes exports away whose day is over: they are not to wait for the daily round.
async fn keep_exports_short(platform: Platform, first: Duration) {
    let mut times = interval_at(Instant::now() + first, FORGET_EXPORTS_EVERY);
    loop {
        times.tick().await;
        let platform = platform.clone();
        let gone = actix_web::web::block(move || crate::privacy::exports::forget_expired(&platform));
        if !matches!(gone.await, Ok(Ok(_))) {
            log::error!("exports whose day is over could not be taken away; they are tried again");
        }
    }
}
