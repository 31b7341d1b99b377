"""The clean start process as its owner sees it: one *mother* loads libraries and rules once, and forks the ones that
fork the children. So the second scanning process costs a fork, and shares the memory of everything loaded.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.engine import wire
from app.engine.budget import Limits
from app.engine.policy import Policy
from app.engine.rules import RuleProblem, rules_digest
from app.errors import Misconfigured

#: Seconds beyond the time of a scan in which a start process must have answered.
_ANSWER_SECONDS = 5.0
#: Seconds for interpreter, libraries and rules to load, on a machine that has other things to do as well.
_START_SECONDS = 120.0
#: Seconds for a fork.
_FORK_SECONDS = 30.0
#: All that the start process gets of our environment: where programs, libraries and temporary files are.
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR", "TMP", "TEMP")
_ROOT = Path(__file__).resolve().parents[2]
_BOOTSTRAP = "import sys; sys.path.append(sys.argv[1]); from app.engine.clean_start import main; main(int(sys.argv[2]))"


@dataclass(frozen=True, slots=True)
class Setup:
    """What a mother is told at its start; all of it plain values. ``wall`` is in seconds."""

    rule_folders: tuple[Path, ...]
    limits: Limits
    policy: Policy
    memory_bytes: int
    wall: float
    job: str

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready mapping: sets as sorted lists, paths as texts."""
        policy = {
            key: sorted(value) if isinstance(value, frozenset) else value for key, value in asdict(self.policy).items()
        }
        return {
            "rules": [str(folder.absolute()) for folder in self.rule_folders],
            "limits": asdict(self.limits),
            "policy": policy,
            "memory": self.memory_bytes,
            "wall": self.wall,
            "job": self.job,
        }


class StartProcess:
    """A process that forks one locked-down child a file. Belongs to one thread at a time."""

    def __init__(self, channel: socket.socket, pid: int, mother: Mother) -> None:
        self._channel = channel
        self._answer_within = mother.wall + _ANSWER_SECONDS
        self.pid = pid
        self.digest = mother.digest
        self.problems = mother.problems
        self.level = mother.level

    def ask(self, header: dict[str, Any], file: int) -> None:
        """Have one file scanned. Raises wire.Closed."""
        wire.send(self._channel, header, files=(file,))

    def answer(self, since: float) -> tuple[str, bytes]:
        """Return (how the child ended, what it wrote) for what was asked at ``since``.

        Raises wire.Closed or wire.Late.
        """
        header, body = wire.receive(self._channel, since + self._answer_within)
        return str(header.get("outcome")), body

    def alive(self) -> bool:
        """Whether the process still runs: it says nothing unasked, so what there is to read is its end."""
        return not wire.readable(self._channel, 0)

    def close(self) -> None:
        """End the process: it does so itself when the socket closes, with the child it may have."""
        self._channel.close()


class Mother:
    """The process that loads everything. Raises Misconfigured when it cannot work."""

    def __init__(self, setup: Setup) -> None:
        self.wall = setup.wall
        self._lock = threading.Lock()
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

    def bear(self) -> StartProcess:
        """Return a new start process. Raises wire.Closed or wire.Late when the mother is gone."""
        ours, theirs = socket.socketpair()
        try:
            with self._lock, theirs:
                wire.send(self._channel, {}, files=(theirs.fileno(),))
            born, _ = wire.receive(ours, time.monotonic() + _FORK_SECONDS)
        except BaseException:
            ours.close()
            raise
        return StartProcess(ours, int(born["pid"]), self)

    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def close(self) -> None:
        """End the process. What it has borne goes on until its own owner ends it."""
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

    def _first_words(self, setup: Setup) -> dict[str, Any]:
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


class Nursery:
    """Start processes for any number of engines, all from one mother. Safe to share between threads and forks.

    The mother is started by the first use, again when it has died, and ends with ``close`` or with the process that
    uses it, however that ends.
    """

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self._lock = threading.Lock()
        self._owner = os.getpid()
        self._mother: Mother | None = None
        #: Digest of rules that could not go live, so that they are not tried again at every look.
        self._refused = ""

    def born(self) -> StartProcess:
        """Return a new start process with the rules in use. Raises Misconfigured when none can be had."""
        with self._own_lock():
            for _ in range(2):
                try:
                    return self._running().bear()
                except (wire.Closed, wire.Late):
                    self._drop()
        raise Misconfigured("The scanning process ends again and again.", code="engine")

    @property
    def digest(self) -> str:
        """Digest of the rules that new start processes get; empty before the first use."""
        return self._mother.digest if self._mother else ""

    def reload_if_changed(self) -> None:
        """Take the rules of the folders into use for new start processes if they are others than those in use.

        Rules that do not work never go live: without any rule, or blind to the canary, they are refused until the
        folders change again.
        """
        digest = rules_digest(self.setup.rule_folders)
        with self._own_lock():
            if digest in (self._running().digest, self._refused):
                return
            try:
                fresh = Mother(self.setup)
            except Misconfigured:
                self._refused = digest
                return
            self._drop()
            self._mother = fresh

    def close(self) -> None:
        """End the mother. The next use starts another one."""
        with self._own_lock():
            self._drop()

    def _running(self) -> Mother:
        if self._mother and not self._mother.alive():
            self._drop()
        if self._mother is None:
            self._mother = Mother(self.setup)
        return self._mother

    def _drop(self) -> None:
        if self._mother:
            self._mother.close()
        self._mother = None

    def _own_lock(self) -> threading.Lock:
        """Return the lock, after leaving behind what a fork made us inherit: that mother is our parent's."""
        if self._owner != os.getpid():
            self._owner = os.getpid()
            self._lock = threading.Lock()
            if self._mother:
                self._mother.disown()
            self._mother = None
        return self._lock


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
