"""How commands paint a verdict on a terminal."""

from __future__ import annotations

from app.engine.model import Verdict

_COLOURS = {
    Verdict.CLEAN: "32",
    Verdict.UNKNOWN: "33",
    Verdict.SUSPICIOUS: "33;1",
    Verdict.RESTRICTED: "35",
    Verdict.MALICIOUS: "31;1",
}


def painted(verdict: Verdict, *, colour: bool) -> str:
    """Return the verdict, ten characters wide, in its colour where there are colours."""
    word = f"{verdict:<10}"
    return f"\x1b[{_COLOURS[verdict]}m{word}\x1b[0m" if colour else word
