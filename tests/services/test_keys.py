from __future__ import annotations

import base64
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from app.errors import Misconfigured
from app.keys import OVERHEAD, MasterKey

RAW = bytes(range(32))


@pytest.fixture
def key() -> MasterKey:
    return MasterKey(RAW)


@pytest.mark.parametrize(
    "value",
    [
        RAW.hex(),
        RAW.hex().upper(),
        base64.b64encode(RAW).decode(),
        base64.urlsafe_b64encode(RAW).decode(),
        base64.urlsafe_b64encode(RAW).decode().rstrip("="),
        f"  {RAW.hex()}\n",
    ],
)
def test_every_notation_of_the_same_bytes_is_the_same_key(value: str, key: MasterKey, tmp_path: Path) -> None:
    assert MasterKey.load(tmp_path, value).id == key.id


def test_url_safe_characters_are_read_as_the_standard_ones(tmp_path: Path) -> None:
    raw = b"\xfb\xff" * 16
    url_safe, standard = base64.urlsafe_b64encode(raw).decode(), base64.b64encode(raw).decode()
    assert "_" in url_safe and "/" in standard
    assert MasterKey.load(tmp_path, url_safe).id == MasterKey.load(tmp_path, standard).id == MasterKey(raw).id


def test_a_passphrase_gives_the_same_key_on_every_machine(tmp_path: Path) -> None:
    first = MasterKey.load(tmp_path / "a", "correct horse battery staple")
    second = MasterKey.load(tmp_path / "b", "correct horse battery staple")
    assert second.unseal("test", first.seal("test", b"hello")) == b"hello"
    assert MasterKey.load(tmp_path, "correct horse battery stable").id != first.id


def test_a_short_passphrase_is_refused_without_being_shown(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="at least 16 characters") as caught:
        MasterKey.load(tmp_path, "hunter2")
    assert "hunter2" not in caught.value.message


def test_a_given_key_leaves_no_file_behind(tmp_path: Path) -> None:
    MasterKey.load(tmp_path, RAW.hex())
    assert list(tmp_path.iterdir()) == []


def test_the_first_start_makes_a_private_key_file_and_the_second_reads_it(tmp_path: Path) -> None:
    home = tmp_path / "not" / "yet"
    first = MasterKey.load(home, None)
    assert MasterKey.load(home, None).id == first.id
    assert [path.name for path in home.iterdir()] == ["secret.key"]
    assert stat.S_IMODE((home / "secret.key").stat().st_mode) == 0o600


def test_the_content_of_the_key_file_is_a_value_for_the_setting(tmp_path: Path) -> None:
    made = MasterKey.load(tmp_path, None)
    assert MasterKey.load(tmp_path / "elsewhere", (tmp_path / "secret.key").read_text()).id == made.id


def test_the_key_file_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        MasterKey.load(tmp_path, None)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


def test_a_key_file_that_others_can_read_is_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    MasterKey.load(tmp_path, None)
    path = tmp_path / "secret.key"
    path.chmod(0o640)
    with pytest.raises(Misconfigured) as caught:
        MasterKey.load(tmp_path, None)
    assert f"chmod 600 '{path}'" in caught.value.message
    path.chmod(0o600)
    MasterKey.load(tmp_path, None)


@pytest.mark.parametrize("content", [b"", b"\n", b"c2hvcnQ=", b"\xff" * 40, b"x" * 5000])
def test_a_key_file_without_a_key_is_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "secret.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(Misconfigured, match="holds no master key"):
        MasterKey.load(tmp_path, None)
    assert path.read_bytes() == content


def test_a_home_that_is_a_file_is_refused_in_plain_words(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("")
    with pytest.raises(Misconfigured, match="cannot be read or made"):
        MasterKey.load(home, None)


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from app.keys import MasterKey; sys.stdin.read(1);"
        "print(MasterKey.load(Path(sys.argv[1]), None).id)"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    ids = set()
    for process in started:
        assert process.stdin is not None
        process.stdin.write("g")
        process.stdin.flush()
    for process in started:
        ids.add(process.communicate(timeout=30)[0].strip())
    assert ids == {MasterKey.load(tmp_path, None).id}
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


@pytest.mark.parametrize("size", [0, 1, 100_000])
def test_what_was_sealed_opens_again(key: MasterKey, size: int) -> None:
    sealed = key.seal("comment", b"s" * size)
    assert len(sealed) == size + OVERHEAD
    assert key.unseal("comment", sealed) == b"s" * size


def test_sealing_twice_gives_different_bytes(key: MasterKey) -> None:
    assert key.seal("comment", b"same") != key.seal("comment", b"same")


def test_what_was_sealed_for_one_purpose_does_not_open_for_another(key: MasterKey) -> None:
    with pytest.raises(Misconfigured):
        key.unseal("token", key.seal("comment", b"x"))


def test_another_master_key_is_named_with_what_to_do(key: MasterKey) -> None:
    other = MasterKey(b"o" * 32)
    with pytest.raises(Misconfigured, match="Put back the earlier value of DESKWARDEN_SECRET_KEY") as caught:
        other.unseal("comment", key.seal("comment", b"x"))
    assert caught.value.code == "key.other"


def test_a_flipped_bit_anywhere_is_refused(key: MasterKey) -> None:
    sealed = key.seal("comment", b"hello")
    for position in range(len(sealed)):
        broken = bytearray(sealed)
        broken[position] ^= 1
        with pytest.raises(Misconfigured):
            key.unseal("comment", bytes(broken))


@pytest.mark.parametrize("length", [0, 1, 9, 21, OVERHEAD - 1])
def test_a_piece_of_sealed_bytes_is_refused(key: MasterKey, length: int) -> None:
    with pytest.raises(Misconfigured):
        key.unseal("comment", key.seal("comment", b"hello")[:length])


def test_a_wrapped_key_opens_only_in_its_context(key: MasterKey) -> None:
    wrapped = key.wrap(b"d" * 32, b"file 1")
    assert key.unwrap(wrapped, b"file 1") == b"d" * 32
    with pytest.raises(Misconfigured):
        key.unwrap(wrapped, b"file 2")


def test_a_wrapped_key_is_nothing_that_unseal_opens(key: MasterKey) -> None:
    with pytest.raises(Misconfigured):
        key.unseal("wrap", key.wrap(b"d" * 32, b"wrap"))


def test_a_signature_is_stable_over_restarts(key: MasterKey) -> None:
    assert key.sign("note", "redact:1") == "TSPVSCLZUGFYVFSIDKEUQ3OFC7"
    assert MasterKey(RAW).sign("note", "redact:1") == key.sign("note", "redact:1")


def test_a_passphrase_as_long_as_a_hex_key_is_a_passphrase(tmp_path: Path) -> None:
    spaced = "ab " * 21 + "a"
    assert len(spaced) == 64
    assert MasterKey.load(tmp_path, spaced).id == MasterKey.load(tmp_path, spaced).id


def test_a_signature_fits_its_text_its_purpose_and_its_key_alone(key: MasterKey) -> None:
    signature = key.sign("note", "a")
    assert key.compare("note", "a", signature)
    assert not key.compare("note", "b", signature)
    assert not key.compare("callback", "a", signature)
    assert not MasterKey(b"o" * 32).compare("note", "a", signature)
    assert not key.compare("note", "a", "")
    assert not key.compare("note", "a", "é\ud800")


def test_the_key_shows_in_no_representation(key: MasterKey) -> None:
    assert repr(key) == f"MasterKey(id={key.id})"
    assert RAW.hex() not in repr(key)
    assert RAW[:8].hex() != key.id
