"""What every room uses to write down what was done."""

from __future__ import annotations

from app.findings.audit.service.trail import Audit as Audit
