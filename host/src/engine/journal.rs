//! What a call writes: the contract's `log`, standard output and standard error, within one budget.

use crate::capability::calls::HostCalls;
use crate::capability::log::{Level, LogLine};
use crate::model::usage::Used;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

/// Bytes of one line; the rest is cut, and the cut is marked.
const LINE_BYTES: usize = 8 << 10;
/// Bytes of the end of standard error that go into a crash's error: QuickJS and Python explain a
/// wrong value only there.
const STDERR_TAIL: usize = 2 << 10;
/// What a stream takes at once.
const CHUNK: usize = 4 << 10;

/// One call's lines. Shared by the store and the streams that WASI hands out.
#[derive(Clone)]
pub(super) struct Journal(Arc<Mutex<Pages>>);

struct Pages {
    calls: Arc<dyn HostCalls>,
    limit: u64,
    used: u64,
    dropped: u64,
    out: Vec<u8>,
    err: Vec<u8>,
    err_tail: Vec<u8>,
}

/// Which of the two standard streams.
#[derive(Clone, Copy)]
pub(super) enum Which {
    /// Standard output: `info`.
    Out,
    /// Standard error: `warn`.
    Err,
}

impl Journal {
    pub(super) fn new(calls: Arc<dyn HostCalls>, limit: u64) -> Self {
        Self(Arc::new(Mutex::new(Pages {
            calls,
            limit,
            used: 0,
            dropped: 0,
            out: Vec::new(),
            err: Vec::new(),
            err_tail: Vec::new(),
        })))
    }

    /// Writes one line of the contract's `log`.
    pub(super) fn write(&self, level: Level, message: &str, fields: &[(String, String)]) {
        self.pages().line(level, message, fields);
    }

    /// One of the standard streams, for WASI.
    pub(super) fn stream(&self, which: Which) -> Stream {
        Stream {
            journal: self.clone(),
            which,
        }
    }

    /// Writes what stands in the streams without a line feed, and says how much was dropped.
    pub(super) fn finish(&self) -> Used {
        let mut pages = self.pages();
        for which in [Which::Out, Which::Err] {
            let rest = std::mem::take(pages.buffer(which));
            if !rest.is_empty() {
                pages.line(which.level(), &String::from_utf8_lossy(&rest), &[]);
            }
        }
        if pages.dropped > 0 {
            let fields = vec![
                ("dropped_bytes".into(), pages.dropped.to_string()),
                ("limit_bytes".into(), pages.limit.to_string()),
            ];
            let message = "log.truncated".into();
            pages.calls.log(LogLine {
                level: Level::Warn,
                message,
                fields,
            });
        }
        Used {
            used: pages.used.saturating_add(pages.dropped),
            limit: pages.limit,
        }
    }

    /// The end of what the call wrote to standard error.
    pub(super) fn stderr_tail(&self) -> String {
        let pages = self.pages();
        String::from_utf8_lossy(&pages.err_tail).trim().to_owned()
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages {
    fn line(&mut self, level: Level, message: &str, fields: &[(String, String)]) {
        let bytes = fields.iter().fold(message.len(), |sum, (name, value)| {
            sum + name.len() + value.len()
        });
        let left = usize::try_from(self.limit.saturating_sub(self.used)).unwrap_or(usize::MAX);
        let room = left.min(LINE_BYTES);
        if room == 0 {
            self.dropped = self.dropped.saturating_add(bytes as u64);
            return;
        }
        let (message, mut over) = cut(message, room);
        let mut room = room - message.len().min(room);
        let mut kept = Vec::with_capacity(fields.len().min(64));
        for (name, value) in fields {
            if name.len() > room || kept.len() == 64 {
                over += name.len() + value.len();
                continue;
            }
            room -= name.len();
            let (value, more) = cut(value, room);
            room -= value.len().min(room);
            over += more;
            kept.push((name.clone(), value.to_owned()));
        }
        self.used = self.used.saturating_add((bytes - over) as u64);
        self.dropped = self.dropped.saturating_add(over as u64);
        let mut message = message.to_owned();
        if over > 0 {
            message.push_str(&format!("… [{over} bytes cut]"));
        }
        self.calls.log(LogLine {
            level,
            message,
            fields: kept,
        });
    }

    fn stream(&mut self, which: Which, bytes: &[u8]) {
        if let Which::Err = which {
            self.err_tail.extend_from_slice(bytes);
            let over = self.err_tail.len().saturating_sub(STDERR_TAIL);
            self.err_tail.drain(..over);
        }
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let buffer = self.buffer(which);
            let room = LINE_BYTES.saturating_sub(buffer.len());
            buffer.extend_from_slice(piece.get(..room).unwrap_or(piece));
            let whole = piece.ends_with(b"\n") || buffer.len() >= LINE_BYTES;
            if whole {
                let line = std::mem::take(buffer);
                self.line(
                    which.level(),
                    String::from_utf8_lossy(&line).trim_end(),
                    &[],
                );
            }
        }
    }

    fn buffer(&mut self, which: Which) -> &mut Vec<u8> {
        match which {
            Which::Out => &mut self.out,
            Which::Err => &mut self.err,
        }
    }
}

impl Which {
    fn level(self) -> Level {
        match self {
            Which::Out => Level::Info,
            Which::Err => Level::Warn,
        }
    }
}

/// The part of `text` that fits into `room` bytes, and how many do not.
fn cut(text: &str, room: usize) -> (&str, usize) {
    let end = text.floor_char_boundary(room.min(text.len()));
    let kept = text.get(..end).unwrap_or_default();
    (kept, text.len() - kept.len())
}

/// A standard stream of one call. It never blocks and never fails: what is over the budget is
/// dropped and counted.
#[derive(Clone)]
pub(super) struct Stream {
    journal: Journal,
    which: Which,
}

impl StdoutStream for Stream {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        // Only WASI 0.3 asks for this one, and 0.3 is switched off.
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl IsTerminal for Stream {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl OutputStream for Stream {
    fn write(&mut self, bytes: bytes::Bytes) -> StreamResult<()> {
        self.journal.pages().stream(self.which, &bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(CHUNK)
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Stream {
    async fn ready(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capability::calls::Waiting;
    use crate::capability::store::{NoStore, StoreCalls};
    use crate::model::http::{HttpError, Request, Response};
    use crate::model::store::StoreError;
    use std::time::Duration;

    #[derive(Default)]
    struct Kept(Mutex<Vec<LogLine>>);

    impl HostCalls for Kept {
        fn wall_clock(&self) -> Duration {
            Duration::ZERO
        }
        fn monotonic_clock(&self) -> Duration {
            Duration::ZERO
        }
        fn random(&self, _into: &mut [u8]) {}
        fn sleep(&self, _until: Option<tokio::time::Instant>) -> Waiting<'_, ()> {
            Box::pin(std::future::ready(()))
        }
        fn setting(&self, _name: &str) -> Option<String> {
            None
        }
        fn settings(&self) -> Vec<(String, String)> {
            Vec::new()
        }
        fn log(&self, line: LogLine) {
            self.0.lock().expect("no panic").push(line);
        }
        fn send(&self, _: Vec<Request>) -> Waiting<'_, Vec<Result<Response, HttpError>>> {
            Box::pin(std::future::ready(Vec::new()))
        }
        fn http_failure(&self) -> Option<HttpError> {
            None
        }
        fn store(&self) -> &dyn StoreCalls {
            &NoStore(StoreError::Unsupported)
        }
        fn http_requests(&self) -> Used {
            Used::default()
        }
        fn http_bytes(&self) -> Used {
            Used::default()
        }
    }

    fn journal(limit: u64) -> (Journal, Arc<Kept>) {
        let kept = Arc::<Kept>::default();
        (Journal::new(Arc::clone(&kept) as _, limit), kept)
    }

    fn messages(kept: &Kept) -> Vec<String> {
        let lines = kept.0.lock().expect("no panic");
        lines.iter().map(|line| line.message.clone()).collect()
    }

    #[test]
    fn a_stream_becomes_lines_and_its_rest_a_last_one() {
        let (journal, kept) = journal(1_000);
        let mut out = journal.stream(Which::Out);
        for piece in ["one\ntw", "o\nthree"] {
            out.write(bytes::Bytes::from_static(piece.as_bytes()))
                .expect("a stream never fails");
        }
        journal.finish();
        assert_eq!(messages(&kept), ["one", "two", "three"]);
    }

    #[test]
    fn what_is_over_the_budget_is_dropped_and_counted() {
        let (journal, kept) = journal(10);
        journal.write(Level::Info, "123456", &[]);
        journal.write(Level::Info, "123456", &[]);
        journal.write(Level::Info, "1", &[]);
        let used = journal.finish();
        assert_eq!((used.used, used.limit), (13, 10));
        assert_eq!(
            messages(&kept),
            ["123456", "1234… [2 bytes cut]", "log.truncated"]
        );
    }

    #[test]
    fn a_long_line_is_cut_between_characters() {
        let (journal, kept) = journal(1 << 20);
        journal.write(Level::Info, &"ä".repeat(5_000), &[]);
        assert!(messages(&kept)[0].ends_with("… [1808 bytes cut]"));
    }

    #[test]
    fn the_end_of_standard_error_is_kept_for_the_crash() {
        let (journal, _) = journal(0);
        let mut err = journal.stream(Which::Err);
        err.write(bytes::Bytes::from("x".repeat(10_000)))
            .expect("a stream never fails");
        err.write(bytes::Bytes::from_static(b"panicked\n"))
            .expect("a stream never fails");
        assert!(journal.stderr_tail().ends_with("xpanicked"));
        assert!(journal.stderr_tail().len() <= STDERR_TAIL);
    }
}
