// Looks up a contact's orders in a CRM, and refunds them.

import { addTags, field, insertDraft, orTell, plugin, PluginError, settings } from "../sidepane/index.js";
import { customerBlock, ordersBlock } from "./blocks";
import { Crm, total } from "./crm";

const UNAVAILABLE = "The CRM does not answer. Look the customer up there, or try again soon.";
const secrets = ["api_key"];

interface Settings {
  crm_url: string;
  recent: number;
}

export default plugin({
  name: "Orders, in TypeScript",
  version: "0.1.0",
  hosts: [
    { url: "http://127.0.0.1:7119/v1/", reason: "reads customers from the demo CRM", secrets },
    { url: "https://*/v1/", reason: "reads customers from your CRM, at the address you set", secrets },
    { url: "http://127.0.0.1:7119/v1/orders/", methods: ["POST"], reason: "refunds orders in the demo CRM", secrets },
    { url: "https://*/v1/orders/", methods: ["POST"], reason: "refunds orders in your CRM", secrets },
  ],
  secrets: { api_key: "the CRM's API key, with the right to read customers and orders and to refund" },
  settings: [
    field.url("crm_url", "Address of the CRM", {
      help: "Without the path: the plugin adds /v1/ and what follows.",
      value: "http://127.0.0.1:7119",
      required: true,
    }),
    field.number("recent", "Orders to show in detail", { value: 3 }),
  ],

  render(context) {
    const { email } = context;
    if (!email) {
      return undefined;
    }
    const { crm_url, recent } = settings<Settings>();
    return orTell(UNAVAILABLE, () => {
      const crm = new Crm(crm_url);
      const customer = crm.customer(email);
      if (!customer) {
        return undefined;
      }
      const { orders, notes } = crm.ordersAndNotes(customer.id);
      return {
        contactName: customer.name,
        contactLink: { url: customer.page, text: "Open in CRM" },
        cacheS: 30,
        blocks: [customerBlock(context, customer, notes), ordersBlock(orders, recent)],
      };
    });
  },

  actions: {
    refund: {
      description: "refunds an order in full",
      submit({ value: number, form, idempotencyKey, context }) {
        const crm = new Crm(settings<Settings>().crm_url);
        const why = { reason: form.reason, note: form.note, by: context.agent?.name ?? undefined };
        const order = orTell(UNAVAILABLE, () => crm.refund(number, idempotencyKey, why));
        if (!order) {
          const tell = `Order ${number} cannot be refunded any more. Look at it in the CRM.`;
          throw new PluginError(`order ${number}: the CRM refused a refund`, { tell });
        }
        const paid = total(order);
        const draft = `We have refunded your order ${number}: ${paid} will be back in your account within five days.`;
        return {
          message: `Refunded ${paid}.`,
          commands: [addTags("refunded"), form.tell_customer === "true" && insertDraft(draft)],
        };
      },
    },
  },
});
