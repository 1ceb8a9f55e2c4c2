//! What the store answered.

use crate::model::recording::StoreAnswer;
use crate::model::store::StoreError;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum StoreAnswerForm {
    Value(Option<String>),
    Done,
    Swapped(bool),
    Sum(i64),
    Keys(Vec<String>),
    Error(StoreErrorForm),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum StoreErrorForm {
    TooLarge(u32),
    Quota(String),
    NotANumber,
    Unavailable(String),
    Unsupported,
    Other(String),
}

impl StoreAnswerForm {
    pub(super) fn of(answer: &Result<StoreAnswer, StoreError>) -> Self {
        match answer.clone() {
            Ok(StoreAnswer::Value(value)) => Self::Value(value),
            Ok(StoreAnswer::Done) => Self::Done,
            Ok(StoreAnswer::Swapped(swapped)) => Self::Swapped(swapped),
            Ok(StoreAnswer::Sum(sum)) => Self::Sum(sum),
            Ok(StoreAnswer::Keys(keys)) => Self::Keys(keys),
            Err(error) => Self::Error(match error {
                StoreError::TooLarge(bytes) => StoreErrorForm::TooLarge(bytes),
                StoreError::Quota(which) => StoreErrorForm::Quota(which),
                StoreError::NotANumber => StoreErrorForm::NotANumber,
                StoreError::Unavailable(why) => StoreErrorForm::Unavailable(why),
                StoreError::Unsupported => StoreErrorForm::Unsupported,
                StoreError::Other(why) => StoreErrorForm::Other(why),
            }),
        }
    }

    pub(super) fn answer(self) -> Result<StoreAnswer, StoreError> {
        Ok(match self {
            Self::Value(value) => StoreAnswer::Value(value),
            Self::Done => StoreAnswer::Done,
            Self::Swapped(swapped) => StoreAnswer::Swapped(swapped),
            Self::Sum(sum) => StoreAnswer::Sum(sum),
            Self::Keys(keys) => StoreAnswer::Keys(keys),
            Self::Error(error) => {
                return Err(match error {
                    StoreErrorForm::TooLarge(bytes) => StoreError::TooLarge(bytes),
                    StoreErrorForm::Quota(which) => StoreError::Quota(which),
                    StoreErrorForm::NotANumber => StoreError::NotANumber,
                    StoreErrorForm::Unavailable(why) => StoreError::Unavailable(why),
                    StoreErrorForm::Unsupported => StoreError::Unsupported,
                    StoreErrorForm::Other(why) => StoreError::Other(why),
                });
            }
        })
    }
}
