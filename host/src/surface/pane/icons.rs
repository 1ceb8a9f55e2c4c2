//! Pictures of blocks, by their names in Material Symbols.

use super::super::Reply;
use super::assets::file;

/// One picture a line, sorted: name, tab, the path's data. `assets/icons.md` says where they are
/// from.
const ICONS: &str = include_str!("assets/icons.tsv");

/// The picture at `/pane/icons/<name>.svg`.
pub(super) fn reply(path: &str) -> Option<Reply> {
    let name = path.strip_prefix("/pane/icons/")?.strip_suffix(".svg")?;
    let data = find(name)?;
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 -960 960 960\"><path \
         d=\"{data}\"/></svg>"
    );
    Some(file("image/svg+xml", svg, "public, max-age=86400"))
}

/// The path's data of a picture. Halves the text, so that no index of it is kept.
fn find(name: &str) -> Option<&'static str> {
    let mut rest = ICONS;
    while !rest.is_empty() {
        let middle = rest.floor_char_boundary(rest.len() / 2);
        let (before, after) = rest.split_at(middle);
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let end = after.find('\n').map_or(rest.len(), |at| middle + at + 1);
        let (known, data) = rest.get(start..end)?.trim_end().split_once('\t')?;
        match name.cmp(known) {
            std::cmp::Ordering::Equal => return Some(data),
            std::cmp::Ordering::Less => rest = rest.get(..start)?,
            std::cmp::Ordering::Greater => rest = rest.get(end..)?,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_is_found_by_its_name() {
        let mut last = "";
        for line in ICONS.lines() {
            let (name, data) = line.split_once('\t').expect("name and data");
            assert!(last < name, "{name} is sorted");
            let drawn = |byte: u8| byte.is_ascii_alphanumeric() || b" ,.-".contains(&byte);
            assert!(data.bytes().all(drawn), "{name} is a path's data");
            assert_eq!(find(name), Some(data), "{name}");
            last = name;
        }
        for name in ["receipt_long", "contact_page"] {
            assert!(find(name).is_some(), "{name}");
        }
        for name in [
            "",
            "a",
            "zzz",
            "receipt_lon",
            "RECEIPT_LONG",
            "../pane",
            "ä",
        ] {
            assert!(find(name).is_none(), "{name}");
        }
    }
}
