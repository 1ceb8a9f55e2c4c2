//! `sidepane new`: a plugin that builds, passes its own test and shows in the pane.

mod files;
mod render;
mod steps;

use super::print;
use super::stop::Stop;
use files::File;
use render::Project;
use sidepane::model::id::PluginId;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sidepane new order-lookup --lang rust\n  sidepane new order-lookup \
                  --lang ts --serves card,action\n\nIt writes files and asks the network for nothing. \
                  What it prints at the end are the commands to build the plugin, try it and ship it."
)]
pub(crate) struct New {
    /// The plugin's id, and the folder that is made: lower-case letters, digits and dashes.
    name: String,
    /// The language it is written in.
    #[arg(long, value_enum)]
    lang: Language,
    /// What it serves: cards, events, buttons.
    #[arg(
        long,
        value_enum,
        value_name = "PART",
        value_delimiter = ',',
        default_value = "card"
    )]
    serves: Vec<Part>,
    /// The folder of the Rust SDK, `guest-sdk` in a checkout [default: the checkout that this command
    /// was built from].
    #[arg(long, value_name = "DIR")]
    sdk: Option<PathBuf>,
}

/// A language that plugins are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Language {
    Rust,
    /// JavaScript, on QuickJS.
    Js,
    /// TypeScript, likewise.
    Ts,
    Python,
}

/// A thing that a plugin serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Part {
    /// A card about a contact.
    Card,
    /// Product events.
    Event,
    /// What buttons do.
    Action,
}

/// Crates that are there already, and words that no crate can be called by.
const TAKEN: &str = "abstract alloc as async await become box break const continue core crate do dyn \
                     else enum extern false final fn for gen if impl in let loop macro match mod move \
                     mut override plugin priv proc-macro pub ref return self static std struct super \
                     test trait true try type typeof unsafe unsized use virtual where while yield";

/// Writes the project and prints what to do with it.
///
/// # Errors
/// The name is no plugin's, the folder is there already, or it cannot be written.
pub(crate) fn run(new: New) -> Result<(), Stop> {
    let New { name, lang, .. } = &new;
    check(name)?;
    let mut parts = new.serves.clone();
    parts.sort_unstable();
    parts.dedup();
    let sdk = match lang {
        Language::Rust => Some(sdk(new.sdk.as_deref())?),
        Language::Js | Language::Ts | Language::Python => None,
    };
    let project = Project {
        id: name.clone(),
        parts,
        sdk,
    };
    let folder = Path::new(name);
    let files: Vec<File> = files::of(*lang, &project.parts);
    make(folder)?;
    for file in &files {
        write(&folder.join(file.path), &project.text(file))?;
    }
    print::answer(&steps::told(*lang, &project, &files));
    Ok(())
}

/// Whether a plugin, a crate and a package can all be called so.
fn check(name: &str) -> Result<(), Stop> {
    let starts = name.starts_with(|first: char| first.is_ascii_lowercase());
    if PluginId::parse(name).is_none() || !starts || name.ends_with('-') {
        return Err(Stop::input(format!(
            "`{}` cannot be a plugin's name: take lower-case letters, digits and dashes, at most {}, \
             a letter first and no dash at the end",
            print::plain(name),
            PluginId::MAX
        )));
    }
    if TAKEN.split_whitespace().any(|taken| taken == name) || name.starts_with("sidepane") {
        return Err(Stop::input(format!(
            "`{name}` means something else in Rust or in the build of a plugin; take another name"
        )));
    }
    Ok(())
}

/// Where the Rust SDK is: it is on no registry yet.
fn sdk(named: Option<&Path>) -> Result<PathBuf, Stop> {
    let built_from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../guest-sdk");
    let folder = named.unwrap_or(&built_from);
    let is_there = folder.join("Cargo.toml").is_file();
    match (is_there, named) {
        (true, _) => folder
            .canonicalize()
            .map_err(|error| Stop::of(&format!("{} cannot be read", folder.display()), &error)),
        (false, Some(named)) => Err(Stop::input(format!(
            "{} has no Cargo.toml; name the folder `guest-sdk` of a checkout of Sidepane",
            named.display()
        ))),
        (false, None) => Err(Stop::input(
            "the Rust SDK is on no registry yet, and the checkout that this command was built from is \
             gone; name the folder `guest-sdk` of another with --sdk",
        )),
    }
}

fn make(folder: &Path) -> Result<(), Stop> {
    std::fs::create_dir(folder).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Stop::input(format!(
            "{} is there already; take another name, or remove it",
            folder.display()
        )),
        _ => Stop::of(&format!("{} cannot be made", folder.display()), &error),
    })
}

fn write(path: &Path, text: &str) -> Result<(), Stop> {
    let folder = path.parent().unwrap_or(Path::new(""));
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(path, text))
        .map_err(|error| Stop::of(&format!("{} cannot be written", path.display()), &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_plugins_a_crates_and_a_packages() {
        for (name, fits) in [
            ("order-lookup", true),
            ("a2", true),
            ("2a", false),
            ("-a", false),
            ("a-", false),
            ("Orders", false),
            ("../x", false),
            ("", false),
            ("core", false),
            ("sidepane-sdk", false),
        ] {
            assert_eq!(check(name).is_ok(), fits, "{name}");
        }
        assert!(check(&"a".repeat(PluginId::MAX + 1)).is_err());
    }

    #[test]
    fn the_sdk_is_this_checkouts_or_the_one_that_is_named() {
        assert!(sdk(None).is_ok_and(|folder| folder.ends_with("guest-sdk")));
        assert!(sdk(Some(Path::new("nowhere"))).is_err());
    }
}
