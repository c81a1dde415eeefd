//! How long a connection may live, and what is known of the call on it: shared by the edge, which sees calls, and the
//! connection, which sees bytes.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use actix_http::ConnectionType;
use actix_web::HttpMessage as _;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Bytes;
use futures_util::Stream;
use naast_domain::text::Tongue;
use tokio::time::Instant;

use crate::accept;
use crate::cors::single;

/// How long a call may have its connection: ten seconds for its body, two and a half for its answer, the rest to read it.
const CALL: Duration = Duration::from_secs(14);

/// How long a connection stays after an answer that came before the whole body: so that the answer is read before the
/// connection breaks under what its caller still sends.
const LINGER: Duration = Duration::from_secs(2);

/// Where a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// No byte of the next call is there.
    Waiting,
    /// The head of a call comes.
    Arriving,
    /// A call is at work.
    Busy,
    /// Its answer is on the way.
    Answered,
    /// Its answer is on the way, and it is the last.
    Ending,
}

/// What edge and connection know together of a connection's life.
#[derive(Debug)]
pub struct Life {
    pub(super) stage: Cell<Stage>,
    /// When it ends; never, while it waits for a further call.
    pub(super) until: Cell<Option<Instant>>,
    /// Since when it waits, or its head comes.
    pub(super) since: Cell<Instant>,
    /// Whether it is to make room for another.
    sent_away: Cell<bool>,
    /// Who is to hear that.
    waker: RefCell<Option<Waker>>,
    /// The language of the call that comes, or of the last one.
    pub(super) tongue: Cell<Tongue>,
    /// The page that calls, as far as the call that comes, or the last one, says so.
    pub(super) origin: RefCell<Option<HeaderValue>>,
    /// Whether the caller said that she closes it after her call.
    pub(super) closes: Cell<bool>,
}

impl Life {
    pub(super) fn new() -> Self {
        Self {
            stage: Cell::new(Stage::Waiting),
            until: Cell::new(Some(Instant::now() + CALL)),
            since: Cell::new(Instant::now()),
            sent_away: Cell::new(false),
            waker: RefCell::default(),
            tongue: Cell::new(Tongue::default()),
            origin: RefCell::default(),
            closes: Cell::new(false),
        }
    }

    /// Bytes came: gives back whether they are the first of a call.
    pub(super) fn stirs(&self) -> bool {
        if self.stage.get() != Stage::Waiting {
            return false;
        }
        self.stage.set(Stage::Arriving);
        self.since.set(Instant::now());
        if self.until.get().is_none() {
            self.until.set(Some(Instant::now() + CALL));
        }
        true
    }

    /// A call is taken in.
    fn begins(&self) {
        match self.stage.get() {
            Stage::Waiting | Stage::Arriving => {
                self.stirs();
                self.stage.set(Stage::Busy);
            }
            // it was sent before the answer to the one before it was
            Stage::Answered => {
                self.stage.set(Stage::Busy);
                self.until.set(Some(Instant::now() + CALL));
            }
            Stage::Busy | Stage::Ending => {}
        }
    }

    pub(super) fn answers(&self, is_last: bool) {
        if !is_last {
            self.stage.set(Stage::Answered);
            return;
        }
        self.stage.set(Stage::Ending);
        let soon = Instant::now() + LINGER;
        self.until.set(Some(self.until.get().map_or(soon, |until| until.min(soon))));
    }

    /// All that was written is with the system.
    pub(super) fn flushed(&self) {
        if self.stage.get() == Stage::Answered {
            self.stage.set(Stage::Waiting);
            self.since.set(Instant::now());
            self.until.set(None);
        }
    }

    /// Its place is needed: it is closed when nothing comes on it, and a head that dawdles has had its time.
    pub(super) fn send_away(&self) {
        self.sent_away.set(true);
        if self.stage.get() == Stage::Arriving {
            self.until.set(Some(Instant::now()));
        }
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    pub(super) fn is_sent_away(&self) -> bool {
        self.sent_away.get()
    }

    /// Who is woken when it is sent away.
    pub(super) fn heeds(&self, waker: &Waker) {
        let mut kept = self.waker.borrow_mut();
        if !kept.as_ref().is_some_and(|kept| kept.will_wake(waker)) {
            *kept = Some(waker.clone());
        }
    }
}

/// A call on its connection, as the edge sees it.
#[derive(Debug, Default)]
pub struct OnConnection {
    life: Option<Rc<Life>>,
    /// Whether its body was read to the end; `None` when it has none.
    whole: Option<Rc<Cell<bool>>>,
}

impl OnConnection {
    /// A call begins; whether its body is read is watched from here on.
    pub fn begin(request: &mut ServiceRequest) -> Self {
        let life = request.conn_data::<Rc<Life>>().map(Rc::clone);
        if let Some(life) = &life {
            life.begins();
            life.tongue.set(accept::tongue(request.headers()));
            life.origin.replace(single(request.headers(), &header::ORIGIN).cloned());
            life.closes.set(request.head().connection_type() == ConnectionType::Close);
        }
        let body = request.take_payload();
        if matches!(body, Payload::None) {
            return Self { life, whole: None };
        }
        let whole = Rc::new(Cell::new(false));
        let watched = Watched { body, whole: Rc::clone(&whole) };
        request.set_payload(Payload::Stream { payload: Box::pin(watched) });
        Self { life, whole: Some(whole) }
    }

    /// Its answer goes out. Gives back whether the connection ends with it: nobody reads the rest of a body that was answered
    /// before it was there, and one whose place is needed by another has had its last call.
    pub fn answer(&self) -> bool {
        let is_last = self.whole.as_ref().is_some_and(|whole| !whole.get());
        let Some(life) = &self.life else { return is_last };
        life.answers(is_last);
        is_last || life.is_sent_away()
    }
}

/// A body of which is known whether it was read to its end.
struct Watched {
    body: Payload,
    whole: Rc<Cell<bool>>,
}

impl Stream for Watched {
    type Item = Result<Bytes, actix_web::error::PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = Pin::new(&mut self.body).poll_next(cx);
        if matches!(next, Poll::Ready(None)) {
            self.whole.set(true);
        }
        next
    }
}
