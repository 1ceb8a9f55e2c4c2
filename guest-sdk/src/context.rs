//! What the host asks about.

#[doc(inline)]
pub use crate::bindings::host::sidepane::plugin::context::{Agent, Context, Visitor};

impl Context {
    /// What the company's site stored about the visitor under this name.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        value(&self.attributes, name)
    }

    /// What the desk's administrator set for this integration under this name.
    pub fn param(&self, name: &str) -> Option<&str> {
        value(&self.params, name)
    }

    /// What a later desk or host tells under this name.
    pub fn extra(&self, name: &str) -> Option<&str> {
        value(&self.extra, name)
    }
}

/// The first value of that name.
pub(crate) fn value<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let (_, value) = pairs.iter().find(|(key, _)| key == name)?;
    Some(value)
}
