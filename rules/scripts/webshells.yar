// Pages for servers that give whoever knows them a command line.

private rule php {
    strings:
        $open = /<\?(php|=)/ nocase
    condition:
        filesize < 1MB and $open and
        (extension matches /^(php[0-9]?|phtml|phar|inc|htaccess|jpe?g|png|gif|txt)$/ or $open in (0..16))
}

rule web_shell_variable {
    meta:
        id = "web_shell_variable"
        title = "Page that runs a function which its visitor names"
        severity = "suspicious"
        technique = "T1505.003"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $call = /[;{}\s@]\$\w{1,30}\s{0,2}\(\s{0,2}\$_(POST|GET|REQUEST|COOKIE)\s{0,2}\[/
        $given = /\$_(POST|GET|REQUEST|COOKIE)\s{0,2}\[[^\]\n]{1,30}\]\s{0,2}\(\s{0,2}\$_/
        $map = /\b(array_map|array_filter|call_user_func(_array)?|usort|register_shutdown_function)\s{0,2}\(\s{0,2}\$_(POST|GET|REQUEST|COOKIE)/
        $replace = /preg_replace\s{0,2}\(\s{0,2}["'][\/#~][^"'\n]{0,40}[\/#~]e["']/
    condition:
        php and any of them
}

rule web_shell_upload {
    meta:
        id = "web_shell_upload"
        title = "Page that takes files from anybody and tells about the server"
        severity = "suspicious"
        technique = "T1505.003"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $files = "$_FILES"
        $move = /\b(move_uploaded_file|copy)\s{0,2}\(\s{0,2}\$_FILES/
        $about = /php_uname\s{0,2}\(|getcwd\s{0,2}\(|DOCUMENT_ROOT/
    condition:
        php and filesize < 32KB and all of them
}

rule web_shell_known {
    meta:
        id = "web_shell_known"
        title = "Known command page for servers"
        severity = "malicious"
        technique = "T1505.003"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $name = /\b(FilesMan|b374k|c99shell|r57shell|WSOsetcookie|IndoXploit|antSword)\b/ nocase
        $run = /\b(eval|system|shell_exec|passthru|proc_open|popen|exec)\s{0,2}\(/ nocase
    condition:
        php and all of them
}

rule web_shell_net {
    meta:
        id = "web_shell_net"
        title = "Page for Microsoft's web server that runs what its visitor sends"
        severity = "malicious"
        technique = "T1505.003"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $run = /ProcessStartInfo|Process\.Start\s{0,2}\(|Assembly\.Load\s{0,2}\(/
        $given = /Request(\.(Form|QueryString|Item|Headers|Params))?\s{0,2}[\[\(]/
        $shell = /cmd\.exe|powershell|FromBase64String|\/bin\/sh/ nocase
    condition:
        filesize < 512KB and extension matches /^(aspx|ashx|asmx|asp|soap|cer)$/ and all of them
}

rule web_shell_java {
    meta:
        id = "web_shell_java"
        title = "Page for Java servers that loads code which its visitor sends"
        severity = "malicious"
        technique = "T1505.003"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $load = /\bdefineClass\b/
        $given = /getParameter\s{0,2}\(|getReader\s{0,2}\(|getInputStream\s{0,2}\(/
        $decode = /BASE64Decoder|Base64\b|Cipher\.getInstance/
    condition:
        filesize < 512KB and extension matches /^(jspx?|jsw|tag)$/ and all of them
}

rule server_runs_pictures {
    meta:
        id = "server_runs_pictures"
        title = "Setting of a web server that makes it run pictures as programs"
        severity = "suspicious"
        technique = "T1505.003"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $set = /(AddHandler|AddType|SetHandler)\s{1,4}[\w\/.-]{0,30}(php|cgi)[\w-]{0,12}\s[\s.\w]{0,30}\.(jpe?g|png|gif|ico|txt)\b/ nocase
    condition:
        filesize < 64KB and $set and (filename matches /\.htaccess$/ or extension matches /^(htaccess|conf)$/)
}
