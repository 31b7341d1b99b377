"""Runs processes as if only the product were installed: what the tests alone need is hidden from them.

A library that the product needs and only the tests install goes unnoticed otherwise, until somebody installs it.
"""

from __future__ import annotations

import re
from importlib.metadata import packages_distributions
from pathlib import Path

from app.config import PROJECT

_BLOCKER = """\
import sys

class Hidden:
    names = frozenset({names!r})

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"No module named {{name!r}} (only the tests install it)", name=name)

sys.meta_path.insert(0, Hidden())
"""


def hide_test_libraries(folder: Path) -> Path:
    """Return a folder for ``PYTHONPATH``, made in ``folder``, that hides what only the tests install."""
    place = folder / "product-only"
    place.mkdir()
    (place / "sitecustomize.py").write_text(_BLOCKER.format(names=sorted(hidden_modules())))
    return place


def hidden_modules() -> set[str]:
    """Return the importable names that no distribution of the product's lock file brings."""
    locked = set(re.findall(r"^([\w.-]+)==", (PROJECT / "requirements.lock").read_text(), re.M)) | {"deskwarden"}
    return {
        module
        for module, distributions in packages_distributions().items()
        if locked.isdisjoint(re.sub(r"[-_.]+", "-", name).lower() for name in distributions)
    }
