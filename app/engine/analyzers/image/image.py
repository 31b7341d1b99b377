"""Pictures: the codes in them, in every frame, page and size, and programs hidden in what describes them."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator

from PIL import AvifImagePlugin, IcoImagePlugin, Image, ImageChops, ImageFile

# Every reader makes itself known when it is imported, which is too late in a child.
from PIL import (  # isort: skip
    BmpImagePlugin,  # noqa: F401
    GifImagePlugin,  # noqa: F401
    Jpeg2KImagePlugin,  # noqa: F401
    JpegImagePlugin,  # noqa: F401
    MpoImagePlugin,  # noqa: F401
    PngImagePlugin,  # noqa: F401
    PpmImagePlugin,  # noqa: F401
    PsdImagePlugin,  # noqa: F401
    TiffImagePlugin,  # noqa: F401
    WebPImagePlugin,  # noqa: F401
)

from app.engine.analyzers.image import metadata as image_metadata, metafile as image_metafile
from app.engine.analyzers.image.codes import Code, Effort, read_codes
from app.engine.budget import Budget, LimitReached
from app.engine.model import Severity
from app.engine.node import Item, Node, Text, Tools

#: Readers for what people send; Pillow has some for formats that nobody sends, which would only be ways in.
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "DIB", "TIFF", "WEBP", "ICO", "AVIF", "JPEG2000", "PPM", "PSD")
#: Formats with pages instead of frames.
_PAGED = ("TIFF", "MPO")
_METAFILES = ("image/emf", "image/wmf")

#: Pixels of one picture: telephones take up to 200 megapixels in JPEG, which is read reduced; others are laid out
#: whole, three or four bytes a pixel and more while they are worked on, and must fit a child's memory.
_MOST_PIXELS = 50_000_000
_MOST_JPEG_PIXELS = 256_000_000
#: Pixels of the longer side above which a JPEG is read reduced, and for the cheap look.
_SIDE, _CHEAP_SIDE = 4_096, 1_000
#: Pixels of a JPEG from which only its brightness is read: a third of the time, and photos have no need of colours.
_LARGE = 3_000_000
#: Frames or pages that are looked at, those of them at which all kinds of codes are looked for, and pixels in all: a
#: film of a minute, a scanned file of fifty pages.
_MOST_FRAMES, _CLOSELY, _MOST_FRAME_PIXELS = 1_500, 8, 512_000_000
#: Pictures of an icon that are looked at; it has one for each size and depth of colour.
_MOST_SIZES = 64
#: The smallest code has eleven modules.
_LEAST_SIDE = 11
#: Of the time for the whole tree, the share that must be left for each effort: a folder of photos is not to end
#: as one that could not be read.
_SHARES = ((Effort.HARD, 0.7), (Effort.USUAL, 0.5), (Effort.CHEAP, 0.15))
#: The last picture of a tree that is looked at so hard. A presentation has dozens, and who wants a code to be read does
#: not hide it behind them.
_BY_NUMBER = ((Effort.HARD, 3), (Effort.CLOSE, 12))
#: Sites that a telephone opens although no scheme stands before them.
_BARE_SITE = re.compile(r"(?:[a-z0-9][a-z0-9-]{0,62}\.){1,6}[a-z]{2,24}/\S{0,2000}", re.I)

# A pool of threads is refused in a child; what a picture lacks at its end takes nothing from what is there.
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
ImageFile.LOAD_TRUNCATED_IMAGES = True
Image.MAX_IMAGE_PIXELS = _MOST_JPEG_PIXELS


class _TooLarge(Exception):
    """A picture has more pixels than are looked at; says how many."""


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the codes in the picture, their texts for the addresses, and what is hidden in its descriptions."""
    yield from image_metadata.findings(node)
    if node.kind.mime in _METAFILES:
        yield from image_metafile.analyze(node, tools)
        return
    tools.budget.pictures += 1
    effort = affordable(tools.budget)
    if effort is None:
        if _may_hold_code(node):
            title = "One of so many pictures that there was no time to search it for codes"
            yield node.finding("limit.pictures", Severity.UNKNOWN, title)
        return
    yield from _codes(node, tools, effort)


def affordable(budget: Budget) -> Effort | None:
    """Return how hard a picture may be looked at with the time that is left; None when not at all."""
    budget.charge_time()
    left = budget.seconds_left / budget.limits.seconds
    most = next((effort for effort, pictures in _BY_NUMBER if budget.pictures <= pictures), Effort.USUAL)
    return next((min(effort, most) for effort, share in _SHARES if left >= share), None)


def told(node: Node, codes: list[Code]) -> Iterator[Item]:
    """Yield one finding about the codes of a picture or page, and the text of each for its addresses."""
    if not codes:
        return
    kinds = ", ".join(sorted({code.kind for code in codes}))
    texts = "  ".join(code.text for code in codes)
    yield node.finding("image.code", Severity.INFO, f"Holds a code for cameras ({kinds})", texts)
    for code in codes:
        yield Text(code.text)
        if _BARE_SITE.fullmatch(code.text.strip()):
            yield Text(f"https://{code.text.strip()}")


def _may_hold_code(node: Node) -> bool:
    """Whether a picture that is not looked at is one that a viewer shows, and large enough for a code."""
    try:
        return min(_picture(node).size) >= _LEAST_SIDE
    except Image.DecompressionBombError:
        return True
    except Exception:
        # Pillow has as many ways to say that it is none as there are formats.
        return False


def _codes(node: Node, tools: Tools, effort: Effort) -> Iterator[Item]:
    found: dict[Code, None] = {}
    try:
        for number, frame in enumerate(_frames(node, effort)):
            left = affordable(tools.budget)
            if left is None:
                raise _Unseen
            found.update(dict.fromkeys(read_codes(frame, min(left, _effort(effort, number)))))
    except (_TooLarge, Image.DecompressionBombError) as error:
        yield node.finding("limit.pixels", Severity.UNKNOWN, "Picture has more pixels than are looked at", str(error))
    except _Unseen:
        title = "Picture with so many frames or pages that not all were searched for codes"
        yield node.finding("limit.frames", Severity.UNKNOWN, title)
    except (LimitReached, MemoryError):
        raise
    except Exception as error:
        # What Pillow cannot read no viewer shows; there are as many ways to say so as formats.
        yield node.finding(
            "image.not_read", Severity.INFO, "Picture that cannot be shown here, so not searched for codes",
            type(error).__name__,
        )  # fmt: skip
    yield from told(node, list(found))


def _effort(most: Effort, number: int) -> Effort:
    """Return how hard to look at the frame of this number: a film has many, and shows a code for a while."""
    if number == 0:
        return most
    return min(most, Effort.CLOSE if number < _CLOSELY else Effort.CHEAP)


class _Unseen(Exception):
    """Frames or pages were left out."""


def _frames(node: Node, effort: Effort) -> Iterator[Image.Image]:
    """Yield what a viewer shows: the picture, or its frames, pages or sizes, as far as they differ."""
    picture = _picture(node)
    _check(picture)
    if isinstance(picture, IcoImagePlugin.IcoImageFile):
        yield from _sizes(picture)
    elif getattr(picture, "is_animated", False):
        yield from _animation(picture)
    else:
        _reduce(picture, effort)
        picture.load()
        yield picture


def _picture(node: Node) -> Image.Image:
    """Return the picture, of which only the head is read so far; raises whatever the formats' readers raise."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Image.open(io.BytesIO(node.data), formats=_FORMATS)


def _check(picture: Image.Image) -> None:
    width, height = picture.size
    most = _MOST_JPEG_PIXELS if picture.format in ("JPEG", "MPO") else _MOST_PIXELS
    if width * height > most:
        raise _TooLarge(f"{width} x {height}")


def _reduce(picture: Image.Image, effort: Effort) -> None:
    """Have a large JPEG read at a fraction of its size, or without its colours; nothing for other formats."""
    side = _SIDE if effort is not Effort.CHEAP else _CHEAP_SIDE
    large = picture.width * picture.height > _LARGE
    if large or side < max(picture.size):
        picture.draft("L" if large and picture.mode == "RGB" else None, _at_least(picture.size, side))


def _at_least(size: tuple[int, int], side: int) -> tuple[int, int]:
    """Return the size with the longer side of ``side``: what JPEG reads is the next larger eighth."""
    longer = max(size)
    if longer <= side:
        return size
    # Half a side still shows the codes; twice of it costs four times the memory.
    return max(1, size[0] * side // longer // 2), max(1, size[1] * side // longer // 2)


def _sizes(picture: IcoImagePlugin.IcoImageFile) -> Iterator[Image.Image]:
    """Yield the pictures of an icon, the largest first, as many as an icon has."""
    sizes = sorted((size for size in picture.info.get("sizes", ()) if min(size) >= _LEAST_SIDE), reverse=True)
    for size in sizes[:_MOST_SIZES]:
        picture.size = size
        picture.load()
        _check(picture)
        yield picture.copy()
    if len(sizes) > _MOST_SIZES:
        raise _Unseen


def _animation(picture: Image.Image) -> Iterator[Image.Image]:
    """Yield the frames or pages that differ from the one before, within what one file may cost."""
    pixels, before = 0, None
    for number in range(_MOST_FRAMES):
        try:
            picture.seek(number)
        except EOFError:
            return
        _check(picture)
        if pixels > _MOST_FRAME_PIXELS:
            raise _Unseen
        picture.load()
        pixels += picture.width * picture.height
        # What lies on the frame before is seen through this one; pages are whole, and large.
        shown = picture.convert(_page_mode(picture.mode) if picture.format in _PAGED else "RGBA")
        if before is None or _differ(shown, before):
            before = shown
            yield shown
    try:
        picture.seek(_MOST_FRAMES)
    except EOFError:
        return
    raise _Unseen


def _page_mode(mode: str) -> str:
    return "L" if mode in ("1", "L") else "RGB" if mode in ("RGB", "YCbCr", "CMYK") else "RGBA"


def _differ(one: Image.Image, other: Image.Image) -> bool:
    if (one.size, one.mode) != (other.size, other.mode):
        return True
    return ImageChops.difference(one, other).getbbox(alpha_only=False) is not None
