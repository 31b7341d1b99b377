"""The disclosure record: what it says of a call that went wrong half-way, and how long it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dns.exception
import dns.message
import pytest
from pytest_httpserver import HTTPServer

from app.adapters.providers.dns_lists import DnsLists, over_the_wire
from app.providers.service.disclosures import KEPT_SECONDS
from tests.name_server import NameServer
from tests.services.test_providers import BAD, DNS, LISTED, Room

LISTS = {"lists": ["surbl", "spamhaus-dbl", "uribl"]}


class Breaking:
    """A way to the resolver that breaks after so many questions."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self, query: dns.message.Message, address: str, port: int, seconds: float) -> dns.message.Message:
        if not self.left:
            raise dns.exception.Timeout
        self.left -= 1
        return over_the_wire(query, address, port, seconds)


@pytest.fixture
def name_server() -> Iterator[NameServer]:
    server = NameServer()
    yield server
    server.close()


@pytest.fixture
def room(tmp_path: Path, name_server: NameServer, httpserver: HTTPServer) -> Iterator[Room]:
    room = Room(tmp_path, name_server, httpserver)
    yield room
    room.database.close()


def test_a_resolver_that_fails_half_way_leaves_the_answers_and_says_what_was_sent(room: Room) -> None:
    room.outside[DNS] = DnsLists(Breaking(after=2))
    room.server.records[LISTED] = ["127.0.1.4"]
    room.switch_on(DNS, options=LISTS)
    room.ask()

    [row] = room.record()
    assert row.sent == ["surbl:example.com", "spamhaus-dbl:bad.example.com", "uribl:example.com"]
    assert (row.outcome, row.detail) == ("no opinion", "The resolver did not answer in time.")
    assert room.hits() == ["phishing"]


def test_what_was_not_asked_any_more_is_not_said_to_have_left(room: Room) -> None:
    room.outside[DNS] = DnsLists(Breaking(after=0))
    room.switch_on(DNS, options=LISTS)
    room.ask()

    [row] = room.record()
    assert (row.sent, row.outcome) == (["surbl:example.com"], "no opinion")


def test_a_list_that_is_left_alone_is_not_said_to_have_been_asked(room: Room) -> None:
    room.server.records["example.com.multi.surbl.org"] = ["127.0.0.1"]
    room.switch_on(DNS, options={"lists": ["surbl", "spamhaus-dbl"]})
    room.ask()
    asked = len(room.server.asked)
    room.ask("http://bad.example.com/other", "http://else.example.com/")

    assert len(room.server.asked) == asked + 1
    assert [(row.sent, row.outcome) for row in room.record()] == [
        (["surbl:example.com", "spamhaus-dbl:bad.example.com"], "no opinion"),
        (["spamhaus-dbl:else.example.com"], "no opinion"),
    ]


def test_when_nothing_left_at_all_the_record_says_so(room: Room) -> None:
    room.server.records["example.com.multi.surbl.org"] = ["127.0.0.1"]
    room.switch_on(DNS, options={"lists": ["surbl"]})
    room.ask()
    room.ask(BAD + "2")
    assert [row.outcome for row in room.record()] == ["no opinion", "not sent"]


def test_the_record_is_kept_for_more_than_a_year_and_then_goes(room: Room) -> None:
    room.switch_on(DNS)
    room.ask()
    room.clock.pass_(KEPT_SECONDS - 1)
    room.providers.sweep()
    assert len(room.record()) == 1
    room.clock.pass_(1)
    room.providers.sweep()
    assert room.record() == []
