//! Texts of cards for places that show plain text alone.

/// Between the cells of a row: columns would need a font whose letters are equally wide.
pub(super) const BETWEEN: &str = " · ";

/// A text as one line: what ends a line, or moves the writing, is a space.
pub(super) fn one_line(text: &str) -> String {
    let spaced = |char: char| if char.is_control() { ' ' } else { char };
    text.chars()
        .map(spaced)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// The words of cleaned markup: tags go, what begins a line begins one here.
pub(super) fn words(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let (tag, then) = tag(after);
        if begins_a_line(tag) && !text.ends_with('\n') {
            text.push('\n');
        } else if matches!(tag, "/td" | "/th") {
            text.push_str(BETWEEN);
        }
        rest = then;
    }
    text.push_str(rest);
    let plain = text
        .replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    let lines = plain
        .lines()
        .map(|line| line.trim().trim_end_matches('·').trim());
    lines
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

/// The name of the tag that `after` begins with, and what follows it. Cleaned markup has its
/// attributes in quotation marks.
fn tag(after: &str) -> (&str, &str) {
    let mut quoted = false;
    let end = after.find(|char| {
        quoted ^= char == '"';
        char == '>' && !quoted
    });
    let (tag, then) = after.split_at(end.unwrap_or(after.len()));
    let name = tag.split(' ').next().unwrap_or_default();
    (name, then.strip_prefix('>').unwrap_or_default())
}

fn begins_a_line(tag: &str) -> bool {
    let name = tag.trim_start_matches('/');
    matches!(
        name,
        "p" | "div"
            | "br"
            | "hr"
            | "li"
            | "ul"
            | "ol"
            | "tr"
            | "table"
            | "caption"
            | "blockquote"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "dl"
            | "dt"
            | "dd"
            | "pre"
            | "details"
            | "summary"
            | "figure"
            | "figcaption"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::html::clean;

    #[test]
    fn markup_becomes_its_words() {
        for (html, want) in [
            ("<p>Gold since <b>2024</b></p>", "Gold since 2024"),
            ("<p>a</p><p>b</p>", "a\nb"),
            ("a<br>b<hr>c", "a\nb\nc"),
            ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
            (
                "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>",
                "a · b\nc · d",
            ),
            ("Tom &amp; Ann&nbsp;&lt;3", "Tom & Ann <3"),
            ("&amp;lt;", "&lt;"),
            (
                "<a href=\"https://a.example/?a=1&amp;b=%3E\" title=\"x > y\">here</a>",
                "here",
            ),
            ("<script>alert(1)</script>", ""),
        ] {
            assert_eq!(words(&clean(html)), want, "{html}");
        }
    }
}
