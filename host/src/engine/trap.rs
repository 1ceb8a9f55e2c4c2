//! How a call ended, from wasmtime's error to a problem with a code.

use super::link::WasiDenied;
use super::state::{HostCallQuota, State, TABLE_CAPACITY};
use crate::model::problem::{Code, Problem};
use crate::policy::limits::Limits;
use wasmtime::component::ResourceTableError;
use wasmtime::{PoolConcurrencyLimitError, Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;

/// The longest text of a guest's own that goes into a problem.
const TEXT_BYTES: usize = 4 << 10;

/// Which part of a call failed; it decides which of two fuels ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Making the instance.
    SetUp,
    /// The call itself.
    Call,
}

/// Names the limit that was hit, or what went wrong.
pub(super) fn problem(
    error: &wasmtime::Error,
    stage: Stage,
    state: &State,
    limits: &Limits,
) -> Problem {
    let problem = by_type(error, stage, state, limits).unwrap_or_else(|| by_text(error, limits));
    let stderr = state.journal.stderr_tail();
    match (problem.detail.is_empty(), stderr.is_empty()) {
        (_, true) => problem,
        (true, false) => problem.detail(bounded(&stderr)),
        (false, false) => {
            let detail = format!("{}; stderr: {}", problem.detail, bounded(&stderr));
            problem.detail(detail)
        }
    }
}

fn by_type(
    error: &wasmtime::Error,
    stage: Stage,
    state: &State,
    limits: &Limits,
) -> Option<Problem> {
    if let Some(quota) = error
        .downcast_ref::<HostCallQuota>()
        .map(|quota| quota.limit)
        .or_else(|| state.over_quota().map(|quota| quota.limit))
    {
        return Some(host_calls(state.host_calls(), quota));
    }
    if let Some(denied) = error.downcast_ref::<WasiDenied>() {
        return Some(
            Problem::new(
                Code::CallWasiDenied,
                "The plugin used a part of WASI that plugins do not have.",
            )
            .field(denied.function.as_str()),
        );
    }
    if let Some(I32Exit(status)) = error.downcast_ref::<I32Exit>() {
        return Some(
            Problem::new(
                Code::CallExit,
                "The plugin ended itself instead of answering.",
            )
            .detail(format!("exit status {status}")),
        );
    }
    if error.downcast_ref::<PoolConcurrencyLimitError>().is_some() {
        let mut problem = Problem::new(Code::CallBusy, "All places for plugins are taken.");
        problem.retryable = true;
        return Some(problem.detail(format!("{error:#}")));
    }
    if let Some(wanted) = state.meter.refused() {
        return Some(
            Problem::new(
                Code::CallMemoryLimit,
                "The plugin wanted more memory than it may have.",
            )
            .of_limit(wanted, limits.memory_bytes),
        );
    }
    if let Some(ResourceTableError::Full) = error.downcast_ref() {
        return Some(handle_limit(TABLE_CAPACITY as u64));
    }
    error
        .downcast_ref::<Trap>()
        .map(|trap| by_trap(*trap, stage, limits))
}

fn by_trap(trap: Trap, stage: Stage, limits: &Limits) -> Problem {
    match trap {
        Trap::OutOfFuel => {
            let (what, limit) = match stage {
                Stage::SetUp => (
                    "The plugin's start used all the fuel of set-up.",
                    limits.setup_fuel,
                ),
                Stage::Call => ("The plugin computed for longer than it may.", limits.fuel),
            };
            Problem::new(Code::CallFuelExhausted, what).of_limit(limit, limit)
        }
        Trap::Interrupt => deadline(limits),
        Trap::StackOverflow => {
            Problem::new(Code::CallStackOverflow, "The plugin recursed too deep.")
        }
        Trap::AllocationTooLarge => Problem::new(
            Code::CallMemoryLimit,
            "The plugin wanted more memory than there is.",
        ),
        trap => Problem::new(Code::CallTrap, "The plugin crashed.").detail(trap.to_string()),
    }
}

/// Errors of the component ABI have no type of their own: wasmtime's texts tell them apart. A test
/// runs a guest for each, so that a changed text is noticed.
fn by_text(error: &wasmtime::Error, limits: &Limits) -> Problem {
    let text = &told(error);
    if text.contains("fuel allocated for hostcalls has been exhausted") {
        return Problem::new(
            Code::OutputTooLarge,
            "The plugin passed more bytes to the host at once than it may.",
        )
        .of_limit(limits.hostcall_bytes, limits.hostcall_bytes)
        .detail(bounded(text));
    }
    if text.contains("handle limit exceeded") {
        return handle_limit(limits.handles.into()).detail(bounded(text));
    }
    if ["utf-8", "UTF-8", "utf-16", "unpaired surrogate"]
        .iter()
        .any(|encoding| text.contains(encoding))
    {
        return Problem::new(
            Code::OutputInvalidUtf8,
            "A text from the plugin is not in the encoding that it claims.",
        )
        .detail(bounded(text));
    }
    // A host function or the ABI refused what the guest did, in the middle of its work; without
    // frames the guest was done, and it is the answer that cannot be read.
    let problem = match error.downcast_ref::<WasmBacktrace>() {
        Some(_) => Problem::new(Code::CallTrap, "The plugin crashed."),
        None => Problem::new(
            Code::OutputAbi,
            "The plugin's answer breaks the component ABI.",
        ),
    };
    problem.detail(bounded(text))
}

/// The causes of an error, without the guest's frames: the plugin's author has better ones.
fn told(error: &wasmtime::Error) -> String {
    let causes: Vec<_> = error
        .chain()
        .map(ToString::to_string)
        .filter(|cause| !cause.starts_with("error while executing at wasm backtrace"))
        .collect();
    causes.join(": ")
}

fn handle_limit(limit: u64) -> Problem {
    Problem::new(Code::CallHandleLimit, "The plugin held too many handles.").of_limit(limit, limit)
}

/// The call was cut at its deadline.
pub(super) fn deadline(limits: &Limits) -> Problem {
    let limit = u64::try_from(limits.deadline.as_millis()).unwrap_or(u64::MAX);
    let mut problem = Problem::new(
        Code::CallDeadlineExceeded,
        "The plugin took longer than it may.",
    )
    .of_limit(limit, limit);
    problem.retryable = true;
    problem
}

/// The call made too many calls to the host.
pub(super) fn host_calls(used: u64, limit: u64) -> Problem {
    Problem::new(
        Code::CallHostcallQuota,
        "The plugin made more calls to the host than it may.",
    )
    .of_limit(used, limit)
}

/// The first part of a guest's text.
pub(super) fn bounded(text: &str) -> String {
    let end = text.floor_char_boundary(TEXT_BYTES.min(text.len()));
    text.get(..end).unwrap_or_default().to_owned()
}
