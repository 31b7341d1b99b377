"""The spool file of a download, and the pace that a download has to keep."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

from app.adapters.zendesk.errors import TooLarge
from app.errors import Temporary

#: Seconds between two reports of progress at most, while bytes arrive.
PROGRESS_SECONDS = 2.0
#: Bytes per second that a download has to keep on average, and the seconds before that counts.
SLOWEST = 8 << 10
GRACE_SECONDS = 30.0


class Spool:
    """Context manager: a new file only we can read, hashed as it grows, removed unless ``keep`` was called.

    Raises TooLarge when more than ``cap_bytes`` are written, FileExistsError when the file is there already: a link or
    file planted under the name is never written through.
    """

    def __init__(self, path: Path, cap_bytes: int) -> None:
        self._path = path
        self._cap = cap_bytes
        self._hash = hashlib.sha256()
        self._is_kept = False
        self.size = 0

    @property
    def sha256(self) -> str:
        """SHA-256 in hex of what was written."""
        return self._hash.hexdigest()

    def __enter__(self) -> Spool:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)
        self._file = os.fdopen(os.open(self._path, flags, 0o600), "wb", buffering=1 << 20)
        return self

    def write(self, chunk: bytes) -> None:
        """Append a chunk; nothing beyond the cap ever reaches the disk."""
        self.size += len(chunk)
        if self.size > self._cap:
            raise TooLarge(f"The file is larger than the cap of {self._cap} bytes.", code="too_large")
        self._hash.update(chunk)
        with _disk():
            self._file.write(chunk)

    def keep(self) -> None:
        """Leave the file where it is."""
        with _disk():
            self._file.flush()
        self._is_kept = True

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        with contextlib.suppress(OSError):
            self._file.close()
        if not self._is_kept:
            self._path.unlink(missing_ok=True)


@contextlib.contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as failure:
        message = "The spool folder cannot be written; is its disk full? The download is tried again."
        raise Temporary(message, code="spool") from failure


class Pace:
    """Tells the progress now and then, and gives up on a download that drips or lasts too long.

    ``started`` is a reading of ``clock``; ``seconds`` is how long it may last altogether.
    """

    def __init__(
        self, clock: Callable[[], float], started: float, seconds: float, progress: Callable[[int], None] | None
    ) -> None:
        self._clock = clock
        self._started = started
        self._seconds = seconds
        self._progress = progress
        self._told = started

    def keep_up(self, size: int) -> None:
        """Take note that ``size`` bytes have arrived; raises Temporary when that is too slow."""
        now = self._clock()
        lasted = now - self._started
        if lasted > self._seconds or (lasted > GRACE_SECONDS and size < SLOWEST * lasted):
            raise Temporary("The file arrives too slowly; it is tried again.", code="too_slow")
        if now - self._told >= PROGRESS_SECONDS:
            self._tell(size, now)

    def finish(self, size: int) -> None:
        """Tell the whole size once, at the end."""
        self._tell(size, self._clock())

    def _tell(self, size: int, now: float) -> None:
        self._told = now
        if self._progress is not None:
            self._progress(size)
