"""Which technique of MITRE ATT&CK (https://attack.mitre.org, Enterprise) a finding is a sign of.

Findings of our own analyzers are listed here; a YARA rule names its technique in its metadata.
"""

from __future__ import annotations

#: Finding, or the beginning of its id up to a dot or an underscore -> technique. The longest beginning counts.
_TECHNIQUES = {
    "archive.encrypted": "T1027.013",
    "archive.hidden_program": "T1036.008",
    "archive.names_differ": "T1036.008",
    "archive.overlap": "T1499.004",
    "excel.macro": "T1059.005",
    "excel.macro_hidden": "T1564.007",
    "link.bad": "T1566.002",
    "link.blocked": "T1566.002",
    "name.bidi": "T1036.002",
    "office.command_link": "T1204.001",
    "office.control": "T1559.001",
    "office.dde": "T1559.002",
    "office.encrypted": "T1027.013",
    "office.equation": "T1203",
    "office.external_link": "T1204.001",
    "office.macro": "T1059.005",
    "office.macro_hidden": "T1564.007",
    "office.opened": "T1027.013",
    "office.remote": "T1221",
    "office.risky_control": "T1559.001",
    "pdf.command_link": "T1204.001",
    "pdf.disguised": "T1027",
    "pdf.encrypted": "T1027.013",
    "pdf.form": "T1598.002",
    "pdf.launch": "T1204.002",
    "pdf.opens_page": "T1204.001",
    "pdf.remote_file": "T1187",
    "pdf.script": "T1059.007",
    "rtf.equation_object": "T1203",
    "rtf.remote_object": "T1221",
    "type.program": "T1204.002",
    "type.script": "T1059",
    "type.shortcut": "T1204.002",
}


def technique_of(finding_id: str) -> str:
    """Return the technique of the finding with this id; empty where none fits."""
    beginning = finding_id
    while beginning:
        if beginning in _TECHNIQUES:
            return _TECHNIQUES[beginning]
        cut = max(beginning.rfind("."), beginning.rfind("_"))
        beginning = beginning[: max(cut, 0)]
    return ""
