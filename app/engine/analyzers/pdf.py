"""PDF, as far as it goes without a parser: the inflated streams as nodes' views, addresses, and the lock.

Rules see nothing in deflated streams, and object streams hide actions there; so everything that inflates is laid
before them, in the order of the file, whatever the cross-reference table says about it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from app.engine.model import Severity
from app.engine.node import Child, Item, Node, Text, Tools

_STREAM = re.compile(rb"stream(?:\r\n|\n|\r)")
_ENCRYPT = re.compile(rb"/Encrypt[\s/]*(?:\d+\s+\d+\s+R|<<)")
_URI = re.compile(rb"/URI\s*\(((?:[^()\\]|\\.){1,4096})\)")
#: Streams that are pictures or fonts hold nothing that rules look for.
_DATA_ONLY = re.compile(rb"/(?:Image|FontFile\d?|DCTDecode|JPXDecode|CCITTFaxDecode|JBIG2Decode)\b")
#: Bytes before a stream in which its dictionary is looked for.
_DICTIONARY = 400
#: Bytes of one inflated stream; content streams and object streams are far smaller.
_MOST = 8 * 1024 * 1024
#: Bytes gathered before they are laid before the rules as one view.
_VIEW = 4 * 1024 * 1024


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield views of the inflated streams, the addresses of link actions, and ``pdf.encrypted``."""
    data = bytes(node.data)
    if _ENCRYPT.search(data):
        yield node.finding(
            "pdf.encrypted", Severity.UNKNOWN, "Encrypted document, so not all of its content could be seen"
        )
    yield from _links(data)
    gathered = bytearray()
    for content in _inflated(data, tools):
        gathered += content + b"\n"
        if len(gathered) >= _VIEW:
            yield from _view(gathered)
            gathered = bytearray()
    yield from _view(gathered)


def _view(gathered: bytearray) -> Iterator[Item]:
    if gathered:
        view = bytes(gathered)
        yield from _links(view)
        yield Child("", view)


def _links(data: bytes) -> Iterator[Text]:
    found = {match.group(1) for match in _URI.finditer(data)}
    if found:
        yield Text("\n".join(re.sub(rb"\\(.)", rb"\1", uri).decode("utf-8", "replace") for uri in sorted(found)))


def _inflated(data: bytes, tools: Tools) -> Iterator[bytes]:
    # A slice of a view: copying the rest of the file for every stream would take time quadratic in its size.
    view = memoryview(data)
    for match in _STREAM.finditer(data):
        tools.budget.charge_time()
        dictionary = data[max(0, match.start() - _DICTIONARY) : match.start()].rpartition(b" obj")[2]
        if (b"FlateDecode" not in dictionary and b"/Fl" not in dictionary) or _DATA_ONLY.search(dictionary):
            continue
        try:
            yield zlib.decompressobj().decompress(view[match.end() :], _MOST)
        except zlib.error:
            continue
