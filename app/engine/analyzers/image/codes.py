"""Reads QR codes and their relatives from a picture: a cheap look first, a hard one where something looks like a code.

The library (zxing-cpp) reads clean codes by itself. What it does not read by itself is what attackers and telephones
make: colours of equal brightness, transparency, hardly any contrast, missing margins, single pixels or giant squares,
grain, blur, round dots. The hard look turns those into what it reads, on the one part of the picture that is
speckled like a code, so that photos and screenshots do not pay for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import islice

import zxingcpp
from PIL import Image, ImageChops, ImageFilter, ImageOps, ImageStat

_FORMAT = zxingcpp.BarcodeFormat
#: Kinds a telephone's camera opens. The matrix codes that only machines read cost as much again.
_SQUARE = zxingcpp.BarcodeFormats((_FORMAT.QRCode, _FORMAT.MicroQRCode, _FORMAT.RMQRCode))
_MATRIX = zxingcpp.BarcodeFormats((*_SQUARE, _FORMAT.DataMatrix, _FORMAT.Aztec, _FORMAT.PDF417))
_LINEAR = (_FORMAT.Code128, _FORMAT.Code39, _FORMAT.Code93, _FORMAT.EANUPC, _FORMAT.ITF, _FORMAT.Codabar)
_ALL = zxingcpp.BarcodeFormats((*_MATRIX, *_LINEAR))
#: Linear codes and PDF417, which the library reads only upright, on their side or upside down.
_UPRIGHT = zxingcpp.BarcodeFormats((*_LINEAR, _FORMAT.PDF417))

#: Pixels of the longer side at which all kinds are looked for; codes that fill a hand are larger than this shows.
_SIDE = 1_400
#: The same for square codes alone, which cost a tenth: a small code in a photo of 12 megapixels.
_FINE_SIDE = 4_096
#: Shorter than this, a picture may have modules of one or two pixels.
_SMALL_SIDE = 130
#: What the hard look works at: modules of five pixels and more for all but the largest codes.
_HARD_SIDE = 560
#: What the map of what looks like a code is drawn from, and pixels of one of its squares.
_MAP_SIDE, _SQUARE_SIDE = 384, 24
#: Share of pixels that stand off their surroundings, in 255ths, from which a square of the map looks like a code.
#: Text has 10 to 25 %, photos next to nothing, codes 40 % and more.
_SPECKLED = 76
#: Brightness of such a square: a code is about half dark and half light, words are mostly paper.
_DARK, _LIGHT = 48, 208
#: Difference to the surroundings that counts, in 255ths of the picture's own contrast.
_STANDS_OFF = 44
_MOST_PARTS = 2
#: Repairs of what looks like a code only from afar: foliage and fabric, mostly.
_FEWEST_REPAIRS = 2
#: Share of the spread of greys that is between dark and light and not within them: 0.64 of a bell, 0.75 of noise.
_TWO_TONED = 0.69
#: Points a side at which changes of tone are counted; how many a line of a square code has at least (of 21 modules,
#: with grain and margins), and one of bars.
_GRID_SIDE, _FEWEST_TURNS, _TURNS_OF_BARS = 128, 5.5, 19.5
#: Length of a part against its height up to which it can be a square code seen from the side, or two of them.
_MOST_ASPECT = 2.2
#: Difference between the lightest and the darkest pixel below which the whole picture is worth a second look.
_FAINT = 160
#: Repairs tried in each single colour, and on drawn pages, which have neither grain nor slant.
_FEW_REPAIRS = 6
#: Corners (top left, bottom left, bottom right, top right) of what is seen from the left, right, top and bottom.
_TILTS = (
    (0, 0, 0, 1, 1, 0.84, 1, 0.16),
    (0, 0.16, 0, 0.84, 1, 1, 1, 0),
    (0.16, 0, 0, 1, 1, 1, 0.84, 0),
    (0, 0, 0.16, 1, 0.84, 1, 1, 0),
)
#: Characters of one code's text; the largest code holds 7,089 digits.
_LONGEST = 8_192


class Effort(IntEnum):
    """How hard to look.

    ``CHEAP``: for square codes at moderate size; ``USUAL``: for all kinds; ``CLOSE``: what looks like a code and does
    not read is tried with the likeliest repairs; ``HARD``: with all.
    """

    CHEAP = 0
    USUAL = 1
    CLOSE = 2
    HARD = 3


@dataclass(frozen=True, slots=True)
class Code:
    """One code that was read: its kind in the words of its makers (``QR Code``), and its text."""

    kind: str
    text: str


def read_codes(picture: Image.Image, effort: Effort = Effort.HARD) -> list[Code]:
    """Return the codes in the picture, each once. Of a transparent picture, as it looks on white and on black."""
    found: dict[Code, None] = {}
    for view in _views(picture):
        grey = view.convert("L")
        codes = _plain(grey, effort)
        if not codes and effort >= Effort.CLOSE:
            codes = _hard(view, grey, _FEW_REPAIRS if effort is Effort.CLOSE else None)
        found.update(dict.fromkeys(codes))
    return list(found)


def _views(picture: Image.Image) -> Iterator[Image.Image]:
    """Yield the picture as RGB or grey, at no more than the size at which it is read."""
    if picture.mode.startswith(("I;16", "I")):
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    elif picture.mode not in ("1", "L", "RGB", "RGBA"):
        picture = picture.convert("RGBA" if _has_alpha(picture) else "RGB")
    if max(picture.size) > _FINE_SIDE:
        picture = _shrunk(picture if picture.mode != "1" else picture.convert("L"), _FINE_SIDE)
    if picture.mode != "RGBA":
        yield picture
        return
    opacity = picture.getchannel("A")
    if opacity.getextrema() == (255, 255):
        yield picture.convert("RGB")
        return
    for ground in ("white", "black"):
        whole = Image.new("RGB", picture.size, ground)
        whole.paste(picture, mask=opacity)
        yield whole


def _has_alpha(picture: Image.Image) -> bool:
    return picture.mode in ("LA", "La", "PA", "RGBa") or "transparency" in picture.info


def _plain(grey: Image.Image, effort: Effort) -> list[Code]:
    """What the library reads by itself."""
    small = _shrunk(grey, _SIDE)
    codes = _read(small, _SQUARE if effort is Effort.CHEAP else _ALL)
    if codes or small is grey or effort is Effort.CHEAP:
        return codes
    return _read(grey, _SQUARE, shrink=False)


def _read(
    grey: Image.Image, formats: zxingcpp.BarcodeFormats, *, shrink: bool = True, whole: bool = False
) -> list[Code]:
    binarizer = zxingcpp.Binarizer.GlobalHistogram if whole else zxingcpp.Binarizer.LocalAverage
    results = zxingcpp.read_barcodes(
        grey, formats=formats, try_downscale=shrink, binarizer=binarizer, text_mode=zxingcpp.TextMode.Plain
    )
    return [Code(str(result.format), result.text[:_LONGEST]) for result in results if result.text.strip()]


def _shrunk(grey: Image.Image, side: int) -> Image.Image:
    longer = max(grey.size)
    if longer <= side:
        return grey
    size = (max(1, grey.width * side // longer), max(1, grey.height * side // longer))
    return grey.resize(size, Image.Resampling.BILINEAR, reducing_gap=1.0)


def _hard(view: Image.Image, grey: Image.Image, most: int | None) -> list[Code]:
    """Look again at the parts that look like codes, in the brightness and, of coloured pictures, in each colour."""
    shades = [shade for shade, pixels in enumerate(grey.histogram()) if pixels]
    if shades[-1] - shades[0] < _FAINT and (
        codes := _read(ImageOps.autocontrast(_shrunk(grey, _SIDE), cutoff=1), _ALL)
    ):
        return codes
    parts = list(_parts(_shrunk(grey, _SIDE)))
    for part in parts:
        for repaired, formats, whole in islice(_repairs(part), most if _is_promising(part) else _FEWEST_REPAIRS):
            if codes := _read(repaired, formats, whole=whole):
                return codes
    # What is speckled in grey is so in each colour: they show something else only where grey shows nothing.
    for plane in () if parts else _colours(_shrunk(view, _SIDE)):
        for part in _parts(plane):
            few = _FEW_REPAIRS if _is_promising(part) else 0
            for repaired, formats, whole in islice(_repairs(part), few):
                if codes := _read(repaired, formats, whole=whole):
                    return codes
    return []


def _is_promising(part: Image.Image) -> bool:
    """Whether the part may be a damaged code: about square, as those are that do not read at once, two-toned, and
    busy."""
    longer, shorter = max(part.size), min(part.size)
    return longer <= _MOST_ASPECT * shorter and _is_two_toned(part) and _is_busy(part)


def _is_busy(part: Image.Image) -> bool:
    """Whether dark and light take turns in most lines, across and down, as often as in the smallest code; of bars only
    across or down."""
    side = _GRID_SIDE
    grid = part.resize((side, side), Image.Resampling.NEAREST)
    mean = ImageStat.Stat(grid).mean[0]
    grid = grid.point(lambda value: 255 if value >= mean else 0)
    across = ImageChops.difference(grid.crop((0, 0, side - 1, side)), grid.crop((1, 0, side, side)))
    down = ImageChops.difference(grid.crop((0, 0, side, side - 1)), grid.crop((0, 1, side, side)))
    turns = (
        _turns(across.resize((1, side), Image.Resampling.BOX)),
        _turns(down.resize((side, 1), Image.Resampling.BOX)),
    )
    return min(turns) >= _FEWEST_TURNS or max(turns) >= _TURNS_OF_BARS


def _turns(means: Image.Image) -> float:
    """Return how often the tone changes in a line, of the lines in which it changes more often than in six tenths."""
    return sorted(means.tobytes())[_GRID_SIDE * 6 // 10] * (_GRID_SIDE - 1) / 255


def _is_two_toned(part: Image.Image) -> bool:
    """Whether a threshold splits the part into dark and light as those of a code do (the measure is Otsu's)."""
    histogram = part.histogram()
    total = sum(histogram)
    mean = sum(shade * count for shade, count in enumerate(histogram)) / total
    spread = sum((shade - mean) ** 2 * count for shade, count in enumerate(histogram)) / total
    best, below, weighed = 0.0, 0, 0.0
    for shade, count in enumerate(histogram):
        below += count
        weighed += shade * count
        if 0 < below < total:
            best = max(best, (mean * below - weighed) ** 2 / (below * (total - below)))
    return best >= _TWO_TONED * spread


def _colours(view: Image.Image) -> Iterable[Image.Image]:
    """Return red, green and blue where they differ: colours of equal brightness are one grey."""
    if view.mode != "RGB":
        return ()
    red, green, blue = view.resize((64, 64), Image.Resampling.NEAREST).split()
    differs = [ImageChops.difference(red, other).point(lambda value: value > 24) for other in (green, blue)]
    return view.split() if any(plane.getbbox() for plane in differs) else ()


def _parts(grey: Image.Image) -> Iterator[Image.Image]:
    """Yield the parts of a picture that are speckled like a code, each with some margin, the largest first."""
    if min(grey.size) < 8:
        return
    rough, bright = _maps(grey)
    width, height = rough.size
    both = zip(rough.tobytes(), bright.tobytes(), strict=True)
    dense = {at for at, (share, mean) in enumerate(both) if share >= _SPECKLED and _DARK <= mean <= _LIGHT}
    boxes = sorted(_boxes(dense, width), key=lambda box: (box[2] - box[0]) * (box[3] - box[1]), reverse=True)
    for left, top, right, bottom in boxes[:_MOST_PARTS]:
        x, y = grey.width / width, grey.height / height
        area = ((left - 1) * x, (top - 1) * y, (right + 2) * x, (bottom + 2) * y)
        box = (
            max(0, int(area[0])),
            max(0, int(area[1])),
            min(grey.width, int(area[2])),
            min(grey.height, int(area[3])),
        )
        yield ImageOps.autocontrast(grey.crop(box), cutoff=1)


def _maps(grey: Image.Image) -> tuple[Image.Image, Image.Image]:
    """Return, for every square of the picture, the share of it that stands off its surroundings, and its brightness."""
    # Stretched before it is made small: words become a faint grey, codes stay black and white.
    sketch = _shrunk(ImageOps.autocontrast(grey, cutoff=1), _MAP_SIDE)
    rough = ImageChops.difference(sketch, sketch.filter(ImageFilter.BoxBlur(6)))
    rough = rough.point(lambda value: 255 if value >= _STANDS_OFF else 0)
    size = (max(1, round(sketch.width / _SQUARE_SIDE)), max(1, round(sketch.height / _SQUARE_SIDE)))
    return rough.resize(size, Image.Resampling.BOX), sketch.resize(size, Image.Resampling.BOX)


def _boxes(dense: set[int], width: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield the bounds (left, top, right, bottom; inclusive) of every group of touching squares."""
    left = set(dense)
    while left:
        waiting, group = [left.pop()], []
        while waiting:
            at = waiting.pop()
            group.append(at)
            x = at % width
            near = [at - width, at + width, *([at - 1] if x else []), *([at + 1] if x < width - 1 else [])]
            for other in near:
                if other in left:
                    left.remove(other)
                    waiting.append(other)
        columns = [at % width for at in group]
        yield min(columns), min(group) // width, max(columns), max(group) // width


def _repairs(part: Image.Image) -> Iterator[tuple[Image.Image, zxingcpp.BarcodeFormats, bool]]:
    """Yield (picture, kinds to look for, whether one threshold serves it all), the likeliest repair first."""
    part = _shrunk(part, _HARD_SIDE)
    white = _framed(part)
    sizes = [white, white.resize((white.width // 2, white.height // 2), Image.Resampling.BOX)]
    if max(part.size) < _SMALL_SIDE:
        sizes.insert(0, white.resize((white.width * 4, white.height * 4), Image.Resampling.NEAREST))
    for size in sizes:
        yield size, _ALL, False
        yield size, _MATRIX, True
    yield _framed(ImageOps.invert(part)), _ALL, False
    for size in sizes:
        yield size.filter(ImageFilter.MedianFilter(3)), _MATRIX, False
        yield size.filter(ImageFilter.GaussianBlur(1.6)), _MATRIX, True
        yield size.filter(ImageFilter.GaussianBlur(3)), _MATRIX, True
    yield white.filter(ImageFilter.UnsharpMask(4, 300, 0)), _ALL, True
    yield white.filter(ImageFilter.MedianFilter(5)), _MATRIX, True
    yield ImageOps.mirror(white), _MATRIX, False
    # A ground of another grey than the code, without a margin: all of it counts as light.
    for threshold in (32, 64, 192):
        yield _framed(part.point(lambda value, least=threshold: 255 if value >= least else 0)), _MATRIX, True
    if cut := _without_dark_frame(part):
        yield cut, _MATRIX, False
    yield from ((_straight(white, corners), _MATRIX, False) for corners in _TILTS)
    for degrees in (45, 22, 67, 11, 34, 56, 79):
        yield white.rotate(degrees, Image.Resampling.BILINEAR, expand=True, fillcolor=255), _UPRIGHT, False


def _framed(part: Image.Image) -> Image.Image:
    """Return the part with the margin that codes need."""
    return ImageOps.expand(part, max(16, max(part.size) // 10), 255)


def _without_dark_frame(part: Image.Image) -> Image.Image | None:
    """Return a code that stands on black without a margin, on white: some light modules lie on each of its edges."""
    box = part.point(lambda value: 255 if value >= 128 else 0).getbbox()
    return None if box is None or box == (0, 0, *part.size) else _framed(part.crop(box))


def _straight(picture: Image.Image, inset: tuple[float, ...]) -> Image.Image:
    """Return a picture taken from one side as if taken from the front; ``inset`` holds shares of width and height."""
    corners = [share * length for share, length in zip(inset, (picture.width, picture.height) * 4, strict=True)]
    return picture.transform(
        picture.size, Image.Transform.QUAD, tuple(corners), Image.Resampling.BILINEAR, fillcolor=255
    )
