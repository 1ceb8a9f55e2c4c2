//! Pressing buttons, in a program with a host inside: what is done, what is not, and that it is done
//! once.

use e2e::guests;
use e2e::host::engine;
use sidepane::model::id::InstallationId;
use sidepane::model::time::Millis;
use sidepane::storage::Storage;
use sidepane::storage::memory::MemoryStorage;
use sidepane::{
    AccountId, Acted, Answer, Code, Command, Context, Host, PluginId, Press, Pressed, Problem,
};
use std::sync::Arc;

const NOW: Millis = Millis(1_764_000_000_000);

struct Stage {
    host: Host,
    storage: Arc<MemoryStorage>,
}

/// A host of one guest, with time enough unless the grant says otherwise.
async fn stage(guest: &str, grant: &str) -> Stage {
    let storage = Arc::new(MemoryStorage::default());
    let bytes = std::fs::read(guests::guest(guest)).expect("a compiled guest");
    let host = Host::builder()
        .engine(engine())
        .plugin_with_grant("guest", bytes, grant)
        .storage(storage.clone())
        .start()
        .await
        .expect("a host");
    Stage { host, storage }
}

impl Stage {
    async fn act(&self, press: Press) -> Result<Acted, Problem> {
        self.host.act(press).await
    }

    async fn stored(&self, key: &str) -> Option<String> {
        let of = InstallationId {
            plugin: PluginId::parse("guest").expect("an id"),
            account: AccountId::default(),
        };
        let stored = self.storage.value(&of, key, NOW).await.expect("an answer");
        stored.map(|stored| stored.value)
    }
}

fn press(action: &str, value: &str, key: &str) -> Press {
    Press {
        plugin: PluginId::parse("guest").expect("an id"),
        action: action.to_owned(),
        value: value.to_owned(),
        fields: Vec::new(),
        key: key.to_owned(),
        context: Context::of_view("ticket").email("ada@example.com"),
    }
}

fn with(field: (&str, &str), press: Press) -> Press {
    let (name, text) = field;
    Press {
        fields: vec![(name.to_owned(), text.to_owned())],
        ..press
    }
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

/// The contact's name on the card afterwards, which is where these guests tell what they know.
fn shown(acted: &Acted) -> Option<&str> {
    match &acted.after.as_ref()?.answer {
        Answer::Card(card) => card.contact_name.as_deref(),
        _ => None,
    }
}

fn failure(acted: &Acted) -> &Problem {
    match &acted.result {
        Pressed::Failed(problem) => problem,
        other => panic!("it failed: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_done_is_told_with_the_card_as_it_is_now() {
    let stage = stage("acts", "").await;
    let acted = stage.act(press("count", "", "k-1")).await.expect("called");
    assert_eq!(message(&acted), "1 for ada@example.com under k-1");
    assert_eq!(shown(&acted), Some("1"), "the plugin was asked again");
    let Pressed::Done { commands, .. } = &acted.result else {
        panic!("it was done");
    };
    assert_eq!(commands, &[Command::AddTags(vec!["counted".to_owned()])]);
    let note = acted.notes.first().expect("the other one was left out");
    assert_eq!(
        (note.code, note.field.as_deref()),
        (Code::OutputBadUrl, Some("commands[0]"))
    );
    let usage = acted.usage.expect("it ran");
    assert!(
        usage.fuel.used > 0 && usage.store_ops.used == 1,
        "{usage:?}"
    );
    assert_eq!(stage.stored("count").await.as_deref(), Some("1"));

    let own = stage.act(press("count", "own card", "k-2")).await;
    assert_eq!(shown(&own.expect("called")), Some("mine"));
    let bad = stage.act(press("count", "bad card", "k-3")).await;
    let bad = bad.expect("called");
    assert_eq!(message(&bad), "3 for ada@example.com under k-3");
    let after = bad.after.expect("an outcome");
    let Answer::Failed(problem) = after.answer else {
        panic!("its button is not in the manifest");
    };
    let field = problem.field.as_deref();
    assert_eq!(field, Some("card.blocks[0].data[0].actions[0].id"));
    assert_eq!(stage.stored("count").await.as_deref(), Some("3"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pressing_twice_acts_once() {
    let stage = stage("acts", "").await;
    let (one, two) = tokio::join!(
        stage.act(press("count", "", "k")),
        stage.act(press("count", "", "k")),
    );
    for acted in [&one, &two] {
        let acted = acted.as_ref().expect("called");
        assert_eq!(message(acted), "1 for ada@example.com under k");
        assert_eq!(shown(acted), Some("1"));
    }
    let later = stage.act(press("count", "", "k")).await.expect("known");
    assert_eq!(message(&later), "1 for ada@example.com under k");
    let other = stage.act(with(("note", "more"), press("count", "", "k")));
    assert_eq!(
        other.await.expect_err("done already").code,
        Code::RequestActionUsed
    );
    assert_eq!(stage.stored("count").await.as_deref(), Some("1"));
    let new = stage.act(press("count", "", "k-2")).await.expect("called");
    assert_eq!(message(&new), "2 for ada@example.com under k-2");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_is_not_accepted_changes_nothing_and_may_be_sent_again() {
    let stage = stage("refuses_forms", "").await;
    for _ in 0..2 {
        let acted = stage.act(press("ask", "", "k")).await.expect("called");
        let want = Pressed::Invalid {
            message: Some("Not yet.".to_owned()),
            fields: vec![("reason".to_owned(), "Give a reason.".to_owned())],
        };
        assert_eq!(acted.result, want);
        assert!(acted.after.is_none());
        assert_eq!(stage.stored("asked").await, None);
    }
    let acted = stage.act(with(("reason", "late"), press("ask", "", "k")));
    let acted = acted.await.expect("called");
    assert_eq!(message(&acted), "asked 1");
    assert!(acted.after.is_none(), "it makes no cards");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_fails_has_done_nothing() {
    let stage = stage("fails_when_pressed", "[limits]\ndeadline_ms = 400\n").await;
    for (value, code, told) in [
        ("error", Code::CallPluginError, "Pay it by hand."),
        (
            "silent",
            Code::CallPluginError,
            "Fails could not do it; nothing was changed.",
        ),
        ("panic", Code::CallTrap, "The plugin crashed."),
        ("form", Code::OutputInvalid, ""),
        ("sleep", Code::CallDeadlineExceeded, ""),
    ] {
        let acted = stage.act(press("fail", value, "k")).await.expect("called");
        let problem = failure(&acted);
        assert_eq!(problem.code, code, "{problem}");
        assert!(told.is_empty() || problem.message == told, "{problem}");
        assert_eq!(problem.retryable, matches!(value, "silent" | "sleep"));
        assert_eq!(problem.plugin, Some(acted.plugin.clone()));
        assert!(acted.after.is_none() && acted.usage.is_some());
        assert_eq!(stage.stored("written").await, None, "{value}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_waits_takes_over_from_an_asker_that_goes_away() {
    let stage = stage("fails_when_pressed", "[limits]\ndeadline_ms = 400\n").await;
    let mut first = Box::pin(stage.act(press("fail", "sleep", "k")));
    assert!(futures_util::poll!(&mut first).is_pending());
    let mut second = Box::pin(stage.act(press("fail", "sleep", "k")));
    assert!(futures_util::poll!(&mut second).is_pending());
    drop(first);
    let acted = second.await.expect("called");
    assert_eq!(failure(&acted).code, Code::CallDeadlineExceeded);
    assert!(acted.usage.is_some(), "it was called for itself");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_serves_is_refused() {
    let stage = stage("acts", "").await;
    let nobody = Press {
        plugin: PluginId::parse("nobody").expect("an id"),
        ..press("count", "", "k")
    };
    let elsewhere = Press {
        context: Context::of_view("ticket").account(AccountId::parse("eu").expect("a name")),
        ..press("count", "", "k")
    };
    for (press, code) in [
        (nobody, Code::RequestUnknownPlugin),
        (press("delete", "", "k"), Code::RequestUnknownAction),
        (elsewhere, Code::RequestInvalidField),
    ] {
        let problem = stage.act(press).await.expect_err("not called");
        assert_eq!(problem.code, code, "{problem}");
    }
    assert_eq!(stage.stored("count").await, None);
}
