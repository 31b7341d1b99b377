from __future__ import annotations

import hashlib
import io
import struct

import msoffcrypto
import olefile
import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from hypothesis import given, strategies as st
from msoffcrypto.method.xor_obfuscation import DocumentXOR

from app.engine.model import Report, Severity, Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from app.sandbox.compound_file import compound_file
from tests.fuzz import fuzzed

from .containers import damaged, judged

_EXEC, _ALERT, _FILL, _SUM = 0x6E, 0x8076, 0x8061, 4


def record(number: int, data: bytes) -> bytes:
    return struct.pack("<HH", number, len(data)) + data


def bof(kind: int) -> bytes:
    return record(0x0809, struct.pack("<HHHHII", 0x600, kind, 0, 1997, 0, 6))


def call(function: int, text: str = "") -> bytes:
    """A formula record that calls a function with a text."""
    tokens = b"\x17" + bytes([len(text), 0]) + text.encode() + b"\x42\x01" + struct.pack("<H", function)
    return record(0x0006, bytes(20) + struct.pack("<H", len(tokens)) + tokens)


def name(*, builtin: int = 0, text: str = "", place: bytes = b"\x3a" + bytes(6)) -> bytes:
    letters = bytes([builtin]) if builtin else text.encode()
    flags = 0x20 if builtin else 0
    head = struct.pack("<HBBHHH", flags, 0, len(letters), len(place), 0, 0) + bytes(4)
    return record(0x0018, head + b"\0" + letters + place)


def stream(*functions: int, names: bytes = b"", hidden: int = 0, lock: bytes = b"", text: str = "calc.exe") -> bytes:
    sheet = record(0x0085, struct.pack("<IBB", 0, hidden, 1) + b"\x06\0Macro1")
    formulas = b"".join(call(function, text) for function in functions)
    end = record(0x000A, b"")
    return bof(5) + lock + names + sheet + end + bof(0x40) + formulas + end


def workbook(content: bytes) -> bytes:
    return compound_file({"Workbook": content}, {})


def severities(report: Report) -> dict[str, Severity]:
    return {finding.id: finding.severity for finding in report.findings}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (stream(_EXEC, names=name(builtin=1)), {"excel.macro_runs": Severity.MALICIOUS}),
        (stream(_EXEC, names=name(text="Auto_Open1")), {"excel.macro_runs": Severity.MALICIOUS}),
        (stream(_EXEC, hidden=2), {"excel.macro_runs": Severity.MALICIOUS}),
        (stream(_EXEC), {"excel.macro_calls": Severity.SUSPICIOUS}),
        (stream(_ALERT, names=name(builtin=1)), {"excel.macro_automatic": Severity.SUSPICIOUS}),
        (stream(_FILL, hidden=1), {"excel.macro_hidden": Severity.SUSPICIOUS}),
        (stream(_SUM, _ALERT), {}),
        (stream(_SUM, hidden=1), {}),
        (stream(_SUM, names=name(builtin=6)), {}),
    ],
)
def test_an_old_macro_is_judged_by_what_it_does_and_when(
    engine: Engine, content: bytes, expected: dict[str, Severity]
) -> None:
    found = severities(engine.scan(workbook(content), name="a.xls"))

    assert found == {"excel.macro_sheet": Severity.INFO, **expected}


def test_a_workbook_without_macro_sheets_is_clean(engine: Engine) -> None:
    plain = bof(5) + name(text="Auto_Open", place=b"") + record(0x0085, bytes(6) + b"\x02\0S1") + bof(0x10) + call(_SUM)

    assert engine.scan(workbook(plain), name="a.xls").findings == ()


def test_addresses_in_old_macros_are_links(engine: Engine) -> None:
    report = engine.scan(workbook(stream(_EXEC, text="https://site.example/a.exe")), name="a.xls")

    assert [link.url for link in report.urls] == ["https://site.example/a.exe"]


@pytest.mark.parametrize(
    ("target", "severity"), [("cmd\x03/c calc", Severity.MALICIOUS), ("Excel\x03C:\\a.xls", Severity.INFO)]
)
def test_a_link_to_a_program_is_judged_by_the_program(engine: Engine, target: str, severity: Severity) -> None:
    link = record(0x01AE, struct.pack("<HHB", 0, len(target), 0) + target.encode())

    assert list(severities(engine.scan(workbook(bof(5) + link), name="a.xls")).values()) == [severity]


def locked(password: str, *functions: int, api: bool) -> bytes:
    """A workbook stream under RC4 (MS-OFFCRYPTO 2.3.6.2 and 2.3.5.2), made from the specification."""
    salt, verifier = bytes(range(16)), b"verify the words"
    wide = password.encode("utf-16-le")
    if api:
        start = hashlib.sha1(salt + wide).digest()
    else:
        start = hashlib.md5((hashlib.md5(wide).digest()[:5] + salt) * 16).digest()[:5]

    def cipher(block: int) -> CipherContext:
        key = (hashlib.sha1 if api else hashlib.md5)(start + struct.pack("<I", block)).digest()[:16]
        return Cipher(ARC4(key), None).encryptor()

    first = cipher(0)
    proof = first.update(verifier) + first.update((hashlib.sha1 if api else hashlib.md5)(verifier).digest())
    if api:
        header = struct.pack("<8I", 4, 0, 0x6801, 0x8004, 128, 1, 0, 0) + "P".encode("utf-16-le") + b"\0\0"
        info = struct.pack("<HHHII", 1, 4, 2, 4, len(header)) + header + struct.pack("<I", 16) + salt
        info += proof[:16] + struct.pack("<I", 20) + proof[16:]
    else:
        info = struct.pack("<HHH", 1, 1, 1) + salt + proof
    plain = stream(*functions, lock=record(0x2F, info), names=name(builtin=1))
    mixed = b"".join(cipher(start // 1024).update(plain[start : start + 1024]) for start in range(0, len(plain), 1024))
    return _with_clear_parts(plain, mixed)


def _with_clear_parts(plain: bytes, mixed: bytes) -> bytes:
    out, at = bytearray(mixed), 0
    while at < len(plain):
        number, size = struct.unpack_from("<HH", plain, at)
        clear = size if number in (0x0809, 0x2F) else 4 if number == 0x85 else 0
        out[at : at + 4 + clear] = plain[at : at + 4 + clear]
        at += 4 + size
    return bytes(out)


@pytest.mark.parametrize("api", [False, True])
def test_a_workbook_under_the_default_password_is_looked_into(engine: Engine, api: bool) -> None:
    found = severities(engine.scan(workbook(locked("VelvetSweatshop", _EXEC, api=api)), name="a.xls"))

    assert found["excel.macro_runs"] is Severity.MALICIOUS and found["office.opened"] is Severity.INFO


@pytest.mark.parametrize("api", [False, True])
def test_our_locked_workbooks_are_what_another_program_opens(api: bool) -> None:
    document = msoffcrypto.OfficeFile(io.BytesIO(workbook(locked("VelvetSweatshop", _EXEC, api=api))))
    document.load_key(password="VelvetSweatshop")
    out = io.BytesIO()
    document.decrypt(out)

    assert b"calc.exe" in olefile.OleFileIO(out).openstream("Workbook").read()


def mixed(password: str, *functions: int) -> bytes:
    """A workbook stream under XOR obfuscation (MS-OFFCRYPTO 2.3.7.3); key and mask come from another program."""
    key, mask = DocumentXOR.create_xor_key_method1(password), DocumentXOR.create_xor_array_method1(password)
    value = 0
    for letter in (*reversed(password.encode()), len(password)):
        value = (value << 1 & 0x7FFF | value >> 14 & 1) ^ letter
    lock = record(0x2F, struct.pack("<HHH", 0, key, value ^ 0xCE4B))
    plain = stream(*functions, lock=lock, names=name(builtin=1))
    out, at = bytearray(plain), 0
    while at < len(plain):
        number, size = struct.unpack_from("<HH", plain, at)
        clear = size if number in (0x0809, 0x2F) else 4 if number == 0x85 else 0
        for index in range(clear, size):
            byte = plain[at + 4 + index]
            out[at + 4 + index] = ((byte << 5 | byte >> 3) & 0xFF) ^ mask[(at + 4 + size + index) % 16]
        at += 4 + size
    return bytes(out)


def test_a_workbook_under_the_weakest_lock_is_looked_into(engine: Engine) -> None:
    found = severities(engine.scan(workbook(mixed("VelvetSweatshop", _EXEC)), name="a.xls"))

    assert found["excel.macro_runs"] is Severity.MALICIOUS


def test_the_password_of_the_comment_opens_a_workbook(engine: Engine) -> None:
    content = workbook(locked("geheim!", _EXEC, api=True))

    assert engine.scan(content, name="a.xls", comment="Passwort: geheim!").verdict is Verdict.MALICIOUS


def test_a_workbook_that_no_password_opens_is_unknown(engine: Engine) -> None:
    found = severities(engine.scan(workbook(locked("n0t-given", _EXEC, api=True)), name="a.xls"))

    assert found == {"office.encrypted": Severity.UNKNOWN}


@fuzzed()
@given(st.data())
def test_a_damaged_workbook_never_fails(rules: RuleSet, data: st.DataObject) -> None:
    judged(rules, workbook(data.draw(damaged(stream(_EXEC, _FILL, names=name(builtin=1))))), "a.xls")


@fuzzed()
@given(st.data())
def test_a_damaged_lock_never_fails(rules: RuleSet, data: st.DataObject) -> None:
    judged(rules, workbook(data.draw(damaged(locked("VelvetSweatshop", _EXEC, api=True)))), "a.xls")
