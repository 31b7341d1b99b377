"""From findings to a verdict, and which types a policy forbids. Pure: the same input gives the same answer again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.engine.model import Finding, Link, Severity, Verdict, worst
from app.engine.node_name import extension_of

if TYPE_CHECKING:
    from app.engine.identify import Kind

#: Extensions that a desktop hands to a script host on a double click and that have no other use.
_HOST_SCRIPTS = frozenset({"hta", "jse", "pif", "scf", "scr", "sct", "vbe", "vbs", "wsc", "wsf", "wsh"})
#: The same, but developers and administrators send each other these too.
_SHARED_SCRIPTS = frozenset({"bat", "cmd", "js", "ps1"})


@dataclass(frozen=True, slots=True)
class Policy:
    """What the operator forbids; ``version`` is recorded with every verdict.

    families         families of ``identify`` that are restricted wherever they stand, archives included
    host_scripts     extensions of scripts that are always restricted
    shared_scripts   extensions of scripts that are restricted unless they are part of a project: an archive with at
                     least ``project_files`` files. Droppers travel alone or with a decoy or two; a web site or a
                     repository in a zip is what developers send to a help desk.
    """

    version: str = "1"
    families: frozenset[str] = frozenset({"program", "shortcut"})
    host_scripts: frozenset[str] = _HOST_SCRIPTS
    shared_scripts: frozenset[str] = _SHARED_SCRIPTS
    #: Files in one container.
    project_files: int = 20


#: Family -> (finding, title).
_FAMILY_FINDINGS = {
    "program": ("type.program", "Program file"),
    "shortcut": ("type.shortcut", "Shortcut that can start programs"),
}


def restriction(kind: Kind, name: str, where: str, policy: Policy, *, siblings: int = 0) -> Finding | None:
    """Return the finding that a forbidden type makes, or None.

    ``siblings`` is the number of files in the same container, itself included (0: unknown or no container).
    """
    if kind.family in policy.families:
        code, title = _FAMILY_FINDINGS.get(kind.family, ("type.restricted", "File type that policy forbids"))
        return Finding(code, Severity.RESTRICTED, where, title, kind.mime)
    if kind.family not in ("script", "html", "text", "xml"):
        return None
    extension = extension_of(name)
    alone = siblings < policy.project_files
    if extension in policy.host_scripts or (extension in policy.shared_scripts and alone):
        return Finding("type.script", Severity.RESTRICTED, where, "Script that runs on a double click", f".{extension}")
    return None


def judge(findings: Iterable[Finding], policy: Policy, links: Iterable[Link] = ()) -> Verdict:
    """Return the verdict that the findings ask for under ``policy``: the most severe one decides.

    Links that were judged bad make the file at most suspicious; a link about which nothing is known says nothing.
    """
    del policy  # Every finding carries the severity that the policy gave it; later versions weigh classes here.
    by_findings = worst(finding.severity.verdict for finding in findings)
    bad_link = any(link.verdict.rank >= Verdict.SUSPICIOUS.rank for link in links)
    return worst((by_findings, Verdict.SUSPICIOUS if bad_link else Verdict.CLEAN))
