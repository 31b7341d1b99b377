"""One verdict on many scans: what would follow, the confirmation that is bound to exactly these scans, the progress."""

from __future__ import annotations

import hmac
import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.access.roles import Role
from app.engine.model import Verdict
from app.errors import Rejected
from app.findings.policy import Effect
from app.findings.service import Audit
from app.tickets.filters import ScanFilters
from app.tickets.lists import LONGEST_REASON
from app.tickets.service.bulk import MOST, Chosen
from app.tickets.service.verdicts import GIVEN
from app.web.api.operations import parsed_query
from app.web.api.scan_models import ScanFilter
from app.web.api.scans import order_many
from app.web.auth import identity, needs
from app.web.problems import Problem, not_found

if TYPE_CHECKING:
    from app.bootstrap import Services

Page = str | Response | tuple[str, int]

_SHOWN = 20

#: What follows, in words behind a number.
_EFFECTS = {
    Effect.QUARANTINE: "files are taken out of their tickets",
    Effect.HOLD: "files are held: taken out of their tickets until somebody decides",
    Effect.RELEASE: "files are given back to their tickets",
    Effect.REDACT: "links are taken out of their comments, for good",
    Effect.TELL: "get a note and a mail that warn about them",
    Effect.NOTHING: "change nothing in their tickets",
}


def add_pages(blueprint: Blueprint, services: Services, audit: Audit) -> None:
    """Add the pages below ``/scans/verdicts``."""

    @blueprint.post("/scans/verdicts/confirm")
    @needs(Role.ANALYST)
    def bulk_confirm() -> Page:
        try:
            verdict = _verdict(request.form.get("verdict", ""))
            chosen = _chosen(services)
        except Rejected as refusal:
            flash(refusal.message, "problem")
            return redirect(_back(), 303)
        return _confirm(services, chosen, verdict)

    @blueprint.post("/scans/verdicts")
    @needs(Role.ANALYST)
    def bulk_order() -> Page:
        ids, once = _ids(request.form.get("ids", "").split(",")), request.form.get("once", "")
        verdict, reason = _verdict(request.form.get("verdict", "")), request.form.get("reason", "").strip()
        token = _token(services, ids, verdict, once)
        if not hmac.compare_digest(token.encode(), request.form.get("token", "").encode("utf-8", "replace")):
            raise Problem(400, "form", "These are not the scans that were confirmed. Go back and choose them again.")
        if not reason or len(reason) > LONGEST_REASON or "\0" in reason:
            problem = f"Give a reason of 1 to {LONGEST_REASON:,} characters."
            return _confirm(services, Chosen(tuple(ids), more=False), verdict, problem, reason), 422
        order = order_many(services, audit, ids, verdict, reason, token)
        return redirect(url_for("console.bulk", bulk_id=order), 303)

    @blueprint.get("/scans/verdicts/<row:bulk_id>")
    @needs(Role.ANALYST)
    def bulk(bulk_id: int) -> Page:
        progress = services.bulk.progress(bulk_id)
        if progress is None:
            raise not_found("order with this number")
        return render_template("bulk.html", bulk=progress)


def _confirm(services: Services, chosen: Chosen, verdict: Verdict, problem: str = "", reason: str = "") -> str:
    once = secrets.token_urlsafe(16)
    return render_template(
        "bulk_confirm.html",
        count=len(chosen.ids),
        more=chosen.more,
        verdict=verdict.value,
        effects=_effects(services, chosen.ids, verdict),
        sample=services.queries.of(chosen.ids[:_SHOWN]),
        ids=",".join(map(str, chosen.ids)),
        once=once,
        token=_token(services, chosen.ids, verdict, once),
        query=request.form.get("query", ""),
        back=_back(),
        problem=problem,
        reason=reason,
    )


def _effects(services: Services, ids: Sequence[int], verdict: Verdict) -> list[tuple[str, int]]:
    """What follows and for how many, the most weighty first."""
    expected = services.bulk.expected(ids, verdict)
    counted = Counter(_EFFECTS.get(effect, effect.value) for effect in expected.orders)
    found = [(words, counted[words]) for words in _EFFECTS.values() if counted[words]]
    return [*found, ("have this verdict of a person already", expected.standing)] if expected.standing else found


def _chosen(services: Services) -> Chosen:
    """The scans of the form. Raises Rejected."""
    if request.form.get("all") == "1":
        filters = dict(parse_qsl(request.form.get("query", "")[:4_000]))
        if not filters:
            raise Rejected("Set a filter first, or choose scans one by one.", code="nothing")
        chosen = services.bulk.chosen(None, _conditions(filters))
    else:
        chosen = services.bulk.chosen(_ids(request.form.getlist("id")), ScanFilters())
    if not chosen.ids:
        raise Rejected("No finished scan was chosen. Tick some in the list first.", code="nothing")
    return chosen


def _conditions(filters: dict[str, str]) -> ScanFilters:
    try:
        return parsed_query(ScanFilter, MultiDict(filters)).conditions()
    except Problem:
        raise Rejected("These filters do not fit; set them again.", code="query") from None


def _ids(given: Iterable[str]) -> list[int]:
    """Ids as a form gives them; what is no id is left out, and so is what is too many."""
    found = [int(each) for each in given if each.isascii() and each.isdigit() and len(each) <= 18]
    return found[: MOST + 1]


def _verdict(given: str) -> Verdict:
    if given not in GIVEN:
        raise Rejected("Choose clean or malicious.", code="not-given")
    return Verdict(given)


def _token(services: Services, ids: Sequence[int], verdict: Verdict, once: str) -> str:
    """Sign this very set for this caller, so that what was confirmed and what is ordered are the same."""
    bound = "\n".join((identity().subject, verdict.value, once, ",".join(map(str, ids))))
    return f"{once}.{services.keys.sign('bulk-verdict', bound)}"


def _back() -> str:
    query = request.form.get("query", "")
    return f"{url_for('console.scans')}?{query or 'verdict='}"
