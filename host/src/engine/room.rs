//! What the machine has to give for calls side by side, checked before there are any: who runs out
//! of it in the middle fails calls that did nothing wrong.

use super::config::PoolSettings;
use crate::model::problem::{Code, Problem};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Mappings of memory that one call may take: its stack with a guard, its memory with what lies
/// before and behind, its tables. `sidepane-bench -- --waiting` counts them.
const MAPPINGS_A_CALL: u64 = 6;
/// And what the host has beside: libraries, threads, compiled plugins.
const MAPPINGS_BESIDE: u64 = 4_096;
/// Descriptors of one call: whoever asked, and the server that is asked.
const DESCRIPTORS_A_CALL: u64 = 2;
/// Listeners, storage, the plugins folder, compilations.
const DESCRIPTORS_BESIDE: u64 = 256;

/// Whether this machine gives the mappings that a full pool takes.
///
/// # Errors
/// `config.invalid` with how many calls it has room for, and how to make more.
pub(super) fn check_mappings(pool: &PoolSettings) -> Result<(), Problem> {
    let limit = std::fs::read_to_string("/proc/sys/vm/max_map_count");
    // Where there is no such file there is no such limit.
    match limit.ok().and_then(|text| text.trim().parse().ok()) {
        Some(limit) => mappings(pool.instances.into(), limit),
        None => Ok(()),
    }
}

/// Lets this process open as many files and connections as calls side by side may take.
///
/// # Errors
/// `config.invalid` when its hard limit is below that: with how many calls it has room for, and how
/// to make more.
pub fn provide_descriptors(calls: u32) -> Result<(), Problem> {
    let need = u64::from(calls) * DESCRIPTORS_A_CALL + DESCRIPTORS_BESIDE;
    let now = getrlimit(Resource::Nofile);
    // None is no limit.
    if now.current.is_none_or(|current| current >= need) {
        return Ok(());
    }
    let raised = Rlimit {
        current: Some(need),
        maximum: now.maximum,
    };
    let refused = now.maximum.is_some_and(|maximum| maximum < need);
    if refused || setrlimit(Resource::Nofile, raised).is_err() {
        return Err(descriptors(calls, need, now.maximum.unwrap_or_default()));
    }
    Ok(())
}

fn mappings(calls: u64, limit: u64) -> Result<(), Problem> {
    let need = calls * MAPPINGS_A_CALL + MAPPINGS_BESIDE;
    if need <= limit {
        return Ok(());
    }
    let room = limit.saturating_sub(MAPPINGS_BESIDE) / MAPPINGS_A_CALL;
    Err(Problem::new(
        Code::ConfigInvalid,
        format!(
            "{calls} calls at one time may take {need} mappings of memory, and this machine gives a \
             process {limit}. Set `calls` to {room} at most, or have the machine give more: sysctl \
             -w vm.max_map_count={need}."
        ),
    )
    .field("calls")
    .of_limit(need, limit)
    .hint(format!("calls = {room}")))
}

fn descriptors(calls: u32, need: u64, limit: u64) -> Problem {
    let room = limit.saturating_sub(DESCRIPTORS_BESIDE) / DESCRIPTORS_A_CALL;
    Problem::new(
        Code::ConfigInvalid,
        format!(
            "{calls} calls at one time may take {need} open files and connections, and this process \
             may have {limit}. Set `calls` to {room} at most, or raise the limit: LimitNOFILE={need} \
             in a systemd unit, `ulimit -Hn {need}` in a shell."
        ),
    )
    .field("calls")
    .of_limit(need, limit)
    .hint(format!("calls = {room}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_beyond_the_machines_mappings_is_told_what_fits() {
        assert!(mappings(1_000, 65_530).is_ok());
        let problem = mappings(20_000, 65_530).expect_err("too many");
        assert_eq!(problem.hint.as_deref(), Some("calls = 10239"));
        assert!(mappings(10_239, 65_530).is_ok());
        assert!(mappings(10_240, 65_530).is_err());
    }

    #[test]
    fn a_process_without_descriptors_is_told_what_fits() {
        let problem = descriptors(1_000, 2_256, 1_024);
        assert_eq!(problem.hint.as_deref(), Some("calls = 384"));
        assert_eq!((problem.used, problem.limit), (Some(2_256), Some(1_024)));
    }
}
