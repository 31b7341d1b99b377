"""Writes under an ``Idempotency-Key``: sent again, they are answered again and not done again."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable

from flask import Response, request

from app.idempotency.service import Answer, Idempotency
from app.web.auth import identity

#: The header that says that an answer is a copy of the first one.
REPLAYED = "Idempotency-Replayed"


def once(view: Callable[..., Response], repeats: Idempotency) -> Callable[..., Response]:
    """Return the view with a memory for its successes; whatever ends in an error may be tried again."""

    @functools.wraps(view)
    def call(**path: object) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return view(**path)
        who = f"token:{identity().token_id}"
        known = repeats.begin(who, key, _asked())
        if known is not None:
            again = Response(known.body, known.status, mimetype=known.media_type or None)
            again.headers[REPLAYED] = "true"
            return again
        answer = None
        try:
            response = view(**path)
            if response.status_code < 300 and not response.is_streamed:
                answer = Answer(response.status_code, response.mimetype or "", response.get_data())
            return response
        finally:
            repeats.end(who, key, answer)

    return call


def _asked() -> str:
    """Say what is asked for. A file is not read for it: another one under the same key is the sender's own mistake."""
    if request.mimetype == "multipart/form-data":
        content = request.mimetype
    else:
        content = hashlib.sha256(request.get_data()).hexdigest()
    return f"{request.method} {request.full_path} {content}"
