"""What the operator set, each value as its field's kind says."""

import json
from types import SimpleNamespace

from . import host, words

_kinds = {}


def know(fields):
    """The fields of the manifest, by which values are read."""
    _kinds.clear()
    _kinds.update({field.name: type(field.kind) for field in fields})


def settings():
    """All settings of the manifest, by name: `settings().crm_url`. One without a value is None."""
    values = dict.fromkeys(_kinds)
    for name, text in host.current().settings():
        values[name] = _read(_kinds.get(name), text)
    return SimpleNamespace(**values)


def _read(kind, text):
    if kind is words.FieldKindCheckbox:
        return text == "true"
    if kind in (words.FieldKindNumber, words.FieldKindMultiSelect):
        return json.loads(text) if text else None
    return text
