"""What an action answers: steps for the agent's desk, and fields that do not fit."""

from . import words


def done(message=None, *, card=None, commands=(), extra=None):
    """It is done. Without a card the host asks for one."""
    return words.ActionResult(
        message=message,
        card=card,
        commands=[command for command in commands if command],
        extra=list((extra or {}).items()),
    )


def invalid(**reasons):
    """A form that cannot be accepted: the reason at each field. Nothing may have been changed."""
    return words.ActionResult(field_errors=list(reasons.items()))


def open_url(url):
    return words.CommandOpenUrl(url)


def copy(text):
    return words.CommandCopy(text)


def insert_draft(text):
    return words.CommandInsertDraft(text)


def add_tags(*tags):
    return words.CommandAddTags(list(tags))


def assign_agent(agent):
    return words.CommandAssign(words.Assignee(agent=agent))


def assign_group(group):
    return words.CommandAssign(words.Assignee(group=group))


def set_status(status):
    return words.CommandSetStatus(status)


def add_link(url, text=None):
    return words.CommandAddLink(words.Link(url, text=text))


def notify(text):
    return words.CommandNotify(text)
