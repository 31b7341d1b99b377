"""A drawn page of a file as an answer that no browser takes for anything but a picture."""

from __future__ import annotations

from flask import Response

#: Nothing of a picture may do anything, even where somebody opens it alone.
_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


def page_picture(png: bytes, scan_id: int, number: int) -> Response:
    """Return page ``number`` of a scan's file; the name it would be saved under is ours."""
    answer = Response(png, mimetype="image/png")
    answer.headers["Content-Security-Policy"] = _POLICY
    answer.headers["Content-Disposition"] = f'inline; filename="scan-{scan_id}-page-{number}.png"'
    return answer
