"""What the card shows of it."""

from crm import money, total
from sidepane import ButtonStyle, Confirm, accordion, actions, block, button, field, html, rows, table


def customer_block(context, customer, notes):
    """Who it is, and what colleagues noted."""
    quotes = [html("<p>{text}<br><small>{author}, {date}</small></p>", **note) for note in notes]
    return block(
        "Customer",
        "person",
        rows(
            ("Customer", customer["id"], customer["page"]),
            not context.contact_linked and ("Identity", "not proven: the visitor gave the address"),
            ("Tier", customer["tier"]),
            ("Since", customer["since"]),
        ),
        quotes and html("{}", quotes),
    )


def orders_block(orders, recent):
    """All orders in a table, and the newest ones in detail."""
    if not orders:
        return block("Orders", "receipt_long", rows(("Orders", "none yet")))
    refunds = [_refund(order) for order in orders if order["state"] == "shipped"][:16]
    return block(
        "Orders",
        "receipt_long",
        table(
            ["Order", "Date", "State", "Total"],
            [[order["number"], order["date"], order["state"], total(order)] for order in orders],
        ),
        *[_details(order) for order in orders[:recent]],
        refunds and actions(*refunds),
    )


def _details(order):
    return accordion(
        f"Order {order['number']}",
        rows(("State", order["state"]), ("Parcel", order["parcel"])),
        table(
            ["Item", "Quantity", "Price"],
            [[line["item"], line["quantity"], money(line["cents"], order)] for line in order["lines"]],
        ),
    )


# Asks before it acts: what was paid back does not come again.
def _refund(order):
    reasons = [
        ("late", "It came late"),
        ("damaged", "It came damaged"),
        ("wrong", "It is not what was ordered"),
        ("goodwill", "Goodwill"),
    ]
    return button(
        "refund",
        f"Refund {order['number']}",
        style=ButtonStyle.DANGER,
        value=order["number"],
        confirm=Confirm(f"Refund {total(order)}?", "Refund"),
        fields=[
            field.select("reason", "Reason", reasons, required=True),
            field.text("note", "Note for colleagues"),
            field.checkbox("tell_customer", "Tell the customer", value=True),
        ],
    )
