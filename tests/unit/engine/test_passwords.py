"""Every way in which people write a password into a comment."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.engine.passwords import COMMON, candidates, fewer, may_hold_password
from tests.fuzz import fuzzed

#: Text that came with the file -> the password in it.
PHRASES = [
    # English
    ("Password: Xk9fm2Q", "Xk9fm2Q"),
    ("password:Xk9fm2Q", "Xk9fm2Q"),
    ("The password is Xk9fm2Q.", "Xk9fm2Q"),
    ("the password for the attached archive is: Xk9fm2Q, thanks", "Xk9fm2Q"),
    ("Please use the password Xk9fm2Q to open it", "Xk9fm2Q"),
    ("Xk9fm2Q is the password", "Xk9fm2Q"),
    ("Use Xk9fm2Q as password.", "Xk9fm2Q"),
    ("pw Xk9fm2Q", "Xk9fm2Q"),
    ("PW = Xk9fm2Q", "Xk9fm2Q"),
    ("pwd->Xk9fm2Q", "Xk9fm2Q"),
    ("pass: summer", "summer"),
    ("Passcode – 482913", "482913"),
    ("the zip is locked, code 4711", "4711"),
    ("You can unlock it with tulip2026", "tulip2026"),
    ("The archive is protected, use 3576 to open it.", "3576"),
    ("Koden til filen er 3304", "3304"),
    ("Koden är 3304.", "3304"),
    ("Zum Öffnen bitte 4711 eingeben", "4711"),
    ("Pour l'ouvrir : 4711", "4711"),
    ("para abrirlo: 4711", "4711"),
    ("password is 'correct horse battery'", "correct horse battery"),
    ("Password: correct horse battery\nRegards", "correct horse battery"),
    ("Password:\n\nXk9fm2Q\n", "Xk9fm2Q"),
    ("Password (case sensitive): Xk9fm2Q", "Xk9fm2Q"),
    ("password “Xk9fm2Q”", "Xk9fm2Q"),
    ("**Password:** `Xk9fm2Q`", "Xk9fm2Q"),
    ("Password: Pa$$w0rd!", "Pa$$w0rd!"),
    ("Password: Pa$$w0rd!.", "Pa$$w0rd!"),
    ("Password: <Xk9fm2Q>", "Xk9fm2Q"),
    ("Here you go: tulip-2026-Rose", "tulip-2026-Rose"),
    ("Invoice attached (Xk9fm2Q)", "Xk9fm2Q"),
    # German
    ("Passwort: Sommer2026!", "Sommer2026!"),
    ("Das Passwort lautet Sommer2026.", "Sommer2026"),
    ("Das Kennwort für die Datei ist Sommer2026", "Sommer2026"),
    ("Mit dem Schlüssel blume öffnen", "blume"),
    # French
    ("Mot de passe : été2026", "été2026"),
    ("Le mot de passe est soleil", "soleil"),
    ("mdp=soleil7", "soleil7"),
    # Spanish
    ("La contraseña es verano26", "verano26"),
    ("contrasena: verano", "verano"),
    ("Clave: verano26", "verano26"),
    # Portuguese
    ("A senha é verao2026", "verao2026"),
    ("Palavra-passe: verao", "verao"),
    # Italian
    ("La password è estate26", "estate26"),
    ("Parola d'ordine: estate", "estate"),
    # Dutch
    ("Het wachtwoord is zomer26", "zomer26"),
    ("Wachtwoord: zomer", "zomer"),
    # Polish
    ("Hasło: lato2026", "lato2026"),
    ("hasłem jest lato", "lato"),
    # Russian and Ukrainian
    ("Пароль: leto2026", "leto2026"),
    ("пароль от архива — лето2026", "лето2026"),
    ("Пароль к файлу это leto", "leto"),
    # Chinese
    ("密码:xia2026", "xia2026"),
    ("密码是xia2026，谢谢", "xia2026"),
    ("解压密码：xia2026。请查收", "xia2026"),
    ("密碼為 xia2026", "xia2026"),
    ("请用xia2026作为密码", "xia2026"),
    # Japanese
    ("パスワードはnatsu26です", "natsu26"),
    ("解凍パスワード：natsu26", "natsu26"),
    # Korean
    ("비밀번호는 yeoreum26 입니다", "yeoreum26"),
    ("암호: yeoreum", "yeoreum"),
    # Turkish, Czech, Swedish, Danish, Finnish, Hungarian, Romanian
    ("Şifre: yaz2026", "yaz2026"),
    ("Heslo: leto2026", "leto2026"),
    ("Lösenordet är sommar26", "sommar26"),
    ("Adgangskode: sommer", "sommer"),
    ("Salasana on kesa26", "kesa26"),
    ("Jelszó: nyar26", "nyar26"),
    ("Parola este vara26", "vara26"),
    # Greek, Arabic, Hebrew, Hindi, Thai, Vietnamese, Indonesian
    ("Ο κωδικός είναι kalokairi26", "kalokairi26"),
    ("كلمة المرور: sayf2026", "sayf2026"),
    ("הסיסמה: kayitz26", "kayitz26"),
    ("पासवर्ड: garmi26", "garmi26"),
    ("รหัสผ่าน: ron2026", "ron2026"),
    ("Mật khẩu: he2026", "he2026"),
    ("Kata sandi: panas26", "panas26"),
]


@pytest.mark.parametrize(("comment", "password"), PHRASES)
def test_a_password_in_a_comment_is_among_the_first_tried(comment: str, password: str) -> None:
    found = candidates(f"Hello,\n\nplease find the report attached.\n\n{comment}\n\nKind regards\nAda Moreau", "a.zip")

    assert password in found[:12]


@pytest.mark.parametrize(("comment", "password"), PHRASES)
def test_a_comment_with_a_password_is_worth_another_try(comment: str, password: str) -> None:
    assert may_hold_password(comment)


@pytest.mark.parametrize("comment", ["", "Thank you!", "Please close this ticket.", "See https://example.com/a?b=1"])
def test_an_ordinary_comment_is_not(comment: str) -> None:
    assert not may_hold_password(comment)


def test_the_files_own_name_and_common_ones_come_last() -> None:
    found = candidates("Password: tulip", "report.2026.tar.gz")

    assert found[0] == "tulip"
    assert {"report.2026.tar", "report.2026"} <= set(found)
    assert found[-len(COMMON) :] == COMMON


def test_for_costly_locks_only_the_most_common_ones_are_tried() -> None:
    found = fewer(candidates("Password: malware", "report.zip"))

    assert found[0] == "malware"
    assert found[-4:] == COMMON[:4]


def test_a_long_text_gives_no_more_than_can_be_tried() -> None:
    text = " ".join(f"password{n}: Secret{n}x" for n in range(50_000))

    assert len(candidates(text, "a.zip")) <= 60 + 4 + 2 + len(COMMON)


@fuzzed(100)
@given(st.text(max_size=300), st.text(max_size=40))
def test_no_text_breaks_it(comment: str, name: str) -> None:
    assert all(candidates(f"Password: {comment}", name))
