"""The console's menus, as data: each room's pages add a line here and nothing to the frame."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from app.access.roles import Role, allows

#: What the sections are for, in the order of an analyst's day. The heading of a group stands above its sections.
DESK, RULES, SETUP = "Desk", "Rules", "Set-up"
_GROUPS = (DESK, RULES, SETUP)


@dataclass(frozen=True, slots=True)
class Section:
    """One entry: its name, the endpoint it leads to, the path below which it is the current one, and who sees it."""

    name: str
    endpoint: str
    path: str
    role: Role = Role.VIEWER
    group: str = SETUP

    def is_at(self, path: str) -> bool:
        """Return whether a page with this path belongs to the section."""
        return path == self.path or path.startswith(f"{self.path}/")


#: The main menu. Within its group a section stands where it stands here.
SECTIONS = (
    Section("Overview", "console.overview", "/overview", group=DESK),
    Section("Scans", "console.scans", "/scans", group=DESK),
    Section("Investigations", "console.investigations", "/investigations", group=DESK),
    Section("Mail", "console.mail", "/mail", group=DESK),
    Section("Lists", "console.lists", "/lists", group=RULES),
    Section("Policies", "console.policies", "/policies", group=RULES),
    Section("Connections", "console.connections", "/connections", group=SETUP),
    Section("Feeds", "console.feeds", "/feeds", group=SETUP),
    Section("Providers", "console.providers", "/providers", group=SETUP),
    Section("Audit", "console.audit_trail", "/audit", group=SETUP),
    Section("People", "console.users", "/people", Role.ADMIN, group=SETUP),
)

#: The menu behind the name of whoever is signed in; signing out stands below it.
ACCOUNT: tuple[Section, ...] = (Section("Account", "console.account", "/account"),)


def groups(sections: Iterable[Section], role: Role) -> list[tuple[str, list[Section]]]:
    """Return the sections that this role sees, by group."""
    seen = sorted((each for each in sections if allows(role, each.role)), key=lambda each: _GROUPS.index(each.group))
    return [(name, list(members)) for name, members in groupby(seen, key=lambda each: each.group)]
