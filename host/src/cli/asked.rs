//! What a plugin asks for, in words.

use super::print::plain;
use sidepane::catalog::Opened;
use sidepane::model::manifest::{Choice, Field, FieldKind};

/// What the manifest asks for, each with its reason.
pub(crate) fn asked(opened: &Opened) -> Vec<(String, String)> {
    let manifest = &opened.manifest;
    let hosts = opened
        .wanted
        .iter()
        .zip(&manifest.hosts)
        .map(|(rule, host)| {
            let methods: Vec<&str> = rule.methods.iter().collect();
            let what = format!("{} {}", methods.join("/"), rule.pattern);
            (what, plain(&host.reason))
        });
    let secrets = manifest
        .secrets
        .iter()
        .map(|secret| (format!("secret {}", secret.name), plain(&secret.reason)));
    let settings = manifest.settings.iter().map(|field| {
        let label = plain(&field.label);
        (
            format!("setting {}", field.name),
            format!("{label} ({})", traits(field)),
        )
    });
    let actions = manifest
        .actions
        .iter()
        .map(|action| (format!("action {}", action.id), plain(&action.description)));
    let lines: Vec<_> = hosts
        .chain(secrets)
        .chain(settings)
        .chain(actions)
        .collect();
    match lines.is_empty() {
        true => vec![("nothing".to_owned(), String::new())],
        false => lines,
    }
}

/// A setting's kind, default, and whether it has to be there.
pub(crate) fn traits(field: &Field) -> String {
    let mut traits = vec![kind(&field.kind)];
    if field.required {
        traits.push("required".to_owned());
    }
    if let Some(value) = &field.default_value {
        traits.push(format!("default {:?}", plain(value)));
    }
    traits.join(", ")
}

/// A kind, with its choices.
pub(crate) fn kind(kind: &FieldKind) -> String {
    let choices = |choices: &[Choice]| {
        let values: Vec<String> = choices.iter().map(|choice| plain(&choice.value)).collect();
        values.join(" | ")
    };
    match kind {
        FieldKind::Text => "text".to_owned(),
        FieldKind::Paragraph => "paragraph".to_owned(),
        FieldKind::Number => "number".to_owned(),
        FieldKind::Date => "date".to_owned(),
        FieldKind::Email => "e-mail address".to_owned(),
        FieldKind::Url => "URL".to_owned(),
        FieldKind::Checkbox => "true or false".to_owned(),
        FieldKind::Select(all) => format!("one of {}", choices(all)),
        FieldKind::MultiSelect(all) => format!("any of {}", choices(all)),
        FieldKind::Other(name) => plain(name),
    }
}
