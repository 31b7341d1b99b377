"""How rewritten addresses hold their target: one small function for every form. Pure text work, no network."""

from __future__ import annotations

import json
import re
import string
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from app.engine.links.wrappers import Wrapper

#: A target begins like this, plain or escaped up to three times.
_TARGET = re.compile(r"https?(?::|%(?:25){0,3}3a)(?:[/\\]|%(?:25){0,3}[25][fc])", re.I)
#: The same in a path, where canonical forms have lost one of two slashes.
_SLASHES = re.compile(r"(https?):/{1,2}(?!/)", re.I)
_ESCAPED = re.compile(r"https?%3a", re.I)


@dataclass(frozen=True, slots=True)
class Parts:
    """An address taken apart: host in lower case, path with its slash, query and fragment without their marks."""

    host: str
    path: str
    query: str
    fragment: str = ""


def value(parts: Parts, wrapper: Wrapper) -> str:
    """Return the target that is a value of the query, or of the fragment when the query has none."""
    for text in (parts.query, parts.fragment):
        for name in wrapper.names:
            found = _value(text, name, wrapper.own)
            if found and (target := plain(found))[:4].lower() == "http":
                return target
    return ""


def _value(query: str, name: str, own: frozenset[str]) -> str:
    """Return a value of the query. Where the target in it is not escaped, it ends in front of a value of the wrapper.

    An unescaped target without a query of its own ends at the next ``&``; with one, whatever follows may be part of
    it, up to a name that is known to be the wrapper's.
    """
    pieces = query.replace("&amp;", "&").split("&")
    for index, piece in enumerate(pieces):
        key, _, text = piece.partition("=")
        if key.lower().lstrip("?!") != name or not text:
            continue
        if not text[:5].lower().startswith("http") or _ESCAPED.match(text) or "?" not in text:
            return text
        for more in pieces[index + 1 :]:
            if more.partition("=")[0].lower() in own:
                break
            text += "&" + more
        return text
    return ""


def plain(text: str) -> str:
    """Return a target with its escapes undone: once, and again while even its scheme is escaped."""
    text = unquote(text)
    for _ in range(3):
        if not _ESCAPED.match(text):
            break
        text = unquote(text)
    return _SLASHES.sub(r"\1://", text, count=1) if text[:4].lower() == "http" else text


def _path(parts: Parts, wrapper: Wrapper) -> str:
    """Return the target that ends the path; what follows as a query is its own."""
    found = _TARGET.search(parts.path)
    if not found:
        return ""
    text = parts.path[found.start() :]
    return plain(text if _ESCAPED.match(text) or not parts.query else f"{text}?{parts.query}")


def _path_or_value(parts: Parts, wrapper: Wrapper) -> str:
    return _path(parts, wrapper) or value(parts, wrapper)


def _query(parts: Parts, wrapper: Wrapper) -> str:
    return plain(parts.query) if _TARGET.match(parts.query) else ""


def _click_path(parts: Parts, wrapper: Wrapper) -> str:
    """Return the target of ``/L0/<target>/1/<message>/<signature>``."""
    text = parts.path.split("/", 2)[-1]
    return plain(re.sub(r"/\d{1,3}/[\w.-]{10,}(?:/[\w=.-]*)?$", "", text))


_RUNS = {
    letter: length
    for length, letter in enumerate(string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_", start=2)
}
_TOKEN = re.compile(r"\*(?:\*(.))?", re.S)


def _proofpoint_2(parts: Parts, wrapper: Wrapper) -> str:
    """Return the target of version 2: escapes are written with ``-``, slashes with ``_``."""
    return plain(_value(parts.query, "u", frozenset()).translate(str.maketrans("-_", "%/")))


def _proofpoint_3(parts: Parts, wrapper: Wrapper) -> str:
    """Return the target of ``/v3/__<text>__;<base64>!…``, by the maker's published way of decoding.

    Characters that gateways mangle are taken out and stand in the base64 text: ``*`` stands for one of them, ``**``
    and a letter for a run, whose length in bytes the letter tells: ``A`` two, ``B`` three, …, ``_`` sixty-five.
    """
    text = f"{parts.path}?{parts.query}" if parts.query else parts.path
    begin, end = text.find("/__"), text.rfind("__;")
    if begin >= 0 and end < 0 and text.endswith("__"):
        # Copied without its end, which holds nothing when no character was taken out.
        end = len(text) - 2
    if begin < 0 or end <= begin + 3:
        return ""
    removed = _base64(text[end + 3 :].partition("!")[0]).encode()
    body, at = text[begin + 3 : end], 0

    def put_back(match: re.Match[str]) -> str:
        nonlocal at
        length = _RUNS.get(match.group(1), 1) if match.group(1) else 1
        piece = _whole(removed, at, length)
        at += len(piece)
        return piece.decode("utf-8", "replace")

    return _SLASHES.sub(r"\1://", _TOKEN.sub(put_back, body), count=1)


def _whole(data: bytes, at: int, length: int) -> bytes:
    """Return that many bytes, and the rest of the character they end in."""
    end = at + length
    while end < len(data) and data[end] & 0xC0 == 0x80:
        end += 1
    return data[at:end]


def _check_point(parts: Parts, wrapper: Wrapper) -> str:
    """Return the target that stands between two runs of three underscores."""
    text = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return plain(text.partition("/___")[2].rpartition("___")[0])


def _base64(text: str) -> str:
    try:
        return urlsafe_b64decode(text.replace("+", "-").replace("/", "_").rstrip("=") + "==").decode("utf-8")
    except ValueError:
        return ""


def _base64_value(parts: Parts, wrapper: Wrapper) -> str:
    return _base64(unquote(_value(parts.query, wrapper.names[0], frozenset())))


def _bing(parts: Parts, wrapper: Wrapper) -> str:
    text = _value(parts.query, "u", frozenset())
    return _base64(text[2:]) if text[:2] in ("a1", "a2") else ""


def _json_url(text: str, depth: int = 0) -> str:
    """Return what a JSON object names as its address; Mandrill's holds another one as text."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(data, dict):
        return ""
    for name in ("url", "href"):
        if isinstance(data.get(name), str):
            return str(data[name])
    return _json_url(data["p"], depth + 1) if isinstance(data.get("p"), str) and depth < 2 else ""


def _json_value(parts: Parts, wrapper: Wrapper) -> str:
    return _json_url(_base64(unquote(_value(parts.query, wrapper.names[0], frozenset()))))


def _json_path(parts: Parts, wrapper: Wrapper) -> str:
    return next(
        (url for piece in parts.path.split("/") if piece[:3] == "eyJ" and (url := _json_url(_base64(piece)))), ""
    )


def _mandrill(parts: Parts, wrapper: Wrapper) -> str:
    return _json_value(parts, wrapper) or value(parts, wrapper)


def _amp(parts: Parts, wrapper: Wrapper) -> str:
    return _of_viewer(parts.path.removeprefix("/amp/"), parts.query)


def _amp_cache(parts: Parts, wrapper: Wrapper) -> str:
    """Return the target of ``/<kind>/s/<host>/<path>``; ``s`` stands for https."""
    return _of_viewer(parts.path[1:].partition("/")[2], parts.query)


def _of_viewer(text: str, query: str) -> str:
    scheme, text = ("https", text[2:]) if text.startswith("s/") else ("http", text)
    if "." not in text.partition("/")[0]:
        return ""
    return f"{scheme}://{text}" + (f"?{query}" if query else "")


def _yahoo(parts: Parts, wrapper: Wrapper) -> str:
    text = parts.path.partition("/RU=")[2]
    return plain(text.partition("/RK=")[0]) if text else ""


def _postmark(parts: Parts, wrapper: Wrapper) -> str:
    """Return the target of ``/3s/<target without scheme>/<message>/<signature>``."""
    match = re.fullmatch(r"/[23][st]/(.+)/[\w=-]{2,}/[\w=.+-]{2,}(?:/[\w=.+-]+)?", parts.path)
    text = unquote(match.group(1)) if match else ""
    return f"https://{text}" if "." in text.partition("/")[0] else ""


def _translated_host(parts: Parts, wrapper: Wrapper) -> str:
    """Return the page shown: its host with dots written as dashes, and dashes doubled."""
    label = parts.host.removesuffix(".translate.goog")
    host = label.replace("--", "\0").replace("-", ".").replace("\0", "-")
    query = "&".join(piece for piece in parts.query.split("&") if not piece.startswith("_x_tr_"))
    return f"https://{host}{parts.path}" + (f"?{query}" if query else "") if "." in host else ""


def _mcas(parts: Parts, wrapper: Wrapper) -> str:
    return re.sub(r"^(https?://[^/?#:]{1,255})\.mcas\.ms(?=[/?#:]|$)", r"\1", value(parts, wrapper))


def _mcas_host(parts: Parts, wrapper: Wrapper) -> str:
    host = parts.host.removesuffix(".mcas.ms").removesuffix(".access")
    return f"https://{host}{parts.path}" + (f"?{parts.query}" if parts.query else "") if "." in host else ""


def _outlook_web(parts: Parts, wrapper: Wrapper) -> str:
    path = parts.path.lower()
    known = (path.endswith("/redir.aspx") and path.startswith("/owa/")) or path == "/exchweb/bin/redir.asp"
    return value(parts, wrapper) if known else ""


def _fortimail(parts: Parts, wrapper: Wrapper) -> str:
    return value(parts, wrapper) if parts.path.startswith("/fmlurlsvc/") else ""


#: Form -> what returns the target, or an empty text where there is none.
FORMS: dict[str, Callable[[Parts, Wrapper], str]] = {
    "value": value,
    "path": _path,
    "path_or_value": _path_or_value,
    "query": _query,
    "click_path": _click_path,
    "proofpoint_2": _proofpoint_2,
    "proofpoint_3": _proofpoint_3,
    "check_point": _check_point,
    "base64_value": _base64_value,
    "bing": _bing,
    "json_value": _json_value,
    "json_path": _json_path,
    "mandrill": _mandrill,
    "amp": _amp,
    "amp_cache": _amp_cache,
    "yahoo": _yahoo,
    "postmark": _postmark,
    "translated_host": _translated_host,
    "mcas": _mcas,
    "mcas_host": _mcas_host,
    "outlook_web": _outlook_web,
    "fortimail": _fortimail,
}
