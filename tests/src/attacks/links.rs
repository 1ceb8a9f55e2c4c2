//! U4: links that an agent must not be given to follow.

/// What is wrong with a link, and the link.
pub const LINKS: &[(&str, &str)] = &[
    ("a script", "javascript:{run}"),
    ("a script in mixed case", "JaVaScRiPt:{run}"),
    ("a script with a tab in it", "java\tscript:{run}"),
    ("a script with a line feed in it", "java\nscript:{run}"),
    ("a script behind a blank", " javascript:{run}"),
    ("a script behind a control", "\u{1}javascript:{run}"),
    (
        "a script with a comment for a host",
        "javascript://shop.example/%0a{run}",
    ),
    ("a script in entities", "&#106;avascript:{run}"),
    (
        "data that are a page",
        "data:text/html,<script>{run}</script>",
    ),
    (
        "data in base64",
        "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    ),
    ("an old script", "vbscript:msgbox(1)"),
    ("a blob", "blob:https://shop.example/5c9e"),
    ("a file", "file:///etc/passwd"),
    ("a file's old address", "\\\\evil.example\\share"),
    (
        "an application of a telephone",
        "intent://evil.example/#Intent;scheme=http;end",
    ),
    ("a page's source", "view-source:https://shop.example/"),
    ("a page of the browser", "chrome://settings/"),
    ("an empty page that is the frame's own", "about:blank"),
    ("a socket", "wss://{trap}/"),
    ("an old server of files", "ftp://{trap}/x"),
    ("plain http", "http://{trap}/x"),
    ("no scheme", "//{trap}/x"),
    ("no scheme, with a backslash", "/\\{trap}/x"),
    ("a path of the page around it", "/pane?key=x"),
    ("nothing", ""),
    ("a scheme alone", "https:"),
    ("a scheme without slashes", "https:evil.example"),
    ("three slashes", "https:///evil.example/"),
    ("a backslash for a slash", "https:\\\\evil.example\\"),
    (
        "a name in front of the host",
        "https://shop.example@evil.example/",
    ),
    (
        "a name and a password in front of the host",
        "https://shop.example:443@evil.example/",
    ),
    (
        "a name written in escapes",
        "https://shop.example%40x@evil.example/",
    ),
    (
        "a host that ends in a backslash",
        "https://shop.example\\@evil.example/",
    ),
    (
        "a sign that turns the text round",
        "https://shop.example/\u{202e}gpj.exe",
    ),
    ("a sign without width", "https://shop\u{200b}.example/"),
    ("a soft hyphen", "https://shop\u{ad}.example/"),
    ("a blank in the host", "https://shop .example/"),
    ("a nul", "https://shop.example/\0"),
    (
        "a line feed that would begin a header",
        "https://shop.example/\r\nset-cookie:a=b",
    ),
    ("seventy kilobytes", "{long}"),
    ("a mail to nobody", "mailto:"),
    ("a mail that is a host", "mailto://evil.example/"),
    ("a call to nobody", "tel:"),
];
