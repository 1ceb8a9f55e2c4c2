//! The folder from which the host of `sidepane dev` serves: the newest build and its grant, and gone at
//! the end.

use crate::cli::stop::Stop;
use sidepane::model::id::PluginId;
use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// A folder of this process's own.
#[derive(Debug)]
pub(super) struct Place(PathBuf);

impl Place {
    /// Makes it, open to nobody else.
    ///
    /// # Errors
    /// It cannot be made.
    pub(super) fn make() -> Result<Self, Stop> {
        let name = format!(
            "sidepane-dev-{}-{:016x}",
            std::process::id(),
            rand::random::<u64>()
        );
        let folder = std::env::temp_dir().join(name);
        let made = fs::DirBuilder::new().mode(0o700).create(&folder);
        made.map_err(|error| Stop::of(&format!("{} cannot be made", folder.display()), &error))?;
        Ok(Self(folder))
    }

    /// Where it is.
    pub(super) fn folder(&self) -> &Path {
        &self.0
    }

    /// Puts a build there, with the grant that stands in a file, or with none. An earlier one under
    /// another name goes.
    ///
    /// # Errors
    /// The grant cannot be read, or something cannot be written.
    pub(super) fn put(
        &self,
        id: &PluginId,
        bytes: &[u8],
        grant: Option<&Path>,
    ) -> Result<(), Stop> {
        let grant = grant.map(read).transpose()?;
        self.only(id)
            .and_then(|()| match grant {
                Some(text) => self.write(&format!("{id}.toml"), text.as_bytes()),
                None => self.without(&format!("{id}.toml")),
            })
            .and_then(|()| self.write(&format!("{id}.wasm"), bytes))
            .map_err(|error| Stop::of(&format!("{} cannot be written", self.0.display()), &error))
    }

    /// A host that looks meanwhile sees the old file or the new one.
    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let fresh = self.0.join("fresh");
        fs::write(&fresh, bytes)?;
        fs::rename(fresh, self.0.join(name))
    }

    fn without(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.0.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn only(&self, id: &PluginId) -> io::Result<()> {
        let own = format!("{id}.wasm");
        for entry in fs::read_dir(&self.0)? {
            let path = entry?.path();
            let component = path.extension().is_some_and(|ending| ending == "wasm");
            if component && !path.ends_with(&own) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // It lies where the system tidies up by itself.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A grant as the host takes it from another folder: files that it names, from its own folder, are
/// named from the root. Its lines stay where they are.
fn read(path: &Path) -> Result<String, Stop> {
    let shown = path.display();
    let text = fs::read_to_string(path)
        .map_err(|error| Stop::of(&format!("the grant {shown} cannot be read"), &error))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let Ok(table) = text.parse::<toml::Table>() else {
        // The host says what is wrong with it, and where.
        return Ok(text);
    };
    let mut named = Vec::new();
    files(&toml::Value::Table(table), &mut named);
    let lines = text
        .split_inclusive('\n')
        .map(|line| match line.contains("file") {
            true => rooted(line, &named, &folder),
            false => line.to_owned(),
        });
    Ok(lines.collect())
}

/// A line of a grant with its files named from the root.
fn rooted(line: &str, named: &[String], folder: &Path) -> String {
    let mut line = line.to_owned();
    for file in named {
        let rooted = toml::Value::from(folder.join(file).to_string_lossy().as_ref()).to_string();
        for written in [format!("\"{file}\""), format!("'{file}'")] {
            line = line.replace(&written, &rooted);
        }
    }
    line
}

/// The files that a grant names and that are not named from the root.
fn files(value: &toml::Value, named: &mut Vec<String>) {
    match value {
        toml::Value::Table(table) => {
            for (name, value) in table {
                match value.as_str() {
                    Some(file) if name == "file" || name == "ca_file" => {
                        if Path::new(file).is_relative() {
                            named.push(file.to_owned());
                        }
                    }
                    _ => files(value, named),
                }
            }
        }
        toml::Value::Array(items) => items.iter().for_each(|item| files(item, named)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_a_grant_are_found_from_another_folder() {
        let place = Place::make().expect("a folder");
        let folder = place.folder().canonicalize().expect("a folder");
        let grant = folder.join("a.toml");
        let text = "[secrets]\na = { file = \"a.key\" }\nb = { file = \"/run/b\" }\nc = { env = \"a.key\" }\n\
                    [[http.allow]]\nurl = \"https://a.example/\"\nca_file = 'ca.pem'\n";
        fs::write(&grant, text).expect("a grant");
        let here = folder.display();
        let expected = text
            .replace("file = \"a.key\"", &format!("file = \"{here}/a.key\""))
            .replace("'ca.pem'", &format!("\"{here}/ca.pem\""));
        assert_eq!(read(&grant).expect("a grant"), expected);
        fs::write(&grant, "no TOML").expect("a grant");
        assert_eq!(read(&grant).expect("a grant"), "no TOML");
    }

    #[test]
    fn there_is_one_plugin_at_a_time_and_nothing_at_the_end() {
        let place = Place::make().expect("a folder");
        let id = |name: &str| PluginId::parse(name).expect("an id");
        let grant = place.folder().join("elsewhere");
        fs::write(&grant, "order = 1\n").expect("a grant");
        place.put(&id("a"), b"1", Some(&grant)).expect("room");
        place.put(&id("b"), b"2", None).expect("room");
        let has = |name: &str| place.folder().join(name).exists();
        assert!(!has("a.wasm") && has("b.wasm") && !has("b.toml"));
        place.put(&id("b"), b"3", Some(&grant)).expect("room");
        assert!(has("b.toml"));
        place.put(&id("b"), b"4", None).expect("room");
        assert!(!has("b.toml"), "a grant that was taken away is gone");
        assert!(
            place
                .put(&id("b"), b"5", Some(Path::new("/nowhere")))
                .is_err()
        );
        let folder = place.folder().to_owned();
        drop(place);
        assert!(!folder.exists());
    }
}
