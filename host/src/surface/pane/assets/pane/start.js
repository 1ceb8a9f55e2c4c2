// What the server wrote into a page for its script.

/** Reads the session and takes it out of the page, where other scripts could find it. */
export function taken() {
  const node = document.getElementById("session");
  const text = node?.textContent ?? "";
  node?.remove();
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
