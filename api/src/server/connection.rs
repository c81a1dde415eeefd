//! A connection with an end. actix limits the time of the first head and of what follows a call of known length; a body in
//! chunks it reads on for ever, and a caller who does not read her answer, or who begins a second call and leaves it at that,
//! keeps her connection. Here a call has a quarter of a minute from its first byte to the last byte of its answer, whatever
//! its caller does; what is left of a call that was answered before its body was there has two seconds.

use std::cell::Cell;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_rt::net::{ActixStream, Ready, TcpStream};
use actix_web::HttpMessage as _;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::web::Bytes;
use futures_util::Stream;
use futures_util::future::LocalBoxFuture;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// How long a call may have its connection: ten seconds for its body, two and a half for its answer, the rest to read it.
const CALL: Duration = Duration::from_secs(14);

/// How long a connection stays after an answer that came before the whole body: so that the answer is read before the
/// connection breaks under what its caller still sends.
const LINGER: Duration = Duration::from_secs(2);

/// Where a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// No byte of the next call is there.
    Waiting,
    /// A call comes, or is at work.
    Busy,
    /// Its answer is on the way.
    Answered,
    /// Its answer is on the way, and it is the last.
    Ending,
}

/// What edge and connection know together of a connection's life.
#[derive(Debug)]
pub struct Life {
    stage: Cell<Stage>,
    /// When it ends; never, while it waits for a further call.
    until: Cell<Option<Instant>>,
}

impl Life {
    fn new() -> Self {
        Self { stage: Cell::new(Stage::Waiting), until: Cell::new(Some(Instant::now() + CALL)) }
    }

    /// The first byte of a call came.
    fn stirs(&self) {
        if self.stage.get() == Stage::Waiting {
            self.stage.set(Stage::Busy);
            if self.until.get().is_none() {
                self.until.set(Some(Instant::now() + CALL));
            }
        }
    }

    /// A call is taken in.
    fn begins(&self) {
        match self.stage.get() {
            Stage::Waiting => self.stirs(),
            // it was sent before the answer to the one before it was
            Stage::Answered => {
                self.stage.set(Stage::Busy);
                self.until.set(Some(Instant::now() + CALL));
            }
            Stage::Busy | Stage::Ending => {}
        }
    }

    fn answers(&self, is_last: bool) {
        if !is_last {
            self.stage.set(Stage::Answered);
            return;
        }
        self.stage.set(Stage::Ending);
        let soon = Instant::now() + LINGER;
        self.until.set(Some(self.until.get().map_or(soon, |until| until.min(soon))));
    }

    /// All that was written is with the system.
    fn flushed(&self) {
        if self.stage.get() == Stage::Answered {
            self.stage.set(Stage::Waiting);
            self.until.set(None);
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
    /// before it was there.
    pub fn answer(&self) -> bool {
        let is_last = self.whole.as_ref().is_some_and(|whole| !whole.get());
        if let Some(life) = &self.life {
            life.answers(is_last);
        }
        is_last
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

/// The socket of a caller.
pub struct Connection {
    io: TcpStream,
    /// What the edge is given of it.
    pub life: Rc<Life>,
    end: Pin<Box<Sleep>>,
    /// Until the server stops; `None` once it does.
    stopping: Option<LocalBoxFuture<'static, ()>>,
}

impl Connection {
    /// A connection that was taken in; `stopping` is when the server stops.
    pub fn new(io: TcpStream, stopping: impl Future<Output = ()> + 'static) -> Self {
        let life = Life::new();
        let end = Box::pin(sleep_until(life.until.get().unwrap_or_else(Instant::now)));
        Self { io, life: Rc::new(life), end, stopping: Some(Box::pin(stopping)) }
    }

    /// An error once its time is up; sees to it that whoever waits is woken then.
    fn check(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let Some(until) = self.life.until.get() else { return Ok(()) };
        if self.end.deadline() != until {
            self.end.as_mut().reset(until);
        }
        match self.end.as_mut().poll(cx) {
            Poll::Ready(()) => Err(io::ErrorKind::TimedOut.into()),
            Poll::Pending => Ok(()),
        }
    }

    fn is_stopping(&mut self, cx: &mut Context<'_>) -> bool {
        if self.stopping.as_mut().is_some_and(|stopping| stopping.as_mut().poll(cx).is_ready()) {
            self.stopping = None;
        }
        self.stopping.is_none()
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.io).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.life.stirs();
        }
        self.check(cx)?;
        // what has come is answered; a connection on which nothing came is closed when the server stops
        if read.is_pending() && self.life.stage.get() == Stage::Waiting && self.is_stopping(cx) {
            return Poll::Ready(Ok(()));
        }
        read
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.check(cx)?;
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.io).poll_flush(cx);
        if matches!(flushed, Poll::Ready(Ok(()))) {
            self.life.flushed();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

impl ActixStream for Connection {
    fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<Ready>> {
        ActixStream::poll_read_ready(&self.io, cx)
    }

    fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<Ready>> {
        ActixStream::poll_write_ready(&self.io, cx)
    }
}
