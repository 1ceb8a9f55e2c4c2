//! The answer of `/v1/actions`: what came of a press, and the card afterwards.

use super::super::answer::{self, Each, ErrorView};
use super::super::{Reply, Reveal};
use super::render::{Digest, OutcomeView, UsageView};
use crate::model::action::{Acted, Command, Pressed};
use crate::model::id::RequestId;
use crate::model::problem::{Code, Problem};
use http::StatusCode;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::ser::{Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Writes what came of a press, for the request that asked: what is answered again has another name
/// each time.
pub fn acted(acted: &Acted, request_id: &RequestId, reveal: Reveal) -> Reply {
    let inside = reveal == Reveal::Inside;
    let mut view = ActedView {
        request_id: request_id.as_str(),
        plugin: acted.plugin.as_str(),
        generation: Digest(&acted.generation),
        status: "done",
        message: None,
        field_errors: TextsView(&[]),
        commands: Each(&[], CommandView::new),
        error: None,
        card: acted
            .after
            .as_ref()
            .map(|outcome| OutcomeView::new(outcome, reveal)),
        usage: acted.usage.as_ref().filter(|_| inside).map(UsageView),
        notes: (inside && !acted.notes.is_empty())
            .then(|| Each(&acted.notes, |note| Some(ErrorView::of_card(note)))),
    };
    match &acted.result {
        Pressed::Done {
            message, commands, ..
        } => {
            view.message = message.as_deref();
            view.commands = Each(commands, CommandView::new);
        }
        Pressed::Invalid { message, fields } => {
            view.status = "invalid";
            view.message = message.as_deref();
            view.field_errors = TextsView(fields);
        }
        Pressed::Failed(problem) => {
            view.status = match problem.code {
                Code::CallBusy => "busy",
                _ => "error",
            };
            view.error = Some(match inside {
                true => ErrorView::of_card(problem),
                false => ErrorView::brief(problem),
            });
        }
    }
    answer::json(StatusCode::OK, &view, 2_048)
}

#[derive(serde::Serialize, JsonSchema)]
#[schemars(rename = "Acted")]
pub(super) struct ActedView<'a> {
    request_id: &'a str,
    plugin: &'a str,
    generation: Digest<'a>,
    #[schemars(extend("enum" = ["done", "invalid", "busy", "error"]))]
    status: &'static str,
    message: Option<&'a str>,
    field_errors: TextsView<'a>,
    commands: Each<'a, Command, CommandView<'a>>,
    error: Option<ErrorView<'a>>,
    card: Option<OutcomeView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<UsageView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<Each<'a, Problem, ErrorView<'a>>>,
}

/// Names with their texts as an object; no name stands twice.
struct TextsView<'a>(&'a [(String, String)]);

impl Serialize for TextsView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, text)| (name, text)))
    }
}

impl JsonSchema for TextsView<'_> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Texts".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        BTreeMap::<String, String>::json_schema(generator)
    }
}

#[derive(serde::Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schemars(rename = "Command")]
pub(in crate::surface) enum CommandView<'a> {
    OpenUrl {
        url: &'a str,
    },
    Copy {
        text: &'a str,
    },
    InsertDraft {
        text: &'a str,
    },
    AddTags {
        tags: &'a [String],
    },
    Assign {
        agent: Option<&'a str>,
        group: Option<&'a str>,
    },
    SetStatus {
        status: &'a str,
    },
    AddLink {
        url: &'a str,
        text: Option<&'a str>,
    },
    Notify {
        text: &'a str,
    },
    Other {
        kind: &'a str,
        text: &'a str,
        json: &'a str,
    },
}

impl<'a> CommandView<'a> {
    #[expect(
        clippy::unnecessary_wraps,
        reason = "what `Each` takes may leave items out"
    )]
    pub(in crate::surface) fn new(command: &'a Command) -> Option<Self> {
        Some(match command {
            Command::OpenUrl(url) => Self::OpenUrl { url },
            Command::Copy(text) => Self::Copy { text },
            Command::InsertDraft(text) => Self::InsertDraft { text },
            Command::AddTags(tags) => Self::AddTags { tags },
            Command::Assign { agent, group } => Self::Assign {
                agent: agent.as_deref(),
                group: group.as_deref(),
            },
            Command::SetStatus(status) => Self::SetStatus { status },
            Command::AddLink(link) => Self::AddLink {
                url: &link.url,
                text: link.text.as_deref(),
            },
            Command::Notify(text) => Self::Notify { text },
            Command::Other { kind, text, json } => Self::Other { kind, text, json },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::card::{Card, Link};
    use crate::model::id::{Generation, PluginId};
    use crate::model::outcome::{Answer, Outcome};
    use crate::model::usage::Usage;
    use serde_json::{Value, json};
    use std::sync::Arc;

    fn of(result: Pressed) -> Acted {
        Acted {
            plugin: PluginId::parse("shop").expect("an id"),
            title: "Shop".into(),
            generation: Generation([0; 32]),
            result,
            after: None,
            notes: Vec::new(),
            usage: Some(Usage::default()),
        }
    }

    fn written(result: &Acted, reveal: Reveal) -> Value {
        let reply = acted(result, &RequestId::new("r-2"), reveal);
        assert_eq!(reply.status, StatusCode::OK);
        serde_json::from_slice(&reply.body).expect("JSON")
    }

    #[test]
    fn what_was_done_is_written_with_every_command() {
        let mut done = of(Pressed::Done {
            message: Some("Refunded.".into()),
            commands: vec![
                Command::OpenUrl("https://shop.example/".into()),
                Command::Copy("R-7".into()),
                Command::InsertDraft("Dear Ada".into()),
                Command::AddTags(vec!["refunded".into()]),
                Command::Assign {
                    agent: None,
                    group: Some("money".into()),
                },
                Command::SetStatus("resolved".into()),
                Command::AddLink(Link {
                    url: "https://shop.example/7".into(),
                    text: None,
                }),
                Command::Notify("Done".into()),
                Command::Other {
                    kind: "untag".into(),
                    text: "Take it off".into(),
                    json: "[]".into(),
                },
            ],
            extra: Vec::new(),
        });
        done.after = Some(Outcome {
            plugin: done.plugin.clone(),
            title: done.title.clone(),
            generation: done.generation,
            answer: Answer::Card(Arc::new(Card::default())),
            notes: Vec::new(),
            usage: None,
            kept: None,
        });
        let generation = format!("sha256:{}", "0".repeat(64));
        let want = json!({
            "request_id": "r-2", "plugin": "shop", "generation": generation, "status": "done",
            "message": "Refunded.", "field_errors": {},
            "commands": [
                {"type": "open_url", "url": "https://shop.example/"},
                {"type": "copy", "text": "R-7"},
                {"type": "insert_draft", "text": "Dear Ada"},
                {"type": "add_tags", "tags": ["refunded"]},
                {"type": "assign", "agent": null, "group": "money"},
                {"type": "set_status", "status": "resolved"},
                {"type": "add_link", "url": "https://shop.example/7", "text": null},
                {"type": "notify", "text": "Done"},
                {"type": "other", "kind": "untag", "text": "Take it off", "json": "[]"},
            ],
            "error": null,
            "card": {
                "plugin": "shop", "generation": generation, "status": "ok", "age_ms": 0,
                "error": null,
                "card": {"contact_name": null, "contact_link": null, "cache_s": null, "blocks": []},
            },
        });
        assert_eq!(written(&done, Reveal::Cards), want);
    }

    #[test]
    fn what_was_not_done_says_why_and_how_much_of_it_depends_on_who_asks() {
        let invalid = of(Pressed::Invalid {
            message: None,
            fields: vec![("reason".into(), "Choose one.".into())],
        });
        let invalid = written(&invalid, Reveal::Cards);
        assert_eq!(
            (&invalid["status"], &invalid["field_errors"]),
            (&json!("invalid"), &json!({"reason": "Choose one."}))
        );
        assert_eq!(invalid.get("usage"), None);
        for (code, status) in [(Code::CallBusy, "busy"), (Code::CallTrap, "error")] {
            let problem = Problem::new(code, "No.").of_limit(16, 16);
            let failed = of(Pressed::Failed(problem));
            let brief = written(&failed, Reveal::Cards);
            assert_eq!(brief["status"], status);
            let said = json!({"code": code.as_str(), "message": "No."});
            assert_eq!(brief["error"], said);
            let whole = written(&failed, Reveal::Inside);
            assert_eq!(whole["error"]["limit"], 16);
            assert_eq!(whole["usage"]["fuel"], json!({"used": 0, "limit": 0}));
        }
    }
}
