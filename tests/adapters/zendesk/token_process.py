"""A process of the service, as far as tokens go; the test of single-flight renewal runs two of them.

Prints ``ready``, then the authorization, then the one after a refusal, each after a line on standard input.
"""

from __future__ import annotations

import fcntl
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.adapters.zendesk.auth import ClientCredentials, OAuthTokens, StoredToken
from app.adapters.zendesk.connect import account_session
from app.logs import configure_logs


class FileTokenStore:
    """A TokenStore that processes share: a JSON file, and a lock on another."""

    def __init__(self, folder: Path) -> None:
        self._token, self._lock = folder / "token.json", folder / "lock"

    def load(self) -> StoredToken | None:
        return StoredToken(**json.loads(self._token.read_text())) if self._token.exists() else None

    @contextmanager
    def lock(self) -> Iterator[None]:
        with self._lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def save(self, token: StoredToken) -> None:
        fields = {"access_token": token.access_token, "obtained_at": token.obtained_at, "expires_at": token.expires_at}
        self._token.write_text(json.dumps(fields))


def main(folder: str, name: str) -> None:
    configure_logs("info")  # standard output is for the answers
    credentials = ClientCredentials("deskwarden", "s3cret", "tickets:read")
    session = account_session(f"http://{name}", frozenset({name}))
    tokens = OAuthTokens(f"http://{name}", credentials, FileTokenStore(Path(folder)), session)
    print("ready", flush=True)
    sys.stdin.readline()
    first = tokens.authorization()
    print(first, flush=True)
    sys.stdin.readline()
    print(tokens.refresh(first), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
