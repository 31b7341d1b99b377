// Pages that ask for passwords and send them somewhere else.

private rule page {
    condition:
        filesize < 8MB and (mime matches /html|svg/ or extension matches /^(html?|shtml|xhtml|mht|mhtml|svg|xht)$/)
}

rule password_form_to_chat {
    meta:
        id = "password_form_to_chat"
        title = "Page that sends the password typed into it to a chat robot"
        severity = "malicious"
        technique = "T1598.002"
        reference = "https://attack.mitre.org/techniques/T1598/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $password = /<input[^<>]{0,400}type\s{0,2}=\s{0,2}\\?["']?password|\.type\s{0,2}=\s{0,2}["']password/ nocase
        $telegram = /api\.telegram\.org\/bot/ nocase
        $discord = /discord(app)?\.com\/api\/webhooks\// nocase
        $slack = /hooks\.slack\.com\/services\// nocase
    condition:
        page and $password and any of ($telegram, $discord, $slack)
}

rule password_form_to_form_service {
    meta:
        id = "password_form_to_form_service"
        title = "Page that sends the password typed into it to a service for anonymous forms"
        severity = "malicious"
        technique = "T1598.002"
        reference = "https://attack.mitre.org/techniques/T1598/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $password = /<input[^<>]{0,400}type\s{0,2}=\s{0,2}\\?["']?password/ nocase
        $service = /(action\s{0,2}=\s{0,2}["']?|fetch\s{0,2}\(\s{0,2}["'\x60]|url\s{0,2}:\s{0,2}["'\x60])\s{0,4}https?:\/\/([\w-]{1,60}\.)?(formspree\.io|submit-form\.com|formsubmit\.co|getform\.io|formcarry\.com|usebasin\.com|formkeep\.com|web3forms\.com|api\.web3forms\.com|script\.google\.com\/macros|formbold\.com|formspark\.io|nocodeform\.io|herotofu\.com|webhook\.site|pipedream\.net|requestbin\.[a-z]{2,4}|api\.emailjs\.com|hookb\.in)/ nocase
    condition:
        page and all of them
}

rule password_form_brand {
    meta:
        id = "password_form_brand"
        title = "Page that looks like a known sign-in page and sends the password somewhere else"
        severity = "malicious"
        technique = "T1566.001"
        reference = "https://attack.mitre.org/techniques/T1566/001/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $password = /<input[^<>]{0,400}type\s{0,2}=\s{0,2}\\?["']?password/ nocase
        $title = /<title[^>]{0,60}>[^<]{0,80}(Microsoft|Office ?365|Outlook|OneDrive|SharePoint|Excel|Adobe|DocuSign|DHL|FedEx|UPS|PayPal|Google|Gmail|Dropbox|WeTransfer|Webmail|cPanel|Roundcube|Zimbra|LinkedIn|Apple|iCloud|Amazon|Netflix|Sign in to your account|Log ?in to your account|Sign in|Verify|Secure document|Shared (file|document))/ nocase
        $target = /(<form[^<>]{0,400}action\s{0,2}=\s{0,2}["']?\s{0,4}|fetch\s{0,2}\(\s{0,2}["'\x60]|url\s{0,2}:\s{0,2}["'\x60]|\.open\s{0,2}\(\s{0,2}["']POST["']\s{0,2},\s{0,2}["'\x60]|\$\.(post|ajax)\s{0,2}\(\s{0,2}["'\x60])\s{0,4}https?:\/\/[^\s"'\x60<>]{4,300}\.php\b/ nocase
    condition:
        page and filesize < 2MB and all of them
}

rule password_form_foreign {
    meta:
        id = "password_form_foreign"
        title = "Page that asks for a password and sends it to another computer"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1566.001"
        reference = "https://attack.mitre.org/techniques/T1566/001/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $password = /<input[^<>]{0,400}type\s{0,2}=\s{0,2}\\?["']?password/ nocase
        $form = /<form[^<>]{0,400}action\s{0,2}=\s{0,2}["']?\s{0,4}https?:\/\// nocase
        $end = /<\/form/ nocase
        $script = /(fetch\s{0,2}\(\s{0,2}["'\x60]|\.open\s{0,2}\(\s{0,2}["']POST["']\s{0,2},\s{0,2}["'\x60]|\$\.(post|ajax)\s{0,2}\(\s{0,2}["'\x60])\s{0,4}https?:\/\/[^\s"'\x60<>]{4,300}/ nocase
    condition:
        page and $password and #password < 20 and #form < 20 and #end < 200 and (
            $script or for any i in (1..#form): (for any j in (1..#password): (
                @password[j] > @form[i] and
                // No form ends between the two: the password belongs to the form that leads elsewhere.
                for all k in (1..#end): (@end[k] < @form[i] or @end[k] > @password[j])))
        )
}

rule wallet_words_form {
    meta:
        id = "wallet_words_form"
        title = "Page that asks for the secret words of a wallet for digital money"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1657"
        reference = "https://attack.mitre.org/techniques/T1657/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $words = /(seed|recovery|secret|mnemonic|backup)\s{1,3}(phrase|words)/ nocase
        $field = /<(textarea|input)\b/ nocase
        $brand = /metamask|trust ?wallet|ledger|trezor|coinbase|phantom|walletconnect|exodus/ nocase
        $send = /<form\b|fetch\s{0,2}\(|XMLHttpRequest|\$\.(post|ajax)|emailjs/ nocase
    condition:
        page and filesize < 2MB and all of them
}
