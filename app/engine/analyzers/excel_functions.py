"""Excel 4 macros: what their functions say about them. They run without VBA, and attacks live on that."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from app.engine.model import Finding, Severity
from app.engine.node import Node

_REFERENCE = "https://attack.mitre.org/techniques/T1059/"
#: Start programs, or call functions of Windows.
STARTS = frozenset({"EXEC", "CALL", "REGISTER", "REGISTER.ID", "SEND.KEYS"})
#: Write formulas at run time, which is how macros hide what they do, or look whether somebody watches.
HIDES = frozenset(
    {
        "FORMULA",
        "FORMULA.FILL",
        "FORMULA.ARRAY",
        "SET.VALUE",
        "SET.NAME",
        "GET.WORKSPACE",
        "FOPEN",
        "FWRITE",
        "FWRITELN",
    }
)


def judge(node: Node, functions: Collection[str], *, automatic: bool, hidden: bool) -> Iterator[Finding]:
    """Yield what an Excel 4 macro with these functions (names in capitals) means.

    ``automatic`` when it starts at opening or closing, ``hidden`` when its sheet is not shown.
    """
    starts = sorted(STARTS.intersection(functions))
    hides = sorted(HIDES.intersection(functions))
    if starts and (automatic or hidden or hides):
        yield node.finding(
            "excel.macro_runs",
            Severity.MALICIOUS,
            "Old-style Excel macro that starts a program or calls Windows",
            ", ".join(starts + hides),
            _REFERENCE,
        )
    elif starts or automatic:
        yield node.finding(
            "excel.macro_automatic" if automatic else "excel.macro_calls",
            Severity.SUSPICIOUS,
            "Old-style Excel macro that runs by itself"
            if automatic
            else "Old-style Excel macro that can start programs",
            ", ".join(starts + hides),
            _REFERENCE,
        )
    elif hidden and hides:
        yield node.finding(
            "excel.macro_hidden",
            Severity.SUSPICIOUS,
            "Hidden old-style Excel macro that writes formulas while it runs",
            ", ".join(hides),
            _REFERENCE,
        )
