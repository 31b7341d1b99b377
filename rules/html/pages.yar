// Pages and pictures (SVG) that arrive as files: smuggled downloads, hidden pages, forwarders, fake captchas.

private rule page {
    condition:
        filesize < 16MB and (mime matches /html|svg/ or extension matches /^(html?|shtml|xhtml|mht|mhtml|svg|hta|xht)$/)
}

private rule picture {
    strings:
        $svg = /<svg[\s>]/ nocase
    condition:
        filesize < 16MB and $svg and (mime matches /svg/ or extension == "svg" or $svg in (0..1024))
}

rule html_smuggling {
    meta:
        id = "html_smuggling"
        title = "Page that puts a packed file on the computer of whoever opens it"
        severity = "malicious"
        technique = "T1027.006"
        reference = "https://attack.mitre.org/techniques/T1027/006/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $blob = /new\s{1,4}(Blob|File)\s{0,2}\(/ nocase
        $save1 = "createObjectURL" nocase
        $save2 = "msSaveOrOpenBlob" nocase
        $save3 = "msSaveBlob" nocase
        $decode = /\batob\s{0,2}\(|fromCharCode|charCodeAt|Uint8Array/
        // Base64 of the beginnings of archives, programs, shortcuts, disk images and old Office files, as a literal.
        $packed = /["'\x60](UEsDB[A-Za-z0-9+\/]{60}|UmFyIR[A-Za-z0-9+\/]{60}|N3q8ry[A-Za-z0-9+\/]{60}|TV[opqr][A-Q]A[A-Za-z0-9+\/]{60}|TAAAAAEUAg[A-Za-z0-9+\/]{60}|TVNDRg[A-Za-z0-9+\/]{60}|0M8R4KGxGu[A-Za-z0-9+\/]{60}|5FJce4zYp0[A-Za-z0-9+\/]{60})/
        $click = /\.click\s{0,2}\(\s{0,2}\)|msSave(OrOpen)?Blob|dispatchEvent\s{0,2}\(/
    condition:
        page and $blob and any of ($save*) and $decode and $packed and $click
}

rule html_smuggling_link {
    meta:
        id = "html_smuggling_link"
        title = "Page with a packed program file inside that is saved without a server"
        severity = "suspicious"
        technique = "T1027.006"
        reference = "https://attack.mitre.org/techniques/T1027/006/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $a = /href\s{0,2}=\s{0,2}["']data:application\/(octet-stream|zip|x-zip[\w-]{0,20}|x-msdownload|x-iso9660-image|x-rar-compressed|vnd\.rar|x-7z-compressed|hta|x-msi)[^"'>]{0,60};base64,[A-Za-z0-9+\/]{60}/ nocase
        $b = /download\s{0,2}=\s{0,2}["'][^"'>]{1,120}\.(zip|iso|img|exe|js|hta|vbs|rar|7z|vhdx?|lnk|msi|one|ps1|bat)["'][^>]{0,200}href\s{0,2}=\s{0,2}["']data:/ nocase
    condition:
        page and any of them
}

rule html_assembles_file {
    meta:
        id = "html_assembles_file"
        title = "Page that puts a file together in the browser and saves it without being asked"
        severity = "suspicious"
        technique = "T1027.006"
        reference = "https://attack.mitre.org/techniques/T1027/006/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $blob = /new\s{1,4}(Blob|File)\s{0,2}\(/ nocase
        $url = /createObjectURL|msSaveOrOpenBlob|msSaveBlob/ nocase
        $name = /\.download\s{0,2}=|setAttribute\s{0,2}\(\s{0,2}["']download|msSave(OrOpen)?Blob/ nocase
        $click = /\.click\s{0,2}\(\s{0,2}\)|msSave(OrOpen)?Blob/
        $decode = /\batob\s{0,2}\(/
        // Every string begins with a word that is rare in pages: what begins with a quote is slow to search for.
        $long1 = /atob\s{0,2}\(\s{0,2}["'\x60][A-Za-z0-9+\/]{400}/
        $long2 = /(var|let|const)\s{1,2}\w{1,40}\s{0,2}=\s{0,2}["'\x60][A-Za-z0-9+\/]{400}/
        $numbers = /Array\s{0,2}\(\s{0,2}\[\s{0,4}([0-9]{1,3}\s{0,2},\s{0,2}){60}/
        $risky1 = /download["']?\s{0,2}[=,]\s{0,2}["'\x60][^"'\x60\n]{1,100}\.(zip|iso|img|exe|js|hta|vbs|rar|7z|vhdx?|lnk|msi|one|ps1|bat|wsf|docm|xlsm)["'\x60]/ nocase
        $risky2 = /name\s{0,2}[=:]\s{0,2}["'\x60][^"'\x60\n]{1,100}\.(zip|iso|img|exe|js|hta|vbs|rar|7z|vhdx?|lnk|msi|one|ps1|bat|wsf|docm|xlsm)["'\x60]/ nocase
        $chart = /Plotly\.newPlot|jupyter|nbconvert/ nocase
    condition:
        page and $blob and $url and $name and $click and not $chart and
        (($decode and any of ($long*)) or (any of ($risky*) and (any of ($long*) or $numbers or $decode)))
}

rule html_hidden_page {
    meta:
        id = "html_hidden_page"
        title = "Page whose real content is encoded, so that nobody sees it before it opens"
        severity = "suspicious"
        technique = "T1027"
        reference = "https://attack.mitre.org/techniques/T1027/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        // Base64 of "<!DOC", "<html", "<scri", "<form", "<body", "<meta" in an argument of atob.
        $base64 = /\batob\s{0,2}\(\s{0,4}["'\x60](PCFET0|PCFkb2|PGh0bW|PEhUTU|PHNjcm|PGZvcm|PGJvZH|PG1ldG|ZG9jdW1lbnQu|d2luZG93Lm)/
        $write = /document\s{0,2}(\.|\[\s{0,2}["'])write|innerHTML|\beval\s{0,2}\(|new\s{1,3}Function|location/
        $unescape = /(document\.write|eval)\s{0,2}\(\s{0,4}(window\.)?(unescape|decodeURIComponent)\s{0,2}\(\s{0,4}["'\x60](%[0-9a-f]{2}){40}/ nocase
        $frame = /src(doc)?\s{0,2}=\s{0,2}["']data:text\/html[^"'>]{0,40};base64,[A-Za-z0-9+\/]{100}/ nocase
        $xor = /fromCharCode\s{0,2}\([^\)\n]{0,120}charCodeAt\s{0,2}\([^\)\n]{0,80}\)\s{0,2}\^/
    condition:
        page and filesize < 4MB and (($base64 and $write) or $unescape or $frame or ($xor and $write and filesize < 256KB))
}

rule html_forwards_with_address {
    meta:
        id = "html_forwards_with_address"
        title = "Page that forwards its reader to another site and tells it who opened it"
        severity = "suspicious"
        technique = "T1566.001"
        reference = "https://attack.mitre.org/techniques/T1566/001/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $script = /location(\.href|\.replace|\.assign)?\s{0,2}[=\(]\s{0,2}["'\x60]https?:\/\/[^"'\x60\s]{4,400}[#?=\/][\w.+-]{1,64}@[\w.-]{3,100}/ nocase
        $meta = /http-equiv\s{0,2}=\s{0,2}["']?refresh[^>]{0,60}url\s{0,2}=\s{0,2}["']?https?:\/\/[^"'>\s]{4,400}[#?=\/][\w.+-]{1,64}@[\w.-]{3,100}/ nocase
        $part = /location(\.href|\.replace|\.assign)?\s{0,2}[=\(]\s{0,2}[^;\n]{0,40}https?:[^;\n+]{1,200}\+\s{0,2}(btoa\s{0,2}\()?\s{0,2}(email|mail|victim|e|em|user)\b/ nocase
        $address = /(email|mail|victim|em|user)\s{0,2}=\s{0,2}["'\x60][\w.+-]{1,64}@[\w.-]{3,100}["'\x60]/ nocase
    condition:
        page and filesize < 64KB and ($script or $meta or ($part and $address))
}

rule fake_captcha {
    meta:
        id = "fake_captcha"
        title = "Page that copies a command for its reader to paste and run, posing as a check for robots"
        severity = "malicious"
        technique = "T1204.004"
        reference = "https://attack.mitre.org/techniques/T1204/004/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $copy = /clipboard\s{0,2}\.\s{0,2}write(Text)?\s{0,2}\(|execCommand\s{0,2}\(\s{0,2}["']copy["']|clipboardData\.setData/ nocase
        $keys1 = /(Win(dows)?|⊞|&#8862;)(\s|<[^>]{1,40}>|\+|&nbsp;|key|button|logo){1,8}R\b/ nocase
        $keys2 = /Ctrl(\s|<[^>]{1,40}>|\+|&nbsp;){1,6}V\b/ nocase
        $keys3 = /Run\s{1,3}(dialog|box|window)|Terminal|File Explorer|address bar|PowerShell\s{1,3}\(Admin/ nocase
        $robot = /captcha|not a robot|you are human|verification|verify|cloudflare|human check|fix (it|the)|how to fix|update failed/ nocase
        $literal = /["'\x60]\s{0,4}([A-Za-z]:\\windows\\[\w\\]{0,24})?(cmd(\.exe)?\s{1,3}\/|powershell|pwsh|mshta|msiexec|rundll32|regsvr32|conhost|wscript|cscript|curl\s|bash -c|echo\s{1,3}["'\\]|\/bin\/(ba|z)?sh\s|osascript)[^\n]{8}/ nocase
        $encoded = /\batob\s{0,2}\(\s{0,2}["'\x60](cG93ZXJz|UG93ZXJT|UE9XRVJT|Y21kI|bXNodGEg|Y3VybC|YmFzaC|ZWNobyAi)/
        $powershell = /powershell(\.exe)?["'\\]?\s{1,4}[-\/"'&$(\[]/ nocase
        $mshta = /mshta(\.exe)?["']?\s{1,3}["']?https?:/ nocase
    condition:
        page and $copy and $robot and ($keys1 or $keys2 or $keys3) and (($literal and ($keys1 or $keys2 or $powershell or $mshta)) or $encoded)
}

rule fake_captcha_text {
    meta:
        id = "fake_captcha_text"
        title = "Tells its reader to paste a command into Windows as a check for robots"
        severity = "suspicious"
        technique = "T1204.004"
        reference = "https://attack.mitre.org/techniques/T1204/004/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $robot = /not a robot|you are human|human verification|verification steps|complete these (verification )?steps/ nocase
        $keys1 = /\bWin(dows)?(\s|<[^>]{1,40}>|\+|&nbsp;|key|button|logo){1,8}R\b/ nocase
        $keys2 = /Ctrl(\s|<[^>]{1,40}>|\+|&nbsp;){1,6}V\b/ nocase
        $press = /\b(press|hold|hit)\b/ nocase
        $enter = /\bEnter\b/ nocase
    condition:
        filesize < 256KB and all of them
}

rule svg_hides_script {
    meta:
        id = "svg_hides_script"
        title = "Picture with a hidden script that leads to another page"
        severity = "malicious"
        technique = "T1027.017"
        reference = "https://attack.mitre.org/techniques/T1027/017/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $script = /<(svg:)?script\b|\sonload\s{0,2}=/ nocase
        $hide1 = /\batob\s{0,2}\(|\beval\s{0,2}\(|unescape\s{0,2}\(|\["constructor"\]|Function\s{0,2}\(/ nocase
        $hide2 = /charCodeAt\s{0,2}\([^\)\n]{0,80}\)\s{0,2}\^|fromCharCode\s{0,2}\([^\)\n]{0,200}(\^|parseInt)/
        $hide3 = /data:(text|application)\/(javascript|ecmascript|html)[^"'>]{0,40};base64,/ nocase
        $go = /location\b|window\.open|document\.(write|createElement)|createElementNS|\.href\s{0,2}=|import\s{0,2}\(/
        $smuggle = /createObjectURL|msSaveBlob/
    condition:
        picture and $script and any of ($hide*) and ($go or $smuggle or $hide3) and filesize < 1MB
}

rule svg_script {
    meta:
        id = "svg_script"
        title = "Picture with a script that leads to another page or shows a form"
        severity = "suspicious"
        technique = "T1027.017"
        reference = "https://attack.mitre.org/techniques/T1027/017/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $script = /<(svg:)?script\b|\son(load|error|click|begin)\s{0,2}=/ nocase
        $go = /(window|document|self|top|parent)?\.?location(\.href|\.replace|\.assign)?\s{0,2}[=\(]\s{0,2}["'\x60]?\s{0,2}(https?:|\/\/|atob|decodeURI|\w{1,20}\s{0,2}\+)|window\.open\s{0,2}\(\s{0,2}["'\x60]https?:/ nocase
        $foreign = /<foreignObject\b/ nocase
        $embed = /<(iframe|form|input|embed|object)\b/ nocase
        $link = /javascript:[^"'>\n]{0,60}(location|window\.open|eval|fetch)/ nocase
    condition:
        picture and (($script and $go) or ($foreign and $embed) or $link)
}

rule html_starts_search {
    meta:
        id = "html_starts_search"
        title = "Page that opens a folder of programs on a foreign computer in the file manager"
        severity = "malicious"
        technique = "T1204.002"
        reference = "https://attack.mitre.org/techniques/T1204/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $search = /\bsearch(-ms)?:/ nocase
        $crumb = /crumb\s{0,2}=\s{0,2}location:(\\\\|%5c%5c|\/\/|https?:|file:)/ nocase
        $library = /<(libraryDescription|searchConnectorDescription)\b/ nocase
        $address = /<url>\s{0,4}(\\\\|https?:|file:\/\/)/ nocase
    condition:
        filesize < 1MB and (($search and $crumb and page) or ($library and $address))
}
