"""The load of the webhook bench, a process of its own: many connections, one thread, no waiting in between.

Written on bare sockets, because a client that parses as much as it should would be busier than the servers are.
``python -m tests.bench.load PORT CONNECTIONS SECONDS MOST`` prints one JSON object.
"""

from __future__ import annotations

import json
import os
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from app.tickets.signature import sign

SECRET = "a secret that only the bench knows"
CONNECTION = "bench"

_REQUEST = (
    "POST /webhooks/zendesk/{connection} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Zendesk Webhook\r\n"
    "Accept: */*\r\nAccept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3\r\nContent-Type: application/json\r\n"
    "X-Zendesk-Account-Id: 1234567\r\nX-Zendesk-Webhook-Id: 01HX3SJ1GD8H0V8B3D6V5R7C2K\r\n"
    "X-Zendesk-Webhook-Invocation-Id: {invocation}\r\nX-Zendesk-Webhook-Signature: {signature}\r\n"
    "X-Zendesk-Webhook-Signature-Timestamp: {timestamp}\r\nContent-Length: {length}\r\n\r\n"
)


def requests(count: int) -> list[bytes]:
    """Return whole requests, each a delivery of its own, signed now. Ours and Zendesk's shape of body take turns."""
    timestamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    run = os.urandom(8).hex()
    return [_request(_body(run, number), f"{run}-{number}", timestamp) for number in range(count)]


def _body(run: str, number: int) -> bytes:
    if number % 2:
        return json.dumps({"ticket_id": str(number + 1), "comment_id": str(int(run[:12], 16) + number)}).encode()
    event = {
        "type": "zen:event-type:ticket.comment_added",
        "account_id": 1234567,
        "id": f"{run}-{number}",
        "time": "2026-11-21T12:00:00.000000000Z",
        "zendesk_event_version": "2022-11-06",
        "subject": f"zen:ticket:{number + 1}",
        "detail": {"id": str(number + 1), "subject": "Order", "status": "OPEN", "description": "Please help. " * 60},
        "event": {"comment": {"id": str(number + 1), "body": "See the file. " * 40, "is_public": True}},
    }
    return json.dumps(event).encode()


def _request(body: bytes, invocation: str, timestamp: str) -> bytes:
    head = _REQUEST.format(
        connection=CONNECTION,
        invocation=invocation,
        signature=sign(SECRET, timestamp, body),
        timestamp=timestamp,
        length=len(body),
    )
    return head.encode() + body


class _Connection:
    """One connection that is kept alive, and the request under way on it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sent = 0.0
        self._answer = b""

    def ask(self, request: bytes) -> None:
        self._answer = b""
        self._sent = time.perf_counter()
        self.socket.sendall(request)

    def answer(self) -> tuple[int, float] | None:
        """Return status and seconds once the answer is whole. Raises ConnectionError when the server hangs up."""
        piece = self.socket.recv(65536)
        if not piece:
            raise ConnectionError("The server closed a connection.")
        self._answer += piece
        head, end, body = self._answer.partition(b"\r\n\r\n")
        if not end or len(body) < _content_length(head):
            return None
        return int(head[9:12]), time.perf_counter() - self._sent


def _content_length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


def load(port: int, connections: int, seconds: float, most: int) -> dict[str, float]:
    """Ask as fast as answers come, for so many seconds. Raises RuntimeError when ``most`` requests did not last."""
    prepared = iter(requests(most))
    took: list[float] = []
    refused = 0
    with selectors.DefaultSelector() as selector:
        for _ in range(connections):
            connection = _Connection(port)
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.ask(_next(prepared))
        began = time.perf_counter()
        while (now := time.perf_counter()) < began + seconds:
            for key, _ in selector.select(1.0):
                answer = key.data.answer()
                if answer is not None:
                    took.append(answer[1])
                    refused += answer[0] != 202
                    key.data.ask(_next(prepared))
    if not took:
        raise RuntimeError("No answer came.")
    p99 = sorted(took)[int(len(took) * 0.99)]
    return {"rate": len(took) / (now - began), "p99_ms": p99 * 1000, "answers": len(took), "refused": refused}


def _next(prepared: Iterator[bytes]) -> bytes:
    request = next(prepared, None)
    if request is None:
        raise RuntimeError("The prepared requests did not last.")
    return request


if __name__ == "__main__":
    print(json.dumps(load(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))))
