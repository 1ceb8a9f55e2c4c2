//! One call: a fresh store, an instance, an export, what it used. Everything is dropped afterwards,
//! on every path; dropping the future frees it all at once.

use super::convert::manifest::manifest_from_wit;
use super::lane::{self, Lane, Turn};
use super::program::{Linked, Program};
use super::slot::Slot;
use super::state::State;
use super::trap::{self, Stage};
use super::{Engine, Inner};
use crate::capability::calls::{HostCalls, NoWorld};
use crate::model::manifest::Manifest;
use crate::model::problem::{Code, Problem};
use crate::model::store::StoreChanges;
use crate::model::usage::{Usage, Used};
use crate::policy::limits::Limits;
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::time::Instant;
use wasmtime::component::Instance;
use wasmtime::{Store, StoreContextMut, UpdateDeadline};

/// What a call ended with.
#[derive(Debug)]
pub struct Invocation<T> {
    /// The answer, or why there is none.
    pub answer: Result<T, Problem>,
    /// What it used of its budget.
    pub usage: Usage,
    /// What it wants to write, for the caller to commit. Nothing, unless the call succeeded.
    pub changes: StoreChanges,
}

/// What a call of a plugin takes beside its place.
#[derive(Clone, Copy, Debug)]
pub struct Callee<'a> {
    /// The plugin's code.
    pub program: &'a Program,
    /// Its budget.
    pub limits: &'a Limits,
    /// The actions its buttons may name.
    pub actions: &'a [String],
}

impl<T> Invocation<T> {
    /// A call that did not take place.
    pub(super) fn never(problem: Problem) -> Self {
        Self {
            answer: Err(problem),
            usage: Usage::default(),
            changes: StoreChanges::default(),
        }
    }
}

impl Engine {
    /// Makes an instance, has `work` call it, and tells what that used.
    pub(super) async fn call<T>(
        &self,
        slot: &Slot,
        callee: Callee<'_>,
        linked: &Linked,
        calls: &Arc<dyn HostCalls>,
        work: impl AsyncFnOnce(&mut Store<State>, &Instance) -> wasmtime::Result<T>,
    ) -> (Result<T, Problem>, Usage) {
        let mut call = Call::begin(
            &self.0,
            callee.limits,
            Arc::clone(calls),
            slot.deadline(),
            slot.turns().clone(),
        );
        let answer = call
            .run(async |store| {
                let instance = set_up(store, linked, callee.limits).await?;
                work(store, &instance).await.map_err(Fault::Call)
            })
            .await;
        (answer, call.end(calls.as_ref(), slot.begun()))
    }

    /// Makes an instance in a world without anything in it, compares every export's type and asks
    /// for the manifest. What an earlier start asked is not asked again: the bytes are the same.
    ///
    /// # Errors
    /// `load.type_mismatch`, or how the call ended: `call.*`, `output.*`.
    pub async fn describe(&self, program: &Program, limits: &Limits) -> Result<Manifest, Problem> {
        if let Some(known) = program.manifest() {
            return Ok(known.clone());
        }
        let linked = program.linked().await?;
        let calls: Arc<dyn HostCalls> = Arc::new(NoWorld::default());
        let deadline = Instant::now() + limits.deadline;
        let mut call = Call::begin(
            &self.0,
            limits,
            Arc::clone(&calls),
            deadline,
            Lane::of_plugin(lane::workers()),
        );
        let answer = call
            .run(async |store| {
                let instance = set_up(store, linked, limits).await?;
                linked.check_types(store, &instance).map_err(Fault::Known)?;
                let guest = linked
                    .manifest
                    .load(&mut *store, &instance)
                    .map_err(Fault::Call)?;
                guest.call_describe(&mut *store).await.map_err(Fault::Call)
            })
            .await;
        call.end(calls.as_ref(), Instant::now());
        answer.map(manifest_from_wit)
    }
}

/// Why a call stopped.
enum Fault {
    SetUp(wasmtime::Error),
    Call(wasmtime::Error),
    Known(Problem),
}

/// A running call: its store, and what it has to give back.
struct Call<'a> {
    store: Store<State>,
    limits: &'a Limits,
    setup_fuel: Used,
    _running: super::ticker::Running,
}

impl<'a> Call<'a> {
    fn begin(
        inner: &Inner,
        limits: &'a Limits,
        calls: Arc<dyn HostCalls>,
        deadline: Instant,
        turns: Lane,
    ) -> Self {
        let turn = Turn::new(inner.lane.clone(), turns);
        let state = State::new(calls, limits, turn, deadline);
        let mut store = Store::new(&inner.wasmtime, state);
        store.limiter(|state| &mut state.meter);
        store.set_hostcall_fuel(usize::try_from(limits.hostcall_bytes).unwrap_or(usize::MAX));
        store.set_max_component_handles(limits.handles as usize);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(on_tick);
        Self {
            store,
            limits,
            setup_fuel: Used::default(),
            _running: inner.ticker.run(),
        }
    }

    /// Runs `work` until it ends, panics or reaches the deadline.
    async fn run<T>(
        &mut self,
        work: impl AsyncFnOnce(&mut Store<State>) -> Result<T, Fault>,
    ) -> Result<T, Problem> {
        let deadline = self.store.data().deadline;
        // The store is set up here, not by `work`: a store begins without any fuel.
        let fuelled = self.store.set_fuel(self.limits.setup_fuel);
        debug_assert!(fuelled.is_ok(), "fuel is configured");
        let turn = self.store.data().turn.clone();
        let guarded = AssertUnwindSafe(work(&mut self.store)).catch_unwind();
        let ended = tokio::time::timeout_at(deadline, turn.taking_turns(guarded)).await;
        let problem = match ended {
            Ok(Ok(Ok(answer))) => {
                let state = self.store.data();
                return match state.over_quota() {
                    Some(quota) => Err(trap::host_calls(state.host_calls(), quota.limit)),
                    None => Ok(answer),
                };
            }
            Ok(Ok(Err(Fault::SetUp(error)))) => {
                trap::problem(&error, Stage::SetUp, self.store.data(), self.limits)
            }
            Ok(Ok(Err(Fault::Call(error)))) => {
                trap::problem(&error, Stage::Call, self.store.data(), self.limits)
            }
            Ok(Ok(Err(Fault::Known(problem)))) => problem,
            Ok(Err(_panic)) => Problem::new(
                Code::CallHostBug,
                "The host failed while it served this plugin; please report it.",
            ),
            Err(_elapsed) => trap::deadline(self.limits),
        };
        Err(problem)
    }

    /// Reads what was used. The store is dropped with `self`.
    fn end(&mut self, calls: &dyn HostCalls, begun: Instant) -> Usage {
        let left = self.store.get_fuel().unwrap_or(0);
        let state = self.store.data();
        let setup = state.setup_fuel.unwrap_or(left);
        self.setup_fuel = Used {
            used: self.limits.setup_fuel.saturating_sub(setup),
            limit: self.limits.setup_fuel,
        };
        let called = state.setup_fuel.is_some();
        let millis =
            |duration: std::time::Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Usage {
            fuel: Used {
                used: if called {
                    self.limits.fuel.saturating_sub(left)
                } else {
                    0
                },
                limit: self.limits.fuel,
            },
            setup_fuel: self.setup_fuel,
            time_ms: Used {
                used: millis(begun.elapsed()),
                limit: millis(self.limits.deadline),
            },
            memory_bytes: Used {
                used: state.meter.peak(),
                limit: self.limits.memory_bytes,
            },
            host_calls: Used {
                used: state.host_calls(),
                limit: self.limits.host_calls,
            },
            http_requests: calls.http_requests(),
            http_bytes: calls.http_bytes(),
            store_ops: calls.store().operations(),
            store_bytes: calls.store().bytes(),
            log_bytes: state.journal.finish(),
            output_bytes: Used::default(),
            blocks: Used::default(),
        }
    }
}

/// Makes the instance with the fuel of set-up, then fills the tank for the call.
async fn set_up(
    store: &mut Store<State>,
    linked: &Linked,
    limits: &Limits,
) -> Result<Instance, Fault> {
    let instance = linked
        .pre
        .instantiate_async(&mut *store)
        .await
        .map_err(Fault::SetUp)?;
    let left = store.get_fuel().map_err(Fault::SetUp)?;
    store.data_mut().setup_fuel = Some(left);
    store.set_fuel(limits.fuel).map_err(Fault::SetUp)?;
    Ok(instance)
}

/// Every tick a guest lets others run, and takes turns with its plugin's calls and then with all.
fn on_tick(mut store: StoreContextMut<'_, State>) -> wasmtime::Result<UpdateDeadline> {
    let state = store.data_mut();
    if let Some(quota) = state.over_quota() {
        return Err(quota.into());
    }
    if Instant::now() >= state.deadline {
        return Ok(UpdateDeadline::Interrupt);
    }
    state.ticks = state.ticks.saturating_add(1);
    Ok(UpdateDeadline::YieldCustom(
        1,
        Box::pin(state.turn.next(state.ticks)),
    ))
}
