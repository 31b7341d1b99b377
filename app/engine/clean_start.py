"""The clean side of isolation: a fresh interpreter, the mother, that loads the engine once; the start processes that
she forks, one for each scan that can run at a time; and the locked-down children that those fork, one a file.

The mother is started by ``start_process.py`` with an empty environment and one socket, and has never held settings or
keys. Each process ends with its socket. Of what a child answers, a start process only passes on the bytes; it never
parses them.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import math
import mmap
import os
import select
import signal
import socket
import struct
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.engine import wire
from app.engine.budget import Limits
from app.engine.busy import Busy
from app.engine.huge_pages import collapse
from app.engine.lockdown import Lockdown, hide_process, probe
from app.engine.model import Finding, Report, Severity
from app.engine.policy import Policy
from app.engine.rules import load_rules
from app.engine.scan import Engine
from app.engine.view import Content
from app.engine.warmup import SAMPLE, warm_up

#: How a child ends, for its exit status.
_DONE, _OUT_OF_MEMORY, _FAILED = 0, 3, 4
#: Children that stand by: making one takes about twice as long as scanning a small file.
_STANDBY = 2
#: Milliseconds in which the next file comes when there is one.
_MOMENT_MS = 10
#: Milliseconds between two looks of a child at whether there is time to warm up: each look costs those who work.
_LOOK_MS = 40
#: Findings of one report.
_FINDINGS = 1_000
#: What stands before an answer: its length.
_LENGTH = struct.Struct(">I")
#: What runs in the child: (engine, content, name, comment, descriptor of the answer) -> report.
Job = Callable[[Engine, Content, str, str, int], Report]


def main(descriptor: int) -> None:
    """Serve the socket until it is closed. Runs in a process of its own, which ends with this function."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    hide_process()
    channel = socket.socket(fileno=descriptor)
    try:
        setup, _ = wire.receive(channel)
        try:
            mother = _Mother(channel, setup)
        except Exception as error:
            wire.send(channel, {"error": f"{type(error).__name__}: {error}"[:500]})
            return
        mother.serve()
    except wire.Closed:
        return


#: In the place of a hash that the parent computes.
NOT_ASKED = "0" * 64


def scan_file(engine: Engine, content: Content, name: str, comment: str, answer: int) -> Report:
    """Scan one file: what a child does unless a test asks for something else."""
    del answer
    # The parent knows which file this is, and computes the hash while the child works.
    return engine.scan(content, name=name, comment=comment, sha256=NOT_ASKED)


class _Mother:
    """Holds all that is loaded, touches no file, and forks a start process whenever she is sent a socket for one."""

    def __init__(self, channel: socket.socket, setup: dict[str, Any]) -> None:
        self._channel = channel
        rules = load_rules([Path(folder) for folder in setup["rules"]])
        engine = Engine(rules, Limits(**setup["limits"]), _policy(setup["policy"]))
        wall = float(setup["wall"])
        self._server = _Server(engine, _job(setup["job"]), wall, setup["memory"])
        level = self._server.level()
        # What lives now lives for ever: collecting later would touch, and so copy, all of its pages.
        gc.collect()
        gc.freeze()
        collapse()
        wire.send(channel, {"ready": True, "level": level, **_about(engine)})

    def serve(self) -> None:
        """Fork until the socket is closed."""
        while True:
            _, descriptor = wire.receive_with_file(self._channel)
            while _reap():
                pass
            if descriptor is not None:
                self._server.busy.take_slot()
                if os.fork() == 0:
                    self._live(descriptor)
                os.close(descriptor)

    def _live(self, descriptor: int) -> None:
        """The whole life of a start process. Never returns."""
        try:
            os.setsid()
            # Above all the mother's own socket: her owner shall notice when she ends.
            _close_all_but({descriptor} | self._server.descriptors)
            self._server.serve(socket.socket(fileno=descriptor))
        except wire.Closed:
            pass
        finally:
            os._exit(0)


def _reap() -> bool:
    """Let go of a start process that has ended; return whether there was one."""
    try:
        return os.waitpid(-1, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return False


class _Server:
    """Takes one request after the other; parallel scans are several of these processes.

    Children stand by: forked, warm, and but for the last step locked down before their file comes, so that nobody
    waits for that. Each still sees one file and ends with it.
    """

    def __init__(self, engine: Engine, job: Job, wall: float, memory_bytes: int) -> None:
        self._engine = engine
        self._job = job
        self._wall = wall
        warm_up(engine)
        # Made last, so that the memory of everything loaded is not counted against the children.
        self._lockdown = Lockdown(memory_bytes=memory_bytes, cpu_seconds=math.ceil(wall) + 1)
        self._ended: list[_Child] = []
        self._standby: deque[_Child] = deque()
        self._channel: socket.socket | None = None
        self.busy = Busy()

    @property
    def descriptors(self) -> set[int]:
        """Descriptors without which it cannot work."""
        return set(self._lockdown.descriptors)

    def serve(self, channel: socket.socket) -> None:
        """Answer requests until the socket is closed."""
        self._channel = channel
        self._stand_by()
        wire.send(channel, {"pid": os.getpid()})
        while True:
            self.busy.set(wire.readable(channel, _MOMENT_MS))
            request, file = wire.receive_with_file(channel)
            self.busy.set(True)
            if file is None:
                continue
            try:
                self._answer(channel, request, (file,))
            finally:
                os.close(file)

    def _answer(self, channel: socket.socket, request: dict[str, Any], files: tuple[int, ...]) -> None:
        child = self._hand_over(request, files)
        try:
            outcome, body = self._collect(child, time.monotonic() + self._wall)
            wire.send(channel, {"outcome": outcome}, body)
        finally:
            self._end(child)
            self._stand_by()

    def level(self) -> dict[str, bool]:
        """Return which measures hold, as a child finds out that is locked down like all others."""
        child = self._fork()
        try:
            wire.send(child.channel, {"probe": True})
            outcome, body = self._collect(child, time.monotonic() + self._wall)
        finally:
            child.end()  # the mother lets go of it when she next forks
        return {str(name): bool(holds) for name, holds in json.loads(body).items()} if outcome == "done" else {}

    def _hand_over(self, request: dict[str, Any], files: tuple[int, ...]) -> _Child:
        """Give the request to the child that stands by, or to another if it is gone; return that child."""
        child = self._standby.popleft()
        try:
            wire.send(child.channel, request, files=files)
        except wire.Closed:
            self._end(child)
            child = self._fork()
            wire.send(child.channel, request, files=files)
        return child

    def _end(self, child: _Child) -> None:
        child.end()
        self._ended = [other for other in (*self._ended, child) if not other.gone()]

    def _stand_by(self) -> None:
        """Have children ready. Nobody waits for that: what the last one said has been passed on.

        Forking while it worked would slow it down, because both copy pages that they share.
        """
        while len(self._standby) < _STANDBY:
            self._standby.append(self._fork())

    def _fork(self) -> _Child:
        channel, theirs = socket.socketpair()
        reading, writing = os.pipe()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._live(theirs, writing, parent)
        theirs.close()
        os.close(writing)
        return _Child(pid, channel, reading)

    def _live(self, channel: socket.socket, answer: int, parent: int) -> None:
        """The child's whole life. Never returns."""
        status = _FAILED
        try:
            os.setsid()
            _close_all_but({channel.fileno(), answer} | self._lockdown.descriptors)
            self._lockdown.prepare()
            # The parent may have died before the system was told that the child is to die with it.
            if os.getppid() == parent:
                if self._has_time(channel):
                    # Pages shared with the parent are copied when first written to; here nobody waits for it.
                    json.loads(_to_json(self._engine.scan(SAMPLE, name="a.docx")))
                self._work(channel, answer)
                status = _DONE
        except MemoryError:
            status = _OUT_OF_MEMORY
        except BaseException:  # noqa: S110 -- whatever it is, it must not run on into the parent's code
            pass
        finally:
            os._exit(status)

    def _has_time(self, channel: socket.socket) -> bool:
        """Whether to warm up: the file is not here yet, and some core has nothing better to do. Waits until one of both
        is no longer so."""
        wait = _MOMENT_MS
        while not wire.readable(channel, wait):
            if not self.busy.everywhere:
                return True
            wait = _LOOK_MS
        return False

    def _work(self, channel: socket.socket, answer: int) -> None:
        request, file = wire.receive_with_file(channel)
        channel.close()
        size = os.fstat(file).st_size if file is not None else 0
        self._lockdown.enter(size)
        if file is None:
            _write_answer(answer, json.dumps(probe()).encode("ascii"))
            return
        content: Content = mmap.mmap(file, size, access=mmap.ACCESS_READ) if size else b""
        os.close(file)
        report = self._job(self._engine, content, request["name"], request["comment"], answer)
        _write_answer(answer, _to_json(report))

    def _collect(self, child: _Child, deadline: float) -> tuple[str, bytes]:
        """Return (how the child did, what it said). Raises wire.Closed when there is nobody to tell."""
        poller = select.poll()
        poller.register(child.answer, select.POLLIN)
        if self._channel:
            poller.register(self._channel, 0)  # only its end is news now
        said = bytearray()
        while True:
            events = dict(poller.poll(max(0.0, deadline - time.monotonic()) * 1000))
            if self._channel and self._channel.fileno() in events:
                raise wire.Closed("The service is gone.")
            if not events:
                return "wall", b""
            piece = os.read(child.answer, 256 * 1024)
            if not piece:
                return child.outcome(deadline), b""
            said += piece
            if len(said) >= _LENGTH.size:
                (length,) = _LENGTH.unpack_from(said)
                if length > wire.MOST_BODY:
                    return "answer too long", b""
                if len(said) >= _LENGTH.size + length:
                    return "done", bytes(said[_LENGTH.size : _LENGTH.size + length])


class _Child:
    """A forked child, as its parent sees it."""

    def __init__(self, pid: int, channel: socket.socket, answer: int) -> None:
        self._pid = pid
        self._status: int | None = None
        #: Where its request goes.
        self.channel = channel
        #: Where its answer comes from.
        self.answer = answer

    def outcome(self, deadline: float) -> str:
        """Wait for it to end, at most until ``deadline``; return what its end says: memory, failed, wall, signal N."""
        pause = 0.0002
        while self._status is None:
            found, status = os.waitpid(self._pid, os.WNOHANG)
            if found:
                self._status = os.waitstatus_to_exitcode(status)
            elif time.monotonic() >= deadline:
                return "wall"
            else:
                time.sleep(pause)
                pause = min(pause * 2, 0.02)
        if self._status == -signal.SIGXCPU:
            return "wall"
        if self._status < 0:
            return f"signal {-self._status}"
        return "memory" if self._status == _OUT_OF_MEMORY else "failed"

    def end(self) -> None:
        """End it, whatever it is doing, and what it may have started where the system lets it. Does not wait."""
        self.channel.close()
        os.close(self.answer)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._pid, signal.SIGKILL)
        if self._status is None:
            # Before it is the leader of its group, only its own number reaches it.
            os.kill(self._pid, signal.SIGKILL)

    def gone(self) -> bool:
        """Whether the system has let go of it, after ``end``."""
        return self._status is not None or os.waitpid(self._pid, os.WNOHANG)[0] != 0


def _policy(fields: dict[str, Any]) -> Policy:
    """Build the policy from plain values: JSON has no sets."""
    values: dict[str, Any] = {
        key: frozenset(value) if isinstance(value, list) else value for key, value in fields.items()
    }
    return Policy(**values)


def _about(engine: Engine) -> dict[str, Any]:
    rules = engine.rules
    problems = [[str(problem.path), problem.rule, problem.reason] for problem in rules.problems]
    return {"digest": rules.digest, "count": rules.count, "canary": rules.canary_ok, "problems": problems}


def _job(named: str) -> Job:
    module, _, function = named.partition(":")
    job: Job = getattr(importlib.import_module(module), function)
    return job


def _shortened(report: Report) -> Report:
    """Return the report with as many findings as somebody may still read, the gravest kept.

    A file could otherwise be made to hit so many rules that its report is too long to be passed on.
    """
    if len(report.findings) <= _FINDINGS:
        return report
    gravest = sorted(report.findings, key=lambda finding: -finding.severity.verdict.rank)[:_FINDINGS]
    title = "More was found than is shown"
    more = Finding("limit.findings", Severity.UNKNOWN, gravest[0].where, title, f"{len(report.findings)} findings")
    return replace(report, findings=(*gravest, more))


def _to_json(report: Report) -> bytes:
    """Return the report as it is sent to the parent."""
    return json.dumps(_shortened(report).to_dict()).encode("ascii")


def _write_answer(descriptor: int, text: bytes) -> None:
    """Write the answer with its length before it, so that nobody waits until the child has ended."""
    view = memoryview(_LENGTH.pack(len(text)) + text)
    while view:
        view = view[os.write(descriptor, view) :]


def _close_all_but(kept: set[int]) -> None:
    """Leave the child what it needs; the standard ones stay, they lead nowhere."""
    start = 3
    for descriptor in sorted(kept):
        os.closerange(start, descriptor)
        start = descriptor + 1
    os.closerange(start, 4096)


if __name__ == "__main__":
    main(int(sys.argv[1]))
