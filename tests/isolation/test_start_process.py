"""The processes that children come from: who shares them, who replaces them, and with whom they end."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import struct
import subprocess
import sys
import termios
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app.config import PROJECT
from app.engine.isolation import IsolatedEngine
from tests.isolation.answers import assert_still_works, said
from tests.waiting import eventually


def test_a_start_process_that_is_killed_under_way_is_replaced(engine: IsolatedEngine, file: Path) -> None:
    engine.start()
    assert engine._process
    pid = engine._process.pid
    channel = engine._process._channel
    os.kill(pid, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as pool:
        scan = pool.submit(engine.scan, file, name="do_nothing")
        # Asked, and not heard yet.
        eventually(lambda: _unread(channel), 10)
        os.kill(pid, signal.SIGKILL)

        assert said(scan.result()) == "done"
    assert_still_works(engine, file)


_OWNER = """
import os, signal, sys
from pathlib import Path
from app.engine.isolation import IsolatedEngine
engine = IsolatedEngine([Path(sys.argv[1])])
engine.start()
mine = engine._process.pid
child = os.fork()
verdict = engine.scan(Path(sys.argv[2]), name="file").verdict.value
print("child" if child == 0 else "owner", mine, engine._process.pid, verdict, flush=True)
if child == 0:
    engine.close()
    os._exit(0)
os.waitpid(child, 0)
print("ready", flush=True)
signal.pause()
"""


def test_one_start_process_serves_many_files(rules: Path, file: Path) -> None:
    with IsolatedEngine([rules]) as engine:
        pids = set()
        for _ in range(5):
            engine.scan(file, name="a")
            assert engine._process
            pids.add(engine._process.pid)
    assert len(pids) == 1


def test_siblings_scan_beside_each_other_from_one_mother(rules: Path, file: Path) -> None:
    with IsolatedEngine([rules]) as first, first.sibling() as second:
        assert first.scan(file, name="a").verdict is second.scan(file, name="a").verdict
        assert first._process and second._process
        assert first._process.pid != second._process.pid
        assert _parent(first._process.pid) == _parent(second._process.pid)


def test_a_mother_that_is_killed_costs_nobody_a_scan(rules: Path, file: Path) -> None:
    with IsolatedEngine([rules]) as first:
        first.start()
        assert first._process
        mother = _parent(first._process.pid)
        os.kill(mother, signal.SIGKILL)
        assert _ends(mother)
        assert first.scan(file, name="a").rules == first.rules_digest
        with first.sibling() as second:
            assert second.scan(file, name="a").rules == first.rules_digest


def test_a_sibling_that_ends_leaves_the_others_at_work(rules: Path, file: Path) -> None:
    with IsolatedEngine([rules]) as first:
        first.start()
        with first.sibling() as second:
            second.start()
            assert second._process
            pid = second._process.pid
        assert _ends(pid)
        assert first.scan(file, name="a").nodes == 1


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_a_fork_has_a_start_process_of_its_own_and_it_dies_with_its_owner(rules: Path, file: Path) -> None:
    command = [sys.executable, "-c", _OWNER, str(rules), str(file)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout
        lines = [owner.stdout.readline().split() for _ in range(3)]
        said_by = {line[0]: line[1:] for line in lines}
        start = int(said_by["owner"][0])
        owner.kill()

    assert said_by["owner"][2] == said_by["child"][2] == "malicious"
    assert said_by["owner"][1] == said_by["owner"][0]
    assert said_by["child"][1] != said_by["child"][0]
    assert _ends(start)


def _ends(pid: int) -> bool:
    return eventually(lambda: _has_ended(pid), 10)


def _has_ended(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    # Whoever inherits it may not have collected it yet.
    return Path(f"/proc/{pid}/stat").exists() and " Z " in Path(f"/proc/{pid}/stat").read_text()


def _unread(channel: socket.socket) -> int:
    """Return how many bytes sent on the channel the other side has not read yet."""
    waiting = struct.pack("i", 0)
    return int(struct.unpack("i", fcntl.ioctl(channel, termios.TIOCOUTQ, waiting))[0])
