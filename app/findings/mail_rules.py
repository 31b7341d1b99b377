"""What a connection wants of its letters: their language, when no mail is welcome, and when one mail lists many. Pure.

``MailRules`` is a value: it is stored with a connection's policy as the plain data of ``to_dict``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.errors import Rejected

#: Single mails an hour about one connection, after which one mail lists the rest.
MOST_AN_HOUR = 20

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class Language(StrEnum):
    """The languages that notes and mails are written in, by their BCP 47 tags."""

    ENGLISH = "en"
    GERMAN = "de"
    FRENCH = "fr"
    SPANISH = "es"
    PORTUGUESE = "pt"
    JAPANESE = "ja"

    @property
    def own_name(self) -> str:
        """The language's name as its speakers write it."""
        return _OWN_NAMES[self]


_OWN_NAMES = {
    Language.ENGLISH: "English",
    Language.GERMAN: "Deutsch",
    Language.FRENCH: "Français",
    Language.SPANISH: "Español",
    Language.PORTUGUESE: "Português",
    Language.JAPANESE: "日本語",
}


class Digest(StrEnum):
    """Whether mails go out one by one or gathered."""

    OFF = "off"
    HOURLY = "hourly"
    DAILY = "daily"


@dataclass(frozen=True, slots=True)
class MailRules:
    """How a connection's notes and mails are written and when its mails go out. Raises Rejected for what cannot be.

    language     of notes, and of mails to recipients who have not chosen their own
    quiet_start  local time (``22:00``) from which mails wait; empty, with ``quiet_end``: they never wait
    quiet_end    local time until which they wait; before ``quiet_start`` it is the next day's
    zone         IANA name of the time zone that the local times are of
    digest       ``off``: each mail at once; ``hourly`` or ``daily``: one mail lists what came since the last
    digest_hour  local hour (0-23) of the daily digest
    most_an_hour single mails an hour, after which one digest lists the rest
    """

    language: Language = Language.ENGLISH
    quiet_start: str = ""
    quiet_end: str = ""
    zone: str = "UTC"
    digest: Digest = Digest.OFF
    digest_hour: int = 8
    most_an_hour: int = MOST_AN_HOUR

    def __post_init__(self) -> None:
        """Turn plain strings into members and refuse what makes no sense."""
        object.__setattr__(self, "language", _member(Language, self.language, "language"))
        object.__setattr__(self, "digest", _member(Digest, self.digest, "digest"))
        _check_quiet_hours(self.quiet_start, self.quiet_end)
        _check_number(self.digest_hour, "digest_hour", 0, 23)
        _check_number(self.most_an_hour, "most_an_hour", 1, 1000)
        if not _is_zone(self.zone):
            raise _refusal("zone", "must be a time zone's IANA name, like Europe/Berlin or America/Sao_Paulo")

    @property
    def has_quiet_hours(self) -> bool:
        """Whether there are hours in which mails wait."""
        return bool(self.quiet_start)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, from which ``from_dict`` makes an equal value."""
        return {
            "language": self.language.value,
            "quiet_start": self.quiet_start,
            "quiet_end": self.quiet_end,
            "zone": self.zone,
            "digest": self.digest.value,
            "digest_hour": self.digest_hour,
            "most_an_hour": self.most_an_hour,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> MailRules:
        """Return the rules in ``data``; what is not named keeps its default. Raises Rejected."""
        if not isinstance(data, Mapping):
            raise _refusal("mail", "must be an object with named settings")
        unknown = sorted(str(name) for name in set(data) - set(cls.__slots__))
        if unknown:
            raise _refusal(unknown[0][:40], "is no setting of mails")
        return cls(**data)


_Choice = TypeVar("_Choice", bound=StrEnum)


def _member(kind: type[_Choice], value: Any, name: str) -> _Choice:
    try:
        return kind(value)
    except ValueError:
        raise _refusal(name, f"must be one of {', '.join(kind)}") from None


def _check_quiet_hours(start: object, end: object) -> None:
    if start == "" and end == "":
        return
    for name, value in (("quiet_start", start), ("quiet_end", end)):
        if not isinstance(value, str) or not _CLOCK.fullmatch(value):
            raise _refusal(name, "must be a time like 22:00; leave both times empty for no quiet hours")
    if start == end:
        raise _refusal("quiet_end", "must differ from the start, or no mail would ever go out")


def _check_number(value: object, name: str, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise _refusal(name, f"must be a whole number from {least} to {most}")


def _is_zone(name: object) -> bool:
    """Tell whether the time zone database knows the name. A name with a path in it is refused by ``ZoneInfo``."""
    if not isinstance(name, str) or not name or len(name) > 64:
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _refusal(name: str, words: str) -> Rejected:
    return Rejected(f"{name} {words}.", code="mail-rules")
