// PDF files. The engine lays inflated streams before these rules too, as further views of the same file.

private rule pdf {
    strings:
        $head = "%PDF-"
    condition:
        extension == "pdf" or mime == "application/pdf" or $head in (0..1024)
}

rule pdf_starts_program {
    meta:
        id = "pdf_starts_program"
        title = "PDF that starts a program when it is opened"
        severity = "malicious"
        technique = "T1204.002"
        reference = "https://attack.mitre.org/techniques/T1204/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $launch = /\/S\s{0,4}\/Launch\b/
        // Short patterns beside each other: one long one that ends in an extension is tried at every dot of every file.
        $name = /\.(exe|scr|bat|cmd|vbs|js|hta|ps1|jar|com|pif|lnk)\b/ nocase
        $shell = /\b(cmd|powershell|mshta|wscript|cscript|rundll32|regsvr32)\b/ nocase
        $export = /exportDataObject\s{0,2}\(\s{0,2}\{[^}]{0,200}nLaunch\s{0,2}:\s{0,2}[12]/
    condition:
        pdf and (
            $export
            or for any i in (1..#launch) : (
                $name in (@launch[i] - 400..@launch[i] + 600) or $shell in (@launch[i] - 400..@launch[i] + 600)
            )
        )
}

rule pdf_launch {
    meta:
        id = "pdf_launch"
        title = "PDF that opens another file outside of itself"
        severity = "suspicious"
        technique = "T1204.002"
        reference = "https://attack.mitre.org/techniques/T1204/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $launch = /\/S\s{0,4}\/Launch\b/
        $share = /\/(F|UF)\s{0,4}\(\s{0,2}(\\\\\\\\|\/\/)[\w.-]{3,100}/
        $goto = /\/S\s{0,4}\/Go(ToR|ToE)\b/
    condition:
        pdf and ($launch or ($share and $goto))
}

rule pdf_script_at_opening {
    meta:
        id = "pdf_script_at_opening"
        title = "PDF with a script that runs when it is opened and can reach outside"
        severity = "suspicious"
        technique = "T1059.007"
        reference = "https://attack.mitre.org/techniques/T1059/007/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $open = /\/(OpenAction|AA)\b/
        $script = /\/(JavaScript|JS)\b/
        $reach = /exportDataObject|launchURL|submitForm|getURL|\beval\s{0,2}\(|unescape\s{0,2}\(|String\.fromCharCode|Collab\.|getIcon\(|media\.newPlayer|printSeps|getAnnots\(|spell\.customDictionaryOpen|%u[0-9a-f]{4}%u/ nocase
    condition:
        pdf and $open and $script and $reach
}

rule pdf_script_attack {
    meta:
        id = "pdf_script_attack"
        title = "PDF with a script that attacks the program that shows it"
        severity = "malicious"
        technique = "T1203"
        reference = "https://attack.mitre.org/techniques/T1203/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $spray1 = /unescape\s{0,2}\(\s{0,2}["']%u[0-9a-f]{4}%u[0-9a-f]{4}/ nocase
        $spray2 = /%u0?c0c0?%u0?c0c0?|%u9090%u9090|%u0a0a%u0a0a/ nocase
        $bug1 = /Collab\.(collectEmailInfo|getIcon)\s{0,2}\(/
        $bug2 = /util\.printf\s{0,2}\(\s{0,2}["']%45000f/
        $bug3 = /media\.newPlayer\s{0,2}\(\s{0,2}null/
        $bug4 = "util.printd(" nocase
        $shape = /while\s{0,2}\([^\)\n]{1,60}\.length\s{0,2}<[=]?\s{0,2}(0x)?[0-9a-f]{4,8}/ nocase
    condition:
        pdf and (any of ($bug1, $bug2, $bug3) and (any of ($spray*) or $shape) or ($spray2 and $shape) or ($bug4 and $bug3))
}

rule pdf_program_attached {
    meta:
        id = "pdf_program_attached"
        title = "PDF with a program or script attached to it"
        severity = "suspicious"
        technique = "T1027.009"
        reference = "https://attack.mitre.org/techniques/T1027/009/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $embedded = /\/EmbeddedFiles?\b/
        $name = /\/(F|UF)\s{0,4}\([^\)]{1,300}\.(exe|scr|bat|cmd|vbs|vbe|js|jse|hta|ps1|jar|com|pif|lnk|wsf|iso|img|vhd|msi|docm|xlsm|settingcontent-ms)\)/ nocase
    condition:
        pdf and all of them
}

rule pdf_sends_form_at_opening {
    meta:
        id = "pdf_sends_form_at_opening"
        title = "PDF that sends what it knows to a web site as soon as it is opened"
        severity = "malicious"
        technique = "T1598.002"
        reference = "https://attack.mitre.org/techniques/T1598/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $send = /\/(OpenAction|O|PO|PV)\s{0,3}<<[^>]{0,60}\/SubmitForm[^>]{0,20}\/F\s{0,3}(<<[^>]{0,60})?\((https?:|\\)/
    condition:
        pdf and filesize < 64MB and $send
}
