//! Where in an answer something stands: `blocks[2].data[0].rows[3].text`.

use crate::model::problem::{Code, Problem};
use std::fmt;

/// A place, linked to the one around it; it is written out only for an error.
#[derive(Clone, Copy)]
pub(in crate::engine) enum Path<'a> {
    /// The answer itself.
    Root,
    /// A named part of it.
    Field(&'a Path<'a>, &'static str),
    /// One of several.
    Index(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    /// The part `name` of this place.
    pub(in crate::engine) fn field(&'a self, name: &'static str) -> Path<'a> {
        Path::Field(self, name)
    }

    /// The part `index` of this place.
    pub(in crate::engine) fn index(&'a self, index: usize) -> Path<'a> {
        Path::Index(self, index)
    }

    /// Holds what stands here to its limit; `what` is the answer that it is a part of.
    ///
    /// # Errors
    /// `output.limit` with this place.
    pub(in crate::engine) fn at_most(
        &self,
        what: &str,
        used: usize,
        limit: usize,
    ) -> Result<(), Problem> {
        if used <= limit {
            return Ok(());
        }
        let message = format!("The {what} has more of something than it may have.");
        Err(Problem::new(Code::OutputLimit, message)
            .field(self.to_string())
            .of_limit(used as u64, limit as u64))
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Field(Path::Root, name) => f.write_str(name),
            Path::Field(around, name) => write!(f, "{around}.{name}"),
            Path::Index(around, index) => write!(f, "{around}[{index}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_as_it_would_be_written() {
        let (root, blocks);
        root = Path::Root;
        blocks = root.field("blocks");
        assert_eq!(blocks.index(2).field("name").to_string(), "blocks[2].name");
    }
}
