"""Hosts that stand in a text without a scheme: ``example.com/path``, ``www.…``, ``//host``, ``evil[.]com``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from operator import itemgetter

from app.engine.links import bare, domains
from app.engine.links.letters import Letters
from app.engine.links.plain import IPV4, WIDE_SCRIPT, Span, finish, own_labels, with_scheme
from app.engine.links.refang import Host, read_host, read_port

#: A dot inside of a name, with all of the name behind it, or all of the mail address. Amounts and dates have dots, too.
_DOT = re.compile(r"\.(?=\w)(?!\d{1,6}(?:\.\d{1,6})?\.?(?![\w.-]))[\w.-]+(?:@[\w.-]*)?")
#: The same in a text with a script without blanks: a name in other letters ends where that script goes on.
_DOT_WIDE = re.compile(rf"\.(?=\w)(?:{WIDE_SCRIPT.pattern}[\w.-]*|(?:(?!{WIDE_SCRIPT.pattern})[\w.-])+)")
#: Dots that are broken, by the sign they begin with, in small letters: search for one fixed sign is several times as
#: fast as for one of many, and most texts have none of them.
_IN_BRACKETS = r" ?(?:[.\u3002]|d[o0]t) ?[\])}>]{1,2}\s?(?=\w)"
_BROKEN_DOTS = {
    "[": re.compile(rf"\[(?:{_IN_BRACKETS}|\.(?=\w))"),
    "(": re.compile(rf"\((?:{_IN_BRACKETS}|\.(?=\w))"),
    "{": re.compile(rf"\{{(?:{_IN_BRACKETS}|\.(?=\w))"),
    "<": re.compile(rf"<{_IN_BRACKETS}"),
}
#: The same with half of the brackets or turned ones, the dot of a pattern, and a hyphen in brackets.
_HALF_BROKEN = {
    "]": {"].": r"\]\.[\[\]]?(?=\w)", ".]": r"\.\](?=\w)", "[-]": r"\[-\](?=\w)"},
    "[": {".[": r"\.\[(?=\w)", "[.[": r"\[\.\[(?=\w)"},
    ")": {").": r"\)\.[()]?(?=\w)", ".)": r"\.\)(?=\w)"},
    "(": {"(.(": r"\(\.\((?=\w)"},
    "}": {"}.": r"\}\.[{}]?(?=\w)", ".}": r"\.\}(?=\w)"},
    "\\": {"\\.": r"\\\.(?=\w)"},
}
_SLASHES = re.compile(r"//(?=[\w\[])")
_BEFORE_SLASHES = frozenset(" \t\r\n\"'(<[=>")
#: What may stand in a name, read backwards from its first dot.
_LEFT = re.compile(r"[\w.-]{0,256}")
_LEFT_BROKEN = re.compile(r"[\])}>]? ?[\w.-]{1,255}")
#: Characters of a host name (RFC 1035).
_LONGEST = 253
_WWW = re.compile(r"www\d{0,2}", re.I)
_NETMASK = re.compile(r"/\d{1,2}(?![\w./?#-])")
_ASCII_TAIL = re.compile(r"[A-Za-z0-9-]+\Z")
#: "at" in front of half a mail address, unless the words before say that a place follows.
_AT = re.compile(
    r"(?:[\[({]\s?(?:at|@)\s?[\])}]|@)\s?\Z"
    r"|(?<!look)(?<!here)(?<!site)(?<!page)(?<!shop)(?<!store)(?<! us)(?<! in)(?<! up)(?<! on)(?<!able) at \Z",
    re.I,
)
#: "at" in brackets, which nobody writes in front of a host.
_AT_IN_BRACKETS = re.compile(r"[\[({]\s?(?:at|et|@)\s?[\])}]\s?\Z", re.I)
#: "at" in capitals behind a word in small letters.
_AT_LOUD = re.compile(r"[a-z0-9] AT \Z")
#: Suffixes that people write with words for dots.
_SPOKEN = frozenset(
    "com net org info biz io co ru cn de uk fr it eu nl pl br in us xyz top site online shop club app dev live link "
    "click page store tech ly me cc tv gg".split()
)
#: The last dot of a name whose dots may as well be the ends of sentences; in small letters.
_SPACED_DOT = re.compile(rf"(?: (?:\.|dot) |[\u3002\uff61])(?=(?:{'|'.join(sorted(_SPOKEN))})(?!\w))")
#: What stands in front of it, read backwards.
_LEFT_SPACED = re.compile(r"[\w-]{1,63}(?:(?: \. | tod |[.\u3002\uff61])[\w-]{1,63}){0,6}", re.I)
_BY_PLACE = itemgetter(0)
#: Tails remembered of one text as those of no host.
_MOST_DEAD = 1_000


def spans(letters: Letters, *, most: int, hosts: bool = True) -> list[Span]:
    """Return the addresses of a text in their order, at most ``most`` with a scheme and as many without.

    ``hosts``: hosts without a scheme count, also where neither ``www.`` nor a broken dot says that they are meant.
    """
    found = with_scheme(letters, most=most)
    rest = list(islice(_without_scheme(letters, found, most=most, hosts=hosts), most))
    return _together(found, rest)


def _without_scheme(letters: Letters, taken: list[Span], *, most: int, hosts: bool) -> Iterator[Span]:
    """Yield hosts without a scheme outside of ``taken``: the broken ones, then all others."""
    text = letters.plain
    broken = list(islice(_broken(letters, _broken_dots(letters.lower), _LEFT_BROKEN, _Taken(taken)), most))
    taken = _together(taken, broken)
    if hosts and (" . " in text or " dot " in letters.lower or "\u3002" in text or "\uff61" in text):
        dots = (match.start() for match in _SPACED_DOT.finditer(letters.lower))
        spoken = list(islice(_broken(letters, dots, _LEFT_SPACED, _Taken(taken)), most))
        taken, broken = _together(taken, spoken), broken + spoken
    yield from broken
    yield from _dotted(letters, taken, hosts=hosts)
    if hosts and "//" in text:
        yield from _scheme_relative(letters, _Taken(taken))


def _broken_dots(lower: str) -> list[int]:
    """Return where dots stand that are broken on purpose."""
    signs = [pattern for sign, pattern in _BROKEN_DOTS.items() if sign in lower]
    for one, patterns in _HALF_BROKEN.items():
        # Search for one character is many times as fast as for two, and most texts have few of them.
        if one in lower:
            signs += [re.compile(pattern) for sign, pattern in patterns.items() if sign in lower]
    places = [match.start() for pattern in signs for match in pattern.finditer(lower)]
    return sorted(places) if len(signs) > 1 else places


def _together(taken: list[Span], more: list[Span]) -> list[Span]:
    return sorted([*taken, *more], key=_BY_PLACE) if more else taken


class _Taken:
    """Places that belong to an address already, asked for in ascending order."""

    def __init__(self, taken: list[Span]) -> None:
        self._taken = taken
        self._next = 0

    def end(self, at: int) -> int:
        """Return where the address ends in which ``at`` lies; -1 when it lies in none."""
        while self._next < len(self._taken) and self._taken[self._next].end <= at:
            self._next += 1
        inside = self._next < len(self._taken) and self._taken[self._next].start <= at
        return self._taken[self._next].end if inside else -1


def _dotted(letters: Letters, taken: list[Span], *, hosts: bool) -> Iterator[Span]:
    """Yield names with plain dots outside of ``taken``. Every run of letters and dots is looked at once."""
    text, at, least = letters.plain, 0, 0
    dots = _DOT_WIDE if WIDE_SCRIPT.search(letters.foreign) else _DOT
    # The same few tails stand behind most dots that are in no host: of files, code, abbreviations.
    dead: set[str] = set()
    for stop, behind in [*((span.start, span.end) for span in taken), (len(text), len(text))]:
        for match in dots.finditer(text, at, stop) if at < stop else ():
            written = match.group()
            dot = match.start()
            if dot < at or (written in dead and text[dot - 1] not in "wW"):
                continue
            at = match.end()
            tail = written[1:].rstrip(".-_")
            if "@" in tail:
                continue
            if _may_be_host(text, dot, at, tail):
                span = _run(letters, dot, at, tail, least=least, hosts=hosts)
                if span:
                    at = max(at, span.end)
                    least = span.end
                    yield span
            elif tail.isalpha() and len(dead) < _MOST_DEAD:
                dead.add(written)
        at = max(at, behind)


def _run(letters: Letters, dot: int, end: int, tail: str, *, least: int, hosts: bool) -> Span | None:
    """Return the address, not before ``least``, that begins with the letters and dots of which ``dot`` is the first."""
    text = letters.plain
    if text.startswith("@", end):
        return None
    start = max(least, dot - _reach(_LEFT, text, dot))
    if end - start > _LONGEST:
        return None
    while text[start] in ".-_" and start < dot:
        start += 1
    end = dot + 1 + len(tail)
    if text[start - 1 : start] == "@" or text[end : end + 1] == "@":
        return None
    start = _own_start(text, start, dot)
    return _judged(letters, start, Host(tuple(text[start:end].split(".")), end), hosts=hosts)


def _may_be_host(text: str, dot: int, end: int, tail: str) -> bool:
    """Tell whether the name with the first dot at ``dot`` may hold a host: by its last label, or joined to words."""
    suffix = tail[tail.rfind(".") + 1 :]
    if suffix in domains.top_levels():
        return True
    if suffix.isdigit():
        return tail.count(".") == 2 and text[end : end + 1] in ("/", ":")
    if not suffix.isascii():
        return True
    before = text[max(0, dot - 4) : dot].lower()
    if suffix.islower() and "w" not in before:
        return False
    known = "." in tail and (suffix.istitle() or before[-3:] == "www")
    return known or before[:3] == "www" or suffix.lower() in domains.top_levels()


def _reach(left: re.Pattern[str], text: str, at: int) -> int:
    """Return how far a pattern matches backwards from ``at``."""
    match = left.match(text[max(0, at - 256) : at][::-1])
    return match.end() if match else 0


def _broken(letters: Letters, dots: Iterable[int], left: re.Pattern[str], taken: _Taken) -> Iterator[Span]:
    """Yield names with a dot that is broken or spoken; ``dots`` in ascending order."""
    text, at = letters.plain, 0
    for dot in dots:
        if dot < at or taken.end(dot) >= 0:
            continue
        at = dot + 1
        start = dot - _reach(left, text, dot)
        while start < dot and text[start] in " .-_])}>":
            start += 1
        if start >= dot:
            continue
        start = _own_start(text, start, dot)
        host = read_host(text, start)
        if host is None or len(host.labels) < 2:
            continue
        span = _judged(letters, start, host, hosts=True)
        at = max(at, span.end if span else host.reach)
        if span:
            yield span


def _own_start(text: str, start: int, dot: int) -> int:
    """Return where the first label begins, without the script without blanks that stands right before it."""
    first = text[start:dot].partition(".")[0]
    if first.isascii() or not WIDE_SCRIPT.search(first):
        return start
    tail = _ASCII_TAIL.search(first)
    return start + tail.start() if tail else start


def _judged(letters: Letters, start: int, host: Host, *, hosts: bool) -> Span | None:
    """Return the address that begins with ``host`` when the text means one."""
    text = letters.plain
    before = text[max(0, start - 3) : start]
    if before[-1:] in bare.INSIDE and before:
        return None
    if before.rstrip()[-1:] in ("]", ")", "}") and _AT_IN_BRACKETS.search(text[max(0, start - 8) : start]):
        return None
    if before.endswith("AT ") and _AT_LOUD.search(text[max(0, start - 6) : start]):
        return None
    labels, end = own_labels(host)
    whole = labels is host.labels
    if not whole:
        host = Host(labels, end, host.meant, host.weak)
    after = text[end : end + 1]
    if after == "@":
        return None
    if labels[0][:1] in ("w", "W") and _WWW.fullmatch(labels[0]) and len(labels) > 2:
        return finish(letters, start, host, "http://", own=whole)
    if not hosts and not host.meant:
        return None
    if labels[-1].isdigit() and IPV4.fullmatch(host.name):
        place = after in ("/", ":") and not _NETMASK.match(text, end) and _goes_on(letters, end)
        return finish(letters, start, host, "http://", own=whole) if place else None
    if (host.meant or host.weak) and _AT.search(text[max(0, start - 30) : start]):
        return None
    if host.weak and labels[-1].lower() not in _SPOKEN:
        return None
    path = after in ("/", "?", "#", ":") and _goes_on(letters, end)
    if not bare.is_host_name(labels, before, after, path=path, meant=host.meant):
        return None
    styled = letters.shown[start:end] != text[start:end]
    return finish(letters, start, host, "http://", own=whole, styled=styled)


def _goes_on(letters: Letters, end: int) -> bool:
    """Whether a port, a path, a query or a fragment follows the host."""
    port, at = read_port(letters.plain, end)
    after = letters.shown[at : at + 2]
    return bool(port) or after[:1] == "/" or (after[:1] in ("?", "#") and after[1:].isalnum())


def _scheme_relative(letters: Letters, taken: _Taken) -> Iterator[Span]:
    """Yield addresses that take the scheme of the page: ``//host/path``."""
    text, at = letters.plain, 0
    while match := _SLASHES.search(text, at):
        start, at = match.start(), match.end()
        if taken.end(start) >= 0 or (start and text[start - 1] not in _BEFORE_SLASHES):
            continue
        host = read_host(text, at)
        if host and bare.is_host_name(host.labels, "", "", path=True, meant=False):
            span = finish(letters, start, host, "https://")
            at = span.end
            yield span
