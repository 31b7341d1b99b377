"""Syslog over TLS (RFC 5425), TCP (RFC 6587) or UDP (RFC 5426), to an address that was checked.

Over TLS any public host may be named; without encryption only a host that the operator trusts, because names of people
and files travel. Syslog knows no answer, so a batch counts as taken when the receiver has read the connection to its
end; a receiver that keeps it open instead is believed after a while. Over UDP nothing is known at all.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator, Sequence
from typing import Any

from app.adapters.zendesk.connect import CONNECT_SECONDS, Resolve, resolve_host
from app.adapters.zendesk.deadline import Deadline
from app.adapters.zendesk.hosts import is_public
from app.errors import Rejected, Temporary
from app.findings.audit.stream import Framing, Transport
from app.findings.audit.syslog import counted, delimited, message

#: Seconds for a whole batch, from the first byte to the end of the connection.
SEND_SECONDS = 20.0

#: Seconds to wait for the receiver to close after we have said that nothing more comes.
CLOSE_SECONDS = 3.0

#: Bytes of the largest datagram over IPv4.
LARGEST_DATAGRAM = 65_507

_FRAMES = {Framing.COUNTED: counted, Framing.NEWLINE: delimited}


class SyslogSender:
    """Sends to one receiver; a connection a batch."""

    def __init__(
        self,
        host: str,
        port: int,
        transport: Transport,
        framing: Framing,
        *,
        trusted_hosts: frozenset[str] = frozenset(),
        host_name: str = "",
        version: str = "",
        resolve: Resolve = resolve_host,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._host = host.strip("[]").lower()
        self._port = port
        self._transport = transport
        self._frame = _FRAMES[framing]
        name = f"[{self._host}]:{port}" if ":" in self._host else f"{self._host}:{port}"
        self._is_trusted = name in trusted_hosts
        self._name = name
        self._host_name = host_name
        self._version = version
        self._resolve = resolve
        self._tls = tls

    def send(self, events: Sequence[dict[str, Any]]) -> None:
        """Send the events, oldest first. Raises Temporary or Rejected with a sentence."""
        messages = [message(event, host=self._host_name, version=self._version) for event in events]
        address = self._address()
        try:
            if self._transport is Transport.UDP:
                self._send_datagrams(address, messages)
            else:
                self._send_stream(address, b"".join(map(self._frame, messages)))
        except ssl.SSLCertVerificationError as error:
            reason = error.verify_message
            raise Temporary(f"{self._name} does not prove who it is: {reason}.", code="certificate") from error
        except TimeoutError as error:
            raise Temporary(f"{self._name} does not answer in time; it is tried again.", code="timeout") from error
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise Temporary(f"{self._name} cannot be reached ({why}); it is tried again.", code="connection") from error

    def _address(self) -> str:
        """Return the address to connect to, after all that the name stands for were looked at."""
        if self._transport is not Transport.TLS and not self._is_trusted:
            raise Rejected(
                f"Without TLS only a trusted host is sent to: name {self._name} in DESKWARDEN_TRUSTED_HOSTS, or use "
                "the transport tls.",
                code="address_scheme",
            )
        try:
            addresses = self._resolve(self._host, self._port)
        except OSError as error:
            raise Temporary(f"No address is known for {self._host}; it is tried again.", code="name") from error
        if not self._is_trusted and not all(map(is_public, addresses)):
            raise Rejected(
                f"{self._host} lies in a private network: name {self._name} in DESKWARDEN_TRUSTED_HOSTS to send there.",
                code="address_private",
            )
        return addresses[0]

    def _send_datagrams(self, address: str, messages: Sequence[bytes]) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as channel:
            channel.connect((address, self._port))
            for each in messages:
                channel.send(each[:LARGEST_DATAGRAM])

    def _send_stream(self, address: str, content: bytes) -> None:
        with Deadline(SEND_SECONDS) as deadline, self._connected(address, deadline) as channel:
            channel.sendall(content)
            if deadline.expired:
                raise TimeoutError
            _finish(channel)

    @contextlib.contextmanager
    def _connected(self, address: str, deadline: Deadline) -> Iterator[socket.socket]:
        with socket.create_connection((address, self._port), min(CONNECT_SECONDS, deadline.left())) as channel:
            deadline.guard(channel)
            channel.settimeout(SEND_SECONDS)
            if self._transport is Transport.TCP:
                yield channel
                return
            context = self._tls or ssl.create_default_context()
            with context.wrap_socket(channel, server_hostname=self._host) as secured:
                deadline.guard(secured)
                yield secured


def _finish(channel: socket.socket) -> None:
    """Say that nothing more comes, and wait until the receiver closes too: then it has read everything."""
    channel.settimeout(CLOSE_SECONDS)
    # A receiver that keeps its side open is no reason to send the same again for ever.
    with contextlib.suppress(TimeoutError):
        if isinstance(channel, ssl.SSLSocket):
            _close_tls(channel)
        else:
            channel.shutdown(socket.SHUT_WR)
            while channel.recv(4096):
                pass


def _close_tls(channel: ssl.SSLSocket) -> None:
    try:
        channel.unwrap()
    except (ssl.SSLZeroReturnError, ssl.SSLEOFError, ssl.SSLSyscallError):
        # Closed without a word of goodbye, after it had read to the end: many do.
        return
