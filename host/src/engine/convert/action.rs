//! A press on its way into a plugin, and what the plugin made of it on its way out.

use super::card::{Checked, card_from_wit, judged};
use super::context::context_to_wit;
use super::path::Path;
use crate::engine::blame::agent_text;
use crate::model::action::{Command, Press, Pressed};
use crate::model::card::Link;
use crate::model::context::Pairs;
use crate::model::problem::{Code, Problem};
use crate::policy::limits::CardLimits;
use sidepane_bindings::exports::action as wit;
use std::collections::HashSet;

/// Commands of one press. An agent follows them one by one: sixteen are more than anybody checks.
const COMMANDS: usize = 16;
/// Bytes of a text to copy or to put into a draft: a long letter.
const LETTER_BYTES: usize = 16 << 10;
/// Bytes of any other text of a command, and of what is wrong with a field: a few lines.
const LINE_BYTES: usize = 1 << 10;
/// Tags of one command. Desks take far fewer.
const TAGS: usize = 32;
/// Bytes of a field's name; the contract's number.
const NAME_BYTES: usize = 64;

/// What a plugin made of a press, checked.
#[derive(Debug)]
pub struct Submitted {
    /// Done or invalid.
    pub result: Pressed,
    /// The card afterwards, where the plugin gave one. What is wrong with it does not undo what was
    /// done.
    pub card: Option<Result<Checked, Problem>>,
    /// One `output.bad_url` for each command that was left out.
    pub notes: Vec<Problem>,
}

/// The press as the plugin gets it.
pub(in crate::engine) fn press_to_wit(press: &Press) -> wit::Action {
    wit::Action {
        id: press.action.clone(),
        value: press.value.clone(),
        fields: press.fields.clone(),
        idempotency_key: press.key.clone(),
        context: context_to_wit(&press.context),
    }
}

/// Checks what came of a press.
///
/// # Errors
/// `output.limit` and `output.invalid` with the field's path: such an answer fails whole. A bad
/// link is not among them, it loses its command; nor is the card, which fails for itself.
pub(in crate::engine) fn result_from_wit(
    result: wit::ActionResult,
    limits: &CardLimits,
    actions: &[String],
) -> Result<Submitted, Problem> {
    let mut check = Check {
        limits,
        notes: Vec::new(),
    };
    let root = Path::Root;
    let message = result.message.and_then(agent_text);
    if !result.field_errors.is_empty() {
        let fields = check.field_errors(&root.field("field_errors"), result.field_errors)?;
        return Ok(Submitted {
            result: Pressed::Invalid { message, fields },
            card: None,
            notes: check.notes,
        });
    }
    let commands = check.commands(&root.field("commands"), result.commands)?;
    let extra = check.extra(&root.field("extra"), result.extra)?;
    let card = result.card.map(|card| {
        card_from_wit(card, limits, actions).map_err(|mut problem| {
            problem.field = problem.field.map(|at| format!("card.{at}"));
            problem
        })
    });
    Ok(Submitted {
        result: Pressed::Done {
            message,
            commands,
            extra,
        },
        card,
        notes: check.notes,
    })
}

struct Check<'a> {
    limits: &'a CardLimits,
    notes: Vec<Problem>,
}

type Checks<T> = Result<T, Problem>;

impl Check<'_> {
    fn field_errors(&self, at: &Path<'_>, errors: Pairs) -> Checks<Pairs> {
        bounded(at, errors.len(), self.limits.fields)?;
        let mut named = HashSet::new();
        for (index, (name, reason)) in errors.iter().enumerate() {
            let at = at.index(index);
            let why = match (is_name(name), named.insert(name)) {
                (true, true) => {
                    bounded(&at, reason.len(), LINE_BYTES)?;
                    continue;
                }
                (true, false) => "A field is named twice among those that cannot be accepted.",
                (false, _) => "What cannot be accepted has a name that no field can have.",
            };
            return Err(Problem::new(Code::OutputInvalid, why)
                .field(at.to_string())
                .detail(format!(
                    "name {:?}",
                    name.chars().take(80).collect::<String>()
                )));
        }
        Ok(errors)
    }

    fn commands(&mut self, at: &Path<'_>, commands: Vec<wit::Command>) -> Checks<Vec<Command>> {
        bounded(at, commands.len(), COMMANDS)?;
        let mut checked = Vec::with_capacity(commands.len());
        for (index, command) in commands.into_iter().enumerate() {
            checked.extend(self.command(&at.index(index), command)?);
        }
        Ok(checked)
    }

    /// One step; none when its link is not one to follow, which is noted.
    fn command(&mut self, at: &Path<'_>, command: wit::Command) -> Checks<Option<Command>> {
        Ok(Some(match command {
            wit::Command::OpenUrl(url) => {
                return Ok(self.url(at, url).map(Command::OpenUrl));
            }
            wit::Command::AddLink(link) => {
                let text = line_or_none(at, link.text)?;
                let url = self.url(at, link.url);
                return Ok(url.map(|url| Command::AddLink(Link { url, text })));
            }
            wit::Command::Copy(text) => Command::Copy(letter(at, text)?),
            wit::Command::InsertDraft(text) => Command::InsertDraft(letter(at, text)?),
            wit::Command::AddTags(tags) => {
                bounded(at, tags.len(), TAGS)?;
                let tags = tags.into_iter().map(|tag| line(at, tag));
                Command::AddTags(tags.collect::<Result<_, _>>()?)
            }
            wit::Command::Assign(assignee) => Command::Assign {
                agent: line_or_none(at, assignee.agent)?,
                group: line_or_none(at, assignee.group)?,
            },
            wit::Command::SetStatus(status) => Command::SetStatus(line(at, status)?),
            wit::Command::Notify(text) => Command::Notify(line(at, text)?),
            wit::Command::Other(other) => Command::Other {
                kind: line(at, other.kind)?,
                text: line(at, other.text)?,
                json: letter(at, other.json)?,
            },
        }))
    }

    fn url(&mut self, at: &Path<'_>, url: String) -> Option<String> {
        let left_out = "A command was left out: its link is not one to follow.";
        match judged(url, self.limits, at, left_out) {
            Ok(url) => Some(url),
            Err(note) => {
                self.notes.push(note);
                None
            }
        }
    }

    fn extra(&self, at: &Path<'_>, pairs: Pairs) -> Checks<Pairs> {
        bounded(at, pairs.len(), self.limits.rows)?;
        for (index, (name, value)) in pairs.iter().enumerate() {
            bounded(&at.index(index), name.len(), self.limits.text_bytes)?;
            bounded(&at.index(index), value.len(), self.limits.text_bytes)?;
        }
        Ok(pairs)
    }
}

/// `[a-z0-9_]{1,64}`.
fn is_name(name: &str) -> bool {
    (1..=NAME_BYTES).contains(&name.len())
        && name
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

fn letter(at: &Path<'_>, text: String) -> Checks<String> {
    bounded(at, text.len(), LETTER_BYTES)?;
    Ok(text)
}

fn line(at: &Path<'_>, text: String) -> Checks<String> {
    bounded(at, text.len(), LINE_BYTES)?;
    Ok(text)
}

fn line_or_none(at: &Path<'_>, text: Option<String>) -> Checks<Option<String>> {
    text.map(|text| line(at, text)).transpose()
}

fn bounded(at: &Path<'_>, used: usize, limit: usize) -> Checks<()> {
    at.at_most("answer", used, limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done() -> wit::ActionResult {
        wit::ActionResult {
            message: None,
            card: None,
            field_errors: Vec::new(),
            commands: Vec::new(),
            extra: Vec::new(),
        }
    }

    fn with(commands: Vec<wit::Command>) -> wit::ActionResult {
        wit::ActionResult { commands, ..done() }
    }

    fn checked(result: wit::ActionResult) -> Result<Submitted, Problem> {
        result_from_wit(result, &CardLimits::default(), &["refund".into()])
    }

    fn pair(name: &str, text: &str) -> (String, String) {
        (name.to_owned(), text.to_owned())
    }

    fn refused(result: wit::ActionResult) -> (Code, String, Option<(u64, u64)>) {
        let problem = checked(result).expect_err("an answer that cannot be taken");
        let measure = problem.used.zip(problem.limit);
        (problem.code, problem.field.unwrap_or_default(), measure)
    }

    #[test]
    fn every_command_keeps_what_it_says() {
        let link = |url: &str| wit::Link {
            url: url.into(),
            text: Some("Order".into()),
        };
        let other = wit::OtherCommand {
            kind: "untag".into(),
            text: "Take the tag off.".into(),
            json: "[1]".into(),
        };
        let nobody = wit::Assignee {
            agent: None,
            group: None,
        };
        let result = with(vec![
            wit::Command::OpenUrl("HTTPS://Shop.example/1".into()),
            wit::Command::Copy("x".repeat(16 << 10)),
            wit::Command::AddTags(vec!["refunded".into()]),
            wit::Command::Assign(nobody),
            wit::Command::AddLink(link("https://shop.example/2")),
            wit::Command::Other(other),
        ]);
        let Pressed::Done { commands, .. } = checked(result).expect("an answer").result else {
            panic!("it was done");
        };
        assert_eq!(
            commands[0],
            Command::OpenUrl("https://shop.example/1".into())
        );
        assert_eq!(commands[2], Command::AddTags(vec!["refunded".into()]));
        assert!(matches!(
            &commands[3],
            Command::Assign {
                agent: None,
                group: None
            }
        ));
        let Command::AddLink(link) = &commands[4] else {
            panic!("a link");
        };
        assert_eq!(link.text.as_deref(), Some("Order"));
        assert!(matches!(&commands[5], Command::Other { json, .. } if json == "[1]"));
    }

    #[test]
    fn a_bad_link_loses_only_its_command() {
        let submitted = checked(with(vec![
            wit::Command::Notify("one".into()),
            wit::Command::OpenUrl("javascript:alert(1)".into()),
            wit::Command::Notify("two".into()),
        ]))
        .expect("an answer");
        let Pressed::Done { commands, .. } = submitted.result else {
            panic!("it was done");
        };
        assert_eq!(commands.len(), 2);
        let note = &submitted.notes[0];
        assert_eq!(
            (note.code, note.field.as_deref()),
            (Code::OutputBadUrl, Some("commands[1]"))
        );
    }

    #[test]
    fn every_bound_is_named_with_its_place() {
        let limit = |at: &str, used, limit| (Code::OutputLimit, at.to_owned(), Some((used, limit)));
        let notify = wit::Command::Notify("x".into());
        let errors = |field_errors| wit::ActionResult {
            field_errors,
            ..done()
        };
        let many: Vec<_> = (0..13).map(|i| pair(&format!("f{i}"), "no")).collect();
        let cases = [
            (with(vec![notify.clone(); 17]), limit("commands", 17, 16)),
            (
                with(vec![notify, wit::Command::Copy("x".repeat(16_385))]),
                limit("commands[1]", 16_385, 16_384),
            ),
            (
                with(vec![wit::Command::SetStatus("x".repeat(1_025))]),
                limit("commands[0]", 1_025, 1_024),
            ),
            (
                with(vec![wit::Command::AddTags(vec!["t".into(); 33])]),
                limit("commands[0]", 33, 32),
            ),
            (errors(many), limit("field_errors", 13, 12)),
            (
                errors(vec![pair("a", "ok"), pair("b", &"x".repeat(1_025))]),
                limit("field_errors[1]", 1_025, 1_024),
            ),
            (
                errors(vec![pair("Reason!", "no")]),
                (Code::OutputInvalid, "field_errors[0]".into(), None),
            ),
            (
                errors(vec![pair("a", "no"), pair("a", "never")]),
                (Code::OutputInvalid, "field_errors[1]".into(), None),
            ),
            (
                wit::ActionResult {
                    extra: vec![pair("later", &"x".repeat(5_000))],
                    ..done()
                },
                limit("extra[0]", 5_000, 4_096),
            ),
        ];
        for (result, want) in cases {
            assert_eq!(refused(result), want);
        }
    }

    #[test]
    fn words_for_the_agent_are_cut_and_empty_ones_are_none() {
        for (said, kept) in [("ä".repeat(600), Some(1_024)), ("  ".to_owned(), None)] {
            let result = wit::ActionResult {
                message: Some(said),
                ..done()
            };
            let Pressed::Done { message, .. } = checked(result).expect("an answer").result else {
                panic!("it was done");
            };
            assert_eq!(message.map(|text| text.len()), kept);
        }
    }

    #[test]
    fn fields_that_cannot_be_accepted_leave_everything_else_out() {
        let submitted = checked(wit::ActionResult {
            message: Some("Not yet.".into()),
            field_errors: vec![pair("reason", "Choose one.")],
            ..with(vec![wit::Command::Notify("done".into())])
        })
        .expect("an answer");
        let want = Pressed::Invalid {
            message: Some("Not yet.".into()),
            fields: vec![pair("reason", "Choose one.")],
        };
        assert_eq!(submitted.result, want);
        assert!(submitted.card.is_none());
    }

    #[test]
    fn a_card_that_cannot_be_shown_does_not_undo_what_was_done() {
        use sidepane_bindings::imports::card as wit_card;
        let button = wit_card::Button {
            id: "delete".into(),
            label: "Delete".into(),
            style: wit_card::ButtonStyle::Plain,
            value: String::new(),
            confirm: None,
            fields: Vec::new(),
        };
        let card = wit_card::Card {
            contact_name: None,
            contact_link: None,
            cache_s: None,
            blocks: vec![wit_card::Block {
                name: "Orders".into(),
                icon: None,
                data: vec![wit_card::Element::Actions(vec![button])],
            }],
            extra: Vec::new(),
        };
        let submitted = checked(wit::ActionResult {
            card: Some(card),
            ..done()
        })
        .expect("an answer");
        assert!(matches!(submitted.result, Pressed::Done { .. }));
        let problem = submitted.card.expect("a card").expect_err("a bad one");
        assert_eq!(
            problem.field.as_deref(),
            Some("card.blocks[0].data[0].actions[0].id")
        );
    }
}
