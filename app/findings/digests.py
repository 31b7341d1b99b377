"""One mail that lists what many would have told. Pure: facts in, words out.

Every thing is named in one line, in a section that says what became of it; the most pressing section comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.engine.model import Verdict
from app.findings.hostile_text import shown, unlinked
from app.findings.languages import Catalogue, Language, catalogue
from app.findings.languages.model import DigestWords
from app.findings.notice_facts import FileNotice, LinkNotice, Notice
from app.findings.notice_layout import Letter, Row, Section, Tone, mail_html, mail_text

#: Lines of one digest. Mail programs cut what is longer than about 100 kB, so the end would be lost.
MOST_ROWS = 250

#: Bytes of the rows' texts in one digest; hostile names can be a kilobyte each.
MOST_ROW_BYTES = 40_000

#: Mails that one digest may take; what is still left is counted, with where it stands.
MOST_PARTS = 8

#: Links of one comment that a digest names; a comment can hold thousands.
MOST_LINKS_OF_ONE = 20

#: Characters of a name, of which a list of many needs less than a letter of its own.
_MOST_OF_A_NAME = 160


class Why(StrEnum):
    """Why mails were gathered."""

    OUTBREAK = "outbreak"
    HOURLY = "hourly"
    DAILY = "daily"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Digest:
    """What one part of a digest is about.

    notices  what it names, oldest first; cut so that all of it fits
    more     things that were left out of every part, as they are too many
    page     address of the connection's scans in the console
    leave    address by which its one recipient turns digests off; empty: there is none
    """

    tenant: str
    why: Why
    most_an_hour: int
    since: float
    until: float
    zone: str
    notices: tuple[tuple[str, Notice], ...]
    more: int = 0
    page: str = ""
    part: int = 1
    parts: int = 1
    leave: str = ""


def digest_mail(digest: Digest, language: Language = Language.ENGLISH) -> tuple[str, str, str]:
    """Return subject, text and HTML of one part of a digest."""
    said = catalogue(language)
    words = said.digest
    sections = tuple(_sections(said, digest))
    what, tickets = _what(said, digest), _tickets(said, digest)
    since, until = (moment(said, at, digest.zone) for at in (digest.since, digest.until))
    lead = _why(said, digest)
    if digest.parts > 1:
        part = words.part.format(part=said.number(digest.part), parts=said.number(digest.parts))
        lead = f"{lead} {part}"
    urgent = any(section.title == words.still_there for section in sections)
    letter = Letter(
        said,
        (words.headline.format(what=what, tickets=tickets, since=since, until=until),),
        (),
        (words.advice_urgent, words.advice) if urgent else (words.advice,),
        f"{said.frame.mail_closing.format(tenant=shown(digest.tenant, 80))} {words.unsubscribe}",
        digest.page,
        hint=True,
        more=digest.more,
        tone=Tone.BAD if urgent else Tone.WARNING,
        lead=lead,
        sections=sections,
        leave=(words.unsubscribe_link, digest.leave) if digest.leave else None,
    )
    title = f"[Deskwarden] {words.subject.format(what=what, tickets=tickets)}"
    return title, mail_text(letter), mail_html(letter, title)


def parted(notices: Sequence[tuple[str, Notice]]) -> tuple[list[list[tuple[str, Notice]]], int]:
    """Cut what is to be told into as many mails as it needs, at most ``MOST_PARTS``; return also what is left out.

    Each notice is a pair of its kind (``quarantine``, ``release``) and its facts. A notice of more files than one mail
    holds goes on in the next part, so every file is named once.
    """
    parts: list[list[tuple[str, Notice]]] = [[]]
    rows, room, left_out = 0, MOST_ROW_BYTES, 0
    for kind, notice in notices:
        for piece in _pieces(notice):
            cost = sum(len(thing.encode()) for thing in _names(piece))
            count = len(piece.files) + len(piece.links)
            if parts[-1] and (rows + count > MOST_ROWS or room < cost):
                if len(parts) == MOST_PARTS:
                    left_out += count
                    continue
                parts.append([])
                rows, room = 0, MOST_ROW_BYTES
            parts[-1].append((kind, piece))
            rows, room = rows + count, room - cost
        left_out += max(len(notice.links) - MOST_LINKS_OF_ONE, 0)
    return parts, left_out


def moment(said: Catalogue, at: float, zone: str) -> str:
    """Return a time (unix seconds) as the language writes it, in a time zone."""
    local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone))
    return said.figures.moment.format(
        day=local.day,
        month=said.figures.months[local.month - 1],
        year=local.year,
        time=f"{local:%H:%M}",
        zone=f"{local:%Z}",
    )


def _pieces(notice: Notice) -> Iterator[Notice]:
    """A notice in pieces of one thing each: a mail is filled to the last line."""
    for file in notice.files:
        yield Notice(notice.ticket_id, notice.tenant, (file,))
    for link in notice.links[:MOST_LINKS_OF_ONE]:
        yield Notice(notice.ticket_id, notice.tenant, (), (link,))


def _names(piece: Notice) -> list[str]:
    return [_file_name(file) for file in piece.files] + [_link_name(link) for link in piece.links]


def _file_name(file: FileNotice) -> str:
    return shown(file.name, _MOST_OF_A_NAME)


def _link_name(link: LinkNotice) -> str:
    return unlinked(shown(link.defanged, _MOST_OF_A_NAME))


def _what(said: Catalogue, digest: Digest) -> str:
    files = sum(len(notice.files) for _, notice in digest.notices)
    links = sum(len(notice.links) for _, notice in digest.notices)
    counts = ((files, said.digest.files), (links, said.digest.links))
    return said.listed([said.counted(count, forms) for count, forms in counts if count])


def _tickets(said: Catalogue, digest: Digest) -> str:
    return said.counted(len({notice.ticket_id for _, notice in digest.notices}), said.digest.tickets)


def _why(said: Catalogue, digest: Digest) -> str:
    words = {
        Why.OUTBREAK: said.digest.outbreak,
        Why.HOURLY: said.digest.hourly,
        Why.DAILY: said.digest.daily,
        Why.QUIET: said.digest.quiet,
    }
    return words[digest.why].format(n=said.number(digest.most_an_hour))


def _sections(said: Catalogue, digest: Digest) -> Iterator[Section]:
    rows: dict[str, list[Row]] = {}
    for kind, notice in digest.notices:
        ticket = said.digest.ticket.format(ticket=notice.ticket_id)
        for file in notice.files:
            title = _file_section(said.digest, kind, file)
            name = _file_name(file) or said.facts.no_name
            rows.setdefault(title, []).append(Row(name, _line(said, ticket, file), file.link))
        for link in notice.links:
            title = said.digest.removed if link.done else said.digest.links_left
            rows.setdefault(title, []).append(Row(_link_name(link), _line(said, ticket, link), link.link))
    for title in _order(said.digest):
        if title in rows:
            yield Section(title, tuple(rows[title]))


def _line(said: Catalogue, ticket: str, thing: FileNotice | LinkNotice) -> str:
    words = [ticket, said.facts.verdicts[thing.judged]]
    if thing.title:
        safe: Callable[[str], str] = unlinked if isinstance(thing, LinkNotice) else str
        words.append(said.dangers[thing.danger] if said.facts.detail else safe(shown(thing.title, 120)))
    return " · ".join(words)


def _file_section(words: DigestWords, kind: str, file: FileNotice) -> str:
    if kind == "release":
        return words.given_back if file.done else words.not_given_back
    if file.done:
        return words.removed
    if file.judged is Verdict.MALICIOUS:
        return words.still_there
    if file.obstacle:
        return words.not_removed
    return words.unchecked if file.judged is Verdict.UNKNOWN else words.reported


def _order(words: DigestWords) -> tuple[str, ...]:
    return (
        words.still_there,
        words.not_removed,
        words.links_left,
        words.removed,
        words.reported,
        words.unchecked,
        words.not_given_back,
        words.given_back,
    )
