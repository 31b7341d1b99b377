"""Random scans and filters, and what must be found, said in plain Python."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from app.tickets.filters import ScanFilters
from tests.builders import NOON, a_finding

_SENDERS = ("ana@example.com", "Bob@example.org", None)
_NAMES = ("invoice.pdf", "Invoice 2.PDF", "100%_sure.docm", "請求書.pdf", "résumé.doc", "a", '"quoted".txt', "in voice")
_URLS = (
    "https://bad.example/login",
    "http://shop.example:8080/in?a=1",
    "https://[::1]/x",
    "https://xn--bcher-kva.example/",
)
_HOSTS = ("bad.example", "shop.example", "[::1]", "xn--bcher-kva.example")
_RULES = ("yara.eicar", "macro.autoexec", "link.lookalike")
_HASHES = ("ab" * 32, "abcdef" + "0" * 58, "1234567" + "f" * 57)
_VERDICTS = ("clean", "unknown", "suspicious", "restricted", "malicious")
_STATES = ("queued", "done", "quarantined", "released", "failed")
_TEXTS = ("invoice", "VOICE", ".pdf", "0%_s", "請求", "書.p", "résumé", "e", '"', "in", "bad.example", "macro",
          "abcdef0", "4711", "#4711", "nothing at all", "example/login", "\\", "shop.example:80")  # fmt: skip


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    """One scan as it is stored."""
    kind = draw(st.sampled_from(("attachment", "url", "upload")))
    linked = draw(st.lists(st.sampled_from(_URLS), max_size=2)) if kind == "attachment" else []
    return {
        "kind": kind,
        "owner": draw(st.integers(0, 1)),
        "ticket_id": draw(st.sampled_from((None, 1, 47, 4711))),
        "name": draw(st.sampled_from(_NAMES)),
        "url": draw(st.sampled_from(_URLS)) if kind == "url" else None,
        "sha256": None if kind == "url" else draw(st.sampled_from(_HASHES)),
        "verdict": draw(st.sampled_from(_VERDICTS)),
        "verdict_by": draw(st.sampled_from(("engine", "list", "person"))),
        "state": draw(st.sampled_from(_STATES)),
        "sender": draw(st.sampled_from(_SENDERS)),
        "receiver": draw(st.sampled_from(("support@acme.test", "x" * 400 + "@acme.test"))),
        "channel": draw(st.sampled_from(("email", "web"))),
        "findings": [a_finding(id=rule) for rule in draw(st.lists(st.sampled_from(_RULES), max_size=2))],
        "urls": [{"url": url} for url in linked],
        # Mostly in order, now and then from a clock that was wrong.
        "created_at": NOON + draw(st.sampled_from((0.0, 10.0, 3_600.0, -90_000.0, 500_000.0))),
    }


def filters() -> st.SearchStrategy[ScanFilters]:
    """Filters: mostly one or two, sometimes many."""
    maybe = {
        "verdict": st.lists(st.sampled_from(_VERDICTS), min_size=1, max_size=3, unique=True).map(tuple),
        "kind": st.sampled_from(("attachment", "url", "upload")),
        "connection": st.sampled_from(("acme", "other", "nobody")),
        "ticket": st.sampled_from((47, 4711, 9)),
        "sha256": st.sampled_from(_HASHES),
        "state": st.sampled_from(_STATES),
        "q": st.sampled_from(_TEXTS),
        "since": st.sampled_from((NOON, NOON + 5.0, NOON - 100_000.0)),
        "until": st.sampled_from((NOON, NOON + 4_000.0)),
        "sender": st.sampled_from(("ana@example.com", "Bob@example.org", "nobody@example.org")),
        "receiver": st.sampled_from(("support@acme.test", "x" * 400 + "@acme.test", "x" * 400 + "@else.test")),
        "channel": st.sampled_from(("email", "web", "chat")),
        "decided_by": st.sampled_from(("engine", "list", "person")),
        "rule": st.sampled_from((*_RULES, "yara")),
        "host": st.sampled_from((*_HOSTS, "SHOP.example", "shop.example:8080")),
    }
    names = st.lists(st.sampled_from(sorted(maybe)), max_size=3, unique=True)
    return names.flatmap(lambda chosen: st.builds(ScanFilters, **{name: maybe[name] for name in chosen}))


def fits(row: dict[str, Any], wanted: ScanFilters) -> bool:
    """Whether a scan fits, by reading it from end to end."""
    equal = {"kind": "kind", "ticket": "ticket_id", "sha256": "sha256", "state": "state", "sender": "sender",
             "receiver": "receiver", "channel": "channel", "decided_by": "verdict_by"}  # fmt: skip
    owner = ("acme", "other")[row["owner"]]
    return (
        all(getattr(wanted, name) in (None, row[column]) for name, column in equal.items())
        and (not wanted.verdicts or row["verdict"] in wanted.verdicts)
        and wanted.connection in (None, owner)
        and (wanted.since is None or row["created_at"] >= wanted.since)
        and (wanted.until is None or row["created_at"] < wanted.until)
        and (wanted.rule is None or wanted.rule in [finding["id"] for finding in row["findings"]])
        and (wanted.host is None or wanted.host.lower() in hosts(row))
        and (wanted.q is None or mentions(row, wanted.q))
    )


def hosts(row: dict[str, Any]) -> set[str]:
    """Hosts of the link itself and of those inside a file."""
    addresses = [each for each in (row["url"], *(link["url"] for link in row["urls"])) if each]
    return {host for url, host in zip(_URLS, _HOSTS, strict=True) if url in addresses}


def mentions(row: dict[str, Any], text: str) -> bool:
    """Whether free text is found in a scan."""
    small = text.lower()
    ticket = text.removeprefix("#")
    return (
        small in row["name"].lower()
        or (row["url"] is not None and small in row["url"].lower())
        or any(small in finding["id"] for finding in row["findings"])
        or (ticket.isdigit() and row["ticket_id"] == int(ticket))
        or (len(small) >= 6 and set(small) <= set("0123456789abcdef") and (row["sha256"] or "").startswith(small))
    )
