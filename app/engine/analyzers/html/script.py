"""What the scripts of a page do: where they lead, what they write, save, send and start."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: The script leads away from the page, to what follows. Both begin with fixed characters, so that the search is fast.
_LEAVES = re.compile(
    r"""location(?:\s{0,3}\.\s{0,3}href|\s{0,3}\[\s{0,3}["']href["']\s{0,3}\])?\s{0,3}=(?!=)\s{0,3}([^;\n]{0,600})"""
    r"""|location\s{0,3}(?:\.\s{0,3}|\[\s{0,3}["'])(?:replace|assign)(?:["']\s{0,3}\])?\s{0,3}\(\s{0,3}([^;\n]{0,600})"""
)
_OPENS = re.compile(r"""open\s{0,3}\(\s{0,3}(["'`](?:https?:|//)[^;\n]{0,600})""")
#: Places of either that are looked at, and things that are made.
_MOST_LEAVES, _MOST_OBJECTS = 20_000, 5_000
#: Addresses of one script that are looked at: by then a page is none that was made for one purpose.
_MOST_ADDRESSES = 100_000
_QUOTED = re.compile(r"""["'`]\s{0,3}((?:https?:)?//[^"'`\s]{3,600})""")
#: Ways of turning words into a part of the page or into running script.
_WRITES = (
    *(
        ".write(",
        ".writeln(",
        ".write (",
        '"write"',
        "'write'",
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "srcdoc",
    ),
    *(
        "createContextualFragment",
        "DOMParser",
        ".html(",
        ".append(",
        "eval(",
        "Function(",
        "execScript",
        "setTimeout(atob",
    ),
    *("setTimeout('", 'setTimeout("', ".src=", ".src =", "appendChild", "constructor"),
)
#: In front of an address that data is sent to.
_POSTS = re.compile(
    r"""(?:\bfetch\s{0,3}\(|\.open\s{0,3}\(\s{0,3}["'`]POST["'`]\s{0,3},|\$\.post\s{0,3}\(|\baxios(?:\.post)?\s{0,3}\(|\burl\s{0,3}:|\.action\s{0,3}="""
    r"""|["']action["']\s{0,3},|sendBeacon\s{0,3}\()\s{0,9}["'`]\s{0,3}((?:https?:)?)\Z""",
    re.I,
)
_SENDS = ("POST", "fetch(", ".post(", "ajax", "sendBeacon")
_SCRIPTED = re.compile(r"""["'`]((?:https?:)?//[^"'`\s<>]{4,600}?\.php)\b""")
_REST = re.compile(r"""//[^"'`\s<>]{4,600}""")
_CHATS = ("api.telegram.org", "discord.com/api/webhooks/", "discordapp.com/api/webhooks/", "hooks.slack.com/services/")
_SAVES = ("createObjectURL", "msSave", "saveAs(", "data:application", ".download")
_CLICKS = (".click(", ".click (", "msSave", "dispatchEvent", "saveAs(", '"click"]', "'click']")
_SERVICE = re.compile(
    r"//(?:[\w-]{1,60}\.)?(?:formspree\.io|submit-form\.com|formsubmit\.co|getform\.io|formcarry\.com|usebasin\.com|formkeep\.com"
    r"|web3forms\.com|formbold\.com|formspark\.io|nocodeform\.io|herotofu\.com|webhook\.site|pipedream\.net|requestbin\.\w{2,4}"
    r"|emailjs\.com|hookb\.in|script\.google\.com/macros|beeceptor\.com|firebaseio\.com|sheetdb\.io|staticforms\.xyz|fabform\.io|un-static\.com|postmail\.invotes)",
    re.I,
)
_FRAGMENT = re.compile(r"location\s{0,3}\.\s{0,3}(?:hash|search|href)\b|URLSearchParams")
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,60}|(?:%40|%2540)[\w-]{1,63}\.\w")
_CLIPBOARD = re.compile(
    r"clipboard\s{0,3}\.\s{0,3}write(?:Text)?\b|execCommand\s{0,3}\(\s{0,3}[\"'`]copy|clipboardData\s{0,3}\.\s{0,3}setData",
    re.I,
)
_STARTS = re.compile(
    r"""new\s{1,9}ActiveXObject\s{0,3}\(\s{0,3}["'`]([\w.]{3,60})|CreateObject\s{0,3}\(\s{0,3}["'`]([\w.]{3,60})|GetObject\s{0,3}\(\s{0,3}["'`](winmgmts|script|new)""",
    re.I,
)
_COMPUTED = re.compile(r"(?:window\.)?(?:atob|unescape|decodeURI\w*|String\.fromCharCode)\s{0,3}\(")
_STARTERS = re.compile(
    r"wscript\.shell|shell\.application|adodb\.stream|scripting\.filesystemobject|winhttp|wscript\.network|winmgmts|^script$|^new$|schedule\.service|mmc20",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Deeds:
    """What a script does when it runs.

    targets  addresses that it leads to by itself
    leaves   whether it leads away at all, to whatever address
    computed whether it leads to an address that it computes
    posts    addresses that it sends data to
    objects  names of things of the operating system that it makes
    cut      whether it does more of something than is looked at
    """

    targets: tuple[str, ...]
    leaves: bool
    computed: bool
    posts: tuple[str, ...]
    writes: bool
    saves: bool
    clicks: bool
    chat: str
    service: str
    fragment: bool
    clipboard: bool
    objects: tuple[str, ...]
    cut: bool

    @property
    def starts(self) -> bool:
        """Whether it makes a thing that runs programs or writes files."""
        return any(_STARTERS.search(name) for name in self.objects)


def deeds(code: str) -> Deeds:
    """Return what a folded script does. Linear: every search is for fixed words with little around them."""
    low = code.lower()
    leaves = list(_leaves(code))
    service = _SERVICE.search(code)
    makes = "createobject" in low or "activexobject" in low or "getobject" in low
    objects = _objects(code) if makes else ()
    return Deeds(
        targets=tuple(target[1] for text in leaves if (target := _QUOTED.match(text))),
        leaves=bool(leaves),
        computed=any(_COMPUTED.match(text) for text in leaves),
        posts=tuple(dict.fromkeys(_posts(code))),
        writes=any(word in code for word in _WRITES),
        saves=any(word in code for word in _SAVES),
        clicks=any(word in code for word in _CLICKS) or bool(leaves),
        chat=next((word for word in _CHATS if word in low), ""),
        service=service.group() if service else "",
        fragment=bool(_FRAGMENT.search(code)),
        clipboard=("clipboard" in low or "execcommand" in low) and bool(_CLIPBOARD.search(code)),
        objects=tuple(dict.fromkeys(objects)),
        cut=len(leaves) >= _MOST_LEAVES or len(objects) >= _MOST_OBJECTS,
    )


def _leaves(code: str) -> Iterator[str]:
    """Yield what follows each ``location =``, ``location.replace(`` and ``open(``."""
    for pattern in (_LEAVES, _OPENS):
        for match, _ in zip(pattern.finditer(code), range(_MOST_LEAVES), strict=False):
            before = code[max(0, match.start() - 1) : match.start()]
            if not (before.isalnum() or before in ("_", "$", "-", '"', "'")) or before == "":
                yield match[1] or (match[2] if pattern is _LEAVES else "") or ""


def _posts(code: str) -> Iterator[str]:
    if any(word in code for word in _SENDS):
        # The address may wait in a variable; one of a form's script is known by its ending.
        yield from (match[1] for match, _ in zip(_SCRIPTED.finditer(code), range(_MOST_LEAVES), strict=False))
    at = code.find("//")
    for _ in range(_MOST_ADDRESSES):
        if at < 0:
            return
        before = _POSTS.search(code[max(0, at - 50) : at]) if code[at - 1 : at] in ("'", '"', "`", ":", " ") else None
        rest = _REST.match(code, at) if before else None
        if before and rest:
            yield before[1] + rest.group()
        at = code.find("//", rest.end() if rest else at + 2)


def _objects(code: str) -> tuple[str, ...]:
    found = (match for match, _ in zip(_STARTS.finditer(code), range(_MOST_OBJECTS), strict=False))
    return tuple((match[1] or match[2] or match[3]).lower() for match in found)


def mail_address(text: str) -> str:
    """Return the first mail address in a text, or the end of an encoded one; empty when there is none."""
    match = _ADDRESS.search(text)
    return match.group() if match else ""
