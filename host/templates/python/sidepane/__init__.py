"""The library of a Sidepane plugin in Python.

    plugin = Plugin("Orders", "1.0.0")

    @plugin.card
    def render(context):
        if not context.email:
            return None
        return card(block("Orders", "receipt_long", rows(("E-mail", context.email))))

`words` has the contract's own types, `testing` a host for tests.
"""

from . import http, log, store, traps
from .cards import accordion, actions, block, button, card, field, html, link, rows, table
from .errors import PluginError, give_up, or_tell, retry_after
from .plugin import Plugin
from .results import (
    add_link,
    add_tags,
    assign_agent,
    assign_group,
    copy,
    done,
    insert_draft,
    invalid,
    notify,
    open_url,
    set_status,
)
from .settings import settings
from .words import ButtonStyle, Confirm, Context, Event, Field

__all__ = [
    "ButtonStyle", "Confirm", "Context", "Event", "Field", "Plugin", "PluginError", "accordion",
    "actions", "add_link", "add_tags", "assign_agent", "assign_group", "block", "button", "card",
    "copy", "done", "field", "give_up", "html", "http", "insert_draft", "invalid", "link", "log",
    "notify", "open_url", "or_tell", "retry_after", "rows", "set_status", "settings", "store", "table",
]

traps.refuse_modules()
