"""The shapes of the list of scans: what it is narrowed by, files of it, and verdicts on many at once."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from app.engine.model import Verdict
from app.tickets.export import Format
from app.tickets.filters import Kind, ScanFilters, State
from app.tickets.lists import LONGEST_REASON
from app.tickets.service.bulk import MOST
from app.web.api.models import Id, In, Moment, Out, PageQuery, Sha256, Text, Time

_DAY = 86_400.0
#: Windows of time that end now, in seconds.
WITHIN = {"24h": _DAY, "7d": 7 * _DAY, "30d": 30 * _DAY}


def _several(value: object) -> object:
    return value.split(",") if isinstance(value, str) else value


Verdicts = Annotated[
    tuple[Verdict, ...],
    BeforeValidator(_several),
    Field(min_length=1, max_length=len(Verdict)),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^({0})(,({0}))*$".format("|".join(Verdict)),
            "maxLength": 60,
            "description": "One verdict, or several with commas between them.",
        }
    ),
]


class ScanFilter(In):
    """What a list of scans is narrowed by; all conditions hold together."""

    verdict: Verdicts | None = None
    kind: Kind | None = None
    connection: Annotated[Text, Field(max_length=200)] | None = None
    ticket: Id | None = None
    sha256: Sha256 | None = None
    state: State | None = None
    q: Annotated[Text, Field(max_length=200)] | None = Field(
        default=None,
        description="Free text in name and address; also a ticket number, a finding id, the start of a SHA-256.",
    )
    since: Moment | None = None
    until: Moment | None = None
    within: Literal["24h", "7d", "30d"] | None = Field(
        default=None, description="Only the last 24 hours, 7 or 30 days."
    )
    sender: Annotated[Text, Field(max_length=500)] | None = None
    receiver: Annotated[Text, Field(max_length=500)] | None = None
    channel: Annotated[Text, Field(max_length=200)] | None = None
    decided_by: Literal["engine", "list", "person"] | None = Field(default=None, description="Who gave the verdict.")
    rule: Annotated[Text, Field(max_length=200)] | None = Field(default=None, description="Id of a finding.")
    host: Annotated[Text, Field(max_length=253)] | None = Field(
        default=None, description="Host of a link, without a port."
    )

    def conditions(self) -> ScanFilters:
        """Return the conditions as plain values."""
        given = self.model_dump(include={*ScanFilter.model_fields})
        verdicts = None if self.verdict is None else tuple(verdict.value for verdict in self.verdict)
        return ScanFilters(**{**given, "verdict": verdicts, "within": WITHIN.get(self.within or "")})


class ScanQuery(ScanFilter, PageQuery):
    """A page of the list. It may hold fewer than ``limit`` and still have a next one."""


class ScanExportQuery(ScanFilter):
    """Which scans go into a file, and what the file is like."""

    format: Format = Format.CSV
    bom: Literal["0", "1"] = Field("0", description="1 begins a CSV with the mark by which Excel knows UTF-8.")


class BulkBody(In):
    """One verdict on many scans: on those with these ids, or on those that fit the filter."""

    ids: Annotated[list[Id], Field(min_length=1, max_length=MOST)] | None = None
    filter: ScanFilter | None = None
    verdict: Literal[Verdict.CLEAN, Verdict.MALICIOUS]
    reason: Annotated[Text, Field(max_length=LONGEST_REASON)] = ""

    @model_validator(mode="after")
    def _one_of_them(self) -> BulkBody:
        if (self.ids is None) == (self.filter is None):
            raise ValueError("give either ids or filter")
        if self.filter is not None and not self.filter.model_fields_set:
            raise ValueError("an empty filter would choose every scan")
        return self


class RefusedScan(Out):
    """A scan on which the verdict could not be given, and why."""

    scan_id: int
    detail: str


class Bulk(Out):
    """How far a verdict on many scans is. It is done when ``finished_at`` is set."""

    id: int
    actor: str
    verdict: Verdict
    reason: str
    total: int
    waiting: int
    given: int = Field(description="Scans whose verdict it changed.")
    stood: int = Field(description="Scans on which a person had given this verdict already.")
    refused: list[RefusedScan]
    created_at: Time
    finished_at: Time | None
