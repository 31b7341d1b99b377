"""``GET /api/v1/openapi.json``: the description of the API, made from the declarations of its routes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

from pydantic.json_schema import models_json_schema

from app.idempotency.service import LONGEST_KEY
from app.web.api.models import SIDES, ProblemDocument
from app.web.api.operations import CSV, PREFIX, Model, Operation

_REF = "#/components/schemas/{model}"
_PARAMETER = re.compile(r"<(?:(?P<converter>[a-z]+)(?:\([^)]*\))?:)?(?P<name>[a-z_]+)>")
_CONVERTERS: dict[str | None, dict[str, Any]] = {
    "row": {"type": "integer", "minimum": 1, "maximum": 10**18 - 1},
    "int": {"type": "integer", "minimum": 0},
    "any": {"type": "string", "enum": SIDES},
    None: {"type": "string"},
}
_MEDIA: dict[str, dict[str, Any]] = {
    "application/json": {"type": "object"},
    "application/zip": {"type": "string", "contentMediaType": "application/zip"},
    "image/png": {"type": "string", "contentMediaType": "image/png"},
    "application/x-ndjson": {"type": "string", "description": "One JSON object a line."},
}
_BEARER = {"type": "http", "scheme": "bearer", "description": "A token of `deskwarden token create`."}


def description(operations: Iterable[Operation], server: str) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of these operations; ``server`` is the public address of the service."""
    operations = list(operations)
    inputs, schemas = _schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        path = PREFIX + _PARAMETER.sub(r"{\g<name>}", operation.path)
        paths.setdefault(path, {})[operation.method.lower()] = _operation(operation, inputs, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Deskwarden",
            "version": version("deskwarden"),
            "summary": "Scans of the files and links of Zendesk tickets, and what people decide about them.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": server}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"bearer": _BEARER}},
    }


def _schemas(operations: Iterable[Operation]) -> tuple[dict[Model, str], dict[str, Any]]:
    """Return the schema name of each model that comes in, and all schemas by name."""
    coming = {model for each in operations for model in (each.query, each.body, each.form) if model is not None}
    going = {model for each in operations for model in each.answers.values() if isinstance(model, type)}
    wanted = [(model, "validation") for model in sorted(coming, key=_name)]
    wanted += [(model, "serialization") for model in sorted(going | {ProblemDocument}, key=_name)]
    _, document = models_json_schema(wanted, ref_template=_REF)  # type: ignore[arg-type]
    return {model: model.__name__ for model in coming}, document["$defs"]


def _operation(operation: Operation, inputs: dict[Model, str], schemas: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {"operationId": operation.name, "summary": operation.summary}
    parameters = [_path_parameter(match) for match in _PARAMETER.finditer(operation.path)]
    if operation.query is not None:
        properties = schemas[inputs[operation.query]]["properties"]
        parameters += [{"name": name, "in": "query", "schema": schema} for name, schema in properties.items()]
    if parameters:
        described["parameters"] = parameters
    if operation.body is not None:
        content: dict[str, Any] = {"application/json": {"schema": _reference(operation.body)}}
        if operation.takes_csv:
            content[CSV] = {"schema": {"type": "string"}}
        described["requestBody"] = {"required": True, "content": content}
    if operation.form is not None:
        described["requestBody"] = {
            "required": True,
            "content": {"multipart/form-data": {"schema": _form(schemas[inputs[operation.form]])}},
        }
    if operation.method != "GET":
        described.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
    if operation.need is None:
        described["security"] = []
    else:
        described["description"] = f"Needs the role {operation.need}."
    described["responses"] = {**_successes(operation), **_failures(operation)}
    return described


def _form(fields: dict[str, Any]) -> dict[str, Any]:
    file = {"type": "string", "contentMediaType": "application/octet-stream", "description": "The file itself."}
    return {"type": "object", "properties": {"file": file, **fields["properties"]}, "required": ["file"]}


def _successes(operation: Operation) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for status, answer in operation.answers.items():
        described: dict[str, Any] = {"description": "Done." if answer is None else "The answer."}
        if isinstance(answer, str):
            described["content"] = {answer: {"schema": _MEDIA[answer]}}
            if operation.gives_csv:
                described["content"][CSV] = {"schema": {"type": "string"}}
        elif answer is not None:
            described["content"] = {"application/json": {"schema": _reference(answer)}}
            if operation.gives_csv:
                described["content"][CSV] = {"schema": {"type": "string"}}
        answers[str(status)] = described
    return answers


def _failures(operation: Operation) -> dict[str, Any]:
    statuses = set(operation.errors)
    if operation.need is not None:
        statuses |= {401, 403, 429}
    if operation.method != "GET":
        statuses |= {400, 409}
    if operation.form is not None:
        statuses |= {413, 415}
    if operation.method != "GET" or operation.query is not None:
        statuses.add(422)
    if operation.body is not None:
        statuses.add(413)
    if "<" in operation.path:
        statuses.add(404)
    content = {"application/problem+json": {"schema": _reference(ProblemDocument)}}
    return {str(status): {"description": _WHY[status], "content": content} for status in sorted(statuses)}


_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "A word of yours for this one request: sent again with it, it is answered again and not done again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[ -~]+$"},
}

_WHY = {
    400: "The Idempotency-Key does not fit.",
    415: "The body is of another kind than this takes.",
    429: "The token calls too often; see Retry-After.",
    401: "No token, or one that is unknown or revoked.",
    403: "The role of the token is too low.",
    404: "Unknown id.",
    405: "This address does not answer this method.",
    409: "The scan is not in a state in which this can be done.",
    410: "The file is gone from the ticket and from the quarantine.",
    413: "The body is too large.",
    422: "The request does not fit.",
    503: "Temporarily unavailable; see Retry-After.",
}


def _path_parameter(match: re.Match[str]) -> dict[str, Any]:
    return {"name": match["name"], "in": "path", "required": True, "schema": _CONVERTERS[match["converter"]]}


def _reference(model: Model) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}


def _name(model: Model) -> str:
    return model.__name__
