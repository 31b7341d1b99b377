"""Services outside the house that have an opinion on links, one file each; asked only where a policy says so."""

from __future__ import annotations

from app.adapters.providers import safe_browsing, virustotal, web_risk
from app.adapters.providers.dns_lists import DnsLists
from app.adapters.providers.http import Door
from app.adapters.providers.model import Provider
from app.adapters.providers.shorteners import Shorteners


def build_providers(trusted_hosts: frozenset[str]) -> dict[str, Provider]:
    """Return every provider under the name that policies have for it. Nobody is asked yet."""
    return {
        "safe_browsing": safe_browsing.SafeBrowsing(Door(safe_browsing.BASE_URL)),
        "web_risk": web_risk.WebRisk(Door(web_risk.BASE_URL)),
        "virustotal": virustotal.VirusTotal(Door(virustotal.BASE_URL)),
        "dns_lists": DnsLists(),
        "shorteners": Shorteners(trusted_hosts=trusted_hosts),
    }
