from __future__ import annotations

import base64
from email.message import EmailMessage

import pytest

from app.engine.model import Report, Verdict
from app.engine.scan import Engine
from app.sandbox import samples

EICAR = samples.eicar()


def places(report: Report) -> list[str]:
    return [finding.where for finding in report.findings if finding.id == "yara.eicar"]


def message(headers: str, body: bytes = base64.b64encode(EICAR)) -> bytes:
    return (
        b"From: a@b.example\nTo: c@d.example\nContent-Transfer-Encoding: base64\n" + headers.encode() + b"\n\n" + body
    )


def test_bodies_and_attachments_are_nodes(engine: Engine) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@b.example", "c@d.example", "Hello"
    mail.set_content("https://plain.example/")
    mail.add_alternative('<a href="https://rich.example/">x</a>', subtype="html")
    mail.add_attachment(EICAR, maintype="application", subtype="octet-stream", filename="rechnung-größe.bin")

    report = engine.scan(mail.as_bytes(), name="m.eml")

    assert places(report) == ["m.eml/rechnung-größe.bin"]
    assert [(link.url, link.where) for link in report.urls] == [
        ("https://plain.example/", "m.eml/body.txt"),
        ("https://rich.example/", "m.eml/body.html"),
    ]


def test_a_forwarded_message_is_part_of_the_path(engine: Engine) -> None:
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "x@y.example", "Inner"
    inner.set_content("text")
    inner.add_attachment(EICAR, maintype="application", subtype="octet-stream", filename="e.bin")
    outer = EmailMessage()
    outer["From"], outer["To"] = "a@b.example", "c@d.example"
    outer.set_content("see below")
    outer.add_attachment(inner)

    assert places(engine.scan(outer.as_bytes(), name="m.eml")) == ["m.eml/message.eml/e.bin"]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('Content-Disposition: attachment; filename="a.bin"', "a.bin"),
        ('Content-Type: application/x; name="a.bin"', "a.bin"),
        ("Content-Disposition: attachment; filename*=utf-8''caf%C3%A9.bin", "café.bin"),
        ("Content-Disposition: attachment; filename*0=long; filename*1=er.bin", "longer.bin"),
        ("Content-Disposition: attachment; filename==?utf-8?b?Y2Fmw6kuYmlu?=", "café.bin"),
        ('Content-Disposition: attachment; filename="=?no-such-charset?q?a.bin?="', "=?no-such-charset?q?a.bin?="),
        ("Content-Type: image/png", "part-1.png"),
        ("Content-Type: text/html", "body.html"),
    ],
)
def test_an_attachment_has_the_name_that_its_reader_sees(engine: Engine, header: str, name: str) -> None:
    assert places(engine.scan(message(header), name="m.eml")) == [f"m.eml/{name}"]


def test_parts_outside_of_the_boundary_are_looked_at(engine: Engine) -> None:
    content = (
        b'From: a@b.example\nTo: c@d.example\nContent-Type: multipart/mixed; boundary="b"\n\n'
        + b"padding " * 40 + EICAR + b"\n--b\nContent-Type: text/plain\n\nhello\n--b--\n"
    )  # fmt: skip

    assert places(engine.scan(content, name="m.eml"))[-1] == "m.eml/outside.txt"


def test_a_body_in_a_wide_charset_is_read(engine: Engine) -> None:
    body = base64.b64encode(EICAR.decode().encode("utf-16"))

    assert places(engine.scan(message("Content-Type: text/plain; charset=utf-16", body), name="m.eml"))


@pytest.mark.parametrize("parameters", [';"' * 50_000, "a=b;" * 50_000, " =?utf-8?q?a?=" * 10_000])
def test_a_header_without_end_is_unknown_and_takes_no_long_time(engine: Engine, parameters: str) -> None:
    report = engine.scan(message("Content-Disposition: attachment; " + parameters), name="m.eml")

    assert "mail.long_header" in {finding.id for finding in report.findings}


@pytest.mark.parametrize("headers", ["Content-Type: message/rfc822\n\nFrom: a\nTo: b\n", "X-A: b\n"])
def test_messages_in_messages_without_end_are_no_crash(engine: Engine, headers: str) -> None:
    assert engine.scan(b"From: a\nTo: b\n" + headers.encode() * 3_000, name="m.eml").verdict in (
        Verdict.UNKNOWN,
        Verdict.CLEAN,
    )


@pytest.mark.parametrize("used", ["one", "two"])
def test_a_mail_with_two_boundaries_is_read_by_both(engine: Engine, used: str) -> None:
    head = b'From: a@b.example\nTo: c@d.example\nContent-Type: multipart/mixed; boundary="one"; boundary=two\n\n'
    part = b'Content-Type: application/x; name="e.bin"\nContent-Transfer-Encoding: base64\n\n' + base64.b64encode(EICAR)
    body = f"--{used}\n".encode() + part + f"\n--{used}--\n".encode()

    report = engine.scan(head + body, name="m.eml")

    assert places(report) == ["m.eml/e.bin"]
    assert "mail.two_boundaries" in {finding.id for finding in report.findings}


def test_a_boundary_in_two_pieces_or_said_twice_alike_is_one(engine: Engine) -> None:
    for told in ('boundary*0="on"; boundary*1="e"', 'boundary="one"; boundary="one"'):
        head = f"From: a@b.example\nTo: c@d.example\nContent-Type: multipart/mixed; {told}\n\n"

        report = engine.scan(f"{head}--one\n\nHello\n--one--\n".encode(), name="m.eml")

        assert report.verdict is Verdict.CLEAN and not report.findings
