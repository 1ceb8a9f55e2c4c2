//! Why a command ends without having done its work: what, where, what to do next.

use sidepane::model::problem::Problem;
use std::fmt;
use std::process::ExitCode;

/// The end of a command that failed.
#[derive(Debug)]
pub(crate) struct Stop {
    fault: Fault,
    text: String,
}

/// Whose fault it is, as the exit code says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// The plugin's, or its answer's: 1.
    Plugin,
    /// The command line's, or a file's: 2.
    Input,
}

impl Stop {
    /// Something that was given is at fault: the command line, a file, an address.
    pub(crate) fn input(text: impl Into<String>) -> Self {
        Self {
            fault: Fault::Input,
            text: text.into(),
        }
    }

    /// The plugin is at fault, or what it answered.
    pub(crate) fn plugin(text: impl Into<String>) -> Self {
        Self {
            fault: Fault::Plugin,
            text: text.into(),
        }
    }

    /// As `input`, with the reason that the system gives.
    pub(crate) fn of(what: &str, error: &dyn fmt::Display) -> Self {
        Self::input(format!("{what}: {error}"))
    }

    /// What the process ends with.
    pub(crate) fn code(&self) -> ExitCode {
        ExitCode::from(match self.fault {
            Fault::Plugin => 1,
            Fault::Input => 2,
        })
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        let family = problem.code.as_str().split('.').next().unwrap_or_default();
        let fault = match family {
            "grant" | "config" | "request" | "auth" => Fault::Input,
            _ => Fault::Plugin,
        };
        Self {
            fault,
            text: told(&problem),
        }
    }
}

/// A problem in full, for whoever sits at the terminal.
pub(crate) fn told(problem: &Problem) -> String {
    let mut text = format!("{}: {}", problem.code, problem.message);
    if let (Some(used), Some(limit)) = (problem.used, problem.limit) {
        text += &format!(" (used {used} of {limit})");
    }
    for line in problem.detail.lines() {
        text += &format!("\n  {}", super::print::plain(line));
    }
    if let Some(hint) = &problem.hint {
        text += &format!("\n\nWrite:\n{hint}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidepane::model::problem::Code;

    #[test]
    fn the_code_decides_whose_fault_it_is() {
        for (code, fault) in [
            (Code::LoadWrongKind, Fault::Plugin),
            (Code::ManifestInvalid, Fault::Plugin),
            (Code::CallTrap, Fault::Plugin),
            (Code::HttpDenied, Fault::Plugin),
            (Code::GrantInvalid, Fault::Input),
            (Code::ConfigInvalid, Fault::Input),
            (Code::RequestUnknownView, Fault::Input),
        ] {
            assert_eq!(Stop::from(Problem::new(code, "")).fault, fault, "{code}");
        }
    }

    #[test]
    fn a_problem_is_told_with_its_lines_and_its_remedy() {
        let problem = Problem::new(Code::HttpDenied, "Orders could not be loaded.")
            .detail("the grant does not\nallow \u{1b}[31mit")
            .hint("[[http.allow]]");
        assert_eq!(
            told(&problem),
            "http.denied: Orders could not be loaded.\n  the grant does not\n  allow [31mit\n\n\
             Write:\n[[http.allow]]"
        );
    }
}
