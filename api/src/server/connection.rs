//! A connection with an end. actix limits the time of the first head and of what follows a call of known length; a body in
//! chunks it reads on for ever, and a caller who does not read her answer, or who begins a second call and leaves it at that,
//! keeps her connection. Here a call has a quarter of a minute from its first byte to the last byte of its answer, whatever
//! its caller does; what is left of a call that was answered before its body was there has two seconds. What the HTTP library
//! answers by itself, before there is a call, goes out as a problem.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use actix_rt::net::{ActixStream, Ready, TcpStream};
use actix_web::web::{Buf as _, Bytes};
use futures_util::future::LocalBoxFuture;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::crowd::Present;
use super::life::{Life, Stage};
use super::own_answers::{self, Heard, OwnAnswer};
use crate::cors::Origins;
use crate::metrics::{Deadline, Open};
use crate::platform::Platform;

/// The socket of a caller.
pub struct Connection {
    io: TcpStream,
    /// What the edge is given of it.
    pub life: Rc<Life>,
    end: Pin<Box<Sleep>>,
    /// Until the server stops; `None` once it does.
    stopping: Option<LocalBoxFuture<'static, ()>>,
    /// What goes out in the place of an answer of the library's own, once there is one.
    own: Option<Own>,
    /// What is known of the head that comes.
    heard: Heard,
    /// Whether its time was up and somebody counted that.
    ended: bool,
    platform: Platform,
    origins: Arc<Origins>,
    _counted: Open,
    _present: Present,
}

/// What goes out in the place of an answer of the library's own.
struct Own {
    bytes: Bytes,
    /// Whether it was written, and the caller knows that nothing follows.
    said: bool,
    /// The length of what it stands for.
    stands_for: usize,
}

impl Connection {
    /// A connection that was taken in; `stopping` is when the server stops, `origins` the pages that may read an answer.
    pub(super) fn new(
        io: TcpStream,
        (life, present): (Rc<Life>, Present),
        stopping: impl Future<Output = ()> + 'static,
        platform: Platform,
        origins: Arc<Origins>,
    ) -> Self {
        Self {
            io,
            end: Box::pin(sleep_until(life.until.get().unwrap_or_else(Instant::now))),
            life,
            stopping: Some(Box::pin(stopping)),
            own: None,
            heard: Heard::default(),
            ended: false,
            _counted: platform.metrics.connected(),
            _present: present,
            platform,
            origins,
        }
    }

    /// An error once its time is up; sees to it that whoever waits is woken then.
    fn check(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let Some(until) = self.life.until.get() else { return Ok(()) };
        if self.end.deadline() != until {
            self.end.as_mut().reset(until);
        }
        match self.end.as_mut().poll(cx) {
            Poll::Ready(()) => {
                self.count_end();
                Err(io::ErrorKind::TimedOut.into())
            }
            Poll::Pending => Ok(()),
        }
    }

    /// Counts that its time was up, once.
    fn count_end(&mut self) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        let of = match self.life.stage.get() {
            // who is told so is counted with what she is told
            Stage::Arriving => return,
            Stage::Waiting => Deadline::Head,
            Stage::Busy => Deadline::Call,
            Stage::Answered => Deadline::Answer,
            Stage::Ending => Deadline::Rest,
        };
        self.platform.metrics.deadline(of);
    }

    /// Ends a connection on which a head came and did not end: with an answer where the library gives none, which is
    /// from the second call on. Nothing else is on its way out, so the system takes it whole.
    fn refuse_slow_head(&self) {
        if self.life.stage.get() == Stage::Arriving {
            self.life.stage.set(Stage::Ending);
            let _ = self.io.try_write(&own_answers::compose(408, &self.life, &self.platform, &self.origins));
        }
    }

    /// Writes what stands in the place of the library's own answer, and then waits until the caller has read it: the library
    /// breaks the connection off as soon as it is written, under what the caller still sends.
    fn poll_own(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let Some(own) = &mut self.own else { return Poll::Ready(Ok(0)) };
        while !own.bytes.is_empty() {
            let written = ready!(Pin::new(&mut self.io).poll_write(cx, &own.bytes))?;
            if written == 0 {
                return Poll::Ready(Ok(0));
            }
            own.bytes.advance(written);
        }
        if !own.said {
            ready!(Pin::new(&mut self.io).poll_shutdown(cx))?;
            own.said = true;
        }
        let mut thrown_away = [0; 4096];
        loop {
            let mut buffer = ReadBuf::new(&mut thrown_away);
            ready!(Pin::new(&mut self.io).poll_read(cx, &mut buffer))?;
            if buffer.filled().is_empty() {
                return Poll::Ready(Ok(own.stands_for));
            }
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
            if self.life.stirs() {
                self.heard = Heard::default();
            }
            if self.life.stage.get() == Stage::Arriving {
                self.heard.hear(&buffer.filled()[before..]);
                self.life.tongue.set(self.heard.tongue.unwrap_or(self.life.tongue.get()));
                self.life.origin.replace(self.heard.origin().cloned());
            }
        }
        self.check(cx).inspect_err(|_| self.refuse_slow_head())?;
        // what has come is answered; a connection on which nothing came is closed when the server stops, or has no room for it
        if read.is_pending() {
            self.life.heeds(cx.waker());
            let waits = self.life.stage.get() == Stage::Waiting;
            if waits && (self.life.is_sent_away() || self.is_stopping(cx)) {
                return Poll::Ready(Ok(()));
            }
        }
        read
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.check(cx)?;
        if self.own.is_none() {
            let Some(own) = OwnAnswer::find(bytes) else {
                return Pin::new(&mut self.io).poll_write(cx, bytes);
            };
            if own.begins > 0 {
                return Pin::new(&mut self.io).poll_write(cx, &bytes[..own.begins]);
            }
            // after an answer that was the last, nothing may follow (RFC 9112, 9.6)
            let is_told = self.life.stage.get() == Stage::Ending || self.life.closes.get();
            let told = if is_told {
                Vec::new()
            } else {
                let status = if own.status == 400 && self.heard.is_too_long() { 431 } else { own.status };
                own_answers::compose(status, &self.life, &self.platform, &self.origins)
            };
            self.life.answers(true);
            self.own = Some(Own { bytes: told.into(), said: false, stands_for: bytes.len() });
            self.check(cx)?;
        }
        self.poll_own(cx)
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
