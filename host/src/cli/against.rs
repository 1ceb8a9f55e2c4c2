//! What is different from another build of a plugin: what it asks for, in words and with its reasons,
//! what it serves, what it imports, how large it is.

use super::asked::asked;
use super::file::{self, Wasm};
use super::print::{count, plain};
use super::stop::{self, Stop};
use serde_json::{Value, json};
use sidepane::catalog::Opened;
use sidepane::engine::{Engine, scan};
use sidepane::model::problem::Problem;
use sidepane::policy::limits::Limits;
use std::path::Path;

/// Two builds of one plugin.
pub(crate) struct Against {
    lines: Vec<(String, String)>,
    json: Value,
}

/// A build, as far as two are compared.
struct Build<'a> {
    /// The file as named.
    shown: &'a str,
    bytes: usize,
    imports: &'a [String],
    opened: &'a Opened,
}

/// What one has and the other has not.
struct Change {
    added: Vec<(String, String)>,
    removed: Vec<(String, String)>,
    /// The same with other words: what, the words before, the words now.
    reworded: Vec<(String, String, String)>,
}

impl Against {
    /// Reads an older build, which has to load as well, and compares.
    ///
    /// # Errors
    /// Exit 2 when it cannot be read or does not load.
    pub(crate) async fn read(
        engine: &Engine,
        old: &Path,
        wasm: &Wasm,
        opened: &Opened,
        imports: &[String],
    ) -> Result<Against, Stop> {
        let before = Wasm::read(old)?;
        let told =
            |problem: Problem| Stop::input(format!("{}: {}", before.shown, stop::told(&problem)));
        let found = scan(&before.bytes).map_err(told)?;
        let loaded = file::open(engine, &before, &Limits::default()).await;
        let loaded = loaded.map_err(told)?;
        let new = Build {
            shown: &wasm.shown,
            bytes: wasm.bytes.len(),
            imports,
            opened,
        };
        let old = Build {
            shown: &before.shown,
            bytes: before.bytes.len(),
            imports: &found.imports,
            opened: &loaded,
        };
        Ok(Against::of(&new, &old))
    }

    /// Compares a build with an older one.
    fn of(new: &Build<'_>, old: &Build<'_>) -> Self {
        let (manifest, before) = (&new.opened.manifest, &old.opened.manifest);
        let mut lines = Vec::new();
        let mut differ = |what: &str, old: String, new: String| {
            if old != new {
                lines.push((what.to_owned(), format!("{old} → {new}")));
            }
        };
        differ("name", plain(&before.name), plain(&manifest.name));
        differ("version", plain(&before.version), plain(&manifest.version));
        let contract = |build: &Build<'_>| {
            let stamp = build.opened.program.contract();
            stamp.map_or("not stamped".to_owned(), plain)
        };
        differ("contract", contract(old), contract(new));
        let now = match new.bytes == old.bytes {
            true => size(new.bytes),
            false => format!("{}{}", size(new.bytes), grown(old, new)),
        };
        differ("size", size(old.bytes), now);
        let serves = Change::of(
            &named(&old.opened.program.serves()),
            &named(&new.opened.program.serves()),
        );
        let asks = Change::of(
            &nothing_left(asked(old.opened)),
            &nothing_left(asked(new.opened)),
        );
        let views = Change::of(&named(&before.views), &named(&manifest.views));
        let events = Change::of(&named(&before.events), &named(&manifest.events));
        let imports = Change::of(&named(old.imports), &named(new.imports));
        for (what, change) in [
            ("serves", &serves),
            ("asks for", &asks),
            ("view", &views),
            ("event", &events),
            ("imports", &imports),
        ] {
            lines.extend(change.lines(what));
        }
        let json = json!({
            "file": old.shown,
            "generation": old.opened.generation.to_string(),
            "version": before.version,
            "contract": old.opened.program.contract(),
            "bytes": old.bytes,
            "serves": serves.json(),
            "asks": asks.json(),
            "views": views.json(),
            "events": events.json(),
            "imports": imports.json(),
        });
        Self { lines, json }
    }

    /// A line for each difference.
    pub(crate) fn lines(&self) -> Vec<(String, String)> {
        match self.lines.is_empty() {
            true => vec![(
                "nothing that the manifest or the file tells".to_owned(),
                String::new(),
            )],
            false => self.lines.clone(),
        }
    }

    /// The same for a program.
    pub(crate) fn json(&self) -> &Value {
        &self.json
    }
}

impl Change {
    fn of(old: &[(String, String)], new: &[(String, String)]) -> Self {
        let find = |all: &[(String, String)], what: &str| {
            all.iter().find(|(known, _)| known == what).cloned()
        };
        let without = |one: &[(String, String)], other: &[(String, String)]| {
            let gone = one.iter().filter(|(what, _)| find(other, what).is_none());
            gone.cloned().collect()
        };
        let reworded = new.iter().filter_map(|(what, now)| {
            let (_, before) = find(old, what)?;
            (before != *now).then(|| (what.clone(), before, now.clone()))
        });
        Self {
            added: without(new, old),
            removed: without(old, new),
            reworded: reworded.collect(),
        }
    }

    fn lines(&self, heading: &str) -> Vec<(String, String)> {
        let reason = |why: &str| match why.is_empty() {
            true => String::new(),
            false => format!("  ({why})"),
        };
        let added = self.added.iter();
        let added = added.map(|(what, why)| format!("now also {what}{}", reason(why)));
        let removed = self.removed.iter();
        let removed = removed.map(|(what, why)| format!("no longer {what}{}", reason(why)));
        let reworded = self.reworded.iter();
        let reworded =
            reworded.map(|(what, old, new)| format!("{what}: said {old:?}, now says {new:?}"));
        let all = added.chain(removed).chain(reworded);
        all.map(|line| (heading.to_owned(), line)).collect()
    }

    fn json(&self) -> Value {
        let pair = |(what, why): &(String, String)| json!({"what": what, "reason": why});
        json!({
            "added": self.added.iter().map(pair).collect::<Vec<_>>(),
            "removed": self.removed.iter().map(pair).collect::<Vec<_>>(),
            "reworded": self.reworded.iter().map(|(what, old, new)| {
                json!({"what": what, "before": old, "now": new})
            }).collect::<Vec<_>>(),
        })
    }
}

fn named<T: AsRef<str>>(names: &[T]) -> Vec<(String, String)> {
    let names = names.iter().map(|name| plain(name.as_ref()));
    names.map(|name| (name, String::new())).collect()
}

/// "nothing" is no permission that could come or go.
fn nothing_left(asked: Vec<(String, String)>) -> Vec<(String, String)> {
    let nothing = |(what, why): &(String, String)| what == "nothing" && why.is_empty();
    asked.into_iter().filter(|line| !nothing(line)).collect()
}

fn size(bytes: usize) -> String {
    format!("{} bytes", count(bytes as u64))
}

/// How much larger or smaller it is, in hundredths.
fn grown(old: &Build<'_>, new: &Build<'_>) -> String {
    let (old, new) = (old.bytes.max(1) as u64, new.bytes as u64);
    let change = (new.abs_diff(old) * 100 + old / 2) / old;
    let sign = if new < old { '−' } else { '+' };
    format!(" ({sign}{change} %)")
}
