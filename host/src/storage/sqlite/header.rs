//! The first hundred bytes of a database file, read before SQLite sees it.
//!
//! SQLite repairs and rewrites what it opens. A file that is not ours, or not whole, has to stay as
//! it is.

/// `Side` in the header's field for programs.
pub(super) const APPLICATION: u32 = 0x5369_6465;

/// The version of the schema that this program writes.
pub(super) const VERSION: u32 = 1;

/// The bytes of a page; the database is made with this size.
pub(super) const PAGE: u64 = 4096;

/// The bytes of a header.
pub(super) const LENGTH: usize = 100;

/// Why a file is not opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// It is a database of another program, or none.
    Foreign(&'static str),
    /// A later version of this program wrote it.
    Newer(u32),
    /// It was ours and is not whole.
    Damaged(String),
}

/// Looks at the beginning of a file of `length` bytes. `log` tells whether a log with later pages
/// stands beside it; then the file may be shorter than it says.
pub(super) fn check(header: &[u8], length: u64, log: bool) -> Result<(), Unfit> {
    let damaged = |what: &str| Err(Unfit::Damaged(what.to_owned()));
    if length == 0 {
        return damaged("it is empty");
    }
    if header.get(..16) != Some(b"SQLite format 3\0") {
        return Err(Unfit::Foreign("it is no SQLite database"));
    }
    if header.len() < LENGTH {
        return damaged("it ends inside its header");
    }
    if number(header, 68) != APPLICATION {
        return Err(Unfit::Foreign("it belongs to another program"));
    }
    let version = number(header, 60);
    if version > VERSION {
        return Err(Unfit::Newer(version));
    }
    if version == 0 {
        return damaged("its schema has no version");
    }
    // Page size, both format versions (2 is WAL), reserved bytes and the three fractions never
    // change; nor do the schema's format, the encoding and the bytes kept for later.
    let fixed = header.get(16..24) == Some(&[0x10, 0x00, 2, 2, 0, 64, 32, 32])
        && number(header, 44) == 4
        && number(header, 56) == 1
        && header
            .get(72..92)
            .is_some_and(|kept| kept.iter().all(|byte| *byte == 0));
    if !fixed {
        return damaged("its header is not as it was written");
    }
    let said = u64::from(number(header, 28)) * PAGE;
    if !log && (length < said || !length.is_multiple_of(PAGE)) {
        return Err(Unfit::Damaged(format!(
            "it has {length} bytes and should have {said}"
        )));
    }
    Ok(())
}

fn number(header: &[u8], at: usize) -> u32 {
    let bytes = header.get(at..at + 4).and_then(|four| four.try_into().ok());
    u32::from_be_bytes(bytes.unwrap_or_default())
}
