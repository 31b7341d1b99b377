// What ready-made phishing pages have in common, whomever they imitate, and the programs behind them.

private rule page {
    condition:
        filesize < 8MB and (mime matches /html|svg/ or extension matches /^(html?|shtml|xhtml|mht|mhtml|svg|xht)$/)
}

private rule server_page {
    strings:
        $open = /<\?(php|=)/ nocase
    condition:
        filesize < 512KB and $open and (extension matches /^(php[0-9]?|phtml|inc|txt)$/ or $open in (0..64))
}

rule login_knows_reader {
    meta:
        id = "login_knows_reader"
        title = "Sign-in page that takes its reader's address from the link and splits it"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1566.002"
        reference = "https://attack.mitre.org/techniques/T1566/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $password = /<input[^<>]{0,400}type\s{0,2}=\s{0,2}\\?["']?password/ nocase
        $hash = /location\.hash|URLSearchParams/
        $split = /(split|indexOf|lastIndexOf)\s{0,2}\(\s{0,2}["']@["']/
    condition:
        page and filesize < 1MB and all of them
}

rule login_company_logo {
    meta:
        id = "login_company_logo"
        title = "Sign-in page that fetches the logo of its reader's company"
        severity = "suspicious"
        technique = "T1566.002"
        reference = "https://attack.mitre.org/techniques/T1566/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $password = /<input[^<>]{0,400}type\s{0,2}=\s{0,2}\\?["']?password/ nocase
        $logo = /logo\.clearbit\.com\/|google\.com\/s2\/favicons\?|icons\.duckduckgo\.com\/ip3\/|image\.thum\.io\/get|img\.logo\.dev\//
    condition:
        page and filesize < 1MB and all of them
}

rule login_counts_tries {
    meta:
        id = "login_counts_tries"
        title = "Sign-in page that calls the first password wrong and then leads to the real site"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1056.003"
        reference = "https://attack.mitre.org/techniques/T1056/003/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $password = /<input[^<>]{0,400}type\s{0,2}=\s{0,2}\\?["']?password/ nocase
        $wrong = /(incorrect|invalid|wrong) (account or )?password|password (is|was|you entered is) (incorrect|wrong|invalid)/ nocase
        $count = /\b(count|counter|attempts?|tries|clicks?)\s{0,2}(\+\+|\+=\s{0,2}1|=\s{0,2}(count|counter|attempts?|tries)\s{0,2}\+\s{0,2}1)/ nocase
        $send = /\$\.(ajax|post)\s{0,2}\(|fetch\s{0,2}\(|XMLHttpRequest|axios/
    condition:
        page and filesize < 1MB and all of them
}

rule login_microsoft_parts {
    meta:
        id = "login_microsoft_parts"
        title = "Page with parts of Microsoft's sign-in that sends what is typed by a script of its own"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1566.002"
        reference = "https://attack.mitre.org/techniques/T1566/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $password = /<input[^<>]{0,400}type\s{0,2}=\s{0,2}\\?["']?password/ nocase
        $part = /(aadcdn\.ms(ft)?auth(images)?\.net|logincdn\.msauth\.net|msauth\.net\/shared\/1\.0)/ nocase
        $send = /\$\.(ajax|post)\s{0,2}\(|axios\.post|emailjs\.|XMLHttpRequest|fetch\s{0,2}\(\s{0,2}["'\x60]https?:/ nocase
        $real = /<form[^<>]{0,120}action\s{0,2}=\s{0,2}["']?(https:\/\/login\.(microsoftonline|live)\.com|\/common\/)/ nocase
    condition:
        page and filesize < 1MB and $password and $part and $send and not $real
}

rule login_brand_inside {
    meta:
        id = "login_brand_inside"
        title = "Sign-in page of a known service that brings its pictures along"
        severity = "suspicious"
        confidence = "low"
        technique = "T1566.002"
        reference = "https://attack.mitre.org/techniques/T1566/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $password = /<input[^<>]{0,400}type\s{0,2}=\s{0,2}\\?["']?password/ nocase
        $title = /<title[^>]{0,60}>[^<]{0,60}(Microsoft|Office ?365|Outlook|OneDrive|SharePoint|Adobe|DocuSign|DHL|FedEx|PayPal|Google|Gmail|Dropbox|WeTransfer|Webmail|Sign in to your account)/ nocase
        $picture = /<img[^<>]{0,120}src\s{0,2}=\s{0,2}["']data:image\// nocase
        $saved = "Page saved with SingleFile"
    condition:
        page and filesize < 2MB and $password and $title and $picture and not $saved
}

rule login_hides_source {
    meta:
        id = "login_hides_source"
        title = "Sign-in page that keeps its reader from looking at its source"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1027"
        reference = "https://attack.mitre.org/techniques/T1027/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $password = /<input[^<>]{0,400}type\s{0,2}=\s{0,2}\\?["']?password/ nocase
        $menu = /contextmenu/ nocase
        $key = /(keyCode|which)\s{0,2}={2,3}\s{0,2}123|["']F12["']/
    condition:
        page and filesize < 1MB and all of them
}

rule page_mails_password {
    meta:
        id = "page_mails_password"
        title = "Page that mails the password typed into it"
        severity = "malicious"
        technique = "T1598.002"
        reference = "https://attack.mitre.org/techniques/T1598/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $password = /<input[^<>]{0,400}type\s{0,2}=\s{0,2}\\?["']?password/ nocase
        $smtp = /smtpjs\.com\/|Email\.send\s{0,2}\(\s{0,2}\{/ nocase
        $service = /emailjs\.(send|sendForm|init)\s{0,2}\(/ nocase
    condition:
        page and $password and ($smtp or $service)
}

rule page_robot_token {
    meta:
        id = "page_robot_token"
        title = "Page with the key of a chat robot, to which it sends something"
        severity = "suspicious"
        technique = "T1567"
        reference = "https://attack.mitre.org/techniques/T1567/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $token = /api\.telegram\.org\/bot["'\x60 +$\{\w\}]{0,20}[0-9]{8,10}:[\w-]{35}/
        $token_apart = /["'\x60][0-9]{8,10}:AA[\w-]{33}["'\x60]/
        $call = /api\.telegram\.org/ nocase
    condition:
        page and ($token or ($token_apart and $call))
}

rule page_card_to_chat {
    meta:
        id = "page_card_to_chat"
        title = "Page that sends the card number typed into it to a chat robot"
        severity = "malicious"
        technique = "T1598.002"
        reference = "https://attack.mitre.org/techniques/T1598/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $card = /card[ _-]?number|cc-?number|cardnum/ nocase
        $code = /\bcvv2?\b|\bcvc2?\b|cc-csc|security code/ nocase
        $chat = /api\.telegram\.org|discord(app)?\.com\/api\/webhooks\// nocase
    condition:
        page and all of them
}

rule page_card_form {
    meta:
        id = "page_card_form"
        title = "Page that asks for card number and card code and sends them to another computer"
        severity = "suspicious"
        confidence = "low"
        technique = "T1598.002"
        reference = "https://attack.mitre.org/techniques/T1598/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $card = /(name|id|placeholder|autocomplete)\s{0,2}=\s{0,2}["']?(card[ _-]?number|cc-?number|cardnum)/ nocase
        $code = /(name|id|placeholder|autocomplete)\s{0,2}=\s{0,2}["']?(cvv|cvc|cc-csc|securitycode)/ nocase
        $form = /<form[^<>]{0,120}action\s{0,2}=\s{0,2}["']?https?:\/\/[^"'\s<>]{4,200}\.php\b/ nocase
    condition:
        page and filesize < 2MB and all of them
}

rule page_parcel_fee {
    meta:
        id = "page_parcel_fee"
        title = "Page that asks for a card because of a fee for a parcel"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1566.002"
        reference = "https://attack.mitre.org/techniques/T1566/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $card = /(name|id|placeholder|autocomplete)\s{0,2}=\s{0,2}["']?(card[ _-]?number|cc-?number|cardnum|cvv|cvc)/ nocase
        $parcel = /\b(parcel|package|shipment|delivery|paquete|colis|paket|sendung)\b/ nocase
        $fee = /(customs|redelivery|shipping|delivery|handling|unpaid) (fee|charge|duty)|frais de (douane|livraison)|zollgeb|gastos de aduana/ nocase
    condition:
        page and filesize < 1MB and all of them
}

rule page_shared_file_login {
    meta:
        id = "page_shared_file_login"
        title = "Page about a shared document that asks for a password to show it"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1566.002"
        reference = "https://attack.mitre.org/techniques/T1566/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $password = /<input[^<>]{0,400}type\s{0,2}=\s{0,2}\\?["']?password/ nocase
        $shared = /(shared (a|the|this)? ?(secure )?(file|document|folder)s? with you|view (the )?(shared|secure|protected) document|document is (protected|secured)|to (view|access|open|read) (the|this|your) (secure |shared |protected )?(document|file|invoice|fax|message))/ nocase
        $any = /\b(fetch|XMLHttpRequest|\$\.(ajax|post)|action\s{0,2}=\s{0,2}["']?https?:)/ nocase
    condition:
        page and filesize < 1MB and all of them
}

rule page_voice_message_login {
    meta:
        id = "page_voice_message_login"
        title = "Page about a voice message or fax that asks for a password to play it"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1566.002"
        reference = "https://attack.mitre.org/techniques/T1566/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $password = /<input[^<>]{0,400}type\s{0,2}=\s{0,2}\\?["']?password/ nocase
        $voice = /(new|missed|1|one) (voice ?mail|voice message|audio message|fax)|(listen|play) (to )?(your |the )?(voice|audio) ?(mail|message)/ nocase
    condition:
        page and filesize < 1MB and all of them
}

rule page_empties_wallet {
    meta:
        id = "page_empties_wallet"
        title = "Page that asks a wallet for digital money to hand over what it holds"
        severity = "suspicious"
        technique = "T1657"
        reference = "https://attack.mitre.org/techniques/T1657/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $wallet = /window\.ethereum|web3modal|walletconnect|window\.solana/ nocase
        $take = /setApprovalForAll|increaseAllowance|eth_signTypedData|eth_sign\b|signAllTransactions|permit2/ nocase
        $bait = /airdrop|claim (your|now|reward|token)|eligible|migrat(e|ion)|mint now/ nocase
    condition:
        page and filesize < 4MB and all of them
}

rule page_hides_from_scanners {
    meta:
        id = "page_hides_from_scanners"
        title = "Page that looks whether a scanner opens it before it shows anything"
        severity = "suspicious"
        confidence = "low"
        technique = "T1497"
        reference = "https://attack.mitre.org/techniques/T1497/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $robot = /navigator\.webdriver|HeadlessChrome|callPhantom|_phantom|selenium-evaluate/
        $go = /location(\.href|\.replace|\.assign)?\s{0,2}[=\(]\s{0,2}["'\x60]?(https?:|atob)|document\.write\s{0,2}\(\s{0,2}(atob|unescape)/
    condition:
        page and filesize < 256KB and all of them
}

rule kit_mails_passwords {
    meta:
        id = "kit_mails_passwords"
        title = "Program behind a sign-in page that mails passwords with the address of the visitor"
        severity = "suspicious"
        technique = "T1598.002"
        reference = "https://attack.mitre.org/techniques/T1598/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $password = /\$_(POST|REQUEST)\s{0,2}\[\s{0,2}["'](pass|passwd|password|pwd|passwort|clave|epass|pswd)["']/ nocase
        $mail = /@?\bmail\s{0,2}\(\s{0,2}\$/ nocase
        $visitor = /REMOTE_ADDR|HTTP_CLIENT_IP|geoplugin|ip-api\.com|getenv\s{0,2}\(\s{0,2}["']REMOTE/ nocase
    condition:
        server_page and all of them
}

rule kit_sends_to_chat {
    meta:
        id = "kit_sends_to_chat"
        title = "Program behind a sign-in page that sends passwords to a chat robot"
        severity = "malicious"
        technique = "T1598.002"
        reference = "https://attack.mitre.org/techniques/T1598/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $post = /\$_(POST|REQUEST)\s{0,2}\[\s{0,2}["'](pass|passwd|password|pwd|cvv|cvc|card|otp|pin|epass|pswd)/ nocase
        $chat = /api\.telegram\.org\/bot|discord(app)?\.com\/api\/webhooks/ nocase
    condition:
        server_page and all of them
}

rule kit_blocks_scanners {
    meta:
        id = "kit_blocks_scanners"
        title = "List of security firms that a phishing page turns away"
        severity = "suspicious"
        technique = "T1590"
        reference = "https://attack.mitre.org/techniques/T1590/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $a = "phishtank" nocase
        $b = "netcraft" nocase
        $c = "safebrowsing" nocase
        $d = "fortinet" nocase
        $e = "kaspersky" nocase
        $f = "messagelabs" nocase
        $g = "trendmicro" nocase
        $h = "cyveillance" nocase
        $deny = /deny from|gethostbyaddr|HTTP_USER_AGENT|REMOTE_ADDR/ nocase
        $answer = /404 Not Found|HTTP\/1\.0 40[34]|exit\s{0,2}\(|die\s{0,2}\(|deny from/ nocase
    condition:
        filesize < 512KB and (extension matches /^(php[0-9]?|phtml|inc|txt|conf)$/ or filename matches /\.htaccess$/) and
        $deny and $answer and 5 of ($a,$b,$c,$d,$e,$f,$g,$h)
}
