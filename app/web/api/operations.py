"""How a route of the API is declared: one decorator says what comes in and what goes out, and the description of the
API is made from the same words, so that the two cannot part.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import orjson
from flask import Blueprint, Response, request
from pydantic import BaseModel, ValidationError
from werkzeug.datastructures import MultiDict

from app.access.roles import Role
from app.access.service import Access
from app.idempotency.service import Idempotency
from app.web.api.rates import Rates
from app.web.api.repeats import once
from app.web.auth import bearer_guard, current_need, identity, is_declared, need_of
from app.web.problems import Problem

PREFIX = "/api/v1"

#: Bytes of a JSON body, and of a CSV file.
LARGEST_JSON = 64 * 1024
LARGEST_CSV = 2 * 1024 * 1024

CSV = "text/csv"

View = Callable[..., Response]
Model = type[BaseModel]
SomeModel = TypeVar("SomeModel", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path. ``answers`` gives the model of each success, or its media type when it is no JSON."""

    method: str
    path: str
    name: str
    summary: str
    need: Role | None
    answers: Mapping[int, Model | str | None]
    query: Model | None = None
    body: Model | None = None
    takes_csv: bool = False
    gives_csv: bool = False
    errors: tuple[int, ...] = field(default=())
    form: Model | None = None


class Api:
    """The blueprint of the API and the list of its operations."""

    def __init__(self, access: Access, repeats: Idempotency, rates: Rates) -> None:
        self.blueprint = Blueprint("api", __name__, url_prefix=PREFIX)
        self.blueprint.before_request(bearer_guard(access))
        self.blueprint.before_request(lambda: _count(rates))
        self.operations: list[Operation] = []
        self._repeats = repeats

    def operation(
        self,
        method: str,
        path: str,
        summary: str,
        answers: Mapping[int, Model | str | None],
        *,
        query: Model | None = None,
        body: Model | None = None,
        takes_csv: bool = False,
        gives_csv: bool = False,
        errors: tuple[int, ...] = (),
        form: Model | None = None,
    ) -> Callable[[View], View]:
        """Register a view. It gets ``query`` and ``body`` as checked models, or ``body`` as text when CSV was sent.

        ``form``: the view itself reads a file and these fields beside it (``received``).
        """

        def register(view: View) -> View:
            if not is_declared(view):
                raise TypeError(f"{view.__name__} does not say which role it needs.")
            declared = Operation(
                method,
                path,
                view.__name__,
                summary,
                need_of(view),
                answers,
                query,
                body,
                takes_csv,
                gives_csv,
                errors,
                form,
            )
            self.operations.append(declared)
            checked = _checked(view, declared)
            called = checked if method == "GET" else once(checked, self._repeats)
            self.blueprint.add_url_rule(path, view.__name__, called, methods=[method])
            return view

        return register


def caller_token() -> int:
    """Return the id of the token by which the API is called; only for views that need a role."""
    token_id = identity().token_id
    if token_id is None:
        raise TypeError("The API is called by tokens alone.")
    return token_id


def _count(rates: Rates) -> None:
    if current_need() is not None:
        rates.count(caller_token())


def json(value: Any, status: int = 200) -> Response:
    """Return a JSON answer."""
    return Response(orjson.dumps(value), status, mimetype="application/json")


def _checked(view: View, operation: Operation) -> View:
    @functools.wraps(view)
    def call(**path: Any) -> Response:
        if operation.query is not None:
            path["query"] = parsed_query(operation.query, request.args)
        if operation.body is not None:
            path["body"] = _body(operation.body, operation.takes_csv)
        return view(**path)

    return call


def parsed_query(model: type[SomeModel], arguments: MultiDict[str, str]) -> SomeModel:
    """Return checked query parameters; an empty one counts as left out. Raises a 422 problem."""
    twice = [name for name, values in arguments.lists() if len(values) > 1]
    if twice:
        raise _unfit([{"at": f"query.{name[:60]}", "detail": "Given more than once."} for name in twice])
    try:
        return model.model_validate({name: value for name, value in arguments.items() if value.strip()})
    except ValidationError as error:
        raise _unfit(_places(error, "query")) from None


def parsed_form(model: type[SomeModel], fields: Mapping[str, str]) -> SomeModel:
    """Return checked fields of a form; an empty one counts as left out. Raises a 422 problem."""
    try:
        return model.model_validate({name: value for name, value in fields.items() if value})
    except ValidationError as error:
        raise _unfit(_places(error, "form")) from None


def _body(model: Model, takes_csv: bool) -> BaseModel | str:
    is_csv = takes_csv and request.mimetype == CSV
    request.max_content_length = LARGEST_CSV if is_csv else LARGEST_JSON
    raw = request.get_data()
    if is_csv:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            raise _unfit([{"at": "body", "detail": "The file is not UTF-8."}]) from None
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise _unfit(_places(error, "body")) from None


def _places(error: ValidationError, part: str) -> list[dict[str, str]]:
    """Say where and why, without repeating what was sent."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [{"at": ".".join((part, *map(_short, each["loc"]))), "detail": each["msg"]} for each in found[:20]]


def _short(name: str | int) -> str:
    return str(name)[:60]


def _unfit(errors: list[dict[str, str]]) -> Problem:
    return Problem(422, "invalid", "The request does not fit; see errors.", errors=errors)
