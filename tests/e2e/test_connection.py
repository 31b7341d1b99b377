"""Connect, verify, disconnect: the commands beside a running service."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def connected(house, spare_tenant):
    """The report of ``connect`` for a second tenant, and that tenant."""
    return house.installation.connect("second", spare_tenant)


def test_connect_reports_every_part_and_ends_well(connected, spare_tenant):
    assert connected.returncode == 0, connected.stdout + connected.stderr
    for part in ("credentials", "role", "webhook", "signing secret", "trigger", "delivery"):
        assert f"ok       {part}: " in connected.stdout
    assert connected.stdout.endswith("second: connected\n")
    assert len(spare_tenant.state.data.webhooks) == len(spare_tenant.state.data.triggers) == 1


def test_the_secret_stands_nowhere_in_what_is_printed(connected):
    assert "sandbox-client-secret" not in connected.stdout + connected.stderr


def test_verify_ends_well_while_all_is_well_and_names_the_mend_when_the_trigger_is_gone(house, connected, spare_tenant):
    well = house.installation.run("verify", "second")
    assert (well.returncode, well.stdout) == (0, connected.stdout)

    spare_tenant.state.data.triggers.clear()
    broken = house.installation.run("verify", "second")
    assert broken.returncode == 1
    assert "BROKEN   trigger: Our trigger is gone" in broken.stdout
    assert "-> Run 'deskwarden connect' again" in broken.stdout

    assert house.installation.connect("second", spare_tenant).returncode == 0
    assert len(spare_tenant.state.data.webhooks) == len(spare_tenant.state.data.triggers) == 1


def test_disconnect_removes_what_connect_made(house, connected, spare_tenant):
    done = house.installation.run("disconnect", "second")
    assert done.returncode == 0, done.stderr
    assert spare_tenant.state.data.webhooks == spare_tenant.state.data.triggers == {}
    assert house.installation.run("verify", "second").returncode == 2


def test_wrong_credentials_are_refused_with_a_sentence(house, spare_tenant):
    arguments = ("--name", "third", "--url", spare_tenant.url, "--client-id", "nobody", "--client-secret-env", "HOME")
    done = house.installation.run("connect", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
