"""What a link costs: taking its wrappers off and judging it by itself, with no feed, for hosts that were never seen."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from app.engine.links.canonical import canonical
from app.engine.links.judge import judge_link
from app.engine.links.unwrap import unwrap
from app.engine.model import Link
from tests.bench.figure import Compare, Figure

#: Links a second in one process. A comment has a few, a mail some dozens.
_JUDGED, _UNWRAPPED = 10_000, 20_000
_SHAPES = (
    "https://www.shop{n}.example.com/orders/{n}?utm_source=mail&id={n}",
    "https://login{n}-portal.company{n}.de/account/{n}",
    "https://files{n}.blogspot.com/2024/05/a{n}.html",
    "http://news{n}.org/newsletter/2024/{n}/index.html#part",
)
_WRAPPED = "https://nam{n}.safelinks.protection.outlook.com/?url=https%3A%2F%2Fshop{n}.example%2Fa%3Fb%3D1&data=05%7C02"


def run(*, quick: bool = False) -> list[Figure]:
    """Return how many links a second are judged, and unwrapped."""
    rounds, count = (1, 200) if quick else (3, 8_000)
    judged = [_rate(_links(number * count, count), judge_link) for number in range(rounds)]
    texts = [_WRAPPED.format(n=number) for number in range(count)]
    unwrapped = [_rate(texts, unwrap) for _ in range(rounds)]
    return [
        Figure("links judged, of hosts never seen", "links/s", judged, [], Compare.RATE, _JUDGED),
        Figure("Safe Links unwrapped", "links/s", unwrapped, [], Compare.RATE, _UNWRAPPED),
    ]


def _links(start: int, count: int) -> list[Link]:
    urls = (_SHAPES[number % len(_SHAPES)].format(n=number) for number in range(start, start + count))
    return [Link(url, canonical(url)) for url in urls]


def _rate(items: Sequence[Any], work: Callable[[Any], object]) -> float:
    """Return items a second of processor time."""
    began = time.process_time()
    for item in items:
        work(item)
    return len(items) / (time.process_time() - began)
