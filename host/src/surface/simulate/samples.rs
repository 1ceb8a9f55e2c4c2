//! What a plugin can be tried with: an author's own files, and payloads that come with the host. They
//! have the shape of what desks send, and tell of nobody.

use super::payload::{self, Form};
use crate::model::id::AccountId;
use crate::model::manifest::Manifest;
use crate::model::simulation::Played;
use crate::model::time::Millis;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A payload to begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// What it is called: the view, the desk's name of the event, or the file's.
    pub name: String,
    /// In which form it is.
    pub form: Form,
    /// Where it comes from: `built-in`, or the file.
    pub from: String,
    /// The payload.
    pub text: String,
}

/// The views that every desk has, for plugins that name none.
const VIEWS: [&str; 4] = ["ticket", "chat", "call", "contact"];

macro_rules! freshchat {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("samples/", $name, ".json"))),)*]
    };
}

/// Product events of Freshchat.
const FRESHCHAT: &[(&str, &str)] = freshchat!(
    "onConversationCreate" "onConversationUpdate" "onMessageCreate" "onUserCreate" "onUserUpdate"
);

/// What the host brings for a plugin: a question for each view that it makes cards for, a payload for
/// each event that it takes.
pub fn built_in(manifest: &Manifest, cards: bool, events: bool) -> Vec<Sample> {
    let mut samples = Vec::new();
    if cards {
        let named = manifest.views.iter().map(String::as_str);
        let views: Vec<&str> = match manifest.views.is_empty() {
            true => VIEWS.to_vec(),
            false => named.collect(),
        };
        samples.extend(views.into_iter().map(of_view));
    }
    if events {
        samples.extend(of_events(&manifest.events));
    }
    samples
}

/// The payload of an author's file. What form it has is seen from it, and from its name where it is
/// not JSON yet.
pub fn of_file(name: &str, path: &str, text: String) -> Sample {
    let has = |member: &str| match serde_json::from_str::<Value>(&text) {
        Ok(value) => value.get(member).is_some(),
        Err(_) => text.contains(&format!("\"{member}\"")),
    };
    let form = if has("event_type") || has("specversion") {
        Form::Event("native".into())
    } else if has("event") {
        Form::Event("freshchat".into())
    } else {
        Form::Card
    };
    Sample {
        name: name.to_owned(),
        form,
        from: path.to_owned(),
        text,
    }
}

/// Differs when the payloads do.
pub fn digest(samples: &[Sample]) -> String {
    let mut digest = Sha256::new();
    for part in samples
        .iter()
        .flat_map(|sample| [&sample.from, &sample.text])
    {
        digest.update(part.len().to_le_bytes());
        digest.update(part);
    }
    URL_SAFE_NO_PAD.encode(digest.finalize())
}

fn of_view(view: &str) -> Sample {
    let mut context = json!({
        "view": view,
        "email": "ada@example.com",
        "phone": "+46701234567",
        "external_id": "CUST12345",
        "contact_name": "Ada Lovelace",
        "contact_linked": true,
        "locale": "en-GB",
        "time_zone": "Europe/Stockholm",
        "agent": {"id": "a1", "name": "Sam"},
        "attributes": {"plan": "gold"},
        "params": {},
    });
    let (field, id) = match view {
        "chat" => ("conversation_id", "c-5317"),
        "call" => ("call_id", "call-42"),
        "contact" => ("contact_id", "p-7"),
        _ => ("ticket_id", "7"),
    };
    if let Some(fields) = context.as_object_mut() {
        fields.insert(field.into(), id.into());
    }
    built_in_sample(view, Form::Card, pretty(&context))
}

/// Freshchat's where the plugin takes them, and for each type that none of them is, one in our form.
fn of_events(subscriptions: &[String]) -> Vec<Sample> {
    let form = Form::Event("freshchat".into());
    let mut samples = Vec::new();
    let mut covered = Vec::new();
    for (name, text) in FRESHCHAT {
        let read = payload::read(&form, text, AccountId::default(), Millis::default());
        let Ok(Played::Event(event)) = read else {
            continue;
        };
        if event.is_one_of(subscriptions) {
            covered.push(event.event_type.clone());
            samples.push(built_in_sample(name, form.clone(), (*text).to_owned()));
        }
    }
    let ours = subscriptions
        .iter()
        .filter(|wanted| *wanted != "*" && !wanted.contains(':') && !covered.contains(*wanted));
    samples.extend(ours.map(|event_type| of_type(event_type)));
    samples
}

fn of_type(event_type: &str) -> Sample {
    let mut event = json!({
        "event_type": event_type,
        "time": "2026-11-24T11:34:56Z",
        "contact": {"id": "p-7", "name": "Ada Lovelace", "email": "ada@example.com"},
        "conversation": {"id": "c-5317"},
    });
    if event_type.starts_with("message.")
        && let Some(fields) = event.as_object_mut()
    {
        let text = "Where is my order 5317? I would like my money back.";
        let message = json!({"id": "m-1", "kind": "public", "direction": "incoming", "text": text});
        fields.insert("message".into(), message);
    }
    built_in_sample(event_type, Form::Event("native".into()), pretty(&event))
}

fn built_in_sample(name: &str, form: Form, text: String) -> Sample {
    Sample {
        name: name.to_owned(),
        form,
        from: "built-in".to_owned(),
        text,
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(views: &[&str], events: &[&str]) -> Manifest {
        Manifest {
            views: views.iter().map(|view| (*view).to_owned()).collect(),
            events: events.iter().map(|event| (*event).to_owned()).collect(),
            ..Manifest::default()
        }
    }

    fn names(manifest: &Manifest) -> Vec<String> {
        let samples = built_in(manifest, true, true).into_iter();
        samples.map(|sample| sample.name).collect()
    }

    #[test]
    fn a_plugin_has_a_payload_for_all_that_it_serves_and_each_can_be_taken() {
        let all = manifest(
            &[],
            &["*", "agent.activity", "message.created", "acme:Sold"],
        );
        for sample in built_in(&all, true, true) {
            let read = payload::read(&sample.form, &sample.text, AccountId::default(), Millis(1));
            match read {
                Ok(Played::Card(context)) => assert_eq!(context.view, sample.name),
                Ok(Played::Event(event)) => assert!(event.is_one_of(&all.events)),
                Err(invalid) => panic!("{}: {}", sample.name, invalid.problem),
            }
        }
        let seeds = FRESHCHAT.iter().map(|(name, _)| *name);
        let expected: Vec<&str> = VIEWS
            .into_iter()
            .chain(seeds)
            .chain(["agent.activity"])
            .collect();
        assert_eq!(names(&all), expected);
        let few = manifest(&["journey"], &["freshchat:onUserUpdate", "contact.created"]);
        assert_eq!(names(&few), ["journey", "onUserCreate", "onUserUpdate"]);
        assert!(built_in(&few, false, false).is_empty());
    }

    #[test]
    fn a_files_form_is_seen_from_it() {
        for (text, form) in [
            (
                "{\"event_type\": \"message.created\"}",
                Form::Event("native".into()),
            ),
            (
                "{\"event\": \"onUserCreate\"}",
                Form::Event("freshchat".into()),
            ),
            ("{\"view\": \"ticket\"}", Form::Card),
            (
                "{\"event\": \"onUserCreate\",,}",
                Form::Event("freshchat".into()),
            ),
            ("", Form::Card),
        ] {
            assert_eq!(
                of_file("a", "test_data/a.json", text.into()).form,
                form,
                "{text}"
            );
        }
    }
}
