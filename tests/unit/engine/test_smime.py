from __future__ import annotations

import base64
import zlib

import pytest
from hypothesis import given, strategies as st

from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from app.sandbox import samples
from tests.fuzz import fuzzed
from tests.unit.engine.containers import BENIGN, EICAR, damaged, judged, places, unknowns

DATA, SIGNED, ENVELOPED = (bytes.fromhex("06092a864886f70d0107") + bytes([number]) for number in (1, 2, 3))
COMPRESSED = bytes.fromhex("060b2a864886f70d0109100109")


def value(tag: int, content: bytes, *, open_end: bool = False) -> bytes:
    if open_end:
        return bytes([tag, 0x80]) + content + b"\0\0"
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    wide = (size.bit_length() + 7) // 8
    return bytes([tag, 0x80 | wide]) + size.to_bytes(wide, "big") + content


def signed(content: bytes, *, open_end: bool = False, kind: bytes = SIGNED) -> bytes:
    """Return a signed document without signatures: with open lengths its content is cut into pieces."""
    octets = value(4, content)
    if open_end:
        pieces = b"".join(value(4, content[at : at + 20]) for at in range(0, len(content), 20))
        octets = value(0x24, pieces, open_end=True)
    inside = value(0x30, DATA + value(0xA0, octets, open_end=open_end), open_end=open_end)
    algorithms = value(0x31, value(0x30, bytes.fromhex("0609608648016503040201")))
    body = value(0x30, b"\2\1\1" + algorithms + inside + value(0x31, b""), open_end=open_end)
    return value(0x30, kind + value(0xA0, body, open_end=open_end), open_end=open_end)


FORMS = pytest.mark.parametrize("open_end", [False, True])


@FORMS
def test_what_was_signed_is_found(engine: Engine, open_end: bool) -> None:
    report = engine.scan(signed(EICAR, open_end=open_end), name="a.txt.p7m")

    assert (report.type, report.verdict, unknowns(report)) == ("application/pkcs7-mime", Verdict.MALICIOUS, set())
    assert places(report)["yara.eicar"] == "a.txt.p7m/a.txt"


@FORMS
@pytest.mark.parametrize("around", ["%s", "-----BEGIN PKCS7-----\n%s-----END PKCS7-----\n"])
def test_the_same_in_base64_is_found(engine: Engine, open_end: bool, around: str) -> None:
    content = (around % base64.encodebytes(signed(EICAR, open_end=open_end)).decode()).encode()

    assert places(engine.scan(content, name="a.txt.p7m"))["yara.eicar"] == "a.txt.p7m/a.txt"


@FORMS
def test_a_harmless_signed_document_is_clean(engine: Engine, open_end: bool) -> None:
    report = engine.scan(signed(BENIGN, open_end=open_end), name="a.txt.p7m")

    assert (report.verdict, report.findings, report.nodes) == (Verdict.CLEAN, (), 2)


def test_a_signed_mail_is_opened_as_one(engine: Engine) -> None:
    head, _, body = samples.mail_with([("e.txt", EICAR)]).partition(b"\n\n")
    kind = next(line for line in head.split(b"\n") if line.lower().startswith(b"content-type"))

    report = engine.scan(signed(kind + b"\n\n" + body), name="smime.p7m")

    assert places(report)["yara.eicar"] == "smime.p7m/message.eml/e.txt"


def test_a_packed_document_is_unpacked(engine: Engine) -> None:
    assert places(engine.scan(signed(zlib.compress(EICAR), kind=COMPRESSED), name="a.p7m"))["yara.eicar"] == "a.p7m/a"


def test_what_is_locked_for_its_receiver_is_unknown(engine: Engine) -> None:
    assert unknowns(engine.scan(signed(BENIGN, kind=ENVELOPED), name="smime.p7m")) == {"archive.encrypted"}


def test_a_signature_that_lies_apart_is_clean(engine: Engine) -> None:
    body = value(0x30, b"\2\1\1" + value(0x31, b"") + value(0x30, DATA) + value(0x31, b""))

    assert engine.scan(value(0x30, SIGNED + value(0xA0, body)), name="smime.p7s").verdict is Verdict.CLEAN


def test_a_document_cut_short_is_unknown_and_its_beginning_is_read(engine: Engine) -> None:
    report = engine.scan(signed(EICAR + bytes(900))[:-500], name="a.p7m")

    assert (report.verdict, unknowns(report)) == (Verdict.MALICIOUS, {"archive.broken"})


@pytest.mark.parametrize("piece", [b"\x30\x80", b"\x24\x80", b"\x04\x00"])
def test_endless_nesting_ends(engine: Engine, piece: bytes) -> None:
    content = b"\x30\x80" + SIGNED + b"\xa0\x80\x30\x80" + piece * 400_000

    assert "analysis.failed" not in places(engine.scan(content, name="a.p7m"))


@FORMS
@fuzzed()
@given(data=st.data())
def test_wrong_bytes_do_no_harm(open_end: bool, rules: RuleSet, data: st.DataObject) -> None:
    content = data.draw(damaged(signed(BENIGN, open_end=open_end), within=(0, 60)))

    assert judged(rules, content, "a.p7m").nodes >= 1
    assert judged(rules, b"MII" + base64.b64encode(content)[3:], "a.p7m").nodes >= 1
