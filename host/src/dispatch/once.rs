//! A press takes effect once: who comes second waits for the first and hears the same, and what was
//! done is not done again.
//!
//! What was done is remembered as long as its button could be pressed, and in bounded room; tokens
//! die with the process, as does this. A press that did nothing is forgotten at once: its button may
//! be pressed again, with other words in its form.

use super::weight::{of_outcome, of_words};
use crate::model::action::{Acted, Press, Pressed};
use crate::model::id::InstallationId;
use crate::model::problem::{Code, Problem};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// How long what was done is remembered. Twice the 30 minutes that a button's token is valid for, so
/// that no press outlives it.
const REMEMBERED: Duration = Duration::from_secs(60 * 60);
/// Presses remembered at one time; more than one a second for all of that hour. One more is refused,
/// as forgetting an earlier one would let it be done twice.
const PRESSES: usize = 4_096;
/// Bytes of remembered cards. What is beyond is remembered without: a pane asks for the card again.
const CARD_BYTES: usize = 32 << 20;
/// Bytes of remembered commands. What is beyond is remembered with its message alone.
const WORD_BYTES: usize = 16 << 20;

/// What was pressed.
#[derive(Debug, Default)]
pub(super) struct Once(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    presses: HashMap<Name, Entry>,
    /// What was done, in the order in which it will be forgotten.
    done: VecDeque<(Instant, Name)>,
    card_bytes: usize,
    word_bytes: usize,
}

/// A press by its name. One installation's names are no other's.
type Name = (InstallationId, String);
/// What a press is about, beside its name.
type Content = [u8; 32];
/// What came of a press; nothing yet while it runs.
type Came = Option<Arc<Acted>>;

#[derive(Debug)]
enum Entry {
    Runs(Content, watch::Receiver<Came>),
    Done(Content, Arc<Acted>),
}

/// What to do about a press.
enum Next<'a> {
    Run(Turn<'a>),
    Wait(bool, watch::Receiver<Came>),
    Known(Arc<Acted>),
}

impl Once {
    /// Has `act` carry out a press, unless that has been done or is being done. Whoever is dropped
    /// in the middle of it leaves it to one that waits.
    ///
    /// # Errors
    /// `request.action_used` when it was done with something else filled in, `call.busy` when no
    /// more can be remembered.
    pub(super) async fn run(
        &self,
        press: &Press,
        act: impl AsyncFnOnce(&mut Turn<'_>) -> Acted,
    ) -> Result<Acted, Problem> {
        let content = content(press);
        loop {
            let (same, mut running) = match self.next(press, content)? {
                Next::Run(mut turn) => {
                    let acted = act(&mut turn).await;
                    turn.did(&acted);
                    return Ok(acted);
                }
                Next::Known(acted) => return Ok(Acted::clone(&acted)),
                Next::Wait(same, running) => (same, running),
            };
            // Closed without a result: the first one's asker went away.
            if let Ok(came) = running.wait_for(Option::is_some).await
                && let (true, Some(acted)) = (same, came.as_ref())
            {
                return Ok(Acted::clone(acted));
            }
        }
    }

    fn next(&self, press: &Press, content: Content) -> Result<Next<'_>, Problem> {
        let name = name(press);
        let mut memory = self.memory();
        memory.forget(Instant::now());
        match memory.presses.get(&name) {
            Some(Entry::Done(done, acted)) if *done == content => {
                return Ok(Next::Known(Arc::clone(acted)));
            }
            Some(Entry::Done(..)) => return Err(used()),
            Some(Entry::Runs(other, running)) => {
                return Ok(Next::Wait(*other == content, running.clone()));
            }
            None if memory.presses.len() >= PRESSES => return Err(full()),
            None => {}
        }
        let (sender, running) = watch::channel(None);
        let entry = Entry::Runs(content, running);
        memory.presses.insert(name.clone(), entry);
        Ok(Next::Run(Turn {
            once: self,
            name,
            content,
            sender,
            came: None,
        }))
    }

    /// Nothing can break off while it is held, so a poisoned one is whole.
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn forget(&mut self, now: Instant) {
        while let Some((until, _)) = self.done.front()
            && *until <= now
            && let Some((_, name)) = self.done.pop_front()
        {
            if let Some(Entry::Done(_, acted)) = self.presses.remove(&name) {
                let weight = Weight::of(&acted);
                self.card_bytes = self.card_bytes.saturating_sub(weight.card);
                self.word_bytes = self.word_bytes.saturating_sub(weight.words);
            }
        }
    }

    fn remember(&mut self, name: Name, content: Content, acted: &Arc<Acted>, now: Instant) {
        let weight = Weight::of(acted);
        let card = self.card_bytes + weight.card <= CARD_BYTES;
        let words = self.word_bytes + weight.words <= WORD_BYTES;
        let kept = match card && words {
            true => Arc::clone(acted),
            false => Arc::new(without(acted, card, words)),
        };
        self.card_bytes += if card { weight.card } else { 0 };
        self.word_bytes += if words { weight.words } else { 0 };
        self.done.push_back((now + REMEMBERED, name.clone()));
        self.presses.insert(name, Entry::Done(content, kept));
    }
}

/// The right to carry a press out. What it did is known to all others as soon as this is dropped.
pub(super) struct Turn<'a> {
    once: &'a Once,
    name: Name,
    content: Content,
    sender: watch::Sender<Came>,
    came: Came,
}

impl Turn<'_> {
    /// Says what came of it. From then on it has happened, even if the asker goes away before the
    /// rest of the answer is there.
    pub(super) fn did(&mut self, acted: &Acted) {
        self.came = Some(Arc::new(acted.clone()));
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let came = self.came.take();
        let mut memory = self.once.memory();
        memory.presses.remove(&self.name);
        if let Some(acted) = &came
            && matches!(acted.result, Pressed::Done { .. })
        {
            memory.remember(self.name.clone(), self.content, acted, Instant::now());
        }
        drop(memory);
        if came.is_some() {
            // Nobody may be waiting.
            let _ = self.sender.send(came);
        }
    }
}

/// The bytes of what is remembered of a press.
struct Weight {
    card: usize,
    words: usize,
}

impl Weight {
    fn of(acted: &Acted) -> Self {
        Self {
            card: acted.after.as_ref().map_or(0, of_outcome),
            words: of_words(&acted.result),
        }
    }
}

/// What is remembered when there is no room for all of it. The desk was told the rest once.
fn without(acted: &Acted, card: bool, words: bool) -> Acted {
    let result = match &acted.result {
        Pressed::Done { message, .. } if !words => Pressed::Done {
            message: message.clone(),
            commands: Vec::new(),
            extra: Vec::new(),
        },
        result => result.clone(),
    };
    Acted {
        plugin: acted.plugin.clone(),
        title: acted.title.clone(),
        generation: acted.generation,
        result,
        after: acted.after.as_ref().filter(|_| card).cloned(),
        notes: acted.notes.clone(),
        usage: acted.usage.clone(),
    }
}

fn name(press: &Press) -> Name {
    let of = InstallationId {
        plugin: press.plugin.clone(),
        account: press.context.account.clone(),
    };
    (of, press.key.clone())
}

/// Each part with its length in front, so that no two presses read alike. The order of the fields
/// says nothing.
fn content(press: &Press) -> Content {
    let mut fields: Vec<_> = press.fields.iter().collect();
    fields.sort_unstable();
    let mut digest = Sha256::new();
    let parts = [&press.action, &press.value].into_iter();
    for part in parts.chain(fields.into_iter().flat_map(|(name, text)| [name, text])) {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

fn used() -> Problem {
    Problem::new(
        Code::RequestActionUsed,
        "The button was pressed already, with something else filled in; reload the card to press \
         it anew.",
    )
}

fn full() -> Problem {
    let mut problem = Problem::new(
        Code::CallBusy,
        "More buttons were pressed in an hour than this host remembers; try again later.",
    )
    .of_limit(PRESSES as u64, PRESSES as u64);
    problem.retryable = true;
    problem
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::action::Command;
    use crate::model::card::Card;
    use crate::model::context::Context;
    use crate::model::id::{AccountId, Generation, PluginId};
    use crate::model::outcome::{Answer, Outcome};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::sync::Notify;

    fn press(key: &str, note: &str) -> Press {
        Press {
            plugin: PluginId::parse("shop").expect("an id"),
            action: "refund".into(),
            value: "1001".into(),
            fields: vec![
                ("note".into(), note.into()),
                ("reason".into(), "late".into()),
            ],
            key: key.into(),
            context: Context::of_view("ticket"),
        }
    }

    fn acted(result: Pressed) -> Acted {
        Acted {
            plugin: PluginId::parse("shop").expect("an id"),
            title: "Shop".into(),
            generation: Generation([0; 32]),
            result,
            after: None,
            notes: Vec::new(),
            usage: None,
        }
    }

    fn done(message: &str) -> Acted {
        acted(Pressed::Done {
            message: Some(message.into()),
            commands: Vec::new(),
            extra: Vec::new(),
        })
    }

    fn invalid() -> Acted {
        acted(Pressed::Invalid {
            message: None,
            fields: vec![("reason".into(), "no".into())],
        })
    }

    fn message(acted: &Acted) -> &str {
        match &acted.result {
            Pressed::Done {
                message: Some(message),
                ..
            } => message,
            other => panic!("it was done: {other:?}"),
        }
    }

    async fn said(once: &Once, press: &Press, says: Acted) -> Result<Acted, Problem> {
        once.run(press, async |_| says).await
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_done_is_answered_again_for_an_hour() {
        let once = Once::default();
        let first = press("k", "");
        said(&once, &first, done("one")).await.expect("done");
        tokio::time::advance(REMEMBERED - Duration::from_secs(1)).await;
        let again = said(&once, &first, done("two")).await.expect("known");
        assert_eq!(message(&again), "one");
        let mut turned = press("k", "");
        turned.fields.reverse();
        let again = said(&once, &turned, done("two")).await.expect("known");
        assert_eq!(message(&again), "one");
        let other = said(&once, &press("k", "else"), done("two")).await;
        let problem = other.expect_err("it was done with another note");
        assert_eq!(problem.code, Code::RequestActionUsed);
        tokio::time::advance(Duration::from_secs(1)).await;
        let new = said(&once, &press("k", "else"), done("two")).await;
        assert_eq!(message(&new.expect("forgotten")), "two");
        assert_eq!(once.memory().done.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn the_name_of_a_press_is_its_installations_own() {
        let once = Once::default();
        said(&once, &press("k", ""), done("one"))
            .await
            .expect("done");
        let mut other = press("k", "");
        other.context.account = AccountId::parse("eu").expect("an account");
        let came = said(&once, &other, done("two")).await.expect("done");
        assert_eq!(message(&came), "two");
    }

    #[tokio::test(start_paused = true)]
    async fn what_did_nothing_is_tried_again_with_anything_in_the_form() {
        let once = Once::default();
        let failed = acted(Pressed::Failed(Problem::new(Code::CallTrap, "It crashed.")));
        for nothing in [invalid(), failed] {
            said(&once, &press("k", "a"), nothing).await.expect("run");
        }
        let came = said(&once, &press("k", "b"), done("now")).await;
        assert_eq!(message(&came.expect("done")), "now");
    }

    #[tokio::test(start_paused = true)]
    async fn the_second_of_two_waits_and_hears_what_the_first_did() {
        for (first, calls) in [(done("one"), 1), (invalid(), 1)] {
            let (once, ran, go) = (Once::default(), AtomicUsize::new(0), Notify::new());
            let act = async |_: &mut Turn<'_>| {
                ran.fetch_add(1, Ordering::SeqCst);
                go.notified().await;
                first.clone()
            };
            let press = press("k", "");
            let both = async { tokio::join!(once.run(&press, &act), once.run(&press, &act)) };
            tokio::pin!(both);
            assert!(futures_util::poll!(&mut both).is_pending());
            go.notify_one();
            let (one, two) = both.await;
            assert_eq!(one.expect("run").result, two.expect("heard").result);
            assert_eq!(ran.load(Ordering::SeqCst), calls);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_waits_with_something_else_filled_in_runs_only_if_nothing_was_done() {
        for (first, used) in [(done("one"), true), (invalid(), false)] {
            let (once, go) = (Once::default(), Notify::new());
            let (one, two) = (press("k", "a"), press("k", "b"));
            let (came, other) = {
                let slow = once.run(&one, async |_| {
                    go.notified().await;
                    first.clone()
                });
                let other = said(&once, &two, done("two"));
                let both = async { tokio::join!(slow, other) };
                tokio::pin!(both);
                assert!(futures_util::poll!(&mut both).is_pending());
                go.notify_one();
                both.await
            };
            assert_eq!(came.expect("run").result, first.result);
            match used {
                true => {
                    let problem = other.expect_err("done with another note");
                    assert_eq!(problem.code, Code::RequestActionUsed);
                }
                false => assert_eq!(message(&other.expect("done")), "two"),
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_waits_takes_over_from_one_that_goes_away() {
        let once = Once::default();
        let press = press("k", "");
        let mut first = Box::pin(once.run(&press, async |_| std::future::pending().await));
        assert!(futures_util::poll!(&mut first).is_pending());
        let second = said(&once, &press, done("two"));
        tokio::pin!(second);
        assert!(futures_util::poll!(&mut second).is_pending());
        drop(first);
        assert_eq!(message(&second.await.expect("done")), "two");
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_done_stays_done_when_the_asker_leaves_before_the_card() {
        let once = Once::default();
        let press = press("k", "");
        let mut first = Box::pin(once.run(&press, async |turn| {
            turn.did(&done("one"));
            std::future::pending().await
        }));
        assert!(futures_util::poll!(&mut first).is_pending());
        drop(first);
        let again = said(&once, &press, done("two")).await.expect("known");
        assert_eq!(message(&again), "one");
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_memory_refuses_rather_than_forgets() {
        let once = Once::default();
        for number in 0..PRESSES {
            let press = press(&number.to_string(), "");
            said(&once, &press, done("one")).await.expect("room");
        }
        let refused = said(&once, &press("more", ""), done("two")).await;
        let problem = refused.expect_err("no room");
        assert!(problem.code == Code::CallBusy && problem.retryable);
        let again = said(&once, &press("7", ""), done("two")).await;
        assert_eq!(message(&again.expect("known")), "one");
        tokio::time::advance(REMEMBERED).await;
        said(&once, &press("more", ""), done("two"))
            .await
            .expect("room again");
    }

    #[tokio::test(start_paused = true)]
    async fn cards_and_commands_beyond_their_room_are_left_out_of_what_is_remembered() {
        let once = Once::default();
        let mut large = done("one");
        large.result = Pressed::Done {
            message: Some("one".into()),
            commands: vec![Command::Copy("x".repeat(WORD_BYTES / 3))],
            extra: Vec::new(),
        };
        large.after = Some(Outcome {
            plugin: large.plugin.clone(),
            title: String::new(),
            generation: large.generation,
            answer: Answer::Card(Arc::new(Card {
                contact_name: Some("x".repeat(CARD_BYTES / 2)),
                ..Card::default()
            })),
            notes: Vec::new(),
            usage: None,
            kept: None,
        });
        // Two cards have room, and commands of two presses.
        for (key, card, commands) in [("a", true, 1), ("b", true, 1), ("c", false, 0)] {
            let first = said(&once, &press(key, ""), large.clone()).await;
            assert!(first.expect("done").after.is_some());
            let again = said(&once, &press(key, ""), done("two")).await;
            let again = again.expect("known");
            assert_eq!(again.after.is_some(), card, "{key}");
            let Pressed::Done { commands: kept, .. } = &again.result else {
                panic!("it was done");
            };
            assert_eq!((message(&again), kept.len()), ("one", commands), "{key}");
        }
        tokio::time::advance(REMEMBERED).await;
        once.memory().forget(Instant::now());
        let memory = once.memory();
        assert_eq!((memory.card_bytes, memory.word_bytes), (0, 0));
    }
}
