//! What a plugin imports, and what of it cannot be of use to it.

use sidepane::catalog::Opened;

/// Its imports in words: the contract's interfaces, then WASI's packages.
pub(crate) fn told(imports: &[String]) -> String {
    let mut parts: Vec<String> = own(imports).map(str::to_owned).collect();
    for package in ["cli", "clocks", "io", "random", "filesystem", "sockets"] {
        let prefix = format!("wasi:{package}/");
        if imports.iter().any(|import| import.starts_with(&prefix)) {
            parts.push(format!("wasi:{package}"));
        }
    }
    match parts.is_empty() {
        true => "nothing".to_owned(),
        false => parts.join(", "),
    }
}

/// What it imports or asks for without being able to use it. Standard libraries drag some of it in.
pub(crate) fn not_needed(imports: &[String], opened: &Opened) -> Vec<String> {
    let manifest = &opened.manifest;
    let has = |name: &str| own(imports).any(|own| own == name);
    let wasi = |package: &str| {
        let prefix = format!("wasi:{package}/");
        imports.iter().any(|import| import.starts_with(&prefix))
    };
    let cases = [
        (
            wasi("filesystem"),
            "it imports wasi:filesystem, which no plugin needs: there are no files, and it answers empty",
        ),
        (
            wasi("sockets"),
            "it imports wasi:sockets, which no plugin needs: there are none, and using one ends the call",
        ),
        (
            has("http") && manifest.hosts.is_empty(),
            "it imports `http` and its manifest asks for no address: every request is refused",
        ),
        (
            !has("http") && !manifest.hosts.is_empty(),
            "its manifest asks for addresses and it does not import `http`: it cannot ask them, and \
             an operator is asked for more than it needs",
        ),
        (
            !has("http") && !manifest.secrets.is_empty(),
            "its manifest asks for secrets and it does not import `http`: it cannot send them",
        ),
        (
            has("settings") && manifest.settings.is_empty(),
            "it imports `settings` and its manifest has none: there is nothing to read",
        ),
        (
            !has("settings") && !manifest.settings.is_empty(),
            "its manifest has settings and it does not import `settings`: it cannot read them",
        ),
    ];
    let found = cases.into_iter().filter(|(found, _)| *found);
    found.map(|(_, note)| note.to_owned()).collect()
}

/// The contract's functions that it imports. Interfaces of types alone are none.
fn own(imports: &[String]) -> impl Iterator<Item = &str> {
    let names = imports.iter().filter_map(|import| {
        let (name, _version) = import.strip_prefix("sidepane:plugin/")?.split_once('@')?;
        Some(name)
    });
    names.filter(|name| matches!(*name, "http" | "settings" | "store" | "log"))
}
