// Reverse shells, web shells and thieves in the languages of servers and developers.

private rule short_script {
    strings:
        $interpreter = "#!"
    condition:
        filesize < 64KB and
        (extension matches /^(sh|bash|zsh|command|py|pyw|pl|rb|php|phtml|ps1|psm1|bat|cmd|js|vbs|lua|scpt|applescript)$/
         or $interpreter at 0)
}

rule reverse_shell {
    meta:
        id = "reverse_shell"
        title = "Script that hands control of the computer to somebody outside"
        severity = "malicious"
        technique = "T1059.004"
        reference = "https://attack.mitre.org/techniques/T1059/004/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $bash = /(bash|sh|zsh)\s{1,3}-i\s{0,3}>\s{0,2}&?\s{0,2}\/dev\/tcp\/[\w.-]{3,120}\/[0-9]{2,5}/
        $exec = /exec\s{1,3}[0-9]{1,3}<>\s{0,2}\/dev\/tcp\/[\w.-]{3,120}\/[0-9]{2,5}/
        $netcat = /\b(nc|ncat|netcat)(\.exe)?\s{1,3}(-[a-z]{1,6}\s{1,3}){0,4}-e\s{1,3}(\/bin\/(ba|z|da)?sh|cmd|powershell)/ nocase
        $fifo = /mkfifo\s{1,3}[^\n]{1,60}\|\s{0,3}\/bin\/(ba)?sh\s{1,3}-i[^\n]{1,60}\|\s{0,3}(nc|ncat|openssl)/
        $python1 = "socket.socket(" ascii
        $python2 = /os\.dup2\(\s{0,2}\w{1,20}\.fileno\(\)\s{0,2},\s{0,2}[012]\s{0,2}\)/
        $python3 = /(subprocess\.(call|Popen|run)|pty\.spawn)\(\s{0,2}\[?\s{0,2}["']\/bin\/(ba)?sh/
        $tcp = "Net.Sockets.TCPClient(" nocase
        $stream = ".GetStream()" nocase
        $invoke = /\biex\b|Invoke-Expression/ nocase
    condition:
        short_script and ($bash or $exec or $netcat or $fifo or all of ($python*) or ($tcp and $stream and $invoke))
}

rule web_shell_php {
    meta:
        id = "web_shell_php"
        title = "Page that runs whatever a visitor sends on the server"
        severity = "malicious"
        technique = "T1505.003"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $open = /<\?(php|=)?/ nocase
        $direct = /\b(eval|assert|system|passthru|shell_exec|exec|popen|proc_open|create_function)\s{0,3}\(\s{0,3}@?(stripslashes\s{0,2}\(\s{0,2})?@?\$_(GET|POST|REQUEST|COOKIE|SERVER)\s{0,2}\[/ nocase
        $decoded = /\b(eval|assert)\s{0,3}\(\s{0,3}@?(gzinflate|gzuncompress|str_rot13|base64_decode)\s{0,3}\(\s{0,3}(base64_decode|gzinflate|str_rot13|\$_)/ nocase
    condition:
        filesize < 512KB and (extension matches /^(php[0-9]?|phtml|phar|inc|htaccess|jpe?g|png|gif)$/ or $open in (0..16))
        and $open and ($direct or $decoded)
}

rule web_shell_other {
    meta:
        id = "web_shell_other"
        title = "Page that runs whatever a visitor sends on the server"
        severity = "malicious"
        technique = "T1505.003"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $java1 = /Runtime\.getRuntime\(\)\s{0,2}\.exec\(\s{0,3}(new\s{1,2}String\[\][^;\n]{0,80})?request\.getParameter/ nocase
        $java2 = /=\s{0,2}request\.getParameter\([^\n]{1,40}\)[^\0]{0,400}getRuntime\(\)\s{0,2}\.exec\(/ nocase
        $net1 = /eval\s{0,2}\(\s{0,2}Request(\.Item)?\s{0,2}[\[\(]/ nocase
        $net2 = /(execute|executeglobal)\s{0,2}\(?\s{0,2}request\s{0,2}\(/ nocase
    condition:
        filesize < 256KB and extension matches /^(jspx?|jsw|asp|aspx|ashx|asmx|cer|asa)$/ and any of them
}

rule stealer_script {
    meta:
        id = "stealer_script"
        title = "Script that collects saved passwords and sends them away"
        severity = "malicious"
        technique = "T1555.003"
        reference = "https://attack.mitre.org/techniques/T1555/003/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $store1 = "Login Data"
        $store2 = "Local State"
        $store3 = "logins.json"
        $store4 = "Web Data"
        $store5 = /leveldb/ nocase
        $key1 = "CryptUnprotectData"
        $key2 = "encrypted_key"
        $key3 = "os_crypt"
        $key4 = /\[\\w-\]\{2[46]\}\\\.\[\\w-\]\{6\}/
        $out1 = /api\.telegram\.org\/bot/ nocase
        $out2 = /discord(app)?\.com\/api\/webhooks/ nocase
        $out3 = /sendDocument|multipart\/form-data|ftplib|smtplib/
    condition:
        filesize < 4MB and extension matches /^(py|pyw|js|mjs|cjs|ps1|vbs|bat|cmd|sh|txt)$/ and
        2 of ($store*) and any of ($key*) and ($out1 or $out2)
        and not (extension == "txt" and not $out3)
}

rule password_prompt_mac {
    meta:
        id = "password_prompt_mac"
        title = "Script that asks for the computer's password and sends it away"
        severity = "malicious"
        technique = "T1056.002"
        reference = "https://attack.mitre.org/techniques/T1056/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $dialog = /display dialog[^\n]{1,120}hidden answer/ nocase
        $send = /\bcurl\s{1,3}(-[\w-]{1,12}\s{1,3}(\w{1,8}\s{1,3})?){0,3}(-d|--data|-F|-T|-X\s{0,2}POST|--upload-file)/ nocase
        $check = /dscl\s{1,3}\.\s{1,3}-?authonly/ nocase
    condition:
        short_script and $dialog and ($send or $check)
}

rule password_prompt_mac_used {
    meta:
        id = "password_prompt_mac_used"
        title = "Script that asks for the computer's password and runs commands from the internet with it"
        severity = "malicious"
        technique = "T1056.002"
        reference = "https://attack.mitre.org/techniques/T1056/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $hidden = "with hidden answer" nocase
        $shell = "do shell script" nocase
        $rights = /sudo\s{1,3}-S\b/
        $fetch = "curl "
        $run = /\|\s{0,3}(sudo\s{1,3})?(ba|z)?sh\b/
    condition:
        short_script and all of them
}

rule fetched_either_way_and_run {
    meta:
        id = "fetched_either_way_and_run"
        title = "Script that runs whatever it is sent from the internet, fetched by one of two tools"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1105"
        reference = "https://attack.mitre.org/techniques/T1105/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $curl = "curl "
        $wget = "wget "
        $or = /\|\|\s{0,3}(curl|wget)\s/
        $run = /\)\s{0,3}\|\s{0,3}(sudo\s{1,3})?(ba|z)?sh\b/
    condition:
        // Both in one line, more or less: a gap in a string would cost more.
        short_script and filesize < 4KB and all of them and @run[1] - @or[1] < 300 and @run[1] > @or[1]
}

rule decoded_and_run {
    meta:
        id = "decoded_and_run"
        title = "Script that decodes a hidden command and runs it"
        severity = "suspicious"
        technique = "T1140"
        reference = "https://attack.mitre.org/techniques/T1140/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $shell = /base64\s{1,3}(-d|-D|--decode)[^\n]{0,60}\|\s{0,3}(sudo\s{1,3})?(ba|z)?sh\b/
        $python = /exec\s{0,2}\(\s{0,2}(zlib\.decompress|base64\.b64decode|__import__\(\s{0,2}['"](base64|zlib|marshal)|marshal\.loads|codecs\.decode)/
        $lambda = /lambda\s{1,2}__\s{0,2}:\s{0,2}__import__\(/
    condition:
        filesize < 16MB and (extension matches /^(sh|bash|zsh|command|py|pyw)$/ or uint16(0) == 0x2123) and any of them
}

rule miner_script {
    meta:
        id = "miner_script"
        title = "Script that uses the computer to make somebody else's money"
        severity = "suspicious"
        technique = "T1496"
        reference = "https://attack.mitre.org/techniques/T1496/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $pool = /stratum\+(tcp|ssl):\/\//
        $program = /\bxmrig\b|--donate-level|\bcpuminer\b/ nocase
        $start = /nohup|crontab|schtasks|systemctl|Start-Process|chmod\s{1,2}\+x/ nocase
    condition:
        short_script and all of them
}
