"""The engine at arm's length: every file is scanned by a locked-down process that ends with it.

The service (or the command line) holds an ``IsolatedEngine``. A mother process, started by exec, knows rules and
nothing else; she forks the engine's start process (``start_process.py``, ``clean_start.py``), and that one forks a
child a file, which gives up network, programs and files (``lockdown.py``) before it looks at the first byte.

What a child says is read as an enemy's words (``answer.py``), and whatever happens to it costs its file only: the
report then says that we could not tell, which is never clean.
"""

from __future__ import annotations

import hashlib
import os
import stat
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from app.engine import wire
from app.engine.answer import Malformed, read_report
from app.engine.budget import MIB, Limits
from app.engine.model import Finding, Report, Severity, Verdict
from app.engine.policy import Policy
from app.engine.printable import printable
from app.engine.rules import RuleProblem
from app.engine.start_process import Nursery, Setup, StartProcess
from app.errors import Rejected

#: Bytes that a child may allocate beyond what it shares with its siblings: what the engine may unpack at once, and
#: as much again for the libraries that look at it.
MEMORY_BYTES = 1024 * MIB
#: Seconds beyond the engine's own limit before a child is killed: one round of rules started at the last moment.
_GRACE_SECONDS = 3.0
_COMMENT_CHARACTERS = 1024 * 1024

_TITLES = {
    "analysis.crashed": "The analysis broke down on this file, so it could not be judged",
    "limit.wall": "The analysis took too long, so the file could not be judged",
    "limit.memory": "The analysis needed too much memory, so the file could not be judged",
}


class IsolatedEngine:
    """Scans files in locked-down processes. Safe to share between threads, and to inherit through a fork.

    One file is scanned at a time; threads that come meanwhile wait. For more at once there is ``sibling``. The start
    process is started by the first use (or ``start``), again when it has died, and ends with ``close`` or with the
    process that uses it, however that ends.
    """

    def __init__(
        self,
        rule_folders: Sequence[Path],
        *,
        limits: Limits = Limits(),  # noqa: B008 -- frozen
        policy: Policy = Policy(),  # noqa: B008 -- frozen
        memory_bytes: int = MEMORY_BYTES,
        wall_seconds: float | None = None,
        job: str = "app.engine.clean_start:scan_file",
        nursery: Nursery | None = None,
    ) -> None:
        """``wall_seconds`` is when a child is killed (None: three seconds after the engine's own limit).

        ``job`` names what a child does with its file, as ``module:function`` (see ``clean_start.Job``). ``nursery``
        belongs to somebody else, who ends it.
        """
        wall = limits.seconds + _GRACE_SECONDS if wall_seconds is None else wall_seconds
        self._nursery = nursery or Nursery(Setup(tuple(rule_folders), limits, policy, memory_bytes, wall, job))
        self._owns_nursery = nursery is None
        self._lock = threading.Lock()
        self._owner = os.getpid()
        self._process: StartProcess | None = None

    def sibling(self) -> IsolatedEngine:
        """Return another engine with the same rules, which shares all that is loaded and lives no longer than this."""
        return IsolatedEngine((), nursery=self._nursery)

    def start(self) -> None:
        """Start the start process unless it runs. Raises Misconfigured when rules or libraries do not work."""
        with self._own_lock():
            self._running()

    def scan(self, path: Path, *, name: str, comment: str = "") -> Report:
        """Return what is found in the file at ``path``; ``name`` and ``comment`` as its sender gave them.

        Never raises for what the content does. Raises OSError where the file cannot be read, Rejected where it is
        no ordinary file, Misconfigured where no start process can be had.
        """
        file = _open(path)
        try:
            with self._own_lock():
                return self._scan(_Request(file, name, comment))
        finally:
            os.close(file)

    def reload_if_changed(self) -> bool:
        """Take the rules of the folders into use if they are others than those in use; return whether that happened.

        Scans go on with the old rules until the new ones are ready, and for good when those do not work.
        """
        with self._own_lock():
            current = self._running().digest
        self._nursery.reload_if_changed()
        if self._nursery.digest == current:
            return False
        fresh = self._nursery.born()
        with self._own_lock():
            old, self._process = self._process, fresh
        if old:
            old.close()
        return True

    @property
    def rules_digest(self) -> str:
        """Digest of the rules in use."""
        return self._about().digest

    @property
    def problems(self) -> tuple[RuleProblem, ...]:
        """Files of rules that were set aside, and why."""
        return self._about().problems

    @property
    def level(self) -> dict[str, bool]:
        """Which measures of lock-down hold in the children, found out in one by trying."""
        return dict(self._about().level)

    def close(self) -> None:
        """End the processes. The next use starts others."""
        with self._own_lock():
            self._drop()
        if self._owns_nursery:
            self._nursery.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _about(self) -> StartProcess:
        with self._own_lock():
            return self._running()

    def _own_lock(self) -> threading.Lock:
        """Return the lock, after leaving behind what a fork made us inherit: that start process is our parent's."""
        if self._owner != os.getpid():
            self._owner = os.getpid()
            self._lock = threading.Lock()
            self._drop()  # only our end of the socket: our parent has one as well
        return self._lock

    def _running(self) -> StartProcess:
        if self._process and not self._process.alive():
            self._drop()
        if self._process is None:
            self._process = self._nursery.born()
        return self._process

    def _drop(self) -> None:
        if self._process:
            self._process.close()
        self._process = None

    def _scan(self, request: _Request) -> Report:
        # A start process that is killed meanwhile is not the file's doing: once more with another one.
        for _ in range(2):
            process = self._running()
            try:
                outcome, body = request.put_to(process)
            except wire.Closed:
                self._drop()
                continue
            except wire.Late:
                self._drop()
                outcome, body = "wall", b""
            return request.report(outcome, body, process.digest, self._nursery.setup.policy)
        return request.report("lost", b"", "", self._nursery.setup.policy)


class _Request:
    """One file to scan, and what we know of it ourselves."""

    def __init__(self, file: int, name: str, comment: str) -> None:
        self.file = file
        self.header = {"name": name, "comment": comment[:_COMMENT_CHARACTERS]}
        self._name = name
        self._started = time.monotonic()
        self._size = os.fstat(file).st_size
        self._sha256 = ""

    def put_to(self, process: StartProcess) -> tuple[str, bytes]:
        """Have the file scanned; return (how the child ended, what it wrote). Raises wire.Closed or wire.Late."""
        self._started = time.monotonic()
        process.ask(self.header, self.file)
        self.hash()
        return process.answer(self._started)

    def hash(self) -> None:
        """Compute the SHA-256, while the child is at work: what it says of the file's identity is not asked for."""
        if not self._sha256:
            # A file of its own, because the position is shared with every process that holds the descriptor.
            with open(self.file, "rb", buffering=0, closefd=False) as content:
                content.seek(0)
                self._sha256 = hashlib.file_digest(content, "sha256").hexdigest()

    def report(self, outcome: str, body: bytes, rules: str, policy: Policy) -> Report:
        """Turn how the child ended and what it wrote into a report."""
        self.hash()
        ms = round((time.monotonic() - self._started) * 1000)
        if outcome == "done":
            try:
                return read_report(body, sha256=self._sha256, size=self._size, ms=ms, rules=rules, policy=policy)
            except Malformed:
                outcome = "malformed answer"
        code = {"wall": "limit.wall", "memory": "limit.memory"}.get(outcome, "analysis.crashed")
        evidence = outcome if code == "analysis.crashed" else ""
        where = printable(self._name) or "(unnamed)"
        return Report(
            sha256=self._sha256,
            size=self._size,
            type="application/octet-stream",
            verdict=Verdict.UNKNOWN,
            findings=(Finding(code, Severity.UNKNOWN, where, _TITLES[code], evidence),),
            ms=ms,
            rules=rules,
        )


def _open(path: Path) -> int:
    """Open an ordinary file for reading, without waiting for one that is a pipe."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise Rejected("This is no ordinary file, so it was not read.", code="not_a_file")
