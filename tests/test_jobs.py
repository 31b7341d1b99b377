"""The names of jobs live in two places; here they are compared."""

from __future__ import annotations

from app.jobs import LANES, InlineQueue, Job


def test_every_job_has_a_task_and_every_task_is_a_job(monkeypatch, tmp_path):
    monkeypatch.setenv("DESKWARDEN_HOME", str(tmp_path))
    import workers.tasks
    from workers.celery_app import app

    ours = {name for name in app.tasks if not name.startswith("celery.")}
    assert ours == {job.value for job in Job}
    assert workers.tasks.services  # the tasks module is what registered them


def test_every_job_has_a_lane():
    assert set(LANES) == set(Job)


def test_an_inline_queue_runs_what_it_was_given_and_what_that_puts():
    queue, done = InlineQueue(), []

    def scan(scan_id: int) -> None:
        done.append(scan_id)
        if scan_id < 3:
            queue.put(Job.SCAN, scan_id=scan_id + 1)

    queue.handlers = {Job.SCAN: scan}
    queue.put(Job.SCAN, scan_id=1)
    assert queue.run() == 3
    assert done == [1, 2, 3]
