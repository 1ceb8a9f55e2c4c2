//! What is kept of a plugin beside its code, so that a start runs nothing and maps nothing: what it
//! exports, and what it says of itself. The code is mapped when somebody first calls it.

use crate::model::manifest::{
    Choice, Field, FieldKind, Manifest, ServedAction, WantedHost, WantedSecret,
};
use serde::{Deserialize, Serialize};

/// What a component exports and imports, as far as anybody asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Traits {
    /// The contract's version that the SDK stamped.
    pub(super) contract: Option<String>,
    /// It makes cards.
    pub(super) card: bool,
    /// It takes events.
    pub(super) event: bool,
    /// It carries out actions.
    pub(super) action: bool,
    /// It imports sockets, which are stubs here.
    pub(super) sockets: bool,
}

/// What an earlier start found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct About {
    pub(super) traits: Traits,
    pub(super) manifest: Manifest,
}

impl About {
    /// As it is kept. This very version of the host reads it, or none does.
    pub(super) fn write(&self) -> Vec<u8> {
        let kept = Kept {
            host: env!("CARGO_PKG_VERSION").into(),
            traits: self.traits.clone(),
            manifest: ManifestForm::of(&self.manifest),
        };
        // Texts and numbers written to memory: there is nothing that could fail.
        serde_json::to_vec(&kept).unwrap_or_default()
    }

    /// None where another version of the host wrote it: what it let pass, this one may not.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let kept: Kept = serde_json::from_slice(bytes).ok()?;
        (kept.host == env!("CARGO_PKG_VERSION")).then(|| Self {
            traits: kept.traits,
            manifest: kept.manifest.manifest(),
        })
    }
}

#[derive(Serialize, Deserialize)]
struct Kept {
    host: String,
    traits: Traits,
    manifest: ManifestForm,
}

type Two = (String, String);

#[derive(Serialize, Deserialize)]
struct ManifestForm {
    name: String,
    version: String,
    hosts: Vec<HostForm>,
    secrets: Vec<Two>,
    settings: Vec<FieldForm>,
    views: Vec<String>,
    events: Vec<String>,
    actions: Vec<Two>,
    extra: Vec<Two>,
}

#[derive(Serialize, Deserialize)]
struct HostForm {
    url: String,
    methods: Vec<String>,
    reason: String,
    secrets: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct FieldForm {
    name: String,
    label: String,
    help: Option<String>,
    kind: KindForm,
    default_value: Option<String>,
    required: bool,
}

#[derive(Serialize, Deserialize)]
enum KindForm {
    Text,
    Paragraph,
    Number,
    Date,
    Email,
    Url,
    Checkbox,
    Select(Vec<Two>),
    MultiSelect(Vec<Two>),
    Other(String),
}

impl ManifestForm {
    fn of(manifest: &Manifest) -> Self {
        let host = |host: &WantedHost| HostForm {
            url: host.url.clone(),
            methods: host.methods.clone(),
            reason: host.reason.clone(),
            secrets: host.secrets.clone(),
        };
        let secret = |secret: &WantedSecret| (secret.name.clone(), secret.reason.clone());
        let action = |action: &ServedAction| (action.id.clone(), action.description.clone());
        Self {
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            hosts: manifest.hosts.iter().map(host).collect(),
            secrets: manifest.secrets.iter().map(secret).collect(),
            settings: manifest.settings.iter().map(FieldForm::of).collect(),
            views: manifest.views.clone(),
            events: manifest.events.clone(),
            actions: manifest.actions.iter().map(action).collect(),
            extra: manifest.extra.clone(),
        }
    }

    fn manifest(self) -> Manifest {
        let host = |host: HostForm| WantedHost {
            url: host.url,
            methods: host.methods,
            reason: host.reason,
            secrets: host.secrets,
        };
        let secret = |(name, reason)| WantedSecret { name, reason };
        let action = |(id, description)| ServedAction { id, description };
        Manifest {
            name: self.name,
            version: self.version,
            hosts: self.hosts.into_iter().map(host).collect(),
            secrets: self.secrets.into_iter().map(secret).collect(),
            settings: self.settings.into_iter().map(FieldForm::field).collect(),
            views: self.views,
            events: self.events,
            actions: self.actions.into_iter().map(action).collect(),
            extra: self.extra,
        }
    }
}

impl FieldForm {
    fn of(field: &Field) -> Self {
        let choices = |choices: &[Choice]| {
            let two = |choice: &Choice| (choice.value.clone(), choice.label.clone());
            choices.iter().map(two).collect()
        };
        Self {
            name: field.name.clone(),
            label: field.label.clone(),
            help: field.help.clone(),
            kind: match &field.kind {
                FieldKind::Text => KindForm::Text,
                FieldKind::Paragraph => KindForm::Paragraph,
                FieldKind::Number => KindForm::Number,
                FieldKind::Date => KindForm::Date,
                FieldKind::Email => KindForm::Email,
                FieldKind::Url => KindForm::Url,
                FieldKind::Checkbox => KindForm::Checkbox,
                FieldKind::Select(of) => KindForm::Select(choices(of)),
                FieldKind::MultiSelect(of) => KindForm::MultiSelect(choices(of)),
                FieldKind::Other(name) => KindForm::Other(name.clone()),
            },
            default_value: field.default_value.clone(),
            required: field.required,
        }
    }

    fn field(self) -> Field {
        let choices = |of: Vec<Two>| {
            let choice = |(value, label)| Choice { value, label };
            of.into_iter().map(choice).collect()
        };
        Field {
            name: self.name,
            label: self.label,
            help: self.help,
            kind: match self.kind {
                KindForm::Text => FieldKind::Text,
                KindForm::Paragraph => FieldKind::Paragraph,
                KindForm::Number => FieldKind::Number,
                KindForm::Date => FieldKind::Date,
                KindForm::Email => FieldKind::Email,
                KindForm::Url => FieldKind::Url,
                KindForm::Checkbox => FieldKind::Checkbox,
                KindForm::Select(of) => FieldKind::Select(choices(of)),
                KindForm::MultiSelect(of) => FieldKind::MultiSelect(choices(of)),
                KindForm::Other(name) => FieldKind::Other(name),
            },
            default_value: self.default_value,
            required: self.required,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(kind: FieldKind) -> Field {
        Field {
            name: "a".into(),
            label: "A".into(),
            help: Some("help".into()),
            kind,
            default_value: Some("b".into()),
            required: true,
        }
    }

    fn about() -> About {
        let choice = Choice {
            value: "late".into(),
            label: "Late".into(),
        };
        let kinds = [
            FieldKind::Text,
            FieldKind::Paragraph,
            FieldKind::Number,
            FieldKind::Date,
            FieldKind::Email,
            FieldKind::Url,
            FieldKind::Checkbox,
            FieldKind::Select(vec![choice.clone()]),
            FieldKind::MultiSelect(vec![choice]),
            FieldKind::Other("colour".into()),
        ];
        About {
            traits: Traits {
                contract: Some("0.1.0".into()),
                card: true,
                event: false,
                action: true,
                sockets: true,
            },
            manifest: Manifest {
                name: "Shop".into(),
                version: "1.0.0".into(),
                hosts: vec![WantedHost {
                    url: "https://shop.example/".into(),
                    methods: vec!["GET".into()],
                    reason: "reads orders".into(),
                    secrets: vec!["key".into()],
                }],
                secrets: vec![WantedSecret {
                    name: "key".into(),
                    reason: "the shop's".into(),
                }],
                settings: kinds.map(field).into(),
                views: vec!["ticket".into()],
                events: vec!["message.created".into()],
                actions: vec![ServedAction {
                    id: "refund".into(),
                    description: "gives money back".into(),
                }],
                extra: vec![("x".into(), "y".into())],
            },
        }
    }

    #[test]
    fn what_is_kept_is_read_again_whole() {
        let about = about();
        assert_eq!(About::read(&about.write()), Some(about));
    }

    #[test]
    fn what_another_version_of_the_host_wrote_is_not_read() {
        let text = String::from_utf8(about().write()).expect("JSON");
        let own = format!("\"host\":\"{}\"", env!("CARGO_PKG_VERSION"));
        let other = text.replace(&own, "\"host\":\"0.0.9\"");
        assert_ne!(text, other);
        assert_eq!(About::read(other.as_bytes()), None);
        assert_eq!(About::read(b""), None);
    }
}
