"""Asking services outside the house: only where a policy allows it, recorded, kept, limited, and never in the way.

Real providers over real sockets: a name server and an HTTP server of our own stand in for those of the world.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dns.rcode
import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import select
from werkzeug import Response

from app.adapters.providers.dns_lists import DnsLists
from app.adapters.providers.http import Door
from app.adapters.providers.model import Provider
from app.adapters.providers.shorteners import Shorteners
from app.adapters.providers.virustotal import VirusTotal
from app.engine.model import Link, Verdict
from app.jobs import InlineQueue, Job
from app.keys import MasterKey
from app.providers.catalogue import ProviderName
from app.providers.service.answers import Answers
from app.providers.service.asking import MOST_ADDRESSES, ProviderQueue
from app.providers.service.disclosures import Disclosures
from app.providers.service.opinions import ProviderOpinions
from app.providers.service.policies import Change, ProviderPolicies
from app.providers.tables import disclosures, provider_policies, provider_waiting
from app.tickets.lists import EntryKind, Side
from app.tickets.service.links import Knowledge, LinkJudge
from app.tickets.service.lists import Lists
from tests.builders import Clock, a_connection, a_database
from tests.name_server import NameServer

BAD = "http://bad.example.com/login"
LISTED = "bad.example.com.dbl.spamhaus.org"
DNS, VT, SHORT = ProviderName.DNS_LISTS, ProviderName.VIRUSTOTAL, ProviderName.SHORTENERS


class Room:
    """The providers of one connection, with their outside."""

    def __init__(self, folder: Path, server: NameServer, web: HTTPServer) -> None:
        self.clock, self.queue, self.server, self.web = Clock(), InlineQueue(), server, web
        self.database = a_database(folder)
        self.connection_id = a_connection(self.database)
        self.changed: list[list[str]] = []
        self.short = f"http://short.example.org:{web.port}/abc"
        trusted = frozenset({f"{web.host}:{web.port}", f"short.example.org:{web.port}"})
        outside = self.outside = dict[ProviderName, Provider]()
        outside |= {
            DNS: DnsLists(),
            VT: VirusTotal(Door(web.url_for(""), trusted_hosts=trusted)),
            SHORT: Shorteners(trusted_hosts=trusted, resolve=lambda _host, _port: ["127.0.0.1"]),
        }
        self.policies = ProviderPolicies(self.database, MasterKey(b"k" * 32), self.clock)
        self.disclosures, answers = Disclosures(self.database, self.clock), Answers(self.database, self.clock)
        self.opinions = ProviderOpinions(self.policies, answers, outside)
        self.providers = ProviderQueue(
            self.database,
            self.queue,
            self.policies,
            self.disclosures,
            answers,
            outside,
            now=self.clock,
            changed=lambda _connection_id, urls: self.changed.append(list(urls)),
        )
        self.queue.handlers = {Job.ASK_PROVIDERS: self.providers.run}

    def switch_on(self, name: ProviderName, **change: Any) -> None:
        options = {"resolver": self.server.name, "lists": ["spamhaus-dbl"]} if name is DNS else {}
        change = {"options": {**options, **change.pop("options", {})}, **change}
        self.policies.change("acme", {name: Change(enabled=True, **change)}, actor="admin")

    def ask(self, *urls: str, ticket_id: int | None = 7) -> None:
        self.providers.ask(self.connection_id, urls or [BAD], ticket_id)
        self.queue.run()

    def hits(self, url: str = BAD) -> list[str]:
        return [hit.category for hit in self.opinions.opinions(self.connection_id, [url]).get(url, [])]

    def record(self) -> list[Any]:
        return self.rows(disclosures)

    def rows(self, table: Any) -> list[Any]:
        with self.database.read() as connection:
            return list(connection.execute(select(table).order_by(table.c.id)).all())


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


def test_nothing_leaves_the_house_until_a_policy_says_so(room: Room) -> None:
    room.ask()
    assert (room.server.asked, room.record(), room.rows(provider_waiting)) == ([], [], [])


def test_a_listed_link_is_known_and_whoever_judges_is_told(room: Room) -> None:
    room.server.records[LISTED] = ["127.0.1.4"]
    room.switch_on(DNS)
    room.ask()
    assert room.hits() == ["phishing"]
    assert room.changed == [[BAD]]
    assert room.rows(provider_waiting) == []


def test_a_link_that_is_not_listed_disturbs_nobody(room: Room) -> None:
    room.switch_on(DNS)
    room.ask()
    assert (room.hits(), room.changed) == ([], [])


def test_what_left_is_recorded_with_kind_recipient_ticket_and_outcome(room: Room) -> None:
    room.server.records[LISTED] = ["127.0.1.4"]
    room.switch_on(DNS)
    room.ask()
    [row] = room.record()
    assert (row.kind, row.recipient, row.sent) == ("host", room.server.name, ["spamhaus-dbl:bad.example.com"])
    assert (row.tickets, row.outcome, row.connection_id) == ([7], "listed", room.connection_id)


def test_an_answer_is_kept_for_its_time_and_then_asked_anew(room: Room) -> None:
    room.switch_on(DNS)
    room.ask()
    room.ask("http://bad.example.com/another/page")
    assert len(room.server.asked) == 1
    room.clock.pass_(121)
    room.ask()
    assert len(room.server.asked) == 2


def test_a_listing_stands_until_a_later_answer_takes_it_back(room: Room) -> None:
    room.server.records[LISTED] = ["127.0.1.4"]
    room.switch_on(DNS)
    room.ask()
    room.clock.pass_(7 * 86_400)
    assert room.hits() == ["phishing"]
    del room.server.records[LISTED]
    room.ask()
    assert room.hits() == []
    assert room.changed == [[BAD], [BAD]]


def test_what_was_learnt_stays_known_when_the_provider_is_switched_off(room: Room) -> None:
    room.server.records[LISTED] = ["127.0.1.4"]
    room.switch_on(DNS)
    room.ask()
    room.policies.change("acme", {DNS: Change(enabled=False)}, actor="admin")
    room.ask("http://other.example.com/")
    assert room.hits() == ["phishing"]
    assert len(room.server.asked) == 1


def test_what_waits_is_dropped_when_the_provider_is_switched_off(room: Room) -> None:
    room.switch_on(DNS)
    room.providers.ask(room.connection_id, [BAD])
    room.policies.change("acme", {DNS: Change(enabled=False)}, actor="admin")
    room.queue.run()
    assert (room.server.asked, room.rows(provider_waiting)) == ([], [])


def test_tenants_do_not_see_each_others_answers(room: Room) -> None:
    room.server.records[LISTED] = ["127.0.1.4"]
    room.switch_on(DNS)
    room.ask()
    other = a_connection(room.database, name="other")
    assert room.opinions.opinions(other, [BAD]) == {}


@pytest.mark.parametrize("address", ["127.255.255.254", "127.0.1.255"])
def test_a_list_that_refuses_has_no_opinion_and_the_others_have_theirs(room: Room, address: str) -> None:
    room.server.records[LISTED] = [address]
    room.server.records["example.com.multi.surbl.org"] = ["127.0.0.8"]
    room.switch_on(DNS, options={"lists": ["spamhaus-dbl", "surbl"]})
    room.ask()
    assert (room.hits(), room.changed) == (["phishing"], [[BAD]])
    assert [row.outcome for row in room.record()] == ["no opinion"]
    [setting] = [each for each in room.policies.of_connection("acme") if each.provider is DNS]
    assert "refuses" in setting.problem


def test_a_list_that_refuses_is_left_alone_for_a_while(room: Room) -> None:
    room.server.records[LISTED] = ["127.255.255.254"]
    room.switch_on(DNS)
    room.ask()
    room.ask("http://another.example.com/")
    assert len(room.server.asked) == 1
    assert room.hits() == []


def test_a_resolver_that_fails_is_asked_again_a_few_times_and_then_given_up(room: Room) -> None:
    room.server.rcode = dns.rcode.SERVFAIL
    room.switch_on(DNS)
    room.providers.ask(room.connection_id, [BAD])
    for _ in range(30):
        room.providers.run(room.connection_id)
        room.clock.pass_(240)
    assert 2 <= len(room.server.asked) <= 5
    assert {row.outcome for row in room.record()} == {"no opinion"}
    assert room.rows(provider_waiting) == []


def test_a_provider_that_is_well_again_gives_its_opinion(room: Room) -> None:
    room.server.rcode, room.server.records[LISTED] = dns.rcode.SERVFAIL, ["127.0.1.4"]
    room.switch_on(DNS)
    room.ask()
    assert room.hits() == []
    room.server.rcode = None
    room.clock.pass_(120)
    room.providers.sweep()
    room.queue.run()
    assert room.hits() == ["phishing"]


def test_a_limit_a_minute_holds_and_what_is_left_waits(room: Room) -> None:
    room.web.expect_request(re.compile("/api/v3/urls/.*")).respond_with_json({}, status=404)
    room.switch_on(VT, key="k")
    urls = [f"http://{number}.example.com/" for number in range(10)]
    room.ask(*urls)
    assert (len(room.web.log), len(room.rows(provider_waiting))) == (4, 6)
    room.clock.pass_(30)
    room.providers.sweep()
    room.queue.run()
    assert len(room.web.log) == 6


def test_a_limit_a_day_holds(room: Room) -> None:
    room.switch_on(DNS, per_day=2)
    room.ask(*[f"http://{number}.example.com/" for number in range(50)])
    assert (len(room.record()), len(room.rows(provider_waiting))) == (2, 10)
    room.clock.pass_(86_400)
    room.ask("http://99.example.com/")
    assert len(room.record()) == 3


def test_a_key_is_sealed_and_never_shown(room: Room) -> None:
    room.switch_on(VT, key="secret-key")
    [row] = room.rows(provider_policies)
    assert b"secret-key" not in row.key
    assert "secret-key" not in repr(room.policies.of_connection("acme"))
    assert "secret-key" not in repr(room.policies.reached(room.connection_id))


def test_a_refused_key_is_told_in_the_settings_and_forgiven_with_a_new_one(room: Room) -> None:
    room.web.expect_request("/api/v3/urls/aHR0cDovL2JhZC5leGFtcGxlLmNvbS9sb2dpbg").respond_with_json({}, status=401)
    room.switch_on(VT, key="old")
    room.ask()
    [setting] = [each for each in room.policies.of_connection("acme") if each.provider is VT]
    assert "key" in setting.problem
    room.switch_on(VT, key="new")
    [setting] = [each for each in room.policies.of_connection("acme") if each.provider is VT]
    assert (setting.problem, setting.paused_until) == ("", 0.0)


@pytest.mark.parametrize("url", ["http://intranet/", "http://10.1.2.3/", "http://localhost/", "http://[fd00::1]/"])
def test_names_of_the_house_are_nobody_elses_business(room: Room, url: str) -> None:
    room.switch_on(VT, key="k")
    room.ask(url)
    assert (room.web.log, room.record()) == ([], [])


def test_a_comment_of_thousands_of_links_does_not_eat_the_budget(room: Room) -> None:
    room.switch_on(DNS)
    room.providers.ask(room.connection_id, [f"http://{number}.example.com/" for number in range(10_000)])
    assert len(room.rows(provider_waiting)) == MOST_ADDRESSES


def test_a_lost_message_costs_only_time(room: Room) -> None:
    room.switch_on(DNS)
    room.providers.ask(room.connection_id, [BAD])
    room.queue.waiting.clear()
    assert room.providers.sweep() == 1
    room.queue.run()
    assert len(room.server.asked) == 1


def test_two_workers_do_not_ask_the_same_twice(room: Room) -> None:
    room.switch_on(DNS)
    room.providers.ask(room.connection_id, [BAD])
    taken = room.providers._lease(room.connection_id, DNS)  # what a worker does that then dies
    room.providers.run(room.connection_id)
    assert (len(taken), room.server.asked) == (1, [])
    room.clock.pass_(121)
    room.providers.run(room.connection_id)
    assert len(room.server.asked) == 1


def test_nobody_waits_for_an_opinion_for_ever(room: Room) -> None:
    room.switch_on(VT, key="k", per_day=1)
    room.web.expect_request(re.compile("/api/v3/urls/.*")).respond_with_json({}, status=404)
    room.ask("http://1.example.com/", "http://2.example.com/")
    assert len(room.rows(provider_waiting)) == 1
    room.clock.pass_(3_601)
    room.providers.sweep()
    assert room.rows(provider_waiting) == []


def test_a_shortened_link_is_followed_and_its_target_asked_about(room: Room) -> None:
    forwarded_to(room, BAD)
    room.server.records[LISTED] = ["127.0.1.5"]
    room.switch_on(SHORT, options={"hosts": ["short.example.org"]})
    room.switch_on(DNS)
    room.ask(room.short)
    assert room.opinions.targets(room.connection_id, [room.short]) == {room.short: BAD}
    assert room.hits(room.short) == ["malware"]
    assert room.changed[-1] == [BAD, room.short]
    assert {(row.provider, row.kind, tuple(row.tickets)) for row in room.record()} == {
        ("shorteners", "url", (7,)), ("dns_lists", "host", (7,)),
    }  # fmt: skip
    assert [row.recipient for row in room.record() if row.provider == "shorteners"] == [
        f"short.example.org:{room.web.port}"
    ]


def test_a_shortened_link_is_left_alone_unless_following_is_allowed(room: Room) -> None:
    forwarded_to(room, BAD)
    room.switch_on(DNS)
    room.ask(room.short)
    assert (room.web.log, room.opinions.targets(room.connection_id, [room.short])) == ([], {})


def test_where_a_link_leads_is_told_though_the_target_is_harmless(room: Room) -> None:
    forwarded_to(room, "https://target.example/")
    room.switch_on(SHORT, options={"hosts": ["short.example.org"]})
    room.ask(room.short)
    assert room.changed == [[room.short]]


def test_a_shortened_link_is_judged_like_the_link_that_it_hides(room: Room) -> None:
    hidden = "http://www.paypal.com.account-check.example.com/signin"
    forwarded_to(room, hidden)
    room.switch_on(SHORT, options={"hosts": ["short.example.org"]})
    judge = LinkJudge(room.database, Lists(room.database, room.clock), room.clock, Knowledge(opinions=room.opinions))
    link = Link(room.short, room.short)
    before = judge.judge(room.connection_id, [link])[0].findings
    room.ask(room.short)
    [after], [plain] = judge.judge(room.connection_id, [link]), judge.judge(room.connection_id, [Link(hidden, hidden)])
    assert before != plain.findings
    assert [each.id for each in after.findings] == [each.id for each in plain.findings]


def test_a_list_knows_the_target_of_a_shortened_link(room: Room) -> None:
    forwarded_to(room, BAD)
    room.switch_on(SHORT, options={"hosts": ["short.example.org"]})
    lists = Lists(room.database, room.clock)
    lists.add(Side.BLOCK, EntryKind.HOST, "bad.example.com", actor="an analyst")
    room.ask(room.short)
    judge = LinkJudge(room.database, lists, room.clock, Knowledge(opinions=room.opinions))
    [found] = judge.judge(room.connection_id, [Link(room.short, room.short)])
    assert (found.verdict, found.by) == (Verdict.MALICIOUS, "list")


def forwarded_to(room: Room, target: str) -> None:
    room.web.expect_request("/abc").respond_with_response(Response(status=301, headers={"Location": target}))
