"""The door every call comes through: it writes the history and lets faults happen on the wire.

A WSGI wrapper around the tenant's two applications, because a broken connection cannot be told from inside one.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response
from werkzeug.wsgi import ClosingIterator

from app.sandbox.faults import Fault, Faults

_WARNING_PAGE = "<!doctype html><html><head><title>One moment</title></head><body><h1>One moment</h1></body></html>"


@dataclass
class Call:
    """One call, asked and answered. ``seconds`` is until the first byte; ``auth`` the scheme, never the secret."""

    host: str
    method: str
    path: str
    query: str
    auth: str
    at: float
    status: int = 0
    seconds: float = 0.0
    fault: str = ""


class History:
    """All calls since the start or the last ``clear``, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[Call] = []

    def add(self, call: Call) -> None:
        """Append a call."""
        with self._lock:
            self._calls.append(call)

    def list(self) -> list[Call]:
        """Return a copy of the list."""
        with self._lock:
            return list(self._calls)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._calls.clear()


class Door:
    """A WSGI application around another one. ``host`` is the name that history and faults know it by."""

    def __init__(
        self,
        app: Callable[..., Iterable[bytes]],
        host: str,
        history: History,
        faults: Faults,
        stopping: threading.Event,
        report: Callable[[str], None] | None = None,
    ) -> None:
        self._app, self._host, self._history, self._faults = app, host, history, faults
        self._stopping, self._report = stopping, report

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve one call."""
        path = environ.get("PATH_INFO", "/")
        if self._host == "tenant" and not path.startswith(("/api/", "/oauth/tokens", "/attachments/")):
            return self._app(environ, start_response)
        call = Call(
            self._host,
            environ["REQUEST_METHOD"],
            path,
            environ.get("QUERY_STRING", ""),
            environ.get("HTTP_AUTHORIZATION", "").partition(" ")[0].lower(),
            time.time(),
        )
        self._history.add(call)
        fault = self._faults.next(self._host, call.method, path)
        if fault is None:
            return self._app(environ, _noting(call, start_response))
        call.fault = fault.kind
        if self._report is not None:
            self._report(f"fault {fault.kind} {fault.status if fault.kind == 'answer' else ''} {call.method} {path}")
        return self._troubled(fault, call, environ, start_response)

    def _troubled(
        self, fault: Fault, call: Call, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        noting = _noting(call, start_response)
        if fault.kind == "reset_before":
            _reset(environ)
        if fault.kind in ("answer", "html"):
            return _canned(fault)(environ, noting)
        if fault.kind == "stale":
            environ["sandbox.memory"] = fault.memory
            return self._app(environ, noting)
        if fault.kind == "reset_after":
            answer = Response.from_app(self._app, environ, buffered=True)
            call.status = answer.status_code
            _reset(environ)
        body = self._app(environ, noting)
        bent = _first(body, fault.size) if fault.kind == "truncate" else self._drip(body, fault.seconds)
        return ClosingIterator(bent, [getattr(body, "close", lambda: None)])

    def _drip(self, body: Iterable[bytes], seconds: float) -> Iterator[bytes]:
        whole = b"".join(body)
        step = max(1, len(whole) // 10)
        for start in range(0, len(whole), step):
            self._stopping.wait(seconds / 10)
            yield whole[start : start + step]


def _noting(call: Call, start_response: Callable[..., Any]) -> Callable[..., Any]:
    def start(status: str, headers: list[tuple[str, str]], problem: Any = None) -> Any:
        call.status = int(status.split()[0])
        call.seconds = time.time() - call.at
        return start_response(status, headers, problem)

    return start


def _canned(fault: Fault) -> Response:
    if fault.kind == "html":
        return Response(fault.body or _WARNING_PAGE, 200, content_type="text/html; charset=utf-8")
    kind = "application/json" if fault.body[:1] in ("{", "[") else "text/plain; charset=utf-8"
    kind = "text/html" if fault.body[:1] == "<" else kind
    return Response(fault.body, fault.status, headers=fault.headers, content_type=kind)


def _first(body: Iterable[bytes], size: int) -> Iterator[bytes]:
    for part in body:
        if part:
            yield part[:size]
        size -= len(part)
        if size <= 0:
            return


def _reset(environ: dict[str, Any]) -> None:
    """Break the connection so that the client sees a reset, and leave; the server takes it as a lost client."""
    connection = environ.get("werkzeug.socket")
    if connection is not None:
        with suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
    raise ConnectionResetError("A scripted fault broke this connection.")
