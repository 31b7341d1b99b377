"""Excel 4 macros: what their functions say about them. They run without VBA, and attacks live on that."""

from __future__ import annotations

import re
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


#: Texts of a macro that name what it starts or calls.
_TELLING = re.compile(
    r"URLDownloadToFile|ShellExecute|\burlmon\b|\bshell32\b|CreateProcess|WinExec|VirtualAlloc|CreateThread|rundll32"
    r"|regsvr32|mshta|powershell|wscript|cscript|certutil|bitsadmin|\bwmic\b|cmd(?:\.exe)? /[ck]|DllRegisterServer"
    r"|\\[\w.-]{1,60}\.(?:exe|dll|ocx|scr|vbs|hta|js)\b",
    re.I,
)
#: Texts that are looked at, one after the other.
_MOST_TEXT = 4 * 1024 * 1024


def judge(
    node: Node, functions: Collection[str], *, automatic: bool, hidden: bool, texts: Collection[str] = ()
) -> Iterator[Finding]:
    """Yield what an Excel 4 macro with these functions (names in capitals) and texts means.

    ``automatic`` when it starts at opening or closing, ``hidden`` when its sheet is not shown.
    """
    starts = sorted(STARTS.intersection(functions))
    hides = sorted(HIDES.intersection(functions))
    # Attackers spell words out over several texts, so they are read as one as well.
    whole = "\n".join(texts)[:_MOST_TEXT]
    telling = _TELLING.search(whole) or _TELLING.search(whole.replace("\n", ""))
    told = ", ".join([*starts, *hides, *([telling.group()] if telling else [])])
    words = [
        "runs by itself when the file is opened" if automatic else "",
        "lies on a sheet that is not shown" if hidden else "",
        "writes formulas while it runs" if hides else "",
        "starts a program or calls Windows" if starts or telling else "",
    ]
    title = "Old-style Excel macro that " + ", ".join(word for word in words if word)
    title = " and ".join(title.rsplit(", ", 1))
    if (starts and (automatic or hidden or hides or telling)) or (telling and automatic) or (automatic and hides):
        yield node.finding("excel.macro_runs", Severity.MALICIOUS, title, told, _REFERENCE)
    elif starts or telling:
        yield node.finding("excel.macro_calls", Severity.SUSPICIOUS, title, told, _REFERENCE)
    elif automatic:
        yield node.finding("excel.macro_automatic", Severity.SUSPICIOUS, title, told, _REFERENCE)
    elif hidden and hides:
        yield node.finding("excel.macro_hidden", Severity.SUSPICIOUS, title, told, _REFERENCE)
