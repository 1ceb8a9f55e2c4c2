//! What passed between a plugin and the world, step by step.

mod http;
mod store;

use super::super::super::strict::wrong;
use super::values;
use crate::model::problem::Problem;
use crate::model::recording::{Step, StoreCall};
use http::{AnswerForm, SentForm};
use serde::{Deserialize, Serialize};
use store::StoreAnswerForm;

#[derive(Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum StepForm {
    WallClock {
        ms: u64,
        times: u32,
    },
    MonotonicClock {
        ms: u64,
        times: u32,
    },
    Random {
        hex: String,
    },
    Sleep {
        ms: Option<u64>,
        over: bool,
    },
    Log {
        level: String,
        message: String,
        fields: Vec<(String, String)>,
    },
    Http {
        requests: Vec<SentForm>,
        answers: Option<Vec<AnswerForm>>,
    },
    StoreGet {
        key: String,
        answer: Option<StoreAnswerForm>,
    },
    StoreSet {
        key: String,
        value: String,
        ttl_s: Option<u32>,
        answer: Option<StoreAnswerForm>,
    },
    StoreCompareAndSet {
        key: String,
        expected: Option<String>,
        value: String,
        ttl_s: Option<u32>,
        answer: Option<StoreAnswerForm>,
    },
    StoreIncrement {
        key: String,
        delta: i64,
        answer: Option<StoreAnswerForm>,
    },
    StoreRemove {
        key: String,
        answer: Option<StoreAnswerForm>,
    },
    StoreListKeys {
        prefix: String,
        after: Option<String>,
        limit: u32,
        answer: Option<StoreAnswerForm>,
    },
}

impl StepForm {
    pub(super) fn of(step: &Step) -> Self {
        match step {
            Step::Wall { ms, times } => Self::WallClock {
                ms: *ms,
                times: *times,
            },
            Step::Monotonic { ms, times } => Self::MonotonicClock {
                ms: *ms,
                times: *times,
            },
            Step::Random(bytes) => Self::Random {
                hex: values::to_hex(bytes),
            },
            Step::Sleep { ms, over } => Self::Sleep {
                ms: *ms,
                over: *over,
            },
            Step::Log {
                level,
                message,
                fields,
            } => Self::Log {
                level: level.clone(),
                message: message.clone(),
                fields: fields.clone(),
            },
            Step::Http { requests, answers } => Self::Http {
                requests: requests.iter().map(SentForm::of).collect(),
                answers: answers
                    .as_ref()
                    .map(|answers| answers.iter().map(AnswerForm::of).collect()),
            },
            Step::Store { call, answer } => {
                Self::of_store(call.clone(), answer.as_ref().map(StoreAnswerForm::of))
            }
        }
    }

    fn of_store(call: StoreCall, answer: Option<StoreAnswerForm>) -> Self {
        match call {
            StoreCall::Get { key } => Self::StoreGet { key, answer },
            StoreCall::Set { key, value, ttl_s } => Self::StoreSet {
                key,
                value,
                ttl_s,
                answer,
            },
            StoreCall::CompareAndSet {
                key,
                expected,
                value,
                ttl_s,
            } => Self::StoreCompareAndSet {
                key,
                expected,
                value,
                ttl_s,
                answer,
            },
            StoreCall::Increment { key, delta } => Self::StoreIncrement { key, delta, answer },
            StoreCall::Remove { key } => Self::StoreRemove { key, answer },
            StoreCall::ListKeys {
                prefix,
                after,
                limit,
            } => Self::StoreListKeys {
                prefix,
                after,
                limit,
                answer,
            },
        }
    }

    pub(super) fn step(self) -> Result<Step, Problem> {
        Ok(match self {
            Self::WallClock { ms, times } => Step::Wall { ms, times },
            Self::MonotonicClock { ms, times } => Step::Monotonic { ms, times },
            Self::Random { hex } => {
                let bytes = values::from_hex(&hex);
                let odd = || wrong("steps.hex", "it is an even number of hex digits");
                Step::Random(bytes.ok_or_else(odd)?)
            }
            Self::Sleep { ms, over } => Step::Sleep { ms, over },
            Self::Log {
                level,
                message,
                fields,
            } => Step::Log {
                level,
                message,
                fields,
            },
            Self::Http { requests, answers } => exchanges(requests, answers)?,
            Self::StoreGet { key, answer } => stored(StoreCall::Get { key }, answer),
            Self::StoreSet {
                key,
                value,
                ttl_s,
                answer,
            } => stored(StoreCall::Set { key, value, ttl_s }, answer),
            Self::StoreCompareAndSet {
                key,
                expected,
                value,
                ttl_s,
                answer,
            } => {
                let call = StoreCall::CompareAndSet {
                    key,
                    expected,
                    value,
                    ttl_s,
                };
                stored(call, answer)
            }
            Self::StoreIncrement { key, delta, answer } => {
                stored(StoreCall::Increment { key, delta }, answer)
            }
            Self::StoreRemove { key, answer } => stored(StoreCall::Remove { key }, answer),
            Self::StoreListKeys {
                prefix,
                after,
                limit,
                answer,
            } => {
                let call = StoreCall::ListKeys {
                    prefix,
                    after,
                    limit,
                };
                stored(call, answer)
            }
        })
    }
}

fn stored(call: StoreCall, answer: Option<StoreAnswerForm>) -> Step {
    let answer = answer.map(StoreAnswerForm::answer);
    Step::Store { call, answer }
}

fn exchanges(requests: Vec<SentForm>, answers: Option<Vec<AnswerForm>>) -> Result<Step, Problem> {
    let read = |answers: Vec<AnswerForm>| answers.into_iter().map(AnswerForm::answer).collect();
    let answers: Option<Vec<_>> = answers.map(read).transpose()?;
    if answers
        .as_ref()
        .is_some_and(|answers| answers.len() != requests.len())
    {
        return Err(wrong("steps.answers", "there is one for each request"));
    }
    Ok(Step::Http {
        requests: requests.into_iter().map(SentForm::sent).collect(),
        answers,
    })
}
