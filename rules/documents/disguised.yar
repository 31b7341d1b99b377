// Documents in the dress of another format, and addresses that are written so that nobody reads them.

rule rtf_remote_template_disguised {
    meta:
        id = "rtf_remote_template_disguised"
        title = "Rich text that loads a template from an address written in codes"
        severity = "malicious"
        technique = "T1221"
        reference = "https://attack.mitre.org/techniques/T1221/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        // No program writes Latin letters as numbers below -65400.
        $template = /\\\*\\template\s{1,3}[^}\n]{0,60}\\u-65[45][0-9]{2}/ nocase
    condition:
        filesize < 32MB and $template
}

rule pdf_carries_web_archive {
    meta:
        id = "pdf_carries_web_archive"
        title = "Looks like a PDF, but a word processor opens the web archive inside it"
        severity = "suspicious"
        technique = "T1027.009"
        reference = "https://blogs.jpcert.or.jp/en/2023/08/maldocinpdf.html"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $version = "MIME-Version:" nocase
        $place = "Content-Location:" nocase
        $kind = /Content-Type:\s{0,3}multipart\/related/ nocase
    condition:
        filesize < 32MB and uint32be(0) == 0x25504446 and $kind and ($version or $place) and
        extension matches /^(doc|docx|docm|dot|rtf|mht|mhtml|xls|xml)$/
}

rule slide_starts_program {
    meta:
        id = "slide_starts_program"
        title = "Presentation that starts a program when the mouse touches the slide"
        severity = "malicious"
        technique = "T1204.002"
        reference = "https://attack.mitre.org/techniques/T1204/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $slide = "<p:sld"
        $touch = /<a:(hlinkHover|hlinkMouseOver)\s[^>]{0,200}ppaction:\/\/program/
    condition:
        filesize < 16MB and $slide in (0..2048) and $touch
}

rule slide_click_starts_program {
    meta:
        id = "slide_click_starts_program"
        title = "Presentation that starts a program when the slide is clicked"
        severity = "suspicious"
        technique = "T1204.002"
        reference = "https://attack.mitre.org/techniques/T1204/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $slide = "<p:sld"
        $click = /<a:hlinkClick\s[^>]{0,200}ppaction:\/\/program/
    condition:
        filesize < 16MB and $slide in (0..2048) and $click
}

rule ribbon_runs_remote_macro {
    meta:
        id = "ribbon_runs_remote_macro"
        title = "Document whose menu loads a macro from the internet"
        severity = "malicious"
        technique = "T1137"
        reference = "https://attack.mitre.org/techniques/T1137/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $menu = "<customUI"
        $remote = /\s(onLoad|loadImage|onAction|getImage)\s{0,3}=\s{0,3}["'](https?:|ftp:|\\\\)[^"']{4,400}!/ nocase
    condition:
        filesize < 1MB and $menu in (0..2048) and $remote
}

rule control_that_runs_programs {
    meta:
        id = "control_that_runs_programs"
        title = "Document with a control that starts programs or shows pages from the internet"
        severity = "malicious"
        technique = "T1204.002"
        reference = "https://attack.mitre.org/techniques/T1204/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $control = "<ax:ocx"
        // WScript.Shell, Shell.Application, ShellBrowserWindow, script host page, scriptlet, web browser.
        $number = /ax:classid="\{(72C24DD5-D70A-438B-8A42-98424B88AFB8|13709620-C279-11CE-A49E-444553540000|C08AFD90-F2A1-11D1-8455-00A0C91F3880|25336920-03F9-11CF-8FD0-00AA00686F13|06290BD5-48AA-11D2-8432-006008C3FBFC|EAB22AC3-30C1-11CF-A7EB-0000C05BAE0B)\}"/ nocase
    condition:
        filesize < 1MB and $control in (0..1024) and $number
}
