//! Between WIT's types and `model`'s, with every bound checked on the way in.

pub(super) mod action;
pub(super) mod card;
pub(super) mod context;
pub(super) mod event;
pub(super) mod form;
pub(super) mod http;
pub(super) mod manifest;
pub(super) mod path;
pub(super) mod store;
