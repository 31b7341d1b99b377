"""The streams as they are set: made, changed, paused, removed; each act recorded together with what it did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from sqlalchemy import delete, func, insert, select, update

from app.db import Database
from app.errors import Rejected
from app.findings.audit.chain import Head
from app.findings.audit.service.reading import head_of
from app.findings.audit.service.writing import note
from app.findings.audit.stream import (
    NO_SECRET,
    Secret,
    Stream,
    StreamKind,
    checked_name,
    checked_options,
    checked_secret,
)
from app.findings.audit.tables import audit, audit_streams
from app.keys import MasterKey

#: More would only make each other wait.
MOST_STREAMS = 20

PURPOSE = "audit-stream"


class AuditStreams:
    """Keeps the settings; ``StreamSender`` does the work."""

    def __init__(self, database: Database, keys: MasterKey, now: Callable[[], float]) -> None:
        self._database = database
        self._keys = keys
        self._now = now

    def all(self) -> list[Stream]:
        """Return every stream, by name, and how far behind each is."""
        with self._database.read() as connection:
            rows = connection.execute(select(audit_streams).order_by(audit_streams.c.name)).all()
            head = head_of(connection).id
            oldest = {
                row.id: connection.execute(select(func.min(audit.c.at)).where(audit.c.id == row.row_id + 1)).scalar()
                for row in rows
                if row.row_id < head
            }
        return [_stream(row, head, oldest.get(row.id)) for row in rows]

    def one(self, stream_id: int) -> Stream:
        """Return a stream; raises Rejected when there is none of this id."""
        found = next((each for each in self.all() if each.id == stream_id), None)
        if found is None:
            raise Rejected("There is no stream with this id.", code="not-found")
        return found

    def create(
        self,
        name: str,
        kind: StreamKind,
        options: Mapping[str, Any],
        *,
        actor: str,
        secret: Secret = NO_SECRET,
        from_start: bool = False,
    ) -> Stream:
        """Make a stream. It begins with what is written from now on, or ``from_start`` with all there is.

        Raises Rejected with the reason.
        """
        now, fitting = self._now(), checked_options(kind, options)
        with self._database.write() as connection:
            if connection.execute(select(func.count()).select_from(audit_streams)).scalar_one() >= MOST_STREAMS:
                raise Rejected(f"There are {MOST_STREAMS} streams already; remove one first.", code="conflict")
            self._check_name(connection, checked_name(name))
            begin = Head() if from_start else head_of(connection)
            row = {
                "name": name,
                "kind": kind.value,
                "options": fitting,
                "secret": self._sealed(secret),
                "enabled": True,
                "row_id": begin.id,
                "hash": begin.hash if begin.id else None,
                "created_at": now,
                "created_by": actor,
                "changed_at": now,
            }
            made = connection.execute(insert(audit_streams).values(row).returning(audit_streams.c.id)).scalar_one()
            note(
                connection, now, actor, "stream.created", subject=f"stream:{name}", kind=kind.value, **_public(fitting)
            )
        return self.one(int(made))

    def change(
        self,
        stream_id: int,
        *,
        actor: str,
        options: Mapping[str, Any] | None = None,
        secret: Secret | None = None,
        enabled: bool | None = None,
    ) -> Stream:
        """Change what is given and try again at once; None leaves a thing as it is. Raises Rejected."""
        before, now = self.one(stream_id), self._now()
        values: dict[str, Any] = {"changed_at": now, "next_at": 0.0, "failures": 0, "problem": ""}
        if options is not None:
            values["options"] = checked_options(before.kind, options)
        if secret is not None:
            values["secret"] = self._sealed(secret)
        if enabled is not None:
            values["enabled"] = enabled
        changed = sorted({"options", "secret", "enabled"} & set(values))
        verb = (
            {True: "resumed", False: "paused"}[enabled] if changed == ["enabled"] and enabled is not None else "changed"
        )
        with self._database.write() as connection:
            connection.execute(update(audit_streams).where(audit_streams.c.id == stream_id).values(values))
            shown = _public(values.get("options", {}))
            note(connection, now, actor, f"stream.{verb}", subject=f"stream:{before.name}", changed=changed, **shown)
        return self.one(stream_id)

    def remove(self, stream_id: int, *, actor: str) -> None:
        """Remove a stream; what lies at its receiver stays there. Raises Rejected."""
        stream = self.one(stream_id)
        with self._database.write() as connection:
            connection.execute(delete(audit_streams).where(audit_streams.c.id == stream_id))
            subject, kind = f"stream:{stream.name}", stream.kind.value
            note(connection, self._now(), actor, "stream.removed", subject=subject, kind=kind, behind=stream.behind)

    def _check_name(self, connection: Any, name: str) -> None:
        taken = select(audit_streams.c.id).where(func.lower(audit_streams.c.name) == name.lower())
        if connection.execute(taken).first() is not None:
            raise Rejected(f"There is a stream named '{name}' already.", code="conflict")

    def _sealed(self, secret: Secret) -> bytes | None:
        checked_secret(secret)
        if not secret.token and not secret.signing_key:
            return None
        return self._keys.seal(PURPOSE, orjson.dumps({"token": secret.token, "signing_key": secret.signing_key}))


def opened(keys: MasterKey, row: Any) -> Secret:
    """Return the secret of a stream's row; raises Misconfigured when another master key sealed it."""
    return NO_SECRET if row.secret is None else Secret(**orjson.loads(keys.unseal(PURPOSE, row.secret)))


def _public(options: Mapping[str, Any]) -> dict[str, Any]:
    """Where it goes, as it may stand in the trail: of an address only the host, because tokens stand in paths."""
    shown = {name: value for name, value in options.items() if name != "url"}
    return shown | ({"host": str(options["url"]).split("/")[2]} if options.get("url") else {})


def _stream(row: Any, head: int, oldest: float | None) -> Stream:
    return Stream(
        id=row.id,
        name=row.name,
        kind=StreamKind(row.kind),
        options=row.options,
        enabled=row.enabled,
        has_secret=row.secret is not None,
        row_id=row.row_id,
        sent=row.sent,
        sent_at=row.sent_at,
        failures=row.failures,
        next_at=row.next_at,
        problem=row.problem,
        behind=max(0, head - row.row_id),
        waiting_since=oldest,
    )
