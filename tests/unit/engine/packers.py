"""Packers that write every byte as a code of eight bits: valid streams of formats for which no free packer exists."""

from __future__ import annotations

import struct
import zlib

#: The largest number of codes in one block of LHA.
_LHA_BLOCK = 65_535


def _bytes_of(bits: str) -> bytes:
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))


def lzh(content: bytes, *, wide: bool = False) -> bytes:
    """Return ``content`` as -lh5-; ``wide`` as -lh6-, -lh7- and ARJ, which give places five bits instead of four."""
    out = ""
    places = "0" * (10 if wide else 8)
    for at in range(0, len(content), _LHA_BLOCK):
        block = content[at : at + _LHA_BLOCK]
        # All lengths are the eleventh code of lengths, which stands for eight; 256 of them; no places.
        out += f"{len(block):016b}" + "00000" + f"{10:05b}" + f"{256:09b}" + places
        out += "".join(f"{byte:08b}" for byte in block)
    return _bytes_of(out)


#: For RAR, whose streams end with a 257th code: eight bits for a byte, nine for the last byte and for the end.
_END = "111111111"


def _coded(content: bytes) -> str:
    return "".join("111111110" if byte == 0xFF else f"{byte:08b}" for byte in content)


def _lengths(count: int) -> str:
    """Return the table of ``count`` lengths for RAR: codes of two bits for 8, 9, repetitions and zeros, then them."""
    codes = "".join("0010" if number in (8, 9, 17, 19) else "0000" for number in range(20))
    eight, nine, again, zeros = "00", "01", "10", "11"
    rest = count - 257
    table = eight + again + f"{138 - 11:07b}" + again + f"{116 - 11:07b}" + nine + nine
    return codes + table + zeros + f"{rest // 2 - 11:07b}" + zeros + f"{rest - rest // 2 - 11:07b}"


def rar5(content: bytes) -> bytes:
    """Return ``content`` as one block of RAR 5 (technical note, and as libarchive reads it)."""
    bits = _lengths(430) + _coded(content)
    packed = _bytes_of(bits)
    flags = 0xC0 | 2 << 3 | (len(bits) - 1) % 8
    size = len(packed).to_bytes(3, "little")
    return bytes([flags, 0x5A ^ flags ^ size[0] ^ size[1] ^ size[2]]) + size + packed


def rar4(content: bytes) -> bytes:
    """Return ``content`` as RAR 2.9 packs it: no PPMd, new tables, codes, the end of the file."""
    return _bytes_of("00" + _lengths(404) + _coded(content) + _END + "00")


def lha(files: dict[str, bytes], method: str = "lh5", *, level: int = 1) -> bytes:
    """Return an LHA archive; members are packed for lh5 to lh7, else as they are."""
    out = b""
    for name, content in files.items():
        packed = lzh(content, wide=method in ("lh6", "lh7")) if method in ("lh5", "lh6", "lh7") else content
        out += _lha_header(name.encode(), f"-{method}-".encode(), packed, len(content), level) + packed
    return out + b"\0"


def _lha_header(name: bytes, method: bytes, packed: bytes, size: int, level: int) -> bytes:
    if level == 2:
        folder, _, base = name.rpartition(b"/")
        extensions = struct.pack("<HB", len(base) + 3, 1) + base
        extensions += struct.pack("<HB", len(folder) + 4, 2) + folder.replace(b"/", b"\xff") + b"\xff" + bytes(2)
        body = method + struct.pack("<III", len(packed), size, 0) + b"\x20\2" + bytes(2) + b"U" + extensions
        return struct.pack("<H", len(body) + 2) + body
    body = method + struct.pack("<III", len(packed), size, 0) + bytes([0x20, level, len(name)]) + name + bytes(2)
    body += b"U\0\0" if level == 1 else b""
    return bytes([len(body), sum(body) & 0xFF]) + body


def arj(files: dict[str, bytes], method: int = 1, *, flags: int = 0) -> bytes:
    """Return an ARJ archive; method 0 stores, the others pack."""
    out = _arj_header(b"a.arj", 0, 2, b"", 0, 0)
    for name, content in files.items():
        packed = lzh(content, wide=True) if method in (1, 2, 3) else content
        out += _arj_header(name.encode(), method, 0, packed, len(content), flags) + packed
    return out + b"\x60\xea\0\0"


def _arj_header(name: bytes, method: int, kind: int, packed: bytes, size: int, flags: int) -> bytes:
    first = struct.pack("<BBBBBBBxIIIIHHH", 30, 11, 1, 2, flags, method, kind, 0, len(packed), size, 0, 0, 0, 0)
    body = first + name + b"\0\0"
    return b"\x60\xea" + struct.pack("<H", len(body)) + body + struct.pack("<I", zlib.crc32(body)) + bytes(2)
