"""Single sign-on: OpenID Connect, authorization code with PKCE, by Authlib; the ID token is checked by joserfc.

Sources: OpenID Connect Core 1.0 (3.1.3.7, ID token validation) and Discovery 1.0 (4.3, the issuer must be the one
asked), RFC 7636 (PKCE), RFC 8725 (algorithms are chosen by us, never by the token), RFC 9700 (current practice).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any, cast

import requests
from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]
from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import KeySet
from urllib3.exceptions import HTTPError

from app.access.claims import values_of
from app.access.service.single_sign_on import Begun, Provider
from app.adapters.open_internet import OpenRule
from app.adapters.zendesk.connect import GuardedAdapter, Resolve, resolve_host
from app.adapters.zendesk.deadline import Deadline
from app.adapters.zendesk.errors import NotAllowed
from app.adapters.zendesk.exchange import USER_AGENT, send
from app.adapters.zendesk.hosts import parse
from app.adapters.zendesk.json_body import parse_json
from app.errors import Misconfigured, Rejected, Temporary

#: Seconds for everything that one step of a sign-in asks of the provider.
CALL_SECONDS = 20.0
#: Seconds that the clocks of the provider and of this machine may differ.
CLOCK_SKEW = 120
#: Bytes of the largest answer that is read.
LARGEST_ANSWER = 1 << 20
SCOPE = "openid profile email"

#: Signatures with a public key only: ``none`` and those made with a shared secret are refused, whatever a token says.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")

_DISCOVERY = "/.well-known/openid-configuration"
_CHUNK = 1 << 16
#: How the client proves itself where HTTP Basic is not taken (OpenID Connect Core 1.0, section 9).
_SECRET_IN_BODY = "client_secret_post"  # noqa: S105 - the name of a method


class Exchange:
    """Asks a provider. ``trusted_hosts`` are ``host:port`` names that may be private or plain http."""

    def __init__(
        self,
        trusted_hosts: frozenset[str] = frozenset(),
        *,
        now: Callable[[], float],
        resolve: Resolve = resolve_host,
    ) -> None:
        self._rule = OpenRule(frozenset(), trusted_hosts)
        self._now = now
        self._resolve = resolve

    def begin(self, provider: Provider, redirect_uri: str) -> Begun:
        """Return where to send the browser. Raises Misconfigured (settings) or Temporary (no answer)."""
        begun = Begun("", secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))
        with _Call(self, provider, redirect_uri) as call:
            endpoint = call.endpoint("authorization_endpoint")
            url, state = call.session.create_authorization_url(
                endpoint, state=begun.state, code_verifier=begun.verifier, nonce=begun.nonce
            )
        return Begun(url, state, begun.nonce, begun.verifier)

    def finish(
        self, provider: Provider, redirect_uri: str, *, code: str, nonce: str, verifier: str, wanted: str
    ) -> Mapping[str, Any]:
        """Return the checked claims of who has signed in; when ``wanted`` is not among them, the provider is asked.

        Raises Rejected when the answer is not sound, Misconfigured or Temporary as above.
        """
        with _Call(self, provider, redirect_uri) as call:
            tokens = call.tokens(code, verifier)
            claims = self._checked(call, provider, tokens, nonce)
            if wanted and not values_of(claims, wanted) and "userinfo_endpoint" in call.metadata:
                return {**call.user_info(str(claims["sub"])), **claims}
        return claims

    def _checked(self, call: _Call, provider: Provider, tokens: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
        token = tokens.get("id_token")
        if not isinstance(token, str):
            raise _unsound("no ID token came back; is the scope openid allowed for this client?")
        try:
            keys = KeySet.import_key_set(cast("Any", call.document(call.endpoint("jwks_uri"))))
            decoded = jwt.decode(token, keys, algorithms=list(ALGORITHMS))
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": provider.issuer},
                    "sub": {"essential": True},
                    "aud": {"essential": True, "value": provider.client_id},
                },
                {"nonce": nonce, "client_id": provider.client_id, "access_token": tokens.get("access_token")},
            )
            claims.validate(now=int(self._now()), leeway=CLOCK_SKEW)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise _unsound(_reason(error)) from None
        return dict(claims)


class _Call:
    """One step of a sign-in: what the provider says of itself, asked under one deadline."""

    def __init__(self, owner: Exchange, provider: Provider, redirect_uri: str) -> None:
        self._owner = owner
        self._issuer = provider.issuer
        self.session = _Session(
            client_id=provider.client_id,
            client_secret=provider.secret,
            scope=SCOPE,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
        )
        adapter = GuardedAdapter(owner._rule, owner._resolve)
        self.session.mount("https://", adapter)
        self.session.mount("http://", adapter)
        self._deadline = Deadline(CALL_SECONDS)
        self.metadata: Mapping[str, Any] = {}

    def __enter__(self) -> _Call:
        self._deadline.__enter__()
        try:
            self._discover()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_exception: object) -> None:
        self._deadline.__exit__(None, None, None)
        self.session.close()

    def _discover(self) -> None:
        self.metadata = self.document(self._issuer.rstrip("/") + _DISCOVERY)
        said = self.metadata.get("issuer")
        if said != self._issuer:
            shown = said if isinstance(said, str) and said.isprintable() and len(said) < 300 else "something else"
            raise Misconfigured(
                f"The provider calls itself {shown}, not {self._issuer}. Enter the issuer exactly as it does.",
                code="sso-issuer",
            )
        methods = self.metadata.get("token_endpoint_auth_methods_supported")
        if isinstance(methods, list) and self.session.client_secret and "client_secret_basic" not in methods:
            self.session.token_endpoint_auth_method = _SECRET_IN_BODY

    def endpoint(self, name: str) -> str:
        """Return an address of the provider's; it obeys the same rule as the issuer."""
        found = self.metadata.get(name)
        if not isinstance(found, str):
            raise Misconfigured(f"The provider does not name its {name}.", code="sso-discovery")
        self._checked(found)
        return found

    def document(self, url: str, **headers: str) -> Mapping[str, Any]:
        """Return the JSON object at an address. Raises Misconfigured or Temporary."""
        self._checked(url)
        answer = self._asked(lambda: self.session.request("GET", url, withhold_token=True, headers=headers))
        if answer.status_code >= 500 or answer.status_code == 429:
            raise _away(f"HTTP {answer.status_code}")
        found = parse_json(answer.content) if answer.status_code == 200 else None
        if not isinstance(found, dict):
            raise Misconfigured(
                f"The provider has nothing to read at {url} (HTTP {answer.status_code}). Look at the issuer.",
                code="sso-discovery",
            )
        return found

    def tokens(self, code: str, verifier: str) -> Mapping[str, Any]:
        """Return what the provider gives for the code. Raises Rejected when it refuses."""
        endpoint = self.endpoint("token_endpoint")
        try:
            found = self._asked(
                lambda: self.session.fetch_token(
                    endpoint, code=code, code_verifier=verifier, grant_type="authorization_code"
                )
            )
        except OAuthError as error:
            if error.error == "invalid_client":
                raise Misconfigured(
                    "The provider does not accept Deskwarden's client id and secret. An administrator can enter them "
                    "anew.",
                    code="sso-client",
                ) from None
            raise _unsound("the provider did not accept its own code; begin again") from None
        except ValueError:
            raise _away("no JSON") from None
        return cast("Mapping[str, Any]", found)

    def user_info(self, subject: str) -> Mapping[str, Any]:
        """Return the further claims that the provider gives about who has signed in."""
        token = str(self.session.token["access_token"])
        claims = self.document(self.endpoint("userinfo_endpoint"), Authorization=f"Bearer {token}")
        # OpenID Connect Core 1.0, 5.3.2: otherwise the answer may be about somebody else.
        if claims.get("sub") != subject:
            raise _unsound("the provider's user information is about somebody else")
        return claims

    def _checked(self, url: str) -> None:
        try:
            self._owner._rule.check(parse(url).origin)
        except NotAllowed as refusal:
            raise Misconfigured(
                f"The provider's address may not be asked. {refusal.message} Providers inside the house are named in "
                "DESKWARDEN_TRUSTED_HOSTS.",
                code="sso-address",
            ) from None

    def _asked(self, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except NotAllowed as refusal:
            raise Misconfigured(f"The provider may not be asked. {refusal.message}", code="sso-address") from None
        except (OAuthError, ValueError):
            raise
        except (requests.RequestException, HTTPError, OSError) as failure:
            raise _away("too slow" if self._deadline.expired else type(failure).__name__) from None


class _Session(OAuth2Session):  # type: ignore[misc]
    """Authlib's client over our guarded transport: no redirect is followed, and no answer is read without an end."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # The environment could name a proxy or other authorities.
        self.trust_env = False
        self.headers.update({"User-Agent": USER_AGENT, "Accept": "application/json"})

    def send(self, request: requests.PreparedRequest, **_options: Any) -> requests.Response:
        """Send a request and read its answer, up to the limit."""
        with send(self, request) as response:
            body = bytearray()
            for chunk in response.iter_content(_CHUNK):
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    raise requests.exceptions.ContentDecodingError("too large")
            response._content = bytes(body)
            return response


def _unsound(why: str) -> Rejected:
    return Rejected(f"Signing in did not work: {why}.", code="sso-answer")


def _reason(error: Exception) -> str:
    """Say which check failed; the library's words may quote the token."""
    clock = "is the clock right, here and at the provider?"
    if isinstance(error, ExpiredTokenError):
        return f"the ID token is too old; {clock}"
    claim = getattr(error, "claim", None)
    if isinstance(claim, str) and claim.isidentifier():
        return f"the ID token does not fit (claim {claim})" + (f"; {clock}" if claim in ("iat", "nbf") else "")
    return "the ID token is not signed by this provider"


def _away(why: str) -> Temporary:
    return Temporary(f"Your company's sign-in does not answer ({why}). Try again in a minute.", code="sso-away")
