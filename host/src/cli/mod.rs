//! The commands: one a file, each a function from its arguments to an exit.

pub(crate) mod act;
pub(crate) mod against;
pub(crate) mod ask;
pub(crate) mod asked;
pub(crate) mod bench;
pub(crate) mod call;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod desk;
pub(crate) mod dev;
pub(crate) mod explain;
pub(crate) mod file;
pub(crate) mod grant;
pub(crate) mod handle;
pub(crate) mod heard;
pub(crate) mod imports;
pub(crate) mod kept;
pub(crate) mod new;
pub(crate) mod pages_key;
pub(crate) mod print;
pub(crate) mod progress;
pub(crate) mod replay;
pub(crate) mod sample;
pub(crate) mod serve;
pub(crate) mod stop;
