"""The shapes of the API around links: what is sent to be judged, which providers are asked, what left the house."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from app.adapters.providers.model import Kind
from app.providers.catalogue import ProviderName
from app.providers.service.policies import (
    LEAST_SECONDS,
    LONGEST_KEY,
    MOST_PER_DAY,
    MOST_PER_MINUTE,
    MOST_SECONDS,
)
from app.web.api.models import In, Out, PageQuery, Text, Time

#: Links in one request, and characters of one.
MOST_URLS, LONGEST_URL = 500, 8_192

Url = Annotated[Text, Field(min_length=1, max_length=LONGEST_URL)]
Name = Annotated[Text, Field(max_length=200)]


class UrlsBody(In):
    """One link as ``url``, or several as ``urls``; without ``connection`` they belong to no tenant."""

    url: Url | None = None
    urls: Annotated[list[Url], Field(min_length=1, max_length=MOST_URLS)] | None = None
    connection: Name | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> UrlsBody:
        if (self.url is None) == (self.urls is None):
            raise ValueError("Send either 'url' or 'urls'.")
        return self

    def all(self) -> list[str]:
        """Return the links, whichever way they came."""
        return [self.url] if self.url is not None else list(self.urls or ())


class UrlsTaken(Out):
    """The scans of the links, in their order; ``scan_id`` is the first of them."""

    scan_id: int
    scan_ids: list[int]


class ProviderBody(In):
    """What is to change; what is left out stays. An empty ``key`` takes the key away."""

    enabled: bool | None = None
    key: Annotated[str, Field(max_length=LONGEST_KEY, pattern=r"^[!-~]*$")] | None = None
    per_minute: Annotated[int, Field(ge=0, le=MOST_PER_MINUTE)] | None = None
    per_day: Annotated[int, Field(ge=0, le=MOST_PER_DAY)] | None = None
    seconds: Annotated[float, Field(ge=LEAST_SECONDS, le=MOST_SECONDS)] | None = None
    options: dict[str, Any] | None = None


class ProvidersBody(In):
    """The providers to change, by name; the others stay as they are."""

    safe_browsing: ProviderBody | None = None
    web_risk: ProviderBody | None = None
    virustotal: ProviderBody | None = None
    dns_lists: ProviderBody | None = None
    shorteners: ProviderBody | None = None

    def changes(self) -> dict[ProviderName, ProviderBody]:
        """Return what is to change."""
        found = {name: getattr(self, name.value) for name in ProviderName}
        return {name: body for name, body in found.items() if body is not None}


class Provider(Out):
    """A provider as it is set for one connection. Its key is never shown. A limit of 0 is none."""

    provider: ProviderName
    title: str
    sends: str = Field(description="What leaves the house while it is switched on.")
    enabled: bool
    needs_key: bool
    has_key: bool
    per_minute: int
    per_day: int
    seconds: float = Field(description="Seconds that one call may take; then there is no opinion.")
    options: dict[str, Any]
    used_today: int = Field(description="Calls since midnight (UTC) of the last day on which there were any.")
    paused_until: Time | None
    problem: str = Field(description="Why it had no opinion the last time it was asked; empty when it had one.")
    changed_at: Time | None
    changed_by: str


class Providers(Out):
    """Every provider there is."""

    results: list[Provider]


class DisclosureQuery(PageQuery):
    """What the record is narrowed by."""

    connection: Name | None = None
    provider: ProviderName | None = None


class Disclosure(Out):
    """Something that left the house. ``sent`` is it, word for word."""

    id: int
    at: Time
    connection: str
    provider: ProviderName
    recipient: str
    kind: Kind
    sent: list[str]
    tickets: list[int]
    outcome: Literal["sending", "listed", "not listed", "no opinion", "not sent"]
    detail: str
    finished_at: Time | None


class DisclosurePage(Out):
    """The record, newest first."""

    results: list[Disclosure]
    next: str | None
