//! One call of a plugin as it went: what it was asked, what passed between it and the world, how it
//! ended.

mod texts;

use super::action::Press;
use super::context::{Context, Pairs};
use super::event::Event;
use super::http::{HeaderValue, HttpError};
use super::id::{AccountId, Generation, PluginId};
use super::store::StoreError;
use super::time::Millis;
use super::usage::Usage;

/// One recorded call.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// Its name.
    pub id: String,
    /// Who was called.
    pub plugin: PluginId,
    /// For which account.
    pub account: AccountId,
    /// Which version of the plugin.
    pub generation: Generation,
    /// When.
    pub begun: Millis,
    /// What it was asked.
    pub input: Input,
    /// The settings that it could read.
    pub settings: Pairs,
    /// What passed between it and the world, in order.
    pub steps: Vec<Step>,
    /// Whether that is all. A recording that grew too large lacks its end.
    pub whole: bool,
    /// What came of it.
    pub ending: Ending,
    /// What it used of its budget.
    pub usage: Usage,
}

/// What a plugin was called with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A question for its card.
    Card(Context),
    /// An event.
    Event {
        /// What happened.
        event: Box<Event>,
        /// Which try it was, from 1.
        attempt: u32,
    },
    /// A button that was pressed.
    Press(Press),
}

/// One thing that passed between a plugin and the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It read the wall clock so many times and was told the same.
    Wall {
        /// Milliseconds since 1970.
        ms: u64,
        /// How often.
        times: u32,
    },
    /// It read the call's own clock so many times and was told the same.
    Monotonic {
        /// Milliseconds since the call began.
        ms: u64,
        /// How often.
        times: u32,
    },
    /// It drew these random bytes.
    Random(Vec<u8>),
    /// It slept.
    Sleep {
        /// Milliseconds that it meant to sleep; none is for ever.
        ms: Option<u64>,
        /// Whether it woke up before the call ended.
        over: bool,
    },
    /// It wrote a line to its log.
    Log {
        /// `error`, `warn`, `info`, `debug` or `trace`.
        level: String,
        /// What it says.
        message: String,
        /// What belongs to it, by name.
        fields: Pairs,
    },
    /// It sent requests side by side.
    Http {
        /// What it sent.
        requests: Vec<Sent>,
        /// What came back, in the order of the requests. None when the call ended before.
        answers: Option<Vec<Result<Received, HttpError>>>,
    },
    /// It read or wrote a value.
    Store {
        /// What it did.
        call: StoreCall,
        /// What came back. None when the call ended before.
        answer: Option<Result<StoreAnswer, StoreError>>,
    },
}

/// A request as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// In capitals.
    pub method: String,
    /// Absolute.
    pub url: String,
    /// Names in any case. A secret is its name.
    pub headers: Vec<(String, HeaderValue)>,
    /// None sent no body.
    pub body: Option<Written>,
    /// For the whole exchange, in milliseconds.
    pub timeout_ms: Option<u32>,
}

/// An answer as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// 200 to 599.
    pub status: u16,
    /// Names in lower case, in the order received.
    pub headers: Pairs,
    /// Its body.
    pub body: Written,
}

/// A body as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// All of it.
    Text(String),
    /// It is no text, in which nothing could be masked, or too long to be kept.
    Withheld {
        /// How many bytes it has.
        bytes: u64,
    },
}

/// What a plugin does with a value; as in `wit/store.wit`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreCall {
    /// Reads it.
    Get {
        /// Where.
        key: String,
    },
    /// Writes it.
    Set {
        /// Where.
        key: String,
        /// What.
        value: String,
        /// For how long.
        ttl_s: Option<u32>,
    },
    /// Writes it where `expected` stands.
    CompareAndSet {
        /// Where.
        key: String,
        /// What has to stand there.
        expected: Option<String>,
        /// What.
        value: String,
        /// For how long.
        ttl_s: Option<u32>,
    },
    /// Adds to a number.
    Increment {
        /// Where.
        key: String,
        /// How much.
        delta: i64,
    },
    /// Makes it empty.
    Remove {
        /// Where.
        key: String,
    },
    /// Lists keys.
    ListKeys {
        /// What they begin with.
        prefix: String,
        /// Behind which they stand.
        after: Option<String>,
        /// How many at most.
        limit: u32,
    },
}

/// What the store answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreAnswer {
    /// What stands there.
    Value(Option<String>),
    /// It was done.
    Done,
    /// Whether it was written.
    Swapped(bool),
    /// The sum.
    Sum(i64),
    /// The keys.
    Keys(Vec<String>),
}

/// What came of a call, taken apart so that two of them can be compared place by place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// In one word.
    pub kind: EndingKind,
    /// The code of a call that failed, and of an event that was refused.
    pub code: Option<String>,
    /// What the plugin answered: each text with its place (`blocks[0].name`), in order.
    pub texts: Pairs,
    /// More about a failure, for the author. It differs from build to build.
    pub detail: String,
}

impl Ending {
    /// An ending of this kind that says nothing more.
    pub fn of(kind: EndingKind) -> Self {
        Self {
            kind,
            code: None,
            texts: Pairs::new(),
            detail: String::new(),
        }
    }
}

macro_rules! endings {
    ($($variant:ident = $word:literal, $doc:literal;)*) => {
        /// How a call ended, in one word.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum EndingKind {
            $(#[doc = $doc] $variant,)*
        }

        impl EndingKind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }
    };
}

endings! {
    Card = "card", "With a card.";
    Empty = "empty", "Nothing is known of the contact.";
    Acknowledged = "acknowledged", "The event was dealt with.";
    Retry = "retry", "The event is wanted again.";
    GiveUp = "give_up", "The event was given up.";
    Done = "done", "The button did what it says.";
    Invalid = "invalid", "What was filled in could not be accepted.";
    Failed = "failed", "The call failed.";
}

/// Which calls are recorded from now on.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// Of which plugin.
    pub plugin: PluginId,
    /// Which part of its calls, above 0 and at most 1.
    pub share: f64,
    /// How many more.
    pub left: u32,
    /// When it ends in any case.
    pub until: Millis,
}
