//! A file that holds room on the disk, to be given up when there is no other.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

/// Room for finishing what was accepted, once nothing else is left.
#[derive(Debug)]
pub(super) struct Ballast {
    path: PathBuf,
    bytes: u64,
}

impl Ballast {
    /// A ballast of so many bytes at `path`; nothing is written yet.
    pub(super) fn new(path: PathBuf, bytes: u64) -> Self {
        Self { path, bytes }
    }

    /// Takes the room, unless it has it already. Without enough of it nothing is taken.
    pub(super) fn take(&self) -> io::Result<()> {
        if std::fs::metadata(&self.path).is_ok_and(|found| found.len() == self.bytes) {
            return Ok(());
        }
        let written = self.write();
        if written.is_err() {
            // A half is of no use, and the room is needed.
            self.give();
        }
        written
    }

    /// Gives the room up.
    pub(super) fn give(&self) {
        // One that is not there gives nothing, and nobody asked for more.
        let _ = std::fs::remove_file(&self.path);
    }

    fn write(&self) -> io::Result<()> {
        let mut file = super::open::private().truncate(true).open(&self.path)?;
        let mut left = self.bytes;
        // No zeros: some file systems keep none of them. The numbers repeat after 2⁶⁴.
        let mut number: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut block = Vec::with_capacity(64 << 10);
        while left > 0 {
            block.clear();
            while block.len() < 64 << 10 {
                number ^= number << 13;
                number ^= number >> 7;
                number ^= number << 17;
                block.extend_from_slice(&number.to_le_bytes());
            }
            block.truncate(usize::try_from(left).unwrap_or(block.len()));
            file.write_all(&block)?;
            left -= block.len() as u64;
        }
        File::sync_all(&file)
    }
}
