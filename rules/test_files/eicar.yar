// Harmless files that prove that scanning works. Written as bytes, so that nobody's virus scanner deletes this file.

rule eicar {
    meta:
        id = "eicar"
        title = "EICAR test file, harmless, which every virus scanner reports"
        severity = "malicious"
        reference = "https://www.eicar.org/download-anti-malware-testfile/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $text = { 58 35 4F 21 50 25 40 41 50 5B 34 5C 50 5A 58 35 34 28 50 5E 29 37 43 43 29 37 7D 24
                  45 49 43 41 52 2D 53 54 41 4E 44 41 52 44 2D 41 4E 54 49 56 49 52 55 53 2D
                  54 45 53 54 2D 46 49 4C 45 21 24 48 2B 48 2A }
    condition:
        // A byte-order mark or blank lines may stand before it; a long text that quotes it is no test file.
        $text in (0..32) and filesize < 1KB
}

rule eicar_quoted {
    meta:
        id = "eicar_quoted"
        title = "Contains the text of the EICAR test file, which is harmless"
        severity = "suspicious"
        confidence = "medium"
        reference = "https://www.eicar.org/download-anti-malware-testfile/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $text = { 58 35 4F 21 50 25 40 41 50 5B 34 5C 50 5A 58 35 34 28 50 5E 29 37 43 43 29 37 7D 24
                  45 49 43 41 52 2D 53 54 41 4E 44 41 52 44 2D 41 4E 54 49 56 49 52 55 53 2D
                  54 45 53 54 2D 46 49 4C 45 21 24 48 2B 48 2A }
    condition:
        $text and not ($text in (0..32) and filesize < 1KB)
}

rule eicar_unwanted {
    meta:
        id = "eicar_unwanted"
        title = "Test file for unwanted programs, harmless"
        severity = "suspicious"
        confidence = "medium"
        reference = "https://www.amtso.org/feature-settings-check-potentially-unwanted-applications/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $text = { 45 49 43 41 52 2D 50 4F 54 45 4E 54 49 41 4C 4C 59 2D 55 4E 57 41 4E 54 45 44 2D
                  4F 42 4A 45 43 54 2D 54 45 53 54 }
    condition:
        $text
}

rule gtube {
    meta:
        id = "gtube"
        title = "GTUBE test text, harmless, which every spam filter reports"
        severity = "suspicious"
        confidence = "medium"
        reference = "https://spamassassin.apache.org/gtube/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $text = { 58 4A 53 2A 43 34 4A 44 42 51 41 44 4E 31 2E 4E 53 42 4E 33 2A 32 49 44 4E 45 4E 2A
                  47 54 55 42 45 2D 53 54 41 4E 44 41 52 44 2D 41 4E 54 49 2D 55 42 45 2D
                  54 45 53 54 2D 45 4D 41 49 4C 2A 43 2E 33 34 58 }
    condition:
        $text
}
