"""The grown-up installation: web, worker and beat started one by one, on PostgreSQL and a broker over TCP."""

from __future__ import annotations

import contextlib
import re
import subprocess
from collections.abc import Iterator

import pytest

from app import broker
from app.config import PROJECT
from tests.e2e.conftest import House, unkind_tenant
from tests.e2e.desk import end_of, is_handled, report_virus
from tests.e2e.installation import START_SECONDS, Installation, free_port
from tests.postgres import running_postgres
from tests.waiting import eventually

STOP_SECONDS = 15.0


@contextlib.contextmanager
def running(command: list[str], installation: Installation) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is ended by force when nobody ended it before."""
    with (installation.home / "log").open("a") as log:
        process = subprocess.Popen(
            command, env=installation.environment, cwd=PROJECT, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def broker_on(port: int, installation: Installation) -> list[str]:
    """Return the embedded broker's command line, but listening on a port."""
    command = broker.command(installation.home / "unused.sock")
    command[command.index("--port") + 1] = str(port)
    return command


@pytest.fixture(scope="module")
def parts() -> Iterator[tuple[House, dict[str, subprocess.Popen[bytes]]]]:
    with contextlib.ExitStack() as stack:
        tenant = stack.enter_context(unkind_tenant())
        installation = Installation(tenant)
        stack.callback(installation.close)
        broker_port = free_port()
        installation.environment |= {
            "DESKWARDEN_DATABASE_URL": stack.enter_context(stack.enter_context(running_postgres()).database()),
            "DESKWARDEN_BROKER_URL": f"redis://127.0.0.1:{broker_port}/0",
        }
        stack.enter_context(running(broker_on(broker_port, installation), installation))
        commands = {"web": ["--port", str(installation.port)], "worker": [], "beat": []}
        # All at once: each brings the database to its newest shape, and they must not get in each other's way.
        processes = {
            name: stack.enter_context(running(installation.command(name, *arguments), installation))
            for name, arguments in commands.items()
        }
        eventually(lambda: answers(installation), START_SECONDS, installation.log)
        done = installation.connect()
        assert done.returncode == 0, done.stdout + done.stderr
        yield House(tenant, installation, installation.token("analyst")), processes


def answers(installation: Installation) -> bool:
    with contextlib.suppress(OSError):
        return installation.http.get(f"{installation.url}/healthz", timeout=5).ok
    return False


def test_a_malicious_file_leaves_the_ticket_with_one_note_and_one_mail(parts):
    house, _ = parts
    ticket_id = report_virus(house.tenant)
    eventually(lambda: is_handled(house.tenant, ticket_id), 45.0, house.installation.log)
    end = end_of(house.tenant, ticket_id)
    assert (end.redactions, end.notes, end.mails) == ((1,), 1, 1)
    [scan] = house.installation.scans(house.analyst, ticket_id)
    answer = house.installation.api(
        "POST", f"scans/{scan['id']}/verdict", house.analyst, json={"verdict": "clean", "reason": "Known"}
    )
    assert answer.status_code == 200
    eventually(lambda: end_of(house.tenant, ticket_id).mails == 2, 30.0, house.installation.log)
    assert end_of(house.tenant, ticket_id).files == ("redacted.txt", "invoice.com")


def test_the_log_names_no_secret(parts):
    house, _ = parts
    assert not re.search("sandbox-client-secret|dw_[A-Za-z0-9]{20}", house.installation.log())


@pytest.mark.parametrize("name", ["beat", "worker", "web"])
def test_each_part_ends_well_when_told_to(parts, name):
    _, processes = parts
    processes[name].terminate()
    assert processes[name].wait(STOP_SECONDS) == 0
