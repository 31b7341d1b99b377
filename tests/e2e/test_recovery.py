"""SIGTERM, and ``kill -9`` at the worst moments: afterwards everything was done, and everything once.

The stories take as long as a lease lasts, so they run at the same time, each with its own installation and tenant.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest

from app.sandbox import samples
from app.sandbox.server import Sandbox
from tests.e2e.conftest import a_house
from tests.e2e.desk import End, end_of, is_handled, notes, redactions, report_virus
from tests.e2e.gates import Gate, Gates, MailGate
from tests.e2e.installation import Installation
from tests.waiting import eventually

#: A lease is 30 s, and a redaction that does not show is sent again after 30 s; the rest is for a slow machine.
RECOVERY_SECONDS = 120.0

#: Seconds until all tickets have come to where they are held; a held call gives up after 20.
HOLD_SECONDS = 18.0

#: Seconds that a stop may take; what the contract promises.
STOP_SECONDS = 15.0

#: Longer than anything lasts: the answer never comes.
NEVER = 3000.0


@dataclass(frozen=True)
class Held:
    """A ticket that stands still: whether it has come so far, and what becomes of its call after the kill."""

    reached: Callable[[], bool]
    release: Callable[[], None] = lambda: None


Stage = Callable[[Sandbox, Gates, int], Held]


def _call(method: str, path: str, *, host: str = "tenant", skip: int = 0, arrives_late: bool = False) -> Stage:
    """A call that is on its way when the worker dies."""

    def hold(_tenant: Sandbox, gates: Gates, ticket_id: int) -> Held:
        gate = gates.add(Gate(method, path.format(ticket_id), host, skip))
        return Held(gate.has_reached, gate.open if arrives_late else gate.drop)

    return hold


def _answer(path: str, effect: Callable[[Sandbox, int], object]) -> Stage:
    """A write that took effect, and whose answer is on its way when the worker dies."""

    def hold(tenant: Sandbox, _gates: Gates, ticket_id: int) -> Held:
        tenant.fault("slow", method="PUT", path=path.format(ticket_id), seconds=NEVER)
        return Held(lambda: bool(effect(tenant, ticket_id)))

    return hold


def _mail(tenant: Sandbox, _gates: Gates, ticket_id: int) -> Held:
    gate = MailGate(tenant, ticket_id)
    return Held(gate.has_reached, gate.open)


REDACTION, NOTE, LISTING = r"/tickets/{}/.*redact", r"/tickets/{}(\.json)?$", r"/tickets/{}/comments(\.json)?$"

#: Where a worker can die. The last is reached after all others, because its call does not name the ticket.
STAGES: dict[str, Stage] = {
    "while the ticket is read": _call("GET", LISTING),
    "while the redaction is on its way": _call("PUT", REDACTION),
    "while the redaction is on its way, and it arrives": _call("PUT", REDACTION, arrives_late=True),
    "after the redaction, before its answer": _answer(REDACTION, redactions),
    "before the redaction is read back": _call("GET", LISTING, skip=1),
    "while the note is on its way": _call("PUT", NOTE),
    "while the note is on its way, and it arrives": _call("PUT", NOTE, arrives_late=True),
    "after the note, before its answer": _answer(NOTE, notes),
    "after the mail was taken, before that was said": _mail,
    "while the file is fetched": _call("GET", "^/attachment/", host="content"),
}


def finished(tenant: Sandbox, installation: Installation, *tickets: int) -> list[End]:
    """Wait until these tickets are dealt with and nothing is left to do; return how they stand then."""
    for number in tickets:
        eventually(lambda number=number: is_handled(tenant, number), RECOVERY_SECONDS, installation.log)  # type: ignore[misc]
    eventually(lambda: installation.unfinished() == 0, RECOVERY_SECONDS, installation.log)
    return [end_of(tenant, number) for number in tickets]


def warm_up(tenant: Sandbox, installation: Installation) -> int:
    """Have every scanning process started, so that no held call waits for that; return the ticket's number."""
    files = [(f"{number}.pdf", samples.pdf(f"Page {number}"), "application/pdf") for number in range(9)]
    ticket_id = tenant.add_ticket("Pages", "All pages", files).id
    eventually(
        lambda: installation.query("SELECT count(*) FROM scans WHERE state = 'done'") == [(9,)],
        HOLD_SECONDS * 3,
        installation.log,
    )
    return ticket_id


def worker_killed() -> dict[str, End]:
    """Bring a ticket to each stage, kill the worker, and return how the tickets end."""
    with a_house(workers=len(STAGES) // 4 + 1) as (tenant, installation):
        gates = Gates(tenant)
        held: list[Held] = []

        def reached() -> bool:
            return all(each.reached() for each in held)

        first = warm_up(tenant, installation) + 1
        for ticket_id, stage in enumerate(STAGES.values(), first):
            if len(held) == len(STAGES) - 1:
                eventually(reached, HOLD_SECONDS, installation.log)
            held.append(stage(tenant, gates, ticket_id))
            assert report_virus(tenant) == ticket_id
        eventually(reached, HOLD_SECONDS, installation.log)
        installation.kill("worker")
        for each in held:
            each.release()
        ends = finished(tenant, installation, *range(first, first + len(STAGES)))
        return dict(zip(STAGES, ends, strict=True))


def parts_killed() -> dict[str, End]:
    """Kill one part after the other, write a ticket each time at once, and return how the tickets end."""
    ends = {}
    with a_house() as (tenant, installation):
        for part in ("web", "beat", "broker"):
            installation.kill(part)
            [ends[part]] = finished(tenant, installation, report_virus(tenant))
    return ends


def all_killed() -> dict[str, End]:
    """Kill the supervisor in the middle of a quarantine, write a ticket, start again; return how the tickets end."""
    with a_house() as (tenant, installation):
        held = STAGES["after the redaction, before its answer"](tenant, Gates(tenant), 1)
        first = report_virus(tenant)
        eventually(held.reached, HOLD_SECONDS, installation.log)
        installation.kill("up")
        second = report_virus(tenant)
        installation.start()
        third = report_virus(tenant)
        ends = finished(tenant, installation, first, second, third)
        return dict(zip(("under way", "while down", "afterwards"), ends, strict=True))


@dataclass(frozen=True)
class Stop:
    """How a stop went: seconds it took, exit status, processes left behind, and the log."""

    seconds: float
    status: int
    left: dict[int, str]
    log: str


def stopped() -> Stop:
    """Stop the service while a file is being fetched."""
    with a_house() as (tenant, installation):
        warm_up(tenant, installation)
        gate = Gates(tenant).add(Gate("GET", "^/attachment/", "content"))
        report_virus(tenant)
        eventually(gate.has_reached, HOLD_SECONDS, installation.log)
        begun = time.monotonic()
        status = installation.stop()
        seconds = time.monotonic() - begun
        with suppress(AssertionError):  # scanning children notice by a closed socket, which takes them a moment
            eventually(lambda: not installation.left(), 1.0)
        left = installation.left()
        gate.drop()
        return Stop(seconds, status, left, installation.log())


STORIES: tuple[Callable[[], Any], ...] = (worker_killed, parts_killed, all_killed, stopped)


@pytest.fixture(scope="module")
def stories() -> Iterator[dict[str, Future[Any]]]:
    """All stories, running."""
    with ThreadPoolExecutor(len(STORIES)) as pool:
        yield {story.__name__: pool.submit(story) for story in STORIES}


def assert_once(end: End) -> None:
    assert (end.files, end.redactions, end.notes, end.mails) == (("redacted.txt",), (1,), 1, 1)


@pytest.mark.parametrize("stage", STAGES)
def test_a_worker_killed_in_the_middle_leaves_one_redaction_one_note_and_one_message_id(stories, stage):
    assert_once(stories["worker_killed"].result()[stage])


@pytest.mark.parametrize("part", ["web", "beat", "broker"])
def test_a_killed_part_comes_back_and_loses_nothing(stories, part):
    assert_once(stories["parts_killed"].result()[part])


@pytest.mark.parametrize("ticket", ["under way", "while down", "afterwards"])
def test_a_killed_supervisor_leaves_nothing_that_a_new_start_does_not_finish(stories, ticket):
    assert_once(stories["all_killed"].result()[ticket])


def test_a_stop_takes_less_than_promised_and_ends_well(stories):
    stop = stories["stopped"].result()
    assert (stop.status, stop.seconds < STOP_SECONDS) == (0, True), stop


def test_a_stop_leaves_no_process_behind(stories):
    assert stories["stopped"].result().left == {}


def test_a_stop_says_nothing_alarming(stories):
    assert "Traceback" not in stories["stopped"].result().log
