"""The console's main menu, as data: each room's pages add a line here and nothing to the frame."""

from __future__ import annotations

from dataclasses import dataclass

from app.access.roles import Role


@dataclass(frozen=True, slots=True)
class Section:
    """One entry: its name, the endpoint it leads to, the path below which it is the current one, and who sees it."""

    name: str
    endpoint: str
    path: str
    role: Role = Role.VIEWER


SECTIONS = (
    Section("Scans", "console.scans", "/scans"),
    Section("Mail", "console.mail", "/mail"),
)
