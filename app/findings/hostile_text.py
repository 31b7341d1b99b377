"""Show what strangers named so that people can read it and no program makes anything of it.

Help desks and mail programs turn addresses into links, even inside other text; ``.com`` and ``.zip`` end a file's name
and a domain's alike. How much is broken follows from who shows the text:

* A help desk's note (``unlinked_in_note``): Zendesk makes links of schemes, of ``www.`` and of e-mail addresses, not of
  bare host names. Only those get a bracket, so that a name can be copied and searched for as it is.
* A plain mail (``unlinked``): mail programs link bare host names too, so the dot before anything that might be a
  top-level domain is written ``[.]``, the way defanged links are written. Unlike zero-width characters that stays
  readable, and names with everyday extensions stay as they are.
* An HTML mail (``split``): reads like the note; what the plain mail breaks beyond that stands in an element of its own,
  so that no piece of text is a host name.
"""

from __future__ import annotations

import re

from app.engine.printable import printable

#: Extensions that are no top-level domain (IANA root zone), so that ``invoice.pdf`` stays whole. Whatever is not
#: listed gets its dot broken: a domain that is new tomorrow is safe today.
_PLAIN_EXTENSIONS = frozenset(
    """
    ace ade apk arj avi bak bas bat bin bmp cer chm cls cmd conf cpl crx csv dat db dbf deb dll dmg doc docm docx
    dotm dotx dwg eml epub exe frm gif gz gzip hta htm html ics img ini iso jar jpeg jpg js jse json jsp key lnk log
    lzh lzma mdb mht mhtml mpeg mpg msc msg msi msp odp ods odt ole pages pdf pem pfx php png pot potm pps ppsx ppt
    pptm pptx psd pst rar reg rpm rtf scr sct sql svg swf sys tar tbz tgz tif tiff tmp tsv txt url vbe vbs vcf vhd
    vhdx vsd wav webm webp wma wmf wmv wpd wsf wsh xhtml xla xlam xll xls xlsb xlsm xlsx xlt xlw xml xps xsl xz yaml
    yml zst
    """.split()
)
_DOTS = ".\u3002\uff0e\uff61"
_HOST_LIKE = re.compile(rf"[^\W_][\w-]*(?:[{_DOTS}][\w-]+)+")
_LABEL = re.compile(rf"([{_DOTS}])([\w-]+)")
_IP_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
#: ``hxxp`` is broken already: nothing opens it.
_SCHEME = re.compile(r"\b(?!hxxps?:)([a-z][a-z0-9+.-]{0,30})(:)(?=\S)", re.IGNORECASE)
_NOTE_SCHEME = re.compile(r"(?<!hxxp)(?<!hxxps):(?=//)", re.IGNORECASE)
_WWW = re.compile(rf"(www)([{_DOTS}])(?=\S)", re.IGNORECASE)
_AT = re.compile(r"(?<!\[)@")
_SHARE = re.compile(r"\\\\(?=\w)")
_BRACKETS = re.compile(rf"\[(?:[{_DOTS}:@]|\\\\)\]")
#: Zendesk fills in Liquid placeholders in what agents and programs write.
_PLACEHOLDER = re.compile(r"([{}%])(?=[{}%])")
_BLANKS = re.compile(r"\s{2,}")
_ELLIPSIS = "…"
#: Never in a shown text, so it can stand around what is to be marked.
_MARK = "\0"


def shown(text: str, limit: int = 120) -> str:
    """Return ``text`` on one line, about ``limit`` characters long (twice that with many escapes), else as it is.

    What is invisible is escaped, placeholders are broken. A long text keeps its beginning and its end, because a name
    ends in its extension. Addresses in it are whole: whoever lays it out breaks them as its reader's program needs.
    """
    line = _shortened(printable(_shortened(text, limit), limit=12 * limit), 2 * limit)
    return _PLACEHOLDER.sub(r"\1 ", _BLANKS.sub(" ", line).strip())


def unlinked_in_note(text: str) -> str:
    """Return a shown text with brackets in what Zendesk makes links of: ``://``, ``www.`` and ``@``.

    What is broken already stays as it is.
    """
    return _AT.sub("[@]", _WWW.sub(r"\1[\2]", _NOTE_SCHEME.sub("[:]", text)))


def unlinked(text: str) -> str:
    """Return a shown text with brackets in everything that any program might take for a link or an address.

    What is broken already stays as it is.
    """
    return _marked(unlinked_in_note(text), "[", "]")


def split(text: str) -> list[str]:
    """Return the text of a note in pieces, none of which is a link or an address; joined they are that text.

    Every second piece is a mark (a dot, a colon) that is to stand in an element of its own.
    """
    return _marked(unlinked_in_note(text), _MARK, _MARK).split(_MARK)


def has_brackets(text: str) -> bool:
    """Tell whether something in the text is written in the brackets of the functions above."""
    return _BRACKETS.search(text) is not None


def _marked(text: str, before: str, after: str) -> str:
    """Return ``text`` with a sign before and after each mark that bare host names and the like are recognised by."""

    def mark(match: re.Match[str]) -> str:
        return f"{before}{match[0]}{after}"

    text = _SCHEME.sub(lambda scheme: f"{scheme[1]}{before}:{after}", text)
    text = _SHARE.sub(mark, text)
    return _HOST_LIKE.sub(lambda host: _marked_host(host[0], before, after), text)


def _marked_host(run: str, before: str, after: str) -> str:
    every = _IP_ADDRESS.fullmatch(run)
    return _LABEL.sub(
        lambda label: f"{before}{label[1]}{after}{label[2]}" if every or _may_be_domain(label[2]) else label[0], run
    )


def _may_be_domain(label: str) -> bool:
    """Tell whether a label may be a top-level domain: letters only, at least two, or an encoded name (RFC 5890)."""
    label = label.lower()
    return label.startswith("xn--") or (len(label) > 1 and label.isalpha() and label not in _PLAIN_EXTENSIONS)


def _shortened(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    end = limit // 3
    return text[: limit - end - 1] + _ELLIPSIS + text[-end:]
