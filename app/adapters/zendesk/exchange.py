"""One bounded HTTP exchange: a request out, the whole answer in, every failure of the way a Temporary."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError

from app.adapters.zendesk.connect import CONNECT_SECONDS, READ_SECONDS
from app.adapters.zendesk.deadline import Deadline, current_deadline
from app.adapters.zendesk.errors import NotAllowed
from app.adapters.zendesk.json_body import is_page, parse_json
from app.errors import Misconfigured, Temporary

#: Seconds that a call may take from first to last byte; leases on work must outlast it.
CALL_SECONDS = 20.0
#: Bytes of the largest answer that is read: 100 comments of 64 KiB in two renderings stay well below.
LARGEST_ANSWER = 64 << 20

_CHUNK = 1 << 16
USER_AGENT = "Deskwarden"


class Interrupted(Temporary):
    """No answer of Zendesk's came back: whether a write was carried out is not known. Read back before repeating it."""


@dataclass(frozen=True, slots=True)
class Question:
    """A request. Secrets stand in headers and body, which never show in a representation."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | Iterable[bytes] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status. ``headers`` is case-insensitive."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether the status says success."""
        return 200 <= self.status < 300

    def document(self, what: str) -> dict[str, object]:
        """Return the JSON object of a success, ``{}`` for an empty one.

        Raises Temporary when something else came: a page of a proxy, half an answer.
        """
        if not self.body.strip():
            return {}
        document = None if is_page(self.headers, self.body) else parse_json(self.body)
        if not isinstance(document, dict):
            raise Temporary(
                f"Something between us and Zendesk answered {what} with what is no answer of Zendesk's.",
                code="not_json",
                status=self.status,
            )
        return document


def exchange(session: requests.Session, question: Question) -> Answer:
    """Send one request and read its whole answer, following no redirect.

    Ends with the deadline around it, or after ``CALL_SECONDS`` when there is none.

    Raises Interrupted (the way failed, or the deadline passed), Temporary (the certificate is not valid),
    Misconfigured (the host may not be asked). Every status is an Answer.
    """
    around = current_deadline()
    if around is not None:
        return _exchange(session, question, around)
    with Deadline(CALL_SECONDS) as deadline:
        return _exchange(session, question, deadline)


def _exchange(session: requests.Session, question: Question, deadline: Deadline) -> Answer:
    try:
        with _send(session, question) as response:
            return Answer(response.status_code, CaseInsensitiveDict(response.headers), _read(response, deadline))
    except NotAllowed as refusal:
        message = f"The connection's Zendesk address may not be used. {refusal.message}"
        raise Misconfigured(message, code=refusal.code) from None
    except (requests.RequestException, HTTPError, OSError, ValueError) as failure:
        raise interruption(failure, deadline) from None
    finally:
        deadline.release()


def _send(session: requests.Session, question: Question) -> requests.Response:
    headers = {"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "gzip", **question.headers}
    return send(session, requests.Request(question.method, question.url, headers=headers, data=question.body).prepare())


def send(session: requests.Session, request: requests.PreparedRequest) -> requests.Response:
    """Send a request through the session's transport alone; the body is still to be read.

    The session's own ``send`` would read the body of a redirect without a limit and prepare the next request.
    """
    adapter = session.get_adapter(str(request.url))
    verify = True if session.verify is None else session.verify
    return adapter.send(request, stream=True, timeout=(CONNECT_SECONDS, READ_SECONDS), verify=verify)


def _read(response: requests.Response, deadline: Deadline) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise Interrupted("An answer of Zendesk's is larger than any should be.", code="answer_too_large")
    if deadline.expired:
        # A connection that was cut may look like the end of an answer without a stated length.
        raise OSError("cut at the deadline")
    return bytes(body)


def interruption(failure: Exception, deadline: Deadline) -> Temporary:
    """Return what a failure on the way means; the library's words stay out: they quote addresses."""
    if _is_about_certificate(failure):
        return Temporary(
            "The host does not prove that it is the one asked for: its certificate is not valid. If this stays, look "
            "at the clock, at what stands between us and Zendesk, and at the address of the connection.",
            code="certificate",
        )
    if deadline.expired or isinstance(failure, requests.Timeout | TimeoutError):
        return Interrupted("Zendesk did not answer in time; it is tried again.", code="timeout")
    return Interrupted("The connection to Zendesk failed; it is tried again.", code="connection")


def _is_about_certificate(failure: BaseException | None) -> bool:
    """Whether the handshake ended at the certificate, so that nothing was sent; other TLS failures come at any time."""
    for _ in range(8):
        if failure is None or isinstance(failure, ssl.SSLCertVerificationError):
            break
        inner = failure.args[0] if failure.args and isinstance(failure.args[0], BaseException) else None
        failure = getattr(failure, "reason", None) or inner or failure.__cause__ or failure.__context__
        failure = failure if isinstance(failure, BaseException) else None
    return failure is not None
