"""Which class of OCSF each event of ours is, as data: by the first part of its name, and by its verb.

Names are ``thing.done``: the thing leads to the class, the verb to the activity. What is not listed is API Activity,
Other: a new event is never lost, only less well sorted. Numbers are those of the Open Cybersecurity Schema Framework,
https://schema.ocsf.io/1.8.0.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Class(IntEnum):
    """Event classes by ``class_uid``; the thousands are the category."""

    DETECTION_FINDING = 2004
    ACCOUNT_CHANGE = 3001
    AUTHENTICATION = 3002
    ENTITY_MANAGEMENT = 3004
    API_ACTIVITY = 6003


CATEGORIES = {2: "Findings", 3: "Identity & Access Management", 6: "Application Activity"}

CLASSES = {
    Class.DETECTION_FINDING: "Detection Finding",
    Class.ACCOUNT_CHANGE: "Account Change",
    Class.AUTHENTICATION: "Authentication",
    Class.ENTITY_MANAGEMENT: "Entity Management",
    Class.API_ACTIVITY: "API Activity",
}

OTHER = 99

#: ``activity_id`` and its name by class.
ACTIVITIES: dict[Class, dict[int, str]] = {
    Class.DETECTION_FINDING: {1: "Create", 2: "Update", 3: "Close"},
    Class.ACCOUNT_CHANGE: {
        1: "Create",
        2: "Enable",
        3: "Password Change",
        4: "Password Reset",
        5: "Disable",
        6: "Delete",
        9: "Lock",
        10: "MFA Factor Enable",
        11: "MFA Factor Disable",
        12: "Unlock",
    },
    Class.AUTHENTICATION: {1: "Logon", 2: "Logoff"},
    Class.ENTITY_MANAGEMENT: {1: "Create", 2: "Read", 3: "Update", 4: "Delete", 8: "Enable", 9: "Disable"},
    Class.API_ACTIVITY: {1: "Create", 2: "Read", 3: "Update", 4: "Delete"},
}

#: The class by the first part of an event's name.
_THINGS = {
    "scan": Class.DETECTION_FINDING,
    "verdict": Class.DETECTION_FINDING,
    "alert": Class.DETECTION_FINDING,
    "user": Class.ACCOUNT_CHANGE,
    "account": Class.ACCOUNT_CHANGE,
    "token": Class.ACCOUNT_CHANGE,
    "password": Class.ACCOUNT_CHANGE,
    "totp": Class.ACCOUNT_CHANGE,
    "recovery": Class.ACCOUNT_CHANGE,
    "console": Class.AUTHENTICATION,
    "session": Class.AUTHENTICATION,
    "sign_in": Class.AUTHENTICATION,
    "list": Class.ENTITY_MANAGEMENT,
    "connection": Class.ENTITY_MANAGEMENT,
    "provider": Class.ENTITY_MANAGEMENT,
    "feed": Class.ENTITY_MANAGEMENT,
    "rules": Class.ENTITY_MANAGEMENT,
    "policy": Class.ENTITY_MANAGEMENT,
    "exception": Class.ENTITY_MANAGEMENT,
    "stream": Class.ENTITY_MANAGEMENT,
    "provider_oidc": Class.ENTITY_MANAGEMENT,
    "sso": Class.ENTITY_MANAGEMENT,
    "view": Class.ENTITY_MANAGEMENT,
    "investigation": Class.ENTITY_MANAGEMENT,
    "setting": Class.ENTITY_MANAGEMENT,
}

#: Activities by verb, for each class; a verb counts when the event's last part holds it.
_CREATE, _READ, _UPDATE, _DELETE = 1, 2, 3, 4
_CHANGES = {
    **dict.fromkeys(("added", "created", "made", "imported", "connected", "asked", "taken_in", "opened"), _CREATE),
    **dict.fromkeys(("exported", "read", "seen", "verified", "downloaded", "taken", "shown"), _READ),
    **dict.fromkeys(
        (
            "changed",
            "updated",
            "saved",
            "set",
            "renamed",
            "assigned",
            "answered",
            "commented",
            "shared",
            "open",
            "withdrawn",
            "again",
        ),
        _UPDATE,
    ),
    **dict.fromkeys(("removed", "deleted", "disconnected", "revoked", "closed"), _DELETE),
}
_VERBS: dict[Class, dict[str, int]] = {
    Class.DETECTION_FINDING: {
        **dict.fromkeys(("judged", "opened"), 1),
        **dict.fromkeys(("given", "changed", "ordered_again", "requested", "agreed", "refused"), 2),
        "closed": 3,
    },
    Class.ACCOUNT_CHANGE: {
        **dict.fromkeys(("created", "made", "added", "invited"), 1),
        "enabled": 2,
        **dict.fromkeys(("password_changed", "password_set", "changed_password"), 3),
        **dict.fromkeys(("password_reset", "reset", "link_made"), 4),
        **dict.fromkeys(("disabled", "revoked", "ended", "expired"), 5),
        **dict.fromkeys(("deleted", "removed"), 6),
        **dict.fromkeys(("locked", "locked_out"), 9),
        **dict.fromkeys(("second_factor_set", "recovery_codes_renewed"), 10),
        **dict.fromkeys(("second_factor_removed", "second_factor_reset"), 11),
        "unlocked": 12,
    },
    Class.AUTHENTICATION: {
        **dict.fromkeys(
            ("signed_in", "failed", "refused", "sign_in_failed", "sign_in_refused", "code_refused", "started"), 1
        ),
        **dict.fromkeys(("signed_out", "ended", "others_ended", "expired"), 2),
    },
    Class.ENTITY_MANAGEMENT: {**_CHANGES, "enabled": 8, "disabled": 9, "resumed": 8, "paused": 9},
    Class.API_ACTIVITY: {
        **_CHANGES,
        **dict.fromkeys(("redacted", "not_redacted"), _DELETE),
        **dict.fromkeys(("released", "not_released", "ordered", "ordered_again"), _UPDATE),
        "previewed": _READ,
    },
}

#: Verbs of what did not succeed.
_FAILED = ("failed", "refused", "sign_in_failed", "sign_in_refused", "code_refused", "not_redacted", "not_released")

#: ``severity_id`` by verdict and by event; everything else is Informational.
SEVERITIES = {0: "Unknown", 1: "Informational", 2: "Low", 3: "Medium", 4: "High", 5: "Critical"}
BY_VERDICT = {"malicious": 4, "restricted": 3, "suspicious": 3, "unknown": 2, "clean": 1}
BY_EVENT = {"audit.broken": 5}
FAILURE_SEVERITY = 2


@dataclass(frozen=True, slots=True)
class Kind:
    """What an event is in OCSF."""

    of: Class
    activity: int
    name: str
    failed: bool

    @property
    def type_uid(self) -> int:
        """The number of class and activity together."""
        return self.of * 100 + self.activity


def kind_of(event: str) -> Kind:
    """Return the class and the activity of an event of ours."""
    thing, _, rest = event.partition(".")
    verb = rest.rpartition(".")[2]
    of = _THINGS.get(thing, Class.API_ACTIVITY)
    if event == "urls.taken":
        return Kind(of, _CREATE, ACTIVITIES[of][_CREATE], False)
    activity = _VERBS[of].get(verb, OTHER)
    return Kind(of, activity, ACTIVITIES[of].get(activity, verb or event), verb in _FAILED)
