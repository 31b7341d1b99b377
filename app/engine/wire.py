"""Messages between the service and its clean start process: JSON and bytes in frames over a Unix socket.

A frame is a length of four bytes (big endian), a JSON object of that length, and, where the object has the key
``body``, that many bytes more. Both ends belong to us; only the body may come from a taken child.
"""

from __future__ import annotations

import json
import select
import socket
import struct
import time
from collections.abc import Sequence
from typing import Any

#: Bytes of the JSON part: a comment of several megabytes fits.
_MOST_HEADER = 64 * 1024 * 1024
#: Bytes of the body. A report of 5,000 nodes with a finding each takes about two mebibytes.
MOST_BODY = 16 * 1024 * 1024
_LENGTH = struct.Struct(">I")


class Closed(Exception):
    """The other side is gone, or said something that is no frame."""


class Late(Exception):
    """The deadline passed before the whole frame was there."""


def send(channel: socket.socket, header: dict[str, Any], body: bytes = b"", files: Sequence[int] = ()) -> None:
    """Send one frame, with open descriptors if any. Raises Closed."""
    if body:
        header = {**header, "body": len(body)}
    # ASCII, so that names which are no UTF-8 (lone surrogates) survive.
    text = json.dumps(header).encode("ascii")
    try:
        # Descriptors travel with the first bytes: the length alone, which is never split.
        if files:
            socket.send_fds(channel, [_LENGTH.pack(len(text))], list(files))
        else:
            channel.sendall(_LENGTH.pack(len(text)))
        channel.sendall(text)
        if body:
            # Not even nothing may be sent to a child that has heard all and has closed its end.
            channel.sendall(body)
    except OSError as error:
        raise Closed("The other side is gone.") from error


def receive(channel: socket.socket, deadline: float | None = None) -> tuple[dict[str, Any], bytes]:
    """Return the next frame as (object, body). ``deadline`` is in monotonic seconds. Raises Closed or Late."""
    return _rest(channel, _exactly(channel, _LENGTH.size, deadline), deadline)


def receive_with_file(channel: socket.socket) -> tuple[dict[str, Any], int | None]:
    """Return the next frame as (object, descriptor or None). Raises Closed."""
    try:
        start, descriptors, _, _ = socket.recv_fds(channel, _LENGTH.size, 1)
    except OSError as error:
        raise Closed("The other side is gone.") from error
    if not start:
        raise Closed("The other side is gone.")
    if len(start) < _LENGTH.size:
        start += _exactly(channel, _LENGTH.size - len(start), None)
    header, _ = _rest(channel, start, None)
    return header, descriptors[0] if descriptors else None


def readable(channel: socket.socket, milliseconds: int) -> bool:
    """Return whether there is something to receive, its end included, waiting for it as long as that."""
    poller = select.poll()
    poller.register(channel, select.POLLIN)
    return bool(poller.poll(milliseconds))


def _rest(channel: socket.socket, start: bytes, deadline: float | None) -> tuple[dict[str, Any], bytes]:
    (length,) = _LENGTH.unpack(start)
    if length > _MOST_HEADER:
        raise Closed("The other side sent no frame.")
    try:
        header = json.loads(_exactly(channel, length, deadline))
    except ValueError as error:
        raise Closed("The other side sent no frame.") from error
    body = _exactly(channel, min(int(header.get("body", 0)), MOST_BODY), deadline)
    return header, body


def _exactly(channel: socket.socket, count: int, deadline: float | None) -> bytes:
    data = bytearray()
    while len(data) < count:
        if deadline is not None:
            _wait(channel, deadline)
        try:
            piece = channel.recv(min(count - len(data), 1024 * 1024))
        except OSError as error:
            raise Closed("The other side is gone.") from error
        if not piece:
            raise Closed("The other side is gone.")
        data += piece
    return bytes(data)


def _wait(channel: socket.socket, deadline: float) -> None:
    poller = select.poll()
    poller.register(channel, select.POLLIN)
    if not poller.poll(max(0.0, deadline - time.monotonic()) * 1000):
        raise Late("The answer did not come in time.")
