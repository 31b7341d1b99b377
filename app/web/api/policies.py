"""``/api/v1/policies``: what each verdict leads to for whom, its versions, a look before saving, and exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response

from app.access.roles import Role, allows
from app.findings.policies.document import checked_scope
from app.findings.policies.exceptions import ANALYST_DAYS
from app.findings.policies.service import DEFAULT, Change
from app.tickets.filters import iso
from app.web.api.models import PageQuery
from app.web.api.operations import Api, json
from app.web.api.policy_models import (
    DraftBody,
    ExceptionBody,
    ExceptionQuery,
    NewDraftBody,
    NewPolicyBody,
    Policies,
    Policy,
    PolicyBody,
    PolicyQuery,
    PolicyVersionDetail,
    PolicyVersions,
    RestoreBody,
    RuleException,
    RuleExceptions,
    SimulatedScans,
    Simulation,
)
from app.web.auth import identity, needs
from app.web.problems import not_found

if TYPE_CHECKING:
    from app.bootstrap import Services

_ONE = "/policies/<which>"


def add_routes(api: Api, services: Services) -> None:
    """Add the routes below ``/policies``."""
    _add_policies(api, services)
    _add_versions(api, services)
    _add_simulations(api, services)
    _add_exceptions(api, services)


def _add_policies(api: Api, services: Services) -> None:
    policies = services.policies

    @api.operation(
        "GET",
        "/policies",
        "The policies in force, the default first",
        {200: Policies},
        query=PolicyQuery,
        errors=(404,),
    )
    @needs(Role.VIEWER)
    def list_policies(query: PolicyQuery) -> Response:
        return json({"results": [_shown(each) for each in policies.in_force(query.connection)]})

    @api.operation(
        "POST", "/policies", "Make a policy of a connection", {201: Policy}, body=NewPolicyBody, errors=(404, 409)
    )
    @needs(Role.ADMIN)
    def make_policy(body: NewPolicyBody) -> Response:
        change = Change(body.policy.plain(), identity().name, body.reason, body.title)
        return json(_shown(policies.get(policies.create(body.connection, change))), 201)

    @api.operation("GET", _ONE, "One policy, by its id or `default`", {200: Policy})
    @needs(Role.VIEWER)
    def get_policy(which: str) -> Response:
        return json(_shown(policies.get(addressed(which))))

    @api.operation("PUT", _ONE, "Save a new version of a policy", {200: Policy}, body=PolicyBody, errors=(409,))
    @needs(Role.ADMIN)
    def save_policy(which: str, body: PolicyBody) -> Response:
        change = Change(body.policy.plain(), identity().name, body.reason, body.title, body.expected)
        policies.save(addressed(which), change)
        return json(_shown(policies.get(addressed(which))))

    @api.operation(
        "DELETE",
        "/policies/<row:policy_id>",
        "End a policy; the next wider one holds then",
        {204: None},
        # 405: `default` and what is no id are addresses too, under which nothing can be ended.
        errors=(405, 409),
    )
    @needs(Role.ADMIN)
    def end_policy(policy_id: int) -> Response:
        policies.retire(policy_id, author=identity().name)
        return Response(status=204)


def _add_versions(api: Api, services: Services) -> None:
    policies = services.policies

    @api.operation("GET", f"{_ONE}/versions", "Its versions, newest first", {200: PolicyVersions}, query=PageQuery)
    @needs(Role.VIEWER)
    def list_policy_versions(which: str, query: PageQuery) -> Response:
        versions, cursor = policies.versions(addressed(which), query.cursor, query.limit)
        return json({"results": [_version(each) for each in versions], "next": _cursor(cursor)})

    @api.operation("GET", f"{_ONE}/versions/<row:number>", "One version with all it says", {200: PolicyVersionDetail})
    @needs(Role.VIEWER)
    def get_policy_version(which: str, number: int) -> Response:
        return json(_version(policies.version(addressed(which), number)))

    @api.operation(
        "POST",
        f"{_ONE}/versions/<row:number>/restore",
        "Make what an older version said the newest version",
        {200: Policy},
        body=RestoreBody,
        errors=(409,),
    )
    @needs(Role.ADMIN)
    def restore_policy_version(which: str, number: int, body: RestoreBody) -> Response:
        policies.restore(addressed(which), number, author=identity().name, reason=body.reason)
        return json(_shown(policies.get(addressed(which))))


def _add_simulations(api: Api, services: Services) -> None:
    simulator = services.simulator

    @api.operation(
        "POST",
        f"{_ONE}/simulate",
        "Look which scans of the last 30 days would have come out differently",
        {202: Simulation},
        body=DraftBody,
    )
    @needs(Role.ADMIN)
    def simulate_policy(which: str, body: DraftBody) -> Response:
        started = simulator.start(body.policy.plain(), author=identity().name, which=addressed(which))
        return json(_simulation(simulator.get(started)), 202)

    @api.operation(
        "POST",
        "/policies/simulate",
        "The same for a policy that does not exist yet",
        {202: Simulation},
        body=NewDraftBody,
        errors=(404,),
    )
    @needs(Role.ADMIN)
    def simulate_new_policy(body: NewDraftBody) -> Response:
        started = simulator.start(body.policy.plain(), author=identity().name, connection=body.connection)
        return json(_simulation(simulator.get(started)), 202)

    @api.operation("GET", "/policies/simulations/<row:simulation_id>", "How far it is", {200: Simulation})
    @needs(Role.VIEWER)
    def get_simulation(simulation_id: int) -> Response:
        return json(_simulation(simulator.get(simulation_id)))

    @api.operation(
        "GET",
        "/policies/simulations/<row:simulation_id>/scans",
        "The scans that would have come out differently, newest first",
        {200: SimulatedScans},
        query=PageQuery,
    )
    @needs(Role.VIEWER)
    def list_simulated_scans(simulation_id: int, query: PageQuery) -> Response:
        scans, cursor = simulator.scans(simulation_id, query.cursor, query.limit)
        return json({"results": scans, "next": _cursor(cursor)})


def _add_exceptions(api: Api, services: Services) -> None:
    exceptions = services.rule_exceptions

    @api.operation(
        "GET",
        "/policies/exceptions",
        "Exceptions from rules, newest first",
        {200: RuleExceptions},
        query=ExceptionQuery,
    )
    @needs(Role.VIEWER)
    def list_rule_exceptions(query: ExceptionQuery) -> Response:
        found, cursor = exceptions.page(query.cursor, query.limit, rule=query.rule, standing=query.standing)
        return json({"results": [_exception(each) for each in found], "next": _cursor(cursor)})

    @api.operation(
        "POST",
        "/policies/exceptions",
        "Make an exception: the rule's findings stay visible and count no more",
        {201: RuleException},
        body=ExceptionBody,
        errors=(404,),
    )
    @needs(Role.ANALYST)
    def make_rule_exception(body: ExceptionBody) -> Response:
        made = exceptions.make(
            body.rule,
            reason=body.reason,
            author=identity().name,
            expires_at=body.expires_at,
            connection=body.connection,
            scope=checked_scope(body.scope.model_dump(mode="json")),
            most_days=days_of(identity().role),
        )
        return json(_exception(made), 201)

    @api.operation(
        "DELETE", "/policies/exceptions/<row:exception_id>", "End an exception; the rule counts again", {204: None}
    )
    @needs(Role.ANALYST)
    def end_rule_exception(exception_id: int) -> Response:
        exceptions.end(exception_id, author=identity().name)
        return Response(status=204)


def addressed(which: str) -> str | int:
    """Return the policy of an address: ``default`` or an id. Raises a 404 problem for what is neither."""
    if which == DEFAULT:
        return DEFAULT
    if not (which.isascii() and which.isdigit() and 0 < int(which[:19]) < 10**18):
        raise not_found("policy with this id")
    return int(which)


def days_of(role: Role) -> int | None:
    """Return for how many days at most this role makes exceptions; None: without a bound."""
    return None if allows(role, Role.ADMIN) else ANALYST_DAYS


def _document(document: dict[str, Any]) -> dict[str, Any]:
    return {**document, "observe_until": iso(document["observe_until"])}


def _shown(policy: dict[str, Any]) -> dict[str, Any]:
    return {**policy, "saved_at": iso(policy["saved_at"]), "policy": _document(policy["policy"])}


def _version(version: dict[str, Any]) -> dict[str, Any]:
    shown = {**version, "saved_at": iso(version["saved_at"])}
    return {**shown, "policy": _document(version["policy"])} if "policy" in version else shown


def _simulation(simulation: dict[str, Any]) -> dict[str, Any]:
    return {**simulation, "policy": _document(simulation["policy"])}


def _exception(exception: dict[str, Any]) -> dict[str, Any]:
    return exception | {name: iso(exception[name]) for name in ("created_at", "expires_at", "ended_at")}


def _cursor(cursor: int | None) -> str | None:
    return None if cursor is None else str(cursor)
