"""A host for tests: the plugin runs in this Python, without WebAssembly, server or network.

It refuses what a real host would refuse.
"""

import copy
import json
import re

from . import errors, host, words
from .traps import set_traps


def context(**over):
    """Somebody at a desk; what is given goes over it."""
    usual = {"email": "ada@example.com", "contact_linked": True, "ticket_id": "7"}
    return words.Context("native", "ticket", "default", "test", words.Visitor(), **{**usual, **over})


def event(event_type, **over):
    """An event of this type; what is given goes over it."""
    usual = {"id": "e-1", "source": "native", "time": "2026-11-22T14:25:08.123Z", "account": "default"}
    return words.Event(event_type=event_type, **{**usual, "attempt": 1, "raw": "{}", **over})


def action(id, value="", **form):
    """A press of a button with this value; `form` is what was filled in."""
    return words.Action(id, value, "k-1", context(), fields=list(form.items()))


def on(method, url):
    """A request that the plugin is to make, and what comes back."""
    return Exchange(method, url)


class Exchange:
    """A request that is expected, and its answer."""

    def __init__(self, method, url):
        self.expected = f"{method} {url}"
        self.secret = None
        self.answer = host.Failed(words.HttpErrorOther("the test gives no answer"))

    def bearer(self, secret):
        """It has to carry this secret."""
        self.secret = secret
        return self

    def reply(self, status, text="", headers=None):
        self.answer = words.Response(status, words.BodyText(text), headers=list((headers or {}).items()))
        return self

    def reply_json(self, status, value):
        return self.reply(status, json.dumps(value), {"content-type": "application/json"})

    def fail(self, error):
        """Fails instead, as the contract says it: `fail(words.HttpErrorConnect("refused"))`."""
        self.answer = host.Failed(error)
        return self


class Failure(Exception):
    """The plugin's failure: `answer` is what the host gets."""

    def __init__(self, answer):
        super().__init__(repr(answer))
        self.answer = answer


class FakeHost:
    """A host for one plugin. It keeps its store from run to run; what is expected is for one run."""

    def __init__(self, plugin):
        self._plugin = plugin
        self._manifest = copy.deepcopy(plugin.describe())
        self._settings = {
            field.name: field.default_value for field in self._manifest.settings if field.default_value is not None
        }
        self._expected = []
        self._problems = []
        self.log_lines = []
        self.kept = {}

    def setting(self, name, value):
        """Sets one of the manifest's settings, in the text form of its kind."""
        if name not in [field.name for field in self._manifest.settings]:
            raise AssertionError(f"the manifest has no setting {name}")
        self._settings[name] = str(value)
        return self

    def expect(self, *exchanges):
        """Expects these requests in the next run, in any order."""
        self._expected += exchanges
        return self

    def render(self, context):
        """The plugin's card, or None. Its failure is raised as a `Failure`."""
        card = self._run("card", self._plugin.render, context, errors.plugin_error)
        self._judge(card)
        return card

    def handle(self, event):
        """Delivers an event."""
        names = {event.event_type, f"{event.source}:{event.vendor_type}", "*"}
        if names.isdisjoint(self._manifest.events):
            raise AssertionError(f"the plugin has no function for {event.event_type}")
        self._run("event", self._plugin.handle, event, errors.event_error)

    def submit(self, action):
        """Presses a button."""
        result = self._run("action", self._plugin.submit, action, errors.plugin_error)
        self._judge(result.card)
        return result

    def _run(self, part, call, argument, failed):
        if part not in self._plugin.serves:
            raise AssertionError(f"the plugin serves no {part}s")
        self.log_lines, self._problems = [], []
        kept, before, release = dict(self.kept), host.connect(self), set_traps()
        failure = None
        try:
            answer = call(argument)
        except Exception as error:
            self.kept, failure = kept, Failure(failed(error))
        finally:
            release()
            host.connect(before)
        missing = [f"{one.expected} was expected and not asked" for one in self._expected]
        self._expected = []
        _complain(self._problems + missing)
        if failure:
            raise failure
        return answer

    # What the plugin asks of its host.

    def send(self, request):
        answer = self._exchange(request)
        if isinstance(answer, host.Failed):
            raise answer
        return answer

    def send_all(self, requests):
        return [self._exchange(request) for request in requests]

    def settings(self):
        return list(self._settings.items())

    def log(self, level, message, fields):
        self.log_lines.append(" ".join([f"{level.value}: {message}", *("=".join(pair) for pair in fields)]))

    def store(self, call, key, *rest):
        return getattr(self, f"_store_{call}")(key, *rest)

    def _store_get(self, key):
        return self.kept.get(key)

    def _store_set(self, key, value, _ttl_s):
        self.kept[key] = value

    def _store_compare_and_set(self, key, expected, value, _ttl_s):
        same = self.kept.get(key) == expected
        if same:
            self.kept[key] = value
        return same

    def _store_increment(self, key, delta):
        number = int(self.kept.get(key, 0)) + delta
        self.kept[key] = str(number)
        return number

    def _store_remove(self, key):
        self.kept.pop(key, None)

    def _store_list_keys(self, prefix, after, limit):
        keys = sorted(key for key in self.kept if key.startswith(prefix) and (after is None or key > after))
        return keys[:limit]

    def _exchange(self, request):
        values = [value.value for _, value in request.headers]
        secrets = [value.name for value in values if isinstance(value, words.SecretValue)]
        asked = f"{request.method} {request.url}"
        allowed = any(
            _within(one.url, request.url)
            and request.method in (one.methods or ["GET"])
            and set(secrets) <= set(one.secrets)
            for one in self._manifest.hosts
        )
        if not allowed:
            self._problems.append(f"{asked} with the secrets {secrets} is not in the manifest's hosts")
        exchange = next((one for one in self._expected if one.expected == asked), None)
        if exchange is None:
            self._problems.append(f"{asked} was asked and not expected")
            return host.Failed(words.HttpErrorOther("the test does not expect it"))
        self._expected.remove(exchange)
        if exchange.secret and exchange.secret not in secrets:
            self._problems.append(f"{asked} was to carry the secret {exchange.secret}")
        return exchange.answer

    # What a host refuses on a card.
    def _judge(self, card):
        problems, ids = [], [one.id for one in self._manifest.actions]
        for block in card.blocks if card else []:
            for piece in block.data:
                inside = piece.value.data if isinstance(piece, words.ElementAccordion) else [piece]
                for value in (one.value for one in inside):
                    if isinstance(value, words.Table) and any(len(row) != len(value.headers) for row in value.rows):
                        problems.append(f"block {block.name}: a row of a table needs one cell for every header")
                for button in piece.value if isinstance(piece, words.ElementActions) else []:
                    if button.id not in ids:
                        problems.append(f"block {block.name}: the plugin has no action {button.id} for a button")
        _complain(problems)


def _complain(problems):
    if problems:
        raise AssertionError("\n".join(problems))


# Whether a URL lies under one of the manifest's: scheme, host by label, port, path by segment.
def _within(pattern, url):
    wanted = re.match(r"(\w+)://([^/]*)(/.*)?$", pattern)
    given = re.match(r"(\w+)://([^/?]*)(/[^?]*)?", url)
    if not wanted or not given or wanted[1] != given[1]:
        return False
    label = wanted[2] in ("*", given[2]) or (wanted[2].startswith("*.") and given[2].endswith(wanted[2][1:]))
    start = (wanted[3] or "/").rstrip("/")
    path = given[3] or "/"
    return label and (path == start or path.startswith(f"{start}/"))
