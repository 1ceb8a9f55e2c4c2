import unittest

from plugin import plugin
from sidepane import words
from sidepane.testing import Failure, FakeHost, action, context, on

BASE = "http://127.0.0.1:7119/v1"
ADA = {"id": "C/7", "name": "Ada Lovelace", "tier": "gold", "since": "2019-03-12", "page": "https://crm.example/C7"}
KETTLE = {
    "number": "88",
    "date": "2026-10-30",
    "state": "shipped",
    "currency": "EUR",
    "parcel": "SE-5",
    "lines": [{"item": "Kettle", "quantity": 2, "cents": 1995}],
}


def customer():
    return on("GET", f"{BASE}/customers?email=ada%40example.com").bearer("api_key")


def orders(all):
    return on("GET", f"{BASE}/customers/C%2F7/orders").bearer("api_key").reply_json(200, {"orders": all})


def notes():
    return on("GET", f"{BASE}/customers/C%2F7/notes").bearer("api_key")


class TestPlugin(unittest.TestCase):
    def test_a_card_has_all_that_the_crm_knows(self):
        note = {"text": "Likes <tea>", "author": "Bo", "date": "2026-09-01"}
        host = FakeHost(plugin).setting("recent", 1)
        host.expect(customer().reply_json(200, ADA), orders([KETTLE]), notes().reply_json(200, {"notes": [note]}))
        card = host.render(context())
        self.assertEqual(card.contact_name, "Ada Lovelace")
        self.assertEqual([block.name for block in card.blocks], ["Customer", "Orders"])
        for part in ["39.90 EUR", "SE-5", "Likes &lt;tea&gt;", "Refund 88"]:
            self.assertIn(part, repr(card))

    def test_a_contact_that_nobody_knows_has_no_card(self):
        self.assertIsNone(FakeHost(plugin).expect(customer().reply(404)).render(context()))
        self.assertIsNone(FakeHost(plugin).render(context(email=None)))

    def test_without_notes_there_is_still_a_card(self):
        host = FakeHost(plugin).expect(customer().reply_json(200, ADA), orders([]), notes().reply(500))
        self.assertEqual(len(host.render(context()).blocks), 2)
        self.assertEqual(
            host.log_lines,
            [f"warn: card has no notes: GET {BASE}/customers/C%2F7/notes answered 500 customer=C/7"],
        )

    def test_a_crm_that_fails_is_an_error_the_agent_can_act_on(self):
        with self.assertRaises(Failure) as raised:
            FakeHost(plugin).expect(customer().reply(500)).render(context())
        told = "The CRM does not answer. Look the customer up there, or try again soon."
        wanted = words.PluginError(f"GET {BASE}/customers answered 500", agent_message=told, retryable=True)
        self.assertEqual(raised.exception.answer, wanted)

    def test_a_refund_is_drafted(self):
        answer = on("POST", f"{BASE}/orders/88/refund").bearer("api_key").reply_json(200, KETTLE)
        press = action("refund", "88", reason="late", tell_customer="true")
        result = FakeHost(plugin).expect(answer).submit(press)
        self.assertEqual(result.message, "Refunded 39.90 EUR.")
        kinds = [type(command) for command in result.commands]
        self.assertEqual(kinds, [words.CommandAddTags, words.CommandInsertDraft])


if __name__ == "__main__":
    unittest.main()
