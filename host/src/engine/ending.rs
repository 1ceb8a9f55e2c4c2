//! What came of a call, in the form that recordings keep and replays compare.

use super::convert::action::Submitted;
use super::convert::card::Checked;
use crate::model::action::Pressed;
use crate::model::problem::Problem;
use crate::model::recording::{Ending, EndingKind};
use crate::model::refusal::{Refusal, Wish};

/// An answer of the engine, or why there is none.
pub trait Ended {
    /// What came of the call.
    fn ending(&self) -> Ending;
}

impl Ended for Result<Option<Checked>, Problem> {
    fn ending(&self) -> Ending {
        match self {
            Ok(Some(checked)) => Ending {
                texts: checked.card.told(),
                ..Ending::of(EndingKind::Card)
            },
            Ok(None) => Ending::of(EndingKind::Empty),
            Err(problem) => failed(problem),
        }
    }
}

impl Ended for Result<Result<(), Refusal>, Problem> {
    fn ending(&self) -> Ending {
        let refusal = match self {
            Ok(Ok(())) => return Ending::of(EndingKind::Acknowledged),
            Ok(Err(refusal)) => refusal,
            Err(problem) => return failed(problem),
        };
        let (kind, pause) = match refusal.wish {
            Wish::RetryAfter(pause) => (EndingKind::Retry, Some(pause)),
            Wish::Retry => (EndingKind::Retry, None),
            Wish::GiveUp => (EndingKind::GiveUp, None),
        };
        let mut ending = Ending {
            kind,
            ..failed(&refusal.problem)
        };
        if let Some(pause) = pause {
            let seconds = pause.as_secs().to_string();
            ending.texts.push(("retry_after_s".to_owned(), seconds));
        }
        ending
    }
}

impl Ended for Result<Submitted, Problem> {
    fn ending(&self) -> Ending {
        let submitted = match self {
            Ok(submitted) => submitted,
            Err(problem) => return failed(problem),
        };
        let kind = match &submitted.result {
            Pressed::Done { .. } => EndingKind::Done,
            Pressed::Invalid { .. } => EndingKind::Invalid,
            Pressed::Failed(problem) => return failed(problem),
        };
        let mut texts = submitted.result.told();
        match &submitted.card {
            Some(Ok(checked)) => {
                let card = checked.card.told().into_iter();
                texts.extend(card.map(|(place, text)| (format!("card.{place}"), text)));
            }
            Some(Err(problem)) => {
                texts.push(("card.code".to_owned(), problem.code.as_str().to_owned()));
            }
            None => {}
        }
        Ending {
            texts,
            ..Ending::of(kind)
        }
    }
}

/// The code, the words for the agent and the field are the plugin's doing; the rest names lines and
/// numbers of one build.
fn failed(problem: &Problem) -> Ending {
    let mut texts = Vec::new();
    if !problem.message.is_empty() {
        texts.push(("message".to_owned(), problem.message.clone()));
    }
    if let Some(field) = &problem.field {
        texts.push(("field".to_owned(), field.clone()));
    }
    Ending {
        kind: EndingKind::Failed,
        code: Some(problem.code.as_str().to_owned()),
        texts,
        detail: problem.detail.clone(),
    }
}
