// Pages and texts that talk their reader into running a command himself: as a check for robots, an update, a repair.

private rule page {
    condition:
        filesize < 16MB and (mime matches /html|svg/ or extension matches /^(html?|shtml|xhtml|mht|mhtml|svg|xht)$/)
}

private rule copies {
    strings:
        $copy = /clipboard\s{0,2}\.\s{0,2}write(Text)?\s{0,2}\(|execCommand\s{0,2}\(\s{0,2}["']copy["']|clipboardData\.setData/ nocase
    condition:
        $copy
}

rule paste_command_explorer {
    meta:
        id = "paste_command_explorer"
        title = "Page that has its reader paste a command into the address line of the file manager"
        severity = "malicious"
        technique = "T1204.004"
        reference = "https://attack.mitre.org/techniques/T1204/004/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $tool = /\b(powershell|pwsh|mshta|msiexec|rundll32|regsvr32|cmd(\.exe)? ?\/c|wscript|conhost|osascript)\b/ nocase
        $where = /File Explorer|address bar|Ctrl(\s|<[^>]{1,40}>|\+|&nbsp;){1,6}L\b|Alt(\s|<[^>]{1,40}>|\+|&nbsp;){1,6}D\b/ nocase
        $command = /["'\x60\s](powershell|cmd|mshta|pwsh)/ nocase
        $path = /#\s{1,60}[A-Z]:\\/ nocase
    condition:
        page and copies and all of them
}

rule paste_command_terminal {
    meta:
        id = "paste_command_terminal"
        title = "Page that has its reader paste a command into the terminal as a check for robots"
        severity = "malicious"
        technique = "T1204.004"
        reference = "https://attack.mitre.org/techniques/T1204/004/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $robot = /not a robot|(are|you're) human|human verification|verification steps|captcha/ nocase
        $where = /Terminal|Spotlight|(Command|Cmd|⌘)(\s|<[^>]{1,40}>|\+|&nbsp;){1,6}Space/ nocase
        $shell = /\|\s{0,3}(ba|z)?sh\b|base64\s{1,3}(-d|-D|--decode)|curl\s{1,3}-[A-Za-z]{1,6}\s|osascript\s{1,3}-e|(ba|z)sh\s{1,3}-c/
    condition:
        page and copies and all of them
}

rule paste_command_robot {
    meta:
        id = "paste_command_robot"
        title = "Page that copies something for its reader as a check for robots and names a Windows tool"
        severity = "suspicious"
        technique = "T1204.004"
        reference = "https://attack.mitre.org/techniques/T1204/004/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $robot = /not a robot|(are|you're) human|human verification|verification steps|captcha/ nocase
        $tool = /\b(powershell|pwsh|mshta|msiexec|rundll32|regsvr32|cmd(\.exe)? ?\/c|wscript|conhost|osascript)\b/ nocase
    condition:
        page and filesize < 1MB and copies and all of them
}

rule paste_command_repair {
    meta:
        id = "paste_command_repair"
        title = "Page that copies a command for its reader to repair something"
        severity = "suspicious"
        technique = "T1204.004"
        reference = "https://attack.mitre.org/techniques/T1204/004/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $tool = /\b(powershell|pwsh|mshta|msiexec|rundll32|regsvr32|cmd(\.exe)? ?\/c|wscript|conhost|osascript)\b/ nocase
        $repair = /how to fix|fix (it|this|the) ?(error|issue|problem|manually)?|auto[- ]fix|something went wrong|error code: 0x|failed to (load|display|render)|update (failed|required)|missing font|extension is (missing|not installed)/ nocase
        $steps = /(Win(dows)?|⊞)(\s|<[^>]{1,40}>|\+|&nbsp;|key){1,8}[RX]\b|PowerShell \(Admin\)|Ctrl(\s|<[^>]{1,40}>|\+|&nbsp;){1,6}V\b|right[- ]click/ nocase
    condition:
        page and filesize < 1MB and copies and all of them
}

rule paste_command_comment {
    meta:
        id = "paste_command_comment"
        title = "Command that claims in its own words to be a check for robots"
        severity = "malicious"
        technique = "T1204.004"
        reference = "https://attack.mitre.org/techniques/T1204/004/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $said = /(#|REM|rem|&::|\/\/)[^\n\x00A-Za-z]{0,8}(I am not a robot|reCAPTCHA|Cloudflare)[^\n\x00A-Za-z]{0,8}(Verification|Verify|ID\b|Ray|Hash|UID|reCAPTCHA|Human)/ ascii wide
        $tool = /\b(powershell|pwsh|mshta|msiexec|rundll32|curl|cmd)(\.exe)?\s/ nocase ascii wide
    condition:
        filesize < 1MB and all of them and not extension matches /^(md|eml|yar|yara|rst|pdf)$/
}

rule page_false_update {
    meta:
        id = "page_false_update"
        title = "Page that offers an update of the browser and brings it along"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1189"
        reference = "https://attack.mitre.org/techniques/T1189/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $update = /(update (your )?(Google )?(Chrome|browser|Firefox|Edge)|(Chrome|browser|Firefox|Edge) (is |update )?(out of date|outdated|required|critical)|flash player (is )?(out of date|update)|HoeflerText)/ nocase
        $bring = /createObjectURL|(download|href)\s{0,2}=\s{0,2}["'][^"'<>]{1,60}\.(exe|zip|js|msi|hta|apk|msix|appx)["']/ nocase
    condition:
        page and filesize < 1MB and all of them
}

rule page_installs_app {
    meta:
        id = "page_installs_app"
        title = "Page that opens the installer of Windows with a package from the network"
        severity = "suspicious"
        technique = "T1204.002"
        reference = "https://attack.mitre.org/techniques/T1204/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $link = /ms-appinstaller:\?source=https?:/ nocase
    condition:
        page and $link
}

private rule note {
    condition:
        filesize < 256KB and mime == "text/plain" and not extension matches /^(md|rst|adoc|log|yara?|csv|patch|diff|ps1|bat|cmd|sh)$/
}

rule paste_command_encoded_text {
    meta:
        id = "paste_command_encoded_text"
        title = "Text that asks its reader to paste an encoded command"
        severity = "suspicious"
        technique = "T1204.004"
        reference = "https://attack.mitre.org/techniques/T1204/004/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $ask = /\b(Win(dows)?( key)?\s?\+\s?[RX]\b|Run dialog|command prompt|terminal|paste (this|the)|press Enter)/ nocase
        $tool = /\b(powershell|pwsh)(\.exe)?\s/ nocase
        $code = /\s[\/-]e(c|nc|ncodedcommand)?\s{1,3}["']?[A-Za-z0-9+\/]{60}/ nocase
    condition:
        note and all of them
}

rule paste_command_text {
    meta:
        id = "paste_command_text"
        title = "Text that asks its reader to paste a command which fetches a program and starts it"
        severity = "suspicious"
        technique = "T1204.004"
        reference = "https://attack.mitre.org/techniques/T1204/004/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $ask = /\b(Win(dows)?( key)?\s?\+\s?[RX]\b|Run dialog|Spotlight|Cmd\s?\+\s?Space|⌘\s?\+?\s?Space)/ nocase
        $page = /\bmshta(\.exe)?\s{1,3}["']?https?:/ nocase
        $setup = /\bmsiexec(\.exe)?\s{1,3}[\w\/ -]{0,12}\s["']?https?:/ nocase
        $fetch = /\b(iwr|irm|curl|wget|Invoke-WebRequest|Invoke-RestMethod)\s{1,3}(-\w{1,20}\s{1,3})?["']?https?:/ nocase
        $load = /\.Download(String|File|Data)\s{0,3}\(/ nocase
        $run = /(\|\s{0,3}|\s)(iex|Invoke-Expression)\b|\|\s{0,3}(ba|z)?sh\b|;\s{0,3}(start|saps|Start-Process)\s/ nocase
        $decode = /\bbase64\s{1,3}(-d|-D|--decode)[^\r\n]{0,40}\|\s{0,3}(ba|z)?sh\b/
    condition:
        note and $ask and (any of ($page, $setup, $decode) or ($run and any of ($fetch, $load)))
}
