"""The reader of codes: the same code in the states in which it arrives."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import zxingcpp
from PIL import Image, ImageOps

from app.engine.analyzers.image.codes import Code, Effort, read_codes
from tests.unit.engine import pictures
from tests.unit.engine.pictures import LINK, code

FORMAT = zxingcpp.BarcodeFormat

#: A QR code (version 1, level L, bytes, mask 0) for ``http://a.co/12345`` worked out by hand from ISO/IEC 18004, so
#: that not all that is read was drawn by the library that reads.
BY_HAND = """
#######..###..#######
#.....#..#.#..#.....#
#.###.#.#.##..#.###.#
#.###.#...##..#.###.#
#.###.#..###..#.###.#
#.....#....#..#.....#
#######.#.#.#.#######
........##.##........
###.#####.#.###...#..
..####....#.##.##...#
##.#.##.##..#####.###
##.#.....#...#..#..#.
...#..#.....#..#.#...
........#...#.###..##
#######.##..#...#.###
#.....#.#...#...#....
#.###.#.#..#...#.#..#
#.###.#..#####.###...
#.###.#.#...##..#.#.#
#.....#.##..#..###.#.
#######.#..#.....#.##
"""

Change = Callable[[Image.Image], Image.Image]
CHANGES: dict[str, Change] = {
    "as it is": lambda picture: picture,
    "turned by 10 degrees": pictures.turned(10),
    "turned by 45 degrees": pictures.turned(45),
    "turned by 90 degrees": pictures.turned(90),
    "turned by 200 degrees": pictures.turned(200),
    "mirrored": ImageOps.mirror,
    "upside down": ImageOps.flip,
    "inverted": ImageOps.invert,
    "of little contrast": pictures.between(120, 140),
    "of hardly any contrast": pictures.between(128, 134),
    "nearly black": pictures.between(0, 25),
    "nearly white": pictures.between(225, 255),
    "grainy": pictures.noisy(0.3),
    "very grainy": pictures.noisy(0.5),
    "speckled": pictures.speckled(0.02),
    "very speckled": pictures.speckled(0.05),
    "blurred": pictures.blurred(1.5),
    "seen from the side": pictures.tilted(0.2),
    "seen from far aside": pictures.tilted(0.4),
    "slanted": pictures.skewed,
    "red on green of the same brightness": pictures.coloured((255, 0, 0), (0, 130, 0)),
    "red on cyan": pictures.coloured((255, 0, 0), (0, 255, 255)),
    "yellow on white": pictures.coloured((255, 255, 0), (255, 255, 255)),
    "blue on black": pictures.coloured((0, 0, 255), (0, 0, 0)),
    "black on transparent": pictures.see_through(255),
    "white on transparent": pictures.see_through(0),
    "of dots": pictures.dotted,
    "on a photo": lambda picture: pictures.on_photo(picture, 800, 600),
    "inverted on a photo": lambda picture: pictures.on_photo(ImageOps.invert(picture), 800, 600),
    "of two greys on a photo": lambda picture: pictures.on_photo(pictures.between(90, 150)(picture), 800, 600),
}


def texts(picture: Image.Image, effort: Effort = Effort.HARD) -> list[str]:
    return [found.text for found in read_codes(picture, effort)]


@pytest.mark.parametrize("name", CHANGES)
def test_a_qr_code_is_read(name: str) -> None:
    assert texts(CHANGES[name](code())) == [LINK]


@pytest.mark.parametrize("scale", [1, 4, 11])
def test_a_qr_code_that_was_worked_out_by_hand_is_read(scale: int) -> None:
    modules = bytes(0 if module == "#" else 255 for module in BY_HAND if module in "#.")
    picture = Image.frombytes("L", (21, 21), modules).resize((21 * scale, 21 * scale), Image.Resampling.NEAREST)

    assert texts(ImageOps.expand(picture, 4 * scale, 255)) == ["http://a.co/12345"]


@pytest.mark.parametrize("scale", [1, 2, 3, 10, 40])
def test_a_qr_code_is_read_at_any_size(scale: int) -> None:
    assert texts(code(scale=scale)) == [LINK]


@pytest.mark.parametrize("ground", [255, 0, 128])
def test_a_qr_code_without_its_margin_is_read(ground: int) -> None:
    picture = code(quiet=False)

    assert texts(picture) == [LINK]
    assert texts(ImageOps.expand(picture, 40, ground)) == [LINK]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (FORMAT.MicroQRCode, "HTTP://B.EU/Q"),
        (FORMAT.RMQRCode, LINK),
        (FORMAT.DataMatrix, LINK),
        (FORMAT.Aztec, LINK),
        (FORMAT.PDF417, LINK),
        (FORMAT.Code128, LINK),
        (FORMAT.Code39, "HTTP-QR.EXAMPLE"),
        (FORMAT.Code93, "HTTP-QR.EXAMPLE"),
        (FORMAT.EAN13, "4006381333931"),
    ],
)
@pytest.mark.parametrize("name", ["as it is", "turned by 90 degrees", "of little contrast", "yellow on white"])
def test_other_kinds_of_codes_are_read(kind: zxingcpp.BarcodeFormat, text: str, name: str) -> None:
    assert texts(CHANGES[name](code(text, kind, 4))) == [text]


@pytest.mark.parametrize("kind", [FORMAT.DataMatrix, FORMAT.Aztec, FORMAT.PDF417, FORMAT.Code128])
def test_other_kinds_are_read_on_a_slant(kind: zxingcpp.BarcodeFormat) -> None:
    assert texts(pictures.turned(30)(code("https://b.example", kind))) == ["https://b.example"]


def test_several_codes_in_one_picture_are_all_read() -> None:
    picture = Image.new("L", (900, 700), 255)
    picture.paste(code("https://one.example/"), (40, 40))
    picture.paste(code("https://two.example/"), (500, 400))
    picture.paste(code("https://three.example/", FORMAT.DataMatrix), (550, 60))

    assert sorted(texts(picture)) == ["https://one.example/", "https://three.example/", "https://two.example/"]


def test_a_code_knows_its_kind() -> None:
    assert read_codes(code()) == [Code("QR Code", LINK)]


def test_two_halves_laid_together_are_one_code() -> None:
    whole = code()
    halves = whole.crop((0, 0, whole.width, 75)), whole.crop((0, 75, whole.width, whole.height))
    picture = Image.new("L", whole.size)
    picture.paste(halves[0], (0, 0))
    picture.paste(halves[1], (0, 75))

    assert texts(picture) == [LINK]


def test_a_small_code_in_a_photo_of_twelve_megapixels_is_read() -> None:
    assert texts(pictures.on_photo(code(scale=4), 4000, 3000)) == [LINK]


@pytest.mark.parametrize("mode", ["1", "P", "LA", "RGBA", "CMYK", "I;16", "YCbCr", "HSV"])
def test_every_way_to_hold_colours_is_read(mode: str) -> None:
    picture = code().convert("I").point(lambda value: value * 256).convert("I;16") if mode == "I;16" else code()

    assert texts(picture if mode == "I;16" else picture.convert("RGB").convert(mode)) == [LINK]


def test_the_cheap_look_reads_plain_codes() -> None:
    assert texts(code(), Effort.CHEAP) == [LINK]
    assert texts(pictures.on_photo(code(), 1000, 800), Effort.CHEAP) == [LINK]


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_read_into_a_photo(seed: int) -> None:
    assert read_codes(pictures.photo(700, 500, seed)) == []


def test_nothing_is_read_into_noise_or_a_plain_ground() -> None:
    assert read_codes(Image.effect_noise((300, 200), 200)) == []
    assert read_codes(Image.new("RGB", (500, 300), "teal")) == []
    assert read_codes(Image.new("L", (1, 1))) == []
    assert read_codes(Image.new("RGBA", (3_000, 1))) == []
