"""Cards and what stands on them, and things to fill in."""

import json
from html import escape

from . import words


class Html:
    """Markup that is made already; only `html` makes it."""

    def __init__(self, markup):
        self.markup = markup

    def __format__(self, spec):
        return self.markup


class _Escaped:
    def __init__(self, value):
        self._value = value

    def __format__(self, spec):
        value = self._value
        if isinstance(value, Html):
            return value.markup
        if isinstance(value, (list, tuple)):
            return "".join(format(_Escaped(one)) for one in value)
        return "" if value is None else escape(str(value))


def html(markup, *values, **named):
    """Markup like `str.format`; everything that is put in is escaped, lists of `html` are joined."""
    named = {name: _Escaped(value) for name, value in named.items()}
    return Html(markup.format(*map(_Escaped, values), **named))


def card(*blocks, contact_name=None, contact_link=None, cache_s=None, extra=None):
    """What the plugin shows about one contact. `contact_link` is a URL, or a URL and its words."""
    if contact_link is not None and not isinstance(contact_link, words.Link):
        contact_link = link(*([contact_link] if isinstance(contact_link, str) else contact_link))
    return words.Card(
        contact_name=contact_name,
        contact_link=contact_link,
        cache_s=cache_s,
        blocks=[block for block in blocks if block],
        extra=list((extra or {}).items()),
    )


def link(url, text=None):
    """A link and its words."""
    return words.Link(url=url, text=text)


def block(name, icon, *elements):
    """A headed part of a card. What is None is left out."""
    pieces = [_element(piece, words.ElementHtml) for piece in elements if piece]
    return words.Block(name, icon=icon, data=pieces)


def rows(*given):
    """Labels with their values, one under the other: (label, value) or (label, value, url).

    A row without a value is left out.
    """
    found = [words.Row(str(label), str(value), url=rest[0] if rest else None)
             for label, value, *rest in filter(None, given) if value not in (None, "")]
    return words.ElementList(found)


def table(headers, rows):
    """Values in rows and columns: one cell for every header. A cell is a value, or (value, url)."""
    return words.ElementTable(
        words.Table(headers=[str(header) for header in headers], rows=[[_cell(one) for one in row] for row in rows])
    )


def accordion(name, *elements, open=False):
    """Pieces behind a fold: rows, tables and html."""
    inside = {words.ElementList: words.AccordionElementList, words.ElementTable: words.AccordionElementTable}
    pieces = []
    for piece in filter(None, elements):
        kind = inside.get(type(piece))
        pieces.append(kind(piece.value) if kind else _element(piece, words.AccordionElementHtml))
    return words.ElementAccordion(words.Accordion(name, open=open, data=pieces))


def actions(*buttons):
    """Buttons, side by side."""
    return words.ElementActions([button for button in buttons if button])


def button(id, label, *, value="", style=words.ButtonStyle.PLAIN, confirm=None, fields=()):
    """A button for one of the plugin's actions."""
    return words.Button(id, label, style, str(value), confirm=confirm, fields=list(fields))


def _element(piece, kind):
    return kind(piece.markup) if isinstance(piece, Html) else piece


def _cell(given):
    value, url = given if isinstance(given, tuple) else (given, None)
    return words.Cell("" if value is None else str(value), url=url)


class field:
    """One thing to fill in, by its kind: a setting, or a field of a button's form."""

    @staticmethod
    def _make(name, label, kind, *, help=None, value=None, required=False):
        return words.Field(name, label, kind, help=help, default_value=_written(value), required=required)

    @staticmethod
    def text(name, label, **options):
        return field._make(name, label, words.FieldKindText(), **options)

    @staticmethod
    def paragraph(name, label, **options):
        return field._make(name, label, words.FieldKindParagraph(), **options)

    @staticmethod
    def number(name, label, **options):
        return field._make(name, label, words.FieldKindNumber(), **options)

    @staticmethod
    def date(name, label, **options):
        return field._make(name, label, words.FieldKindDate(), **options)

    @staticmethod
    def email(name, label, **options):
        return field._make(name, label, words.FieldKindEmail(), **options)

    @staticmethod
    def url(name, label, **options):
        return field._make(name, label, words.FieldKindUrl(), **options)

    @staticmethod
    def checkbox(name, label, **options):
        return field._make(name, label, words.FieldKindCheckbox(), **options)

    @staticmethod
    def select(name, label, choices, **options):
        return field._make(name, label, words.FieldKindSelect(_choices(choices)), **options)

    @staticmethod
    def multi_select(name, label, choices, **options):
        return field._make(name, label, words.FieldKindMultiSelect(_choices(choices)), **options)


def _choices(choices):
    return [words.Choice(*((one, one) if isinstance(one, str) else one)) for one in choices]


def _written(value):
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)
