"""The list of providers stands in several places; here they are compared."""

from __future__ import annotations

import pytest

from app.adapters.providers import build_providers
from app.adapters.providers.model import Access
from app.config import PROJECT
from app.providers.catalogue import CATALOGUE, ProviderName
from app.web.api.provider_models import ProvidersBody


def test_every_provider_is_described_built_and_settable() -> None:
    names = {name.value for name in ProviderName}
    assert set(CATALOGUE) == set(ProviderName)
    assert set(build_providers(frozenset())) == names
    assert set(ProvidersBody.model_fields) == names


@pytest.mark.parametrize("name", ProviderName)
def test_what_leaves_the_house_stands_in_the_docs(name: ProviderName) -> None:
    assert f"| `{name.value}` |" in (PROJECT / "docs" / "providers.md").read_text()


@pytest.mark.parametrize("name", ProviderName)
def test_what_a_question_tells_is_only_what_the_catalogue_says(name: ProviderName) -> None:
    access = Access(options={**CATALOGUE[name].options, "lists": ["surbl", "spamhaus-dbl"], "resolver": "192.0.2.53"})
    url = "https://secret.shop.example.com/reset?token=s3cret"
    questions = build_providers(frozenset())[name.value].questions(url, access)
    told = {question.kind.value for question in questions}
    says = {"safe_browsing": {"hash-prefix"}, "web_risk": {"hash-prefix"}, "virustotal": {"url"}, "dns_lists": {"host"}}
    assert told == says.get(name.value, set())
    if told != {"url"}:
        assert not any("s3cret" in question.value for question in questions)
