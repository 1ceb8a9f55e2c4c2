"""How a call fails well: a text for the log, and perhaps one for the agent."""

import traceback

from . import words


class PluginError(Exception):
    """A call without an answer. The log reads the message, the agent reads `tell`."""

    def __init__(self, log_message, *, tell=None, retryable=False):
        super().__init__(log_message)
        self.tell = tell
        self.retryable = retryable


class or_tell:
    """Has the agent read a sentence where the block under it fails: `with or_tell("The CRM is down."):`"""

    def __init__(self, told):
        self._told = told

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, Exception):
            retryable = getattr(error, "retryable", False)
            raise PluginError(message(error), tell=self._told, retryable=retryable) from error
        return False


class EventError(Exception):
    """What is to happen to an event that was not dealt with."""

    def __init__(self, wire, reason):
        super().__init__(reason)
        self.wire = wire


def retry_after(after_s, reason):
    """Raised in a handler of events: deliver it again after a pause."""
    return EventError(words.EventErrorRetryAfter(words.Retry(after_s, reason)), reason)


def give_up(reason):
    """Raised in a handler of events: do not deliver it again."""
    return EventError(words.EventErrorGiveUp(reason), reason)


def plugin_error(error):
    """What the contract has for whatever was raised in a card or an action."""
    return words.PluginError(
        message(error),
        retryable=getattr(error, "retryable", False),
        agent_message=getattr(error, "tell", None),
    )


def event_error(error):
    """What the contract has for whatever was raised in a handler of events."""
    if isinstance(error, EventError):
        return error.wire
    pause = getattr(error, "retry_after_s", None)
    if pause is not None:
        return words.EventErrorRetryAfter(words.Retry(pause, message(error)))
    return words.EventErrorOther(message(error))


def message(error):
    """Errors of this library say what there is to say; of all others the place helps."""
    if isinstance(error, (PluginError, EventError)) or hasattr(error, "retryable"):
        return str(error)
    places = traceback.extract_tb(error.__traceback__)
    lines = [f"  {place.filename}:{place.lineno} in {place.name}" for place in places]
    return "\n".join([f"{type(error).__name__}: {error}", *lines])[:4000]
