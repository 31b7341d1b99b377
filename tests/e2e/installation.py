"""A real installation: ``deskwarden up`` as a process of its own with its own data folder, and commands beside it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import requests

from app.config import PREFIX, PROJECT
from app.sandbox.server import CLIENT_ID, CLIENT_SECRET, Sandbox
from tests.e2e import processes
from tests.product_only import hide_test_libraries
from tests.waiting import eventually

NAME = "acme"
RECIPIENT = "security@company.example"

#: The variable that carries the client secret, as an operator would choose one.
_SECRET = "SANDBOX_CLIENT_SECRET"

#: Seconds for a process to load everything while others do the same on few cores.
START_SECONDS = 90.0


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class Installation:
    """One data folder and what runs on it. ``tenants`` may be reached although they are on this machine.

    The folder's name is short, because the broker's socket lies in it and such a path has a limit.
    """

    def __init__(self, *tenants: Sandbox, workers: int = 1) -> None:
        self.tenant = tenants[0]
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.home = Path(tempfile.mkdtemp(prefix="dw", dir="/tmp"))
        hosts = [url.removeprefix("http://") for each in tenants for url in (each.url, each.content_url)]
        box = self.tenant.mail
        assert box is not None
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(PREFIX)},
            "PYTHONPATH": str(hide_test_libraries(self.home)),
            "DESKWARDEN_HOME": str(self.home / "home"),
            "DESKWARDEN_PUBLIC_URL": self.url,
            "DESKWARDEN_TRUSTED_HOSTS": ",".join(hosts),
            "DESKWARDEN_SMTP_URL": f"smtp://127.0.0.1:{box.port}",
            "DESKWARDEN_MAIL_FROM": "deskwarden@company.example",
            "DESKWARDEN_NOTIFY": RECIPIENT,
            "DESKWARDEN_SWEEP_SECONDS": "1",
            "DESKWARDEN_WORKERS": str(workers),
            _SECRET: CLIENT_SECRET,
        }
        self.http = requests.Session()
        self.http.trust_env = False
        self.lines: list[str] = []
        self._up: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._seen: dict[int, str] = {}

    # Running

    def start(self) -> Installation:
        """Start ``deskwarden up`` and wait until it says that it is ready."""
        self.lines = []
        log = (self.home / "log").open("a")
        with log:
            self._up = subprocess.Popen(
                self.command("up", "--port", str(self.port)),
                env=self.environment,
                cwd=PROJECT,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        self._reader = threading.Thread(target=self._read, args=(self._up, self.lines), daemon=True)
        self._reader.start()
        eventually(lambda: self.lines or self.up.poll() is not None, START_SECONDS, self.log)
        assert self.up.poll() is None, self.log()
        return self

    def _read(self, process: subprocess.Popen[str], lines: list[str]) -> None:
        assert process.stdout is not None
        lines.extend(line.rstrip("\n") for line in process.stdout)

    @property
    def up(self) -> subprocess.Popen[str]:
        """The supervisor's process."""
        assert self._up is not None
        return self._up

    def log(self) -> str:
        """What all processes said on standard error."""
        return (self.home / "log").read_text()

    def processes(self) -> dict[int, str]:
        """Return all processes below the supervisor, as command lines by their ids."""
        found = processes.descendants(self.up.pid)
        self._seen |= found
        return found

    def part(self, name: str) -> int:
        """Return the id of a part's first process: ``web``, ``worker``, ``beat`` or ``broker``."""
        sign = "broker.sock" if name == "broker" else f"app.cli {name}"
        rows = processes.table()
        [pid] = [pid for pid, (parent, words) in rows.items() if parent == self.up.pid and sign in words]
        return pid

    def kill(self, name: str) -> None:
        """``kill -9`` a part, or the supervisor itself (``up``)."""
        self.processes()
        os.kill(self.up.pid if name == "up" else self.part(name), signal.SIGKILL)
        if name == "up":
            self._reap()

    def stop(self) -> int:
        """Send SIGTERM and return the exit status."""
        self.processes()
        self.up.send_signal(signal.SIGTERM)
        return self._reap()

    def _reap(self) -> int:
        status = self.up.wait(30)
        assert self._reader is not None
        self._reader.join(10)
        assert self.up.stdout is not None
        self.up.stdout.close()
        return status

    def left(self) -> dict[int, str]:
        """Return those of the processes seen so far that still run."""
        return processes.alive(self._seen)

    def close(self) -> None:
        """End everything, however things stand, and remove the data."""
        self.http.close()
        if self._up is not None and self._up.returncode is None:
            self.processes()
            self._up.kill()
            processes.kill(self.left())
            self._reap()
        processes.kill(self.left())
        shutil.rmtree(self.home, ignore_errors=True)

    # Commands

    def command(self, *arguments: str) -> list[str]:
        """Return the command line of ``deskwarden`` with these arguments."""
        return [sys.executable, "-m", "app.cli", *arguments]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end beside the service."""
        return subprocess.run(
            self.command(*arguments),
            env=self.environment,
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )

    def connect(self, name: str = NAME, tenant: Sandbox | None = None) -> subprocess.CompletedProcess[str]:
        """Run ``deskwarden connect``."""
        url = (tenant or self.tenant).url
        return self.run(
            "connect", "--name", name, "--url", url, "--client-id", CLIENT_ID, "--client-secret-env", _SECRET
        )

    def token(self, role: str) -> str:
        """Run ``deskwarden token create`` and return the token."""
        done = self.run("token", "create", "--name", f"test {role}", "--role", role)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Read from the database, as it is now."""
        address = f"file:{self.home}/home/deskwarden.sqlite3?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True)) as database:
            return database.execute(statement, values).fetchall()

    def unfinished(self) -> int:
        """Return how many calls, scans and actions are stored and not at their end."""
        statements = (
            "SELECT count(*) FROM inbox WHERE done_at IS NULL",
            "SELECT count(*) FROM scans WHERE finished_at IS NULL",
            "SELECT count(*) FROM actions WHERE finished_at IS NULL",
        )
        return sum(self.query(statement)[0][0] for statement in statements)

    # The HTTP API

    def api(self, method: str, path: str, token: str, **how: Any) -> requests.Response:
        """Call a route of the API."""
        headers = {"Authorization": f"Bearer {token}"}
        return self.http.request(method, f"{self.url}/api/v1/{path}", headers=headers, timeout=20, **how)

    def scans(self, token: str, ticket_id: int) -> Sequence[dict[str, Any]]:
        """Return the scans of a ticket, newest first."""
        answer = self.api("GET", f"scans?ticket={ticket_id}", token)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["results"]
        return found
