"""Programs of every system made from scratch: headers and tables only, with no code that would run."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from app.sandbox import samples

_ALIGN = 512
_PAGE = 0x1000


def _padded(data: bytes, size: int = _ALIGN) -> bytes:
    return data.ljust(-(-len(data) // size) * size, b"\0")


def version_resource(values: Mapping[str, str]) -> bytes:
    """Return the strings of a version resource, each with its header and padded to four bytes (VS_VERSIONINFO)."""
    out = b""
    for key, value in values.items():
        name, text = (key + "\0").encode("utf-16-le"), (value + "\0").encode("utf-16-le")
        body = bytes(6) + name
        body += bytes(-len(body) % 4) + text
        out += struct.pack("<HHH", len(body), len(value), 1) + body[6:] + bytes(-len(body) % 4)
    return out


def _resources(base: int, content: bytes) -> bytes:
    """A tree with one version resource (PE/COFF 6.9): three levels, one data entry."""
    out = b""
    for number, following in ((16, 0x80000018), (1, 0x80000030), (1033, 0x48)):
        out += struct.pack("<12xHHII", 0, 1, number, following)
    return out + struct.pack("<IIII", base + 0x58, len(content), 0, 0) + content


def _imports(base: int, libraries: Mapping[str, Sequence[str]], wide: bool) -> bytes:
    """Import directory, then tables and names (PE/COFF 6.4)."""
    form = "<Q" if wide else "<I"
    rows, rest = b"", b""
    start = base + 20 * (len(libraries) + 1)
    for library, names in libraries.items():
        name_at = start + len(rest)
        rest += library.encode() + b"\0"
        hints = []
        for name in names:
            hints.append(start + len(rest))
            rest += bytes(2) + name.encode() + b"\0"
        table = start + len(rest)
        rest += b"".join(struct.pack(form, hint) for hint in hints) + struct.pack(form, 0)
        rows += struct.pack("<IIIII", table, 0, 0, name_at, table)
    return rows + bytes(20) + rest


def _exports(base: int, names: Sequence[str]) -> bytes:
    texts, places = b"", []
    start = base + 40 + 4 * len(names)
    for name in names:
        places.append(start + len(texts))
        texts += name.encode() + b"\0"
    head = struct.pack("<24xI4xI4x", len(names), base + 40)
    return head + b"".join(struct.pack("<I", place) for place in places) + texts


def windows(
    imports: Mapping[str, Sequence[str]] | None = None,
    *,
    exports: Sequence[str] = (),
    version: Mapping[str, str] | None = None,
    sections: Sequence[tuple[str, bytes]] = ((".text", bytes(range(256)) * 8),),
    certificate: bytes = b"",
    overlay: bytes = b"",
    wide: bool = True,
    dll: bool = False,
    driver: bool = False,
    dotnet: bool = False,
    stamp: int = 1_700_000_000,
    start: bytes = b"MZ",
) -> bytes:
    """Return a PE whose first section is where it starts; its tables lie in a section of their own, ``.rdata``."""
    count = len(sections) + 1
    spots = [(number + 1) * 0x100_000 for number in range(count)]
    base = spots[-1]
    tables, directories = b"", [(0, 0)] * 16
    for number, build in (
        (0, lambda at: _exports(at, exports) if exports else b""),
        (1, lambda at: _imports(at, imports, wide) if imports else b""),
        (2, lambda at: _resources(at, version_resource(version)) if version else b""),
    ):
        table = build(base + len(tables))
        if table:
            directories[number] = (base + len(tables), len(table))
            tables += _padded(table, 16)
    if dotnet:
        directories[14] = (base, 72)
    bodies = [*(content for _, content in sections), tables]
    names = [*(name for name, _ in sections), ".rdata"]
    optional = struct.pack("<H14xI40xI4xH", 0x20B if wide else 0x10B, spots[0], 0x400, 1 if driver else 2)
    optional = optional.ljust(108 if wide else 92, b"\0") + struct.pack("<I", 16)
    place, rows, content = 0x400 if count < 15 else 0x1000, b"", b""
    for name, spot, body in zip(names, spots, bodies, strict=True):
        raw = _padded(body)
        flags = 0x60000020 if spot == spots[0] else 0x40000040
        row = struct.pack("<IIII12xI", len(body), spot, len(raw), place + len(content), flags)
        rows += name.encode().ljust(8, b"\0")[:8] + row
        content += raw
    end = place + len(content) + len(overlay)
    if certificate:
        directories[4] = (end, len(certificate))
    optional += b"".join(struct.pack("<II", *row) for row in directories)
    head = start.ljust(60, b"\0") + struct.pack("<I", 64) + b"PE\0\0"
    machine = 0x8664 if wide else 0x14C
    head += struct.pack("<HHI8xHH", machine, count, stamp, len(optional), 0x2022 if dll else 0x22)
    return (head + optional + rows).ljust(place, b"\0") + content + overlay + certificate


def linux(
    names: Sequence[str] = ("libc.so.6", "printf"), *, code: bytes = bytes(256), flags: int = 5, sections: bool = True
) -> bytes:
    """Return a 64-bit ELF with one loaded segment, a table of names unless there are none, and section names."""
    texts = b"\0" + b"".join(name.encode() + b"\0" for name in names)
    place = 64 + 2 * 56
    dynamic = struct.pack("<QQQQQQ", 5, place + 48, 10, len(texts), 0, 0)
    body = (dynamic + texts if names else b"") + code
    table = place + len(body)
    labels = b"\0.text\0.shstrtab\0"
    rows = struct.pack("<64xIIQQQQ24xIIQQQQ24x", 1, 1, 0, 0, place, 9, 7, 3, 0, 0, table + 192, len(labels))
    counts = (2 if names else 1, 64, 3 if sections else 0, 2 if sections else 0)
    head = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    head += struct.pack("<HHIQQQIHH", 2, 62, 1, place, 64, table if sections else 0, 0, 64, 56)
    head += struct.pack("<HHHH", counts[0], counts[1], counts[2], counts[3])
    head += struct.pack("<IIQQQQQQ", 1, flags, 0, 0, 0, table, table, 4096)
    head += struct.pack("<IIQQQQQQ", 2, 6, place, place, place, 48, 48, 8)
    return head + body + (rows.ljust(192, b"\0") + labels if sections else b"")


def apple(*, signed: bool = True, ad_hoc: bool = False, segment: str = "__TEXT") -> bytes:
    """Return a 64-bit Mach-O for ARM with a segment, a library and a signature of team ABCDE12345."""
    library = b"/usr/lib/libSystem.B.dylib\0".ljust(32, b"\0")
    commands = struct.pack("<II16s48x", 0x19, 72, segment.encode())
    commands += struct.pack("<IIIIII", 0x0C, 24 + len(library), 24, 0, 0, 0) + library
    text = b"com.example.app\0"
    head = struct.pack(">IIIIII", 0xFADE0C02, 0, 0x20400, 2 if ad_hoc else 0, 0, 88)
    directory = (head.ljust(48, b"\0") + struct.pack(">I", 0 if ad_hoc else 88 + len(text))).ljust(88, b"\0")
    directory += text + b"ABCDE12345\0"
    blob = struct.pack(">IIIII", 0xFADE0CC0, 20 + len(directory), 1, 0, 20) + directory
    if signed:
        commands += struct.pack("<IIII", 0x1D, 16, 32 + len(commands) + 16, len(blob))
    head = b"\xcf\xfa\xed\xfe" + struct.pack("<IIIIIII", 0x0100000C, 0, 2, 3 if signed else 2, len(commands), 0, 0)
    return head + commands + (blob if signed else b"")


def universal(*programs: bytes) -> bytes:
    """Return the programs behind each other as one universal Mach-O."""
    place, rows, body = 4096, b"", b""
    for program in programs:
        rows += struct.pack(">IIIII", 0x0100000C, 0, place + len(body), len(program), 12)
        body += program
    return (b"\xca\xfe\xba\xbe" + struct.pack(">I", len(programs)) + rows).ljust(place, b"\0") + body


def java_class(*constants: str) -> bytes:
    """Return a class of version 52 with these texts in its constant pool."""
    pool = b"".join(b"\x01" + struct.pack(">H", len(text)) + text.encode() for text in constants)
    return b"\xca\xfe\xba\xbe" + struct.pack(">HHH", 0, 52, len(constants) + 1) + pool + bytes(16)


def jar(files: Mapping[str, bytes], *, starts: str = "Main") -> bytes:
    """Return a Java archive; ``starts`` names its main class."""
    line = f"Main-Class: {starts}\r\n" if starts else ""
    return samples.zip_of({"META-INF/MANIFEST.MF": f"Manifest-Version: 1.0\r\n{line}".encode(), **files})


_ATTRIBUTES = {"name": 0x01010003, "permission": 0x01010006, "debuggable": 0x0101000F}


def android_manifest(package: str, elements: Sequence[tuple[str, Mapping[str, str | bool]]]) -> bytes:
    """Return a manifest in binary form; the strings of known attributes come first, as their numbers do."""
    texts = [*_ATTRIBUTES, "package", package, "manifest"]
    for name, attributes in elements:
        texts += [name, *(value for value in attributes.values() if isinstance(value, str))]
    texts = list(dict.fromkeys(texts))
    places, pool = [], b""
    for text in texts:
        places.append(len(pool))
        pool += struct.pack("<H", len(text)) + text.encode("utf-16-le") + b"\0\0"
    pool = pool.ljust(-(-len(pool) // 4) * 4, b"\0")
    start = 28 + 4 * len(texts)
    head = struct.pack("<HHIIIIII", 1, 28, start + len(pool), len(texts), 0, 0, start, 0)
    body = head + b"".join(struct.pack("<I", place) for place in places) + pool
    numbers = list(_ATTRIBUTES.values())
    body += struct.pack(f"<HHI{len(numbers)}I", 0x180, 8, 8 + 4 * len(numbers), *numbers)
    for name, attributes in [("manifest", {"package": package}), *elements]:
        rows = b""
        for key, value in attributes.items():
            if isinstance(value, bool):
                rows += struct.pack("<IIIHBBI", 0xFFFFFFFF, texts.index(key), 0xFFFFFFFF, 8, 0, 0x12, int(value))
            else:
                at = texts.index(value)
                rows += struct.pack("<IIIHBBI", 0xFFFFFFFF, texts.index(key), at, 8, 0, 3, at)
        node = struct.pack("<IIHHHHHH", 0xFFFFFFFF, texts.index(name), 20, 20, len(attributes), 0, 0, 0)
        body += struct.pack("<HHIII", 0x102, 16, 16 + len(node) + len(rows), 1, 0xFFFFFFFF) + node + rows
    return struct.pack("<HHI", 3, 8, 8 + len(body)) + body


def app(manifest: bytes, files: Mapping[str, bytes] | None = None) -> bytes:
    """Return an Android package with this manifest and a file of code."""
    return samples.zip_of({"AndroidManifest.xml": manifest, "classes.dex": b"dex\n035\0" + bytes(112), **(files or {})})
