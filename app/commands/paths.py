"""What commands share that take files and folders: walking them, and saying what could not be read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO


@dataclass(frozen=True, slots=True)
class Unread:
    """A path that could not be answered. ``counts``: it should have been, so that the exit status says so."""

    path: Path
    reason: str
    counts: bool = True


def files_of(paths: Iterable[Path]) -> Iterator[Path | Unread]:
    """Yield every ordinary file of the paths, folders recursively, and what is not one.

    Links are followed where they are named on the command line, and never inside folders: they might lead out, or
    round in a circle. Pipes, sockets and devices are never opened.
    """
    for path in paths:
        try:
            if path.is_dir():
                yield from _files_in(path)
            elif path.is_file():
                yield path
            elif path.exists():
                yield Unread(path, "neither a file nor a folder, not scanned")
            else:
                yield Unread(path, "there is no such file or folder")
        except (OSError, ValueError) as error:
            yield Unread(path, reason_of(error))


def _files_in(folder: Path) -> Iterator[Path | Unread]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield Unread(folder, reason_of(error))
        return
    for entry in entries:
        path = folder / entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _files_in(path)
        elif entry.is_file(follow_symlinks=False):
            yield path
        else:
            what = "a link" if entry.is_symlink() else "neither a file nor a folder"
            yield Unread(path, f"{what}, not scanned", counts=False)


def reason_of(error: Exception) -> str:
    """Return what went wrong in a few words, without the path that is written before it."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def leave_quietly(out: TextIO) -> None:
    """Make the interpreter's own last flush go nowhere: whoever read the answers has stopped reading."""
    try:
        descriptor = out.fileno()
    except (OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
