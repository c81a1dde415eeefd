//! Figures for the administrator, in the text form of Prometheus, on a port of their own. A label holds a template, a
//! status or a word of this room; never a value that came with a call. Every series stands at nought before anything happened:
//! an alarm on a figure that is not there yet never rings.

mod webhooks;
mod words;

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use naast_domain::code::Code as _;
use naast_domain::events::{DisablementReason, Next, SubscriptionState};
use naast_persistence::events::Backlog;

use prometheus::{
    Encoder as _, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry, TextEncoder,
};

use crate::contract::Contract;
use crate::limits;
use crate::platform::Platform;
use crate::problem::{CATALOGUE, Error};
use crate::routes;

pub use words::{Crowded, Deadline, Refusal, Repeated, Shed};

/// Bounds of the histograms, in seconds: fine where calls usually are, and one at the end that every answer keeps.
const SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0];

/// What follows an attempt to send a webhook, as a word.
const OUTCOMES: &[&str] = &["delivered", "again", "given-up", "gone"];

/// The methods that are counted by name: whatever else a caller invents is one.
const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// The figures of one server.
pub struct Metrics {
    registry: Registry,
    calls: IntCounterVec,
    seconds: HistogramVec,
    running: IntGauge,
    waits: HistogramVec,
    shed: IntCounterVec,
    limited: IntCounterVec,
    panics: IntCounter,
    repeated: IntCounterVec,
    inside: IntGaugeVec,
    connections: IntGaugeVec,
    draining: IntGauge,
    open: IntGauge,
    room: IntGauge,
    crowded: IntCounterVec,
    tombstones: IntGauge,
    problems: IntCounterVec,
    refused: IntCounterVec,
    deadlines: IntCounterVec,
    attempts: IntCounterVec,
    disabled: IntCounterVec,
    subscriptions: IntGaugeVec,
    failing: IntGauge,
    waiting: IntGauge,
    due: IntGauge,
    oldest: IntGauge,
    unread: IntGauge,
    without_coordinator: IntGauge,
    fresh: IntGauge,
    /// Whether somebody asks the database for the figures of webhooks.
    asking: AtomicBool,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// All at nought.
    pub fn new() -> Self {
        let registry = Registry::new();
        macro_rules! figure {
            ($kind:ident, $name:literal, $help:literal $(, $labels:expr)?) => {{
                let figure = $kind::with_opts(Opts::new($name, $help).into()$(, $labels)?);
                figure!(register figure)
            }};
            (vec $kind:ident, $options:expr, $labels:expr) => {{
                let figure = $kind::new($options, $labels);
                figure!(register figure)
            }};
            (register $figure:ident) => {{
                let figure = $figure.expect("a name and labels of letters");
                registry.register(Box::new(figure.clone())).expect("each name once");
                figure
            }};
        }
        let seconds = |name: &str, help: &str| HistogramOpts::new(name, help).buckets(SECONDS.to_vec());
        let metrics = Self {
            calls: figure!(vec IntCounterVec, Opts::new("naast_calls_total", "Calls that were answered."), &["method", "route", "status"]),
            seconds: figure!(vec HistogramVec, seconds("naast_call_seconds", "How long calls took."), &["method", "route"]),
            running: figure!(IntGauge, "naast_calls_running", "Calls that are being answered."),
            waits: figure!(vec HistogramVec, seconds("naast_queue_wait_seconds", "How long work waited for its turn."), &["queue"]),
            shed: figure!(vec IntCounterVec, Opts::new("naast_shed_total", "Calls sent away because the database was too busy."), &["queue", "reason"]),
            limited: figure!(vec IntCounterVec, Opts::new("naast_rate_limited_total", "Calls sent away because their caller made too many."), &["policy"]),
            panics: figure!(IntCounter, "naast_panics_total", "Panics that were caught."),
            repeated: figure!(vec IntCounterVec, Opts::new("naast_repeated_calls_total", "Calls with an Idempotency-Key that was used before."), &["outcome"]),
            inside: figure!(vec IntGaugeVec, Opts::new("naast_queue_calls", "Calls in the queue to the database, waiting or running."), &["queue"]),
            connections: figure!(vec IntGaugeVec, Opts::new("naast_database_connections", "Connections to the database; of the readers on SQLite."), &["state"]),
            draining: figure!(
                IntGauge,
                "naast_draining",
                "Whether the server was asked to stop and answers what is left."
            ),
            open: figure!(
                IntGauge,
                "naast_connections_open",
                "Connections of callers that are open, busy or not."
            ),
            room: figure!(IntGauge, "naast_connections_most", "Connections of callers that there may be."),
            crowded: figure!(vec IntCounterVec, Opts::new("naast_connections_crowded_total", "Connections for which there was no room, by what became of them."), &["outcome"]),
            tombstones: figure!(
                IntGauge,
                "naast_tombstones_waiting",
                "Tombstones of this server that could not be written outside the database yet."
            ),
            problems: figure!(vec IntCounterVec, Opts::new("naast_problems_total", "Answers that were a problem, by its code."), &["code"]),
            refused: figure!(vec IntCounterVec, Opts::new("naast_refused_total", "Calls refused at the edge, by what they were refused for."), &["reason"]),
            deadlines: figure!(vec IntCounterVec, Opts::new("naast_deadlines_total", "What callers left undone until its time was up."), &["of"]),
            attempts: figure!(vec IntCounterVec, Opts::new("naast_webhook_attempts_total", "Attempts of this server to send a webhook, by what follows."), &["outcome"]),
            disabled: figure!(vec IntCounterVec, Opts::new("naast_webhook_subscriptions_disabled_total", "Subscriptions that this server disabled."), &["reason"]),
            subscriptions: figure!(vec IntGaugeVec, Opts::new("naast_webhook_subscriptions", "Subscriptions, of all replicas together."), &["state"]),
            failing: figure!(
                IntGauge,
                "naast_webhook_subscriptions_failing",
                "Active subscriptions that did not take their last message, of all replicas together."
            ),
            waiting: figure!(
                IntGauge,
                "naast_webhook_deliveries_waiting",
                "Deliveries that are not settled, of all replicas together."
            ),
            due: figure!(
                IntGauge,
                "naast_webhook_deliveries_due",
                "Deliveries whose moment has come, of all replicas together."
            ),
            oldest: figure!(
                IntGauge,
                "naast_webhook_oldest_due_seconds",
                "For how long the oldest delivery is due, of those to receivers that took their last message."
            ),
            unread: figure!(
                IntGauge,
                "naast_webhook_journal_rows_unread",
                "Rows of the journal that active subscriptions were not planned for yet, summed over them."
            ),
            without_coordinator: figure!(
                IntGauge,
                "naast_programmes_without_coordinator",
                "Programmes in which something waits that none of their coordinators may handle, as of the last look."
            ),
            fresh: figure!(
                IntGauge,
                "naast_webhook_figures_fresh",
                "Whether the figures of all replicas together are of this moment."
            ),
            asking: AtomicBool::new(false),
            registry,
        };
        metrics.begin();
        metrics
    }

    /// Every series whose labels are known stands at nought.
    fn begin(&self) {
        let counters = |figure: &IntCounterVec, labels: &mut dyn Iterator<Item = &'static str>| {
            labels.for_each(|label| figure.with_label_values(&[label]).inc_by(0));
        };
        counters(&self.limited, &mut limits::POLICIES.iter().copied());
        counters(&self.repeated, &mut Repeated::ALL.iter().map(|one| one.code()));
        counters(&self.problems, &mut CATALOGUE.iter().map(|kind| kind.code));
        counters(&self.refused, &mut Refusal::ALL.iter().map(|one| one.code()));
        counters(&self.crowded, &mut Crowded::ALL.iter().map(|one| one.code()));
        counters(&self.deadlines, &mut Deadline::ALL.iter().map(|one| one.code()));
        counters(&self.attempts, &mut OUTCOMES.iter().copied());
        let by_others = [DisablementReason::Asked, DisablementReason::Restored];
        let by_the_server = DisablementReason::ALL.iter().filter(|one| !by_others.contains(one));
        counters(&self.disabled, &mut by_the_server.map(|one| one.code()));
        for state in SubscriptionState::ALL {
            self.subscriptions.with_label_values(&[state.code()]).set(0);
        }
    }

    /// A queue by this name is there.
    pub fn begin_queue(&self, queue: &str) {
        self.inside.with_label_values(&[queue]).set(0);
        self.waits.with_label_values(&[queue]);
        for why in Shed::ALL {
            self.shed.with_label_values(&[queue, why.code()]).inc_by(0);
        }
    }

    /// These are the calls that a server takes: each operation with every status that the contract names for it, what stands
    /// beside the contract, and what is no call at all.
    pub fn begin_calls(&self, contract: &Contract) {
        for (method, route, statuses) in contract.answers() {
            self.seconds.with_label_values(&[&method, &route]);
            for status in statuses {
                self.calls.with_label_values(&[&method, &route, &status]).inc_by(0);
            }
        }
        for route in routes::BESIDE {
            self.seconds.with_label_values(&["GET", route]);
            self.calls.with_label_values(&["GET", route, "200"]).inc_by(0);
        }
        self.calls.with_label_values(&["GET", "/health/ready", "503"]).inc_by(0);
        for (method, status) in
            [("other", "400"), ("other", "408"), ("other", "431"), ("other", "503"), ("GET", "404")]
        {
            self.seconds.with_label_values(&[method, "-"]);
            self.calls.with_label_values(&[method, "-", status]).inc_by(0);
        }
    }

    /// A call begins.
    pub fn call_begins(&self) {
        self.running.inc();
    }

    /// A call was answered.
    pub fn call_ends(&self, method: &str, route: &str, status: u16, took: Duration) {
        self.running.dec();
        // whatever a caller invents is one method
        let method = METHODS.iter().find(|known| **known == method).unwrap_or(&"other");
        self.calls.with_label_values(&[method, route, &status.to_string()]).inc();
        self.seconds.with_label_values(&[method, route]).observe(took.as_secs_f64());
    }

    /// Work had its turn after so long.
    pub fn waited(&self, queue: &str, wait: Duration) {
        self.waits.with_label_values(&[queue]).observe(wait.as_secs_f64());
    }

    /// A call was sent away because the database was too busy.
    pub fn shed(&self, queue: &str, why: Shed) {
        self.shed.with_label_values(&[queue, why.code()]).inc();
    }

    /// A call was sent away because of a policy of the limits.
    pub fn limited(&self, policy: &str) {
        self.limited.with_label_values(&[policy]).inc();
    }

    /// Something panicked and was caught.
    pub fn panicked(&self) {
        self.panics.inc();
    }

    /// A call was sent again.
    pub fn repeated(&self, outcome: Repeated) {
        self.repeated.with_label_values(&[outcome.code()]).inc();
    }

    /// A call ends with a problem; `encoded`: its body said that it is compressed.
    pub fn problem(&self, error: &Error, encoded: bool) {
        self.problems.with_label_values(&[error.code()]).inc();
        for reason in Refusal::of(error, encoded) {
            self.refused.with_label_values(&[reason.code()]).inc();
        }
        if let Some(passed) = Deadline::of(error) {
            self.deadline(passed);
        }
    }

    /// A caller left something undone until its time was up.
    pub fn deadline(&self, of: Deadline) {
        self.deadlines.with_label_values(&[of.code()]).inc();
    }

    /// A connection was taken in; it counts until what this gives is dropped.
    pub fn connected(&self) -> Open {
        self.open.inc();
        Open(self.open.clone())
    }

    /// So many connections of callers there may be.
    pub fn room_for_connections(&self, most: usize) {
        self.room.set(i64::try_from(most).unwrap_or(i64::MAX));
    }

    /// There was no room for a connection, and this became of one.
    pub fn crowded(&self, outcome: Crowded) {
        self.crowded.with_label_values(&[outcome.code()]).inc();
    }

    /// A webhook was tried.
    pub fn attempted(&self, next: Next) {
        let outcome = match next {
            Next::Delivered => "delivered",
            Next::Again { .. } => "again",
            Next::GivenUp => "given-up",
            Next::Gone => "gone",
        };
        self.attempts.with_label_values(&[outcome]).inc();
    }

    /// A subscription was disabled because of what its receiver did.
    pub fn disabled(&self, because: DisablementReason) {
        self.disabled.with_label_values(&[because.code()]).inc();
    }

    /// How many programmes need another coordinator.
    pub fn without_coordinator(&self, programmes: usize) {
        self.without_coordinator.set(i64::try_from(programmes).unwrap_or(i64::MAX));
    }

    /// What the database says of webhooks; those of before stay when it says nothing.
    fn behind(&self, found: Option<Backlog>, now: naast_domain::Moment) {
        self.fresh.set(found.is_some().into());
        let Some(found) = found else { return };
        self.subscriptions.with_label_values(&[SubscriptionState::Active.code()]).set(found.active);
        self.subscriptions.with_label_values(&[SubscriptionState::Disabled.code()]).set(found.disabled);
        self.failing.set(found.failing);
        self.waiting.set(found.waiting);
        self.due.set(found.due);
        self.oldest.set(found.oldest().map_or(0, |since| (now - since).num_seconds().max(0)));
        self.unread.set(found.unread);
    }

    /// All figures as text, with what is read from the platform at this moment.
    #[expect(clippy::missing_panics_doc, reason = "our own labels are UTF-8")]
    pub async fn text(&self, platform: &Platform) -> String {
        self.behind(webhooks::ask(platform).await, platform.clock.now());
        self.tombstones.set(i64::try_from(platform.outside.waiting()).unwrap_or(i64::MAX));
        self.draining.set(platform.health.is_leaving().into());
        for queue in platform.queues() {
            let inside = i64::try_from(queue.inside()).unwrap_or(i64::MAX);
            self.inside.with_label_values(&[queue.name()]).set(inside);
        }
        let connections = platform.store.connections();
        self.connections.with_label_values(&["used"]).set(i64::from(connections.used));
        self.connections.with_label_values(&["idle"]).set(i64::from(connections.idle));
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text).expect("memory takes it");
        String::from_utf8(text).expect("labels are UTF-8")
    }
}

/// A connection that is open.
#[derive(Debug)]
pub struct Open(IntGauge);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}
