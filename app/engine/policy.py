"""What an operator forbids, and how much each finding weighs. Recorded with every verdict by its version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.engine.model import Confidence, Finding, Severity
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
    low_points, medium_points, high_points   what a suspicious finding weighs, by its confidence
    class_cap        most that the findings of one class (``pdf``, ``office``, ``yara``) weigh together: many views of
                     one fact are no more facts
    suspicious_at    sum from which a file is suspicious; one sure sign is enough, of weak ones it takes two
    malicious_at     sum from which a file is malicious: three classes that are independent of each other, or one
                     finding that is malicious by itself
    """

    version: str = "2"
    families: frozenset[str] = frozenset({"program", "shortcut"})
    host_scripts: frozenset[str] = _HOST_SCRIPTS
    shared_scripts: frozenset[str] = _SHARED_SCRIPTS
    #: Files in one container.
    project_files: int = 20
    low_points: int = 150
    medium_points: int = 300
    high_points: int = 400
    class_cap: int = 450
    suspicious_at: int = 300
    malicious_at: int = 1000

    def points(self, finding: Finding) -> int:
        """Return what a finding weighs; only suspicious and malicious ones weigh anything."""
        if finding.severity is Severity.MALICIOUS:
            return self.malicious_at
        if finding.severity is not Severity.SUSPICIOUS:
            return 0
        weights = {
            Confidence.LOW: self.low_points,
            Confidence.MEDIUM: self.medium_points,
            Confidence.HIGH: self.high_points,
        }
        return weights[finding.confidence]


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
