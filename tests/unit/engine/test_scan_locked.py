from __future__ import annotations

import io
from dataclasses import replace

import py7zr
import pytest
import pyzipper

from app.engine.budget import Limits
from app.engine.model import Report, Verdict
from app.engine.passwords import COMMON, candidates
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from app.sandbox import samples


def ids(report: Report) -> set[str]:
    return {finding.id for finding in report.findings}


def locked_7z(password: str, name: str = "statement.txt") -> bytes:
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w", password=password) as archive:
        archive.writef(io.BytesIO(samples.eicar()), name)
    return buffer.getvalue()


def test_a_locked_zip_without_its_password_is_unknown(engine: Engine) -> None:
    report = engine.scan(samples.locked_archive("Tr0ub4dor&3"), name="a.zip", comment="See attached.")

    assert (report.verdict, ids(report)) == (Verdict.UNKNOWN, {"archive.encrypted"})


def test_the_password_in_the_comment_opens_it(engine: Engine) -> None:
    report = engine.scan(
        samples.locked_archive("Tr0ub4dor&3"), name="a.zip", comment="The password is Tr0ub4dor&3. Regards"
    )

    assert report.verdict is Verdict.MALICIOUS
    assert ids(report) == {"archive.opened", "yara.eicar"}


def test_no_report_tells_the_password(engine: Engine) -> None:
    report = engine.scan(samples.locked_archive("Tr0ub4dor&3"), name="a.zip", comment="password: Tr0ub4dor&3")

    assert "Tr0ub4dor" not in str(report.to_dict())


@pytest.mark.parametrize("password", ["infected", "1234"])
def test_common_passwords_are_tried(engine: Engine, password: str) -> None:
    assert engine.scan(samples.locked_archive(password), name="a.zip").verdict is Verdict.MALICIOUS


def test_the_name_of_the_file_is_tried(engine: Engine) -> None:
    report = engine.scan(samples.locked_archive("statement-2026"), name="statement-2026.zip")

    assert report.verdict is Verdict.MALICIOUS


@pytest.mark.parametrize("order", [("a.zip", "password.txt"), ("password.txt", "a.zip")])
def test_a_password_that_lies_beside_the_locked_file_opens_it(engine: Engine, order: tuple[str, str]) -> None:
    files = {"a.zip": samples.locked_archive("Tr0ub4dor&3"), "password.txt": b"Password: Tr0ub4dor&3"}

    report = engine.scan(samples.zip_of({name: files[name] for name in order}), name="both.zip")

    assert (report.verdict, ids(report)) == (Verdict.MALICIOUS, {"archive.opened", "yara.eicar"})


def test_a_note_of_nothing_but_the_password_opens_it(engine: Engine) -> None:
    files = {"a.zip": samples.locked_archive("quietriver"), "note.txt": b"quietriver"}

    assert engine.scan(samples.zip_of(files), name="both.zip").verdict is Verdict.MALICIOUS


def test_the_mail_around_a_locked_file_tells_its_password(engine: Engine) -> None:
    mail = samples.mail_with([("a.zip", samples.locked_archive("3304"))], body="Hej,\n\nKoden til filen er 3304\n")

    assert engine.scan(mail, name="a.eml").verdict is Verdict.MALICIOUS


def test_the_name_of_a_locked_file_inside_another_is_tried(engine: Engine) -> None:
    files = {"statement-2026.zip": samples.locked_archive("statement-2026"), "other.txt": b"See the file."}

    assert engine.scan(samples.zip_of(files), name="documents.zip").verdict is Verdict.MALICIOUS


def test_what_lies_beside_a_locked_file_and_opens_nothing_leaves_it_unknown(engine: Engine) -> None:
    files = {"a.zip": samples.locked_archive("Tr0ub4dor&3"), "password.txt": b"Password: another"}

    report = engine.scan(samples.zip_of(files), name="both.zip")

    assert (report.verdict, ids(report)) == (Verdict.UNKNOWN, {"archive.encrypted"})


def test_a_locked_7z_opens_only_with_the_password_of_the_comment(rules: RuleSet) -> None:
    # The derivation of a key takes a quarter of a second by design, so both outcomes share one archive.
    content = locked_7z("geheim")
    engine = Engine(rules, replace(Limits(), passwords=1))

    opened = engine.scan(content, name="a.7z", comment="Das Passwort lautet geheim.")
    locked = engine.scan(content, name="a.7z")

    assert (opened.verdict, ids(opened)) == (Verdict.MALICIOUS, {"archive.opened", "yara.eicar"})
    assert (locked.verdict, ids(locked)) == (Verdict.UNKNOWN, {"archive.encrypted"})


def test_a_zip_under_aes_is_unknown(engine: Engine) -> None:
    buffer = io.BytesIO()
    with pyzipper.AESZipFile(buffer, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(b"x")
        archive.writestr("a.txt", b"text")

    assert engine.scan(buffer.getvalue(), name="a.zip").verdict is Verdict.UNKNOWN


def test_open_members_beside_locked_ones_are_looked_at(engine: Engine) -> None:
    buffer = io.BytesIO()
    with pyzipper.AESZipFile(buffer, "w") as archive:
        archive.writestr("open.txt", samples.eicar())
        archive.setpassword(b"x")
        archive.setencryption(pyzipper.WZ_AES)
        archive.writestr("locked.txt", b"text")

    report = engine.scan(buffer.getvalue(), name="a.zip")

    assert ids(report) == {"archive.encrypted", "yara.eicar"}


def test_what_the_comment_says_is_tried_before_anything_else() -> None:
    tried = candidates("password: first", "second.tar.gz")

    assert tried[0] == "first" and tried[1:3] == ("second.tar", "second")
    assert tried[3:] == COMMON


def test_a_long_comment_is_read_in_linear_time() -> None:
    assert len(candidates("password " * 200_000, "a.zip")) < 100
    assert len(candidates("'" * 200_000, "a.zip")) < 100


@pytest.mark.parametrize(
    "name", ["Invoice.pdf.exe", "Photo\u202egpj.scr", "Offer.docx.vbs", "Order.xlsx          .exe"]
)
def test_a_locked_program_whose_name_is_to_be_misread_is_malicious(rules: RuleSet, name: str) -> None:
    engine = Engine(rules, replace(Limits(), passwords=1))
    for content in (samples.locked_archive("Tr0ub4dor&3", {name: b"noise"}), locked_7z("Tr0ub4dor&3", name)):
        report = engine.scan(content, name="a.bin")

        assert report.verdict is Verdict.MALICIOUS
        assert any(finding.id.startswith("name.") and finding.where.count("/") for finding in report.findings)


@pytest.mark.parametrize("name", ["Invoice.2026.pdf", "Photo.jpg", "Über uns.docx", "folder/Offer.v2.xlsx"])
def test_a_locked_document_is_only_unknown(rules: RuleSet, name: str) -> None:
    engine = Engine(rules, replace(Limits(), passwords=1))
    for content in (samples.locked_archive("Tr0ub4dor&3", {name: b"noise"}), locked_7z("Tr0ub4dor&3", name)):
        assert ids(engine.scan(content, name="a.bin")) == {"archive.encrypted"}
