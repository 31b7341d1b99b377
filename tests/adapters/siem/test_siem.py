"""Real sockets at the other end: what arrives there, byte for byte, and what becomes of refusals."""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import orjson
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.adapters.siem.syslog import SyslogSender
from app.adapters.siem.webhook import WebhookSender
from app.errors import Rejected, Temporary
from app.findings.audit.ocsf import Source, event_of
from app.findings.audit.stream import NO_SECRET, BodyFormat, Framing, Secret, Transport
from tests.unit.findings.audit.rows import a_row

SOURCE = Source("1.2.3", "deskwarden-abc", "https://desk.example")
EVENTS = [
    event_of(a_row(number, actor=actor), SOURCE)
    for number, actor in enumerate(["ana", "evil\n<13>1 - forged", "\u202eé😀"], 1)
]


class Listener:
    """Takes one connection and reads it to its end."""

    def __init__(self, tls: ssl.SSLContext | None = None, *, resets: bool = False) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.name = f"localhost:{self.port}"
        self.got = b""
        self._tls, self._resets = tls, resets
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        channel, _ = self._server.accept()
        with channel:
            if self._resets:
                channel.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                return
            try:
                with self._tls.wrap_socket(channel, server_side=True) if self._tls else channel as whole:
                    while piece := whole.recv(4096):
                        self.got += piece
                    if isinstance(whole, ssl.SSLSocket):
                        whole.unwrap()
            except (ssl.SSLError, OSError):
                return

    def end(self) -> bytes:
        self._thread.join(5)
        self._server.close()
        return self.got


def a_sender(listener: Listener, transport: Transport = Transport.TCP, **options: Any) -> SyslogSender:
    given = {"framing": Framing.COUNTED, "trusted_hosts": frozenset({listener.name}), **options}
    framing = given.pop("framing")
    return SyslogSender("localhost", listener.port, transport, framing, host_name="desk", version="1", **given)


def unframed(content: bytes) -> list[bytes]:
    """Take a stream apart as RFC 6587 says."""
    messages = []
    while content:
        length, _, content = content.partition(b" ")
        messages.append(content[: int(length)])
        content = content[int(length) :]
    return messages


def sequences(messages: list[bytes]) -> list[int]:
    return [orjson.loads(each[each.index(b"{") :])["metadata"]["sequence"] for each in messages]


def test_syslog_over_tcp_arrives_whole_and_in_order():
    listener = Listener()
    a_sender(listener).send(EVENTS)
    messages = unframed(listener.end())
    assert sequences(messages) == [1, 2, 3]
    assert all(each.startswith(b"<110>1 ") and b"\n" not in each for each in messages)


def test_syslog_with_line_feeds_has_exactly_one_a_message():
    listener = Listener()
    a_sender(listener, framing=Framing.NEWLINE).send(EVENTS)
    assert sequences(listener.end().splitlines()) == [1, 2, 3]


def test_syslog_over_udp_is_a_datagram_an_event():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(5)
        port = receiver.getsockname()[1]
        trusted = frozenset({f"127.0.0.1:{port}"})
        sender = SyslogSender("127.0.0.1", port, Transport.UDP, Framing.COUNTED, trusted_hosts=trusted)
        sender.send(EVENTS)
        assert sequences([receiver.recv(65_535) for _ in EVENTS]) == [1, 2, 3]


def test_a_receiver_that_breaks_off_has_not_taken_the_batch():
    listener = Listener(resets=True)
    with pytest.raises(Temporary, match="tried again"):
        a_sender(listener).send(EVENTS * 2_000)
    listener.end()


def test_nobody_at_the_port_is_told_in_words():
    listener = Listener(resets=True)
    socket.create_connection(("127.0.0.1", listener.port)).close()
    listener.end()
    with pytest.raises(Temporary, match="cannot be reached"):
        a_sender(listener).send(EVENTS)


@pytest.mark.parametrize("transport", [Transport.TCP, Transport.UDP])
def test_without_tls_only_a_trusted_host_is_sent_to(transport):
    sender = SyslogSender("siem.example", 514, transport, Framing.COUNTED, resolve=lambda *_: ["93.184.216.34"])
    with pytest.raises(Rejected, match="TRUSTED_HOSTS"):
        sender.send(EVENTS)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.9", "169.254.169.254", "::1", "fd00::1"])
def test_a_private_network_is_reached_only_where_the_operator_says_so(address):
    answers = ["93.184.216.34", address]
    sender = SyslogSender("siem.example", 6514, Transport.TLS, Framing.COUNTED, resolve=lambda *_: answers)
    with pytest.raises(Rejected, match="private network"):
        sender.send(EVENTS)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for localhost that signs itself: the file of it with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_syslog_over_tls_arrives_at_whoever_proves_who_it_is(certificate):
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    listener = Listener(server)
    a_sender(listener, Transport.TLS, tls=ssl.create_default_context(cafile=str(certificate))).send(EVENTS)
    assert sequences(unframed(listener.end())) == [1, 2, 3]


def test_syslog_over_tls_gives_nothing_to_whoever_does_not(certificate):
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    listener = Listener(server)
    with pytest.raises(Temporary, match="does not prove who it is"):
        a_sender(listener, Transport.TLS).send(EVENTS)
    assert listener.end() == b""


class Collector:
    """A web server that remembers what was posted and answers as it is told."""

    def __init__(self) -> None:
        self.status = 200
        self.headers: dict[str, str] = {}
        self.calls: list[tuple[str, dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.calls.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(outer.status)
                for name, value in outer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.name = f"127.0.0.1:{self.server.server_port}"
        self.url = f"http://{self.name}/collect?source=desk"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()
    try:
        yield collector
    finally:
        collector.server.shutdown()
        collector.server.server_close()


@pytest.fixture
def collector():
    with collecting() as made:
        yield made


def a_webhook(collector: Collector, form: BodyFormat = BodyFormat.NDJSON, secret: Secret = NO_SECRET) -> WebhookSender:
    stamp = datetime(2026, 11, 21, 12, tzinfo=UTC)
    return WebhookSender(collector.url, form, secret, trusted_hosts=frozenset({collector.name}), now=lambda: stamp)


def test_a_webhook_gets_a_line_an_event_and_the_name_of_the_batch(collector):
    a_webhook(collector).send(EVENTS)
    [(path, headers, body)] = collector.calls
    assert path == "/collect?source=desk"
    assert [orjson.loads(line)["metadata"]["sequence"] for line in body.splitlines()] == [1, 2, 3]
    assert headers["content-type"] == "application/x-ndjson"
    assert headers["x-deskwarden-batch"] == "deskwarden-abc-1-3"
    assert "authorization" not in headers
    assert "x-deskwarden-signature" not in headers


def test_a_webhook_is_signed_over_timestamp_and_body(collector):
    a_webhook(collector, secret=Secret("the-token", "a-signing-key-of-ours")).send(EVENTS)
    [(_, headers, body)] = collector.calls
    stamp = headers["x-deskwarden-signature-timestamp"]
    right = hmac.new(b"a-signing-key-of-ours", stamp.encode() + body, hashlib.sha256).digest()
    assert headers["x-deskwarden-signature"] == base64.b64encode(right).decode()
    assert (stamp, headers["authorization"]) == ("2026-11-21T12:00:00Z", "Bearer the-token")


def test_a_webhook_can_speak_to_splunk_and_send_an_array(collector):
    a_webhook(collector, BodyFormat.HEC, Secret("the-token")).send(EVENTS)
    a_webhook(collector, BodyFormat.JSON).send(EVENTS)
    (_, headers, splunk), (_, _, array) = collector.calls
    assert headers["authorization"] == "Splunk the-token"
    assert [orjson.loads(line)["event"] for line in splunk.splitlines()] == orjson.loads(array) == EVENTS


@pytest.mark.parametrize(
    ("status", "family", "code"),
    [
        (401, Rejected, "refused"), (403, Rejected, "refused"), (404, Rejected, "gone"), (413, Rejected, "too-large"),
        (302, Rejected, "redirect"), (429, Temporary, "not_served"), (500, Temporary, "not_served"),
    ],
)  # fmt: skip
def test_an_answer_that_is_no_success_says_what_to_do(collector, status, family, code):
    collector.status, collector.headers = status, {"Retry-After": "30", "Location": "http://169.254.169.254/"}
    with pytest.raises(family) as refusal:
        a_webhook(collector).send(EVENTS)
    assert refusal.value.code == code
    assert len(collector.calls) == 1
    assert getattr(refusal.value, "retry_after", 30.0) == 30.0


def test_a_webhook_goes_nowhere_private_and_never_without_tls_unless_the_operator_says_so(collector):
    with pytest.raises(Rejected, match="TRUSTED_HOSTS"):
        WebhookSender(collector.url, BodyFormat.JSON, NO_SECRET).send(EVENTS)
    inside = WebhookSender("https://siem.example/", BodyFormat.JSON, NO_SECRET, resolve=lambda *_: ["10.0.0.9"])
    with pytest.raises(Rejected, match="private network"):
        inside.send(EVENTS)
    assert collector.calls == []
