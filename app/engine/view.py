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


class _Reader(io.BufferedReader):
    """Reads no more than there is: the buffer for a read is made first, as large as a hostile header demands."""

    def __init__(self, data: memoryview) -> None:
        super().__init__(_View(data), buffer_size=64 * 1024)
        self._length = len(data)

    def read(self, size: int | None = -1, /) -> bytes:
        most = max(self._length - self.tell(), 0)
        return super().read(most if size is None or size < 0 else min(size, most))


def reader(data: memoryview) -> io.BufferedReader:
    """Return a buffered, seekable binary file over ``data``; the content is not copied.

    The library that gets it may close it; ``data`` stays usable.
    """
    return _Reader(data)
