"""Everything that can be set about the tenant's behaviour, each with its reason. Unkind by default."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass
class Switches:
    """How the tenant behaves. Durations are in seconds, sizes in bytes."""

    #: Rows of an offset page when the caller asks for no size. Small, so that a client that forgets to page is found.
    page_size: int = 5
    #: How long listings still show a redacted file as it was.
    redaction_delay: float = 0.2
    #: The incremental exports never hold what is younger than this.
    incremental_lag_seconds: float = 60.0
    #: Calls a minute for the whole account; 0 is no limit.
    calls_per_minute: int = 700
    #: Incremental exports a minute; 0 is no limit.
    exports_per_minute: int = 10
    #: Webhook API calls and webhook tests a minute; 0 is no limit.
    webhook_calls_per_minute: int = 100
    webhook_tests_per_minute: int = 20
    #: Updates of one ticket by one user in ten minutes; 0 is no limit. On even when kind: clients must pace for it.
    ticket_updates: int = 30
    #: Ticket updates a minute for the account; 0 is no limit.
    account_updates_per_minute: int = 100
    #: What a redacted slot says about itself: an empty file, or one with a sentence in it.
    placeholder: bytes = b""
    placeholder_type: str = "text/plain"
    #: Whether the attachment's first address asks for credentials ("secure downloads").
    private_attachments: bool = False
    #: Whether closed and archived tickets can be redacted through comment_redactions.
    agent_workspace: bool = True
    #: Whether agents may delete tickets, and with that redact (Professional plan).
    agent_ticket_deletion: bool = True
    #: Greatest file that the tenant takes, in bytes.
    attachment_size: int = 50 * 1024 * 1024
    #: What the tenant's own malware scanner says of new files.
    malware_scan_result: str = "malware_not_found"
    #: Lifetime of access tokens when the client asks for none; 0 never ends.
    token_lifetime: int = 1800
    #: Lifetime of upload tokens.
    upload_lifetime: float = 3600.0
    #: Wait before a trigger runs; its placeholders are filled in only then.
    trigger_delay: float = 0.0
    #: How long a webhook's receiver may take to answer.
    webhook_timeout: float = 10.0
    #: Wait before a delivery is tried again where the answer names none.
    retry_delay: float = 5.0
    #: Tries after the first one.
    retries: int = 3
    #: Whether the address of a file redirects to a page while the tenant's scanner holds it for malware.
    warn_about_malware: bool = True

    @classmethod
    def kind(cls) -> Switches:
        """Return the switches for tests of something else: full pages, no account limits, nothing late."""
        return cls(
            page_size=100,
            redaction_delay=0.0,
            incremental_lag_seconds=0.0,
            calls_per_minute=0,
            exports_per_minute=0,
            webhook_calls_per_minute=0,
            webhook_tests_per_minute=0,
            account_updates_per_minute=0,
            retry_delay=0.05,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return all switches, JSON-ready; bytes as Latin-1 text."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: value.decode("latin-1") if isinstance(value, bytes) else value for name, value in values.items()}

    def set(self, **values: Any) -> None:
        """Set switches by name. Raises ``ValueError`` for an unknown name or a value of another type."""
        for name, value in values.items():
            if name not in self.__dataclass_fields__:
                raise ValueError(f"There is no switch {name!r}.")
            present = getattr(self, name)
            if isinstance(present, bytes) and isinstance(value, str):
                value = value.encode("latin-1", "replace")
            if isinstance(present, float) and isinstance(value, int):
                value = float(value)
            if type(value) is not type(present):
                raise ValueError(f"The switch {name!r} takes a {type(present).__name__}.")
            setattr(self, name, value)
