from __future__ import annotations

import io
import struct

import pytest
import pyzipper
from hypothesis import given, strategies as st

from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from tests.fuzz import fuzzed
from tests.unit.engine.containers import BENIGN, EICAR, damaged, judged, places, unknowns

SAID = "The password is Tr0ub4dor&3"


def locked(files: dict[str, bytes], *, bits: int = 256, method: int = pyzipper.ZIP_DEFLATED, version: int = 2) -> bytes:
    buffer = io.BytesIO()
    with pyzipper.AESZipFile(buffer, "w", compression=method) as archive:
        archive.setpassword(b"Tr0ub4dor&3")
        archive.setencryption(pyzipper.WZ_AES, nbits=bits, force_wz_aes_version=version)
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize("bits", [128, 192, 256])
@pytest.mark.parametrize("version", [1, 2])
def test_the_password_of_the_comment_opens_every_strength(engine: Engine, bits: int, version: int) -> None:
    report = engine.scan(locked({"e.txt": EICAR}, bits=bits, version=version), name="a.zip", comment=SAID)

    assert (report.verdict, unknowns(report)) == (Verdict.MALICIOUS, set())
    assert places(report) == {"archive.opened": "a.zip", "yara.eicar": "a.zip/e.txt"}


def test_stored_and_long_members_are_decrypted(engine: Engine) -> None:
    content = locked({"a.bin": bytes(range(256)) * 2_000 + EICAR, "b.txt": BENIGN}, method=pyzipper.ZIP_STORED)

    assert places(engine.scan(content, name="a.zip", comment=SAID))["yara.eicar"] == "a.zip/a.bin"


def test_a_harmless_one_is_clean(engine: Engine) -> None:
    report = engine.scan(locked({"a.txt": BENIGN}), name="a.zip", comment=SAID)

    assert (report.verdict, report.nodes) == (Verdict.CLEAN, 2)


def test_without_its_password_it_is_unknown(engine: Engine) -> None:
    report = engine.scan(locked({"e.txt": EICAR}), name="a.zip", comment="See attached.")

    assert (report.verdict, unknowns(report)) == (Verdict.UNKNOWN, {"archive.encrypted"})


def test_a_member_that_was_tampered_with_is_unknown(engine: Engine) -> None:
    content = bytearray(locked({"a.txt": BENIGN}))
    content[80] ^= 1

    assert engine.scan(bytes(content), name="a.zip", comment=SAID).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("method", [1, 6, 97])
def test_members_of_methods_that_are_not_read_are_unknown(engine: Engine, method: int) -> None:
    buffer = io.BytesIO()
    with pyzipper.AESZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", BENIGN)
    content = bytearray(buffer.getvalue())
    for place in (8, content.index(b"PK\x01\x02") + 10):
        content[place : place + 2] = struct.pack("<H", method)

    report = engine.scan(bytes(content), name="a.zip")

    assert (report.verdict, unknowns(report)) == (Verdict.UNKNOWN, {"archive.unsupported"})


#: Made once: the salt is random, and hypothesis wants to repeat itself.
SEED = locked({"a.txt": BENIGN})


@fuzzed()
@given(data=st.data())
def test_wrong_bytes_do_no_harm(rules: RuleSet, data: st.DataObject) -> None:
    assert judged(rules, data.draw(damaged(SEED)), "Tr0ub4dor&3.zip").nodes >= 1
