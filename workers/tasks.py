"""One task a job: its name and one call. What can go wrong inside is recorded by the services, with its next time.

Only failures of the ground they stand on (the database, a bug) get here: they are logged, and the sweep repeats.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import structlog

from app.bootstrap import Services, build_services
from app.config import Settings
from app.errors import Temporary
from app.jobs import Job
from workers.celery_app import app

log = structlog.get_logger()


@functools.cache
def services() -> Services:
    """Return the services of this process, built at the first job."""
    built = build_services(Settings.from_environment())
    built.feeds.keep_current()
    return built


def task(job: Job) -> Callable[[Callable[..., None]], Any]:
    """Register a function as the task of a job, with the one rule for failures."""

    def register(function: Callable[..., None]) -> Any:
        @app.task(name=job.value, ignore_result=True)  # type: ignore[untyped-decorator]
        @functools.wraps(function)
        def run(**ids: int) -> None:
            with structlog.contextvars.bound_contextvars(job=job.value, **ids):
                try:
                    function(**ids)
                except Temporary as error:
                    log.warning("job.postponed", code=error.code)
                except Exception:
                    log.exception("job.failed")

        return run

    return register


@task(Job.ENUMERATE)
def enumerate_ticket(connection_id: int, ticket_id: int) -> None:
    """Read the new comments of a ticket."""
    services().enumerator.run(connection_id, ticket_id)


@task(Job.SCAN)
def scan(scan_id: int) -> None:
    """Judge one file."""
    services().scanner.run(scan_id)


@task(Job.ACT)
def act(connection_id: int, ticket_id: int) -> None:
    """Do what is ordered on a ticket."""
    services().actor.run(connection_id, ticket_id)


@task(Job.SWEEP)
def sweep() -> None:
    """Look for work that was left behind."""
    services().sweep.run()
    services().providers.sweep()
    services().bulk.sweep()
    services().scan_counts.fold()
    services().simulator.sweep()
    services().callbacks.sweep()
    services().audit_watch.run()
    services().audit_sender.sweep()
    services().post.sweep()


@task(Job.COUNT)
def count() -> None:
    """Count what happened in the last hours, for the overview."""
    services().counting.run()


@task(Job.DECIDE)
def decide(bulk_id: int) -> None:
    """Give a person's verdict on many scans."""
    services().bulk.run(bulk_id)


@task(Job.RECONCILE)
def reconcile(connection_id: int) -> None:
    """Look for comments that no webhook told of."""
    services().reconciler.run(connection_id)


@task(Job.REVIEW)
def review(connection_id: int) -> None:
    """Judge links again whose time has come."""
    services().reviewer.run(connection_id)


@task(Job.ASK_PROVIDERS)
def ask_providers(connection_id: int) -> None:
    """Ask services outside the house about links, as far as policies allow it."""
    services().providers.run(connection_id)


@task(Job.STREAM_AUDIT)
def stream_audit(stream_id: int) -> None:
    """Send the audit trail on to a SIEM."""
    services().audit_sender.run(stream_id)


@task(Job.CALL_BACK)
def call_back(scan_id: int) -> None:
    """Tell whoever sent a file what became of it."""
    services().callbacks.run(scan_id)


@task(Job.UPDATE_FEEDS)
def update_feeds() -> None:
    """Download the feeds whose time has come."""
    services().feeds.update_due()


@task(Job.POST)
def post(connection_id: int) -> None:
    """Make mails of the letters of a connection that are due, and send what is due."""
    services().sorting.run(connection_id)
    services().carrying.run(connection_id)


@task(Job.SIMULATE)
def simulate(simulation_id: int) -> None:
    """Judge stored scans again, by a policy that somebody thinks of saving."""
    services().simulator.run(simulation_id)
