from __future__ import annotations

import base64
import binascii

import pytest
from hypothesis import given

from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from app.sandbox import samples
from tests.fuzz import fuzzed
from tests.unit.engine.containers import BENIGN, EICAR, damaged, judged, places


def uuencoded(content: bytes, name: str = "e.txt") -> bytes:
    lines = b"".join(binascii.b2a_uu(content[at : at + 45]) for at in range(0, len(content), 45))
    return b"begin 644 " + name.encode() + b"\n" + lines + b"`\nend\n"


@pytest.mark.parametrize("name", ["a.uue", "a.txt", "a"])
def test_a_file_in_a_text_is_found(engine: Engine, name: str) -> None:
    text = b"Dear all,\nbegin with this:\n\n" + uuencoded(BENIGN, "a.txt") + uuencoded(EICAR * 3) + b"\nRegards\n"

    report = engine.scan(text.replace(b"\n", b"\r\n"), name=name)

    assert (report.verdict, places(report)["yara.eicar"]) == (Verdict.MALICIOUS, f"{name}/e.txt")


def test_a_file_in_the_body_of_a_mail_is_found(engine: Engine) -> None:
    mail = b"From: a@example.com\nTo: b@example.com\nSubject: x\n\nSee below.\n\n" + uuencoded(EICAR)

    assert places(engine.scan(mail, name="a.eml"))["yara.eicar"].endswith("/e.txt")


def test_the_newer_form_is_found(engine: Engine) -> None:
    text = b"begin-base64 644 e.txt\n" + base64.encodebytes(EICAR) + b"====\n"

    assert places(engine.scan(text, name="a.txt"))["yara.eicar"] == "a.txt/e.txt"


def test_a_program_among_the_lines_is_restricted(engine: Engine) -> None:
    content = uuencoded(samples.noise(300, seed=1), "Invoice.pdf.vbs")

    assert engine.scan(content, name="a.uue").verdict is not Verdict.CLEAN


@pytest.mark.parametrize(
    "text",
    [
        uuencoded(BENIGN),
        b"begin 644 times\nanew\n",
        b"We begin 644 tests.\n",
        b"begin\n644 a\n",
        b"begin 644 a\n" * 500,
    ],
)
def test_ordinary_texts_are_clean(engine: Engine, text: bytes) -> None:
    assert engine.scan(text, name="a.txt").verdict is Verdict.CLEAN


@fuzzed()
@given(damaged(uuencoded(BENIGN)))
def test_wrong_bytes_do_no_harm(rules: RuleSet, content: bytes) -> None:
    assert judged(rules, content, "a.uue").nodes >= 1
