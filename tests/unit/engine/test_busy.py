from __future__ import annotations

import os

from app.engine.busy import Busy


def test_it_is_busy_everywhere_with_a_file_for_every_core() -> None:
    busy = Busy()
    for _ in range(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1):
        assert not busy.everywhere
        busy.take_slot()
        busy.set(True)

    assert busy.everywhere


def test_whoever_has_done_is_busy_no_more() -> None:
    busy = Busy()
    busy.take_slot()
    busy.set(True)
    busy.set(False)

    assert not busy.everywhere
