"""What the commands about the audit trail share: the trail of this installation, and who gives a command."""

from __future__ import annotations

import os
import pwd
import socket
import time
from typing import TYPE_CHECKING, Any

from app.findings.audit.origin import Origin, actor

if TYPE_CHECKING:
    from app.findings.audit.service.trail import Audit
    from app.findings.audit.service.watching import AuditWatch


def open_audit() -> tuple[Audit, AuditWatch]:
    """Return the audit trail of this installation and the watch over it."""
    from app.bootstrap import prepare
    from app.config import Settings
    from app.db import Database
    from app.findings.audit.service.trail import Audit
    from app.findings.audit.service.watching import AuditWatch
    from app.keys import MasterKey

    settings = Settings.from_environment()
    prepare(settings)
    database, keys = Database(settings.database_url), MasterKey.load(settings.home, settings.secret_key)
    return Audit(database, time.time), AuditWatch(database, keys, time.time)


def record(event: str, subject: str, **detail: Any) -> None:
    """Write down what a command has just done to this installation."""
    audit, _ = open_audit()
    audit.record(actor(), event, subject=subject, **detail)


def who() -> str:
    """Return the name of whoever gives the command: the account behind ``sudo``, where that is known."""
    try:
        own = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        own = f"uid {os.getuid()}"
    behind = os.environ.get("SUDO_USER", "") if os.getuid() == 0 else ""
    return behind or own


def origin_of_command(command: str) -> Origin:
    """Return from where an act is done that a command does on this machine."""
    return Origin(via="command", host=socket.gethostname(), command=command, who=who())
