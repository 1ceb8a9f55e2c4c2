"""What the CRM is asked and what it answers."""

from urllib.parse import quote

from sidepane import http, log


class Crm:
    """A CRM at some address."""

    def __init__(self, url):
        self._base = url.rstrip("/")

    def customer(self, email):
        """The customer with this address, if there is one."""
        answer = self._get("customers").query("email", email).send().found()
        return answer and answer.json()

    def orders_and_notes(self, id):
        """A customer's orders, newest first, and what colleagues noted; without notes there is still a card."""
        path = f"customers/{quote(id, safe='')}"
        orders, notes = http.send_all(self._get(f"{path}/orders"), self._get(f"{path}/notes"))
        return orders().json()["orders"], _noted(notes, id)

    def refund(self, number, key, why):
        """Pays an order back, once for a key. None where there is nothing to pay back any more."""
        answer = (
            http.post(f"{self._base}/v1/orders/{quote(number, safe='')}/refund")
            .bearer("api_key")
            .header("idempotency-key", key)
            .json(why)
            .send()
        )
        return None if answer.status == 409 else answer.json()

    def _get(self, path):
        return http.get(f"{self._base}/v1/{path}").bearer("api_key")


def _noted(answer, customer):
    try:
        found = answer().found()
        return found.json()["notes"] if found else []
    except http.HttpError as error:
        log.warn(f"card has no notes: {error}", customer=customer)
        return []


def money(cents, order):
    """An amount with its currency: `39.95 EUR`."""
    return f"{cents // 100}.{cents % 100:02} {order['currency']}"


def total(order):
    """What an order comes to."""
    return money(sum(line["quantity"] * line["cents"] for line in order["lines"]), order)
