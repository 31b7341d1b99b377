"""Pictures of files by a real locked-down process: what documents become, and what one that took it cannot do."""

from __future__ import annotations

import io
import os
import socket
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from app.engine.preview.answer import LONGEST_SIDE, MOST_PAGES, Refusal, Shape
from app.engine.preview.process import End, Preview, Renderer
from app.tickets.service.previews import Draws
from tests.web.site import FakeRenderer

linux = sys.platform == "linux"


@pytest.fixture
def drawn(tmp_path: Path) -> Callable[..., Preview]:
    """Draw bytes under a name, as the service does."""

    def draw(content: bytes, name: str = "file") -> Preview:
        path = tmp_path / "drawn"
        path.write_bytes(content)
        return Renderer().draw(path, name)

    return draw


@pytest.fixture
def taken(tmp_path: Path) -> Callable[..., Preview]:
    """Have a process do what the name says instead of drawing."""

    def draw(name: str, seconds: float = 10.0) -> Preview:
        path = tmp_path / "file"
        path.write_bytes(b"content")
        return Renderer(seconds=seconds, draw="tests.isolation.hostile_draws:act").draw(path, name)

    return draw


def picture(width: int, height: int, kind: str = "PNG", colour: str = "red") -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(target, kind)
    return target.getvalue()


def pdf(pages: int) -> bytes:
    """Many pages that are all the same one."""
    kids = b" ".join([b"3 0 R"] * pages)
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[" + kids + b"]/Count "
        b"%d>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 60 90]>>endobj trailer<</Root 1 0 R>>\n%%%%EOF"
        % pages
    )


def huge_png(side: int) -> bytes:
    """A picture of ``side`` points each way, in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def opened(preview: Preview, number: int = 1) -> Image.Image:
    return Image.open(io.BytesIO(preview.pictures[number - 1].png))


@pytest.mark.parametrize("renderer", [Renderer(), FakeRenderer()], ids=["real", "fake"])
def test_a_renderer_gives_pictures_and_says_of_what(renderer: Draws, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"A text of one line")
    found = renderer.draw(path, "a.txt")
    assert found.end is End.WHOLE
    assert found.head.pages >= len(found.pictures) > 0
    for number, each in enumerate(found.pictures, 1):
        assert (opened(found, number).format, opened(found, number).size) == ("PNG", (each.width, each.height))


# ── what documents become ──────────────────────────────────────────────────


def test_a_picture_is_drawn_from_its_points_and_keeps_nothing_else(drawn: Callable[..., Preview]) -> None:
    target = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(target, "JPEG", comment=b"a secret", exif=b"Exif\0\0secret")
    found = drawn(target.getvalue(), "photo.jpg")
    assert (found.end, found.head.shape, found.head.pages) == (End.WHOLE, Shape.PICTURE, 1)
    assert (opened(found).size, opened(found).format) == ((40, 20), "PNG")
    assert b"secret" not in found.pictures[0].png


def test_a_large_picture_is_made_smaller(drawn: Callable[..., Preview]) -> None:
    assert opened(drawn(picture(4000, 1000, "JPEG"), "a.jpg")).size == (LONGEST_SIDE, 400)


def test_a_picture_of_fifty_thousand_points_is_not_laid_out(drawn: Callable[..., Preview]) -> None:
    found = drawn(huge_png(50_000), "a.png")
    assert (found.end, found.head.refusal, found.pictures) == (End.WHOLE, Refusal.TOO_LARGE, ())
    assert (found.head.width, found.head.height) == (50_000, 50_000)


def test_of_ten_thousand_pages_the_first_are_drawn(drawn: Callable[..., Preview]) -> None:
    found = drawn(pdf(10_000), "a.pdf")
    assert (found.end, found.head.pages, len(found.pictures)) == (End.WHOLE, 10_000, MOST_PAGES)


def test_svg_is_shown_as_text_and_never_drawn(drawn: Callable[..., Preview]) -> None:
    found = drawn(b"<svg xmlns='http://www.w3.org/2000/svg'><rect width='9' height='9' fill='red'/></svg>", "a.svg")
    assert found.head.shape is Shape.TEXT
    assert (255, 0, 0) not in {colour for _, colour in opened(found).getcolors(maxcolors=2**24) or ()}


def test_a_mail_is_drawn_as_text(drawn: Callable[..., Preview]) -> None:
    found = drawn(b"From: a@b.test\r\nTo: c@d.test\r\nSubject: Hello\r\nMIME-Version: 1.0\r\n\r\nWords", "a.eml")
    assert (found.head.shape, len(found.pictures)) == (Shape.MAIL, 1)


def test_an_office_document_is_drawn_as_text_only(drawn: Callable[..., Preview]) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", "<w:document xmlns:w='w'><w:p><w:t>Words</w:t></w:p></w:document>")
    found = drawn(target.getvalue(), "a.docx")
    assert (found.end, found.head.shape, len(found.pictures)) == (End.WHOLE, Shape.OFFICE_TEXT, 1)


@pytest.mark.parametrize(
    ("content", "name", "refusal"),
    [
        (b"", "a.txt", Refusal.EMPTY),
        (b"MZ" + b"\0" * 200, "a.exe", Refusal.NO_RENDERER),
        (b"\x89PNG\r\n\x1a\n" + b"broken" * 9, "a.png", Refusal.DAMAGED),
        (b"%PDF-1.7\nnothing", "a.pdf", Refusal.DAMAGED),
    ],
)
def test_what_is_not_drawn_says_why(drawn: Callable[..., Preview], content: bytes, name: str, refusal: Refusal) -> None:
    found = drawn(content, name)
    assert (found.end, found.head.refusal, found.pictures) == (End.WHOLE, refusal, ())


# ── what a document that took its process cannot do ────────────────────────


def test_a_crash_costs_the_pages_that_were_still_to_come(taken: Callable[..., Preview]) -> None:
    found = taken("crash")
    assert (found.end, len(found.pictures)) == (End.CRASHED, 1)


def test_a_process_that_hangs_is_ended(taken: Callable[..., Preview]) -> None:
    found = taken("hang", seconds=2.0)
    assert (found.end, len(found.pictures)) == (End.LATE, 1)


@pytest.mark.parametrize(
    "name",
    ["say:", "say:00", "say_png", "say_a_page_too_large", "say_eleven_pages", "say:" + "44575031" + "63" * 40],
)
def test_words_that_are_no_pictures_are_thrown_away(taken: Callable[..., Preview], name: str) -> None:
    found = taken(name)
    assert (found.end, found.pictures, found.head.shape) == (End.REFUSED, (), Shape.NOTHING)


def test_whoever_talks_without_end_is_cut_off(taken: Callable[..., Preview]) -> None:
    assert taken("say_endlessly").end is End.REFUSED


def test_memory_is_bounded(taken: Callable[..., Preview]) -> None:
    found = taken("allocate:2")
    assert (found.end, found.head.pages) == (End.CRASHED, 0)


def test_no_connection_can_be_made(taken: Callable[..., Preview]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = taken(f"connect:{server.getsockname()[1]}")
    assert not linux or (found.end, found.head.pages) == (End.WHOLE, 0)


def test_no_file_can_be_read_or_written(taken: Callable[..., Preview], tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("before")
    read, written = taken(f"read:{path}"), taken(f"write:{path}")
    assert not linux or (read.head.pages, written.head.pages) == (0, 0)
    assert path.read_text() == "before"


def test_no_program_and_no_process_can_be_started(taken: Callable[..., Preview], tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    started, forked = taken(f"run:{marker}"), taken("fork")
    assert not linux or (started.head.pages, forked.head.pages) == (0, 0)
    assert not marker.exists()


def test_the_settings_of_the_service_are_not_there(
    taken: Callable[..., Preview], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "DESKWARDEN_SECRET_KEY", "a-very-secret-key")
    assert taken("find:a-very-secret-key").head.pages == 0
