// PowerShell in what runs on a double click, in macros and in shortcuts. Texts about PowerShell are none of these.

private rule runs {
    condition:
        filesize < 4MB and
        (extension matches /^(bat|cmd|vbs|vbe|js|jse|wsf|wsc|sct|hta|bas|cls|frm|vba|lnk|ps1|psm1|reg|inf|scf|url|settingcontent-ms)$/
         or uint32(0) == 0x0000004C)
}

rule powershell_hidden {
    meta:
        id = "powershell_hidden"
        title = "Starts PowerShell out of sight to fetch or decode something and run it"
        severity = "malicious"
        technique = "T1059.001"
        reference = "https://attack.mitre.org/techniques/T1059/001/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $powershell = /powershell|\bpwsh\b/ nocase ascii wide
        $hidden1 = /[\/-]w\w{0,10}\s{1,4}["']?hid/ nocase ascii wide
        $hidden2 = /-w (h|1) / nocase ascii wide
        $encoded1 = /[\/-]enc\w{0,11}\s{1,4}["']?[A-Za-z0-9+\/]{40}/ nocase ascii wide
        $encoded2 = /-e [A-Za-z0-9+\/]{40}/ nocase ascii wide
        $encoded3 = /-ec [A-Za-z0-9+\/]{40}/ nocase ascii wide
        $fetch1 = "DownloadString" nocase ascii wide
        $fetch2 = "DownloadFile" nocase ascii wide
        $fetch3 = "DownloadData" nocase ascii wide
        $fetch4 = /\b(Invoke-WebRequest|iwr|irm|Invoke-RestMethod|Start-BitsTransfer|curl|wget)\s{1,3}[^\n]{0,60}https?:/ nocase ascii wide
        $decode = "FromBase64String" nocase ascii wide
        $run1 = /\b(iex|Invoke-Expression)\b/ nocase ascii wide
        $run2 = /\b(Start-Process|saps|Invoke-Item)\b/ nocase ascii wide
    condition:
        runs and $powershell and (
            (any of ($hidden*) and (any of ($encoded*) or any of ($fetch*) or ($decode and any of ($run*))))
            or (any of ($encoded*) and extension != "ps1" and extension != "psm1")
        )
}

rule powershell_download_and_run {
    meta:
        id = "powershell_download_and_run"
        title = "PowerShell that fetches a script from the network and runs it unseen by anybody"
        severity = "suspicious"
        technique = "T1105"
        reference = "https://attack.mitre.org/techniques/T1105/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $run = /\b(iex|Invoke-Expression)\b/ nocase ascii wide
        $get = /\b(DownloadString|Invoke-WebRequest|Invoke-RestMethod|iwr|irm)\b/ nocase ascii wide
        $pipe = /\|\s{0,4}(iex|Invoke-Expression)\b/ nocase ascii wide
        $c = /DownloadFile\([^\n]{1,300}(Start-Process|Invoke-Item)/ nocase ascii wide
    condition:
        // Counted first: comparing thousands of places with thousands of others would take minutes.
        runs and ($c or (#run < 50 and #get < 500 and (
            for any i in (1..#run): ($get in (@run[i]..@run[i] + 100))
            or for any i in (1..#pipe): ($get in (@pipe[i] - 300..@pipe[i])))))
}

rule powershell_encoded_cradle {
    meta:
        id = "powershell_encoded_cradle"
        title = "Encoded PowerShell command that fetches something from the network"
        severity = "malicious"
        technique = "T1027.010"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $a = "DownloadString(" wide base64
        $b = "DownloadFile(" wide base64
        $c = "Net.WebClient" wide base64
        $d = "Invoke-WebRequest" wide base64
        $e = "Invoke-Expression" wide base64
    condition:
        filesize < 4MB and any of them
}

rule powershell_disarms {
    meta:
        id = "powershell_disarms"
        title = "Script that switches the virus scanner off before it goes on"
        severity = "malicious"
        technique = "T1562.001"
        reference = "https://attack.mitre.org/techniques/T1562/001/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $amsi1 = "AmsiUtils" nocase ascii wide
        $amsi2 = "amsiInitFailed" nocase ascii wide
        $off = /Set-MpPreference[^\n]{0,80}-Disable(RealtimeMonitoring|BehaviorMonitoring|IOAVProtection)\s{1,4}(\$true|1)/ nocase ascii wide
        $exclude = /Add-MpPreference[^\n]{0,40}-Exclusion(Path|Extension|Process)/ nocase ascii wide
        $fetch = /DownloadString|DownloadFile|Invoke-WebRequest|\biwr\b|Start-BitsTransfer|\bcurl\b|certutil|bitsadmin/ nocase ascii wide
    condition:
        runs and (all of ($amsi*) or (($off or $exclude) and $fetch))
}

rule powershell_loads_program {
    meta:
        id = "powershell_loads_program"
        title = "Script that runs a program hidden inside its own text"
        severity = "suspicious"
        technique = "T1620"
        reference = "https://attack.mitre.org/techniques/T1620/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $load = /Reflection\.Assembly\]::Load\(/ nocase ascii wide
        $decode = "FromBase64String" nocase ascii wide
        $call = /\.Invoke\(|EntryPoint|GetMethod\(/ nocase ascii wide
    condition:
        runs and all of them
}
