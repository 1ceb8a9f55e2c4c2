//! What was written, and what to do next.

use super::files::File;
use super::render::Project;
use super::{Language, Part};

/// The text for the terminal.
pub(crate) fn told(language: Language, project: &Project, files: &[File]) -> String {
    let id = &project.id;
    let own: Vec<&str> = files
        .iter()
        .filter(|file| file.is_own)
        .map(|file| file.path)
        .collect();
    let name = match language {
        Language::Rust => "Rust",
        Language::Js => "JavaScript",
        Language::Ts => "TypeScript",
        Language::Python => "Python",
    };
    let mut text = format!(
        "{id}: a plugin in {name} that serves {}\n\nYours:    {}\n",
        project.parts(),
        own.join(", ")
    );
    text += &match &project.sdk {
        Some(sdk) => format!(
            "SDK:      {}, as Cargo.toml says; it is on no registry yet\n",
            sdk.display()
        ),
        None => "Beside:   sidepane/, the library and the build; wit/, the contract\n".to_owned(),
    };
    text += &format!("Live:     sidepane dev {id} builds and shows it with every save\n\nNext:\n");
    for step in steps(language, project) {
        text += &format!("  {step}\n");
    }
    text
}

/// The commands, in order.
fn steps(language: Language, project: &Project) -> Vec<String> {
    let id = &project.id;
    let wasm = match language {
        Language::Rust => format!("target/wasm32-wasip2/release/{}.wasm", project.crate_name()),
        Language::Js | Language::Ts | Language::Python => format!("build/{id}.wasm"),
    };
    let mut steps = vec![format!("cd {id}")];
    let build: &[&str] = match language {
        Language::Rust => &[
            "rustup target add wasm32-wasip2",
            "cargo test",
            "cargo build --release --target wasm32-wasip2",
        ],
        Language::Js | Language::Ts => &["npm ci", "npm test", "npm run build"],
        Language::Python => &[
            "python3 -m unittest",
            "python3 -m venv .venv",
            ".venv/bin/pip install -r requirements.txt",
            ".venv/bin/python build.py",
        ],
    };
    steps.extend(build.iter().map(|step| (*step).to_owned()));
    steps.push(format!("sidepane check {wasm}"));
    for part in &project.parts {
        steps.push(match part {
            Part::Card => {
                format!("sidepane call {wasm} --view ticket --email ada@example.com")
            }
            Part::Event => format!("sidepane call {wasm} --event message.json"),
            Part::Action => {
                format!("sidepane call {wasm} --action greet --value Ada --view ticket")
            }
        });
    }
    steps.push(format!(
        "cp {wasm} ../plugins/{id}.wasm   # a host's folder: it is served at once"
    ));
    steps
}
