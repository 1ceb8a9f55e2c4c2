"""The operator's log. What is printed ends up there as well."""

from . import host, words


def error(message, **fields):
    _write(words.Level.ERROR, message, fields)


def warn(message, **fields):
    _write(words.Level.WARN, message, fields)


def info(message, **fields):
    _write(words.Level.INFO, message, fields)


def debug(message, **fields):
    _write(words.Level.DEBUG, message, fields)


def trace(message, **fields):
    _write(words.Level.TRACE, message, fields)


def _write(level, message, fields):
    host.current().log(level, str(message), [(name, str(value)) for name, value in fields.items()])
