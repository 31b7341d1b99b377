"""The Celery application of the workers.

Messages are only wake-ups: the database knows what is to be done, and leases in it return the work of a killed worker.
So results are not kept, and a message is acknowledged when it is taken: losing one costs time, never work.
"""

from __future__ import annotations

import warnings

from celery import Celery
from celery.platforms import SecurityWarning

from app.config import Settings
from app.jobs import LANES


def build(settings: Settings) -> Celery:
    """Return the application, wired to the broker of the settings."""
    # Whoever works as root is warned of pickled messages; ours are plain JSON with numbers in them.
    warnings.simplefilter("ignore", SecurityWarning)
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
        # Messages are taken before the work, so a lost connection cancels nothing; and none needs to be held back.
        worker_cancel_long_running_tasks_on_connection_loss=True,
        worker_enable_prefetch_count_reduction=False,
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
