//! Requests and their answers.

use crate::model::http::{Denial, HeaderValue, HttpError, Phase, Rule, SecretFormat};
use crate::model::problem::Problem;
use crate::model::recording::{Received, Sent, Written};
use crate::surface::strict::wrong;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct SentForm {
    method: String,
    url: String,
    headers: Vec<(String, HeaderForm)>,
    body: Option<BodyForm>,
    timeout_ms: Option<u32>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum HeaderForm {
    Plain(String),
    Secret(SecretForm),
}

/// A secret is its name and how the host writes it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretForm {
    secret: String,
    format: FormatForm,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum FormatForm {
    Raw,
    Bearer,
    BasicUser { password: String },
    BasicPassword { user: String },
}

/// A text, or how many bytes there were of what is none or was too long.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum BodyForm {
    Text(String),
    Withheld(WithheldForm),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WithheldForm {
    withheld_bytes: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum AnswerForm {
    Response(ResponseForm),
    Error(HttpErrorForm),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ResponseForm {
    status: u16,
    headers: Vec<(String, String)>,
    body: BodyForm,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum HttpErrorForm {
    Denied {
        rule: String,
        why: String,
        hint: Option<String>,
    },
    Dns(String),
    Connect(String),
    Tls(String),
    Timeout(String),
    TooLarge(u32),
    Quota(String),
    Protocol(String),
    Other(String),
}

impl SentForm {
    pub(super) fn of(sent: &Sent) -> Self {
        let headers = sent.headers.iter();
        Self {
            method: sent.method.clone(),
            url: sent.url.clone(),
            headers: headers
                .map(|(name, value)| (name.clone(), HeaderForm::of(value)))
                .collect(),
            body: sent.body.as_ref().map(BodyForm::of),
            timeout_ms: sent.timeout_ms,
        }
    }

    pub(super) fn sent(self) -> Sent {
        let headers = self.headers.into_iter();
        Sent {
            method: self.method,
            url: self.url,
            headers: headers.map(|(name, value)| (name, value.value())).collect(),
            body: self.body.map(BodyForm::body),
            timeout_ms: self.timeout_ms,
        }
    }
}

impl HeaderForm {
    fn of(value: &HeaderValue) -> Self {
        match value {
            HeaderValue::Plain(text) => Self::Plain(text.clone()),
            HeaderValue::Secret { name, format } => Self::Secret(SecretForm {
                secret: name.clone(),
                format: match format.clone() {
                    SecretFormat::Raw => FormatForm::Raw,
                    SecretFormat::Bearer => FormatForm::Bearer,
                    SecretFormat::BasicUser { password } => FormatForm::BasicUser { password },
                    SecretFormat::BasicPassword { user } => FormatForm::BasicPassword { user },
                },
            }),
        }
    }

    fn value(self) -> HeaderValue {
        match self {
            Self::Plain(text) => HeaderValue::Plain(text),
            Self::Secret(SecretForm { secret, format }) => HeaderValue::Secret {
                name: secret,
                format: match format {
                    FormatForm::Raw => SecretFormat::Raw,
                    FormatForm::Bearer => SecretFormat::Bearer,
                    FormatForm::BasicUser { password } => SecretFormat::BasicUser { password },
                    FormatForm::BasicPassword { user } => SecretFormat::BasicPassword { user },
                },
            },
        }
    }
}

impl BodyForm {
    fn of(body: &Written) -> Self {
        match body {
            Written::Text(text) => Self::Text(text.clone()),
            Written::Withheld { bytes } => Self::Withheld(WithheldForm {
                withheld_bytes: *bytes,
            }),
        }
    }

    fn body(self) -> Written {
        match self {
            Self::Text(text) => Written::Text(text),
            Self::Withheld(WithheldForm { withheld_bytes }) => Written::Withheld {
                bytes: withheld_bytes,
            },
        }
    }
}

impl AnswerForm {
    pub(super) fn of(answer: &Result<Received, HttpError>) -> Self {
        match answer {
            Ok(received) => Self::Response(ResponseForm {
                status: received.status,
                headers: received.headers.clone(),
                body: BodyForm::of(&received.body),
            }),
            Err(error) => Self::Error(HttpErrorForm::of(error.clone())),
        }
    }

    pub(super) fn answer(self) -> Result<Result<Received, HttpError>, Problem> {
        Ok(match self {
            Self::Response(response) => Ok(Received {
                status: response.status,
                headers: response.headers,
                body: response.body.body(),
            }),
            Self::Error(error) => Err(error.error()?),
        })
    }
}

impl HttpErrorForm {
    fn of(error: HttpError) -> Self {
        match error {
            HttpError::Denied(Denial { rule, why, hint }) => Self::Denied {
                rule: rule.as_str().to_owned(),
                why,
                hint,
            },
            HttpError::Dns(why) => Self::Dns(why),
            HttpError::Connect(why) => Self::Connect(why),
            HttpError::Tls(why) => Self::Tls(why),
            HttpError::Timeout(phase) => Self::Timeout(phase.as_str().to_owned()),
            HttpError::TooLarge(bytes) => Self::TooLarge(bytes),
            HttpError::Quota(which) => Self::Quota(which),
            HttpError::Protocol(why) => Self::Protocol(why),
            HttpError::Other(why) => Self::Other(why),
        }
    }

    fn error(self) -> Result<HttpError, Problem> {
        Ok(match self {
            Self::Denied { rule, why, hint } => {
                let known = Rule::ALL.into_iter().find(|known| known.as_str() == rule);
                let rule = known
                    .ok_or_else(|| wrong("steps.answers.denied.rule", "there is no such rule"))?;
                HttpError::Denied(Denial { rule, why, hint })
            }
            Self::Dns(why) => HttpError::Dns(why),
            Self::Connect(why) => HttpError::Connect(why),
            Self::Tls(why) => HttpError::Tls(why),
            Self::Timeout(phase) => {
                let known = Phase::ALL.into_iter().find(|known| known.as_str() == phase);
                let phase = known
                    .ok_or_else(|| wrong("steps.answers.timeout", "there is no such phase"))?;
                HttpError::Timeout(phase)
            }
            Self::TooLarge(bytes) => HttpError::TooLarge(bytes),
            Self::Quota(which) => HttpError::Quota(which),
            Self::Protocol(why) => HttpError::Protocol(why),
            Self::Other(why) => HttpError::Other(why),
        })
    }
}
