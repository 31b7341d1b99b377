"""The start page: what came in, what was caught, how fast, what waits, and which rules cry wolf."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, current_app, render_template, request, url_for

from app.access.roles import Role
from app.engine.model import Verdict
from app.errors import Rejected
from app.tickets.hours import NOT_FETCHED, OTHER
from app.tickets.service.figures import Figures
from app.tickets.service.overview import Span
from app.web.api.operations import parsed_query
from app.web.api.statistics import budget
from app.web.api.statistics_models import StatisticsQuery
from app.web.auth import needs
from app.web.console.chart import stacked
from app.web.problems import Problem

if TYPE_CHECKING:
    from app.bootstrap import Services

SPANS = {Span.DAY: "24 hours", Span.WEEK: "7 days", Span.MONTH: "30 days"}

#: What is not clean, the gravest at the bottom of its column.
_NOT_CLEAN = tuple(verdict.value for verdict in sorted(Verdict, key=lambda verdict: -verdict.rank))[:-1]

#: Causes of unknown by the beginning of their name, in plain words.
_CAUSES = {
    NOT_FETCHED: "Could not be fetched from Zendesk",
    OTHER: "Other causes",
    "archive.encrypted": "Locked archive, password not found",
    "archive.broken": "Damaged archive",
    "archive.unsupported": "Archive of a kind that cannot be opened",
    "office.encrypted": "Locked document, password not found",
    "pdf.encrypted": "Locked PDF, password not found",
    "analysis.": "The analysis failed",
    "limit.": "Larger or deeper than what is looked into",
}


def add_pages(blueprint: Blueprint, services: Services, figures: Figures) -> None:
    """Add ``/overview``."""

    @blueprint.get("/overview")
    @needs(Role.VIEWER)
    def overview() -> str:
        names = [each["name"] for each in figures.connections()]
        try:
            query = parsed_query(StatisticsQuery, request.args)
            period = services.overview.period(query.span, query.connection)
        except (Problem, Rejected):  # an old bookmark: show the usual
            query = StatisticsQuery.model_validate({})
            period = services.overview.period(query.span)
        columns = services.overview.chart(query.span, query.connection)
        counts = [column.by_verdict for column in columns]
        return render_template(
            "overview.html",
            query=query,
            spans=SPANS,
            connections=names,
            period=period,
            columns=columns,
            all_scans=stacked([{"all": sum(each.values())} for each in counts], ["all"]),
            not_clean=stacked(counts, _NOT_CLEAN),
            verdicts=[*_NOT_CLEAN, Verdict.CLEAN.value],
            waiting=services.overview.waiting(),
            budgets=[budget(services.connections, name) for name in names if query.connection in (None, name)],
            cause=cause,
            seconds=seconds,
            share=share,
            counted=counted,
            tuning=_tuning,
            address=lambda **changes: _address(query, **changes),
        )


def cause(name: str) -> str:
    """Return the cause of an unknown in plain words."""
    return next((words for start, words in _CAUSES.items() if name.startswith(start)), name)


def seconds(length: float | None) -> str:
    """Return a length of time in the unit that people read."""
    if length is None:
        return "–"
    for size, unit in ((1.0, "s"), (60.0, "min"), (3600.0, "h")):
        if length < size * 60 or unit == "h":
            amount = length / size
            return f"{amount:.1f} {unit}" if amount < 10 else f"{amount:.0f} {unit}"
    return ""


def counted(count: int, noun: str) -> str:
    """Return how many there are of something."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def share(part: int, whole: int) -> str:
    """Return a part as percent of the whole. All but one of very many is not all: it never rounds up to 100 %."""
    if not whole:
        return "–"
    if part == whole:
        return "100 %"
    return f"{min(99.99, part / whole * 100):.2f}".rstrip("0").rstrip(".") + " %"


def _tuning(rule: str) -> str | None:
    """Return where an exception for this rule is made; None where there is no such page."""
    known = "console.rule_exception" in current_app.view_functions
    return url_for("console.rule_exception", rule=rule) if known else None


def _address(query: StatisticsQuery, **changes: Any) -> str:
    given = {"span": query.span.value, "connection": query.connection}
    return url_for("console.overview", **{**given, **changes})
