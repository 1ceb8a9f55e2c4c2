//! The warden's side: starts a child, feeds it, listens to it, and ends it when its time is up.
//!
//! One thread does all of it, and that thread waits until the child is gone: the child dies with the
//! thread that started it.

use super::lost;
use super::native::Refusal;
use super::pipe::{self, Limits, MARKER};
use crate::model::problem::{Code, Problem};
use crate::policy::compile::CompileBudget;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::ioctl_fionbio;
use std::io::{self, ErrorKind, PipeReader, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Of what a child writes to standard error, what is kept.
const SAID: usize = 4 << 10;
/// The largest answer; those of the largest honest guests have 43 MB.
const ANSWER: usize = 512 << 20;
/// All of a child's environment. The command's allocator takes a GiB of address space in advance
/// unless it is told not to, and that would be most of the budget; others do not look at it.
const MODEST: (&str, &str) = ("MIMALLOC_ARENA_RESERVE", "64MiB");
/// A signal of the kernel's to who has used its processor time.
const SIGXCPU: i32 = 24;
/// The end of who did not listen to that, and of who the kernel has no memory for.
const SIGKILL: i32 = 9;

/// What compiles, and within what.
#[derive(Clone, Debug)]
pub(super) struct Prison {
    pub(super) program: PathBuf,
    pub(super) budget: CompileBudget,
}

impl Prison {
    /// Compiles `bytes` in a child. It is ended early when the other end of `wanted` is closed.
    ///
    /// # Errors
    /// `load.compile_timeout`, `load.compile_memory`, `load.compile_failed`, and what the compiler
    /// itself refuses.
    pub(super) fn compile(&self, bytes: &[u8], wanted: &PipeReader) -> Result<Vec<u8>, Problem> {
        let begun = Instant::now();
        let deadline = begun + self.budget.wall;
        let mut inmate = self.start().map_err(|error| lost(&error))?;
        let listened = Pipes::of(&mut inmate.0, bytes)
            .and_then(|pipes| pipes.listen(deadline, wanted))
            .map_err(|error| lost(&error))?;
        let (answer, said) = match listened {
            Listened::Out { answer, said } => (answer, said),
            Listened::Endless => return Err(failed("the child's answer does not end")),
            Listened::Late => return Err(self.late(begun.elapsed())),
            Listened::Unwanted => return Err(unwanted()),
        };
        let Some(status) = inmate.left(deadline).map_err(|error| lost(&error))? else {
            return Err(self.late(begun.elapsed()));
        };
        if !status.success() {
            return Err(self.died(status, &said));
        }
        match pipe::read(answer) {
            Some(answer) => answer.map_err(|refusal| self.refused(refusal)),
            None => Err(failed("the child gave no answer")),
        }
    }

    fn start(&self) -> io::Result<Inmate> {
        Command::new(&self.program)
            .arg0(MARKER)
            .arg(MARKER)
            .args(Limits::of(&self.budget).arguments())
            .env_clear()
            .env(MODEST.0, MODEST.1)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map(Inmate)
    }

    /// What the way says in which a child ended.
    fn died(&self, status: ExitStatus, said: &str) -> Problem {
        let said = format!("the child ended with {status}: {}", said.trim());
        match status.signal() {
            Some(SIGXCPU) => self.used_up(&said),
            Some(SIGKILL) => self.too_large(&said),
            // The allocator's last words.
            _ if said.contains("memory allocation of") => self.too_large(&said),
            _ => failed(&said),
        }
    }

    fn refused(&self, refusal: Refusal) -> Problem {
        let problem = Problem::from(refusal);
        match problem.code {
            Code::LoadCompileMemory => self.too_large(&problem.detail),
            _ => problem,
        }
    }

    fn used_up(&self, said: &str) -> Problem {
        let limit = milliseconds(self.budget.cpu);
        Problem::new(
            Code::LoadCompileTimeout,
            format!(
                "The component takes more than {} s of processor time to compile; split its large \
                 functions, or raise `cpu_s`.",
                self.budget.cpu.as_secs()
            ),
        )
        .field("cpu_s")
        .of_limit(limit, limit)
        .hint(hint("cpu_s", self.budget.cpu.as_secs()))
        .detail(said)
    }

    fn late(&self, took: Duration) -> Problem {
        Problem::new(
            Code::LoadCompileTimeout,
            format!(
                "The component takes more than {} s to compile; split its large functions, or raise \
                 `wall_s`.",
                self.budget.wall.as_secs()
            ),
        )
        .field("wall_s")
        .of_limit(milliseconds(took), milliseconds(self.budget.wall))
        .hint(hint("wall_s", self.budget.wall.as_secs()))
    }

    fn too_large(&self, said: &str) -> Problem {
        let limit = self.budget.address_space_bytes;
        Problem::new(
            Code::LoadCompileMemory,
            format!(
                "The component takes more than {} MiB to compile; split its large functions, or \
                 raise `address_space_mib`.",
                limit >> 20
            ),
        )
        .field("address_space_mib")
        .of_limit(limit, limit)
        .hint(hint("address_space_mib", limit >> 20))
        .detail(said)
    }
}

/// What to write so that it gets twice as much.
fn hint(key: &str, now: u64) -> String {
    format!("[compile]\n{key} = {}", now.saturating_mul(2))
}

fn milliseconds(time: Duration) -> u64 {
    time.as_millis().try_into().unwrap_or(u64::MAX)
}

fn failed(detail: &str) -> Problem {
    Problem::new(
        Code::LoadCompileFailed,
        "The compiler failed on this plugin; please report it.",
    )
    .detail(detail)
}

fn unwanted() -> Problem {
    Problem::new(
        Code::LoadCompileFailed,
        "The compilation was given up: nobody waits for it any more.",
    )
}

/// A child that does not outlive its owner.
struct Inmate(Child);

impl Inmate {
    /// Waits for the end of a child that has said all there is to say; none when it has not ended by
    /// the deadline.
    fn left(&mut self, deadline: Instant) -> io::Result<Option<ExitStatus>> {
        loop {
            let status = self.0.try_wait()?;
            if status.is_some() || Instant::now() >= deadline {
                return Ok(status);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Inmate {
    fn drop(&mut self) {
        // One that has ended is neither killed nor waited for again.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// How listening to a child ended.
enum Listened {
    /// It closed its ends.
    Out { answer: Vec<u8>, said: String },
    /// It says more than anybody should.
    Endless,
    /// It had not by the deadline.
    Late,
    /// Whoever wanted the answer went away.
    Unwanted,
}

/// The parent's ends, and what went through them.
struct Pipes<'b> {
    left: &'b [u8],
    stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    answer: Vec<u8>,
    said: Vec<u8>,
}

impl<'b> Pipes<'b> {
    fn of(child: &mut Child, bytes: &'b [u8]) -> io::Result<Self> {
        let pipes = Self {
            left: bytes,
            stdin: child.stdin.take(),
            stdout: child.stdout.take(),
            stderr: child.stderr.take(),
            answer: Vec::new(),
            said: Vec::new(),
        };
        if let (Some(stdin), Some(stdout), Some(stderr)) =
            (&pipes.stdin, &pipes.stdout, &pipes.stderr)
        {
            ioctl_fionbio(stdin, true)?;
            ioctl_fionbio(stdout, true)?;
            ioctl_fionbio(stderr, true)?;
        }
        Ok(pipes)
    }

    /// Feeds and listens until the child has closed its ends.
    fn listen(mut self, deadline: Instant, wanted: &PipeReader) -> io::Result<Listened> {
        while self.stdout.is_some() || self.stderr.is_some() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(Listened::Late);
            }
            if self.wait(left, wanted)? {
                return Ok(Listened::Unwanted);
            }
            self.feed()?;
            if take(&mut self.stdout, &mut self.answer, ANSWER)? {
                self.stdout = None;
            }
            if self.answer.len() == ANSWER {
                return Ok(Listened::Endless);
            }
            if take(&mut self.stderr, &mut self.said, SAID)? {
                self.stderr = None;
            }
        }
        Ok(Listened::Out {
            answer: self.answer,
            said: String::from_utf8_lossy(&self.said).into_owned(),
        })
    }

    /// Waits until something can be done; tells whether nobody wants it any more.
    fn wait(&self, left: Duration, wanted: &PipeReader) -> io::Result<bool> {
        // Nothing is ever written there: it becomes readable by being closed.
        let mut ends = vec![PollFd::new(wanted, PollFlags::IN)];
        ends.extend(
            self.stdin
                .as_ref()
                .map(|end| PollFd::new(end, PollFlags::OUT)),
        );
        ends.extend(
            self.stdout
                .as_ref()
                .map(|end| PollFd::new(end, PollFlags::IN)),
        );
        ends.extend(
            self.stderr
                .as_ref()
                .map(|end| PollFd::new(end, PollFlags::IN)),
        );
        let left = Timespec::try_from(left).map_err(io::Error::other)?;
        match poll(&mut ends, Some(&left)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(ends
            .first()
            .is_some_and(|wanted| !wanted.revents().is_empty()))
    }

    /// Writes as much as goes in; closes the end when all is in, or when nobody reads it.
    fn feed(&mut self) -> io::Result<()> {
        while let Some(stdin) = &mut self.stdin {
            match stdin.write(self.left) {
                Ok(written) => self.left = self.left.get(written..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                // Why it reads no more, its end will tell.
                Err(error) if error.kind() == ErrorKind::BrokenPipe => self.left = &[],
                Err(error) => return Err(error),
            }
            if self.left.is_empty() {
                self.stdin = None;
            }
        }
        Ok(())
    }
}

/// Reads as much as there is, and keeps `most` of it; tells whether the end is closed.
fn take(end: &mut Option<impl Read>, into: &mut Vec<u8>, most: usize) -> io::Result<bool> {
    let mut piece = [0; 64 << 10];
    while let Some(end) = end {
        match end.read(&mut piece) {
            Ok(0) => return Ok(true),
            Ok(count) => {
                let room = count.min(most.saturating_sub(into.len()));
                into.extend(piece.get(..room).unwrap_or_default());
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}
