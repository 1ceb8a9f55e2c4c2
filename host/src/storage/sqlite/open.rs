//! Opening a data folder: lock it, look at the file, and only then let SQLite touch it.

use super::fault::told;
use super::header::{self, APPLICATION, PAGE, Unfit, VERSION};
use super::{SqliteSettings, Synchronous};
use crate::model::problem::{Code, Problem};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

const SCHEMA: &str = include_str!("schema.sql");

/// The first SQLite without the fault that could lose pages of the log when two connections wrote
/// checkpoints.
const LEAST_SQLITE: i32 = 3_051_003;

/// How long a statement waits for another program that holds the database.
const BUSY: Duration = Duration::from_secs(5);

/// The files of a data folder.
#[derive(Clone, Debug)]
pub(super) struct Files {
    pub(super) folder: PathBuf,
    pub(super) database: PathBuf,
    pub(super) ballast: PathBuf,
}

/// A folder that no other process has.
#[derive(Debug)]
pub(super) struct Locked {
    pub(super) files: Files,
    /// The lock lasts as long as the file is open.
    _lock: File,
}

/// How files of this folder are made: for the owner alone.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).mode(0o600);
    options
}

/// Takes the folder, makes the database where there is none, and looks at the one there is.
pub(super) fn lock(folder: &Path, settings: &SqliteSettings) -> Result<Locked, Problem> {
    if rusqlite::version_number() < LEAST_SQLITE {
        let version = rusqlite::version();
        return Err(
            Problem::new(Code::DataUnusable, "The SQLite in this program is too old.")
                .detail(format!("it is {version}, the least is 3.51.3"))
                .hint("build the host with the SQLite that is bundled with it"),
        );
    }
    let files = Files {
        folder: folder.to_path_buf(),
        database: folder.join("sidepane.db"),
        ballast: folder.join("sidepane.ballast"),
    };
    std::fs::create_dir_all(folder).map_err(|error| unusable(folder, &error))?;
    let lock_path = folder.join("sidepane.lock");
    let lock = private()
        .open(&lock_path)
        .map_err(|error| unusable(&lock_path, &error))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(taken(folder)),
        Err(TryLockError::Error(error)) => return Err(unusable(&lock_path, &error)),
    }
    if !inspect(&files)? {
        create(&files, settings)?;
    }
    Ok(Locked { files, _lock: lock })
}

/// Whether there is a database; one that is not fit to be opened is an error.
fn inspect(files: &Files) -> Result<bool, Problem> {
    let path = &files.database;
    let log = path.with_extension("db-wal");
    let log = std::fs::metadata(log).is_ok_and(|found| found.len() > 0);
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound && !log => return Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let what = Unfit::Damaged("its log `sidepane.db-wal` is there without it".into());
            return Err(unfit(path, &what));
        }
        Err(error) => return Err(unusable(path, &error)),
    };
    let mut begin = Vec::new();
    let length = file
        .metadata()
        .and_then(|found| {
            file.by_ref()
                .take(header::LENGTH as u64)
                .read_to_end(&mut begin)?;
            Ok(found.len())
        })
        .map_err(|error| unusable(path, &error))?;
    header::check(&begin, length, log).map_err(|what| unfit(path, &what))?;
    Ok(true)
}

/// Makes a database beside its place and moves it there, so that there is a whole one or none.
fn create(files: &Files, settings: &SqliteSettings) -> Result<(), Problem> {
    let path = &files.database;
    let new = path.with_extension("db.new");
    let failed = |error: &io::Error| unusable(&new, error);
    for leftover in ["db.new", "db.new-wal", "db.new-shm", "db.new-journal"] {
        match std::fs::remove_file(path.with_extension(leftover)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(&error)),
            _ => {}
        }
    }
    private().open(&new).map_err(|error| failed(&error))?;
    write_schema(&new, settings).map_err(|error| broken(path, &error))?;
    File::open(&new)
        .and_then(|file| file.sync_all())
        .and_then(|()| std::fs::rename(&new, path))
        .and_then(|()| File::open(&files.folder)?.sync_all())
        .map_err(|error| failed(&error))
}

fn write_schema(path: &Path, settings: &SqliteSettings) -> rusqlite::Result<()> {
    let db = connect(path, settings, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    db.execute_batch(&format!(
        "PRAGMA page_size = {PAGE}; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; \
         PRAGMA synchronous = FULL; BEGIN; {SCHEMA} PRAGMA application_id = {APPLICATION}; \
         PRAGMA user_version = {VERSION};"
    ))?;
    let tag: u16 = rand::random();
    db.execute(
        "INSERT INTO counter (tick, tag, known) VALUES (0, ?1, 0)",
        [tag],
    )?;
    db.execute_batch("COMMIT")?;
    db.close().map_err(|(_, error)| error)
}

fn connect(
    path: &Path,
    settings: &SqliteSettings,
    access: OpenFlags,
) -> rusqlite::Result<Connection> {
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let db = match &settings.vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs.as_str())?,
        None => Connection::open_with_flags(path, flags)?,
    };
    db.busy_timeout(BUSY)?;
    // Otherwise a statement is planned anew whenever other values are bound to it, in case a partial
    // index fits them; that takes longer than to run it.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // More than the statements there are, so that none is prepared twice.
    db.set_prepared_statement_cache_capacity(128);
    Ok(db)
}

/// The connection that writes.
pub(super) fn writer(locked: &Locked, settings: &SqliteSettings) -> Result<Connection, Problem> {
    let path = &locked.files.database;
    let open = || {
        let db = connect(path, settings, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let version: u32 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        Ok((version, schema(&db)? == expected()?, db))
    };
    let (version, ours, db) = open().map_err(|error| broken(path, &error))?;
    if version > VERSION {
        return Err(unfit(path, &Unfit::Newer(version)));
    }
    if !ours {
        let what = Unfit::Damaged("its tables are not those of its version".into());
        return Err(unfit(path, &what));
    }
    let synchronous = match settings.synchronous {
        Synchronous::Full => "FULL",
        Synchronous::Normal => "NORMAL",
    };
    // Checkpoints are the writer's own, because SQLite keeps the errors of automatic ones to itself.
    db.execute_batch(&format!(
        "PRAGMA synchronous = {synchronous}; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; \
         PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 67108864; \
         PRAGMA cache_size = -8192; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; \
         PRAGMA trusted_schema = OFF;"
    ))
    .map_err(|error| broken(path, &error))?;
    Ok(db)
}

/// A connection that only looks.
pub(super) fn reader(locked: &Locked, settings: &SqliteSettings) -> Result<Connection, Problem> {
    let path = &locked.files.database;
    let open = || {
        let db = connect(path, settings, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        db.execute_batch(
            "PRAGMA query_only = ON; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -2048; \
             PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;",
        )?;
        Ok(db)
    };
    open().map_err(|error| broken(path, &error))
}

type Table = (String, String, Option<String>);

fn schema(db: &Connection) -> rusqlite::Result<Vec<Table>> {
    let mut statement =
        db.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    rows.collect()
}

fn expected() -> rusqlite::Result<Vec<Table>> {
    let db = Connection::open_in_memory()?;
    db.execute_batch(SCHEMA)?;
    schema(&db)
}

fn taken(folder: &Path) -> Problem {
    Problem::new(Code::DataLocked, "Another process has the data folder.")
        .detail(format!("{} is locked", folder.display()))
        .hint("stop the other host, or give this one a folder of its own with --data")
}

fn unusable(path: &Path, error: &io::Error) -> Problem {
    Problem::new(Code::DataUnusable, "The data folder cannot be used.")
        .detail(format!("{}: {error}", path.display()))
        .hint("give the host's user the right to write there, and room on the disk")
}

fn unfit(path: &Path, what: &Unfit) -> Problem {
    let at = path.display();
    match what {
        Unfit::Foreign(why) => {
            Problem::new(Code::DataForeign, "The data folder holds somebody else's `sidepane.db`.")
                .detail(format!("{at}: {why}"))
                .hint("give this host another folder with --data; the file was not touched")
        }
        Unfit::Newer(version) => {
            Problem::new(Code::DataNewer, "A later version of the host wrote the data folder.")
                .detail(format!("{at}: its schema is {version}, this host knows {VERSION}"))
                .hint("start the later version again; the file was not touched")
        }
        Unfit::Damaged(why) => Problem::new(Code::DataDamaged, "The data folder is damaged.")
            .detail(format!("{at}: {why}"))
            .hint("put a copy of the folder in its place, or move it away to begin with nothing; the file was not touched"),
    }
}

fn broken(path: &Path, error: &rusqlite::Error) -> Problem {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            Problem::new(Code::DataLocked, "Another program has the database.")
                .detail(format!("{}: {}", path.display(), told(error)))
                .hint("close the program that has `sidepane.db` open")
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            unfit(path, &Unfit::Damaged(told(error)))
        }
        _ => unusable(path, &io::Error::other(told(error))),
    }
}
