"""Facts about theft, control from outside, destruction, places, and the scripts of servers."""

from __future__ import annotations

from app.engine.analyzers.script.fact import Fact, fact

HARMING: tuple[Fact, ...] = (
    # Theft
    fact(
        "steal.lsass",
        ("lsass", "comsvcs", "mimikatz", "sekurlsa"),
        r"comsvcs(?:\.dll)?[^\r\n]{0,20}(?:minidump|#?24)\b|procdump[^\r\n]{0,60}lsass|invoke-mimikatz"
        r"|sekurlsa::|lsadump::",
    ),
    fact("steal.process", ("minidumpwritedump",)),
    fact("steal.lsass_named", ("lsass",)),
    fact(
        "steal.hives",
        ("hklm\\sam", "ntds.dit", "hklm\\security"),
        r"reg(?:\.exe)?\s{1,4}save\s{1,4}[\"']?hklm\\(?:sam|security)|ntdsutil[^\r\n]{0,80}ifm"
        r"|ntds\.dit[^\r\n]{0,80}copy|copy[^\r\n]{0,80}ntds\.dit",
    ),
    fact(
        "steal.browser",
        ("login data", "logins.json", "cookies.sqlite", "key4.db", "local state", "wallet", "leveldb"),
        r"login data|logins\.json|key4\.db|cookies\.sqlite|\\local state|local storage[\\/]{1,2}leveldb"
        r"|(?:exodus|electrum|metamask"
        r"|atomic)[^\r\n]{0,30}wallet|wallet\.dat",
    ),
    fact(
        "steal.unlock",
        ("cryptunprotectdata", "encrypted_key", "os_crypt", "protecteddata]::unprotect", "pk11sdr_decrypt"),
    ),
    fact("steal.wifi", ("key=clear",), r"wlan\s{1,4}(?:show\s{1,4}profile|export)[^\r\n]{0,80}key=clear"),
    fact(
        "steal.keys",
        ("getasynckeystate", "setwindowshookex", "pynput", "keyboard.listener"),
        r"getasynckeystate|setwindowshookex|keyboard\.listener|pynput",
    ),
    fact("steal.clipboard", ("get-clipboard", "pyperclip", "clipboarddata")),
    fact("steal.pasted", ("bc1", "0x[a-f", "[13][a-km-z")),
    fact(
        "steal.ssh",
        ("/.ssh/id_", "/etc/shadow"),
        r"(?:cat|cp|tar|scp|curl)\b[^\r\n]{0,80}(?:/\.ssh/id_\w+|/etc/shadow)",
    ),
    fact(
        "send.hook",
        (
            "api.telegram.org/bot",
            "/api/webhooks/",
            "webhook.site",
            "requestbin",
            "interact.sh",
            "oast.",
            "pipedream.net",
            "burpcollaborator",
            "transfer.sh",
            "file.io",
            "gofile.io",
        ),
        r"api\.telegram\.org/bot|discord(?:app)?\.com/api/webhooks/|webhook\.site/|pipedream\.net|interact\.sh"
        r"|burpcollaborator|\boast\.\w|transfer\.sh|gofile\.io",
    ),
    fact("send.mail", ("smtp",), r"smtpclient|send-mailmessage|cdo\.message|smtplib|schemas\.microsoft\.com/cdo"),
    fact(
        "send.post",
        ("uploadstring", "uploadfile", "uploaddata", "-method post", "--data", "-d @", "-f file=@", '"post"', "'post'"),
        r"upload(?:string|file|data|values)\b|-method\s{1,4}[\"']?post|curl[^\r\n]{0,200}(?:--data"
        r"|--upload-file|\s-d\s|\s-f\s|\s-t\s)|open[\s(]{1,3}[\"']post[\"']",
    ),
    # Control from outside
    fact(
        "shell.tcp",
        ("tcpclient", "socket(", "sockets.socket"),
        r"sockets?\.tcpclient\s{0,4}\(|new-object[^\r\n]{0,40}tcpclient|socket\.socket\s{0,2}\(|sockets\.socket\b",
    ),
    fact(
        "shell.stream", ("getstream", ".recv(", ".receive("), r"\.getstream\s{0,2}\(|\.recv\s{0,2}\(|\.receive\s{0,2}\("
    ),
    fact(
        "shell.devtcp",
        ("/dev/tcp/", "/dev/udp/"),
        r"(?:-i\s{0,4}[>&]{1,3}|<>|>&|0<&\d{1,3}|exec\s{1,4}\d{1,3}<>)\s{0,4}/dev/(?:tcp|udp)/[^\s/]{1,120}/",
    ),
    fact(
        "shell.netcat",
        ("nc ", "nc.exe", "nc64", "ncat", "netcat", "socat", "mkfifo", "telnet"),
        r"\b(?:nc|ncat|netcat|nc64)(?:\.exe)?\s[^\r\n]{0,80}\s-\w{0,4}[ec]\s{1,4}[\"']?(?:/bin/)?(?:ba|z"
        r"|da)?(?:sh|cmd|powershell)|mkfifo[\s\S]{1,160}\b(?:nc|ncat|netcat|openssl)\s"
        r"|socat\s[^\r\n]{0,160}exec:|\btelnet\s[^\r\n|]{1,80}\|\s{0,4}/bin/",
    ),
    fact("shell.python", ("os.dup2", "pty.spawn"), r"os\.dup2\s{0,2}\(|pty\.spawn\s{0,2}\("),
    fact(
        "shell.subprocess",
        ("subprocess", "popen", "os.system"),
        r"subprocess\.\w{3,14}\s{0,2}\(|os\.popen\s{0,2}\(|os\.system\s{0,2}\(",
    ),
    fact(
        "shell.perl",
        ("socket", "fsockopen", "tcpsocket"),
        r"fsockopen\s{0,2}\([\s\S]{0,160}(?:exec|proc_open|popen)|tcpsocket\.(?:new|open)[\s\S]{0,160}(?:exec"
        r"|popen|spawn)|socket\s{0,2}\([\s\S]{0,160}open\s{0,2}\(stdin,",
    ),
    fact("shell.loop", ("while",), r"while\s{1,4}(?:true|1)\b"),
    fact(
        "js.socket",
        ("net.socket", 'require("net")', "require('net')"),
    ),
    fact(
        "js.shell",
        ("/bin/sh", "/bin/bash", "cmd.exe"),
    ),
    # Destroying
    fact(
        "destroy.all",
        ("rm -", "del ", "rd ", "rmdir ", "format c", "format.com", "remove-item", "dd ", "mkfs"),
        r"\brm\s{1,4}-\w{0,6}r\w{0,6}\s{1,4}(?:-\w{1,4}\s{1,4}|--no-preserve-root\s{1,4}){0,4}(?:/\*?|~/?\*?"
        r"|\$home/?\*?)(?:\s|;|$|&|\")|\bdel\s[^\r\n]{0,40}\b[a-z]:\\(?:windows(?:\\system32)?\\?)?(?:\*\.\*"
        r"|\*)(?=[\s\"]|$)|\b(?:rd|rmdir)\s[^\r\n]{0,20}/s[^\r\n]{0,20}[a-z]"
        r":\\(?:windows\b[^\r\n]{0,12})?[\"'\s]{0,2}(?:$|[\r\n&])"
        r"|\bformat(?:\.com)?\s{1,4}[c]:[^\r\n]{0,30}/[yq]"
        r"|remove-item\s[^\r\n]{0,60}[\"'\s](?:c:\\|\$env:systemdrive\\?)[*\"'\s][^\r\n]{0,60}-recurse"
        r"|dd\s{1,4}if=/dev/(?:zero|u?random)\s[^\r\n]{0,40}of=/dev/(?:sd|nvme|hd|vd|mmcblk)\w{1,8}"
        r"|mkfs\.\w{2,5}\s{1,4}(?:-\w{1,3}\s{1,4})?/dev/(?:sda|nvme0n1|vda)\b",
    ),
    fact(
        "destroy.disk",
        ("physicaldrive0",),
        r"(?:\\\\\.\\physicaldrive0|/dev/sda)[\s\S]{0,120}(?:write|createfile)|(?:write"
        r"|createfile)[\s\S]{0,120}\\\\\.\\{1,2}physicaldrive0",
    ),
    fact(
        "destroy.bomb",
        (":(){", "%0|%0", "%0 | %0", "start %0"),
        r":\(\)\s{0,2}\{\s{0,2}:\s{0,2}\|\s{0,2}:\s{0,2}&\s{0,2}\}\s{0,2};\s{0,2}:|%0\s{0,2}\|\s{0,2}%0"
        r"|:\w{1,20}\s{1,8}start\s{1,4}%0\s{1,8}goto",
    ),
    fact(
        "lock.files",
        ("createencryptor", "rijndaelmanaged", "aescryptoserviceprovider", "fernet(", "openssl enc", "gpg --symm"),
        r"createencryptor|rijndaelmanaged|aescryptoserviceprovider|fernet\s{0,2}\(|openssl\s{1,4}enc",
    ),
    fact(
        "lock.walk",
        ("-recurse", "os.walk", "getfiles(", "rglob", "subfolders"),
        r"get-childitem[^\r\n]{0,120}-recurse|\bgci\s[^\r\n]{0,80}-r|os\.walk\s{0,2}\(|getfiles\s{0,2}\("
        r"|\.rglob\s{0,2}\(",
    ),
    fact(
        "lock.note",
        ("decrypt", "bitcoin", "ransom", ".onion", "monero"),
        r"(?:your|all)\s[^\r\n]{0,40}files\s[^\r\n]{0,40}(?:encrypted|locked)|\.onion\b|bitcoin|\bbtc\b|ransom",
    ),
    fact(
        "spread.mail",
        ("addresslists", "addressentries"),
    ),
    fact("spread.attached", ("attachments.add",)),
    fact("spread.drive", ("autorun.inf", "drivetype"), r"drivetype\s{0,4}=\s{0,4}[12]\b|autorun\.inf"),
    fact(
        "mine",
        ("stratum+", "xmrig", "minerd", "cpuminer", "nicehash"),
        r"stratum\+(?:tcp|ssl)://|\bxmrig\b|\bcpuminer\b|\bminerd\b",
    ),
    # Where from, and where to
    fact(
        "host.address",
        ("://",),
        r"(?:https?|ftp)://(?!127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|0\.0\.0\.0"
        r"|169\.254\.)(?:\d{1,3}(?:\.\d{1,3}){3}|0x[0-9a-f]{8}|\d{8,10})(?:[:/\s\"']|$)",
    ),
    fact(
        "host.shady",
        ("://",),
        r"https?://[\w.-]{0,80}(?:pastebin\.com|paste\.ee|hastebin|rentry\.co|ngrok|trycloudflare\.com"
        r"|cdn\.discordapp\.com|transfer\.sh|anonfiles|duckdns\.org|ddns\.net|no-ip|hopto\.org|bit\.ly"
        r"|tinyurl\.com|is\.gd|cutt\.ly|catbox\.moe|gofile\.io|temp\.sh|0x0\.st|\.onion|api\.telegram\.org"
        r"|workers\.dev|pages\.dev|serveo\.net|loca\.lt|portmap\.io|filebin\.net|workupload\.com)",
    ),
    fact(
        "target.program",
        (".exe", ".scr", ".dll", ".hta", ".vbs", ".jse", ".msi", ".jar", ".sct", ".bat", ".ps1", ".pif", ".js"),
        r"https?://[^\s\"'<>|]{4,300}\.(?:exe|scr|dll|hta|vbs|vbe|jse|wsf|msi|jar|sct|bat|cmd|ps1|pif)\b",
    ),
    fact(
        "place.temp",
        ("temp", "appdata", "public", "programdata", "/tmp", "/var/tmp", "/dev/shm"),  # noqa: S108 -- not ours
        r"%(?:temp|tmp|appdata|localappdata|public|programdata|userprofile)%|\$env:(?:temp|tmp|appdata"
        r"|localappdata|public|programdata|userprofile)|\\(?:appdata|temp|users\\public"
        r"|programdata)\\|expandenvironmentstrings|getspecialfolder|gettemppath|/tmp/|/var/tmp|/dev/shm"
        r"|tempfile\.",
    ),
    # Servers
    fact(
        "sh.pipe",
        ("curl", "wget"),
        r"\b(?:curl|wget)\s[^\r\n|]{0,300}\|\s{0,4}(?:sudo\s{1,4}(?:-\w{1,3}\s{1,4})?)?(?:ba|z|da|k)?sh\b"
        r"|\b(?:ba|z|da)?sh\s{1,4}(?:-c\s{1,4})?[\"']?(?:<\(|\$\()\s{0,4}(?:curl|wget)\s|(?:eval"
        r"|source)\s[\"']?\$?[(<]\(?\s{0,4}(?:curl|wget)",
    ),
    fact(
        "sh.decode",
        ("base64", "xxd", "openssl"),
        r"base64\s{1,4}(?:-d|--decode|-di)[^\r\n]{0,80}\|\s{0,4}(?:sudo\s{1,4})?(?:ba|z|da)?(?:sh|python3?"
        r"|perl)\b|xxd\s{1,4}-r[^\r\n]{0,60}\|\s{0,4}(?:ba|z)?sh\b|(?:eval"
        r"|sh\s{1,4}-c)\s[\"']?\$\([^\r\n]{0,4000}base64\s{1,4}-(?:d|-decode)",
    ),
    fact(
        "sh.pipe_plain",
        ("curl", "wget"),
        r"\b(?:curl|wget)\s[^\r\n|]{0,60}http://[^\r\n|]{1,160}+\|\s{0,4}(?:sudo\s{1,4})?(?:ba|z|da|k)?sh\b",
    ),
    # macOS: what lifts the question before a program from the network, and asks for a password
    fact("mac.quarantine", ("xattr",), r"\bxattr\s{1,4}-\w{0,3}(?:c\b|cr\b|rc\b|d\w?\s{1,4}com\.apple\.quarantine)"),
    fact("mac.password", ("hidden answer", "dscl . authonly", "dscl . -authonly")),
    fact("mac.shell", ("do shell script",)),
    fact("sh.executable", ("chmod",), r"chmod\s{1,4}(?:\+x|[0-7]{0,1}7[0-7]{2}|a\+x|u\+x|-r\s{1,4}777)"),
    fact("sh.world", ("chmod",), r"chmod\s{1,4}(?:-r\s{1,4})?0?777"),
    fact(
        "sh.erases",
        ("history -c", "unset histfile", "histfile=", "rm -rf $0", 'rm -- "$0"', "rm -f $0", "/var/log/wtmp"),
        r"history\s{1,4}-c|unset\s{1,4}histfile|histfile=/dev/null"
        r"|rm\s{1,4}-\w{1,3}\s{1,4}(?:--\s{1,4})?[\"']?\$0|>\s{0,4}/var/log/(?:wtmp|auth|secure)",
    ),
    fact(
        "sh.background",
        ("nohup", "/dev/null", "setsid", "disown"),
        r"nohup\s|setsid\s|>\s{0,4}/dev/null\s{1,4}2>&1\s{0,4}&(?:\s|$)|disown",
    ),
    fact(
        "sh.stays",
        ("crontab", "authorized_keys", "ld.so.preload", ".bashrc", "systemctl enable", "/etc/cron"),
        r"crontab\s{1,4}-|>>?\s{0,4}[^\s]{0,80}authorized_keys|ld\.so\.preload|/etc/cron\.\w{1,10}/|/var/spool/cron",
    ),
    fact("sh.preload", ("ld.so.preload",)),
    fact(
        "py.exec",
        (
            "64decode",
            "85decode",
            "32decode",
            ".decompress",
            "marshal.loads",
            "codecs.decode",
            "fromhex",
            "unhexlify",
            ".decrypt",
            "chr(",
            "(chr",
        ),
        r"\b(?:exec|eval)\s{0,4}\([^\r\n]{0,100}?(?:join\s{0,2}\([^\r\n]{0,30}\bchr\b|b64decode|b85decode"
        r"|a85decode|b32decode|zlib\.decompress"
        r"|lzma\.decompress|marshal\.loads|codecs\.decode|bytes\.fromhex|fromhex|unhexlify|\.decrypt\s{0,2}\()",
    ),
    fact(
        "py.exec_fetched",
        ("urlopen", "requests.get", "httpx.get"),
        r"\b(?:exec|eval)\s{0,4}\([^\r\n]{0,80}(?:urlopen|requests\.get|httpx\.get)",
    ),
    fact(
        "py.lambda",
        ("__import__",),
        r"lambda\s{1,4}__\s{0,4}:|exec\s{0,4}\(\s{0,4}\(?_{1,4}\)?\s{0,4}\("
        r"|getattr\s{0,2}\(\s{0,2}__import__\s{0,2}\([^\r\n]{0,60}(?:exec|system|b64decode)",
    ),
    fact(
        "js.node",
        ("child_process",),
        r"require\s{0,2}\(\s{0,2}[\"'](?:node:)?child_process|from\s{1,4}[\"'](?:node:)?child_process",
    ),
    fact(
        "js.fetched",
        ("eval", "function(", "function ("),
        r"(?:\beval|new\s{1,4}function)\s{0,4}\([^\r\n]{0,80}(?:responsetext|responsebody|atob\s{0,2}\("
        r"|fromcharcode|unescape\s{0,2}\(|buffer\.from\s{0,2}\([^\r\n]{1,4000}base64)",
    ),
    fact(
        "vbs.computed",
        ("execute", "eval"),
        r"\bexecute(?:global)?\s{0,4}\(?\s{0,4}(?!\")[a-z_]\w{0,60}\s{0,4}[(&]"
        r"|\bexecute(?:global)?[\s(]{1,4}[a-z_]\w{0,60}\s{0,4}\)?\s{0,4}(?:$|[\r\n:])",
    ),
    fact(
        "hta.moved",
        ("moveto", "resizeto", "window.close"),
        r"(?:moveto|resizeto)\s{0,4}\(?\s{0,4}-?(?:[1-9]\d{3,5}|0)\s{0,4},\s{0,4}-?(?:[1-9]\d{3,5}|0)",
    ),
)
