"""Have a document drawn by a process of its own, and take from it nothing but pixels.

The process starts from a clean interpreter (no settings, no keys, no descriptors of ours), locks itself down before the
first look at the file (no network, no programs, no files, bounded memory: ``app/engine/lockdown.py``), and is killed
when its time is over. The pictures that people get are encoded here, from pixels whose number was checked.
"""

from __future__ import annotations

import contextlib
import io
import math
import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from PIL import Image

from app.engine.preview.answer import HEAD_BYTES, MOST_BYTES, Head, Malformed, Page, Shape, read_head, read_pages
from app.engine.start_process import clean_environment

#: Goes up whenever the same file may look otherwise, so that pictures kept from before are not shown.
VERSION = "1"
#: Seconds for the whole document, from the start of the process.
SECONDS = 15.0

_ROOT = Path(__file__).resolve().parents[3]
_BOOTSTRAP = (
    "import sys; sys.path.append(sys.argv[1]); from app.engine.preview.child import main; "
    "main(sys.argv[2], sys.argv[3], int(sys.argv[4]))"
)
_PIECE = 1024 * 1024
#: Bytes of all pictures of one document as they are kept; pages beyond are left out.
_MOST_PICTURES = 48 * 1024 * 1024


class End(StrEnum):
    """How the drawing ended."""

    WHOLE = "whole"
    CRASHED = "crashed"  # the process died of the file
    LATE = "late"  # it was ended when its time was over
    REFUSED = "refused"  # it said something that no honest process says, so nothing of it was taken


@dataclass(frozen=True, slots=True)
class Picture:
    """One page as a PNG; ``missing`` letters on it are boxes."""

    png: bytes
    width: int
    height: int
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """The pictures of a document, as far as there are any, and why there are no more."""

    head: Head
    pictures: tuple[Picture, ...]
    end: End


class Renderer:
    """Draws documents. Safe to share between threads; each document has a process of its own."""

    def __init__(self, *, seconds: float = SECONDS, draw: str = "app.engine.preview.draw:draw") -> None:
        """``draw`` names what runs in the process as ``module:function`` (see ``child.Draw``)."""
        self._seconds = seconds
        self._draw = draw

    def draw(self, path: Path, name: str) -> Preview:
        """Return the pictures of the file at ``path``. Raises OSError when it cannot be read, for nothing else."""
        with path.open("rb") as file:
            process = self._started(file.fileno(), name)
        try:
            said, end = _collect(process, time.monotonic() + self._seconds)
        finally:
            _kill(process)
        return _preview(said, end)

    def _started(self, file: int, name: str) -> subprocess.Popen[bytes]:
        arguments = [str(_ROOT), _argument(name), self._draw, str(math.ceil(self._seconds) + 1)]
        return subprocess.Popen(
            [sys.executable, "-I", "-c", _BOOTSTRAP, *arguments],
            env=clean_environment(os.environ),
            cwd="/",
            stdin=file,
            stdout=subprocess.PIPE,
            # Parsers complain there about what they read, and that is nobody's business.
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


def _argument(name: str) -> str:
    """Return what of a name decides about anything: its end, without what no argument may hold."""
    return name[-100:].replace("\0", "").encode("utf-8", "replace").decode()


def _collect(process: subprocess.Popen[bytes], deadline: float) -> tuple[bytearray, End]:
    """Read what the process says until it has ended, its time is over, or it has said more than there can be."""
    assert process.stdout is not None
    said = bytearray()
    poller = select.poll()
    poller.register(process.stdout, select.POLLIN)
    while True:
        if not poller.poll(max(0.0, deadline - time.monotonic()) * 1000):
            return said, End.LATE
        piece = os.read(process.stdout.fileno(), _PIECE)
        if not piece:
            break
        said += piece
        if len(said) > MOST_BYTES:
            return said, End.REFUSED
    try:
        status = process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return said, End.LATE
    # Its own share of the processor is used up a moment before ours of the clock on a busy machine.
    return said, End.LATE if status == -signal.SIGXCPU else End.CRASHED if status else End.WHOLE


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
    if process.stdout:
        process.stdout.close()


def _preview(said: bytearray, end: End) -> Preview:
    nothing = Head(Shape.NOTHING)
    if end is End.REFUSED:
        return Preview(nothing, (), end)
    if len(said) < HEAD_BYTES and end is not End.WHOLE:
        return Preview(nothing, (), end)
    try:
        head = read_head(bytes(said[:HEAD_BYTES]))
        pages = list(read_pages(said))
    except Malformed:
        return Preview(nothing, (), End.REFUSED)
    pictures: list[Picture] = []
    room = _MOST_PICTURES
    for page in pages:
        picture = _encoded(page)
        room -= len(picture.png)
        if room < 0:
            break
        pictures.append(picture)
    return Preview(head, tuple(pictures), end)


def _encoded(page: Page) -> Picture:
    """Write a page as a PNG: header, pixels, end, and nothing that its file brought along."""
    target = io.BytesIO()
    Image.frombytes("RGB", (page.width, page.height), page.pixels).save(target, "PNG", compress_level=4)
    return Picture(target.getvalue(), page.width, page.height, page.missing)
