"""The spool: where files lie in clear for as long as they are looked at, and no longer."""

from __future__ import annotations

import contextlib
from pathlib import Path

#: Seconds after which no download, scan or copy still uses a file that nobody writes to: its worker was killed.
ABANDONED_SECONDS = 3600.0


def place(folder: Path, name: str, now: float) -> Path:
    """Return the path for a new spool file; its folder exists then, without what killed workers left there."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in folder.iterdir():
        with contextlib.suppress(OSError):
            if left.stat().st_mtime < now - ABANDONED_SECONDS:
                left.unlink()
    return folder / name
