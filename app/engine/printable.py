"""Make hostile text safe to show: what a reader sees is what is there."""

from __future__ import annotations

import re

#: What is escaped: C0 and C1 controls, soft hyphen, zero-width and joining characters, line and paragraph
#: separators, bidirectional marks, embeddings, overrides and isolates, deprecated format characters, interlinear
#: annotations, byte-order mark, tag characters, non-characters and lone surrogates. A backslash stays as it is.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\ud800-\udfff]"
)
_SPLIT_ESCAPE = re.compile(r"\\(?:u(?:\{[0-9a-f]*)?)?$")
_ELLIPSIS = "…"


def printable(text: str | bytes, limit: int = 200) -> str:
    r"""Return ``text`` on one line, at most ``limit`` characters, with everything invisible escaped.

    Control, bidirectional, zero-width and unpaired surrogate characters become visible escapes like ``\u{202e}``;
    bytes are read as UTF-8, bytes that are none become ``\x9f``. What is cut ends in an ellipsis. Never raises.
    """
    if isinstance(text, bytes):
        # No character needs more than four bytes: what lies further on cannot be part of the result.
        text = text[: 4 * limit + 4].decode("utf-8", "backslashreplace")
    # One character more than fits, so that the cut is seen.
    escaped = _UNSAFE.sub(_escape, text[: limit + 1])
    if len(escaped) <= limit:
        return escaped
    # Without an escape that the cut went through: its rest would be read as something else.
    return _SPLIT_ESCAPE.sub("", escaped[: limit - 1]) + _ELLIPSIS


def _escape(match: re.Match[str]) -> str:
    return f"\\u{{{ord(match.group()):x}}}"
