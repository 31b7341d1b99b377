"""tar: members lie uncompressed behind their headers, so they are only cut out."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator

from app.engine.model import Severity
from app.engine.node import Child, Item, Node, Tools
from app.engine.view import reader

_STEP = 256 * 1024
_BLOCK = 512
#: Where a header names its format.
_MAGIC_AT, _MAGIC = 257, re.compile(rb"ustar")


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield every regular file. Links and devices have no content and are left out."""
    with _opened(node.data) as archive:
        members, failure = _files(archive, tools)
        for member in members:
            yield Child(member.name, _content(node.data, archive, member), siblings=len(members))
        yield from _behind(node, archive.offset)
    if failure:
        raise failure


def _opened(data: memoryview) -> tarfile.TarFile:
    try:
        return tarfile.open(fileobj=reader(data), mode="r:")
    except (ValueError, OverflowError) as error:
        # What the extended header of the first member says is no number, or none that fits.
        raise EOFError from error


def _files(archive: tarfile.TarFile, tools: Tools) -> tuple[list[tarfile.TarInfo], Exception | None]:
    """Return the regular files as far as the budget has room for nodes, and what stopped the reading, if anything."""
    members: list[tarfile.TarInfo] = []
    try:
        for member in archive:
            tools.budget.charge_time()
            if member.isreg():
                members.append(member)
            if len(members) > tools.budget.limits.nodes:
                break
    except tarfile.TarError as error:
        return members, error
    except (ValueError, OverflowError):
        return members, EOFError()
    return members, None


def _behind(node: Node, end: int) -> Iterator[Item]:
    """Yield what begins like an archive behind the place where this one ends: some readers go on, others stop."""
    places = (match.start() - _MAGIC_AT for match in _MAGIC.finditer(node.data, end))
    start = next((at for at in places if at >= end and at % _BLOCK == 0), 0)
    if start:
        yield node.finding("archive.appended", Severity.INFO, "Another archive stands behind this one")
        yield Child("appended.tar", node.data[start:])


def _content(data: memoryview, archive: tarfile.TarFile, member: tarfile.TarInfo) -> memoryview | Iterator[bytes]:
    """Return the content of a member: cut out of ``data`` where it lies in one piece."""
    if not member.issparse() and member.offset_data + member.size <= len(data):
        return data[member.offset_data : member.offset_data + member.size]
    return _chunks(archive, member)


def _chunks(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
    stream = archive.extractfile(member)
    while stream and (chunk := stream.read(_STEP)):
        yield chunk
