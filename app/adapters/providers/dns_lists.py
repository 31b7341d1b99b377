"""Lists that are asked by DNS: SURBL, URIBL, Spamhaus DBL and ZEN (RFC 5782).

A listed name has an A record in 127.0.0.0/8 below the list's zone, and what it says stands in that address. Some
addresses are no listings but refusals: 127.255.255.x of Spamhaus, 127.0.0.1 of SURBL and URIBL (a public resolver, too
many questions, a wrong key), 127.0.1.255 of DBL. They, and whatever lies outside 127.0.0.0/8 (a resolver that
invents answers), end as "no opinion".
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype

from app.adapters.providers.http import PAUSE_BROKEN, PAUSE_REFUSED
from app.adapters.providers.model import Access, Answer, Kind, Listing, NoOpinion, Question, kept_for
from app.engine.links.canonical import host_of
from app.engine.links.domains import registrable
from app.engine.links.reputation import Hit

#: Seconds for which a list that refuses is left alone.
REFUSED_SECONDS = 900.0
#: Seconds for which "not listed" is kept when the zone names no time.
_UNSAID = 300.0
_DNS_PORT = 53

_Meanings = Mapping[int, tuple[str, int]]


@dataclass(frozen=True, slots=True)
class DnsList:
    """One list.

    zone      where it is asked; ``keyed`` in its place when there is a key (Spamhaus' Data Query Service)
    takes     what it lists: the registrable ``domain``, the whole ``host``, ``address`` for IP addresses
    is_bits   whether the last octet is a sum of bits, or one value
    meanings  what bit or value means: category, and how far it is believed
    refusals  addresses that are refusals, besides 127.255.255.0/24
    """

    name: str
    zone: str
    takes: frozenset[str]
    is_bits: bool
    meanings: _Meanings
    refusals: frozenset[str] = frozenset()
    keyed: str = ""


LISTS: dict[str, DnsList] = {
    "surbl": DnsList(
        "SURBL",
        "multi.surbl.org",
        frozenset({"domain", "address"}),
        True,
        {8: ("phishing", 85), 16: ("malware", 85), 64: ("spam", 40), 128: ("cracked site", 50)},
        frozenset({"127.0.0.1"}),
    ),
    "uribl": DnsList(
        "URIBL",
        "multi.uribl.com",
        frozenset({"domain", "address"}),
        True,
        {2: ("spam", 40), 8: ("spam", 30), 4: ("bulk mail", 10)},
        frozenset({"127.0.0.1"}),
    ),
    "spamhaus-dbl": DnsList(
        "Spamhaus DBL",
        "dbl.spamhaus.org",
        frozenset({"host"}),
        False,
        {
            2: ("spam", 45), 4: ("phishing", 100), 5: ("malware", 100), 6: ("botnet", 100),
            102: ("abused site", 25), 103: ("abused redirector", 25), 104: ("phishing", 50), 105: ("malware", 50),
            106: ("botnet", 50),
        },
        frozenset({"127.0.1.255"}),
        "{key}.dbl.dq.spamhaus.net",
    ),
    # Without PBL (10, 11): that a line is a private one says nothing about what is served there.
    "spamhaus-zen": DnsList(
        "Spamhaus ZEN",
        "zen.spamhaus.org",
        frozenset({"address"}),
        False,
        {2: ("spam", 45), 3: ("spam", 40), 4: ("malware", 50), 9: ("criminal network", 90), 30: ("botnet", 90)},
        keyed="{key}.zen.dq.spamhaus.net",
    ),
}  # fmt: skip

#: Resolvers for everybody: the lists refuse them, or answer them with inventions.
PUBLIC_RESOLVERS = frozenset(
    {
        "8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "1.1.1.2", "1.1.1.3", "9.9.9.9", "149.112.112.112",
        "208.67.222.222", "208.67.220.220", "94.140.14.14", "94.140.15.15", "76.76.2.0", "64.6.64.6", "185.228.168.9",
        "2001:4860:4860::8888", "2001:4860:4860::8844", "2606:4700:4700::1111", "2606:4700:4700::1001", "2620:fe::fe",
        "2620:119:35::35",
    }
)  # fmt: skip

#: Sends a message to a resolver (address, port) and returns its answer within so many seconds.
Exchange = Callable[[dns.message.Message, str, int, float], dns.message.Message]


def over_the_wire(query: dns.message.Message, address: str, port: int, seconds: float) -> dns.message.Message:
    """Ask by UDP, and again by TCP when the answer was cut; raises OSError or dnspython's exceptions."""
    answer, _ = dns.query.udp_with_fallback(query, address, timeout=seconds, port=port)
    return answer


class _ListRefuses(NoOpinion):
    """One list refuses; the others may answer."""


class DnsLists:
    """Asks each list that is switched on, through the resolver that the operator names."""

    batch = 20

    def __init__(self, exchange: Exchange = over_the_wire, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._exchange = exchange
        self._monotonic = monotonic
        #: Until when a list that refused a resolver is not asked through it, by both.
        self._refused: dict[tuple[str, str], float] = {}

    def recipient(self, access: Access) -> str:
        """Return the resolver to which the questions go; it passes them on to the lists."""
        return str(access.options.get("resolver") or "")

    def questions(self, url: str, access: Access) -> tuple[Question, ...]:
        """Return a question (``list:name``) for each list that lists such hosts."""
        forms = _forms(host_of(url))
        return tuple(
            Question(Kind.HOST, f"{key}:{forms[form]}")
            for key in access.options.get("lists") or ()
            if key in LISTS
            for form in ("domain", "host", "address")
            if form in forms and form in LISTS[key].takes
        )

    def ask(self, questions: Sequence[Question], access: Access) -> list[Answer]:
        """Ask one after the other; raises NoOpinion with the answers until then when the resolver fails.

        A list that refuses stops nobody but itself: the others are asked, and NoOpinion comes at the end.
        """
        answers: list[Answer] = []
        unsent: list[Question] = []
        refusal: NoOpinion | None = None
        for number, question in enumerate(questions, 1):
            try:
                answers.append(self._ask(question, access))
            except NoOpinion as failure:
                refusal = failure
                unsent += [] if failure.is_sent else [question]
                if not isinstance(failure, _ListRefuses):
                    unsent += questions[number:]
                    break
        if refusal is not None:
            refusal.answers, refusal.unsent = answers, unsent
            refusal.is_sent = len(unsent) < len(questions)
            raise refusal
        return answers

    def hits(self, url: str, listings: Sequence[Listing]) -> list[Hit]:
        """Return the listings of this host."""
        names = set(_forms(host_of(url)).values())
        return [
            Hit(LISTS[key].name, each.category, each.weight, _forward(name))
            for each in listings
            for key, _, name in [each.key.partition(":")]
            if key in LISTS and name in names
        ]

    def _ask(self, question: Question, access: Access) -> Answer:
        key, _, name = question.value.partition(":")
        asked, way = LISTS[key], (key, self.recipient(access))
        if self._refused.get(way, 0.0) > self._monotonic():
            words = f"{asked.name} refused a moment ago and is left alone for a while."
            raise _ListRefuses("refused", words, is_sent=False)
        zone = asked.keyed.format(key=access.key) if asked.keyed and access.key else asked.zone
        try:
            query = dns.message.make_query(dns.name.from_text(f"{name}.{zone}."), dns.rdatatype.A)
        except dns.exception.DNSException:
            # Names that DNS cannot carry are on no list.
            return Answer(question.value)
        answer = self._exchanged(query, *resolver_of(access), access.seconds)
        try:
            addresses, seconds = _read(answer, asked)
        except _ListRefuses:
            self._refused[way] = self._monotonic() + REFUSED_SECONDS
            raise
        listings = tuple(Listing(question.value, *meaning) for meaning in _meanings(asked, addresses))
        return Answer(question.value, listings, kept_for(seconds))

    def _exchanged(self, query: dns.message.Message, address: str, port: int, seconds: float) -> dns.message.Message:
        try:
            answer = self._exchange(query, address, port, seconds)
        except (TimeoutError, dns.exception.Timeout):
            raise NoOpinion("timeout", "The resolver did not answer in time.") from None
        except (OSError, dns.exception.DNSException):
            words = "The resolver gave no answer that can be read."
            raise NoOpinion("connection", words, pause=PAUSE_BROKEN) from None
        if answer.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            code = dns.rcode.to_text(answer.rcode())
            raise NoOpinion("refused", f"The resolver or the list refused the question ({code}).", pause=PAUSE_BROKEN)
        return answer


def resolver_of(access: Access) -> tuple[str, int]:
    """Return address and port of the resolver. Raises NoOpinion when none is named."""
    named = str(access.options.get("resolver") or "")
    try:
        return split_resolver(named)
    except ValueError as error:
        raise NoOpinion("resolver", str(error), pause=PAUSE_REFUSED, is_sent=False) from None


def split_resolver(named: str) -> tuple[str, int]:
    """Return address and port of ``192.0.2.53``, ``192.0.2.53:5353``, ``2001:db8::53`` or ``[2001:db8::53]:5353``.

    Raises ``ValueError`` in words for an operator: names are not looked up, and public resolvers are of no use.
    """
    host, port = named.strip(), ""
    if host.startswith("["):
        host, closed, port = host[1:].partition("]")
        port = port.removeprefix(":") if closed else "none"
    elif host.count(":") == 1:
        host, _, port = host.partition(":")
    try:
        address = str(ipaddress.ip_address(host))
        number = int(port) if port else _DNS_PORT
    except ValueError:
        number, address = 0, ""
    if not address or not 0 < number < 65_536:
        raise ValueError("Name the resolver by its IP address, like 192.0.2.53 or 192.0.2.53:5353.")
    if address in PUBLIC_RESOLVERS:
        raise ValueError(
            f"{address} is a resolver for everybody, which these lists refuse. Name one of your own that asks the "
            "lists directly."
        )
    return address, number


def _forms(host: str) -> dict[str, str]:
    """Return how lists want this host: an address with its parts reversed, or the name and its registrable domain."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        domain = registrable(host)
        return {"domain": domain, "host": host} if domain else {}
    return {"address": address.reverse_pointer.rsplit(".", 2)[0]} if address.is_global else {}


def _forward(name: str) -> str:
    parts = name.split(".")
    if len(parts) == 4 and all(part.isdigit() for part in parts):
        return ".".join(reversed(parts)) + "/"
    return name + "/"


def _read(answer: dns.message.Message, asked: DnsList) -> tuple[list[ipaddress.IPv4Address], float]:
    """Return the addresses of an answer and the seconds it may be kept. Raises NoOpinion for a refusal."""
    found: list[ipaddress.IPv4Address] = []
    times: list[float] = []
    for entry in answer.answer:
        if entry.rdtype == dns.rdatatype.A:
            found += [ipaddress.IPv4Address(record.address) for record in entry]
            times.append(float(entry.ttl))
    for address in found:
        if str(address) in asked.refusals or str(address).startswith("127.255.255."):
            words = (
                f"{asked.name} refuses to answer ({address}): the resolver is a public one, asks too much, or the key "
                "is wrong."
            )
            raise _ListRefuses("refused", words)
        if not address.is_loopback:
            words = f"The resolver invents answers ({asked.name} never gives an address outside 127.0.0.0/8)."
            raise NoOpinion("refused", words, pause=PAUSE_REFUSED)
    return found, min(times) if times else _negative_ttl(answer)


def _negative_ttl(answer: dns.message.Message) -> float:
    """RFC 2308: the smaller of the SOA record's own time and its last field."""
    for entry in answer.authority:
        if entry.rdtype == dns.rdatatype.SOA:
            return float(min(entry.ttl, entry[0].minimum))
    return _UNSAID


def _meanings(asked: DnsList, addresses: Sequence[ipaddress.IPv4Address]) -> list[tuple[str, int]]:
    found: dict[tuple[str, int], None] = {}
    for address in addresses:
        value = int(address) & 0xFF
        for code, meaning in asked.meanings.items():
            if value & code if asked.is_bits else value == code:
                found[meaning] = None
    return list(found)
