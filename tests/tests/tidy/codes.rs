//! docs/status-codes.md, held against the codes there are.

use sidepane::model::problem::Code;

/// Where the table differs from the code.
pub(crate) fn differences(document: &str) -> Vec<String> {
    let rows: Vec<[&str; 3]> = document
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let mut cells = line.trim_matches('|').splitn(3, '|').map(str::trim);
            [(); 3].map(|()| cells.next().unwrap_or_default())
        })
        .collect();
    let mut wrong = Vec::new();
    for (at, code) in Code::ALL.iter().enumerate() {
        let name = format!("`{code}`");
        match rows.get(at) {
            Some([written, meaning, next]) if *written == name => {
                if *meaning != code.meaning() {
                    wrong.push(format!("{code} means: {}", code.meaning()));
                }
                if next.is_empty() {
                    wrong.push(format!("{code}: who does what next is missing"));
                }
            }
            _ => wrong.push(format!(
                "row {} should be {code}: {}",
                at + 1,
                code.meaning()
            )),
        }
    }
    if rows.len() > Code::ALL.len() {
        wrong.push(format!("{} rows, {} codes", rows.len(), Code::ALL.len()));
    }
    wrong.truncate(8);
    wrong
}

#[test]
fn a_missing_or_reworded_code_is_found() {
    let row = |code: &Code| format!("| `{code}` | {} | Operator: look. |\n", code.meaning());
    let whole: String = Code::ALL.iter().map(row).collect();
    assert_eq!(differences(&whole), Vec::<String>::new());
    let without_first: String = Code::ALL[1..].iter().map(row).collect();
    assert!(!differences(&without_first).is_empty());
    let reworded = whole.replacen(Code::ALL[0].meaning(), "Something.", 1);
    assert_eq!(differences(&reworded).len(), 1);
    let silent = whole.replacen("Operator: look.", "", 1);
    assert_eq!(differences(&silent).len(), 1);
    assert_eq!(
        differences(&(whole + "| `call.more` | More. | Nobody. |\n")).len(),
        1
    );
}
