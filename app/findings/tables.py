"""The tables of what all rooms share."""

from __future__ import annotations

from app.findings.audit.tables import audit as audit
