"""JSON lines in a file of the data folder, for a collector that follows files.

The last line says what has been written, so that a batch that is sent again after a crash is written once, and half a
line that a crash left behind is taken away first. The file may be renamed (rotated) at any time: a new one is begun.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from app.durable import sync_folder
from app.errors import Temporary

#: Bytes at the end of the file in which its last line is looked for: no event is longer.
_TAIL = 1 << 17


class FileSender:
    """Appends to one file, readable by its owner alone."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, events: Sequence[dict[str, Any]]) -> None:
        """Append the events that are not there yet, and bring them to the disk. Raises Temporary."""
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                self._append(descriptor, events)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            sync_folder(self._path.parent)
        except OSError as error:
            raise Temporary(
                f"The file {self._path.name} cannot be written: {error.strerror}. Look at the room on the disk and at "
                "who owns the folder 'audit' of the data folder.",
                code="file",
            ) from error

    def _append(self, descriptor: int, events: Sequence[dict[str, Any]]) -> None:
        end, last = _last(descriptor)
        os.ftruncate(descriptor, end)
        fresh = [event for event in events if not _is_after(last, event)]
        waiting = memoryview(b"".join(orjson.dumps(event) + b"\n" for event in fresh))
        while waiting:
            written = os.pwrite(descriptor, waiting, end)
            waiting, end = waiting[written:], end + written


def _last(descriptor: int) -> tuple[int, dict[str, Any]]:
    """Return where the last whole line ends, and what it says of its event; empty when there is none."""
    size = os.fstat(descriptor).st_size
    start = max(0, size - _TAIL)
    tail = os.pread(descriptor, size - start, start)
    whole = tail[: tail.rfind(b"\n") + 1]
    try:
        metadata = orjson.loads(whole[:-1].rpartition(b"\n")[2])["metadata"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        metadata = {}
    return start + len(whole), metadata


def _is_after(last: dict[str, Any], event: dict[str, Any]) -> bool:
    """Return whether the file's last line comes after the event, or is it, in the same chain."""
    mine = event["metadata"]
    same = str(last.get("uid", "")).rpartition("-")[0] == mine["uid"].rpartition("-")[0]
    return same and int(last.get("sequence", 0)) >= int(mine["sequence"])
