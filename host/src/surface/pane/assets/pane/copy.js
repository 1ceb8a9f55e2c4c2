// Copying. A page inside another page often may not use the clipboard directly, so there is the old
// way too; and where neither works the text is selected, which leaves one key to press.

import { el, glyph } from "./dom.js";

const SHOWN_MS = 1600;

/** Puts a text on the clipboard. @returns {Promise<boolean>} */
export async function copy(text, near) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyOldWay(text, near);
  }
}

function copyOldWay(text, near) {
  const root = near.getRootNode();
  const field = el("textarea", { class: "offstage", readonly: true, tabindex: -1 });
  field.value = text;
  (root.host ? root : document.body).append(field);
  const before = root.activeElement;
  field.select();
  let done = false;
  try {
    done = document.execCommand("copy");
  } catch {
    done = false;
  }
  field.remove();
  before?.focus?.({ preventScroll: true });
  return done;
}

/**
 * A small button that copies.
 *
 * @param {{say: (text: string) => void}} tools
 * @param {() => string} text what to copy, when it is pressed
 * @param {string} what what it copies, in words: "Copy {what}"
 * @param {string} [label] words on the button; without them it has only a picture
 */
export function copyButton(tools, text, what, label) {
  const button = el("button", {
    type: "button",
    class: label ? "button small" : "tiny copy",
    "aria-label": label ? null : `Copy ${what}`,
    title: label ? null : "Copy",
  });
  button.append(glyph("copy"), glyph("check"));
  const caption = label ? button.appendChild(el("span", { text: label })) : null;
  let timer = 0;
  button.addEventListener("click", async (event) => {
    event.stopPropagation();
    const done = await copy(text(), button);
    tools.say(done ? `Copied: ${what}` : "The browser does not let this page copy. Select the text and copy it.");
    if (!done) return;
    button.classList.add("done");
    if (caption) caption.textContent = "Copied";
    clearTimeout(timer);
    timer = setTimeout(() => {
      button.classList.remove("done");
      if (caption) caption.textContent = label;
    }, SHOWN_MS);
  });
  return button;
}
