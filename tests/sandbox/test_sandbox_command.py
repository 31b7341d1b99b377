"""The command as a process of its own."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys

import requests

from app.sandbox.server import API_TOKEN, BOT_EMAIL, CLIENT_SECRET


def free_pair() -> int:
    """Return a port that is free together with the next one."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as first:
            port = int(first.getsockname()[1])
            try:
                socket.create_server(("127.0.0.1", port + 1)).close()
            except OSError:
                continue
            return port


def test_the_command_prints_how_to_use_the_tenant_and_stops_when_told() -> None:
    port = free_pair()
    code = f"import sys; from app.sandbox.server import run; sys.exit(run({port}, seed=7, smtp_port=0))"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().strip() for _ in range(10)]
        page = requests.get(f"http://127.0.0.1:{port}/", timeout=10)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    told = dict(line.split(maxsplit=1) for line in lines)
    assert page.status_code == 200
    assert told["api"] == f"http://127.0.0.1:{port}/api/v2"
    assert told["content-host"] == f"http://127.0.0.1:{port + 1}"
    assert told["client-secret"] == CLIENT_SECRET
    assert told["api-token"] == f"{BOT_EMAIL}/token:{API_TOKEN}"
    assert told["smtp"].startswith("127.0.0.1:") and not told["smtp"].endswith(":0")
    assert told["seed"].startswith("7 ")
