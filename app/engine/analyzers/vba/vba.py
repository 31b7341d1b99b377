"""Source text of VBA projects. Formats: MS-OVBA (projects, compression), MS-CFB through olefile (storages)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

import olefile

#: A module holds at most 65,535 lines; nothing that people wrote is larger than this.
_MOST = 16 * 1024 * 1024
#: How the source of every module that Office wrote begins, behind the flag byte of the first compressed tokens.
_MARKER = b"\x00Attribut"


#: Streams of the project itself; those of the compiler's cache have numbers.
_OWN_STREAM = re.compile(r"(?:dir|_vba_project|__srp_[0-9a-f]{1,4})\Z", re.I)


class NotCompressed(ValueError):
    """The bytes are no container of MS-OVBA 2.4.1."""


def decompress(container: bytes) -> bytes:
    """Return the content of a compressed container (MS-OVBA 2.4.1.3); what is cut off ends the result early.

    Raises ``NotCompressed`` when the container does not begin like one.
    """
    if not container or container[0] != 1:
        raise NotCompressed("The signature byte is missing.")
    out = bytearray()
    position = 1
    while position + 2 < len(container) and len(out) < _MOST:
        (header,) = struct.unpack_from("<H", container, position)
        if header >> 12 & 7 != 3:
            if not out:
                raise NotCompressed("The first chunk has no signature.")
            break
        end = min(position + (header & 0x0FFF) + 3, len(container))
        if header & 0x8000:
            _decompress_chunk(container, position + 2, end, out)
        else:
            out += container[position + 2 : end]
        position = end
    return bytes(out)


def _decompress_chunk(container: bytes, position: int, end: int, out: bytearray) -> None:
    """Append one compressed chunk: flag bytes, each followed by eight literals or copies."""
    start = len(out)
    while position < end:
        flags = container[position]
        position += 1
        for bit in range(8):
            if position >= end:
                return
            if not flags >> bit & 1:
                out.append(container[position])
                position += 1
            elif position + 1 < end:
                _copy(struct.unpack_from("<H", container, position)[0], start, out)
                position += 2
            else:
                return


def _copy(token: int, start: int, out: bytearray) -> None:
    """Append what a copy token names (MS-OVBA 2.4.1.3.19): how its bits split depends on the place in the chunk."""
    bits = max((len(out) - start - 1).bit_length(), 4)
    length = (token & (0xFFFF >> bits)) + 3
    offset = (token >> (16 - bits)) + 1
    if offset > len(out) - start:
        raise NotCompressed("A copy begins before its chunk.")
    for _ in range(length):
        out.append(out[-offset])


class Module(NamedTuple):
    """A module of a project: its source in the code page of the project, and its compiled form that Office runs first.

    ``source`` is empty where there is none that can be read.
    """

    name: str
    source: bytes
    compiled: bytes


def modules(storage: olefile.OleFileIO) -> Iterator[Module]:
    """Yield every module of every VBA project, without those that have neither source nor compiled form.

    Modules are found by the offsets in the ``dir`` stream, and beside it by how compressed source begins, so that a
    module that the project does not list, or a ``dir`` stream made unreadable, hides nothing.
    """
    listings: dict[tuple[str, ...], dict[str, int]] = {}
    for path in storage.listdir(streams=True, storages=False):
        if len(path) < 2 or path[-2].upper() != "VBA" or _OWN_STREAM.match(path[-1]):
            continue
        folder = tuple(path[:-1])
        if folder not in listings:
            listings[folder] = _offsets(storage, path[:-1])
        module = _module(path[-1], storage.openstream(path).read(), listings[folder].get(path[-1].lower()))
        if module.source or module.compiled:
            yield module


def _module(name: str, stream: bytes, offset: int | None) -> Module:
    places = [offset] if offset is not None else []
    marker = stream.find(_MARKER)
    if marker >= 3:
        places.append(marker - 3)
    for place in places:
        try:
            if source := decompress(stream[place:]):
                return Module(name, source, stream[:place])
        except NotCompressed:
            continue
    return Module(name, b"", stream[: offset if offset is not None else len(stream)])


def _offsets(storage: olefile.OleFileIO, folder: list[str]) -> dict[str, int]:
    """Return stream name -> offset of the source, from the ``dir`` stream (MS-OVBA 2.3.4.2); empty if unreadable.

    The stream is a row of records (id, size, data). Only two of them matter here: the Unicode name of a module's
    stream (0x0032) and the offset of its source (0x0031).
    """
    try:
        listing = decompress(storage.openstream([*folder, "dir"]).read())
    except (OSError, NotCompressed):
        return {}
    offsets: dict[str, int] = {}
    name, position = "", 0
    while position + 6 <= len(listing):
        record, size = struct.unpack_from("<HI", listing, position)
        if record == 0x0009:
            # PROJECTVERSION: its size field is reserved and says 4, six bytes follow.
            size = 6
        data = listing[position + 6 : position + 6 + size]
        if record == 0x0032:
            name = data.decode("utf-16-le", "replace").lower()
        elif record == 0x0031 and len(data) == 4 and name:
            offsets[name] = int.from_bytes(data, "little")
        position += 6 + size
    return offsets
