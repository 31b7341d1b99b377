// Tools for remote control that are honest by themselves and that swindlers have their victims install.

rule remote_tool_name {
    meta:
        id = "remote_tool_name"
        title = "Tool for remote control of a computer"
        severity = "suspicious"
        confidence = "low"
        technique = "T1219"
        reference = "https://attack.mitre.org/techniques/T1219/"
        date = "2026-11-21"
        author = "Deskwarden"
    condition:
        filename matches /(^|[\/\\ _-])(any ?desk|ultraviewer|screenconnect|connectwisecontrol|rustdesk|supremo|alpemix|aeroadmin|remoteutilities|hoptodesk|ateraagent|splashtop|simplehelp|dwagent|meshagent|logmein ?rescue|support-logmeinrescue|fleetdeck|level-windows)[^\/\\]{0,60}\.(exe|msi|zip|rar|7z|dmg|pkg|apk)$/i
}

rule remote_tool_set_up {
    meta:
        id = "remote_tool_set_up"
        title = "Tool for remote control that is set up to obey a certain computer"
        severity = "suspicious"
        confidence = "medium"
        technique = "T1219"
        reference = "https://attack.mitre.org/techniques/T1219/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $client = "ScreenConnect.Client" wide ascii
        $where1 = /[?&]h=[\w.-]{4,100}&p=[0-9]{2,5}/ wide ascii
        $where2 = /e=(Access|Support)&y=Guest/ wide ascii
    condition:
        filesize < 64MB and $client and ($where1 or $where2)
}

rule remote_tool_hidden {
    meta:
        id = "remote_tool_hidden"
        title = "Settings that make a tool for remote control invisible"
        severity = "suspicious"
        technique = "T1219"
        reference = "https://attack.mitre.org/techniques/T1219/"
        date = "2026-11-21"
        author = "Deskwarden"
    strings:
        $gateway = /\bGatewayAddress\s{0,2}=/ nocase
        $silent = /\b(silent|quiet)\s{0,2}=\s{0,2}1/ nocase
        $tray = /\bSysTray\s{0,2}=\s{0,2}0/ nocase
    condition:
        filesize < 64KB and all of them
}
