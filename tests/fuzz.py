"""How hard tests with made-up inputs look: at the same few in every run of the suite, at others by the thousand in
``make fuzz``. A run that was green stays green until the code changes; what ``make fuzz`` finds becomes a test.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

FACTOR = int(os.environ.get("FUZZ", "1"))


def fuzzed(examples: int = 15) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator for a test with ``@given``: how many inputs it is tried on in a run of the suite."""
    setting = settings(
        max_examples=examples * FACTOR,
        deadline=None,
        derandomize=FACTOR == 1,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )

    def decorate(test: Callable[..., Any]) -> Callable[..., Any]:
        marked: Callable[..., Any] = pytest.mark.fuzz(setting(test))
        return marked

    return decorate
