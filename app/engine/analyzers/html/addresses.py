"""Where a page leads by itself, and addresses that start something instead of showing a page."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from urllib.parse import unquote, unquote_to_bytes

from app.engine.analyzers.html.hosts import domain_of, host_of, is_internal, is_library, is_number
from app.engine.analyzers.html.page import Address, Page
from app.engine.analyzers.html.script import Deeds, mail_address
from app.engine.analyzers.html.strings import literals
from app.engine.model import Confidence, Finding, Severity
from app.engine.node import Child, Item, Node

_REFRESH = re.compile(
    r"\s{0,20}([\d.]{0,8})\s{0,20}[;,]?\s{0,20}(?:url\s{0,9}=\s{0,9})?[\"']?\s{0,9}(\S{0,4000})", re.I
)
_DATA = re.compile(r"[\x00-\x20]*data:\s{0,3}([\w.+-]{0,60}/?[\w.+-]{0,80})([^,]{0,200}),", re.I)
_SEARCH = re.compile(r"crumb\s{0,3}=\s{0,3}location:\s{0,3}(?:\\\\|//|https?:|file:)", re.I)
#: Schemes that hand something to a program which then runs or installs it, in an address or in a script.
_STARTS = re.compile(
    r"[\"'`=\s(](ms-msdt|ms-officecmd|ms-appinstaller|ms-quick-assist|ms-cxh|search-ms|shell|ms-excel|ms-word):", re.I
)
_BAD_SCHEMES = {"ms-msdt": Severity.MALICIOUS, "ms-officecmd": Severity.MALICIOUS, "search-ms": Severity.SUSPICIOUS,
                "ms-appinstaller": Severity.SUSPICIOUS, "ms-quick-assist": Severity.SUSPICIOUS}  # fmt: skip
_SHARE = re.compile(r"[\x00-\x20]*(?:file:)?(?:[\\/]{2}|/{4,5})([\w.@:\[\]-]{1,253})[\\/]", re.I)
#: What a link that runs script does when it is more than the empty ones of ordinary pages.
_ATTACKING = re.compile(
    r"eval\s{0,3}\(|atob\s{0,3}\(|unescape\s{0,3}\(|fromCharCode|document\.write|innerHTML|ActiveX|createElement|fetch\s{0,3}\(",
    re.I,
)
_SHORT_BASE64 = re.compile(r"[A-Za-z0-9+/]{10,120}={0,2}")
_MAIL = re.compile(rb"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,60}")
_FULL = re.compile(r"(?:width|height)\s{0,3}:\s{0,3}100(?:%|v[wh])|position\s{0,3}:\s{0,3}(?:fixed|absolute)", re.I)
#: Controls by their number that run programs: WScript.Shell (two), Shell.Application, HTML Help, RDS.
_CONTROLS = frozenset((
    "72c24dd5-d70a-438b-8a42-98424b88afb8", "f935dc22-1cf0-11d0-adb9-00c04fd58a0b",
    "13709620-c279-11ce-a49e-444553540000", "adb880a6-d8ff-11cf-9377-00aa003b7a11",
    "bd96c556-65a3-11d0-983a-00c04fc29e36", "0d43fe01-f093-11cf-8940-00a0c9054228",
))  # fmt: skip
#: Files that a browser keeps instead of showing them.
_FETCHED = re.compile(
    r"/[^?#/]{1,200}\.(?:zip|rar|7z|iso|img|vhdx?|exe|msi|msix|js|jse|vbs|hta|lnk|bat|cmd|scr|jar|one|xlsm|docm)(?:[?#]|$)",
    re.I,
)
#: Strings of a script in which the mail address of its reader is looked for.
_MOST_LITERALS = 20_000
_OBJECTS = ("object", "embed", "iframe", "frame")


def findings(node: Node, page: Page, code: str, deeds: Deeds) -> Iterator[Item]:
    """Yield what the addresses of a page do, and what stands in them, as children."""
    yield from _redirects(node, page, code, deeds)
    yield from _loader(node, page, code)
    yield from _frames(node, page)
    for number, address in enumerate(page.addresses, start=1):
        yield from _unusual(node, page, address, number)
    yield from _programs(node, page, code)
    yield from _controls(node, page)


def _redirects(node: Node, page: Page, code: str, deeds: Deeds) -> Iterator[Finding]:
    """A page that does nothing but lead away at once, best with the address of whom it was sent to."""
    targets = list(deeds.targets)
    for content in page.refreshes:
        match = _REFRESH.match(content)
        if match and match[2] and float("0" + re.sub(r"[^\d]", "", match[1].partition(".")[0])) <= 10:
            targets.append(match[2].strip("\"'"))
    foreign = [target for target in targets if domain_of(target) and not page.belongs(domain_of(target))]
    if not foreign:
        return
    target = foreign[0]
    known = mail_address(unquote(target)) or (_only_leads(page) and _known(code))
    if page.bare and known:
        yield node.finding(
            "html.redirect_for_one", Severity.MALICIOUS,
            "Page that only leads to another site and tells it who opened it", target,
            "https://attack.mitre.org/techniques/T1566/001/",
        )  # fmt: skip
    elif _only_leads(page) and not is_internal(host_of(target)):
        yield node.finding(
            "html.redirect",
            Severity.SUSPICIOUS,
            "Page that only leads to another site",
            target,
            confidence=Confidence.MEDIUM,
        )


def _known(code: str) -> bool:
    """Whether a script knows the mail address of its reader, plain or as base64."""
    for text, _ in zip(literals(code), range(_MOST_LITERALS), strict=False):
        if mail_address(text):
            return True
        if _SHORT_BASE64.fullmatch(text) and _MAIL.fullmatch(_decoded(text)):
            return True
    return False


def _loader(node: Node, page: Page, code: str) -> Iterator[Finding]:
    """A page that is empty until a script from elsewhere fills it."""
    foreign = [source for source in page.sources if domain_of(source) and not is_library(host_of(source))]
    if len(foreign) != len(page.sources) or not foreign or page.words > 60 or page.anchors or page.forms:
        return
    if not page.whole:
        return
    if len(foreign) <= 2 and page.size < 4_000 and not is_internal(host_of(foreign[0])) and not page.relative:
        known = _known(code)
        yield node.finding(
            "html.loader_for_one" if known else "html.loader", Severity.SUSPICIOUS,
            "Page that is empty until a script of another site fills it", foreign[0],
            confidence=Confidence.HIGH if known else Confidence.MEDIUM,
        )  # fmt: skip


def _only_leads(page: Page) -> bool:
    """Whether a page has nothing else for its reader."""
    return page.bare and page.anchors <= 3 and page.words < 600 and page.size < 20_000 and not page.forms


def _frames(node: Node, page: Page) -> Iterator[Item]:
    """A page that is nothing but a window onto another site, or fetches a file in it; pages in it are children."""
    for number, frame in enumerate(page.frames, start=1):
        if written := frame.get("srcdoc"):
            yield Child(f"frame-{number}.html", written.encode("utf-8", "replace"))
        source = frame.get("src")
        if _FETCHED.search(source) and domain_of(source) and not page.belongs(domain_of(source)) and page.bare:
            yield node.finding(
                "html.fetches_file",
                Severity.SUSPICIOUS,
                "Page that fetches a file to the reader's computer by itself",
                source,
                "https://attack.mitre.org/techniques/T1204/002/",
            )
        full = bool(_FULL.search(frame.get("style"))) or frame.get("width") in ("100%", "100vw")
        if not domain_of(source) or page.belongs(domain_of(source)) or not page.bare or page.words > 400:
            continue
        known = mail_address(unquote(source))
        if full or known:
            yield node.finding(
                "html.frame_for_one" if known else "html.frame",
                Severity.SUSPICIOUS,
                "Page that is a window onto another site" + (" and tells it who opened it" if known else ""),
                source,
                confidence=Confidence.HIGH if known else Confidence.MEDIUM,
            )


def _unusual(node: Node, page: Page, address: Address, number: int) -> Iterator[Item]:
    scheme = re.sub(r"[\x00-\x20]", "", address.value[:60]).partition(":")[0].lower()
    if scheme == "data":
        yield from _data(node, page, address, number)
    elif scheme in ("javascript", "vbscript"):
        script = unquote(address.value.partition(":")[2])
        if _ATTACKING.search(script) or (scheme == "vbscript" and len(script) > 40):
            yield node.finding(
                "html.script_link", Severity.SUSPICIOUS, "Page with a link that runs a hidden script", script,
                confidence=Confidence.MEDIUM if page.bare or scheme == "vbscript" else Confidence.LOW,
            )  # fmt: skip
    elif share := _SHARE.match(address.value):
        yield from _share(node, address, share[1])


def _data(node: Node, page: Page, address: Address, number: int) -> Iterator[Item]:
    """A page or a file within an address."""
    match = _DATA.match(address.value)
    if not match:
        return
    media = match[1].lower()
    if (
        media.startswith(("image/", "font/", "audio/", "video/", "text/css", "application/font", "application/x-font"))
        and media != "image/svg+xml"
    ):
        return
    body = address.value[match.end() :]
    data = _decoded(body) if "base64" in match[2].lower() else unquote_to_bytes(body)
    if address.tag == "script":
        yield Child(f"decoded-{number}.html", b"<script>" + data + b"</script>")
        return
    if "html" in media or media.endswith("xml"):
        if address.tag in ("a", "area", *_OBJECTS, "meta", "form", "base") and media != "image/svg+xml":
            yield node.finding(
                "html.data_page", Severity.SUSPICIOUS, "Page that carries another page within an address", data[:200],
                confidence=Confidence.MEDIUM if page.bare else Confidence.LOW,
            )  # fmt: skip
        yield Child(f"data-{number}.html" if media != "image/svg+xml" else f"data-{number}.svg", data)
    elif data:
        yield Child(f"data-{number}.bin", data)


def _decoded(body: str) -> bytes:
    clean = re.sub(r"[^A-Za-z0-9+/]", "", unquote(body).replace("-", "+").replace("_", "/"))
    return b64decode(clean[: len(clean) - (len(clean) % 4 == 1)] + "==", validate=False)


def _share(node: Node, address: Address, host: str) -> Iterator[Finding]:
    """A file on a foreign computer: asking for it tells that computer the reader's password, encrypted."""
    web_folder = "@" in host
    name = host.partition("@")[0].lower().rpartition(":")[0] or host.partition("@")[0].lower()
    if (is_internal(name) and not web_folder) or name in ("localhost", "?", "."):
        return
    sure = address.loaded and (is_number(name) or web_folder)
    slashed = address.value.lstrip().startswith("//")
    if slashed and not web_folder:
        return
    yield node.finding(
        "html.remote_share",
        Severity.MALICIOUS if sure else Severity.SUSPICIOUS,
        "Page that fetches a file from a foreign computer over the network of file shares",
        address.value,
        "https://attack.mitre.org/techniques/T1187/",
        confidence=Confidence.HIGH if address.loaded else Confidence.MEDIUM,
    )


def _programs(node: Node, page: Page, code: str) -> Iterator[Finding]:
    """Addresses that start a program of the system, in attributes and in scripts."""
    values = "\n".join(f'"{address.value[:5_000]}' for address in page.addresses)
    texts = (unquote(values), code, "\n".join(f'"{text}' for text in (*page.refreshes, *page.clicks)))
    for text in texts:
        if ":" not in text:
            continue
        if "search" in text and (found := _SEARCH.search(text)):
            yield node.finding(
                "html.starts_search", Severity.MALICIOUS,
                "Page that opens a folder on a foreign computer in the file manager", found.group(),
                "https://attack.mitre.org/techniques/T1204/002/",
            )  # fmt: skip
        schemes: set[str] = set()
        for match in _STARTS.finditer(text):
            scheme = match[1].lower()
            severity = _BAD_SCHEMES.get(scheme)
            if severity and scheme not in schemes:
                schemes.add(scheme)
                yield node.finding(
                    "html.starts_program", severity, "Page that starts a program of the system",
                    text[match.start(1) : match.start(1) + 200], "https://attack.mitre.org/techniques/T1204/001/",
                )  # fmt: skip


def _controls(node: Node, page: Page) -> Iterator[Finding]:
    for tag in page.objects:
        number = tag.get("classid").lower().removeprefix("clsid:").strip("{} ")
        if number in _CONTROLS:
            yield node.finding(
                "html.control", Severity.SUSPICIOUS, "Page with a control that can start programs", tag.get("classid"),
                "https://attack.mitre.org/techniques/T1559/001/",
            )  # fmt: skip
