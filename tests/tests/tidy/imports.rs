//! Who names whom, held against the table.

use crate::source::{Source, is_ident_byte};
use crate::table::Rule;

/// Modules that the table does not know, and rows for modules that are not there.
pub(crate) fn undeclared(rules: &[Rule], sources: &[Source]) -> Vec<String> {
    let present: Vec<&str> = sources
        .iter()
        .filter_map(|source| module(&source.path))
        .collect();
    let unknown = present
        .iter()
        .filter(|name| !rules.iter().any(|rule| rule.module == **name))
        .map(|name| format!("module `{name}` has no row in ARCHITECTURE.md"));
    let gone = rules
        .iter()
        .filter(|rule| !present.contains(&rule.module.as_str()))
        .map(|rule| {
            format!(
                "ARCHITECTURE.md has a row for `{}`, which is not there",
                rule.module
            )
        });
    unknown.chain(gone).collect()
}

/// Every path in `source` that its module's row does not allow.
pub(crate) fn forbidden(rules: &[Rule], source: &Source) -> Vec<String> {
    let Some(own) = module(&source.path) else {
        return Vec::new();
    };
    let rule = rules.iter().find(|rule| rule.module == own);
    let allowed = |name: &str| match rule {
        Some(Rule { imports: None, .. }) => true,
        Some(Rule {
            imports: Some(names),
            ..
        }) => names.iter().any(|known| known == name),
        None => false,
    };
    let modules = named_modules(source)
        .into_iter()
        .filter(|(_, name)| name != own && rules.iter().any(|rule| rule.module == *name))
        .filter(|(_, name)| !allowed(name))
        .map(|(line, name)| format!("{}:{line}: `{own}` may not import `{name}`", source.path));
    let reserved = rules
        .iter()
        .flat_map(|rule| &rule.crates)
        .filter(|name| !rule.is_some_and(|rule| rule.crates.contains(name)));
    let crates = reserved.filter_map(|name| {
        let line = first_use(&source.product, name)?;
        let path = &source.path;
        Some(format!(
            "{path}:{line}: `{own}` may not name the crate `{name}`"
        ))
    });
    modules.chain(crates).collect()
}

/// The module at the top of the host that a file belongs to; none for `lib.rs`, which lists them.
fn module(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("host/src/")?;
    let name = inside.split('/').next()?.trim_end_matches(".rs");
    (name != "lib").then_some(name)
}

/// Every module of the host that is named by a path from the root, with its line.
fn named_modules(source: &Source) -> Vec<(usize, String)> {
    let inside = source.path.strip_prefix("host/src/").unwrap_or_default();
    // How many `super::` lead from this file's module to the root.
    let depth = inside.matches('/').count() + usize::from(!inside.ends_with("/mod.rs"));
    let to_root = "super::".repeat(depth);
    let mut found = Vec::new();
    for prefix in ["crate::", "sidepane::", to_root.as_str()] {
        for at in starts(&source.product, prefix) {
            let after = &source.product[at + prefix.len()..];
            let line = line_of(&source.product, at);
            found.extend(heads(after).into_iter().map(|name| (line, name)));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The first name of a path, or all of them where the path is a group.
fn heads(after: &str) -> Vec<String> {
    let Some(group) = after.strip_prefix('{') else {
        return vec![ident(after)];
    };
    let mut depth = 0_usize;
    let mut names = vec![ident(group.trim_start())];
    for (at, byte) in group.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => break,
            b'}' => depth -= 1,
            b',' if depth == 0 => names.push(ident(group[at + 1..].trim_start())),
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn ident(text: &str) -> String {
    text.bytes()
        .take_while(|&byte| is_ident_byte(byte))
        .map(char::from)
        .collect()
}

/// Where `path` begins as a path, not in the middle of another one.
fn starts(code: &str, path: &str) -> Vec<usize> {
    code.match_indices(path)
        .map(|(at, _)| at)
        .filter(|&at| {
            let before = code[..at].bytes().next_back();
            !before.is_some_and(|byte| is_ident_byte(byte) || byte == b':')
        })
        .collect()
}

fn first_use(code: &str, name: &str) -> Option<usize> {
    ["::", " as ", ";", ","].iter().find_map(|end| {
        let from = match *end {
            "::" => String::new(),
            _ => String::from("use "),
        };
        let whole = format!("{from}{name}{end}");
        starts(code, &whole).first().map(|&at| line_of(code, at))
    })
}

fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Vec<Rule> {
        let rule = |module: &str, imports: &[&str], crates: &[&str]| Rule {
            module: module.into(),
            imports: Some(imports.iter().map(|name| (*name).into()).collect()),
            crates: crates.iter().map(|name| (*name).into()).collect(),
        };
        vec![
            rule("model", &[], &[]),
            rule("policy", &["model"], &["ammonia"]),
            rule("server", &["model"], &["axum"]),
        ]
    }

    fn found(path: &str, text: &str) -> Vec<String> {
        forbidden(&rules(), &Source::new(path, text))
    }

    #[test]
    fn a_planted_import_is_found() {
        let cases = [
            "use crate::server;",
            "use crate::server::listen;",
            "use crate::{model, server::listen};",
            "use crate::{\n    model::{id, card},\n    server,\n};",
            "fn f() { crate::server::listen() }",
            "pub(in crate::server) fn f() {}",
            "use super::super::server;",
            "use axum::Router;",
            "use axum;",
            "fn f() -> axum::Router { todo!() }",
        ];
        for text in cases {
            assert_eq!(found("host/src/policy/link.rs", text).len(), 1, "{text}");
        }
        assert_eq!(
            found("host/src/policy/link.rs", "\nuse crate::server;"),
            ["host/src/policy/link.rs:2: `policy` may not import `server`"]
        );
        assert_eq!(
            found("host/src/policy/mod.rs", "use super::server;").len(),
            1
        );
        assert_eq!(
            found("host/src/policy/a/b.rs", "use super::super::super::server;").len(),
            1
        );
    }

    #[test]
    fn what_the_table_allows_is_let_through() {
        let cases = [
            "use crate::model::id;",
            "use crate::policy::limits;",
            "use super::server;",
            "use ammonia::Builder;",
            "// use crate::server;",
            "const T: &str = \"use crate::server;\";",
            "#[cfg(test)]\nmod tests { use crate::server; }",
            "use other::axum::x;",
            "fn f(my_axum: u8) {}",
        ];
        for text in cases {
            assert_eq!(
                found("host/src/policy/link.rs", text),
                Vec::<String>::new(),
                "{text}"
            );
        }
    }

    #[test]
    fn a_module_without_a_row_is_found_and_a_row_without_a_module() {
        let sources = [
            Source::new("host/src/lib.rs", ""),
            Source::new("host/src/model/mod.rs", ""),
            Source::new("host/src/policy/mod.rs", ""),
            Source::new("host/src/queue/mod.rs", ""),
        ];
        assert_eq!(
            undeclared(&rules(), &sources),
            [
                "module `queue` has no row in ARCHITECTURE.md",
                "ARCHITECTURE.md has a row for `server`, which is not there",
            ]
        );
    }
}
