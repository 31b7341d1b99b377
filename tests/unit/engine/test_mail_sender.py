"""Who a mail says it is from, held against the address it is from."""

from __future__ import annotations

import pytest

from app.engine.model import Confidence, Report, Verdict
from app.engine.scan import Engine

PLAIN = "Subject: Your order\r\nTo: help@acme.example\r\nContent-Type: text/plain\r\n\r\nDear customer\r\n"


def scan(engine: Engine, sender: str, *more: str) -> Report:
    lines = [f"From: {sender}", *more]
    return engine.scan(("\r\n".join(lines) + "\r\n" + PLAIN).encode(), name="a.eml")


def told(report: Report) -> list[Confidence]:
    return [each.confidence for each in report.findings if each.id == "mail.sender_name"]


@pytest.mark.parametrize(
    "sender",
    [
        "Microsoft Account Team <a@access-security.example.com>",
        '"DocuSign" <mailer@b.example.org>',
        "=?utf-8?q?MetaMask?= <a@security.example.com>",
        "=?utf-8?q?M=D1=96crosoft?= <x@example.com>",
        "PayPal Service <x@example.com>",
    ],
)
def test_a_brand_that_writes_from_elsewhere_is_a_weak_sign(engine: Engine, sender: str) -> None:
    report = scan(engine, sender)

    assert told(report) == [Confidence.LOW]
    assert report.verdict is Verdict.CLEAN


def test_answers_to_a_mailbox_that_anybody_has_make_it_likely(engine: Engine) -> None:
    report = scan(engine, "Microsoft account team <no-reply@example.com>", "Reply-To: helper@gmail.com")

    assert told(report) == [Confidence.MEDIUM]
    assert report.verdict is Verdict.SUSPICIOUS


@pytest.mark.parametrize(
    "sender",
    [
        "Microsoft <no-reply@accountprotection.microsoft.com>",
        "DocuSign NA3 <dse@eumail.docusign.net>",
        "Jane Apple <jane@example.com>",
        "cPanel on host7 <cpanel@webhost.example.com>",
        "Acme Support <support@acme.example>",
        "",
        "<>",
        "Microsoft",
        '"' + "Microsoft " * 5_000 + '" <a@example.com>',
    ],
)
def test_the_brand_itself_people_and_others_are_no_sign(engine: Engine, sender: str) -> None:
    assert told(scan(engine, sender)) == []
