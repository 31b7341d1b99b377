"""Policies: the list, one with its versions, the form, the look at what it would change, saving."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.access.roles import Role
from app.errors import Rejected
from app.findings.policies.document import LONGEST_TITLE
from app.findings.policies.exceptions import LONGEST_REASON
from app.findings.policies.service import DEFAULT, Change
from app.tickets.filters import iso
from app.tickets.service.figures import Figures
from app.tickets.service.withheld import Withheld
from app.web.api.models import PageQuery
from app.web.api.operations import parsed_query
from app.web.api.policies import addressed
from app.web.auth import identity, needs
from app.web.console import policy_words
from app.web.console.policy_form import document_of, fields_of, given_fields

if TYPE_CHECKING:
    from app.bootstrap import Services

Page = str | Response | tuple[str, int]

_VERSIONS, _SCANS = 20, 50


def add_pages(blueprint: Blueprint, services: Services, figures: Figures, now: Callable[[], float]) -> None:
    """Add the pages below ``/policies``."""
    _add_reading(blueprint, services, now)
    _add_form(blueprint, services, figures)
    _add_look(blueprint, services)
    _add_deeds(blueprint, services)


def _add_reading(blueprint: Blueprint, services: Services, now: Callable[[], float]) -> None:
    withheld = Withheld(services.database)

    @blueprint.get("/policies")
    @needs(Role.VIEWER)
    def policies() -> Page:
        found = services.policies.in_force()
        standing, _ = services.rule_exceptions.page(limit=100, standing=True)
        return _page("policies.html", policies=found, exceptions=len(standing), which=_which, at=now())

    @blueprint.get("/policies/<which>")
    @needs(Role.VIEWER)
    def policy(which: str) -> Page:
        query = parsed_query(PageQuery, request.args)
        found = services.policies.get(addressed(which))
        versions, cursor = services.policies.versions(addressed(which), query.cursor, _VERSIONS)
        return _page(
            "policy.html",
            policy=found,
            which=which,
            versions=versions,
            withheld=withheld.by_effect(found["version"]) if found["policy"]["observe_until"] else {},
            is_observing=(found["policy"]["observe_until"] or 0.0) > now(),
            older=url_for("console.policy", which=which, cursor=cursor) if cursor else None,
            newest=url_for("console.policy", which=which) if query.cursor else None,
            longest_reason=LONGEST_REASON,
        )


def _add_form(blueprint: Blueprint, services: Services, figures: Figures) -> None:
    @blueprint.get("/policies/new")
    @needs(Role.ADMIN)
    def policy_new() -> Page:
        names = [each["name"] for each in figures.connections()]
        connection = request.args.get("connection") or (names[0] if len(names) == 1 else "")
        if not connection:
            return _page("policy_new.html", connections=names, pairs=[(each, each) for each in names])
        return _form("new", {**fields_of(services.policies.begin(connection)), "connection": connection, "title": ""})

    @blueprint.get("/policies/<which>/edit")
    @needs(Role.ADMIN)
    def policy_edit(which: str) -> Page:
        found = services.policies.get(addressed(which))
        fields = {**fields_of(found["policy"]), "title": found["title"], "number": found["number"]}
        return _form(which, fields, policy=found)

    @blueprint.post("/policies/<which>/look")
    @needs(Role.ADMIN)
    def policy_look(which: str) -> Page:
        fields = given_fields(request.form)
        try:
            simulation_id = services.simulator.start(
                document_of(fields), author=identity().name, **_about(which, fields), **_kept(fields)
            )
        except Rejected as refusal:
            return _form(which, fields, problem=refusal.message), 422
        return redirect(url_for("console.policy_simulation", simulation_id=simulation_id), 303)

    @blueprint.post("/policies/<which>/save")
    @needs(Role.ADMIN)
    def policy_save(which: str) -> Page:
        fields = given_fields(request.form)
        try:
            saved = _save(services, which, fields)
        except Rejected as refusal:
            return _form(which, fields, problem=refusal.message), 422
        flash("The policy is saved. It holds for everything that is judged from now on.")
        return redirect(url_for("console.policy", which=saved), 303)


def _add_look(blueprint: Blueprint, services: Services) -> None:
    @blueprint.get("/policies/simulations/<row:simulation_id>")
    @needs(Role.VIEWER)
    def policy_simulation(simulation_id: int) -> Page:
        query = parsed_query(PageQuery, request.args)
        scans, cursor = services.simulator.scans(simulation_id, query.cursor, _SCANS)
        here = url_for("console.policy_simulation", simulation_id=simulation_id)
        return _page(
            "policy_simulation.html",
            simulation=services.simulator.get(simulation_id),
            scans=scans,
            older=f"{here}?cursor={cursor}" if cursor else None,
            newest=here if query.cursor else None,
            longest_reason=LONGEST_REASON,
        )

    @blueprint.get("/policies/simulations/<row:simulation_id>/edit")
    @needs(Role.ADMIN)
    def policy_simulation_edit(simulation_id: int) -> Page:
        draft = services.simulator.get(simulation_id)
        which = _drafted(draft)
        fields = {**fields_of(draft["policy"]), "title": draft["title"], "connection": draft["connection"] or ""}
        return _form(which, fields | {"number": "" if draft["expected"] is None else draft["expected"]})

    @blueprint.post("/policies/simulations/<row:simulation_id>/save")
    @needs(Role.ADMIN)
    def policy_simulation_save(simulation_id: int) -> Page:
        draft = services.simulator.get(simulation_id)
        fields = {"title": draft["title"], "reason": request.form.get("reason", ""), "connection": draft["connection"]}
        try:
            saved = _keep(services, _drafted(draft), draft["policy"], fields, draft["expected"])
        except Rejected as refusal:
            flash(refusal.message, "problem")
            return redirect(url_for("console.policy_simulation", simulation_id=simulation_id), 303)
        flash("The policy is saved. It holds for everything that is judged from now on.")
        return redirect(url_for("console.policy", which=saved), 303)


def _add_deeds(blueprint: Blueprint, services: Services) -> None:
    @blueprint.post("/policies/<which>/restore")
    @needs(Role.ADMIN)
    def policy_restore(which: str) -> Page:
        number = request.form.get("number", "")
        try:
            services.policies.restore(
                addressed(which),
                int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 0,
                author=identity().name,
                reason=request.form.get("reason", ""),
            )
            flash(f"Version {number} holds again, as a new version.")
        except Rejected as refusal:
            flash(refusal.message, "problem")
        return redirect(url_for("console.policy", which=which), 303)

    @blueprint.post("/policies/<row:policy_id>/end")
    @needs(Role.ADMIN)
    def policy_end(policy_id: int) -> Page:
        try:
            services.policies.retire(policy_id, author=identity().name)
            flash("The policy is ended. The next wider one holds for its tickets now.")
        except Rejected as refusal:
            flash(refusal.message, "problem")
        return redirect(url_for("console.policies"), 303)


def _save(services: Services, which: str, fields: dict[str, Any]) -> str | int:
    return _keep(services, which, document_of(fields), fields, _kept(fields)["expected"])


def _keep(
    services: Services, which: str, document: dict[str, Any], fields: dict[str, Any], expected: int | None
) -> str | int:
    """Save a document; return the address of its policy. Raises Rejected."""
    title = str(fields.get("title") or "").strip() or None
    change = Change(document, identity().name, str(fields.get("reason") or ""), title, expected)
    if which == "new":
        return services.policies.create(str(fields.get("connection") or ""), change)
    services.policies.save(addressed(which), change)
    return which


def _about(which: str, fields: dict[str, Any]) -> dict[str, Any]:
    if which == "new":
        return {"connection": str(fields.get("connection") or "")}
    return {"which": addressed(which)}


def _kept(fields: dict[str, Any]) -> dict[str, Any]:
    number = str(fields.get("number", ""))
    expected = int(number) if number.isascii() and number.isdigit() and len(number) < 9 else None
    return {"title": str(fields.get("title") or "")[:LONGEST_TITLE], "expected": expected}


def _drafted(draft: dict[str, Any]) -> str:
    """Return the address of what a simulation is a draft of."""
    if draft["policy_id"] is not None:
        return DEFAULT if draft["connection"] is None else str(draft["policy_id"])
    return DEFAULT if draft["connection"] is None else "new"


def _which(policy: dict[str, Any]) -> str:
    return DEFAULT if policy["is_default"] else str(policy["id"])


def _form(which: str, fields: dict[str, Any], *, policy: dict[str, Any] | None = None, problem: str = "") -> str:
    return _page(
        "policy_edit.html",
        which=which,
        fields=fields,
        policy=policy,
        problem=problem,
        is_default=which == DEFAULT,
        longest={"title": LONGEST_TITLE, "reason": LONGEST_REASON},
    )


def _page(template: str, **values: Any) -> str:
    return render_template(template, said=policy_words, iso=iso, **values)
