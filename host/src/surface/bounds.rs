//! How much one request may tell: the same bounds at every door.

use crate::model::context::Pairs;
use crate::model::problem::{Code, Problem};

/// The longest value of a field, in bytes. An address or a page's URL has a few hundred; four KiB
/// is what browsers' query strings can be relied on to carry.
pub(super) const MAX_TEXT: usize = 4 << 10;

/// The longest name that a caller may choose, in bytes.
pub(super) const MAX_NAME: usize = 256;

/// The most pairs of one kind (attributes, params), and the most plugins asked by name.
pub(super) const MAX_PAIRS: usize = 64;

/// The value of `field`; none when it is empty, for an empty text says no more than its absence.
///
/// # Errors
/// `request.invalid_field` when it is too long.
pub(super) fn text(field: &str, value: String) -> Result<Option<String>, Problem> {
    within(field, "bytes", value.len(), MAX_TEXT)?;
    Ok((!value.is_empty()).then_some(value))
}

/// Adds one pair to those of `group`. An empty value stays: the name alone can mean something.
///
/// # Errors
/// `request.invalid_field` when there are too many, or when name or value is too long.
pub(super) fn pair(
    pairs: &mut Pairs,
    group: &str,
    name: String,
    value: String,
) -> Result<(), Problem> {
    within(group, "bytes in a name", name.len(), MAX_NAME)?;
    within(&member(group, &name), "bytes", value.len(), MAX_TEXT)?;
    within(group, "values", pairs.len().saturating_add(1), MAX_PAIRS)?;
    pairs.push((name, value));
    Ok(())
}

/// The path of the member `name` of `group`, shortened where somebody wrote a very long name.
pub(super) fn member(group: &str, name: &str) -> String {
    let plain = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let short: String = name.chars().take(64).collect();
    match (group.is_empty(), plain) {
        (true, _) => short,
        (false, true) => format!("{group}.{short}"),
        (false, false) => format!("{group}[{short:?}]"),
    }
}

/// Refuses more than `limit` of something in `field`.
///
/// # Errors
/// `request.invalid_field` with the count and the limit.
pub(super) fn within(field: &str, what: &str, used: usize, limit: usize) -> Result<(), Problem> {
    if used <= limit {
        return Ok(());
    }
    Err(Problem::new(
        Code::RequestInvalidField,
        format!("`{field}` has {used} {what}; {limit} are the most."),
    )
    .field(field)
    .of_limit(used as u64, limit as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_fits_up_to_its_limit() {
        assert_eq!(text("email", String::new()), Ok(None));
        let most = "x".repeat(MAX_TEXT);
        assert_eq!(text("email", most.clone()), Ok(Some(most.clone())));
        let problem = text("email", most + "x").unwrap_err();
        assert_eq!(problem.field.as_deref(), Some("email"));
        assert_eq!((problem.used, problem.limit), (Some(4097), Some(4096)));
    }

    #[test]
    fn pairs_fit_up_to_their_limit() {
        let mut pairs = Pairs::new();
        for n in 0..MAX_PAIRS {
            pair(&mut pairs, "params", format!("p{n}"), String::new()).unwrap();
        }
        let problem = pair(&mut pairs, "params", "more".into(), "x".into()).unwrap_err();
        assert_eq!((problem.used, problem.limit), (Some(65), Some(64)));
        assert_eq!(pairs.len(), MAX_PAIRS);

        let mut none = Pairs::new();
        let long = pair(&mut none, "params", "n".repeat(257), "x".into()).unwrap_err();
        assert_eq!(long.field.as_deref(), Some("params"));
        let big = pair(&mut none, "params", "a b".into(), "x".repeat(4097)).unwrap_err();
        assert_eq!(big.field.as_deref(), Some("params[\"a b\"]"));
        assert!(none.is_empty());
    }
}
