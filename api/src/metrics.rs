//! Figures for the administrator, in the text form of Prometheus, on a port of their own. A label holds a template, a
//! status or a word of this file; never a value that came with a call.

use std::time::Duration;

use prometheus::{
    Encoder as _, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry, TextEncoder,
};

use crate::platform::Platform;

/// Bounds of the histograms, in seconds: fine where calls usually are, and one at the end that every answer keeps.
const SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0];

/// Why a call was sent away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shed {
    /// The queue was full.
    Full,
    /// Its turn did not come in time.
    Waited,
    /// It had its turn and was not done in time.
    Slow,
    /// It was not known in time whether it was committed.
    Unsure,
}

impl Shed {
    fn code(self) -> &'static str {
        match self {
            Self::Full => "queue-full",
            Self::Waited => "waited-too-long",
            Self::Slow => "too-slow",
            Self::Unsure => "outcome-unknown",
        }
    }
}

/// What became of a call with an `Idempotency-Key` that was not simply done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeated {
    /// It got the answer of the first call.
    Replayed,
    /// The first call still ran.
    InUse,
    /// The key belonged to another call.
    Reused,
}

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
        Self {
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
            registry,
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
        let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
        let method = known.into_iter().find(|known| *known == method).unwrap_or("other");
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
        let outcome = match outcome {
            Repeated::Replayed => "replayed",
            Repeated::InUse => "in-use",
            Repeated::Reused => "reused",
        };
        self.repeated.with_label_values(&[outcome]).inc();
    }

    /// All figures as text, with what is read from the platform at this moment.
    #[expect(clippy::missing_panics_doc, reason = "our own labels are UTF-8")]
    pub fn text(&self, platform: &Platform) -> String {
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
