// The script in the frame that shows a plugin's html. The document around it has no origin and a
// policy under which nothing else runs and nothing loads. Even so the markup is not put into it as
// markup: it is read into a document of its own, which is never shown, and only elements and
// attributes from this list are made anew, one by one.
(() => {
  "use strict";
  const NAMES =
    "a abbr b blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i ins kbd li mark ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead time tr u ul var";
  const ALLOWED = new Set(NAMES.split(" "));
  const EVERYWHERE = ["dir", "lang", "title"];
  const ONLY = {
    details: ["open"],
    ol: ["start"],
    td: ["colspan", "rowspan"],
    th: ["colspan", "rowspan", "scope"],
    time: ["datetime"],
  };
  // Not even the text in these is meant to be read.
  const MUTE = new Set("script style template noscript iframe object embed math svg title head textarea select option".split(" "));
  const SCHEMES = new Set(["https:", "mailto:", "tel:"]);
  const HTML = "http://www.w3.org/1999/xhtml";
  const MOST_NODES = 20000;
  const MOST_DEPTH = 100;
  const RECENT_MS = 800;
  let port = null;
  let pressedAt = -Infinity;

  addEventListener("message", (event) => {
    if (port || event.source !== parent || event.data?.type !== "sidepane:html" || !event.ports[0]) return;
    port = event.ports[0];
    port.onmessage = ({ data }) => data?.type === "look" && wear(data.look);
    wear(event.data.look);
    const body = document.body;
    body.textContent = "";
    body.append(copied(String(event.data.html)));
    // A frame of no height has nothing to observe, so the first height is told at once.
    tell();
    new ResizeObserver(tell).observe(body);
  });

  function tell() {
    const touched = performance.now() - pressedAt < RECENT_MS;
    port.postMessage({ type: "height", height: document.body.getBoundingClientRect().height, touched });
  }

  function wear(look) {
    const style = document.documentElement.style;
    style.colorScheme = look?.scheme === "dark" ? "dark" : "light";
    for (const name of ["text", "muted", "line", "accent", "font", "size"]) {
      if (typeof look?.[name] === "string") style.setProperty(`--${name}`, look[name]);
    }
  }

  // Without recursion: markup can be nested deeper than a stack is.
  function copied(html) {
    const whole = document.createDocumentFragment();
    const work = [[new DOMParser().parseFromString(html, "text/html").body, whole, 0]];
    let left = MOST_NODES;
    while (work.length > 0) {
      const [from, to, depth] = work.pop();
      for (let node = from.firstChild; node && left > 0; node = node.nextSibling) {
        left -= 1;
        if (node.nodeType === Node.TEXT_NODE) {
          to.append(node.data);
        } else if (node.nodeType === Node.ELEMENT_NODE && !MUTE.has(node.localName)) {
          // Of what is not on the list the inside stays, in a plain span that keeps its place.
          const made = twin(node) ?? document.createElement("span");
          to.append(made);
          if (depth < MOST_DEPTH) work.push([node, made, depth + 1]);
          else made.textContent = node.textContent;
        }
      }
    }
    return whole;
  }

  function twin(node) {
    const name = node.localName;
    if (node.namespaceURI !== HTML || !ALLOWED.has(name)) return null;
    const made = document.createElement(name);
    for (const attribute of [...EVERYWHERE, ...(ONLY[name] ?? [])]) {
      if (node.hasAttribute(attribute)) made.setAttribute(attribute, node.getAttribute(attribute));
    }
    if (name === "a") point(made, node.getAttribute("href"));
    return made;
  }

  function point(made, address) {
    const url = web(address);
    if (!url) return;
    made.href = url.href;
    made.rel = "noopener noreferrer nofollow";
    made.draggable = false;
    made.title = url.host || url.pathname;
  }

  function web(address) {
    try {
      const url = new URL(address);
      return SCHEMES.has(url.protocol) && !url.username && !url.password ? url : null;
    } catch {
      return null;
    }
  }

  // Links lead nowhere by themselves. They are told to the pane, which looks at them again.
  function pressed(event) {
    pressedAt = performance.now();
    const anchor = event.target instanceof Element ? event.target.closest("a, area") : null;
    if (!anchor) return;
    event.preventDefault();
    const meant = event.type === "click" || (event.type === "auxclick" && event.button === 1);
    const url = meant ? web(anchor.getAttribute("href")) : null;
    if (url) port?.postMessage({ type: "open", url: url.href });
  }
  for (const kind of ["click", "auxclick", "dragstart"]) addEventListener(kind, pressed, true);
  for (const kind of ["dragover", "drop", "submit"]) addEventListener(kind, (event) => event.preventDefault(), true);
})();
