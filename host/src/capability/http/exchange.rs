//! One request and its answer over one connection.

use super::budget::{HttpBudget, too_large};
use super::phase::longest;
use super::transport::Received;
use crate::model::http::{HttpError, Phase};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::error::Error as _;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// The most header lines of an answer.
const MAX_HEADERS: usize = 100;

/// The most bytes of an answer's status line and headers.
const MAX_HEAD_BYTES: usize = 32 << 10;

/// The most bytes set aside for a body because its `content-length` says so.
const MAX_RESERVED_BYTES: usize = 64 << 10;

/// The most bytes read before the watch looks at them: a server that never pauses would otherwise
/// keep the connection, and with it a worker, busy for as long as it likes.
const MAX_UNWATCHED_BYTES: u64 = 16 << 10;

/// Sends `request` over `stream` and reads the whole answer. The connection is driven by this very
/// future: dropped at any point, it closes, and nothing runs on.
///
/// # Errors
/// `Timeout` in the phases send, wait and receive, `TooLarge`, or `Protocol`.
pub(super) async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin,
    request: http::Request<Option<Bytes>>,
    budget: &HttpBudget,
    deadline: Instant,
) -> Result<Received, HttpError> {
    let progress = Arc::new(Progress::default());
    let request = request.map(|bytes| OneBody {
        bytes: bytes.filter(|bytes| !bytes.is_empty()),
        progress: Arc::clone(&progress),
    });
    if request.body().is_end_stream() {
        progress.taken.store(true, Ordering::Relaxed);
    }
    let stream = Metered {
        stream,
        progress: Arc::clone(&progress),
    };
    let (mut sender, connection) = http1::Builder::new()
        .max_headers(MAX_HEADERS)
        .max_header_size(MAX_HEAD_BYTES)
        .max_buf_size(MAX_HEAD_BYTES)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| protocol(&error))?;
    let work = async {
        let response = sender.send_request(request).await;
        let (head, body) = response.map_err(|error| protocol(&error))?.into_parts();
        let body = collect(body, budget.response_limit()).await?;
        Ok(Received { head, body })
    };
    let watch = Watch::new(&progress, budget, deadline);
    drive(connection, watch, work).await
}

/// Polls the work, the connection that it needs, and the watch over both, in this order: work that
/// is done counts although its time has run out meanwhile.
async fn drive<T>(
    connection: impl Future<Output = hyper::Result<()>>,
    mut watch: Watch<'_>,
    work: impl Future<Output = Result<T, HttpError>>,
) -> Result<T, HttpError> {
    let mut connection = pin!(connection);
    let mut work = pin!(work);
    let mut open = true;
    poll_fn(|cx| {
        if let Poll::Ready(done) = work.as_mut().poll(cx) {
            return Poll::Ready(done);
        }
        if open && connection.as_mut().poll(cx).is_ready() {
            // What went wrong, if anything did, the work is told by its own end.
            open = false;
            if let Poll::Ready(done) = work.as_mut().poll(cx) {
                return Poll::Ready(done);
            }
        }
        watch.poll(cx).map(Err)
    })
    .await
}

async fn collect(mut body: Incoming, limit: u64) -> Result<Vec<u8>, HttpError> {
    let announced = body.size_hint().lower();
    if announced > limit {
        return Err(too_large(limit));
    }
    let reserved = usize::try_from(announced).map_or(0, |bytes| bytes.min(MAX_RESERVED_BYTES));
    let mut collected = Vec::with_capacity(reserved);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| protocol(&error))?;
        // Trailers are dropped: no contract has a place for them.
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if (collected.len() + data.len()) as u64 > limit {
            return Err(too_large(limit));
        }
        collected.extend_from_slice(&data);
    }
    Ok(collected)
}

fn protocol(error: &hyper::Error) -> HttpError {
    let broke_off = error.is_incomplete_message() || error.is_closed() || error.is_canceled();
    HttpError::Protocol(if error.is_parse_too_large() {
        format!("the answer's head has more than {MAX_HEADERS} lines or {MAX_HEAD_BYTES} bytes")
    } else if broke_off || io_kind(error).is_some() {
        "the server closed the connection before the answer was whole".to_owned()
    } else {
        error.to_string()
    })
}

/// What the connection said, where it is a broken connection that led to `error`.
fn io_kind(error: &hyper::Error) -> Option<io::ErrorKind> {
    let cause = error.source()?.downcast_ref::<io::Error>()?;
    // Malformed chunks come as errors of the connection, too.
    let malformed = [io::ErrorKind::InvalidData, io::ErrorKind::InvalidInput];
    Some(cause.kind()).filter(|kind| !malformed.contains(kind))
}

/// What has happened on the connection so far.
#[derive(Debug, Default)]
struct Progress {
    written: AtomicU64,
    read: AtomicU64,
    /// What was read since the watch looked.
    unwatched: AtomicU64,
    /// The whole body was handed to the connection.
    taken: AtomicBool,
    /// And the connection has handed it to the system.
    sent: AtomicBool,
}

/// Ends an exchange that stalls, runs out of time, or brings more bytes than the call may have.
struct Watch<'a> {
    progress: &'a Progress,
    budget: &'a HttpBudget,
    deadline: Instant,
    phase: Phase,
    moved: u64,
    paid: u64,
    timer: Pin<Box<Sleep>>,
}

impl<'a> Watch<'a> {
    fn new(progress: &'a Progress, budget: &'a HttpBudget, deadline: Instant) -> Self {
        Self {
            progress,
            budget,
            deadline,
            phase: Phase::Send,
            moved: 0,
            paid: 0,
            timer: Box::pin(sleep_until(end_of(Phase::Send, deadline))),
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<HttpError> {
        let read = self.progress.read.load(Ordering::Relaxed);
        self.progress.unwatched.store(0, Ordering::Relaxed);
        let arrived = read.saturating_sub(self.paid);
        self.paid = read;
        if let Err(error) = self.budget.pay_received(arrived) {
            return Poll::Ready(error);
        }
        let (phase, moved) = if read > 0 {
            (Phase::Receive, read)
        } else if self.progress.sent.load(Ordering::Relaxed) {
            (Phase::Wait, 0)
        } else {
            (Phase::Send, self.progress.written.load(Ordering::Relaxed))
        };
        if (phase, moved) != (self.phase, self.moved) {
            (self.phase, self.moved) = (phase, moved);
            self.timer.as_mut().reset(end_of(phase, self.deadline));
        }
        ready!(self.timer.as_mut().poll(cx));
        Poll::Ready(HttpError::Timeout(self.phase))
    }
}

fn end_of(phase: Phase, deadline: Instant) -> Instant {
    deadline.min(Instant::now() + longest(phase))
}

/// A body in one piece, which notes when the connection takes it.
struct OneBody {
    bytes: Option<Bytes>,
    progress: Arc<Progress>,
}

impl Body for OneBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let frame = self.bytes.take().map(|bytes| Ok(Frame::data(bytes)));
        self.progress.taken.store(true, Ordering::Relaxed);
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}

/// A connection that counts.
struct Metered<S> {
    stream: S,
    progress: Arc<Progress>,
}

impl<S> Metered<S> {
    fn wrote(&self, outcome: &Poll<io::Result<usize>>) {
        if let Poll::Ready(Ok(bytes)) = outcome {
            let bytes = *bytes as u64;
            self.progress.written.fetch_add(bytes, Ordering::Relaxed);
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.progress.unwatched.load(Ordering::Relaxed) >= MAX_UNWATCHED_BYTES {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(cx, buffer);
        let bytes = buffer.filled().len().saturating_sub(before) as u64;
        self.progress.read.fetch_add(bytes, Ordering::Relaxed);
        self.progress.unwatched.fetch_add(bytes, Ordering::Relaxed);
        outcome
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.wrote(&outcome);
        outcome
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.wrote(&outcome);
        outcome
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(cx);
        let progress = &self.progress;
        // The connection flushes its stream only when it holds nothing back itself.
        if matches!(outcome, Poll::Ready(Ok(())))
            && progress.taken.load(Ordering::Relaxed)
            && progress.written.load(Ordering::Relaxed) > 0
        {
            progress.sent.store(true, Ordering::Relaxed);
        }
        outcome
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
#[path = "exchange_tests.rs"]
mod tests;
