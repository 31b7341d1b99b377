"""JSON in one form only, so that equal content has equal bytes: RFC 8785, the JSON Canonicalization Scheme.

Keys are sorted by their UTF-16 code units, numbers are written as ECMAScript writes them, nothing stands between two
signs, and the text is UTF-8.
"""

from __future__ import annotations

import json
import math
from typing import Any

import orjson

#: Integers beyond this are not exact in every reader (RFC 7493, section 2.2).
LARGEST_INTEGER = 2**53 - 1


def canonical(value: Any) -> bytes:
    """Return the one form of a JSON value. Raises ValueError for what JSON cannot hold, or not exactly."""
    # Nearly everything is plain, and a chain has millions of rows.
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS) if is_plain(value) else _text(value).encode()


def is_plain(value: Any) -> bool:
    """Return whether a common writer of JSON gives the canonical form: no fractions, keys in ASCII, exact integers."""
    kind = type(value)
    if kind is str:
        # Halves of surrogate pairs are no text for it.
        return bool(value.isascii() or value.isprintable())
    if kind is int:
        return bool(-LARGEST_INTEGER <= value <= LARGEST_INTEGER)
    if kind is dict:
        return all(type(name) is str and name.isascii() and is_plain(each) for name, each in value.items())
    if kind is list:
        return all(map(is_plain, value))
    return value is None or kind is bool


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, dict):
        pairs = sorted(value.items(), key=lambda pair: pair[0].encode("utf-16-be"))
        return "{" + ",".join(f"{_text(name)}:{_text(each)}" for name, each in pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_text, value)) + "]"
    raise ValueError(f"JSON holds no {type(value).__name__}.")


def _number(value: float) -> str:
    if isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise ValueError("This integer is not exact in every reader; write it as text.")
        return str(value)
    if not math.isfinite(value):
        raise ValueError("JSON holds finite numbers only.")
    return str(int(value)) if value.is_integer() and abs(value) <= LARGEST_INTEGER else _shortest(value)


def _shortest(value: float) -> str:
    """Write the shortest digits that read back as ``value``, in the form of ECMA-262, Number::toString."""
    sign = "-" if value < 0 else ""
    digits, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = digits.partition(".")
    figures = (whole + fraction).lstrip("0")
    # Where the decimal point stands, counted from the first figure that is not zero.
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(figures))
    figures = figures.rstrip("0")
    if 0 < point <= 21:
        return sign + (figures.ljust(point, "0") if len(figures) <= point else f"{figures[:point]}.{figures[point:]}")
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{figures}"
    mantissa = figures if len(figures) == 1 else f"{figures[0]}.{figures[1:]}"
    return f"{sign}{mantissa}e{'+' if point > 0 else '-'}{abs(point - 1)}"
