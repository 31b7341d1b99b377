"""What a connection may want of its mails, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from app.errors import Rejected
from app.findings.mail_rules import Digest, Language, MailRules


def test_the_rules_are_the_same_after_storing_them() -> None:
    rules = MailRules(Language.GERMAN, "22:00", "06:30", "Europe/Berlin", Digest.DAILY, 7, 5)
    assert MailRules.from_dict(rules.to_dict()) == rules
    assert MailRules.from_dict({}) == MailRules()
    assert MailRules.from_dict({"language": "ja"}).language is Language.JAPANESE


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ({"language": "xx"}, "language"),
        ({"language": None}, "language"),
        ({"digest": "weekly"}, "digest"),
        ({"zone": "../../etc/passwd"}, "zone"),
        ({"zone": "/etc/passwd"}, "zone"),
        ({"zone": "Europe"}, "zone"),
        ({"zone": 5}, "zone"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"quiet_start": "22:00"}, "quiet_end"),
        ({"quiet_start": "24:00", "quiet_end": "06:00"}, "quiet_start"),
        ({"quiet_start": "22:00", "quiet_end": "22:00"}, "quiet_end"),
        ({"quiet_start": "22:00\n", "quiet_end": "06:00"}, "quiet_start"),
        ({"digest_hour": 24}, "digest_hour"),
        ({"digest_hour": True}, "digest_hour"),
        ({"most_an_hour": 0}, "most_an_hour"),
        ({"most_an_hour": "20"}, "most_an_hour"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_name(data: dict[str, Any], named: str) -> None:
    with pytest.raises(Rejected, match=f"^{named}"):
        MailRules.from_dict(data)


def test_something_else_than_an_object_is_refused() -> None:
    with pytest.raises(Rejected):
        MailRules.from_dict(["en"])  # type: ignore[arg-type]
