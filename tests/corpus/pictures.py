"""Codes for cameras in all conditions, and pictures that hold more than a picture."""

from __future__ import annotations

import io
from collections.abc import Callable

import zxingcpp
from PIL import Image, ImageDraw

from app.engine.model import Verdict
from app.sandbox import samples
from tests.corpus.payloads import payload
from tests.corpus.registry import technique
from tests.corpus.sample import Draw, Expect, File, b64
from tests.unit.engine import pictures
from tests.unit.engine.pictures import code, photo, saved
from tests.unit.engine.test_office_xml import word
from tests.unit.engine.test_pdf_pages import document, shown, squares

_FORMS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")


def address(draw: Draw) -> str:
    """Return an address as lures in codes have it."""
    return f"https://{draw.word()}.{draw.word(2)}.example/{draw.word()}?e={draw.word()}{draw.rng.randrange(999)}"


def poster(draw: Draw, picture: Image.Image) -> Image.Image:
    """Return a page with a few lines and the picture below them."""
    page = Image.new("RGB", (max(600, picture.width + 80), picture.height + 300), "white")
    pen = ImageDraw.Draw(page)
    for line in range(5):
        pen.text((40, 30 + 24 * line), draw.prose(7), fill="black")
    page.paste(picture.convert("RGB"), (draw.rng.randrange(10, 60), 200))
    return page


def _code(name: str, change: Callable[[Draw, Image.Image], Image.Image]) -> None:
    def make(draw: Draw, harmful: bool) -> File:
        link, form = address(draw), draw.rng.choice(_FORMS)
        plain = code(link, scale=draw.rng.randrange(4, 8)) if harmful else Image.new("L", (150, 150), 200)
        content = saved(change(draw, plain).convert("RGB"), form)
        return File(f"{draw.stem()}.{form.lower()}", content, link=link)

    technique(f"code.{name}", expect=Expect.LINK)(make)


def _on_colours(draw: Draw, picture: Image.Image) -> Image.Image:
    dark = (draw.rng.randrange(90), draw.rng.randrange(60), draw.rng.randrange(150))
    light = (draw.rng.randrange(200, 256), draw.rng.randrange(190, 256), draw.rng.randrange(160, 256))
    return pictures.coloured(dark, light)(picture)


def _on_photo(draw: Draw, picture: Image.Image) -> Image.Image:
    whole = photo(900, 700, draw.rng.randrange(99))
    whole.paste(picture, (draw.rng.randrange(400), draw.rng.randrange(300)))
    return whole


for _name, _change in {
    "plain": lambda draw, picture: picture,
    "on_a_poster": poster,
    "turned": lambda draw, picture: pictures.turned(draw.rng.uniform(3, 350))(picture),
    "faint": lambda draw, picture: pictures.between(draw.rng.randrange(90, 130), draw.rng.randrange(170, 215))(picture),
    "inverted": lambda draw, picture: pictures.between(255, 0)(picture),
    "in_colours": _on_colours,
    "on_a_photo": _on_photo,
    "noisy": lambda draw, picture: pictures.noisy(draw.rng.uniform(0.1, 0.3))(picture),
    "blurred": lambda draw, picture: pictures.blurred(draw.rng.uniform(0.6, 1.6))(picture),
    "tilted": lambda draw, picture: pictures.tilted(draw.rng.uniform(0.05, 0.2))(picture),
}.items():
    _code(_name, _change)


@technique("code.other_kinds", expect=Expect.LINK)
def _kinds(draw: Draw, harmful: bool) -> File:
    kinds = zxingcpp.BarcodeFormat
    kind = draw.rng.choice((kinds.DataMatrix, kinds.Aztec, kinds.PDF417))
    link = address(draw)
    picture = code(link, kind, scale=5) if harmful else Image.new("L", (120, 120), 255)
    return File(f"{draw.stem()}.png", saved(poster(draw, picture)), link=link)


@technique("code.one_of_several", expect=Expect.LINK)
def _several(draw: Draw, harmful: bool) -> File:
    link = address(draw)
    page = Image.new("RGB", (900, 900), "white")
    for number in range(3):
        text = link if harmful and number == 2 else f"WIFI:S:{draw.word()};T:WPA;P:{draw.word()};;"
        page.paste(code(text, scale=4).convert("RGB"), (40 + 280 * number, 60 + 200 * number))
    return File(f"{draw.stem()}.png", saved(page), link=link)


@technique("code.with_transparency", expect=Expect.LINK)
def _transparent(draw: Draw, harmful: bool) -> File:
    link = address(draw)
    picture = pictures.see_through(draw.rng.choice((0, 255)))(code(link))
    return File(f"{draw.stem()}.png", saved(picture) if harmful else samples.png(), link=link)


@technique("code.in_a_pdf", expect=Expect.LINK)
def _in_pdf(draw: Draw, harmful: bool) -> File:
    link = address(draw)
    words = f"BT /F 12 Tf 72 760 Td ({draw.prose(12)}) Tj ET\n".encode()
    if not harmful:
        return File(f"{draw.stem()}.pdf", document([words]))
    if draw.rng.random() < 0.4:
        return File(f"{draw.stem()}.pdf", document([words + squares(code(link, scale=1))]), link=link)
    whole, place = code(link), (draw.rng.randrange(50, 300), draw.rng.randrange(100, 500))
    if draw.rng.random() < 0.5:
        return File(f"{draw.stem()}.pdf", document([words + shown("P1", *place, 130, 130)], images=[whole]), link=link)
    half = whole.height // 2
    halves = [whole.crop((0, 0, whole.width, half)), whole.crop((0, half, whole.width, whole.height))]
    page = words + shown("P1", place[0], place[1] + 60, 120, 60) + shown("P2", *place, 120, 60)
    return File(f"{draw.stem()}.pdf", document([page], images=halves), link=link)


@technique("code.in_a_document", expect=Expect.LINK)
def _in_document(draw: Draw, harmful: bool) -> File:
    link, form = address(draw), draw.rng.choice(("PNG", "JPEG"))
    picture = saved(poster(draw, code(link)) if harmful else Image.new("RGB", (90, 90), "green"), form)
    return File(f"{draw.stem()}.docx", word({f"word/media/image1.{form.lower()}": picture}), link=link)


@technique("code.in_a_mail", expect=Expect.LINK)
def _in_mail(draw: Draw, harmful: bool) -> File:
    link = address(draw)
    data = b64(saved(code(link) if harmful else Image.new("L", (90, 90), 100)))
    page = f"<html><body><p>{draw.prose(30)}</p><img src='data:image/png;base64,{data}'></body></html>"
    return File(f"{draw.stem()}.html", page.encode(), link=link)


@technique("code.drawn_with_letters", expect=Expect.LINK)
def _letters(draw: Draw, harmful: bool) -> File:
    link = f"https://{draw.word(2)}.example/{draw.rng.randrange(10**5)}"
    picture = code(link if harmful else draw.word(), scale=1)
    bits, width = picture.tobytes(), picture.width
    dark, light = draw.rng.choice((("██", "  "), ("⬛", "⬜"), ("##", "  "), ("  ", "██")))
    rows = ["".join(light if bits[y * width + x] else dark for x in range(width)) for y in range(picture.height)]
    text = f"{draw.prose(12)}\n\n" + "\n".join(rows) + f"\n\n{draw.prose(5)}\n"
    return File(f"{draw.stem()}.txt", text.encode(), link=link)


@technique("picture.archive_behind_it")
def _behind(draw: Draw, harmful: bool) -> File:
    made, form = payload(draw, harmful), draw.rng.choice(("PNG", "JPEG", "GIF"))
    content = saved(photo(80, 60, draw.rng.randrange(99)), form) + samples.zip_of({made.name: made.content})
    return File(f"{draw.stem()}.{form.lower()}", content)


@technique("picture.program_behind_it")
def _program_behind(draw: Draw, harmful: bool) -> File:
    from tests.unit.engine.programs import windows

    form = draw.rng.choice(("PNG", "JPEG", "BMP"))
    rest = windows({"KERNEL32.dll": ["WinExec"]}) if harmful else bytes(64)
    content = saved(photo(80, 60, draw.rng.randrange(99)), form) + rest
    return File(f"{draw.stem()}.{form.lower()}", content)


@technique("picture.script_in_its_description", most=Verdict.SUSPICIOUS)
def _described(draw: Draw, harmful: bool) -> File:
    words = draw.one(
        "<?php @eval($_POST['" + draw.word(1) + "']); ?>",
        "<?php system(base64_decode('" + b64(draw.word(6)) + "')); ?>",
        f"<script src='https://{draw.host()}/a.js'></script>",
    )
    text = words if harmful else f"Taken by {draw.word()}, 2026"
    exif = Image.Exif()
    exif[0x010E] = text
    picture, out = photo(90, 70, draw.rng.randrange(99)), io.BytesIO()
    if draw.rng.random() < 0.5:
        picture.save(out, "JPEG", exif=exif)
        return File(f"{draw.stem()}.jpg", out.getvalue())
    return File(f"{draw.stem()}.png", samples.png(text=text.encode()))
