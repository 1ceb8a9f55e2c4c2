// How things stand on the host: a build that is under way or failed, and a new one that answers.

import { el } from "/pane/dom.js";

const OFTEN_MS = 700;
const SELDOM_MS = 4000;

/**
 * Looks again and again.
 *
 * @param {{banner: HTMLElement, build: HTMLElement}} nodes
 * @param {{plugin: () => string, changed: (newBuild: boolean) => Promise<void>}} page
 */
export async function watch({ banner, build }, page) {
  let before = null;
  for (;;) {
    const now = await look();
    if (now) {
      show(banner, build, now, page.plugin());
      const of = (stand) => stand.generations[page.plugin()] ?? JSON.stringify(stand.generations);
      const newBuild = before !== null && of(before) !== of(now);
      const news = before !== null && mark(before) !== mark(now);
      before = now;
      if (news) await page.changed(newBuild);
    } else {
      build.textContent = "The host does not answer.";
      build.classList.remove("running");
    }
    await new Promise((go) => setTimeout(go, now?.build ? OFTEN_MS : SELDOM_MS));
    while (document.visibilityState === "hidden") await new Promise((go) => setTimeout(go, OFTEN_MS));
  }
}

async function look() {
  try {
    const response = await fetch("/simulate/stand", { cache: "no-store" });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

/** What is different when the choices are. */
function mark({ generations, build }) {
  return JSON.stringify([generations, build?.samples ?? ""]);
}

function show(banner, build, { generations, problems, build: stand }, plugin) {
  build.textContent = stand?.building ? "Building…" : stand ? `Build ${stand.loaded}` : "";
  build.classList.toggle("running", Boolean(stand?.building));
  const fault = stand?.fault;
  const problem = problems[plugin] ?? Object.values(problems)[0];
  const text = fault?.text ?? problem ?? "";
  if (banner.dataset.text === text) return;
  banner.dataset.text = text;
  banner.hidden = !text;
  const serves = Object.keys(generations).length > 0;
  const what = fault?.of === "build" ? "The build failed" : fault || serves ? "The newest build does not load" : "A plugin does not load";
  const still = serves ? ": the last good one answers." : ": nothing answers yet.";
  banner.replaceChildren(el("strong", { text: what }), still, el("pre", { text, tabindex: 0 }));
}
