"""Read memory as a file without copying it."""

from __future__ import annotations

import io
from mmap import mmap

Content = bytes | bytearray | memoryview | mmap


class _View(io.RawIOBase):
    """A seekable, read-only file over a memory view."""

    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: len(self._data)}[whence]
        if base + offset < 0:
            raise OSError("The position lies before the start of the data.")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        part = self._data[self._position : self._position + len(buffer)]
        buffer[: len(part)] = part
        self._position += len(part)
        return len(part)


def reader(data: memoryview) -> io.BufferedReader:
    """Return a buffered, seekable binary file over ``data``; the content is not copied.

    The library that gets it may close it; ``data`` stays usable.
    """
    return io.BufferedReader(_View(data), buffer_size=64 * 1024)
