"""Opens compound files (MS-CFB) through olefile, which checks for less than it needs when tables are damaged."""

from __future__ import annotations

from typing import BinaryIO, cast

import olefile

from app.engine.node import Node
from app.engine.view import reader

_DAMAGE = (ValueError, OverflowError, IndexError, TypeError)


class _Storage(olefile.OleFileIO):  # type: ignore[misc]
    """The library's reader, whose tables are read late and fail in many ways when they are damaged."""

    def openstream(self, filename: str | list[str]) -> BinaryIO:
        """Return a stream; raises OSError or EOFError when it cannot be read."""
        try:
            return cast(BinaryIO, super().openstream(filename))
        except _DAMAGE as error:
            raise EOFError from error


def opened(node: Node) -> olefile.OleFileIO:
    """Return the storage, to be used in a ``with`` statement; raises OSError or EOFError when it is damaged."""
    try:
        return _Storage(reader(node.data))
    except _DAMAGE as error:
        raise EOFError from error
