"""SHA-256 of a file beside its scan: hashing and rule matching both work outside the interpreter lock."""

from __future__ import annotations

import hashlib
from threading import Thread

#: Bytes from which a thread is worth starting (50 microseconds; hashing takes 80 to 500 for these, by processor).
_WORTH_A_THREAD = 128 * 1024


class Hasher:
    """Computes the SHA-256 of ``content`` from now on; ask for it when everything else is done.

    Without the processor instructions for it, hashing takes half as long as matching a thousand rules does. Where no
    thread can be started (a locked-down process), the hash is computed when it is asked for.
    """

    def __init__(self, content: memoryview) -> None:
        self._content = content
        self._digest = ""
        self._thread: Thread | None = None
        if len(content) >= _WORTH_A_THREAD:
            thread = Thread(target=self._compute, daemon=True)
            try:
                thread.start()
                self._thread = thread
            except RuntimeError:
                pass

    def hexdigest(self) -> str:
        """Return the hash in hex, 64 characters; waits for it."""
        if self._thread:
            self._thread.join()
        if not self._digest:
            self._compute()
        return self._digest

    def _compute(self) -> None:
        self._digest = hashlib.sha256(self._content).hexdigest()
