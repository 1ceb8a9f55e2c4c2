// Lists and tables: values, and what an agent does with them.

import { copyButton } from "./copy.js";
import { el, fresh, glyph, words } from "./dom.js";
import { numeric } from "./format.js";
import { link } from "./links.js";

/** Longer lists and tables begin with so many rows; the rest is one press away. */
const FIRST_ROWS = 12;
/** …unless there would be only so few more. */
const SLACK = 3;

/** A value as it reads, which remembers how it was given. */
export function value(tools, text, url) {
  const read = tools.format.read(text);
  let shown;
  if (read.kind === "time") {
    shown = el("time", { datetime: text, title: text, text: read.shown });
  } else if (read.kind === "money") {
    shown = el("data", { value: text, title: text, text: read.shown });
  } else {
    shown = words(text);
  }
  return url ? link(url, shown) : shown;
}

/** Pairs of a label and a value. */
export function list(tools, element) {
  const rows = element.rows ?? [];
  const made = el("dl", { class: "list" });
  const items = rows.map((row) => {
    const text = row.text ?? "";
    const dd = el("dd", {}, value(tools, text, row.url));
    if (text) dd.append(copyButton(tools, () => text, row.label || "value"));
    return el("div", { class: "row" }, el("dt", {}, words(row.label ?? "")), dd);
  });
  made.append(...items);
  return shortened(made, items, "rows");
}

/** Rows and columns; wider than the pane, they scroll sideways in a place of their own. */
export function table(tools, element, name) {
  const headers = (element.headers ?? []).map((it) => (typeof it === "string" ? it : (it?.text ?? "")));
  const rows = element.rows ?? [];
  const right = headers.map((_, column) => column > 0 && allNumbers(rows, column));
  const head = headers.map((text, column) =>
    el("th", { scope: "col", class: right[column] ? "number" : null }, words(text)),
  );
  const lines = rows.map((row) => {
    const cells = row.map((cell, column) =>
      el("td", { class: right[column] ? "number" : null }, value(tools, cell?.text ?? "", cell?.url)),
    );
    return el("tr", {}, ...cells);
  });
  const made = el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...lines));
  const region = el("div", { class: "scroll", role: "group", "aria-label": `Table: ${name}` }, made);
  reachable(region);
  cellCopy(tools, made, rows, headers);
  const whole = () => [headers, ...rows.map((row) => row.map((cell) => cell?.text ?? ""))].map(tabbed).join("\n");
  const all = copyButton(tools, whole, `table ${name}`);
  all.title = "Copy the table";
  const box = el("div", { class: "table" }, region, rows.length > 1 && all);
  return shortened(box, lines, "rows");
}

/** What no version of this pane knows: its text. */
export function other(element) {
  return element.text ? el("p", { class: "other" }, words(element.text)) : null;
}

function allNumbers(rows, column) {
  let some = false;
  for (const row of rows) {
    const text = row[column]?.text ?? "";
    if (text === "" || text === "–" || text === "-") continue;
    if (!numeric(text)) return false;
    some = true;
  }
  return some;
}

function tabbed(texts) {
  return texts.map((text) => text.replace(/[\t\r\n]+/g, " ")).join("\t");
}

/** One copy button for all cells of a table: it goes to the cell under the pointer. */
function cellCopy(tools, made, rows, headers) {
  let button = null;
  let text = "";
  let name = "";
  made.addEventListener("pointerover", (event) => {
    const cell = event.target.closest?.("td");
    if (cell?.contains(button)) return;
    button?.remove();
    button = null;
    if (!cell) return;
    const line = cell.parentElement.sectionRowIndex;
    text = rows[line]?.[cell.cellIndex]?.text ?? "";
    name = headers[cell.cellIndex] || "value";
    if (!text || event.pointerType === "touch") return;
    button = copyButton(tools, () => text, name);
    // By keyboard a table is copied as a whole; a button in each cell would be a long way to tab.
    button.tabIndex = -1;
    cell.append(button);
  });
  made.addEventListener("pointerleave", () => {
    button?.remove();
    button = null;
  });
}

/** A region that scrolls can be scrolled by keyboard; one that does not is no stop on the way. */
function reachable(region) {
  const watch = new ResizeObserver(() => {
    if (region.scrollWidth > region.clientWidth + 1) region.tabIndex = 0;
    else region.removeAttribute("tabindex");
    region.classList.toggle("wide", region.scrollWidth > region.clientWidth + 1);
  });
  watch.observe(region);
  watch.observe(region.firstElementChild);
}

function shortened(made, rows, what) {
  if (rows.length <= FIRST_ROWS + SLACK) return made;
  for (const row of rows.slice(FIRST_ROWS)) row.hidden = true;
  const id = fresh("rows");
  made.id = id;
  const more = el("button", {
    type: "button",
    class: "more-rows",
    "aria-controls": id,
    text: `Show all ${rows.length} ${what}`,
  });
  more.append(glyph("fold"));
  more.addEventListener("click", () => {
    for (const row of rows) row.hidden = false;
    // The button goes, so the focus moves on to the first of the rows that came.
    rows[FIRST_ROWS].tabIndex = -1;
    rows[FIRST_ROWS].focus({ preventScroll: true });
    more.remove();
  });
  return el("div", { class: "long" }, made, more);
}
