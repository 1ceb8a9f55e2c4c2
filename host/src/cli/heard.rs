//! What a plugin wrote to its log and was refused, in order, while a command called it.

use super::print;
use serde_json::{Map, Value, json};
use sidepane::capability::log::{Author, LogLine, LogSink};
use sidepane::model::http::Denial;
use std::sync::{Mutex, PoisonError};

/// What the plugin wrote and was refused, in order.
#[derive(Debug, Default)]
pub(crate) struct Heard(Mutex<Vec<Line>>);

/// One line of it.
#[derive(Clone, Debug)]
pub(crate) enum Line {
    /// The plugin wrote it.
    Wrote(LogLine),
    /// The policy refused the plugin a request.
    Denied(Denial),
}

impl Heard {
    /// All lines so far.
    pub(crate) fn lines(&self) -> Vec<Line> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn push(&self, line: Line) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push(line);
    }
}

impl LogSink for Heard {
    fn write(&self, _author: &Author, line: LogLine) {
        self.push(Line::Wrote(line));
    }

    fn denied(&self, _author: &Author, denial: &Denial) {
        self.push(Line::Denied(denial.clone()));
    }
}

impl Line {
    /// The line for a terminal. A hint that the failure repeats is left to it.
    pub(crate) fn text(&self, told_later: Option<&str>) -> String {
        match self {
            Self::Wrote(line) => {
                let mut text = format!("{:12}{}", line.level.as_str(), print::plain(&line.message));
                for (name, value) in &line.fields {
                    text += &format!(" {}={:?}", print::plain(name), print::plain(value));
                }
                text
            }
            Self::Denied(denial) => {
                let mut text = format!("{:12}{}", "denied", print::plain(&denial.why));
                if let Some(hint) = denial.hint.as_deref()
                    && told_later != Some(hint)
                {
                    text += &format!("\nWrite:\n{hint}");
                }
                text
            }
        }
    }

    /// The line for a program.
    pub(crate) fn json(&self) -> Value {
        match self {
            Self::Wrote(line) => {
                let fields: Map<String, Value> = line
                    .fields
                    .iter()
                    .map(|(name, value)| (name.clone(), value.clone().into()))
                    .collect();
                json!({"level": line.level.as_str(), "message": line.message, "fields": fields})
            }
            Self::Denied(denial) => json!({
                "level": "denied",
                "message": denial.why,
                "rule": denial.rule.to_string(),
                "hint": denial.hint,
            }),
        }
    }
}
