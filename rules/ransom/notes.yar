// Notes that extortionists leave. The note is harmless; that it arrives in a help desk is not.

rule ransom_note {
    meta:
        id = "ransom_note"
        title = "Note of an extortionist who has locked files"
        severity = "suspicious"
        technique = "T1486"
        reference = "https://attack.mitre.org/techniques/T1486/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $locked = /(have been|has been|are|is|were)\s{1,3}(now\s{1,3})?(encrypted|locked|stolen)\b/ nocase
        $yours = /\byour\s{1,3}(important\s{1,3}|personal\s{1,3}|network\s{1,3})?(files|documents|data|network|computers|servers)\b/ nocase
        $key1 = /decrypt(ion|or|ing)?\b/ nocase
        $pay1 = /bitcoin|\bBTC\b|monero|\bXMR\b/ nocase
        $pay2 = /tor\s?browser|torproject\.org/ nocase
        $onion = /[a-z2-7]{16}([a-z2-7]{40})?\.onion\b/
        $coin = /(bitcoin|btc|wallet|address)[^\x00]{0,16}[\s:](bc1[a-z0-9]{25,60}|[13][a-km-zA-HJ-NP-Z1-9]{25,34})\b/ nocase
        $mail = /[\w.+-]{2,40}@(protonmail|proton|tutanota|tuta|onionmail|cock|aol|mailfence|keemail)\.[a-z]{2,4}/ nocase
        $warn = /do not (rename|modify|try to decrypt|use third|delete)|don't (rename|modify)|(personal|unique|decryption|your) id\b|private key|third[- ]party software/ nocase
    condition:
        filesize < 256KB and $locked and $yours and $key1 and $warn and any of ($onion, $coin, $mail) and (any of ($pay*) or $mail)
}
