"""Single sign-on with an OpenID Connect provider; how it is done stands in ``openid_exchange``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from app.access.service.single_sign_on import Begun, Provider
from app.adapters.zendesk.connect import Resolve, resolve_host

if TYPE_CHECKING:
    from app.adapters.openid_exchange import Exchange


class OpenIdProvider:
    """Asks a provider. ``trusted_hosts`` are ``host:port`` names that may be private or plain http."""

    def __init__(
        self,
        trusted_hosts: frozenset[str] = frozenset(),
        *,
        now: Callable[[], float],
        resolve: Resolve = resolve_host,
    ) -> None:
        self._trusted_hosts = trusted_hosts
        self._now = now
        self._resolve = resolve

    def begin(self, provider: Provider, redirect_uri: str) -> Begun:
        """Return where to send the browser. Raises Misconfigured (settings) or Temporary (no answer)."""
        return self._exchange().begin(provider, redirect_uri)

    def finish(
        self, provider: Provider, redirect_uri: str, *, code: str, nonce: str, verifier: str, wanted: str
    ) -> Mapping[str, Any]:
        """Return the checked claims of who has signed in; when ``wanted`` is not among them, the provider is asked.

        Raises Rejected when the answer is not sound, Misconfigured or Temporary as above.
        """
        return self._exchange().finish(provider, redirect_uri, code=code, nonce=nonce, verifier=verifier, wanted=wanted)

    def _exchange(self) -> Exchange:
        # The libraries take long to import, and workers and commands never sign anybody in.
        from app.adapters.openid_exchange import Exchange

        return Exchange(self._trusted_hosts, now=self._now, resolve=self._resolve)
