"""Small values of the plugin's own, kept from call to call."""

import json

from . import host, words


class StoreError(Exception):
    """The store did not do as it was asked."""

    def __init__(self, call, key, wire):
        value = getattr(wire, "value", None)
        kind = type(wire).__name__.removeprefix("StoreError")
        super().__init__(f"store.{call}({key!r}): {kind}" + ("" if value is None else f": {value}"))
        self.wire = wire
        self.retryable = isinstance(wire, words.StoreErrorUnavailable)


def get(key):
    return _ask("get", key)


def set(key, value, *, ttl_s=None):
    _ask("set", key, str(value), ttl_s)


def get_json(key):
    text = get(key)
    return None if text is None else json.loads(text)


def set_json(key, value, *, ttl_s=None):
    set(key, json.dumps(value), ttl_s=ttl_s)


def compare_and_set(key, expected, value, *, ttl_s=None):
    """Replaces `expected` (None: nothing there), or answers False."""
    return _ask("compare_and_set", key, expected, str(value), ttl_s)


def increment(key, delta=1):
    return _ask("increment", key, delta)


def remove(key):
    _ask("remove", key)


def list_keys(prefix="", *, after=None, limit=1000):
    return _ask("list_keys", prefix, after, limit)


def _ask(call, key, *rest):
    try:
        return host.current().store(call, key, *rest)
    except host.Failed as failed:
        raise StoreError(call, key, failed.value) from None
