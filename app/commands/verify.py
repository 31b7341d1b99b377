"""``deskwarden verify``: check every part of a connection and say how to mend what is broken."""

from __future__ import annotations

import argparse

from app.bootstrap import Services, build_services, prepare
from app.config import Settings
from app.connections.checks import State, verify

_SIGNS = {State.OK: "ok     ", State.BROKEN: "BROKEN ", State.UNKNOWN: "unknown"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("name", help="the connection's name")


def run(arguments: argparse.Namespace) -> int:
    """Check; exit 0 when nothing is broken, 1 otherwise."""
    settings = Settings.from_environment()
    prepare(settings)
    return report(build_services(settings), settings, arguments.name)


def report(services: Services, settings: Settings, name: str) -> int:
    """Print one line a check, and under it what to do; return the exit status."""
    checks = verify(services.connections, services.keys, name, settings.public_url)
    for check in checks:
        print(f"{_SIGNS[check.state]}  {check.name}: {check.detail}")
        if check.mend and check.state is not State.OK:
            print(f"         -> {check.mend}")
    broken = sum(check.state is State.BROKEN for check in checks)
    print(f"{name}: {f'{broken} part(s) broken' if broken else 'connected'}")
    return 1 if broken else 0
