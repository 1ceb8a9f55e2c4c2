//! A grant and a configuration file: read or refused with every error, never half.

use sidepane::catalog::Grant;
use sidepane::config::settings::Settings;
use sidepane::model::problem::Code;
use sidepane::policy::limits::Limits;
use std::path::Path;

/// Takes the input as the text of both files.
///
/// # Panics
/// When a refusal has no reason in it, or what is no TOML is taken.
pub fn grant(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let is_toml = text.parse::<toml::Table>().is_ok();
    match Grant::parse("a.toml", text, &Limits::default()) {
        Ok(_) => assert!(is_toml, "no TOML, and taken"),
        Err(problem) => {
            assert_eq!(problem.code, Code::GrantInvalid);
            assert!(problem.detail.contains("a.toml"), "{problem} names no line");
        }
    }
    match Settings::parse("sidepane.toml", text, Path::new("/nonexistent")) {
        Ok(_) => assert!(is_toml, "no TOML, and taken"),
        Err(problem) => {
            assert_eq!(problem.code, Code::ConfigInvalid);
            assert!(
                problem.detail.contains("sidepane.toml"),
                "{problem} names no line"
            );
        }
    }
}
