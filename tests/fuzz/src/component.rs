//! A file in the plugins folder: a component or refused by name, before anything is compiled.

use sidepane::engine;
use sidepane::model::problem::Code;

/// Takes the input as the file.
///
/// # Panics
/// When a refusal has a code of something else.
pub fn component(input: &[u8]) {
    if let Err(problem) = engine::scan(input) {
        let code = problem.code.as_str();
        assert!(code.starts_with("load."), "{problem}");
        assert_ne!(
            problem.code,
            Code::LoadCompileFailed,
            "nothing was compiled"
        );
        assert!(!problem.message.is_empty(), "{code} says nothing");
    }
}
