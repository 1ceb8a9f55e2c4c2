//! Lines for the operator's log; agents never see them.
//!
//! ```
//! let (customer, orders) = ("C-42", 3);
//! sidepane_sdk::info!("looked up {customer}");
//! sidepane_sdk::warn!(customer = customer, orders = orders; "more orders than the card shows");
//! ```
//!
//! What is in front of the `;` are fields, which the operator can filter by. `println!` and
//! `eprintln!` end up in the log as well, at `info` and `warn` and without fields.

#[doc(inline)]
pub use crate::bindings::host::sidepane::plugin::log::Level;

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

/// Writes one line; the macros are shorter.
pub fn write(level: Level, message: &str, fields: &[(String, String)]) {
    crate::host::log(level, message, fields);
}

/// Writes a line at a [`Level`](crate::log::Level): fields, `;`, and a message as for `format!`.
#[macro_export]
macro_rules! log {
    ($level:expr, $($name:ident = $value:expr),+ $(,)? ; $($message:tt)+) => {
        $crate::log::write(
            $level,
            &::std::format!($($message)+),
            &[$((
                ::std::string::String::from(::std::stringify!($name)),
                ::std::string::ToString::to_string(&$value),
            )),+],
        )
    };
    ($level:expr, $($message:tt)+) => {
        $crate::log::write($level, &::std::format!($($message)+), &[])
    };
}

/// Writes a line that somebody has to act on; see [`log`](mod@crate::log).
#[macro_export]
macro_rules! error {
    ($($line:tt)+) => { $crate::log!($crate::log::Level::Error, $($line)+) };
}

/// Writes a line about something odd; see [`log`](mod@crate::log).
#[macro_export]
macro_rules! warn {
    ($($line:tt)+) => { $crate::log!($crate::log::Level::Warn, $($line)+) };
}

/// Writes a line worth knowing in normal running; see [`log`](mod@crate::log).
#[macro_export]
macro_rules! info {
    ($($line:tt)+) => { $crate::log!($crate::log::Level::Info, $($line)+) };
}

/// Writes a line for the plugin's author; see [`log`](mod@crate::log).
#[macro_export]
macro_rules! debug {
    ($($line:tt)+) => { $crate::log!($crate::log::Level::Debug, $($line)+) };
}

/// Writes a line about one step; see [`log`](mod@crate::log).
#[macro_export]
macro_rules! trace {
    ($($line:tt)+) => { $crate::log!($crate::log::Level::Trace, $($line)+) };
}
