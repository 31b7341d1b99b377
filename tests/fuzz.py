"""How hard tests with made-up inputs look: at the same few in every run of the suite, at others by the thousand in
``make fuzz``. A run that was green stays green until the code changes; what ``make fuzz`` finds becomes a test.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

#: How many times the examples of each test ``make fuzz`` looks at; 0 in a run of the suite.
FACTOR = int(os.environ.get("FUZZ", "0"))

#: A run of the suite takes a third of the examples, because they are always the same ones, but never fewer than these.
_LEAST = 10


def fuzzed(examples: int = 15) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator for a test with ``@given``: how many inputs ``make fuzz`` multiplies."""
    setting = settings(
        max_examples=examples * FACTOR or max(_LEAST, examples // 3),
        deadline=None,
        derandomize=not FACTOR,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )

    def decorate(test: Callable[..., Any]) -> Callable[..., Any]:
        marked: Callable[..., Any] = pytest.mark.fuzz(setting(test))
        return marked

    return decorate
