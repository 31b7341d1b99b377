"""Reading fields of a JSON document that may be missing, null or of another type than the documentation says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

_LARGEST_ID = (1 << 63) - 1


def number(value: Any) -> int | None:
    """Return a whole number given as one or in digits (webhooks send ids as text), or None."""
    if isinstance(value, str) and value.isascii() and value.strip().isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _LARGEST_ID:
        return None
    return value


def identity(value: Any) -> int | None:
    """Return an id, or None; a missing one is sometimes sent as 0."""
    found = number(value)
    return found if found is not None and found > 0 else None


def text(value: Any) -> str:
    """Return a text that every store and log can hold, empty when there is none.

    Half surrogate pairs and NUL, which databases refuse, become the replacement character.
    """
    if not isinstance(value, str):
        return ""
    return value.encode("utf-8", "surrogatepass").decode("utf-8", "replace").replace("\0", "\ufffd")


def flag(value: Any) -> bool | None:
    """Return a truth value given as one or as a word, or None."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a JSON object, empty when there is none."""
    return value if isinstance(value, dict) else {}


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """Return the JSON objects of a list; what else stands there is left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def path(document: Any, keys: Iterable[str]) -> Any:
    """Return what stands below the keys, or None where the way ends."""
    for key in keys:
        document = mapping(document).get(key)
    return document


def moment(value: Any) -> float | None:
    """Return a time in unix seconds, given in ISO 8601 or as a number, or None."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    try:
        parsed = datetime.fromisoformat(text(value))
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
