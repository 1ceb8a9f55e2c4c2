//! Cards that are answered again: as long as their plugin lets them be, and past that when it fails.
//!
//! A card is kept for the very same question to the very same load of a plugin: all that the plugin
//! was told but for the request's own name, and with it the account. Questions asked at the same
//! time become one call, once a plugin is known to let cards be kept. All others cost nothing here.

use super::flight::{Flights, Joined};
use super::weight;
use crate::catalog::Keeps;
use crate::model::context::Context;
use crate::model::figures::CacheFigures;
use crate::model::id::RequestId;
use crate::model::outcome::{Answer, Kept, Outcome};
use crate::model::problem::Problem;
use crate::policy::cache::CachePolicy;
use moka::Expiry;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// What an entry takes beside its texts: the key, its place in the table, the outcome's own words.
const OVERHEAD: usize = 1_024;

/// The kept cards of all plugins.
#[derive(Debug)]
pub(super) struct Cache {
    policy: CachePolicy,
    cards: moka::sync::Cache<Key, Arc<Entry>>,
    flights: Flights<Key, Outcome>,
    counts: Counts,
}

/// A question to one load of a plugin. Whoever presses a button changes what is asked from then on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) load: u64,
    pub(super) presses: u64,
    pub(super) context: Asked,
}

/// What a plugin is told, but for the request's name. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    context: Arc<Context>,
    /// Made once for all plugins that are asked.
    hash: u64,
}

#[derive(Debug)]
struct Entry {
    outcome: Outcome,
    made: Instant,
    lasts: Duration,
    weight: u32,
}

#[derive(Debug, Default)]
struct Counts {
    fresh: AtomicU64,
    joined: AtomicU64,
    stale: AtomicU64,
    asked: AtomicU64,
}

impl Asked {
    /// What is asked of plugins for this context.
    pub(super) fn new(context: &Context) -> Self {
        let context = Context {
            request_id: RequestId::new(""),
            ..context.clone()
        };
        let mut hasher = std::hash::DefaultHasher::new();
        context.hash(&mut hasher);
        Self {
            context: Arc::new(context),
            hash: hasher.finish(),
        }
    }
}

impl PartialEq for Asked {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && self.context == other.context
    }
}

impl Eq for Asked {}

impl Hash for Asked {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// Entries leave when not even a failing plugin would show them any more.
struct Leaves(Duration);

impl Expiry<Key, Arc<Entry>> for Leaves {
    fn expire_after_create(
        &self,
        _: &Key,
        entry: &Arc<Entry>,
        _: std::time::Instant,
    ) -> Option<Duration> {
        Some(entry.lasts + self.0)
    }

    fn expire_after_update(
        &self,
        key: &Key,
        entry: &Arc<Entry>,
        now: std::time::Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        self.expire_after_create(key, entry, now)
    }
}

impl Cache {
    /// Nothing kept yet.
    pub(super) fn new(policy: CachePolicy) -> Self {
        let cards = moka::sync::Cache::builder()
            .max_capacity(policy.bytes)
            .weigher(|_, entry: &Arc<Entry>| entry.weight)
            .expire_after(Leaves(policy.stale))
            .build();
        Self {
            policy,
            cards,
            flights: Flights::default(),
            counts: Counts::default(),
        }
    }

    /// Whether there may be anything for a plugin's questions.
    pub(super) fn serves(&self, keeps: &Keeps) -> bool {
        self.policy.bytes > 0 && keeps.may()
    }

    /// The card that is kept for a question and fresh.
    pub(super) fn fresh(&self, key: &Key) -> Option<Outcome> {
        let entry = self.cards.get(key)?;
        let age = entry.made.elapsed();
        if age >= entry.lasts {
            return None;
        }
        self.counts.fresh.fetch_add(1, Ordering::Relaxed);
        Some(entry.again(age, None))
    }

    /// Joins the call for a question that is under way, or begins it.
    pub(super) fn join(&self, key: &Key) -> Joined<'_, Key, Outcome> {
        self.flights.join(key)
    }

    /// What came of a call for somebody else, if that may be given to others: a card that may be
    /// kept, and a failure, since asking again at once would fail too.
    pub(super) fn share(&self, outcome: Outcome) -> Option<Outcome> {
        let failed = matches!(outcome.answer, Answer::Failed(_)) || outcome.kept.is_some();
        if !failed && lasts(&outcome).is_none() {
            return None;
        }
        self.counts.joined.fetch_add(1, Ordering::Relaxed);
        Some(Outcome {
            usage: None,
            ..outcome
        })
    }

    /// Keeps a card that may be, forgets what is not so any more, and has an older card stand in for
    /// a failure.
    pub(super) fn settle(
        &self,
        keeps: &Keeps,
        key: impl FnOnce() -> Key,
        outcome: Outcome,
    ) -> Outcome {
        let lasts = lasts(&outcome);
        if self.policy.bytes == 0 || (lasts.is_none() && !keeps.may()) {
            return outcome;
        }
        self.counts.asked.fetch_add(1, Ordering::Relaxed);
        let key = key();
        if let Answer::Failed(why) = &outcome.answer {
            return match self.stands_in(&key, why) {
                Some(older) => Outcome {
                    usage: outcome.usage,
                    ..older
                },
                None => outcome,
            };
        }
        keeps.learn(lasts.is_some());
        match lasts {
            Some(lasts) => {
                let entry = Entry::new(&key, &outcome, lasts.min(self.policy.longest));
                self.cards.insert(key, Arc::new(entry));
            }
            None => self.cards.invalidate(&key),
        }
        outcome
    }

    /// Keeps nothing of before.
    pub(super) fn clear(&self) {
        self.cards.invalidate_all();
    }

    /// What is kept, and how often that saved a call.
    pub(super) fn figures(&self) -> CacheFigures {
        self.cards.run_pending_tasks();
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        CacheFigures {
            fresh: count(&self.counts.fresh),
            joined: count(&self.counts.joined),
            stale: count(&self.counts.stale),
            asked: count(&self.counts.asked),
            cards: self.cards.entry_count(),
            bytes: self.cards.weighted_size(),
        }
    }

    fn stands_in(&self, key: &Key, why: &Problem) -> Option<Outcome> {
        let entry = self.cards.get(key)?;
        let age = entry.made.elapsed();
        if age >= entry.lasts.saturating_add(self.policy.stale) {
            return None;
        }
        self.counts.stale.fetch_add(1, Ordering::Relaxed);
        Some(entry.again(age, Some(why.clone())))
    }
}

impl Entry {
    fn new(key: &Key, outcome: &Outcome, lasts: Duration) -> Self {
        let bytes =
            OVERHEAD + weight::of_outcome(outcome) + weight::of_context(&key.context.context);
        Self {
            outcome: Outcome {
                usage: None,
                ..outcome.clone()
            },
            made: Instant::now(),
            lasts,
            weight: u32::try_from(bytes).unwrap_or(u32::MAX),
        }
    }

    fn again(&self, age: Duration, stale: Option<Problem>) -> Outcome {
        Outcome {
            kept: Some(Kept { age, stale }),
            ..self.outcome.clone()
        }
    }
}

/// For how long an outcome may be answered again; none when it may not.
fn lasts(outcome: &Outcome) -> Option<Duration> {
    match &outcome.answer {
        Answer::Card(card) if outcome.kept.is_none() => card
            .cache_s
            .filter(|seconds| *seconds > 0)
            .map(|seconds| Duration::from_secs(seconds.into())),
        Answer::Card(_) | Answer::Empty | Answer::Failed(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::card::Card;
    use crate::model::id::{AccountId, Generation, PluginId};
    use crate::model::problem::Code;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn policy() -> CachePolicy {
        CachePolicy {
            bytes: 1 << 20,
            longest: HOUR,
            stale: HOUR,
        }
    }

    fn key(keeps: &Keeps, context: &Context) -> Key {
        Key {
            load: keeps.load,
            presses: keeps.presses(),
            context: Asked::new(context),
        }
    }

    fn ada() -> Context {
        Context::of_view("ticket").email("ada@example.com")
    }

    fn outcome(answer: Answer) -> Outcome {
        Outcome {
            plugin: PluginId::parse("shop").expect("an id"),
            title: "Shop".into(),
            generation: Generation([0; 32]),
            answer,
            notes: Vec::new(),
            usage: None,
            kept: None,
        }
    }

    fn card(name: &str, cache_s: Option<u32>) -> Outcome {
        outcome(Answer::Card(Arc::new(Card {
            contact_name: Some(name.into()),
            cache_s,
            ..Card::default()
        })))
    }

    fn failure() -> Outcome {
        outcome(Answer::Failed(Problem::new(Code::CallTrap, "no")))
    }

    fn name(outcome: &Outcome) -> Option<&str> {
        match &outcome.answer {
            Answer::Card(card) => card.contact_name.as_deref(),
            Answer::Empty | Answer::Failed(_) => None,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_card_is_fresh_as_long_as_its_plugin_says_and_the_operator_lets_it() {
        let (cache, keeps) = (Cache::new(policy()), Keeps::default());
        let key = key(&keeps, &ada());
        for (says, seconds) in [(30, 30), (u32::MAX, 3_600)] {
            cache.settle(&keeps, || key.clone(), card("one", Some(says)));
            tokio::time::advance(Duration::from_secs(seconds - 1)).await;
            let kept = cache.fresh(&key).expect("still fresh").kept.expect("kept");
            assert_eq!(kept.age, Duration::from_secs(seconds - 1));
            assert!(kept.stale.is_none());
            tokio::time::advance(Duration::from_secs(1)).await;
            assert!(cache.fresh(&key).is_none(), "{says}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_older_card_stands_in_for_a_failure_and_not_for_ever() {
        let (cache, keeps) = (Cache::new(policy()), Keeps::default());
        let key = key(&keeps, &ada());
        cache.settle(&keeps, || key.clone(), card("one", Some(10)));
        tokio::time::advance(Duration::from_secs(10) + HOUR - Duration::from_secs(1)).await;
        let shown = cache.settle(&keeps, || key.clone(), failure());
        assert_eq!(name(&shown), Some("one"));
        let why = shown.kept.and_then(|kept| kept.stale).expect("a reason");
        assert_eq!(why.code, Code::CallTrap);
        tokio::time::advance(Duration::from_secs(1)).await;
        let shown = cache.settle(&keeps, || key.clone(), failure());
        assert!(matches!(shown.answer, Answer::Failed(_)));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_so_any_more_is_forgotten() {
        let cache = Cache::new(policy());
        for newer in [
            card("two", None),
            card("two", Some(0)),
            outcome(Answer::Empty),
        ] {
            let keeps = Keeps::default();
            let key = key(&keeps, &ada());
            cache.settle(&keeps, || key.clone(), card("one", Some(10)));
            cache.settle(&keeps, || key.clone(), newer);
            assert!(cache.fresh(&key).is_none());
            let shown = cache.settle(&keeps, || key.clone(), failure());
            assert!(matches!(shown.answer, Answer::Failed(_)));
        }
    }

    #[test]
    fn another_account_agent_contact_load_or_press_is_another_question() {
        let (cache, keeps) = (Cache::new(policy()), Keeps::default());
        let told = key(&keeps, &ada());
        cache.settle(&keeps, || told.clone(), card("one", Some(10)));
        assert!(
            cache
                .fresh(&key(&keeps, &ada().request_id("another")))
                .is_some()
        );
        let account = AccountId::parse("eu").expect("an id");
        for other in [
            ada().account(account),
            ada().linked(),
            ada().attribute("a", "b"),
            ada().contact_name("Ada"),
            Context::of_view("chat").email("ada@example.com"),
        ] {
            assert!(cache.fresh(&key(&keeps, &other)).is_none(), "{other:?}");
        }
        assert!(cache.fresh(&key(&Keeps::default(), &ada())).is_none());
        keeps.press();
        assert!(cache.fresh(&key(&keeps, &ada())).is_none());
    }

    #[test]
    fn a_plugin_that_lets_no_card_be_kept_is_not_looked_up_until_it_does() {
        let (cache, keeps) = (Cache::new(policy()), Keeps::default());
        let told = key(&keeps, &ada());
        assert!(cache.serves(&keeps));
        cache.settle(&keeps, || told.clone(), failure());
        assert!(cache.serves(&keeps), "a failure says nothing");
        cache.settle(&keeps, || told.clone(), card("one", None));
        assert!(!cache.serves(&keeps));
        cache.settle(&keeps, || told.clone(), card("two", Some(10)));
        assert!(cache.serves(&keeps));
        assert!(cache.fresh(&told).is_some());
        let none = Cache::new(CachePolicy {
            bytes: 0,
            ..policy()
        });
        none.settle(&keeps, || told.clone(), card("one", Some(10)));
        assert!(!none.serves(&keeps) && none.fresh(&told).is_none());
    }

    #[test]
    fn cards_are_bounded_in_bytes() {
        let (cache, keeps) = (Cache::new(policy()), Keeps::default());
        for n in 0..100 {
            let key = key(&keeps, &ada().ticket_id(n.to_string()));
            let large = card(&"x".repeat(64 << 10), Some(10));
            cache.settle(&keeps, || key.clone(), large);
        }
        let figures = cache.figures();
        assert!(figures.bytes <= 1 << 20, "{figures:?}");
        assert!((8..=16).contains(&figures.cards), "{figures:?}");
        assert_eq!(figures.asked, 100);
    }

    #[test]
    fn failures_and_cards_that_may_be_kept_are_shared() {
        let cache = Cache::new(policy());
        assert!(cache.share(card("one", Some(10))).is_some());
        assert!(cache.share(failure()).is_some());
        assert!(cache.share(card("one", None)).is_none());
        assert!(cache.share(outcome(Answer::Empty)).is_none());
    }
}
