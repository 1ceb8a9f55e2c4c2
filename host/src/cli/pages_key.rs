//! `data/pages.key`: what pages' sessions are signed with, so that open pages outlive a restart.

use super::stop::Stop;
use sidepane::surface::keys::{Seal, Seals};
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The seals of the host whose data folder this is. The key is made when there is none yet.
///
/// # Errors
/// The file cannot be read or written, or is no key.
pub(super) fn seals(data: &Path) -> Result<Seals, Stop> {
    let path = data.join("pages.key");
    let key = match make(&path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read(&path),
        made => made,
    };
    let key =
        key.map_err(|error| Stop::of(&format!("the key of pages {}", path.display()), &error))?;
    Ok(Seals {
        sessions: Seal::new(&key),
        presses: Seal::new(&rand::random()),
    })
}

fn make(path: &Path) -> io::Result<[u8; 32]> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    let key: [u8; 32] = rand::random();
    file.write_all(&key)?;
    file.sync_all()?;
    Ok(key)
}

fn read(path: &Path) -> io::Result<[u8; 32]> {
    let mut bytes = Vec::with_capacity(33);
    // One more than it has, to see that there are no more.
    File::open(path)?.take(33).read_to_end(&mut bytes)?;
    bytes.try_into().map_err(|_| {
        let what = "it is not 32 bytes long: remove it, and pages that are open have to be loaded \
                    again";
        io::Error::new(ErrorKind::InvalidData, what)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_key_is_made_once_for_its_owner_alone() {
        let name = format!("sidepane-pages-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join("pages.key");
        let made = make(&path).expect("a key");
        assert_eq!(read(&path).expect("the key"), made);
        let mode = std::fs::metadata(&path)
            .expect("a file")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        seals(&folder).expect("the same key");
        std::fs::write(&path, "short").expect("written");
        assert!(seals(&folder).is_err());
        std::fs::remove_dir_all(&folder).expect("removed");
    }
}
