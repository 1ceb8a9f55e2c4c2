//! The worker: looks for what is due, gives it out as far as there are places, and keeps house.

use super::Inner;
use super::hand_over::{self, Handed};
use crate::catalog::{LoadedPlugin, Snapshot};
use crate::model::id::PluginId;
use crate::model::time::Millis;
use crate::policy::delivery::DeliveryPolicy;
use crate::storage::Retention;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// How often everything is looked at although nothing hints at it: another host or a clock that was
/// set may have made something due.
const ROUND: Duration = Duration::from_secs(5);
/// How soon after a hint of the storage, which names nobody, everything is looked at. Our own
/// acceptances name their plugins and do not wait for it.
const STIRRED: Duration = Duration::from_millis(250);
/// How often what is old is let go of.
const SWEEP: Duration = Duration::from_secs(60);
/// How long a claim lasts beyond the handler's own deadline.
const LEASE_MARGIN: Duration = Duration::from_secs(30);
/// How long running deliveries may take when the host ends. What takes longer is given back.
const DRAIN: Duration = Duration::from_secs(10);
/// How long giving back may take when the host ends.
const GIVE_BACK: Duration = Duration::from_secs(5);

/// Works until `stop`, then drains.
pub(super) async fn work(inner: &Arc<Inner>, stop: impl Future<Output = ()> + Send) {
    let mut worker = Worker::new(inner);
    let mut stirred = inner.storage.stirred();
    let mut sweep = tokio::time::interval(SWEEP);
    tokio::pin!(stop);
    loop {
        worker.give_out().await;
        tokio::select! {
            () = &mut stop => break,
            () = inner.hints.written() => {}
            Ok(()) = stirred.changed() => worker.look_by(STIRRED),
            () = tokio::time::sleep_until(worker.wake) => {}
            Some(ended) = worker.running.join_next() => worker.ended(ended.ok()),
            _ = sweep.tick() => worker.sweep().await,
        }
    }
    worker.drain().await;
}

fn keep(policy: &DeliveryPolicy) -> Retention {
    Retention {
        duplicates: policy.keep_ids,
        delivered: policy.keep_delivered,
        dead: policy.keep_dead,
        stale: policy.drop_after,
    }
}

struct Worker<'a> {
    inner: &'a Arc<Inner>,
    running: JoinSet<Handed>,
    /// Deliveries under way, by plugin.
    places: HashMap<PluginId, u32>,
    /// When a plugin's next delivery is due; a plugin that stands here at or before now is asked.
    due: HashMap<PluginId, Millis>,
    /// When everybody is looked at again.
    wake_all: Instant,
    /// When the next look is, whoever it is for.
    wake: Instant,
    enough: watch::Sender<bool>,
}

impl<'a> Worker<'a> {
    fn new(inner: &'a Arc<Inner>) -> Self {
        let now = Instant::now();
        Self {
            inner,
            running: JoinSet::new(),
            places: HashMap::new(),
            due: HashMap::new(),
            wake_all: now,
            wake: now,
            enough: watch::Sender::new(false),
        }
    }

    /// Everybody is looked at within `soon`.
    fn look_by(&mut self, soon: Duration) {
        self.wake_all = self.wake_all.min(Instant::now() + soon);
    }

    /// Claims and starts what is due, as far as there are places.
    async fn give_out(&mut self) {
        let slip = self.inner.hints.take();
        let everybody = slip.all || Instant::now() >= self.wake_all;
        if everybody {
            self.wake_all = Instant::now() + ROUND;
        }
        let now = self.inner.now();
        let snapshot = self.inner.view.current();
        if everybody {
            self.note(&snapshot).await;
        }
        for plugin in snapshot.plugins() {
            let waits = self.due.get(&plugin.id).is_some_and(|due| *due <= now);
            if plugin.program.serves_events()
                && (everybody || waits || slip.named.contains(&plugin.id))
            {
                self.claim(plugin, now).await;
            }
        }
        self.wake = self.next_look(now);
    }

    /// Has it written down what every plugin takes.
    async fn note(&self, snapshot: &Snapshot) {
        let storage = self.inner.storage.as_ref();
        if let Err(error) = self.inner.subscribers.note(snapshot, storage).await {
            tracing::error!(%error, "what plugins subscribe to is not written down");
        }
    }

    async fn claim(&mut self, plugin: &Arc<LoadedPlugin>, now: Millis) {
        let most = self.inner.policy.at_once.min(plugin.limits.concurrency);
        let taken = self.places.get(&plugin.id).copied().unwrap_or(0);
        let free = most.saturating_sub(taken);
        if free == 0 {
            // Whichever ends first asks again.
            self.due.insert(plugin.id.clone(), Millis::MAX);
            return;
        }
        let lease = plugin.limits.event_deadline + LEASE_MARGIN;
        let storage = &self.inner.storage;
        let claims = match storage
            .claim(plugin.id.clone(), free as usize, now, lease)
            .await
        {
            Ok(claims) => claims,
            Err(error) => {
                tracing::error!(plugin = %plugin.id, %error, "deliveries not read");
                self.due.remove(&plugin.id);
                return;
            }
        };
        let all_places_taken = claims.held.len() == free as usize;
        for claim in claims.held {
            *self.places.entry(plugin.id.clone()).or_default() += 1;
            self.running.spawn(hand_over::hand_over(
                Arc::clone(self.inner),
                Arc::clone(plugin),
                claim,
                self.enough.subscribe(),
            ));
        }
        match claims.next {
            _ if all_places_taken => self.due.insert(plugin.id.clone(), Millis::MAX),
            Some(next) => self.due.insert(plugin.id.clone(), next),
            None => self.due.remove(&plugin.id),
        };
    }

    /// A place is free again, and its key's next delivery may be due.
    fn ended(&mut self, handed: Option<Handed>) {
        match handed {
            Some(Handed { plugin, again }) => {
                if let Some(places) = self.places.get_mut(&plugin) {
                    *places = places.saturating_sub(1);
                }
                self.due.insert(plugin, again.unwrap_or_default());
            }
            // Whose it was died with the task. Its claim runs out and counts against the payload.
            None => {
                tracing::error!("a delivery's task failed");
                self.recount();
            }
        }
    }

    /// A task that panicked did not say whose place it had: the places are those of whoever asks
    /// next, as far as there are tasks.
    fn recount(&mut self) {
        if self.running.is_empty() {
            self.places.clear();
        }
        self.look_by(Duration::ZERO);
    }

    fn next_look(&self, now: Millis) -> Instant {
        let waits = self.due.values().map(|due| due.since(now)).min();
        let soonest = waits.map_or(self.wake_all, |wait| {
            Instant::now().checked_add(wait).unwrap_or(self.wake_all)
        });
        soonest.min(self.wake_all)
    }

    async fn sweep(&self) {
        let inner = self.inner;
        match inner.storage.sweep(keep(&inner.policy), inner.now()).await {
            Ok(swept) if swept.dropped > 0 => {
                tracing::warn!(dropped = swept.dropped, "deliveries that waited too long");
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "old deliveries not let go of"),
        }
    }

    /// Lets what runs end in time; the rest is given back.
    async fn drain(mut self) {
        let running = self.running.len();
        let all = async { while self.running.join_next().await.is_some() {} };
        if tokio::time::timeout(DRAIN, all).await.is_ok() {
            return;
        }
        // Nobody listens only when all of them have ended.
        let _ = self.enough.send(true);
        let all = async { while self.running.join_next().await.is_some() {} };
        let given_back = tokio::time::timeout(GIVE_BACK, all).await.is_ok();
        tracing::info!(running, given_back, "deliveries that took too long to end");
    }
}
