//! The files that a command line names: a plugin, and the grant beside it.

use super::kept;
use super::progress;
use super::stop::Stop;
use sidepane::catalog::{Grant, Loader, Opened, PLUGIN_BYTES};
use sidepane::engine::{Engine, EngineSettings, PoolSettings};
use sidepane::model::id::{AccountId, PluginId};
use sidepane::model::problem::{Code, Problem};
use sidepane::policy::limits::Limits;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A plugin's file and its grant, as named on the command line.
#[derive(Debug, clap::Args)]
pub(crate) struct PluginFile {
    /// The plugin: one WebAssembly component.
    #[arg(value_name = "FILE.wasm")]
    pub(crate) wasm: PathBuf,
    /// Its grant [default: the file beside the plugin that the host would take, `<id>.toml`].
    #[arg(long, value_name = "FILE.toml")]
    pub(crate) grant: Option<PathBuf>,
}

/// A plugin's bytes with the name it would have in the folder.
#[derive(Debug)]
pub(crate) struct Wasm {
    /// The id: the file's stem, or what it would have to be.
    pub(crate) id: PluginId,
    /// The file as named.
    pub(crate) shown: String,
    /// Its bytes, read once.
    pub(crate) bytes: Vec<u8>,
    /// What to call it in the folder, where its own name is no id.
    pub(crate) rename: Option<String>,
}

/// A grant's text, and where it stands.
#[derive(Debug)]
pub(crate) struct GrantText {
    /// The file; none where there is no grant.
    pub(crate) path: Option<PathBuf>,
    /// Its text, empty where there is no grant.
    pub(crate) text: String,
}

impl Wasm {
    /// Reads a plugin's file.
    ///
    /// # Errors
    /// Exit 2 when it cannot be read, `load.too_large` when no host would take it.
    pub(crate) fn read(path: &Path) -> Result<Self, Stop> {
        let shown = path.display().to_string();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let bytes = bytes(path, &shown)?;
        let (id, rename) = id_of(&stem)
            .ok_or_else(|| Stop::input(format!("{shown} has no name to call the plugin by")))?;
        Ok(Self {
            id,
            shown,
            bytes,
            rename,
        })
    }
}

impl GrantText {
    /// Reads the grant that is named, or the one that stands beside the plugin under its id.
    ///
    /// # Errors
    /// Exit 2 when the named one cannot be read.
    pub(crate) fn read(named: Option<&Path>, wasm: &Path, id: &PluginId) -> Result<Self, Stop> {
        let beside = wasm.with_file_name(format!("{id}.toml"));
        let path = named.unwrap_or(&beside);
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Self {
                path: Some(path.to_owned()),
                text,
            }),
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
                Ok(Self {
                    path: None,
                    text: String::new(),
                })
            }
            Err(error) => Err(Stop::of(
                &format!("the grant {} cannot be read", path.display()),
                &error,
            )),
        }
    }

    /// Reads its text as the host does.
    ///
    /// # Errors
    /// `grant.invalid` with every error and its line.
    pub(crate) fn parse(&self) -> Result<Grant, Problem> {
        Grant::parse(&self.shown(), &self.text, &Limits::default())
    }

    /// The folder that files of secrets are named from.
    pub(crate) fn base(&self) -> &Path {
        let folder = self.path.as_deref().and_then(Path::parent);
        folder.unwrap_or(Path::new(""))
    }

    fn shown(&self) -> String {
        self.path
            .as_deref()
            .map_or_else(|| "no grant".to_owned(), |path| path.display().to_string())
    }
}

/// A loader for one plugin and a set of accounts.
pub(crate) fn loader(engine: &Engine, accounts: Vec<AccountId>) -> Loader {
    Loader::new(engine.clone(), accounts, Limits::default())
}

/// An engine for one plugin at a time.
///
/// # Errors
/// The machine does not give what it needs.
pub(crate) fn engine() -> Result<Engine, Stop> {
    started(None)
}

/// The same, and what it compiles is kept for the next command where the user has a place for it.
///
/// # Errors
/// The machine does not give what it needs.
pub(crate) fn engine_that_keeps() -> Result<Engine, Stop> {
    match kept::folder() {
        Some(folder) => started(Some(folder)).or_else(|_| started(None)),
        None => started(None),
    }
}

fn started(cache: Option<PathBuf>) -> Result<Engine, Stop> {
    let settings = EngineSettings {
        pool: PoolSettings {
            instances: 4,
            ..PoolSettings::default()
        },
        cache,
        ..EngineSettings::default()
    };
    // Whatever it is, it is not the plugin's doing.
    Engine::start(&settings).map_err(|problem| Stop::input(super::stop::told(&problem)))
}

/// Compiles a plugin and asks for its manifest, with a word where that takes long.
///
/// # Errors
/// `load.*` and `manifest.*`, with the file.
pub(crate) async fn open(engine: &Engine, wasm: &Wasm, limits: &Limits) -> Result<Opened, Problem> {
    let loader = loader(engine, Vec::new());
    let opening = loader.open(wasm.bytes.clone(), limits);
    let opened = progress::during(&format!("compiling {}", wasm.shown), opening).await;
    opened.map_err(|problem| problem.of_plugin(&wasm.id))
}

/// The accounts that a grant tells apart, or the only one there is.
pub(crate) fn accounts(grant: &Grant) -> Vec<AccountId> {
    match grant.accounts.is_empty() {
        true => vec![AccountId::default()],
        false => grant.accounts.keys().cloned().collect(),
    }
}

fn bytes(path: &Path, shown: &str) -> Result<Vec<u8>, Stop> {
    let unreadable =
        |error: std::io::Error| Stop::of(&format!("the plugin {shown} cannot be read"), &error);
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(Stop::input(format!(
            "{shown} is a folder; name the plugin's .wasm file in it"
        )));
    }
    let mut bytes = Vec::new();
    file.take(PLUGIN_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > PLUGIN_BYTES {
        let size = metadata.len().max(bytes.len() as u64);
        return Err(Problem::new(
            Code::LoadTooLarge,
            format!("{shown} is larger than a plugin may be."),
        )
        .of_limit(size, PLUGIN_BYTES)
        .into());
    }
    Ok(bytes)
}

/// The id that a file's stem is, or comes closest to.
fn id_of(stem: &str) -> Option<(PluginId, Option<String>)> {
    if let Some(id) = PluginId::parse(stem) {
        return Some((id, None));
    }
    let close: String = stem
        .chars()
        .take(PluginId::MAX)
        .map(|char| match char.to_ascii_lowercase() {
            fits @ ('a'..='z' | '0'..='9') => fits,
            _ => '-',
        })
        .collect();
    let id = PluginId::parse(&close)?;
    let name = format!("{id}.wasm");
    Some((id, Some(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_no_id_comes_close_to_one() {
        for (stem, id, renamed) in [
            ("order-lookup", "order-lookup", false),
            ("order_lookup", "order-lookup", true),
            ("Größe", "gr--e", true),
        ] {
            let (found, rename) = id_of(stem).expect("an id");
            assert_eq!((found.as_str(), rename.is_some()), (id, renamed), "{stem}");
        }
        assert!(id_of("").is_none());
    }
}
