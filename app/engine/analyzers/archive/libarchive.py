"""What libarchive unpacks and nothing else here does: compressed RAR and LHA, cabinets with LZX, 7z with BCJ2.

The library comes with the package ``archi`` and is called through its C interface. The binding of that package reads
as many bytes as an archive promises and switches on every format and filter, some of which start programs or read
other files; here one format at a time is switched on, no filter, and what comes out is counted as it comes. Everything
is read from memory. Where the package is not installed, the formats are said to be unsupported.

Interface: archive_read(3), archive_entry(3).
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any, NamedTuple

from app.engine.node import Tools, Unsupported

_EOF, _OK, _WARN, _FAILED = 1, 0, -20, -25
_REGULAR = 0o100000
#: What the library says about what it cannot do, in whatever sentence.
_CANNOT = (b"upport", b"ncrypt", b"codec")


class Member(NamedTuple):
    """A regular file of an archive; its content must be taken before the next member is asked for."""

    name: str
    locked: bool
    content: Iterator[bytes]


def _load() -> Any:
    """Return the library with the types of its calls, or None where there is none."""
    try:
        import archi  # type: ignore[import-not-found]

        # The module is linked with the library, so its handle finds the library's symbols too.
        library = ctypes.CDLL(archi.__file__)
        pointers = ("archive_read_new", "archive_entry_pathname", "archive_entry_pathname_utf8", "archive_error_string")
        for name in pointers:
            getattr(library, name).restype = ctypes.c_void_p
    except (ImportError, OSError, AttributeError):
        return None
    return library


_LIBRARY = _load()


def available() -> bool:
    """Whether the library is there."""
    return _LIBRARY is not None


def members(data: bytes, kind: str, tools: Tools) -> Iterator[Member]:
    """Yield the regular files of ``data``, an archive of this kind (``rar``, ``rar5``, ``lha``, ``cab``, ``7zip``).

    Raises ``Unsupported`` for methods that the library lacks, ``EOFError`` for what is damaged, both behind what
    could be read; the contents raise the same.
    """
    if not available():
        raise Unsupported
    archive = ctypes.c_void_p(_LIBRARY.archive_read_new())
    try:
        getattr(_LIBRARY, f"archive_read_support_format_{kind}")(archive)
        _check(archive, _LIBRARY.archive_read_open_memory(archive, data, ctypes.c_size_t(len(data))))
        yield from _entries(archive, tools)
    finally:
        _LIBRARY.archive_read_free(archive)


def _entries(archive: ctypes.c_void_p, tools: Tools) -> Iterator[Member]:
    entry = ctypes.c_void_p()
    for _ in range(2 * tools.budget.limits.nodes):
        tools.budget.charge_time()
        if _check(archive, _LIBRARY.archive_read_next_header(archive, ctypes.byref(entry))) == _EOF:
            return
        if _LIBRARY.archive_entry_filetype(entry) != _REGULAR:
            continue
        locked = _LIBRARY.archive_entry_is_data_encrypted(entry) == 1
        content = _content(archive, tools)
        yield Member(_name(entry), locked, content)
        if not locked:
            _drain(content, tools)


def _drain(content: Iterator[bytes], tools: Tools) -> None:
    """Unpack what was not wanted of a member: the library would do the same, without a look at the clock."""
    try:
        for _ in content:
            tools.budget.charge_time()
    except (EOFError, Unsupported):
        return


def _content(archive: ctypes.c_void_p, tools: Tools) -> Iterator[bytes]:
    block, length, offset = ctypes.c_void_p(), ctypes.c_size_t(), ctypes.c_int64()
    places = (ctypes.byref(block), ctypes.byref(length), ctypes.byref(offset))
    while _check(archive, _LIBRARY.archive_read_data_block(archive, *places)) != _EOF:
        tools.budget.charge_time()
        if block.value:
            yield ctypes.string_at(block.value, length.value)


def _check(archive: ctypes.c_void_p, answer: int) -> int:
    """Return the answer of a call that went well or reached the end; raise for the others."""
    if answer in (_OK, _EOF, _WARN):
        return answer
    message = ctypes.string_at(_LIBRARY.archive_error_string(archive) or b"")
    raise Unsupported if any(word in message for word in _CANNOT) else EOFError


def _name(entry: ctypes.c_void_p) -> str:
    """Return the name of a member; where no conversion fits, in the charset of the old archives from Japan."""
    name = _LIBRARY.archive_entry_pathname_utf8(entry) or _LIBRARY.archive_entry_pathname(entry)
    raw = ctypes.string_at(name) if name else b"member"
    for charset in ("utf-8", "cp932"):
        try:
            return raw.decode(charset).replace("\\", "/")
        except UnicodeDecodeError:
            continue
    return raw.decode("cp437").replace("\\", "/")
