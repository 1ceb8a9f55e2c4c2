//! A call as a test in Rust: a file that stands for itself in the `tests/` of the plugin's project.

use crate::model::recording::{EndingKind, Input, Recording};
use crate::surface::native;
use std::fmt::Write;

/// The test of a call that was recorded and masked. What it expects is what came of the call; of one
/// that failed, that it does not any more.
pub(super) fn rust(recording: &Recording) -> String {
    let id = recording.plugin.as_str();
    let file = String::from_utf8(native::recording(recording)).unwrap_or_default();
    let (name, body) = body(recording);
    let hashes = hashes(&file);
    let mut test = String::with_capacity(file.len() + 1_024);
    // Written to memory: there is nothing that could fail.
    let _ = write!(
        test,
        "//! A simulated call of `{id}`, played back. Personal data in it is masked.\n\n\
         use {}::MyPlugin;\nuse sidepane_sdk::testing::Recording;\n\n\
         #[test]\nfn {name}() {{\n    let recording = Recording::parse(RECORDED);\n{body}}}\n\n\
         /// What the plugin was asked, every answer it got, and how it ended: `sidepane replay` plays it \
         as well.\nconst RECORDED: &str = r{hashes}\"{file}\"{hashes};\n",
        id.replace('-', "_"),
    );
    test
}

/// The test's name, and what it does with the recording.
fn body(recording: &Recording) -> (String, String) {
    let failed = recording.ending.kind == EndingKind::Failed;
    let mut body = String::new();
    if let Some(code) = recording.ending.code.as_deref() {
        body +=
            &format!("    // It ended with {code}; the test passes when it does not any more.\n");
    }
    match &recording.input {
        Input::Event { event, .. } => {
            let name = event.vendor_type.as_deref().unwrap_or(&event.event_type);
            body += "    let mut host = recording.host();\n    \
                     let run = host.handle::<MyPlugin>(recording.event());\n    \
                     assert_eq!(run.answer, Ok(()));\n";
            (named("event", name), body)
        }
        Input::Card(context) => {
            body += "    let run = recording.host().render::<MyPlugin>(recording.context());\n";
            if recording.ending.kind == EndingKind::Empty {
                body += "    assert_eq!(run.answer, Ok(None));\n";
            } else {
                body += "    let card = run.card();\n";
                body += &expected(recording);
                if failed {
                    body += "    assert!(!card.blocks.is_empty());\n";
                }
            }
            (named("card", &context.view), body)
        }
        Input::Press(press) => (named("press", &press.action), body),
    }
}

/// The names of the card's blocks, as far as they are known.
fn expected(recording: &Recording) -> String {
    let texts = recording.ending.texts.iter();
    let names = texts.filter_map(|(place, text)| {
        let index: usize = place
            .strip_prefix("blocks[")?
            .strip_suffix("].name")?
            .parse()
            .ok()?;
        Some((index, text))
    });
    names
        .map(|(index, name)| format!("    assert_eq!(card.blocks[{index}].name, {name:?});\n"))
        .collect()
}

/// A name of a function: `simulated_event_on_message_create`.
fn named(kind: &str, what: &str) -> String {
    let mut name = format!("simulated_{kind}_");
    for char in what.chars().take(64) {
        match char {
            'A'..='Z' => {
                if !name.ends_with('_') {
                    name.push('_');
                }
                name.push(char.to_ascii_lowercase());
            }
            'a'..='z' | '0'..='9' => name.push(char),
            _ if name.ends_with('_') => {}
            _ => name.push('_'),
        }
    }
    name.trim_end_matches('_').to_owned()
}

/// As many signs as a text needs around it to stand raw in Rust.
fn hashes(text: &str) -> String {
    let mut hashes = String::from("#");
    while text.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    hashes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_functions() {
        for (what, name) in [
            ("onMessageCreate", "simulated_event_on_message_create"),
            ("message.created", "simulated_event_message_created"),
            ("a  ÖB-", "simulated_event_a_b"),
            ("", "simulated_event"),
        ] {
            assert_eq!(named("event", what), name);
        }
    }

    #[test]
    fn a_text_with_signs_gets_more_around_it() {
        assert_eq!(hashes("a \"b\""), "#");
        assert_eq!(hashes("a \"#b\"##"), "###");
    }
}
