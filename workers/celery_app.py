"""The Celery application of the workers.

Messages are only wake-ups: the database knows what is to be done, and leases in it return the work of a killed worker.
So results are not kept, and a message is acknowledged when it is taken: losing one costs time, never work.
"""

from __future__ import annotations

from celery import Celery

from app.config import Settings
from app.jobs import LANES


def build(settings: Settings) -> Celery:
    """Return the application, wired to the broker of the settings."""
    celery = Celery("deskwarden", broker=settings.broker, include=["workers.tasks"])
    queues = list(dict.fromkeys(LANES.values()))
    celery.conf.update(
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        task_default_queue=queues[0],
        task_queues=None,
        task_create_missing_queues=True,
        broker_transport_options={
            # The first queue that holds anything is served: redacting overtakes reading, reading overtakes scanning.
            "queue_order_strategy": "priority",
            "socket_keepalive": True,
            "health_check_interval": 10,
        },
    )
    celery.set_default()
    return celery


app = build(Settings.from_environment())
