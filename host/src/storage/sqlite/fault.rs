//! What goes wrong below a request, and whom it concerns.

use crate::storage::StorageError;
use rusqlite::ErrorCode;

/// Why a request ended inside the transaction.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The request is at fault; the others go on.
    Refused(StorageError),
    /// SQLite is, or the disk.
    Broke(rusqlite::Error),
}

impl From<StorageError> for Trouble {
    fn from(error: StorageError) -> Self {
        Self::Refused(error)
    }
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Broke(error)
    }
}

impl From<Trouble> for StorageError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Refused(error) => error,
            Trouble::Broke(error) if reach(&error) == Reach::Room => Self::Full,
            Trouble::Broke(error) => Self::Failed(told(&error)),
        }
    }
}

/// How far an error of SQLite reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// This request.
    Request,
    /// All requests of the transaction; the next one may go through.
    Batch,
    /// Everything that wants room, until there is some.
    Room,
    /// Everything, for good: nobody knows what is on the disk.
    Storage,
}

/// How far this one reaches.
pub(super) fn reach(error: &rusqlite::Error) -> Reach {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Reach::Room,
        Some(
            ErrorCode::SystemIoFailure
            | ErrorCode::DatabaseCorrupt
            | ErrorCode::NotADatabase
            | ErrorCode::ReadOnly
            | ErrorCode::CannotOpen
            | ErrorCode::PermissionDenied
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::NoLargeFileSupport,
        ) => Reach::Storage,
        Some(
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::OutOfMemory
            | ErrorCode::OperationInterrupted,
        ) => Reach::Batch,
        _ => Reach::Request,
    }
}

/// What SQLite says, with the number that its documentation lists.
pub(super) fn told(error: &rusqlite::Error) -> String {
    match error.sqlite_error() {
        Some(code) => format!("{error} (SQLite {})", code.extended_code),
        None => error.to_string(),
    }
}
