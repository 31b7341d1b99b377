// Further ways of pages to bring a file or another page along unseen.

private rule page {
    condition:
        filesize < 16MB and (mime matches /html|svg/ or extension matches /^(html?|shtml|xhtml|mht|mhtml|svg|xht)$/)
}

rule html_smuggling_unpacks {
    meta:
        id = "html_smuggling_unpacks"
        title = "Page that unpacks a file in the browser and saves it without being asked"
        severity = "suspicious"
        technique = "T1027.006"
        reference = "https://attack.mitre.org/techniques/T1027/006/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $decode = /\batob\s{0,2}\(|Uint8Array/
        $unpack = /DecompressionStream\s{0,2}\(|pako\.(inflate|ungzip)|JSZip\.loadAsync|CryptoJS\.AES\.decrypt|crypto\.subtle\.decrypt/
        $save = /createObjectURL|msSaveOrOpenBlob/ nocase
        $click = /\.click\s{0,2}\(\s{0,2}\)/
        $long = /(\batob\s{0,2}\(|\b(var|let|const)\s{1,2}\w{1,40}\s{0,2}=)\s{0,2}["'\x60][A-Za-z0-9+\/]{400}/
    condition:
        page and filesize < 16MB and all of them
}

rule html_reversed_base64 {
    meta:
        id = "html_reversed_base64"
        title = "Page that holds something written backwards and encoded"
        severity = "suspicious"
        technique = "T1027"
        reference = "https://attack.mitre.org/techniques/T1027/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $turn = /\.split\s{0,2}\(\s{0,2}["']{2}\s{0,2}\)\s{0,2}\.reverse\s{0,2}\(\s{0,2}\)\s{0,2}\.join\s{0,2}\(/
        $decode = /\batob\s{0,2}\(/
        $use = /createObjectURL|document\.write|\beval\s{0,2}\(|innerHTML|location/
    condition:
        page and filesize < 4MB and all of them
}

rule html_smuggling_password {
    meta:
        id = "html_smuggling_password"
        title = "Page that saves a locked archive and shows the password for it"
        severity = "suspicious"
        technique = "T1027.006"
        reference = "https://attack.mitre.org/techniques/T1027/006/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $blob = /new\s{1,4}(Blob|File)\s{0,2}\(|href\s{0,2}=\s{0,2}["']data:application/ nocase
        $save = /createObjectURL|msSaveOrOpenBlob|\sdownload\s{0,2}=/ nocase
        $words = /(archive|file|document|zip|doc|access|your) (password|pass|code)( is)?\s{0,3}:|password (for|to) (the )?(archive|file|document)/ nocase
        $decode = /\batob\s{0,2}\(|base64,/
    condition:
        page and all of them
}

rule html_object_of_data {
    meta:
        id = "html_object_of_data"
        title = "Page that shows another page which it holds encoded"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1027.006"
        reference = "https://attack.mitre.org/techniques/T1027/006/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $object = /<(object|embed)[^<>]{0,200}(data|src)\s{0,2}=\s{0,2}["']data:(text\/html|application\/(octet-stream|x-|zip|hta))/ nocase
    condition:
        page and filesize < 4MB and $object
}

rule html_page_from_blob {
    meta:
        id = "html_page_from_blob"
        title = "Page that builds another page in the browser and goes to it"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1027.006"
        reference = "https://attack.mitre.org/techniques/T1027/006/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $type = /type\s{0,2}:\s{0,2}["'\x60]text\/html["'\x60]/
        $url = "createObjectURL"
        $decode = /\batob\s{0,2}\(|decodeURIComponent\s{0,2}\(\s{0,2}escape/
        $go = /location(\.href|\.replace|\.assign)?\s{0,2}[=\(]|\.src\s{0,2}=|window\.open\s{0,2}\(/
    condition:
        page and filesize < 4MB and all of them
}

rule html_refresh_to_data {
    meta:
        id = "html_refresh_to_data"
        title = "Page that forwards at once to a page which it holds encoded"
        severity = "malicious"
        technique = "T1027.006"
        reference = "https://attack.mitre.org/techniques/T1027/006/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $meta = /http-equiv\s{0,2}=\s{0,2}["']?refresh[^<>]{0,60}url\s{0,2}=\s{0,2}["']?data:text\/html/ nocase
    condition:
        page and $meta
}

rule html_escaped_names {
    meta:
        id = "html_escaped_names"
        title = "Page whose script is written in character codes"
        severity = "suspicious"
        confidence = "low"
        technique = "T1027"
        reference = "https://attack.mitre.org/techniques/T1027/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $codes = /(\\x[0-9a-f]{2}){8}/ nocase
        $run = /document\.write|\beval\s{0,2}\(|\bFunction\s{0,2}\(|\["\\x|\['\\x/
    condition:
        page and filesize < 1MB and #codes > 20 and $run
}

rule html_unreadable_names {
    meta:
        id = "html_unreadable_names"
        title = "Page whose script was made unreadable with a tool"
        severity = "suspicious"
        confidence = "low"
        technique = "T1027"
        reference = "https://attack.mitre.org/techniques/T1027/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $name = /\b_0x[0-9a-f]{4,6}\b/
    condition:
        page and filesize < 1MB and #name > 80
}

rule script_invisible_letters {
    meta:
        id = "script_invisible_letters"
        title = "Script written in letters that cannot be seen"
        severity = "suspicious"
        technique = "T1027"
        reference = "https://attack.mitre.org/techniques/T1027/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $filler = /(\xEF\xBE\xA0|\xE3\x85\xA4|\xE2\x80\x8B|\xE2\x80\x8C|\xE2\x80\x8D){64}/
        $script = /<script\b|=>|function\b|eval\b|Proxy\b/
    condition:
        filesize < 4MB and $filler and $script and (mime matches /html|svg|javascript/ or extension matches /^(html?|svg|js|mjs|ts|py)$/)
}

rule script_of_brackets {
    meta:
        id = "script_of_brackets"
        title = "Script written in brackets and signs only, so that nobody can read it"
        severity = "suspicious"
        technique = "T1027"
        reference = "https://attack.mitre.org/techniques/T1027/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $piece = "(![]+[])[+[]]"
        $number = "[+!+[]]"
    condition:
        filesize < 2MB and (mime matches /html|svg|javascript/ or extension matches /^(html?|svg|js|hta|wsf)$/) and #piece > 3 and #number > 20
}
