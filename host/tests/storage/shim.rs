//! A disk that fails on demand: one of SQLite's file systems, in front of its own.
//!
//! It keeps, of each file, what was synced and what was written since, so that a power cut can be
//! looked at without cutting the power. A folder that no test has asked for goes straight through.

#![allow(
    unsafe_code,
    reason = "SQLite's file systems are tables of C functions; there is no safe door to them, and \
              only what stands below SQLite can fail as a disk does"
)]

use crate::kit::Folder;
use rusqlite::ffi;
use std::collections::HashMap;
use std::ffi::{CStr, c_int, c_void};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};

/// Its name, for `SqliteSettings::vfs`.
pub(crate) const NAME: &str = "sidepane-shim";

/// The disk under one folder.
#[derive(Debug)]
pub(crate) struct Disk {
    folder: PathBuf,
    /// Syncs of the log until one fails; below zero none does.
    log_syncs: AtomicI64,
    /// Likewise of the database itself.
    database_syncs: AtomicI64,
    /// Writes until one fails, likewise.
    writes: AtomicI64,
    /// Whether there is no room, but for that of the ballast when it is given up.
    full: AtomicBool,
    files: Mutex<HashMap<String, Image>>,
}

/// One file, as the disk has it.
#[derive(Clone, Debug, Default)]
struct Image {
    synced: Vec<u8>,
    since: Vec<Change>,
}

#[derive(Clone, Debug)]
enum Change {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

impl Image {
    fn apply(bytes: &mut Vec<u8>, change: &Change) {
        match change {
            Change::Write(at, written) => {
                let end = at + written.len();
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                bytes[*at..end].copy_from_slice(written);
            }
            Change::Truncate(length) => bytes.truncate(*length),
        }
    }
}

impl Disk {
    /// A disk under this folder, from now on.
    pub(crate) fn under(folder: &Folder) -> Arc<Self> {
        register();
        let disk = Arc::new(Self {
            folder: folder.0.clone(),
            log_syncs: AtomicI64::new(-1),
            database_syncs: AtomicI64::new(-1),
            writes: AtomicI64::new(-1),
            full: AtomicBool::new(false),
            files: Mutex::default(),
        });
        lock(&DISKS).insert(folder.0.clone(), Arc::downgrade(&disk));
        disk
    }

    /// The sync of the log after so many others fails, once.
    pub(crate) fn fail_log_sync(&self, after: i64) {
        self.log_syncs.store(after, Ordering::SeqCst);
    }

    /// The sync of the database after so many others fails, once.
    pub(crate) fn fail_database_sync(&self, after: i64) {
        self.database_syncs.store(after, Ordering::SeqCst);
    }

    /// The write after so many others fails, once.
    pub(crate) fn fail_write(&self, after: i64) {
        self.writes.store(after, Ordering::SeqCst);
    }

    /// Fills the disk, or makes room.
    pub(crate) fn full(&self, full: bool) {
        self.full.store(full, Ordering::SeqCst);
    }

    /// Cuts the power: what the disk holds, in a folder of its own. Of what was not synced, `keep`
    /// says which writes reached the disk all the same; the last of them is torn.
    pub(crate) fn cut(&self, mut keep: impl FnMut() -> bool) -> Folder {
        let found = Folder::new();
        for (name, image) in &*lock(&self.files) {
            let mut bytes = image.synced.clone();
            let mut reached = image.since.iter().filter(|_| keep()).cloned();
            let mut last = reached.next();
            while let Some(change) = last {
                last = reached.next();
                match change {
                    Change::Write(at, written) if last.is_none() => {
                        let half = written[..written.len() / 2].to_vec();
                        Image::apply(&mut bytes, &Change::Write(at, half));
                    }
                    change => Image::apply(&mut bytes, &change),
                }
            }
            std::fs::write(found.0.join(name), bytes).expect("a file");
        }
        found
    }

    /// Whether it is this one's turn to fail.
    fn fails(counter: &AtomicI64) -> bool {
        counter.load(Ordering::SeqCst) >= 0 && counter.fetch_sub(1, Ordering::SeqCst) == 0
    }

    fn no_room(&self) -> bool {
        self.full.load(Ordering::SeqCst) && self.folder.join("sidepane.ballast").exists()
    }

    fn opened(&self, name: &str) {
        let found = || std::fs::read(self.folder.join(name)).unwrap_or_default();
        let mut files = lock(&self.files);
        let image = files.entry(name.to_owned());
        image.or_insert_with(|| Image {
            synced: found(),
            since: Vec::new(),
        });
    }

    fn changed(&self, name: &str, change: Change) {
        if let Some(image) = lock(&self.files).get_mut(name) {
            image.since.push(change);
        }
    }

    fn synced(&self, name: &str) {
        if let Some(image) = lock(&self.files).get_mut(name) {
            for change in std::mem::take(&mut image.since) {
                Image::apply(&mut image.synced, &change);
            }
        }
    }
}

/// One of SQLite's files that lies on a disk of ours.
#[derive(Clone)]
struct OpenFile {
    disk: Arc<Disk>,
    name: String,
    /// The functions that really do it.
    below: &'static ffi::sqlite3_io_methods,
}

/// Those that a test still holds.
static DISKS: LazyLock<Mutex<HashMap<PathBuf, Weak<Disk>>>> = LazyLock::new(Mutex::default);

/// By the address of SQLite's own record of the file.
static OPEN: LazyLock<Mutex<HashMap<usize, OpenFile>>> = LazyLock::new(Mutex::default);

/// Our tables, by the address of those that they stand in front of.
static METHODS: LazyLock<Mutex<HashMap<usize, &'static ffi::sqlite3_io_methods>>> =
    LazyLock::new(Mutex::default);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// SQLite's own file system.
struct Below(*mut ffi::sqlite3_vfs);

// SAFETY: SQLite's tables are never changed after its start, and its file systems may be used from
// any thread.
unsafe impl Send for Below {}
// SAFETY: as above.
unsafe impl Sync for Below {}

static BELOW: LazyLock<Below> = LazyLock::new(|| {
    // SAFETY: without a name SQLite gives its default, which lives as long as the process.
    Below(unsafe { ffi::sqlite3_vfs_find(std::ptr::null()) })
});

/// Makes the file system known to SQLite, once.
fn register() {
    static DONE: LazyLock<c_int> = LazyLock::new(|| {
        // SAFETY: the default table is valid, and ours is a copy of it that lives for ever: the
        // same size of files, the same functions but for two.
        unsafe {
            let mut vfs = *BELOW.0;
            vfs.zName = c"sidepane-shim".as_ptr();
            vfs.pNext = std::ptr::null_mut();
            vfs.xOpen = Some(open);
            vfs.xDelete = Some(delete);
            ffi::sqlite3_vfs_register(Box::into_raw(Box::new(vfs)), 0)
        }
    });
    assert_eq!(*DONE, ffi::SQLITE_OK);
}

/// The disk and the file's name, where the file is a database of ours or its log.
unsafe fn ours(name: *const std::ffi::c_char) -> Option<(Arc<Disk>, String)> {
    if name.is_null() {
        return None;
    }
    // SAFETY: SQLite passes names that end with a zero.
    let path = Path::new(unsafe { CStr::from_ptr(name) }.to_str().ok()?);
    let file = path.file_name()?.to_str()?;
    let disk = lock(&DISKS).get(path.parent()?)?.upgrade()?;
    matches!(file, "sidepane.db" | "sidepane.db-wal").then(|| (disk, file.to_owned()))
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: the arguments are passed on as they came, to the table that ours is a copy of. After
    // it has opened the file, the file's table is valid and lives as long as the process.
    unsafe {
        let Some(real) = (*BELOW.0).xOpen else {
            return ffi::SQLITE_CANTOPEN;
        };
        let code = real(BELOW.0, name, file, flags, out);
        if code != ffi::SQLITE_OK {
            return code;
        }
        if let (Some((disk, name)), false) = (ours(name), (*file).pMethods.is_null()) {
            let below = &*(*file).pMethods;
            disk.opened(&name);
            lock(&OPEN).insert(file as usize, OpenFile { disk, name, below });
            (*file).pMethods = in_front_of(below);
        }
        code
    }
}

fn in_front_of(below: &'static ffi::sqlite3_io_methods) -> &'static ffi::sqlite3_io_methods {
    let address = std::ptr::from_ref(below) as usize;
    lock(&METHODS).entry(address).or_insert_with(|| {
        Box::leak(Box::new(ffi::sqlite3_io_methods {
            xClose: Some(close),
            xWrite: Some(write),
            xTruncate: Some(truncate),
            xSync: Some(sync),
            ..*below
        }))
    })
}

unsafe extern "C" fn delete(
    _: *mut ffi::sqlite3_vfs,
    name: *const std::ffi::c_char,
    sync_folder: c_int,
) -> c_int {
    // SAFETY: the arguments are passed on as they came.
    unsafe {
        if let Some((disk, name)) = ours(name) {
            lock(&disk.files).remove(&name);
        }
        match (*BELOW.0).xDelete {
            Some(real) => real(BELOW.0, name, sync_folder),
            None => ffi::SQLITE_IOERR_DELETE,
        }
    }
}

/// The file of this record. Only files of ours have our table.
fn known(file: *mut ffi::sqlite3_file) -> Option<OpenFile> {
    lock(&OPEN).get(&(file as usize)).cloned()
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    let Some(found) = lock(&OPEN).remove(&(file as usize)) else {
        return ffi::SQLITE_IOERR_CLOSE;
    };
    // SAFETY: the table below is the one that opened this file.
    found
        .below
        .xClose
        .map_or(ffi::SQLITE_IOERR_CLOSE, |real| unsafe { real(file) })
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    bytes: *const c_void,
    length: c_int,
    at: ffi::sqlite3_int64,
) -> c_int {
    let (Some(found), Ok(count), Ok(place)) =
        (known(file), usize::try_from(length), usize::try_from(at))
    else {
        return ffi::SQLITE_IOERR_WRITE;
    };
    if Disk::fails(&found.disk.writes) {
        return ffi::SQLITE_IOERR_WRITE;
    }
    if found.disk.no_room() {
        return ffi::SQLITE_FULL;
    }
    let Some(real) = found.below.xWrite else {
        return ffi::SQLITE_IOERR_WRITE;
    };
    // SAFETY: the arguments are passed on as they came; SQLite gives `length` bytes to be read.
    let (code, written) = unsafe {
        let written = std::slice::from_raw_parts(bytes.cast::<u8>(), count).to_vec();
        (real(file, bytes, length, at), written)
    };
    if code == ffi::SQLITE_OK {
        found
            .disk
            .changed(&found.name, Change::Write(place, written));
    }
    code
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: ffi::sqlite3_int64) -> c_int {
    let (Some(found), Ok(length)) = (known(file), usize::try_from(size)) else {
        return ffi::SQLITE_IOERR_TRUNCATE;
    };
    found.disk.changed(&found.name, Change::Truncate(length));
    // SAFETY: the arguments are passed on as they came.
    let real = found.below.xTruncate;
    real.map_or(ffi::SQLITE_IOERR_TRUNCATE, |real| unsafe {
        real(file, size)
    })
}

/// Nothing is really synced: what the disk has is what we remember.
unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    let Some(found) = known(file) else {
        return ffi::SQLITE_IOERR_FSYNC;
    };
    let counter = match found.name.ends_with("-wal") {
        true => &found.disk.log_syncs,
        false => &found.disk.database_syncs,
    };
    if Disk::fails(counter) {
        // As disks do: what was not written is forgotten, and the next sync has nothing to do.
        return ffi::SQLITE_IOERR_FSYNC;
    }
    found.disk.synced(&found.name);
    ffi::SQLITE_OK
}
