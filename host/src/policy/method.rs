//! Methods a plugin may use.

use http::Method;
use std::fmt;

/// The longest method, in letters. The longest that is registered has 17.
const MAX_LETTERS: usize = 32;

/// Why a text is no method that may be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MethodError {
    /// It is written in another way.
    #[error("the method {0:?} is not a word in capitals; write it as `GET` is written")]
    Malformed(String),
    /// It asks a server for a tunnel or to send back what it got, secrets included.
    #[error("the method `{0}` is never sent")]
    Forbidden(String),
}

/// Takes `text` when it is a method in capitals that may be sent at all.
///
/// # Errors
/// [`MethodError`] says what is wrong with it.
pub fn parse_method(text: &str) -> Result<Method, MethodError> {
    let malformed = || MethodError::Malformed(text.chars().take(MAX_LETTERS).collect());
    let fits = (1..=MAX_LETTERS).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_uppercase() || b == b'-');
    if !fits {
        return Err(malformed());
    }
    if ["CONNECT", "TRACE", "TRACK"].contains(&text) {
        return Err(MethodError::Forbidden(text.to_owned()));
    }
    Method::from_bytes(text.as_bytes()).map_err(|_| malformed())
}

/// A rule's methods, each once, in the order written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Methods(Vec<Method>);

impl Methods {
    /// Takes the methods of a rule; none written means `GET` alone.
    ///
    /// # Errors
    /// [`MethodError`] of the first that is not taken.
    pub fn parse<T: AsRef<str>>(texts: &[T]) -> Result<Self, MethodError> {
        let mut methods = Self(Vec::new());
        for text in texts {
            methods.add(parse_method(text.as_ref())?);
        }
        if methods.0.is_empty() {
            methods.add(Method::GET);
        }
        Ok(methods)
    }

    /// A rule's only method.
    pub fn only(method: Method) -> Self {
        Self(vec![method])
    }

    /// Adds one where it is missing.
    pub fn add(&mut self, method: Method) {
        if !self.0.contains(&method) {
            self.0.push(method);
        }
    }

    /// Whether the rule has it.
    pub fn contains(&self, method: &Method) -> bool {
        self.0.contains(method)
    }

    /// Those that both have, none when they share none.
    pub fn meet(&self, other: &Self) -> Option<Self> {
        let shared: Vec<_> = self
            .0
            .iter()
            .filter(|m| other.contains(m))
            .cloned()
            .collect();
        (!shared.is_empty()).then_some(Self(shared))
    }

    /// Each as text.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(Method::as_str)
    }
}

impl fmt::Display for Methods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.iter().collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_a_word_in_capitals() {
        for good in ["GET", "PATCH", "PROPFIND", "M-SEARCH"] {
            assert_eq!(
                parse_method(good).map(|m| m.to_string()).as_deref(),
                Ok(good)
            );
        }
        for bad in [
            "",
            "get",
            "Get",
            "G ET",
            "GET\r\n",
            "GET /",
            "\u{130}",
            &"A".repeat(33),
        ] {
            assert!(
                matches!(parse_method(bad), Err(MethodError::Malformed(_))),
                "{bad:?}"
            );
        }
        for never in ["CONNECT", "TRACE", "TRACK"] {
            assert!(
                matches!(parse_method(never), Err(MethodError::Forbidden(_))),
                "{never}"
            );
        }
    }

    #[test]
    fn no_methods_mean_get_and_two_lists_share_some() {
        let none: [&str; 0] = [];
        let get = Methods::parse(&none).expect("methods");
        assert_eq!(get.to_string(), "GET");
        let both = Methods::parse(&["POST", "GET", "POST"]).expect("methods");
        assert_eq!(both.to_string(), "POST, GET");
        assert_eq!(both.meet(&get), Some(get.clone()));
        assert_eq!(get.meet(&Methods::only(Method::PUT)), None);
    }
}
