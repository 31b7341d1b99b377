"""Pictures (SVG) that are pages in disguise: scripts, foreign content, links that run, animations of addresses.

Plain scripts are ordinary: charts and flame graphs have them. What pictures never need is to lead away, to hide what
their script says, or to ask for something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.analyzers.html.hosts import host_of, is_library
from app.engine.analyzers.html.page import Page
from app.engine.analyzers.html.script import Deeds
from app.engine.model import Confidence, Finding, Severity
from app.engine.node import Node

_REFERENCE = "https://attack.mitre.org/techniques/T1027/017/"
_ENTITY = re.compile(r"""<!ENTITY\s{1,20}([\w.-]{1,64})\s{1,20}(?:"([^"]{0,20000})"|'([^']{0,20000})')\s{0,20}>""")
_HIDES = re.compile(
    r"\batob\b|\beval\s{0,3}\(|\bunescape\s{0,3}\(|\bFunction\s{0,3}\(|[\"'.]constructor\b|fromCharCode|charCodeAt[^\n]{0,80}\^|\bdecodeURIComponent\s{0,3}\(\s{0,3}escape"
    r"|\bimport\s{0,3}\(|parseInt\s{0,3}\([^\n]{0,60},\s{0,3}(?:16|36|2)\s{0,3}\)"
)
_GOES = re.compile(
    r"(?:\.|\[\s{0,3}[\"'])location\b\s{0,3}[\"'\]=.]|\bopen\s{0,3}\(|\bfetch\s{0,3}\(|XMLHttpRequest|sendBeacon"
)
#: Characters at the start in which entities are declared, and entities that are put in.
_DECLARED, _ENTITIES = 1_000_000, 500
#: Characters that entities may add to a picture.
_EXPANDED = 4_000_000


def expanded(text: str) -> tuple[str, bool]:
    """Return the picture with the entities that it declares itself put in (XML 1.0, 4.4), once and not within, and
    whether there are more or longer ones than are put in.
    """
    found = [match for match, _ in zip(_ENTITY.finditer(text[:_DECLARED]), range(_ENTITIES + 1), strict=False)]
    cut = len(found) > _ENTITIES
    # Of several declarations of one name the first counts (XML 1.0, 4.2).
    first = {match[1]: match for match in reversed(found[:_ENTITIES])}
    for match in first.values():
        name, value = f"&{match[1]};", match[2] or match[3] or ""
        count = text.count(name)
        if len(value) * count > _EXPANDED:
            cut = True
        elif count:
            text = text.replace(name, value)
    return text, cut


def findings(node: Node, page: Page, code: str, clicks: str, deeds: Deeds, hidden: bool) -> Iterator[Finding]:
    """Yield what is wrong with a picture. ``hidden``: the script decodes something that means something."""
    if page.secrets or any(form.action for form in page.forms):
        yield node.finding(
            "svg.form",
            Severity.MALICIOUS,
            "Picture that asks for something like a sign-in page",
            page.title,
            _REFERENCE,
        )
    elif page.refreshes or any(host_of(frame.get("src")) for frame in page.frames):
        yield node.finding(
            "svg.page", Severity.MALICIOUS, "Picture that shows another site within", _what(page), _REFERENCE
        )
    elif page.forms or page.frames or page.refreshes or any(tag.name != "applet" for tag in page.objects):
        yield node.finding(
            "svg.page", Severity.SUSPICIOUS, "Picture that shows a page of another kind within", _what(page), _REFERENCE
        )
    if code.strip():
        yield from _script(node, code, deeds, hidden)
    elif _GOES.search(clicks):
        yield node.finding(
            "svg.leads_away", Severity.SUSPICIOUS,
            "Picture that leads to another site when it is clicked", clicks, _REFERENCE,
            confidence=Confidence.MEDIUM,
        )  # fmt: skip
    yield from _sources(node, page)
    yield from _links(node, page)


def _what(page: Page) -> str:
    tags = [*page.frames, *page.objects]
    return tags[0].get("src") or tags[0].get("data") or tags[0].name if tags else " ".join(page.refreshes)


def _script(node: Node, code: str, deeds: Deeds, hidden: bool) -> Iterator[Finding]:
    leaves = bool(deeds.targets or deeds.computed) or bool(_GOES.search(code) and re.search(r"https?:|//", code))
    hides = hidden or len(_HIDES.findall(code)) >= 2 or ("_0x" in code and leaves)
    if deeds.leaves or (hides and (_GOES.search(code) or deeds.writes or deeds.saves)) or (hidden and hides):
        yield node.finding(
            "svg.script", Severity.MALICIOUS,
            "Picture with a script that leads to another page or hides what it does",
            deeds.targets[0] if deeds.targets else code, _REFERENCE,
        )  # fmt: skip
    elif hides or (deeds.saves and deeds.clicks and _HIDES.search(code)) or leaves:
        yield node.finding(
            "svg.odd_script", Severity.SUSPICIOUS, "Picture with a script that is not for drawing", code, _REFERENCE
        )
    else:
        yield node.finding("svg.plain_script", Severity.INFO, "Picture with a script", code)


def _sources(node: Node, page: Page) -> Iterator[Finding]:
    for source in page.sources:
        host = host_of(source)
        if host and not is_library(host):
            yield node.finding(
                "svg.remote_script",
                Severity.SUSPICIOUS,
                "Picture that fetches a script from elsewhere",
                source,
                _REFERENCE,
            )


def _links(node: Node, page: Page) -> Iterator[Finding]:
    for address in page.addresses:
        value = re.sub(r"[\x00-\x20]", "", address.value).lower()
        animated = address.attribute in ("to", "values", "from")
        if "javascript:" in value and len(value) > 30:
            sure = animated or any(word in value for word in ("location", "http", "eval"))
            yield node.finding(
                "svg.script_link",
                Severity.MALICIOUS if sure else Severity.SUSPICIOUS,
                "Picture with a link that runs a script",
                address.value,
                _REFERENCE,
            )
        elif value.startswith(("data:text/html", "data:text/javascript", "data:application/")):
            yield node.finding(
                "svg.data_page",
                Severity.SUSPICIOUS,
                "Picture that carries a page within an address",
                address.value,
                _REFERENCE,
            )
