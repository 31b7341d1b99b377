// What is done when a package of a programming language is installed, and scripts of servers.

rule package_hook_fetches {
    meta:
        id = "package_hook_fetches"
        title = "Package that runs a command from the network when it is installed"
        severity = "suspicious"
        technique = "T1195.002"
        reference = "https://attack.mitre.org/techniques/T1195/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $name = /"name"\s{0,4}:/
        $hook = /"(pre|post)?install"\s{0,4}:\s{0,4}"[^"\n]{0,80}(curl|wget|powershell|base64|https?:\/\/|child_process|\/dev\/tcp)/
    condition:
        filesize < 256KB and filename matches /(^|\/)package\.json$/ and all of them
}

rule package_setup_runs {
    meta:
        id = "package_setup_runs"
        title = "Python package that fetches and runs something when it is installed"
        severity = "suspicious"
        technique = "T1195.002"
        reference = "https://attack.mitre.org/techniques/T1195/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $setup = /\bsetup\s{0,2}\(/
        $hook = /cmdclass\s{0,2}=|class\s{1,3}\w{1,40}\s{0,2}\(\s{0,2}(install|develop|egg_info|build_py)\s{0,2}\)/
        $get = /urllib|requests\.(get|post)|urlopen|b64decode|socket\./
        $run = /os\.system|subprocess\.|\bexec\s{0,2}\(|os\.popen/
    condition:
        filesize < 256KB and filename matches /(^|\/)setup\.py$/ and all of them
}

rule script_pushed_out_of_sight {
    meta:
        id = "script_pushed_out_of_sight"
        title = "Script with a command that blanks push out of sight"
        severity = "suspicious"
        technique = "T1027"
        reference = "https://attack.mitre.org/techniques/T1027/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $blanks = /[ \t]{160};?[ \t]{0,4}(import |exec\(|__import__|eval\(|global\[|require\(|Function\()/
    condition:
        filesize < 4MB and extension matches /^(py|pyw|js|mjs|cjs|ts|php|sh)$/ and $blanks
}

rule python_path_file_runs {
    meta:
        id = "python_path_file_runs"
        title = "Path file of Python that runs code at every start"
        severity = "suspicious"
        technique = "T1546.018"
        reference = "https://attack.mitre.org/techniques/T1546/018/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $import = /(^|\n)import\s[^\n]{0,16}[ ,;](exec|subprocess|base64|urllib|os\.system)\b/
    condition:
        filesize < 64KB and extension == "pth" and $import
}

rule script_takes_keys {
    meta:
        id = "script_takes_keys"
        title = "Script that collects keys of servers and clouds and sends them away"
        severity = "suspicious"
        technique = "T1552.001"
        reference = "https://attack.mitre.org/techniques/T1552/001/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $a = ".aws/credentials"
        $b = /\.ssh\/(id_(rsa|ed25519)|config)/
        $c = ".npmrc"
        $d = ".kube/config"
        $e = ".git-credentials"
        $f = ".docker/config.json"
        $out = /requests\.post|https?\.request\s{0,2}\(|fetch\s{0,2}\(|urlopen\s{0,2}\(|curl\s{1,3}(-[\w-]{1,12}\s{1,3}(\w{1,8}\s{1,3})?){0,3}(-d|--data|-F|-T)\b|discord(app)?\.com\/api\/webhooks|api\.telegram\.org/
    condition:
        filesize < 1MB and extension matches /^(py|pyw|js|mjs|cjs|sh|bash|ps1)$/ and 3 of ($a,$b,$c,$d,$e,$f) and $out
}

rule script_takes_wallets {
    meta:
        id = "script_takes_wallets"
        title = "Script or program that goes through the wallets for digital money in a browser"
        severity = "suspicious"
        technique = "T1555.003"
        reference = "https://attack.mitre.org/techniques/T1555/003/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        // Names under which browsers keep the best-known wallets.
        $a = "nkbihfbeogaeaoehlefnkodbefgpgknn" ascii wide
        $b = "bfnaelmomeimhlpmgjnjophhpkkoljpa" ascii wide
        $c = "hnfanknocfeofbddgcijnmhnfnkdnaad" ascii wide
        $d = "ibnejdfjmmkpcnlpebklmnkoeoihofec" ascii wide
        $e = "fhbohimaelbohpjbbldcngcnapndodjp" ascii wide
    condition:
        filesize < 64MB and 3 of them and (uint16(0) == 0x5A4D or extension matches /^(py|pyw|js|mjs|cjs|ps1|vbs|bat)$/)
}

rule script_takes_chat_session {
    meta:
        id = "script_takes_chat_session"
        title = "Script that copies the session of a chat program and sends it away"
        severity = "suspicious"
        technique = "T1539"
        reference = "https://attack.mitre.org/techniques/T1539/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $folder = /\btdata\b/
        $key = /key_datas|D877F783D5D3EF8C/
        $out = /sendDocument|discord(app)?\.com\/api\/webhooks|requests\.post|ftplib|UploadFile/
    condition:
        filesize < 1MB and extension matches /^(py|pyw|js|ps1|bat|vbs)$/ and all of them
}

rule script_takes_radio_passwords {
    meta:
        id = "script_takes_radio_passwords"
        title = "Script that collects the passwords of wireless networks and sends them away"
        severity = "suspicious"
        technique = "T1555"
        reference = "https://attack.mitre.org/techniques/T1555/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $show = /wlan\s{1,3}show\s{1,3}profiles?/ nocase
        $clear = /key\s{0,2}=\s{0,2}clear/ nocase
        $out = /webhook|smtplib|Send-MailMessage|Invoke-RestMethod|api\.telegram\.org|curl\s{1,3}(-[\w-]{1,12}\s{1,3}(\w{1,8}\s{1,3})?){0,3}(-d|--data|-F|-T)\b|requests\.post/ nocase
    condition:
        filesize < 1MB and extension matches /^(py|pyw|ps1|bat|cmd|vbs|txt)$/ and all of them
}

rule shell_runs_from_number {
    meta:
        id = "shell_runs_from_number"
        title = "Script that runs what a nameless server sends"
        severity = "suspicious"
        technique = "T1105"
        reference = "https://attack.mitre.org/techniques/T1105/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $pipe = /https?:\/\/[0-9]{1,3}(\.[0-9]{1,3}){3}[^\n|]{0,80}\|\s{0,3}(sudo\s)?(ba|z|da)?sh\b/
        $save = /https?:\/\/[0-9]{1,3}(\.[0-9]{1,3}){3}[^\n]{0,80}chmod\s{1,3}(\+x|[0-7]{3,4})/
    condition:
        filesize < 256KB and (extension matches /^(sh|bash|zsh|command|py|pl)$/ or uint16be(0) == 0x2321) and any of them
}

rule shell_plans_fetch {
    meta:
        id = "shell_plans_fetch"
        title = "Script that has a server asked for commands again and again"
        severity = "suspicious"
        technique = "T1053.003"
        reference = "https://attack.mitre.org/techniques/T1053/003/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $cron = /crontab\s{1,3}-|\/etc\/cron|\/var\/spool\/cron/
        $get = /\b(curl|wget)\s/
        $pipe = /\|\s{0,3}(sudo\s{1,3})?(ba|z|da)?sh\b/
    condition:
        filesize < 256KB and (extension matches /^(sh|bash|zsh|command|py|pl)$/ or uint16be(0) == 0x2321) and all of them
}

rule shell_wipes_traces {
    meta:
        id = "shell_wipes_traces"
        title = "Script that wipes its traces"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1070.003"
        reference = "https://attack.mitre.org/techniques/T1070/003/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $wipe1 = /unset\s{1,3}HISTFILE|HISTFILE=\/dev\/null|HISTSIZE=0/
        $wipe2 = /history\s{1,3}-c|rm\s{1,3}-r?f\s{1,3}[~\/\w]{0,20}\.bash_history|>\s{0,2}\/var\/log\/(wtmp|lastlog|auth\.log|secure)/
        $do = /\b(curl|wget|chattr|useradd|nohup)\s/
    condition:
        filesize < 256KB and (extension matches /^(sh|bash|zsh|command|py|pl)$/ or uint16be(0) == 0x2321) and ($wipe1 or $wipe2) and $do
}

rule shell_preloads {
    meta:
        id = "shell_preloads"
        title = "Script that slips its own code into every program of a server"
        severity = "suspicious"
        technique = "T1574.006"
        reference = "https://attack.mitre.org/techniques/T1574/006/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $write = />{1,2}\s{0,2}\/etc\/ld\.so\.preload|(cp|mv|tee)\s[^\n]{0,80}\/etc\/ld\.so\.preload/
    condition:
        filesize < 256KB and (extension matches /^(sh|bash|zsh|command|py|pl)$/ or uint16be(0) == 0x2321) and $write
}

rule mac_lifts_quarantine {
    meta:
        id = "mac_lifts_quarantine"
        title = "Script that lifts the protection of macOS from a file it has fetched"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1553.001"
        reference = "https://attack.mitre.org/techniques/T1553/001/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $lift = /xattr\s{1,3}-(c|cr|rc|d|dr|rd)\b/
        $get = /\bcurl\s/
        $run = /chmod\s{1,3}(\+x|7[0-7]{2})|\bopen\s|nohup/
    condition:
        filesize < 256KB and (extension matches /^(sh|bash|zsh|command|scpt|applescript)$/ or uint16be(0) == 0x2321) and all of them
}

rule miner_settings {
    meta:
        id = "miner_settings"
        title = "Settings of a program that makes somebody else's money"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1496"
        reference = "https://attack.mitre.org/techniques/T1496/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $level = /"donate-level"\s{0,2}:/
        $pools = /"pools"\s{0,2}:/
        $user = /"user"\s{0,2}:\s{0,2}"[48][0-9A-Za-z]{94}/
        $pool = /"url"\s{0,2}:\s{0,2}"(stratum\+(tcp|ssl):\/\/)?[\w.-]{4,80}:[0-9]{2,5}"/
    condition:
        filesize < 256KB and $pools and $pool and ($level or $user)
}

rule page_miner {
    meta:
        id = "page_miner"
        title = "Page that uses its reader's computer to make somebody else's money"
        severity = "suspicious"
        technique = "T1496"
        reference = "https://attack.mitre.org/techniques/T1496/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $code = /coinhive(\.min)?\.js|CoinHive\.(Anonymous|User)|coinimp|cryptonight|webminepool|new\s{1,3}Client\.Anonymous/ nocase
        $start = /\.start\s{0,2}\(/
    condition:
        filesize < 4MB and (mime matches /html/ or extension matches /^(html?|js|php)$/) and all of them
}
