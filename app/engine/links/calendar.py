"""Calendar files and business cards (RFC 5545, RFC 6350): addresses in them are folded over lines and escaped."""

from __future__ import annotations

import re

_BEGIN = re.compile(r"\s{0,20}BEGIN:V(?:CALENDAR|CARD|EVENT)\b", re.I)
_FOLD = re.compile(r"\r?\n[ \t]")
_ESCAPE = re.compile(r"\\([\\;,nN])")


def is_calendar(text: str) -> bool:
    """Tell whether a text begins as a calendar file or a business card does."""
    return _BEGIN.match(text.removeprefix("\ufeff")) is not None


def unfolded(text: str) -> str:
    r"""Return the text with its folded lines joined and its escapes (``\,`` ``\n``) undone."""
    joined = _FOLD.sub("", text)
    return _ESCAPE.sub(_plain, joined) if "\\" in joined else joined


def _plain(escape: re.Match[str]) -> str:
    sign = escape.group(1)
    return "\n" if sign in "nN" else sign
