from __future__ import annotations

import base64
import plistlib

import pytest
from hypothesis import given

from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from tests.fuzz import fuzzed
from tests.unit.engine.containers import BENIGN, EICAR, damaged, judged, places, unknowns


def card(*lines: str) -> bytes:
    return "\r\n".join(["BEGIN:VCARD", "VERSION:3.0", "FN:Ann Example", *lines, "END:VCARD", ""]).encode()


def folded(line: str) -> str:
    return "\r\n ".join(line[at : at + 60] for at in range(0, len(line), 60))


def urls(content: bytes, name: str, engine: Engine) -> set[str]:
    return {link.url for link in engine.scan(content, name=name).urls}


@pytest.mark.parametrize(
    "traits", ["PHOTO;ENCODING=b;TYPE=JPEG:", "item1.LOGO;BASE64:", "KEY:data:application/x;base64,"]
)
def test_what_a_contact_card_carries_is_found(engine: Engine, traits: str) -> None:
    content = card(folded(traits + base64.b64encode(EICAR).decode()))

    report = engine.scan(content, name="a.vcf")

    assert (report.verdict, places(report)["yara.eicar"].startswith("a.vcf/")) == (Verdict.MALICIOUS, True)


def test_a_harmless_contact_card_is_clean(engine: Engine) -> None:
    report = engine.scan(card(folded("NOTE;ENCODING=b:" + base64.b64encode(BENIGN).decode())), name="a.vcf")

    assert (report.verdict, report.findings, report.nodes) == (Verdict.CLEAN, (), 2)


def test_addresses_that_are_coded_are_found(engine: Engine) -> None:
    content = card("URL;ENCODING=QUOTED-PRINTABLE:https=3A=2F=2Fcoded.example=\r\n=2Flogin")

    assert "https://coded.example/login" in urls(content, "a.vcf", engine)


@fuzzed()
@given(damaged(card("PHOTO;ENCODING=b:" + base64.b64encode(BENIGN).decode(), "URL;QUOTED-PRINTABLE:=41")))
def test_wrong_bytes_of_a_card_do_no_harm(rules: RuleSet, content: bytes) -> None:
    assert judged(rules, content, "a.vcf").nodes >= 1


@pytest.mark.parametrize("name", ["a.webloc", "a.inetloc", "a.bin"])
@pytest.mark.parametrize("address", ["https://binary.example/sign-in/here", "https://binary.example/" + "a" * 300])
def test_the_address_in_a_binary_property_list_is_found(engine: Engine, name: str, address: str) -> None:
    content = plistlib.dumps({"URL": address}, fmt=plistlib.FMT_BINARY)

    report = engine.scan(content, name=name)

    assert (report.type, unknowns(report)) == ("application/x-bplist", set())
    assert {link.url for link in report.urls} == {address}


def test_a_binary_shortcut_that_opens_a_program_is_as_bad_as_the_plain_one(engine: Engine) -> None:
    target = {"URL": "file:///Applications/Utilities/Terminal.app"}
    plain, binary = (plistlib.dumps(target, fmt=form) for form in (plistlib.FMT_XML, plistlib.FMT_BINARY))

    found = [engine.scan(content, name="a.inetloc") for content in (plain, binary)]

    assert found[0].verdict is found[1].verdict is Verdict.SUSPICIOUS
    assert "shortcut.internet" in places(found[1])


@fuzzed()
@given(damaged(plistlib.dumps({"URL": "https://binary.example/sign-in/here"}, fmt=plistlib.FMT_BINARY)))
def test_wrong_bytes_of_a_list_do_no_harm(rules: RuleSet, content: bytes) -> None:
    assert judged(rules, content, "a.webloc").nodes >= 1
