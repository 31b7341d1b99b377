"""Compound files as mere containers: installer packages (.msi, .msp) and storages of no known application.

The names of an installer's streams are packed, two letters in one character; its strings (paths, commands, the scripts
of custom actions) lie in one stream without any separator and are cut by the lengths in another. Formats: MS-CFB; the
database of Windows Installer as Wine documents it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import olefile

from app.engine.analyzers.office import compound_file
from app.engine.node import Child, Item, Node, Tools

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._"
_PAIRS, _SINGLES, _TABLE = 0x3800, 0x4800, 0x4840
#: Streams that say what a storage is, and hold nothing.
_LABELS = frozenset(
    {"\x01Ole", "\x01CompObj", "\x03ObjInfo", "\x05SummaryInformation", "\x05DocumentSummaryInformation"}
)
_POOL, _STRINGS = "!_StringPool", "!_StringData"
#: Bytes of strings that are kept as text; large installers have a few hundred kilobytes.
_MOST_TEXT = 16 * 1024 * 1024


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield every stream of a storage that no application claims; documents are read by analyzers of their own."""
    if node.kind.mime != "application/x-ole-storage":
        return
    with compound_file.opened(node) as storage:
        for path in storage.listdir():
            tools.budget.charge_time()
            # Macros are taken apart by the analyzer for documents.
            if path[-1] not in _LABELS and "VBA" not in path[:-1]:
                yield Child("/".join(path), storage.openstream(path).read())
        _refuse_damage(storage)


def analyze_installer(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the strings of an installer's database as text, then every stream that is no table of it."""
    with compound_file.opened(node) as storage:
        streams = {"/".join(map(stream_name, path)): path for path in storage.listdir()}
        if _POOL in streams and _STRINGS in streams:
            pool = storage.openstream(streams[_POOL]).read()
            strings = storage.openstream(streams[_STRINGS]).read()
            yield Child("strings.txt", b"\r\n".join(_cut(pool, strings))[:_MOST_TEXT])
        for name, path in streams.items():
            tools.budget.charge_time()
            if path[-1] not in _LABELS and not name.rpartition("/")[2].startswith("!"):
                yield Child(name, storage.openstream(path).read())
        _refuse_damage(storage)


def _refuse_damage(storage: olefile.OleFileIO) -> None:
    """Raise ``EOFError`` when the library had to mend something: what is missing reads as an empty stream."""
    if storage.parsing_issues:
        raise EOFError


def stream_name(name: str) -> str:
    """Return the readable name of an installer's stream; tables get a leading ``!``."""
    letters = []
    for letter in name:
        code = ord(letter)
        if _PAIRS <= code < _SINGLES:
            letters += [_ALPHABET[code - _PAIRS & 0x3F], _ALPHABET[code - _PAIRS >> 6]]
        elif _SINGLES <= code < _TABLE:
            letters.append(_ALPHABET[code - _SINGLES])
        else:
            letters.append("!" if code == _TABLE else letter)
    return "".join(letters)


def _cut(pool: bytes, strings: bytes) -> Iterator[bytes]:
    """Yield the strings one by one: behind four bytes of header, each has a length and a count of uses.

    A length of zero with uses stands for a long string, whose length is in the next entry (its high half in the count).
    """
    at, place, high = 0, 4, 0
    while place + 4 <= len(pool) and at < len(strings):
        length, uses = struct.unpack_from("<HH", pool, place)
        place += 4
        if not length and uses:
            high = uses << 16
            continue
        if text := strings[at : at + high + length]:
            yield text
        at, high = at + high + length, 0
