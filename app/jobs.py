"""The names of the jobs, and the queue port through which everything but the workers knows them.

A message is only a wake-up: it carries ids, may be lost or doubled, and the database knows what is to be done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Protocol


class Job(StrEnum):
    """Every job there is. ``workers/tasks.py`` registers one task under each of these names."""

    ENUMERATE = "enumerate"
    SCAN = "scan"
    ACT = "act"
    SWEEP = "sweep"
    RECONCILE = "reconcile"
    UPDATE_FEEDS = "update-feeds"
    REVIEW = "review"
    ASK_PROVIDERS = "ask-providers"
    SIMULATE = "simulate"
    CALL_BACK = "call-back"
    STREAM_AUDIT = "stream-audit"
    COUNT = "count"
    DECIDE = "decide"
    POST = "post"


#: Queues in the order in which workers empty them: getting a bad file out overtakes everything.
LANES: dict[Job, str] = {
    Job.ACT: "quarantine",
    Job.ENUMERATE: "intake",
    Job.SCAN: "scan",
    Job.RECONCILE: "sweep",
    Job.REVIEW: "sweep",
    Job.ASK_PROVIDERS: "providers",
    Job.CALL_BACK: "providers",
    Job.STREAM_AUDIT: "sweep",
    Job.SIMULATE: "sweep",
    Job.SWEEP: "sweep",
    Job.COUNT: "sweep",
    Job.DECIDE: "quarantine",
    Job.POST: "providers",
    Job.UPDATE_FEEDS: "sweep",
}


class Queue(Protocol):
    """Where a job is put; raises Temporary when the broker is away (the sweep then finds the work)."""

    def put(self, job: Job, *, delay: float = 0.0, **ids: int) -> None:
        """Wake a worker for ``job`` about these ids, ``delay`` seconds from now."""


class CeleryQueue:
    """Sends by name, so that the web side never imports the workers."""

    def __init__(self, broker: str) -> None:
        from celery import Celery

        self._celery = Celery("deskwarden", broker=broker)
        self._celery.conf.update(
            task_ignore_result=True,
            # Fail fast when the broker is away: the caller has already committed and the sweep will find the work.
            broker_transport_options={"socket_connect_timeout": 2, "socket_timeout": 2, "max_retries": 1},
            task_publish_retry=False,
        )

    def put(self, job: Job, *, delay: float = 0.0, **ids: int) -> None:
        """Send the job; raises Temporary when the broker does not take it."""
        from kombu.exceptions import OperationalError as BrokerAway
        from redis.exceptions import RedisError

        from app.errors import Temporary

        try:
            self._celery.send_task(job.value, kwargs=ids, queue=LANES[job], countdown=delay or None)
        except (BrokerAway, RedisError, OSError) as error:
            raise Temporary("The broker is away; the sweep will find this work.", code="broker") from error


class InlineQueue:
    """Runs jobs in the calling thread, oldest first, when ``run`` is called: for tests and single commands."""

    def __init__(self) -> None:
        self.handlers: Mapping[Job, Callable[..., object]] = {}
        self.waiting: list[tuple[Job, float, dict[str, int]]] = []

    def put(self, job: Job, *, delay: float = 0.0, **ids: int) -> None:
        """Remember the job, once for equal ids."""
        if (job, delay, ids) not in self.waiting:
            self.waiting.append((job, delay, ids))

    def run(self) -> int:
        """Run what waits, and what that puts, until nothing without a delay is left; return how many ran."""
        count = 0
        while due := next((entry for entry in self.waiting if entry[1] <= 0), None):
            self.waiting.remove(due)
            self.handlers[due[0]](**due[2])
            count += 1
        return count
