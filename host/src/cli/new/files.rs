//! The files of a project, as they stand in `host/templates` and in `wit/`.

use super::{Language, Part};

/// One file of a project.
#[derive(Clone, Copy, Debug)]
pub(crate) struct File {
    /// Where it goes, from the project's folder.
    pub(crate) path: &'static str,
    pub(crate) text: &'static str,
    /// Whether names and parts are filled in.
    pub(crate) is_template: bool,
    /// Whether the author is to change it.
    pub(crate) is_own: bool,
}

impl File {
    /// A file that is filled in.
    pub(crate) const fn template(path: &'static str, text: &'static str) -> Self {
        Self {
            path,
            text,
            is_template: true,
            is_own: false,
        }
    }

    /// A file that is filled in and that the author changes.
    const fn own(path: &'static str, text: &'static str) -> Self {
        Self {
            is_own: true,
            ..Self::template(path, text)
        }
    }

    /// A file that is the same in all projects.
    const fn same(path: &'static str, text: &'static str) -> Self {
        Self {
            is_template: false,
            ..Self::template(path, text)
        }
    }
}

/// Files of one folder: of which kind they are, where they go, where they stand, their names.
macro_rules! files {
    ($kind:ident to $to:literal from $from:literal: $($name:literal)*) => {
        &[$(File::$kind(
            concat!($to, $name),
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $from, "/", $name)),
        )),*]
    };
}

const RUST: &[&[File]] = &[
    files!(own to "" from "templates/rust": "Cargo.toml" "src/lib.rs" "tests/plugin.rs"),
    files!(template to "" from "templates/rust": "README.md" ".gitignore"),
];

const JS: &[&[File]] = &[
    files!(own to "" from "templates/js": "package.json" "src/plugin.js" "test/plugin.test.js"),
    files!(template to "" from "templates/js": "README.md" "package-lock.json"),
    SCRIPT,
    WIT,
];

const TS: &[&[File]] = &[
    files!(own to "" from "templates/ts": "package.json" "src/plugin.ts" "test/plugin.test.ts"),
    files!(template to "" from "templates/ts": "README.md" "package-lock.json" "tsconfig.json"),
    SCRIPT,
    WIT,
];

const PYTHON: &[&[File]] = &[
    files!(own to "" from "templates/python": "plugin.py" "test_plugin.py"),
    files!(template to "" from "templates/python": "README.md" "build.py" "requirements.txt" ".gitignore"),
    files!(same to "sidepane/" from "templates/python/sidepane":
        "__init__.py" "border.py" "build.py" "cards.py" "component.py" "errors.py" "host.py" "http.py"
        "log.py" "plugin.py" "results.py" "settings.py" "store.py" "testing.py" "traps.py" "words.py"),
    WIT,
];

/// What JavaScript and TypeScript share.
const SCRIPT: &[File] = files!(same to "" from "templates/script":
    ".gitignore" ".npmrc" "sidepane/build.mjs" "sidepane/bundle.mjs" "sidepane/card.js"
    "sidepane/component.js" "sidepane/errors.js" "sidepane/field.js" "sidepane/globals.d.ts"
    "sidepane/host.js" "sidepane/html.js" "sidepane/http.js" "sidepane/index.d.ts"
    "sidepane/index.js" "sidepane/log.js" "sidepane/plugin.js" "sidepane/random.js" "sidepane/result.js"
    "sidepane/run-tests.mjs" "sidepane/settings.js" "sidepane/store.js" "sidepane/testing.d.ts"
    "sidepane/testing.js" "sidepane/traps.js" "sidepane/wit.d.ts");

/// The contract.
const WIT: &[File] = files!(same to "wit/" from "../wit":
    "action.wit" "card.wit" "contact-context.wit" "context.wit" "event.wit" "form.wit" "http.wit"
    "log.wit" "manifest.wit" "product-event.wit" "settings.wit" "store.wit" "worlds.wit");

/// All files of a project.
pub(crate) fn of(language: Language, parts: &[Part]) -> Vec<File> {
    let mut files = match language {
        Language::Rust => RUST,
        Language::Js => JS,
        Language::Ts => TS,
        Language::Python => PYTHON,
    }
    .concat();
    if parts.contains(&Part::Event) {
        files.extend_from_slice(files!(own to "" from "templates/event": "message.json"));
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn every_file_of_the_templates_and_of_the_contract_is_written() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let languages = [Language::Rust, Language::Js, Language::Ts, Language::Python];
        let texts: Vec<&str> = languages
            .into_iter()
            .flat_map(|language| of(language, &[Part::Event]))
            .map(|file| file.text)
            .collect();
        let (mut folders, mut seen) = (vec![root.join("templates"), root.join("../wit")], 0);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else if !path.ends_with("wit/README.md") {
                    let text = std::fs::read_to_string(&path).expect("a text");
                    assert!(texts.contains(&text.as_str()), "{}", path.display());
                    seen += 1;
                }
            }
        }
        assert!(seen > 50, "there are templates");
    }

    #[test]
    fn no_file_is_written_twice() {
        for language in [Language::Rust, Language::Js, Language::Ts, Language::Python] {
            let files = of(language, &[Part::Event]);
            let mut paths: Vec<&str> = files.iter().map(|file| file.path).collect();
            paths.sort_unstable();
            assert!(paths.windows(2).all(|pair| pair[0] != pair[1]), "{paths:?}");
        }
    }
}
