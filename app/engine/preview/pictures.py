"""Draw picture files: the first frame, or the pages of one that has pages. SVG is text here, never a picture."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

# Each reader makes itself known when it is imported, which a locked-down process cannot rely on.
from PIL import (  # isort: skip
    AvifImagePlugin,
    BmpImagePlugin,  # noqa: F401
    GifImagePlugin,  # noqa: F401
    IcoImagePlugin,  # noqa: F401
    Jpeg2KImagePlugin,  # noqa: F401
    JpegImagePlugin,  # noqa: F401
    MpoImagePlugin,  # noqa: F401
    PngImagePlugin,  # noqa: F401
    PpmImagePlugin,  # noqa: F401
    TiffImagePlugin,  # noqa: F401
    WebPImagePlugin,  # noqa: F401
)

from app.engine.preview.answer import LONGEST_SIDE, MOST_PAGES, Head, Page, Refusal, Shape

#: Formats that people send. Pillow has more; some of them start other programs.
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "DIB", "TIFF", "WEBP", "ICO", "AVIF", "JPEG2000", "PPM")
_PAGED = ("TIFF", "MPO")
#: Pixels that are laid out in memory; a JPEG is read reduced, so it may have more.
_MOST_PIXELS, _MOST_JPEG_PIXELS = 60_000_000, 256_000_000


def prepare() -> None:
    """Set the readers up for a locked-down process; for the whole process, so only the drawing one calls it."""
    # A pool of threads is refused there; what a picture lacks at its end takes nothing from what is there.
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    # The bound is ours, and is said in words.
    Image.MAX_IMAGE_PIXELS = None


def draw(content: bytes | memoryview) -> Iterator[Head | Page]:
    """Yield the head and the pages of a picture file."""
    try:
        picture = _opened(content)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        yield Head(Shape.NOTHING, Refusal.DAMAGED)
        return
    if picture.width * picture.height > (_MOST_JPEG_PIXELS if picture.format == "JPEG" else _MOST_PIXELS):
        yield Head(Shape.NOTHING, Refusal.TOO_LARGE, 0, picture.width, picture.height)
        return
    count = getattr(picture, "n_frames", 1) if picture.format in _PAGED else 1
    first = _page(picture, 0)
    if first is None:
        yield Head(Shape.NOTHING, Refusal.DAMAGED)
        return
    yield Head(Shape.PICTURE, Refusal.NONE, count)
    yield first
    for index in range(1, min(count, MOST_PAGES)):
        page = _page(picture, index)
        if page is None:
            return
        yield page


def fitted(width: float, height: float, most_scale: float = 1.0) -> float:
    """Return the factor that brings the longer side to ``LONGEST_SIDE`` at most."""
    return min(LONGEST_SIDE / max(width, height, 1e-6), most_scale)


def pixels(picture: Image.Image, number: int) -> Page:
    """Return a picture as a page, on white where it is transparent, no larger than a page may be."""
    scale = fitted(picture.width, picture.height)
    size = (max(round(picture.width * scale), 1), max(round(picture.height * scale), 1))
    if size != picture.size:
        picture = picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    if "A" in picture.getbands() or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        picture = Image.new("RGBA", clear.size, (255, 255, 255, 255))
        picture.alpha_composite(clear)
    plain = picture.convert("RGB")
    return Page(number, plain.width, plain.height, plain.tobytes())


def _opened(content: bytes | memoryview) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Image.open(io.BytesIO(content), formats=_FORMATS)


def _page(picture: Image.Image, index: int) -> Page | None:
    try:
        if index:
            picture.seek(index)
            if picture.width * picture.height > _MOST_PIXELS:
                return None
        # Only JPEG knows it: read at a half, a quarter or an eighth of its size.
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        scale = fitted(picture.width, picture.height)
        small = picture
        if scale < 1:
            small = picture.copy()
            small.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.BILINEAR)
        return pixels(ImageOps.exif_transpose(small) or small, index + 1)
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError):
        return None
