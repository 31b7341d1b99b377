"""What a drawing process says is read as an enemy's words."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies

from app.engine.preview.answer import (
    HEAD_BYTES,
    LONGEST_SIDE,
    MOST_PAGES,
    Head,
    Malformed,
    Page,
    Refusal,
    Shape,
    head_bytes,
    page_bytes,
    read_head,
    read_pages,
)
from tests.fuzz import fuzzed

HEAD = Head(Shape.PAGES, Refusal.NONE, 3, 1, 2)


def page(number, width=2, height=1):
    return Page(number, width, height, b"\1\2\3" * width * height, missing=4)


def test_what_is_written_is_read():
    pages = [page(1), page(2, 1, 3)]
    data = head_bytes(HEAD) + b"".join(map(page_bytes, pages))
    assert read_head(data) == HEAD
    assert list(read_pages(data)) == pages


def test_a_page_that_breaks_off_is_left_out():
    data = head_bytes(HEAD) + page_bytes(page(1)) + page_bytes(page(2))[:-1]
    assert [each.number for each in read_pages(data)] == [1]


@pytest.mark.parametrize(
    "wrong",
    [
        page(2),
        page(0),
        Page(1, 0, 1, b""),
        Page(1, LONGEST_SIDE + 1, 1, b""),
        Page(1, 1, 65_535, b""),
    ],
)
def test_a_page_that_cannot_be_is_refused(wrong):
    with pytest.raises(Malformed):
        list(read_pages(head_bytes(HEAD) + page_bytes(wrong)))


def test_more_pages_than_there_can_be_are_refused():
    data = head_bytes(HEAD) + b"".join(page_bytes(page(number, 1, 1)) for number in range(1, MOST_PAGES + 2))
    with pytest.raises(Malformed):
        list(read_pages(data))


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, b"DWP1" + b"\xff" * 40])
def test_a_head_that_is_none_is_refused(data):
    with pytest.raises(Malformed):
        read_head(data)


@fuzzed()
@given(strategies.binary(max_size=400))
def test_any_bytes_are_pages_or_refused(data):
    try:
        pages = list(read_pages(b"\0" * HEAD_BYTES + data))
    except Malformed:
        return
    assert all(len(each.pixels) == 3 * each.width * each.height for each in pages)
