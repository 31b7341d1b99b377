"""The walk: identify, match rules, look inside, again for everything found inside, all under one budget."""

from __future__ import annotations

import lzma
import math
import tarfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace

from app.engine import charset, names, passwords
from app.engine.analyzers.families import ANALYZERS
from app.engine.attack import technique_of
from app.engine.budget import LIMIT_TITLES, Budget, LimitReached, Limits, Sink
from app.engine.hasher import Hasher
from app.engine.identify import Kind, identify
from app.engine.links.extract import extract_links
from app.engine.model import Finding, Link, Report, Severity
from app.engine.node import Child, Item, Node, Text, Tools, Unsupported
from app.engine.policy import Policy, restriction
from app.engine.printable import printable
from app.engine.rules import RuleFailure, RuleSet, RuleTimeout
from app.engine.verdict import judge
from app.engine.view import Content

#: What an unpacker raises -> finding and title; the first row that fits.
_FAILURES: tuple[tuple[tuple[type[Exception], ...], str, str], ...] = (
    ((MemoryError,), "limit.memory", "Needs more memory to be read than one scan may take"),
    ((Unsupported,), "archive.unsupported", "Packed in a way that cannot be opened here, so its content was not seen"),
    (
        (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError),
        "archive.broken",
        "Damaged, so not all of it could be read",
    ),
)
#: What cannot be opened without a password says so by an id that ends like this.
_LOCKED = ".encrypted"
#: Locked parts that are looked at again, and how often: a lock may hold the password of another.
_MOST_LOCKED, _ROUNDS = 20, 3
#: Texts of one tree in which passwords are looked for, and bytes of each.
_NOTES, _MOST_NOTES, _NOTE = frozenset({"text", "html", "rtf"}), 50, 20_000
_FAILED = ("analysis.failed", "The analysis failed, so not all of it was seen")


class Engine:
    """Scans one file after the other with the same rules, limits and policy. Keeps nothing of what it scanned."""

    def __init__(
        self,
        rules: RuleSet,
        limits: Limits = Limits(),  # noqa: B008 -- frozen
        policy: Policy = Policy(),  # noqa: B008 -- frozen
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.rules = rules
        self.limits = limits
        self.policy = policy
        self.clock = clock

    def scan(self, content: Content, *, name: str, comment: str = "", sha256: str = "") -> Report:
        """Return what is found in ``content``, which is not copied and not kept.

        ``name`` is the file's name as its sender gave it, ``comment`` the text that came with it: passwords for
        locked archives are looked for in it. ``sha256`` is the hash of ``content`` in hex where the caller knows it
        from storing the file; else it is computed here. Never raises for anything that the content does: what fails
        or reaches a limit becomes a finding of severity unknown.
        """
        started = self.clock()
        view = memoryview(content)
        hasher = None if sha256 else Hasher(view)
        walk = _Walk(self, Budget(self.limits, self.clock), passwords.candidates(comment, name))
        kind = walk.run(view, name)
        findings, links = walk.result()
        return Report(
            sha256=hasher.hexdigest() if hasher else sha256,
            size=view.nbytes,
            type=kind.mime,
            verdict=judge(findings, self.policy, links),
            findings=findings,
            urls=links,
            ms=round((self.clock() - started) * 1000),
            rules=self.rules.digest,
            nodes=walk.budget.nodes,
        )


class _Walk:
    """One scan under way: depth first, so that only the containers above a node are in memory with it."""

    def __init__(self, engine: Engine, budget: Budget, candidates: tuple[str, ...]) -> None:
        self.budget = budget
        self._engine = engine
        self._tools = Tools(budget, candidates)
        self._findings: dict[tuple[str, str], Finding] = {}
        self._links: dict[str, Link] = {}
        self._notes: list[bytes] = []
        #: By its place, what stayed locked and with which passwords it was tried.
        self._locked: dict[str, tuple[Node, Tools]] = {}
        self._over = False
        #: Nodes being looked into, outermost first, each with what its analyzer has yet to yield.
        self._open: list[tuple[Node, Iterator[Item]]] = []

    def run(self, content: memoryview, name: str) -> Kind:
        """Walk the tree and return the kind of the file itself."""
        where = printable(name) or "(unnamed)"
        data = content[: self.budget.limits.file_bytes]
        root = Node(name, where, data, identify(data, name))
        if len(data) < len(content):
            self._reached(LimitReached("file_bytes"), where)
        self.budget.charge_node(0)
        self._visit(root)
        self._walk()
        for _ in range(_ROUNDS):
            if self._over or not self._unlock():
                break
            self._walk()
        return root.kind

    def _walk(self) -> None:
        while self._open:
            self._step()

    def _unlock(self) -> bool:
        """Open again what stayed locked, with passwords that stood beside it; return whether there is any to try."""
        locked, self._locked = self._locked, {}
        learned = passwords.learned(map(_text, self._notes)) if locked else ()
        self._tools = replace(self._tools, passwords=tuple(dict.fromkeys((*self._tools.passwords, *learned))))
        for where, (node, tools) in locked.items():
            fresh = [word for word in (*learned, *passwords.from_name(node.name)) if word not in tools.passwords]
            if fresh:
                self._findings = {key: found for key, found in self._findings.items() if not _is_lock(found, where)}
                self._look_into(node, replace(tools, passwords=tuple(dict.fromkeys(fresh))))
        return bool(self._open)

    def result(self) -> tuple[tuple[Finding, ...], tuple[Link, ...]]:
        """Return findings and links in the order of discovery, each once for a place."""
        return tuple(self._findings.values()), tuple(self._links.values())

    def _step(self) -> None:
        """Take the next thing that the innermost open node yields."""
        node, items = self._open[-1]
        try:
            item = next(items, None)
        except LimitReached as reached:
            self._reached(reached, node.where)
            return
        except Exception as error:
            self._failed(error, node.where)
            return
        if item is None:
            self._open.pop()
        elif isinstance(item, Finding):
            self._add(item)
        elif isinstance(item, Text):
            self._add_links(item, node)
        else:
            self._descend(node, item)

    def _descend(self, parent: Node, child: Child) -> None:
        """Unpack a child under the budget and visit it, as far as it could be unpacked."""
        name = child.name or parent.name
        where = f"{parent.where}/{printable(child.name)}" if child.name else parent.where
        siblings = child.siblings if child.name else parent.siblings
        try:
            self.budget.charge_node(parent.depth + 1)
            data, limit = self._collect(child, where)
        except LimitReached as reached:
            self._reached(reached, where)
            return
        node = Node(name, where, data, identify(data, name), parent.depth + 1, siblings)
        self._visit(node, named=bool(child.name))
        if limit:
            self._reached(limit, where)

    def _collect(self, child: Child, where: str) -> tuple[memoryview, LimitReached | None]:
        """Return the content of a child and the limit that cut it short, if one did. What fails is a finding."""
        content = child.content
        if isinstance(content, bytes | memoryview):
            most = self.budget.limits.node_bytes
            self.budget.charge_bytes(min(len(content), most))
            return memoryview(content)[:most], LimitReached("node_bytes") if len(content) > most else None
        if isinstance(content, Sink):
            return memoryview(content.data), content.limit
        sink = self.budget.sink(child.packed)
        try:
            sink.fill(content)
        except Exception as error:
            self._failed(error, where)
        return memoryview(sink.data), sink.limit

    def _visit(self, node: Node, *, named: bool = True) -> None:
        """Judge the node by itself and open it for what it holds. Other views of a node have no name of their own."""
        forbidden = restriction(node.kind, node.name, node.where, self._engine.policy, siblings=node.siblings)
        if forbidden:
            self._add(forbidden)
        if node.kind.family in _NOTES and len(self._notes) < _MOST_NOTES:
            self._notes.append(bytes(node.data[:_NOTE]))
        if named:
            for finding in names.check(node):
                self._add(finding)
        self._look_into(replace(node, marks=self._match_rules(node)), self._tools)

    def _look_into(self, node: Node, tools: Tools) -> None:
        for analyze in reversed(ANALYZERS.get(node.kind.family, ())):
            self._open.append((node, self._watched(node, tools, analyze(node, tools))))

    def _watched(self, node: Node, tools: Tools, items: Iterator[Item]) -> Iterator[Item]:
        """Yield the items, and remember whether the node is locked."""
        for item in items:
            if isinstance(item, Finding) and _is_lock(item, node.where) and len(self._locked) < _MOST_LOCKED:
                self._locked[node.where] = (node, tools)
            yield item

    def _match_rules(self, node: Node) -> frozenset[str] | None:
        """Keep what the rules find; return the signs of addresses they saw, None when they were not through."""
        # Rules time out in whole seconds; the walker looks at the clock again before the next node.
        timeout = max(1, math.ceil(self.budget.seconds_left))
        try:
            matches = self._engine.rules.look_at(
                node.data, name=node.name, extension=node.extension, mime=node.kind.mime, timeout=timeout
            )
        except (RuleTimeout, RuleFailure) as error:
            self._add(
                node.finding("yara.failed", Severity.UNKNOWN, "Not all rules could be tried", type(error).__name__)
            )
            return None
        for match in matches.rules:
            self._add(
                Finding(
                    f"yara.{match.id}",
                    match.severity,
                    node.where,
                    match.title,
                    match.evidence,
                    match.reference,
                    match.confidence,
                    match.technique,
                )
            )
        return matches.marks

    def _add(self, finding: Finding) -> None:
        if not finding.technique:
            finding = replace(finding, technique=technique_of(finding.id))
        self._findings.setdefault((finding.id, finding.where), finding)

    def _add_links(self, item: Text, node: Node) -> None:
        """Keep the addresses of a text that are new, as many as one file may have."""
        most = self.budget.limits.links
        links = extract_links(item.text, html=item.html, where=node.where, limit=most + 1, hosts=item.hosts)
        if links.cut:
            self._reached(LimitReached("links"), node.where)
        for link in links:
            if len(self._links) >= most and link.url not in self._links:
                self._reached(LimitReached("links"), node.where)
                return
            self._links.setdefault(link.url, replace(link, at=-1) if item.excerpt else link)

    def _reached(self, reached: LimitReached, where: str) -> None:
        """Turn a limit into a finding; a limit of the whole tree ends the walk."""
        self._add(Finding(f"limit.{reached.limit}", Severity.UNKNOWN, where, LIMIT_TITLES[reached.limit]))
        if reached.final:
            self._open.clear()
            self._over = True

    def _failed(self, error: Exception, where: str) -> None:
        """Turn what an analyzer or an unpacker raised into a finding. Only its class is told: messages hold content."""
        code, title = next((row[1:] for row in _FAILURES if isinstance(error, row[0])), _FAILED)
        self._add(Finding(code, Severity.UNKNOWN, where, title, type(error).__name__))


def _is_lock(finding: Finding, where: str) -> bool:
    return finding.where == where and finding.id.endswith(_LOCKED)


def _text(note: bytes) -> str:
    return charset.decode(note, charset.encoding_of(note) or "cp1252")
