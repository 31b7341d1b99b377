"""The browser of the browser tests: Debian's Chromium, installed where it is missing and may be installed."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

#: What the suite says at its end where there is no browser and none can be had.
NOT_AVAILABLE = "browser: not available"

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_WANTED = ("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "chromium", "fonts-noto-core")


@cache
def chromium() -> str | None:
    """Return the path of a Chromium, installed now if need be and the user may; None where none can be had."""
    return chromium_found() or _installed()


@contextmanager
def a_browser() -> Iterator[Browser]:
    """A headless browser. Raises RuntimeError where none can be had."""
    path = chromium()
    if path is None:
        raise RuntimeError(NOT_AVAILABLE)
    from playwright.sync_api import sync_playwright  # slow to import, and most tests need none of it

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--hide-scrollbars"])
        try:
            yield browser
        finally:
            browser.close()


def chromium_found() -> str | None:
    """Return the path of a Chromium that is installed, None where there is none."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def _installed() -> str | None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    # Several workers of one test run come here at the same time: the first installs, the others wait for it.
    with (Path(tempfile.gettempdir()) / "deskwarden-browser.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return chromium_found() or _install()


def _install() -> str | None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (("apt-get", "update", "--quiet"), _WANTED):
        if subprocess.run(command, env=environment, capture_output=True, timeout=600, check=False).returncode:
            return None
    return chromium_found()
