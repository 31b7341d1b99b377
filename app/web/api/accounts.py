"""``/users``, ``/tokens`` and ``/sessions``: who may come in, as the console's pages do it."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response

from app.access.roles import Role, allows
from app.access.service import People, Session, Token, User
from app.findings.service import Audit
from app.tickets.filters import iso
from app.web import account_deeds as deeds
from app.web.api import account_models as models
from app.web.api.models import PageQuery
from app.web.api.operations import Api, json
from app.web.auth import identity, needs
from app.web.problems import not_found


def add_routes(api: Api, people: People, audit: Audit, public_url: str) -> None:
    """Add them; one-time links begin with ``public_url``."""
    _add_users(api, people, audit, public_url)
    _add_tokens(api, people, audit)
    _add_sessions(api, people, audit)


def _add_users(api: Api, people: People, audit: Audit, public_url: str) -> None:
    @api.operation("GET", "/users", "The accounts of people", {200: models.Users}, query=PageQuery)
    @needs(Role.ADMIN)
    def list_users(query: PageQuery) -> Response:
        found, cursor = people.users.page(query.cursor, query.limit)
        return _page([_user(each) for each in found], cursor)

    @api.operation("POST", "/users", "Make an account", {201: models.NewUser}, body=models.UserBody, errors=(409,))
    @needs(Role.ADMIN)
    def create_user(body: models.UserBody) -> Response:
        user = deeds.create_user(people, audit, body.name, body.login, body.role, body.language)
        return _shown_once({**_user(user), "link": deeds.link_to(people, public_url, user)})

    @api.operation("GET", "/users/<row:user_id>", "One account", {200: models.User})
    @needs(Role.ADMIN)
    def get_user(user_id: int) -> Response:
        return json(_user(people.users.get(user_id)))

    @api.operation(
        "PATCH",
        "/users/<row:user_id>",
        "Change an account: name, role, language, whether it is disabled",
        {200: models.User},
        body=models.UserChange,
        errors=(409,),
    )
    @needs(Role.ADMIN)
    def change_user(user_id: int, body: models.UserChange) -> Response:
        deeds.change_user(people, audit, user_id, body)
        return json(_user(people.users.get(user_id)))

    @api.operation(
        "POST",
        "/users/<row:user_id>/link",
        "Make a one-time link for who is locked out",
        {201: models.OneTimeLink},
        errors=(409,),
    )
    @needs(Role.ADMIN)
    def create_user_link(user_id: int) -> Response:
        user = people.users.get(user_id)
        return _shown_once({"link": deeds.make_link(people, audit, public_url, user)})

    @api.operation("DELETE", "/users/<row:user_id>/second-factor", "Reset a second factor", {204: None})
    @needs(Role.ADMIN)
    def reset_second_factor(user_id: int) -> Response:
        deeds.reset_second_factor(people, audit, user_id)
        return Response(status=204)


def _add_tokens(api: Api, people: People, audit: Audit) -> None:
    @api.operation("GET", "/tokens", "The API tokens, without themselves", {200: models.Tokens}, query=PageQuery)
    @needs(Role.ADMIN)
    def list_tokens(query: PageQuery) -> Response:
        found, cursor = people.tokens.page(query.cursor, query.limit)
        return _page([_token(each) for each in found], cursor)

    @api.operation("POST", "/tokens", "Make an API token", {201: models.NewToken}, body=models.TokenBody)
    @needs(Role.ADMIN)
    def create_token(body: models.TokenBody) -> Response:
        token = deeds.create_token(people, audit, body.name, body.role, body.expires_at)
        made = people.tokens.of_secret(token)
        return _shown_once({**_token(made), "token": token})

    @api.operation("DELETE", "/tokens/<row:token_id>", "End an API token", {204: None})
    @needs(Role.ADMIN)
    def revoke_token(token_id: int) -> Response:
        deeds.revoke_token(people, audit, token_id)
        return Response(status=204)


def _add_sessions(api: Api, people: People, audit: Audit) -> None:
    @api.operation(
        "GET",
        "/sessions",
        "Open sessions of the console: an administrator sees all, others those begun with their token",
        {200: models.Sessions},
        query=PageQuery,
    )
    @needs(Role.VIEWER)
    def list_sessions(query: PageQuery) -> Response:
        if allows(identity().role, Role.ADMIN):
            found, cursor = people.sessions.page(query.cursor, query.limit)
            return _page([_session(each) for each in found], cursor)
        return _page([_session(each) for each in people.sessions.of(identity())], None)

    @api.operation(
        "DELETE", "/sessions/<row:session_id>", "End a session: one's own, or as an administrator any", {204: None}
    )
    @needs(Role.VIEWER)
    def end_session(session_id: int) -> Response:
        caller, found = identity(), people.sessions.get(session_id)
        if found is None or not (allows(caller.role, Role.ADMIN) or found.holder == caller.subject):
            raise not_found("open session with this id")
        deeds.end_session(people, audit, found)
        return Response(status=204)


def _shown_once(value: dict[str, Any]) -> Response:
    """Return an answer that holds a secret. It is streamed, because streamed answers are not remembered for repeats."""
    return Response(iter([orjson.dumps(value)]), 201, mimetype="application/json")


def _page(results: list[dict[str, Any]], cursor: int | None) -> Response:
    return json({"results": results, "next": None if cursor is None else str(cursor)})


def _user(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "name": user.name,
        "login": user.login,
        "role": user.role.value,
        "state": user.state,
        "language": user.language,
        "password": user.has_password,
        "second_factor": user.has_second_factor,
        "single_sign_on": user.has_single_sign_on,
        "created_at": iso(user.created_at),
        "created_by": user.created_by,
        "last_sign_in_at": iso(user.last_sign_in_at),
    }


def _token(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "role": token.role.value,
        "created_at": iso(token.created_at),
        "last_used_at": iso(token.last_used_at),
        "expires_at": iso(token.expires_at),
        "revoked_at": iso(token.revoked_at),
        "made_by": token.made_by,
    }


def _session(session: Session) -> dict[str, Any]:
    return {
        "id": session.id,
        "name": session.name,
        "user_id": session.user_id,
        "token_id": session.token_id,
        "how": session.how,
        "network": session.network,
        "browser": session.browser,
        "created_at": iso(session.created_at),
        "seen_at": iso(session.seen_at),
    }
