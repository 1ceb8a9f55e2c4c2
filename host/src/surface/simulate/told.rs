//! What came of a simulation, as the page reads it.

use super::super::Reveal;
use super::super::native::{self, stream::CardEvent};
use super::payload::Invalid;
use super::test_file;
use crate::model::outcome::{Answer, Outcome};
use crate::model::problem::Problem;
use crate::model::recording::Recording;
use crate::model::refusal::Wish;
use crate::model::simulation::{End, Simulated};
use serde_json::{Value, json};

/// A payload that nobody was called with.
pub fn invalid(invalid: &Invalid) -> Value {
    let mut error = error(&invalid.problem, "");
    if let Some(fields) = error.as_object_mut() {
        fields.insert("line".into(), invalid.place.line.into());
        fields.insert("column".into(), invalid.place.column.into());
    }
    json!({"verdict": "invalid", "error": error})
}

/// A call, from its end to its recording.
pub fn of(simulated: &Simulated) -> Value {
    let Ended {
        word,
        again_s,
        problem,
        card,
    } = Ended::of(&simulated.end);
    let run = simulated.recording.as_ref().map(value);
    json!({
        "verdict": if problem.is_none() { "success" } else { "failed" },
        "ending": word,
        "again_s": again_s,
        "error": problem.map(|problem| error(problem, &simulated.next)),
        "card": card,
        "generation": simulated.generation.to_string(),
        "took_ms": u64::try_from(simulated.took.as_millis()).unwrap_or(u64::MAX),
        "held_back": simulated.held_back,
        "run": run,
        "recording": simulated.masked.as_ref().map(text),
        "test": simulated.masked.as_ref().map(test_file::rust),
    })
}

/// An end, taken apart.
struct Ended<'a> {
    word: &'static str,
    /// When a host would try again, where the plugin says so.
    again_s: Option<u64>,
    problem: Option<&'a Problem>,
    card: Option<Value>,
}

impl<'a> Ended<'a> {
    fn of(end: &'a End) -> Self {
        let ended = |word, problem| Self {
            word,
            again_s: None,
            problem,
            card: None,
        };
        match end {
            End::Card(outcome) => Self {
                card: Some(card(outcome)),
                ..match &outcome.answer {
                    Answer::Card(_) => ended("card", None),
                    Answer::Empty => ended("empty", None),
                    Answer::Failed(problem) => ended("failed", Some(problem)),
                }
            },
            End::Acknowledged => ended("acknowledged", None),
            End::Refused { wish, problem } => match wish {
                Wish::GiveUp => ended("give_up", Some(problem)),
                Wish::Retry => ended("retry", Some(problem)),
                Wish::RetryAfter(pause) => Self {
                    again_s: Some(pause.as_secs()),
                    ..ended("retry", Some(problem))
                },
            },
        }
    }
}

fn card(outcome: &Outcome) -> Value {
    let event = CardEvent::new(0, outcome, Reveal::Inside);
    serde_json::to_value(event).unwrap_or_default()
}

fn error(problem: &Problem, next: &str) -> Value {
    json!({
        "code": problem.code.as_str(),
        "message": problem.message,
        "detail": problem.detail,
        "field": problem.field,
        "used": problem.used,
        "limit": problem.limit,
        "hint": problem.hint,
        "next": next,
    })
}

fn text(recording: &Recording) -> String {
    String::from_utf8(native::recording(recording)).unwrap_or_default()
}

fn value(recording: &Recording) -> Value {
    serde_json::from_slice(&native::recording(recording)).unwrap_or_default()
}
