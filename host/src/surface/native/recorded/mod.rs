//! A recording as a file: JSON, written by the host that made it and read by whoever plays it back.
//!
//! `docs/recordings.md` describes it. Later versions add fields; a file of another version is refused
//! by name, so that nothing is played back that was only half understood.

mod input;
mod steps;
mod values;

use super::super::strict::wrong;
use crate::model::id::{AccountId, Generation, PluginId};
use crate::model::problem::{Code, Problem};
use crate::model::recording::{Ending, EndingKind, Recording};
use crate::model::time::Millis;
use crate::model::usage::{Usage, Used};
use input::InputForm;
use serde::{Deserialize, Serialize};
use steps::StepForm;
use values::Ordered;

/// The form's version.
const VERSION: u32 = 1;

/// The largest file that is read. The host writes a quarter of it at most.
const FILE_BYTES: usize = 8 << 20;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    sidepane_recording: u32,
    id: String,
    plugin: String,
    account: String,
    generation: String,
    begun: String,
    input: InputForm,
    settings: Ordered,
    steps: Vec<StepForm>,
    whole: bool,
    ending: EndingForm,
    usage: UsageForm,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndingForm {
    kind: String,
    code: Option<String>,
    texts: Ordered,
    detail: String,
}

/// What a file says of its version, before the rest of it is looked at.
#[derive(Deserialize)]
struct Head {
    sidepane_recording: u32,
}

/// Writes a recording.
pub fn recording(recording: &Recording) -> Vec<u8> {
    let form = Form {
        sidepane_recording: VERSION,
        id: recording.id.clone(),
        plugin: recording.plugin.to_string(),
        account: recording.account.to_string(),
        generation: recording.generation.to_string(),
        begun: recording.begun.to_string(),
        input: InputForm::of(&recording.input),
        settings: Ordered(recording.settings.clone()),
        steps: recording.steps.iter().map(StepForm::of).collect(),
        whole: recording.whole,
        ending: EndingForm {
            kind: recording.ending.kind.as_str().to_owned(),
            code: recording.ending.code.clone(),
            texts: Ordered(recording.ending.texts.clone()),
            detail: recording.ending.detail.clone(),
        },
        usage: UsageForm::of(&recording.usage),
    };
    // Texts and numbers written to memory: there is nothing that could fail.
    let mut file = serde_json::to_vec_pretty(&form).unwrap_or_default();
    file.push(b'\n');
    file
}

/// Reads a recording.
///
/// # Errors
/// `request.too_large`, `request.malformed` with the place, `request.invalid_field` for a value that
/// cannot be, also for a file of another version.
pub fn read_recording(file: &[u8]) -> Result<Recording, Problem> {
    if file.len() > FILE_BYTES {
        let message = "The file is larger than any recording.";
        return Err(Problem::new(Code::RequestTooLarge, message)
            .of_limit(file.len() as u64, FILE_BYTES as u64));
    }
    let malformed = |error: serde_json::Error| {
        let message = "The file is no recording of Sidepane's.";
        Problem::new(Code::RequestMalformed, message).detail(error.to_string())
    };
    let Head { sidepane_recording } = serde_json::from_slice(file).map_err(malformed)?;
    if sidepane_recording != VERSION {
        let why = format!("this host reads recordings of version {VERSION}");
        return Err(wrong("sidepane_recording", &why));
    }
    let form: Form = serde_json::from_slice(file).map_err(malformed)?;
    let account = AccountId::parse(&form.account);
    let account = account.ok_or_else(|| wrong("account", "it is no account's name"))?;
    let kinds = EndingKind::ALL.iter().copied();
    let kind = kinds
        .into_iter()
        .find(|kind| kind.as_str() == form.ending.kind);
    let steps: Result<_, Problem> = form.steps.into_iter().map(StepForm::step).collect();
    Ok(Recording {
        id: form.id,
        plugin: PluginId::parse(&form.plugin)
            .ok_or_else(|| wrong("plugin", "it is no plugin's id"))?,
        input: form.input.input(&account)?,
        account,
        generation: generation(&form.generation)
            .ok_or_else(|| wrong("generation", "it is `sha256:` and 64 hex digits"))?,
        begun: Millis::parse(&form.begun)
            .ok_or_else(|| wrong("begun", "it is a moment in RFC 3339"))?,
        settings: form.settings.0,
        steps: steps?,
        whole: form.whole,
        ending: Ending {
            kind: kind.ok_or_else(|| wrong("ending.kind", "calls do not end like this"))?,
            code: form.ending.code,
            texts: form.ending.texts.0,
            detail: form.ending.detail,
        },
        usage: form.usage.usage(),
    })
}

fn generation(text: &str) -> Option<Generation> {
    let digits = text.strip_prefix("sha256:")?;
    values::from_hex(digits)?.try_into().ok().map(Generation)
}

macro_rules! usage_form {
    ($($name:ident),*) => {
        #[derive(Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct UsageForm {
            $($name: UsedForm,)*
        }

        impl UsageForm {
            fn of(usage: &Usage) -> Self {
                Self { $($name: UsedForm::of(usage.$name),)* }
            }

            fn usage(self) -> Usage {
                Usage { $($name: self.$name.used(),)* }
            }
        }
    };
}
usage_form!(
    fuel,
    setup_fuel,
    time_ms,
    memory_bytes,
    host_calls,
    http_requests,
    http_bytes,
    store_ops,
    store_bytes,
    log_bytes,
    output_bytes,
    blocks
);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct UsedForm {
    used: u64,
    limit: u64,
}

impl UsedForm {
    fn of(used: Used) -> Self {
        let Used { used, limit } = used;
        Self { used, limit }
    }

    fn used(self) -> Used {
        let Self { used, limit } = self;
        Used { used, limit }
    }
}

#[cfg(test)]
mod tests;
