"""Real processes over real sockets. One connected installation serves all tests that break nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from app.sandbox.server import Sandbox
from tests.browser import a_browser
from tests.e2e.installation import Installation


def unkind_tenant() -> Sandbox:
    """A tenant with a mail catcher whose answers come before they are visible, but whose exports are up to date."""
    tenant = Sandbox(kind=False, smtp_port=0)
    tenant.switches.incremental_lag_seconds = 0.0
    return tenant


@contextmanager
def a_house(workers: int = 1) -> Iterator[tuple[Sandbox, Installation]]:
    """A connected installation of one's own."""
    with unkind_tenant() as tenant:
        installation = Installation(tenant, workers=workers)
        try:
            installation.start()
            done = installation.connect()
            assert done.returncode == 0, done.stdout + done.stderr
            yield tenant, installation
        finally:
            installation.close()


@dataclass
class House:
    """A running, connected installation with its tenant, and tokens for its API."""

    tenant: Sandbox
    installation: Installation
    analyst: str


@pytest.fixture(scope="session")
def spare_tenant() -> Iterator[Sandbox]:
    """A tenant that nobody is connected to yet, which the shared installation may reach."""
    with unkind_tenant() as tenant:
        yield tenant


@pytest.fixture(scope="session")
def house(spare_tenant: Sandbox) -> Iterator[House]:
    with unkind_tenant() as tenant:
        installation = Installation(tenant, spare_tenant)
        try:
            installation.start()
            done = installation.connect()
            assert done.returncode == 0, done.stdout + done.stderr
            yield House(tenant, installation, installation.token("analyst"))
        finally:
            installation.close()


@pytest.fixture(scope="session")
def browser():
    """A headless browser, one for all tests; each opens windows of its own."""
    with a_browser() as running:
        yield running
