// Office macros. The engine lays the decompressed source of every module before these rules as a file of its own
// (extension "bas"); the compressed project is searched too, because its second copy of the code is in the clear.

private rule source {
    strings:
        $attribute = "Attribute VB_Name"
    condition:
        filesize < 16MB and (extension matches /^(bas|cls|frm|vba)$/ or $attribute in (0..64))
}

private rule project {
    strings:
        $storage = "_VBA_PROJECT" wide
    condition:
        filesize < 64MB and uint32be(0) == 0xD0CF11E0 and $storage
}

rule macro_download_and_run {
    meta:
        id = "macro_download_and_run"
        title = "Macro that fetches a program when the document opens and starts it"
        severity = "malicious"
        technique = "T1204.002"
        reference = "https://attack.mitre.org/techniques/T1204/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $auto = /\b(Auto_?(Open|Close|Exec|Exit|New)|(Document|Workbook|Presentation)_(Open|Close|BeforeClose|New|Activate|ContentControlOnEnter)|Workbook_SheetActivate|\w{1,30}_(Layout|Painted|MouseMove|MouseHover))\b/ nocase
        $get1 = "URLDownloadToFile" nocase
        $get2 = /(MSXML2\.(Server)?XMLHTTP|Microsoft\.XMLHTTP|WinHttp\.WinHttpRequest)/ nocase
        $get3 = /certutil[^\n]{0,16}-urlcache|bitsadmin[^\n]{0,16}\/transfer|\bcurl(\.exe)?\s[^\n]{0,24}https?:/ nocase
        $get4 = /Download(String|File|Data)\(|Invoke-WebRequest|\biwr\b|Start-BitsTransfer/ nocase
        $save = /ADODB\.Stream|SaveToFile|Put\s{1,3}#/ nocase
        $run1 = /\bShell\s{0,2}[\( ]\s{0,2}["A-Za-z(]/ nocase
        $run2 = "WScript.Shell" nocase
        $run3 = /ShellExecute|Shell\.Application|Win32_Process|WinExec|CreateProcess/ nocase
    condition:
        source and $auto and any of ($run*) and ($get1 or $get3 or $get4 or ($get2 and $save))
}

rule macro_hidden_command {
    meta:
        id = "macro_hidden_command"
        title = "Macro that starts a hidden command line when the document opens"
        severity = "malicious"
        technique = "T1059.005"
        reference = "https://attack.mitre.org/techniques/T1059/005/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $auto = /\b(Auto_?(Open|Close|Exec|Exit|New)|(Document|Workbook|Presentation)_(Open|Close|BeforeClose|New|Activate|ContentControlOnEnter))\b/ nocase
        $run = /\bShell\s{0,2}[\( ]|WScript\.Shell|ShellExecute|Shell\.Application|Win32_Process|WinExec/ nocase
        $tool = /powershell|mshta(\.exe)?\s|regsvr32(\.exe)?\s|rundll32(\.exe)?\s|certutil|bitsadmin|wscript(\.exe)?\s|cmd(\.exe)?\s{1,3}\/[ckv]/ nocase
        $sign1 = /-enc\w{0,11}\s{1,3}[A-Za-z0-9+\/]{20}/ nocase
        $sign1_short = /-ec? [A-Za-z0-9+\/]{40}/ nocase
        $sign2 = /-w\w{0,10}\s{1,3}hid/ nocase
        $sign3 = /-(ep|executionpolicy|exec)\s{1,3}(bypass|unrestricted)/ nocase
        $sign4 = "FromBase64String" nocase
        $sign5 = /(mshta|regsvr32|rundll32)[^\n"]{0,12}https?:/ nocase
        $sign6 = /(%|environ\(")\s{0,2}(temp|tmp|appdata|public|localappdata)[^\n]{0,24}\.(exe|dll|js|vbs|hta|ps1|scr|bat|cmd)\b/ nocase
    condition:
        source and $auto and $run and $tool and any of ($sign*)
}

rule macro_drops_program {
    meta:
        id = "macro_drops_program"
        title = "Macro that writes a program to the disk when the document opens and starts it"
        severity = "malicious"
        technique = "T1027.009"
        reference = "https://attack.mitre.org/techniques/T1027/009/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $auto = /\b(Auto_?(Open|Close|Exec|Exit|New)|(Document|Workbook|Presentation)_(Open|Close|BeforeClose|New|Activate))\b/ nocase
        $write = /For\s{1,3}Binary|ADODB\.Stream|CreateTextFile|SaveToFile|FileSystemObject/ nocase
        $place = /environ\$?\(\s{0,2}"(temp|tmp|appdata|public|userprofile|localappdata|allusersprofile)"|GetSpecialFolder\(\s{0,2}2|\\(Temp|AppData|ProgramData|Public)\\|Startup\\/ nocase
        $kind = /\.(exe|scr|dll|vbs|js|jse|hta|bat|cmd|ps1|wsf)"/ nocase
        $run = /\bShell\s{0,2}[\( ]\s{0,2}["A-Za-z(]|WScript\.Shell|ShellExecute|Shell\.Application|Win32_Process|WinExec/ nocase
    condition:
        source and all of them
}

rule macro_injects_code {
    meta:
        id = "macro_injects_code"
        title = "Macro that puts machine code into memory and runs it"
        severity = "malicious"
        technique = "T1055"
        reference = "https://attack.mitre.org/techniques/T1055/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $memory = /\b(VirtualAlloc(Ex)?|NtAllocateVirtualMemory|HeapAlloc|VirtualProtect(Ex)?)\b/ nocase
        $copy = /\b(RtlMoveMemory|WriteProcessMemory|NtWriteVirtualMemory|RtlCopyMemory)\b/ nocase
        $start = /\b(CreateThread|CreateRemoteThread(Ex)?|QueueUserAPC|EnumSystem\w{4,30}|EnumWindows|CallWindowProc\w?|SetTimer|CreateTimerQueueTimer|EnumChildWindows)\b/ nocase
        $declare = /\bDeclare\s{1,3}(PtrSafe\s{1,3})?(Function|Sub)\b/ nocase
        $threads = /\b(CreateThread|CreateRemoteThread(Ex)?|QueueUserAPC|EnumSystem\w{4,30}|WriteProcessMemory)\b/ nocase
    condition:
        source and $declare and $memory and $copy and $start and $threads
}

rule macro_starts_program {
    meta:
        id = "macro_starts_program"
        title = "Macro that starts a program when the document opens"
        severity = "suspicious"
        technique = "T1204.002"
        reference = "https://attack.mitre.org/techniques/T1204/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $auto = /\b(Auto_?(Open|Close|Exec|Exit|New)|(Document|Workbook|Presentation)_(Open|Close|BeforeClose|New|Activate|ContentControlOnEnter))\b/ nocase
        $run = /\bShell\s{0,2}[\( ]\s{0,2}["A-Za-z(]|WScript\.Shell|ShellExecute|Shell\.Application|Win32_Process|WinExec|InternetExplorer\.Application|Scripting\.FileSystemObject[^\0]{0,4000}\.(exe|vbs|js|bat)"/ nocase
    condition:
        source and all of them
}

rule macro_project_starts_program {
    meta:
        id = "macro_project_starts_program"
        title = "Compiled macro that can fetch or start programs when the document opens"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1564.007"
        reference = "https://attack.mitre.org/techniques/T1564/007/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        // Compression leaves only the first of several equal words whole, so the words are short.
        $auto = /Auto_?Open|AutoExec|AutoClose|Document_Open|Document_Close|Workbook_Open|Workbook_Activate|Document_New/ nocase
        $get1 = "URLDownloadToFile" nocase ascii wide
        $get2 = "XMLHTTP" nocase ascii wide
        $get3 = "DownloadString" nocase ascii wide
        $get4 = "DownloadFile" nocase ascii wide
        $run1 = "WScript.Shell" nocase ascii wide
        $run2 = "powershell" nocase ascii wide
        $run3 = "ShellExecute" nocase ascii wide
        $run4 = "Win32_Process" nocase ascii wide
        $run5 = "mshta" nocase ascii wide
    condition:
        project and $auto and any of ($run*) and (any of ($get*) or $run2 or $run5)
}

rule macro_copies_itself {
    meta:
        id = "macro_copies_itself"
        title = "Macro that writes itself into other documents"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1137.001"
        reference = "https://attack.mitre.org/techniques/T1137/001/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $template = /NormalTemplate|MacroContainer|StartupPath|XLSTART/ nocase
        $code = /VBProject|VBComponents|CodeModule|OrganizerCopy|MacroCopy/ nocase
        $write = /InsertLines|AddFromString|AddFromFile|ReplaceLine|\.Export\b|\.Import\b|OrganizerCopy|MacroCopy/ nocase
    condition:
        source and all of them
}

rule macro_unreadable {
    meta:
        id = "macro_unreadable"
        title = "Macro that is written so that nobody can read it and that runs by itself"
        severity = "suspicious"
        technique = "T1027"
        reference = "https://attack.mitre.org/techniques/T1027/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $auto = /\b(Auto_?(Open|Close|Exec|Exit|New)|(Document|Workbook|Presentation)_(Open|Close|BeforeClose|New|Activate|ContentControlOnEnter))\b/ nocase
        $chr = /\bchrw?\$?\(\s{0,2}(&H)?[0-9A-Fa-f]{2,5}/ nocase
        $reverse = /StrReverse\(\s{0,2}"[^"\n]{6}/ nocase
        $pieces = "\" & \""
        $object = /CreateObject|GetObject|\bShell\b|CallByName|ExecuteExcel4Macro/ nocase
    condition:
        source and $auto and $object and (#chr > 20 or #reverse > 1 or #pieces > 15)
}
