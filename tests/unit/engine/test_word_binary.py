from __future__ import annotations

import hashlib
import struct

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from hypothesis import given, strategies as st

from app.engine.model import Report, Severity, Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from app.sandbox.compound_file import compound_file
from tests.fuzz import fuzzed

from .containers import damaged, judged

_DDE = "\x13 DDEAUTO c:\\windows\\system32\\cmd.exe /k calc \x14x\x15"


def severities(report: Report) -> dict[str, Severity]:
    return {finding.id: finding.severity for finding in report.findings}


def main_stream(text: str, *, wide: bool = False, traits: int = 0x02, size: int = 0) -> bytes:
    head = struct.pack("<HHHHHBBHI", 0xA5EC, 0xC1, 0, 0, 0, 0, traits, 0xBF, size)
    return head.ljust(600, b"\0") + text.encode("utf-16-le" if wide else "cp1252") + bytes(20)


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (_DDE, {"office.dde_command": Severity.MALICIOUS}),
        ("\x13 DDEAUTO Excel.Sheet.8 C:\\\\a.xls \x14x\x15", {"office.dde_link": Severity.INFO}),
        ("\x13 HYPERLINK a \x14DDE and cmd.exe\x15", {}),
    ],
)
def test_a_field_is_judged_by_what_it_starts(
    engine: Engine, text: str, wide: bool, expected: dict[str, Severity]
) -> None:
    content = compound_file({"WordDocument": main_stream(text, wide=wide), "1Table": bytes(20)}, {})

    assert severities(engine.scan(content, name="a.doc")) == expected


def locked(password: str, text: str, *, api: bool) -> bytes:
    """A document under RC4 (MS-OFFCRYPTO 2.3.6.2 and 2.3.5.2), made from the specification."""
    salt, verifier, wide = bytes(range(16)), b"verify the words", password.encode("utf-16-le")
    start = hashlib.md5((hashlib.md5(wide).digest()[:5] + salt) * 16).digest()[:5]
    start = hashlib.sha1(salt + wide).digest() if api else start
    new = hashlib.sha1 if api else hashlib.md5

    def cipher(block: int) -> CipherContext:
        return Cipher(ARC4(new(start + struct.pack("<I", block)).digest()[:16]), None).encryptor()

    first = cipher(0)
    proof = first.update(verifier) + first.update(new(verifier).digest())
    if api:
        header = struct.pack("<8I", 4, 0, 0x6801, 0x8004, 128, 1, 0, 0) + "P".encode("utf-16-le") + b"\0\0"
        info = struct.pack("<HHII", 4, 2, 4, len(header)) + header + struct.pack("<I", 16) + salt
        info += proof[:16] + struct.pack("<I", 20) + proof[16:]
    else:
        info = struct.pack("<HH", 1, 1) + salt + proof
    plain = main_stream(text, traits=0x03, size=len(info))
    mixed = b"".join(cipher(at // 512).update(plain[at : at + 512]) for at in range(0, len(plain), 512))
    return compound_file({"WordDocument": plain[:68] + mixed[68:], "1Table": info + bytes(40)}, {})


@pytest.mark.parametrize("api", [False, True])
def test_a_document_under_a_password_of_the_comment_is_looked_into(engine: Engine, api: bool) -> None:
    content = locked("geheim!", _DDE + " https://site.example/a ", api=api)

    report = engine.scan(content, name="a.doc", comment="Passwort: geheim!")

    assert severities(report) == {"office.opened": Severity.INFO, "office.dde_command": Severity.MALICIOUS}
    assert [link.url for link in report.urls] == ["https://site.example/a"]


def test_a_harmless_document_under_a_password_of_the_comment_is_clean(engine: Engine) -> None:
    report = engine.scan(locked("geheim!", "Thank you", api=True), name="a.doc", comment="Passwort: geheim!")

    assert report.verdict is Verdict.CLEAN


@pytest.mark.parametrize("api", [False, True])
def test_a_document_that_no_password_opens_is_unknown(engine: Engine, api: bool) -> None:
    assert severities(engine.scan(locked("n0t-given", _DDE, api=api), name="a.doc")) == {
        "office.encrypted": Severity.UNKNOWN
    }


@pytest.mark.parametrize("mark", ["dfc4d1f3", "5fc091e3"])
def test_a_locked_presentation_is_unknown_and_an_open_one_clean(engine: Engine, mark: str) -> None:
    user = struct.pack("<HHII", 0, 0xFF6, 36, 20) + bytes.fromhex(mark) + bytes(20)

    report = engine.scan(compound_file({"PowerPoint Document": bytes(80), "Current User": user}, {}), name="a.ppt")

    assert bool(severities(report)) is (mark == "dfc4d1f3")


def test_what_made_up_inputs_broke_is_judged(rules: RuleSet) -> None:
    """A table cut between two of its numbers, a main stream shorter than its header, a key of a size that none has."""
    whole = compound_file({"WordDocument": main_stream("x"), "1Table": bytes(20)}, {})
    odd = locked("x", "x", api=True).replace(struct.pack("<I", 128), struct.pack("<I", 120), 1)

    for content in (whole[: 3 * 512 + 101], compound_file({"WordDocument": main_stream("x", traits=3)[:15]}, {}), odd):
        judged(rules, content, "a.doc")


@fuzzed()
@given(st.data())
def test_a_damaged_document_never_fails(rules: RuleSet, data: st.DataObject) -> None:
    content = data.draw(st.sampled_from([locked("VelvetSweatshop", _DDE, api=True), locked("x", _DDE, api=False)]))
    judged(rules, data.draw(damaged(content, within=(512, len(content) - 1))), "a.doc")
