"""What a provider says about a person, read with distrust: who it is, and which role that gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.access.roles import Role, allows
from app.errors import Rejected

#: Of one claim as many values are looked at; some providers send every group there is.
MOST_VALUES = 1000
#: OpenID Connect Core 1.0, section 2: a subject has at most 255 ASCII characters.
LONGEST_SUBJECT = 255


@dataclass(frozen=True, slots=True)
class RoleRules:
    """Which value of which claim gives which role; ``default`` for who has none, or None to refuse them.

    domains   mail domains whose people may come in; empty: any
    """

    claim: str
    roles: Mapping[str, Role] = field(default_factory=dict)
    default: Role | None = None
    domains: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody a provider vouches for."""

    issuer: str
    subject: str
    name: str
    email: str
    #: Whether the provider says that it has checked the address; None when it says nothing.
    email_verified: bool | None


def person_of(claims: Mapping[str, Any]) -> Person:
    """Return who the checked claims of an ID token are about. Raises Rejected when there is no usable subject."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject or len(subject) > LONGEST_SUBJECT or not subject.isprintable():
        raise Rejected("The provider did not say who you are (no usable claim sub).", code="sso-subject")
    verified = claims.get("email_verified")
    if isinstance(verified, str):  # some providers write the word
        verified = {"true": True, "false": False}.get(verified.lower())
    email = _text(claims.get("email"))
    return Person(
        issuer=str(claims["iss"]),
        subject=subject,
        name=_text(claims.get("name")) or _text(claims.get("preferred_username")) or email or subject,
        email=email if email.count("@") == 1 else "",
        email_verified=verified if isinstance(verified, bool) else None,
    )


def values_of(claims: Mapping[str, Any], claim: str) -> list[str]:
    """Return the values of a claim, be it a text or a list of texts. ``realm_access.roles`` looks into objects.

    A claim whose own name has dots, as those that are addresses have, is found first.
    """
    found: Any = claims.get(claim)
    if found is None:
        found = claims
        for part in claim.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    listed = found if isinstance(found, list | tuple) else [found]
    return [each for each in listed[:MOST_VALUES] if isinstance(each, str)]


def role_of(claims: Mapping[str, Any], rules: RoleRules) -> Role:
    """Return the highest role that the claim gives. Raises Rejected, in words for the person, when it gives none."""
    values = values_of(claims, rules.claim)
    given = [rules.roles[each] for each in values if each in rules.roles]
    if given:
        highest = given[0]
        for each in given:
            highest = each if allows(each, highest) else highest
        return highest
    if rules.default is not None:
        return rules.default
    raise Rejected(
        "Your company's sign-in works, but it gives you no role in Deskwarden. Ask whoever runs Deskwarden or your "
        f"directory to put you into a group that has one (claim {rules.claim}).",
        code="sso-no-role",
    )


def check_domain(person: Person, domains: Sequence[str]) -> None:
    """Raise Rejected unless the person's mail address lies in one of the domains; none given means any."""
    if not domains:
        return
    if not person.email or person.email_verified is False:
        raise Rejected(
            "Your company's sign-in does not vouch for a mail address of yours, and Deskwarden only lets in certain "
            "mail domains. Ask whoever runs your directory.",
            code="sso-domain",
        )
    if person.email.rpartition("@")[2].casefold() not in {each.casefold() for each in domains}:
        raise Rejected(
            "Your mail address does not belong to a domain that may sign in here. Ask whoever runs Deskwarden.",
            code="sso-domain",
        )


def may_be_linked(person: Person, domains: Sequence[str]) -> bool:
    """Return whether a mail address is proof enough to sign in to the account of that name.

    Only when the provider has verified it and an administrator has named its domain: otherwise anybody who can write
    an address into a profile would own the account.
    """
    domain = person.email.rpartition("@")[2].casefold()
    return person.email_verified is True and domain in {each.casefold() for each in domains}


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 500:
        return ""
    return "".join(each if each.isprintable() else " " for each in value).strip()
