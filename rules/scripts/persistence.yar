// What stays on a computer: registry files, setup information, tasks, start folders.

private rule runs {
    condition:
        filesize < 4MB and
        (extension matches /^(bat|cmd|vbs|vbe|js|jse|wsf|wsc|sct|hta|bas|cls|frm|vba|lnk|ps1|psm1|reg|inf|scf|url|settingcontent-ms)$/
         or uint32(0) == 0x0000004C)
}

rule registry_file_start {
    meta:
        id = "registry_file_start"
        title = "Registry file that makes Windows start a command at every sign-in"
        severity = "malicious"
        technique = "T1547.001"
        reference = "https://attack.mitre.org/techniques/T1547/001/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $head = /^(\xFF\xFE|\xEF\xBB\xBF)?(W\x00?i\x00?n\x00?d\x00?o\x00?w\x00?s|R\x00?E\x00?G\x00?E\x00?D\x00?I\x00?T)/
        $key = /\\CurrentVersion\\Run(Once)?\]/ nocase ascii wide
        $what = /powershell|mshta|wscript|cscript|rundll32|regsvr32|cmd(\.exe)? \/c|\\AppData\\|\\Temp\\|\\Users\\\\?Public|%temp%|%appdata%/ nocase ascii wide
    condition:
        filesize < 1MB and $head at 0 and $key and $what
}

rule registry_file_disarms {
    meta:
        id = "registry_file_disarms"
        title = "Registry file that switches protection of Windows off"
        severity = "suspicious"
        technique = "T1562.001"
        reference = "https://attack.mitre.org/techniques/T1562/001/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $head = /^(\xFF\xFE|\xEF\xBB\xBF)?(W\x00?i\x00?n\x00?d\x00?o\x00?w\x00?s|R\x00?E\x00?G\x00?E\x00?D\x00?I\x00?T)/
        $off = /"(DisableAntiSpyware|DisableAntiVirus|DisableRealtimeMonitoring|DisableBehaviorMonitoring|EnableLUA|DisableTaskMgr)"=dword:0000000[01]/ nocase ascii wide
    condition:
        filesize < 1MB and $head at 0 and $off
}

rule registry_file_replaces_program {
    meta:
        id = "registry_file_replaces_program"
        title = "Registry file that starts another program in the place of one"
        severity = "suspicious"
        technique = "T1546.012"
        reference = "https://attack.mitre.org/techniques/T1546/012/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $head = /^(\xFF\xFE|\xEF\xBB\xBF)?(W\x00?i\x00?n\x00?d\x00?o\x00?w\x00?s|R\x00?E\x00?G\x00?E\x00?D\x00?I\x00?T)/
        $key = /\\Image File Execution Options\\[^\]\n]{3,80}\]/ nocase ascii wide
        $value = /"Debugger"="/ nocase ascii wide
    condition:
        filesize < 1MB and $head at 0 and $key and $value
}

rule setup_file_runs_command {
    meta:
        id = "setup_file_runs_command"
        title = "Setup information that runs a command or a script from the network"
        severity = "malicious"
        technique = "T1218.003"
        reference = "https://attack.mitre.org/techniques/T1218/003/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $version = /\[version\]/ nocase
        $section = /\b(RunPreSetupCommands|RunPostSetupCommands|UnRegisterOCXs|RegisterOCXs)\w{0,20}\s{0,3}[=\]]/ nocase
        $what = /scrobj\.dll|powershell|mshta|cmd(\.exe)? \/c|rundll32|regsvr32|taskkill/ nocase
    condition:
        filesize < 256KB and extension == "inf" and all of them
}

rule script_starts_at_sign_in {
    meta:
        id = "script_starts_at_sign_in"
        title = "Script that has something started at every sign-in"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1547.001"
        reference = "https://attack.mitre.org/techniques/T1547/001/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $add = /(reg(\.exe)?\s{1,3}add|RegWrite|New-ItemProperty|Set-ItemProperty)\b[^\n]{0,100}\\CurrentVersion\\Run\b/ nocase
        $what = /powershell|mshta|wscript|cscript|rundll32|regsvr32|%?(appdata|temp|tmp|public|localappdata)%?/ nocase
    condition:
        runs and all of them
}

rule script_plans_task {
    meta:
        id = "script_plans_task"
        title = "Script that plans a task which starts a hidden command again and again"
        severity = "suspicious"
        technique = "T1053.005"
        reference = "https://attack.mitre.org/techniques/T1053/005/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $task = /schtasks(\.exe)?["']?\s{1,4}\/create/ nocase
        $what = /\/tr\s{1,4}[\\"']{0,3}(powershell|mshta|wscript|cscript|rundll32|regsvr32|%?(appdata|temp|public|localappdata)%?\\)/ nocase
    condition:
        runs and all of them
}

rule script_copies_to_start {
    meta:
        id = "script_copies_to_start"
        title = "Script that copies itself into the folder of programs that start at sign-in"
        severity = "suspicious"
        technique = "T1547.001"
        reference = "https://attack.mitre.org/techniques/T1547/001/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $start = /\\Start Menu\\Programs\\Startup|SpecialFolders\s{0,2}\(\s{0,2}["']Startup|shell:startup/ nocase
        $self = /WScript\.ScriptFullName|%~(f|dpnx)?0|\$PSCommandPath|MyInvocation\.MyCommand/ nocase
        $copy = /\b(copy|xcopy|CopyFile|Copy-Item|robocopy|CreateShortcut)\b/ nocase
    condition:
        runs and all of them
}

rule icon_from_network {
    meta:
        id = "icon_from_network"
        title = "File that makes the file manager sign in to a foreign computer for an icon"
        severity = "suspicious"
        technique = "T1187"
        reference = "https://attack.mitre.org/techniques/T1187/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $section = /\[(Shell|\.ShellClassInfo|InternetShortcut)\]/ nocase
        $icon = /\n\s{0,4}(IconFile|IconResource)\s{0,2}=\s{0,2}(\\\\|file:\/\/)[\w.-]{3,120}/ nocase
    condition:
        filesize < 64KB and all of them and extension matches /^(scf|ini|url)$/
}
