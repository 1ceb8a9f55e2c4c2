//! `sidepane grant`: the grant that a manifest asks for, for its operator to read and cut down.

use super::asked::traits;
use super::file::{self, Wasm};
use super::print::{self, plain};
use super::stop::Stop;
use sidepane::catalog::Opened;
use sidepane::model::id::PluginId;
use sidepane::model::manifest::{Field, FieldKind, WantedHost};
use sidepane::policy::egress::{AllowedRule, WantedRule};
use sidepane::policy::limits::Limits;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sidepane grant order-lookup.wasm\n  sidepane grant \
                  order-lookup.wasm > plugins/order-lookup.toml\n\nRead it before you keep it. What \
                  only you can know stands there as a comment to be filled in."
)]
pub(crate) struct Grant {
    /// The plugin: one WebAssembly component.
    #[arg(value_name = "FILE.wasm")]
    wasm: PathBuf,
}

/// Writes the grant to standard output.
///
/// # Errors
/// The plugin does not load, or the file cannot be read.
pub(crate) async fn run(grant: Grant) -> Result<(), Stop> {
    let wasm = Wasm::read(&grant.wasm)?;
    let engine = file::engine()?;
    let opened = file::open(&engine, &wasm, &Limits::default()).await?;
    print::answer(&text(&wasm.id, &opened));
    Ok(())
}

/// The grant's text.
fn text(id: &PluginId, opened: &Opened) -> String {
    let manifest = &opened.manifest;
    let mut text = format!(
        "# What {id} ({} {}) asks for. Take out what you do not want to allow.\n\
         enabled = true\norder = 100                 # place in the pane; lower is higher\n",
        plain(&manifest.name),
        plain(&manifest.version)
    );
    if !manifest.settings.is_empty() {
        text += "\n[settings]\n";
        for field in &manifest.settings {
            text += &setting(field);
        }
    }
    if !manifest.secrets.is_empty() {
        text += "\n[secrets]\n";
        for secret in &manifest.secrets {
            let variable = format!("{}_{}", id.as_str().replace('-', "_"), secret.name);
            text += &format!(
                "{}{} = {{ env = \"{}\" }}\n",
                comment(&secret.reason),
                secret.name,
                variable.to_uppercase()
            );
        }
    }
    for (rule, host) in opened.wanted.iter().zip(&manifest.hosts) {
        text.push('\n');
        text += &allowed(rule, host);
    }
    text
}

fn setting(field: &Field) -> String {
    let mut text = comment(&format!("{} ({})", field.label, traits(field)));
    text += &field.help.as_deref().map(comment).unwrap_or_default();
    let name = &field.name;
    text += &match (&field.default_value, field.required) {
        (Some(value), _) => format!("{name} = {}\n", literal(&field.kind, value)),
        (None, true) => format!("# {name} = \"…\"   # has to be filled in\n"),
        (None, false) => format!("# {name} = \"…\"\n"),
    };
    text
}

/// A text form of `wit/form.wit` as TOML writes it.
fn literal(kind: &FieldKind, value: &str) -> String {
    let bare = match kind {
        FieldKind::Number if value.parse::<f64>().is_ok_and(f64::is_finite) => {
            toml::from_str(&format!("v = {value}"))
                .ok()
                .and_then(|mut table: toml::Table| table.remove("v"))
        }
        FieldKind::Checkbox => value.parse::<bool>().ok().map(toml::Value::from),
        FieldKind::MultiSelect(_) => serde_json::from_str::<Vec<String>>(value)
            .ok()
            .map(toml::Value::from),
        FieldKind::Text
        | FieldKind::Paragraph
        | FieldKind::Date
        | FieldKind::Number
        | FieldKind::Email
        | FieldKind::Url
        | FieldKind::Select(_)
        | FieldKind::Other(_) => None,
    };
    bare.unwrap_or_else(|| toml::Value::from(value)).to_string()
}

/// One address. Where the manifest leaves the host open, only the operator can name it.
fn allowed(wanted: &WantedRule, host: &WantedHost) -> String {
    let pattern = wanted.pattern.to_string();
    let private = wanted
        .pattern
        .exact_host()
        .is_some_and(|host| host.looks_private());
    let rule = AllowedRule {
        pattern: wanted.pattern.clone(),
        methods: wanted.methods.clone(),
        secrets: wanted.secrets.clone(),
        private_network: private,
        ca_file: None,
    };
    let methods: Vec<&str> = wanted.methods.iter().collect();
    let reason = comment(&host.reason);
    if AllowedRule::parse(&pattern, &methods, &wanted.secrets).is_ok() {
        return format!("{reason}{}\n", rule.to_toml());
    }
    let named = pattern
        .replace("*.", "your-name.")
        .replace('*', "your-host.example.com");
    let lines = rule.to_toml().replace(&pattern, &named);
    let commented: String = lines.lines().map(|line| format!("# {line}\n")).collect();
    format!(
        "{reason}# The plugin asks for {pattern}: name your own, and take the marks away.\n{commented}"
    )
}

/// A plugin's words as comment lines. None of them can end the comment.
fn comment(text: &str) -> String {
    let lines = text.split(['\n', '\r']).map(plain);
    lines
        .filter(|line| !line.trim().is_empty())
        .map(|line| format!("# {}\n", line.trim()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_cannot_leave_its_comment() {
        let text = comment("reads\r\nprivate_network = true\u{0}\n[limits]");
        assert_eq!(text, "# reads\n# private_network = true\n# [limits]\n");
    }

    #[test]
    fn a_default_is_written_as_toml_has_it() {
        for (kind, value, written) in [
            (FieldKind::Number, "3", "3"),
            (
                FieldKind::Number,
                "1e400\nx = 1",
                "\"\"\"\n1e400\nx = 1\"\"\"",
            ),
            (FieldKind::Checkbox, "true", "true"),
            (FieldKind::Text, "a\"b", "'a\"b'"),
            (FieldKind::MultiSelect(Vec::new()), "[\"a\"]", "[\"a\"]"),
        ] {
            assert_eq!(literal(&kind, value), written, "{value:?}");
        }
    }

    #[test]
    fn an_open_host_is_left_to_the_operator() {
        let host = |url: &str| WantedHost {
            url: url.into(),
            methods: Vec::new(),
            reason: "reads".into(),
            secrets: vec!["key".into()],
        };
        for (url, named, open) in [
            ("https://*/v1/", "https://your-host.example.com/v1", true),
            (
                "https://*.myshopify.com/",
                "https://your-name.myshopify.com",
                true,
            ),
            (
                "https://crm.example.com/v1/",
                "https://crm.example.com/v1",
                false,
            ),
        ] {
            let host = host(url);
            let rule = WantedRule::parse(&host).expect("a rule");
            let text = allowed(&rule, &host);
            assert!(text.contains(named), "{text}");
            assert_eq!(!text.contains("\n[[http.allow]]"), open, "{text}");
            // Without the marks it is a rule of a grant.
            let bare: String = text
                .lines()
                .map(|line| line.strip_prefix("# ").unwrap_or(line))
                .skip_while(|line| !line.starts_with('['))
                .map(|line| format!("{line}\n"))
                .collect();
            let grant = sidepane::catalog::Grant::parse("x.toml", &bare, &Limits::default());
            let rules = grant.expect("a grant").all.http.expect("rules");
            assert_eq!(rules.len(), 1, "{text}");
        }
    }
}
