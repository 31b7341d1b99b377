"""Facts about security switched off, traces wiped, starting again with the computer, and code in memory."""

from __future__ import annotations

from app.engine.analyzers.script.fact import EXE, Fact, fact

STAYING: tuple[Fact, ...] = (
    # Security and traces
    fact(
        "amsi",
        ("amsi", "etweventwrite"),
        r"amsiutils|amsiinitfailed|amsiscanbuffer|amsiscanstring|amsicontext|amsi\.dll|etweventwrite",
    ),
    fact("reflection", ("getfield", "setvalue", "nonpublic")),
    fact(
        "defender.off",
        ("mppreference", "windefend", "disableantispyware", "disablerealtimemonitoring", "sense", "removedefinitions"),
        r"set-mppreference[^\r\n]{0,120}-disable(?:realtime\w{0,12}|behavior\w{0,12}|ioav\w{0,12}"
        r"|script\w{0,12}|intrusion\w{0,20})\s{0,4}[:\s]\s{0,4}(?:\$true|1|\$?t)"
        r"|(?:\bsc(?:\.exe)?\s{1,4}(?:stop|delete|config)|\bnet1?\s{1,4}stop"
        r"|stop-service[^\r\n]{0,30})\s{1,4}[\"']?(?:windefend|wdnissvc|sense|mpssvc|wscsvc)"
        r"|(?:disableantispyware|disablerealtimemonitoring|disableantivirus|disablebehaviormonitoring"
        r"|tamperprotection)[\"']?[^\r\n]{0,60}(?:0?x?0{0,7}1\b|/d\s{1,4}[\"']?1)|-removedefinitions",
    ),
    fact(
        "defender.excluded",
        ("mppreference", "exclusions\\"),
        r"(?:add|set)-mppreference[^\r\n]{0,60}-exclusion(?:path|process|extension)|windows defender\\exclusions\\",
    ),
    fact(
        "defender.blind",
        ("mppreference",),
        r"-exclusionpath\s{1,4}[@(\"']{0,4}(?:[a-z]:\\?[\"'\s)]|\$env:(?:temp|tmp|appdata|userprofile|public"
        r"|programdata|systemdrive)|%(?:temp|appdata|userprofile|public)%|c:\\(?:users|windows|programdata)\b)"
        r"|-exclusionextension\s{1,4}[@(\"']{0,4}\.?(?:exe|dll|ps1|bat|vbs|\*)",
    ),
    fact(
        "firewall.off",
        ("advfirewall", "netfirewallprofile", "firewall set"),
        r"advfirewall[^\r\n]{0,40}state\s{1,4}off"
        r"|set-netfirewallprofile[^\r\n]{0,80}-enabled\s{1,4}(?:\$?false)"
        r"|firewall\s{1,4}set\s{1,4}opmode[^\r\n]{0,20}disable",
    ),
    fact(
        "uac.bypass",
        ("fodhelper", "eventvwr", "computerdefaults", "ms-settings", "sdclt", "cmstplua", "enablelua"),
        r"ms-settings\\\\?shell\\\\?open\\\\?command|mscfile\\\\?shell\\\\?open\\\\?command"
        r"|exefile\\\\?shell\\\\?runas\\\\?command[^\r\n]{0,80}isolatedcommand|3e5fc7f9-9a51-4367"
        r"|enablelua[\"']?[^\r\n]{0,40}/d\s{1,4}[\"']?0",
    ),
    fact(
        "logs.cleared",
        ("wevtutil", "clear-eventlog", "cleareventlog"),
        r"wevtutil" + EXE + r"\s{1,4}(?:cl|clear-log)\b|clear-eventlog|remove-eventlog",
    ),
    fact(
        "shadows.deleted",
        ("shadow",),
        r"vssadmin"
        + EXE
        + r"\s[^\r\n]{0,20}delete\s{1,4}shadows[^\r\n]{0,40}/(?:all|quiet)|wmic"
        + EXE
        + r"\s[^\r\n]{0,40}shadowcopy[^\r\n]{0,60}delete|win32_shadowcopy\b[\s\S]{0,120}(?:\.delete|remove-"
        r"|delete_)|vssadmin" + EXE + r"\s{1,4}resize\s{1,4}shadowstorage[^\r\n]{0,60}maxsize=[1-4]\d\dmb",
    ),
    fact(
        "recovery.off",
        ("recoveryenabled", "bootstatuspolicy", "wbadmin", "systemstatebackup"),
        r"bcdedit[^\r\n]{0,60}(?:recoveryenabled\s{1,4}no|bootstatuspolicy\s{1,4}ignoreallfailures)|wbadmin"
        + EXE
        + r"\s{1,4}delete\s{1,4}(?:catalog|systemstatebackup|backup)[^\r\n]{0,60}-quiet",
    ),
    # Staying
    fact(
        "stay.task",
        ("schtasks", "scheduledtask", "schedule.service"),
        r"schtasks" + EXE + r"[^\r\n]{0,20}/create|register-scheduledtask|schedule\.service",
    ),
    fact(
        "stay.run_key",
        ("currentversion\\run", "currentversion\\\\run"),
        r"(?:reg(?:\.exe)?[\"']?\s{1,4}add|regwrite|new-itemproperty|set-itemproperty|setvalueex|set-item"
        r"|sp\s)[^\r\n]{0,200}currentversion\\{1,2}run"
        r"|currentversion\\{1,2}run(?:once)?\b[\s\S]{0,160}(?:new-itemproperty|set-itemproperty|regwrite|setvalueex)",
    ),
    fact(
        "stay.winlogon",
        ("winlogon", "image file execution", "inprocserver32"),
        r"winlogon[\"'\s/v]{0,12}[^\r\n]{0,20}(?:shell|userinit)|image file execution options\\{1,2}(?:sethc"
        r"|utilman|osk|magnify|narrator|displayswitch)[^\r\n]{0,80}debugger",
    ),
    fact(
        "stay.startup",
        ("\\startup", 'specialfolders("startup', "specialfolders('startup", '("startup")', "('startup')"),
        r"start menu\\{1,2}programs\\{1,2}startup|specialfolders[\s(.item]{0,10}[\"'](?:allusers)?startup"
        r"|getfolderpath[\s(]{1,4}[\"']startup|shell:startup",
    ),
    fact(
        "stay.self",
        ("scriptfullname", "%~f0", "%~0", "pscommandpath", "mycommand.path"),
        r"copyfile[^\r\n]{0,40}wscript\.scriptfullname|copy[^\r\n]{0,20}[\"']?%~(?:f|dpnx)?0"
        r"|copy-item[^\r\n]{0,40}(?:pscommandpath|mycommand\.path)"
        r"|opentextfile\s{0,2}\(\s{0,2}wscript\.scriptfullname",
    ),
    fact(
        "stay.wmi",
        ("__eventfilter", "commandlineeventconsumer", "activescripteventconsumer"),
        r"(?:commandline|activescript)eventconsumer",
    ),
    # Memory
    fact(
        "memory.assembly",
        ("assembly",),
        r"assembly\]::load\s{0,4}\(|\.gettype\([^\r\n]{0,80}assembly[^\r\n]{0,80}\.invoke"
        r"|appdomain\]::currentdomain\.load\s{0,4}\("
        r"|\[(?:system\.)?reflection\.assembly\][^\r\n]{0,40}[\"']load[\"']",
    ),
    fact(
        "memory.file",
        ("readallbytes", "loadfile", "get-content"),
        r"assembly\]::load\s{0,4}\(\s{0,4}\[(?:system\.)?io\.file\]::readallbytes",
    ),
    fact(
        "memory.alloc",
        ("virtualalloc", "ntallocatevirtualmemory", "heapcreate"),
        r"virtualalloc(?:ex)?\b|ntallocatevirtualmemory|heapcreate",
    ),
    fact("memory.protect", ("virtualprotect",)),
    fact(
        "memory.start",
        (
            "createthread",
            "createremotethread",
            "getdelegateforfunctionpointer",
            "queueuserapc",
            "enumsystemlocales",
            "etwpcreateetwthread",
            "callwindowproc",
        ),
        r"create(?:remote)?thread|getdelegateforfunctionpointer|queueuserapc|enumsystemlocales\w{0,2}"
        r"|etwpcreateetwthread|callwindowproc",
    ),
    fact(
        "memory.copy",
        ("marshal]::copy", "rtlmovememory", "memmove", "writeprocessmemory"),
        r"marshal\]::copy|rtlmovememory|memmove|writeprocessmemory",
    ),
)
