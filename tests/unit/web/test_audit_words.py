"""Every event that is written into the audit trail has its words on the page."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from app.web.console.audit_words import event

ROOT = Path(__file__).resolve().parents[3]
_EVENT = re.compile(r"[a-z_]+\.[a-z_]+")
_WRITERS = {"note", "record", "record_in", "_note", "_record", "noted"}


def events() -> set[str]:
    found = set()
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _name(node.func) in _WRITERS:
                texts = (each.value for each in node.args if isinstance(each, ast.Constant))
                found |= {text for text in texts if isinstance(text, str) and _EVENT.fullmatch(text)}
    return found


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_every_event_has_words() -> None:
    assert len(events()) > 30
    assert sorted(name for name in events() if event(name) == name) == []


def test_states_that_are_put_together_have_words_too() -> None:
    names = [f"investigation.{state}" for state in ("open", "taken", "answered", "withdrawn")]
    names += [f"verdict.{state}" for state in ("requested", "agreed", "refused")]
    assert [name for name in names if event(name) == name] == []
