"""What the facts seen in a script mean together: one row for each reading, in plain words.

A row holds when every one of its conditions holds: names of facts, alternatives divided by ``|``, a beginning with a
star for any fact of that beginning. The first row of a finding that holds is the one that is told.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.engine.model import Confidence, Severity

#: Which scripts a row is about: those of Windows, of Unix shells, Python, JavaScript of browsers and servers.
WINDOWS, SHELL, PYTHON, NODE = "windows", "shell", "python", "node"
ANY = frozenset({WINDOWS, SHELL, PYTHON, NODE})
_ON_WINDOWS = frozenset({WINDOWS})
_OUTSIDE = "host.address|host.shady"
_FETCH = "fetch.*"
_FETCH_COMMAND = "fetch.powershell|fetch.command|fetch.certutil|fetch.bits|fetch.object|fetch.python"
_START = "run.shell|run.powershell|run.expression|run.start|run.wmi|run.wmic|shell.subprocess|run.code"
_SHORT = "short"


@dataclass(frozen=True, slots=True)
class Row:
    """One reading of facts: which finding they make, how sure, and in which scripts."""

    code: str
    severity: Severity
    confidence: Confidence
    title: str
    needs: tuple[str, ...]
    kinds: frozenset[str] = ANY
    lacks: str = ""


def _malicious(code: str, title: str, *needs: str, kinds: frozenset[str] = ANY, lacks: str = "") -> Row:
    return Row(code, Severity.MALICIOUS, Confidence.HIGH, title, needs, kinds, lacks)


def _suspicious(
    code: str, sure: Confidence, title: str, *needs: str, kinds: frozenset[str] = ANY, lacks: str = ""
) -> Row:
    return Row(code, Severity.SUSPICIOUS, sure, title, needs, kinds, lacks)


_LOW, _MEDIUM, _HIGH = Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH
_RUNS = "Script that fetches a program from the network and starts it"
_TOOL = "Script that makes a tool of Windows run something from the network"
_BLINDS = "Script that switches the protection of the computer off"
_SHELL = "Script that hands control of the computer to somebody outside"
_MEMORY = "Script that loads a program straight into memory, where scanners do not look"
_STEALS = "Script that collects passwords"
_BACKUPS = "Script that deletes the backups of the computer"
_STAYS = "Script that makes itself start again with the computer"
_HIDDEN = "Script that starts a disguised command out of sight"
_DESTROYS = "Script that destroys what is on the computer"

ROWS: tuple[Row, ...] = (
    _malicious("script.blinds_protection", _BLINDS, "amsi", "reflection", kinds=_ON_WINDOWS),
    _malicious("script.blinds_protection", _BLINDS, "amsi", "memory.protect", kinds=_ON_WINDOWS | {PYTHON}),
    _malicious(
        "script.blinds_protection",
        _BLINDS,
        "defender.off|defender.blind",
        f"{_FETCH}|powershell.encoded|run.hidden|uac.bypass|shadows.deleted|decode.base64|decode.certutil"
        f"|payload.program",
    ),
    _malicious("script.blinds_protection", _BLINDS, "defender.off", "defender.blind|firewall.off|recovery.off"),
    _suspicious("script.blinds_protection", _HIGH, _BLINDS, "defender.off|defender.blind"),
    _suspicious("script.blinds_protection", _MEDIUM, _BLINDS, "defender.excluded", _FETCH),
    _suspicious("script.blinds_protection", _LOW, _BLINDS, "defender.excluded|firewall.off"),
    _malicious("script.gains_rights", "Script that gives itself the rights of an administrator unasked", "uac.bypass"),
    _malicious("script.deletes_backups", _BACKUPS, "shadows.deleted"),
    _malicious("script.deletes_backups", _BACKUPS, "recovery.off", "logs.cleared|defender.off|lock.files"),
    _suspicious("script.deletes_backups", _HIGH, _BACKUPS, "recovery.off"),
    _malicious("script.steals_credentials", _STEALS, "steal.lsass"),
    _malicious("script.steals_credentials", _STEALS, "steal.process", "steal.lsass_named"),
    _malicious("script.steals_credentials", _STEALS, "steal.browser", "steal.unlock", "send.*"),
    _malicious(
        "script.steals_credentials",
        _STEALS,
        "steal.keys|steal.wifi|steal.hives|steal.ssh",
        "send.hook|send.mail|send.post",
        _SHORT,
    ),
    _malicious("script.steals_credentials", _STEALS, "mac.password", "send.*|fetch.command", _SHORT),
    _suspicious("script.steals_credentials", _HIGH, _STEALS, "mac.password", kinds=frozenset({SHELL})),
    _suspicious("script.steals_credentials", _HIGH, _STEALS, "steal.browser", "steal.unlock"),
    _suspicious("script.steals_credentials", _HIGH, _STEALS, "steal.hives"),
    _malicious("script.steals_credentials", _STEALS, "steal.browser", "send.hook", _SHORT),
    _suspicious("script.steals_credentials", _MEDIUM, _STEALS, "steal.keys", kinds=_ON_WINDOWS),
    _suspicious(
        "script.steals_clipboard", _HIGH, "Script that swaps what is copied", "steal.clipboard", "steal.pasted", _SHORT
    ),
    _malicious("script.remote_control", _SHELL, "shell.devtcp|shell.netcat|shell.perl", _SHORT),
    _malicious("script.remote_control", _SHELL, "shell.tcp", "shell.stream", "run.expression", kinds=_ON_WINDOWS),
    _malicious("script.remote_control", _SHELL, "shell.tcp", "js.shell|shell.subprocess", "shell.python", "small"),
    _malicious(
        "script.remote_control",
        _SHELL,
        "shell.tcp",
        "shell.stream",
        "shell.subprocess",
        "shell.loop",
        "smaller",
        kinds=frozenset({PYTHON}),
    ),
    _suspicious(
        "script.remote_control", _HIGH, _SHELL, "js.socket", "js.node", "js.shell", "smaller", kinds=frozenset({NODE})
    ),
    _malicious("script.memory", _MEMORY, "memory.alloc|memory.protect", "memory.start", "memory.copy", _SHORT),
    _malicious(
        "script.memory",
        _MEMORY,
        "memory.assembly",
        "decode.base64|fetch.powershell|payload.program",
        kinds=_ON_WINDOWS,
        lacks="memory.file",
    ),
    _suspicious("script.memory", _HIGH, _MEMORY, "memory.alloc", "memory.start|memory.copy", kinds=_ON_WINDOWS),
    _malicious(
        "script.carries_program",
        "Script with a program hidden in its text",
        "payload.program",
        "run.*|memory.*|write.*|decode.certutil",
        kinds=_ON_WINDOWS,
    ),
    _suspicious("script.carries_program", _HIGH, "Script with a program hidden in its text", "payload.program"),
    # Tools of Windows
    _malicious(
        "script.remote_tool", _TOOL, "tool.mshta|tool.regsvr32|tool.rundll32|tool.other|tool.script_object", _SHORT
    ),
    _malicious(
        "script.remote_tool",
        _TOOL,
        "tool.msiexec",
        "run.hidden|host.address|host.shady|powershell.encoded",
        kinds=_ON_WINDOWS,
    ),
    _suspicious("script.remote_tool", _MEDIUM, _TOOL, "tool.msiexec", kinds=_ON_WINDOWS),
    # Fetching and starting
    _malicious(
        "script.downloads_and_runs",
        _RUNS,
        "fetch.object",
        "write.stream",
        "run.shell|run.wmi|run.code",
        kinds=_ON_WINDOWS,
    ),
    _malicious("script.downloads_and_runs", _RUNS, "fetch.certutil|fetch.share", kinds=_ON_WINDOWS),
    _malicious(
        "script.downloads_and_runs",
        _RUNS,
        "fetch.powershell|fetch.bits|fetch.command",
        _START,
        _OUTSIDE,
        kinds=_ON_WINDOWS,
    ),
    _malicious(
        "script.downloads_and_runs",
        _RUNS,
        "fetch.powershell",
        "run.expression",
        "run.hidden|powershell.encoded|amsi",
        kinds=_ON_WINDOWS,
    ),
    _malicious(
        "script.downloads_and_runs",
        _RUNS,
        "powershell.called",
        "fetch.powershell",
        "run.hidden",
        "other",
        kinds=_ON_WINDOWS | {PYTHON},
    ),
    _malicious(
        "script.downloads_and_runs",
        _RUNS,
        "fetch.powershell|fetch.command|fetch.bits",
        "run.powershell|run.start|run.shell|run.wmi",
        "run.hidden",
        "place.temp",
        "target.program",
        kinds=_ON_WINDOWS,
    ),
    _malicious(
        "script.downloads_and_runs", _RUNS, "decode.certutil", "run.start|run.shell|payload.program", kinds=_ON_WINDOWS
    ),
    _malicious(
        "script.downloads_and_runs",
        _RUNS,
        "hta",
        "run.shell|run.wmi",
        f"powershell.called|tool.*|{_FETCH}|run.hidden",
        kinds=_ON_WINDOWS,
    ),
    _malicious("script.downloads_and_runs", _RUNS, "fetch.bits", "run.start", "target.program", kinds=_ON_WINDOWS),
    _malicious("script.downloads_and_runs", _RUNS, "py.exec_fetched", kinds=frozenset({PYTHON})),
    _malicious(
        "script.downloads_and_runs",
        _RUNS,
        "fetch.python|fetch.command",
        "shell.subprocess",
        _OUTSIDE,
        "target.program",
        kinds=frozenset({PYTHON}),
    ),
    _malicious(
        "script.downloads_and_runs", _RUNS, "fetch.command", "sh.executable", _OUTSIDE, kinds=frozenset({SHELL, PYTHON})
    ),
    _malicious("script.downloads_and_runs", _RUNS, "sh.pipe", _OUTSIDE, kinds=frozenset({SHELL, PYTHON, NODE})),
    _malicious(
        "script.downloads_and_runs",
        _RUNS,
        "fetch.command",
        "sh.executable|sh.pipe",
        "sh.erases|sh.preload",
        kinds=frozenset({SHELL}),
    ),
    _malicious(
        "script.downloads_and_runs",
        _RUNS,
        "fetch.command",
        "mac.quarantine",
        "sh.executable",
        _SHORT,
        kinds=frozenset({SHELL}),
    ),
    _malicious("script.downloads_and_runs", _RUNS, "mac.shell", "sh.pipe|sh.decode", kinds=frozenset({SHELL})),
    _suspicious(
        "script.downloads_and_runs",
        _HIGH,
        _RUNS,
        "sh.pipe_plain",
        "smaller",
        kinds=frozenset({SHELL}),
        lacks="installer",
    ),
    _suspicious(
        "script.downloads_and_runs",
        _HIGH,
        _RUNS,
        "fetch.powershell",
        "run.expression",
        kinds=_ON_WINDOWS,
        lacks="installer",
    ),
    _suspicious(
        "script.downloads_and_runs",
        _HIGH,
        _RUNS,
        "fetch.object",
        "run.shell|run.wmi|vbs.computed|js.fetched",
        kinds=_ON_WINDOWS,
        lacks="large",
    ),
    _suspicious(
        "script.downloads_and_runs", _MEDIUM, _RUNS, "fetch.object", "write.stream", kinds=_ON_WINDOWS, lacks="large"
    ),
    _suspicious("script.downloads_and_runs", _HIGH, _RUNS, "fetch.bits", "run.start|target.program", kinds=_ON_WINDOWS),
    _suspicious(
        "script.downloads_and_runs",
        _MEDIUM,
        _RUNS,
        "fetch.command|fetch.powershell",
        "run.start|run.shell",
        "place.temp",
        "target.program",
        "other",
        kinds=_ON_WINDOWS,
    ),
    _suspicious(
        "script.downloads_and_runs",
        _HIGH,
        _RUNS,
        "fetch.python",
        "shell.subprocess",
        "target.program",
        "place.temp",
        _SHORT,
        kinds=frozenset({PYTHON}),
    ),
    _suspicious(
        "script.downloads_and_runs",
        _HIGH,
        _RUNS,
        "fetch.command",
        "sh.world",
        "place.temp",
        "sh.background",
        kinds=frozenset({SHELL}),
    ),
    _suspicious(
        "script.downloads_and_runs",
        _HIGH,
        _RUNS,
        "js.node",
        _OUTSIDE,
        "target.program",
        _SHORT,
        kinds=frozenset({NODE}),
    ),
    _suspicious("script.downloads_and_runs", _LOW, _RUNS, "sh.pipe", kinds=frozenset({SHELL}), lacks="installer"),
    _suspicious("script.downloads_and_runs", _LOW, _RUNS, "decode.certutil", kinds=_ON_WINDOWS),
    _suspicious(
        "script.downloads_and_runs",
        _LOW,
        _RUNS,
        "fetch.powershell|fetch.command|fetch.object",
        "run.powershell|run.start|run.shell|run.expression",
        kinds=_ON_WINDOWS,
    ),
    # Disguise
    _malicious("script.hidden_command", _HIDDEN, "powershell.encoded", "run.hidden", kinds=_ON_WINDOWS | {PYTHON}),
    _malicious(
        "script.hidden_command", _HIDDEN, "run.wmi|run.wmic", "powershell.called", "run.hidden", kinds=_ON_WINDOWS
    ),
    _malicious("script.hidden_command", _HIDDEN, "revealed", kinds=_ON_WINDOWS),
    _malicious(
        "script.hidden_command",
        _HIDDEN,
        "disguised",
        f"{_FETCH}|powershell.encoded|powershell.called|tool.*|run.shell|run.code|run.expression",
        "small",
        kinds=_ON_WINDOWS,
    ),
    _malicious("script.hidden_command", _HIDDEN, "py.lambda", _SHORT, kinds=frozenset({PYTHON})),
    _malicious("script.hidden_command", _HIDDEN, "py.exec", "smaller", kinds=frozenset({PYTHON})),
    _malicious(
        "script.hidden_command", _HIDDEN, "sh.decode", f"{_OUTSIDE}|sh.background|sh.erases", kinds=frozenset({SHELL})
    ),
    _suspicious("script.hidden_command", _HIGH, _HIDDEN, "sh.decode", kinds=frozenset({SHELL})),
    _suspicious("script.hidden_command", _HIGH, _HIDDEN, "py.exec", kinds=frozenset({PYTHON})),
    _suspicious(
        "script.hidden_command", _HIGH, _HIDDEN, "run.wmi|run.wmic", "powershell.called|run.hidden", kinds=_ON_WINDOWS
    ),
    _suspicious("script.hidden_command", _MEDIUM, _HIDDEN, "powershell.encoded", kinds=_ON_WINDOWS),
    _suspicious(
        "script.disguised", _HIGH, "Script written so that nobody can read what it does", "disguised", kinds=_ON_WINDOWS
    ),
    # Staying, spreading, destroying
    _malicious("script.stays", _STAYS, "stay.self", "stay.run_key|stay.startup|spread.drive", kinds=_ON_WINDOWS),
    _malicious(
        "script.stays",
        _STAYS,
        "stay.task|stay.run_key|stay.startup|stay.wmi",
        _FETCH,
        "run.hidden",
        "place.temp",
        kinds=_ON_WINDOWS,
    ),
    _malicious("script.stays", _STAYS, "sh.stays", _FETCH, _OUTSIDE, kinds=frozenset({SHELL, PYTHON})),
    _malicious("script.stays", _STAYS, "sh.preload", kinds=frozenset({SHELL})),
    _suspicious("script.stays", _HIGH, _STAYS, "sh.stays", "sh.pipe|sh.decode", kinds=frozenset({SHELL})),
    _suspicious("script.stays", _HIGH, _STAYS, "stay.winlogon|stay.wmi", kinds=_ON_WINDOWS),
    _suspicious(
        "script.stays",
        _MEDIUM,
        _STAYS,
        "stay.task|stay.run_key|stay.startup",
        "run.hidden",
        "place.temp|powershell.encoded|decode.base64",
        kinds=_ON_WINDOWS,
    ),
    _suspicious("script.stays", _LOW, _STAYS, "stay.run_key|stay.startup", kinds=_ON_WINDOWS),
    _malicious("script.spreads", "Script that sends or copies itself on", "spread.mail", "spread.attached"),
    _suspicious("script.spreads", _HIGH, "Script that sends or copies itself on", "spread.drive", "stay.self"),
    _malicious("script.destroys", _DESTROYS, "destroy.bomb|destroy.all", "small", kinds=ANY - {NODE}),
    _suspicious("script.destroys", _HIGH, _DESTROYS, "destroy.disk", kinds=_ON_WINDOWS),
    _malicious(
        "script.locks_files",
        "Script that locks files and asks for money",
        "lock.files",
        "lock.walk",
        "lock.note",
        _SHORT,
    ),
    _malicious(
        "script.mines",
        "Script that uses the computer to make somebody else's money",
        "mine",
        f"{_FETCH_COMMAND}|sh.background|stay.*|sh.stays|run.hidden",
        _SHORT,
    ),
    _suspicious(
        "script.clears_logs",
        _MEDIUM,
        "Script that wipes its traces",
        "logs.cleared|sh.erases",
        kinds=frozenset({WINDOWS, SHELL}),
    ),
)
