// The looks of the pane itself: colours, head, bars, backdrop. What stands on cards is in
// style-card.js, forms and messages in style-form.js. The sheets are built in a script, because a
// page's policy may forbid inline styles, and a file of its own would come late and flash.

import { card } from "./style-card.js";
import { form } from "./style-form.js";

const frame = `
:host {
  display: block;
  color-scheme: light dark;
}
:host([hidden]) { display: none; }
:host([theme="light"]) { color-scheme: light; }
:host([theme="dark"]) { color-scheme: dark; }

.pane {
  --background: var(--sidepane-background, light-dark(#f3f4f6, #141619));
  --surface: var(--sidepane-surface, light-dark(#ffffff, #1c1f23));
  --text: var(--sidepane-text, light-dark(#1f2328, #e4e7eb));
  --muted: var(--sidepane-muted, light-dark(#616872, #9aa3ae));
  --line: var(--sidepane-line, light-dark(#e5e7eb, #2b3036));
  --hover: light-dark(rgb(15 23 42 / 4.5%), rgb(255 255 255 / 5%));
  --ghost: light-dark(#e6e8ec, #23272c);
  --accent: var(--sidepane-accent, light-dark(#1f5fd0, #7fb0ff));
  --on-accent: light-dark(#ffffff, #0d1524);
  --danger: var(--sidepane-danger, light-dark(#bd2a1e, #ff8e84));
  --on-danger: light-dark(#ffffff, #2a0a07);
  --warn: light-dark(#855300, #eebb62);
  --warn-back: light-dark(#fff3d9, #36290f);
  --good: light-dark(#1a7440, #6ccf94);
  --radius: var(--sidepane-radius, 6px);
  --edge: 14px;

  position: relative;
  isolation: isolate;
  box-sizing: border-box;
  min-width: 240px;
  min-height: 100%;
  background: var(--background);
  color: var(--text);
  font: var(--sidepane-font-size, 13px) / 1.4 var(--sidepane-font, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif);
  text-align: start;
  overflow-wrap: break-word;
  container-type: inline-size;
  -webkit-text-size-adjust: 100%;
}
.pane *, .pane *::before, .pane *::after { box-sizing: inherit; }
.pane :is(h2, h3, h4, h5, p, dl, dd, fieldset, ul) { margin: 0; padding: 0; border: 0; font: inherit; }
.pane [hidden] { display: none !important; }

button, input, select, textarea { font: inherit; color: inherit; letter-spacing: inherit; }
button { margin: 0; padding: 0; border: 0; background: none; cursor: pointer; text-align: start; }
button[aria-disabled="true"] { cursor: default; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; text-underline-offset: 2px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; border-radius: 3px; }
h3:focus-visible { outline-offset: 2px; }

.glyph { width: 16px; height: 16px; flex: none; fill: currentColor; }
.glyph.is-out { width: 13px; height: 13px; margin-inline-start: 3px; vertical-align: -2px; }
.offstage {
  position: absolute; width: 1px; height: 1px; margin: -1px; padding: 0; border: 0;
  overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}

.tiny {
  display: inline-grid; place-items: center; flex: none;
  width: 22px; height: 22px; border-radius: 4px; color: var(--muted);
}
.tiny:hover { background: var(--hover); color: var(--text); }
.link { color: var(--accent); font-weight: 500; white-space: nowrap; }
.link:hover { text-decoration: underline; text-underline-offset: 2px; }

.head {
  position: sticky; top: 0; z-index: 4;
  padding: 8px var(--edge) 7px;
  background: var(--surface);
  box-shadow: 0 1px 0 var(--line);
}
.line { display: flex; align-items: center; gap: 8px; min-width: 0; min-height: 22px; }
.line.second { min-height: 20px; color: var(--muted); font-size: 0.925em; }
.who { flex: 1 1 auto; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.pane .who { font-size: 1.155em; font-weight: 600; letter-spacing: -0.005em; }
.lead { flex: 0 1 auto; max-width: 55%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; text-align: end; }
.lead a { font-size: 0.925em; }
.about { flex: 1 1 auto; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.again { margin-inline-end: -5px; }
.again.running .glyph { animation: turn 0.9s linear infinite; }
.claim {
  flex: none; padding: 0 7px; border-radius: 9px;
  background: var(--warn-back); color: var(--warn);
  font-size: 0.92em; font-weight: 500; line-height: 18px;
}
.pane .why { margin-top: 4px; color: var(--warn); font-size: 0.925em; }

.board { position: relative; }
.slots { display: flex; flex-direction: column; position: relative; z-index: 1; padding-bottom: 10px; }
.board.loading .slots { min-height: 420px; }

.plugin { flex: none; position: relative; background: var(--background); }
.plugin.apart { position: absolute; inset-inline: 0; visibility: hidden; pointer-events: none; z-index: -1; }
.bar {
  display: flex; align-items: center; gap: 8px;
  height: 28px; padding: 3px var(--edge) 0;
  color: var(--muted); font-size: 0.885em;
}
.title { flex: 0 1 auto; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.pane .title { font-weight: 600; letter-spacing: 0.01em; }
.waiting .title::after { content: "…"; }
.mark { flex: 1 1 0; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; text-align: end; }
.mark.bad { color: var(--danger); }
.body { position: relative; background: var(--surface); box-shadow: 0 1px 0 var(--line), 0 -1px 0 var(--line); }
.waiting .body { overflow: clip; }
.waiting .body::before {
  content: ""; position: absolute; inset: 0; height: 76px; opacity: 0.8;
  background:
    linear-gradient(var(--ghost) 0 0) var(--edge) 14px / 38% 9px,
    linear-gradient(var(--ghost) 0 0) var(--edge) 38px / 76% 7px,
    linear-gradient(var(--ghost) 0 0) var(--edge) 57px / 60% 7px;
  background-repeat: no-repeat;
}
.inner.coming { position: absolute; inset-inline: 0; top: 0; visibility: hidden; pointer-events: none; }

.cut .body { overflow: clip; }
.cut:not(.low) .body::after {
  content: ""; position: absolute; inset: auto 0 0; height: 64px; pointer-events: none;
  background: linear-gradient(to bottom, transparent, var(--surface) 65%);
}
.cut:not(.low) .more {
  position: absolute; z-index: 1; bottom: 6px; left: 50%; translate: -50% 0;
  padding: 2px 12px; border-radius: 12px; font-size: 1.04em;
  background: var(--surface); box-shadow: 0 0 0 1px var(--line), 0 1px 4px rgb(0 0 0 / 12%);
}

.ghost { position: absolute; inset: 0 0 auto; height: 420px; overflow: hidden; opacity: 0; transition: opacity 0.25s; pointer-events: none; }
.loading .ghost { opacity: 1; transition: none; animation: breathe 1.8s ease-in-out infinite; }
.ghost b { display: block; width: 72px; height: 8px; margin: 12px var(--edge) 8px; border-radius: 4px; background: var(--ghost); }
.ghost .card { padding: 12px var(--edge); background: var(--surface); box-shadow: 0 1px 0 var(--line), 0 -1px 0 var(--line); }
.ghost i { display: block; height: 8px; margin: 7px 0; background: var(--ghost); }
.ghost i:nth-child(1) { width: 38%; height: 10px; }
.ghost i:nth-child(2) { width: 82%; }
.ghost i:nth-child(3) { width: 64%; }
.ghost i:nth-child(4) { width: 74%; }

.notice { position: relative; z-index: 1; padding: 20px var(--edge); background: var(--background); color: var(--muted); text-align: center; }
.notice h3 { color: var(--text); }
.pane .notice h3 { font-weight: 600; margin-bottom: 2px; }
.notice .button { margin-top: 10px; }

.toasts { position: sticky; bottom: 0; z-index: 5; display: grid; gap: 6px; padding: 0 8px; }
.toast {
  display: flex; gap: 8px; align-items: flex-start; margin-bottom: 8px; padding: 8px 6px 8px 12px;
  border-radius: 8px; background: light-dark(#23272e, #343a42); color: #f3f5f7;
  box-shadow: 0 4px 16px rgb(0 0 0 / 22%); animation: rise 0.16s ease-out;
}
.toast .said { flex: 1; min-width: 0; max-height: 40vh; overflow: auto; }
.toast .from { display: block; color: #b3bbc6; font-size: 0.885em; }
.toast .tiny, .toast a { color: #cfd6df; }
.toast :focus-visible { outline-color: #9cc2ff; }

@keyframes turn { to { rotate: 360deg; } }
@keyframes breathe { 50% { opacity: 0.55; } }
@keyframes rise { from { opacity: 0; translate: 0 6px; } }
@media (prefers-reduced-motion: reduce) {
  .pane *, .pane *::before, .pane *::after { animation: none !important; transition: none !important; }
}
`;

let made = null;

/** The sheets of the pane, made once for all panes of a page. */
export function sheets() {
  made ??= [frame, card, form].map((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  });
  return made;
}
