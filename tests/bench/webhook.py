"""Durable webhook answers a second: the service's own web against a Flask app that only checks the signature."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from app.bootstrap import prepare
from app.config import PREFIX, PROJECT, Settings
from app.connections.tables import connections
from app.db import Database
from app.keys import MasterKey
from app.tickets.tables import inbox
from tests.bench.bare_app import SECRET_VARIABLE
from tests.bench.figure import Compare, Figure
from tests.bench.load import CONNECTION, SECRET
from tests.e2e.installation import free_port
from tests.waiting import eventually

CONNECTIONS = 16
#: Requests signed beforehand for each second of load; more than any server answers in Python.
_MOST_A_SECOND = 12_000

Window = dict[str, float]


def run(*, quick: bool = False) -> list[Figure]:
    """Return the ratio of the rates and of the 99th percentiles. Raises RuntimeError when an answer was not 202."""
    rounds, seconds = (1, 0.3) if quick else (7, 2.0)
    ours, raw = [], []
    with _folder() as home, _service(home) as service, _bare(home) as bare:
        for port in (service, bare):
            _load(port, seconds)  # the first calls build what is built once
        for _ in range(rounds):
            ours.append(_load(service, seconds))
            raw.append(_load(bare, seconds))
        _check_stored(home, ours)
    return [
        _figure("webhook answers, stored durably", "/s", "rate", ours, raw, Compare.AT_LEAST, 0.25),
        _figure(f"webhook 99th percentile, {CONNECTIONS} connections", "ms", "p99_ms", ours, raw, Compare.AT_MOST, 4.0),
    ]


def _figure(
    name: str, unit: str, key: str, ours: Sequence[Window], raw: Sequence[Window], compare: Compare, target: float
) -> Figure:
    return Figure(name, unit, [each[key] for each in ours], [each[key] for each in raw], compare, target)


def _load(port: int, seconds: float) -> Window:
    """Return what one window of load came to."""
    command = [sys.executable, "-m", "tests.bench.load", str(port), str(CONNECTIONS), str(seconds)]
    most = str(int(seconds * _MOST_A_SECOND) + CONNECTIONS)
    done = subprocess.run([*command, most], cwd=PROJECT, capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise RuntimeError(f"The load did not run: {done.stderr.strip()[-500:]}")
    window: Window = json.loads(done.stdout)
    if window["refused"]:
        raise RuntimeError(f"{window['refused']:.0f} of {window['answers']:.0f} answers were not 202.")
    return window


def _check_stored(home: Path, windows: Sequence[Window]) -> None:
    """Raise RuntimeError unless every call that was answered is in the database."""
    database = Database(_settings(home).database_url)
    with database.read() as connection:
        stored = connection.execute(select(func.count()).select_from(inbox)).scalar_one()
    database.close()
    answered = sum(window["answers"] for window in windows)
    if stored < answered:
        raise RuntimeError(f"Only {stored} of {answered:.0f} answered calls are stored.")


@contextmanager
def _folder() -> Iterator[Path]:
    """A data folder on the disk that the project lies on: elsewhere, making durable may cost nothing."""
    (PROJECT / "var").mkdir(mode=0o700, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench", dir=PROJECT / "var"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return {**kept, f"{PREFIX}HOME": str(home), SECRET_VARIABLE: SECRET}


def _settings(home: Path) -> Settings:
    return Settings.from_environment(_environment(home))


@contextmanager
def _service(home: Path) -> Iterator[int]:
    """The web of the service, with a connection that knows the secret; yields its port."""
    settings = _settings(home)
    prepare(settings)
    keys = MasterKey.load(settings.home, settings.secret_key)
    database = Database(settings.database_url)
    with database.write() as connection:
        connection.execute(
            connections.insert().values(
                name=CONNECTION,
                base_url="https://bench.zendesk.test",
                auth="oauth",
                secret=b"",
                signing_secret=keys.seal("signing-secret", SECRET.encode()),
                created_at=0.0,
            )
        )
    database.close()
    port = free_port()
    with _server(["-m", "app.cli", "web", "--port", str(port)], home, port):
        yield port


@contextmanager
def _bare(home: Path) -> Iterator[int]:
    port = free_port()
    with _server(["-m", "tests.bench.bare_app", str(port)], home, port):
        yield port


@contextmanager
def _server(arguments: Sequence[str], home: Path, port: int) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, *arguments], cwd=PROJECT, env=_environment(home))
    try:
        eventually(lambda: _answers(port) or process.poll() is not None, 60.0)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1.0):
        return True
    return False
