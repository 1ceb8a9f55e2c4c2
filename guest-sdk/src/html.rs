//! Markup for [`Block::html`](crate::Block::html).

use std::fmt::{self, Display, Write};

/// Formats like `format!` and escapes every argument, so that text from outside stays text.
///
/// Arguments are given by place (`{}`) only. A name in the braces would be put in unescaped, so it
/// does not compile.
///
/// ```
/// # use sidepane_sdk::html;
/// let note = "Prefers <Ada>";
/// assert_eq!(html!("<p class=\"note\">{}</p>", note), "<p class=\"note\">Prefers &lt;Ada&gt;</p>");
/// ```
///
/// ```compile_fail
/// # use sidepane_sdk::html;
/// let note = "<script>";
/// html!("<p>{note}</p>");
/// ```
#[macro_export]
macro_rules! html {
    ($markup:literal $(, $text:expr)* $(,)?) => {{
        const _: () = assert!(
            $crate::html::only_by_place($markup),
            "html! escapes arguments given by place: write {{}} and put the value behind"
        );
        ::std::format!($markup $(, $crate::html::Escaped(&$text))*)
    }};
}

/// Escapes a text for markup, in elements and in quoted attributes.
///
/// ```
/// # use sidepane_sdk::html::escape;
/// assert_eq!(escape("a < b & \"c\""), "a &lt; b &amp; &quot;c&quot;");
/// ```
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    // Writing to a string does not fail.
    let _ = write_escaped(&mut escaped, text);
    escaped
}

/// Shows a value escaped; what [`html!`](crate::html!) wraps round its arguments.
#[derive(Clone, Copy, Debug)]
pub struct Escaped<T>(pub T);

impl<T: Display> Display for Escaped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping(f), "{}", self.0)
    }
}

/// Escapes what is written through it.
struct Escaping<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        write_escaped(self.0, text)
    }
}

fn write_escaped(out: &mut impl Write, text: &str) -> fmt::Result {
    for piece in text.split_inclusive(['&', '<', '>', '"', '\'']) {
        let special = piece.chars().next_back().and_then(entity);
        match special {
            // All five are one byte long.
            Some(entity) => {
                out.write_str(piece.get(..piece.len() - 1).unwrap_or_default())?;
                out.write_str(entity)?;
            }
            None => out.write_str(piece)?,
        }
    }
    Ok(())
}

fn entity(character: char) -> Option<&'static str> {
    match character {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\'' => Some("&#39;"),
        _ => None,
    }
}

/// Whether each pair of braces in a format is empty, or doubled.
#[doc(hidden)]
pub const fn only_by_place(format: &str) -> bool {
    let bytes = format.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'{' {
            at += 1;
            if at == bytes.len() || (bytes[at] != b'}' && bytes[at] != b'{') {
                return false;
            }
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_special_is_left() {
        for (text, escaped) in [
            ("", ""),
            ("plain", "plain"),
            ("<b>&\"'</b>", "&lt;b&gt;&amp;&quot;&#39;&lt;/b&gt;"),
            ("é<", "é&lt;"),
            ("&amp;", "&amp;amp;"),
        ] {
            assert_eq!(escape(text), escaped);
            assert_eq!(crate::html!("{}", text), escaped);
        }
    }

    #[test]
    fn braces_with_something_in_them_are_seen() {
        for (format, fine) in [
            ("<p>{}</p>{}", true),
            ("{{{}}}", true),
            ("{name}", false),
            ("{0}", false),
            ("{:?}", false),
            ("{", false),
        ] {
            assert_eq!(only_by_place(format), fine, "{format}");
        }
    }

    #[test]
    fn any_value_that_can_be_shown_is_an_argument() {
        assert_eq!(
            crate::html!("<td>{}</td><td>{}</td>", 42, 'x'),
            "<td>42</td><td>x</td>"
        );
    }
}
