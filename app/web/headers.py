"""Headers on every answer: what browsers may do with it, and that nobody keeps what is confidential."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request

from app.web import assets

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: Everything comes from our own host, nothing stands inline, nobody may frame us.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
#: Each with its name in small letters, by which it is looked up on every answer.
_ALWAYS = tuple((name.lower(), (name, value)) for name, value in _HEADERS.items())

#: Seconds a browser keeps the style sheet and the script; their address changes with their content.
STATIC_SECONDS = 31_536_000


def install(app: Flask) -> None:
    """Put the headers on every answer of this application, errors included."""
    inner = app.wsgi_app

    def with_headers(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
            present = {name.lower() for name, _ in headers}
            return start_response(status, [*headers, *(pair for name, pair in _ALWAYS if name not in present)], *error)

        return inner(environ, start)

    def forbid_keeping(answer: Response) -> Response:
        kept = request.endpoint in assets.ENDPOINTS and answer.status_code < 400
        answer.headers["Cache-Control"] = f"public, max-age={STATIC_SECONDS}, immutable" if kept else "no-store"
        return answer

    # Below the framework, whose header objects cost several times as much as all the rest of a webhook's answer.
    app.wsgi_app = with_headers  # type: ignore[method-assign]
    app.after_request(forbid_keeping)
