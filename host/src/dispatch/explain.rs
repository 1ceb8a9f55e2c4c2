//! Why each plugin's card stands in a pane or does not. A function of the snapshot, the question and
//! what came of it.

use crate::catalog::{LoadedPlugin, Refused, Snapshot};
use crate::model::explain::{Explained, Fate};
use crate::model::id::PluginId;
use crate::model::outcome::{Answer, Outcome};
use crate::model::problem::{Code, Problem};
use crate::surface::Question;

/// Every plugin of the folder: the served ones in the operator's order, then those that their
/// grants switch off, then refused files.
pub(super) fn explain(
    snapshot: &Snapshot,
    question: &Question,
    outcomes: &[Outcome],
) -> Vec<Explained> {
    let served = snapshot.plugins().iter().map(|plugin| {
        let outcome = outcomes.iter().find(|outcome| outcome.plugin == plugin.id);
        let mut explained = match outcome {
            Some(outcome) => asked(plugin, outcome),
            None => passed_over(plugin, question),
        };
        if let Some(pending) = snapshot.pending(&plugin.id) {
            // What serves is an earlier version, which may be the whole answer.
            explained.next += &format!(
                "\nIts newest version is not served, an earlier one is: {}: {}",
                pending.problem.code, pending.problem.message
            );
        }
        explained
    });
    let disabled = snapshot.disabled().iter().map(disabled);
    let refused = snapshot.refused().iter().map(refused);
    served.chain(disabled).chain(refused).collect()
}

fn of(plugin: &LoadedPlugin, fate: Fate, next: String) -> Explained {
    Explained {
        plugin: plugin.id.to_string(),
        title: Some(plugin.manifest.name.clone()),
        fate,
        generation: Some(plugin.generation),
        permission: plugin.permission.0.clone(),
        time_ms: None,
        problem: None,
        next,
    }
}

fn asked(plugin: &LoadedPlugin, outcome: &Outcome) -> Explained {
    let (fate, problem) = match &outcome.answer {
        Answer::Card(_) => (Fate::Card, None),
        Answer::Empty => (Fate::Empty, None),
        Answer::Failed(problem) if problem.code == Code::CallBusy => (Fate::Busy, Some(problem)),
        Answer::Failed(problem) => (Fate::Failed, Some(problem)),
    };
    let next = match (fate, problem) {
        (_, Some(problem)) => mend(&plugin.id, problem),
        (Fate::Empty, None) => {
            "The plugin knows nothing of this contact. Is it the right e-mail address, phone number \
             or external id?"
                .to_owned()
        }
        _ if !outcome.notes.is_empty() => {
            "The card stands; links that no agent should follow, or markup that none is shown, were \
             left out of it. Tell the plugin's author."
                .to_owned()
        }
        _ => "Nothing: its card is in the pane.".to_owned(),
    };
    Explained {
        generation: Some(outcome.generation),
        time_ms: outcome.usage.as_ref().map(|usage| usage.time_ms),
        problem: problem.cloned(),
        ..of(plugin, fate, next)
    }
}

fn passed_over(plugin: &LoadedPlugin, question: &Question) -> Explained {
    let (fate, next) = if !plugin.program.serves_cards() {
        (
            Fate::NoCards,
            format!(
                "It serves {} and no cards; there is nothing to show.",
                plugin.program.serves().join(" and ")
            ),
        )
    } else if !plugin.serves_view(&question.context.view) {
        (
            Fate::OtherView,
            format!(
                "Its manifest names the views {}; ask in one of those, or have its author add \
                 {:?}.",
                plugin.manifest.views.join(", "),
                question.context.view
            ),
        )
    } else if !plugin.installations.contains_key(&question.context.account) {
        (
            Fate::NotInstalled,
            format!(
                "It is not installed for the account {}; add [accounts.{0}] to sidepane.toml.",
                question.context.account
            ),
        )
    } else {
        (
            Fate::NotNamed,
            format!(
                "The request named other plugins; leave `plugin` out, or name {}.",
                plugin.id
            ),
        )
    };
    of(plugin, fate, next)
}

fn disabled(id: &PluginId) -> Explained {
    Explained {
        plugin: id.to_string(),
        title: None,
        fate: Fate::Disabled,
        generation: None,
        permission: Vec::new(),
        time_ms: None,
        problem: None,
        next: format!("Its grant switches it off: write `enabled = true` into {id}.toml."),
    }
}

fn refused(file: &Refused) -> Explained {
    let plugin = file.file.strip_suffix(".wasm").unwrap_or(&file.file);
    Explained {
        plugin: plugin.to_owned(),
        title: None,
        fate: Fate::Refused,
        generation: None,
        permission: Vec::new(),
        time_ms: None,
        problem: Some(file.problem.clone()),
        next: format!(
            "Mend what the error names; `sidepane check {}` says when it is good.",
            file.file
        ),
    }
}

/// What mends a failed call: the lines of the grant where there are some.
pub fn mend(id: &PluginId, problem: &Problem) -> String {
    if let Some(hint) = &problem.hint {
        return format!("Write into {id}.toml:\n{hint}");
    }
    let family = problem.code.as_str().split('.').next().unwrap_or_default();
    let who = match (problem.code, family) {
        (Code::CallBusy, _) => {
            return format!(
                "Ask again; when it stays so, raise `concurrency` under [limits] of {id}.toml."
            );
        }
        (Code::HttpDenied, _) => "no grant can allow it; the plugin's author has to change it",
        (_, "http") => "look at the server that the plugin asks",
        (_, "call") if problem.limit.is_some() => {
            return format!(
                "Raise the limit under [limits] of {id}.toml, or have the plugin's author do with \
                 less; docs/status-codes.md: {}.",
                problem.code
            );
        }
        _ => "tell the plugin's author",
    };
    format!(
        "The log has more; {who}. docs/status-codes.md: {}.",
        problem.code
    )
}
