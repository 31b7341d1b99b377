"""What a file that took its child over cannot do to the machine, with real processes."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

from app.engine.isolation import IsolatedEngine
from app.engine.start_process import clean_environment
from tests.isolation.answers import SECRET, assert_still_works, said


def test_on_linux_every_measure_holds(engine: IsolatedEngine) -> None:
    if sys.platform == "linux":
        assert engine.level["rlimits"]
        assert engine.level["no_new_privs"]
        assert engine.level["seccomp"]


def test_no_tcp_connection_can_be_made(engine: IsolatedEngine, file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        answer = said(engine.scan(file, name="open_tcp_socket", comment=str(server.getsockname()[1])))

    assert answer.startswith("refused") or not engine.level["seccomp"]


def test_no_local_socket_can_be_reached(engine: IsolatedEngine, file: Path, tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        answer = said(engine.scan(file, name="connect_to_path", comment=path))

    assert answer.startswith("refused") or not engine.level["seccomp"]


def test_no_program_can_be_started(engine: IsolatedEngine, file: Path, tmp_path: Path) -> None:
    marker = tmp_path / "marker"

    answer = said(engine.scan(file, name="run_program", comment=str(marker)))

    assert answer.startswith("refused") or not engine.level["seccomp"]
    assert not marker.exists()


def test_no_process_can_be_started(engine: IsolatedEngine, file: Path) -> None:
    answer = said(engine.scan(file, name="start_many_processes"))

    assert answer.startswith("refused") or not engine.level["seccomp"]


def test_nothing_can_be_written(engine: IsolatedEngine, file: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("before")

    said(engine.scan(file, name="write_file", comment=str(target)))

    assert "taken" not in target.read_text()


def test_nothing_of_the_machine_can_be_read(engine: IsolatedEngine, file: Path, tmp_path: Path) -> None:
    key = tmp_path / "secret.key"
    key.write_text(SECRET)

    answer = said(engine.scan(file, name="read_file", comment=str(key)))

    assert answer.startswith("refused") or not engine.level["landlock"]


def test_the_parent_cannot_be_killed(engine: IsolatedEngine, file: Path) -> None:
    answer = said(engine.scan(file, name="kill_parent"))

    assert answer.startswith("refused") or not engine.level["seccomp"]
    assert_still_works(engine, file)


def test_a_secret_in_the_environment_of_the_service_is_not_there(engine: IsolatedEngine, file: Path) -> None:
    assert os.environ["DESKWARDEN_SECRET_KEY"] == SECRET
    assert said(engine.scan(file, name="show_environment", comment=SECRET)) == "not seen"


def test_only_what_python_needs_is_left_of_the_environment() -> None:
    ours = {"PATH": "/bin", "DESKWARDEN_SECRET_KEY": SECRET, "AWS_SECRET_ACCESS_KEY": "x", "PYTHONPATH": "/tmp"}

    assert clean_environment(ours) == {"PATH": "/bin", "LC_ALL": "C.UTF-8"}


def test_a_child_holds_its_file_and_its_pipe_alone(engine: IsolatedEngine, file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)):
        assert said(engine.scan(file, name="show_descriptors")) == "2"
