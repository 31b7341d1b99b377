"""The body of an upload: streamed with a known length, checked against it, its progress told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from app.adapters.zendesk.deadline import current_deadline
from app.errors import Rejected, Temporary

#: Where the bytes come from. Only a path or a function can give them a second time.
Content = Path | Callable[[], Iterable[bytes]] | Iterable[bytes]

_CHUNK = 1 << 20


class UploadBody:
    """Gives the body for each attempt to send it."""

    def __init__(self, content: Content, size: int, progress: Callable[[int], None] | None = None) -> None:
        self._content = content
        self._size = size
        self._progress = progress
        self._is_used = False

    def chunks(self) -> bytes | Iterable[bytes]:
        """Return the body; raises Temporary when an iterable was already used up by an earlier attempt."""
        if not self._size:
            # An iterable of length nothing would be sent without a stated length, which Zendesk does not take.
            return b""
        return _Sized(self._checked(self._open()), self._size)

    def _open(self) -> Iterable[bytes]:
        if isinstance(self._content, Path):
            return _read(self._content)
        if callable(self._content):
            return self._content()
        if self._is_used:
            raise Temporary("The upload has to start again from the beginning of the file.", code="body_used")
        self._is_used = True
        return self._content

    def _checked(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        sent = 0
        for chunk in chunks:
            sent += len(chunk)
            if sent > self._size:
                break
            yield chunk
            deadline = current_deadline()
            if deadline is not None and deadline.expired:
                return
            if self._progress is not None:
                self._progress(sent)
        if sent != self._size:
            # Raised here, inside the sending, so that a body of another length never looks complete.
            raise Rejected("The file has another length than was announced for its upload.", code="length")


class _Sized:
    """An iterable that knows how many bytes it holds: that is how ``requests`` comes to state the length."""

    def __init__(self, chunks: Iterator[bytes], size: int) -> None:
        self._chunks = chunks
        self.len = size

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
