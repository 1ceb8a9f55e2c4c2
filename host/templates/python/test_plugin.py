import unittest

from plugin import plugin
from sidepane import words
from sidepane.testing import (
    FakeHost,
    # @action
    action,
    # @end
    # @card
    context,
    # @end
    # @event
    event,
    # @end
)


class TestPlugin(unittest.TestCase):
    # @card
    def test_a_contact_has_a_card(self):
        card = FakeHost(plugin).render(context(email="ada@example.com"))
        self.assertEqual(card.blocks[0].name, "{{title}}")
        self.assertEqual(card.blocks[0].data[0].value[0], words.Row("E-mail", "ada@example.com"))

    def test_nobody_in_particular_has_none(self):
        self.assertIsNone(FakeHost(plugin).render(context(email=None)))

    # @end
    # @event
    def test_messages_are_counted(self):
        host = FakeHost(plugin)
        host.handle(event("message.created", contact=words.Contact(email="ada@example.com")))
        self.assertEqual(host.kept, {"messages/ada@example.com": "1"})

    # @end
    # @action
    def test_a_greeting_is_drafted(self):
        result = FakeHost(plugin).submit(action("greet", "Ada"))
        self.assertEqual(result.commands, [words.CommandInsertDraft("Hello Ada!")])

    # @end


if __name__ == "__main__":
    unittest.main()
