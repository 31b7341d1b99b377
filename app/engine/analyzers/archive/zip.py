"""zip, and everything that is one: office documents, Java archives, e-books.

Members are unpacked from memory by their local headers; names are labels, never paths. The declared sizes are only
hints: a deflated stream ends where it ends. Format: PKWARE APPNOTE.
"""

from __future__ import annotations

import bz2
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import IO

import inflate64

from app.engine import zstd
from app.engine.analyzers import appended
from app.engine.analyzers.archive import libarchive, names as archive_names, zip_aes as archive_zip_aes
from app.engine.budget import LimitReached
from app.engine.model import Severity
from app.engine.node import Child, Item, Node, Tools, Unsupported
from app.engine.node_name import extension_of
from app.engine.view import reader

_STEP = 256 * 1024
_LOCAL_SIGNATURE = b"PK\x03\x04"
#: Signature, version, flags, method, time, date, checksum, packed size, size, length of name and of extra field.
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_ENCRYPTED, _UTF8 = 0x1, 0x800
_DEFLATE64, _ZSTD, _XZ, _PPMD = 9, 93, 95, 98
#: Packed bytes given to Deflate64 at a time: its reader returns all that they unpack to, up to 25,000 times as much.
_STEP_64 = 256
#: Bytes of a data descriptor with its signature and 64-bit sizes (APPNOTE 4.3.9).
_DESCRIPTOR = 24


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield every member, and findings about locked members and about directories that lie."""
    try:
        archive = zipfile.ZipFile(reader(node.data))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, ValueError):
        # A ValueError is a name that is flagged as UTF-8 and is none.
        yield node.finding("archive.broken", Severity.UNKNOWN, "Damaged archive: it has no readable directory")
        yield from _members_without_directory(node)
        return
    members = [info for info in archive.infolist() if not info.filename.endswith("/")]
    yield from _overlaps(node, members)
    yield from archive_names.twins(node, [info.filename for info in members])
    locked = [info for info in members if info.flag_bits & _ENCRYPTED]
    shift = _shift(node.data, members)
    yield from _unlisted(node, archive, shift)
    yield from _named_twice(node, members, shift)
    for info in members:
        if not info.flag_bits & _ENCRYPTED and not (_is_ppmd(info) and libarchive.available()):
            content = _unpack(node.data, info, info.header_offset + shift)
            yield Child(info.filename, content, info.compress_size, len(members))
    if any(_local_header(node.data, info.header_offset + shift) is None for info in members):
        # The directory points past what is there: readers that look for the members themselves find more.
        yield from _members_without_directory(node)
    if locked:
        yield from _locked(node, archive, locked, shift, len(members), tools)
    if any(_is_ppmd(info) for info in members):
        yield from _ppmd(node, members, tools)


def _is_ppmd(info: zipfile.ZipInfo) -> bool:
    return info.compress_type == _PPMD and not info.flag_bits & _ENCRYPTED


def _ppmd(node: Node, members: list[zipfile.ZipInfo], tools: Tools) -> Iterator[Item]:
    """Yield the members under PPMd, which only the library knows; it reads all of them, the others in vain."""
    known = {info.filename for info in members if not _is_ppmd(info)}
    if libarchive.available():
        for member in libarchive.members(node.raw, "zip_seekable", tools):
            if member.name not in known and not member.locked:
                yield Child(member.name, member.content, len(node.data), len(members))


def _unpack(data: memoryview, info: zipfile.ZipInfo, start: int) -> Iterator[bytes | memoryview]:
    """Yield the content of one member, piece by piece, checked against nothing but its own end."""
    fields = _local_header(data, start)
    if fields is None:
        raise zipfile.BadZipFile("A local header is missing.")
    body = start + _LOCAL.size + fields[9] + fields[10]
    yield from _decompress(data, body, info.compress_type, max(info.compress_size, 0))


def _decompress(data: memoryview, start: int, method: int, packed: int) -> Iterator[bytes | memoryview]:
    if method == zipfile.ZIP_STORED:
        yield data[start : start + packed]
    elif method == zipfile.ZIP_DEFLATED:
        yield from _inflate(data[start:])
    elif method == _DEFLATE64:
        yield from _inflate64(data[start : start + packed])
    elif method == zipfile.ZIP_BZIP2:
        yield from _drain(bz2.BZ2Decompressor(), data[start : start + packed])
    elif method == _ZSTD:
        yield from _drain(zstd.ZstdDecompressor(), data[start : start + packed])
    elif method == _XZ:
        yield from _drain(lzma.LZMADecompressor(lzma.FORMAT_XZ), data[start : start + packed])
    elif method == zipfile.ZIP_LZMA:
        yield from _drain(_lzma_decompressor(data[start:]), data[start + 9 : start + packed])
    else:
        raise Unsupported


def _inflate(data: memoryview) -> Iterator[bytes]:
    """Yield the deflated stream that begins at the start of ``data``, whatever size the directory claims."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    position = 0
    rest: bytes | memoryview = b""
    while not stream.eof:
        if not rest:
            rest = data[position : position + _STEP]
            position += len(rest)
        if not rest:
            raise zipfile.BadZipFile("A member ends too early.")
        yield stream.decompress(rest, _STEP)
        rest = stream.unconsumed_tail


def _inflate64(data: memoryview) -> Iterator[bytes]:
    stream = inflate64.Inflater()
    for at in range(0, len(data), _STEP_64):
        try:
            yield stream.inflate(bytes(data[at : at + _STEP_64]))
        except ValueError as error:
            raise zipfile.BadZipFile("A member cannot be unpacked.") from error
        if stream.eof:
            return
    raise zipfile.BadZipFile("A member ends too early.")


def _drain(
    stream: bz2.BZ2Decompressor | lzma.LZMADecompressor | zstd.ZstdDecompressor, data: memoryview
) -> Iterator[bytes]:
    """Yield what a stream gives, at most ``_STEP`` bytes at a time."""
    given: bytes | memoryview = data
    while not stream.eof:
        if stream.needs_input and not given:
            # LZMA members need not have an end marker.
            return
        yield stream.decompress(given, _STEP)
        given = b""


def _lzma_decompressor(data: memoryview) -> lzma.LZMADecompressor:
    """Members carry a version and five bytes of properties before the raw stream (APPNOTE 5.8.8)."""
    properties = bytes(data[4:9])
    if len(properties) < 5:
        raise zipfile.BadZipFile("A member ends too early.")
    code, dictionary = properties[0], int.from_bytes(properties[1:], "little")
    lc, lp, pb = code % 9, code // 9 % 5, code // 45
    filters = [{"id": lzma.FILTER_LZMA1, "lc": lc, "lp": lp, "pb": pb, "dict_size": dictionary}]
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)


def _overlaps(node: Node, members: list[zipfile.ZipInfo]) -> Iterator[Item]:
    spans = sorted((info.header_offset, info.header_offset + _LOCAL.size + info.compress_size) for info in members)
    if any(end > following for (_, end), (following, _) in pairwise(spans)):
        yield node.finding(
            "archive.overlap", Severity.SUSPICIOUS, "Members of the archive share the same bytes, like a bomb"
        )


def _named_twice(node: Node, members: list[zipfile.ZipInfo], shift: int) -> Iterator[Item]:
    """Yield members under the name before them, where the directory gives another: programs differ in what they show.

    One of another kind is judged under both names, and one of which a name runs is a finding.
    """
    told = False
    for info in members:
        local = _local_name(node.data, info.header_offset + shift)
        if not local or local in (info.orig_filename.encode("utf-8", "replace"), _legacy(info)):
            continue
        name = local.decode("utf-8" if info.flag_bits & _UTF8 else "cp437", "replace")
        other = extension_of(name) != extension_of(info.filename)
        if other or not told:
            yield archive_names.differs(node, name, info.filename)
            told = True
        if other and not info.flag_bits & _ENCRYPTED and not name.endswith("/"):
            yield Child(name, _unpack(node.data, info, info.header_offset + shift), info.compress_size, len(members))


def _legacy(info: zipfile.ZipInfo) -> bytes:
    return info.orig_filename.encode("cp437", "replace")


def _local_name(data: memoryview, start: int) -> bytes:
    fields = _local_header(data, start)
    return bytes(data[start + _LOCAL.size : start + _LOCAL.size + fields[9]]) if fields else b""


def _local_header(data: memoryview, start: int) -> tuple[int, ...] | None:
    """Return the fields of the local header at ``start``, or None when there is none."""
    header = data[start : start + _LOCAL.size]
    if start < 0 or len(header) < _LOCAL.size or bytes(header[:4]) != _LOCAL_SIGNATURE:
        return None
    fields: tuple[int, ...] = _LOCAL.unpack(header)
    return fields


def _shift(data: memoryview, members: list[zipfile.ZipInfo]) -> int:
    """Return by how many bytes the directory misplaces all members; readers mend that by the first local header."""
    first = min((info.header_offset for info in members), default=0)
    if not members or _local_header(data, first):
        return 0
    found = bytes(data[: first + _STEP]).find(_LOCAL_SIGNATURE)
    return found - first if found >= 0 else 0


def _members_without_directory(node: Node) -> Iterator[Item]:
    """Yield what can still be unpacked when the directory at the end is cut off or destroyed."""
    content = bytes(node.data)
    at = content.find(_LOCAL_SIGNATURE)
    while at >= 0:
        header = content[at : at + _LOCAL.size]
        if len(header) < _LOCAL.size:
            return
        _, _, flags, method, _, _, _, packed, _, name_length, extra = _LOCAL.unpack(header)
        body = at + _LOCAL.size + name_length + extra
        name = content[at + _LOCAL.size : at + _LOCAL.size + name_length].decode("utf-8", "replace")
        if not flags & _ENCRYPTED and not name.endswith("/"):
            yield Child(name, _decompress(node.data, body, method, packed), packed)
        at = content.find(_LOCAL_SIGNATURE, max(body, at + 4))


def _unlisted(node: Node, archive: zipfile.ZipFile, shift: int) -> Iterator[Item]:
    """Yield what lies before, between and behind the members that the directory lists.

    Readers that go by the directory do not show it, others do: a second archive glued to the first, members that the
    directory leaves out, or a file behind the end.
    """
    spans = sorted((info.header_offset + shift, _end(node.data, info, shift)) for info in archive.infolist())
    if not spans and _LOCAL_SIGNATURE in node.raw:
        yield node.finding("archive.unlisted", Severity.INFO, "The archive holds files that its directory leaves out")
        yield from _members_without_directory(node)
    if spans and spans[0][0] > 0:
        yield from appended.second(node, node.data[: spans[0][0]], "Another archive stands before this one")
    # What stands between the last member that is listed and the directory counts too.
    spans.append((max(archive.start_dir + shift, spans[-1][1] if spans else 0), 0))
    found = 0
    for (_, end), (following, _) in pairwise(spans):
        # A descriptor may stand between a member and the next; what is unlisted begins like a member.
        gap = bytes(node.data[end : min(following, end + _DESCRIPTOR + 4)]) if following > end else b""
        at = gap.find(_LOCAL_SIGNATURE)
        if at >= 0:
            found += 1
            yield Child("", node.data[end + at : following])
    if found:
        yield node.finding("archive.unlisted", Severity.INFO, "The archive holds files that its directory leaves out")
    yield from appended.behind_zip(node)


def _end(data: memoryview, info: zipfile.ZipInfo, shift: int) -> int:
    start = info.header_offset + shift
    fields = _local_header(data, start)
    return start + _LOCAL.size + (fields[9] + fields[10] if fields else 0) + info.compress_size


def _locked(
    node: Node, archive: zipfile.ZipFile, locked: list[zipfile.ZipInfo], shift: int, siblings: int, tools: Tools
) -> Iterator[Item]:
    """Yield the locked members that a password opens, and ``archive.encrypted`` when some stay locked."""
    closed, opened = False, False
    under_aes = [info for info in locked if info.compress_type == archive_zip_aes.METHOD]
    plain = [info for info in locked if info.compress_type != archive_zip_aes.METHOD]
    for members, test, read in (
        (plain, _opens(archive, tools), _reader(archive)),
        (under_aes, _opens_aes(node.data, shift), _reader_aes(node.data, shift)),
    ):
        if not members:
            continue
        # The smallest tells soonest whether a password fits.
        password = _password(min(members, key=lambda info: info.compress_size), test, tools)
        if password is None:
            closed = True
            continue
        if not opened:
            yield node.finding(
                "archive.opened", Severity.INFO, "Locked archive, opened with a password that came with it"
            )
        opened = True
        for info in members:
            yield Child(info.filename, read(info, password), info.compress_size, siblings)
    if closed:
        yield from archive_names.unseen(node, [info.filename for info in locked])
        yield node.finding(
            "archive.encrypted", Severity.UNKNOWN, "Locked with a password, so what it holds was not seen"
        )


def _password(info: zipfile.ZipInfo, opens: Callable[[zipfile.ZipInfo, bytes], bool], tools: Tools) -> bytes | None:
    """Return the first password that ``opens`` the member, or None."""
    for candidate in tools.passwords:
        for password in dict.fromkeys((candidate.encode("utf-8"), candidate.encode("cp1252", "ignore"))):
            try:
                tools.budget.charge_password()
            except LimitReached:
                return None
            if opens(info, password):
                return password
    return None


def _opens(archive: zipfile.ZipFile, tools: Tools) -> Callable[[zipfile.ZipInfo, bytes], bool]:
    """Under the old encryption a password fits when the content has the declared checksum."""

    def test(info: zipfile.ZipInfo, password: bytes) -> bool:
        try:
            for _ in _decrypt(archive, info, password):
                tools.budget.charge_time()
        except (RuntimeError, zipfile.BadZipFile, zlib.error, EOFError, OSError, lzma.LZMAError):
            return False
        return True

    return test


def _reader(archive: zipfile.ZipFile) -> Callable[[zipfile.ZipInfo, bytes], Iterable[bytes]]:
    return lambda info, password: _decrypt(archive, info, password)


def _decrypt(archive: zipfile.ZipFile, info: zipfile.ZipInfo, password: bytes) -> Iterator[bytes]:
    stream: IO[bytes]
    with archive.open(info, pwd=password) as stream:
        while chunk := stream.read(_STEP):
            yield chunk


def _aes_member(
    data: memoryview, info: zipfile.ZipInfo, shift: int
) -> tuple[archive_zip_aes.Locked, archive_zip_aes.Parameters]:
    start = info.header_offset + shift
    fields, known = _local_header(data, start), archive_zip_aes.parameters(info.extra)
    if fields is None:
        raise zipfile.BadZipFile("A local header is missing.")
    if known is None:
        raise Unsupported
    body = start + _LOCAL.size + fields[9] + fields[10]
    return archive_zip_aes.cut(data[body : body + max(info.compress_size, 0)], known), known


def _opens_aes(data: memoryview, shift: int) -> Callable[[zipfile.ZipInfo, bytes], bool]:
    def test(info: zipfile.ZipInfo, password: bytes) -> bool:
        member, known = _aes_member(data, info, shift)
        return archive_zip_aes.unlock(member, known, password) is not None

    return test


def _reader_aes(data: memoryview, shift: int) -> Callable[[zipfile.ZipInfo, bytes], Iterable[bytes | memoryview]]:
    def read(info: zipfile.ZipInfo, password: bytes) -> Iterator[bytes | memoryview]:
        member, known = _aes_member(data, info, shift)
        key = archive_zip_aes.unlock(member, known, password)
        if key is None:
            raise zipfile.BadZipFile("The checksum of a locked member is wrong.")
        # What is stored under the encryption is as large as the packed member, which fits in memory with it.
        plain = memoryview(b"".join(archive_zip_aes.decrypt(member, key)))
        yield from _decompress(plain, 0, known.method, len(plain))

    return read
