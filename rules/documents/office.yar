// Office documents that run something without a macro: old Excel macros, DDE, remote parts, objects.

private rule relationships {
    strings:
        $root = "<Relationships"
    condition:
        filesize < 1MB and $root
}

rule excel4_macro_runs {
    meta:
        id = "excel4_macro_runs"
        title = "Old-style Excel macro that starts a program or fetches one"
        severity = "malicious"
        technique = "T1059"
        reference = "https://attack.mitre.org/techniques/T1059/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $sheet = "<xm:macrosheet"
        $run = /<f[^>]{0,80}>[^<]{0,200}\b(EXEC|CALL|REGISTER|FOPEN|FWRITE)\(/ nocase
        $slk = "ID;P"
        $slk_name = /\nNN;NAuto_open/ nocase
        $slk_run = /;E[^\n]{0,200}\b(EXEC|CALL|REGISTER)\(/ nocase
    condition:
        filesize < 16MB and (($sheet in (0..1024) and $run) or ($slk at 0 and $slk_name and $slk_run))
}

rule excel4_macro_sheet {
    meta:
        id = "excel4_macro_sheet"
        title = "Excel file with an old-style macro sheet that opens by itself or is hidden"
        severity = "suspicious"
        technique = "T1564"
        reference = "https://attack.mitre.org/techniques/T1564/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        // BIFF8 BoundSheet8 ([MS-XLS] 2.4.28): hidden or very hidden, type 1 = macro sheet.
        $hidden = { 85 00 ?? 00 ?? ?? ?? 00 (01 | 02) 01 ?? 00 }
        $shown = { 85 00 ?? 00 ?? ?? ?? 00 00 01 ?? 00 }
        // BIFF8 Lbl ([MS-XLS] 2.4.150), built-in name 1 = Auto_Open.
        $auto = { 18 00 ?? 00 (20 | 21) 00 00 01 ?? 00 00 00 ?? 00 00 00 00 00 00 01 }
        $auto_text = "Auto_Open" nocase
    condition:
        uint32be(0) == 0xD0CF11E0 and filesize < 32MB and
        ($hidden or $shown) and ($auto or $auto_text)
}

rule excel_hidden_macro_sheet_xml {
    meta:
        id = "excel_hidden_macro_sheet_xml"
        title = "Excel file that opens a hidden old-style macro sheet by itself"
        severity = "suspicious"
        technique = "T1564"
        reference = "https://attack.mitre.org/techniques/T1564/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $book = /<workbook\b/
        $auto = /<definedName[^>]{0,120}name="_xlnm\.Auto_Open/ nocase
    condition:
        filesize < 4MB and all of them
}

rule dde_command {
    meta:
        id = "dde_command"
        title = "Document that starts a command line when its fields are updated"
        severity = "malicious"
        technique = "T1559.002"
        reference = "https://attack.mitre.org/techniques/T1559/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $word = /<w:instrText[^>]{0,60}>\s{0,8}(DDEAUTO|DDE)\b/ nocase
        $word_simple = /w:instr\s{0,2}=\s{0,2}["']\s{0,8}(DDEAUTO|DDE)\b/ nocase
        $rtf = /\\fldinst[^\n]{0,120}\b(DDEAUTO|DDE)\b/ nocase
        $program = /cmd\.exe|powershell|mshta|\\\\system32|rundll32|regsvr32|cscript|wscript|\/k\s{1,3}|\/c\s{1,3}/ nocase
        $excel = /ddeService\s{0,2}=\s{0,2}["'](cmd|powershell|mshta|rundll32|regsvr32|cscript|wscript|msiexec|certutil)(\.exe)?["']/ nocase
    condition:
        filesize < 32MB and ($excel or (($word or $word_simple or $rtf) and $program))
}

rule dde_field {
    meta:
        id = "dde_field"
        title = "Document with a field that can start other programs"
        severity = "suspicious"
        technique = "T1559.002"
        reference = "https://attack.mitre.org/techniques/T1559/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $word = /<w:instrText[^>]{0,60}>\s{0,8}DDEAUTO\b/ nocase
        $word_simple = /w:instr\s{0,2}=\s{0,2}["']\s{0,8}DDEAUTO\b/ nocase
        $rtf = /\\fldinst[^\n]{0,120}\bDDEAUTO\b/ nocase
        // Word 97 stores field codes between 0x13 and 0x14/0x15.
        $old = /\x13\s{0,4}DDEAUTO\s/ nocase
        $old_wide = /\x13\x00(\x20\x00){0,4}D\x00D\x00E\x00A\x00U\x00T\x00O\x00/
    condition:
        filesize < 64MB and any of them
}

rule table_starts_program {
    meta:
        id = "table_starts_program"
        title = "Table with a formula that starts a program when it is opened in Excel"
        severity = "malicious"
        technique = "T1559.002"
        reference = "https://owasp.org/www-community/attacks/CSV_Injection"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $formula = /(^|[\n,;\t"])\s{0,4}[=+@-][^\n"',;]{0,40}\b(cmd|powershell|mshta|rundll32|regsvr32|certutil|wscript|cscript|msexcel)(\.exe)?\s{0,2}\|\s{0,2}['"]/ nocase
    condition:
        filesize < 64MB and extension matches /^(csv|tsv|tab|slk|dif|iqy|xls|txt|xml)$/ and $formula
        and not (extension == "txt" and filesize > 64KB)
}

rule web_query_remote {
    meta:
        id = "web_query_remote"
        title = "Excel query that fetches commands from the network"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1204.002"
        reference = "https://attack.mitre.org/techniques/T1204/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $head = /^WEB\r?\n[0-9]\r?\nhttps?:/
    condition:
        filesize < 16KB and $head at 0
}

rule remote_template {
    meta:
        id = "remote_template"
        title = "Document that loads its template from the network when it is opened"
        severity = "suspicious"
        technique = "T1221"
        reference = "https://attack.mitre.org/techniques/T1221/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $a = /relationships\/attachedTemplate"[^>]{0,40}\sTarget="\s{0,4}(https?:|ftp:|\\\\|file:\/{4})/ nocase
        $b = /Target="\s{0,4}(https?:|ftp:|\\\\|file:\/{4})[^">]{1,2000}"[^>]{0,60}\sType="[^"]{0,100}relationships\/attachedTemplate"/ nocase
        $rtf = /\{\\\*\\template\s{1,4}(https?:|ftp:|\\\\\\\\)/ nocase
    condition:
        (relationships and ($a or $b)) or (filesize < 32MB and $rtf)
}

rule remote_object {
    meta:
        id = "remote_object"
        title = "Document that fetches a program part from the network when it is opened"
        severity = "suspicious"
        technique = "T1221"
        reference = "https://attack.mitre.org/techniques/T1221/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $a = /relationships\/(oleObject|frame)"[^>]{0,40}\sTarget="\s{0,4}(mhtml:|https?:|ftp:|\\\\)[^">]{1,2000}/ nocase
    condition:
        relationships and $a
}

rule remote_part_exploit {
    meta:
        id = "remote_part_exploit"
        title = "Document that fetches and runs a page or program the moment it is opened"
        severity = "malicious"
        technique = "T1221"
        reference = "https://nvd.nist.gov/vuln/detail/CVE-2022-30190"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $usc = /Target="\s{0,4}(mhtml:)?https?:[^">]{1,2000}!(x-usc:[^">]{0,400})?"/ nocase
        $mhtml = /Target="\s{0,4}mhtml:https?:/ nocase
        $number = /relationships\/(attachedTemplate|oleObject)"[^>]{0,40}\sTarget="\s{0,4}https?:\/\/([0-9]{1,3}\.){3}[0-9]{1,3}[:\/]/ nocase
        $program = /relationships\/(attachedTemplate|oleObject)"[^>]{0,40}\sTarget="\s{0,4}https?:[^">]{1,2000}\.(hta|exe|js|vbs|wsf|sct|ps1|bat|scr|htm?l|rtf|php)(\?[^">]{0,200})?"/ nocase
    condition:
        relationships and any of them
}

rule diagnostic_tool_link {
    meta:
        id = "diagnostic_tool_link"
        title = "Page or document that abuses a Windows support tool to run commands"
        severity = "malicious"
        technique = "T1218"
        reference = "https://nvd.nist.gov/vuln/detail/CVE-2022-30190"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $a = /ms-msdt:[^\n]{0,80}(IT_BrowseForFile|IT_RebrowseForFile|PCWDiagnostic)/ nocase
        $call = /location|href|src|window\.open|Target=|\\\*\\/ nocase
    condition:
        filesize < 4MB and all of them and not extension matches /^(md|txt|rst|yar|yara)$/
}

rule equation_overflow {
    meta:
        id = "equation_overflow"
        title = "Document that attacks the old equation editor of Office"
        severity = "malicious"
        technique = "T1203"
        reference = "https://nvd.nist.gov/vuln/detail/CVE-2017-11882"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        // EQNOLEFILEHDR, then MTEF 3: header, size records, then a FONT record whose name does not end in time.
        $font = { 1C 00 00 00 02 00 ?? ?? [20] 03 ?? 01 03 ?? [0-6] 08 ?? ?? }
        $name = "Equation Native" wide
    condition:
        filesize < 32MB and ($name or uint32be(0) == 0x1C000000 or mime == "application/rtf") and
        for any i in (1..#font): (for all j in (0..39): (uint8(@font[i] + !font[i] + j) != 0))
}

rule program_inside_document {
    meta:
        id = "program_inside_document"
        title = "Document with a Windows program inside"
        severity = "suspicious"
        technique = "T1027.009"
        reference = "https://attack.mitre.org/techniques/T1027/009/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $package = { 01 00 4F 00 6C 00 65 00 31 00 30 00 4E 00 61 00 74 00 69 00 76 00 65 00 }
        $stub = "This program cannot be run in DOS mode"
        $stub_old = "This program must be run under Win32"
        $name = /\\[^\\\x00]{1,80}\.(exe|scr|vbs|vbe|js|jse|hta|bat|cmd|ps1|lnk|wsf|pif|com|cpl|jar)\x00/ nocase
    condition:
        uint32be(0) == 0xD0CF11E0 and filesize < 64MB and mime != "application/x-msi" and
        not extension matches /^(msi|msp|mst|msg)$/ and $package and ($stub or $stub_old or $name)
}

rule rtf_object_exploit {
    meta:
        id = "rtf_object_exploit"
        title = "Text document that attacks Office through an object inside it"
        severity = "malicious"
        technique = "T1203"
        reference = "https://nvd.nist.gov/vuln/detail/CVE-2017-0199"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $update = /\\obj(update|autlink)\b/
        // In hexadecimal digits: "Equation.3", the class of the equation editor, "OLE2Link", the class of a URL moniker.
        $equation1 = "4571756174696f6e2e33" nocase
        $equation2 = "02ce020000000000c000000000000046" nocase
        $link1 = "4f4c45324c696e6b" nocase
        $link2 = "e0c9ea79f9bace118c8200aa004ba90b" nocase
        $http = /6800740074007000(7300)?3a00|687474703a2f2f|68747470733a2f2f/ nocase
        $composite = "0c6ad98892f1d411a65f0040963251e5" nocase
        $script = "c6afabec197fd211978e0000f8757e2a" nocase
    condition:
        filesize < 64MB and uint32be(0) == 0x7B5C7274 and
        (($update and any of ($equation*)) or ($link1 and $http) or ($update and $link2 and $http) or ($update and ($composite or $script)))
}

rule rtf_object {
    meta:
        id = "rtf_object"
        title = "Text document whose object is loaded by itself, or is written to hide what it is"
        severity = "suspicious"
        technique = "T1203"
        reference = "https://attack.mitre.org/techniques/T1203/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $data = /\\objdata/
        $update = /\\objupdate\b/
        $equation = /4571756174696f6e|02ce020000000000c000000000000046/ nocase
        $package = /5061636b61676500[0-9a-fA-F\s]{0,4000}2e(657865|6a73|766273|687461|626174|736372|70733100|6c6e6b)/ nocase
        $bin = /\\objdata[^}]{0,200}\\bin0{0,20}[1-9]/
        $broken = /\\objdata[^}]{0,60}(\{\\\*\\|\\'[0-9a-f]{2}\s{0,2}\\')/
    condition:
        filesize < 64MB and uint32be(0) == 0x7B5C7274 and $data and ($update or $equation or $package or $bin or $broken)
}
