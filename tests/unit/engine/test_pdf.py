from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Callable

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, strategies as st

from app.engine.budget import MIB, Limits
from app.engine.model import Report, Severity, Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from app.sandbox import samples
from tests.fuzz import fuzzed

from .containers import BENIGN, EICAR, damaged, judged, places

_PAD = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")


def pdf(*objects: bytes, trailer: bytes = b"/Root 1 0 R") -> bytes:
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, content) for number, content in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer << " + trailer + b" >>\n%%EOF\n"


def stream(content: bytes, dictionary: bytes = b"", filters: bytes = b"") -> bytes:
    given = b" /Filter " + filters if filters else b""
    return b"<< /Length %d %s%s >>\nstream\n%s\nendstream" % (len(content), dictionary, given, content)


def severities(report: Report) -> dict[str, Severity]:
    return {finding.id: finding.severity for finding in report.findings}


def run_length(content: bytes) -> bytes:
    pieces = (content[at : at + 128] for at in range(0, len(content), 128))
    return b"".join(bytes([len(piece) - 1]) + piece for piece in pieces) + b"\x80"


def lzw(content: bytes) -> bytes:
    """Codes of nine bits, the table cleared before it grows beyond them."""
    bits = ""
    for at, byte in enumerate(content):
        bits += (f"{256:09b}" if at % 100 == 0 else "") + f"{byte:09b}"
    bits += f"{257:09b}"
    return int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")


@pytest.mark.parametrize(
    ("pack", "filters"),
    [
        (zlib.compress, b"/FlateDecode"),
        (lambda data: zlib.compress(data)[2:-4], b"/Fl"),
        (lambda data: data.hex().encode() + b">", b"/ASCIIHexDecode"),
        (lambda data: base64.a85encode(data) + b"~>", b"[/A85]"),
        (run_length, b"/RunLengthDecode"),
        (lzw, b"/LZWDecode"),
        (lambda data: base64.a85encode(zlib.compress(data.hex().encode())) + b"~>", b"[/A85 /FlateDecode /AHx]"),
    ],
)
def test_packed_streams_are_laid_before_the_rules(
    engine: Engine, pack: Callable[[bytes], bytes], filters: bytes
) -> None:
    report = engine.scan(pdf(stream(pack(EICAR * 3), filters=filters)), name="a.pdf")

    assert places(report) == {"yara.eicar": "a.pdf"}


def test_a_plain_document_is_clean(engine: Engine) -> None:
    assert engine.scan(samples.pdf(), name="a.pdf").findings == ()


def attached(name: bytes, data: bytes) -> bytes:
    spec = b"<< /Type /Filespec /F (" + name + b") /EF << /F 2 0 R >> >>"
    return pdf(spec, stream(zlib.compress(data), b"/Type /EmbeddedFile", b"/FlateDecode"))


def test_an_embedded_file_is_scanned_under_its_name(engine: Engine) -> None:
    assert places(engine.scan(attached(b"bill.txt", EICAR), name="a.pdf")) == {"yara.eicar": "a.pdf/bill.txt"}


def test_an_embedded_harmless_file_is_clean(engine: Engine) -> None:
    report = engine.scan(attached(b"bill.txt", BENIGN), name="a.pdf")

    assert (report.verdict, report.nodes) == (Verdict.CLEAN, 2)


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (b"/S /Launch /Win << /F (cmd.exe) /P (/c calc) >>", {"pdf.launch_program": Severity.MALICIOUS}),
        (b"/S /Launch /F (letter.doc)", {"pdf.launch": Severity.SUSPICIOUS}),
        (b"/S /GoToR /F (\\\\\\\\192.0.2.7\\\\share\\\\a.pdf)", {"pdf.remote_file": Severity.SUSPICIOUS}),
        (b"/S /GoToR /F (chapter2.pdf)", {}),
        (b"/S /SubmitForm /F << /FS /URL /F (https://site.example/) >>", {"pdf.form_sent": Severity.INFO}),
        (b"/S /URI /URI (https://site.example/)", {}),
        (b"/S /URI /URI (javascript:alert\\(1\\))", {"pdf.command_link": Severity.SUSPICIOUS}),
        (b"/S /L#61unch /F (letter.doc)", {"pdf.launch": Severity.SUSPICIOUS, "pdf.disguised": Severity.SUSPICIOUS}),
        (b"/S /GoTo /D [ 3 0 R /Fit ] /Title#20of /Caf#e9", {}),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_an_action_is_judged_by_what_it_does(
    engine: Engine, action: bytes, expected: dict[str, Severity], packed: bool
) -> None:
    thing = b"<< /Type /Action " + action + b" >>"
    if packed:
        content = zlib.compress(b"9 0 " + thing)
        thing = stream(content, b"/Type /ObjStm /N 1 /First 4", b"/FlateDecode")

    assert severities(engine.scan(pdf(thing), name="a.pdf")) == expected


def test_a_page_that_is_opened_by_itself_is_suspicious(engine: Engine) -> None:
    report = engine.scan(pdf(b"<< /OpenAction << /S /URI /URI (https://site.example/a\\(b\\)) >> >>"), name="a.pdf")

    assert severities(report) == {"pdf.opens_page": Severity.SUSPICIOUS}
    assert [link.url for link in report.urls] == ["https://site.example/a(b)"]


_SPRAY = b"var a = unescape('" + b"%u9090" * 20 + b"'); while (a.length < 0x40000) a += a;"
_HIDDEN = b"var k = [" + b"101, " * 50 + b"0]; eval(String.fromCharCode.apply(null, k));"
_FORM = b"if (event.value != '') { event.value = util.printf('%.2f', event.value); } app.alert('Thank you');"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (_SPRAY, {"pdf.script_attack": Severity.MALICIOUS, "pdf.script": Severity.INFO}),
        (_HIDDEN, {"pdf.script_hidden": Severity.MALICIOUS, "pdf.script": Severity.INFO}),
        (_FORM, {"pdf.script": Severity.INFO}),
        (b"this.submitForm('https://site.example/');", {"pdf.script": Severity.INFO}),
    ],
)
@pytest.mark.parametrize("kept", ["string", "digits", "wide", "stream", "form"])
def test_a_script_is_judged_by_what_it_is(
    engine: Engine, script: bytes, expected: dict[str, Severity], kept: str
) -> None:
    escaped = script.replace(b"(", b"\\(").replace(b")", b"\\)")
    wide = b"<feff" + script.decode().encode("utf-16-be").hex().encode() + b">"
    content = {
        "string": pdf(b"<< /S /JavaScript /JS (" + escaped + b") >>"),
        "digits": pdf(b"<< /S /JavaScript /JS <" + script.hex().encode() + b"> >>"),
        "wide": pdf(b"<< /S /JavaScript /JS " + wide + b" >>"),
        "stream": pdf(b"<< /S /JavaScript /JS 2 0 R >>", stream(zlib.compress(script), b"", b"/FlateDecode")),
        "form": pdf(stream(zlib.compress(b"<script>" + script + b"</script>"), b"", b"/FlateDecode")),
    }[kept]

    assert severities(engine.scan(content, name="a.pdf")) == expected


def rc4(key: bytes, data: bytes) -> bytes:
    return Cipher(ARC4(key), None).encryptor().update(data)


def md5(data: bytes) -> bytes:
    return hashlib.md5(data).digest()


def locked(password: bytes, data: bytes, *, aes: bool) -> bytes:
    """A document under 128 bits, RC4 or AES, with a script in its one stream (ISO 32000-1, 7.6.3)."""
    owner, identity = bytes(range(32)), b"0123456789abcdef"
    key = md5((password + _PAD)[:32] + owner + (0xFFFFFFFC).to_bytes(4, "little") + identity)
    for _ in range(50):
        key = md5(key)
    proof = md5(_PAD + identity)
    for number in range(20):
        proof = rc4(bytes(byte ^ number for byte in key), proof)
    single = md5(key + (1).to_bytes(3, "little") + bytes(2) + (b"sAlT" if aes else b""))
    if aes:
        padding = 16 - len(data) % 16
        stage = Cipher(algorithms.AES(single), modes.CBC(identity)).encryptor()
        content = identity + stage.update(data + bytes([padding]) * padding)
    else:
        content = rc4(single, data)
    kind = b"/V 4 /R 4 /CF << /StdCF << /CFM /AESV2 /Length 16 >> >> /StmF /StdCF" if aes else b"/V 2 /R 3"
    entries = b"/O <%s> /U <%s>" % (owner.hex().encode(), (proof + bytes(16)).hex().encode())
    lock = b"<< /Filter /Standard " + kind + b" /Length 128 /P -4 " + entries + b" >>"
    return pdf(stream(content), lock, trailer=b"/Encrypt 2 0 R /ID [<%s> <00>]" % identity.hex().encode())


@pytest.mark.parametrize("aes", [False, True])
def test_a_document_locked_with_the_empty_password_is_looked_into(engine: Engine, aes: bool) -> None:
    report = engine.scan(locked(b"", EICAR, aes=aes), name="a.pdf")

    assert (report.verdict, set(severities(report))) == (Verdict.MALICIOUS, {"yara.eicar"})


@pytest.mark.parametrize("aes", [False, True])
def test_the_password_of_the_comment_opens_a_document(engine: Engine, aes: bool) -> None:
    report = engine.scan(locked(b"geheim", EICAR, aes=aes), name="a.pdf", comment="Passwort: geheim")

    assert report.verdict is Verdict.MALICIOUS


def test_a_document_that_no_password_opens_is_unknown(engine: Engine) -> None:
    report = engine.scan(locked(b"n0t-given", EICAR, aes=True), name="a.pdf")

    assert severities(report) == {"pdf.encrypted": Severity.UNKNOWN}


def test_a_document_under_the_newest_lock_is_looked_into(engine: Engine) -> None:
    """Revision 5 (Adobe extension level 3): the key is wrapped by a hash of the password."""
    key = bytes(range(32))
    user = hashlib.sha256(b"saltsalt").digest() + b"saltsalt" + b"keysalt!"
    wrap = Cipher(algorithms.AES(hashlib.sha256(b"keysalt!").digest()), modes.CBC(bytes(16))).encryptor().update(key)
    padded = EICAR + bytes([16 - len(EICAR) % 16]) * (16 - len(EICAR) % 16)
    content = bytes(16) + Cipher(algorithms.AES(key), modes.CBC(bytes(16))).encryptor().update(padded)
    entries = b"/U <%s> /UE <%s>" % (user.hex().encode(), wrap.hex().encode())
    lock = b"<< /Filter /Standard /V 5 /R 5 /CF << /StdCF << /CFM /AESV3 >> >> /StmF /StdCF " + entries + b" >>"

    report = engine.scan(pdf(stream(content), lock, trailer=b"/Encrypt 2 0 R"), name="a.pdf")

    assert report.verdict is Verdict.MALICIOUS


def test_a_bomb_ends_with_its_limit(rules: RuleSet) -> None:
    bomb = pdf(stream(zlib.compress(bytes(24 * MIB)), b"", b"/FlateDecode"))

    report = Engine(rules, Limits(ratio_floor=MIB)).scan(bomb, name="a.pdf")

    assert severities(report) == {"limit.ratio": Severity.UNKNOWN}


@pytest.mark.parametrize(
    "part",
    [
        b"1 0 obj ",
        b"1 0 obj << /Filter /FlateDecode >> stream\n",
        b"1 0 obj << /Length 99999999 >> stream\r\n endstream ",
        b"/URI (",
        b"1 0 obj << /JS ( ",
        b"((((((((",
        b"/EF << /F 1 0 R ",
        b"/S /Launch /F (",
        b"/Encrypt 1 0 R ",
        b"1 0 obj /#61#61 ",
    ],
)
def test_many_of_anything_are_read_in_linear_time(engine: Engine, part: bytes) -> None:
    report = engine.scan(b"%PDF-1.4\n1 0 obj <<" + part * 20_000, name="a.pdf")

    assert "limit.seconds" not in severities(report)


@fuzzed()
@given(st.data())
def test_a_damaged_document_never_fails(rules: RuleSet, data: st.DataObject) -> None:
    members = stream(zlib.compress(b"9 0 << /S /Launch /F (a) >>"), b"/Type /ObjStm /N 1 /First 4", b"/FlateDecode")
    seed = pdf(
        members, stream(lzw(b"x" * 99), b"/Type /EmbeddedFile", b"/LZW"), b"<< /JS (\\101<) /EF << /F 2 0 R >> >>"
    )
    judged(rules, data.draw(damaged(seed, within=(9, len(seed) - 1))), "a.pdf")


@fuzzed()
@given(st.data())
def test_a_damaged_lock_never_fails(rules: RuleSet, data: st.DataObject) -> None:
    seed = locked(b"", EICAR, aes=True)
    judged(rules, data.draw(damaged(seed, within=(9, len(seed) - 1))), "a.pdf")


def predicted(content: bytes, *, columns: int, png: int) -> bytes:
    """Rows as differences: ``png`` is the kind of PNG row (0 to 4), -1 the way of TIFF."""
    out, above = b"", bytes(columns)
    for at in range(0, len(content), columns):
        row = content[at : at + columns]
        left = bytes(1) + row[:-1]
        corner = bytes(1) + above[: len(row) - 1]
        guesses = {
            -1: left,
            0: bytes(len(row)),
            1: left,
            2: above,
            3: bytes((one + two) // 2 for one, two in zip(left, above, strict=False)),
            4: bytes(map(nearest, left, above, corner)),
        }[png]
        mixed = bytes((one - two) & 0xFF for one, two in zip(row, guesses, strict=False))
        out += mixed if png < 0 else bytes([png]) + mixed
        above = row.ljust(columns, b"\0")
    return out


def nearest(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda value: abs(guess - value))


@pytest.mark.parametrize("png", [-1, 0, 1, 2, 3, 4])
def test_rows_stored_as_differences_are_put_back(engine: Engine, png: int) -> None:
    number = 2 if png < 0 else 10 + png
    given = b"/DecodeParms << /Predictor %d /Columns 17 >>" % number
    content = zlib.compress(predicted(EICAR, columns=17, png=png))

    report = engine.scan(pdf(stream(content, given, b"/FlateDecode")), name="a.pdf")

    assert report.verdict is Verdict.MALICIOUS


@pytest.mark.parametrize("filters", [b"", b"/FlateDecode"])
def test_more_parameters_than_filters_do_no_harm(rules: RuleSet, filters: bytes) -> None:
    given = b"/DecodeParms [ << /Columns 3 >> << /Predictor 2 >> null ]"
    judged(rules, pdf(stream(zlib.compress(BENIGN), given, filters)), "a.pdf")


def test_an_object_stream_with_a_predictor_is_read(engine: Engine) -> None:
    members = b"9 0 << /S /Launch /Win << /F (cmd.exe) >> >>"
    given = b"/Type /ObjStm /N 1 /First 4 /DecodeParms [<< /Predictor 12 /Columns 4 >>]"
    content = zlib.compress(predicted(members, columns=4, png=2))

    found = severities(engine.scan(pdf(stream(content, given, b"[/FlateDecode]")), name="a.pdf"))

    assert found == {"pdf.launch_program": Severity.MALICIOUS}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (b"/DCTDecode", set()),
        (b"[/FlateDecode /DCTDecode]", set()),
        (b"/JBIG2Decode", set()),
        (b"/HiddenDecode", {"archive.unsupported"}),
        (b"[/HiddenDecode /FlateDecode]", {"archive.unsupported"}),
        (b"[/DCTDecode /FlateDecode]", {"archive.unsupported"}),
        (b"[" + b"/AHx " * 9 + b"]", {"archive.unsupported"}),
    ],
)
def test_a_part_packed_in_an_unknown_way_is_unknown_and_a_picture_is_not(
    engine: Engine, filters: bytes, expected: set[str]
) -> None:
    assert set(severities(engine.scan(pdf(stream(b"abc", filters=filters)), name="a.pdf"))) == expected


def test_a_damaged_part_is_unknown_and_its_beginning_is_read(engine: Engine) -> None:
    packed = zlib.compress(EICAR + samples.noise(5_000, seed=1))

    for content in (packed[:-2_000], packed[:2_000] + b"\xff" * 3_000):
        found = severities(engine.scan(pdf(stream(content, filters=b"/FlateDecode")), name="a.pdf"))
        assert found == {"yara.eicar": Severity.MALICIOUS, "archive.broken": Severity.UNKNOWN}


def test_a_part_whose_checksum_is_wrong_is_read(engine: Engine) -> None:
    content = zlib.compress(EICAR)[:-4] + b"abcd"

    report = engine.scan(pdf(stream(content, filters=b"/FlateDecode")), name="a.pdf")

    assert set(severities(report)) == {"yara.eicar"}


def test_more_scripts_than_are_read_are_unknown(engine: Engine) -> None:
    many = b"".join(b"<< /S /JavaScript /JS %d 0 R >>" % number for number in range(2_100))
    long = b"<< /JS (" + b"a = 1; " * 160_000 + b") >>"

    for content in (many, long):
        assert severities(engine.scan(pdf(content), name="a.pdf"))["limit.pdf"] is Severity.UNKNOWN


def test_a_file_elsewhere_that_is_opened_by_itself_is_malicious(engine: Engine) -> None:
    action = b"<< /AA << /O << /F (\\\\\\\\192.0.2.7\\\\a) /D [ 0 /Fit] /S /GoToR >> >> >>"

    assert severities(engine.scan(pdf(action), name="a.pdf")) == {"pdf.remote_file": Severity.MALICIOUS}


def test_scripts_of_forms_are_read_in_linear_time(engine: Engine) -> None:
    content = zlib.compress(b"<script>" * 40_000)

    report = engine.scan(pdf(stream(content, filters=b"/FlateDecode")), name="a.pdf")

    assert "limit.seconds" not in severities(report)
