//! Which markup may stand in a card: an explicit list, and everything else taken out.
//!
//! The frame in which a desk shows the markup is the boundary; this is the depth behind it. What
//! comes out has no scripts, no styles, no forms, no pictures and nothing else that acts or loads,
//! its links have passed `policy::link`, and cleaning it again changes nothing.

mod removed;
mod simple;

use super::link::Links;
use ammonia::{Builder, UrlRelative};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Markup as an agent may be shown it.
///
/// Simple markup, which most is, comes back as it was without building a tree of it. Markup so
/// tangled that reading it would cost the host more than it is worth comes back as plain text that
/// shows its source.
pub fn clean(html: &str) -> Cow<'_, str> {
    if simple::is_simple(html) {
        return Cow::Borrowed(html);
    }
    if is_tangled(html) {
        return Cow::Owned(escape(html));
    }
    let mut last = BUILDER.clean(html).to_string();
    for _ in 0..ROUNDS {
        if simple::is_simple(&last) {
            return Cow::Owned(last);
        }
        if is_tangled(&last) {
            break;
        }
        let next = BUILDER.clean(&last).to_string();
        if next == last {
            return Cow::Owned(last);
        }
        last = next;
    }
    Cow::Owned(escape(html))
}

/// What cleaning took out of `before` to make `after`, such as `<script>, onclick`. None when it only
/// spelt it in another way.
pub fn removed(before: &str, after: &str) -> Option<String> {
    removed::removed(before, after)
}

/// How often markup may change under cleaning before it is taken for an attempt at something. One
/// round is usual when an element that was left out had kept two others apart.
const ROUNDS: usize = 4;

/// The most tags that are read: a table of 200 rows and 7 columns. Reading takes time with the
/// square of how deep they stand, 7 ms for this many.
const MAX_TAGS: usize = 3_000;

/// The most elements that the HTML rules may add by themselves. Each paragraph opens anew whatever
/// was left open in the one before, so that 13 KB can become 7 MB. This many take 30 ms.
const MAX_REOPENED: usize = 65_536;

const TAGS: &[&str] = &[
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "u",
    "ul",
    "var",
];

/// Elements that go with all that is in them: what is in them is not for reading, or is read by
/// other rules than the text around it.
const GONE_WHOLE: &[&str] = &[
    "applet",
    "audio",
    "base",
    "embed",
    "form",
    "frame",
    "frameset",
    "head",
    "iframe",
    "link",
    "math",
    "meta",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "plaintext",
    "script",
    "select",
    "style",
    "svg",
    "template",
    "textarea",
    "title",
    "video",
    "xmp",
];

static BUILDER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(TAGS.iter().copied().collect())
        .clean_content_tags(GONE_WHOLE.iter().copied().collect())
        // No `id`, `name` or `class`: they reach into the page that shows the markup.
        .generic_attributes(HashSet::from(["dir", "lang", "title"]))
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href"])),
            ("details", HashSet::from(["open"])),
            ("ol", HashSet::from(["start"])),
            ("td", HashSet::from(["colspan", "rowspan"])),
            ("th", HashSet::from(["colspan", "rowspan", "scope"])),
            ("time", HashSet::from(["datetime"])),
        ]))
        .url_schemes(HashSet::from(["https", "mailto", "tel"]))
        .url_relative(UrlRelative::Deny)
        .attribute_filter(|_, name, value| match name {
            "href" => Links::default().judge(value).ok(),
            _ => Some(Cow::Borrowed(value)),
        })
        .link_rel(Some("noopener noreferrer nofollow"))
        .strip_comments(true);
    builder
});

/// Whether reading `html` could cost far more than its length says. Counts what looks like a tag,
/// wherever it stands, so that nothing can hide from it.
fn is_tangled(html: &str) -> bool {
    let mut tags = 0_usize;
    let mut reopening = 0_usize;
    let mut bare = [0_usize; FORMATTING.len()];
    for after in html.split('<').skip(1) {
        tags = tags.saturating_add(1);
        let name_end = after
            .bytes()
            .position(|byte| !byte.is_ascii_alphanumeric())
            .unwrap_or(after.len());
        let (name, then) = after.split_at(name_end);
        let slot = FORMATTING
            .iter()
            .zip(&mut bare)
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        if let Some((_, seen)) = slot {
            // The rules keep three of the same; with attributes, every one may be different.
            if !then.starts_with('>') || *seen < 3 {
                reopening = reopening.saturating_add(1);
            }
            *seen = seen.saturating_add(1);
        }
    }
    tags > MAX_TAGS || tags.saturating_mul(reopening) > MAX_REOPENED
}

/// The elements that the HTML rules open anew. `a` and `nobr` are not among them: they never stand
/// in themselves, so that there is one of them at most.
const FORMATTING: [&str; 12] = [
    "b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u",
];

/// `html` as text that shows its source, written as the cleaning writes text.
fn escape(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    for char in html.trim_start_matches('\u{feff}').chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\u{a0}' => out.push_str("&nbsp;"),
            '\0' | '\r' => {}
            _ => out.push(char),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEPT: &[&str] = &[
        "",
        "Gold since 2024",
        "<p>Gold since <b>2024</b></p>",
        "<ul><li>one<ol><li>inner</li></ol></li><li>two</li></ul>",
        "<h2>Ä</h2><hr><blockquote><p>Tom &amp; Ann&nbsp;&lt;3</p></blockquote>",
        "<dl><dt>State</dt><dd><p>shipped</p></dd></dl>a<br>b",
        "<b><b><b><b>four</b> three</b></b></b>",
    ];

    #[test]
    fn simple_markup_comes_back_as_it_was() {
        for html in KEPT {
            assert!(matches!(clean(html), Cow::Borrowed(_)), "{html}");
            assert_eq!(BUILDER.clean(html).to_string(), *html);
        }
    }

    #[test]
    fn markup_that_a_parser_would_change_goes_the_long_way() {
        for html in [
            "<p>a<p>b</p></p>",
            "<p>a<div>b</div></p>",
            "<b>a<p>b</p></b>",
            "<h1><h2>a</h2></h1>",
            "<li>a</li>",
            "<ul><p>a</p></ul>",
            "<b>open",
            "</b>",
            "<b></i>",
            "<B>a</B>",
            "<br/>",
            "<b >a</b>",
            "a > b",
            "a & b",
            "&copy;",
            "&#60;",
            "\u{feff}a",
            "a\rb",
            "a\0b",
            "a\u{a0}b",
            "<p title=\"t\">a</p>",
            "<",
            "<>",
            "<!-- -->",
        ] {
            assert!(!simple::is_simple(html), "{html:?}");
        }
        assert!(!simple::is_simple(&"<div>".repeat(40)));
    }

    #[test]
    fn what_the_list_names_stays_and_the_rest_goes() {
        let cases = [
            ("<p class=x id=y name=z style='color:red'>a</p>", "<p>a</p>"),
            (
                "<a href=\"https://shop.example/1\" target=_top>a</a>",
                "<a href=\"https://shop.example/1\" rel=\"noopener noreferrer nofollow\">a</a>",
            ),
            (
                "<a href='https://u:p@shop.example/'>a</a>",
                "<a rel=\"noopener noreferrer nofollow\">a</a>",
            ),
            (
                "<a href='/relative'>a</a>",
                "<a rel=\"noopener noreferrer nofollow\">a</a>",
            ),
            ("<td colspan=2>a</td>", "a"),
            (
                "<table><tr><td colspan=2>a</table>",
                "<table><tbody><tr><td colspan=\"2\">a</td></tr></tbody></table>",
            ),
            (
                "<img src=https://t.example/p.gif><p>a</p><!-- b -->",
                "<p>a</p>",
            ),
            ("<script>alert(1)</script>after", "after"),
            (
                "<form action=https://e.example><input name=p>pay</form>after",
                "after",
            ),
            ("<marquee>a</marquee><blink>b</blink>", "ab"),
            (
                "<time datetime=2024-01-01>then</time>",
                "<time datetime=\"2024-01-01\">then</time>",
            ),
            ("a & b > c", "a &amp; b &gt; c"),
        ];
        for (html, want) in cases {
            assert_eq!(clean(html), want, "{html}");
        }
    }

    /// Strings of our own that run something in one careless cleaner or another.
    const HOSTILE: &[&str] = &[
        "<script>alert(1)</script>",
        "<ScRiPt src=//e.example></sCrIpT>",
        "<scr<script>ipt>alert(1)</scr</script>ipt>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
        "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<template><script>alert(1)</script></template>",
        "<textarea><p title=\"</textarea><img src=x onerror=alert(1)>\"></textarea>",
        "<title><a title=\"</title><script>alert(1)</script>\">",
        "<xmp><p title=\"</xmp><script>alert(1)</script>\">",
        "<noembed><p title=\"</noembed><script>alert(1)</script>\">",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<iframe><p title=\"</iframe><script>alert(1)</script>\">",
        "<object data=data:text/html,x></object><embed src=x>",
        "<a href=javascript:alert(1)>a</a>",
        "<a href=' java\tscript:alert(1)'>a</a>",
        "<a href='&#106;avascript:alert(1)'>a</a>",
        "<a href=data:text/html,x>a</a><a href=vbscript:x>b</a><a href=blob:x>c</a>",
        "<a href=//e.example>a</a><a href=\\\\e.example>b</a>",
        "<a href=https://a.example onclick=alert(1) ping=https://e.example>a</a>",
        "<base href=https://e.example><link rel=prefetch href=https://e.example>",
        "<meta http-equiv=refresh content='0;url=https://e.example'>",
        "<style>@import 'https://e.example';</style><div style='background:url(//e.example)'>a</div>",
        "<div style=position:fixed;inset:0>over</div>",
        "<input autofocus onfocus=alert(1)><button formaction=javascript:alert(1)>a</button>",
        "<details open ontoggle=alert(1)>a</details>",
        "<video poster=https://e.example><source onerror=alert(1)></video>",
        "<p><button><p>a</p></button></p>",
        "<b onmouseover=alert(1)//",
        "<!--><img src=x onerror=alert(1)>-->",
        "<![CDATA[<img src=x onerror=alert(1)>]]>",
        "<?xml <img src=x onerror=alert(1)>?>",
        "<p/onclick=alert(1)>a",
        "<table><td><svg><desc><td><script>alert(1)</script>",
        "<select><option><style></select><img src=x onerror=alert(1)></style>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
    ];

    /// Reads `html` as a browser does and lists what it must not hold.
    fn active(html: &str) -> Vec<String> {
        let mut found = Vec::new();
        // The output is quoted and closed by the serializer, so that a tag ends at the first `>`
        // outside of quotation marks.
        let mut rest = html;
        while let Some((_, after)) = rest.split_once('<') {
            let mut quoted = false;
            let end = after.find(|char| {
                quoted ^= char == '"';
                char == '>' && !quoted
            });
            let Some(end) = end else {
                found.push(format!("open: {after}"));
                break;
            };
            let (tag, tail) = after.split_at(end);
            rest = tail;
            let tag = tag.trim_start_matches('/');
            let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
            if !TAGS.contains(&name) {
                found.push(format!("element {name}"));
            }
            for attribute in attributes.split("\" ").filter(|text| !text.is_empty()) {
                let (name, value) = attribute.split_once("=\"").expect("quoted");
                let value = value.trim_end_matches('"');
                let known = [
                    "href", "rel", "title", "dir", "lang", "open", "start", "colspan", "rowspan",
                    "scope", "datetime",
                ];
                let leads = ["https://", "mailto:", "tel:"];
                let bad_link = name == "href" && !leads.iter().any(|lead| value.starts_with(lead));
                if !known.contains(&name) || bad_link {
                    found.push(format!("attribute {name}={value}"));
                }
            }
        }
        found
    }

    #[test]
    fn hostile_markup_comes_out_inert_and_stays_so() {
        for html in HOSTILE {
            let once = clean(html).into_owned();
            assert_eq!(active(&once), Vec::<String>::new(), "{html} became {once}");
            assert_eq!(clean(&once), once, "{html}");
        }
        // The reader of these tests sees what it should.
        assert!(!active("<p onclick=\"x\">a</p>").is_empty());
        assert!(!active("<script>").is_empty());
        assert!(!active("<a href=\"javascript:x\">").is_empty());
    }

    #[test]
    fn hostile_markup_side_by_side_comes_out_inert() {
        for first in HOSTILE {
            for second in HOSTILE {
                let both = format!("<div>{first}<p title='{second}'>{second}");
                let once = clean(&both).into_owned();
                assert_eq!(active(&once), Vec::<String>::new(), "{both}");
            }
        }
    }

    #[test]
    fn markup_that_grows_when_it_is_read_is_shown_as_text() {
        let left_open: String = (0..1_000).map(|n| format!("<b a={n}>")).collect();
        let all_names: String = FORMATTING
            .map(|name| format!("<{name}>").repeat(3))
            .concat();
        for html in [
            format!("<p>{left_open}{}", "<p>x".repeat(1_000)),
            format!("<p>{all_names}{}", "<p>x".repeat(2_000)),
            "<div>".repeat(13_000),
        ] {
            let shown = clean(&html);
            assert!(!shown.contains('<') && shown.contains("&lt;"));
            assert_eq!(clean(&shown), shown);
        }
        // A long table with words in bold is no attempt at anything.
        let table = format!(
            "<table>{}</table>",
            "<tr><td><b>1</b></td><td><i>2</i></td></tr>".repeat(200)
        );
        assert!(clean(&table).starts_with("<table><tbody><tr><td><b>1</b>"));
    }

    fn pieces() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            Just("<p>"),
            Just("</p>"),
            Just("<b>"),
            Just("</b>"),
            Just("<i>"),
            Just("</i>"),
            Just("<ul>"),
            Just("</ul>"),
            Just("<li>"),
            Just("</li>"),
            Just("<div>"),
            Just("</div>"),
            Just("<h1>"),
            Just("</h1>"),
            Just("<br>"),
            Just("<hr>"),
            Just("<dl>"),
            Just("</dl>"),
            Just("<dt>"),
            Just("</dt>"),
            Just("<dd>"),
            Just("</dd>"),
            Just("<table>"),
            Just("<td>"),
            Just("<button>"),
            Just("<a href=x>"),
            Just("<svg>"),
            Just("<style>"),
            Just("</style>"),
            Just("<!--"),
            Just("-->"),
            Just("&amp;"),
            Just("&quot;"),
            Just("&#39;"),
            Just("&"),
            Just("text"),
            Just(" "),
            Just("\n"),
            Just(">"),
            Just("\u{a0}"),
            Just("\u{feff}"),
            Just("ä"),
            Just("\""),
        ];
        proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    /// Markup that is closed where it is opened, so that much of it is simple.
    fn nested() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just(String::from("x")),
            Just(String::from(" \n")),
            Just(String::from("&amp;")),
            Just(String::from("&quot;")),
            Just(String::from("<br>")),
            Just(String::from("<hr>")),
        ];
        let name = proptest::sample::select(vec![
            "p",
            "b",
            "i",
            "em",
            "code",
            "div",
            "ul",
            "ol",
            "li",
            "h1",
            "h2",
            "dl",
            "dt",
            "dd",
            "span",
            "q",
            "blockquote",
            "small",
        ]);
        leaf.prop_recursive(6, 40, 4, move |inner| {
            (name.clone(), proptest::collection::vec(inner, 0..4))
                .prop_map(|(name, inner)| format!("<{name}>{}</{name}>", inner.concat()))
        })
    }

    proptest! {
        #[test]
        fn the_short_way_passes_nothing_that_the_long_way_would_change(
            html in prop_oneof![nested(), pieces()]
        ) {
            if simple::is_simple(&html) {
                let respelled = html
                    .replace("&quot;", "\"")
                    .replace("&#39;", "'")
                    .replace("&#x27;", "'");
                prop_assert_eq!(BUILDER.clean(&html).to_string(), respelled);
            }
        }

        #[test]
        fn cleaning_twice_is_cleaning_once(html in prop_oneof![pieces(), ".{0,64}"]) {
            let once = clean(&html).into_owned();
            prop_assert_eq!(active(&once), Vec::<String>::new());
            prop_assert_eq!(clean(&once).into_owned(), once);
        }
    }
}
