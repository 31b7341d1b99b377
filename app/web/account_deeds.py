"""What an administrator does about people, each with its line in the audit trail: the console's and the API's deeds."""

from __future__ import annotations

from app.access.roles import Role
from app.access.service import People, Session, User
from app.findings.service import Audit
from app.tickets.filters import iso
from app.web.api.account_models import UserChange
from app.web.auth import identity
from app.web.problems import not_found


def create_user(people: People, audit: Audit, name: str, login: str, role: Role, language: str) -> User:
    """Make an account that waits for its person. Raises Rejected for what does not fit."""
    caller = identity()
    user = people.users.create(name, login, role, by=caller.name, language=language)
    audit.record(caller.name, "account.created", subject=user.subject, role=role.value, name=user.name)
    return user


def link_to(people: People, public_url: str, user: User) -> str:
    """Return a new one-time link for an account. Raises Rejected for a disabled one."""
    return f"{public_url}/welcome/{people.links.make(user.id)}"


def make_link(people: People, audit: Audit, public_url: str, user: User) -> str:
    """Return a new one-time link for who is locked out."""
    link = link_to(people, public_url, user)
    audit.record(identity().name, "account.link_made", subject=user.subject)
    return link


def change_user(people: People, audit: Audit, user_id: int, change: UserChange) -> None:
    """Change what is named. Raises Rejected for the last administrator and for what does not fit."""
    user = people.users.get(user_id)
    # First what may be refused, so that a refusal leaves nothing half changed.
    if change.role is not None:
        change_role(people, audit, user_id, change.role)
    if change.disabled is True:
        disable(people, audit, user_id, revoke_tokens=change.revoke_tokens)
    if change.disabled is False:
        enable(people, audit, user_id)
    if change.name is not None and change.name != user.name:
        people.users.rename(user_id, change.name)
        after = people.users.get(user_id).name
        audit.record(identity().name, "account.renamed", subject=user.subject, before=user.name, after=after)
    if change.language is not None:
        people.users.choose_language(user_id, change.language)


def change_role(people: People, audit: Audit, user_id: int, role: Role) -> str:
    """Give an account another role; return what was done. Raises Rejected for the last administrator."""
    before = people.users.get(user_id)
    if not people.users.change_role(user_id, role):
        return f"{before.name} had this role already."
    audit.record(
        identity().name, "account.role_changed", subject=before.subject, before=before.role.value, after=role.value
    )
    return f"{before.name} has the role {role} from now on."


def disable(people: People, audit: Audit, user_id: int, *, revoke_tokens: bool) -> str:
    """Shut an account; return what was done. Raises Rejected for the last administrator."""
    user = people.users.get(user_id)
    if not people.users.disable(user_id):
        return f"{user.name} was disabled already."
    revoked = people.tokens.revoke_made_by(user_id) if revoke_tokens else 0
    audit.record(identity().name, "account.disabled", subject=user.subject, tokens_revoked=revoked)
    return f"{user.name} cannot sign in any more and is signed out everywhere."


def enable(people: People, audit: Audit, user_id: int) -> str:
    """Open an account again; return what was done."""
    user = people.users.get(user_id)
    if people.users.enable(user_id):
        audit.record(identity().name, "account.enabled", subject=user.subject)
    return f"{user.name} can sign in again."


def reset_second_factor(people: People, audit: Audit, user_id: int) -> str:
    """Take an account's second factor away; return what was done."""
    user = people.users.get(user_id)
    if not people.users.reset_second_factor(user_id):
        return f"{user.name} had no second factor."
    audit.record(identity().name, "account.second_factor_reset", subject=user.subject)
    return f"{user.name} signs in with the password alone now, and can set up a new second factor."


def create_token(people: People, audit: Audit, name: str, role: Role, expires_at: float | None) -> str:
    """Return a new token, this once. Raises Rejected for what does not fit and for a role above one's own."""
    caller = identity()
    token = people.tokens.create_token(name, role, expires_at=expires_at, maker=caller)
    made = people.tokens.of_secret(token)
    audit.record(
        caller.name,
        "token.created",
        subject=f"token:{made.id}",
        name=made.name,
        role=role.value,
        expires_at=iso(expires_at),
    )
    return token


def revoke_token(people: People, audit: Audit, token_id: int) -> str:
    """End a token; return what was done. Raises a 404 problem."""
    found = people.tokens.token(token_id)
    if found is None:
        raise not_found("token with this id")
    if people.tokens.revoke(token_id):
        audit.record(identity().name, "token.revoked", subject=f"token:{token_id}", name=found.name)
    return f"The token {found.name} opens nothing any more."


def end_session(people: People, audit: Audit, found: Session) -> None:
    """End a session."""
    people.sessions.end(found.id)
    audit.record(identity().name, "session.ended", subject=f"session:{found.id}", holder=found.holder)
