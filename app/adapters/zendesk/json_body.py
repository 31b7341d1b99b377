"""Reading an answer's body: JSON whatever its label says, and telling a proxy's page from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import orjson


def parse_json(body: bytes) -> Any:
    """Return the parsed document, or None when the body is no JSON.

    The label is not asked: Zendesk labels the JSON of an upload ``text/plain``.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return _parse_leniently(body)


def _parse_leniently(body: bytes) -> Any:
    # orjson refuses half surrogate pairs, which a text cut in the middle of an emoji may hold.
    if body.lstrip()[:1] not in (b"{", b"["):
        return None
    try:
        return json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def is_page(headers: Mapping[str, str], body: bytes) -> bool:
    """Return whether the body is a web page, by its label or by how it begins."""
    label = headers.get("Content-Type", "").split(";")[0].strip().lower()
    start = body[:256].lstrip().lower()
    return label in ("text/html", "application/xhtml+xml") or start.startswith((b"<!doctype html", b"<html"))
