"""Rows of CSV, each line for itself: a quotation mark that nobody closes must not swallow the rest of a file."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from app.feeds.listing import Tally, lines_of


def cells_of(line: str, delimiter: str = ",") -> list[str]:
    """Return the cells of one line, without blanks around them. Raises ``ValueError`` for what is no line of CSV."""
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))]
    except (csv.Error, StopIteration):
        raise ValueError("no line of CSV") from None


def rows_of(
    file: BinaryIO, tally: Tally, *, known: str, titles: tuple[str, ...], delimiter: str = ","
) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield the rows as mappings from the titles of their columns, with the number of their line.

    ``known`` is a title by which the line with the titles is recognised, also where it is commented out with ``#``;
    ``titles`` are the columns until such a line comes.
    """
    for number, line in lines_of(file, tally):
        comment = line.startswith("#")
        if comment and known not in line:
            continue
        try:
            cells = cells_of(line.lstrip("# ") if comment else line, delimiter)
        except ValueError:
            if not comment:
                tally.reject(number, "no line of CSV")
            continue
        if known in cells:
            titles = tuple(cells)
        elif not comment:
            if len(cells) < len(titles) // 2:
                tally.reject(number, "too few columns")
            else:
                yield number, dict(zip(titles, cells, strict=False))
