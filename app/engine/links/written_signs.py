"""Signs of how an address is written: what hides where it leads, and whom it was made for."""

from __future__ import annotations

import re
from base64 import b64decode
from urllib.parse import unquote

from app.engine.links.address import PRIVATE, Address
from app.engine.links.sign import Sign
from app.engine.model import Confidence

_LOW, _MEDIUM, _HIGH = Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH

_WRITTEN_HOST = re.compile(r"^[a-z*]{0,10}:?[/\\]{0,3}(?:[^/\\?#@]{0,255}@)?([^/\\?#:]{1,255})", re.I)
_DOTTED = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_ANY_NUMBER = re.compile(r"(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+)){0,3}\.?", re.I)


def number(address: Address) -> Sign | None:
    """A bare IP address; worse, one in a spelling that nobody reads as such: ``http://3232235777/``."""
    if not address.number:
        return None
    written = _WRITTEN_HOST.match(address.raw)
    host = unquote(written.group(1)).replace("[.]", ".") if written else ""
    if _ANY_NUMBER.fullmatch(host) and (not _DOTTED.fullmatch(host.rstrip(".")) or re.search(r"(?:^|\.)0\d", host)):
        return Sign("disguised_number", _HIGH, "Address whose number is written so that nobody recognises it", host)
    if PRIVATE.match(address.host):
        return None
    return Sign("number", _LOW, "Address that is a bare number instead of a name")


#: What stands in front of ``@`` and looks like the host that the reader is meant to see.
_BEFORE_AT = re.compile(r"^[a-z*]{2,10}:[/\\]{1,8}([^/?#]{1,255})@", re.I)
_HOST_LIKE = re.compile(r"(?:https?:|www\.)|[\w-]{1,63}\.[a-z]{2,24}(?=$|[:/\\])", re.I)


def userinfo(address: Address) -> Sign | None:
    """Another host in front of ``@``: ``https://paypal.com@evil.example/``."""
    if "@" not in address.raw:
        return None
    match = _BEFORE_AT.match(address.raw.replace("[.]", "."))
    shown = unquote(match.group(1)) if match else ""
    if not shown or not _HOST_LIKE.search(shown) or _belongs(shown, address):
        return None
    return Sign(
        "userinfo", _HIGH, "Address that begins with another name than the one it leads to", f"{shown}@{address.host}"
    )


def _belongs(shown: str, address: Address) -> bool:
    """Whether the name in front of ``@`` is a mail address's domain of the same owner, as in ``user@shop.example``."""
    return address.home in shown


def backslash(address: Address) -> Sign | None:
    """Browsers read a backslash as a slash, most readers and many filters do not."""
    if "\\" not in address.raw or "@" not in address.raw:
        return None
    raw = address.raw.replace("\\/", "/")
    authority = raw.partition("://")[2].partition("/")[0]
    if "\\" in authority and re.search(r"\\[@.\w]", authority) and "@" in authority:
        return Sign("backslash", _HIGH, "Address written with a backslash, so that its real name is overlooked")
    return None


#: Letters and digits that nobody needs to escape.
_ESCAPED = re.compile(r"(?:%(?:3\d|[46][1-9a-f]|[57]\d|[57]a)){3}", re.I)


def escaped(address: Address) -> Sign | None:
    """Plain letters written as escapes, so that filters do not read them; in the host's name nobody does by mistake."""
    if "%" not in address.raw:
        return None
    before = address.raw.partition("?")[0]
    match = _ESCAPED.search(before)
    if not match:
        return None
    weight = _MEDIUM if before.count("/", 0, match.start()) <= _SLASHES else _LOW
    return Sign("escaped_letters", weight, "Address whose letters are written so that filters do not read them", before)


#: Slashes in front of the host's name.
_SLASHES = 2
_MAIL = re.compile(r"[\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}", re.I)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,400}={0,2}")
#: Values of the query in which shops and mailing lists write the reader's own address.
_OWN_ADDRESS = re.compile(r"unsub|optout|opt-out|preferences|abmeld|desinscri|newsletter|subscri", re.I)


def carries_reader(address: Address) -> Sign | None:
    """The reader's mail address behind ``#``, or as the bare end of the address: phishing fills it in for him.

    In base64 and without a name in front, programs that count clicks do not write it.
    """
    if address.fragment and (found := _mail_in(address.fragment)):
        return Sign("carries_reader", _MEDIUM, "Carries the reader's mail address, to fill it in for him", found)
    for text, bare in zip(_ends(address), (True, True, False), strict=True):
        if len(text) >= 12 and (found := _mail_in(text)) and not _OWN_ADDRESS.search(address.url[:600]):
            weight = _MEDIUM if bare and "@" not in text else _LOW
            return Sign("carries_reader", weight, "Carries a mail address, to fill it in for the reader", found)
    return None


def _ends(address: Address) -> tuple[str, str, str]:
    """Return what may be a mail address for the page: the end of the path, a query without names, its last value.

    A plain address at the end of a path or as a value is a message in an archive, a person's page, an own account.
    """
    query = address.query.rstrip("=")
    last, value = address.path.rpartition("/")[2], address.query[len(query.rpartition("=")[0]) + 1 :]
    bare = address.query if "=" not in query else ""
    return "" if "@" in last else last, bare, "" if bare or "@" in value or query.count("&") > 1 else value


def _mail_in(text: str) -> str:
    """Return a mail address that is all of the text, but for marks around it; plain or in base64."""
    text = text[:600].strip("/?#=&! ")
    if "@" in text:
        match = _MAIL.fullmatch(text.rpartition("=")[2].rpartition("/")[2])
        return match.group() if match else ""
    for piece in text.split("/")[-1:] + text.split("=")[-1:]:
        if _BASE64.fullmatch(piece):
            try:
                plain = b64decode(piece.replace("-", "+").replace("_", "/") + "=" * (-len(piece) % 4)).decode("ascii")
            except ValueError:
                continue
            if match := _MAIL.fullmatch(plain.strip()):
                return match.group()
    return ""
