"""Pictures are drawn once, kept sealed, and shown to nobody else."""

from __future__ import annotations

import os

import pytest

from app.errors import Rejected, Temporary
from app.keys import MasterKey
from app.tickets.service.previews import KEPT_SECONDS, MOST_BYTES, Previews
from tests.builders import Clock, a_connection, a_database, a_scan
from tests.web.site import A_PNG, FakeFiles, FakeRenderer

SHA256 = "7" * 64


class Room:
    """Previews with everything around them in memory."""

    def __init__(self, folder):
        self.spool = folder / "spool"
        self.database = a_database(folder)
        self.files, self.renderer, self.clock = FakeFiles(), FakeRenderer(), Clock()
        self.previews = self.with_key(b"k" * 32)

    def with_key(self, key):
        return Previews(self.database, MasterKey(key), self.files, self.renderer, self.spool, self.clock)

    def scan(self, **values):
        scan_id = a_scan(self.database, **{"sha256": SHA256, "name": "a.pdf", **values})
        self.files.content[scan_id] = ("a.pdf", [b"con", b"tent"])
        return scan_id

    def kept(self):
        return [path for path in self.spool.rglob("*") if path.is_file()]


@pytest.fixture
def room(tmp_path):
    room = Room(tmp_path)
    yield room
    room.database.close()


def test_a_document_is_drawn_once(room):
    scan_id = room.scan()
    assert room.previews.find(scan_id) is None
    shown = room.previews.make(scan_id)
    assert shown == room.previews.find(scan_id) == room.previews.make(scan_id)
    assert room.renderer.given == [(b"content", "a.pdf")]
    assert shown.pages == ((1, 1, 0), (1, 1, 3))
    assert [room.previews.picture(scan_id, number) for number in (1, 2, 3)] == [A_PNG, A_PNG, None]


def test_equal_content_of_one_connection_is_drawn_once_and_of_two_twice(room):
    room.previews.make(room.scan())
    assert room.previews.find(room.scan()) is not None
    assert room.previews.find(room.scan(connection_id=a_connection(room.database, name="globex"))) is None


def test_another_extension_is_another_picture(room):
    room.previews.make(room.scan())
    assert room.previews.find(room.scan(name="a.txt")) is None


def test_nothing_lies_about_in_clear(room):
    room.previews.make(room.scan())
    assert room.kept()
    for path in room.kept():
        assert path.suffix != ".draw"
        assert SHA256 not in str(path)
        assert b"PNG" not in path.read_bytes()


def test_pictures_of_another_master_key_are_drawn_anew(room):
    scan_id = room.scan()
    room.previews.make(scan_id)
    other = room.with_key(b"x" * 32)
    assert other.find(scan_id) is None
    other.make(scan_id)
    assert other.picture(scan_id, 1) == A_PNG


def test_a_picture_that_was_put_in_another_place_does_not_open(room):
    scan_id = room.scan()
    room.previews.make(scan_id)
    [first] = [path for path in room.kept() if path.name == "1"]
    first.replace(first.with_name("2"))
    assert room.previews.picture(scan_id, 2) is None


def test_old_pictures_are_thrown_away(room):
    scan_id = room.scan()
    room.previews.make(scan_id)
    [folder] = {path.parent for path in room.kept()}
    room.clock.now = folder.stat().st_mtime
    long_ago = room.clock.now - KEPT_SECONDS - 1
    os.utime(folder, (long_ago, long_ago))
    room.previews.make(room.scan(name="a.txt"))
    assert room.previews.find(scan_id) is None


@pytest.mark.parametrize(
    ("scan", "code"),
    [({"kind": "url", "sha256": None}, "gone"), ({"size": MOST_BYTES + 1}, "too-large")],
)
def test_what_cannot_be_drawn_is_refused_before_it_is_fetched(room, scan, code):
    scan_id = room.scan(**scan)
    with pytest.raises(Rejected) as refused:
        room.previews.make(scan_id)
    assert (refused.value.code, room.renderer.given) == (code, [])


def test_a_file_that_grows_while_it_is_fetched_is_refused_and_leaves_nothing(room):
    scan_id = room.scan(size=1)
    room.files.content[scan_id] = ("a.pdf", [b"x" * (MOST_BYTES + 1)])
    with pytest.raises(Rejected):
        room.previews.make(scan_id)
    assert room.kept() == []


def test_a_file_that_is_gone_says_so(room):
    scan_id = room.scan()
    room.files.content.clear()
    with pytest.raises(Rejected) as refused:
        room.previews.make(scan_id)
    assert refused.value.code == "gone"


def test_an_unknown_scan_is_refused(room):
    with pytest.raises(Rejected) as refused:
        room.previews.find(99)
    assert refused.value.code == "not-found"


def test_whoever_comes_while_another_document_is_drawn_is_told_to_come_again(room, monkeypatch):
    monkeypatch.setattr("app.tickets.service.previews._WAIT_SECONDS", 0.01)
    scan_id = room.scan()
    caught: list[str] = []

    class Slow(FakeRenderer):
        def draw(self, path, name):
            with pytest.raises(Temporary) as refused:
                previews.make(room.scan(name="b.pdf"))
            caught.append(refused.value.code)
            return super().draw(path, name)

    previews = Previews(room.database, MasterKey(b"k" * 32), room.files, Slow(), room.spool, room.clock)
    previews.make(scan_id)
    assert caught == ["preview.busy"]
