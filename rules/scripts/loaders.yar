// Traits of loaders, whatever family they belong to: how they hide, fetch, decode and start what they bring.

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

private rule batch {
    condition:
        filesize < 8MB and extension matches /^(bat|cmd)$/
}

rule script_splits_names {
    meta:
        id = "script_splits_names"
        title = "Script that takes the names of Windows parts to pieces to hide them"
        severity = "suspicious"
        technique = "T1027.010"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $a = /["']\s{0,2}[+&]\s{0,2}["'](cript\.S|Script\.S|ript\.She|t\.Shell|hell\.App|\.Application|DODB|tream|XMLHT|LHTTP|ystemObject)/ nocase
        $b = /(WScr?|WScript\.?|Shell\.|ADOD?|MSXML2?\.?|Scripting\.)["']\s{0,2}[+&]\s{0,2}["']/ nocase
        $make = /ActiveXObject|CreateObject|GetObject/ nocase
    condition:
        hosted and $make and ($a or $b)
}

rule script_runs_answer {
    meta:
        id = "script_runs_answer"
        title = "Script that runs whatever a server answers"
        severity = "malicious"
        technique = "T1059"
        reference = "https://attack.mitre.org/techniques/T1059/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $run = /\b(Execute|ExecuteGlobal|eval)\s{0,2}\(?\s{0,2}\w{1,40}\.(responseText|responseBody)/ nocase
    condition:
        hosted and $run
}

rule script_runs_registry {
    meta:
        id = "script_runs_registry"
        title = "Script that runs code which it keeps in the Windows registry"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1112"
        reference = "https://attack.mitre.org/techniques/T1112/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $read = /\.RegRead\b/ nocase
        $run = /\b(Execute|ExecuteGlobal|eval)\s{0,2}[ \(]\s{0,2}\w/ nocase
    condition:
        hosted and all of them
}

rule script_looks_for_laboratory {
    meta:
        id = "script_looks_for_laboratory"
        title = "Script that looks whether it runs in a laboratory before it does anything"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1497.001"
        reference = "https://attack.mitre.org/techniques/T1497/001/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $ask = /Win32_(ComputerSystem|BIOS|VideoController|DiskDrive|BaseBoard)|Get-WmiObject|wmic\b/ nocase
        $vm1 = /\bVMware\b/ nocase
        $vm2 = /\bVirtualBox\b|\bVBOX/ nocase
        $vm3 = /\bQEMU\b|\bXen\b|Hyper-V/ nocase
        $do = /WScript\.Shell|ExecuteGlobal|DownloadString|XMLHTTP|FromBase64String|Start-Process/ nocase
    condition:
        runs and $ask and 2 of ($vm*) and $do
}

rule script_waits_long {
    meta:
        id = "script_waits_long"
        title = "Script that waits for minutes to be left alone by scanners"
        severity = "suspicious"
        confidence = "low"
        technique = "T1497.003"
        reference = "https://attack.mitre.org/techniques/T1497/003/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $ping = /\bping(\.exe)?\s[^\n]{0,20}-n\s{1,3}([6-9][0-9]|[1-9][0-9]{2,4})\b/ nocase
        $sleep = /WScript\.Sleep\s{0,2}\(?\s{0,2}[1-9][0-9]{5,7}/ nocase
        $do = /powershell|XMLHTTP|certutil|curl\s|mshta|rundll32|regsvr32/ nocase
    condition:
        runs and ($ping or $sleep) and $do
}

rule batch_fetch_and_start {
    meta:
        id = "batch_fetch_and_start"
        title = "Batch file that fetches a program and starts it"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1105"
        reference = "https://attack.mitre.org/techniques/T1105/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $get = /\b(curl|wget|certutil|bitsadmin|DownloadFile|Invoke-WebRequest|iwr)\b/ nocase
        $file = /\.(exe|dll|scr|msi|js|vbs|hta|bat|ps1|zip)\b/ nocase
        $address = /https?:\/\// nocase
        $place = /%(temp|tmp|appdata|localappdata|public|programdata)%|\$env:(temp|tmp|appdata|localappdata|public|programdata)/ nocase
        $start = /\b(start|call|rundll32|wscript|cscript|Start-Process)\b/ nocase
    condition:
        batch and filesize < 64KB and all of them
}

rule batch_looks_like_other_text {
    meta:
        id = "batch_looks_like_other_text"
        title = "Batch file that makes editors show it as Chinese text"
        severity = "malicious"
        technique = "T1027"
        reference = "https://attack.mitre.org/techniques/T1027/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        // A mark of UTF-16 before plain ASCII: editors show nonsense, the command processor runs it.
        $start = { FF FE 26 (63 | 43) (6C | 4C) (73 | 53) }
        $start_line = { FF FE 0D 0A (40 | 73 | 65 | 63) }
    condition:
        filesize < 8MB and any of them and ($start at 0 or $start_line at 0)
}

rule batch_unpacks_itself {
    meta:
        id = "batch_unpacks_itself"
        title = "Batch file that unpacks something hidden in its own text and runs it"
        severity = "suspicious"
        technique = "T1027.009"
        reference = "https://attack.mitre.org/techniques/T1027/009/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $self1 = /(certutil(\.exe)?\s[^\n]{0,8}-decode\w{0,3}|findstr[^\n]{0,24}|more\s{1,3}\+[0-9]{1,5}|expand|extrac32[^\n]{0,20})\s{1,3}"?%~(f|dpnx)?0/ nocase
        $self2 = /(ReadAllText|ReadAllLines|ReadAllBytes|Get-Content|\bgc)\b[^\n]{0,20}['"(]{1,3}\s{0,2}%~(f|dpnx)?0/ nocase
        $run = /powershell|\bstart\b|cscript|wscript|rundll32|\biex\b/ nocase
    condition:
        batch and ($self1 or $self2) and $run
}

rule batch_starts_itself_unseen {
    meta:
        id = "batch_starts_itself_unseen"
        title = "Batch file that starts itself again without a window"
        severity = "suspicious"
        technique = "T1564.003"
        reference = "https://attack.mitre.org/techniques/T1564/003/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $mshta = /mshta(\.exe)?\s{1,3}"?vbscript:/ nocase
        $start = /Start-Process[^\n]{0,60}%~(f|dpnx)?0[^\n]{0,80}-Window\w{0,6}\s{1,3}hid/ nocase
        $self = /%~(f|dpnx|s)?0/
    condition:
        batch and (($mshta and $self) or $start)
}

rule powershell_xor {
    meta:
        id = "powershell_xor"
        title = "Script that decodes a hidden command letter by letter and runs it"
        severity = "suspicious"
        technique = "T1140"
        reference = "https://attack.mitre.org/techniques/T1140/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $xor = /-bxor\b/ nocase
        $bytes = /\[byte\[\]\]|\[char\]|FromBase64String/ nocase
        $run = /\biex\b|Invoke-Expression|\.Invoke\(|Assembly\]::Load|ScriptBlock\]::Create/ nocase
    condition:
        runs and all of them
}

rule powershell_patches_scanner {
    meta:
        id = "powershell_patches_scanner"
        title = "Script that changes the virus scanner in memory so that it sees nothing"
        severity = "malicious"
        technique = "T1562.001"
        reference = "https://attack.mitre.org/techniques/T1562/001/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $scan = /AmsiScanBuffer|EtwEventWrite|amsi\.dll/ nocase
        $change = /VirtualProtect|WriteProcessMemory|Marshal\]::(Copy|WriteByte)/ nocase
    condition:
        runs and all of them
}

rule powershell_machine_code {
    meta:
        id = "powershell_machine_code"
        title = "Script that puts machine code into memory and runs it"
        severity = "malicious"
        technique = "T1055"
        reference = "https://attack.mitre.org/techniques/T1055/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $memory = /VirtualAlloc(Ex)?\b|NtAllocateVirtualMemory/
        $copy = /Marshal\]::Copy|RtlMoveMemory|WriteProcessMemory/ nocase
        $start = /CreateThread|CreateRemoteThread|QueueUserAPC|GetDelegateForFunctionPointer/
    condition:
        runs and filesize < 4MB and extension matches /^(ps1|psm1|bat|cmd|js|vbs|hta|wsf)$/ and all of them
}

rule powershell_letter_codes {
    meta:
        id = "powershell_letter_codes"
        title = "Script that puts its commands together from numbers of letters"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1027.010"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $char = /\[char\]\s{0,2}\(?(0x)?[0-9a-f]{2,3}/ nocase
        $join = /-join\s{0,2}\(?\s{0,2}\(?\s{0,2}([0-9]{2,3}\s{0,2},\s{0,2}){12}/ nocase
    condition:
        runs and (#char > 15 or $join)
}

rule powershell_broken_words {
    meta:
        id = "powershell_broken_words"
        title = "Script whose words are broken up to hide them"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1027.010"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $tick = /[a-z]`[a-z]{1,6}`[a-z]{1,6}`?[a-z]/ nocase
        $format = /\(\s{0,2}["'](\{[0-9]{1,2}\}){3,20}["']\s{0,2}-f/ nocase
    condition:
        runs and (#tick > 8 or #format > 2)
}

rule script_reads_picture {
    meta:
        id = "script_reads_picture"
        title = "Script that takes a hidden program out of a picture"
        severity = "malicious"
        technique = "T1027.003"
        reference = "https://attack.mitre.org/techniques/T1027/003/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $mark = /<<\w{0,12}BASE64\w{0,12}_(START|END)>>/ ascii wide
    condition:
        filesize < 4MB and $mark and not extension matches /^(md|yar|yara|pdf|eml|rst)$/
}

rule script_logs_keys {
    meta:
        id = "script_logs_keys"
        title = "Script that notes which keys are pressed"
        severity = "suspicious"
        technique = "T1056.001"
        reference = "https://attack.mitre.org/techniques/T1056/001/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $key = "GetAsyncKeyState" nocase
        $out = /Send-MailMessage|smtp|webhook|telegram|WebClient|Invoke-RestMethod|Out-File|AppendAllText|StreamWriter/ nocase
    condition:
        runs and all of them
}

rule script_sends_screen {
    meta:
        id = "script_sends_screen"
        title = "Script that takes pictures of the screen and sends them away"
        severity = "suspicious"
        technique = "T1113"
        reference = "https://attack.mitre.org/techniques/T1113/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $screen = /CopyFromScreen|ImageGrab\.grab|pyautogui\.screenshot|screencapture\s{1,3}-x/ nocase
        $out = /Send-MailMessage|api\.telegram\.org|discord(app)?\.com\/api\/webhooks|UploadFile|smtplib/ nocase
    condition:
        filesize < 4MB and extension matches /^(ps1|psm1|bat|cmd|vbs|py|pyw|sh|js)$/ and all of them
}

rule script_raises_rights {
    meta:
        id = "script_raises_rights"
        title = "Script that gets administrator rights without asking"
        severity = "malicious"
        technique = "T1548.002"
        reference = "https://attack.mitre.org/techniques/T1548/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $key = /ms-settings\\+shell\\+open\\+command/ nocase ascii wide
        $tool = /fodhelper|computerdefaults|DelegateExecute/ nocase ascii wide
    condition:
        runs and all of them
}

rule console_file_script {
    meta:
        id = "console_file_script"
        title = "Console file of Windows that runs a script when it is opened"
        severity = "malicious"
        technique = "T1218.014"
        reference = "https://attack.mitre.org/techniques/T1218/014/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $root = "<MMC_ConsoleFile" nocase
        $redirect = /apds\.dll\/redirect\.html\?target=/ nocase
        $script = /javascript:|vbscript:|<String[^<>]{0,40}>[^<]{0,60}(powershell|mshta|cmd\.exe|wscript)/ nocase
    condition:
        filesize < 8MB and $root and ($redirect or $script)
}

rule style_sheet_runs_script {
    meta:
        id = "style_sheet_runs_script"
        title = "Style sheet that starts a program"
        severity = "malicious"
        technique = "T1220"
        reference = "https://attack.mitre.org/techniques/T1220/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $sheet = /<(xsl:)?stylesheet\b/ nocase
        $script = /<(ms|msxsl):script\b/ nocase
        $run = /ActiveXObject|WScript\.Shell|CreateObject|System\.Diagnostics/ nocase
    condition:
        filesize < 4MB and all of them
}

rule scriptlet_runs_command {
    meta:
        id = "scriptlet_runs_command"
        title = "Script component that starts a command"
        severity = "suspicious"
        technique = "T1218.010"
        reference = "https://attack.mitre.org/techniques/T1218/010/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $component = /<(registration|component|scriptlet|package)\b/ nocase
        $script = /<script\b/ nocase
        $run = /WScript\.Shell|Shell\.Application|Win32_Process/ nocase
    condition:
        filesize < 1MB and extension matches /^(sct|wsc|xml|txt|wsf)$/ and all of them
}
