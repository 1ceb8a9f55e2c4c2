"""Requests to other servers, as far as manifest and grant go. They wait for their answers by themselves."""

import json
from urllib.parse import quote, urlencode

from . import host, words


def get(url):
    return Request("GET", url)


def post(url):
    return Request("POST", url)


def put(url):
    return Request("PUT", url)


def patch(url):
    return Request("PATCH", url)


def delete(url):
    return Request("DELETE", url)


def send_all(*requests):
    """Sends requests side by side. Each answer is a function: it returns the response or raises."""
    answers = host.current().send_all([request.wire for request in requests])
    return [_answer(*pair) for pair in zip(requests, answers)]


def _answer(request, answer):
    def response():
        if isinstance(answer, host.Failed):
            raise request.failed(answer.value)
        return Response(request, answer)

    return response


class Request:
    """One request; nothing happens before it is sent."""

    def __init__(self, method, url):
        self.wire = words.Request(method, url)

    def query(self, name, value):
        joined = "&" if "?" in self.wire.url else "?"
        self.wire.url += f"{joined}{quote(name, safe='')}={quote(str(value), safe='')}"
        return self

    def header(self, name, value):
        return self._header(name, words.HeaderValuePlain(str(value)))

    def bearer(self, secret):
        """`authorization: Bearer …` with this secret of the manifest."""
        return self._secret("authorization", secret, words.SecretFormatBearer())

    def basic_user(self, secret, password):
        """Basic authentication with the secret as the user, beside a password that is none."""
        return self._secret("authorization", secret, words.SecretFormatBasicUser(password))

    def basic_password(self, user, secret):
        return self._secret("authorization", secret, words.SecretFormatBasicPassword(user))

    def secret_header(self, name, secret):
        """A header whose whole value is the secret."""
        return self._secret(name, secret, words.SecretFormatRaw())

    def json(self, value):
        return self.text("application/json", json.dumps(value))

    def form(self, fields):
        return self.text("application/x-www-form-urlencoded", urlencode(fields))

    def text(self, content_type, text):
        self.wire.body = words.BodyText(text)
        return self.header("content-type", content_type)

    def bytes(self, content_type, value):
        self.wire.body = words.BodyBytes(value)
        return self.header("content-type", content_type)

    def timeout_ms(self, milliseconds):
        self.wire.timeout_ms = milliseconds
        return self

    def send(self):
        """Sends it and waits for the whole answer, whatever its status. Raises an HttpError."""
        try:
            return Response(self, host.current().send(self.wire))
        except host.Failed as failed:
            raise self.failed(failed.value) from None

    def failed(self, cause, status=None, retry_after_s=None):
        reads = self.wire.method in ("GET", "HEAD")
        passes = isinstance(cause, (words.HttpErrorDns, words.HttpErrorConnect)) or status == 429
        later = isinstance(cause, (words.HttpErrorTimeout, words.HttpErrorProtocol)) or (status or 0) >= 500
        shown = f"{self.wire.method} {self.wire.url.split('?')[0]}{_why(cause)}"
        return HttpError(shown, cause, passes or (reads and later), status, retry_after_s)

    def _secret(self, header, name, format):
        return self._header(header, words.HeaderValueSecret(words.SecretValue(name, format)))

    def _header(self, name, value):
        self.wire.headers.append((name, value))
        return self


class Response:
    """What a server answered, whatever the status."""

    def __init__(self, request, wire):
        self._request = request
        self._body = wire.body.value
        self.status = wire.status
        self.headers = wire.headers
        self.ok = 200 <= wire.status < 300

    def header(self, name):
        return next((value for key, value in self.headers if key == name.lower()), None)

    def text(self):
        return self._body if isinstance(self._body, str) else self._body.decode(errors="replace")

    def bytes(self):
        return self._body.encode() if isinstance(self._body, str) else self._body

    def success(self):
        """Itself, if its status is one of 200 to 299; else an HttpError."""
        if self.ok:
            return self
        pause = self.header("retry-after") or ""
        raise self._request.failed(
            f" answered {self.status}", self.status, int(pause) if pause.strip().isdigit() else None
        )

    def found(self):
        """Itself, or None at 404 and 410; else an HttpError."""
        return None if self.status in (404, 410) else self.success()

    def json(self):
        """The body of a successful answer, read as JSON."""
        return self.success().error_json()

    def error_json(self):
        """The body of an answer of any status, read as JSON."""
        try:
            return json.loads(self._body)
        except ValueError as error:
            raise self._request.failed(f" answered other json than expected: {error}") from None


class HttpError(Exception):
    """A request that came to nothing: which, and why."""

    def __init__(self, message, cause, retryable, status, retry_after_s):
        super().__init__(message)
        self.cause = cause
        self.retryable = retryable
        self.status = status
        self.retry_after_s = retry_after_s


_DURING = {
    words.Phase.RESOLVE: "while the name was looked up",
    words.Phase.CONNECT: "while connecting",
    words.Phase.TLS: "while encryption was set up",
    words.Phase.SEND: "while sending",
    words.Phase.WAIT: "before the server answered",
    words.Phase.RECEIVE: "while the answer came in",
}

_WHY = {
    words.HttpErrorDenied: lambda denial: f" is not allowed by the grant (rule: {denial.rule})",
    words.HttpErrorDns: lambda why: f": the name does not resolve: {why}",
    words.HttpErrorConnect: lambda why: f": no connection: {why}",
    words.HttpErrorTls: lambda why: f": no trusted connection: {why}",
    words.HttpErrorTimeout: lambda phase: f": time ran out {_DURING[phase]}",
    words.HttpErrorTooLarge: lambda limit: f": a body exceeds {limit} bytes",
    words.HttpErrorQuota: lambda what: f": the call's budget is used up: {what}",
    words.HttpErrorProtocol: lambda why: f": the answer is not whole: {why}",
    words.HttpErrorOther: lambda why: f" failed: {why}",
}


def _why(cause):
    return cause if isinstance(cause, str) else _WHY[type(cause)](cause.value)
