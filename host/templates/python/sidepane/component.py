"""What the host calls in a component, and what a plugin calls there."""

from componentize_py_types import Err
from wit_world.imports import http, log, settings, store

from . import host
from .border import from_host, to_host
from .errors import event_error, plugin_error
from .traps import set_traps


class Live:
    """The host's functions."""

    def send(self, request):
        try:
            return from_host(http.send(to_host(request)))
        except Err as error:
            raise host.Failed(from_host(error.value)) from None

    def send_all(self, requests):
        answers = http.send_all([to_host(request) for request in requests])
        return [
            host.Failed(from_host(answer.value)) if isinstance(answer, Err) else from_host(answer.value)
            for answer in answers
        ]

    def settings(self):
        return settings.all()

    def store(self, call, *arguments):
        try:
            return getattr(store, call)(*arguments)
        except Err as error:
            raise host.Failed(from_host(error.value)) from None

    def log(self, level, message, fields):
        log.write(to_host(level), message, fields)


def exports(plugin):
    """The classes that the tools look for, of the parts that the plugin serves."""

    class Manifest:
        def describe(self):
            return to_host(plugin.describe())

    class ContactContext:
        def render(self, context):
            return _answer(plugin.render, context, plugin_error)

    class ProductEvent:
        def handle(self, event):
            _answer(plugin.handle, event, event_error)

    class Action:
        def submit(self, action):
            return _answer(plugin.submit, action, plugin_error)

    parts = {"card": ContactContext, "event": ProductEvent, "action": Action}
    host.connect(Live())
    set_traps(sealed=True)
    return {one.__name__: one for one in [Manifest, *(parts[part] for part in plugin.serves)]}


# What is raised and is no `Err` would end the call without a word for the agent.
def _answer(call, argument, failed):
    try:
        return to_host(call(from_host(argument)))
    except Exception as error:
        raise Err(to_host(failed(error))) from None
