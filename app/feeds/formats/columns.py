"""Any CSV, once the operator has said which column holds what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from app.errors import Rejected
from app.feeds.formats.plain import kind_of
from app.feeds.formats.rows import cells_of
from app.feeds.listing import Kind, Listed, Options, Tally, day_in, lines_of

#: What a column may hold: an address, a host, a network, any of these, when it was listed, until when, its category.
ROLES = ("url", "host", "network", "value", "added", "until", "category")
_VALUES = {"url": Kind.URL, "host": Kind.HOST, "network": Kind.NETWORK, "value": None}
_CATEGORY = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}\Z")


def parse(file: BinaryIO, options: Options, tally: Tally) -> Iterator[Listed]:
    """Yield what stands in the columns that were named. Raises Rejected when a named column is not there."""
    if not _VALUES.keys() & options.columns.keys():
        raise Rejected("Say which column holds the addresses: url=, host=, network= or value=.", code="columns")
    places: Mapping[str, int] | None = None
    for number, line in lines_of(file, tally):
        if line.startswith("#") and places is not None:
            continue
        try:
            cells = cells_of(line.lstrip("# ") if places is None else line, options.delimiter)
        except ValueError:
            tally.reject(number, "no line of CSV")
            continue
        if places is None:
            titles = _places(options.columns, cells)
            if titles is None and line.startswith("#"):
                continue
            if titles is None:
                raise Rejected(f"There is no column with one of the given titles in line {number}.", code="columns")
            places = titles
            if not all(name.isdigit() for name in options.columns.values()):
                continue
        yield from _listed(places, cells, number, tally)


def _places(columns: Mapping[str, str], cells: list[str]) -> dict[str, int] | None:
    """Return where each column stands, counted from 0; None when one of the titles is not among the cells."""
    titles = {title.lower(): place for place, title in enumerate(cells)}
    places: dict[str, int] = {}
    for role, name in columns.items():
        place = int(name) - 1 if name.isdigit() and len(name) < 4 else titles.get(name.lower())
        if place is None:
            return None
        places[role] = place
    return places


def _listed(places: Mapping[str, int], cells: list[str], number: int, tally: Tally) -> Iterator[Listed]:
    def cell(role: str) -> str:
        place = places.get(role, -1)
        return cells[place] if 0 <= place < len(cells) else ""

    category = cell("category").lower()
    known = category if _CATEGORY.match(category) else ""
    values = [(kind, cell(role)) for role, kind in _VALUES.items() if cell(role)]
    if not values:
        tally.reject(number, "no address in it")
    for kind, value in values:
        yield Listed(kind or kind_of(value), value, number, known, day_in(cell("added")), day_in(cell("until")))
