"""``deskwarden links``: finds and judges the links of comment texts: no server, no database, no network."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, TextIO

from app.commands.colours import painted
from app.commands.link_options import add_link_options, context_of, local_reputation
from app.commands.paths import Unread, files_of, leave_quietly, reason_of
from app.config import Settings
from app.engine.charset import decode, encoding_of
from app.engine.links.defang import defang
from app.engine.links.extract import extract_links
from app.engine.links.judge import LinkContext
from app.engine.links.judged import judged
from app.engine.links.reputation import NOTHING_KNOWN, Reputation
from app.engine.model import Link, Verdict
from app.engine.printable import printable

ALL_CLEAN, SOMETHING_FOUND, NOT_ALL_READ = 0, 1, 2

#: Bytes of one text. The longest comment that Zendesk takes has 64 KiB; an export of many may be long.
LARGEST_TEXT = 64 << 20
#: Different links judged in one text.
MOST_LINKS = 10_000
#: Texts between two signs of life on a terminal.
_PACE = 100

_STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class Text:
    """One text and where it came from."""

    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One text's links, judged."""

    path: Path
    links: Sequence[Link]


class Show(Protocol):
    """How answers are written."""

    def answer(self, path: Path, links: Sequence[Link]) -> None:
        """Write what was found in one text."""

    def end(self, texts: int, verdicts: Counter[Verdict]) -> None:
        """Write what is to be said after the last one."""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="+",
        type=Path,
        help="a file with one text, a folder with all that is in it, or - for standard input",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line for each text")
    parser.add_argument("--html", action="store_true", help="the texts are HTML")
    add_link_options(parser)


def run(args: Namespace) -> int:
    """Judge the links; return 0 when all are clean, 1 when one is not, 2 when a text could not be read.

    Raises Misconfigured when an option does not fit or the local index cannot be used.
    """
    settings = Settings.from_environment()
    return links_of_paths(
        args.paths,
        html=args.html,
        as_json=args.json,
        context=context_of(args),
        reputation=local_reputation(settings.home, args.index),
        standard_input=sys.stdin.buffer,
        out=sys.stdout,
        log=sys.stderr,
    )


def links_of_paths(
    paths: Iterable[Path],
    *,
    html: bool,
    as_json: bool,
    out: TextIO,
    log: TextIO,
    standard_input: BinaryIO,
    reputation: Reputation = NOTHING_KNOWN,
    context: LinkContext | None = None,
) -> int:
    """Write the judged links of every text; return the exit status."""
    show: Show = _Json(out) if as_json else _Words(out)
    progress = _Progress(log)
    verdicts: Counter[Verdict] = Counter()
    texts, unread = 0, False
    known = (reputation, context or LinkContext())
    try:
        for answer in _answers(_texts(paths, standard_input), known, html=html):
            if isinstance(answer, Unread):
                unread = unread or answer.counts
                progress.clear()
                print(f"{printable(str(answer.path), 1000)}: {answer.reason}", file=log)
                continue
            show.answer(answer.path, answer.links)
            texts += 1
            verdicts.update(link.verdict for link in answer.links)
            progress.show(texts)
        progress.clear()
        show.end(texts, verdicts)
        out.flush()
    except BrokenPipeError:
        leave_quietly(out)
        return NOT_ALL_READ
    if unread:
        return NOT_ALL_READ
    return SOMETHING_FOUND if set(verdicts) - {Verdict.CLEAN} else ALL_CLEAN


def _answers(
    texts: Iterable[Text | Unread], known: tuple[Reputation, LinkContext], *, html: bool
) -> Iterator[Answer | Unread]:
    for text in texts:
        if isinstance(text, Unread):
            yield text
            continue
        links = extract_links(text.text, html=html, limit=MOST_LINKS + 1)
        yield Answer(text.path, judged(links[:MOST_LINKS], *known))
        if links.cut or len(links) > MOST_LINKS:
            # What nobody looked at is not clean.
            yield Unread(text.path, f"more than {MOST_LINKS} links, the rest was not judged")


def _texts(paths: Iterable[Path], standard_input: BinaryIO) -> Iterator[Text | Unread]:
    for path in paths:
        if str(path) == _STANDARD_INPUT:
            yield _read(path, standard_input)
            continue
        for found in files_of([path]):
            yield found if isinstance(found, Unread) else _open(found)


def _open(path: Path) -> Text | Unread:
    try:
        with path.open("rb") as file:
            return _read(path, file)
    except OSError as error:
        return Unread(path, reason_of(error))


def _read(path: Path, file: BinaryIO) -> Text | Unread:
    try:
        data = file.read(LARGEST_TEXT + 1)
    except OSError as error:
        return Unread(path, reason_of(error))
    if len(data) > LARGEST_TEXT:
        return Unread(path, f"larger than {LARGEST_TEXT >> 20} MiB, not read; split it into texts of their own")
    return Text(path, decode(data, encoding_of(data) or "utf-8"))


class _Json:
    """Answers for programs."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def answer(self, path: Path, links: Sequence[Link]) -> None:
        """Write one object on a line of its own. Names that are no UTF-8 become escapes (``\\udce9``)."""
        urls = [
            {"raw": link.raw, "url": link.url, "verdict": link.verdict.value, "reasons": list(link.reasons)}
            for link in links
        ]
        self._out.write(json.dumps({"path": str(path), "urls": urls}) + "\n")

    def end(self, texts: int, verdicts: Counter[Verdict]) -> None:
        """Write nothing more."""


class _Words:
    """Answers for people: no address that a terminal would make clickable."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._colour = out.isatty()

    def answer(self, path: Path, links: Sequence[Link]) -> None:
        """Write the text's name and below it its links, the gravest first, each with what speaks against it."""
        if not links:
            return
        lines = [printable(str(path), 1000)]
        for link in sorted(links, key=lambda link: -link.verdict.rank):
            lines.append(f"  {painted(link.verdict, colour=self._colour)}  {defang(link.url)}")
            lines += [f"              {reason}" for reason in link.reasons]
        self._write("\n".join(lines))

    def end(self, texts: int, verdicts: Counter[Verdict]) -> None:
        """Write how many links had which verdict."""
        parts = [f"{verdicts[verdict]} {verdict}" for verdict in Verdict if verdicts[verdict]]
        counts = f": {', '.join(parts)}" if parts else ""
        self._write(f"{_counted(texts, 'text')}, {_counted(verdicts.total(), 'link')}{counts}")

    def _write(self, text: str) -> None:
        # A terminal of another encoding shows question marks rather than ending the command.
        encoding = self._out.encoding or "utf-8"
        self._out.write(text.encode(encoding, "replace").decode(encoding) + "\n")


class _Progress:
    """A line on standard error that counts, when that is a terminal."""

    def __init__(self, log: TextIO) -> None:
        self._log = log
        self._live = log.isatty()

    def show(self, done: int) -> None:
        """Say how many texts are done, now and then."""
        if self._live and done % _PACE == 0:
            self._log.write(f"\r\x1b[K{done} texts ")
            self._log.flush()

    def clear(self) -> None:
        """Take the line away, so that something else can be written."""
        if self._live:
            self._log.write("\r\x1b[K")
            self._log.flush()


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
