"""What Python has elsewhere and a plugin has not: each says what to use instead."""

import builtins
import importlib.abc
import os
import sys
import threading
import time

_HTTP = 'ask with sidepane.http, which waits for the answer: http.get("https://…").bearer("api_key").send().json()'
_FILES = (
    "a plugin has no files when it is called; read what it brings along at the top of plugin.py, while it is "
    "built, and keep values in sidepane.store"
)

_MODULES = {
    "aiohttp": _HTTP,
    "httpx": _HTTP,
    "requests": _HTTP,
    "urllib3": _HTTP,
    "multiprocessing": "a plugin starts no programs; http.send_all asks several servers at a time",
    "sqlite3": "keep values in sidepane.store",
}

_INSTEAD = [
    (builtins, "open", _FILES),
    (time, "sleep", "a call ends when its function returns; to have an event again later raise retry_after(seconds, reason)"),
    (threading.Thread, "start", "a call has one thread; http.send_all asks several servers at a time"),
    (os, "getenv", 'there is no environment; read what the operator set with settings(), and name secrets in a request: .bearer("api_key")'),
    (os, "system", "a plugin starts no programs; ask a server with sidepane.http"),
]

# Modules that are only there where a plugin imported them.
_IF_IMPORTED = [
    ("asyncio", "run", "a call waits by itself; take async and await away, and ask with sidepane.http"),
    ("socket", "socket", _HTTP),
    ("socket", "create_connection", _HTTP),
    ("subprocess", "Popen", "a plugin starts no programs; ask a server with sidepane.http"),
]


class _Refusing(importlib.abc.MetaPathFinder):
    """Says of modules that no plugin has what to use instead."""

    def find_spec(self, name, path=None, target=None):
        if name in _MODULES:
            raise ImportError(f"{name} is not there in a plugin: {_MODULES[name]}.")
        return None


class _Late(importlib.abc.MetaPathFinder):
    """The last one that is asked, for what nobody has."""

    def find_spec(self, name, path=None, target=None):
        raise ImportError(
            f"{name} is not there: a call finds only modules that were imported when the plugin was built; "
            "write the import at the top of plugin.py."
        )


def refuse_modules():
    """Refuses the modules from now on."""
    if not any(isinstance(finder, _Refusing) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Refusing())


def set_traps(sealed=False):
    """Puts the sentences in place, and answers a function that takes them away again.

    `sealed`: nothing can be imported any more.
    """
    places = list(_INSTEAD)
    places += [(sys.modules[name], what, why) for name, what, why in _IF_IMPORTED if name in sys.modules]
    places = [place for place in places if hasattr(place[0], place[1])]
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in places]
    for owner, name, why in places:
        setattr(owner, name, _failing(owner, name, why))
    if sealed:
        sys.meta_path.append(_Late())

    def release():
        for owner, name, value in before:
            setattr(owner, name, value)

    return release


def _failing(owner, name, why):
    shown = name if owner is builtins else f"{owner.__name__}.{name}"

    def fail(*_, **__):
        raise RuntimeError(f"{shown} is not there in a plugin: {why}.")

    return fail
