"""What the audit trail is narrowed by, and which of the conditions an index answers."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """All conditions hold together; None leaves one out. Times in unix seconds, ``until`` not included."""

    actor: str | None = None
    event: str | None = None
    subject: str | None = None
    since: float | None = None
    until: float | None = None

    def __bool__(self) -> bool:
        """Whether anything is narrowed at all."""
        return any(getattr(self, each.name) is not None for each in fields(self))

    @property
    def leading(self) -> tuple[str, ...]:
        """The conditions that one index answers: few rows share a subject, many an actor or an event."""
        if self.subject is not None:
            return ("subject",)
        return tuple(name for name in ("event", "actor") if getattr(self, name) is not None)
