"""``deskwarden scan``: scans files and folders with the service's own engine: no server, no database."""

from __future__ import annotations

import json
import queue
import sys
import threading
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TextIO

from app.commands.colours import painted
from app.commands.link_options import add_link_options, context_of, local_reputation
from app.commands.paths import Unread, files_of, leave_quietly, reason_of
from app.config import Settings
from app.engine.isolation import IsolatedEngine
from app.engine.links.defang import defang
from app.engine.links.judged import with_links_judged
from app.engine.model import Finding, Link, Report, Severity, Verdict
from app.engine.policy import Policy
from app.engine.printable import printable
from app.engine.rules import RuleProblem
from app.engine.verdict import score
from app.errors import DeskwardenError, Misconfigured

ALL_CLEAN, SOMETHING_FOUND, NOT_ALL_READ = 0, 1, 2


class Scanner(Protocol):
    """An engine of one thread."""

    @property
    def problems(self) -> tuple[RuleProblem, ...]:
        """Files of rules that were set aside."""

    def scan(self, path: Path, *, name: str, comment: str = "") -> Report:
        """Judge one file."""

    def close(self) -> None:
        """Let go of its processes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A file and what was found in it."""

    path: Path
    report: Report


Result = Answer | Unread | Misconfigured


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument(
        "paths", metavar="PATH", nargs="+", type=Path, help="a file, or a folder with all that is in it"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line, as each file is finished")
    parser.add_argument(
        "--comment", metavar="TEXT", default="", help="the text that came with the file: passwords stand there"
    )
    parser.add_argument("--explain", action="store_true", help="show how the findings add up to the verdict")
    add_link_options(parser)


def run(args: Namespace) -> int:
    """Scan the paths; return 0 when all are clean, 1 when one is not, 2 when one could not be read.

    Raises Misconfigured when no engine can be had.
    """
    settings = Settings.from_environment()
    reputation, context = local_reputation(settings.home, args.index), context_of(args)
    with IsolatedEngine(settings.rules) as first:
        return scan_paths(
            args.paths,
            first.sibling,
            workers=settings.workers,
            comment=args.comment,
            as_json=args.json,
            explain=args.explain,
            out=sys.stdout,
            log=sys.stderr,
            judge_links=lambda report: with_links_judged(report, Policy(), reputation, context),
        )


def scan_paths(
    paths: Iterable[Path],
    new_engine: Callable[[], Scanner],
    *,
    workers: int,
    comment: str,
    as_json: bool,
    out: TextIO,
    log: TextIO,
    explain: bool = False,
    judge_links: Callable[[Report], Report] = lambda report: report,
) -> int:
    """Scan the paths with as many engines as ``workers`` and write each answer as it comes; return the exit status.

    ``judge_links`` is given each report and returns it with its links judged.
    """
    show = _Json(out, explain=explain) if as_json else _Words(out, colour=out.isatty(), explain=explain)
    progress = _Progress(log)
    verdicts: Counter[Verdict] = Counter()
    unread = False
    try:
        for result in _results(paths, _Crew(new_engine, workers, comment, progress.problems, judge_links)):
            progress.clear()
            if isinstance(result, Misconfigured):
                raise result
            if isinstance(result, Unread):
                unread = unread or result.counts
                print(f"{printable(str(result.path), 1000)}: {result.reason}", file=log)
            else:
                verdicts[result.report.verdict] += 1
                show.answer(result)
            progress.show(verdicts.total())
        progress.clear()
        show.end(verdicts)
    except BrokenPipeError:
        leave_quietly(out)
        return NOT_ALL_READ
    if unread:
        return NOT_ALL_READ
    return SOMETHING_FOUND if set(verdicts) - {Verdict.CLEAN} else ALL_CLEAN


class _Crew:
    """Threads with an engine each, which takes the first file that comes. They die with the process."""

    def __init__(
        self,
        new_engine: Callable[[], Scanner],
        workers: int,
        comment: str,
        on_problems: Callable[[tuple[RuleProblem, ...]], None],
        judge_links: Callable[[Report], Report],
    ) -> None:
        self._new_engine = new_engine
        self._comment = comment
        self._on_problems = on_problems
        self._judge_links = judge_links
        self._files: queue.SimpleQueue[Path | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[Result] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._workers = workers
        self._told = threading.Lock()
        #: Files handed over and not answered yet.
        self.waiting = 0

    @property
    def full(self) -> bool:
        """Whether everybody has a file and another one to go on with."""
        return self.waiting >= 2 * self._workers

    def put(self, path: Path) -> None:
        """Hand over a file. A thread more is started while there are fewer than files."""
        self.waiting += 1
        self._files.put(path)
        if len(self._threads) < min(self.waiting, self._workers):
            # A daemon: whoever interrupts the command does not wait for the scans under way.
            thread = threading.Thread(target=self._work, daemon=True)
            self._threads.append(thread)
            thread.start()

    def get(self, *, wait: bool) -> Result | None:
        """Return the next result; None when there is none yet and ``wait`` is false."""
        try:
            result = self._results.get(block=wait)
        except queue.Empty:
            return None
        self.waiting -= 1
        return result

    def end(self) -> None:
        """Send everybody home and wait for it."""
        for _ in self._threads:
            self._files.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        engine = self._new_engine()
        try:
            while (path := self._files.get()) is not None:
                self._results.put(self._scan(engine, path))
        finally:
            engine.close()

    def _scan(self, engine: Scanner, path: Path) -> Result:
        try:
            report = engine.scan(path, name=path.name, comment=self._comment)
            self._tell_once(engine)
            return Answer(path, self._judge_links(report))
        except Misconfigured as error:
            return error
        except DeskwardenError as error:
            return Unread(path, error.message)
        except Exception as error:
            return Unread(path, reason_of(error))

    def _tell_once(self, engine: Scanner) -> None:
        # Never released: all engines have the same rules, so one thread tells about them.
        if self._told.acquire(blocking=False) and engine.problems:
            self._on_problems(engine.problems)


def _results(paths: Iterable[Path], crew: _Crew) -> Iterator[Result]:
    """Yield results as they come, while the folders are still being walked."""
    for found in files_of(paths):
        if isinstance(found, Unread):
            yield found
            continue
        while crew.full and (result := crew.get(wait=True)) is not None:
            yield result
        crew.put(found)
        while (result := crew.get(wait=False)) is not None:
            yield result
    while crew.waiting and (result := crew.get(wait=True)) is not None:
        yield result
    crew.end()


class _Json:
    """Answers for programs."""

    def __init__(self, out: TextIO, *, explain: bool) -> None:
        self._out = out
        self._explain = explain

    def answer(self, answer: Answer) -> None:
        """Write one object on a line of its own, at once. Names that are no UTF-8 become escapes (``\\udce9``)."""
        data = {"path": str(answer.path), **answer.report.to_dict()}
        if self._explain:
            data["explained"] = _arithmetic(answer.report)
        self._out.write(json.dumps(data) + "\n")
        self._out.flush()

    def end(self, verdicts: Counter[Verdict]) -> None:
        """Write nothing more."""


class _Words:
    """Answers for people."""

    def __init__(self, out: TextIO, *, colour: bool, explain: bool) -> None:
        self._out = out
        self._colour = colour
        self._explain = explain

    def answer(self, answer: Answer) -> None:
        """Write the verdict and, below it, what it rests on: the gravest first, notes not at all."""
        report = answer.report
        shown = painted(report.verdict, colour=self._colour)
        lines = [f"{shown}  {printable(str(answer.path), 1000)}"]
        # What is said of a link stands at the link.
        telling = [finding for finding in _own(report) if finding.severity is not Severity.INFO]
        telling.sort(key=lambda finding: -finding.severity.verdict.rank)
        lines += [_told(finding) for finding in telling]
        lines += [_told_link(link) for link in report.urls if link.verdict is not Verdict.CLEAN]
        if self._explain:
            lines += [f"            {line}" for line in _arithmetic(report)]
        self._write("\n".join(lines))

    def end(self, verdicts: Counter[Verdict]) -> None:
        """Write how many files had which verdict."""
        if verdicts.total() > 1:
            parts = [f"{verdicts[verdict]} {verdict}" for verdict in Verdict if verdicts[verdict]]
            self._write(f"{verdicts.total()} files: {', '.join(parts)}")

    def _write(self, text: str) -> None:
        # A terminal of another encoding shows question marks rather than ending the scan.
        encoding = self._out.encoding or "utf-8"
        self._out.write(text.encode(encoding, "replace").decode(encoding) + "\n")
        self._out.flush()


def _told(finding: Finding) -> str:
    evidence = f" ({finding.evidence})" if finding.evidence else ""
    return f"            {finding.title}, in {finding.where} [{finding.id}]{evidence}"


def _told_link(link: Link) -> str:
    reasons = f" ({'; '.join(link.reasons)})" if link.reasons else ""
    return f"            {link.verdict} link {defang(link.url)}{reasons}"


def _own(report: Report) -> list[Finding]:
    """Return what was found in the file itself; its links weigh and are told by themselves."""
    return [finding for finding in report.findings if not finding.id.startswith("link.")]


def _arithmetic(report: Report) -> list[str]:
    """Return, line by line, what each finding weighs and how the sum becomes the verdict."""
    found = score(_own(report), Policy(), report.urls)
    policy = found.policy
    lines = []
    for term in found.terms:
        lines += [
            f"{points:>5}  {finding.id} ({finding.confidence}), in {finding.where}" for finding, points in term.findings
        ]
        capped = f" of {term.points}: a class counts {policy.class_cap} at most" if term.counted < term.points else ""
        lines.append(f"{term.counted:>5}  = {term.name}{capped}")
    lines.append(
        f"{found.total:>5}  in all; suspicious from {policy.suspicious_at}, malicious from {policy.malicious_at}"
    )
    if found.floor is not Verdict.CLEAN:
        lines.append(f"       at least {found.floor}, whatever the points: a finding asks for it")
    return [*lines, f"       {found.verdict} under policy {policy.version}"]


class _Progress:
    """A line on standard error that counts, when that is a terminal."""

    def __init__(self, log: TextIO) -> None:
        self._log = log
        self._live = log.isatty()

    def show(self, done: int) -> None:
        """Say how many files are done."""
        if self._live:
            self._log.write(f"\r\x1b[K{done} scanned ")
            self._log.flush()

    def clear(self) -> None:
        """Take the line away, so that something else can be written."""
        if self._live:
            self._log.write("\r\x1b[K")
            self._log.flush()

    def problems(self, problems: tuple[RuleProblem, ...]) -> None:
        """Say that files of rules were set aside."""
        self.clear()
        print(
            f"{len(problems)} rule problem(s), see 'deskwarden rules check'. The other rules are in use.",
            file=self._log,
        )
