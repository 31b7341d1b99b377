from __future__ import annotations

import socket

from app.engine import wire


class _LeavesAfterHearing(socket.socket):
    """The sender's end of a pair whose other end leaves as soon as it has heard a whole frame."""

    other: socket.socket
    heard = 0

    def sendall(self, data: bytes, flags: int = 0) -> None:  # type: ignore[override]
        super().sendall(data, flags)
        self.heard += len(data)
        if self.heard > 4:  # the length, and what it announces
            self.other.close()


def test_whoever_has_heard_all_may_leave() -> None:
    here, there = socket.socketpair()
    with _LeavesAfterHearing(fileno=here.detach()) as channel, there:
        channel.other = there
        wire.send(channel, {"name": "a.txt"})
        assert channel.heard > 4
