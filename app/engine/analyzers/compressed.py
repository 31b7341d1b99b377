"""gzip, bzip2, xz, lzma and Zstandard: one compressed stream, or several behind each other, read piece by piece."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Iterator
from io import BufferedIOBase
from typing import cast

from app.engine import zstd
from app.engine.node import Child, Item, Node, Tools
from app.engine.node_name import extension_of, stem_of
from app.engine.view import reader

_STEP = 256 * 1024
#: Extensions that stand for a compressed tar.
_TAR = {"tgz": "tar", "tbz": "tar", "tbz2": "tar", "txz": "tar", "tzst": "tar", "tlz": "tar", "taz": "tar"}


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the unpacked stream, named like the file without its last extension."""
    yield Child(inner_name(node.name), _chunks(node), packed=len(node.data), siblings=1)


def inner_name(name: str) -> str:
    """Return the name of what is inside ``a.txt.gz`` (``a.txt``) or ``a.tgz`` (``a.tar``)."""
    stem, extension = stem_of(name), extension_of(name)
    inner = _TAR.get(extension)
    return f"{stem}.{inner}" if inner else stem or "content"


def _chunks(node: Node) -> Iterator[bytes]:
    with _open(node) as stream:
        # One read at a time: a fault behind the data, like bytes that are no stream, must not take the data with it.
        while chunk := stream.read1(_STEP):
            yield chunk


def _open(node: Node) -> BufferedIOBase:
    """All readers go on behind the first stream, as the command line tools do."""
    raw = reader(node.data)
    if node.kind.family == "gzip":
        return cast(BufferedIOBase, gzip.GzipFile(fileobj=raw, mode="rb"))
    if node.kind.family == "bzip2":
        return cast(BufferedIOBase, bz2.BZ2File(raw))
    if node.kind.family == "zstd":
        return cast(BufferedIOBase, zstd.ZstdFile(raw))
    return cast(BufferedIOBase, lzma.LZMAFile(raw))
