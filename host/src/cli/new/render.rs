//! From a template to a file: names are filled in, and what belongs to parts that are not served is
//! left out.
//!
//! A line `// @card` or `# @card` begins what is for cards alone, `// @event+card` what needs both, and
//! `// @end` ends it. None of these lines is written.

use super::Part;
use super::files::File;
use std::path::PathBuf;

/// What a project is about.
#[derive(Debug)]
pub(crate) struct Project {
    /// The plugin's id.
    pub(crate) id: String,
    /// What it serves, each once and in order.
    pub(crate) parts: Vec<Part>,
    /// Where the Rust SDK is, for a plugin in Rust.
    pub(crate) sdk: Option<PathBuf>,
}

impl Part {
    /// Its name in templates, in `export!` and in worlds.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Event => "event",
            Self::Action => "action",
        }
    }
}

impl Project {
    /// The text of one file.
    pub(crate) fn text(&self, file: &File) -> String {
        if !file.is_template {
            return file.text.to_owned();
        }
        let mut text = String::with_capacity(file.text.len());
        let mut kept = vec![true];
        for line in file.text.lines() {
            match mark(line) {
                Some("end") => drop(kept.pop()),
                Some(parts) => kept.push(parts.split('+').all(|part| self.has(part))),
                None if kept.iter().all(|kept| *kept) => {
                    text += line;
                    text.push('\n');
                }
                None => {}
            }
        }
        self.filled(text)
    }

    /// The crate's name in code: `order_lookup`.
    pub(crate) fn crate_name(&self) -> String {
        self.id.replace('-', "_")
    }

    /// What it serves, as `export!` has it: `card, action`.
    pub(crate) fn parts(&self) -> String {
        let names: Vec<&str> = self.parts.iter().map(|part| part.name()).collect();
        names.join(", ")
    }

    fn filled(&self, text: String) -> String {
        let sdk = self.sdk.as_deref().map_or_else(String::new, |folder| {
            toml::Value::from(folder.to_string_lossy().as_ref()).to_string()
        });
        text.replace("{{id}}", &self.id)
            .replace("{{crate}}", &self.crate_name())
            .replace("{{title}}", &self.title())
            .replace("{{parts}}", &self.parts())
            .replace("{{sdk}}", &sdk)
    }

    fn has(&self, part: &str) -> bool {
        self.parts.iter().any(|one| one.name() == part)
    }

    /// For people: `Order lookup`.
    fn title(&self) -> String {
        let words = self.id.replace('-', " ");
        let mut chars = words.chars();
        let first = chars.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(chars).collect()
    }
}

/// What stands behind the `@` of a line that is a mark.
fn mark(line: &str) -> Option<&str> {
    let line = line.trim();
    let rest = line.strip_prefix("// @").or(line.strip_prefix("# @"))?;
    rest.bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte == b'+')
        .then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::new::Language;
    use crate::cli::new::files;

    fn project(parts: &[Part]) -> Project {
        Project {
            id: "order-lookup".into(),
            parts: parts.to_vec(),
            sdk: Some("/s \"d\" k".into()),
        }
    }

    #[test]
    fn what_is_not_served_is_left_out() {
        let file = File::template(
            "x",
            "a {{id}} {{crate}} {{title}} {{parts}}\n// @card\nb\n  # @event+card\nc\n# @end\n// @end\nd // @e\n",
        );
        for (parts, text) in [
            (
                &[Part::Card][..],
                "a order-lookup order_lookup Order lookup card\nb\nd // @e\n",
            ),
            (
                &[Part::Card, Part::Event],
                "a order-lookup order_lookup Order lookup card, event\nb\nc\nd // @e\n",
            ),
            (
                &[Part::Event],
                "a order-lookup order_lookup Order lookup event\nd // @e\n",
            ),
        ] {
            assert_eq!(project(parts).text(&file), text);
        }
    }

    #[test]
    fn no_mark_is_left_in_any_file() {
        let parts = [Part::Card, Part::Event, Part::Action];
        for language in [Language::Rust, Language::Js, Language::Ts, Language::Python] {
            for file in files::of(language, &parts) {
                let text = project(&parts).text(&file);
                let path = file.path;
                assert!(!file.is_template || !text.contains("{{"), "{path}");
                assert!(!text.lines().any(|line| mark(line).is_some()), "{path}");
                let (begun, ended) = (file.text.matches(" @").count(), file.text.matches(" @end"));
                assert!(
                    !file.is_template || begun == 2 * ended.count(),
                    "{path}: every mark ends"
                );
            }
        }
    }

    #[test]
    fn a_path_of_the_sdk_is_a_text_of_toml() {
        let text = project(&[Part::Card]).text(&File::template("x", "p = {{sdk}}\n"));
        let table: toml::Table = text.parse().expect("TOML");
        assert_eq!(
            table.get("p").and_then(toml::Value::as_str),
            Some("/s \"d\" k")
        );
    }
}
