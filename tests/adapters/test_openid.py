"""Single sign-on against a provider that lies in every way the specifications warn of."""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from app.access.service.single_sign_on import Provider
from app.adapters.openid import OpenIdProvider
from app.adapters.openid_exchange import CLOCK_SKEW, LARGEST_ANSWER
from app.errors import Misconfigured, Rejected, Temporary
from tests.builders import NOON

BACK = "https://deskwarden.example.com/sign-in/sso/back"
KEY, OTHER_KEY = RSAKey.generate_key(2048, {"kid": "one"}), RSAKey.generate_key(2048, {"kid": "one"})
CLIENT = "deskwarden"


@dataclass
class LyingProvider:
    """Answers as the test says; what it says by itself is sound."""

    server: HTTPServer
    claims: dict[str, Any] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)
    user_info: dict[str, Any] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: KEY)
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "one"})
    token: str | None = None
    asked: list[dict[str, str]] = field(default_factory=list)
    authorization: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        answers = {
            "/.well-known/openid-configuration": self._metadata,
            "/token": self._tokens,
            "/jwks": lambda _request: _json({"keys": [KEY.as_dict(private=False)]}),
            "/userinfo": lambda _request: _json({"sub": "rosa-1", **self.user_info}),
        }
        for path, answer in answers.items():
            self.server.expect_request(path).respond_with_handler(answer)

    @property
    def issuer(self) -> str:
        return self.server.url_for("").rstrip("/")

    def _metadata(self, _request: Request) -> Response:
        addresses = {
            "authorization_endpoint": f"{self.issuer}/authorize?tenant=a",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
        }
        return _json({"issuer": self.issuer, **addresses, **self.metadata})

    def _tokens(self, request: Request) -> Response:
        self.asked.append(request.form.to_dict())
        self.authorization.append(request.headers.get("Authorization", ""))
        if request.form["code"] != "good":
            return _json({"error": "invalid_grant"}, 400)
        return _json({"access_token": "at", "token_type": "Bearer", "id_token": self.token or self.signed()})

    def signed(self) -> str:
        sound = {
            "iss": self.issuer,
            "sub": "rosa-1",
            "aud": CLIENT,
            "exp": int(NOON) + 300,
            "iat": int(NOON),
            "nonce": "the-nonce",
            "roles": ["sec"],
        }
        claims = {name: value for name, value in {**sound, **self.claims}.items() if name not in self.without}
        return jwt.encode(self.header, claims, self.key, algorithms=[self.header["alg"]])


def refused(lying: LyingProvider) -> None:
    with pytest.raises(Rejected, match="not signed"):
        finish(lying)


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _json(value: Any, status: int = 200) -> Response:
    return Response(json.dumps(value), status, mimetype="application/json")


@pytest.fixture
def lying(httpserver: HTTPServer) -> LyingProvider:
    return LyingProvider(httpserver)


def client(lying: LyingProvider) -> OpenIdProvider:
    return OpenIdProvider(frozenset({urlsplit(lying.issuer).netloc}), now=lambda: NOON)


def finish(lying: LyingProvider, *, code: str = "good", secret: str | None = "s3cret", wanted: str = "roles") -> Any:
    provider = Provider(lying.issuer, CLIENT, secret)
    return client(lying).finish(provider, BACK, code=code, nonce="the-nonce", verifier="v" * 64, wanted=wanted)


def test_the_browser_is_sent_with_everything_that_must_come_back(lying: LyingProvider) -> None:
    begun = client(lying).begin(Provider(lying.issuer, CLIENT, None), BACK)
    sent = {name: values[0] for name, values in parse_qs(urlsplit(begun.url).query).items()}
    assert sent | {"code_challenge": ""} == {
        "tenant": "a",
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": BACK,
        "scope": "openid profile email",
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge_method": "S256",
        "code_challenge": "",
    }
    assert begun.verifier not in begun.url
    assert len({begun.state, begun.nonce, begun.verifier, sent["code_challenge"]}) == 4


def test_every_sign_in_has_secrets_of_its_own(lying: LyingProvider) -> None:
    first, second = (client(lying).begin(Provider(lying.issuer, CLIENT, None), BACK) for _ in range(2))
    assert not {first.state, first.nonce, first.verifier} & {second.state, second.nonce, second.verifier}


def test_a_sound_answer_gives_its_claims(lying: LyingProvider) -> None:
    assert finish(lying)["roles"] == ["sec"]
    assert lying.asked == [
        {"grant_type": "authorization_code", "code": "good", "redirect_uri": BACK, "code_verifier": "v" * 64}
    ]
    assert lying.authorization[0].startswith("Basic ")


def test_a_public_client_names_itself_without_a_secret(lying: LyingProvider) -> None:
    finish(lying, secret=None)
    assert lying.asked[0]["client_id"] == CLIENT
    assert lying.authorization == [""]


def test_a_provider_that_takes_no_basic_gets_the_secret_in_the_body(lying: LyingProvider) -> None:
    lying.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    finish(lying)
    assert lying.asked[0]["client_secret"] == "s3cret"


@pytest.mark.parametrize(
    ("claims", "word"),
    [
        ({"nonce": "another"}, "nonce"),
        ({"iss": "https://evil.example"}, "iss"),
        ({"iss": "HTTPS://EVIL.EXAMPLE"}, "iss"),
        ({"aud": "another-client"}, "aud"),
        ({"aud": ["another-client"]}, "aud"),
        ({"aud": [CLIENT, "another-client"]}, "azp"),
        ({"aud": [CLIENT, "another-client"], "azp": "another-client"}, "azp"),
        ({"exp": int(NOON) - CLOCK_SKEW - 1}, "too old"),
        ({"iat": int(NOON) + CLOCK_SKEW + 5}, "clock right"),
        ({"nbf": int(NOON) + CLOCK_SKEW + 5}, "clock right"),
        ({"at_hash": "bm90IGl0"}, "at_hash"),
        ({"exp": "tomorrow"}, "exp"),
        ({"aud": None}, "aud"),
    ],
)
def test_a_token_that_does_not_fit_is_refused(lying: LyingProvider, claims: dict[str, Any], word: str) -> None:
    lying.claims = claims
    with pytest.raises(Rejected, match=word):
        finish(lying)


@pytest.mark.parametrize("name", ["iss", "sub", "aud", "exp", "iat", "nonce"])
def test_a_token_that_leaves_something_out_is_refused(lying: LyingProvider, name: str) -> None:
    lying.without = (name,)
    with pytest.raises(Rejected, match=name):
        finish(lying)


@pytest.mark.parametrize("claims", [{"exp": int(NOON) - CLOCK_SKEW + 5}, {"iat": int(NOON) + CLOCK_SKEW - 5}])
def test_clocks_may_differ_a_little(lying: LyingProvider, claims: dict[str, Any]) -> None:
    lying.claims = claims
    assert finish(lying)["sub"] == "rosa-1"


def test_a_token_without_a_signature_is_refused(lying: LyingProvider) -> None:
    _, claims, signature = lying.signed().split(".")
    for algorithm in ("none", "None", "NONE", ""):
        header = _base64(json.dumps({"alg": algorithm}).encode())
        for last in ("", signature):
            lying.token = f"{header}.{claims}.{last}"
            refused(lying)


def test_a_token_signed_by_another_key_is_refused(lying: LyingProvider) -> None:
    lying.key = OTHER_KEY
    with pytest.raises(Rejected, match="not signed"):
        finish(lying)


def test_a_token_signed_with_the_public_key_as_a_shared_secret_is_refused(lying: LyingProvider) -> None:
    _, claims, _ = lying.signed().split(".")
    for shared in (KEY.as_pem(private=False), json.dumps(KEY.as_dict(private=False)).encode()):
        text = _base64(b'{"alg":"HS256","kid":"one"}') + f".{claims}"
        lying.token = f"{text}.{_base64(hmac.digest(shared, text.encode(), 'sha256'))}"
        refused(lying)


def test_a_token_that_brings_its_own_key_is_refused(lying: LyingProvider) -> None:
    lying.key = OTHER_KEY
    lying.header = {"alg": "RS256", "jwk": OTHER_KEY.as_dict(private=False)}
    with pytest.raises(Rejected, match="not signed"):
        finish(lying)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "\u2028.a.b", "." * 1000])
def test_what_is_no_token_is_refused(lying: LyingProvider, token: str) -> None:
    lying.token = token or "..."
    with pytest.raises(Rejected):
        finish(lying)


def test_a_code_that_the_provider_does_not_know_is_refused(lying: LyingProvider) -> None:
    with pytest.raises(Rejected, match="its own code"):
        finish(lying, code="stolen")


def test_the_provider_is_asked_for_the_role_when_the_token_has_none(lying: LyingProvider) -> None:
    lying.without, lying.user_info = ("roles",), {"roles": "sec", "iss": "https://evil.example"}
    claims = finish(lying)
    assert (claims["roles"], claims["iss"]) == ("sec", lying.issuer)


def test_what_it_then_says_about_somebody_else_is_refused(lying: LyingProvider) -> None:
    lying.without, lying.user_info = ("roles",), {"sub": "the-boss", "roles": "sec"}
    with pytest.raises(Rejected, match="somebody else"):
        finish(lying)


# ── where the provider sends us ────────────────────────────────────────────


def test_a_provider_of_another_name_is_refused_and_named(lying: LyingProvider) -> None:
    lying.metadata["issuer"] = "https://login.example/v2"
    with pytest.raises(Misconfigured, match=r"login\.example/v2"):
        finish(lying)


@pytest.mark.parametrize("name", ["token_endpoint", "jwks_uri"])
@pytest.mark.parametrize(
    "address", ["http://169.254.169.254/", "http://login.example/", "https://10.0.0.1/", "file:///", 7]
)
def test_addresses_that_lead_elsewhere_are_not_asked(lying: LyingProvider, name: str, address: Any) -> None:
    lying.metadata[name] = address
    with pytest.raises(Misconfigured):
        client(lying).begin(Provider(lying.issuer, CLIENT, None), BACK)
        finish(lying)


def test_plain_http_is_only_for_trusted_hosts(lying: LyingProvider) -> None:
    stranger = OpenIdProvider(now=lambda: NOON)
    with pytest.raises(Misconfigured, match="DESKWARDEN_TRUSTED_HOSTS"):
        stranger.begin(Provider(lying.issuer, CLIENT, None), BACK)


def test_a_redirect_is_not_followed(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/.well-known/openid-configuration").respond_with_data(
        status=302, headers={"Location": "http://169.254.169.254/"}
    )
    issuer = httpserver.url_for("").rstrip("/")
    openid = OpenIdProvider(frozenset({urlsplit(issuer).netloc}), now=lambda: NOON)
    with pytest.raises(Misconfigured, match="HTTP 302"):
        openid.begin(Provider(issuer, CLIENT, None), BACK)


def test_an_answer_without_an_end_is_not_read(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/.well-known/openid-configuration").respond_with_data(b" " * (LARGEST_ANSWER + 1))
    issuer = httpserver.url_for("").rstrip("/")
    openid = OpenIdProvider(frozenset({urlsplit(issuer).netloc}), now=lambda: NOON)
    with pytest.raises(Temporary):
        openid.begin(Provider(issuer, CLIENT, None), BACK)


def test_a_provider_that_is_away_is_a_matter_of_time() -> None:
    openid = OpenIdProvider(frozenset({"127.0.0.1:9"}), now=lambda: NOON)
    with pytest.raises(Temporary, match="does not answer"):
        openid.begin(Provider("http://127.0.0.1:9", CLIENT, None), BACK)


def test_the_client_secret_never_shows() -> None:
    assert "s3cret" not in repr(Provider("https://login.example", CLIENT, "s3cret"))
