"""The engine at arm's length: every file is scanned by a locked-down process that ends with it.

Three processes take part. The service (or the command line) holds an ``IsolatedEngine``; that starts, by exec, a
clean start process which knows rules and nothing else (``clean_start.py``); and that one forks a child a file, which
gives up network, programs and files (``lockdown.py``) before it looks at the first byte.

What a child says is read as an enemy's words (``answer.py``), and whatever happens to it costs its file only: the
report then says that we could not tell, which is never clean.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from app.engine import wire
from app.engine.answer import Malformed, read_report
from app.engine.budget import MIB, Limits
from app.engine.model import Finding, Report, Severity, Verdict
from app.engine.policy import Policy
from app.engine.printable import printable
from app.engine.rules import RuleProblem, rules_digest
from app.errors import Misconfigured, Rejected

#: Bytes that a child may allocate beyond what it shares with its siblings: what the engine may unpack at once, and
#: as much again for the libraries that look at it.
MEMORY_BYTES = 1024 * MIB
#: Seconds beyond the engine's own limit before a child is killed: one round of rules started at the last moment.
_GRACE_SECONDS = 3.0
#: Seconds beyond that in which the start process must have answered.
_ANSWER_SECONDS = 5.0
#: Seconds for interpreter, libraries and rules to load, on a machine that has other things to do as well.
_START_SECONDS = 120.0
#: All that the start process gets of our environment: where programs, libraries and temporary files are.
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR", "TMP", "TEMP")
_COMMENT_CHARACTERS = 1024 * 1024
_ROOT = Path(__file__).resolve().parents[2]
_BOOTSTRAP = "import sys; sys.path.append(sys.argv[1]); from app.engine.clean_start import main; main(int(sys.argv[2]))"

_TITLES = {
    "analysis.crashed": "The analysis broke down on this file, so it could not be judged",
    "limit.wall": "The analysis took too long, so the file could not be judged",
    "limit.memory": "The analysis needed too much memory, so the file could not be judged",
}


@dataclass(frozen=True, slots=True)
class _Setup:
    """What a start process is told at its start; all of it plain values."""

    rule_folders: tuple[Path, ...]
    limits: Limits
    policy: Policy
    memory_bytes: int
    wall: float
    job: str

    def to_dict(self) -> dict[str, Any]:
        policy = {key: sorted(value) if isinstance(value, frozenset) else value for key, value in _fields(self.policy)}
        return {
            "rules": [str(folder.absolute()) for folder in self.rule_folders],
            "limits": asdict(self.limits),
            "policy": policy,
            "memory": self.memory_bytes,
            "wall": self.wall,
            "job": self.job,
        }


class IsolatedEngine:
    """Scans files in locked-down processes. Safe to share between threads, and to inherit through a fork.

    One file is scanned at a time; threads that come meanwhile wait. A pool is several of these objects. The start
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
    ) -> None:
        """``wall_seconds`` is when a child is killed (None: three seconds after the engine's own limit).

        ``job`` names what a child does with its file, as ``module:function`` (see ``clean_start.Job``).
        """
        wall = limits.seconds + _GRACE_SECONDS if wall_seconds is None else wall_seconds
        self._setup = _Setup(tuple(rule_folders), limits, policy, memory_bytes, wall, job)
        self._lock = threading.Lock()
        self._owner = os.getpid()
        self._process: _StartProcess | None = None
        #: Digest of rules that could not go live, so that they are not tried again at every look.
        self._refused = ""

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

        Scans go on with the old rules until the new ones are ready. Rules that do not work never go live: without any
        rule, or blind to the EICAR text, they are refused until the folders change again.
        """
        digest = rules_digest(self._setup.rule_folders)
        with self._own_lock():
            current = self._running().digest
        if digest in (current, self._refused):
            return False
        try:
            fresh = _StartProcess(self._setup)
        except Misconfigured:
            self._refused = digest
            return False
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
        """End the start process. The next use starts another one."""
        with self._own_lock():
            self._drop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _about(self) -> _StartProcess:
        with self._own_lock():
            return self._running()

    def _own_lock(self) -> threading.Lock:
        """Return the lock, after leaving behind what a fork made us inherit: that start process is our parent's."""
        if self._owner != os.getpid():
            self._owner = os.getpid()
            self._lock = threading.Lock()
            if self._process:
                self._process.disown()
            self._process = None
        return self._lock

    def _running(self) -> _StartProcess:
        if self._process and not self._process.alive():
            self._drop()
        if self._process is None:
            self._process = _StartProcess(self._setup)
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
                outcome, body = process.ask(request)
            except wire.Closed:
                self._drop()
                continue
            except wire.Late:
                self._drop()
                outcome, body = "wall", b""
            return request.report(outcome, body, process.digest, self._setup.policy)
        return request.report("lost", b"", "", self._setup.policy)


class _Request:
    """One file to scan, and what we know of it ourselves."""

    def __init__(self, file: int, name: str, comment: str) -> None:
        self.file = file
        self.header = {"name": name, "comment": comment[:_COMMENT_CHARACTERS]}
        self._name = name
        self._started = time.monotonic()
        self._size = os.fstat(file).st_size
        self._sha256 = ""

    def started(self) -> None:
        """Note that the scan begins now, whatever went before."""
        self._started = time.monotonic()

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


class _StartProcess:
    """A running start process and what it said about itself. Raises Misconfigured when it cannot work."""

    def __init__(self, setup: _Setup) -> None:
        self._answer_within = setup.wall + _ANSWER_SECONDS
        self._channel, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", _BOOTSTRAP, str(_ROOT), str(theirs.fileno())],
                env=clean_environment(os.environ),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                # Parsers complain there about what they read, and that is nobody's business.
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        # It ends with the socket and not by the parent-death signal, which comes when the *thread* that started it
        # ends: a pool's thread may.
        try:
            about = self._first_words(setup)
            self.digest = str(about["digest"])
            self.problems = tuple(RuleProblem(Path(path), rule, why) for path, rule, why in about["problems"])
            self.level: dict[str, bool] = about["level"]
            _check_rules(about, setup.rule_folders)
        except BaseException:
            self.close()
            raise

    def ask(self, request: _Request) -> tuple[str, bytes]:
        """Have one file scanned; return (how the child ended, what it wrote). Raises wire.Closed or wire.Late."""
        deadline = time.monotonic() + self._answer_within
        request.started()
        wire.send(self._channel, request.header, files=(request.file,))
        request.hash()
        header, body = wire.receive(self._channel, deadline)
        return str(header.get("outcome")), body

    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def close(self) -> None:
        """End the process: it does so itself when the socket closes, with the child it may have."""
        self._channel.close()
        try:
            self._process.wait(timeout=2.0)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def disown(self) -> None:
        """Let go of a process that belongs to the one we were forked from."""
        self._channel.close()
        # It is no child of ours: nothing to wait for.
        self._process.returncode = 0

    def _first_words(self, setup: _Setup) -> dict[str, Any]:
        try:
            wire.send(self._channel, setup.to_dict())
            about, _ = wire.receive(self._channel, time.monotonic() + _START_SECONDS)
        except (wire.Closed, wire.Late) as error:
            raise Misconfigured(
                "The scanning process does not start: its libraries are missing or do not fit this machine. "
                "Install Deskwarden again and look at 'deskwarden scan'.",
                code="engine",
            ) from error
        if "error" in about:
            raise Misconfigured(f"The scanning process does not start: {about['error']}.", code="engine")
        return about


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the few variables that an interpreter needs to start, so that no setting or key reaches it."""
    kept = {name: environment[name] for name in _ENVIRONMENT if name in environment}
    return {**kept, "LC_ALL": "C.UTF-8"}


def _check_rules(about: Mapping[str, Any], folders: Sequence[Path]) -> None:
    listed = ", ".join(str(folder) for folder in folders)
    if not about["count"]:
        raise Misconfigured(
            f"There is no usable rule in {listed}: nothing would be found. Run 'deskwarden rules check'.", code="rules"
        )
    if not about["canary"]:
        raise Misconfigured(
            f"The rules in {listed} do not see the EICAR test text, so they cannot be trusted to see anything.",
            code="rules",
        )


def _fields(value: Any) -> list[tuple[str, Any]]:
    return list(asdict(value).items())


def _open(path: Path) -> int:
    """Open an ordinary file for reading, without waiting for one that is a pipe."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise Rejected("This is no ordinary file, so it was not read.", code="not_a_file")
