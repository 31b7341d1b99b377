"""Rules of other people, kept up to date: from the lines of ``rules.sources`` into folders below ``rules`` in HOME.

Each source has a folder of its own, swapped in whole by renaming. What is worse than what lies there never gets in:
when nothing of a new version compiles, or the rules as a whole no longer see the canary, the old folder stays. The
service notices the changed folders by itself and takes them into use between two scans.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from app.adapters.open_internet import Stamp
from app.adapters.rule_archive import RuleText
from app.adapters.rule_sources import Fetched, fetched_rules, local_rules
from app.engine.model import Confidence, Severity
from app.engine.printable import printable
from app.engine.rule_metadata import SEVERITIES, SOURCE_FILE, SOURCE_NAME, Source
from app.engine.rules import load_rules
from app.errors import DeskwardenError, Misconfigured, Rejected

#: Name of the operator's file in the data folder.
SOURCES_FILE = "rules.sources"
#: What is known of the sources, beside their folders.
STATUS_FILE = "status.json"
#: Set-aside files that are remembered of one source.
_REMEMBERED = 200
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_KEYS = ("sha256", "folder", "token-env", "severity", "confidence")


@dataclass(frozen=True, slots=True)
class RuleSource:
    """One line of ``rules.sources``.

    location    an https address, or a path (relative ones lie below HOME)
    sha256      of the bytes that are fetched; empty: whatever comes
    folder      inside the archive; empty: all of it
    token_env   name of the environment variable with the bearer token; empty: none is sent
    """

    name: str
    location: str
    sha256: str = ""
    folder: str = ""
    token_env: str = ""
    severity: Severity = Severity.SUSPICIOUS
    confidence: Confidence = Confidence.LOW

    @property
    def is_remote(self) -> bool:
        """Whether it is fetched over the network."""
        return "://" in self.location

    @property
    def key(self) -> str:
        """Changes when the line does, so that a changed line is fetched anew."""
        return hashlib.sha256(json.dumps(asdict(self)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How a source stands: what its last update did, and what of it is in use.

    state      ``fetched``, ``unchanged`` or ``failed`` (what was in use before stays in use)
    files      rule files in use; ``rules`` the rules in them
    aside      files that were set aside, each with the reason
    reason     why the update failed
    at         when an update last went well, in UTC
    """

    name: str
    state: str = "failed"
    files: int = 0
    rules: int = 0
    aside: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    at: str = ""
    key: str = ""
    stamp: Stamp = field(default_factory=Stamp)


class Fetcher(Protocol):
    """What fetches an address: ``RuleFetcher``, or a stand-in."""

    def fetch(self, url: str, *, stamp: Stamp, token: str) -> Fetched | None:
        """Return what the address serves, None when it is still that of the stamp."""


def read_sources(home: Path) -> list[RuleSource]:
    """Return the sources of the operator's file. Raises Misconfigured where it is missing or a line does not fit."""
    path = home / SOURCES_FILE
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise Misconfigured(
            f"There is no list of rule sources to be read at {path}. Write a line there for each: NAME ADDRESS.",
            code="rule_sources",
        ) from None
    sources: list[RuleSource] = []
    for number, line in enumerate(lines, 1):
        words = [] if line.lstrip().startswith("#") else line.split()
        if not words:
            continue
        try:
            source = _parse(words)
            if any(source.name == other.name for other in sources):
                raise ValueError(f"the name {source.name} is taken by an earlier line")
        except ValueError as error:
            raise Misconfigured(f"{path}, line {number}: {error}.", code="rule_sources") from None
        sources.append(source)
    return sources


def _parse(words: Sequence[str]) -> RuleSource:
    if len(words) < 2:
        raise ValueError("a line needs a name and an address or path")
    if not SOURCE_NAME.match(words[0]):
        raise ValueError("a name may hold small letters, digits and '-', at most 24")
    options = dict(word.partition("=")[::2] for word in words[2:])
    unknown = [key for key in options if key not in _KEYS]
    if unknown:
        raise ValueError(f"unknown setting {printable(unknown[0], 40)}; there are {', '.join(_KEYS)}")
    sha256 = options.get("sha256", "").lower()
    if sha256 and not _SHA256.match(sha256):
        raise ValueError("sha256 takes 64 hexadecimal digits")
    severity = options.get("severity", Severity.SUSPICIOUS)
    if severity not in SEVERITIES:
        raise ValueError(f"severity is one of {', '.join(SEVERITIES)}")
    confidence = options.get("confidence", Confidence.LOW)
    if confidence not in tuple(Confidence):
        raise ValueError(f"confidence is one of {', '.join(Confidence)}")
    return RuleSource(
        words[0],
        words[1],
        sha256,
        options.get("folder", "").strip("/"),
        options.get("token-env", ""),
        Severity(severity),
        Confidence(confidence),
    )


def read_status(home: Path) -> dict[str, SourceStatus]:
    """Return what is known of the sources, by name; nothing where there never was an update."""
    try:
        rows = json.loads((home / "rules" / STATUS_FILE).read_text("utf-8"))
        return {name: _status(name, row) for name, row in rows.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _status(name: str, row: Mapping[str, Any]) -> SourceStatus:
    aside = tuple((str(file), str(reason)) for file, reason in row.get("aside", ()))
    return SourceStatus(**{**row, "name": name, "aside": aside, "stamp": Stamp(**row.get("stamp", {}))})


class RulesUpdate:
    """Updates the sources of one data folder."""

    def __init__(
        self,
        home: Path,
        rule_folders: Sequence[Path],
        fetcher: Fetcher,
        environment: Mapping[str, str],
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """``rule_folders`` are all that the service uses, the sources' among them: they are tried together."""
        self._clock = clock
        self._home = home
        self._folder = home / "rules"
        self._rule_folders = tuple(rule_folders)
        self._fetcher = fetcher
        self._environment = environment

    def run(self, sources: Sequence[RuleSource], *, tell: Callable[[SourceStatus], None]) -> bool:
        """Update the sources one after the other, tell how each went, and return whether all went well.

        What lies there of sources that are no longer listed is taken away. Raises Misconfigured when another update
        is at work or the folder cannot be written.
        """
        with self._lock():
            self._recover()
            known = read_status(self._home)
            results: dict[str, SourceStatus] = {}
            for source in sources:
                results[source.name] = self._update(source, known.get(source.name, SourceStatus(source.name)))
                self._remember({**known, **results})
                tell(results[source.name])
            self._remember(results)
            for name in self._orphans({source.name for source in sources}):
                shutil.rmtree(self._folder / name)
            return all(status.state != "failed" for status in results.values())

    @contextmanager
    def _lock(self) -> Iterator[None]:
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with (self._folder / ".lock").open("w") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                yield
        except BlockingIOError:
            raise Misconfigured("Another update of the rules is at work.", code="busy") from None
        except OSError as error:
            raise Misconfigured(f"Rules cannot be written to {self._folder} ({error.strerror}).", code="disk") from None

    def _recover(self) -> None:
        """Put right what an update left behind that was killed between its two renamings."""
        for old in self._folder.glob(".old-*"):
            live = self._folder / old.name.removeprefix(".old-")
            if live.exists():
                shutil.rmtree(old)
            else:
                old.rename(live)
        for new in self._folder.glob(".new-*"):
            shutil.rmtree(new)

    def _update(self, source: RuleSource, known: SourceStatus) -> SourceStatus:
        at = f"{self._clock():%Y-%m-%d %H:%M}"
        try:
            found = self._read(source, known)
            if found is None:
                return replace(known, state="unchanged", reason="", at=at)
            texts, stamp = found
            return replace(self._take(source, texts), stamp=stamp, at=at)
        except DeskwardenError as error:
            return replace(known, state="failed", reason=error.message)

    def _read(self, source: RuleSource, known: SourceStatus) -> tuple[list[RuleText], Stamp] | None:
        """Return the rule files of a source, None when they are those already in use."""
        if not source.is_remote:
            return self._read_local(source), Stamp()
        in_use = known.key == source.key and (self._folder / source.name).is_dir()
        token = self._environment.get(source.token_env, "") if source.token_env else ""
        if source.token_env and not token:
            raise Rejected(f"The environment variable {printable(source.token_env, 60)} holds no token.", code="token")
        fetched = self._fetcher.fetch(source.location, stamp=known.stamp if in_use else Stamp(), token=token)
        if fetched is None:
            if not in_use:
                raise Rejected("The server says that nothing changed, though nothing was fetched before.", code="304")
            return None
        _check_sum(source, fetched.content)
        return fetched_rules(fetched.content, source.location, source.folder), fetched.stamp

    def _read_local(self, source: RuleSource) -> list[RuleText]:
        path = self._home / Path(source.location).expanduser()
        if source.sha256:
            try:
                _check_sum(source, path.read_bytes())
            except OSError:
                raise Rejected("A checksum is for a file, and there is none.", code="sha256") from None
        return local_rules(path, source.folder)

    def _take(self, source: RuleSource, texts: Sequence[RuleText]) -> SourceStatus:
        """Write the files beside the old ones, set the bad ones aside, try the rest, and swap the folders."""
        fresh = self._folder / f".new-{source.name}"
        live = self._folder / source.name
        try:
            aside, rules = _write(fresh, source, texts)
            files = len({text.path for text in texts}) - len(aside)
            if not rules:
                first = f": {aside[0][0]}: {aside[0][1]}" if aside else ""
                raise Rejected(f"None of its rules can be used{first}.", code="no_rules")
            if not load_rules(self._with(source.name, fresh)).canary_ok:
                raise Rejected("With its rules, nothing sees the canary any more.", code="canary")
            state = "unchanged" if _same(fresh, live) else "fetched"
            if state == "fetched":
                self._swap(fresh, live)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        return SourceStatus(source.name, state, files, rules, tuple(aside[:_REMEMBERED]), key=source.key)

    def _with(self, name: str, fresh: Path) -> list[Path]:
        """Return the folders that the service would use with this one in the place of the old."""
        folders: list[Path] = []
        for folder in self._rule_folders:
            if folder == self._folder / "*":
                folders += [
                    child for child in sorted(self._folder.glob("[!.]*")) if child.is_dir() and child.name != name
                ]
            else:
                folders.append(folder)
        return [*folders, fresh]

    def _swap(self, fresh: Path, live: Path) -> None:
        old = self._folder / f".old-{live.name}"
        if live.exists():
            live.rename(old)
        fresh.rename(live)
        shutil.rmtree(old, ignore_errors=True)

    def _orphans(self, listed: set[str]) -> list[str]:
        """Return the folders of sources that are no longer listed; other folders are the operator's own."""
        found = (path.parent.name for path in self._folder.glob(f"[!.]*/{SOURCE_FILE}"))
        return [name for name in found if name not in listed]

    def _remember(self, statuses: Mapping[str, SourceStatus]) -> None:
        rows = {name: asdict(status) for name, status in statuses.items()}
        fresh = self._folder / f".{STATUS_FILE}.new"
        fresh.write_text(json.dumps(rows, indent=1), "utf-8")
        fresh.replace(self._folder / STATUS_FILE)


def _write(folder: Path, source: RuleSource, texts: Sequence[RuleText]) -> tuple[list[tuple[str, str]], int]:
    """Write the rules into a new folder; return the files that were set aside again, and the number of rules left."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    (folder / SOURCE_FILE).write_text(Source(source.name, source.severity, source.confidence).to_json(), "utf-8")
    for text in texts:
        path = folder / text.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.content)
    loaded = load_rules([folder])
    for problem in loaded.problems:
        problem.path.unlink(missing_ok=True)
    aside = [(problem.path.relative_to(folder).as_posix(), problem.reason) for problem in loaded.problems]
    return aside, loaded.count if loaded.canary_ok else 0


def _same(one: Path, other: Path) -> bool:
    return other.is_dir() and _contents(one) == _contents(other)


def _contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _check_sum(source: RuleSource, content: bytes) -> None:
    found = hashlib.sha256(content).hexdigest()
    if source.sha256 and source.sha256 != found:
        raise Rejected(f"Its SHA-256 is another than the one that was given: {found}.", code="sha256")
