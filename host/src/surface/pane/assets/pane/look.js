// How the pane looks at the moment, in colours that a frame can be told. A style sheet speaks of
// variables and themes; only the browser knows what comes of them.

import { el } from "./dom.js";

const COLOURS = { text: "--text", muted: "--muted", line: "--line", accent: "--accent" };

/** @returns {{scheme: "light"|"dark", text: string, muted: string, line: string, accent: string, font: string, size: string}} */
export function look(root) {
  const probe = el("span", { hidden: true });
  root.append(probe);
  const style = getComputedStyle(probe);
  const colour = (value) => {
    probe.style.color = value;
    return style.color;
  };
  const made = { font: style.fontFamily, size: style.fontSize };
  made.scheme = colour("light-dark(rgb(1 1 1), rgb(2 2 2))").includes("2") ? "dark" : "light";
  for (const [name, variable] of Object.entries(COLOURS)) made[name] = colour(`var(${variable})`);
  probe.remove();
  return made;
}
