"""One mail that lists many: every thing once, the worst first, and an end to its size."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from app.findings.dangers import Danger, danger_of
from app.findings.digests import MOST_PARTS, MOST_ROWS, Digest, Why, digest_mail, parted
from app.findings.notice_facts import Notice
from tests.unit.findings.letters import FILE, LINK, NOTICE, Reader


def of(*notices: Notice, more: int = 0, kind: str = "quarantine") -> Digest:
    told = tuple((kind, notice) for notice in notices)
    return Digest(
        "acme", Why.OUTBREAK, 20, 0.0, 60.0, "UTC", told, more, "https://dw.example/scans", leave="https://dw.example/o"
    )


def numbered(count: int, name: str = "file{}.exe") -> list[tuple[str, Notice]]:
    return [("quarantine", replace(NOTICE, files=(replace(FILE, name=name.format(n)),))) for n in range(count)]


def test_a_digest_word_for_word() -> None:
    left = replace(FILE, name="b.exe", outcome="kept: Zendesk refused", link="https://dw.example/scans/2")
    subject, text, _ = digest_mail(of(NOTICE, replace(NOTICE, ticket_id=5, files=(left,), links=(LINK,)), more=2))
    assert subject == "[Deskwarden] Digest: 2 files and 1 link in 2 tickets"
    assert text == (
        "Deskwarden reports 2 files and 1 link in 2 tickets, from 1 January 1970, 00:00 (UTC) to 1 January 1970, "
        "00:01 (UTC).\n\n"
        "More than 20 mails were due within an hour, so this mail lists the others.\n\n"
        "Dangerous and still in the ticket (1)\n- b.exe\n  ticket #5 · malicious · EICAR test file\n"
        "  https://dw.example/scans/2\n\n"
        "Links that still stand in the ticket (1)\n- hxxps://bad[.]example/login[.]php\n"
        "  ticket #5 · malicious · on your block list\n  https://dw.example/scans/3\n\n"
        "Removed from the ticket (1)\n- invoice.pdf.exe\n  ticket #123 · malicious · EICAR test file\n"
        "  https://dw.example/scans/1\n\n"
        "… and 2 more that have no room here: https://dw.example/scans\n\n"
        "What to do\n- Begin with the first section: tell the agents of these tickets not to open anything there, and "
        "open the details.\n- Each line leads to its details: if something is a mistake, judge it there.\n"
        "- Brackets, as in [.], keep names and addresses from turning into links.\n\n"
        "Zendesk account: acme. Sent by Deskwarden to the recipients that the connection, or the setting "
        "DESKWARDEN_NOTIFY, names. You get this digest because the connection names your address.\n\n"
        "Send me no more digests: https://dw.example/o\n"
    )


def test_files_given_back_stand_in_a_section_of_their_own() -> None:
    back = replace(NOTICE, files=(replace(FILE, verdict="clean", outcome="released", title=""),))
    assert "Given back, because judged clean (1)\n- invoice.pdf.exe\n" in digest_mail(of(back, kind="release"))[1]


@pytest.mark.parametrize("count", [1, MOST_ROWS, MOST_ROWS + 1, 3 * MOST_ROWS])
def test_every_file_is_named_in_exactly_one_part(count: int) -> None:
    parts, left_out = parted(numbered(count))
    texts = [digest_mail(of(*(notice for _, notice in part)))[1] for part in parts]
    names = re.findall(r"^- (file\d+\.exe)$", "\n".join(texts), re.MULTILINE)
    assert sorted(names) == sorted(f"file{n}.exe" for n in range(count))
    assert left_out == 0


def test_what_no_part_has_room_for_is_counted() -> None:
    parts, left_out = parted(numbered(MOST_PARTS * MOST_ROWS + 7))
    assert (len(parts), left_out) == (MOST_PARTS, 7)


def test_a_notice_with_more_files_than_a_mail_holds_goes_on_in_the_next() -> None:
    files = tuple(replace(FILE, name=f"file{n}.exe") for n in range(MOST_ROWS + 10))
    parts, left_out = parted([("quarantine", replace(NOTICE, files=files))])
    assert [sum(len(notice.files) for _, notice in part) for part in parts] == [MOST_ROWS, 10]
    assert left_out == 0


def test_thousands_of_links_of_one_comment_are_counted() -> None:
    links = tuple(replace(LINK, defanged=f"hxxps://bad[.]example/{n}") for n in range(5000))
    parts, left_out = parted([("quarantine", replace(NOTICE, files=(), links=links))])
    assert (len(parts), sum(len(notice.links) for _, notice in parts[0]), left_out) == (1, 20, 4980)


@pytest.mark.parametrize("name", ["\u202e" * 9000 + "{}", "<b>&amp;" * 2000 + "{}", "\U0001f4a3" * 9000 + "{}"])
def test_a_part_stays_below_what_mail_programs_cut(name: str) -> None:
    parts, _ = parted(numbered(400, name))
    for part in parts:
        _, text, html = digest_mail(of(*(notice for _, notice in part)))
        assert len(text.encode()) < 102_000 and len(html.encode()) < 180_000


def test_a_link_in_a_digest_cannot_be_clicked() -> None:
    _, text, html = digest_mail(of(replace(NOTICE, files=(), links=(LINK,))))
    assert "https://bad" not in text + html
    assert all(link and link.startswith("https://dw.example/") for link in Reader(html).links)


@pytest.mark.parametrize(
    ("finding", "technique", "danger"),
    [
        ("yara.macro_download_and_run", "T1204.002", Danger.MACRO),
        ("name.double_extension", "", Danger.DISGUISED),
        ("yara.html_smuggling", "T1027.006", Danger.PAGE_BUILDS_FILE),
        ("yara.password_form_brand", "T1566.001", Danger.LOGIN_FORM),
        ("link.lookalike_letters", "", Danger.IMITATED),
        ("link.listed", "", Danger.KNOWN_BAD_LINK),
        ("list.block.sha256", "", Danger.BLOCKED),
        ("yara.eicar", "", Danger.TEST_FILE),
        ("archive.encrypted", "", Danger.LOCKED),
        ("limit.ratio", "", Danger.TOO_LARGE),
        ("yara.failed", "", Danger.UNREADABLE),
        ("yara.somebody_elses_rule", "T1486", Danger.RANSOM),
        ("yara.somebody_elses_rule", "T1059.003", Danger.SCRIPT),
        ("yara.somebody_elses_rule", "", Danger.OTHER),
        ("", "", Danger.OTHER),
    ],
)
def test_a_finding_is_of_a_kind_of_danger(finding: str, technique: str, danger: Danger) -> None:
    assert danger_of(finding, technique) is danger


def test_nearly_every_rule_of_ours_is_of_a_kind_of_danger() -> None:
    from app.config import PROJECT

    rules = [text for path in (PROJECT / "rules").rglob("*.yar") for text in path.read_text().split("\nrule ")[1:]]
    ids = [match[1] for rule in rules if (match := re.search(r'\bid = "([^"]+)"', rule))]
    assert len(ids) > 150
    assert [each for each in ids if danger_of(f"yara.{each}") is Danger.OTHER] == []
