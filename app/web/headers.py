"""Headers on every answer: what browsers may do with it, and that nobody keeps what is confidential."""

from __future__ import annotations

from flask import Flask, Response, request

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

_ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

#: Seconds a browser keeps the style sheet and the script; their address changes with their content.
STATIC_SECONDS = 31_536_000


def install(app: Flask) -> None:
    """Put the headers on every answer of this application, errors included."""

    def add(answer: Response) -> Response:
        for name, value in _ALWAYS.items():
            answer.headers.setdefault(name, value)
        if request.endpoint == "static" and answer.status_code < 400:
            answer.headers["Cache-Control"] = f"public, max-age={STATIC_SECONDS}, immutable"
        else:
            answer.headers["Cache-Control"] = "no-store"
        return answer

    app.after_request(add)
