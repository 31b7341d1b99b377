"""Pictures of a file's pages for analysts: the file is had, drawn by a process of its own, and what it drew is kept
sealed, so that looking again costs nothing.

Kept pictures lie below the spool, under names that tell nothing, by connection; they are never older than a week and
never more than a gibibyte, and may be thrown away at any time.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import orjson
from sqlalchemy import select

from app.db import Database
from app.engine.node_name import extension_of
from app.engine.preview.answer import Head, Refusal, Shape
from app.engine.preview.process import VERSION, End, Preview
from app.errors import Misconfigured, Rejected, Temporary
from app.keys import MasterKey
from app.tickets.service.spool import place
from app.tickets.tables import scans

#: Bytes of a file that is drawn; larger ones are hardly read, and would hold up those who wait.
MOST_BYTES = 64 * 1024 * 1024
#: Seconds for which pictures are kept, bytes of all that are kept.
KEPT_SECONDS = 7 * 86_400.0
MOST_KEPT = 1024 * 1024 * 1024
#: Seconds for which somebody waits while another document is drawn.
_WAIT_SECONDS = 20.0
_PURPOSE = "preview"


class Originals(Protocol):
    """Gives the bytes of a scan's file; raises Rejected with code ``not-found`` or ``gone``."""

    def open(self, scan_id: int) -> tuple[str, Iterator[bytes]]:
        """Return the file's name and its bytes."""


class Draws(Protocol):
    """Draws a file that lies on the disk."""

    def draw(self, path: Path, name: str) -> Preview:
        """Return its pictures."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page about the pictures needs: all but the pictures themselves, whose sizes are in ``pages``."""

    head: Head
    end: End
    #: Width, height and letters without a picture of each page.
    pages: tuple[tuple[int, int, int], ...]


class Previews:
    """Draws and keeps."""

    def __init__(
        self,
        database: Database,
        keys: MasterKey,
        originals: Originals,
        renderer: Draws,
        spool: Path,
        now: Callable[[], float],
    ) -> None:
        self._database = database
        self._keys = keys
        self._originals = originals
        self._renderer = renderer
        self._spool = spool
        self._now = now
        # One document at a time in a process of the web: a drawing takes a core and a gibibyte at most.
        self._turn = threading.BoundedSemaphore(1)

    def find(self, scan_id: int) -> Shown | None:
        """Return what was drawn of a scan's file before, None when nothing was or it is no longer kept."""
        folder = self._folder(self._scan(scan_id))
        plain = self._opened(folder, "about")
        return None if plain is None else _shown(plain)

    def make(self, scan_id: int) -> Shown:
        """Draw the file of a scan unless its pictures are kept; return what there is to show.

        Raises Rejected (``not-found``, ``gone``, ``too-large``) and Temporary when it cannot be had or drawn just now.
        """
        scan = self._scan(scan_id)
        if (found := self.find(scan_id)) is not None:
            return found
        if (scan.size or 0) > MOST_BYTES:
            raise Rejected(
                f"This file is larger than {MOST_BYTES // 2**20} MB, so no pictures are drawn of it. Download it.",
                code="too-large",
            )
        if not self._turn.acquire(timeout=_WAIT_SECONDS):
            raise Temporary("Other documents are being drawn. Try again in a minute.", code="preview.busy")
        try:
            preview = self._drawn(scan_id)
        finally:
            self._turn.release()
        return self._keep(self._folder(scan), preview)

    def picture(self, scan_id: int, number: int) -> bytes | None:
        """Return a kept page as a PNG, counted from 1; None when there is none."""
        return self._opened(self._folder(self._scan(scan_id)), f"{number:d}")

    def _scan(self, scan_id: int) -> Any:
        columns = (scans.c.id, scans.c.connection_id, scans.c.sha256, scans.c.name, scans.c.size, scans.c.kind)
        with self._database.read() as connection:
            scan = connection.execute(select(*columns).where(scans.c.id == scan_id)).one_or_none()
        if scan is None:
            raise Rejected(f"There is no scan {scan_id}.", code="not-found")
        if scan.kind == "url":
            raise Rejected("This scan is about a link; there is no file to draw.", code="gone")
        return scan

    def _folder(self, scan: Any) -> Path:
        content = scan.sha256 or f"scan-{scan.id}"
        # The extension decides what a text is; the version, how it is drawn.
        name = self._keys.sign(_PURPOSE, f"{scan.connection_id}/{content}/{extension_of(scan.name)}/{VERSION}")
        return self._spool / "previews" / str(scan.connection_id) / name.lower()

    def _drawn(self, scan_id: int) -> Preview:
        name, pieces = self._originals.open(scan_id)
        path = place(self._spool, f"{secrets.token_hex(8)}.draw", self._now())
        try:
            with path.open("xb") as file:
                path.chmod(0o600)
                size = 0
                for piece in pieces:
                    size += len(piece)
                    if size > MOST_BYTES:
                        raise Rejected("This file is larger than it was said to be.", code="too-large")
                    file.write(piece)
            return self._renderer.draw(path, name)
        finally:
            path.unlink(missing_ok=True)

    def _keep(self, folder: Path, preview: Preview) -> Shown:
        shown = Shown(
            preview.head, preview.end, tuple((each.width, each.height, each.missing) for each in preview.pictures)
        )
        draft = folder.parent / f"{secrets.token_hex(8)}.part"
        draft.mkdir(parents=True, mode=0o700)
        about = {"head": [int(value) for value in asdict(shown.head).values()], "end": shown.end, "pages": shown.pages}
        parts = {"about": orjson.dumps(about)} | {str(n): each.png for n, each in enumerate(preview.pictures, 1)}
        for part, plain in parts.items():
            (draft / part).write_bytes(self._keys.seal(_PURPOSE, _label(folder, part) + plain))
        # What stands there cannot be opened any more, or another process was faster with the same pictures.
        shutil.rmtree(folder, ignore_errors=True)
        try:
            draft.rename(folder)
        except OSError:
            shutil.rmtree(draft, ignore_errors=True)
        self._throw_away(self._spool / "previews")
        return shown

    def _opened(self, folder: Path, part: str) -> bytes | None:
        """Return what was sealed under this name; None when it is not kept, or does not open under this name."""
        sealed = _read(folder / part)
        label = _label(folder, part)
        # Kept under another master key, or damaged: it is drawn again.
        with contextlib.suppress(Misconfigured):
            plain = b"" if sealed is None else self._keys.unseal(_PURPOSE, sealed)
            return plain[len(label) :] if plain.startswith(label) else None
        return None

    def _throw_away(self, root: Path) -> None:
        """Remove what is too old, and of the rest the oldest as long as it is too much."""
        kept = []
        for folder in root.glob("*/*"):
            with contextlib.suppress(OSError):
                size = sum(file.stat().st_size for file in folder.iterdir())
                kept.append((folder.stat().st_mtime, size, folder))
        total = sum(size for _, size, _ in kept)
        for written, size, folder in sorted(kept):
            if written >= self._now() - KEPT_SECONDS and total <= MOST_KEPT:
                break
            shutil.rmtree(folder, ignore_errors=True)
            total -= size


def _label(folder: Path, part: str) -> bytes:
    """What is sealed with a part, so that a part of other pictures does not pass for it."""
    return f"{folder.parent.name}/{folder.name}/{part}\n".encode()


def _shown(plain: bytes) -> Shown:
    about = orjson.loads(plain)
    shape, refusal, *numbers = about["head"]
    return Shown(
        Head(Shape(shape), Refusal(refusal), *numbers),
        End(about["end"]),
        tuple((width, height, missing) for width, height, missing in about["pages"]),
    )


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Temporary(f"The kept pictures could not be read: {error.strerror}.", code="preview.disk") from error
