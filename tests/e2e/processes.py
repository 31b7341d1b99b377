"""Look at processes and end them. Linux tells all of it in ``/proc``; elsewhere ``ps`` does."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterable
from pathlib import Path

_PROC = Path("/proc")


def table() -> dict[int, tuple[int, str]]:
    """Return parent and command line of every living process by its id, without what is dead and not yet reaped."""
    return _from_proc() if (_PROC / "self" / "stat").exists() else _from_ps()


def _from_proc() -> dict[int, tuple[int, str]]:
    found = {}
    for folder in _PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended while we looked
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
            # The program's name stands in brackets and may hold anything; state and parent follow it.
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            if state not in "ZX":
                found[int(folder.name)] = (int(parent), words)
    return found


def _from_ps() -> dict[int, tuple[int, str]]:
    command = ["ps", "-A", "-ww", "-o", "pid=,ppid=,stat=,args="]
    shown = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = (line.split(None, 3) for line in shown.stdout.splitlines())
    return {int(row[0]): (int(row[1]), row[3]) for row in rows if len(row) == 4 and not row[2].startswith("Z")}


def descendants(pid: int) -> dict[int, str]:
    """Return children, their children and so on, as command lines by their ids."""
    rows = table()
    found: dict[int, str] = {}
    families = {pid}
    while families:
        families = {child for child, (parent, _) in rows.items() if parent in families and child not in found}
        found |= {child: rows[child][1] for child in families}
    return found


def alive(known: dict[int, str]) -> dict[int, str]:
    """Return those that still run; an id that another program got meanwhile does not count."""
    rows = table()
    return {pid: words for pid, words in known.items() if pid in rows and rows[pid][1] == words}


def kill(pids: Iterable[int]) -> None:
    """End them as a power cut would."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
