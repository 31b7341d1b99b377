from __future__ import annotations

import hashlib
import random

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, strategies as st

from app.engine.model import Report, Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from tests.fuzz import fuzzed

from .containers import EICAR, damaged, judged, places, unknowns
from .pages import CONTENT, PHISH, SINK, b64, codes_of, page, program, script, svg, zipped

SAVE = (
    "var b=new Bl" + "ob([bytes],{type:'octet/stream'});var a=document.createElement('a');"
    "a.href=URL.createObject" + "URL(b);a.download='NAME';a.click();"
)


def sealed(text: str, passphrase: bytes) -> str:
    """AES as CryptoJS writes it: a salt, key and vector derived by MD5."""
    salt, stream, block = b"saltsalt", b"", b""
    while len(stream) < 48:
        block = hashlib.md5(block + passphrase + salt).digest()
        stream += block
    pad = 16 - len(text) % 16
    encryptor = Cipher(algorithms.AES(stream[:32]), modes.CBC(stream[32:48])).encryptor()
    return b64(b"Salted__" + salt + encryptor.update(text.encode() + bytes([pad]) * pad) + encryptor.finalize())


def verdict(engine: Engine, content: bytes, name: str = "a.html") -> Verdict:
    return engine.scan(content, name=name).verdict


def hidden_ways(text: str) -> dict[str, str]:
    """Return every way of writing a page that only appears when a script has decoded it."""
    packed = b64(text)
    pieces = [packed[at : at + 20] for at in range(0, len(packed), 20)]
    moved = b64(bytes(byte ^ 0x2A for byte in text.encode()))
    escapes = "".join(f"\\x{ord(letter):02x}" for letter in text)
    higher = ",".join(str(ord(letter) + 7) for letter in text)
    marked = codes_of(text).replace(",", "!")
    return {
        "base64": f"document.write(atob('{packed}'))",
        "twice": f"document.write(atob(atob('{b64(packed)}')))",
        "percent": f"document.write(unescape('{''.join(f'%{ord(c):02X}' for c in text)}'))",
        "hexadecimal": f"document.write('{text.encode().hex()}'.replace(/../g,c=>String.fromCharCode(parseInt(c,16))))",
        "escapes": f"document.write('{escapes}')",
        "codes": f"document.write(String.fromCharCode({codes_of(text)}))",
        "moved codes": f"[{higher}].forEach(n=>document.write(String.fromCharCode(n-7)))",
        "text of codes": f"'{marked}!'.split('!').forEach(n=>document.write(String.fromCharCode(n)))",
        "reversed": f"document.write(atob('{packed[::-1]}'.split('').reverse().join('')))",
        "plain reversed": f"document.write('{text.replace(chr(39), chr(34))[::-1]}'.split('').reverse().join(''))",
        "replaced": f"document.write(atob('{packed.replace('A', '#')}'.split('#').join('A')))",
        "replaced by pattern": f"document.write(atob('{packed.replace('A', '#')}'.replace(/#/g,'A')))",
        "sum of literals": f"document.write(atob('{packed[:30]}' + '{packed[30:]}'))",
        "sum of variables": f"var a='{packed[:30]}';var b='{packed[30:]}';document.write(atob(a+b))",
        "chain": f"var a='{pieces[0]}';"
        + "".join(f"a+='{piece}';" for piece in pieces[1:])
        + "document.write(atob(a))",
        "list": f"document.write(atob([{','.join(map(repr, pieces))}].join('')))",
        "exclusive or": f"var d=atob('{moved}');for(i in d)document.write(String.fromCharCode(d.charCodeAt(i)^42))",
        "cipher": f"document.write(CryptoJS.AES.decrypt('{sealed(text, b'hunter22')}','hunter22'))",
    }


@pytest.mark.parametrize("way", hidden_ways(PHISH))
def test_a_page_that_hides_a_password_form_is_malicious(engine: Engine, way: str) -> None:
    report = engine.scan(script(hidden_ways(PHISH)[way]), name="a.html")

    assert (report.verdict, "html.hidden_form" in places(report)) == (Verdict.MALICIOUS, True), way


@pytest.mark.parametrize("way", hidden_ways(PHISH))
def test_a_page_that_hides_harmless_words_the_same_way_is_clean(engine: Engine, way: str) -> None:
    harmless = "<p>Write to our office in the Main Street, please. We answer within a day, or two at most.</p>"

    assert verdict(engine, script(hidden_ways(harmless)[way])) is Verdict.CLEAN


@pytest.mark.parametrize("way", ["base64", "codes", "reversed", "cipher"])
def test_a_page_that_hides_where_it_leads_is_malicious(engine: Engine, way: str) -> None:
    inner = "<script>window.location.href = 'https://landing.example.net/x'</script>"

    assert places(engine.scan(script(hidden_ways(inner)[way]), name="a.html")).keys() >= {"html.hidden_redirect"}


def test_an_address_that_is_decoded_to_lead_there_is_malicious(engine: Engine) -> None:
    report = engine.scan(script(f"location.href = atob('{b64('https://landing.example.net/?m=1')}')"), name="a.html")

    assert (report.verdict, places(report)) == (Verdict.MALICIOUS, {"html.hidden_redirect": "a.html"})


def test_a_decoded_address_in_an_ordinary_page_is_at_most_notable(engine: Engine) -> None:
    code = f"var u = atob('{b64('https://cdn.example.net/collect')}'); document.createElement('img').src = u;"

    assert verdict(engine, page(f"{CONTENT}<script>{code}</script>")) is Verdict.CLEAN


@pytest.mark.parametrize(
    "body",
    [
        f"<textarea id=t>{b64(PHISH * 2)}</textarea><script>document.write(atob(t.value))</script>",
        f"<p id=t data-x='{b64(PHISH * 2)}'></p><script>document.write(atob(t.dataset.x))</script>",
    ],
)
def test_data_outside_of_the_script_is_decoded_too(engine: Engine, body: str) -> None:
    assert "html.hidden_form" in places(engine.scan(page(body), name="a.html"))


def test_a_password_switch_is_no_form(engine: Engine) -> None:
    code = "function show(){p.type=p.type=='text'?'password':'text'};fetch('https://metrics.example.net/a.json')"

    assert verdict(engine, page(f"{CONTENT}<script>{code}</script>")) is Verdict.CLEAN


def test_a_page_that_is_empty_until_a_foreign_script_fills_it_is_suspicious(engine: Engine) -> None:
    assert verdict(engine, page("<script src='https://landing.example.net/a.js'></script>")) is Verdict.SUSPICIOUS
    assert verdict(engine, page("<script src='https://cdn.jsdelivr.net/npm/vue'></script>")) is Verdict.CLEAN


def test_script_of_signs_alone_is_suspicious(engine: Engine) -> None:
    assert verdict(engine, script("[][(![]+[])[+[]]+([![]]+[][[]])[+!+[]+[+[]]]]+" * 60)) is Verdict.SUSPICIOUS


def test_the_loader_of_a_counter_is_clean(engine: Engine) -> None:
    code = "document.write(unescape(\"%3Cscript src='https://ssl.counter.example.net/ga.js'%3E%3C/script%3E\"));"

    assert verdict(engine, page(f"{CONTENT}<script>{code}</script>")) is Verdict.CLEAN


def saved(content: bytes, name: str) -> str:
    return f"var bytes=Uint8Array.from(atob('{b64(content)}'),c=>c.charCodeAt(0));" + SAVE.replace("NAME", name)


@pytest.mark.parametrize(
    ("content", "name", "finding"),
    [
        (zipped(), "Invoice.zip", "html.smuggled_archive"),
        (program(), "setup.exe", "html.smuggled_program"),
        (b"\x4c\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46" + bytes(200), "a.lnk", "html.smuggled_program"),
        (bytes(0x8000) + b"\x01CD001\x01\0" + bytes(4000), "scan.iso", "html.smuggled_program"),
        (b"Rar!\x1a\x07\x01\0" + bytes(200), "scan.rar", "html.smuggled_archive"),
    ],
)
def test_a_page_that_builds_a_file_and_saves_it_is_malicious(
    engine: Engine, content: bytes, name: str, finding: str
) -> None:
    report = engine.scan(script(saved(content, name)), name="a.html")

    assert (report.verdict, places(report)[finding]) == (Verdict.MALICIOUS, "a.html")


def test_what_a_page_saves_is_scanned_under_its_name(engine: Engine) -> None:
    report = engine.scan(script(saved(zipped("inner.txt", EICAR * 2), "Invoice.zip")), name="a.html")

    assert places(report)["yara.eicar"] == "a.html/Invoice.zip/inner.txt"


def test_a_file_in_a_list_of_bytes_is_found(engine: Engine) -> None:
    code = f"var bytes=new Uint8Array([{','.join(map(str, zipped()))}]);" + SAVE.replace("NAME", "a.zip")

    assert places(engine.scan(script(code), name="a.html")).keys() >= {"html.smuggled_archive"}


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n" + bytes(400), b"wOF2" + bytes(400), b"\0asm\1\0\0\0" + bytes(400)]
)
def test_pictures_fonts_and_modules_in_scripts_are_clean(engine: Engine, content: bytes) -> None:
    assert verdict(engine, script(saved(content, "chart.png"))) is Verdict.CLEAN


def test_a_table_that_is_exported_when_the_reader_asks_is_clean(engine: Engine) -> None:
    code = "function e(){var bytes=rows.map(r=>r.join(';')).join('\\n');" + SAVE.replace("NAME", "table.csv") + "}"

    assert (
        verdict(engine, page(f"{CONTENT}<button onclick='e()'>Export</button><script>{code}</script>")) is Verdict.CLEAN
    )


def opaque(size: int = 9_000) -> str:
    return b64(random.Random(7).randbytes(size))


def test_a_file_that_cannot_be_decoded_is_malicious_by_its_name_and_suspicious_by_what_is_done(engine: Engine) -> None:
    code = f"var bytes=lock(atob('{opaque()}'));" + SAVE

    assert verdict(engine, script(code.replace("NAME", "Invoice.iso"))) is Verdict.MALICIOUS
    assert verdict(engine, script(code.replace("NAME", "Invoice"))) is Verdict.SUSPICIOUS


def test_data_that_nobody_saves_or_writes_is_clean(engine: Engine) -> None:
    assert verdict(engine, script(f"var table=atob('{opaque()}');draw(table)")) is Verdict.CLEAN


def test_a_page_of_data_that_is_written_when_it_opens_is_suspicious(engine: Engine) -> None:
    assert verdict(engine, script(f"document.write(lock(atob('{opaque()}')))")) is Verdict.SUSPICIOUS


def test_names_made_by_a_tool_for_hiding_scripts_are_suspicious_in_a_page_of_nothing_else(engine: Engine) -> None:
    code = ";".join(f"var _0x{number:04x}=_0x{number + 1:04x}(0x{number:x})" for number in range(0x1A00, 0x1A40))

    assert verdict(engine, script(code)) is Verdict.SUSPICIOUS
    assert verdict(engine, page(f"{CONTENT}<script>{code}</script>")) is Verdict.CLEAN


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_the_encoding_of_the_page_hides_nothing(engine: Engine, encoding: str) -> None:
    content = script(hidden_ways(PHISH)["base64"], "größer").decode().encode(encoding)

    assert verdict(engine, content) is Verdict.MALICIOUS


def test_many_nested_tags_cost_little_and_hide_nothing(engine: Engine) -> None:
    content = b"<div>" * 100_000 + script(hidden_ways(PHISH)["base64"])

    report = engine.scan(content, name="a.html")

    assert (report.verdict, unknowns(report)) == (Verdict.MALICIOUS, set())


HOSTILE = (
    "<script>",
    "<!--",
    "<form action='",
    '<input "',
    "a+='",
    "[1,",
    '"\\',
    "atob('QUJD",
    "%41",
    "&#60;",
    "location=",
    "<svg ",
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_repetition_costs_little(engine: Engine, piece: str) -> None:
    report = engine.scan(script(piece * (100_000 // len(piece))), name="a.html")

    assert "limit.seconds" not in places(report)


def test_addresses_are_found_as_before(engine: Engine) -> None:
    report = engine.scan(
        page("<a href='https://site.example/?a=1&amp;b=2'>x</a><img src='//img.example/p.png'>"), name="a.html"
    )

    assert [link.url for link in report.urls] == ["https://site.example/?a=1&b=2", "https://img.example/p.png"]


SAMPLES = (
    script(hidden_ways(PHISH)["exclusive or"]),
    script(hidden_ways(PHISH)["cipher"]),
    script(saved(zipped(), "a.zip")),
    page(f"<iframe src='data:text/html;base64,{b64(PHISH)}'></iframe><!--[if IE]><a href='{SINK}'>"),
    svg("<script><![CDATA[location='https://landing.example.net/']]></script><set to='javascript:1'/>"),
)


@fuzzed(25)
@given(data=st.data())
def test_damaged_pages_are_judged_without_a_failure(rules: RuleSet, data: st.DataObject) -> None:
    sample = data.draw(st.sampled_from(SAMPLES))

    report: Report = judged(rules, data.draw(damaged(sample)), data.draw(st.sampled_from(["a.html", "a.svg", "a.hta"])))

    assert report.nodes >= 1
