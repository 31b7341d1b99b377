from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope

from app.adapters.mail import Mail, SmtpMailer, parse_address
from app.errors import Misconfigured, Rejected, Temporary

NOW = 1_790_000_000.0
MAIL = Mail(
    "<notice-17@deskwarden.example>",
    ("ir@example.com",),
    "[Deskwarden] Malicious file removed from ticket #123",
    "Grüße\n\nA line.\n",
    "<p>Grüße</p>",
)


class Server:
    """Keeps what it takes. ``refuse`` answers by step (MAIL, RCPT with the address, DATA)."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.commands: list[str] = []
        self.tls: list[bool] = []
        self.refuse: dict[str, str] = {}

    async def handle_MAIL(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any) -> str:
        if "MAIL" in self.refuse:
            return self.refuse["MAIL"]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        if "DATA" in self.refuse:
            return self.refuse["DATA"]
        self.taken.append(envelope)
        self.tls.append(session.ssl is not None)
        return "250 OK"

    async def handle_QUIT(self, server: Any, session: Any, envelope: Envelope) -> str:
        return self.refuse.get("QUIT", "221 Bye")

    def content(self) -> bytes:
        content = self.taken[-1].content
        assert isinstance(content, bytes)
        return content

    def message(self) -> EmailMessage:
        message = message_from_bytes(self.content(), policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message


Start = Callable[..., int]


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def start(server: Server) -> Iterator[Start]:
    """Start the server on a free port of this machine; return the port."""
    running: list[Controller] = []

    def begin(**options: Any) -> int:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = int(probe.getsockname()[1])
        controller = Controller(server, hostname="127.0.0.1", port=port, server_hostname="mail.test", **options)
        controller.start()
        running.append(controller)
        return port

    yield begin
    for controller in running:
        controller.stop()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def server_tls(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def client_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def mailer(port: int, **options: Any) -> SmtpMailer:
    return SmtpMailer(f"smtp://127.0.0.1:{port}", "Deskwarden <dw@example.com>", **options)


def test_a_mail_arrives_with_text_and_html(server: Server, start: Start) -> None:
    assert mailer(start()).send(MAIL, now=NOW) == ()
    message = server.message()
    assert message.get_content_type() == "multipart/alternative"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None and html is not None
    assert text.get_content().splitlines() == ["Grüße", "", "A line."]
    assert html.get_content().strip() == "<p>Grüße</p>"
    assert server.taken[0].mail_from == "dw@example.com"
    assert server.taken[0].rcpt_tos == ["ir@example.com"]


def test_its_headers_are_those_of_a_machine_and_come_from_the_caller(server: Server, start: Start) -> None:
    mailer(start()).send(MAIL, now=NOW)
    message = server.message()
    assert message["From"] == "Deskwarden <dw@example.com>"
    assert message["To"] == "ir@example.com"
    assert message["Subject"] == MAIL.subject
    assert message["Message-ID"] == MAIL.message_id
    assert message["Date"] == "Mon, 21 Sep 2026 14:13:20 +0000"
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_repeated_mail_is_the_same_mail(server: Server, start: Start) -> None:
    port = start()
    mailer(port).send(MAIL, now=NOW)
    first = server.message()
    mailer(port).send(MAIL, now=NOW + 60)
    assert len(server.taken) == 2
    assert server.message()["Message-ID"] == first["Message-ID"] == MAIL.message_id


def test_a_long_message_id_stays_whole(server: Server, start: Start) -> None:
    long = f"<deskwarden.{'1234567890' * 8}@{'mail.' * 8}example.com>"
    mailer(start()).send(Mail(long, MAIL.to, MAIL.subject, "x", "x"), now=NOW)
    assert server.message()["Message-ID"] == long


@pytest.mark.parametrize("name", ["evil\r\nBcc: victim@example.com\r\n\r\nbody", "evil\nX: y", "a\rb", "a\0b\u2028c"])
def test_a_line_break_in_a_name_makes_no_header(server: Server, start: Start, name: str) -> None:
    added = (("X-Deskwarden-File", name),)
    mailer(start()).send(Mail("<1@x.y>", MAIL.to, f"File {name}", name, "<p>x</p>", added), now=NOW)
    message = server.message()
    assert message["Bcc"] is None and message["X"] is None
    assert str(message["Subject"]).startswith("File ")
    assert server.taken[0].rcpt_tos == ["ir@example.com"]


def test_names_in_other_letters_are_encoded(server: Server, start: Start) -> None:
    subject = "[Deskwarden] Bösartige Datei — 悪意"
    sender = "Schröder, Größe <dw@example.com>"
    SmtpMailer(f"smtp://127.0.0.1:{start()}", '"Schröder, Größe" <dw@example.com>').send(
        Mail("<1@x.y>", ("Jürgen <j@bücher.example>",), subject, "x", "x"), now=NOW
    )
    head = server.content().split(b"\r\n\r\n")[0]
    assert head.isascii()
    assert server.message()["Subject"] == subject
    assert server.message()["From"].addresses[0].display_name == sender.partition(" <")[0]
    assert server.taken[0].rcpt_tos == ["j@xn--bcher-kva.example"]


@pytest.mark.parametrize(
    "text",
    ["", "nobody", "a@", "@b", "a b@c.d", "a@b\r\nRCPT TO:<c@d>", "jürgen@example.com", "a@b@c", "<a@b", "a@b,c@d"],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no mail address"):
        parse_address(text)


def test_a_recipient_that_is_no_address_does_not_keep_the_mail_from_the_others(server: Server, start: Start) -> None:
    (refusal,) = mailer(start()).send(Mail("<1@x.y>", ("nobody\r\n", "ir@example.com"), "s", "t", "h"), now=NOW)
    assert (refusal.address, refusal.temporary) == ("nobody\\u{d}\\u{a}", False)
    assert server.taken[0].rcpt_tos == ["ir@example.com"]


def test_a_mail_to_nobody_is_rejected(start: Start) -> None:
    with pytest.raises(Rejected, match="DESKWARDEN_NOTIFY"):
        mailer(start()).send(Mail("<1@x.y>", (), "s", "t", "h"), now=NOW)


def test_a_refused_recipient_is_reported_and_the_others_get_the_mail(server: Server, start: Start) -> None:
    server.refuse = {"gone@example.com": "550 5.1.1 <gone@example.com> unknown", "full@example.com": "452 mailbox full"}
    to = ("gone@example.com", "ir@example.com", "full@example.com")
    refusals = mailer(start()).send(Mail("<1@x.y>", to, "s", "t", "h"), now=NOW)
    assert [(each.address, each.temporary) for each in refusals] == [
        ("gone@example.com", False),
        ("full@example.com", True),
    ]
    assert refusals[0].reason == "550 5.1.1 (address) unknown"
    assert server.taken[0].rcpt_tos == ["ir@example.com"]


def test_when_every_recipient_is_refused_the_mail_is_rejected(server: Server, start: Start) -> None:
    server.refuse = {"ir@example.com": "550 5.1.1 <ir@example.com> unknown"}
    with pytest.raises(Rejected, match=r"550 5\.1\.1") as caught:
        mailer(start()).send(MAIL, now=NOW)
    assert "ir@example.com" not in caught.value.message


def test_when_a_recipient_may_be_taken_later_the_mail_is_tried_again(server: Server, start: Start) -> None:
    server.refuse = {"ir@example.com": "451 greylisted"}
    with pytest.raises(Temporary, match="greylisted"):
        mailer(start()).send(MAIL, now=NOW)


@pytest.mark.parametrize(
    ("step", "reply", "error"),
    [
        ("MAIL", "451 busy", Temporary),
        ("MAIL", "553 sender not yours", Misconfigured),
        ("DATA", "452 no space", Temporary),
        ("DATA", "554 looks like spam", Rejected),
    ],
)
def test_a_refusal_is_named_by_what_happens_next(
    server: Server, start: Start, step: str, reply: str, error: type[Exception]
) -> None:
    server.refuse = {step: reply}
    with pytest.raises(error, match=reply[4:]):
        mailer(start()).send(MAIL, now=NOW)


def test_a_strange_goodbye_does_not_undo_a_sent_mail(server: Server, start: Start) -> None:
    server.refuse = {"QUIT": "500 what?"}
    mailer(start()).send(MAIL, now=NOW)
    assert len(server.taken) == 1


def test_a_server_that_is_away_is_temporary() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(Temporary, match="cannot be reached"):
        mailer(port).send(MAIL, now=NOW)


@pytest.mark.parametrize(
    ("greeting", "error"), [(b"", Temporary), (b"421 later\r\n", Temporary), (b"554 go away\r\n", Misconfigured)]
)
def test_a_server_that_hangs_up_or_refuses_at_the_door(greeting: bytes, error: type[Exception]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(greeting)

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(error):
            mailer(listener.getsockname()[1]).send(MAIL, now=NOW)
        thread.join()


def test_starttls_is_used_where_it_is_offered(server: Server, start: Start, authority: trustme.CA) -> None:
    port = start(tls_context=server_tls(authority, "127.0.0.1"))
    mailer(port, context=client_tls(authority)).send(MAIL, now=NOW)
    mailer(port).send(MAIL, now=NOW)
    assert server.tls == [True, True]


def test_smtps_checks_the_certificate(server: Server, start: Start, authority: trustme.CA) -> None:
    port = start(ssl_context=server_tls(authority, "127.0.0.1"))
    url = f"smtps://127.0.0.1:{port}"
    SmtpMailer(url, "dw@example.com", context=client_tls(authority)).send(MAIL, now=NOW)
    with pytest.raises(Misconfigured, match="certificate of the mail server"):
        SmtpMailer(url, "dw@example.com").send(MAIL, now=NOW)
    assert len(server.taken) == 1


def login(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"us er", b"p@ss"), handled=False)


def test_a_login_over_starttls(server: Server, start: Start, authority: trustme.CA) -> None:
    port = start(
        tls_context=server_tls(authority, "127.0.0.1"), authenticator=login, auth_required=True, auth_require_tls=True
    )
    SmtpMailer(f"smtp://us%20er:p%40ss@127.0.0.1:{port}", "dw@example.com", context=client_tls(authority)).send(
        MAIL, now=NOW
    )
    assert server.tls == [True]


def test_a_wrong_password_is_for_the_operator_and_not_shown(server: Server, start: Start) -> None:
    port = start(authenticator=login, auth_require_tls=False)
    with pytest.raises(Misconfigured, match="user name or password in DESKWARDEN_SMTP_URL") as caught:
        SmtpMailer(f"smtp://us%20er:wrong@127.0.0.1:{port}", "dw@example.com").send(MAIL, now=NOW)
    assert "wrong" not in caught.value.message


def test_a_server_without_login_is_for_the_operator(start: Start) -> None:
    with pytest.raises(Misconfigured, match="a login, most likely"):
        SmtpMailer(f"smtp://user:secret@127.0.0.1:{start()}", "dw@example.com").send(MAIL, now=NOW)


def test_a_password_is_not_sent_in_the_clear_to_another_machine(
    server: Server, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = start(authenticator=login, auth_require_tls=False)
    # The name of another machine that leads to our server.
    found = socket.getaddrinfo("127.0.0.1", port, type=socket.SOCK_STREAM)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: found)
    with pytest.raises(Misconfigured, match="no STARTTLS, so the password was not sent"):
        SmtpMailer(f"smtp://us%20er:p%40ss@mail.example.com:{port}", "dw@example.com").send(MAIL, now=NOW)
    assert server.taken == []


@pytest.mark.parametrize("url", ["", "mail.example.com", "http://mail.example.com", "smtp://", "smtp://host:port"])
def test_a_url_that_is_none_is_for_the_operator(url: str) -> None:
    with pytest.raises(Misconfigured, match="DESKWARDEN_SMTP_URL must look like"):
        SmtpMailer(url, "dw@example.com")


def test_a_sender_that_is_none_is_for_the_operator() -> None:
    with pytest.raises(Misconfigured, match="DESKWARDEN_MAIL_FROM"):
        SmtpMailer("smtp://localhost", "Deskwarden")


@pytest.mark.parametrize("message_id", ["", "17@x", "<17>", "<a b@c>", "<a@b>\r\nBcc: <c@d>"])
def test_a_message_id_that_is_none_is_a_mistake_of_the_caller(start: Start, message_id: str) -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        mailer(1).send(Mail(message_id, MAIL.to, "s", "t", "h"), now=NOW)


def test_only_extension_headers_can_be_added() -> None:
    with pytest.raises(ValueError, match="X-"):
        mailer(1).send(Mail("<1@x.y>", MAIL.to, "s", "t", "h", (("Bcc", "a@b.c"),)), now=NOW)
