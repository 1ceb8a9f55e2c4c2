// The looks of what stands on a card: folds, lists, tables, html.

export const card = `
.block + .block { border-top: 1px solid var(--line); }
.fold {
  display: flex; align-items: center; gap: 8px; width: 100%;
  padding: 7px var(--edge); line-height: 20px;
}
.fold:hover { background: var(--hover); }
.fold:focus-visible { outline-offset: -2px; border-radius: 4px; }
.fold .name { flex: 1; min-width: 0; }
.fold > .glyph { color: var(--muted); transition: rotate 0.12s; }
.fold[aria-expanded="false"] .glyph.is-fold { rotate: -90deg; }
.block > h4 .name { font-weight: 600; }
.icon {
  flex: none; width: 18px; height: 18px; background: var(--muted);
  mask: var(--picture) center / contain no-repeat;
}
.block > .panel { padding-bottom: 9px; }
.block > .panel:empty { padding: 0; }
.block > .panel > * + * { margin-top: 8px; }

.accordion .fold { flex-direction: row; padding-block: 4px; }
.accordion .fold > .glyph { order: -1; width: 14px; height: 14px; margin-inline: 0 -2px; }
.accordion + .accordion { margin-top: 0 !important; }
.accordion > .panel { padding: 2px 0 6px; }
.accordion > .panel > * + * { margin-top: 6px; }
.accordion > .panel .row, .accordion > .panel .html, .accordion > .panel .other { padding-inline-start: calc(var(--edge) + 20px); }
.accordion > .panel th:first-child, .accordion > .panel td:first-child { padding-inline-start: calc(var(--edge) + 20px); }

.row {
  position: relative; display: grid; grid-template-columns: minmax(0, 36fr) minmax(0, 64fr);
  gap: 10px; padding: 2px var(--edge);
}
.row:hover, .row:focus-within { background: var(--hover); }
dt { color: var(--muted); overflow-wrap: break-word; hyphens: auto; }
dd { overflow-wrap: anywhere; white-space: pre-line; }
@container (min-width: 420px) {
  .row { grid-template-columns: 140px minmax(0, 1fr); }
}

.copy { position: absolute; opacity: 0; background: var(--surface); }
.copy:hover { background: linear-gradient(var(--hover), var(--hover)), var(--surface); }
.copy .glyph { width: 14px; height: 14px; }
.copy.done { color: var(--good); opacity: 1; }
.row .copy { top: 0; inset-inline-end: calc(var(--edge) - 8px); }
.row:hover .copy, .copy:focus-visible, .copy:hover, td .copy, .scroll:has(thead:hover) + .copy { opacity: 1; }
.is-check { display: none; }
.done .is-check { display: block; }
.done .is-copy { display: none; }
@media (hover: none) {
  .row .copy, .table > .copy { opacity: 0.75; }
  .row { padding-inline-end: calc(var(--edge) + 18px); }
  /* Always in sight here, so it has a line of its own above the last heading. */
  .table:has(> .copy) { padding-block-start: 18px; }
}

.table { position: relative; }
.table > .copy { top: -1px; inset-inline-end: calc(var(--edge) - 8px); }
.scroll { overflow-x: auto; scrollbar-width: thin; }
.scroll:focus-visible { outline-offset: -2px; }
.scroll.wide {
  background:
    linear-gradient(to right, var(--surface) 40%, transparent) left / 40px 100% no-repeat local,
    linear-gradient(to left, var(--surface) 40%, transparent) right / 40px 100% no-repeat local,
    linear-gradient(to right, light-dark(rgb(0 0 0 / 11%), rgb(0 0 0 / 50%)), transparent) left / 10px 100% no-repeat scroll,
    linear-gradient(to left, light-dark(rgb(0 0 0 / 11%), rgb(0 0 0 / 50%)), transparent) right / 10px 100% no-repeat scroll;
}
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding-block: 3px; padding-inline: 10px 0; text-align: start; vertical-align: top; }
:is(th, td):first-child { padding-inline-start: var(--edge); }
:is(th, td):last-child { padding-inline-end: var(--edge); }
th { color: var(--muted); font-size: 0.925em; font-weight: 500; vertical-align: bottom; }
td { position: relative; border-top: 1px solid var(--line); max-width: 22em; }
tbody tr:hover { background: var(--hover); }
th.number, td.number { text-align: end; }
td time, td data { white-space: nowrap; }
td.number bdi { white-space: nowrap; }
td .copy {
  /* Above its cell and not on it: a value in a narrow column would be covered. */
  top: -16px; inset-inline-end: -2px; width: 20px; height: 20px; z-index: 1;
  box-shadow: 0 0 0 1px var(--line), 0 1px 3px rgb(0 0 0 / 12%);
}
td:last-child .copy { inset-inline-end: 6px; }

.more-rows {
  display: flex; align-items: center; justify-content: center; gap: 4px; width: 100%;
  padding: 5px var(--edge) 3px; color: var(--accent); font-weight: 500;
}
.more-rows:hover { text-decoration: underline; text-underline-offset: 2px; }
.table + .more-rows { border-top: 1px solid var(--line); }

.html { padding-inline: var(--edge); }
.html iframe { display: block; width: 100%; border: 0; color-scheme: inherit; background: none; }
.pane .other { padding-inline: var(--edge); white-space: pre-line; }

.pane .excuse { padding: 8px var(--edge) 9px; color: var(--muted); }
.hint { padding: 0 var(--edge) 10px; }
.hint summary { color: var(--accent); cursor: pointer; }
.hint pre {
  margin: 6px 0; padding: 8px; max-height: 200px; overflow: auto; border-radius: var(--radius);
  background: var(--background); font: 0.925em / 1.45 ui-monospace, "SF Mono", Menlo, Consolas, monospace;
  white-space: pre-wrap; overflow-wrap: anywhere;
}
@media (forced-colors: active) {
  .icon { background: CanvasText; }
}
`;
