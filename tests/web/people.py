"""People at browsers, for the tests of accounts."""

from __future__ import annotations

from typing import Any

import pyotp
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

from app.access.roles import Role
from app.access.service import User
from tests.web.site import Site

GOOD = "seven slow otters knit"
BETTER = "the kettle forgot its hat"
#: Where the people of these tests sit.
HERE = {"REMOTE_ADDR": "203.0.113.7"}


def page(answer: Any, status: int = 200) -> Any:
    """Return the document of an answer that must have this status."""
    assert answer.status_code == status, answer.text[:2000]
    return LexborHTMLParser(answer.text)


def text(document: Any) -> str:
    """Return the words of the page."""
    return " ".join(document.css_first("main").text().split())


def a_person(site: Site, login: str = "rosa", role: Role = Role.ADMIN, name: str = "") -> User:
    """Return somebody with the password ``GOOD``."""
    people = site.services.people
    user = people.users.create(name or login.capitalize(), login, role, by="the test")
    return people.links.redeem(people.links.make(user.id), password=GOOD)


def a_phone(site: Site, user: User) -> pyotp.TOTP:
    """Give an account a second factor; return what its phone holds."""
    people = site.services.people
    people.factors.begin(user.id)
    phone = people.factors.pending(user.id)
    assert phone is not None
    people.factors.confirm(user.id, phone.at(int(site.clock())))
    site.clock.pass_(30)
    return phone


def form_key(browser: FlaskClient, path: str = "/sign-in") -> str:
    """Return the key that a form of this browser carries."""
    return str(page(browser.get(path, environ_base=HERE)).css_first("input[name=csrf]").attributes["value"])


def send(browser: FlaskClient, path: str, *, at: str = "", **fields: str) -> Any:
    """Send a form, with the key of the page ``at`` (the same page unless given)."""
    key = form_key(browser, at or path)
    return browser.post(path, data={"csrf": key, **fields}, environ_base=HERE)


def sign_in(browser: FlaskClient, login: str = "rosa", password: str = GOOD, **fields: str) -> Any:
    """Send the form of name and password."""
    return send(browser, "/sign-in", login=login, password=password, **fields)
