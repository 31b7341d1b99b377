"""Judge many links with one reputation: those of a text, and those that were found inside a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.engine.links.expressions import expressions
from app.engine.links.judge import LinkContext, LinkOpinion, judge_link
from app.engine.links.lookups import lookups
from app.engine.links.reputation import NOTHING_KNOWN, Hit, Reputation
from app.engine.model import Finding, Link, Report, Severity, Verdict
from app.engine.policy import Policy
from app.engine.verdict import judge

_NO_CONTEXT = LinkContext()
#: Findings about links that one file bears; the links themselves are all marked.
MOST_FINDINGS = 20


def judged(
    links: Sequence[Link], reputation: Reputation = NOTHING_KNOWN, context: LinkContext = _NO_CONTEXT
) -> list[Link]:
    """Return the links in their order, each with its verdict and, as reasons, the titles of what speaks against it."""
    opinions = _opinions(links, reputation, context)
    return [with_opinion(link, opinion) for link, opinion in zip(links, opinions, strict=True)]


def _opinions(links: Sequence[Link], reputation: Reputation, context: LinkContext) -> list[LinkOpinion]:
    known = _known_of_links(links, reputation)
    return [judge_link(link, hits, context) for link, hits in zip(links, known, strict=True)]


def _known_of_links(links: Sequence[Link], reputation: Reputation) -> list[list[Hit]]:
    """Return what is known of each link, under every address that a feed may list it by."""
    if reputation is NOTHING_KNOWN:
        return [[] for _ in links]
    ways = [lookups(link) for link in links]
    urls = list(dict.fromkeys(url for way in ways for url in way))
    known = dict(zip(urls, known_of(urls, reputation), strict=True))
    return [list(dict.fromkeys(hit for url in way for hit in known[url])) for way in ways]


def known_of(urls: Sequence[str], reputation: Reputation) -> list[list[Hit]]:
    """Return what a reputation knows of each canonical address: of its expressions, and of the network it lies in."""
    if reputation is NOTHING_KNOWN:
        return [[] for _ in urls]
    found = reputation.lookup_many([expressions(url) for url in urls])
    return [
        # A reputation may have looked at the network of an address by itself.
        list(dict.fromkeys([*hits, *reputation.networks(address)])) if (address := _address(url)) else list(hits)
        for url, hits in zip(urls, found, strict=True)
    ]


def with_opinion(link: Link, opinion: LinkOpinion) -> Link:
    """Return the link with a verdict and its reasons. What says nothing by itself is no reason."""
    telling = (finding.title for finding in opinion.findings if finding.severity is not Severity.INFO)
    return replace(link, verdict=opinion.verdict, reasons=tuple(dict.fromkeys(telling)))


def with_links_judged(
    report: Report, policy: Policy, reputation: Reputation = NOTHING_KNOWN, context: LinkContext = _NO_CONTEXT
) -> Report:
    """Return the report with its links judged, and with the verdict that follows from that."""
    if not report.urls:
        return report
    opinions = _opinions(report.urls, reputation, context)
    urls = tuple(with_opinion(link, opinion) for link, opinion in zip(report.urls, opinions, strict=True))
    return replace(
        report,
        urls=urls,
        verdict=judge(report.findings, policy, urls),
        findings=(*report.findings, *_borne(urls, opinions)),
    )


def _borne(links: Sequence[Link], opinions: Sequence[LinkOpinion]) -> list[Finding]:
    """Return what a file bears for its bad links, once for a place: at most suspicious, because the file is not bad."""
    borne: dict[tuple[str, str], Finding] = {}
    for link, opinion in zip(links, opinions, strict=True):
        if opinion.verdict.rank < Verdict.SUSPICIOUS.rank:
            continue
        for finding in opinion.findings:
            if finding.severity is not Severity.INFO:
                borne.setdefault(
                    (finding.id, link.where), replace(finding, where=link.where, severity=Severity.SUSPICIOUS)
                )
    return list(borne.values())[:MOST_FINDINGS]


def _address(url: str) -> str:
    """Return the IP address that is the host of a canonical address; empty when it is a name."""
    host = url.partition("://")[2].partition("/")[0]
    if host.startswith("["):
        return host[1:].partition("]")[0]
    name = host.partition(":")[0]
    return name if name.rpartition(".")[2].isdigit() else ""
