"""``deskwarden worker``: does the jobs. Scanning happens in processes of its own, so threads serve for the rest."""

from __future__ import annotations

import argparse

from app.bootstrap import prepare
from app.config import Settings
from app.engine.lockdown import hide_process

#: Jobs under way per scanning process: most of a job's time is waiting for Zendesk.
JOBS_PER_SCANNER = 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""


def run(_arguments: argparse.Namespace) -> int:
    """Work until SIGTERM; what is under way then is finished or, after a while, taken up by another worker."""
    hide_process()
    settings = Settings.from_environment()
    prepare(settings)
    from workers.celery_app import app

    threads = str(settings.workers * JOBS_PER_SCANNER)
    app.worker_main(
        [
            "--quiet",
            "worker",
            "--pool=threads",
            f"--concurrency={threads}",
            "--loglevel=WARNING",
            "--without-mingle",
            "--without-gossip",
            "--without-heartbeat",
            "--queues=" + ",".join(_queues()),
        ]
    )
    return 0


def _queues() -> list[str]:
    from app.jobs import LANES

    return list(dict.fromkeys(LANES.values()))
