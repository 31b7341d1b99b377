"""The content host: another origin that hands out file bytes for a short-lived token and refuses credentials."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs, quote

from werkzeug.wrappers import Response

from app.sandbox import errors, events
from app.sandbox.model import Attachment
from app.sandbox.state import State

#: Seconds that an address of this host works.
LIFETIME = 300


class ContentHost:
    """A WSGI application, and the maker of addresses on it. ``base`` is set once its port is known."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._lock = threading.Lock()
        self._issued: dict[str, tuple[str, float]] = {}
        self.base = ""

    def address(self, attachment: Attachment) -> str:
        """Return a fresh temporary address of the file's bytes."""
        pass_ = f"eyJhbGciOiJkaXIifQ..{self._state.new_token(48)}"
        with self._lock:
            self._issued[pass_] = (attachment.token, self._state.now() + LIFETIME)
        return f"{self.base}/attachment/{events.ACCOUNT_ID}/{attachment.token}?token={quote(pass_, safe='')}"

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve one download."""
        return self._answer(environ)(environ, start_response)

    def _answer(self, environ: dict[str, Any]) -> Response:
        if environ.get("HTTP_AUTHORIZATION"):
            return Response("<html><body><h1>403 Forbidden</h1></body></html>", 403, content_type="text/html")
        asked = parse_qs(environ.get("QUERY_STRING", "")).get("token", [""])[0]
        token = environ.get("PATH_INFO", "").rpartition("/")[2]
        with self._lock:
            held, ends = self._issued.get(asked, ("", 0.0))
        if not token or held != token or ends < self._state.now():
            return Response("Forbidden", 403, content_type="text/plain")
        try:
            attachment = self._state.file(token)
        except errors.ApiError:
            return Response("Not found", 404, content_type="text/plain")
        response = Response(attachment.content, 200, content_type=_safe_type(attachment.content_type))
        response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(attachment.file_name, safe='')}"
        # What people send must not run in a browser that opens it here.
        response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def _safe_type(kind: str) -> str:
    return kind if kind.isprintable() and kind.isascii() else "application/octet-stream"
