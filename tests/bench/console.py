"""The list of scans over a million of them, on SQLite: what a page, a search and an export take.

Each query is asked for at several depths and with several values, so that one that happens to be fast does not stand
for all. ``find`` is the search by itself; ``page`` is the whole answer of the console, ``api`` that of the API.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from flask.testing import FlaskClient
from sqlalchemy import insert, text

from app.access.roles import Role
from app.bootstrap import Services, build_services, prepare
from app.config import PROJECT, Settings
from app.db import Database
from app.jobs import InlineQueue
from app.tickets.tables import scans
from app.web import build_web
from app.web.api.scan_models import ScanQuery
from tests.bench.figure import Compare, Figure
from tests.bench.many_scans import NOW, Made, fill

#: Scans; ``BENCH_SCANS=100000`` looks at fewer, in a tenth of the time.
COUNT, QUICK = int(os.environ.get("BENCH_SCANS", "1000000")), 10_000

#: Milliseconds that 95 of 100 answers may take.
P95_FIND, P95_PAGE = 100.0, 200.0

#: What people ask for: the name of the figure, and the filters of the address.
QUERIES: dict[str, tuple[dict[str, str], ...]] = {
    "first page": ({},),
    "one verdict": ({"verdict": "malicious"}, {"verdict": "clean"}, {"verdict": "unknown,suspicious"}),
    "kind, state, connection": ({"kind": "url"}, {"state": "quarantined"}, {"connection": "globex"}),
    "sender, receiver, channel": (
        {"sender": "person0@company0.example"},
        {"sender": "person30000@company2000.example"},
        {"receiver": "support@acme.test"},
        {"channel": "sample_channel"},
    ),
    "ticket, hash, finding, host": (
        {"ticket": "1000"},
        {"sha256": "0" * 64},
        {"rule": "yara.0"},
        {"rule": "limit.24"},
        {"host": "www.shop7.example"},
    ),
    "times": ({"within": "24h"}, {"within": "30d"}, {"since": "2026-05-05T00:00", "until": "2026-05-06T00:00"}),
    "several at once": (
        {"verdict": "malicious", "within": "30d", "channel": "email"},
        {"verdict": "clean", "receiver": "help.de@acme.test", "connection": "globex"},
        {"decided_by": "person", "channel": "sample_channel"},
        {"kind": "url", "state": "quarantined"},
        {"sender": "person0@company0.example", "verdict": "malicious"},
    ),
    "text, frequent": ({"q": "invoice"}, {"q": ".pdf"}, {"q": "https://www.shop"}, {"q": "請求書"}),
    "text, rare": ({"q": "invoice 7919."}, {"q": "zzqqxx"}, {"q": "shop2999.example"}, {"q": ".exe"}, {"q": "0a1b2c"}),
    "text, two characters": ({"q": "in"}, {"q": "qz"}, {"q": "請求"}),
    "text and filters": (
        {"q": "invoice", "verdict": "malicious"},
        {"q": ".pdf", "kind": "url"},
        {"q": "https://", "kind": "attachment"},
        {"q": "login", "within": "7d"},
    ),
}

_DEPTHS = (None, 0.7, 0.3)


def run(*, quick: bool = False) -> list[Figure]:
    """Return the 95th percentiles, and what storing a scan costs with and without what makes it found."""
    count, repeats = (QUICK, 1) if quick else (COUNT, 5)
    with _filled(count) as services:
        client, token = _signed_in(services)
        found = []
        for name, queries in QUERIES.items():
            find, page, api = _measured(services, client, token, queries, count, repeats)
            found += [
                _figure(f"{name}: find p50", _quantile(find, 0.5), P95_FIND),
                _figure(f"{name}: find p95", _quantile(find, 0.95), P95_FIND),
                _figure(f"{name}: page p95", _quantile(page, 0.95), P95_PAGE),
                _figure(f"{name}: api p95", _quantile(api, 0.95), P95_PAGE),
            ]
        return [*found, _exported(client, count), _written(services.database, quick=quick)]


def _measured(
    services: Services, client: FlaskClient, token: str, queries: tuple[dict[str, str], ...], count: int, repeats: int
) -> tuple[list[float], list[float], list[float]]:
    """Return milliseconds of the search, of the page and of the API, by query, depth and repeat."""
    find, page, api = [], [], []
    headers = {"Authorization": f"Bearer {token}"}
    for query in queries:
        for depth in _DEPTHS if repeats > 1 else _DEPTHS[:1]:
            asked = query if depth is None else {**query, "cursor": str(int(count * depth))}
            address = f"/scans?{urlencode(asked or {'verdict': ''})}"
            for _ in range(repeats):
                find.append(_searched(services, asked))
                page.append(_took(partial(client.get, address)))
                api.append(_took(partial(client.get, f"/api/v1{address}", headers=headers)))
    return find, page, api


def _searched(services: Services, asked: dict[str, str]) -> float:
    query = ScanQuery.model_validate(asked)
    began = time.perf_counter()
    services.queries.search.find(query.conditions(), query.cursor)
    return (time.perf_counter() - began) * 1_000


def _took(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    answer = call()
    took = (time.perf_counter() - began) * 1_000
    if getattr(answer, "status_code", 0) != 200:
        raise RuntimeError(f"An answer was {getattr(answer, 'status_code', 0)}.")
    return took


def _exported(client: FlaskClient, count: int) -> Figure:
    """How many scans an export streams a second."""
    wanted = "verdict=malicious,suspicious,unknown"
    began = time.perf_counter()
    lines = sum(piece.count(b"\n") for piece in client.get(f"/scans/export?{wanted}", buffered=False).iter_encoded())
    rate = (lines - 1) / (time.perf_counter() - began)
    if lines < count * 0.05:
        raise RuntimeError(f"The export had only {lines} lines.")
    return Figure("export, scans a second", "/s", [rate], [0.0], Compare.RATE, 1_000.0)


def _written(database: Database, *, quick: bool) -> Figure:
    """Scans stored a second, one transaction each as the service does, against the same without the triggers."""
    rows = list(Made(8).rows(200 if quick else 1_000, [1, 2]))
    for number, row in enumerate(rows):
        row["identity"] = f"bench:{number}"
    with_them = _stored(database, rows[: len(rows) // 2])
    with database.write() as connection:
        connection.execute(text("DROP TRIGGER scans_added"))
    without = _stored(database, rows[len(rows) // 2 :])
    return Figure("scans stored, against no triggers", "/s", [with_them], [without], Compare.AT_LEAST, 0.7)


def _stored(database: Database, rows: list[dict[str, object]]) -> float:
    began = time.perf_counter()
    for row in rows:
        with database.write() as connection:
            connection.execute(insert(scans).values(**row))
    return len(rows) / (time.perf_counter() - began)


def _figure(name: str, milliseconds: float, target: float) -> Figure:
    return Figure(name, "ms", [milliseconds], [0.0], Compare.COUNT, target)


def _quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


@contextmanager
def _filled(count: int) -> Iterator[Services]:
    """The services over a database on the disk of the project with so many scans."""
    (PROJECT / "var").mkdir(mode=0o700, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="bench", dir=PROJECT / "var"))
    try:
        settings = Settings.from_environment({"DESKWARDEN_HOME": str(home)})
        prepare(settings)
        services = build_services(settings, queue=InlineQueue(), now=lambda: NOW)
        fill(services.database, count, Made())
        yield services
        services.database.close()
    finally:
        shutil.rmtree(home)


def _signed_in(services: Services) -> tuple[FlaskClient, str]:
    client = build_web(services, now=lambda: NOW).test_client()
    client.get(f"/sign-in/{services.access.create_sign_in_code(Role.ANALYST)}")
    client.get("/scans")  # the first page of a process also compiles what it is made of
    return client, services.access.create_token("bench", Role.ANALYST)
