//! Judging what a plugin says of itself: bounds, names, patterns, and what the grant makes of it.

use super::grant::GrantPart;
use crate::model::manifest::{Choice, Field, FieldKind, Manifest};
use crate::model::problem::{Code, Problem};
use crate::policy::egress::WantedRule;
use std::collections::HashSet;

/// Bytes of one text of a manifest, and entries of one list.
const TEXT_BYTES: usize = 1 << 10;
const ENTRIES: usize = 64;

/// Checks a manifest and reads its address patterns.
///
/// # Errors
/// `manifest.invalid` with the first field at fault.
pub(super) fn check(manifest: &Manifest) -> Result<Vec<WantedRule>, Problem> {
    let title = manifest.name.chars().count();
    if manifest.name.trim().is_empty() || title > 64 {
        return Err(invalid("name", "the title is 1 to 64 characters").of_limit(title as u64, 64));
    }
    short("version", &manifest.version)?;
    entries("hosts", manifest.hosts.len())?;
    entries("secrets", manifest.secrets.len())?;
    entries("settings", manifest.settings.len())?;
    entries("views", manifest.views.len())?;
    entries("events", manifest.events.len())?;
    entries("actions", manifest.actions.len())?;
    entries("extra", manifest.extra.len())?;
    names(
        "secrets",
        manifest.secrets.iter().map(|secret| secret.name.as_str()),
        "_",
    )?;
    names(
        "settings",
        manifest.settings.iter().map(|field| field.name.as_str()),
        "_",
    )?;
    names(
        "actions",
        manifest.actions.iter().map(|action| action.id.as_str()),
        "_-",
    )?;
    for (index, secret) in manifest.secrets.iter().enumerate() {
        short(&format!("secrets[{index}].reason"), &secret.reason)?;
    }
    for (index, field) in manifest.settings.iter().enumerate() {
        setting(&format!("settings[{index}]"), field)?;
    }
    for (index, view) in manifest.views.iter().enumerate() {
        let fits = (1..=32).contains(&view.len())
            && view
                .bytes()
                .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'));
        if !fits {
            return Err(invalid(
                &format!("views[{index}]"),
                "a view is [a-z0-9_-]{1,32}",
            ));
        }
    }
    for (index, event) in manifest.events.iter().enumerate() {
        if !is_subscription(event) {
            return Err(invalid(
                &format!("events[{index}]"),
                "an event is a type such as `message.created`, a desk's own such as \
                 `freshchat:onMessageCreate`, or `*` for all",
            ));
        }
    }
    wanted(manifest)
}

/// Whether an event could be named so: by its type, by its source and the source's own type, or
/// with all others. Parts of types are no names.
fn is_subscription(text: &str) -> bool {
    let fits = |part: &str, spelt: fn(char) -> bool| {
        (1..=128).contains(&part.len()) && part.chars().all(spelt)
    };
    let plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '_' | '-');
    match text.split_once(':') {
        Some((source, own)) => {
            fits(source, plain) && fits(own, |char| char.is_ascii_graphic() && char != '*')
        }
        None => text == "*" || fits(text, plain),
    }
}

fn wanted(manifest: &Manifest) -> Result<Vec<WantedRule>, Problem> {
    let mut rules = Vec::with_capacity(manifest.hosts.len());
    for (index, host) in manifest.hosts.iter().enumerate() {
        let at = |part: &str| format!("hosts[{index}].{part}");
        short(&at("reason"), &host.reason)?;
        for name in &host.secrets {
            if !manifest.secrets.iter().any(|secret| secret.name == *name) {
                let why = format!("the manifest names no secret `{name}`");
                return Err(invalid(&at("secrets"), &why));
            }
        }
        let rule = WantedRule::parse(host)
            .map_err(|why| invalid(&format!("hosts[{index}]"), &why.to_string()))?;
        rules.push(rule);
    }
    Ok(rules)
}

/// The settings of one installation, in the manifest's order, defaults filled in.
///
/// # Errors
/// `grant.invalid` with every setting that is unknown, missing or of the wrong kind.
pub(super) fn settings(
    manifest: &Manifest,
    part: &GrantPart,
    file: &str,
) -> Result<Vec<(String, String)>, Problem> {
    let mut wrong = Vec::new();
    for name in part.settings.keys() {
        if !manifest.settings.iter().any(|field| field.name == *name) {
            let known: Vec<&str> = manifest
                .settings
                .iter()
                .map(|field| field.name.as_str())
                .collect();
            wrong.push(format!(
                "settings.{name}: the plugin has no such setting; it has: {}",
                if known.is_empty() {
                    "none".to_owned()
                } else {
                    known.join(", ")
                }
            ));
        }
    }
    for name in part.secrets.keys() {
        if !manifest.secrets.iter().any(|secret| secret.name == *name) {
            wrong.push(format!(
                "secrets.{name}: the plugin asks for no such secret"
            ));
        }
    }
    let mut values = Vec::with_capacity(manifest.settings.len());
    for field in &manifest.settings {
        let set = part
            .settings
            .get(&field.name)
            .or(field.default_value.as_ref());
        match set {
            Some(value) => match fits(&field.kind, value) {
                Ok(()) => values.push((field.name.clone(), value.clone())),
                Err(why) => wrong.push(format!("settings.{}: {why}", field.name)),
            },
            None if field.required => wrong.push(format!(
                "settings.{name} is required: [settings]\n{name} = \"…\"   # {label}",
                name = field.name,
                label = field.label
            )),
            None => {}
        }
    }
    match wrong.is_empty() {
        true => Ok(values),
        false => {
            let count = wrong.len();
            Err(Problem::new(
                Code::GrantInvalid,
                format!("{file} does not fit the plugin's manifest ({count} to mend)."),
            )
            .detail(wrong.join("\n")))
        }
    }
}

/// Whether a text is a value of a kind, as `wit/form.wit` writes it.
fn fits(kind: &FieldKind, value: &str) -> Result<(), String> {
    let one_of = |choices: &[Choice], value: &str| match choices
        .iter()
        .any(|choice| choice.value == value)
    {
        true => Ok(()),
        false => {
            let all: Vec<&str> = choices.iter().map(|choice| choice.value.as_str()).collect();
            Err(format!("{value:?} is none of {}", all.join(", ")))
        }
    };
    match kind {
        FieldKind::Number => match value.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(()),
            _ => Err(format!("{value:?} is no number")),
        },
        FieldKind::Checkbox if !matches!(value, "true" | "false") => {
            Err(format!("{value:?} is neither true nor false"))
        }
        FieldKind::Url => match url::Url::parse(value) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(()),
            _ => Err(format!("{value:?} is no absolute URL")),
        },
        FieldKind::Email if !value.contains('@') => Err(format!("{value:?} is no e-mail address")),
        FieldKind::Select(choices) => one_of(choices, value),
        FieldKind::MultiSelect(choices) => {
            let values: Vec<String> = serde_json::from_str(value)
                .map_err(|_| format!("{value:?} is no list of texts"))?;
            values.iter().try_for_each(|value| one_of(choices, value))
        }
        FieldKind::Text
        | FieldKind::Paragraph
        | FieldKind::Date
        | FieldKind::Email
        | FieldKind::Checkbox
        | FieldKind::Other(_) => Ok(()),
    }
}

fn setting(at: &str, field: &Field) -> Result<(), Problem> {
    short(&format!("{at}.label"), &field.label)?;
    short(
        &format!("{at}.help"),
        field.help.as_deref().unwrap_or_default(),
    )?;
    if let FieldKind::Select(choices) | FieldKind::MultiSelect(choices) = &field.kind {
        entries(&format!("{at}.kind"), choices.len())?;
    }
    match &field.default_value {
        Some(value) => {
            fits(&field.kind, value).map_err(|why| invalid(&format!("{at}.default_value"), &why))
        }
        None => Ok(()),
    }
}

fn names<'a>(list: &str, all: impl Iterator<Item = &'a str>, also: &str) -> Result<(), Problem> {
    let mut seen = HashSet::new();
    for (index, name) in all.enumerate() {
        let at = format!("{list}[{index}]");
        let fits = (1..=64).contains(&name.len())
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || also.contains(c));
        if !fits {
            return Err(invalid(
                &at,
                &format!("a name here is [a-z0-9{also}]{{1,64}}"),
            ));
        }
        if !seen.insert(name) {
            return Err(invalid(&at, &format!("{name} stands there twice")));
        }
    }
    Ok(())
}

fn short(at: &str, text: &str) -> Result<(), Problem> {
    match text.len() <= TEXT_BYTES {
        true => Ok(()),
        false => {
            Err(invalid(at, "the text is too long").of_limit(text.len() as u64, TEXT_BYTES as u64))
        }
    }
}

fn entries(at: &str, count: usize) -> Result<(), Problem> {
    match count <= ENTRIES {
        true => Ok(()),
        false => Err(invalid(at, "there are too many").of_limit(count as u64, ENTRIES as u64)),
    }
}

fn invalid(field: &str, why: &str) -> Problem {
    Problem::new(
        Code::ManifestInvalid,
        format!("The plugin's manifest is not usable: {field}: {why}. Mend the plugin."),
    )
    .field(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscription_is_a_type_a_sources_own_type_or_a_star() {
        let long = "a".repeat(129);
        for (text, taken) in [
            ("message.created", true),
            ("order_shipped", true),
            ("freshchat:onMessageCreate", true),
            ("chatwoot:automation_event.message_created", true),
            ("*", true),
            ("", false),
            ("message.*", false),
            ("freshchat:*", false),
            ("freshchat:", false),
            (":onMessageCreate", false),
            ("message created", false),
            (long.as_str(), false),
        ] {
            let manifest = Manifest {
                name: "A".to_owned(),
                events: vec!["message.created".to_owned(), text.to_owned()],
                ..Manifest::default()
            };
            let field = check(&manifest).err().and_then(|problem| problem.field);
            let expected = (!taken).then_some("events[1]");
            assert_eq!(field.as_deref(), expected, "{text:?}");
        }
    }
}
