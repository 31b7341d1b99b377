"""A shortcut that lies beside the program it starts: the shape of archives and disk images made to be clicked.

The reader sees a shortcut with the icon of a document; what it starts is hidden or called a library. Only names and
attributes are looked at, the files themselves are judged one by one elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from app.engine.analyzers.disk import image as disk_image
from app.engine.analyzers.office import package_part
from app.engine.budget import LimitReached
from app.engine.model import Confidence, Severity
from app.engine.node import Child, Item, Node, Tools
from app.engine.node_name import extension_of

_RUNS = frozenset(
    (
        *("exe", "dll", "scr", "cpl", "com", "pif", "ocx", "xll", "js", "jse", "vbs", "vbe", "wsf", "hta"),
        *("ps1", "bat", "cmd", "jar", "py", "dat", "bin", "a3x", "au3"),
    )
)
_SURELY = _RUNS - {"dat", "bin", "py"}
#: Copies of whole desktops and portable programs have more files than what is made to be clicked.
_MOST = 40
#: Nobody burns a disc for a shortcut and a program or two.
_FEW = 10
#: The end of a zip, in which its directory is looked for.
_DIRECTORY = 256 * 1024
_LINK = re.compile(rb"\.(?:lnk|LNK|Lnk)")
_HIDDEN = 0x02


class _Member(NamedTuple):
    name: str
    hidden: bool


def analyze_zip(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield a finding when a shortcut of the archive lies beside a program."""
    if not _LINK.search(node.data[-_DIRECTORY:]):
        return
    if (archive := package_part.opened(node)) is None:
        return
    members = [info for info in archive.infolist() if not info.filename.endswith("/")]
    tools.budget.charge_time()
    # Attributes of DOS are in the low byte, whatever system wrote the archive.
    yield from _judge(node, [_Member(info.filename, bool(info.external_attr & _HIDDEN)) for info in members])


def analyze_disk(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield a finding when a shortcut of the image lies beside a program. What cannot be read is told elsewhere."""
    members = []
    try:
        for item in disk_image.analyze(node, tools):
            if isinstance(item, Child):
                members.append(_Member(item.name, item.hidden))
            if len(members) > _MOST:
                return
    except LimitReached:
        raise
    except Exception:
        tools.budget.charge_time()
    yield from _judge(node, members)


def _judge(node: Node, members: list[_Member]) -> Iterator[Item]:
    """Yield how the shortcut and the program lie: hidden, or alone in an image, is never how people pack."""
    links = [one.name for one in members if extension_of(one.name) == "lnk" and not one.hidden]
    started = [one for one in members if extension_of(one.name) in _RUNS]
    hidden = [one.name for one in started if one.hidden or _is_out_of_sight(one.name)]
    surely = [one.name for one in started if extension_of(one.name) in _SURELY]
    if not links or len(members) > _MOST:
        return
    if hidden:
        title = "A shortcut to be clicked, and a hidden program beside it"
        yield node.finding("program.hidden_beside_shortcut", Severity.MALICIOUS, title, f"{links[0]}, {hidden[0]}")
    elif surely:
        image = node.kind.family == "disk_image" and len(members) <= _FEW
        yield node.finding(
            "program.beside_shortcut",
            Severity.MALICIOUS if image else Severity.SUSPICIOUS,
            "A shortcut to be clicked, and a program beside it",
            f"{links[0]}, {surely[0]}",
            confidence=Confidence.MEDIUM,
        )
    elif len(members) > 1 and all(one.hidden for one in members if one.name != links[0]):
        yield node.finding(
            "program.only_shortcut_shown",
            Severity.SUSPICIOUS,
            "A shortcut to be clicked is all that is shown, the other files are hidden",
            links[0],
            confidence=Confidence.LOW,
        )


def _is_out_of_sight(name: str) -> bool:
    """Whether a file or a folder above it is hidden by its name; macOS adds ``._`` files to every archive it makes."""
    parts = name.replace("\\", "/").split("/")
    return any(part.startswith(".") and part.strip(".") and not part.startswith("._") for part in parts)
