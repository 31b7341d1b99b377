// Windows tools that droppers borrow, and script hosts that fetch and start programs.

private rule runs {
    condition:
        filesize < 4MB and
        (extension matches /^(bat|cmd|vbs|vbe|js|jse|wsf|wsc|sct|hta|bas|cls|frm|vba|lnk|ps1|psm1|reg|inf|scf|url|settingcontent-ms)$/
         or uint32(0) == 0x0000004C)
}

private rule hosted {
    condition:
        filesize < 4MB and extension matches /^(vbs|vbe|js|jse|wsf|wsc|sct|hta|bas|cls|frm|vba)$/
}

rule certutil_download {
    meta:
        id = "certutil_download"
        title = "Uses a Windows certificate tool to fetch or unpack a program"
        severity = "malicious"
        technique = "T1105"
        reference = "https://lolbas-project.github.io/lolbas/Binaries/Certutil/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $fetch = /certutil(\.exe)?["']?[^\n]{0,16}[\/-](urlcache|verifyctl)[^\n]{0,40}https?:[^\n]{4,400}(\.(exe|dll|scr|bat|cmd|ps1|vbs|js|hta|msi|zip|txt|tmp|dat|bin)\b|temp|appdata|public|programdata)/ nocase ascii wide
        $decode = /certutil(\.exe)?["']?[^\n]{0,16}[\/-]decode(hex)?\s[^\n]{0,120}\.(exe|dll|scr|bat|cmd|ps1|vbs|js|hta|msi)\b/ nocase ascii wide
    condition:
        runs and any of them
}

rule mshta_remote {
    meta:
        id = "mshta_remote"
        title = "Opens a program page from the network with a Windows tool made for that"
        severity = "malicious"
        technique = "T1218.005"
        reference = "https://lolbas-project.github.io/lolbas/Binaries/Mshta/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $remote = /mshta(\.exe)?["']{0,2}[ ,]{1,4}["']{0,2}https?:/ nocase ascii wide
        $inline = /mshta(\.exe)?["']{0,2}\s{1,4}["']{0,2}(javascript|vbscript):[^\n]{0,200}(GetObject|CreateObject|ActiveXObject|Execute|\.Run)/ nocase ascii wide
    condition:
        runs and any of them
}

rule bitsadmin_download {
    meta:
        id = "bitsadmin_download"
        title = "Uses the Windows update service to fetch a file"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1197"
        reference = "https://lolbas-project.github.io/lolbas/Binaries/Bitsadmin/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $fetch = /bitsadmin(\.exe)?["']?[^\n]{0,12}\/(transfer|addfile)[^\n]{0,200}https?:/ nocase ascii wide
    condition:
        runs and $fetch
}

rule regsvr32_remote {
    meta:
        id = "regsvr32_remote"
        title = "Registers a script from the network as part of Windows"
        severity = "malicious"
        technique = "T1218.010"
        reference = "https://attack.mitre.org/techniques/T1218/010/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $remote = /regsvr32(\.exe)?["']?[^\n]{0,60}\/i:["']?(https?:|\\\\)[^\n]{1,300}scrobj(\.dll)?/ nocase ascii wide
    condition:
        runs and $remote
}

rule rundll32_remote {
    meta:
        id = "rundll32_remote"
        title = "Runs program code from the network or from a script through a Windows tool"
        severity = "malicious"
        technique = "T1218.011"
        reference = "https://attack.mitre.org/techniques/T1218/011/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $script = /rundll32(\.exe)?["']?\s{1,4}["']?javascript:/ nocase ascii wide
        $share = /(rundll32|regsvr32|wscript|cscript|mshta)(\.exe)?["']?\s{1,4}(\/\w{1,8}\s{1,4}){0,3}["']?\\\\[\w.-]{1,120}@(ssl|80|443|8080|[0-9]{2,5})?[\\@]/ nocase ascii wide
    condition:
        runs and any of them
}

rule msiexec_remote {
    meta:
        id = "msiexec_remote"
        title = "Installs a program from the network without asking"
        severity = "malicious"
        technique = "T1218.007"
        reference = "https://attack.mitre.org/techniques/T1218/007/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $a = /msiexec(\.exe)?["']?[^\n]{0,12}[\/-](i|package)\s{0,4}["']?https?:[^\n]{1,120}[\/-]q/ nocase ascii wide
        $b = /msiexec(\.exe)?["']?[^\n]{0,12}[\/-]q[nb]?\s[^\n]{0,24}https?:/ nocase ascii wide
        $drop = /\b(start|call|powershell|curl)\b|WScript\.Shell|Shell\(/ nocase ascii wide
    condition:
        // Administrators roll out software with it too: from a plain batch file to a fixed place.
        runs and ($a or $b) and ($drop or extension != "bat" and extension != "cmd" and extension != "ps1")
}

rule script_downloader {
    meta:
        id = "script_downloader"
        title = "Script that fetches a file, saves it and starts it"
        severity = "malicious"
        technique = "T1059.005"
        reference = "https://attack.mitre.org/techniques/T1059/005/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $get1 = /MSXML2\.(ServerXMLHTTP|XMLHTTP)/ nocase
        $get2 = "Microsoft.XMLHTTP" nocase
        $get3 = /WinHttp\.WinHttpRequest/ nocase
        $get4 = "URLDownloadToFile" nocase
        $save1 = "ADODB.Stream" nocase
        $save2 = "SaveToFile" nocase
        $run1 = /WScript\.Shell/ nocase
        $run2 = "Shell.Application" nocase
        $run3 = "ShellExecute" nocase
        $run4 = /\bShell\s{0,2}[\( ]["A-Za-z]/ nocase
        $run5 = "Win32_Process" nocase
    condition:
        hosted and any of ($run*) and ($get4 or (any of ($get1, $get2, $get3) and all of ($save*)))
}

rule script_launcher {
    meta:
        id = "script_launcher"
        title = "Script that starts a hidden command line with something from the network"
        severity = "malicious"
        technique = "T1059"
        reference = "https://attack.mitre.org/techniques/T1059/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $host1 = /WScript\.Shell/ nocase
        $host2 = "Shell.Application" nocase
        $host3 = "Win32_Process" nocase
        $tool = /(powershell|mshta|rundll32|regsvr32|certutil|bitsadmin|cmd(\.exe)?["']{0,2}\s{1,3}\/c\s{1,3}curl)/ nocase
        $sign1 = /https?:\/\/|hxxps?:/ nocase
        $sign2 = /-enc\w{0,11}\s{1,3}[A-Za-z0-9+\/]{40}/ nocase
        $sign2_short = /-ec? [A-Za-z0-9+\/]{40}/ nocase
        $sign3 = /-w\w{0,10}\s{1,3}hid/ nocase
        $sign4 = /-ep?\s{0,2}(bypass|unrestricted)|-executionpolicy\s{1,3}(bypass|unrestricted)/ nocase
        $start = /\.Run\b|ShellExecute/ nocase
        $window = /,\s{0,3}(0|vbHide)\b/ nocase
    condition:
        hosted and any of ($host*) and $tool and ($sign2 or $sign2_short or $sign3 or (($sign1 or $sign4) and
            #start < 50 and #window < 1000 and for any i in (1..#start): ($window in (@start[i]..@start[i] + 400))))
}

rule script_obfuscated {
    meta:
        id = "script_obfuscated"
        title = "Script that is written so that nobody can read it and that can start programs"
        severity = "suspicious"
        technique = "T1027.010"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $chr = /\bchrw?\$?\(\s{0,2}(&H)?[0-9A-Fa-f]{2,5}/ nocase
        $code = /String\.fromCharCode\(/ nocase
        $run1 = /\b(Execute|ExecuteGlobal|eval)\b\s{0,2}\(?/ nocase
        $host1 = /(CreateObject|GetObject|ActiveXObject)\s{0,2}\(/ nocase
    condition:
        hosted and filesize < 1MB and (
            (#chr > 40 and ($run1 or $host1))
            or (#code > 20 and $host1)
        )
}

rule script_encoded {
    meta:
        id = "script_encoded"
        title = "Script in an encoded form that hides what it does"
        severity = "suspicious"
        technique = "T1027"
        reference = "https://attack.mitre.org/techniques/T1027/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        // Microsoft Script Encoder: the mark, six characters of length, "==".
        $mark = /#@~\^[A-Za-z0-9+\/]{6}==/
    condition:
        filesize < 4MB and $mark and ($mark in (0..16) or extension matches /^(vbe|jse|vbs|js|wsf|hta|html?|asp)$/)
}

rule batch_obfuscated {
    meta:
        id = "batch_obfuscated"
        title = "Batch file that is put together letter by letter so that nobody can read it"
        severity = "suspicious"
        technique = "T1027.010"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $letter = /:~-?[0-9]{1,3},1%/
    condition:
        extension matches /^(bat|cmd)$/ and filesize < 8MB and #letter > 30
}

rule script_carries_program {
    meta:
        id = "script_carries_program"
        title = "Script or macro with a whole program hidden in its text"
        severity = "malicious"
        technique = "T1027.009"
        reference = "https://attack.mitre.org/techniques/T1027/009/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        // The beginning of a Windows program: in base64, in hexadecimal digits, backwards.
        $base64 = /(TVqQAA|TVpQAA|TVqAAA|TVpAAA|TVoAAA|TVroAA|TVpTAQ|TVrQAA)[A-Za-z0-9+\/]{40}/
        $base64_mz = "TVqQAAMAAAAEAAAA"
        $hex = "4d5a90000300000004000000ffff" nocase
        $backwards = "AAAAEAAAAMAAQqVT"
    condition:
        filesize < 64MB and
        extension matches /^(bat|cmd|vbs|vbe|js|jse|wsf|wsc|sct|hta|bas|cls|frm|vba|ps1|psm1|reg)$/ and
        any of them
}

rule script_deletes_backups {
    meta:
        id = "script_deletes_backups"
        title = "Script that deletes backups and switches recovery off, as ransomware does"
        severity = "malicious"
        technique = "T1490"
        reference = "https://attack.mitre.org/techniques/T1490/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $shadows1 = /vssadmin(\.exe)?["']?\s{1,4}delete\s{1,4}shadows[^\n]{0,40}\/quiet/ nocase
        $shadows2 = /wmic(\.exe)?["']?\s{1,4}shadowcopy\s{1,4}delete/ nocase
        $shadows3 = /Win32_ShadowCopy[^\n]{0,80}Delete/ nocase
        $recovery1 = /bcdedit(\.exe)?["']?[^\n]{0,20}recoveryenabled\s{1,4}no/ nocase
        $recovery2 = /wbadmin(\.exe)?["']?\s{1,4}delete\s{1,4}(catalog|systemstatebackup)/ nocase
    condition:
        runs and any of ($shadows*) and any of ($recovery*)
}

rule url_file_remote_program {
    meta:
        id = "url_file_remote_program"
        title = "Web shortcut that opens a program from a foreign computer"
        severity = "malicious"
        technique = "T1204.002"
        reference = "https://attack.mitre.org/techniques/T1204/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $section = "[InternetShortcut]" nocase
        $target = /\n\s{0,4}(URL|IconFile|WorkingDirectory)\s{0,2}=\s{0,2}(file:[\/\\]{2,5}|\\\\)([0-9]{1,3}(\.[0-9]{1,3}){3}|[\w.-]{3,120}@(ssl|[0-9]{2,5}))[\/\\@]/ nocase
    condition:
        filesize < 64KB and all of them
}
