//! A server as a process of its own, and what the kernel says of it.

use crate::serve::Peer;
use anyhow::Context;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running server; it ends with this value.
#[derive(Debug)]
pub(crate) struct Server {
    /// Where it answers.
    pub(crate) address: SocketAddr,
    /// What else it said of itself: its admin address, its plugins folder.
    more: Vec<String>,
    child: Child,
}

impl Server {
    /// Starts this very program as a server and waits until it answers.
    pub(crate) fn start(peer: Peer, plugins: usize) -> anyhow::Result<Self> {
        Self::start_with(peer, plugins, &[])
    }

    /// The same, told more.
    pub(crate) fn start_with(peer: Peer, plugins: usize, more: &[&str]) -> anyhow::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["--serve", peer.name(), "--plugins", &plugins.to_string()])
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        let out = child.stdout.take().context("the server's output")?;
        BufReader::new(out).read_line(&mut line)?;
        let mut words = line.split_whitespace().map(str::to_owned);
        let address = words
            .next()
            .and_then(|word| word.parse().ok())
            .with_context(|| format!("no address in {line:?}"))?;
        Ok(Self {
            address,
            more: words.collect(),
            child,
        })
    }

    /// Where operators look, of a server that has such an address.
    pub(crate) fn admin(&self) -> Option<SocketAddr> {
        self.more.first()?.parse().ok()
    }

    /// Its plugins folder, of a server that has one.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.more.get(1).map(Path::new)
    }

    /// User and system time so far.
    pub(crate) fn processor_time(&self) -> anyhow::Result<Duration> {
        processor_time(self.child.id())
    }

    /// The most memory it had resident, in bytes.
    pub(crate) fn peak_memory(&self) -> anyhow::Result<u64> {
        self.status("VmHWM:")
    }

    /// The memory it has resident now, in bytes.
    pub(crate) fn memory(&self) -> anyhow::Result<u64> {
        self.status("VmRSS:")
    }

    /// The descriptors that it has open.
    pub(crate) fn descriptors(&self) -> anyhow::Result<usize> {
        Ok(std::fs::read_dir(format!("/proc/{}/fd", self.child.id()))?.count())
    }

    /// Its mappings of memory.
    pub(crate) fn mappings(&self) -> anyhow::Result<usize> {
        let maps = std::fs::read_to_string(format!("/proc/{}/maps", self.child.id()))?;
        Ok(maps.lines().count())
    }

    /// Its threads.
    pub(crate) fn threads(&self) -> anyhow::Result<usize> {
        Ok(std::fs::read_dir(format!("/proc/{}/task", self.child.id()))?.count())
    }

    fn status(&self, name: &str) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.context("memory in /proc")?;
        let kib = kib.trim().trim_end_matches(" kB").trim();
        Ok(kib.parse::<u64>()? << 10)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(folder) = self.folder() {
            // It lies in the system's folder for such, where leftovers end too.
            let _ = std::fs::remove_dir_all(folder);
        }
        // It may have ended already; either way it is waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// User and system time of a process so far.
pub(crate) fn processor_time(process: u32) -> anyhow::Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, rest) = stat.rsplit_once(") ").context("a name in /proc")?;
    let fields: Vec<&str> = rest.split(' ').collect();
    let ticks = |index: usize| -> anyhow::Result<u64> {
        Ok(fields.get(index).context("a field in /proc")?.parse()?)
    };
    // Clock ticks of a hundredth of a second on every Linux there is.
    Ok(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
}

/// The machine's part of a figure.
pub(crate) fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cpuinfo = read("/proc/cpuinfo");
    let model = cpuinfo
        .lines()
        .find_map(|line| line.strip_prefix("model name\t: "));
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    format!(
        "{} x {}, Linux {}, mimalloc in both, load {}",
        cores,
        model.unwrap_or("unknown processor"),
        read("/proc/sys/kernel/osrelease").trim(),
        read("/proc/loadavg").trim()
    )
}
