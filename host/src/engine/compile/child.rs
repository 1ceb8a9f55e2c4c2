//! The prisoner's side: a process that lowers its own limits, reads a component, writes native code
//! and ends. It opens no file and no socket, and has no environment.

use super::native::{self, Refusal, Why};
use super::pipe::{self, Limits, MARKER};
use rustix::process::{Resource, Rlimit, setrlimit};
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

/// The compiler's stack, eight times a usual one. It calls itself for what nests, and the scan lets
/// much nest.
const STACK: usize = 16 << 20;
/// How much the child gives way to whoever serves calls: on a busy machine it gets about a quarter of
/// a core.
const NICE: i32 = 5;

/// Whether this program begins with `compile_child`, and so can be its own child.
static CALLED: AtomicBool = AtomicBool::new(false);

/// Whether this program can be started again as a child.
pub(super) fn can_be_started() -> bool {
    CALLED.load(Ordering::Relaxed)
}

/// Lets this program be its own compiler: call it first thing in `main`.
///
/// A plugin of a few thousand bytes can keep a compiler busy for minutes, and nothing but the end of
/// a process ends that. So a host starts its own program again for each compilation, with limits of
/// time and memory, and kills it when they are used up. In that process this function compiles and
/// never returns; in every other one it returns at once. It goes before anything else, before
/// threads, files and listeners, since all of that would be done once more in the child.
///
/// A program that does not call it compiles in its own process, unless the host is told of another
/// program that does ([`Compile::Child`](crate::Compile::Child)).
pub fn compile_child() {
    CALLED.store(true, Ordering::Relaxed);
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_none_or(|first| first != MARKER) {
        return;
    }
    let Some(limits) = Limits::read(arguments) else {
        end("this command is for the host's own use", 2);
    };
    // Before anything is read: nothing that comes in may cost more than this.
    if let Err(error) = lower(limits).and_then(|()| leave_family()) {
        end(&format!("the limits cannot be set: {error}"), 2);
    }
    match work() {
        Ok(()) => std::process::exit(0),
        Err(error) => end(&error.to_string(), 1),
    }
}

fn end(why: &str, code: i32) -> ! {
    // Nobody else would hear of it.
    let _ = writeln!(io::stderr(), "{why}");
    std::process::exit(code)
}

fn lower(limits: Limits) -> io::Result<()> {
    let both = |limit: u64| Rlimit {
        current: Some(limit),
        maximum: Some(limit),
    };
    setrlimit(Resource::As, both(limits.address_space_bytes))?;
    // The first is a signal that says why, the second the end of who does not listen.
    let cpu = Rlimit {
        current: Some(limits.cpu_seconds),
        maximum: Some(limits.cpu_seconds + 1),
    };
    setrlimit(Resource::Cpu, cpu)?;
    setrlimit(Resource::Core, both(0))?;
    // No file may grow, and none beyond the three pipes may be opened.
    setrlimit(Resource::Fsize, both(0))?;
    close_the_parents_files()?;
    setrlimit(Resource::Nofile, both(3))?;
    rustix::process::nice(NICE)?;
    Ok(())
}

/// Dies with the parent, and leaves no image of its memory behind.
fn leave_family() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, Signal};
        // The thread that started this process waits for it, so that its end is the parent's.
        rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
        rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    }
    Ok(())
}

/// Rust's own files are closed in a child, but a program may have opened others.
#[expect(
    unsafe_code,
    reason = "descriptors that came with the process and belong to nothing in it can only be closed \
              by number"
)]
fn close_the_parents_files() -> io::Result<()> {
    let open: Vec<PathBuf> = std::fs::read_dir("/proc/self/fd")?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    for path in open {
        let number = path
            .file_name()
            .and_then(|name| name.to_str()?.parse().ok());
        // The folder's own was among them, and is closed already.
        if let Some(number @ 3..) = number
            && path.is_symlink()
        {
            // SAFETY: this is the first thing that the process does, so that nothing in it owns a
            // descriptor yet, and this one is open.
            unsafe { rustix::io::close(number) };
        }
    }
    Ok(())
}

fn work() -> io::Result<()> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    let compiling = move || {
        let engine = native::engine().map_err(|error| io::Error::other(format!("{error:#}")))?;
        io::Result::Ok(native::compile(&engine, &bytes))
    };
    let thread = std::thread::Builder::new().stack_size(STACK);
    let compiled = match thread.spawn(compiling) {
        // Its own words are on standard error already.
        Ok(thread) => thread
            .join()
            .map_err(|_| io::Error::other("the compiler failed"))??,
        // Its stack is the first thing that finds no room.
        Err(error) => Err(Refusal {
            why: Why::Memory,
            detail: error.to_string(),
        }),
    };
    let (kind, rest) = pipe::write(compiled);
    let mut out = io::stdout().lock();
    out.write_all(&[kind])?;
    out.write_all(&rest)?;
    out.flush()
}
