"""Outlook messages (.msg): body, attachments and forwarded messages. Format: MS-OXMSG over MS-CFB."""

from __future__ import annotations

from collections.abc import Iterator

import olefile

from app.engine.analyzers.office import rtf_compressed
from app.engine.node import Child

#: Property streams are named by tag and type: 001F is UTF-16 text, 001E 8-bit text, 0102 bytes.
_BODY = (("1000001F", "utf-16-le", "body.txt"), ("1000001E", "cp1252", "body.txt"), ("10130102", "", "body.html"))
_NAMES = (("3707001F", "utf-16-le"), ("3704001F", "utf-16-le"), ("3707001E", "cp1252"), ("3704001E", "cp1252"))
_DATA, _RTF = "37010102", "10090102"


def parts(storage: olefile.OleFileIO) -> Iterator[Child]:
    """Yield the bodies and attachments of the message and of the messages forwarded inside it."""
    folders = sorted({tuple(path[:-1]) for path in storage.listdir() if path[-1].startswith("__substg1.0_")})
    for folder in folders:
        prefix = "".join("message.msg/" for part in folder if part.startswith("__substg1.0_3701"))
        for tag, encoding, name in _BODY:
            if (body := _stream(storage, folder, tag)) is not None:
                yield Child(prefix + name, _utf8(body, encoding))
        if (packed := _stream(storage, folder, _RTF)) is not None:
            yield Child(prefix + "body.rtf", rtf_compressed.unpacked(packed), len(packed))
        if (data := _stream(storage, folder, _DATA)) is not None:
            yield Child(prefix + _name(storage, folder), data)


def _name(storage: olefile.OleFileIO, folder: tuple[str, ...]) -> str:
    for tag, encoding in _NAMES:
        if name := _stream(storage, folder, tag):
            return name.decode(encoding, "replace").rstrip("\0")
    return "attachment"


def _stream(storage: olefile.OleFileIO, folder: tuple[str, ...], tag: str) -> bytes | None:
    path = [*folder, f"__substg1.0_{tag}"]
    if not storage.exists(path) or storage.get_type(path) != olefile.STGTY_STREAM:
        return None
    content: bytes = storage.openstream(path).read()
    return content


def _utf8(body: bytes, encoding: str) -> bytes:
    return body.decode(encoding, "replace").encode("utf-8", "replace") if encoding == "utf-16-le" else body
