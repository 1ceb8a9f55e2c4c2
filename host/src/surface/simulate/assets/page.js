// /simulate: a view or an event, a payload that can be changed, and what the plugin makes of it.
//
// The page asks its own host and nobody else. What was typed stays in this page.

import { el } from "/pane/dom.js";
import { Editor } from "./editor.js";
import { result } from "./result.js";
import { watch } from "./workshop.js";

const at = (id) => document.getElementById(id);
const [plugins, samples, accounts, go, shown] = ["plugin", "sample", "account", "go", "result"].map(at);
const editor = new Editor(at("editor"), edited);

let choices = { plugins: [] };
/** What was typed, by what it was chosen for. */
const typed = new Map();
let last = null;
let running = false;

plugins.addEventListener("change", () => choosePlugin(plugins.value));
samples.addEventListener("change", chooseSample);
at("reset").addEventListener("click", () => {
  typed.delete(key());
  chooseSample();
});
go.addEventListener("click", () => simulate());
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) simulate();
});

await load(decodeURIComponent(location.hash.slice(1)).split("/"));
watch(
  { banner: at("banner"), build: at("build") },
  {
    plugin: () => plugins.value,
    changed: async (newBuild) => {
      const kept = samples.selectedOptions[0]?.dataset.name;
      await load([plugins.value, kept]);
      // What was last looked at is looked at again, with the build that answers now.
      if (newBuild && last) await simulate();
    },
  },
);

async function load([plugin, name]) {
  const response = await fetch("/simulate/choices", { cache: "no-store" });
  if (!response.ok) return;
  choices = await response.json();
  plugins.replaceChildren(...choices.plugins.map(({ id, name: title }) => el("option", { value: id, text: title === id ? id : `${title} (${id})` })));
  if (choices.plugins.some(({ id }) => id === plugin)) plugins.value = plugin;
  choosePlugin(plugins.value, name);
}

function choosePlugin(id, name) {
  const plugin = choices.plugins.find((it) => it.id === id);
  const groups = new Map();
  for (const [index, sample] of (plugin?.samples ?? []).entries()) {
    const group = sample.from === "built-in" ? (sample.kind === "card" ? "Views" : "Events") : "test_data";
    if (!groups.has(group)) groups.set(group, el("optgroup", { label: group }));
    groups.get(group).append(el("option", { value: index, text: sample.name, "data-name": sample.name }));
  }
  samples.replaceChildren(...groups.values());
  const named = [...samples.options].find((it) => it.dataset.name === name);
  if (named) named.selected = true;
  accounts.replaceChildren(...(plugin?.accounts ?? []).map((account) => el("option", { text: account })));
  at("accounts").hidden = accounts.options.length < 2;
  chooseSample();
}

function sample() {
  const plugin = choices.plugins.find((it) => it.id === plugins.value);
  return plugin?.samples[samples.value] ?? null;
}

function key() {
  const it = sample();
  return `${plugins.value}/${it?.from}/${it?.name}`;
}

function chooseSample() {
  const it = sample();
  go.setAttribute("aria-disabled", String(!it));
  at("origin").textContent = it ? origin(it) : "";
  editor.text = typed.get(key()) ?? it?.text.trimEnd() ?? "";
  at("reset").hidden = !typed.has(key());
  if (it) history.replaceState(null, "", `#${encodeURIComponent(plugins.value)}/${encodeURIComponent(it.name)}`);
  if (last?.key !== key()) verdict(null);
}

function origin({ from, desk, kind }) {
  const form = kind === "card" ? "as /v1/context takes it" : desk === "native" ? "as /v1/events takes it" : `as ${desk} sends it`;
  return `${from}, ${form}`;
}

function edited() {
  const text = editor.text;
  if (text === sample()?.text.trimEnd()) typed.delete(key());
  else typed.set(key(), text);
  at("reset").hidden = !typed.has(key());
  editor.mark(null);
  verdict(null);
}

/** The button says what came of the last press, until something is changed. */
function verdict(what) {
  const words = { success: "Success", failed: "Failed", invalid: "Failed", running: "Simulating…" };
  go.textContent = words[what] ?? "Simulate";
  go.classList.toggle("success", what === "success");
  go.classList.toggle("failed", what === "failed" || what === "invalid");
  for (const part of shown.children) part.classList.toggle("old", what === null && last !== null);
}

async function simulate() {
  const it = sample();
  if (!it || running) return;
  running = true;
  go.setAttribute("aria-disabled", "true");
  verdict("running");
  const asked = { plugin: plugins.value, name: it.name, context: it.kind === "card" ? parsed(editor.text) : null };
  const wish = {
    plugin: plugins.value,
    account: accounts.value || null,
    kind: it.kind,
    desk: it.desk,
    payload: editor.text,
    http: document.querySelector("input[name=http]:checked").value,
  };
  const told = await ask(wish);
  last = { key: key() };
  running = false;
  go.setAttribute("aria-disabled", "false");
  shown.replaceChildren(...result(told, asked, { go: (place) => editor.go(place), again: simulate }));
  verdict(told.verdict);
  editor.mark(told.verdict === "invalid" ? told.error : null);
}

/** What came of it; a refusal of the whole request reads as a failure. */
async function ask(wish) {
  try {
    const response = await fetch("/simulate", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(wish),
    });
    const told = await response.json();
    return response.ok ? told : { verdict: "failed", ending: "failed", error: { ...told.error, next: "" } };
  } catch {
    const error = { code: "network", message: "The host cannot be reached.", next: "Is it still running?" };
    return { verdict: "failed", ending: "failed", error };
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
