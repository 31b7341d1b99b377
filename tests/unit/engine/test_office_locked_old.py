"""Presentations and documents of Office 97 under a password: RC4 by parts, and mixed with the password itself."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib

import msoffcrypto
import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from hypothesis import given, strategies as st
from msoffcrypto.method.xor_obfuscation import DocumentXOR

from app.engine.model import Severity, Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from app.sandbox.compound_file import compound_file
from tests.fuzz import fuzzed

from .containers import EICAR, damaged, judged, places
from .test_word_binary import main_stream, severities

_DDE = "\x13 DDEAUTO c:\\windows\\system32\\cmd.exe /k calc \x14x\x15"
_DEFAULT = "VelvetSweatshop"


def record(kind: int, content: bytes, *, instance: int = 0) -> bytes:
    return struct.pack("<HHI", instance << 4, kind, len(content)) + content


def presentation(parts: list[bytes], password: str) -> bytes:
    """A presentation under RC4 (MS-PPT 2.1.2, MS-OFFCRYPTO 2.3.5), made from the specification."""
    salt, verifier = bytes(range(16)), b"verify the words"
    start = hashlib.sha1(salt + password.encode("utf-16-le")).digest()

    def cipher(number: int) -> CipherContext:
        return Cipher(ARC4(hashlib.sha1(start + struct.pack("<I", number)).digest()[:16]), None).encryptor()

    first = cipher(0)
    proof = first.update(verifier) + first.update(hashlib.sha1(verifier).digest())
    header = struct.pack("<8I", 4, 0, 0x6801, 0x8004, 128, 1, 0, 0) + "P".encode("utf-16-le") + b"\0\0"
    info = struct.pack("<HHII", 2, 2, 4, len(header)) + header + struct.pack("<I", 16) + salt
    info += proof[:16] + struct.pack("<I", 20) + proof[16:]

    stream, offsets = bytearray(), []
    for number, part in enumerate(parts, 1):
        offsets.append(len(stream))
        stream += cipher(number).update(part)
    offsets.append(len(stream))
    stream += struct.pack("<HHI", 0x0F, 0x2F14, len(info)) + info
    directory = len(stream)
    entries = struct.pack("<I", len(offsets) << 20 | 1) + b"".join(struct.pack("<I", offset) for offset in offsets)
    stream += record(0x1772, entries)
    edit = len(stream)
    stream += record(0x0FF5, struct.pack("<IHBBIIIIHHI", 0, 0, 0, 3, 0, directory, 1, 9, 0, 0, len(offsets)))
    user = record(0x0FF6, struct.pack("<IIIHHBBH", 20, 0xF3D1C4DF, edit, 0, 1012, 3, 0, 0) + struct.pack("<I", 8))
    return compound_file({"PowerPoint Document": bytes(stream), "Current User": user}, {})


def packed_object(content: bytes) -> bytes:
    """A deflated object (MS-PPT 2.10.34)."""
    return record(0x1011, struct.pack("<I", len(content)) + zlib.compress(content), instance=1)


@pytest.mark.parametrize(("password", "comment"), [(_DEFAULT, ""), ("geheim!", "Passwort: geheim!")])
def test_a_locked_presentation_is_looked_into(engine: Engine, password: str, comment: str) -> None:
    inner = compound_file({"Package": EICAR + bytes(600)}, {})
    content = presentation([record(0x03E8, b"Welcome to the meeting"), packed_object(inner)], password)

    report = engine.scan(content, name="a.ppt", comment=comment)

    assert "yara.eicar" in places(report)
    assert severities(report)["office.opened"] is Severity.INFO
    assert report.verdict is Verdict.MALICIOUS


def test_the_sample_is_opened_by_another_reader_with_the_same_password() -> None:
    file = msoffcrypto.OfficeFile(io.BytesIO(presentation([record(0x03E8, b"Welcome")], "geheim!")))

    file.load_key(password="geheim!")

    assert file.is_encrypted()


def test_a_harmless_locked_presentation_is_clean(engine: Engine) -> None:
    content = presentation([record(0x03E8, b"Welcome to the meeting")], _DEFAULT)

    report = engine.scan(content, name="a.ppt")

    assert (severities(report), report.verdict) == ({"office.opened": Severity.INFO}, Verdict.CLEAN)


def test_a_presentation_that_no_password_opens_is_unknown(engine: Engine) -> None:
    report = engine.scan(presentation([record(0x03E8, b"Welcome")], "geheim!"), name="a.ppt")

    assert (set(severities(report)), report.verdict) == ({"office.encrypted"}, Verdict.UNKNOWN)


def mixed_document(password: str, text: str) -> bytes:
    """A document mixed with its password (MS-OFFCRYPTO 2.3.7.4 to 2.3.7.6)."""
    key, mask = DocumentXOR.create_xor_key_method1(password), DocumentXOR.create_xor_array_method1(password)
    verifier = next(value for value in range(0x10000) if DocumentXOR.verifypw(password, value))
    plain = main_stream(text, traits=0x83, size=key << 16 | verifier)
    mixed = bytes(byte ^ mask[at % 16] if byte not in (0, mask[at % 16]) else byte for at, byte in enumerate(plain))
    return compound_file({"WordDocument": plain[:68] + mixed[68:], "1Table": bytes(40)}, {})


@pytest.mark.parametrize(("password", "comment"), [(_DEFAULT, ""), ("geheim!", "Passwort: geheim!")])
def test_a_document_mixed_with_its_password_is_looked_into(engine: Engine, password: str, comment: str) -> None:
    report = engine.scan(mixed_document(password, _DDE), name="a.doc", comment=comment)

    assert severities(report)["office.dde_command"] is Severity.MALICIOUS


def test_a_harmless_mixed_document_is_clean_and_one_that_does_not_open_unknown(engine: Engine) -> None:
    assert engine.scan(mixed_document(_DEFAULT, "Dear customer"), name="a.doc").verdict is Verdict.CLEAN
    assert engine.scan(mixed_document("geheim!", "Dear customer"), name="a.doc").verdict is Verdict.UNKNOWN


@fuzzed(40)
@given(data=st.data())
def test_a_damaged_locked_presentation_never_fails(rules: RuleSet, data: st.DataObject) -> None:
    content = presentation([record(0x03E8, b"Welcome"), packed_object(bytes(300))], _DEFAULT)

    judged(rules, data.draw(damaged(content)), "a.ppt")
