"""Sockets that only open to an address that was checked, and a ``requests`` session made of them.

Name, certificate and Host header stay those of the address asked for; only the name server's answer is taken out of
the library's hands: it is looked up here, judged, and the very address that was judged is connected to.
"""

from __future__ import annotations

import http.cookiejar
import queue
import socket
import threading
from collections.abc import Callable
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

from app.adapters.zendesk.deadline import current_deadline
from app.adapters.zendesk.errors import NotAllowed
from app.adapters.zendesk.hosts import HostRule, Origin, check_endpoint

#: Returns the addresses of a host, in order of preference; raises OSError when there are none.
Resolve = Callable[[str, int], list[str]]

#: Seconds for a name server, and for one connection attempt.
RESOLVE_SECONDS = 5.0
CONNECT_SECONDS = 5.0
#: Seconds without a byte before an answer counts as stuck.
READ_SECONDS = 15.0

#: Addresses tried one after the other; more would only eat the deadline.
_ATTEMPTS = 3
_POOL_SIZE = 16


def resolve_host(host: str, port: int) -> list[str]:
    """Look a host up with the system's resolver, within ``RESOLVE_SECONDS``; raises OSError.

    The system call cannot be interrupted and may take half a minute, so it runs in a thread that is left behind.
    """
    answer: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer.put(list(dict.fromkeys(str(entry[4][0]) for entry in found)))
        except OSError as error:
            answer.put(error)
        except UnicodeError:
            answer.put(socket.gaierror("not a host name"))

    threading.Thread(target=look_up, name="resolve", daemon=True).start()
    try:
        addresses = answer.get(timeout=RESOLVE_SECONDS)
    except queue.Empty:
        raise socket.gaierror("the name server does not answer") from None
    if isinstance(addresses, OSError):
        raise addresses
    return addresses


class _Guarded:
    """Mixed into urllib3's connections: where they open their socket, and that the deadline knows it."""

    rule: HostRule
    resolve: Resolve
    scheme: str
    host: str
    port: int
    sock: socket.socket | None
    socket_options: Any

    def _new_conn(self) -> socket.socket:
        origin = Origin(self.scheme, self.host.strip("[]").rstrip(".").lower(), self.port)
        self.rule.check(origin)
        try:
            addresses = self.resolve(origin.host, origin.port)
        except OSError as error:
            raise NameResolutionError(self.host, self, socket.gaierror(str(error))) from error  # type: ignore[arg-type]
        for address in addresses:
            # All of them: a name that answers with a public and a private address is trying something.
            self.rule.check_address(origin, address)
        sock = self._open(addresses)
        deadline = current_deadline()
        if deadline is not None:
            deadline.guard(sock)
        return sock

    def _open(self, addresses: list[str]) -> socket.socket:
        failure = OSError("the name has no address")
        for address in addresses[:_ATTEMPTS]:
            deadline = current_deadline()
            timeout = CONNECT_SECONDS if deadline is None else min(CONNECT_SECONDS, deadline.left())
            try:
                return create_connection((address, self.port), timeout, socket_options=self.socket_options)
            except OSError as error:
                failure = error
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(self, f"Connection to {self.host} timed out.") from failure
        raise NewConnectionError(self, "No connection could be opened.") from failure  # type: ignore[arg-type]

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Send a request; a connection kept from an earlier call comes under this call's deadline."""
        deadline = current_deadline()
        if deadline is not None and self.sock is not None:
            deadline.guard(self.sock)
        super().request(*args, **kwargs)  # type: ignore[misc]


class GuardedAdapter(HTTPAdapter):
    """Transport of ``requests`` whose connections obey a HostRule; never repeats, never goes through a proxy."""

    def __init__(self, rule: HostRule, resolve: Resolve = resolve_host) -> None:
        guard = {"rule": rule, "resolve": staticmethod(resolve)}
        plain = type("GuardedHTTPConnection", (_Guarded, HTTPConnection), {**guard, "scheme": "http"})
        secure = type("GuardedHTTPSConnection", (_Guarded, HTTPSConnection), {**guard, "scheme": "https"})
        self._pools = {
            "http": type("GuardedHTTPPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("GuardedHTTPSPool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }
        super().__init__(pool_connections=4, pool_maxsize=_POOL_SIZE, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools, of our own kind of connection."""
        super().init_poolmanager(*args, **kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Refuse: a proxy would connect in our place, to whatever it likes."""
        raise NotAllowed("Proxies are not used for calls to Zendesk.", code="proxy")


def guarded_session(rule: HostRule, *, resolve: Resolve = resolve_host, ca_file: str | None = None) -> requests.Session:
    """Return a session that only talks to what the rule allows and keeps nothing between calls but connections.

    ``ca_file`` names certificate authorities to trust in place of the public ones.
    """
    session = requests.Session()
    # The environment could name a proxy, other authorities (over ``verify``) or, in a netrc, other credentials.
    session.trust_env = False
    session.verify = ca_file or True
    session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    adapter = GuardedAdapter(rule, resolve)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def account_session(
    base_url: str,
    trusted_hosts: frozenset[str] = frozenset(),
    *,
    resolve: Resolve = resolve_host,
    ca_file: str | None = None,
) -> requests.Session:
    """Return a session for one account's API and token endpoint; it reaches no other host.

    Raises Misconfigured when the base URL may not be used. Share it between the client and its tokens.
    """
    origin = check_endpoint(base_url, trusted_hosts).origin
    return guarded_session(HostRule(frozenset({origin}), trusted_hosts), resolve=resolve, ca_file=ca_file)
