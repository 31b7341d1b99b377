"""Forms that ask for passwords: whether they send them to the page's own site or somewhere else.

A login page that somebody saved sends to the site it came from: relative, or to a domain that the page names as its
own or links to again and again. A page made to be attached to a mail knows no site but the one that collects.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.analyzers.html.hosts import domain_of, host_of, is_internal, is_number
from app.engine.analyzers.html.page import Page
from app.engine.analyzers.html.script import Deeds, mail_address
from app.engine.model import Confidence, Finding, Severity
from app.engine.node import Node

_REFERENCE = "https://attack.mitre.org/techniques/T1566/001/"
#: Sign-in pages that are imitated most, by words of their title, and where the real ones send to.
_BRANDS = (
    (re.compile(r"microsoft|office ?365|outlook|one ?drive|sharepoint|excel|sign in to your account|hotmail", re.I),
     ("microsoft.com", "microsoftonline.com", "live.com", "office.com", "office365.com", "outlook.com",
      "sharepoint.com", "windows.net", "microsoftonline.us")),
    (re.compile(r"\badobe\b|acrobat", re.I), ("adobe.com", "adobelogin.com")),
    (re.compile(r"docusign", re.I), ("docusign.com", "docusign.net")),
    (re.compile(r"\bdhl\b", re.I), ("dhl.com", "dhl.de")),
    (re.compile(r"fedex", re.I), ("fedex.com",)),
    (re.compile(r"\bups\b", re.I), ("ups.com",)),
    (re.compile(r"paypal", re.I), ("paypal.com",)),
    (re.compile(r"google|gmail", re.I), ("google.com", "youtube.com")),
    (re.compile(r"dropbox", re.I), ("dropbox.com",)),
    (re.compile(r"wetransfer", re.I), ("wetransfer.com",)),
    (re.compile(r"linkedin", re.I), ("linkedin.com",)),
    (re.compile(r"apple id|icloud", re.I), ("apple.com", "icloud.com")),
    (re.compile(r"amazon", re.I), ("amazon.com", "amazon.de", "amazon.co.uk")),
    (re.compile(r"netflix", re.I), ("netflix.com",)),
    (re.compile(r"facebook|instagram", re.I), ("facebook.com", "instagram.com")),
    (re.compile(r"yahoo", re.I), ("yahoo.com",)),
)  # fmt: skip
_TITLE = re.compile(
    r"webmail|cpanel|roundcube|zimbra|verif|secure|shared|document|invoice|voice|fax|quarantine|mailbox|password|log.?in|sign.?in|account",
    re.I,
)
_SCRIPT_PATH = re.compile(r"\.php\b", re.I)


def findings(node: Node, page: Page, deeds: Deeds) -> Iterator[Finding]:
    """Yield what is wrong with the forms of a page; nothing for one that sends to its own site."""
    if page.secrets and (deeds.chat or deeds.service):
        yield node.finding(
            "html.form_to_service",
            Severity.MALICIOUS,
            "Page that sends the password typed into it to a chat robot or a service for anonymous forms",
            deeds.chat or deeds.service,
            _REFERENCE,
        )
    elif deeds.chat and (page.forms or page.bare):
        yield node.finding(
            "html.sends_to_chat",
            Severity.SUSPICIOUS,
            "Page that sends what is typed into it to a chat robot",
            deeds.chat,
            _REFERENCE,
        )
    for form in page.forms:
        if form.secrets or form.cards:
            action = form.action if domain_of(form.action) else page.base
            yield from _judge(node, page, action, deeds, card=not form.secrets)
    if page.secrets:
        for address in dict.fromkeys(deeds.posts):
            yield from _judge(node, page, address, deeds, by_script=True)
        if deeds.fragment and page.bare and not page.belongs("") and (deeds.posts or deeds.targets):
            yield from _for_one(node, page, deeds)


def _judge(
    node: Node, page: Page, action: str, deeds: Deeds, *, by_script: bool = False, card: bool = False
) -> Iterator[Finding]:
    """Judge one address that a password is sent to."""
    domain = domain_of(action)
    if not domain or is_internal(host_of(action)):
        return
    brand = _imitated(page.title, domain)
    if page.belongs(domain) and not brand:
        return
    signs = _signs(page, action, deeds) + bool(brand)
    if by_script and not signs:
        return
    sure = bool(signs) and page.bare and not card
    yield node.finding(
        "html.form_brand" if brand else "html.form_foreign",
        Severity.MALICIOUS if sure else Severity.SUSPICIOUS,
        "Page that looks like a known sign-in page and sends the password somewhere else"
        if brand
        else "Page that asks for a password and sends it to another computer",
        f"{page.title} > {action}" if page.title else action,
        _REFERENCE,
        confidence=Confidence.HIGH if page.bare else Confidence.LOW if by_script else Confidence.MEDIUM,
    )


def _imitated(title: str, domain: str) -> bool:
    return any(words.search(title) and domain not in own for words, own in _BRANDS)


def _signs(page: Page, action: str, deeds: Deeds) -> int:
    """Count what pages made for mails have, and saved ones do not."""
    domain = domain_of(action)
    own_links = sum(count for other, count in page.linked.items() if other == domain)
    return (
        bool(_SCRIPT_PATH.search(action))
        + bool(mail_address(page.mail_value))
        + bool(deeds.fragment)
        + bool(page.own and domain not in page.own)
        + is_number(host_of(action))
        + bool(not own_links and page.relative < 3 and _TITLE.search(page.title))
    )


def _for_one(node: Node, page: Page, deeds: Deeds) -> Iterator[Finding]:
    """A sign-in page that takes its reader's address from its own address, to look as if it knew him."""
    foreign = [address for address in (*deeds.posts, *deeds.targets) if not page.belongs(domain_of(address))]
    if foreign:
        yield node.finding(
            "html.form_for_one",
            Severity.SUSPICIOUS,
            "Sign-in page that fills in its reader's address by itself and sends the password elsewhere",
            foreign[0],
            _REFERENCE,
        )
