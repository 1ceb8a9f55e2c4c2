// The demo's stand-in for Front: conversations, and what a plugin's answer can have Front do.

import { CONVERSATIONS, Desk } from "./desk.js";
import { FakeFront } from "./fake-front.js";

const TAGS = ["refunded", "delivery", "vip"].map((name, at) => ({ id: `tag_${at}`, name }));
const teammate = { id: "tea_1", name: "Sam Agent", username: "sam", email: "sam@shop.example" };

const frame = document.querySelector("iframe");
const front = new FakeFront(frame, {
  openUrl(_context, url) {
    desk.note(`opened ${url}`);
    window.open(url, "_blank", "noopener");
  },
  listTags: (_context, _page) => ({ results: TAGS, nextPageToken: undefined }),
  listTeammates: (_context, _page) => ({ results: [teammate], nextPageToken: undefined }),
  listMessages: (_context, _page) => ({ results: [{ id: "msg_1", date: new Date() }], nextPageToken: undefined }),
  tag(context, ids) {
    const conversation = of(context);
    const names = ids.map((id) => TAGS.find((tag) => tag.id === id).name);
    conversation.tags = [...new Set([...conversation.tags, ...names])];
    changed(conversation, `tagged ${names.join(", ")}`);
  },
  assign: (context, id) => changed(of(context), id ? `assigned to ${id}` : "assigned to nobody"),
  setStatus: (context, status) => changed(of(context), `set to ${status}`),
  addLink: (context, url, name) => changed(of(context), `linked ${name ?? url}`),
  createDraft(context, { content }) {
    const conversation = of(context);
    if (conversation === desk.conversation) desk.draft.value = content.body;
    else conversation.draft = content.body;
    conversation.draftId = `drf_${conversation.id}`;
    changed(conversation, "drafted a reply");
    return { id: conversation.draftId, content };
  },
  updateDraft(context, _id, { content }) {
    desk.draft.value += `${desk.draft.value ? "\n\n" : ""}${content.body}`;
    changed(of(context), "added to the reply");
  },
});

const desk = new Desk(tell);
frame.src = new URL("/front", document.body.dataset.host).href;
desk.select(CONVERSATIONS[0]);

function of(context) {
  return CONVERSATIONS.find((it) => it.id === context.conversation.id);
}

function changed(conversation, words) {
  conversation.done.push(words);
  desk.write();
  if (conversation === desk.conversation) tell(conversation);
}

function tell({ id, name, email, subject, text, draftId }) {
  front.show({
    type: "singleConversation",
    teammate,
    conversation: {
      id,
      type: "email",
      status: "open",
      subject,
      blurb: text,
      draftId,
      recipient: { handle: email, name, type: "email", contact: { id: `crd_${id}`, name, handles: [{ type: "email", handle: email }], groupIds: [], customAttributes: [] } },
      tags: [],
      links: [],
      inboxes: [],
    },
  });
}
