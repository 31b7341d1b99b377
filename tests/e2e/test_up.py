"""``deskwarden up`` itself: how it starts, and when it refuses to."""

from __future__ import annotations

import socket

from tests.e2e.installation import Installation
from tests.waiting import eventually


def test_one_line_says_that_it_is_ready(house):
    assert house.installation.lines[0] == f"ready {house.installation.url}"


def test_a_new_installation_prints_the_link_to_its_first_account(house):
    eventually(lambda: len(house.installation.lines) == 2, 60)
    said, _, link = house.installation.lines[1].rpartition(" ")
    assert said == "No administrator yet. Make the first account:"
    answer = house.installation.http.get(link, timeout=60)
    assert answer.status_code == 200
    assert "Make the first account" in answer.text


def test_every_part_can_work_once_it_is_ready(house):
    answer = house.installation.http.get(f"{house.installation.url}/readyz", timeout=60)
    assert answer.status_code == 200
    assert all(part["ok"] for part in answer.json()["parts"].values())


def test_the_broker_and_the_key_are_for_this_user_alone(house):
    home = house.installation.home / "home"
    assert home.stat().st_mode & 0o077 == 0
    assert (home / "run" / "broker.sock").stat().st_mode & 0o077 == 0
    assert (home / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_second_one_on_the_same_data_is_refused(house):
    done = house.installation.run("up", "--port", "0")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Another Deskwarden is running with the data folder ")
    assert len(done.stderr.splitlines()) == 1


def test_a_port_in_use_is_refused(spare_tenant):
    installation = Installation(spare_tenant)
    try:
        with socket.create_server(("127.0.0.1", installation.port)):
            done = installation.run("up", "--port", str(installation.port))
    finally:
        installation.close()
    assert (done.returncode, done.stdout) == (2, "")
    assert f"Port {installation.port} on 127.0.0.1 cannot be used" in done.stderr
    assert len(done.stderr.splitlines()) == 1
