//! One plugin's transaction, up to the swap: read once, hash, compile, ask for the manifest, hold
//! it against the grant. Nothing that calls can see changes here.

use super::folder::{Content, Folder, grant_file};
use super::grant::Grant;
use super::load::Loader;
use super::programs::{Programs, Shared};
use super::snapshot::LoadedPlugin;
use super::stamp::{Marks, Stamp, of_secrets};
use crate::engine::Engine;
use crate::model::id::{Generation, PluginId};
use crate::model::problem::{Code, Problem};
use std::path::PathBuf;
use std::sync::Arc;

/// Code that an earlier attempt compiled, and the file that it was.
#[derive(Clone, Debug)]
pub(super) struct Compiled {
    stamp: Stamp,
    generation: Generation,
    program: Shared,
}

/// What came of an attempt.
#[derive(Debug)]
pub(super) struct Attempt {
    /// What the files looked like that were read.
    pub(super) marks: Marks,
    /// Where the plugin's secrets stand, in the order of `marks.secrets`.
    pub(super) secret_files: Vec<PathBuf>,
    /// The version that was tried; none when the file was not read.
    pub(super) generation: Option<Generation>,
    /// Its code, when it compiled, whatever became of it after that.
    pub(super) compiled: Option<Compiled>,
    /// How it ended.
    pub(super) came: Result<Came, Problem>,
}

/// How an attempt ends well.
#[derive(Debug)]
pub(super) enum Came {
    /// It can be served.
    Loaded(Box<LoadedPlugin>),
    /// Its grant switches it off.
    Disabled,
    /// There is no such file any more.
    Gone,
}

/// A plugin to be tried.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) file: String,
    pub(super) id: PluginId,
    /// What is known from before: the same file is not read again.
    pub(super) compiled: Option<Compiled>,
}

/// What reading alone tells.
enum Read {
    Bytes(Vec<u8>, Stamp, Generation),
    Known(Compiled),
    Disabled,
    Gone,
}

/// Tries one plugin. All that blocks runs on threads of its own.
pub(super) async fn attempt(
    loader: &Loader,
    programs: &Programs,
    folder: &Arc<Folder>,
    candidate: Candidate,
) -> Attempt {
    let id = candidate.id.clone();
    let mut attempt = Attempt {
        marks: Marks::default(),
        secret_files: Vec::new(),
        generation: None,
        compiled: candidate.compiled.clone(),
        came: Ok(Came::Gone),
    };
    let came = tried(loader, programs, folder, candidate, &mut attempt).await;
    attempt.came = came.map_err(|problem| problem.of_plugin(&id));
    attempt
}

async fn tried(
    loader: &Loader,
    programs: &Programs,
    folder: &Arc<Folder>,
    candidate: Candidate,
    attempt: &mut Attempt,
) -> Result<Came, Problem> {
    let id = candidate.id.clone();
    let (of_thread, reader) = (Arc::clone(folder), loader.clone());
    let (marks, secret_files, read) =
        blocking(move || read(&of_thread, &reader, candidate)).await?;
    (attempt.marks, attempt.secret_files) = (marks, secret_files);
    let (grant, read) = read?;
    let compiled = match read {
        Read::Gone => return Ok(Came::Gone),
        Read::Disabled => return Ok(Came::Disabled),
        Read::Known(compiled) => compiled,
        Read::Bytes(bytes, stamp, generation) => {
            attempt.generation = Some(generation);
            Compiled {
                stamp,
                generation,
                program: programs.of(generation, bytes, loader).await?,
            }
        }
    };
    attempt.generation = Some(compiled.generation);
    let program = compiled.program.get().cloned();
    let generation = compiled.generation;
    attempt.compiled = Some(compiled);
    let program = program.ok_or_else(failed)?;
    let opened = loader.describe(generation, program, &grant.limits).await?;
    // Secrets are read from files here, and a file may be slow or a pipe.
    let (loader, base) = (loader.clone(), folder.path().to_owned());
    let loaded = blocking(move || loader.admit(id, opened, grant, &base)).await??;
    Ok(Came::Loaded(Box::new(loaded)))
}

type Gathered = (Marks, Vec<PathBuf>, Result<(Grant, Read), Problem>);

/// Reads grant and component. The stamps of secrets are taken before their values are read: a value
/// that changes in between has another stamp at the next look.
fn read(folder: &Folder, loader: &Loader, candidate: Candidate) -> Gathered {
    let Candidate { file, compiled, .. } = candidate;
    let of_grant = grant_file(&file);
    let mut marks = Marks {
        wasm: folder.stamp(&file),
        grant: folder.stamp(&of_grant),
        secrets: Vec::new(),
    };
    let grant = match folder.grant(&of_grant) {
        Ok(Some(Content { value, stamp })) => {
            marks.grant = Some(stamp);
            Grant::parse(&of_grant, &value, loader.limits())
        }
        Ok(None) => {
            marks.grant = None;
            Ok(Grant::none(loader.limits()))
        }
        Err(problem) => Err(problem),
    };
    let secret_files: Vec<PathBuf> = match &grant {
        Ok(grant) => grant
            .secret_files()
            .into_iter()
            .map(|path| folder.path().join(path))
            .collect(),
        Err(_) => Vec::new(),
    };
    marks.secrets = of_secrets(&secret_files);
    let read = grant.and_then(|grant| {
        let read = match (&marks.wasm, compiled) {
            (None, _) => Read::Gone,
            _ if !grant.enabled => Read::Disabled,
            (Some(stamp), Some(compiled)) if compiled.stamp == *stamp => Read::Known(compiled),
            _ => match folder.component(&file)? {
                None => Read::Gone,
                Some(Content { value, stamp }) => {
                    marks.wasm = Some(stamp);
                    let generation = Engine::generation(&value);
                    Read::Bytes(value, stamp, generation)
                }
            },
        };
        Ok((grant, read))
    });
    (marks, secret_files, read)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| failed())
}

fn failed() -> Problem {
    Problem::new(
        Code::CallHostBug,
        "The host failed while it loaded this plugin; please report it.",
    )
}
