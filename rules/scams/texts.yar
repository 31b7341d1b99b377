// Texts that talk people into something. Weak signs: honest texts hold such words too, so one alone says nothing.

private rule words {
    condition:
        filesize < 512KB and
        (mime matches /^text\/|html|rfc822|rtf|pdf|xml|svg/ or extension matches /^(txt|eml|html?|rtf|md|xml|ics|vcf|pdf)$/)
}

rule scam_gift_cards {
    meta:
        id = "scam_gift_cards"
        title = "Asks somebody to buy gift cards and to send their codes"
        severity = "suspicious"
        confidence = "low"
        technique = "T1656"
        reference = "https://attack.mitre.org/techniques/T1656/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $cards = /\b(gift ?cards?|itunes cards?|steam cards?|google play cards?|amazon cards?)\b/ nocase
        $codes = /scratch( off)?|(send|email|text|forward) (me )?(the )?(codes?|pictures?|photos?)|back of (the|each) card/ nocase
        $push = /\b(urgent(ly)?|confidential|discreet|in a meeting|can'?t talk|surprise|reimburse|asap|as soon as possible)\b/ nocase
    condition:
        words and all of them
}

rule scam_new_bank_details {
    meta:
        id = "scam_new_bank_details"
        title = "Says that money is to go to another bank account from now on"
        severity = "suspicious"
        confidence = "low"
        technique = "T1657"
        reference = "https://attack.mitre.org/techniques/T1657/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $change = /(chang(e|ed|es) (to |of |in )?(our|the|my) (bank|banking|payment|account)( account)? (details|information|instructions)|(new|updated) (bank|banking|payment|wire|remittance) (account|details|information|instructions)|update my direct deposit)/ nocase
        $from = /(all|any) (future|further|outstanding|pending) (payments?|invoices?|transfers?)|(do not|don't|stop) (pay|send|remit)[^\n]{0,16}(old|previous)|current account is (under|on) (audit|review)|before (the )?next pay(roll| ?day)/ nocase
    condition:
        words and all of them
}

rule scam_call_to_cancel {
    meta:
        id = "scam_call_to_cancel"
        title = "Bill for something never ordered that is to be cancelled by telephone"
        severity = "suspicious"
        confidence = "low"
        technique = "T1566.004"
        reference = "https://attack.mitre.org/techniques/T1566/004/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $renew = /(subscription|membership|plan|protection|order) (has been|was|will be|is) (successfully )?(auto[- ]?)?(renewed|charged|debited|placed|activated)|auto[- ]?renewal/ nocase
        $brand = /\b(Norton|McAfee|Geek ?Squad|PayPal|Best ?Buy|Windows Defender|Microsoft Defender|Amazon Prime|Coinbase)\b/ nocase
        $call = /(call|dial|us at|number)[^\n]{0,8}[ (+-]8(00|33|44|55|66|77|88)\)?[ .-]/ nocase
        $cancel = /\b(cancel|refund|dispute|did not (authori[sz]e|make|place))\b/ nocase
    condition:
        words and all of them
}

rule scam_locked_computer {
    meta:
        id = "scam_locked_computer"
        title = "Page that says the computer is locked and a number must be called"
        severity = "suspicious"
        technique = "T1566.004"
        reference = "https://attack.mitre.org/techniques/T1566/004/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $locked = /(your )?(computer|pc|device|windows|mac|system)( system)? (has been|is|was) (locked|blocked|infected|compromised|disabled)|(trojan|spyware|virus) (alert|detected|warning)/ nocase
        $call = /(call|dial|contact) (us |now |our |the |microsoft |windows |apple |technical |toll[- ]free |immediately |support ){1,4}/ nocase
        $number = /[ (+-]8(00|33|44|55|66|77|88)\)?[ .-][0-9]{3}|toll[- ]free|technical support|support team|helpline|help ?desk/ nocase
        $hold = /requestFullscreen|onbeforeunload|history\.pushState|navigator\.keyboard\.lock|new Audio\s{0,2}\(|<audio[^<>]{0,60}autoplay|\balert\s{0,2}\(/ nocase
    condition:
        filesize < 1MB and (mime matches /html|svg/ or extension matches /^(html?|svg)$/) and all of them
}

rule scam_recorded_you {
    meta:
        id = "scam_recorded_you"
        title = "Threatens to show recordings unless money is paid"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1657"
        reference = "https://attack.mitre.org/techniques/T1657/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $seen = /(recorded|video of|footage of|filmed) (you|your)|your (web ?cam|camera)|adult (web)?sites?|masturbat|pleasuring yourself/ nocase
        $money = /bitcoin|\bBTC\b|litecoin/ nocase
        $pay = /wallet|(bitcoin|btc) address|\b(bc1[a-z0-9]{25,60})\b/ nocase
        $threat = /(all|your) (your )?(contacts|friends|relatives|family|colleagues)|[0-9]{2} hours|(1|2|two|three) days/ nocase
    condition:
        words and all of them
}

rule scam_wallet_words {
    meta:
        id = "scam_wallet_words"
        title = "Asks for the secret words of a wallet for digital money"
        severity = "suspicious"
        confidence = "low"
        technique = "T1657"
        reference = "https://attack.mitre.org/techniques/T1657/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $ask = /(enter|provide|submit|validate|confirm|import|type|input|send)( in)? (your|the) ((12|24|twelve|twenty[- ]four)[- ]words? )?(seed|recovery|secret|backup|mnemonic)( recovery)? (phrase|words)/ nocase
        $why = /suspend|verif(y|ication)|validat|migrat|airdrop|synchroni[sz]|restor|unlock|upgrade|claim/ nocase
    condition:
        words and all of them
}

rule scam_inheritance {
    meta:
        id = "scam_inheritance"
        title = "Offers a share of a large sum that nobody claims"
        severity = "suspicious"
        confidence = "low"
        technique = "T1656"
        reference = "https://attack.mitre.org/techniques/T1656/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $who = /next of kin|late (client|husband|customer|father)|beneficiary|unclaimed (fund|deposit|inheritance)|diplomat/ nocase
        $sum = /(sum of|amount of|US\$|USD|\$|EUR|GBP|£|€) ?[0-9][0-9.,]{0,16} ?(million|M\b|,000,000)|(million|hundred thousand) (united states |us )?dollars/ nocase
        $secret = /\b(confidential(ity)?|utmost|god fearing|dearest|beloved|mutual benefit|percent(age)?)\b/ nocase
        $answer = /\b(reply|respond|get back|contact me)\b/ nocase
    condition:
        words and all of them
}

rule scam_keep_password {
    meta:
        id = "scam_keep_password"
        title = "Asks its reader to keep his password by signing in"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1566.002"
        reference = "https://attack.mitre.org/techniques/T1566/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $keep = /keep (my |the |your |using )?(same|current|existing) password/ nocase
        $ends = /\b(expir|deactivat|suspend|terminat)(e|ed|es|ing|ation|y)\b/ nocase
    condition:
        words and all of them
}

rule scam_mailbox_full {
    meta:
        id = "scam_mailbox_full"
        title = "Says that a mailbox is full or mail is held back, and asks for a click"
        severity = "suspicious"
        confidence = "low"
        technique = "T1566.002"
        reference = "https://attack.mitre.org/techniques/T1566/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $full = /(mail ?box|e-?mail|storage|inbox)( (storage|quota|account))? (is )?(almost |nearly )?(full|exceeded|over quota|at [0-9]{2,3} ?%)|[0-9]{1,3} (pending|undelivered|incoming|blocked|quarantined) (messages?|e-?mails?|mails?)|messages? (is|are|were) (on hold|held|pending|undelivered|blocked)/ nocase
        $click = /(release|retrieve|recover|deliver|review|read) (all |your |the )?(pending |held |undelivered |blocked )?(messages?|e-?mails?|mails?)|(upgrade|increase|clear|free|expand) (your |my |up )?(quota|storage|mail ?box|cache|space)/ nocase
        $who = /IT (support|department|help ?desk|administrator)|web ?mail (admin|support|team)|mail (administrator|admin|server|support)|cpanel|system administrator/ nocase
    condition:
        words and all of them
}

rule scam_parcel {
    meta:
        id = "scam_parcel"
        title = "Says that a parcel waits until a small fee is paid"
        severity = "suspicious"
        confidence = "low"
        technique = "T1566.002"
        reference = "https://attack.mitre.org/techniques/T1566/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $parcel = /\b(parcel|package|shipment|your delivery)\b/ nocase
        $wait = /(is|was|has been|being) (on hold|held|suspended|stopped|returned)|could not be delivered|(delivery|address) (attempt )?(failed|incomplete|incorrect)|awaiting (payment|instructions)/ nocase
        $fee = /(customs|redelivery|re-delivery|shipping|delivery|handling|unpaid) (fee|charge|duty)|pay (the )?(fee|charge|duty|(\$|€|£) ?[0-9])/ nocase
        $click = /href\s{0,2}=|https?:\/\// nocase
    condition:
        words and all of them
}

rule scam_remote_control {
    meta:
        id = "scam_remote_control"
        title = "Asks its reader to let somebody onto his computer because of money"
        severity = "suspicious"
        confidence = "low"
        technique = "T1219"
        reference = "https://attack.mitre.org/techniques/T1219/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $tool = /\b(any ?desk|team ?viewer|ultra ?viewer|rust ?desk|aero ?admin|alpemix|supremo|quick ?assist|screen ?connect|hop ?to ?desk|zoho assist)\b/ nocase
        $do = /\b(download|install|run|allow|accept|give) (and |the |us |me |our |install |open |a |access |remote ){0,4}(any ?desk|team ?viewer|ultra ?viewer|rust ?desk|aero ?admin|supremo|quick ?assist|screen ?connect|access code|session code|access to your)/ nocase
        $money = /\b(refund|bank account|gift cards?|money back|compensation|overpaid|online banking|log ?in to your bank)\b/ nocase
    condition:
        words and all of them
}

rule scam_urgent_errand {
    meta:
        id = "scam_urgent_errand"
        title = "Somebody who says he is the boss asks for a quick favour out of sight"
        severity = "suspicious"
        confidence = "low"
        technique = "T1656"
        reference = "https://attack.mitre.org/techniques/T1656/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $free = /are you (available|at your desk|free|busy|in the office)|(quick|urgent) (task|favou?r|errand|request)|need (you )?to (run|handle|get) (a |an )?(task|errand)/ nocase
        $quiet = /(can'?t|cannot|unable to) (talk|take calls|speak|receive calls)|in a (meeting|conference)|keep this (between us|confidential)|don'?t (call|tell)/ nocase
        $hand = /(your|personal) (cell|mobile|phone|whatsapp)( number)?|wire|transfer|gift ?cards?|payroll|w-?2/ nocase
    condition:
        words and filesize < 64KB and all of them
}

rule scam_blackmail_servers {
    meta:
        id = "scam_blackmail_servers"
        title = "Threatens to attack servers unless money is paid"
        severity = "suspicious"
        confidence = "low"
        technique = "T1657"
        reference = "https://attack.mitre.org/techniques/T1657/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $attack = /\bDDoS\b|denial[- ]of[- ]service|take (down|offline) your|leak (your|the) (data|database|customers)|publish (your|the|all) (data|database|files)/ nocase
        $pay = /bitcoin|\bBTC\b|monero|\bXMR\b|ethereum/ nocase
        $end = /[0-9]{1,3} hours|deadline|(one|two|three|seven|[1-9]) days/ nocase
    condition:
        words and all of them
}

rule calendar_lure {
    meta:
        id = "calendar_lure"
        title = "Invitation that asks for a password or a payment behind a link"
        severity = "suspicious"
        confidence = "low"
        technique = "T1566.002"
        reference = "https://attack.mitre.org/techniques/T1566/002/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $calendar = "BEGIN:VCALENDAR"
        $words = /(verify|confirm|update|validate) your (account|identity|password|payment|wallet)|password (will )?expire|account (will be|has been) (suspended|locked|closed)|payment (failed|declined|overdue)/ nocase
        $link = /https?:\/\// nocase
    condition:
        filesize < 256KB and $calendar in (0..64) and all of them
}
