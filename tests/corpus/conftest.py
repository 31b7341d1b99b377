"""The small rule set that tests of single formats use, for samples that were damaged."""

from tests.unit.engine.conftest import rules

__all__ = ["rules"]
