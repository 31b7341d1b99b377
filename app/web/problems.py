"""Errors as problem documents (RFC 9457) under /api, as plain pages elsewhere. Nothing of the inside gets out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from app.errors import DeskwardenError, Misconfigured, Rejected, Temporary

log = structlog.get_logger()

#: What a request that is wrong and stays wrong is answered with, by the code of the error; else 422.
REJECTED_STATUS = {
    "not-found": 404,
    "gone": 410,
    "too-large": 413,
    "not-finished": 409,
    "in-progress": 409,
    "same-person": 403,
    "forbidden": 403,
    "second-person": 409,
    "idempotency-key": 400,
    "conflict": 409,
    "last-admin": 409,
    "disabled": 409,
    "no-effect-kind": 409,
}

#: Seconds after which a caller may try again, where the error does not say.
RETRY_AFTER = 10

#: Words for the errors that the framework finds by itself; what it would say names paths and parameters.
_WORDS = {
    404: ("not-found", "There is nothing at this address."),
    405: ("method-not-allowed", "This address does not answer this method."),
    413: ("too-large", "The body is larger than this address takes."),
    415: ("media-type", "This address does not take this kind of content."),
}


class Problem(Exception):
    """An answer with an error status; ``code`` is a stable word for programs, ``detail`` a sentence for people.

    errors   where exactly the request does not fit: mappings with ``at`` and ``detail``
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})

    def to_dict(self) -> dict[str, Any]:
        """Return the members of the document."""
        title = HTTPStatus(self.status).phrase
        document = {"type": "about:blank", "title": title, "status": self.status, "detail": self.detail}
        return {**document, "code": self.code, **({"errors": list(self.errors)} if self.errors else {})}


def not_found(what: str) -> Problem:
    """Return the problem of something that is not there; ``what`` is its name in a sentence."""
    return Problem(404, "not-found", f"There is no {what}.")


def from_error(error: DeskwardenError) -> Problem:
    """Return what the outside is told about an error: the family decides the status."""
    if isinstance(error, Rejected):
        return Problem(REJECTED_STATUS.get(error.code, 422), error.code or "rejected", error.message)
    if isinstance(error, Temporary):
        seconds = max(1, round(error.retry_after or RETRY_AFTER))
        return Problem(503, error.code or "unavailable", error.message, headers={"Retry-After": str(seconds)})
    if isinstance(error, Misconfigured):
        return Problem(503, error.code or "misconfigured", error.message)
    return Problem(500, "internal", "Something went wrong here. It is in the log.")


def document(problem: Problem) -> Response:
    """Return the answer for a program."""
    answer = Response(orjson.dumps(problem.to_dict()), problem.status, mimetype="application/problem+json")
    answer.headers.update(problem.headers)
    return answer


def install(app: Flask) -> None:
    """Let every error of every view end in one of the two forms."""

    def known(error: DeskwardenError) -> Response:
        return _answer(from_error(error))

    def framework(error: HTTPException) -> Response:
        status = error.code or 500
        if error.response is not None or status < 400:  # a redirect is raised too
            return error.get_response()  # type: ignore[return-value]
        code, detail = _WORDS.get(status, ("bad-request", "The request could not be understood."))
        problem = Problem(status, code, detail)
        if allowed := getattr(error, "valid_methods", None):
            problem.headers["Allow"] = ", ".join(sorted(allowed))
        return _answer(problem)

    def unforeseen(error: Exception) -> Response:
        log.error("web.failed", path=request.url_rule.rule if request.url_rule else None, exc_info=error)
        return _answer(Problem(500, "internal", "Something went wrong here. It is in the log."))

    app.register_error_handler(Problem, _answer)
    app.register_error_handler(DeskwardenError, known)
    app.register_error_handler(HTTPException, framework)
    app.register_error_handler(Exception, unforeseen)


def _answer(problem: Problem) -> Response:
    if not _wants_page():
        return document(problem)
    answer = Response(render_template("error.html", problem=problem), problem.status, mimetype="text/html")
    answer.headers.update(problem.headers)
    return answer


def _wants_page() -> bool:
    return not request.path.startswith(("/api/", "/scim/", "/webhooks/", "/healthz", "/readyz", "/metrics"))
