"""The settings: read once from the environment, each with its unit and its reason.

The program is the same in every environment; no setting names one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from app.errors import Misconfigured

PREFIX = "DESKWARDEN_"
LOG_LEVELS = ("debug", "info", "warning", "error")
PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator can set. ``from_environment`` reads it; nothing here touches the disk."""

    #: Data folder: database, quarantine, spool, keys. Everything worth a backup lies below it.
    home: Path
    #: Master key for secrets and quarantined files; None: the file ``secret.key`` in ``home``.
    secret_key: str | None
    #: How Zendesk and people reach the service; stands in webhooks, notes and mails. No slash at the end.
    public_url: str
    #: SQLAlchemy URL, SQLite or PostgreSQL.
    database_url: str
    #: Celery broker and shared rate limits; None: the embedded server on its socket in ``home``.
    broker_url: str | None
    #: Where quarantined files lie.
    vault_url: str
    #: None: mail stays in the outbox and is shown in the console.
    smtp_url: str | None
    mail_from: str
    #: Who gets the mails of a connection that names nobody else.
    notify: tuple[str, ...]
    #: Folders of YARA rules, all of them used; the last stands for the folders in ``rules`` of the data folder, into
    #: which ``deskwarden rules update`` writes.
    rules: tuple[Path, ...]
    #: Seconds between two looks for waiting work and for comments that no webhook told of.
    sweep_seconds: float
    #: Seconds that a signature may be old or early. Zendesk signs each attempt anew, so minutes suffice.
    webhook_max_age: float
    #: ``host:port`` pairs that may be private, loopback or plain http: for sandboxes and on-premise gateways.
    trusted_hosts: frozenset[str]
    #: Scanning processes; a scan is bound by the processor, so more than cores gain nothing.
    workers: int
    #: Log lines below this level are left out.
    log_level: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Return the settings of this process.

        Raises Misconfigured with every value that does not fit, so that one start shows all of them.
        """
        reader = _Reader(os.environ if environment is None else environment)
        home = Path(reader.text("HOME", "./var")).expanduser().absolute()
        settings = cls(
            home=home,
            secret_key=reader.optional("SECRET_KEY"),
            public_url=reader.url("PUBLIC_URL", "http://127.0.0.1:8080").rstrip("/"),
            database_url=reader.text("DATABASE_URL", f"sqlite:///{home}/deskwarden.sqlite3"),
            broker_url=reader.optional("BROKER_URL"),
            vault_url=reader.text("VAULT_URL", f"file:{home}/vault"),
            smtp_url=reader.optional("SMTP_URL"),
            mail_from=reader.text("MAIL_FROM", "deskwarden@localhost"),
            notify=reader.names("NOTIFY"),
            rules=(*reader.paths("RULES", (PROJECT / "rules",)), home / "rules" / "*"),
            sweep_seconds=reader.number("SWEEP_SECONDS", 30.0, least=0.5),
            webhook_max_age=reader.number("WEBHOOK_MAX_AGE", 300.0, least=1.0),
            trusted_hosts=frozenset(name.lower() for name in reader.names("TRUSTED_HOSTS")),
            workers=int(reader.number("WORKERS", float(os.cpu_count() or 1), least=1.0)),
            log_level=reader.choice("LOG_LEVEL", "info", LOG_LEVELS),
        )
        reader.finish()
        return settings

    @property
    def broker(self) -> str:
        """URL of the broker in use: the configured one, or the embedded server's socket."""
        return self.broker_url or f"redis+socket://{self.broker_socket}"

    @property
    def redis(self) -> str:
        """The same server in the notation of redis-py."""
        return self.broker.replace("redis+socket://", "unix://")

    @property
    def broker_socket(self) -> Path:
        """Socket of the embedded broker."""
        return self.home / "run" / "broker.sock"

    @property
    def spool(self) -> Path:
        """Folder of files that are being scanned; safe to empty when nothing runs."""
        return self.home / "spool"


class _Reader:
    """Reads variables and collects what is wrong with them."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._problems: list[str] = []

    def optional(self, name: str) -> str | None:
        return self._environment.get(PREFIX + name, "").strip() or None

    def text(self, name: str, default: str) -> str:
        return self.optional(name) or default

    def names(self, name: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in (self.optional(name) or "").split(",") if part.strip())

    def paths(self, name: str, default: tuple[Path, ...]) -> tuple[Path, ...]:
        listed = (self.optional(name) or "").replace(os.pathsep, ",").split(",")
        return tuple(Path(part.strip()).expanduser().absolute() for part in listed if part.strip()) or default

    def number(self, name: str, default: float, *, least: float) -> float:
        value = self.optional(name)
        if value is None:
            return default
        try:
            number = float(value)
        except ValueError:
            number = least - 1
        if not least <= number < float("inf"):
            self._problems.append(f"{PREFIX}{name} must be a number of at least {least:g}")
            return default
        return number

    def choice(self, name: str, default: str, words: tuple[str, ...]) -> str:
        value = self.text(name, default).lower()
        if value not in words:
            self._problems.append(f"{PREFIX}{name} must be one of {', '.join(words)}")
        return value

    def url(self, name: str, default: str) -> str:
        value = self.text(name, default)
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            self._problems.append(f"{PREFIX}{name} must be an address like https://deskwarden.example.com")
        return value

    def finish(self) -> None:
        if self._problems:
            raise Misconfigured("Deskwarden cannot start: " + "; ".join(self._problems) + ".", code="settings")
