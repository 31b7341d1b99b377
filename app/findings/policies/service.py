"""Change policies: every save is a new version that stays for ever, with its author, its reason and what it changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.connections.tables import connections
from app.db import Database
from app.errors import Rejected
from app.findings.audit.service.writing import note
from app.findings.policies.document import changes, checked_title, read
from app.findings.policies.exceptions import LONGEST_REASON
from app.findings.policies.scope import Scope
from app.findings.policies.store import BUILT_IN, loaded, rulebook, standing_policies
from app.findings.policies.tables import policies, policy_simulations, policy_versions
from app.findings.policy import LinkPolicy, Policy

#: How the default is addressed; it may have no row yet.
DEFAULT = "default"

#: Policies of one connection. More of them would be a rule language, and nobody could say which one holds.
MOST_OF_A_CONNECTION = 50


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody saves.

    expected  number of the version that they have read; None: whichever stands. 0: none was written yet
    """

    document: Mapping[str, Any]
    author: str
    reason: str = ""
    title: str | None = None
    expected: int | None = None


class Policies:
    """The policies of the house and their versions. Policies are addressed by id, the default also by ``default``."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    # -- reading

    def in_force(self, connection: str | None = None) -> list[dict[str, Any]]:
        """Return the policies in force, the default first; with ``connection`` only those that may decide there."""
        with self._database.read() as reading:
            rows = reading.execute(_joined().where(policies.c.retired_at.is_(None)).order_by(*_ORDER)).all()
            if connection is not None:
                connection_id = connection_named(reading, connection)
                rows = [row for row in rows if row.connection_id in (None, connection_id)]
        found = [_shown(row) for row in rows]
        return found if any(each["is_default"] for each in found) else [_built_in(), *found]

    def get(self, which: str | int) -> dict[str, Any]:
        """Return one policy with its document. Raises Rejected, code ``not-found``."""
        with self._database.read() as reading:
            return self._get(reading, which)

    def versions(
        self, which: str | int, cursor: int | None = None, limit: int = 50
    ) -> tuple[Sequence[Any], int | None]:
        """Return up to ``limit`` versions, newest first, and the cursor of the next page. Raises Rejected."""
        statement = select(policy_versions).order_by(policy_versions.c.number.desc()).limit(limit + 1)
        with self._database.read() as reading:
            row = self._row(reading, which)
            if row is None:
                return [], None
            statement = statement.where(policy_versions.c.policy_id == row.id)
            if cursor is not None:
                statement = statement.where(policy_versions.c.number < cursor)
            rows = reading.execute(statement).all()
        shown = [_version(row) for row in rows[:limit]]
        return shown, rows[limit - 1].number if len(rows) > limit else None

    def version(self, which: str | int, number: int) -> dict[str, Any]:
        """Return one version with its document. Raises Rejected, code ``not-found``."""
        with self._database.read() as reading:
            row = self._row(reading, which)
            found = None if row is None else _version_row(reading, row.id, number)
        if found is None:
            raise Rejected(f"This policy has no version {number}.", code="not-found")
        return {**_version(found), "policy": found.document}

    def begin(self, connection: str) -> dict[str, Any]:
        """Return the document that a new policy of a connection starts from: what holds there now."""
        with self._database.read() as reading:
            book = rulebook(reading, connection_named(reading, connection))
        widest = max((each for each in book.choices if not each.scope.needs_facts), key=_is_own, default=BUILT_IN)
        return {**widest.policy.to_dict(), "scope": Scope().to_dict()}

    # -- writing

    def create(self, connection: str, change: Change) -> int:
        """Write the first version of a new policy of a connection; return its id. Raises Rejected."""
        policy = read(change.document, now=self._now())
        with self._database.write() as writing:
            connection_id = connection_named(writing, connection)
            title = checked_title(change.title or connection)
            slot = self._free_slot(writing, connection_id, policy.scope)
            policy_id = self._insert(writing, connection_id, slot, title)
            self._add_version(writing, policy_id, 1, title, policy, None, change)
        return policy_id

    def save(self, which: str | int, change: Change) -> int:
        """Write a new version of a policy; return its number, the old one when nothing differs.

        Raises Rejected: ``not-found``, ``conflict`` when somebody else saved meanwhile, ``policy`` for what cannot be.
        """
        policy = read(change.document, now=self._now())
        with self._database.write() as writing:
            return self._save(writing, which, policy, change)

    def restore(self, which: str | int, number: int, *, author: str, reason: str = "") -> int:
        """Make what an older version said the newest version; return its number. Raises Rejected."""
        with self._database.write() as writing:
            row = self._row(writing, which)
            old = None if row is None else _version_row(writing, row.id, number)
            if old is None:
                raise Rejected(f"This policy has no version {number}.", code="not-found")
            told = f"Version {number} again. {reason}".strip()
            change = Change(old.document, author, told, old.title)
            return self._save(writing, which, loaded(old.digest, old.document), change)

    def retire(self, policy_id: int, *, author: str) -> None:
        """End a policy: the next wider one holds from then on. Its versions stay. Raises Rejected."""
        with self._database.write() as writing:
            row = self._row(writing, policy_id)
            if row is None or row.connection_id is None:
                raise Rejected("The default policy cannot be removed; change it instead.", code="conflict")
            values = {"retired_at": self._now(), "retired_by": author, "slot": f"retired:{row.id}"}
            writing.execute(update(policies).where(policies.c.id == row.id).values(**values))
            subject = f"policy:{row.id}"
            note(writing, self._now(), author, "policy.removed", subject=subject, connection_id=row.connection_id)

    def choose_links(self, connection_id: int, name: str, chosen: LinkPolicy, *, author: str) -> None:
        """Set what is done about malicious links in all of a connection's tickets: a version of its own policy."""
        with self._database.write() as writing:
            book = rulebook(writing, connection_id)
            standing = max((each for each in book.choices if not each.scope.needs_facts), key=_is_own)
            policy = standing.policy.for_links(chosen)
            change = Change(policy.to_dict(), author, f"Malicious links: {chosen.value}.", None)
            if standing.connection_id is not None and standing.id is not None:
                self._save(writing, standing.id, policy, change)
            elif policy != standing.policy:
                slot = self._free_slot(writing, connection_id, policy.scope)
                policy_id = self._insert(writing, connection_id, slot, name)
                self._add_version(writing, policy_id, 1, name, policy, None, change)

    # -- inside

    def _save(self, writing: Connection, which: str | int, policy: Policy, change: Change) -> int:
        row = self._row(writing, which, lock=not self._database.is_sqlite)
        if row is None:
            if change.expected not in (None, 0):
                raise _conflict()
            _check_default(policy)
            policy_id = self._insert(writing, None, DEFAULT, BUILT_IN.title)
            return self._add_version(writing, policy_id, 1, BUILT_IN.title, policy, None, change)
        if change.expected is not None and change.expected != row.current:
            raise _conflict()
        if row.connection_id is None:
            _check_default(policy)
            slot = DEFAULT
        else:
            slot = self._free_slot(writing, row.connection_id, policy.scope, besides=row.id)
        title = checked_title(change.title or row.title)
        before = _version_row(writing, row.id, row.current)
        if before.digest == policy.digest and title == row.title:
            return int(row.current)
        values = {"current": row.current + 1, "title": title, "slot": slot}
        writing.execute(update(policies).where(policies.c.id == row.id).values(**values))
        return self._add_version(writing, row.id, row.current + 1, title, policy, before.document, change)

    def _insert(self, writing: Connection, connection_id: int | None, slot: str, title: str) -> int:
        values = {"slot": slot, "title": title, "current": 1, "created_at": self._now()}
        row = self._database.insert_once(policies).values(connection_id=connection_id, **values)
        policy_id = writing.execute(row.returning(policies.c.id)).scalar_one_or_none()
        if policy_id is None:
            raise _conflict()
        return int(policy_id)

    def _add_version(
        self,
        writing: Connection,
        policy_id: int,
        number: int,
        title: str,
        policy: Policy,
        before: Mapping[str, Any] | None,
        change: Change,
    ) -> int:
        document = policy.to_dict()
        differs = changes(before, document)
        writing.execute(
            insert(policy_versions).values(
                policy_id=policy_id,
                number=number,
                digest=policy.digest,
                title=title,
                document=document,
                changes=differs,
                author=change.author,
                reason=_reason(change.reason),
                simulated=self._was_simulated(writing, policy, change.author),
                created_at=self._now(),
            )
        )
        # Where it differs, not how: recipients are addresses, and the versions tell it all.
        about = {"number": number, "version": policy.digest, "changed": [each["at"] for each in differs]}
        owner = select(policies.c.connection_id).where(policies.c.id == policy_id)
        connection_id = writing.execute(owner).scalar_one()
        subject = f"policy:{policy_id}"
        note(
            writing, self._now(), change.author, "policy.changed", subject=subject, connection_id=connection_id, **about
        )
        return number

    def _was_simulated(self, writing: Connection, policy: Policy, author: str) -> bool:
        looked = (policy_simulations.c.digest == policy.digest) & (policy_simulations.c.author == author)
        return writing.execute(select(policy_simulations.c.id).where(looked).limit(1)).first() is not None

    def _free_slot(self, writing: Connection, connection_id: int, scope: Scope, *, besides: int | None = None) -> str:
        """Return what names the place of a policy. Raises Rejected when another one would hold for the same tickets."""
        # One at a time for a connection, or two could take places that overlap.
        writing.execute(select(connections.c.id).where(connections.c.id == connection_id).with_for_update())
        others = [
            each
            for each in standing_policies(writing, connection_id)
            if each.connection_id is not None and each.id != besides
        ]
        if len(others) >= MOST_OF_A_CONNECTION:
            raise Rejected(f"A connection has at most {MOST_OF_A_CONNECTION} policies.", code="conflict")
        for other in others:
            if other.scope.overlaps(scope):
                raise Rejected(
                    f"The policy '{other.title}' would hold for the same tickets and is just as specific, so nobody "
                    "could say which one decides. Change that one, or name other brands, groups or requesters.",
                    code="conflict",
                )
        if not scope.needs_facts:
            return f"connection:{connection_id}"
        return f"part:{connection_id}:{Policy(scope=scope).digest}"

    def _get(self, reading: Connection, which: str | int) -> dict[str, Any]:
        row = self._row(reading, which)
        if row is None:
            return _built_in()
        return _shown(reading.execute(_joined().where(policies.c.id == row.id)).one())

    def _row(self, reading: Connection, which: str | int, *, lock: bool = False) -> Any:
        """Return the row of a policy; None for the default that nobody has written yet. Raises Rejected."""
        query = select(policies).where(policies.c.retired_at.is_(None))
        query = query.where(policies.c.slot == DEFAULT if which == DEFAULT else policies.c.id == which)
        row = reading.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None and which != DEFAULT:
            raise Rejected("There is no policy with this id.", code="not-found")
        return row


def connection_named(reading: Connection, name: str) -> int:
    """Return the id of a connection. Raises Rejected, code ``not-found``."""
    found = reading.execute(
        select(connections.c.id).where(connections.c.name == name, connections.c.auth != "none")
    ).scalar_one_or_none()
    if found is None:
        raise Rejected("There is no connection of that name.", code="not-found")
    return int(found)


_CURRENT = (policy_versions.c.policy_id == policies.c.id) & (policy_versions.c.number == policies.c.current)
#: The default first, then by connection, the widest first.
_ORDER = (policies.c.connection_id.is_not(None), connections.c.name, policies.c.slot, policies.c.id)


def _joined() -> Any:
    names = ("number", "digest", "document", "author", "reason", "simulated")
    return (
        select(
            policies.c.id,
            policies.c.connection_id,
            policies.c.title,
            policies.c.slot,
            connections.c.name.label("connection"),
            policy_versions.c.created_at.label("saved_at"),
            *(policy_versions.c[name] for name in names),
        )
        .join_from(policies, policy_versions, _CURRENT)
        .outerjoin(connections, policies.c.connection_id == connections.c.id)
    )


def _shown(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "is_default": row.connection_id is None,
        "connection": row.connection,
        "title": row.title,
        "number": row.number,
        "version": row.digest,
        "saved_at": row.saved_at,
        "author": row.author,
        "reason": row.reason,
        "simulated": row.simulated,
        "policy": loaded(row.digest, row.document).to_dict(),
    }


def _built_in() -> dict[str, Any]:
    """What stands as long as nobody has written a default."""
    return {
        "id": None,
        "is_default": True,
        "connection": None,
        "title": BUILT_IN.title,
        "number": 0,
        "version": BUILT_IN.policy.digest,
        "saved_at": None,
        "author": "Deskwarden",
        "reason": "",
        "simulated": False,
        "policy": BUILT_IN.policy.to_dict(),
    }


def _version(row: Any) -> dict[str, Any]:
    names = ("number", "title", "changes", "author", "reason", "simulated")
    return {**{name: getattr(row, name) for name in names}, "version": row.digest, "saved_at": row.created_at}


def _version_row(reading: Connection, policy_id: int, number: int) -> Any:
    return reading.execute(
        select(policy_versions).where(policy_versions.c.policy_id == policy_id, policy_versions.c.number == number)
    ).one_or_none()


def _is_own(standing: Any) -> bool:
    return standing.connection_id is not None


def _reason(reason: str) -> str:
    reason = reason.strip()
    if len(reason) > LONGEST_REASON or "\0" in reason:
        raise Rejected(f"The reason has more than {LONGEST_REASON} characters; make it shorter.", code="reason")
    return reason


def _check_default(policy: Policy) -> None:
    if policy.scope != Scope():
        raise Rejected(
            "The default policy is for all connections, so it names no brands, groups or requesters. "
            "Make a policy of a connection for those.",
            code="policy",
        )


def _conflict() -> Rejected:
    return Rejected(
        "Somebody else has changed this policy since you opened it. Look at what they changed, then make your change "
        "again; nothing of yours was saved.",
        code="conflict",
    )
