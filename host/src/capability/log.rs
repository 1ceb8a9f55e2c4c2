//! Lines that plugins write: standard output and error, and the contract's `log`.

use crate::model::http::Denial;
use crate::model::id::{AccountId, PluginId, RequestId};

/// One line, already within its limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// How much it matters.
    pub level: Level,
    /// What it says. Plugin-supplied: data, never a format.
    pub message: String,
    /// What belongs to it, by name.
    pub fields: Vec<(String, String)>,
}

/// How much a line matters; as in `wit/log.wit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Somebody has to act.
    Error,
    /// Odd, but it went on.
    Warn,
    /// Worth knowing in normal running.
    Info,
    /// For the author.
    Debug,
    /// Every step.
    Trace,
}

impl Level {
    /// The level as one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// Who wrote a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The plugin.
    pub plugin: PluginId,
    /// The account it was called for.
    pub account: AccountId,
    /// The request it was called in.
    pub request_id: RequestId,
}

/// Where lines go.
pub trait LogSink: Send + Sync {
    /// Takes one line. It must not block.
    fn write(&self, author: &Author, line: LogLine);

    /// Is told of a request that the policy refused. Whoever keeps lines for an author wants it
    /// among them; the operator's log has it already.
    fn denied(&self, _author: &Author, _denial: &Denial) {}
}

/// Hands lines to `tracing` under the target `plugin`, text and fields as data.
#[derive(Debug, Default)]
pub struct TracingLog;

impl LogSink for TracingLog {
    fn write(&self, author: &Author, line: LogLine) {
        let (plugin, account) = (author.plugin.as_str(), author.account.as_str());
        let request = author.request_id.as_str();
        // Debug form escapes line feeds, terminal codes and quotes: one line stays one line.
        let (text, fields) = (&line.message, &line.fields);
        match line.level {
            Level::Error => {
                tracing::error!(target: "plugin", plugin, account, request, ?fields, text = ?text);
            }
            Level::Warn => {
                tracing::warn!(target: "plugin", plugin, account, request, ?fields, text = ?text);
            }
            Level::Info => {
                tracing::info!(target: "plugin", plugin, account, request, ?fields, text = ?text);
            }
            Level::Debug => {
                tracing::debug!(target: "plugin", plugin, account, request, ?fields, text = ?text);
            }
            Level::Trace => {
                tracing::trace!(target: "plugin", plugin, account, request, ?fields, text = ?text);
            }
        }
    }
}
