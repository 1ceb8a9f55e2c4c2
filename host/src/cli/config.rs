//! `sidepane config check|show`: what `sidepane serve` would read.

use super::print;
use super::stop::Stop;
use sidepane::config::settings::Settings;
use sidepane::config::{cache, compile, events, limits};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

#[derive(Debug, clap::Args)]
pub(crate) struct Config {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Reads the settings as `serve` does, and tells all errors at once. Exit 0 or 2.
    #[command(
        after_help = "Example:\n  sidepane config check\n  sidepane config check /etc/sidepane.toml"
    )]
    Check {
        /// The settings [default: sidepane.toml].
        file: Option<PathBuf>,
    },
    /// Writes all settings as they take effect: the file's over the defaults, secrets by where they
    /// stand and never by value.
    #[command(after_help = "Example:\n  sidepane config show --config /etc/sidepane.toml")]
    Show {
        /// The settings [default: sidepane.toml where there is one].
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
}

/// Settings, and the file they come from.
#[derive(Debug)]
pub(crate) struct Read {
    /// The file's over the defaults.
    pub(crate) settings: Settings,
    /// The file; none where there is none and none was named.
    file: Option<PathBuf>,
    /// Its text.
    text: String,
}

/// Checks or shows.
///
/// # Errors
/// The file cannot be read, or has errors.
pub(crate) fn run(config: Config) -> Result<(), Stop> {
    match config.command {
        Command::Check { file } => check(file.as_deref()),
        Command::Show { config } => show(config.as_deref()),
    }
}

/// Reads the settings that are named, else `sidepane.toml` where there is one.
///
/// # Errors
/// The file cannot be read, or has errors.
pub(crate) fn read(named: Option<&Path>) -> Result<Read, Stop> {
    let path = named.unwrap_or(Path::new("sidepane.toml"));
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let base = path.parent().unwrap_or(Path::new(""));
            Ok(Read {
                settings: Settings::parse(&path.display().to_string(), &text, base)?,
                file: Some(path.to_owned()),
                text,
            })
        }
        Err(error) if named.is_none() && error.kind() == ErrorKind::NotFound => Ok(Read {
            settings: Settings::default(),
            file: None,
            text: String::new(),
        }),
        Err(error) => Err(Stop::of(
            &format!("{} cannot be read", path.display()),
            &error,
        )),
    }
}

fn check(file: Option<&Path>) -> Result<(), Stop> {
    let read = read(file)?;
    read.settings.check_listeners()?;
    let shown = match &read.file {
        Some(file) => format!("{}: good\n", file.display()),
        None => "there is no sidepane.toml here; the defaults hold\n".to_owned(),
    };
    print::answer(&shown);
    Ok(())
}

fn show(file: Option<&Path>) -> Result<(), Stop> {
    let read = read(file)?;
    let text = toml::to_string(&effective(&read))
        .map_err(|error| Stop::of("the settings cannot be written as TOML", &error))?;
    let from = match &read.file {
        Some(file) => format!("# {} over the defaults.\n", file.display()),
        None => "# The defaults: there is no sidepane.toml here.\n".to_owned(),
    };
    print::answer(&format!("{from}{text}"));
    Ok(())
}

fn effective(read: &Read) -> Table {
    let settings = &read.settings;
    let text = |value: &dyn std::fmt::Display| Value::String(value.to_string());
    let mut root = Table::new();
    root.insert("listen".into(), text(&settings.listen));
    root.insert("admin".into(), text(&settings.admin));
    root.insert("plugins".into(), text(&settings.plugins.display()));
    root.insert("data".into(), text(&settings.data.display()));
    if let Some(url) = &settings.public_url {
        root.insert("public_url".into(), text(url));
    }
    root.insert("calls".into(), number(settings.calls.into()));
    let limits: Table = limits::entries(&settings.limits)
        .into_iter()
        .map(|(key, value)| (key.to_owned(), number(value)))
        .collect();
    let default = Table::from_iter([("limits".to_owned(), Value::Table(limits))]);
    root.insert("default".into(), Value::Table(default));
    let compile: Table = compile::entries(&settings.compile)
        .into_iter()
        .map(|(key, value)| (key.to_owned(), number(value)))
        .collect();
    root.insert("compile".into(), Value::Table(compile));
    let cards: Table = cache::entries(&settings.cards)
        .into_iter()
        .map(|(key, value)| (key.to_owned(), number(value)))
        .collect();
    root.insert("cache".into(), Value::Table(cards));
    let events: Table = events::entries(&settings.events)
        .into_iter()
        .map(|(key, value)| (key.to_owned(), number(value)))
        .collect();
    root.insert("events".into(), Value::Table(events));
    // The file was read without errors, so its accounts hold sources of secrets and no secrets.
    let written: Option<Value> = toml::from_str(&read.text)
        .ok()
        .and_then(|mut file: Table| file.remove("accounts"));
    if let Some(accounts) = written {
        root.insert("accounts".into(), accounts);
    }
    root
}

fn number(value: u64) -> Value {
    Value::Integer(i64::try_from(value).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_reads_as_what_was_read() {
        let text = "listen = \"127.0.0.1:9\"\npublic_url = \"https://panes.example.com/\"\n\
                    [default.limits]\nfuel = 7\n[compile]\ncpu_s = 9\n[events]\nage_h = 9\n[accounts.eu]\napi_tokens = []\n";
        let parse = |text: &str| {
            Settings::parse("x.toml", text, Path::new("")).unwrap_or_else(|error| panic!("{error}"))
        };
        let read = Read {
            settings: parse(text),
            file: None,
            text: text.into(),
        };
        let shown = toml::to_string(&effective(&read)).expect("TOML");
        assert_eq!(
            format!("{:?}", parse(&shown)),
            format!("{:?}", read.settings),
            "{shown}"
        );
    }
}
