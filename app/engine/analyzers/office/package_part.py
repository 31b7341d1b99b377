"""Parts of zipped documents, for analyzers that look at several of them together."""

from __future__ import annotations

import zipfile
import zlib

from app.engine.node import Node
from app.engine.view import reader


def opened(node: Node) -> zipfile.ZipFile | None:
    """Return the package, None when it has no directory: the reader of archives tells of that."""
    try:
        return zipfile.ZipFile(reader(node.data))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, ValueError):
        # Names that are no text raise ValueError.
        return None


def beginning(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    """Return the first ``most`` bytes of a part as far as they can be read; what is damaged is told elsewhere."""
    out = bytearray()
    try:
        with archive.open(info) as part:
            while len(out) < most and (piece := part.read(min(65_536, most - len(out)))):
                out += piece
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError):
        return bytes(out)
    return bytes(out)
