from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.engine.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, grüße, 日本語 😀", "plain text, grüße, 日本語 😀"),
        ("a\nb\tc\0", "a\\u{a}b\\u{9}c\\u{0}"),
        ("invoice\u202etxt.exe", "invoice\\u{202e}txt.exe"),
        ("\u2066a\u2069", "\\u{2066}a\\u{2069}"),
        ("a\u200bb\ufeffc\u00ad", "a\\u{200b}b\\u{feff}c\\u{ad}"),
        ("a\u2028b\u2029c", "a\\u{2028}b\\u{2029}c"),
        ("\ud800", "\\u{d800}"),
        ("\x1b[31m", "\\u{1b}[31m"),
        (b"caf\xc3\xa9 \x9f", "café \\x9f"),
        (b"", ""),
    ],
)
def test_invisible_characters_are_made_visible(text: str | bytes, shown: str) -> None:
    assert printable(text) == shown


def test_what_is_too_long_is_cut_with_an_ellipsis() -> None:
    assert printable("x" * 300) == "x" * 199 + "…"
    assert printable("x" * 200) == "x" * 200


def test_an_escape_is_never_cut_in_two() -> None:
    for length in range(1, 12):
        shown = printable("\u202e" * 10, length)
        assert shown.replace("\\u{202e}", "") in ("…", "")


@given(st.text() | st.binary(), st.integers(min_value=1, max_value=50))
def test_the_result_is_short_printable_and_encodable(text: str | bytes, limit: int) -> None:
    shown = printable(text, limit)

    assert len(shown) <= limit
    shown.encode("utf-8")
    assert not any(ord(letter) < 32 or letter in "\u202e\u2028\u200b" for letter in shown)
