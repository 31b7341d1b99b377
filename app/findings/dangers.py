"""What kind of danger a finding is, for readers of any language: a few dozen kinds stand for hundreds of titles. Pure.

A title of the engine or of a rule is English. A letter in another language names the kind in its own words, and shows
the title beside it as it is.
"""

from __future__ import annotations

from enum import StrEnum


class Danger(StrEnum):
    """The kinds; each language has words for every one of them."""

    TEST_FILE = "test_file"
    MACRO = "macro"
    DISGUISED = "disguised"
    PROGRAM = "program"
    SCRIPT = "script"
    SHORTCUT = "shortcut"
    DOCUMENT_FETCHES = "document_fetches"
    DOCUMENT_STARTS = "document_starts"
    DOCUMENT_ATTACKS = "document_attacks"
    HIDDEN_PROGRAM = "hidden_program"
    HIDDEN_CONTENT = "hidden_content"
    PAGE_BUILDS_FILE = "page_builds_file"
    PAGE_LEADS_AWAY = "page_leads_away"
    LOGIN_FORM = "login_form"
    PASTE_COMMAND = "paste_command"
    STEALS = "steals"
    RANSOM = "ransom"
    REMOTE_CONTROL = "remote_control"
    PROTECTION_OFF = "protection_off"
    WEB_SHELL = "web_shell"
    MINER = "miner"
    SCAM = "scam"
    ARCHIVE_TRICK = "archive_trick"
    LOCKED = "locked"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
    FORBIDDEN_TYPE = "forbidden_type"
    KNOWN_BAD_LINK = "known_bad_link"
    BLOCKED = "blocked"
    IMITATED = "imitated"
    MISLEADING_LINK = "misleading_link"
    OTHER = "other"


#: Beginnings of ids, up to a dot or an underscore; the longest counts. A rule's id is looked up without ``yara.``.
_BY_ID: dict[Danger, str] = {
    Danger.TEST_FILE: "eicar gtube",
    Danger.MACRO: "macro office.macro excel.macro excel4 excel_hidden document_asks_for_macros ribbon_runs "
    "office.remote_macro",
    Danger.DISGUISED: "name name_business_script name_business_page program_posing archive.names_differ_program "
    "program.poses program.renamed pdf.disguised script.disguised shortcut.disguised",
    Danger.PROGRAM: "program type.program android script_autoit",
    Danger.SCRIPT: "script powershell batch mshta bitsadmin regsvr32 rundll32 msiexec certutil package shell console "
    "style_sheet scriptlet python fetched decoded java type.script svg.script svg.remote_script svg.odd_script "
    "svg.plain_script html.application html.hidden_script diagnostic_tool sh help_file",
    Danger.SHORTCUT: "shortcut settings_shortcut url_file remote_desktop disk_image_shortcut type.shortcut setup_file "
    "registry_file icon_from",
    Danger.DOCUMENT_FETCHES: "remote office.remote office.share_link excel.web_query web_query table.query rtf_remote "
    "rtf.remote_object pdf.remote_file office.external_link",
    Danger.DOCUMENT_STARTS: "dde office.dde office.command_link office.control office.risky_control office.hidden "
    "excel.connection slide control_that pdf_starts pdf.launch pdf_launch pdf.command_link pdf.script pdf_script "
    "table table.command table.macro html.starts html.control pdf.opens pdf.form pdf_sends",
    Danger.DOCUMENT_ATTACKS: "equation office.equation rtf rtf_object rtf_object_exploit pdf_script_attack "
    "pdf.script_attack office.macro_attack remote_part archive.same_name",
    Danger.HIDDEN_PROGRAM: "image notebook disk_image program_inside_document pdf_program pdf_carries "
    "archive.hidden_program archive.appended html.drops_program payload shortcut_carries",
    Danger.HIDDEN_CONTENT: "html.hidden html.obfuscated html.opaque html.many html_hidden html_reversed html_escaped "
    "html_unreadable html.data_page svg.data_page svg_hides svg_script_in svg_script_of svg.script_hidden "
    "mail.two_boundaries office.hidden_text script_invisible script_of_brackets program.packed program.obfuscated",
    Danger.PAGE_BUILDS_FILE: "html_smuggling html.smuggl html.smuggling html.smuggled html_assembles html_object "
    "html_page_from html_refresh html.fetches html.loader",
    Danger.PAGE_LEADS_AWAY: "html.redirect html.frame html_forwards html_starts svg svg.leads svg.page svg_asks "
    "pdf_asks pdf_link notebook_asks page_false page_installs page_hides html.remote_share html.script_link "
    "html.hidden_redirect html.hidden_page",
    Danger.LOGIN_FORM: "login password_form html.form html.hidden_form html.hidden_target html.sends svg.form kit "
    "page_mails page_robot page_card page_parcel page_shared page_voice password_prompt",
    Danger.PASTE_COMMAND: "paste fake_captcha html.pasted",
    Danger.STEALS: "program_thief stealer script_takes script_logs script_sends script.steals kit_sends "
    "program.reads_messages android_spies",
    Danger.RANSOM: "ransom script_deletes_backups script.locks script.deletes script.destroys",
    Danger.REMOTE_CONTROL: "reverse_shell remote_tool script.remote program.takes_over shell_plans",
    Danger.PROTECTION_OFF: "registry_file_disarms powershell_disarms powershell_patches program_scanner script.blinds "
    "script_raises script.gains mac_lifts shortcut.registry_protection",
    Danger.WEB_SHELL: "web_shell server_runs image.web_shell",
    Danger.MINER: "miner page_miner program_miner script.mines",
    Danger.SCAM: "scam wallet page_empties calendar",
    Danger.ARCHIVE_TRICK: "archive name_archive",
    Danger.LOCKED: "archive.encrypted office.encrypted pdf.encrypted archive.opened office.opened locked",
    Danger.TOO_LARGE: "limit",
    Danger.UNREADABLE: "analysis yara.failed archive.broken archive.unsupported archive.volume image.not_read "
    "shortcut.damaged rtf_broken",
    Danger.FORBIDDEN_TYPE: "type type.restricted",
    Danger.KNOWN_BAD_LINK: "link.listed link.bad link.malicious",
    Danger.BLOCKED: "list.block link.blocked",
    Danger.IMITATED: "link.brand link.looks link.imitated link.lookalike link.mixed_scripts link.foreign_letters "
    "link.named",
    Danger.MISLEADING_LINK: "link",
}

#: MITRE ATT&CK techniques, for rules that others wrote: only where one technique means one kind.
_BY_TECHNIQUE = {
    "T1036": Danger.DISGUISED,
    "T1055": Danger.SCRIPT,
    "T1059": Danger.SCRIPT,
    "T1105": Danger.SCRIPT,
    "T1027": Danger.HIDDEN_CONTENT,
    "T1027.006": Danger.PAGE_BUILDS_FILE,
    "T1027.009": Danger.HIDDEN_PROGRAM,
    "T1137": Danger.MACRO,
    "T1140": Danger.HIDDEN_CONTENT,
    "T1203": Danger.DOCUMENT_ATTACKS,
    "T1204.001": Danger.PAGE_LEADS_AWAY,
    "T1204.004": Danger.PASTE_COMMAND,
    "T1218": Danger.SCRIPT,
    "T1219": Danger.REMOTE_CONTROL,
    "T1221": Danger.DOCUMENT_FETCHES,
    "T1486": Danger.RANSOM,
    "T1490": Danger.RANSOM,
    "T1496": Danger.MINER,
    "T1505.003": Danger.WEB_SHELL,
    "T1555": Danger.STEALS,
    "T1539": Danger.STEALS,
    "T1559": Danger.DOCUMENT_STARTS,
    "T1562": Danger.PROTECTION_OFF,
    "T1566.002": Danger.PAGE_LEADS_AWAY,
    "T1598": Danger.LOGIN_FORM,
    "T1656": Danger.SCAM,
    "T1657": Danger.SCAM,
}

_KINDS = {beginning: danger for danger, ids in _BY_ID.items() for beginning in ids.split()}


def danger_of(finding_id: str, technique: str = "") -> Danger:
    """Return the kind of danger of a finding, by its id, else by its technique, else ``OTHER``."""
    name = finding_id if finding_id == "yara.failed" else finding_id.removeprefix("yara.")
    return _by_id(name) or _by_technique(technique) or Danger.OTHER


def _by_id(name: str) -> Danger | None:
    """The kind of the longest beginning of the name that is known."""
    while name:
        if name in _KINDS:
            return _KINDS[name]
        name = name[: max(name.rfind("."), name.rfind("_"), 0)]
    return None


def _by_technique(technique: str) -> Danger | None:
    return _BY_TECHNIQUE.get(technique) or _BY_TECHNIQUE.get(technique.partition(".")[0])
