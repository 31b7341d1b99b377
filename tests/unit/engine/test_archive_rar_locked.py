from __future__ import annotations

import hashlib
import struct
import zlib
from base64 import b85decode
from collections.abc import Callable
from functools import cache

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, strategies as st

from app.engine.analyzers.archive.rar_key import Lock, new_key, old_key
from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from tests.fuzz import fuzzed
from tests.unit.engine import packers
from tests.unit.engine.containers import BENIGN, EICAR, damaged, judged, places, unknowns
from tests.unit.engine.test_archive_rar import block, number, old_block

SALT, VECTOR, CYCLES = bytes(range(16)), bytes(range(16, 32)), 4


def encrypt(key: bytes, vector: bytes, plain: bytes) -> bytes:
    padded = plain + bytes(-len(plain) % 16)
    return Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor().update(padded)


def rar5(
    content: bytes,
    password: str,
    *,
    packed: bool = False,
    headers: bool = False,
    name: str = "e.txt",
    stream: str = "",
) -> bytes:
    """Return an archive of version 5 with one member, locked; with ``headers`` the directory too."""
    key, told = (hashlib.pbkdf2_hmac("sha256", password.encode(), SALT, 2**CYCLES + more) for more in (0, 32))
    check = bytes(told[at] ^ told[at + 8] ^ told[at + 16] ^ told[at + 24] for at in range(8))
    check += hashlib.sha256(check).digest()[:4]
    data = encrypt(key, VECTOR, packers.rar5(content) if packed else content)
    record = number(1) + number(0) + number(3) + bytes([CYCLES]) + SALT + VECTOR + check
    raw = name.encode()
    body = number(4) + number(len(content)) + number(0) + bytes(4) + number(3 * packed << 7) + number(0)
    extra = number(len(record)) + record
    if stream:
        extra, raw = extra + number(len(stream) + 1) + number(7) + stream.encode(), b"STM"
    file = block(3 if stream else 2, 0, body + number(len(raw)) + raw, b"?" * len(data), extra)
    parts = [(block(1, 0, number(0)), b""), (file[: -len(data)], data), (block(5, 0, number(0)), b"")]
    out = b"Rar!\x1a\x07\x01\x00"
    if not headers:
        return out + b"".join(head + body for head, body in parts)
    out += block(4, 0, number(0) + number(1) + bytes([CYCLES]) + SALT + check)
    return out + b"".join(VECTOR + encrypt(key, VECTOR, head) + body for head, body in parts)


@cache
def old_lock(password: str) -> tuple[bytes, bytes]:
    """Return key and vector of version 4, derived one round at a time, as the format tells it."""
    counted, vector = hashlib.sha1(usedforsecurity=False), b""
    for count in range(0x40000):
        counted.update(password.encode("utf-16-le") + SALT[:8] + count.to_bytes(3, "little"))
        vector += counted.digest()[19:] if count % 0x4000 == 0 else b""
    return struct.pack("<4I", *struct.unpack(">4I", counted.digest()[:16])), vector


def rar4(content: bytes, password: str, *, packed: bool = False, headers: bool = False, name: str = "e.txt") -> bytes:
    """Return the same of version 4."""
    salt, (key, vector) = SALT[:8], old_lock(password)
    data = encrypt(key, vector, packers.rar4(content) if packed else content)
    raw = name.encode()
    body = struct.pack("<IIBI", len(data), len(content), 2, zlib.crc32(content))
    body += struct.pack("<IBBHI", 0, 29, 0x30 + 3 * packed, len(raw), 0x20) + raw + salt
    main = old_block(0x73, 0x80 * headers, bytes(6))
    parts = [(old_block(0x74, 0x8404, body), data), (old_block(0x7B, 0x4000, b""), b"")]
    out = b"Rar!\x1a\x07\x00" + main
    if not headers:
        return out + b"".join(head + body for head, body in parts)
    return out + b"".join(salt + encrypt(key, vector, head) + body for head, body in parts)


Packer = Callable[..., bytes]
BOTH = pytest.mark.parametrize("rar", [rar4, rar5])


@BOTH
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("headers", [False, True])
def test_a_locked_rar_opens_with_the_password_of_the_comment(
    engine: Engine, rar: Packer, packed: bool, headers: bool
) -> None:
    content = rar(EICAR, "Tr0ub4dor&3", packed=packed, headers=headers, name="sub/e.txt")

    report = engine.scan(content, name="a.rar", comment="The password is Tr0ub4dor&3. Regards")

    assert (report.verdict, unknowns(report)) == (Verdict.MALICIOUS, set())
    assert places(report)["yara.eicar"] == "a.rar/sub/e.txt"
    assert "archive.opened" in places(report)


@BOTH
@pytest.mark.parametrize("headers", [False, True])
def test_a_harmless_locked_rar_that_opens_is_clean(engine: Engine, rar: Packer, headers: bool) -> None:
    content = rar(BENIGN, "Tr0ub4dor&3", packed=True, headers=headers)

    report = engine.scan(content, name="a.rar", comment="Password: Tr0ub4dor&3")

    assert (report.verdict, set(places(report))) == (Verdict.CLEAN, {"archive.opened"})


@BOTH
@pytest.mark.parametrize("headers", [False, True])
def test_a_locked_rar_without_its_password_is_unknown(engine: Engine, rar: Packer, headers: bool) -> None:
    content = rar(EICAR, "Tr0ub4dor&3", packed=True, headers=headers)

    report = engine.scan(content, name="a.rar", comment="Password: something else")

    assert (report.verdict, set(places(report))) == (Verdict.UNKNOWN, {"archive.encrypted"})


@pytest.mark.parametrize("packed", [False, True])
def test_a_second_stream_in_a_locked_rar_is_seen(engine: Engine, packed: bool) -> None:
    content = rar5(EICAR, "infected", packed=packed, stream=":..\\..\\a.txt")

    report = engine.scan(content, name="a.rar")

    assert (report.verdict, unknowns(report)) == (Verdict.MALICIOUS, set())
    assert "name.autostart" in places(report)


def test_a_lock_that_asks_for_endless_rounds_is_not_tried() -> None:
    assert new_key("secret", Lock(60, SALT, bytes(12))) is None


def test_the_key_of_version_4_is_the_one_that_others_derive() -> None:
    assert old_key("pä", SALT[:8]).key == old_lock("pä")[0]


#: From libarchive's test suite (test_read_format_rar_encryption_header.rar, BSD licence); the password is 12345678.
REAL = (
    "Qeko-8V3N*nR9>u4FCWD00000<1VXYr(AZ7ghxUE%gW537iW=|8*z37b2G6TL!TQSc0Y{?1xmo0DYK#~%TNTsPDmW0)$+iTOPQ~U"
    "JaJ5?&NnMm;WbyRK1j8KGBp6l>x#E@32;qJ<1VXYr(AZ7s+QmIVtQ_9r8<)b9xOWJjju8goCf^)5~OkzF>yW(F8ni)q&Y1Ff+Rzz"
    "-h}rhzbJt>T(D}R!wBMo2aS27f+IW;7mJUBT>#N$PBn$6<1VXYr(AZ7s%O-%HkNltYZOhL^&;;2"
)


def test_an_archive_that_rar_itself_locked_is_opened(engine: Engine) -> None:
    report = engine.scan(b85decode(REAL), name="a.rar", comment="Password: 12345678")

    assert (report.verdict, set(places(report)), report.nodes) == (Verdict.CLEAN, {"archive.opened"}, 4)


@BOTH
@pytest.mark.parametrize("headers", [False, True])
@fuzzed()
@given(data=st.data())
def test_wrong_bytes_do_no_harm(rar: Packer, headers: bool, rules: RuleSet, data: st.DataObject) -> None:
    content = damaged(rar(BENIGN, "infected", packed=True, headers=headers), within=(8, 10_000))

    assert judged(rules, data.draw(content), "a.rar").nodes >= 1
