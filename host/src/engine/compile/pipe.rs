//! What parent and child say to each other: the child's arguments, and its answer.

use super::native::{Refusal, Why};
use crate::policy::compile::CompileBudget;
use std::ffi::OsString;

/// What the child is started with, so that it knows that it is one.
pub(super) const MARKER: &str = "sidepane-compile-child";

/// The limits that a child sets itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) cpu_seconds: u64,
    pub(super) address_space_bytes: u64,
}

impl Limits {
    pub(super) fn of(budget: &CompileBudget) -> Self {
        Self {
            cpu_seconds: budget.cpu.as_secs().max(1),
            address_space_bytes: budget.address_space_bytes,
        }
    }

    /// As arguments, after the marker.
    pub(super) fn arguments(self) -> [String; 2] {
        [self.cpu_seconds, self.address_space_bytes].map(|number| number.to_string())
    }

    /// From the arguments after the marker.
    pub(super) fn read(arguments: impl Iterator<Item = OsString>) -> Option<Self> {
        let mut numbers = arguments.map(|text| text.to_str().and_then(|text| text.parse().ok()));
        Some(Self {
            cpu_seconds: numbers.next()??,
            address_space_bytes: numbers.next()??,
        })
    }
}

/// The first byte of an answer.
const ARTEFACT: u8 = b'A';
const MALFORMED: u8 = b'M';
const DISABLED: u8 = b'D';
const MEMORY: u8 = b'O';
const FAILED: u8 = b'F';

/// An answer as bytes: one that says what it is, and the rest.
pub(super) fn write(answer: Result<Vec<u8>, Refusal>) -> (u8, Vec<u8>) {
    match answer {
        Ok(artefact) => (ARTEFACT, artefact),
        Err(Refusal { why, detail }) => match why {
            Why::Malformed => (MALFORMED, detail.into_bytes()),
            Why::Disabled(proposal) => (DISABLED, format!("{proposal}\n{detail}").into_bytes()),
            Why::Memory => (MEMORY, detail.into_bytes()),
            Why::Failed => (FAILED, detail.into_bytes()),
        },
    }
}

/// The answer that bytes are; none when they are no whole answer.
pub(super) fn read(mut bytes: Vec<u8>) -> Option<Result<Vec<u8>, Refusal>> {
    let kind = *bytes.first()?;
    bytes.remove(0);
    if kind == ARTEFACT {
        return Some(Ok(bytes));
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (why, detail) = match kind {
        MALFORMED => (Why::Malformed, text),
        DISABLED => {
            let (proposal, detail) = text.split_once('\n')?;
            (Why::Disabled(proposal.to_owned()), detail.to_owned())
        }
        MEMORY => (Why::Memory, text),
        FAILED => (Why::Failed, text),
        _ => return None,
    };
    Some(Err(Refusal { why, detail }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_through_as_they_were() {
        let refused = |why| {
            Err(Refusal {
                why,
                detail: "at offset 0x1\nof two".to_owned(),
            })
        };
        for answer in [
            Ok(b"native".to_vec()),
            Ok(Vec::new()),
            refused(Why::Malformed),
            refused(Why::Disabled("gc".to_owned())),
            refused(Why::Memory),
            refused(Why::Failed),
        ] {
            let (kind, rest) = write(answer.clone());
            assert_eq!(read([vec![kind], rest].concat()), Some(answer));
        }
        assert_eq!(read(Vec::new()), None);
        assert_eq!(read(b"?".to_vec()), None);
    }

    #[test]
    fn limits_are_told_in_arguments() {
        let limits = Limits::of(&CompileBudget::default());
        let arguments = limits.arguments().map(OsString::from);
        assert_eq!(Limits::read(arguments.into_iter()), Some(limits));
        assert_eq!(Limits::read(["60".into()].into_iter()), None);
        assert_eq!(Limits::read(["60".into(), "x".into()].into_iter()), None);
    }
}
