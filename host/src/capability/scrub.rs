//! Secrets in plugins' log lines. A plugin never holds one; a server may have echoed it.

use super::secret::Secrets;

/// Shorter values would black out ordinary words.
const SHORTEST: usize = 6;

/// Blacks out every secret's value, written as it is. Other spellings (base64, percent-encoded)
/// were masked where the answer came in.
pub(super) fn scrub(secrets: &Secrets, text: String) -> String {
    secrets
        .names()
        .fold(text, |text, name| match secrets.value(name) {
            Ok(value) if value.len() >= SHORTEST && text.contains(value) => {
                text.replace(value, &format!("[secret {name}]"))
            }
            _ => text,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_blacked_out_and_a_short_one_is_not_looked_for() {
        let mut secrets = Secrets::default();
        secrets.insert("key", "s3cret-value");
        secrets.insert("pin", "42");
        let text = scrub(&secrets, "s3cret-value and 42".to_owned());
        assert_eq!(text, "[secret key] and 42");
    }
}
