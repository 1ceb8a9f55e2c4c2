"""Looks up a contact's orders in a CRM, and refunds them."""

from blocks import customer_block, orders_block
from crm import Crm, total
from sidepane import Plugin, PluginError, add_tags, card, done, field, insert_draft, or_tell, settings

UNAVAILABLE = "The CRM does not answer. Look the customer up there, or try again soon."
KEY = ["api_key"]

plugin = Plugin(
    "Orders, in Python",
    "0.1.0",
    hosts=[
        Plugin.host("http://127.0.0.1:7119/v1/", "reads customers from the demo CRM", secrets=KEY),
        Plugin.host("https://*/v1/", "reads customers from your CRM, at the address you set", secrets=KEY),
        Plugin.host(
            "http://127.0.0.1:7119/v1/orders/", "refunds orders in the demo CRM", methods=["POST"], secrets=KEY
        ),
        Plugin.host("https://*/v1/orders/", "refunds orders in your CRM", methods=["POST"], secrets=KEY),
    ],
    secrets={"api_key": "the CRM's API key, with the right to read customers and orders and to refund"},
    settings=[
        field.url(
            "crm_url",
            "Address of the CRM",
            help="Without the path: the plugin adds /v1/ and what follows.",
            value="http://127.0.0.1:7119",
            required=True,
        ),
        field.number("recent", "Orders to show in detail", value=3),
    ],
)


@plugin.card
def render(context):
    if not context.email:
        return None
    crm = Crm(settings().crm_url)
    with or_tell(UNAVAILABLE):
        customer = crm.customer(context.email)
        if not customer:
            return None
        orders, notes = crm.orders_and_notes(customer["id"])
    return card(
        customer_block(context, customer, notes),
        orders_block(orders, settings().recent),
        contact_name=customer["name"],
        contact_link=(customer["page"], "Open in CRM"),
        cache_s=30,
    )


@plugin.action("refund", "refunds an order in full")
def refund(action, form):
    number, agent = action.value, action.context.agent
    why = {"reason": form["reason"], "note": form.get("note"), "by": agent and agent.name}
    with or_tell(UNAVAILABLE):
        given = {name: value for name, value in why.items() if value is not None}
        order = Crm(settings().crm_url).refund(number, action.idempotency_key, given)
    if not order:
        told = f"Order {number} cannot be refunded any more. Look at it in the CRM."
        raise PluginError(f"order {number}: the CRM refused a refund", tell=told)
    paid = total(order)
    draft = f"We have refunded your order {number}: {paid} will be back in your account within five days."
    drafts = form.get("tell_customer") == "true"
    return done(f"Refunded {paid}.", commands=[add_tags("refunded"), drafts and insert_draft(draft)])
