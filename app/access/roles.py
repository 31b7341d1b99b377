"""Roles of people and programs, least to most powerful."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What somebody may do; the order of the members is the order of power, and each includes those before it.

    ``VIEWER`` reads, ``ANALYST`` decides about scans and lists and takes files out, ``ADMIN`` runs the installation.
    """

    VIEWER = "viewer"
    ANALYST = "analyst"
    ADMIN = "admin"


_RANK = {role: rank for rank, role in enumerate(Role)}


def allows(role: Role, needed: Role) -> bool:
    """Return whether ``role`` may do what ``needed`` may do."""
    return _RANK[role] >= _RANK[needed]
