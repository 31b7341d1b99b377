"""Facts about fetching, writing and starting, with the tools of Windows that do it."""

from __future__ import annotations

from app.engine.analyzers.script.fact import EXE, Fact, fact

FETCHING: tuple[Fact, ...] = (
    # Fetching
    fact(
        "fetch.powershell",
        (".download", ".openread", "webrequest", "restmethod", "bitstransfer", "iwr", "irm", "wget", "curl"),
        r"\.(?:downloadstring|downloadfile|downloaddata|downloadstringtaskasync|openread)\b"
        r"|(?:invoke-webrequest|invoke-restmethod|start-bitstransfer|\biwr|\birm)\s",
    ),
    fact(
        "fetch.command",
        ("curl", "wget"),
        r"\b(?:curl|wget)(?:\.exe)?\s[^\r\n]{0,300}(?:https?:|ftp:|\b\d{1,3}(?:\.\d{1,3}){3}\b)",
    ),
    fact(
        "fetch.certutil",
        ("certutil",),
        r"certutil" + EXE + r"[^\r\n]{0,60}[/-](?:urlcache|verifyctl|url)\b[^\r\n]{0,200}(?:http|ftp|\\\\)",
    ),
    fact("decode.certutil", ("certutil",), r"certutil" + EXE + r"[^\r\n]{0,40}[/-]decode(?:hex)?\b"),
    fact("fetch.bits", ("bitsadmin",), r"bitsadmin" + EXE + r"[^\r\n]{0,80}/(?:transfer|addfile)\b[^\r\n]{0,200}http"),
    fact(
        "fetch.object",
        ("xmlhttp", "winhttprequest", "msxml2", "internetexplorer.application"),
        r"(?:createobject|activexobject|getobject|new-object[^\r\n]{0,20}-com\w{0,10})[^\r\n]{0,30}(?:xmlhttp"
        r"|winhttprequest|internetexplorer\.application)"
        r"|[\"'](?:msxml2\.(?:server)?xmlhttp|microsoft\.xmlhttp|winhttp\.winhttprequest)",
    ),
    fact(
        "fetch.python",
        ("urlopen", "urlretrieve", "requests.get", "requests.post", "httpx.get"),
        r"\b(?:urlopen|urlretrieve|requests\.(?:get|post)|httpx\.get)\s{0,4}\(",
    ),
    fact("fetch.share", ("davwwwroot", "@ssl", "@80"), r"\\\\[\w.-]{3,100}(?:@ssl|@\d{2,5}){1,2}\\|\\davwwwroot\\"),
    # Writing
    fact("write.stream", ("savetofile",)),
    fact(
        "write.bytes",
        ("writeallbytes", "set-content", "out-file", "-outfile", "createtextfile", "[io.file]::write"),
    ),
    # Starting
    fact(
        "run.shell",
        ("wscript.shell", "shell.application", "wscript.createobject", "f935dc22-1cf0", "13709620-c279"),
        r"wscript\.shell|shell\.application|f935dc22-1cf0-11d0|13709620-c279-11ce",
    ),
    fact(
        "run.method",
        (".run", ".exec", "shellexecute", "createprocess"),
        r"\.(?:run|exec|shellexecute)\b|\bcreateprocess",
    ),
    fact(
        "run.powershell",
        ("start-process", "saps ", "invoke-item", "[diagnostics.process]", "diagnostics.process]::start"),
        r"\b(?:start-process|saps|invoke-item)\s|diagnostics\.process\]::start",
    ),
    fact(
        "run.expression",
        ("iex", "invoke-expression", "invokescript", "scriptblock]::create", "invokecommand"),
        r"(?<![\w-])iex(?![\w=:-])|invoke-expression|invokescript|scriptblock\]::create",
    ),
    fact(
        "run.start",
        ("start", "call"),
        r"(?m)^[\s@(]{0,8}(?:start|call)\s[^\r\n]{0,200}\.(?:exe|scr|dll|vbs|js|hta|ps1|bat|cmd|msi|py)\b|[&"
        r"|]\s{0,4}start\s",
    ),
    fact(
        "run.code",
        ("execute", "eval", "executeglobal", "exec(", "function("),
        r"\bexecuteglobal\b|\bexecute\s{0,2}[(\s\"]|\beval\s{0,2}\(|\bexec\s{0,2}\(",
    ),
    fact(
        "run.wmi",
        ("win32_process",),
        r"win32_process[^\r\n]{0,80}(?:create|-name\s{1,4}create)|win32_process\b[\s\S]{0,160}\.create\b"
        r"|process\s{1,4}call\s{1,4}create",
    ),
    fact("run.wmic", ("wmic",), r"\bwmic" + EXE + r"[^\r\n]{0,60}process[^\r\n]{0,20}call[^\r\n]{0,10}create"),
    fact(
        "run.hidden",
        ("hidden", "-w ", "windowstyle", "/b ", "createnowindow", ",0", ", 0", "vbhide"),
        r"[-/]w(?:i\w{0,10})?\s{1,6}[\"']?(?:hid|h\b|1\b)|windowstyle\s{0,4}=\s{0,4}[\"']?(?:hidden|0)"
        r"|createnowindow\s{0,4}=\s{0,4}\$true"
        r"|processwindowstyle\]::hidden|start\s{1,4}[\"']{0,2}\s{0,4}/b\s|conhost(?:\.exe)?\s{1,4}--headless"
        r"|\.run[\s(][^\r\n]{1,400},\s{0,3}(?:0|false|vbhide)\b",
    ),
    fact("powershell.called", ("powershell", "pwsh"), r"\b(?:powershell|pwsh)(?:\.exe)?\b[\"']?\s{0,4}[-/&;\"'\w]"),
    fact(
        "powershell.encoded",
        ("-e", "/e"),
        r"(?:powershell|pwsh)[^\r\n]{0,200}\s[\"']?[-/]e(?:c|n|nc|nco\w{0,11})?\s{1,20}[\"']?[a-z0-9+/]{16}",
    ),
    fact(
        "powershell.bypass",
        ("bypass", "unrestricted"),
        r"-ex?e?\w{0,13}\s{1,4}[\"']?(?:bypass|unrestricted)|-ep\s{1,4}bypass",
    ),
    fact(
        "decode.base64",
        ("frombase64string", "b64decode", "bin.base64", "atob(", "base64 -d", "base64 --d", "base64_decode"),
    ),
    # Tools of Windows that run what is elsewhere
    fact(
        "tool.script_object",
        ("getobject",),
        r"getobject\s{0,4}\(\s{0,4}[\"']script:(?:https?:|\\\\)",
    ),
    fact(
        "tool.mshta",
        ("mshta",),
        r"\bmshta" + EXE + r"[\s,]{1,6}[\"']{0,2}(?:https?:|\\\\|ftp:|(?:javascript|vbscript|about):)",
    ),
    fact(
        "tool.regsvr32",
        ("regsvr32",),
        r"\bregsvr32" + EXE + r"[^\r\n]{0,80}/i:[\"']?(?:https?:|\\\\|[^\s]{1,200}scrobj)"
        r"|\bregsvr32[^\r\n]{0,80}/i:[^\r\n]{1,300}scrobj|\bregsvr32"
        + EXE
        + r"\s{1,4}(?:/\w\s{1,4}){0,4}[\"']?(?:\\\\|[^\r\n]{1,120}\.(?:jpg|png|txt|dat|tmp|log|pdf)\b)",
    ),
    fact(
        "tool.rundll32",
        ("rundll32",),
        r"\brundll32"
        + EXE
        + r"\s{1,6}[\"']?(?:javascript:|vbscript:|https?:|\\\\|[^\r\n]{0,120}(?:mshtml|url\.dll|zipfldr"
        r"|ieadvpack|advpack|shdocvw)[^\r\n]{0,80}(?:http|javascript|\.hta|\.sct|\.inf)"
        r"|[^\r\n]{1,160}\.(?:jpg|png|txt|dat|tmp|log|pdf|db)[\"']?,)",
    ),
    fact("tool.msiexec", ("msiexec",), r"\bmsiexec" + EXE + r"[^\r\n]{0,60}(?:https?:|\\\\[\w.-]{1,80}@)"),
    fact(
        "tool.other",
        (
            "msbuild",
            "installutil",
            "cmstp",
            "odbcconf",
            "regasm",
            "regsvcs",
            "wmic",
            "pcalua",
            "scriptrunner",
            "forfiles",
            "hh.exe",
            "control.exe",
            "ieexec",
            "appvlp",
        ),
        r"\bwmic"
        + EXE
        + r"[^\r\n]{0,120}/format:[\"']?(?:https?:|\\\\)|\bcmstp"
        + EXE
        + r"\s[^\r\n]{0,60}/s[^\r\n]{0,120}\.inf|\bodbcconf"
        + EXE
        + r"[^\r\n]{0,60}regsvr"
        r"|\bpcalua"
        + EXE
        + r"\s{1,4}-a|\bscriptrunner"
        + EXE
        + r"\s{1,4}-appvscript|\bforfiles"
        + EXE
        + r"[^\r\n]{0,160}/c\s[^\r\n]{0,80}(?:powershell|mshta|http|rundll32)|\bieexec"
        + EXE
        + r"\s{1,4}http|\bhh(?:\.exe)\s{1,4}https?:",
    ),
    fact("tool.python", ("pythonw",), r"pythonw?(?:\.exe)?\s{1,4}-c\s[^\r\n]{0,200}(?:exec|urlopen|b64decode)"),
)
