"""Read a feed: from the lines of its files to sorted blocks of hashes, with a count of what was not taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from app.engine.links.entries import LAST_DAY, MOST_LABELS, Sorter, fingerprint
from app.engine.links.index import tag
from app.errors import Rejected
from app.feeds.content import unpacked
from app.feeds.entry import entry_of
from app.feeds.formats import FORMATS, Format
from app.feeds.listing import Listed, Options, Tally, Unlisted

#: Lines between two reports of how far it is.
_REPORT = 20_000

#: A label as it is kept with a feed: category (empty: that of the feed), whether only the address itself is meant, and
#: the last day on which it counts.
StoredLabel = tuple[str, bool, int]

Progress = Callable[[int], None]


@dataclass(slots=True)
class Reading:
    """What has been read of a feed so far. ``close`` it at the end."""

    salt: bytes
    today: int
    sorter: Sorter
    tally: Tally = field(default_factory=Tally)
    labels: dict[StoredLabel, int] = field(default_factory=dict)
    prefixes: set[tuple[int, int]] = field(default_factory=set)

    @property
    def values(self) -> dict[str, Any]:
        """What goes into the row of the feed."""
        return {
            "labels": [list(label) for label in self.labels],
            "prefixes": sorted(self.prefixes),
            "rejected": self.tally.rejected,
            "left_out": self.tally.left_out,
            "problems": [list(problem) for problem in self.tally.first],
        }

    def take(self, listed: Iterable[Listed], progress: Progress) -> None:
        """Take in what a parser yields."""
        for number, one in enumerate(listed, 1):
            if one.until and one.until < self.today:
                self.tally.left_out += 1
                continue
            try:
                entry = entry_of(one)
            except Unlisted as reason:
                self.tally.reject(one.line, str(reason))
                continue
            if entry.prefix:
                self.prefixes.add(entry.prefix)
            label = self._label((one.category, entry.exact, min(one.until, LAST_DAY)))
            self.sorter.add(fingerprint(self.salt, entry.text), tag(label, min(one.day, self.today)))
            if number % _REPORT == 0:
                progress(self.sorter.count)

    def _label(self, label: StoredLabel) -> int:
        number = self.labels.get(label)
        if number is None:
            if len(self.labels) >= MOST_LABELS // 8:
                raise Rejected("The feed has more categories and last days than are taken.", code="labels")
            number = self.labels[label] = len(self.labels)
        return number


def read_files(
    paths: Sequence[Path], form: Format, options: Options, reading: Reading, progress: Progress = lambda _: None
) -> None:
    """Read files of a feed into ``reading``. Raises Rejected when one cannot be read or nothing is listed in them."""
    for path in paths:
        try:
            with path.open("rb") as file:
                read_file(file, form, options, reading, progress)
        except OSError as error:
            raise Rejected(f"{path} cannot be read ({error.strerror}).", code="not_there") from None
    if not reading.sorter.count:
        raise Rejected(_nothing(reading.tally), code="nothing")


def read_file(file: BinaryIO, form: Format, options: Options, reading: Reading, progress: Progress) -> None:
    """Read one file."""
    with unpacked(file) as content:
        reading.take(form.parse(content, options, reading.tally), progress)


def _nothing(tally: Tally) -> str:
    if tally.first:
        line, reason = tally.first[0]
        return f"Nothing in it can be used: {tally.rejected} lines, the first of them line {line}: {reason}."
    return "It lists nothing."


def format_of(name: str) -> Format:
    """Return a format by its name; raises Rejected when there is none."""
    if name not in FORMATS:
        raise Rejected(f"There is no format '{name}'. Known are: {', '.join(FORMATS)}.", code="format")
    return FORMATS[name]
