"""``deskwarden beat``: the clock. One is enough; two do no harm."""

from __future__ import annotations

import argparse
import signal
import threading
import time

from app.bootstrap import build_services, prepare
from app.config import Settings
from app.engine.lockdown import hide_process
from workers.schedule import run_clock


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""


def run(_arguments: argparse.Namespace) -> int:
    """Tick until SIGTERM."""
    hide_process()
    settings = Settings.from_environment()
    prepare(settings)
    services = build_services(settings)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run_clock(services.relay, services.queue, sweep_seconds=settings.sweep_seconds, stop=stop, monotonic=time.monotonic)
    return 0
