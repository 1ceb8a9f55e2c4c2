//! Parts of the demo that its tests use too.
#![deny(missing_docs)]

pub mod crm;
