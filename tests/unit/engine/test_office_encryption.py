from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, strategies as st
from msoffcrypto.format.ooxml import OOXMLFile

from app.engine.model import Report, Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from app.sandbox import samples
from app.sandbox.compound_file import compound_file
from tests.fuzz import fuzzed

from .containers import BENIGN, EICAR, damaged, judged
from .test_office_xml import word


def agile(document: bytes, password: str) -> bytes:
    """The document as another program locks it, which takes it for larger than the smallest streams."""
    assert len(document) > 4096
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(document)).encrypt(password, out)
    return out.getvalue()


def standard(document: bytes, password: str) -> bytes:
    """The document as Office 2007 locks it (MS-OFFCRYPTO 2.3.4.5)."""
    salt = bytes(range(16))
    digest = hashlib.sha1(salt + password.encode("utf-16-le")).digest()
    for number in range(50_000):
        digest = hashlib.sha1(struct.pack("<I", number) + digest).digest()
    digest = hashlib.sha1(digest + bytes(4)).digest()
    key = hashlib.sha1(bytes(byte ^ 0x36 for byte in digest.ljust(64, b"\0"))).digest()[:16]

    def locked(data: bytes) -> bytes:
        return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(data + bytes(-len(data) % 16))

    verifier = b"verify the words"
    name = "Provider".encode("utf-16-le") + b"\0\0"
    header = struct.pack("<8I", 0x24, 0, 0x660E, 0x8004, 128, 0x18, 0, 0) + name
    info = struct.pack("<HHII", 3, 2, 0x24, len(header)) + header + struct.pack("<I", 16) + salt + locked(verifier)
    info += struct.pack("<I", 20) + locked(hashlib.sha1(verifier).digest())
    package = struct.pack("<Q", len(document)) + locked(document)
    return compound_file({"EncryptionInfo": info, "EncryptedPackage": package}, {})


#: Does not deflate, so that the locked document has streams of both kinds.
_LARGE = {"word/media/a.bin": samples.noise(6_000, 1)}


def ids(report: Report) -> set[str]:
    return {finding.id for finding in report.findings}


@pytest.mark.parametrize("lock", [agile, standard])
def test_a_document_under_the_default_password_is_looked_into(
    engine: Engine, lock: Callable[[bytes, str], bytes]
) -> None:
    large = _LARGE if lock is agile else {}
    report = engine.scan(lock(word({"word/a.txt": EICAR, **large}), "VelvetSweatshop"), name="a.docx")

    assert (report.verdict, ids(report)) == (Verdict.MALICIOUS, {"office.opened", "yara.eicar"})
    assert "a.docx/word/a.txt" in [finding.where for finding in report.findings]


def test_the_same_document_without_harm_is_clean(engine: Engine) -> None:
    report = engine.scan(standard(word({"word/a.txt": BENIGN}), "VelvetSweatshop"), name="a.docx")

    assert report.verdict is Verdict.CLEAN


@pytest.mark.parametrize("lock", [agile, standard])
def test_the_password_of_the_comment_opens_a_document_and_is_not_told(
    engine: Engine, lock: Callable[[bytes, str], bytes]
) -> None:
    content = lock(word({"word/a.txt": EICAR, **(_LARGE if lock is agile else {})}), "Tr0ub4dor&3")

    report = engine.scan(content, name="a.docx", comment="Password: Tr0ub4dor&3")

    assert report.verdict is Verdict.MALICIOUS and "Tr0ub" not in str(report.to_dict())


def test_a_document_that_no_password_opens_is_unknown(engine: Engine) -> None:
    report = engine.scan(standard(word({"word/a.txt": EICAR}), "n0t-given"), name="a.docx")

    assert (report.verdict, ids(report)) == (Verdict.UNKNOWN, {"office.encrypted"})


def test_a_document_that_asks_for_endless_rounds_ends_in_time(engine: Engine) -> None:
    content = agile(word(_LARGE), "x").replace(b'spinCount="100000"', b'spinCount="999999"')

    assert b"999999" in content
    clock = iter(range(1_000))
    report = Engine(engine.rules, clock=lambda: float(next(clock))).scan(content, name="a.docx")

    assert ids(report) == {"limit.seconds"}


@fuzzed()
@given(st.data())
def test_a_damaged_lock_never_fails(rules: RuleSet, data: st.DataObject) -> None:
    salt = bytes(16)
    info = struct.pack("<HHII", 3, 2, 0x24, 32) + bytes(8) + struct.pack("<III", 0x660E, 0x8004, 128) + bytes(12)
    seed = info + struct.pack("<I", 16) + salt * 2 + struct.pack("<I", 20) + bytes(32)
    broken = data.draw(damaged(seed))
    judged(rules, compound_file({"EncryptionInfo": broken, "EncryptedPackage": bytes(64)}, {}), "a.docx")


@fuzzed()
@given(st.data())
def test_a_damaged_description_of_a_lock_never_fails(rules: RuleSet, data: st.DataObject) -> None:
    keys = b"".join(
        b' %s="AAAAAAAAAAAAAAAAAAAAAA=="' % name
        for name in (b"saltValue", b"encryptedVerifierHashInput", b"encryptedVerifierHashValue", b"encryptedKeyValue")
    )
    rest = b'spinCount="10" keyBits="128" hashAlgorithm="SHA1"' + keys
    seed = b'<keyData hashAlgorithm="SHA1"' + keys + b"/><p:encryptedKey " + rest + b"/>"
    broken = struct.pack("<HHI", 4, 4, 0x40) + data.draw(damaged(seed))
    judged(rules, compound_file({"EncryptionInfo": broken, "EncryptedPackage": bytes(64)}, {}), "a.docx")
