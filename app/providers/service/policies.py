"""Which provider may be asked for which connection, with which key and within which limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import Connection, select, update

from app.adapters.providers.dns_lists import LISTS, split_resolver
from app.adapters.providers.model import Access
from app.connections.tables import connections
from app.db import Database
from app.errors import Rejected
from app.findings.audit.service.writing import note
from app.keys import MasterKey
from app.providers.bucket import Budget, take
from app.providers.catalogue import CATALOGUE, ProviderName
from app.providers.tables import provider_policies

#: Bounds of what can be set.
MOST_PER_MINUTE, MOST_PER_DAY = 100_000, 10_000_000
LEAST_SECONDS, MOST_SECONDS = 0.1, 30.0
LONGEST_KEY, MOST_NAMES, LONGEST_NAME = 500, 100, 253

_PURPOSE = "provider-key"


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody wants changed of one provider; None leaves a thing as it is, an empty key takes the key away."""

    enabled: bool | None = None
    key: str | None = field(default=None, repr=False)
    per_minute: int | None = None
    per_day: int | None = None
    seconds: float | None = None
    options: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """One provider of one connection as it is set."""

    provider: ProviderName
    enabled: bool
    has_key: bool
    per_minute: int
    per_day: int
    seconds: float
    options: Mapping[str, Any]
    changed_at: float | None = None
    changed_by: str = ""
    used_today: int = 0
    paused_until: float = 0.0
    problem: str = ""


class ProviderPolicies:
    """Reads and changes the settings; every provider is off until a change switches it on."""

    def __init__(self, database: Database, keys: MasterKey, now: Callable[[], float]) -> None:
        self._database = database
        self._keys = keys
        self._now = now

    def of_connection(self, name: str) -> list[Setting]:
        """Return the setting of every provider there is. Raises Rejected when there is no such connection."""
        with self._database.read() as connection:
            rows = self._rows(connection, _id_of(connection, name))
        return [_setting(provider, rows.get(provider)) for provider in ProviderName]

    def change(self, name: str, changes: Mapping[ProviderName, Change], *, actor: str) -> list[Setting]:
        """Make the changes, all or none; return the settings as they are then. Raises Rejected with the reason."""
        with self._database.write() as connection:
            connection_id = _id_of(connection, name)
            rows = self._rows(connection, connection_id)
            for provider, change in changes.items():
                values = self._checked(provider, rows.get(provider), change)
                values.update(changed_at=self._now(), changed_by=actor)
                self._store(connection, connection_id, provider, values)
                # The name of what was changed, never a key.
                changed = sorted(field.name for field in fields(change) if getattr(change, field.name) is not None)
                about: dict[str, Any] = {"enabled": values["enabled"], "changed": changed}
                about |= {"subject": f"{name}:{provider.value}", "connection_id": connection_id}
                note(connection, self._now(), actor, "provider.changed", **about)
            rows = self._rows(connection, connection_id)
        return [_setting(provider, rows.get(provider)) for provider in ProviderName]

    def reached(self, connection_id: int) -> dict[ProviderName, Access]:
        """Return how each provider that is switched on for a connection is reached; their keys are open in it.

        Raises Misconfigured when a key was sealed with another master key.
        """
        with self._database.read() as connection:
            rows = self._rows(connection, connection_id)
        return {provider: self._access(row) for provider, row in rows.items() if row.enabled}

    def known(self, connection_id: int, *, enabled: bool = False) -> dict[ProviderName, Access]:
        """Return the same without keys, for all that were ever set: to know their questions, and read their answers.

        ``enabled``: only those that are switched on.
        """
        with self._database.read() as connection:
            rows = self._rows(connection, connection_id)
        return {
            provider: Access(seconds=row.seconds, options=row.options)
            for provider, row in rows.items()
            if row.enabled or not enabled
        }

    def allowance(self, connection_id: int, provider: ProviderName, wanted: int) -> tuple[int, float]:
        """Take room for up to so many questions; return how many may be asked, and from when on another one.

        Nothing while the provider is switched off, or pauses.
        """
        now = self._now()
        with self._database.write() as connection:
            row = connection.execute(
                select(provider_policies).where(*_which(connection_id, provider)).with_for_update()
            ).one_or_none()
            if row is None or not row.enabled:
                return 0, float("inf")
            if row.paused_until > now:
                return 0, row.paused_until
            budget, taken, ready = take(
                Budget(row.tokens, row.tokens_at, row.day, row.used_today),
                now=now,
                per_minute=row.per_minute,
                per_day=row.per_day,
                wanted=wanted,
            )
            connection.execute(
                update(provider_policies)
                .where(provider_policies.c.id == row.id)
                .values(tokens=budget.tokens, tokens_at=budget.at, day=budget.day, used_today=budget.used)
            )
        return taken, ready

    def note(self, connection_id: int, provider: ProviderName, problem: str, *, pause: float = 0.0) -> None:
        """Remember what came of the last question: nothing to say when it went well, else why not and a pause."""
        until = self._now() + pause if pause else 0.0
        with self._database.write() as connection:
            connection.execute(
                update(provider_policies)
                .where(*_which(connection_id, provider))
                .where((provider_policies.c.problem != problem) | (provider_policies.c.paused_until < until))
                .values(problem=problem, paused_until=until)
            )

    def _rows(self, connection: Connection, connection_id: int) -> dict[ProviderName, Any]:
        rows = connection.execute(
            select(provider_policies).where(provider_policies.c.connection_id == connection_id)
        ).all()
        known = {provider.value for provider in ProviderName}
        return {ProviderName(row.provider): row for row in rows if row.provider in known}

    def _store(
        self, connection: Connection, connection_id: int, provider: ProviderName, values: dict[str, Any]
    ) -> None:
        connection.execute(
            self._database.insert_once(provider_policies).values(
                connection_id=connection_id,
                provider=provider.value,
                tokens=values["per_minute"],
                tokens_at=self._now(),
                **values,
            )
        )
        # A change may have mended what made it pause.
        connection.execute(
            update(provider_policies)
            .where(*_which(connection_id, provider))
            .values(**values, paused_until=0.0, problem="")
        )

    def _checked(self, provider: ProviderName, row: Any, change: Change) -> dict[str, Any]:
        """Return the columns after the change. Raises Rejected when they would not do."""
        before, entry = _setting(provider, row), CATALOGUE[provider]
        key = row.key if row is not None else None
        if change.key is not None:
            key = self._keys.seal(_PURPOSE, change.key.strip().encode()) if change.key.strip() else None
        values: dict[str, Any] = {
            "enabled": before.enabled if change.enabled is None else change.enabled,
            "key": key,
            "per_minute": before.per_minute if change.per_minute is None else change.per_minute,
            "per_day": before.per_day if change.per_day is None else change.per_day,
            "seconds": before.seconds if change.seconds is None else change.seconds,
            "options": {**before.options, **_checked_options(provider, change.options or {})},
        }
        if values["enabled"] and entry.needs_key and key is None:
            raise Rejected(f"{entry.title} is asked with a key: give one, then switch it on.", code="key")
        if values["enabled"] and provider is ProviderName.DNS_LISTS:
            _check_dns(values["options"])
        return values

    def _access(self, row: Any) -> Access:
        key = self._keys.unseal(_PURPOSE, row.key).decode() if row.key else ""
        return Access(key, row.seconds, row.options)


def _id_of(connection: Connection, name: str) -> int:
    found = connection.execute(select(connections.c.id).where(connections.c.name == name)).scalar_one_or_none()
    if found is None:
        raise Rejected(f"There is no connection named '{name}'.", code="not-found")
    return int(found)


def _which(connection_id: int, provider: ProviderName) -> tuple[Any, Any]:
    return provider_policies.c.connection_id == connection_id, provider_policies.c.provider == provider.value


def _setting(provider: ProviderName, row: Any) -> Setting:
    entry = CATALOGUE[provider]
    if row is None:
        return Setting(provider, False, False, entry.per_minute, entry.per_day, entry.seconds, dict(entry.options))
    return Setting(
        provider,
        row.enabled,
        row.key is not None,
        row.per_minute,
        row.per_day,
        row.seconds,
        {**entry.options, **row.options},
        row.changed_at,
        row.changed_by,
        row.used_today,
        row.paused_until,
        row.problem,
    )


def _checked_options(provider: ProviderName, options: Mapping[str, Any]) -> dict[str, Any]:
    known = CATALOGUE[provider].options
    for name, value in options.items():
        if name not in known:
            raise Rejected(f"{CATALOGUE[provider].title} has no option '{name[:60]}'.", code="option")
        if isinstance(known[name], list):
            if not isinstance(value, list) or len(value) > MOST_NAMES or not all(map(_is_name, value)):
                raise Rejected(f"The option '{name}' is a list of up to {MOST_NAMES} names.", code="option")
        elif type(value) is not type(known[name]) or (isinstance(value, str) and len(value) > LONGEST_NAME):
            raise Rejected(f"The option '{name}' does not fit; it is like {known[name]!r}.", code="option")
    return dict(options)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NAME


def _check_dns(options: Mapping[str, Any]) -> None:
    unknown = sorted(set(options["lists"]) - set(LISTS))
    if unknown or not options["lists"]:
        raise Rejected(f"Name the DNS lists to ask, of these: {', '.join(sorted(LISTS))}.", code="option")
    try:
        split_resolver(options["resolver"])
    except ValueError as error:
        raise Rejected(str(error), code="option") from None
