"""7z: unpacked into memory, member by member, never onto a disk."""

from __future__ import annotations

from collections.abc import Iterator

import py7zr
from py7zr.exceptions import PasswordRequired
from py7zr.io import Py7zIO, WriterFactory

from app.engine.analyzers.archive import libarchive, names as archive_names, sevenzip_key as archive_7z_key
from app.engine.budget import LimitReached, Sink
from app.engine.model import Severity
from app.engine.node import Child, Item, Node, Tools
from app.engine.view import reader


class _Member(Py7zIO):
    """Takes the bytes of one member under the budget; what is over the limit of a node is dropped."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.written = 0

    def write(self, s: bytes | bytearray) -> int:
        if self.sink.limit is None:
            self.sink.write(s)
        self.written += len(s)
        return len(s)

    def read(self, size: int | None = None) -> bytes:
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        return 0

    def flush(self) -> None:
        return None

    def size(self) -> int:
        return self.written


class _Members(WriterFactory):
    """Makes a sink for every member."""

    def __init__(self, tools: Tools) -> None:
        self.members: dict[str, _Member] = {}
        self._tools = tools

    def create(self, filename: str) -> Py7zIO:
        member = _Member(self._tools.budget.sink())
        self.members[filename] = member
        return member


class _Locked(Exception):
    """No password at hand opens the archive; ``names`` are those of its members where they can be read."""

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self.names = names


archive_7z_key.install()


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield every member; ``archive.encrypted`` when no password opens it."""
    try:
        yield from _open(node, tools)
    except _Locked as locked:
        yield from archive_names.unseen(node, locked.names)
        yield node.finding(
            "archive.encrypted", Severity.UNKNOWN, "Locked with a password, so what it holds was not seen"
        )
    except (LimitReached, MemoryError):
        raise
    except Exception:  # whatever it is that this library cannot read, the other may, or says what is wrong
        yield from _otherwise(node, tools)


def _otherwise(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the members by libarchive, which knows filters for programs (BCJ2, RISC-V) that the other library lacks."""
    for member in libarchive.members(node.raw, "7zip", tools):
        yield Child(member.name, member.content, len(node.data))


def _open(node: Node, tools: Tools) -> Iterator[Item]:
    names: list[str] = []
    try:
        archive = py7zr.SevenZipFile(reader(node.data))
        locked = archive.needs_password()
        names = [member.filename for member in archive.files if not member.is_directory]
    except PasswordRequired:
        locked = True
    if not locked:
        yield from _extract(archive, tools)
        return
    for password in tools.passwords:
        spent = tools.budget.bytes_out
        try:
            tools.budget.charge_password()
            items = list(_extract(py7zr.SevenZipFile(reader(node.data), password=password), tools))
        except LimitReached as reached:
            if reached.final:
                raise
            break
        except Exception:  # a wrong password makes noise, on which the library fails in any way
            tools.budget.bytes_out = spent
            continue
        yield node.finding("archive.opened", Severity.INFO, "Locked archive, opened with a password that came with it")
        yield from items
        return
    raise _Locked(names)


def _extract(archive: py7zr.SevenZipFile, tools: Tools) -> Iterator[Item]:
    """Unpack all members under the budget and yield them; when it fails midway, what came before and the error."""
    names = _number_names(archive)
    made = _Members(tools)
    failure: Exception | None = None
    try:
        archive.extractall(factory=made)
    except Exception as error:  # whatever it is, what was unpacked before is looked at first
        failure = error
    for number, member in made.members.items():
        yield Child(names.get(number.rsplit("/", 1)[-1], number), member.sink, siblings=len(names))
    if failure:
        raise failure


def _number_names(archive: py7zr.SevenZipFile) -> dict[str, str]:
    """Replace the members' names by numbers and return which is which.

    The library refuses a whole archive for one name that leaves the folder; here a name is only a label, and
    nothing goes to a disk.
    """
    names = {}
    for number, member in enumerate(archive.files):
        names[str(number)] = member.filename
        member._file_info["filename"] = str(number)
    return names
