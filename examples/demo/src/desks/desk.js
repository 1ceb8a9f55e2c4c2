// What the desks of the demo have in common: a list of conversations and what is in one.

/** Who wrote to the shop, and what. The CRM knows all of them but the last. */
export const CONVERSATIONS = [
  { id: "cnv_1", name: "Ada Lovelace", email: "ada@example.com", phone: "+46701740605", user: "C-1042", subject: "Where is my parcel?", text: "It was to be here on Friday. Could I have the money back?" },
  { id: "cnv_2", name: "Alan Turing", email: "alan@example.com", phone: "", user: "C-1043", subject: "Invoice for November", text: "Please send the invoice once more." },
  { id: "cnv_3", name: "Grace Hopper", email: "grace@example.com", phone: "", user: "C-1044", subject: "A moth in the box", text: "There was a moth in it. It is all right." },
  { id: "cnv_4", name: "Nobody Yet", email: "nobody@example.com", phone: "", user: "", subject: "Do you ship to Mars?", text: "Asking for a friend." },
];

/** The desk's page, with a conversation open. */
export class Desk {
  constructor(open) {
    this.open = open;
    this.draft = document.querySelector("textarea");
    this.list = document.querySelector(".list");
    for (const conversation of CONVERSATIONS) {
      const button = document.createElement("button");
      const subject = document.createElement("small");
      subject.textContent = conversation.subject;
      button.append(conversation.name, subject);
      button.addEventListener("click", () => this.select(conversation));
      this.list.append(button);
    }
  }

  /** Opens a conversation: with it its draft and what was done to it. */
  select(conversation) {
    this.conversation = conversation;
    conversation.tags ??= [];
    conversation.done ??= [];
    if (this.shown) this.shown.draft = this.draft.value;
    this.shown = conversation;
    this.draft.value = conversation.draft ?? "";
    this.write();
    this.open(conversation);
  }

  /** Notes what the pane had the desk do. */
  note(text) {
    this.conversation.done.push(text);
    this.write();
  }

  write() {
    const { name, subject, text, tags, done } = this.conversation;
    const set = (what, words) => {
      document.querySelector(what).textContent = words;
    };
    set(".thread h1", subject);
    set(".message", text);
    set(".facts", `${name} · ${tags.length ? `tagged ${tags.join(", ")}` : "no tags"}`);
    document.querySelector(".thread ol").replaceChildren(
      ...done.map((words) => Object.assign(document.createElement("li"), { textContent: words })),
    );
    for (const [at, button] of [...this.list.querySelectorAll("button")].entries()) {
      button.setAttribute("aria-current", String(CONVERSATIONS[at] === this.conversation));
    }
  }
}
