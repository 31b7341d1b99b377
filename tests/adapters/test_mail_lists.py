"""The headers by which a reader leaves a list arrive as they are, on a real socket."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.adapters.mail import compose, parse_address
from tests.adapters.test_mail import MAIL, NOW, Server, Start, mailer, server, start

__all__ = ["server", "start"]

ADDRESS = (
    "https://deskwarden.a-company-with-a-rather-long-name.example.com/digests/off/abcdefghijklmnop."
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)
HEADERS = (("List-Unsubscribe", f"<{ADDRESS}>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))


def test_the_address_to_leave_by_arrives_whole_on_one_line(server: Server, start: Start) -> None:
    mailer(start()).send(replace(MAIL, headers=HEADERS), now=NOW)
    raw = server.content().decode("ascii").replace("\r\n", "\n")
    assert f"\nList-Unsubscribe: <{ADDRESS}>\n" in raw
    assert "\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n" in raw
    assert "\nAuto-Submitted: auto-generated\n" in raw
    assert f"\nMessage-ID: {MAIL.message_id}\n" in raw


def test_japanese_arrives_as_it_was_written(server: Server, start: Start) -> None:
    subject = "[Deskwarden] チケット #123 から禁止されている種類のファイル 12 件を削除できませんでした"
    mailer(start()).send(replace(MAIL, subject=subject, text="危険なファイル\n", html="<p>危険</p>"), now=NOW)
    message = server.message()
    assert message["Subject"] == subject
    body = message.get_body(("plain",))
    assert body is not None and body.get_content().replace("\r\n", "\n") == "危険なファイル\n"
    assert max(map(len, server.content().splitlines())) <= 998


@pytest.mark.parametrize(
    "header", [("List-Unsubscribe", "<https://x/é>"), ("List-Id", "x"), ("Bcc", "a@b.example"), ("X-", "x")]
)
def test_no_other_header_and_no_other_letters(header: tuple[str, str]) -> None:
    address = parse_address("a@b.example")
    with pytest.raises(ValueError, match="header"):
        compose(replace(MAIL, headers=(header,)), address, (address,), NOW)


def test_a_line_break_in_an_address_adds_no_header() -> None:
    address = parse_address("a@b.example")
    mail = replace(MAIL, headers=(("List-Unsubscribe", "<https://x/>\r\nBcc: eve@evil.example"),))
    assert b"\nBcc" not in compose(mail, address, (address,), NOW).as_bytes()
