"""What every test relies on."""

from __future__ import annotations

from typing import Any

import pytest

#: Whose modules run first, beside the many short ones: they take long, and for the most part they wait for processes.
#: A long module that begins last leaves all cores but one idle.
LONGEST = (
    "tests/e2e/test_recovery.py",
    "tests/e2e/",
    "tests/bench/",
    "tests/corpus/",
    "tests/isolation/",
    "tests/services/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest first; needs ``--no-loadscope-reorder`` where several workers share them out by module."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    return next((place for place, start in enumerate(LONGEST) if item.nodeid.startswith(start)), len(LONGEST))


def pytest_make_parametrize_id(val: Any, argname: str) -> str | None:
    """Names bytes and long texts by their argument: samples hold times and random keys, and each worker makes its own.

    pytest-xdist refuses to run where two workers collect different names.
    """
    return argname if isinstance(val, bytes) or (isinstance(val, str) and len(val) > 60) else None
