"""What a child would do that was taken by its file. Runs in the child; the name of the file says what is done."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import socket
import struct
from collections.abc import Callable
from pathlib import Path

from app.engine.model import Finding, Report, Severity, Verdict
from app.engine.scan import Engine
from app.engine.view import Content


def act(engine: Engine, content: Content, name: str, comment: str, answer: int) -> Report:
    """Do what the name says; ``comment`` is its argument. The report tells how it went."""
    if name == "scan":
        return engine.scan(content, name=name, comment=comment)
    if name == "find_everywhere":
        everywhere = [Finding("test.found", Severity.INFO, str(place), "Found") for place in range(50_000)]
        worst = Finding("test.worst", Severity.MALICIOUS, "file", "Found at last")
        return Report("0" * 64, 1, "text/plain", Verdict.MALICIOUS, (*everywhere, worst))
    return report(_ACTS[name](comment, answer) if name in _ACTS else name)


def report(said: str) -> Report:
    finding = Finding("test.said", Severity.INFO, "file", "What happened", said)
    return Report("0" * 64, 1, "text/plain", Verdict.CLEAN, (finding,))


def _attempt(deed: Callable[[], object]) -> str:
    try:
        deed()
    except OSError as error:
        return f"refused: {type(error).__name__}"
    return "done"


def open_tcp_socket(port: str, answer: int) -> str:
    return _attempt(lambda: socket.create_connection(("127.0.0.1", int(port)), timeout=1))


def connect_to_path(path: str, answer: int) -> str:
    return _attempt(lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).connect(path))


def run_program(marker: str, answer: int) -> str:
    return _attempt(lambda: os.execv("/bin/sh", ["sh", "-c", f"echo taken > {marker}"]))


def start_many_processes(_: str, answer: int) -> str:
    return _attempt(_fork_often)


def _fork_often() -> None:
    for _ in range(50):
        if os.fork() == 0:
            signal.pause()
            os._exit(0)


def write_file(path: str, answer: int) -> str:
    return _attempt(lambda: Path(path).write_text("taken"))


def read_file(path: str, answer: int) -> str:
    return _attempt(lambda: Path(path).read_text())


def kill_parent(_: str, answer: int) -> str:
    return _attempt(lambda: os.kill(os.getppid(), signal.SIGKILL))


def show_environment(secret: str, answer: int) -> str:
    seen = repr(dict(os.environ))
    for process in ("self", str(os.getppid()), "1"):
        with contextlib.suppress(OSError):
            seen += repr(Path(f"/proc/{process}/environ").read_bytes())
    return "seen" if secret in seen else "not seen"


def show_descriptors(_: str, answer: int) -> str:
    opened = []
    for descriptor in range(3, 64):
        with contextlib.suppress(OSError):
            os.fstat(descriptor)
            opened.append(descriptor)
    # The file, the pipe and nothing else.
    return str(len(opened))


def allocate(gibibytes: str, answer: int) -> str:
    return str(len(bytearray(int(gibibytes) << 30)))


def loop_forever(_: str, answer: int) -> str:
    while True:
        pass


def close_and_loop(_: str, answer: int) -> str:
    os.close(answer)
    return loop_forever(_, answer)


def crash(_: str, answer: int) -> str:
    ctypes.string_at(0)
    return "survived"


def leave(_: str, answer: int) -> str:
    os._exit(0)


def answer_endlessly(_: str, answer: int) -> str:
    for _round in range(1024):
        os.write(answer, b"\x7f" * 1024 * 1024)
    return "done"


def answer_with(text: str, answer: int) -> str:
    os.write(answer, struct.pack(">I", len(text)) + text.encode())
    signal.pause()
    return "done"


def lie(_: str, answer: int) -> str:
    lies = {**report("lies").to_dict(), "sha256": "f" * 64, "size": 0, "rules": "", "verdict": "clean"}
    lies["findings"][0].update(severity="malicious", title="a\u202eb\n" + "c" * 5000, reference="javascript:alert(1)")
    return answer_with(json.dumps(lies), answer)


def do_nothing(_: str, answer: int) -> str:
    return "done"


_ACTS: dict[str, Callable[[str, int], str]] = {
    deed.__name__: deed
    for deed in (
        open_tcp_socket,
        connect_to_path,
        run_program,
        start_many_processes,
        write_file,
        read_file,
        kill_parent,
        show_environment,
        show_descriptors,
        allocate,
        loop_forever,
        close_and_loop,
        crash,
        leave,
        answer_endlessly,
        answer_with,
        lie,
        do_nothing,
    )
}
