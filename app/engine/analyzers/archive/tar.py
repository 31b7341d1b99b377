"""tar: members lie uncompressed behind their headers, so they are only cut out."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator

from app.engine.node import Child, Item, Node, Tools
from app.engine.view import reader

_STEP = 256 * 1024


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield every regular file. Links and devices have no content and are left out."""
    with tarfile.open(fileobj=reader(node.data), mode="r:") as archive:
        members, failure = _files(archive, tools)
        for member in members:
            yield Child(member.name, _content(node.data, archive, member), siblings=len(members))
    if failure:
        raise failure


def _files(archive: tarfile.TarFile, tools: Tools) -> tuple[list[tarfile.TarInfo], tarfile.TarError | None]:
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
    return members, None


def _content(data: memoryview, archive: tarfile.TarFile, member: tarfile.TarInfo) -> memoryview | Iterator[bytes]:
    """Return the content of a member: cut out of ``data`` where it lies in one piece."""
    if not member.issparse() and member.offset_data + member.size <= len(data):
        return data[member.offset_data : member.offset_data + member.size]
    return _chunks(archive, member)


def _chunks(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
    stream = archive.extractfile(member)
    while stream and (chunk := stream.read(_STEP)):
        yield chunk
