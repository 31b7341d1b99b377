"""What every test relies on."""

from __future__ import annotations

from typing import Any


def pytest_make_parametrize_id(val: Any, argname: str) -> str | None:
    """Names bytes and long texts by their argument: samples hold times and random keys, and each worker makes its own.

    pytest-xdist refuses to run where two workers collect different names.
    """
    return argname if isinstance(val, bytes) or (isinstance(val, str) and len(val) > 60) else None
