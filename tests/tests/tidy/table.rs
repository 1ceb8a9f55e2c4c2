//! The table of modules in ARCHITECTURE.md.

/// One row: a module, what it may import, and the foreign crates that are kept to it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// The module's name.
    pub(crate) module: String,
    /// The modules of the host that it may name; none means all.
    pub(crate) imports: Option<Vec<String>>,
    /// The foreign crates that only rows naming them may use, as Rust spells them.
    pub(crate) crates: Vec<String>,
}

/// Reads the rows between the heading `Who may import whom` and the next heading.
pub(crate) fn read(architecture: &str) -> Vec<Rule> {
    let (_, section) = architecture
        .split_once("## Who may import whom")
        .expect("ARCHITECTURE.md has the section");
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let rules: Vec<Rule> = rows.map(row).collect();
    assert!(rules.len() > 5, "the table has rows");
    rules
}

fn row(line: &str) -> Rule {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [module, imports, crates] = cells[..] else {
        panic!("a row has three cells: {line}");
    };
    let imports = match imports {
        "all" => None,
        "nothing" => Some(Vec::new()),
        names => Some(words(names)),
    };
    Rule {
        module: words(module).pop().expect("a module"),
        imports,
        crates: words(crates)
            .iter()
            .map(|name| name.replace('-', "_"))
            .collect(),
    }
}

/// What stands in backticks.
fn words(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(Into::into).collect()
}

#[test]
fn a_row_reads_as_written() {
    let rule = row("| `engine` | `model`, `policy` | `wasmtime`, `wasmtime-wasi` |");
    assert_eq!(rule.imports, Some(vec!["model".into(), "policy".into()]));
    assert_eq!(rule.crates, ["wasmtime", "wasmtime_wasi"]);
    assert_eq!(row("| `host` | all | |").imports, None);
    assert_eq!(row("| `model` | nothing | |").imports, Some(Vec::new()));
}
