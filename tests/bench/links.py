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
    "the order was sent on Monday and we did not get it, please help with your account as the invoice number is 4711 "
    "and thanks again for all of this; we are waiting since days now. Regards, Jane from the support team (Berlin) "
    "I paid 129.90 EUR at 10:45 but it doesn't work - error 0x80070005 in step 3. Can you check? e.g. the address, "
    "my phone +49 30 1234567, the delivery date 24.12.2026 or 3.5 kg of weight. Best wishes and have a nice day! We've"
).split()
#: Lines that stand between the others in what people write, as often as here.
_LINES = (
    "See https://www.shop{0}.example.com/orders/{1}?id={2} for it.",
    "> On 12.05.2026 at 09:14, Jane Doe <jane.doe{0}@example.com> wrote:",
    "> > I have attached invoice-{1}.pdf and photo{2}.jpg (2.4 MB).",
    "Or example{0}.co.uk/path, mail a.b@example.com; version 2.{2}.1 of setup.exe.",
    "Grüße aus München – Straße {2}, für {1} €",
    "Sent from my phone",
)
_PARAGRAPH = (
    '<tr><td align="center" valign="top" width="600" bgcolor="#ffffff" style="padding:12px 24px;font-family:Arial,'
    'Helvetica,sans-serif;font-size:14px;line-height:1.5;color:#333333"><p class="text" style="margin:0 0 1em">{words}'
    "</p>{link}</td></tr>\n"
)
_BOX = '<div class="row" data-id="{0}"><span style="font-weight:bold">Item&nbsp;{0}</span><br></div>\n'
_LINK = (
    '<a class="button" href="https://www.shop{0}.example.com/orders/{1}?id={2}&amp;utm_source=mail" target="_blank" '
    'rel="noopener" style="color:#0066cc;text-decoration:none">Order {1}</a>'
)
_IMAGE = '<img src="https://images{0}.example.com/newsletter/{1}.png" alt="" width="40" height="40" border="0">'
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
    """Return comments as people write them: an address in about every seventh line, and many dots that mean none."""

    def line(rng: random.Random, number: int) -> str:
        words = " ".join(rng.choice(_WORDS) for _ in range(14)) + "\n"
        if number % 2 == 0:
            words += rng.choice(_LINES).format(number % 500, number % 700, number % 10) + "\n"
        return words

    return _filled(size, line)


def _page(size: int) -> str:
    """Return a page as mail programs write them: nested tables full of attributes, links and pictures in between."""

    def paragraph(rng: random.Random, number: int) -> str:
        words = " ".join(rng.choice(_WORDS) for _ in range(20))
        link = rng.choice(("", _LINK, _IMAGE)).format(number % 500, number % 700, number % 10)
        return _PARAGRAPH.format(words=words, link=link) + _BOX.format(number)

    return _filled(size, paragraph)
