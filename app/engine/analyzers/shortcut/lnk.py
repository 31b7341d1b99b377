"""Windows shortcuts (``.lnk``): where they lead and what they say to it. Format: MS-SHLLINK."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

_HEADER = 0x4C
_ID_LIST, _LINK_INFO, _NAME, _RELATIVE, _FOLDER, _ARGUMENTS, _ICON, _UNICODE = (1 << bit for bit in range(8))
_NO_LINK_INFO = 0x100
_ENVIRONMENT, _ICON_ENVIRONMENT = 0xA0000001, 0xA0000007
#: Blocks that follow the strings (2.5); Windows writes about ten kinds.
_MOST_BLOCKS = 1_000
_MOST_ITEMS = 2_000
_WIDE = re.compile(rb"(?:[\x20-\x7e]\x00){3,260}")
_NARROW = re.compile(rb"[\x20-\x7e]{3,260}")
#: Windows shows a window in these ways (2.1): minimised is as good as hidden.
MINIMISED = 7


class Damaged(ValueError):
    """The bytes end, or contradict themselves, before everything the header announces was read."""


@dataclass(slots=True)
class Shortcut:
    """What a shortcut holds; texts are empty where it has none.

    ids is the target as Windows Explorer keeps it, local the path, network the share; end is where the shortcut ends
    in the file, in bytes.
    """

    ids: list[str] = field(default_factory=list)
    local: str = ""
    network: str = ""
    environment: str = ""
    name: str = ""
    relative: str = ""
    folder: str = ""
    arguments: str = ""
    icon: str = ""
    show: int = 1
    end: int = 0

    @property
    def target(self) -> str:
        """The path that it leads to, as exactly as the shortcut tells."""
        return self.environment or self.network or self.local or "\\".join(self.ids[-8:]) or self.relative

    @property
    def targets(self) -> str:
        """Everything that it says about its target: which of it Windows follows depends on what is there."""
        return " ".join((self.environment, self.network, self.local, *self.ids, self.relative))


def read(data: bytes) -> Shortcut:
    """Return what the shortcut says; raise ``Damaged`` when not all of it is there."""
    if len(data) < _HEADER:
        raise Damaged("The header is cut short.")
    (flags,) = struct.unpack_from("<I", data, 20)
    found = Shortcut(show=struct.unpack_from("<I", data, 60)[0])
    at = _HEADER
    if flags & _ID_LIST:
        at = _ids(data, at, found)
    if flags & _LINK_INFO and not flags & _NO_LINK_INFO:
        at = _link_info(data, at, found)
    at = _strings(data, at, flags, found)
    found.end = _blocks(data, at, found)
    return found


def _number(data: bytes, at: int, form: str = "<H") -> int:
    try:
        return int(struct.unpack_from(form, data, at)[0])
    except struct.error as error:
        raise Damaged("A number lies behind the end.") from error


def _ids(data: bytes, at: int, found: Shortcut) -> int:
    """Read the names in the list of item ids (2.2): the long name of an item where it has one."""
    end = at + 2 + _number(data, at)
    if end > len(data):
        raise Damaged("The list of ids is cut short.")
    at += 2
    while at + 2 <= end:
        if len(found.ids) >= _MOST_ITEMS:
            raise Damaged("There are more items in the path than any has.")
        size = _number(data, at)
        if size < 2:
            break
        item = data[at + 2 : min(at + size, end)]
        wide = [match.group().decode("utf-16-le") for match in _WIDE.finditer(item)]
        narrow = [match.group().decode("ascii") for match in _NARROW.finditer(item)]
        if wide or narrow:
            found.ids.append(max(wide, key=len) if wide else max(narrow, key=len))
        at += size
    return end


def _link_info(data: bytes, at: int, found: Shortcut) -> int:
    """Read the place of the target (2.3): a local path, or a share and what is behind it."""
    size, header = _number(data, at, "<I"), _number(data, at + 4, "<I")
    if at + size > len(data) or size < 0x1C:
        raise Damaged("The place of the target is cut short.")
    info = data[at : at + size]
    flags, _, local, network, suffix = struct.unpack_from("<5I", info, 8)
    rest = _text(info, suffix)
    if header >= 0x24 and size >= 0x24:
        wide_local, wide_suffix = struct.unpack_from("<II", info, 0x1C)
        rest = _wide_text(info, wide_suffix) or rest
        found.local = _wide_text(info, wide_local) if flags & 1 else ""
    if flags & 1:
        found.local = (found.local or _text(info, local)) + rest
    if flags & 2 and network + 20 <= size:
        share = _text(info, network + _number(info, network + 8, "<I"))
        found.network = f"{share}\\{rest}" if rest else share
    return at + size


def _text(info: bytes, at: int) -> str:
    return info[at : at + 1024].partition(b"\0")[0].decode("cp1252", "replace") if 0 < at < len(info) else ""


def _wide_text(info: bytes, at: int) -> str:
    return info[at : at + 2048].decode("utf-16-le", "replace").partition("\0")[0] if 0 < at < len(info) else ""


def _strings(data: bytes, at: int, flags: int, found: Shortcut) -> int:
    """Read the counted texts (2.4), which stand in this order when their flag is set."""
    width, encoding = (2, "utf-16-le") if flags & _UNICODE else (1, "cp1252")
    for flag, name in (
        (_NAME, "name"),
        (_RELATIVE, "relative"),
        (_FOLDER, "folder"),
        (_ARGUMENTS, "arguments"),
        (_ICON, "icon"),
    ):
        if not flags & flag:
            continue
        size = _number(data, at) * width
        if at + 2 + size > len(data):
            raise Damaged("A text is cut short.")
        setattr(found, name, data[at + 2 : at + 2 + size].decode(encoding, "replace").replace("\0", ""))
        at += 2 + size
    return at


def _blocks(data: bytes, at: int, found: Shortcut) -> int:
    """Read the extra blocks (2.5) as far as they go, and return where they end."""
    for _ in range(_MOST_BLOCKS):
        if at + 4 > len(data):
            return min(at, len(data))
        size = _number(data, at, "<I")
        if size < 8:
            return at + 4
        if at + size > len(data):
            return at
        kind = _number(data, at + 4, "<I")
        if kind == _ENVIRONMENT and size >= 0x314:
            found.environment = _wide_text(data[at : at + size], 268) or _text(data[at : at + size], 8)
        elif kind == _ICON_ENVIRONMENT and size >= 0x314:
            found.icon = _wide_text(data[at : at + size], 268) or _text(data[at : at + size], 8) or found.icon
        elif kind >> 16 != 0xA000:
            return at
        at += size
    raise Damaged("There are more blocks than any shortcut has.")
