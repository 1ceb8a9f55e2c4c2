"""Values on their way to the host and back: between `words` and the classes that the tools made of wit."""

import dataclasses
import importlib

from . import words

_TO = {}
_FROM = {}


def _learn():
    modules = {}
    for word in vars(words).values():
        interface, name = getattr(word, "_wit", (None, None))
        if interface is None:
            continue
        if interface not in modules:
            modules[interface] = _module(interface)
        wire = getattr(modules[interface], name, None)
        if wire is not None:
            fields = [one.name for one in dataclasses.fields(word)] if dataclasses.is_dataclass(word) else None
            _TO[word] = (wire, fields)
            _FROM[wire] = (word, fields)


# A plugin has what its own exports need, and nothing of the others'.
def _module(interface):
    for side in ("imports", "exports"):
        try:
            return importlib.import_module(f"wit_world.{side}.{interface.replace('-', '_')}")
        except ImportError:
            continue
    return None


def to_host(value):
    """A value as the tools' classes have it."""
    return _across(value, _TO)


def from_host(value):
    """A value of the tools' classes as `words` has it."""
    return _across(value, _FROM)


def _across(value, table):
    kind = type(value)
    if kind is list:
        return [_across(one, table) for one in value]
    if kind is tuple:
        return tuple(_across(one, table) for one in value)
    known = table.get(kind)
    if known is None:
        return value
    other, fields = known
    if fields is None:
        return other[value.name]
    return other(**{name: _across(getattr(value, name), table) for name in fields})


_learn()
