"""Batch files written out plainly: carets dropped, variables replaced by what they were set to.

Nothing is run; jumps and conditions are read over. Source: ``cmd /?``, ``set /?``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.engine.analyzers.script.plain import Plain

#: The longest line that the command interpreter takes.
_LONGEST_LINE = 8_191
_MOST_VARIABLES = 50_000
#: Characters that variables may add to a text, beside four times its size: they can be made to double line by line.
_MOST_ADDED = 1_000_000
_EXPANSION = re.compile(
    r"[%!]([A-Za-z_#$'()*+,\-.?@\[\]`{}~0-9=;&^\u0080-\uffff ]{1,80}?)"
    r"(?::(?:~(-?\d{1,5})(?:,(-?\d{1,5}))?|([^%!=\r\n]{1,80})=([^%!\r\n]{0,80})))?[%!]"
)
_SET = re.compile(r"(?:^|[&|(@]|\bdo\b)\s{0,8}@?set\s{1,4}(\"?)([^=\r\n/\"%]{1,80})=([^\r\n&|]{0,8000})", re.I)
_CARET = re.compile(r"\^(.)")
#: A caret before a letter changes nothing; before an operator it is needed.
_IDLE_CARET = re.compile(r"\^(?=[A-Za-z0-9])")
#: What every Windows sets; droppers cut letters out of these.
_GIVEN = {
    "comspec": r"C:\Windows\system32\cmd.exe",
    "systemroot": r"C:\Windows",
    "windir": r"C:\Windows",
    "systemdrive": "C:",
    "programfiles": r"C:\Program Files",
    "programfiles(x86)": r"C:\Program Files (x86)",
    "commonprogramfiles": r"C:\Program Files\Common Files",
    "commonprogramfiles(x86)": r"C:\Program Files (x86)\Common Files",
    "programdata": r"C:\ProgramData",
    "allusersprofile": r"C:\ProgramData",
    "public": r"C:\Users\Public",
    "os": "Windows_NT",
    "pathext": ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC",
    "psmodulepath": r"C:\Program Files\WindowsPowerShell\Modules;C:\Windows\system32\WindowsPowerShell\v1.0\Modules",
    "driverdata": r"C:\Windows\System32\Drivers\DriverData",
    "homedrive": "C:",
}


@dataclass(slots=True)
class _Machine:
    """What a batch file has set so far, and how many pieces were cut out of it."""

    variables: dict[str, str] = field(default_factory=lambda: dict(_GIVEN))
    pieces: int = 0
    room: int = 0


def written_out(text: str) -> Plain:
    """Return the batch file with its variables replaced and carets dropped, line by line in the order of the text."""
    machine = _Machine(room=_MOST_ADDED + 4 * len(text))
    lines = [_line(line, machine) for line in text.replace("^\r\n", "").replace("^\n", "").splitlines()]
    return Plain("\n".join(lines), machine.pieces, cut=machine.room <= 0)


def _line(line: str, machine: _Machine) -> str:
    if "%" in line or "!" in line:
        line = _EXPANSION.sub(lambda match: _expanded(match, machine), line)[:_LONGEST_LINE]
    if "^" in line:
        machine.pieces += len(_IDLE_CARET.findall(line))
        line = _CARET.sub(r"\1", line)
    if "set" in line.lower():
        for match in _SET.finditer(line):
            if len(machine.variables) >= _MOST_VARIABLES:
                machine.room = 0
                break
            value = match.group(3).rstrip()
            value = value.removesuffix('"') if match.group(1) else value
            machine.variables[match.group(2).strip().lower()] = value
    return line


def _expanded(match: re.Match[str], machine: _Machine) -> str:
    """Return what one ``%name%``, ``%name:~start,length%`` or ``%name:old=new%`` stands for."""
    name = match.group(1).lower()
    cut = match.group(2) is not None or match.group(4) is not None
    value = machine.variables.get(name)
    if value is None or machine.room <= 0 or (name in _GIVEN and not cut):
        # Well-known folders read better by their names; a name that nobody set is empty only in a batch file.
        return match.group()
    machine.pieces += cut or len(value) == 1
    machine.room -= len(value)
    if match.group(4) is not None:
        return re.sub(re.escape(match.group(4)), lambda _: match.group(5), value, flags=re.I)
    if match.group(2) is None:
        return value
    return _cut(value, int(match.group(2)), match.group(3))


def _cut(value: str, start: int, length: str | None) -> str:
    """Return a part of ``value`` as ``set /?`` describes it: negative numbers count from the end."""
    first = max(0, len(value) + start) if start < 0 else start
    if length is None:
        return value[first:]
    count = int(length)
    return value[first : first + count] if count >= 0 else value[first : len(value) + count]
