// Documents that hold no attack and ask for a click or for macros instead.

private rule pdf {
    strings:
        $head = "%PDF-"
    condition:
        extension == "pdf" or mime == "application/pdf" or $head in (0..1024)
}

rule pdf_asks_for_click {
    meta:
        id = "pdf_asks_for_click"
        title = "PDF that says its content is locked and asks for a click"
        severity = "suspicious"
        confidence = "low"
        technique = "T1566.001"
        reference = "https://attack.mitre.org/techniques/T1566/001/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $words = /(document|file|content|pdf) (is|has been) (protected|secured|encrypted|locked|blurred)|(click|tap|press) (here|the button|below|on the (link|button|image)) to (view|open|download|access|unlock|read|review)|(view|open|download|access) (secure|protected|shared|encrypted) (document|file|pdf)/ nocase
        $link = /\/URI\s{0,4}\(\s{0,2}https?:/
    condition:
        pdf and filesize < 1MB and all of them
}

rule pdf_link_to_program {
    meta:
        id = "pdf_link_to_program"
        title = "PDF with a link to a program or script"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1566.002"
        reference = "https://attack.mitre.org/techniques/T1566/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $link = /\/URI\s{0,4}\(\s{0,2}https?:\/\/[^\)\s]{4,300}\.(exe|scr|js|jse|hta|vbs|vbe|msi|iso|img|apk|lnk|wsf|bat|cmd|vhd|vhdx|msix|jar)(\?[^\)\s]{0,100})?\)/ nocase
    condition:
        pdf and $link
}

rule document_asks_for_macros {
    meta:
        id = "document_asks_for_macros"
        title = "Document that asks its reader to switch macros on"
        severity = "suspicious"
        confidence = "low"
        technique = "T1204.002"
        reference = "https://attack.mitre.org/techniques/T1204/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $ask = /enable[ -](content|editing|macros)|activer (le contenu|les macros)|inhalt(e)? aktivieren|makros aktivieren|habilitar (el )?(contenido|macros)|abilita (il )?contenuto/ nocase ascii wide
        $why = /(document|file|content|workbook) (is|was) (protected|created in|encrypted|not available)|(earlier|previous|older|newer|online) version|to (view|see|display|read|decrypt) (this|the) (document|content|file)|mobile (version|device)/ nocase ascii wide
        $office1 = "<w:document"
        $office2 = "<sst "
        $office3 = "WordDocument" wide
        $office4 = "Workbook" wide
    condition:
        filesize < 8MB and $ask and $why and (($office1 in (0..2048)) or ($office2 in (0..512)) or (uint32be(0) == 0xD0CF11E0 and ($office3 or $office4)))
}

rule notebook_asks_for_click {
    meta:
        id = "notebook_asks_for_click"
        title = "Notebook page that asks for a double click on what it hides"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1204.002"
        reference = "https://attack.mitre.org/techniques/T1204/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $ask = /double[ -]?click[^\n]{0,30}(to )?(view|open|see|download|unlock|continue)|click (to )?(view|open) (the )?(document|file)/ nocase ascii wide
    condition:
        uint32be(0) == 0xE4525C7B and $ask
}

rule rtf_broken_head {
    meta:
        id = "rtf_broken_head"
        title = "Word document with a broken beginning that hides an object"
        severity = "suspicious"
        technique = "T1027"
        reference = "https://attack.mitre.org/techniques/T1027/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $head = /^\{\\rt([^f]|f[^1\\{}\s0-9])/
        $object = /\\obj(data|update|emb|autlink|class|ocx)/
    condition:
        filesize < 32MB and $head at 0 and $object
}

rule java_start_file {
    meta:
        id = "java_start_file"
        title = "Start file that has a Java program from the network run with all rights"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1204.002"
        reference = "https://attack.mitre.org/techniques/T1204/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $root = "<jnlp" nocase
        $rights = /<all-permissions\s{0,2}\/?>/ nocase
        $from = /(codebase|href)\s{0,2}=\s{0,2}["']https?:/ nocase
    condition:
        filesize < 256KB and all of them
}

rule remote_desktop_file {
    meta:
        id = "remote_desktop_file"
        title = "Remote desktop file that opens the reader's own disks to a foreign computer"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1204.002"
        reference = "https://attack.mitre.org/techniques/T1204/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $address = /full address:s:[\w-]{1,60}(\.[\w-]{1,60}){2,8}/ ascii wide nocase
        $disks = /drivestoredirect:s:(\*|DynamicDrives)/ ascii wide nocase
        $app = /remoteapplication(mode:i:1|program:s:)/ ascii wide nocase
    condition:
        filesize < 64KB and all of them
}
