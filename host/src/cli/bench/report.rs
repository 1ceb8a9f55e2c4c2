//! What was measured, for people and for programs: one build, or two and how they compare.

use super::Build;
use crate::cli::print::{count, plain, section};
use crate::cli::replay::described;
use serde_json::{Map, Value, json};
use sidepane::capability::replay::outcome;
use sidepane::model::recording::Recording;
use std::time::Duration;

/// What was measured of one build or two.
pub(super) struct Report<'a> {
    builds: &'a [Build],
    recording: Option<&'a Recording>,
}

impl<'a> Report<'a> {
    pub(super) fn of(builds: &'a [Build], recording: Option<&'a Recording>) -> Self {
        Self { builds, recording }
    }

    pub(super) fn text(&self) -> String {
        let one = |text: String| (text, String::new());
        let call = match self.recording {
            Some(recording) => format!("recorded: {}", plain(&described(recording))),
            None => "a card, with every request refused".to_owned(),
        };
        let mut text = section("call", &[one(call)]);
        let endings = self.builds.iter().map(|build| {
            let ending = build.measured.ending.as_ref();
            let ending = ending.map_or_else(|| "never ended".to_owned(), outcome);
            (plain(&build.shown), plain(&ending))
        });
        text += &section("outcome", &endings.collect::<Vec<_>>());
        text += &self.table("speed", &self.speed());
        text += &self.table("a call uses", &self.uses());
        text += &self.table("host calls", &self.host_calls());
        text
    }

    /// Rows of columns: a name, a figure for each build, and what became of it.
    fn table(&self, heading: &str, rows: &[Row]) -> String {
        let cells: Vec<Vec<String>> = rows.iter().map(Row::cells).collect();
        let columns = cells.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let widths = cells.iter().filter_map(|row| row.get(column));
            widths.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut text = String::new();
        for (at, row) in cells.iter().enumerate() {
            let heading = if at == 0 { heading } else { "" };
            let mut line = format!("{heading:12}");
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                line += &match column {
                    0 => format!("{cell:width$}"),
                    _ => format!("  {cell:>width$}"),
                };
            }
            text += line.trim_end();
            text.push('\n');
        }
        text
    }

    fn speed(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        if let [_, _] = self.builds {
            let names = self.builds.iter().map(|build| plain(&build.shown));
            rows.push(Row {
                name: String::new(),
                figures: names.collect(),
                note: "new : old".to_owned(),
            });
        }
        rows.push(self.row(
            "calls a second",
            |build| build.calls_a_second(),
            |n| count(rounded(n)),
        ));
        rows.push(self.row(
            "µs a call",
            |build| build.micros_a_call(),
            |n| format!("{n:.1}"),
        ));
        rows.push(self.row(
            "bytes of the file",
            |build| build.bytes as f64,
            |n| count(rounded(n)),
        ));
        rows
    }

    /// What a call used, with its limit and how much of it that is.
    fn uses(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        let Some(first) = self.builds.first() else {
            return rows;
        };
        for (at, (name, measure)) in first.measured.usage.each().into_iter().enumerate() {
            let used = |build: &Build| {
                let each = build.measured.usage.each();
                each.get(at).map_or(0.0, |(_, measure)| measure.used as f64)
            };
            // The clock of one call tells less than the speed above.
            if name == "time_ms" || self.builds.iter().all(|build| used(build) == 0.0) {
                continue;
            }
            let mut row = self.row(name, used, |n| count(rounded(n)));
            let share = measure.used as f64 / (measure.limit.max(1) as f64) * 100.0;
            row.figures.push(format!("of {}", count(measure.limit)));
            row.figures.push(format!("{share:.1} %"));
            rows.push(row);
        }
        rows
    }

    /// Host calls, the dearest first: how many a call, and how long together.
    fn host_calls(&self) -> Vec<Row> {
        let Some(first) = self.builds.first() else {
            return Vec::new();
        };
        let mut names: Vec<(&'static str, Duration)> = Vec::new();
        for build in self.builds {
            for (name, spent) in &build.measured.cost.0 {
                if !names.iter().any(|(known, _)| known == name) {
                    names.push((name, spent.time));
                }
            }
        }
        names.sort_by_key(|(_, time)| std::cmp::Reverse(*time));
        let calls = first.measured.calls.max(1) as f64;
        let rows = names.into_iter().map(|(name, _)| {
            let micros = |build: &Build| build.spent(name).1;
            let mut row = self.row(name, micros, |n| format!("{n:.2} µs"));
            let times = first.measured.cost.0.get(name);
            let times = times.map_or(0.0, |spent| spent.times as f64 / calls);
            let share = first.spent(name).1 / first.micros_a_call().max(f64::MIN_POSITIVE) * 100.0;
            row.figures.insert(0, format!("{times:.0} ×"));
            row.figures.push(format!("{share:.1} % of the call"));
            row
        });
        rows.collect()
    }

    /// One figure of every build, and the new one as a multiple of the old one.
    fn row(
        &self,
        name: &str,
        figure: impl Fn(&Build) -> f64,
        shown: impl Fn(f64) -> String,
    ) -> Row {
        let figures: Vec<f64> = self.builds.iter().map(figure).collect();
        let note = match figures.as_slice() {
            [new, old] => ratio(*new, *old).map_or_else(|| "–".to_owned(), |n| format!("{n:.2}")),
            _ => String::new(),
        };
        Row {
            name: name.to_owned(),
            figures: figures.into_iter().map(shown).collect(),
            note,
        }
    }

    pub(super) fn json(&self) -> Value {
        let builds: Vec<Value> = self.builds.iter().map(Build::json).collect();
        let ratios = match self.builds {
            [new, old] => json!({
                "calls_a_second": ratio(new.calls_a_second(), old.calls_a_second()),
                "fuel": ratio(new.fuel(), old.fuel()),
                "memory_bytes": ratio(new.memory(), old.memory()),
                "bytes": ratio(new.bytes as f64, old.bytes as f64),
            }),
            _ => Value::Null,
        };
        json!({
            "recording": self.recording.map(|recording| recording.id.as_str()),
            "builds": builds,
            "new_to_old": ratios,
        })
    }
}

/// A line of a table.
struct Row {
    name: String,
    figures: Vec<String>,
    /// What stands last: how two builds compare.
    note: String,
}

impl Row {
    fn cells(&self) -> Vec<String> {
        let mut cells = vec![self.name.clone()];
        cells.extend(self.figures.iter().cloned());
        if !self.note.is_empty() {
            cells.push(self.note.clone());
        }
        cells
    }
}

impl Build {
    fn calls_a_second(&self) -> f64 {
        let seconds = self.measured.time.as_secs_f64();
        self.measured.calls as f64 / seconds.max(f64::MIN_POSITIVE)
    }

    fn micros_a_call(&self) -> f64 {
        let micros = self.measured.time.as_secs_f64() * 1e6;
        micros / self.measured.calls.max(1) as f64
    }

    fn fuel(&self) -> f64 {
        self.measured.usage.fuel.used as f64
    }

    fn memory(&self) -> f64 {
        self.measured.usage.memory_bytes.used as f64
    }

    /// How often a host call was made in a call, and how many µs it took together.
    fn spent(&self, name: &str) -> (f64, f64) {
        let calls = self.measured.calls.max(1) as f64;
        let spent = self.measured.cost.0.get(name).copied().unwrap_or_default();
        let micros = spent.time.as_secs_f64() * 1e6;
        (spent.times as f64 / calls, micros / calls)
    }

    fn json(&self) -> Value {
        let measured = &self.measured;
        let host_calls = measured.cost.0.keys().map(|name| {
            let (times, micros) = self.spent(name);
            let spent = json!({"times": times, "micros": micros});
            ((*name).to_owned(), spent)
        });
        json!({
            "file": self.shown,
            "generation": self.plugin.generation.to_string(),
            "bytes": self.bytes,
            "calls": measured.calls,
            "calls_a_second": self.calls_a_second(),
            "micros_a_call": self.micros_a_call(),
            "outcome": measured.ending.as_ref().map(outcome),
            "usage": crate::cli::call::usage(&measured.usage),
            "host_calls": Value::Object(host_calls.collect::<Map<_, _>>()),
        })
    }
}

/// How many times as much the new one is; none where the old one is nothing.
fn ratio(new: f64, old: f64) -> Option<f64> {
    (old > 0.0).then(|| new / old)
}

fn rounded(number: f64) -> u64 {
    // A count or a size: far below where a float loses whole numbers.
    number.round().max(0.0) as u64
}
