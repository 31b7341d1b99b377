"""ar archives: Debian packages and static libraries. Members lie uncompressed behind their headers. Format: ar(5)."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.node import Child, Item, Node, Tools

_MAGIC = 8
_HEADER = 60
_END = b"`\n"
#: Members that hold tables instead of files: the symbol tables and the long names of GNU and BSD.
_TABLES = frozenset({b"/", b"//", b"/SYM64/", b"__.SYMDEF", b"__.SYMDEF SORTED"})


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield every member; raise ``EOFError`` behind what there is of an archive that is cut off."""
    at, long_names = _MAGIC, b""
    while at < len(node.data):
        tools.budget.charge_time()
        raw, size = _header(node.data, at)
        at += _HEADER
        content = node.data[at : at + size]
        if len(content) < size:
            yield Child(_text(raw), content)
            raise EOFError
        if raw == b"//":
            long_names = bytes(content)
        elif raw.startswith(b"#1/") and raw[3:].isdigit():
            # BSD: the name takes the first bytes of the content.
            length = int(raw[3:])
            yield Child(_text(bytes(content[: min(length, 4096)]).rstrip(b"\0")), content[length:])
        elif raw not in _TABLES:
            yield Child(_name(raw, long_names), content)
        at += size + size % 2


def _header(data: memoryview, at: int) -> tuple[bytes, int]:
    header = bytes(data[at : at + _HEADER])
    digits = header[48:58].strip()
    if len(header) < _HEADER or header[58:60] != _END or not digits.isdigit():
        raise EOFError
    return header[:16].rstrip(), int(digits)


def _name(raw: bytes, long_names: bytes) -> str:
    """Return a member's name; GNU keeps long ones in a table and writes where in it."""
    if raw.startswith(b"/") and raw[1:].isdigit():
        raw = long_names[int(raw[1:]) :].partition(b"\n")[0]
    return _text(raw.removesuffix(b"/"))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace") or "member"
