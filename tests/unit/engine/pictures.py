"""Pictures with codes in them, made from scratch, in the states in which people photograph, save and disguise them."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from typing import Any

import zxingcpp
from PIL import Image, ImageChops, ImageFilter, ImageOps

LINK = "https://qr.example/login?id=42"
QR = zxingcpp.BarcodeFormat.QRCode


def code(text: str = LINK, kind: Any = QR, scale: int = 6, *, quiet: bool = True) -> Image.Image:
    """Return a code in grey levels, ``scale`` pixels a module, black on white."""
    drawn = zxingcpp.create_barcode(text, kind).to_image(scale=scale, add_quiet_zones=quiet)
    return Image.fromarray(drawn)


def saved(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """Return the picture as a file of this kind."""
    content = io.BytesIO()
    picture.save(content, kind, **options)
    return content.getvalue()


def photo(width: int, height: int, seed: int = 1) -> Image.Image:
    """Return something with the soft shapes, the colours and the noise of a photo."""
    noise = random.Random(seed)
    colours = Image.frombytes("RGB", (40, 30), noise.randbytes(3600)).resize((width, height), Image.Resampling.BICUBIC)
    grain = Image.frombytes("L", (256, 256), noise.randbytes(65536)).resize((width, height))
    return Image.blend(colours, grain.convert("RGB"), 0.08)


def on_photo(picture: Image.Image, width: int = 1600, height: int = 1200) -> Image.Image:
    """Return a photo with the picture stuck on it, off the middle."""
    whole = photo(width, height)
    whole.paste(picture, (width // 3, height // 4))
    return whole


def turned(degrees: float) -> Callable[[Image.Image], Image.Image]:
    """Return what turns a picture on white ground."""
    return lambda picture: ImageOps.expand(picture, 30, 255).rotate(
        degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255
    )


def noisy(amount: float) -> Callable[[Image.Image], Image.Image]:
    """Return what lays grain over a picture; ``amount`` is its share of the result."""

    def apply(picture: Image.Image) -> Image.Image:
        grain = Image.frombytes("L", picture.size, random.Random(7).randbytes(picture.width * picture.height))
        return Image.blend(picture, grain, amount)

    return apply


def speckled(share: float) -> Callable[[Image.Image], Image.Image]:
    """Return what turns single pixels over; ``share`` is how many of them."""

    def apply(picture: Image.Image) -> Image.Image:
        chance = random.Random(9)
        spots = bytes(255 if chance.random() < share else 0 for _ in range(picture.width * picture.height))
        return ImageChops.difference(picture, Image.frombytes("L", picture.size, spots))

    return apply


def blurred(radius: float) -> Callable[[Image.Image], Image.Image]:
    """Return what blurs a picture."""
    return lambda picture: picture.filter(ImageFilter.GaussianBlur(radius))


def between(dark: int, light: int) -> Callable[[Image.Image], Image.Image]:
    """Return what maps black and white to two greys."""
    return lambda picture: picture.point(lambda value: dark + (light - dark) * value // 255)


def coloured(dark: tuple[int, int, int], light: tuple[int, int, int]) -> Callable[[Image.Image], Image.Image]:
    """Return what maps black and white to two colours."""
    return lambda picture: ImageOps.colorize(picture, dark, light)


def tilted(strength: float) -> Callable[[Image.Image], Image.Image]:
    """Return what looks at a picture from the side; ``strength`` is how much shorter the far edge is."""

    def apply(picture: Image.Image) -> Image.Image:
        ground = ImageOps.expand(picture, 20, 255)
        width, height = ground.size
        inset = int(height * strength / 2)
        # Where the corners of the result come from: beyond the far edge, which so becomes shorter.
        corners = (0, 0, 0, height, width, height + inset, width, -inset)
        return ground.transform(ground.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC, fillcolor=255)

    return apply


def skewed(picture: Image.Image) -> Image.Image:
    """Return the picture pushed to one side, as scanners and slanted phones do."""
    ground = ImageOps.expand(picture, 60, 255)
    return ground.transform(ground.size, Image.Transform.AFFINE, (1, 0.25, -20, 0, 1, 0), fillcolor=255)


def see_through(ground: int) -> Callable[[Image.Image], Image.Image]:
    """Return what leaves only one of the two colours, the other being transparent."""

    def apply(picture: Image.Image) -> Image.Image:
        ink = ImageChops.difference(picture, Image.new("L", picture.size, ground))
        whole = Image.new("RGBA", picture.size, (255 - ground,) * 3 + (0,))
        whole.putalpha(ink)
        return whole

    return apply


def dotted(picture: Image.Image) -> Image.Image:
    """Return a picture of six pixels a module with round dots as its modules, as design tools draw them."""
    step = 6
    dot = Image.new("L", (step * 4, step * 4), 255)
    dot.paste(0, (0, 0), round_mask(step * 4))
    dot = dot.resize((step, step), Image.Resampling.BOX)
    whole = Image.new("L", picture.size, 255)
    for left in range(0, picture.width, step):
        for top in range(0, picture.height, step):
            if picture.getpixel((left + 2, top + 2)) == 0:
                whole.paste(dot, (left, top))
    return whole


def round_mask(size: int) -> Image.Image:
    """Return a disc."""
    middle = (size - 1) / 2
    return Image.frombytes(
        "L",
        (size, size),
        bytes(
            255 if (x - middle) ** 2 + (y - middle) ** 2 <= (size / 2) ** 2 else 0
            for y in range(size)
            for x in range(size)
        ),
    )
