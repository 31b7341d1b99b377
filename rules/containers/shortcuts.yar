// Further traits of shortcuts that attackers send.

private rule shortcut {
    condition:
        // [MS-SHLLINK] 2.1: size of the header and its class.
        uint32(0) == 0x0000004C and uint32(4) == 0x00021401 and filesize < 64MB
}

rule shortcut_document_icon {
    meta:
        id = "shortcut_document_icon"
        title = "Shortcut that looks like a document and starts a command"
        severity = "suspicious"
        technique = "T1036"
        reference = "https://attack.mitre.org/techniques/T1036/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $icon = /(AcroRd32|Acrobat|msedge|WINWORD|EXCEL|POWERPNT|wordpad|wordicon|xlicons|notepad)\.exe|(imageres|shell32)\.dll/ nocase ascii wide
        $tool = /\b(powershell|cmd|mshta|conhost|forfiles|pcalua|wscript|cscript|rundll32|ssh|curl)\.exe/ nocase ascii wide
    condition:
        // The header says that there are arguments.
        shortcut and uint32(0x14) & 0x20 != 0 and all of them
}

rule shortcut_carries_payload {
    meta:
        id = "shortcut_carries_payload"
        title = "Shortcut with something large hidden behind it"
        severity = "suspicious"
        technique = "T1027.009"
        reference = "https://attack.mitre.org/techniques/T1027/009/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $tool = /\b(powershell|cmd|mshta|wscript|cscript|rundll32|findstr)(\.exe)?\b/ nocase ascii wide
    condition:
        shortcut and filesize > 100KB and $tool
}

rule shortcut_by_variable {
    meta:
        id = "shortcut_by_variable"
        title = "Shortcut that hides the program it starts behind a variable"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1027.012"
        reference = "https://attack.mitre.org/techniques/T1027/012/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $variable = /%(comspec|windir|systemroot|programdata|appdata|temp|public)%/ nocase ascii wide
        $do = /\/[ck]\s|\bstart\b|\bcall\b|https?:\/\//  nocase ascii wide
    condition:
        shortcut and all of them
}
