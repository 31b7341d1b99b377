"""Who a mail says it is from, held against the domain it is from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message
from email.utils import parseaddr

from app.engine.analyzers.mail.headers import decoded
from app.engine.links.address import home_of
from app.engine.links.confusables import in_ascii
from app.engine.links.imitated import Brand, laid_out
from app.engine.links.lookalike_words import ASKING, GENERIC, LOCAL, MAIL_PROVIDERS, NEUTRAL
from app.engine.model import Confidence, Finding, Severity
from app.engine.node import Node

_WORD = re.compile(r"[^\W_]{2,40}")
#: Words of a name that are looked at; people's names have fewer.
_MOST = 8
#: Software that companies run themselves: what it sends comes from their own addresses.
_SELF_HOSTED = frozenset({"cPanel", "Roundcube", "Zimbra"})
#: What stands beside a brand's name when the brand itself is meant.
_BESIDE = (
    ASKING | NEUTRAL | frozenset(("do", "de", "the", "reply", "noreply", "no", "info", "news", "banco", "storage"))
)


def findings(node: Node, message: Message) -> Iterator[Finding]:
    """Yield a finding when the sender calls himself a brand that is imitated often, at an address that is not theirs.

    By itself that is a weak sign: agencies write in the name of others. Answers that go to a mailbox that anybody can
    have make it a likely one.
    """
    name, address = parseaddr(decoded(message.get("From", ""))[:1_000])
    domain = home_of(address.rpartition("@")[2].strip(" >.").lower())
    brand = _claimed(name)
    if not brand or not domain or _belongs(domain, brand):
        return
    _, answer = parseaddr(decoded(message.get("Reply-To", ""))[:1_000])
    anybody = home_of((answer or address).rpartition("@")[2].strip(" >.").lower()) in MAIL_PROVIDERS
    yield node.finding(
        "mail.sender_name",
        Severity.SUSPICIOUS,
        f"Sender calls himself {brand.name}, but writes from an address that is not theirs",
        f"{name[:80]} from {domain}".replace(".", "[.]"),
        confidence=Confidence.MEDIUM if anybody else Confidence.LOW,
    )


def _claimed(name: str) -> Brand | None:
    """Return the brand that a name consists of, with nothing beside it but what companies add; None without one."""
    words = [in_ascii(word.lower()) for word in _WORD.findall(name[:200])]
    if not 0 < len(words) <= _MOST:
        return None
    table = laid_out().whole
    known = {word: table[word] for word in words if word in table and word not in LOCAL}
    brands = {word: brand for word, brand in known.items() if brand.name not in _SELF_HOSTED}
    plain = [word for word in brands if word not in GENERIC] or (list(brands) if len(words) > 1 else [])
    if not plain or not all(word in brands or word in _BESIDE for word in words):
        return None
    return brands[plain[0]]


def _belongs(domain: str, brand: Brand) -> bool:
    """Whether a domain is the brand's, or carries its name; those that carry it wrongly are seen as imitations."""
    if domain in brand.domains:
        return True
    words = (*brand.words, *brand.whole, *(each.partition(".")[0] for each in brand.domains))
    label = domain.partition(".")[0]
    return any(word in label for word in words if len(word) >= 3)
