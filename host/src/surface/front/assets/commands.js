// What a plugin's answer asks the desk for, done with Front's functions. What Front has no function
// for, or does not do, goes back to the pane, which says so and leaves it to the agent.

/** So many pages of tags, teammates or messages are looked through. */
const MOST_PAGES = 20;

/** What plugins call statuses, in Front's words. */
const STATUSES = new Map([
  ["open", "open"],
  ["archived", "archived"],
  ["closed", "archived"],
  ["done", "archived"],
  ["resolved", "archived"],
  ["solved", "archived"],
  ["trashed", "trashed"],
  ["spam", "spam"],
]);

const STEPS = { add_link: addLink, add_tags: addTags, assign, insert_draft: insertDraft, open_url: openUrl, set_status: setStatus };

/** Whether a command is about the conversation, and not about the agent's screen. */
export function isOfConversation(command) {
  return command.type !== "open_url" && Object.hasOwn(STEPS, command.type);
}

/**
 * Carries a command out.
 *
 * @param {import("./bridge.js").Bridge} bridge
 * @param {object} front the context it is for
 * @param {object} command as in the answer of POST /v1/actions
 * @returns {Promise<boolean|object>} true if it was done; false if it is none of Front's; else what
 *   is left of it, with `why`
 */
export async function carryOut(bridge, front, command) {
  if (!Object.hasOwn(STEPS, command.type)) return false;
  const call = (name, ...args) => bridge.call(front, name, ...args);
  try {
    return (await STEPS[command.type](call, command, front)) ?? true;
  } catch (error) {
    return { ...command, why: error.message };
  }
}

async function openUrl(call, { url }) {
  await call("openUrl", url);
}

async function addLink(call, { url, text }) {
  await call("addLink", url, text ?? undefined);
}

/** Into the draft that is being written, else into a reply to the newest message. */
async function insertDraft(call, { text }, { conversation, draft }) {
  const content = { body: text, type: "text" };
  const open = draft?.id ?? conversation?.draftId;
  if (open) return void (await call("updateDraft", open, { updateMode: "insert", content }));
  const messages = await every(call, "listMessages");
  const newest = messages.reduce((best, it) => (!best || it.date >= best.date ? it : best), null);
  const replyOptions = newest ? { type: "replyAll", originalMessageId: newest.id } : undefined;
  await call("createDraft", { content, replyOptions });
}

async function addTags(call, command) {
  const wanted = command.tags ?? [];
  const known = await every(call, "listTags");
  const found = wanted.map((name) => known.find((tag) => tag.id === name || same(tag.name, name)));
  const ids = found.filter(Boolean).map((tag) => tag.id);
  if (ids.length) await call("tag", ids);
  const tags = wanted.filter((_, at) => !found[at]);
  return tags.length ? { ...command, tags, why: "Front has no such tag." } : undefined;
}

/** An agent has the conversation; a group is an inbox that it is moved to. */
async function assign(call, command) {
  const { agent, group } = command;
  if (group) await call("move", group);
  if (!agent) return group ? undefined : void (await call("assign", null));
  const teammates = await every(call, "listTeammates");
  const found = teammates.find((it) => it.id === agent || same(it.email, agent));
  if (!found) return { ...command, group: null, why: "Front has no such teammate." };
  await call("assign", found.id);
}

async function setStatus(call, command) {
  const status = STATUSES.get(String(command.status).toLowerCase());
  if (!status) return { ...command, why: "Front has no such status." };
  await call("setStatus", status);
}

async function every(call, name) {
  const all = [];
  let page;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const answer = page === undefined ? await call(name) : await call(name, page);
    all.push(...(answer?.results ?? []));
    page = answer?.nextPageToken;
    if (page === undefined || page === null) break;
  }
  return all;
}

function same(one, other) {
  return typeof one === "string" && one.toLowerCase() === String(other).toLowerCase();
}
