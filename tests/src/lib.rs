//! What the tests of the whole share: a host on port 0, a client, upstream servers, the guests.

pub mod client;
pub mod guests;
pub mod host;
pub mod upstream;
