"""Programs of every system, and what names do to pass for something else."""

from __future__ import annotations

from app.engine.model import Verdict
from app.sandbox import samples
from tests.corpus.payloads import PS
from tests.corpus.registry import technique
from tests.corpus.sample import Draw, File
from tests.unit.engine import programs
from tests.unit.engine.programs import windows

_IMPORTS = {"KERNEL32.dll": ["ReadFile", "CloseHandle"], "USER32.dll": ["MessageBoxA"]}
_INJECTION = {"KERNEL32.dll": ["VirtualAllocEx", "WriteProcessMemory", "CreateRemoteThread", "OpenProcess"]}


def _plain(draw: Draw) -> bytes:
    return windows(
        _IMPORTS, version={"CompanyName": draw.word(), "ProductName": draw.word()}, overlay=draw.noise(9, 90)
    )


@technique("program.windows", most=Verdict.RESTRICTED)
def _windows(draw: Draw, harmful: bool) -> File:
    code = (".text", draw.noise(2_000, 4_000)), (".data", f"{PS} -w hidden -enc".encode())
    bad = windows(_INJECTION, sections=code, overlay=draw.noise(400, 4_000), wide=draw.rng.random() < 0.5)
    return File(f"{draw.stem()}.{draw.one('exe', 'scr', 'com')}", bad if harmful else _plain(draw))


@technique("program.windows_packed", most=Verdict.RESTRICTED)
def _packed(draw: Draw, harmful: bool) -> File:
    names = draw.rng.choice((("UPX0", "UPX1"), (".aspack", ".adata"), (".vmp0", ".vmp1"), (".themida", ".boot")))
    sections = [(name, draw.noise(3_000, 6_000)) for name in names]
    return File(f"{draw.stem()}.exe", windows(_IMPORTS, sections=sections) if harmful else _plain(draw))


@technique("program.windows_library", most=Verdict.RESTRICTED)
def _library(draw: Draw, harmful: bool) -> File:
    exports = ["DllRegisterServer", draw.word()] if harmful else ["GetVersion"]
    content = windows(_INJECTION if harmful else _IMPORTS, exports=exports, dll=True)
    return File(f"{draw.stem()}.{draw.one('dll', 'ocx', 'cpl', 'xll', 'dat')}", content)


@technique("program.dotnet", most=Verdict.RESTRICTED)
def _dotnet(draw: Draw, harmful: bool) -> File:
    loaded, named = (b"Assembly\0Load\0GetManifestResourceStream\0" * 3, None) if harmful else (b"", {"Company": "x"})
    body = windows({"mscoree.dll": ["_CorExeMain"]}, dotnet=True, version=named, overlay=loaded + draw.noise(9, 99))
    return File(f"{draw.stem()}.exe", body)


@technique("program.linux", most=Verdict.RESTRICTED)
def _linux(draw: Draw, harmful: bool) -> File:
    names = ("libc.so.6", "ptrace", "memfd_create", "execve") if harmful else ("libc.so.6", "printf")
    return File(draw.one(draw.word(), f"{draw.stem()}.elf"), programs.linux(names, code=draw.noise(300, 900)))


@technique("program.apple", most=Verdict.RESTRICTED)
def _apple(draw: Draw, harmful: bool) -> File:
    one = programs.apple(signed=not harmful)
    return File(draw.word(), programs.universal(one, one) if draw.rng.random() < 0.4 else one)


@technique("program.android", most=Verdict.RESTRICTED)
def _android(draw: Draw, harmful: bool) -> File:
    asked = (
        ("RECEIVE_SMS", "READ_SMS", "SYSTEM_ALERT_WINDOW", "BIND_ACCESSIBILITY_SERVICE") if harmful else ("INTERNET",)
    )
    elements = [("uses-permission", {"name": f"android.permission.{name}"}) for name in asked]
    manifest = programs.android_manifest(f"com.{draw.word()}.{draw.word()}", elements)
    return File(f"{draw.stem()}.apk", programs.app(manifest, {"assets/a.txt": draw.prose().encode()}))


@technique("program.java", most=Verdict.RESTRICTED)
def _java(draw: Draw, harmful: bool) -> File:
    constants = ("java/lang/Runtime", "exec", f"cmd /c {PS}", draw.url("exe")) if harmful else ("java/util/List",)
    starts = draw.word().capitalize()
    files = {f"{starts}.class": programs.java_class(*constants), "a.properties": draw.prose().encode()}
    return File(f"{draw.stem()}.jar", programs.jar(files, starts=starts if harmful else ""))


@technique("name.double_extension", most=Verdict.RESTRICTED)
def _double(draw: Draw, harmful: bool) -> File:
    shown = draw.one("pdf", "docx", "xlsx", "jpg", "png", "txt")
    blanks = " " * draw.rng.choice((0, 0, 60))
    ending = draw.one("exe", "scr", "com", "pif")
    if not harmful:
        return File(f"{draw.stem()}.{draw.rng.randrange(9)}.txt", draw.prose().encode())
    return File(f"{draw.stem()}.{shown}{blanks}.{ending}", _plain(draw))


@technique("name.turned_around", most=Verdict.RESTRICTED)
def _turned(draw: Draw, harmful: bool) -> File:
    shown, ending = draw.one("fdp", "cod", "gpj", "slx", "txt"), draw.one("exe", "scr", "js", "vbs")
    if not harmful:
        return File(f"{draw.stem()} דוח.txt", draw.prose().encode())
    content = b"WScript.Echo(1)" if ending in ("js", "vbs") else _plain(draw)
    return File(f"{draw.stem()}\u202e{shown}.{ending}", content)


@technique("name.invisible_letters", most=Verdict.RESTRICTED)
def _invisible(draw: Draw, harmful: bool) -> File:
    blank = draw.one("\u200b", "\u2060", "\u00a0" * 40, "\u2800" * 40)
    if not harmful:
        return File(f"{draw.stem()}.txt", draw.prose().encode())
    return File(f"{draw.stem()}.pdf{blank}.exe", _plain(draw))


@technique("name.program_as_document")
def _disguised(draw: Draw, harmful: bool) -> File:
    ending = draw.one("pdf", "docx", "jpg", "txt", "xlsx", "png")
    if not harmful:
        return File(f"{draw.stem()}.pdf", samples.pdf(draw.prose(12)))
    return File(f"{draw.stem()}.{ending}", _plain(draw))


@technique("name.leaves_its_folder", wraps=False)
def _leaves(draw: Draw, harmful: bool) -> File:
    inner = f"../../../{draw.one('Windows/System32', 'etc/cron.d', 'Users/Public')}/{draw.word()}.txt"
    name = inner if harmful else f"docs/{draw.word()}.txt"
    return File(f"{draw.stem()}.zip", samples.zip_of({name: draw.prose().encode()}))


@technique("name.starts_with_the_disc", most=Verdict.RESTRICTED)
def _autorun(draw: Draw, harmful: bool) -> File:
    program = f"{draw.word()}.exe"
    text = f"[autorun]\r\nopen={program}\r\nicon=%SystemRoot%\\system32\\shell32.dll,4\r\n"
    files = {"autorun.inf": text.encode(), program: _plain(draw)} if harmful else {"read me.txt": draw.prose().encode()}
    return File(f"{draw.stem()}.zip", samples.zip_of(files))


@technique("program.beside_its_library", most=Verdict.RESTRICTED)
def _side_loading(draw: Draw, harmful: bool) -> File:
    """A program of somebody honest, and beside it a library that it will load."""
    library = windows(_INJECTION, exports=["GetFileVersionInfoA"], dll=True)
    files = {f"{draw.stem()}.exe": _plain(draw), draw.one("version.dll", "wtsapi32.dll", "dbghelp.dll"): library}
    return File(f"{draw.stem()}.zip", samples.zip_of(files if harmful else {"a.txt": draw.prose().encode()}))
