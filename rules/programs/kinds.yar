// Kinds of programs that say something about their sender.

rule program_autoit {
    meta:
        id = "program_autoit"
        title = "Program made with a tool for key strokes that malware is often made with"
        severity = "suspicious"
        confidence = "low"
        technique = "T1059.010"
        reference = "https://attack.mitre.org/techniques/T1059/010/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $mark = "AU3!EA06"
        $head = { A3 48 4B BE 98 6C 4A A9 99 4C 53 0A 86 D6 48 7D }
    condition:
        uint16(0) == 0x5A4D and ($mark or $head)
}

rule script_autoit_compiled {
    meta:
        id = "script_autoit_compiled"
        title = "Compiled script for a tool that malware brings along"
        severity = "suspicious"
        technique = "T1059.010"
        reference = "https://attack.mitre.org/techniques/T1059/010/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $mark = { A3 48 4B BE 98 6C 4A A9 99 4C 53 0A 86 D6 48 7D 41 55 33 21 45 41 30 36 }
    condition:
        uint16(0) != 0x5A4D and filesize < 32MB and $mark
}

rule program_nsis {
    meta:
        id = "program_nsis"
        title = "Installer made with a free tool"
        severity = "info"
        technique = "T1027.009"
        reference = "https://attack.mitre.org/techniques/T1027/009/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $head = { EF BE AD DE 4E 75 6C 6C 73 6F 66 74 49 6E 73 74 }
    condition:
        uint16(0) == 0x5A4D and $head
}

rule program_python_inside {
    meta:
        id = "program_python_inside"
        title = "Program with a whole Python inside that hides what it does"
        severity = "suspicious"
        confidence = "low"
        technique = "T1027.009"
        reference = "https://attack.mitre.org/techniques/T1027/009/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $mark = { 4D 45 49 0C 0B 0A 0B 0E }
    condition:
        uint16(0) == 0x5A4D and $mark
}

rule program_miner {
    meta:
        id = "program_miner"
        title = "Program that makes somebody else's money"
        severity = "suspicious"
        technique = "T1496"
        reference = "https://attack.mitre.org/techniques/T1496/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $pool = /stratum\+(tcp|ssl|udp):\/\// ascii wide
        $words = /\bxmrig\b|donate-level|randomx|cryptonight|ethash|kawpow/ nocase ascii wide
    condition:
        (uint16(0) == 0x5A4D or uint32be(0) == 0x7F454C46) and filesize < 64MB and all of them
}

rule program_scanner_off {
    meta:
        id = "program_scanner_off"
        title = "Program that switches the virus scanner of Windows off"
        severity = "suspicious"
        technique = "T1562.001"
        reference = "https://attack.mitre.org/techniques/T1562/001/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $a = /DisableRealtimeMonitoring/ nocase ascii wide
        $b = /DisableAntiSpyware/ nocase ascii wide
        $c = /Add-MpPreference|Set-MpPreference|MpCmdRun/ nocase ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 64MB and 2 of them
}

rule android_spies {
    meta:
        id = "android_spies"
        title = "App for Android that wants to read messages and to control the screen"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1636.004"
        reference = "https://attack.mitre.org/techniques/T1636/004/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $sms1 = "android.permission.READ_SMS" ascii wide
        $sms2 = "android.permission.RECEIVE_SMS" ascii wide
        $sms3 = "android.permission.SEND_SMS" ascii wide
        $screen1 = "android.permission.BIND_ACCESSIBILITY_SERVICE" ascii wide
        $screen2 = "android.permission.SYSTEM_ALERT_WINDOW" ascii wide
        $more1 = "android.permission.REQUEST_INSTALL_PACKAGES" ascii wide
        $more2 = "android.permission.BIND_DEVICE_ADMIN" ascii wide
        $more3 = "android.permission.BIND_NOTIFICATION_LISTENER_SERVICE" ascii wide
        $more4 = "android.permission.RECEIVE_BOOT_COMPLETED" ascii wide
    condition:
        filesize < 4MB and filename matches /AndroidManifest\.xml$/ and any of ($sms*) and $screen1 and ($screen2 or any of ($more1, $more2, $more3)) and 5 of them
}
