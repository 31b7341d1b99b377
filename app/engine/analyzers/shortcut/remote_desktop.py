"""Remote desktop files (``.rdp``): what of this computer they give to whom.

Source: https://learn.microsoft.com/windows-server/remote/remote-desktop-services/clients/rdp-files
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.analyzers.shortcut.place import place_of
from app.engine.analyzers.shortcut.targets import is_numeric
from app.engine.model import Confidence, Severity
from app.engine.node import Item, Node


def analyze(node: Node, text: str) -> Iterator[Item]:
    """Remote desktop files: name:type:value. Drives and clipboards given to a stranger are files given to him."""
    found = {
        name.lower(): value for name, value in re.findall(r"(?m)^[ \t]{0,8}([\w ]{2,60}):[isb]:([^\r\n]{0,2000})", text)
    }
    host = (
        re.sub(r":\d{1,5}$", "", found.get("full address", "") or found.get("alternate full address", ""))
        .strip()
        .lower()
    )
    place = place_of(f"https://{host}/") if host else None
    drives = found.get("drivestoredirect", "") or ("*" if found.get("redirectdrives") == "1" else "")
    if not place or not place.outside:
        return
    unasked = found.get("prompt for credentials") == "0" or found.get("authentication level") == "0"
    program = found.get("remoteapplicationprogram", "") if found.get("remoteapplicationmode") == "1" else ""
    if drives and (program or drives.strip() == "*" or is_numeric(place.host)):
        sure = Confidence.HIGH if is_numeric(place.host) or program else Confidence.MEDIUM
        # Who lends out a program asks neither for all drives nor without a question; attackers have done so.
        rogue = bool(program or is_numeric(place.host)) and (unasked or drives.strip() == "*")
        yield node.finding(
            "shortcut.remote_desktop",
            Severity.MALICIOUS if rogue else Severity.SUSPICIOUS,
            "Remote desktop file that gives the drives of this computer to somebody outside",
            f"{host} {drives} {program}",
            "https://attack.mitre.org/techniques/T1219/",
            confidence=sure,
        )
    elif program:
        yield node.finding(
            "shortcut.remote_desktop",
            Severity.SUSPICIOUS,
            "Remote desktop file that shows a program of somebody outside",
            f"{host} {program}",
            confidence=Confidence.LOW,
        )
