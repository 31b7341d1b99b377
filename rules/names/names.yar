// Names that are made to be misread. They need no content: the external variable "filename" is enough.

rule name_double_extension {
    meta:
        id = "name_double_extension"
        title = "Program with a name that makes it look like a document"
        severity = "malicious"
        technique = "T1036.007"
        reference = "https://attack.mitre.org/techniques/T1036/007/"
        date = "2026-11-21"
        author = "Deskwarden"
    condition:
        filename matches /\.(pdf|docx?|docm|xlsx?|xlsm|pptx?|rtf|odt|csv|txt|jpe?g|png|gif|bmp|tiff?|mp3|mp4|avi|eml)[ _]*\.[ ]*(exe|scr|pif|vbs|vbe|jse|wsf|hta|cpl|bat|cmd)[ .]*$/i
}

rule name_double_extension_other {
    meta:
        id = "name_double_extension_other"
        title = "Name with two extensions, as senders use it to hide what a file is"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1036.007"
        reference = "https://attack.mitre.org/techniques/T1036/007/"
        date = "2026-11-21"
        author = "Deskwarden"
    condition:
        // "report.pdf.lnk" is also how Windows names the shortcuts of recently used files.
        filename matches /\.(pdf|docx?|xlsx?|pptx?|jpe?g|png|mp3|mp4)[ _]*\.[ ]*(lnk|js|ps1|jar|msi|iso|img|vhdx?|com|htm|html|shtml|svg|url|one)[ .]*$/i
}

rule name_padded_extension {
    meta:
        id = "name_padded_extension"
        title = "Name with so many blanks that its real extension is out of sight"
        severity = "malicious"
        technique = "T1036"
        reference = "https://attack.mitre.org/techniques/T1036/"
        date = "2026-11-21"
        author = "Deskwarden"
    condition:
        filename matches /[ \t_]{12,}\.?(exe|scr|pif|com|vbs|vbe|js|jse|wsf|hta|cpl|bat|cmd|ps1|lnk|msi|jar)[ .]*$/i
}

rule name_turned_around {
    meta:
        id = "name_turned_around"
        title = "Program with a name that is written backwards to hide its extension"
        severity = "malicious"
        technique = "T1036.002"
        reference = "https://attack.mitre.org/techniques/T1036/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    condition:
        // U+202E and U+202D turn the reading direction: what ends in exe is shown as ending in pdf.
        filename matches /\xE2\x80[\xAD\xAE].{0,80}\.(exe|scr|pif|com|vbs|vbe|js|jse|wsf|hta|cpl|bat|cmd|ps1|lnk|msi|jar|iso|html?)[ .]*$/i
}

rule name_leaves_folder {
    meta:
        id = "name_leaves_folder"
        title = "Name inside an archive that would be written outside of its folder"
        severity = "suspicious"
        reference = "https://cwe.mitre.org/data/definitions/22.html"
        date = "2026-11-21"
        author = "Deskwarden"
    condition:
        filename matches /(^|[\/\\])\.\.[\/\\].{0,200}[\/\\](windows|system32|start menu|startup|etc|\.ssh|cron\.d|init\.d|bin)[\/\\]/i
}

rule name_autorun {
    meta:
        id = "name_autorun"
        title = "Instruction to start a program when a medium is opened"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1091"
        reference = "https://attack.mitre.org/techniques/T1091/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $section = "[autorun]" nocase
        $open = /\n\s{0,8}(open|shellexecute|shell\\[a-z]{1,16}\\command)\s{0,4}=/ nocase
    condition:
        filename matches /(^|[\/\\])autorun\.inf$/i and filesize < 64KB and all of them
}
