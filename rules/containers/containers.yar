// Shortcuts, notebooks and disk images: what attackers wrap a command in.

rule shortcut_command {
    meta:
        id = "shortcut_command"
        title = "Shortcut that runs a hidden command instead of opening a document"
        severity = "malicious"
        technique = "T1204.002"
        reference = "https://attack.mitre.org/techniques/T1204/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $tool = /powershell|pwsh|cmd\.exe|mshta|wscript|cscript|rundll32|regsvr32|conhost|forfiles|certutil|bitsadmin|msiexec|ssh\.exe|explorer\.exe/ nocase ascii wide
        $sign1 = /https?:\/\// nocase ascii wide
        $sign2 = /-enc\w{0,11}\s{1,4}[A-Za-z0-9+\/]{40}/ nocase ascii wide
        $sign2_short = /-e [A-Za-z0-9+\/]{40}/ nocase ascii wide
        $sign3 = /-w\w{0,10}\s{1,4}["']?hid/ nocase ascii wide
        $sign3_short = /-w (h|1) / nocase ascii wide
        $sign4 = /DownloadString|DownloadFile|Invoke-Expression|\biex\b|Invoke-WebRequest|\biwr\b|\birm\b|FromBase64String/ nocase ascii wide
        $slash = /\/c\s/ nocase ascii wide
        $starts = /\b(start|copy|xcopy|type|echo|wscript|rundll32|regsvr32|mshta)\s/ nocase ascii wide
        $kind = /\.(dll|js|vbs|exe|bat|cmd|hta|dat|tmp|ps1|lnk|log|txt|jpg|png)\b/ nocase ascii wide
        $sign6 = /(rundll32|regsvr32)(\.exe)?["']?\s[^\x00]{0,32}\.(dll|dat|tmp|log|txt|jpg|png|db|ocx)/ nocase ascii wide
        $sign7 = /ProxyCommand|\\\\[\w.-]{3,100}@(ssl|80|443|[0-9]{2,5})/ nocase ascii wide
    condition:
        // [MS-SHLLINK] 2.1: size of the header and its class.
        uint32(0) == 0x0000004C and uint32(4) == 0x00021401 and filesize < 64MB and $tool and
        (any of ($sign*) or ($slash and #starts < 20 and for any i in (1..#starts): ($kind in (@starts[i]..@starts[i] + 200))))
}

rule shortcut_padded {
    meta:
        id = "shortcut_padded"
        title = "Shortcut whose command is pushed out of sight with blanks"
        severity = "malicious"
        technique = "T1027.012"
        reference = "https://attack.mitre.org/techniques/T1027/012/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $blanks = /(\x20\x00){120}/
        $tabs = /(\x09\x00){120}/
        $lines = /(\x0A\x00){120}/
        $returns = /(\x0D\x00\x0A\x00){60}/
    condition:
        uint32(0) == 0x0000004C and uint32(4) == 0x00021401 and any of them
}

rule notebook_program {
    meta:
        id = "notebook_program"
        title = "Notebook page with a script or program hidden in it"
        severity = "malicious"
        technique = "T1566.001"
        reference = "https://attack.mitre.org/techniques/T1566/001/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        // FileDataStoreObject ([MS-ONESTORE] 2.6.13): header, length (8), unused (4), reserved (8), then the file.
        $program = { E7 16 E3 BD 65 26 11 45 A4 C4 8D 4D 0B 7A 9E AC [20] 4D 5A }
        $shortcut = { E7 16 E3 BD 65 26 11 45 A4 C4 8D 4D 0B 7A 9E AC [20] 4C 00 00 00 01 14 02 00 }
        $file = { E7 16 E3 BD 65 26 11 45 A4 C4 8D 4D 0B 7A 9E AC }
        $script1 = /WScript\.Shell|CreateObject\s{0,2}\(|ActiveXObject|<hta:application|<job[\s>]/ nocase ascii wide
        $script2 = /powershell(\.exe)?["']?\s{1,3}(-[\w-]{1,16}\s{1,3}(\w{1,12}\s{1,3})?){0,3}-(w\w{0,10}\s{1,3}hid|e\w{0,13}\s|c\w{0,6}\s)/ nocase ascii wide
        $batch = "@echo off" nocase
        $tool = /\b(powershell|curl|certutil|bitsadmin|rundll32|mshta|start)\b/ nocase
        $command = /cmd(\.exe)?\s{1,3}\/c\s/ nocase ascii wide
        $fetch = /curl|powershell|certutil|mshta|https?:/ nocase ascii wide
    condition:
        uint32be(0) == 0xE4525C7B and ($program or $shortcut or ($file and (any of ($script*) or ($batch and $tool) or ($command and $fetch))))
}

rule notebook_attachment {
    meta:
        id = "notebook_attachment"
        title = "Notebook page with an attached file of a kind that runs on a double click"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1566.001"
        reference = "https://attack.mitre.org/techniques/T1566/001/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $file = { E7 16 E3 BD 65 26 11 45 A4 C4 8D 4D 0B 7A 9E AC }
        $name = /[\w\-. ]{1,80}\.(exe|scr|vbs|vbe|js|jse|hta|bat|cmd|ps1|lnk|wsf|pif|cpl|jar|chm|msi|iso)\b/ nocase wide
    condition:
        uint32be(0) == 0xE4525C7B and all of them
}

rule disk_image_shortcut {
    meta:
        id = "disk_image_shortcut"
        title = "Disk image with a shortcut in it that starts a command"
        severity = "malicious"
        technique = "T1553.005"
        reference = "https://attack.mitre.org/techniques/T1553/005/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $shortcut = { 4C 00 00 00 01 14 02 00 00 00 00 00 C0 00 00 00 00 00 00 46 }
        $command = /(powershell|cmd\.exe|mshta|wscript|cscript|rundll32|regsvr32|conhost|explorer\.exe)/ nocase ascii wide
        $iso = "CD001"
        $udf = "NSR0"
        $vhd = "conectix"
    condition:
        filesize < 512MB and mime matches /iso9660|vhd|disk-image|udf/ and ($iso or $udf or $vhd or mime matches /vhd/)
        and #shortcut < 100 and for any i in (1..#shortcut): ($command in (@shortcut[i]..@shortcut[i] + 4096))
}

rule disk_image_program {
    meta:
        id = "disk_image_program"
        title = "Small disk image that holds a script or shortcut where a document is expected"
        severity = "suspicious"
        technique = "T1553.005"
        reference = "https://attack.mitre.org/techniques/T1553/005/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        // File names of ISO 9660 end in a version, those of Joliet are in UTF-16 BE.
        $iso = /[A-Z0-9_]{1,30}\.(LNK|JS|JSE|VBS|VBE|WSF|HTA|BAT|CMD|SCR|PS1)(;1|\x00)/
        $joliet = /\x00\.\x00(l\x00n\x00k|j\x00s|v\x00b\x00s|w\x00s\x00f|h\x00t\x00a|b\x00a\x00t|c\x00m\x00d|s\x00c\x00r|p\x00s\x001)(\x00;\x001|[\x00-\x1f]{2})/ nocase
    condition:
        filesize < 64MB and mime == "application/x-iso9660-image" and any of them
}

rule help_file_script {
    meta:
        id = "help_file_script"
        title = "Help file that starts a program"
        severity = "suspicious"
        technique = "T1218.001"
        reference = "https://attack.mitre.org/techniques/T1218/001/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $control = /classid\s{0,2}=\s{0,2}["']clsid:(adb880a6-d8ff-11cf-9377-00aa003b7a11|52a2aaae-085d-4187-97ea-8c30db990436)/ nocase
        $command = /value\s{0,2}=\s{0,2}["'],?(cmd|powershell|mshta|rundll32|regsvr32|hh|wscript|cscript)(\.exe)?\s{0,3},/ nocase
        $shortcut = /value\s{0,2}=\s{0,2}["']ShortCut/ nocase
    condition:
        filesize < 32MB and $control and $shortcut and not $command
}

rule help_file_command {
    meta:
        id = "help_file_command"
        title = "Help file that runs a command as soon as it is opened"
        severity = "malicious"
        technique = "T1218.001"
        reference = "https://attack.mitre.org/techniques/T1218/001/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $control = /classid\s{0,2}=\s{0,2}["']clsid:(adb880a6-d8ff-11cf-9377-00aa003b7a11|52a2aaae-085d-4187-97ea-8c30db990436)/ nocase
        $command = /value\s{0,2}=\s{0,2}["'],?(cmd|powershell|mshta|rundll32|regsvr32|hh|wscript|cscript)(\.exe)?\s{0,3},/ nocase
    condition:
        filesize < 32MB and all of them
}

rule settings_shortcut {
    meta:
        id = "settings_shortcut"
        title = "Settings shortcut that runs a command"
        severity = "malicious"
        technique = "T1204.002"
        reference = "https://attack.mitre.org/techniques/T1204/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $root = "SearchableContent" nocase
        $link = /<DeepLink>[^<]{0,200}(cmd|powershell|mshta|rundll32|wscript|cscript|regsvr32|certutil)/ nocase
    condition:
        filesize < 256KB and all of them
}
