"""Show what strangers named so that people can read it and no program makes anything of it.

Help desks and mail programs turn bare host names, addresses and schemes into links, even inside other text. A file may
be called ``evil.com``, and ``.zip`` is a top-level domain too. So the dot before anything that might be one is written
``[.]``, the way defanged links are written. It stays readable, it copies and searches as text (unlike zero-width
characters), it also holds in plain text (unlike markup), and names with everyday extensions stay as they are.
"""

from __future__ import annotations

import re

from app.engine.printable import printable

#: Extensions that are no top-level domain (IANA root zone), so that ``invoice.pdf`` stays whole. Whatever is not
#: listed gets its dot broken: a domain that is new tomorrow is safe today.
_PLAIN_EXTENSIONS = frozenset(
    """
    ace ade apk arj avi bak bat bin bmp cer chm cmd conf cpl crx csv dat db dbf deb dll dmg doc docm docx dotm dotx
    dwg eml epub exe gif gz gzip hta htm html ics img ini iso jar jpeg jpg js jse json jsp key lnk log lzh lzma mdb
    mht mhtml mpeg mpg msc msg msi msp odp ods odt ole pages pdf pem pfx php png pot potm pps ppsx ppt pptm pptx psd
    pst rar reg rpm rtf scr sct sql svg swf sys tar tbz tgz tif tiff tmp tsv txt url vbe vbs vcf vhd vhdx vsd wav
    webm webp wma wmf wmv wpd wsf wsh xhtml xla xlam xll xls xlsb xlsm xlsx xlt xlw xml xps xsl xz yaml yml zst
    """.split()  # noqa: SIM905 (as a list it would be two screens long)
)
_HOST_LIKE = re.compile(r"[^\W_][\w-]*(?:[.\u3002\uff0e\uff61][\w-]+)+")
_LABEL = re.compile(r"([.\u3002\uff0e\uff61])([\w-]+)")
_IP_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_SCHEME = re.compile(r"\b([a-z][a-z0-9+.-]{0,30}):(?=\S)", re.IGNORECASE)
_AT = re.compile(r"(?<!\[)@")
_SHARE = re.compile(r"\\\\(?=\w)")
#: Zendesk fills in Liquid placeholders in what agents and programs write.
_PLACEHOLDER = re.compile(r"([{}%])(?=[{}%])")
_BLANKS = re.compile(r"\s{2,}")
_ELLIPSIS = "…"


def shown(text: str, limit: int = 120) -> str:
    """Return ``text`` on one line, harmless, about ``limit`` characters long (twice that with many escapes).

    What is invisible is escaped. A long text keeps its beginning and its end, because a name ends in its extension.
    """
    line = _shortened(printable(_shortened(text, limit), limit=12 * limit), 2 * limit)
    return unlinked(_BLANKS.sub(" ", line).strip())


def unlinked(text: str) -> str:
    """Return ``text`` with everything broken that a program might take for a link, an address or a placeholder.

    What is broken already stays as it is.
    """
    text = _SCHEME.sub(r"\1[:]", text)
    text = _SHARE.sub(r"[\\\\]", text)
    text = _HOST_LIKE.sub(_break_host, text)
    text = _PLACEHOLDER.sub(r"\1 ", text)
    return _AT.sub("[@]", text)


def _break_host(match: re.Match[str]) -> str:
    run = match.group()
    if _IP_ADDRESS.fullmatch(run) or run.lower().startswith("www."):
        return _LABEL.sub(r"[\1]\2", run)
    return _LABEL.sub(lambda label: f"[{label[1]}]{label[2]}" if _may_be_domain(label[2]) else label[0], run)


def _may_be_domain(label: str) -> bool:
    """Tell whether a label may be a top-level domain: letters only, at least two, or an encoded name (RFC 5890)."""
    label = label.lower()
    return label.startswith("xn--") or (len(label) > 1 and label.isalpha() and label not in _PLAIN_EXTENSIONS)


def _shortened(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    end = limit // 3
    return text[: limit - end - 1] + _ELLIPSIS + text[-end:]
