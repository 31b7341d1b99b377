"""gzip, bzip2, xz, lzma, lzip, Zstandard, LZ4 and compress: one stream, or several."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable, Iterator
from io import BufferedIOBase
from typing import cast

from app.engine import zstd
from app.engine.analyzers.archive import lz4 as compressed_lz4, lzw as compressed_lzw
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
    own = _OWN.get(node.kind.family)
    if own:
        yield from own(node.data)
        return
    with _open(node) as stream:
        # One read at a time: a fault behind the data, like bytes that are no stream, must not take the data with it.
        try:
            while chunk := stream.read1(_STEP):
                yield chunk
        except zstd.ZstdError as error:
            raise (MemoryError if "memory" in str(error) else EOFError) from error


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


def _lzip(data: memoryview) -> Iterator[bytes]:
    """Yield the content of every member: a header of six bytes, LZMA with an end mark, a trailer of twenty."""
    at = 0
    while bytes(data[at : at + 4]) == b"LZIP" and len(data) > at + 6:
        bits, steps = data[at + 5] & 0x1F, data[at + 5] >> 5
        size = (1 << bits) - (1 << bits) // 16 * steps
        if not 12 <= bits <= 29:
            raise EOFError
        filters = [{"id": lzma.FILTER_LZMA1, "lc": 3, "lp": 0, "pb": 2, "dict_size": max(size, 4096)}]
        stream = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)
        at += 6
        while not stream.eof:
            part = data[at : at + _STEP] if stream.needs_input else b""
            if stream.needs_input and not part:
                raise EOFError
            at += len(part)
            yield stream.decompress(part, _STEP)
        at += 20 - len(stream.unused_data)


#: Families with a reader of our own.
_OWN: dict[str, Callable[[memoryview], Iterator[bytes]]] = {
    "lz4": compressed_lz4.chunks,
    "lzip": _lzip,
    "lzw": compressed_lzw.chunks,
}
