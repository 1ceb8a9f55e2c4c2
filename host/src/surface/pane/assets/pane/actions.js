// Buttons: the question before, the form, the press, and what came of it.

import { run } from "./commands.js";
import { el, fresh, words } from "./dom.js";
import { form } from "./fields.js";

const STYLES = new Set(["plain", "primary", "danger"]);
const AGAIN = "Please press again.";

/** A row of buttons, the place where their form opens, and the place for what came of them. */
export function actions(tools, slot, element, place) {
  const row = el("div", { class: "buttons" });
  const room = el("div", { class: "room" });
  const note = el("div", { class: "note", role: "status" });
  const group = { tools, slot, place, row, room, note, running: false, panel: null };
  for (const action of element.actions ?? []) {
    // Without a token the server would refuse the press: this session only looks.
    if (!action.token) continue;
    const style = STYLES.has(action.style) ? action.style : "plain";
    const button = el("button", { type: "button", class: `button ${style}`, "data-key": `${place}${action.id}` });
    button.append(words(action.label ?? action.id, { class: "caption" }));
    const asks = Boolean(action.confirm) || (action.fields ?? []).length > 0;
    if (asks) button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => (asks ? turn(group, action, button) : press(group, action, button, null)));
    row.append(button);
  }
  if (!row.childElementCount) return null;
  const node = el("div", { class: "actions", "data-place": place }, row, room, note);
  slot.adopt(place, group);
  return node;
}

function turn(group, action, button) {
  if (group.running) return;
  const mine = group.panel?.button === button;
  shut(group, mine);
  if (!mine) group.panel = openPanel(group, action, button);
}

/** The panel of a button with a question or a form. The focus goes into it, Escape leaves. */
function openPanel(group, action, button) {
  const fields = form(action.fields ?? []);
  const title = fresh("question");
  const confirm = action.confirm;
  const style = action.style === "danger" ? "danger" : "primary";
  const go = el("button", { type: "submit", class: `button ${style}` });
  go.append(words(confirm?.button || action.label || action.id, { class: "caption" }));
  const cancel = el("button", { type: "button", class: "button plain", text: "Cancel" });
  const heading = el("p", { class: "question", id: title, tabindex: -1 }, words(confirm?.title || action.label));
  const node = el(
    "form",
    { class: "ask", role: "group", "aria-labelledby": title, novalidate: true },
    heading,
    confirm?.text ? el("p", { class: "help" }, words(confirm.text)) : null,
    fields.node,
    el("div", { class: "buttons" }, go, cancel),
  );
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!group.running && fields.check()) press(group, action, go, fields);
  });
  cancel.addEventListener("click", () => group.running || shut(group, true));
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    event.stopPropagation();
    if (!group.running) shut(group, true);
  });
  button.setAttribute("aria-expanded", "true");
  say(group, null);
  group.room.append(node);
  group.slot.touched();
  if ((action.fields ?? []).length > 0) fields.focus();
  else if (action.style === "danger") heading.focus({ preventScroll: true });
  else go.focus({ preventScroll: true });
  node.scrollIntoView({ block: "nearest" });
  return { node, button, fields };
}

function shut(group, back) {
  const panel = group.panel;
  if (!panel) return;
  group.panel = null;
  panel.node.remove();
  panel.button.setAttribute("aria-expanded", "false");
  if (back) panel.button.focus({ preventScroll: true });
  group.slot.released();
}

/**
 * Sends a press. The token belongs to the press: after a failure on the way the very same one is
 * sent again, so that the server can tell a repetition from a second wish.
 */
async function press(first, action, button, fields, token = action.token) {
  // Another try may be pressed on a card that has taken the place of the first one.
  const group = first.row.isConnected ? first : (first.slot.heir(first.place) ?? first);
  if (group.running) return;
  const { tools, slot } = group;
  busy(group, button, true);
  say(group, null);
  let answer = null;
  let failure = null;
  try {
    const body = { token, context: slot.context(), fields: fields?.values() ?? {} };
    answer = await (await tools.session.post("v1/actions", body)).json();
  } catch (error) {
    failure = error;
  }
  busy(group, button, false);
  if (failure) return refusal(group, action, button, fields, token, failure);
  await outcome(group, action, fields, answer);
}

function busy(group, button, on) {
  group.running = on;
  // Not `disabled`: that would take the focus away from whoever works by keyboard.
  for (const it of [...group.row.children, ...(group.panel?.node.querySelectorAll("button") ?? [])]) {
    if (on) it.setAttribute("aria-disabled", "true");
    else it.removeAttribute("aria-disabled");
  }
  button.classList.toggle("running", on);
  if (on) button.setAttribute("aria-busy", "true");
  else button.removeAttribute("aria-busy");
  if (!on && !group.panel) group.slot.released();
}

/** The server answered: it was done, or the plugin would not. */
async function outcome(group, action, fields, answer) {
  const { tools, slot } = group;
  if (answer.status === "invalid" && fields) {
    const errors = answer.field_errors ?? {};
    const placed = fields.complain(errors);
    const loose = Object.entries(errors).filter(([name]) => !(action.fields ?? []).some((it) => it.name === name));
    const text = answer.message || loose.map(([, error]) => error).join(" ") || (placed ? "" : "Please check what you filled in.");
    return say(group, text ? { bad: true, text } : null);
  }
  if (answer.status !== "done") {
    const text = answer.error?.message || answer.message || "It could not be done.";
    return say(group, { bad: true, text });
  }
  shut(group, true);
  // The next card is put in first: the message then stands on what the agent will go on with.
  if (answer.card) slot.answered(answer.card);
  const left = await run(tools, slot, answer.commands);
  tell(group, { text: answer.message || "Done", left });
  if (!answer.card) slot.reload();
}

/** The server refused, or was not reached. */
async function refusal(group, action, button, fields, token, failure) {
  const { slot } = group;
  // Too old, or of a host that has been started anew since.
  if (failure.code === "auth.action_expired" || failure.code === "auth.action_invalid") {
    await slot.reload();
    return tell(group, { bad: true, text: AGAIN });
  }
  if (failure.code === "request.action_used") {
    shut(group, true);
    await slot.reload();
    return tell(group, { bad: true, text: failure.message });
  }
  const name = failure.field?.startsWith("fields.") ? failure.field.slice("fields.".length) : null;
  if (name && fields?.complain({ [name]: reason(failure.message) })) return;
  const unsure = !(failure.status >= 400 && failure.status < 500);
  const text = unsure ? "No answer came. It may have been done or not; trying again does it once." : failure.message;
  const again = unsure ? () => press(group, action, button, fields, token) : null;
  say(group, { bad: true, text, again });
}

/** The reason in "`fields.when` cannot be taken: it must be …": at the field, the rest is plain. */
function reason(message) {
  const why = message.replace(/^`[^`]*` cannot be taken: /, "");
  return why.charAt(0).toUpperCase() + why.slice(1);
}

/** Shows what came of a press, in a place that screen readers listen to. */
function say(group, what) {
  const { note } = group;
  note.replaceChildren();
  note.classList.toggle("bad", Boolean(what?.bad));
  if (!what) return;
  const show = () => {
    if (what.text) note.append(el("p", {}, words(what.text)));
    note.append(...(what.left ?? []));
    if (what.again) {
      const again = el("button", { type: "button", class: "button small", text: "Try again" });
      again.addEventListener("click", what.again);
      note.append(again);
    }
    group.slot.touched();
  };
  // A place that has only just come is not listened to yet.
  if (what.elsewhere) setTimeout(show, 40);
  else show();
}

/** As `say`, on the row of buttons that has taken the place of this one. */
function tell(group, what) {
  const heir = group.slot.heir(group.place) ?? group;
  if (!heir.row.isConnected) return group.tools.toast({ text: what.text, from: whose(group.slot), left: what.left });
  say(heir, { ...what, elsewhere: heir !== group });
}

/** Whose words they are, and of whom if the agent has gone on to somebody else. */
function whose({ title, asked, board }) {
  const of = asked === board.context ? null : (asked?.email ?? asked?.phone ?? asked?.contact_name ?? asked?.external_id);
  return of ? `${title} · ${of}` : title;
}
