"""A file that is sent as ``multipart/form-data`` (RFC 7578): written to the spool as it comes, hashed on the way."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BufferedRandom
from pathlib import Path
from typing import Any, cast

from flask import request
from werkzeug.datastructures import FileStorage
from werkzeug.formparser import FormDataParser

from app.errors import Temporary
from app.web.problems import Problem

#: Bytes of the largest file, and of the fields beside it with the lines between.
LARGEST_FILE = 500 * 1024 * 1024
LARGEST_REST = 64 * 1024
#: Parts of a form; there are four that we know.
_MOST_PARTS = 10
#: Bytes that stay free on the disk of the spool, whoever sends whatever.
_LEAST_FREE = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Received:
    """A file that came, as long as the request lasts. ``name`` is as its sender wrote it."""

    path: Path
    name: str
    sha256: str
    size: int
    fields: dict[str, str] = field(repr=False)


class _Part(BufferedRandom):
    """A part that is written to a new file, hashed as it grows."""

    def __init__(self, path: Path) -> None:
        super().__init__(cast(Any, path.open("x+b", buffering=0)))
        path.chmod(0o600)
        self.path = path
        self.digest = hashlib.sha256()
        self.size = 0

    def write(self, content: Any) -> int:
        self.size += len(content)
        if self.size > LARGEST_FILE:
            raise Problem(413, "too-large", f"The file is larger than {LARGEST_FILE >> 20} MiB. Nothing was kept.")
        self.digest.update(content)
        return super().write(content)


@contextlib.contextmanager
def received(spool: Path) -> Iterator[Received]:
    """Read the request's one ``file`` and the fields beside it; the file is gone when the block ends.

    Raises a 413 problem for what is too large, 415 for another kind of body, 422 for a body without one file, and
    Temporary when the disk has no room.
    """
    if request.mimetype != "multipart/form-data":
        raise Problem(415, "media-type", "Send the file as multipart/form-data, in a part named 'file'.")
    _check_room(spool)
    parts: list[_Part] = []

    def open_part(*_facts: Any, **_named: Any) -> _Part:
        parts.append(_Part(spool / f"{secrets.token_hex(16)}.upload"))
        return parts[-1]

    parser = FormDataParser(
        stream_factory=cast(Any, open_part),
        max_form_memory_size=LARGEST_REST,
        max_content_length=LARGEST_FILE + LARGEST_REST,
        max_form_parts=_MOST_PARTS,
        silent=False,
    )
    try:
        yield _only(*_parsed(parser))
    finally:
        for part in parts:
            part.close()
            part.path.unlink(missing_ok=True)


def _check_room(spool: Path) -> None:
    spool.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Twice: in the spool, and sealed in the vault, which mostly is on the same disk.
    wanted = 2 * (request.content_length or LARGEST_FILE) + _LEAST_FREE
    if shutil.disk_usage(spool).free < wanted:
        raise Temporary("There is not enough room on the disk for this file. Nothing was kept.", code="disk")


def _parsed(parser: FormDataParser) -> tuple[Any, Any]:
    try:
        _, fields, files = parser.parse_from_environ(request.environ)
    except ValueError:
        raise Problem(422, "invalid", "The body is no form that could be read: is its boundary right?") from None
    except OSError as error:
        raise Temporary("The file could not be written to the spool. Nothing was kept.", code="spool") from error
    return fields, files


def _only(fields: Any, files: Any) -> Received:
    found: list[tuple[str, FileStorage]] = list(files.items(multi=True))
    if len(found) != 1 or found[0][0] != "file":
        raise Problem(422, "invalid", "Send one file, in a part named 'file' that has a filename.")
    twice = [name for name, values in fields.lists() if len(values) > 1]
    if twice:
        raise Problem(422, "invalid", "A field was given more than once.")
    part = cast(_Part, found[0][1].stream)
    part.flush()
    name = found[0][1].filename or ""
    return Received(part.path, name, part.digest.hexdigest(), part.size, dict(fields.items()))
