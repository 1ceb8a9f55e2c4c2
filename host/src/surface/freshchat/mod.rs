//! Freshchat: product events that an app in Freshworks' cloud forwards, and webhooks that Freshchat
//! sends itself; and what to paste into its right-hand pane.
//!
//! The desk's JSON is read leniently, since one field is absent, null or `{}` from one event to the
//! next, and its documentation and its samples disagree. docs/surfaces.md says where.

mod changes;
mod conversation;
mod events;
mod message;
mod paste;
mod people;
#[cfg(test)]
mod relay_tests;
mod webhook;

pub use events::Events;
pub use paste::Paste;
pub use webhook::Webhook;

/// The `source` of events from both doors.
const SOURCE: &str = "freshchat";
