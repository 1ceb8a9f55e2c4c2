//! Recording calls in production: who ordered it, the calls that are recorded, those that are kept.
//!
//! While nobody ordered anything, a call costs one look at one flag. Recordings are kept in memory
//! alone, masked, so many and no more; they end with the process, and whoever wants one fetches it
//! before. The data folder never holds them.

mod reel;
mod tape;

pub use tape::Tape;

use super::calls::HostCalls;
use super::installation::Installation;
use super::live::{Live, World};
use crate::model::id::{InstallationId, PluginId};
use crate::model::problem::Problem;
use crate::model::recording::{Order, Recording};
use crate::model::time::Millis;
use crate::policy::mask::mask;
use crate::policy::recording::{self, KEPT, KEPT_BYTES};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

impl World {
    /// The world for one call: `live`, with a tape beside it when the call is one of those to be
    /// recorded.
    pub fn record(
        &self,
        live: Arc<Live>,
        of: &InstallationId,
        installation: &Arc<Installation>,
    ) -> (Arc<dyn HostCalls>, Option<Tape>) {
        let recorder = &self.recorder;
        if !recorder.0.on.load(Ordering::Relaxed) {
            return (live, None);
        }
        let now = Millis::from(self.clock.wall());
        let Some(ended) = recorder.takes(&of.plugin, now) else {
            return (live, None);
        };
        let moment = (now, ended);
        let (calls, tape) = Tape::over(recorder.clone(), live, of.clone(), installation, moment);
        (calls, Some(tape))
    }
}

/// Orders, and the recordings that came of them. Clones share both.
#[derive(Clone, Debug, Default)]
pub struct Recorder(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// Whether texts are kept as they were: whoever has the call made looks at it at once.
    plain: bool,
    /// Whether there is any order: all that a call looks at while there is none.
    on: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    orders: Vec<Standing>,
    kept: VecDeque<Kept>,
    bytes: usize,
}

/// An order with the calls that run for it.
#[derive(Debug)]
struct Standing {
    order: Order,
    running: u32,
    /// Whether somebody ended it, and wants nothing of what still runs.
    ended: Arc<AtomicBool>,
}

#[derive(Debug)]
struct Kept {
    recording: Arc<Recording>,
    bytes: usize,
}

impl Recorder {
    /// A recorder of one call, for whoever makes it and looks at it at once. It blacks out secrets and
    /// masks nobody: what is to be kept of it goes through [`masked`](Self::masked).
    pub fn of_one_call(plugin: PluginId) -> Self {
        let order = Order {
            plugin,
            share: 1.0,
            left: 1,
            until: Millis::MAX,
        };
        let standing = Standing {
            order,
            running: 0,
            ended: Arc::default(),
        };
        let state = State {
            orders: vec![standing],
            ..State::default()
        };
        Self(Arc::new(Inner {
            plain: true,
            on: AtomicBool::new(true),
            state: Mutex::new(state),
        }))
    }

    /// The recording as it may be kept and handed on.
    #[must_use]
    pub fn masked(mut recording: Recording) -> Recording {
        mask(&mut recording);
        recording
    }

    /// Records calls of a plugin from now on. An order of before for the same plugin ends.
    ///
    /// # Errors
    /// `request.invalid_field` when the order is out of bounds.
    pub fn order(
        &self,
        plugin: PluginId,
        share: f64,
        count: u32,
        until: Millis,
        now: Millis,
    ) -> Result<Order, Problem> {
        let order = recording::order(plugin, share, count, until, now)?;
        let mut state = self.state();
        let orders = &mut state.orders;
        orders.retain(|other| other.order.plugin != order.plugin);
        orders.push(Standing {
            order: order.clone(),
            running: 0,
            ended: Arc::default(),
        });
        self.turn(&state);
        Ok(order)
    }

    /// What is recorded at `now`.
    pub fn orders(&self, now: Millis) -> Vec<Order> {
        let mut state = self.state();
        self.expire(&mut state, now);
        let orders = state.orders.iter();
        orders.map(|standing| standing.order.clone()).collect()
    }

    /// All recordings, the newest first.
    pub fn all(&self) -> Vec<Arc<Recording>> {
        let state = self.state();
        let kept = state.kept.iter().rev();
        kept.map(|kept| Arc::clone(&kept.recording)).collect()
    }

    /// The recording of this name.
    pub fn find(&self, id: &str) -> Option<Arc<Recording>> {
        let state = self.state();
        let found = state.kept.iter().find(|kept| kept.recording.id == id)?;
        Some(Arc::clone(&found.recording))
    }

    /// Forgets the recording of this name; whether there was one.
    pub fn forget(&self, id: &str) -> bool {
        self.forget_all(|recording| recording.id == id) > 0
    }

    /// Ends the recording of a plugin and forgets what came of it. Whether there was an order, and
    /// how many recordings there were.
    pub fn end(&self, plugin: &PluginId) -> (bool, usize) {
        let mut state = self.state();
        let before = state.orders.len();
        state.orders.retain(|standing| {
            let goes = standing.order.plugin == *plugin;
            standing.ended.fetch_or(goes, Ordering::Relaxed);
            !goes
        });
        let ended = state.orders.len() < before;
        self.turn(&state);
        drop(state);
        let forgotten = self.forget_all(|recording| recording.plugin == *plugin);
        (ended, forgotten)
    }

    /// Counts a call of the plugin, if it is to be recorded.
    fn takes(&self, plugin: &PluginId, now: Millis) -> Option<Arc<AtomicBool>> {
        let mut state = self.state();
        self.expire(&mut state, now);
        let standing = state.of(plugin)?;
        let taken = standing.order.left > 0 && rand::random::<f64>() < standing.order.share;
        taken.then(|| {
            standing.order.left -= 1;
            standing.running += 1;
            Arc::clone(&standing.ended)
        })
    }

    /// Takes back the count of a call that came to no end, since its asker went away.
    fn give_back(&self, plugin: &PluginId, now: Millis) {
        let mut state = self.state();
        if let Some(standing) = state.of(plugin) {
            standing.order.left = standing.order.left.saturating_add(1);
            standing.running = standing.running.saturating_sub(1);
        }
        self.expire(&mut state, now);
    }

    /// Keeps a recording, and lets go of the oldest where there is no room.
    fn keep(&self, recording: Recording, bytes: usize, now: Millis) {
        let mut state = self.state();
        if let Some(standing) = state.of(&recording.plugin) {
            standing.running = standing.running.saturating_sub(1);
        }
        state.bytes += bytes;
        let recording = Arc::new(recording);
        state.kept.push_back(Kept { recording, bytes });
        while state.kept.len() > KEPT || state.bytes > KEPT_BYTES {
            let Some(oldest) = state.kept.pop_front() else {
                break;
            };
            state.bytes -= oldest.bytes;
        }
        self.expire(&mut state, now);
    }

    fn forget_all(&self, which: impl Fn(&Recording) -> bool) -> usize {
        let mut state = self.state();
        let (before, mut bytes) = (state.kept.len(), 0);
        state.kept.retain(|kept| {
            let goes = which(&kept.recording);
            bytes += if goes { kept.bytes } else { 0 };
            !goes
        });
        state.bytes -= bytes;
        before - state.kept.len()
    }

    /// Ends orders whose time is over, and those whose calls have all been made.
    fn expire(&self, state: &mut State, now: Millis) {
        state.orders.retain(|standing| {
            now < standing.order.until && (standing.order.left > 0 || standing.running > 0)
        });
        self.turn(state);
    }

    /// Turns the flag on or off.
    fn turn(&self, state: &State) {
        self.0.on.store(!state.orders.is_empty(), Ordering::Relaxed);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn of(&mut self, plugin: &PluginId) -> Option<&mut Standing> {
        self.orders
            .iter_mut()
            .find(|one| one.order.plugin == *plugin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::context::Context;
    use crate::model::id::{AccountId, Generation};
    use crate::model::recording::{Ending, EndingKind, Input};
    use crate::model::usage::Usage;

    fn recording(number: usize) -> Recording {
        Recording {
            id: number.to_string(),
            plugin: PluginId::parse("shop").expect("an id"),
            account: AccountId::default(),
            generation: Generation([0; 32]),
            begun: Millis::default(),
            input: Input::Card(Context::of_view("ticket")),
            settings: Vec::new(),
            steps: Vec::new(),
            whole: true,
            ending: Ending::of(EndingKind::Empty),
            usage: Usage::default(),
        }
    }

    fn ids(recorder: &Recorder) -> (usize, String, String) {
        let all = recorder.all();
        let id = |at: Option<&Arc<Recording>>| at.map_or(String::new(), |one| one.id.clone());
        (all.len(), id(all.first()), id(all.last()))
    }

    #[test]
    fn the_oldest_recordings_make_room() {
        let recorder = Recorder::default();
        for number in 0..KEPT + 3 {
            recorder.keep(recording(number), 10, Millis::default());
        }
        let newest = (KEPT + 2).to_string();
        assert_eq!(ids(&recorder), (KEPT, newest, "3".to_owned()));
        recorder.keep(recording(900), KEPT_BYTES - 15, Millis::default());
        assert_eq!(ids(&recorder), (2, "900".into(), (KEPT + 2).to_string()));
        assert!(recorder.forget("900") && !recorder.forget("900"));
        recorder.keep(recording(901), KEPT_BYTES - 10, Millis::default());
        assert_eq!(ids(&recorder).0, 2, "what is forgotten takes no room");
    }

    #[test]
    fn a_call_that_is_dropped_does_not_count() {
        let (recorder, now) = (Recorder::default(), Millis(1));
        let plugin = PluginId::parse("shop").expect("an id");
        let order = recorder.order(plugin.clone(), 1.0, 1, Millis(9), now);
        order.expect("an order");
        let ended = recorder.takes(&plugin, now).expect("a call to record");
        assert!(recorder.takes(&plugin, now).is_none(), "one was ordered");
        recorder.give_back(&plugin, now);
        assert!(
            recorder.takes(&plugin, now).is_some(),
            "and is to be had again"
        );
        recorder.end(&plugin);
        assert!(ended.load(Ordering::Relaxed));
        assert!(!recorder.0.on.load(Ordering::Relaxed));
    }
}
