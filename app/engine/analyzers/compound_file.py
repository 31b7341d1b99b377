"""Opens compound files (MS-CFB) through olefile, which checks for less than it needs when tables are damaged."""

from __future__ import annotations

import olefile

from app.engine.node import Node
from app.engine.view import reader


def opened(node: Node) -> olefile.OleFileIO:
    """Return the storage, to be used in a ``with`` statement; raises OSError or EOFError when it is damaged."""
    try:
        return olefile.OleFileIO(reader(node.data))
    except (ValueError, OverflowError, IndexError) as error:
        raise EOFError from error
