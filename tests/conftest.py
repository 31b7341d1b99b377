"""What every test relies on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser import NOT_AVAILABLE, chromium, chromium_found

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


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the longest first; needs ``--no-loadscope-reorder`` where several workers share them out by module.

    Where there is no browser and none can be had, its tests are left out, and the suite says so at its end.
    """
    items.sort(key=_place)
    in_browser = [item for item in items if "browser" in getattr(item, "fixturenames", ()) and _is_e2e(item)]
    if in_browser and chromium() is None:
        items[:] = [item for item in items if item not in in_browser]
        config.hook.pytest_deselected(items=in_browser)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in plain words when the browser tests were left out."""
    if chromium_found() is None:
        terminalreporter.write_line(NOT_AVAILABLE)


def _is_e2e(item: pytest.Item) -> bool:
    return item.nodeid.startswith("tests/e2e/")


def _place(item: pytest.Item) -> int:
    return next((place for place, start in enumerate(LONGEST) if item.nodeid.startswith(start)), len(LONGEST))


def pytest_make_parametrize_id(val: Any, argname: str) -> str | None:
    """Names bytes and long texts by their argument: samples hold times and random keys, and each worker makes its own.

    pytest-xdist refuses to run where two workers collect different names.
    """
    return argname if isinstance(val, bytes) or (isinstance(val, str) and len(val) > 60) else None
