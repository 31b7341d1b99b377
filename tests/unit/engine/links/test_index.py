"""The index of what feeds list: what was put in is found, nothing else is, and a damaged file is no index."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from app.engine.links.entries import BLOCK, Block, Sorter, fingerprint
from app.engine.links.index import (
    DAY_SECONDS,
    Index,
    Label,
    Source,
    Unreadable,
    identity_of,
    network_text,
    tag,
    write_index,
)
from app.engine.links.reputation import NOTHING_KNOWN, Hit, KnownHits
from tests.fuzz import fuzzed

SALT = bytes(range(16))
TODAY = 20_778
BAD = Label("Feed", "phishing", 80)


def source(texts: Iterable[str], *labels: Label, day: int = 0, label: int = 0) -> Source:
    """Entries of one feed, all with one label and day."""
    sorter = Sorter()
    prefixes = set()
    for text in texts:
        if "/" in text and text.partition("/")[2].isdigit():
            text, prefix = network_text(text)
            prefixes.add(prefix)
        sorter.add(fingerprint(SALT, text), tag(label, day))
    blocks = list(sorter.blocks())
    sorter.close()
    return Source(labels or (BAD,), blocks, sorter.count, frozenset(prefixes))


def index_of(folder: Path, *sources: Source) -> Index:
    write_index(folder / "index", sources, salt=SALT, generation=7)
    return Index(folder / "index")


def expressions_in(index: Index, *expressions: str, today: int = TODAY) -> list[str]:
    return [hit.expression for hit in index.lookup(expressions, today=today)]


def test_what_is_listed_is_found_and_nothing_else(tmp_path: Path) -> None:
    with index_of(tmp_path, source(["bad.example/", "evil.example/login"], day=TODAY - 3)) as index:
        assert index.lookup(["a.bad.example/x", "bad.example/"], today=TODAY) == [
            Hit("Feed", "phishing", 80, "bad.example/", float((TODAY - 3) * DAY_SECONDS))
        ]
        assert expressions_in(index, "evil.example/", "evil.example/login/", "example/") == []
        assert (index.count, index.generation, index.salt) == (2, 7, SALT)


def test_many_addresses_get_the_same_answers_as_one_by_one(tmp_path: Path) -> None:
    listed = [f"host{number}.example/" for number in range(0, 3000, 3)]
    asked: list[list[str]] = [[f"host{n}.example/x", f"host{n}.example/"] for n in range(3000)] + [[], ["1.2.3.4/"]]
    with index_of(tmp_path, source(listed)) as index:
        together = index.lookup_many(asked, today=TODAY)
        assert together == [index.lookup(each, today=TODAY) for each in asked]
        assert [bool(hits) for hits in together[:6]] == [True, False, False, True, False, False]
        assert sum(map(len, together)) == 1000


def test_an_address_that_is_listed_by_itself_says_nothing_of_what_lies_beside_it(tmp_path: Path) -> None:
    exact = Label("Feed", "malware", 90, exact=True)
    with index_of(tmp_path, source(["github.example/", "github.example/a/bad.exe"], exact)) as index:
        assert expressions_in(index, "github.example/a/bad.exe", "github.example/", "github.example/a/") == [
            "github.example/a/bad.exe"
        ]
        assert expressions_in(index, "github.example/fine", "github.example/") == []
        assert expressions_in(index, "github.example/") == ["github.example/"]
        assert index.lookup_many([["b.example/"], ["github.example/x", "github.example/"]], today=TODAY) == [[], []]


def test_feeds_that_list_the_same_all_speak(tmp_path: Path) -> None:
    one, two = Label("One", "phishing", 30), Label("Two", "malware", 90)
    with index_of(tmp_path, source(["bad.example/"], one), source(["bad.example/", "c.example/"], two)) as index:
        found = index.lookup(["bad.example/"], today=TODAY)
        assert sorted((hit.feed, hit.category, hit.weight) for hit in found) == [
            ("One", "phishing", 30),
            ("Two", "malware", 90),
        ]


def test_entries_that_are_too_old_no_longer_count(tmp_path: Path) -> None:
    aging = Label("Feed", "malware", 90, max_age=10)
    with index_of(tmp_path, source(["old.example/"], aging, day=TODAY), source(["undated.example/"], aging)) as index:
        assert expressions_in(index, "old.example/", today=TODAY + 10)
        assert not expressions_in(index, "old.example/", today=TODAY + 11)
        assert expressions_in(index, "undated.example/", today=TODAY + 1000)


def test_labels_have_a_last_day(tmp_path: Path) -> None:
    with index_of(tmp_path, source(["a.example/"], Label("Feed", "malware", 90, until=TODAY))) as index:
        assert expressions_in(index, "a.example/", today=TODAY)
        assert not expressions_in(index, "a.example/", today=TODAY + 1)


def test_the_youngest_of_equal_entries_is_kept(tmp_path: Path) -> None:
    sorter = Sorter()
    for day in (5, 9, 7):
        sorter.add(fingerprint(SALT, "a.example/"), tag(0, day))
    with index_of(tmp_path, Source([BAD], sorter.blocks(), sorter.count)) as index:
        assert [hit.added_at for hit in index.lookup(["a.example/"], today=TODAY)] == [9.0 * DAY_SECONDS]


def test_addresses_by_number_are_found_in_networks_the_smallest_first(tmp_path: Path) -> None:
    networks = ["203.0.113.0/24", "203.0.0.0/16", "203.0.113.7/32", "2001:db8::/32", "::ffff:0:0/96"]
    with index_of(tmp_path, source(networks)) as index:
        found = [hit.expression for hit in index.networks("203.0.113.7", today=TODAY)]
        assert found == ["203.0.113.7/32", "203.0.113.0/24", "203.0.0.0/16"]
        assert [hit.expression for hit in index.networks("2001:db8::5", today=TODAY)] == ["2001:db8::/32"]
        assert [hit.expression for hit in index.networks("::ffff:203.0.9.9", today=TODAY)] == ["203.0.0.0/16"]
        assert index.networks("198.51.100.1", today=TODAY) == index.networks("no address", today=TODAY) == []


def test_links_to_addresses_by_number_are_looked_up_in_networks_too(tmp_path: Path) -> None:
    with index_of(tmp_path, source(["203.0.113.0/24", "2001:db8::/32", "203.0.113.9/"])) as index:
        assert expressions_in(index, "203.0.113.9/x", "203.0.113.9/") == ["203.0.113.9/", "203.0.113.0/24"]
        assert expressions_in(index, "[2001:db8::9]/x") == ["2001:db8::/32"]
        assert expressions_in(index, "1and1.example/x") == []


def test_an_address_whose_path_looks_like_a_prefix_length_is_no_network(tmp_path: Path) -> None:
    with index_of(tmp_path, source(["203.0.113.0/24"])) as index:
        assert index.lookup(["a.example/", "203.0.113.0/24"], today=TODAY) == []


def test_an_index_without_entries_knows_nothing(tmp_path: Path) -> None:
    with index_of(tmp_path) as index:
        assert index.lookup(["a.example/", "1.2.3.4/"], today=TODAY) == index.networks("1.2.3.4", today=TODAY) == []
        index.verify()


def test_a_file_that_is_sorted_in_parts_holds_the_same_as_one_sorted_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [f"host{number}.example/" for number in range(5000)]
    whole = source(texts)
    monkeypatch.setattr("app.engine.links.entries._SORTED_AT_ONCE", 700)
    monkeypatch.setattr("app.engine.links.entries.BLOCK", 300)
    parted = source(texts)
    assert isinstance(parted.blocks, Sequence)
    assert len(parted.blocks) > 10
    assert joined(parted.blocks) == joined(whole.blocks)


def joined(blocks: Iterable[Block]) -> list[tuple[int, int]]:
    return [pair for block in blocks for pair in zip(block.fingerprints, block.tags, strict=True)]


def test_a_block_comes_back_as_it_was_kept() -> None:
    (block,) = source(["a.example/", "b.example/"], day=TODAY).blocks
    assert joined([Block.from_bytes(block.to_bytes())]) == joined([block])
    assert BLOCK * 12 < 1 << 20
    with pytest.raises(ValueError, match="no block"):
        Block.from_bytes(b"12345")


def test_a_reader_keeps_the_old_index_while_another_is_swapped_in(tmp_path: Path) -> None:
    with index_of(tmp_path, source(["old.example/"])) as old, index_of(tmp_path, source(["new.example/"])) as new:
        assert expressions_in(old, "old.example/", "new.example/") == ["old.example/"]
        assert expressions_in(new, "old.example/", "new.example/") == ["new.example/"]
        assert identity_of(tmp_path / "index") == new.identity != old.identity
        assert old.version != new.version
    assert list(tmp_path.iterdir()) == [tmp_path / "index"]
    assert identity_of(tmp_path / "none") is None


def test_threads_look_up_in_the_same_index(tmp_path: Path) -> None:
    asked = [f"host{number}.example/" for number in range(2000)]
    answers: list[list[str]] = []
    with index_of(tmp_path, source(asked[::2])) as index:
        threads = [threading.Thread(target=lambda: answers.append(expressions_in(index, *asked))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == [asked[::2]] * 4


def test_what_is_no_index_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "index"
    for content in (b"", b"short", b"x" * 1000, bytes(1 << 16)):
        path.write_bytes(content)
        with pytest.raises(Unreadable):
            Index(path)
    with pytest.raises(OSError, match="No such file"):
        Index(tmp_path / "none")


def test_an_index_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    index_of(tmp_path, source(f"host{number}.example/" for number in range(500))).close()
    whole = (tmp_path / "index").read_bytes()
    for size in (70, len(whole) // 2, len(whole) - 1):
        (tmp_path / "cut").write_bytes(whole[:size])
        with pytest.raises(Unreadable):
            Index(tmp_path / "cut")


def test_an_entry_that_was_changed_is_seen_when_all_of_it_is_read(tmp_path: Path) -> None:
    index_of(tmp_path, source(["a.example/"])).close()
    damaged = bytearray((tmp_path / "index").read_bytes())
    damaged[-1] ^= 1
    (tmp_path / "damaged").write_bytes(damaged)
    with Index(tmp_path / "damaged") as index, pytest.raises(Unreadable, match="damaged"):
        index.verify()


def test_a_source_that_holds_more_than_it_said_leaves_the_old_index(tmp_path: Path) -> None:
    index_of(tmp_path, source(["old.example/"])).close()
    more = source(["a.example/", "b.example/"])
    with pytest.raises(ValueError, match="more entries"):
        write_index(tmp_path / "index", [Source([BAD], more.blocks, 1)], salt=SALT)
    with Index(tmp_path / "index") as index:
        assert expressions_in(index, "old.example/")
    assert list(tmp_path.iterdir()) == [tmp_path / "index"]


def test_what_is_not_listed_is_not_taken_for_listed(tmp_path: Path) -> None:
    with index_of(tmp_path, source(f"host{number}.example/" for number in range(20_000))) as index:
        others = [[f"other{number}.example/"] for number in range(100_000)]
        assert not any(index.lookup_many(others, today=TODAY))


@fuzzed()
@given(st.data())
def test_a_damaged_file_is_refused_or_answers_like_an_index(tmp_path: Path, data: st.DataObject) -> None:
    with index_of(tmp_path, source(["a.example/", "203.0.113.0/24"])):
        whole = (tmp_path / "index").read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:place] + data.draw(st.binary(max_size=8)) + whole[place + data.draw(st.integers(0, 8)) :]
    (tmp_path / "damaged").write_bytes(damaged)
    try:
        index = Index(tmp_path / "damaged")
    except Unreadable:
        return
    with index:
        if damaged == whole:
            index.verify()


@fuzzed()
@given(st.lists(st.text(max_size=40), max_size=60), st.lists(st.text(max_size=40), max_size=60))
def test_any_text_can_be_listed_and_looked_up(tmp_path: Path, listed: list[str], others: list[str]) -> None:
    sorter = Sorter()
    for text in listed:
        sorter.add(fingerprint(SALT, text), tag(0, 1))
    with index_of(tmp_path, Source([BAD], sorter.blocks(), sorter.count)) as index:
        for text in [*listed, *others]:
            hits = [hit for hit in index.lookup([text], today=TODAY) if hit.expression == text]
            assert bool(hits) == (text in listed)


def test_a_reputation_can_be_made_of_a_mapping() -> None:
    hit = Hit("Feed", "phishing", 80, "bad.example/")
    known = KnownHits({"bad.example/": [hit], "192.0.2.1": [hit]})
    assert known.lookup_many([["bad.example/x", "bad.example/"], ["other.example/"]]) == [[hit], []]
    assert known.networks("192.0.2.1") == [hit]
    assert NOTHING_KNOWN.lookup(["bad.example/"]) == NOTHING_KNOWN.networks("192.0.2.1") == []
