"""From what a plugin says of itself to what the host calls."""

from . import settings as _settings
from . import words


class Plugin:
    """A plugin: what it is, what it asks for, and a function for each thing that it serves.

    `hosts` are made by `Plugin.host`, `settings` by `field`; `secrets` are names, each with what it is
    and where it can be had.
    """

    def __init__(self, name, version, *, hosts=(), secrets=None, settings=(), views=(), extra=None):
        self._render = None
        self._events = {}
        self._actions = {}
        self._said = words.Manifest(
            name,
            version,
            hosts=list(hosts),
            secrets=[words.Secret(*secret) for secret in (secrets or {}).items()],
            settings=list(settings),
            views=list(views),
            extra=list((extra or {}).items()),
        )
        _settings.know(settings)

    @staticmethod
    def host(url, reason, *, methods=(), secrets=()):
        """One place that the plugin sends requests to, with what for; without methods, `GET`."""
        return words.Host(url, reason, methods=list(methods), secrets=list(secrets))

    def card(self, render):
        """Marks the function that makes a card about a context, or None."""
        self._render = render
        return render

    def on(self, *types):
        """Marks the function for these types of event (`message.created`, `freshchat:onMessageCreate`)."""

        def mark(handle):
            self._events.update(dict.fromkeys(types, handle))
            return handle

        return mark

    def otherwise(self, handle):
        """Marks the function for all other events."""
        self._events["*"] = handle
        return handle

    def action(self, id, description):
        """Marks the function for what a button does. It gets the action, and `form`: name to text."""

        def mark(submit):
            self._actions[id] = (description, submit)
            return submit

        return mark

    @property
    def serves(self):
        """Which parts it has: card, event, action."""
        parts = {"card": self._render, "event": self._events, "action": self._actions}
        return [part for part, there in parts.items() if there]

    def describe(self):
        """The manifest."""
        said = self._said
        said.events = list(self._events)
        said.actions = [words.ServedAction(id, description) for id, (description, _) in self._actions.items()]
        return said

    def render(self, context):
        """The card about a context, or None."""
        return _now("the card's function", self._render(context))

    def handle(self, event):
        """Deals with an event. A desk's own word goes before the normal one."""
        own = self._events.get(f"{event.source}:{event.vendor_type}")
        handle = own or self._events.get(event.event_type) or self._events.get("*")
        if handle:
            _now("the handler of events", handle(event))

    def submit(self, action):
        """Carries out an action."""
        if action.id not in self._actions:
            raise LookupError(f"the plugin has no action {action.id}")
        _, submit = self._actions[action.id]
        return _now(action.id, submit(action, dict(action.fields))) or words.ActionResult()


def _now(what, answer):
    if hasattr(answer, "__await__"):
        answer.close()
        raise TypeError(
            f"{what} is async, and a call ends when its function returns: take async and await away, "
            "http.get(url).send() waits for its answer by itself"
        )
    return answer
