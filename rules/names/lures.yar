// Further names that are made to mislead. They need no content.

rule name_blank_letters {
    meta:
        id = "name_blank_letters"
        title = "Program with a name that invisible letters push out of sight"
        severity = "malicious"
        technique = "T1036.007"
        reference = "https://attack.mitre.org/techniques/T1036/007/"
        date = "2026-11-21"
        author = "Deskwarden"
    condition:
        // U+2800, a Braille sign without a dot, and U+3000, U+00A0: blanks that nothing trims.
        filename matches /(\xE2\xA0\x80|\xE3\x80\x80|\xC2\xA0){4,}[ .]{0,4}(exe|scr|pif|com|vbs|vbe|js|jse|wsf|hta|cpl|bat|cmd|ps1|lnk|msi|jar|url)[ .]*$/i or
        filename matches /(\xE2\xA0\x80|\xE3\x80\x80|\xC2\xA0){4,}[ ]*\.(exe|scr|pif|com|vbs|vbe|js|jse|wsf|hta|cpl|bat|cmd|ps1|lnk|msi|jar|url)[ .]*$/i
}

rule name_invisible_letters {
    meta:
        id = "name_invisible_letters"
        title = "Program with letters in its name that cannot be seen"
        severity = "suspicious"
        technique = "T1036"
        reference = "https://attack.mitre.org/techniques/T1036/"
        date = "2026-11-21"
        author = "Deskwarden"
    condition:
        // U+200B to U+200F and U+2060 to U+2064.
        filename matches /(\xE2\x80[\x8B-\x8F]|\xE2\x81[\xA0-\xA4]).{0,80}\.(exe|scr|pif|com|vbs|vbe|js|jse|wsf|hta|cpl|bat|cmd|ps1|lnk|msi|jar|iso)[ .]*$/i
}

rule name_class_extension {
    meta:
        id = "name_class_extension"
        title = "Name that ends in the number of a Windows part in place of an extension"
        severity = "suspicious"
        technique = "T1036"
        reference = "https://attack.mitre.org/techniques/T1036/"
        date = "2026-11-21"
        author = "Deskwarden"
    condition:
        filename matches /\.\{[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}\}$/i
}

rule name_archive_bomb {
    meta:
        id = "name_archive_bomb"
        title = "Archive with the name of one that never ends"
        severity = "suspicious"
        confidence = "low"
        technique = "T1499.004"
        reference = "https://attack.mitre.org/techniques/T1499/004/"
        date = "2026-11-21"
        author = "Deskwarden"
    condition:
        filename matches /(^|[\/\\])(42|zbsm|zblg|zbxl|(zip|gzip|rar|tar|7z|archive)[ _-]?bomb)\.(zip|gz|7z|rar|tar|bz2|xz)$/i
}

rule name_business_script {
    meta:
        id = "name_business_script"
        title = "Business letter by its name that is a script or disk image"
        severity = "suspicious"
        technique = "T1036.008"
        reference = "https://attack.mitre.org/techniques/T1036/008/"
        date = "2026-11-21"
        author = "Deskwarden"
    condition:
        filename matches /(invoice|payment|remittance|receipt|statement|purchase.?order|quotation|swift|voicemail|shipping|awb|contract|salary|bonus|rechnung|mahnung|facture|factura|fattura|zahlung)[^\/\\]{0,60}\.(js|jse|vbs|vbe|wsf|hta|scr|pif|iso|img|vhdx?|lnk|one|library-ms|cpl)$/i
}

rule name_business_page {
    meta:
        id = "name_business_page"
        title = "Business letter by its name that is a web page"
        severity = "suspicious"
        confidence = "low"
        technique = "T1566.001"
        reference = "https://attack.mitre.org/techniques/T1566/001/"
        date = "2026-11-21"
        author = "Deskwarden"
    condition:
        filename matches /(invoice|payment|remittance|payroll|voicemail|voice.?message|audio.?message|purchase.?order|swift.?copy|e-?fax|secure.?document|direct.?deposit|docusign)[^\/\\]{0,60}\.(s?html?|xht|xhtml|svg)$/i
}
