"""Objects in rich text, written in the ways that confuse readers but not the word processor."""

from __future__ import annotations

from collections.abc import Callable

from app.engine.model import Verdict
from tests.corpus.payloads import payload
from tests.corpus.registry import technique
from tests.corpus.sample import Draw, File
from tests.unit.engine.test_rtf import embedded, equation, package


def _spaced(draw: Draw, digits: bytes) -> bytes:
    return b"".join(
        digits[at : at + 2] + draw.rng.choice((b"", b"\n", b"\t", b"  ")) for at in range(0, len(digits), 2)
    )


def _worded(draw: Draw, digits: bytes) -> bytes:
    words = (rb"\par ", rb"{\*\bookmark aa}", rb"\ls7 ", rb"{\object }", rb"\sect123 ")
    step = draw.rng.randrange(6, 40, 2)
    return b"".join(digits[at : at + step] + draw.rng.choice(words) for at in range(0, len(digits), step))


def _cased(draw: Draw, digits: bytes) -> bytes:
    return draw.cased(digits.decode()).encode()


def _binary(draw: Draw, digits: bytes) -> bytes:
    data = bytes.fromhex(digits.decode())
    return b"\\bin%010d " % len(data) + data


_WAYS: tuple[Callable[[Draw, bytes], bytes], ...] = (_spaced, _worded, _cased, _binary)


def rich(draw: Draw, data: bytes, way: Callable[[Draw, bytes], bytes] | None = None, *, plain: bool = False) -> bytes:
    """Return a text with the object in it; ``plain`` as a word processor writes it."""
    digits = data.hex().encode()
    begin = draw.rng.choice((rb"{\rtf1\ansi", rb"{\rt", rb"{\rtf1{\info}", rb"{\rtf9\adeflang1025"))
    control = draw.rng.choice((rb"\objocx", rb"\objemb\objupdate", rb"\objautlink\objupdate", rb"\objemb"))
    if plain:
        begin, control = rb"{\rtf1\ansi", rb"\objemb"
    return (
        begin + b" " + draw.prose(10).encode() + rb"{\object" + control + rb"\objw1\objh1{\*\objdata "
        + (way(draw, digits) if way else digits)
        + rb"}{\result {\pict\wmetafile8 }}}" + draw.prose(20).encode() + b"}"
    )  # fmt: skip


@technique("rtf.packaged_file", most=Verdict.SUSPICIOUS)
def _package(draw: Draw, harmful: bool) -> File:
    made = payload(draw, harmful)
    data = embedded("Package", package(made.name.encode("ascii", "replace").decode(), made.content))
    return File(f"{draw.stem()}.{draw.one('rtf', 'doc')}", rich(draw, data, draw.rng.choice((None, _spaced, _cased))))


@technique("rtf.obscured_object", most=Verdict.SUSPICIOUS)
def _obscured(draw: Draw, harmful: bool) -> File:
    made = payload(draw, harmful)
    data = embedded("Package", package(made.name.encode("ascii", "replace").decode(), made.content))
    way = draw.rng.choice(_WAYS)
    return File(
        f"{draw.stem()}.{draw.one('rtf', 'doc', 'docx')}", rich(draw, data, way if harmful else None, plain=not harmful)
    )


@technique("rtf.equation_editor", most=Verdict.SUSPICIOUS)
def _equation(draw: Draw, harmful: bool) -> File:
    font = draw.noise(60, 100).replace(b"\0", b"\x41") if harmful else b"Symbol"
    name = draw.cased("equation.3") if harmful else "Equation.3"
    data = embedded(name, equation(font))
    way = draw.rng.choice((None, _spaced, _worded))
    return File(f"{draw.stem()}.doc", rich(draw, data, way if harmful else None, plain=not harmful))


@technique("rtf.remote_template")
def _template(draw: Draw, harmful: bool) -> File:
    target = draw.url("dotm") if harmful else "C:\\\\Templates\\\\Letter.dotx"
    # Each letter may be written as its number, signed, with a letter for old readers behind it.
    if harmful and draw.rng.random() < 0.5:
        target = "".join(f"\\u{ord(letter) - 65536}?" if draw.rng.random() < 0.3 else letter for letter in target)
    body = rf"{{\rtf1\ansi {{\*\template {target}}}{draw.prose(40)}}}"
    return File(f"{draw.stem()}.rtf", body.encode())


@technique("rtf.remote_link", most=Verdict.SUSPICIOUS)
def _link(draw: Draw, harmful: bool) -> File:
    """A linked object whose address the word processor follows by itself."""
    moniker = bytes.fromhex("e0c9ea79f9bace118c8200aa004ba90b")
    address = draw.url("hta").encode("utf-16-le") + b"\0\0"
    native = moniker + len(address).to_bytes(4, "little") + address
    data = embedded("OLE2Link", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + native if harmful else bytes(400))
    return File(f"{draw.stem()}.doc", rich(draw, data, _spaced if draw.rng.random() < 0.5 else None))
