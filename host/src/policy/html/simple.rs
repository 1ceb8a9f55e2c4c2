//! Recognises markup that cleaning would not change.
//!
//! It knows only elements without attributes, each closed where it should be and standing where the
//! HTML rules leave it standing, so that no parser can read it in another way.

/// Whether cleaning `html` would change nothing but the spelling of quotation marks.
pub(super) fn is_simple(html: &str) -> bool {
    // A mark at the beginning that parsers swallow.
    if html.starts_with('\u{feff}') {
        return false;
    }
    let mut open = Vec::new();
    let mut rest = html.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        let after = match byte {
            b'<' => tag(tail, &mut open),
            b'&' => entity(tail),
            // Written in another way by the cleaning.
            b'>' | b'\r' | 0 => None,
            0xC2 if tail.first() == Some(&0xA0) => None,
            _ => continue,
        };
        match after {
            Some(after) => rest = after,
            None => return false,
        }
    }
    open.is_empty()
}

/// Deeper than people write by hand; what is deeper goes the long way.
const MAX_DEPTH: usize = 32;

/// What may stand in an element, and where it may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Holds blocks and words; stands among blocks.
    Flow,
    /// Holds words; stands among blocks.
    Line,
    /// Holds words; stands among words and among blocks.
    Words,
    /// Holds items; stands among blocks.
    List,
    /// Holds blocks and words; stands in a list.
    Item,
    /// Holds terms and descriptions; stands among blocks.
    Terms,
    /// Holds words; stands among terms.
    Term,
    /// Holds blocks and words; stands among terms.
    Description,
    /// Holds nothing and is not closed; stands among words and blocks.
    Break,
    /// Holds nothing and is not closed; stands among blocks.
    Rule,
}

type Open<'a> = Vec<(Kind, &'a [u8])>;

fn kind(name: &[u8]) -> Option<Kind> {
    Some(match name {
        b"b" | b"i" | b"u" | b"s" | b"em" | b"strong" | b"small" | b"code" | b"span" | b"sub"
        | b"sup" | b"mark" | b"q" | b"cite" | b"kbd" | b"var" | b"samp" => Kind::Words,
        b"p" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" => Kind::Line,
        b"div" | b"blockquote" => Kind::Flow,
        b"ul" | b"ol" => Kind::List,
        b"li" => Kind::Item,
        b"dl" => Kind::Terms,
        b"dt" => Kind::Term,
        b"dd" => Kind::Description,
        b"br" => Kind::Break,
        b"hr" => Kind::Rule,
        _ => return None,
    })
}

fn stands(child: Kind, parent: Option<Kind>) -> bool {
    let among_blocks = matches!(
        parent,
        None | Some(Kind::Flow | Kind::Item | Kind::Description)
    );
    match child {
        Kind::Flow | Kind::Line | Kind::List | Kind::Terms | Kind::Rule => among_blocks,
        Kind::Words | Kind::Break => {
            among_blocks || matches!(parent, Some(Kind::Line | Kind::Words | Kind::Term))
        }
        Kind::Item => parent == Some(Kind::List),
        Kind::Term | Kind::Description => parent == Some(Kind::Terms),
    }
}

/// What follows the tag behind a `<`, when the tag stands where it may.
fn tag<'a>(tail: &'a [u8], open: &mut Open<'a>) -> Option<&'a [u8]> {
    let (closes, tail) = match tail.split_first() {
        Some((b'/', tail)) => (true, tail),
        _ => (false, tail),
    };
    let end = tail.iter().take(11).position(|&byte| byte == b'>')?;
    let (name, tail) = tail.split_at_checked(end)?;
    let (_, tail) = tail.split_first()?;
    if closes {
        let (_, opened) = open.pop()?;
        return (opened == name).then_some(tail);
    }
    let kind = kind(name)?;
    if !stands(kind, open.last().map(|(kind, _)| *kind)) || open.len() == MAX_DEPTH {
        return None;
    }
    if !matches!(kind, Kind::Break | Kind::Rule) {
        open.push((kind, name));
    }
    Some(tail)
}

/// What follows one of the entities that everybody writes.
fn entity(tail: &[u8]) -> Option<&[u8]> {
    const KNOWN: [&[u8]; 7] = [
        b"amp;", b"lt;", b"gt;", b"nbsp;", b"quot;", b"#39;", b"#x27;",
    ];
    KNOWN.iter().find_map(|known| tail.strip_prefix(*known))
}
