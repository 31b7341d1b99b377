"""What a drawing process would do that was taken by its document: what the name of the file says. Runs there."""

from __future__ import annotations

import ctypes
import itertools
import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

from app.engine.preview.answer import Head, Page, Refusal, Shape, head_bytes, page_bytes
from app.engine.preview.lettering import Letters

_WHITE = b"\xff\xff\xff"


def act(content: bytes | memoryview, name: str, letters: Letters) -> Iterator[Head | Page]:
    """Do what the name says before the first colon; what stands behind it is its argument."""
    deed, _, argument = name.partition(":")
    yield from _ACTS[deed](argument)


def crash(_: str) -> Iterator[Head | Page]:
    yield Head(Shape.PAGES, pages=2)
    yield Page(1, 1, 1, _WHITE)
    ctypes.string_at(0)


def hang(_: str) -> Iterator[Head | Page]:
    yield Head(Shape.PAGES, pages=2)
    yield Page(1, 1, 1, _WHITE)
    signal.pause()


def say(text: str) -> Iterator[Head | Page]:
    os.write(1, bytes.fromhex(text))
    yield from ()


def say_png(_: str) -> Iterator[Head | Page]:
    os.write(1, b"\x89PNG\r\n\x1a\n" + b"\0" * 4000)
    yield from ()


def say_endlessly(_: str) -> Iterator[Head | Page]:
    for _time in itertools.count():
        os.write(1, head_bytes(Head(Shape.PAGES, pages=1)) * 4096)
    yield from ()


def say_a_page_too_large(_: str) -> Iterator[Head | Page]:
    yield Head(Shape.PAGES, pages=1)
    os.write(1, page_bytes(Page(1, 50_000, 1, b"")))


def say_eleven_pages(_: str) -> Iterator[Head | Page]:
    yield Head(Shape.PAGES, pages=11)
    for number in range(1, 12):
        yield Page(number, 1, 1, _WHITE)


def allocate(gibibytes: str) -> Iterator[Head | Page]:
    yield Head(Shape.PAGES, pages=len(bytearray(int(gibibytes) << 30)))


def connect(port: str) -> Iterator[Head | Page]:
    yield _told(lambda: socket.create_connection(("127.0.0.1", int(port)), timeout=1))


def read(path: str) -> Iterator[Head | Page]:
    yield _told(lambda: Path(path).read_text())


def write(path: str) -> Iterator[Head | Page]:
    yield _told(lambda: Path(path).write_text("taken"))


def run(path: str) -> Iterator[Head | Page]:
    yield _told(lambda: os.execv("/bin/sh", ["sh", "-c", f"echo taken > {path}"]))


def fork(_: str) -> Iterator[Head | Page]:
    yield _told(os.fork)


def find(secret: str) -> Iterator[Head | Page]:
    yield Head(Shape.NOTHING, Refusal.NONE, int(secret in repr(dict(os.environ))))


def _told(attempt: Callable[[], object]) -> Head:
    """Whether something was done: one page, or none where it was refused."""
    try:
        attempt()
    except OSError:
        return Head(Shape.NOTHING, pages=0)
    return Head(Shape.NOTHING, pages=1)


_ACTS: dict[str, Callable[[str], Iterator[Head | Page]]] = {
    deed.__name__: deed
    for deed in (
        crash,
        hang,
        say,
        say_png,
        say_endlessly,
        say_a_page_too_large,
        say_eleven_pages,
        allocate,
        connect,
        read,
        write,
        run,
        fork,
        find,
    )
}
