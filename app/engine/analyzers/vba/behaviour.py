"""What a macro does, in plain words: judged by its source, and by what its constant expressions and codes come to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from app.engine.analyzers.vba import decoding as vba_decoding, strings as vba_strings
from app.engine.budget import Budget
from app.engine.model import Confidence, Finding, Severity
from app.engine.node import Node

_REFERENCE = "https://attack.mitre.org/techniques/T1059/005/"
_COMMENT = re.compile(r"""("[^"\n]*"?)|'[^\n]*""")
#: Procedures that Office calls by itself, and events that its controls raise without a click.
_BY_ITSELF = re.compile(
    r"\b(?:auto_?(?:open|close|exec|exit|new|activate)|(?:document|workbook|presentation|project|app\w{0,20})_(?:open|close"
    r"|beforeclose|beforesave|new|activate|deactivate|sheetactivate|windowactivate|slideshowbegin|contentcontrolonenter"
    r"|contentcontrolonexit|documentopen|workbookopen|documentbeforeclose)"
    r"|\w{1,40}_(?:layout|painted|painting|mousehover|mousemove|gotfocus|lostfocus|onconnecting|documentcomplete"
    r"|beforenavigate2|navigatecomplete2|statustextchange|progresschange|onloadcomplete))\b(?=\s{0,3}[(\n\r])",
    re.I,
)


class _Deed(NamedTuple):
    words: str
    pattern: re.Pattern[str]


def _deed(words: str, pattern: str) -> _Deed:
    return _Deed(words, re.compile(pattern, re.I))


_STARTS = _deed(
    "starts a program",
    r"(?<![.\w\"])Shell\$?(?:\s{0,3}\(|[ \t]{1,3}(?!as\b|is\b)[\"A-Za-z])|\bVBA\.(?:Interaction\.)?Shell\b|ShellExecute"
    r"|Win32_Process(?!or)|\bWinExec\b|\bCreateProcess[AW]?\b|Schedule\.Service|MMC20\.Application"
    r"|ExecuteExcel4Macro[\s(]{0,4}[\"\w]|9BA05972-F6A8-11CF-A442-00A0C90A8F39|C08AFD90-F2A1-11D1-8455-00A0C91F3880"
    r"|72C24DD5-D70A-438B-8A42-98424B88AFB8|F935DC22-1CF0-11D0-ADB9-00C04FD58A0B|13709620-C279-11CE-A49E-444553540000"
    r"|DDEInitiate[\s(]{1,4}\"?(?:cmd|powershell)|RegisterXLL[\s(]{1,3}[^\n]{0,100}(?:https?:|\\\\)",
)
#: Ways to start a program that only those take who do not want to be seen: by the number of a class, by old macros.
_ODD_START = re.compile(
    r"GetObject[ ]?\(\s{0,3}\"new:\{?[0-9A-F]{8}-|ExecuteExcel4Macro[\s(]{0,4}\"[^\n]{0,40}\b(?:CALL|EXEC|REGISTER)\b"
    r"|RegisterXLL[\s(]{1,3}[^\n]{0,100}(?:https?:|\\\\)",
    re.I,
)
_MANAGED = re.compile(r"Win32_Process(?!or|Trace)", re.I)
_CREATED = re.compile(r"\.Create\b[ \t]{0,3}\(?[ \t]{0,3}[\w\"]", re.I)
_SHELL_OBJECT = re.compile(r"WScript\.Shell|WshShell|Shell\.Application", re.I)
_RUN = re.compile(r"\.(?:Run|Exec|Create|ShellExecute|InvokeVerb)\b|CallByName|\b(?:vbHide|SW_HIDE)\b", re.I)
_DOWNLOADS = _deed(
    "downloads a file",
    r"URLDownloadToFile|URLDownloadToCacheFile|InternetOpenUrl|InternetReadFile|HttpSendRequest|\bDownload(?:File|String|Data)\b"
    r"|Invoke-WebRequest|Invoke-RestMethod|\biwr\b|\birm\b|Start-BitsTransfer|-urlcache|bitsadmin[^\n]{1,80}/transfer"
    r"|\b(?:curl|wget)(?:\.exe)?\s[^\n]{0,80}https?:",
)
_TALKS = _deed(
    "talks to a server",
    r"MSXML2\.(?:Server)?XMLHTTP|Microsoft\.XMLHTTP|WinHttp\.WinHttpRequest|WinHttpRequest\b|MSXML2\.DOMDocument|InternetOpen[AW]?\b"
    r"|(?:Workbooks|Documents|Presentations|AddIns)\.(?:Open|Add)[\s(]{1,3}(?:\w{1,20}:=)?\"http://|InternetExplorer\.Application|F5078F32-C551-11D3-89B9-0000F81FE221|2087C2F4-2CEF-4953-A8AB-66779B670495",
)
_WRITES = _deed(
    "writes a file",
    r"ADODB\.Stream|\.SaveToFile\b|\.CreateTextFile\b|\bFor\s{1,3}(?:Binary|Output|Append)\b|\.OpenTextFile\b|\bPut\s{1,3}#",
)
_PROGRAM_NAME = re.compile(
    r"(?<!explorer)(?<!cmd)(?<!notepad)(?<!excel)(?<!winword)(?<!acrord32)(?<!outlook)(?<!calc)(?<!iexplore)"
    r"\.(?:exe|scr|dll|vbs|vbe|jse?|hta|bat|cmd|ps1|wsf|msi|lnk|cpl|xsl)(?![\w.(])",
    re.I,
)
#: Folders that every user may write to and nobody looks into.
_PLACE = re.compile(
    r"Environ\$?\(\s{0,2}\"(?:temp|tmp|appdata|public|userprofile|localappdata|allusersprofile|programdata)\""
    r"|GetSpecialFolder\(\s{0,2}[2\w]|\\(?:Temp|AppData|ProgramData|Public)\\|Startup\b"
    r"|%(?:temp|tmp|appdata|public|localappdata|programdata|userprofile)%",
    re.I,
)
_INJECTS = _deed(
    "puts machine code into memory and runs it",
    r"\b(?:CreateThread|CreateRemoteThread(?:Ex)?|QueueUserAPC|EnumSystem\w{4,30}|WriteProcessMemory|NtWriteVirtualMemory"
    r"|CreateTimerQueueTimer)\b",
)
#: Calls that are handed a place to go on at; honest code has them too, but does not make its memory run.
_CALLS_BACK = re.compile(
    r"\b(?:Enum(?:ChildWindows|Windows|Desktops\w?|DateFormats\w?|TimeFormats\w?|UILanguages\w?|ResourceTypes\w?|Fonts\w?)"
    r"|HeapCreate|CallWindowProc\w?|SetTimer|GrayString\w?)\b",
    re.I,
)
_MEMORY = re.compile(
    r"\b(?:VirtualAlloc(?:Ex)?|NtAllocateVirtualMemory|HeapAlloc|HeapCreate|VirtualProtect(?:Ex)?|MapViewOfFile)\b",
    re.I,
)
_COPIES = re.compile(
    r"\b(?:RtlMoveMemory|RtlCopyMemory|WriteProcessMemory|NtWriteVirtualMemory|CopyMemory"
    # Functions that turn words into bytes at a place.
    r"|UuidFromString\w?|RtlIpv[46]StringToAddress\w?|RtlEthernetStringToAddress\w?)\b",
    re.I,
)
_SPREADS = _deed(
    "copies itself into other documents",
    r"(?:NormalTemplate|MacroContainer|StartupPath|XLSTART|ActiveDocument|ActiveWorkbook|ThisDocument|Workbooks\()[^\n]{0,200}"
    r"(?:VBProject|\.CodeModule|OrganizerCopy|AddFromString|InsertLines)|OrganizerCopy|\bMacroCopy\b",
)
_CODE_WRITTEN = re.compile(
    r"\.InsertLines\b|AddFromString|AddFromFile|\.ReplaceLine\b|OrganizerCopy|\bMacroCopy\b|VBComponents\s{0,2}\.Import|\.Export\b",
    re.I,
)
_TEMPLATE = re.compile(r"NormalTemplate|MacroContainer|StartupPath|XLSTART|Templates\(", re.I)
_UNGUARDS = _deed(
    "switches protection off",
    r"VirusProtection\s{0,3}=\s{0,3}(?:False|0|\()|AccessVBOM|VBAWarnings|DisableRealtimeMonitoring|Set-MpPreference"
    r"|Office\\[^\n]{1,60}\\Security[^\n]{1,40}Level",
)
_STAYS = _deed(
    "makes itself start with Windows",
    r"CurrentVersion\\Run|\\Start Menu\\Programs\\Startup|SpecialFolders\(\"?Startup|schtasks[^\n]{1,60}/create",
)
#: Command lines that only attacks put into macros.
_COMMAND = re.compile(
    r"(?:powershell|pwsh)(?:\.exe)?\b[^\n]{0,200}(?:\s-e(?:nc\w{0,11}|c)?\s|hidden|bypass|\s-nop|download|iex|https?:|frombase64)"
    r"|powershell|\bmshta\b|regsvr32[^\n]{1,60}(?:/i:|scrobj|\.(?!ocx)\w{1,6}\b)|rundll32[^\n]{1,120}(?:javascript:|https?:|\\(?:temp|appdata|public|programdata)|%)"
    r"|certutil[^\n]{1,60}-(?:urlcache|decode)|bitsadmin[^\n]{1,60}/transfer|wmic[^\n]{1,60}process[^\n]{1,30}create"
    r"|cmd(?:\.exe)?[\"\s]{1,4}/[ckrv][^\n]{0,200}(?:https?:|\\(?:temp|appdata|public|programdata)\\|%(?:temp|appdata|public|programdata)%|\^[a-z])"
    r"|[wc]script(?:\.exe)?[^\n]{1,120}\.(?:vbs|vbe|jse?|wsf|txt|jpg|tmp)\b|msiexec[^\n]{1,60}https?:",
    re.I,
)
#: Something started by a text that the document keeps out of sight: in controls, properties, variables.
_KEPT = re.compile(
    r"(?:\bShell\b|\.Run\b|\.Exec\b|\.Create\b|ShellExecute)[\s(][^\n]{0,160}"
    r"(?:\.(?:ControlTipText|Tag|AlternativeText|GroupName|Caption|Title)\b|DocumentProperties|\.Variables\b|\.Controls\()",
    re.I,
)
#: What attackers do not spell out. A word that only the worked-out text has was hidden.
_WORDS = re.compile(
    r"powershell|mshta|wscript\.shell|shell\.application|xmlhttp|adodb\.stream|winhttp|urldownload|cmd\.exe|regsvr32"
    r"|rundll32|certutil|bitsadmin|winmgmts|win32_process|filesystemobject|https?://|createobject|virtualalloc",
    re.I,
)
#: An object of a name that is not to be seen, and texts that are no words.
_UNNAMED = re.compile(r"\b(?:CreateObject|GetObject)[ ]?\(\s{0,3}(?!\")[\w$.]{1,80}[\s&+()]", re.I)
_LETTERS = re.compile(r"\bchr[wb]?\$?\(", re.I)
_GIBBERISH = re.compile(r"\"(?![^\"\n]{0,40}[\\/:.{])[^\"\s\n]{24,2000}\"")


#: Letters of source that are judged; the largest projects of accountants have a few hundred thousand.
_MOST = 1024 * 1024


class Macro(NamedTuple):
    """A project as a whole: the source of all its modules, the texts in its forms, and the event that starts it.

    ``started`` is empty where only the names of procedures say so.
    """

    source: str
    kept: str = ""
    started: str = ""


class _Seen(NamedTuple):
    """What was seen of a macro; a deed is None where it is not done, else the line that tells of it."""

    by_itself: str
    starts: str
    odd: str
    downloads: str
    talks: str
    writes: str
    injects: str
    spreads: str
    unguards: str
    stays: str
    command: str
    hidden: str
    unnamed: str
    unreadable: bool


def findings(node: Node, macro: Macro, budget: Budget) -> Iterator[Finding]:
    """Yield at most one finding about what the macro does, and one when not all of it was worked out."""
    source = _COMMENT.sub(lambda match: match[1] or "", macro.source[:_MOST])
    folded = vba_strings.folded(source, budget)
    made = "\n".join((folded.text, *vba_decoding.decoded(f"{source}\n{_quoted(folded.text)}", budget), macro.kept))
    seen = _look(source, made, macro.started)
    yield from _judge(node, seen)
    if not folded.whole or len(macro.source) > _MOST:
        yield node.finding("limit.macro", Severity.UNKNOWN, "Macro that is too long to be worked out to its end")


def _quoted(text: str) -> str:
    """Return results as literals, so that codes are tried on them too."""
    return "\n".join(f'"{line}"' for line in text.split("\n"))


def _look(source: str, made: str, started: str) -> _Seen:
    whole = f"{source}\n{made}"
    starts = _line(_STARTS.pattern, whole)
    if not starts and _RUN.search(source):
        starts = _line(_SHELL_OBJECT, whole)
    named = _BY_ITSELF.search(source)
    by_itself = started or (named.group() if named else "")
    injects = ""
    if _MEMORY.search(source) and _COPIES.search(source):
        injects = _line(_INJECTS.pattern, source) or (_line(_CALLS_BACK, source) if by_itself else "")
    spreads = _line(_CODE_WRITTEN, whole) if _TEMPLATE.search(whole) else ""
    writes = _line(_WRITES.pattern, whole)
    talks = _line(_TALKS.pattern, whole)
    unreadable = len(_LETTERS.findall(source)) >= 15 or len(_GIBBERISH.findall(source)) >= 4
    return _Seen(
        by_itself=by_itself,
        starts=starts,
        odd=_line(_ODD_START, whole) or (_line(_CREATED, whole) if _MANAGED.search(whole) else ""),
        downloads=_line(_DOWNLOADS.pattern, whole) or (talks if writes else ""),
        talks=talks,
        writes=writes if _PROGRAM_NAME.search(whole) and _PLACE.search(whole) else "",
        injects=injects,
        spreads=spreads,
        unguards=_line(_UNGUARDS.pattern, whole),
        stays=_line(_STAYS.pattern, whole),
        command=_line(_COMMAND, whole),
        hidden=_hidden(source, made) or _line(_KEPT, source),
        unnamed=_line(_UNNAMED, source),
        unreadable=unreadable,
    )


def _hidden(source: str, made: str) -> str:
    """Return the first worked-out line with a telling word that the source nowhere spells out."""
    small = source.lower()
    for match in _WORDS.finditer(made):
        if match.group().lower() not in small:
            start = max(made.rfind("\n", 0, match.start()) + 1, match.start() - 80)
            return made[start : match.start() + 300].partition("\n")[0].strip()
    return ""


def _line(pattern: re.Pattern[str], text: str) -> str:
    """Return the line in which the pattern stands first; empty when it does not."""
    match = pattern.search(text)
    if match is None:
        return ""
    start = max(text.rfind("\n", 0, match.start()) + 1, match.start() - 80)
    return text[start : match.start() + 300].partition("\n")[0].strip()


def _words(seen: _Seen) -> tuple[str, str]:
    """Return what the macro does as the end of a sentence, and the line that tells most of it."""
    told = [
        (seen.injects, _INJECTS.words),
        (seen.unguards, _UNGUARDS.words),
        (seen.downloads, _DOWNLOADS.words),
        ("" if seen.downloads else seen.talks, _TALKS.words),
        (seen.writes if seen.starts else "", _WRITES.words),
        (seen.starts, _STARTS.words),
        (seen.stays, _STAYS.words),
        (seen.spreads, _SPREADS.words),
    ]
    deeds = [words for line, words in told if line]
    if seen.by_itself:
        deeds.insert(0, "runs by itself when the document is opened or closed")
    if seen.hidden:
        deeds.append("hides how")
    if seen.unnamed and not (seen.starts or seen.talks):
        deeds.append("uses a part of Windows whose name it hides")
    telling = seen.injects or seen.hidden or seen.command or seen.downloads or seen.starts or seen.spreads
    telling = telling or seen.unguards or seen.talks or seen.unnamed
    return (", ".join(deeds[:-1]) + " and " + deeds[-1]) if len(deeds) > 1 else "".join(deeds), telling


def _judge(node: Node, seen: _Seen) -> Iterator[Finding]:
    words, telling = _words(seen)
    reaches = seen.starts or seen.downloads or seen.talks
    attacks = seen.by_itself and (
        (seen.downloads and seen.starts)
        or (seen.command and seen.starts)
        or (seen.odd and seen.starts)
        or (seen.hidden and seen.starts)
        or (seen.writes and seen.starts)
        or seen.spreads
        or seen.unguards
        or (seen.stays and seen.starts)
        or (seen.unnamed and seen.unreadable)
    )
    evidence = f"{seen.by_itself} ... {telling}" if seen.by_itself else telling
    if seen.injects or attacks:
        yield node.finding("office.macro_attack", Severity.MALICIOUS, f"Macro that {words}", evidence, _REFERENCE)
    elif seen.by_itself and (reaches or seen.unnamed or seen.hidden):
        yield node.finding("office.macro_autorun", Severity.SUSPICIOUS, f"Macro that {words}", evidence, _REFERENCE)
    elif (
        seen.hidden
        or seen.spreads
        or seen.unguards
        or (seen.downloads and seen.starts)
        or (seen.command and seen.starts)
    ):
        yield node.finding("office.macro_starts", Severity.SUSPICIOUS, f"Macro that {words}", evidence, _REFERENCE)
    elif seen.starts:
        yield node.finding(
            "office.macro_calls", Severity.SUSPICIOUS, f"Macro that {words}", evidence, confidence=Confidence.LOW
        )
