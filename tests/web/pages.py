"""A browser without a screen: signs in, reads pages and sends their forms."""

from __future__ import annotations

from itertools import count
from typing import Any

from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

from app.access.roles import Role
from tests.web.site import Site

_numbers = count(1)


def browser_of(site: Site, role: Role | None) -> FlaskClient:
    """Return a browser in which somebody with this role is signed in, None for nobody."""
    browser = site.app.test_client()
    if role is not None:
        assert browser.get(f"/sign-in/{site.services.access.create_sign_in_code(role)}").status_code == 303
    return browser


def member_of(site: Site, role: Role | None) -> FlaskClient:
    """Return a browser in which somebody with this role and an account is signed in, None for nobody."""
    browser = site.app.test_client()
    if role is not None:
        people = site.services.people
        user = people.users.create(f"the {role}", f"{role}-{next(_numbers)}", role, by="the test")
        with browser.session_transaction() as session:
            session["sid"] = people.sessions.start(user.identity, how="password")
    return browser


def page(answer: Any, status: int = 200) -> LexborHTMLParser:
    """Return the page of an answer with this status."""
    assert answer.status_code == status, answer.text[:500]
    return LexborHTMLParser(answer.text)


def text(document: LexborHTMLParser) -> str:
    """Return what stands in the main part of a page, in one line."""
    main = document.css_first("main")
    assert main is not None
    return " ".join(main.text(separator=" ").split())


def send(browser: FlaskClient, path: str, **fields: Any) -> Any:
    """Send a form as our own pages do; return where that leads to."""
    with browser.session_transaction() as session:
        session["csrf"] = "ours"
    return browser.post(path, data={"csrf": "ours", **fields}, follow_redirects=True)
