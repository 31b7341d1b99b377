"""What services outside the house have answered about links, for whoever judges them. Asks nobody, only remembers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from app.adapters.providers.model import Access, Listing, Provider
from app.engine.links.reputation import Hit
from app.providers.catalogue import ProviderName
from app.providers.service.answers import Answers
from app.providers.service.policies import ProviderPolicies


class ProviderOpinions:
    """The answers that are kept, in terms of links."""

    def __init__(
        self, policies: ProviderPolicies, answers: Answers, providers: Mapping[ProviderName, Provider]
    ) -> None:
        self._policies = policies
        self._answers = answers
        self._providers = providers

    def opinions(self, connection_id: int, urls: Iterable[str]) -> dict[str, list[Hit]]:
        """Return what providers have answered about canonical addresses.

        A shortened address has the hits of its target, too.
        """
        known, urls = self._policies.known(connection_id), list(urls)
        if not known:
            return {}
        targets = self._targets(connection_id, urls, known)
        hits = self._hits(connection_id, list(dict.fromkeys([*urls, *targets.values()])), known)
        found = {url: hits.get(url, []) + hits.get(targets.get(url, ""), []) for url in urls}
        return {url: each for url, each in found.items() if each}

    def targets(self, connection_id: int, urls: Iterable[str]) -> dict[str, str]:
        """Return where shortened addresses lead, as far as they were followed."""
        known = self._policies.known(connection_id)
        return self._targets(connection_id, list(urls), known) if known else {}

    def _targets(self, connection_id: int, urls: Sequence[str], known: Mapping[ProviderName, Access]) -> dict[str, str]:
        name = ProviderName.SHORTENERS
        if name not in known or name not in self._providers:
            return {}
        found = self._listings(connection_id, name, urls, known[name])
        return {url: listing.target for url, listings in found.items() for listing in listings if listing.target}

    def _hits(
        self, connection_id: int, urls: Sequence[str], known: Mapping[ProviderName, Access]
    ) -> dict[str, list[Hit]]:
        hits: dict[str, list[Hit]] = {}
        for name, access in known.items():
            if name in self._providers:
                for url, listings in self._listings(connection_id, name, urls, access).items():
                    hits.setdefault(url, []).extend(self._providers[name].hits(url, listings))
        return hits

    def _listings(
        self, connection_id: int, name: ProviderName, urls: Sequence[str], access: Access
    ) -> dict[str, list[Listing]]:
        """Return what one provider lists, by address."""
        asked = {url: self._providers[name].questions(url, access) for url in urls}
        questions = [question for each in asked.values() for question in each]
        if not questions:
            return {}
        found = self._answers.believed(connection_id, {name: questions})
        listings = {
            url: [listing for each in questions for listing in found.get((name, each.value), ())]
            for url, questions in asked.items()
        }
        return {url: each for url, each in listings.items() if each}
