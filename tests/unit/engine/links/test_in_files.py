"""Addresses in mails, calendar files and business cards, through the whole engine."""

from __future__ import annotations

import pytest

from app.engine.links.calendar import is_calendar, unfolded
from app.engine.scan import Engine

HEAD = "From: Jane <jane@a.example.com>\r\nTo: joe@b.example.com\r\nMIME-Version: 1.0\r\n"


def urls(engine: Engine, name: str, text: str) -> list[str]:
    return [link.url for link in engine.scan(text.encode(), name=name).urls]


def mail(headers: str = "", body: str = "Hello.\r\n", kind: str = "text/plain") -> str:
    return f"{HEAD}{headers}Content-Type: {kind}; charset=utf-8\r\n\r\n{body}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (mail(body="Please go to evil.com/login now.\r\n"), ["http://evil.com/login"]),
        (mail(body="See report.zip and readme.md, jane@a.example.com\r\n"), []),
        (mail(body="<p>See <b>evil.com/x</b></p>", kind="text/html"), ["http://evil.com/x"]),
        (mail("Subject: =?utf-8?q?Go_to_evil=2Ecom/x?=\r\n"), ["http://evil.com/x"]),
        (mail("List-Unsubscribe: <https://evil.com/u?a=1>, <mailto:u@a.example.com>\r\n"), ["https://evil.com/u?a=1"]),
        (mail("Received: from mail.evil.com (mail.evil.com [192.0.2.1]) by https://mx.example.com\r\n"), []),
        (mail("X-Mailer: something at https://evil.com/x\r\n"), ["https://evil.com/x"]),
        (mail("Subject: your order of 12.05.2026 in invoice.pdf\r\n"), []),
    ],
)
def test_the_addresses_of_a_mail_are_found_in_its_words_and_headers(
    text: str, found: list[str], engine: Engine
) -> None:
    assert urls(engine, "a.eml", text) == found


def test_an_address_folded_in_a_calendar_file_is_whole(engine: Engine) -> None:
    event = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nDESCRIPTION:Join at https://meet.example.com/j/5f2b9c1e7d0\r\n"
        " 42?pwd=abc\\, or at evil.com/x\\nThanks\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )

    assert urls(engine, "a.ics", event) == ["https://meet.example.com/j/5f2b9c1e7d042?pwd=abc", "http://evil.com/x"]


def test_an_address_of_a_business_card_is_found(engine: Engine) -> None:
    card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Jane\r\nURL:https://jane.exam\r\n ple.com/card\r\nEND:VCARD\r\n"

    assert urls(engine, "a.vcf", card) == ["https://jane.example.com/card"]


def test_a_program_text_has_no_hosts_in_it(engine: Engine) -> None:
    assert urls(engine, "a.txt", "os.name = user.site or evil.com\n") == []


def test_unfolding_knows_calendars_by_their_beginning() -> None:
    assert is_calendar("\ufeffBEGIN:VCALENDAR\r\n") and is_calendar("begin:vcard\n") and not is_calendar("Hello")
    assert unfolded("a\r\n b\n\tc\\;d") == "abc;d"
