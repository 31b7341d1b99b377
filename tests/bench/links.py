"""Megabytes of comments and pages that are searched for addresses in a second, and what a byte costs in larger ones."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from app.engine.links import domains
from app.engine.links.extract import extract_links
from tests.bench.figure import Compare, Figure

_MB = 1_000_000
_FACTOR = 16
_WORDS = (
    "the order was sent on Monday and we did not get it so please help with your account as the invoice number is 4711 "
    "and thanks again for all of this we are waiting since days now regards Jane from the support team"
).split()
#: Different addresses that are kept: none of the texts has so many that the search ends before the text.
_LIMIT = 100_000


def run(*, quick: bool = False) -> list[Figure]:
    """Return the speeds on plain text and on HTML, and how either grows with 16 times the input."""
    rounds, size = (1, _MB // 20) if quick else (5, 2 * _MB)
    domains.load()
    figures = []
    for name, make, html, target in (("plain text", _text, False, 20), ("HTML", _page, True, 5)):
        small, large = make(size), make(size * _FACTOR)
        speeds = [1 / _seconds(small, html=html) for _ in range(rounds)]
        figures.append(Figure(f"links, {name}", "MB/s", speeds, [], Compare.RATE, target))
        ours = [1e6 * _seconds(large, html=html) for _ in range(rounds)]
        raw = [1e6 * _seconds(small, html=html) for _ in range(rounds)]
        growth = f"links, a byte in {_FACTOR} times as much {name}"
        figures.append(Figure(growth, "µs/MB", ours, raw, Compare.AT_MOST, 1.5))
    return figures


def _seconds(text: str, *, html: bool) -> float:
    """Return the processor time that a megabyte takes."""
    began = time.process_time()
    extract_links(text, html=html, limit=_LIMIT)
    return (time.process_time() - began) / (len(text) / _MB)


def _filled(size: int, piece: Callable[[random.Random, int], str]) -> str:
    rng, parts, length, number = random.Random(7), [], 0, 0
    while length < size:
        number += 1
        parts.append(piece(rng, number))
        length += len(parts[-1])
    return "".join(parts)


def _text(size: int) -> str:
    """Return comments as people write them: an address in every fifth line, and names with dots that are none."""

    def line(rng: random.Random, number: int) -> str:
        words = " ".join(rng.choice(_WORDS) for _ in range(14)) + ".\n"
        if number % 5 == 0:
            words += f"See https://www.shop{number % 500}.example.com/orders/{number % 700}?id={number % 10} for it.\n"
        if number % 11 == 0:
            words += f"Or example{number % 20}.co.uk/path and invoice{number % 7}.pdf, mail a.b@example.com.\n"
        return words

    return _filled(size, line)


def _page(size: int) -> str:
    """Return a page as mail programs and editors write them: a link in every fourth paragraph."""

    def paragraph(rng: random.Random, number: int) -> str:
        words = " ".join(rng.choice(_WORDS) for _ in range(20))
        link = ""
        if number % 4 == 0:
            address = f"https://www.shop{number % 500}.example.com/orders/{number % 700}?id=1&amp;x=1"
            link = f'<a class="b" href="{address}" target="_blank">Order {number}</a>'
        return f'<p class="x" style="margin:0;color:#333">{words}.</p>\n<div class="row"><span>a</span><br></div>{link}'

    return _filled(size, paragraph)
