// Further notes of extortionists.

rule ransom_leak_note {
    meta:
        id = "ransom_leak_note"
        title = "Note of an extortionist who threatens to publish stolen files"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1657"
        reference = "https://attack.mitre.org/techniques/T1657/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $stolen = /(we have|have been|were|your) (downloaded|stolen|exfiltrated|copied|leaked)|(downloaded|exfiltrated|stole) [^\n]{0,12}(data|files|GB|TB)|(confidential|sensitive|private) (data|files|documents)[^\n]{0,16}(downloaded|stolen|exfiltrated|copied)/ nocase
        $publish = /(will be|be) (published|leaked|sold|posted)|publish (all|your|the|it)|leak (site|blog)|data leak/ nocase
        $where = /[a-z2-7]{16}([a-z2-7]{40})?\.onion\b|\btox( id|chat)?\b|qTox|tor browser|session ?(id|messenger)/ nocase
        $company = /your (company|network|business|organi[sz]ation)|negotiat|recovery (company|compan)|do not (contact|call) (the )?(police|authorities|FBI)/ nocase
    condition:
        filesize < 256KB and all of them
}

rule ransom_page {
    meta:
        id = "ransom_page"
        title = "Page of an extortionist who counts the time down"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1486"
        reference = "https://attack.mitre.org/techniques/T1486/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $locked = /(have been|has been|are|is|were) (now )?(encrypted|locked)\b/ nocase
        $yours = /your (important |personal )?(files|documents|data|computer)\b/ nocase
        $coin = /bitcoin|\bBTC\b|monero|\.onion\b/ nocase
        $clock = /countdown|time left|price (will be )?(doubled|raised|increase)|setInterval/ nocase
    condition:
        filesize < 1MB and (mime matches /html/ or extension matches /^(html?|hta)$/) and all of them
}
