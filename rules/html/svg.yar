// Pictures (SVG) that are pages in truth.

private rule picture {
    strings:
        $svg = /<svg[\s>]/ nocase
    condition:
        filesize < 16MB and $svg and (mime matches /svg/ or extension == "svg" or $svg in (0..1024))
}

rule svg_asks_for_click {
    meta:
        id = "svg_asks_for_click"
        title = "Picture that asks to be clicked and leads to another site"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1566.002"
        reference = "https://attack.mitre.org/techniques/T1566/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $link = /<a\s[^<>]{0,200}href\s{0,2}=\s{0,2}["']https?:/ nocase
        $words = /(click|tap)( here| below)? to (view|open|listen|play|download|read|sign|continue)|(view|open|access|download) (the |your )?(secure |shared )?(document|file|invoice|statement|message|fax)|play (voice|audio)/ nocase
    condition:
        picture and filesize < 2MB and all of them
}

rule svg_script_in_entity {
    meta:
        id = "svg_script_in_entity"
        title = "Picture that hides a script in an abbreviation of its own"
        severity = "malicious"
        technique = "T1027.017"
        reference = "https://attack.mitre.org/techniques/T1027/017/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $entity = /<!ENTITY\s{1,4}[\w%. -]{1,40}\s{1,4}["'][^"'>]{0,200}(<script|javascript:|&#(x3c|60);script|onload\s{0,2}=)/ nocase
    condition:
        picture and $entity
}

rule svg_script_of_data {
    meta:
        id = "svg_script_of_data"
        title = "Picture with a script that it holds encoded"
        severity = "malicious"
        technique = "T1027.017"
        reference = "https://attack.mitre.org/techniques/T1027/017/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $data = /<(svg:)?script\s[^<>]{0,24}href\s{0,2}=\s{0,2}["']data:(text|application)\/(javascript|ecmascript|x-javascript)/ nocase
    condition:
        picture and $data
}

rule svg_sends_reader_off {
    meta:
        id = "svg_sends_reader_off"
        title = "Picture with a script that forwards its reader with his address"
        severity = "suspicious"
        technique = "T1027.017"
        reference = "https://attack.mitre.org/techniques/T1027/017/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $script = /<(svg:)?script\b/ nocase
        $mail = /["'\x60][\w.+-]{2,64}@[\w-]{2,60}\.[\w.]{2,20}["'\x60]/
        $go = /location\b|window\.open/
    condition:
        picture and filesize < 512KB and all of them
}
