"""What is to be thought of one link: what feeds say about it, and what can be seen from the address alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from app.engine.attack import technique_of
from app.engine.links.address import Address, address_of
from app.engine.links.defang import defang
from app.engine.links.host_signs import host_signs
from app.engine.links.imitated import Brand, Brands, laid_out
from app.engine.links.lookalike import Imitation, Way, domain_inside, imitation, named_in_path
from app.engine.links.lookalike_words import MAIL_PROVIDERS
from app.engine.links.place_signs import ANYBODY, taken_over
from app.engine.links.reputation import Hit
from app.engine.links.shorteners import OF_ONE_COMPANY
from app.engine.links.shown_text import shown_signs
from app.engine.links.sign import Sign, finding_of
from app.engine.links.signs import signs_of
from app.engine.links.unwrap import is_anywhere, is_redirect, is_shortener, nested_targets
from app.engine.model import Confidence, Finding, Link, Severity, Verdict
from app.engine.policy import Policy
from app.engine.printable import printable
from app.engine.verdict import score

_LOW, _MEDIUM, _HIGH = Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH
#: From this weight on, what a feed says is believed as an own list is.
_FULL_WEIGHT = 100


@dataclass(frozen=True, slots=True)
class LinkContext:
    """What is known about the place where the link was found.

    brands       names of the tenant that links may imitate, besides those that are imitated everywhere
    own_domains  registrable domains of the tenant: links to them are never called imitations
    where        for the findings, where the link itself names no place
    """

    brands: tuple[Brand, ...] = ()
    own_domains: frozenset[str] = frozenset()
    where: str = ""


@dataclass(frozen=True, slots=True)
class LinkOpinion:
    """The verdict on a link, and the findings it came from."""

    verdict: Verdict
    findings: tuple[Finding, ...] = ()


_NO_CONTEXT = LinkContext()
_POLICY = Policy()


def judge_link(link: Link, hits: Sequence[Hit] = (), context: LinkContext = _NO_CONTEXT) -> LinkOpinion:
    """Return what is to be thought of ``link``. The time it takes depends on its length only.

    A feed of full weight makes it malicious (one of the tenant's own domains: suspicious). Feeds of less weight and the
    signs add up, each feed by itself and all signs together under a cap: signs alone make a link suspicious at most.
    """
    where = link.where or context.where
    known = _one_a_feed(hits)
    listed = [_listed(hit, link, where) for hit in known if not _is_young(hit)]
    seen = [finding_of(sign, address.url, where) for address, sign in _signs(link, context)]
    seen += [finding_of(_young(hit), link.url, where) for hit in known if _is_young(hit)]
    if not listed and not seen:
        return _NOTHING
    if not listed and all(finding.id == _NO_REASON_ALONE for finding in seen):
        seen = [replace(finding, severity=Severity.INFO) for finding in seen]
    # Feeds are independent of each other, so each weighs as a class of its own.
    weighed = [replace(finding, id=f"feed{number}.listed") for number, finding in enumerate(listed)]
    verdict = score((*weighed, *seen), _POLICY).verdict
    if verdict is Verdict.MALICIOUS and address_of(link).home in context.own_domains:
        # A list of others must not have the organisation's own links taken out of all its tickets.
        verdict, listed = Verdict.SUSPICIOUS, [replace(finding, severity=Severity.SUSPICIOUS) for finding in listed]
    return LinkOpinion(verdict, (*listed, *seen))


_NOTHING = LinkOpinion(Verdict.CLEAN)
#: Small companies have names under cheap endings as well: that says something only beside another sign.
_NO_REASON_ALONE = "link.abused_ending"


def _one_a_feed(hits: Sequence[Hit]) -> list[Hit]:
    """Return the heaviest hit of each feed: an address and its host in one feed are one opinion."""
    best: dict[str, Hit] = {}
    for hit in hits:
        if hit.feed not in best or hit.weight > best[hit.feed].weight:
            best[hit.feed] = hit
    return sorted(best.values(), key=lambda hit: -hit.weight)


#: What lists of domains that somebody has just registered call them. Such a list says nothing against a domain.
_YOUNG = re.compile(r"(?:new(?:ly)?|young|fresh)[ _-](?:registered|observed|seen|domains?)\b|nrd\b|nod\b", re.I)


def _is_young(hit: Hit) -> bool:
    return bool(hit.category and _YOUNG.match(hit.category))


def _young(hit: Hit) -> Sign:
    title = f"Registered a short while ago, says {printable(hit.feed, 60)}"
    return Sign("young_domain", _LOW, title, f"{hit.expression}{_since(hit)}")


def _since(hit: Hit) -> str:
    """Return since when a feed lists something, as a day; empty when it does not say."""
    if hit.added_at is None or not 0 < hit.added_at < _LAST_DAY:
        return ""
    return f" (since {datetime.fromtimestamp(hit.added_at, UTC):%Y-%m-%d})"


#: The end of the year 9999, the last that has a date.
_LAST_DAY = 253_402_300_800


def _listed(hit: Hit, link: Link, where: str) -> Finding:
    confidence = _HIGH if hit.weight >= 70 else _MEDIUM if hit.weight >= 40 else _LOW
    severity = Severity.MALICIOUS if hit.weight >= _FULL_WEIGHT else Severity.SUSPICIOUS
    feed, category = printable(hit.feed, 60), printable(hit.category, 60)
    title = f"Listed by {feed} as {category}" if category else f"Listed by {feed}"
    evidence = defang(hit.expression or link.url)[:200] + _since(hit)
    return Finding(
        "link.listed", severity, where, title, evidence, confidence=confidence, technique=technique_of("link.listed")
    )


def _signs(link: Link, context: LinkContext) -> Iterator[tuple[Address, Sign]]:
    address = address_of(link)
    brands = laid_out(_own(context))
    if address.home in context.own_domains:
        return
    if link.wrapped and is_anywhere(link.via):
        # Anybody can write an address in the form of these gateways, which run under their customers' names.
        outer = address_of(link, link.wrapped)
        yield from ((outer, sign) for sign in (*host_signs(outer), *_imitations(outer, brands)))
    known = address.home in brands.domains
    yield from ((address, sign) for sign in signs_of(address) if not (known and sign.name in _OF_STRANGERS))
    yield from ((address, sign) for sign in _imitations(address, brands))
    yield from ((address, sign) for sign in shown_signs(link, address, brands, context.own_domains))
    if is_shortener(link.url):
        weight = None if address.home in OF_ONE_COMPANY else _LOW
        yield address, Sign("shortener", weight, "Shortened address: where it leads cannot be seen")
    if any(is_redirect(name) for name in link.via) and address.home not in brands.domains and not _copied(link.wrapped):
        yield address, Sign("redirect", _LOW, "Leads elsewhere through a well-known site", link.wrapped)
    yield from _inside(link, brands, context)


#: What says nothing at the addresses of well-known companies, whose paths and ports are what they made them.
_OF_STRANGERS = frozenset(("hidden_page", "random_path", "port", "asks_in_clear", "abused_ending"))


def _copied(wrapped: str) -> bool:
    """Whether Google wrote the redirect itself, into a text that somebody copied from its mail or its documents."""
    return "usg=" in wrapped and "source=" in wrapped and wrapped.startswith("https://www.google.com/url?")


def _own(context: LinkContext) -> tuple[Brand, ...]:
    domains = tuple(sorted(context.own_domains - MAIL_PROVIDERS))
    return (*context.brands, Brand("your own domain", domains)) if domains else context.brands


def _inside(link: Link, brands: Brands, context: LinkContext) -> Iterator[tuple[Address, Sign]]:
    """What is to be said of the addresses that stand inside this one: only what cannot be chance."""
    if "http" not in link.url[8:] and "aHR0c" not in link.url and "domain=" not in link.url:
        return
    for target in nested_targets(link.url):
        address = address_of(link, target)
        if address.home in context.own_domains:
            continue
        for sign in _imitations(address, brands):
            if sign.confidence is not _LOW:
                yield address, sign


_WORDS = {
    Way.LETTERS: ("lookalike_letters", _HIGH, "Name spelt with look-alike letters of {}"),
    Way.SPELLING: ("lookalike_spelling", _MEDIUM, "Misspelt name of {}"),
    Way.SUBDOMAIN: ("lookalike_front", _HIGH, "Begins with the address of {}, but leads elsewhere"),
    Way.ENDING: ("lookalike_ending", _MEDIUM, "Name of {} under an ending that is not theirs"),
    Way.WORDS: ("lookalike_words", _LOW, "Name of {} in an address that is not theirs"),
    Way.INSIDE: ("lookalike_words", _LOW, "Name of {} in an address that is not theirs"),
    Way.PART: ("lookalike_part", _LOW, "Name of {} in front of an address that is not theirs"),
}


def _imitations(address: Address, brands: Brands) -> Iterator[Sign]:
    found = imitation(address, brands)
    hosted = address.hosting in ANYBODY
    if found:
        yield _imitated(found, address, hosted=hosted)
    elif front := domain_inside(address):
        yield Sign(
            "domain_inside", _MEDIUM, "Begins with one address, but leads to another", f"{front} … {address.home}"
        )
    elif (brand := named_in_path(address, brands, anybody=True)) and (
        hosted or named_in_path(address, brands) or taken_over(address)
    ):
        yield Sign("named_in_path", _LOW, f"Page about {brand.name} at an address that is not theirs")


def _imitated(found: Imitation, address: Address, *, hosted: bool) -> Sign:
    name, confidence, title = _WORDS[found.way]
    if found.way is Way.ENDING and not found.brand.everywhere:
        # The tenant may well have that one too.
        confidence = _LOW
    sure = found.asking or (hosted and found.way is not Way.PART)
    return Sign(
        name, _MEDIUM if sure and confidence is _LOW else confidence, title.format(found.brand.name), address.host
    )
