from __future__ import annotations

import datetime
import struct

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given, strategies as st

from app.engine.analyzers.program import pe as program_pe
from app.engine.model import Report, Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from app.sandbox import samples
from tests.fuzz import fuzzed
from tests.unit.engine.containers import damaged, judged, places, unknowns
from tests.unit.engine.programs import windows

NOISE = samples.noise(100_000, seed=5)
#: Put together, so that no scanner takes this file for a beacon.
BEACON = b"MZ" + b"ARUH" + b"\x89\xe5"


def evidence(report: Report, code: str) -> str:
    return next((finding.evidence for finding in report.findings if finding.id == code), "")


def certificate(name: str = "Example Software GmbH", use: x509.ObjectIdentifier | None = None) -> bytes:
    """A table with one signature: a PKCS#7 with a certificate for this name, valid for code unless told otherwise."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example Authority")])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder(issuer, subject, key.public_key(), 7, start, start.replace(year=2030))
        .add_extension(x509.ExtendedKeyUsage([use or ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
        .sign(key, hashes.SHA256())
    )
    body = pkcs7.serialize_certificates([made], Encoding.DER)
    return struct.pack("<IHH", len(body) + 8, 0x200, 2) + body


SIGNED = certificate()


def test_a_program_has_a_line_that_says_what_it_is(engine: Engine) -> None:
    report = engine.scan(windows({"kernel32.dll": ["Sleep"]}), name="a.exe")

    assert (report.verdict, set(places(report))) == (Verdict.RESTRICTED, {"type.program", "program.kind"})
    assert evidence(report, "program.kind") == "64-bit, program, built 2023-11-14, not signed"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (windows(wide=False), "32-bit, program"),
        (windows(driver=True), "driver"),
        (windows(dll=True, exports=["xlAutoOpen"]), "add-in for Excel"),
        (windows(dll=True, exports=["CPlApplet"]), "control panel"),
        (windows(dll=True, exports=["DllRegisterServer"]), "component that is registered (DLL)"),
        (windows(dll=True), "library (DLL)"),
        (windows(dotnet=True), ".NET"),
    ],
)
def test_its_kind_is_named(engine: Engine, content: bytes, words: str) -> None:
    assert words in evidence(engine.scan(content, name="a.exe"), "program.kind")


@pytest.mark.parametrize(("letters", "words"), [(b"NE", "16-bit Windows program"), (b"LE", "driver of Windows 9x")])
def test_programs_of_older_systems_are_named(engine: Engine, letters: bytes, words: str) -> None:
    content = b"MZ".ljust(60, b"\0") + struct.pack("<I", 64) + letters + bytes(200)

    assert evidence(engine.scan(content, name="a.exe"), "program.kind") == words


def test_hidden_code_of_dotnet_is_mentioned(engine: Engine) -> None:
    sections = [(".text", b"ConfusedBy" + b"Attribute")]

    assert "program.obfuscated" in places(engine.scan(windows(sections=sections, dotnet=True), name="a.exe"))
    assert "program.obfuscated" not in places(engine.scan(windows(dotnet=True), name="a.exe"))


def test_the_signer_is_named_and_said_to_be_unverified(engine: Engine) -> None:
    report = engine.scan(windows(certificate=SIGNED), name="a.exe")

    assert evidence(report, "program.signed") == "Example Software GmbH"
    assert "not verified" in next(finding.title for finding in report.findings if finding.id == "program.signed")


@pytest.mark.parametrize("table", [b"\x10\0\0\0\0\2\2\0" + bytes(8), bytes(4), SIGNED[:-40], SIGNED[:8]])
def test_a_signature_that_cannot_be_read_names_nobody(engine: Engine, table: bytes) -> None:
    report = engine.scan(windows(certificate=table), name="a.exe")

    assert "program.signed" in places(report)
    assert evidence(report, "program.signed") == ""
    assert unknowns(report) == set()


def test_a_stamp_of_time_is_no_signer(engine: Engine) -> None:
    table = certificate("Clock", ExtendedKeyUsageOID.TIME_STAMPING)

    assert evidence(engine.scan(windows(certificate=table), name="a.exe"), "program.signed") == ""


@pytest.mark.parametrize("wide", [True, False])
def test_functions_that_reach_into_other_programs_are_a_sign(engine: Engine, wide: bool) -> None:
    names = ["VirtualAllocEx", "WriteProcessMemory", "CreateRemoteThread"]

    report = engine.scan(windows({"kernel32.dll": names}, wide=wide), name="a.exe")

    assert evidence(report, "program.injects") == "CreateRemoteThread, VirtualAllocEx, WriteProcessMemory"
    for ordinary in (names[:2], ["VirtualAlloc", "CreateThread", "ReadFile"]):
        report = engine.scan(windows({"kernel32.dll": ordinary}, wide=wide), name="a.exe")
        assert "program.injects" not in places(report)


def test_downloading_and_starting_together_are_a_sign(engine: Engine) -> None:
    both = windows({"urlmon.dll": ["URLDownloadToFileW"], "shell32.dll": ["ShellExecuteA"]})
    one = windows({"wininet.dll": ["InternetReadFile"], "shell32.dll": ["ShellExecuteA"]})

    assert "program.downloads_and_starts" in places(engine.scan(both, name="a.exe"))
    assert "program.downloads_and_starts" not in places(engine.scan(one, name="a.exe"))
    assert evidence(engine.scan(one, name="a.exe"), "program.abilities") == "downloads, starts programs"


@pytest.mark.parametrize(
    "version",
    [
        {"FileDescription": "Microsoft Word Document"},
        {"FileDescription": "x", "ProductName": "Adobe Acrobat Document"},
        {"OriginalFilename": "invoice.pdf.exe"},
    ],
)
def test_a_program_that_calls_itself_a_document_is_malicious(engine: Engine, version: dict[str, str]) -> None:
    report = engine.scan(windows(version=version), name="a.exe")

    assert (report.verdict, "program.poses" in places(report)) == (Verdict.MALICIOUS, True)


@pytest.mark.parametrize(
    "version",
    [
        {"FileDescription": "Microsoft Word Document Viewer"},
        {"FileDescription": "PDF Document Converter", "OriginalFilename": "pdf.exe"},
        {"ProductName": "Adobe Acrobat Reader"},
    ],
)
def test_a_program_for_documents_is_only_restricted(engine: Engine, version: dict[str, str]) -> None:
    assert engine.scan(windows(version=version), name="pdf.exe").verdict is Verdict.RESTRICTED


def test_a_well_known_maker_without_a_signature_is_a_sign(engine: Engine) -> None:
    version = {"CompanyName": "Microsoft Corporation"}

    assert "program.claimed_maker" in places(engine.scan(windows(version=version), name="a.exe"))
    for other in (windows(version=version, certificate=SIGNED), windows(version={"CompanyName": "Example Ltd"})):
        assert "program.claimed_maker" not in places(engine.scan(other, name="a.exe"))


def test_another_name_than_it_was_made_with_is_mentioned(engine: Engine) -> None:
    content = windows(version={"OriginalFilename": "mimic.exe"})

    assert evidence(engine.scan(content, name="a.exe"), "program.renamed") == "mimic.exe"
    assert "program.renamed" not in places(engine.scan(content, name="MIMIC.exe"))


def test_a_program_made_to_be_injected_is_malicious(engine: Engine) -> None:
    for content in (windows(start=BEACON), windows(dll=True, exports=["_ReflectiveLoader@4"])):
        report = engine.scan(content, name="a.dll")
        assert (report.verdict, "program.injected" in places(report)) == (Verdict.MALICIOUS, True)

    assert engine.scan(windows(dll=True, exports=["Loader"]), name="a.dll").verdict is Verdict.RESTRICTED


def test_a_packed_program_names_its_packer(engine: Engine) -> None:
    packed = windows(sections=[("UPX0", b""), ("UPX1", b"UPX!" + NOISE)])
    unnamed = windows(sections=[(".text", NOISE)])

    for content, words in ((packed, "UPX"), (unnamed, "high entropy")):
        report = engine.scan(content, name="a.exe")
        assert (report.verdict, evidence(report, "program.packed")) == (Verdict.RESTRICTED, words)
    assert "program.packed" not in places(engine.scan(windows(), name="a.exe"))


def test_a_packer_whose_header_was_wiped_is_malicious(engine: Engine) -> None:
    content = windows(sections=[("UPX0", b""), ("UPX1", NOISE)])

    report = engine.scan(content, name="a.exe")

    assert (report.verdict, "program.wiped_packer" in places(report)) == (Verdict.MALICIOUS, True)


def test_data_behind_the_end_is_told_by_size_and_kind(engine: Engine) -> None:
    report = engine.scan(windows(overlay=samples.png() + bytes(600)), name="a.exe")

    assert "image/png" in evidence(report, "program.overlay")
    signed = engine.scan(windows(certificate=SIGNED), name="a.exe")
    assert "program.overlay" not in places(signed)


def test_a_packed_program_with_more_behind_its_end_is_a_sign(engine: Engine) -> None:
    packed = [(".text", NOISE)]

    assert "program.packed_overlay" in places(engine.scan(windows(sections=packed, overlay=NOISE), name="a.exe"))
    assert "program.packed_overlay" not in places(engine.scan(windows(overlay=NOISE), name="a.exe"))


@pytest.mark.parametrize(
    ("content", "title"),
    [
        (windows(overlay=bytes(4) + b"\xef\xbe\xad\xdeNullsoftInst" + NOISE), "NSIS installer"),
        (windows(overlay=b"zlb\x1a" + NOISE), "Inno Setup installer"),
        (windows(overlay=b"7z\xbc\xaf\x27\x1c" + bytes(600)), "7-Zip self-extracting archive"),
        (windows(overlay=NOISE + b"MEI\x0c\x0b\x0a\x0b\x0e" + bytes(80)), "PyInstaller (Python)"),
        (windows(overlay=b"KAX" + NOISE), "Nuitka (Python)"),
        (windows(sections=[(".text", bytes(600)), (".wixburn", bytes(16))]), "WiX installer"),
        (windows(sections=[(".text", bytes(600)), (".data", b"\xff Go buildinf:\x08\x02")]), "Go"),
        (windows(sections=[(".text", bytes(600)), (".rsrc", b"AU3!" + b"EA06" + NOISE)]), "AutoIt script"),
    ],
)
def test_installers_and_packed_scripts_are_named(engine: Engine, content: bytes, title: str) -> None:
    assert evidence(engine.scan(content, name="a.exe"), "program.made_by") == title


def _crafted() -> dict[str, bytes]:
    """Programs whose tables point at themselves, at nothing, or claim as much as their numbers hold."""
    content = bytearray(windows({"a.dll": ["F"]}, exports=["E"], version={"ProductName": "P"}))
    places_of = {"sections": 70, "optional": 84, "directories": 64 + 24 + 108, "entry": 64 + 24 + 16}
    table = 64 + 24 + 112

    def with_(offset: int, form: str, *values: int) -> bytes:
        wrong = bytearray(content)
        struct.pack_into(form, wrong, offset, *values)
        return bytes(wrong)

    loop = bytearray(content)
    tables = loop.find(b"\x10\0\0\0\x18\0\0\x80")
    struct.pack_into("<HHII", loop, tables - 4, 0xFFFF, 0xFFFF, 16, 0x80000000)
    many = windows({f"{number}.dll": ["F"] * 60 for number in range(600)})
    return {
        "sections": with_(places_of["sections"], "<H", 0xFFFF),
        "optional": with_(places_of["optional"], "<H", 0xFFFF),
        "directories": with_(places_of["directories"], "<I", 0xFFFFFFFF),
        "entry": with_(places_of["entry"], "<I", 0xFFFFFFFF),
        "exports": with_(table, "<II", 0x1000, 0xFFFFFFFF),
        "imports of nowhere": with_(table + 8, "<II", 0xFFFFFFF0, 0xFFFFFFFF),
        "imports of code": with_(table + 8, "<II", 0x100000, 0xFFFFFFFF),
        "resources of nowhere": with_(table + 16, "<II", 0x7FFFFFFF, 0xFFFFFFFF),
        "resources that loop": bytes(loop),
        "signature of everything": with_(table + 32, "<II", 1, 0xFFFFFFFF),
        "delayed imports": with_(table + 104, "<II", 0x100000, 0xFFFFFFFF),
        "many imports": many,
        "header in itself": b"MZ".ljust(60, b"\0") + struct.pack("<I", 2) + bytes(600),
    }


CRAFTED = _crafted()


@pytest.mark.parametrize("name", CRAFTED)
def test_a_crafted_program_is_read_as_far_as_it_goes(rules: RuleSet, name: str) -> None:
    report = judged(rules, CRAFTED[name], "a.exe")

    assert report.verdict.rank >= Verdict.RESTRICTED.rank
    assert unknowns(report) == set()  # not the time it may take, either


def test_a_program_cut_anywhere_is_still_one(rules: RuleSet) -> None:
    content = windows({"a.dll": ["F"]}, exports=["E"], version={"ProductName": "P"}, certificate=SIGNED)

    for length in range(64, len(content), 97):
        report = judged(rules, content[:length], "a.exe")
        assert report.verdict is Verdict.RESTRICTED


def test_the_tables_are_read_as_they_were_written() -> None:
    image = program_pe.read(memoryview(windows({"A.dll": ["F", "G"], "b.dll": ["H"]}, exports=["E"])))

    assert image
    assert program_pe.imports(image) == {"a.dll": {"F", "G"}, "b.dll": {"H"}}
    assert program_pe.exports(image) == {"E"}


SEED = windows({"a.dll": ["F"]}, exports=["E"], version={"ProductName": "P"}, certificate=SIGNED, overlay=b"x" * 600)


@fuzzed()
@given(data=st.data())
def test_wrong_bytes_do_no_harm(rules: RuleSet, data: st.DataObject) -> None:
    assert judged(rules, data.draw(damaged(SEED)), "a.exe").nodes >= 1


@fuzzed()
@given(data=st.data())
def test_wrong_bytes_in_the_headers_do_no_harm(rules: RuleSet, data: st.DataObject) -> None:
    assert judged(rules, data.draw(damaged(SEED, within=(60, 500))), "a.exe").nodes >= 1
