"""The one door to the host: in a component it leads to the imports, in a test to the fake host."""


class Failed(Exception):
    """The host's function answered with one of the contract's errors."""

    def __init__(self, value):
        super().__init__(repr(value))
        self.value = value


class Absent:
    """What a plugin meets where nobody plays the host."""

    def __getattr__(self, name):
        raise RuntimeError("there is no host here: run the plugin in a test through sidepane.testing.FakeHost")


_current = Absent()


def current():
    """The host that the plugin talks to."""
    return _current


def connect(host):
    """Has the plugin talk to this host from now on, and answers the one before."""
    global _current
    before, _current = _current, host
    return before
