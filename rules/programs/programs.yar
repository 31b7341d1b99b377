// Windows programs. That a program arrives at all is for the policy; these say why one is worse than another.

rule program_posing_as_document {
    meta:
        id = "program_posing_as_document"
        title = "Program that calls itself a document"
        severity = "malicious"
        technique = "T1036.008"
        reference = "https://attack.mitre.org/techniques/T1036/008/"
        date = "2026-11-21"
        author = "Deskwarden"
    condition:
        uint16(0) == 0x5A4D and filesize > 512 and uint32(uint32(0x3C)) == 0x00004550 and
        extension matches /^(pdf|docx?|docm|xlsx?|xlsm|pptx?|rtf|odt|txt|csv|jpe?g|png|gif|bmp|mp3|mp4|html?|eml|zip)$/
}

rule program_thief {
    meta:
        id = "program_thief"
        title = "Program that collects saved passwords and sends them away"
        severity = "malicious"
        technique = "T1555.003"
        reference = "https://attack.mitre.org/techniques/T1555/003/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $store1 = "Login Data" ascii wide
        $store2 = "Local State" ascii wide
        $store3 = "logins.json" ascii wide
        $store4 = "\\Web Data" ascii wide
        $store5 = "wallet.dat" nocase ascii wide
        $out1 = "api.telegram.org/bot" nocase ascii wide
        $out2 = /discord(app)?\.com\/api\/webhooks/ nocase ascii wide
    condition:
        uint16(0) == 0x5A4D and 2 of ($store*) and any of ($out*)
}

rule program_command_line {
    meta:
        id = "program_command_line"
        title = "Program that starts hidden PowerShell commands or deletes backups"
        severity = "suspicious"
        technique = "T1059.001"
        reference = "https://attack.mitre.org/techniques/T1059/001/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $hidden = /powershell(\.exe)?["']?\s[^\x00\n]{0,32}-(w|windowstyle)\s{1,3}hidden/ nocase ascii wide
        $exclude = /Add-MpPreference[^\x00\n]{0,20}-Exclusion/ nocase ascii wide
        $shadows = /vssadmin(\.exe)?\s{1,3}delete\s{1,3}shadows/ nocase ascii wide
    condition:
        uint16(0) == 0x5A4D and any of them
}
