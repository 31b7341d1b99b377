"""What a link says it is, held against where it leads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.links.address import Address, home_of
from app.engine.links.canonical import canonical
from app.engine.links.imitated import Brands
from app.engine.links.mailing_services import is_mailing_service
from app.engine.links.sign import Sign
from app.engine.links.unwrap import is_shortener
from app.engine.model import Confidence, Link

#: A text that is an address: with its scheme, with ``www.``, or bare and alone.
_SHOWN = re.compile(
    r"\s*(?:https?://|www\.)?(?:[^\s/@<>]{1,64}@)?((?:[\w-]{1,63}\.){1,6}[a-z][a-z-]{1,22})(?::\d{1,5})?(?:[/?#]\S{0,500})?\s*",
    re.I,
)
#: In front of their own domains, companies put hosts like these to count the clicks of their newsletters.
_COUNTS = re.compile(
    r"(?:clicks?|links?|lnk|e?mail(?:ing)?s?|em?|news(?:letter)?s?|track(?:ing)?|trk|tr|go|[rtl]|url|ablinks?|c[lt]|view|info"
    r"|campaigns?|marketing|response|comms?)\d{0,6}(?:\.|$)"
)
#: Endings that are more often a file's than a domain's, where no scheme stands in front.
_FILES = frozenset("zip mov sh py pl rs md ps ai app so st doc docx pdf txt xls xlsx js css html htm php json".split())


def shown_signs(link: Link, address: Address, brands: Brands, own: frozenset[str]) -> Iterator[Sign]:
    """Yield a sign when the text of a link is an address that belongs to somebody else than the one it leads to.

    Mailing services count clicks, so a text of their customer's that leads to their host says nothing.
    """
    shown = _home_shown(link.text) if link.text else ""
    if not shown or shown == address.home or address.home in brands.domains or _related(shown, address):
        return
    if is_mailing_service(address.home):
        return
    brand = brands.domains.get(shown)
    if is_shortener(link.url) and not brand:
        return
    evidence = f"{shown} -> {address.host}"
    counted = _COUNTS.match(address.below)
    if (brand or shown in own) and not counted:
        yield Sign("other_than_shown", Confidence.HIGH, "Shows one address and leads to another", evidence)
    elif brand or shown in own or not counted:
        yield Sign("other_than_shown", Confidence.LOW, "Shows one address and leads to another", evidence)


def _home_shown(text: str) -> str:
    """Return what somebody registered of the address that a text shows; empty when it shows none."""
    match = _SHOWN.fullmatch(text[:600])
    if not match or "@" in text:
        return ""
    if match.group(1).rpartition(".")[2].lower() in _FILES and "//" not in text and "www." not in text:
        return ""
    try:
        host = canonical("http://" + match.group(1)).partition("://")[2].rstrip("/")
    except ValueError:
        return ""
    return home_of(host)


def _related(shown: str, address: Address) -> bool:
    """Whether two names have the same first label, as ``shop.de`` and ``shop.com``, or one contains the other's."""
    one, other = shown.partition(".")[0], address.name
    return len(one) >= 4 and len(other) >= 4 and (one in other or other in one)
