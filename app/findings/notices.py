"""What people are told about a ticket: notes for agents, mails for the security team. Pure: facts in, words out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from app.engine.model import Verdict
from app.findings import notice_words as words
from app.findings.hostile_text import shown, unlinked
from app.findings.languages import Catalogue, Language, catalogue
from app.findings.notice_facts import KEPT, REDACTED, RELEASED, FileNotice, LinkNotice, Notice
from app.findings.notice_layout import MOST_ITEMS, Item, Letter, Line, Tone, mail_html, mail_text, note

__all__ = [
    "KEPT",
    "REDACTED",
    "RELEASED",
    "FileNotice",
    "LinkNotice",
    "Notice",
    "find_references",
    "make_reference",
    "quarantine_mail",
    "quarantine_note",
    "release_mail",
    "release_note",
]

_REFERENCE = re.compile(r"(?<![A-Z0-9-])DW(?:-[A-Z2-7]{8}){3}(?![A-Z0-9-])")

#: Characters of a name that are shown; no everyday file system takes longer ones, so a real name stands whole.
MOST_OF_A_NAME = 255


def make_reference(sign: Callable[[str], str], action_key: str) -> str:
    """Return the reference that the note of an action carries: ``DW-`` and three groups of eight characters.

    ``sign`` is keyed by our secret and returns at least 24 characters of base32, of which 120 bits stay.
    """
    signature = sign(action_key)
    return "-".join(("DW", signature[:8], signature[8:16], signature[16:24]))


def find_references(text: str) -> list[str]:
    """Return every reference in a comment's text or HTML, each once, in order. Anyone can copy one."""
    return list(dict.fromkeys(_REFERENCE.findall(text)))


def quarantine_note(
    files: Sequence[FileNotice],
    links: Sequence[LinkNotice] = (),
    *,
    reference: str,
    page: str = "",
    language: Language = Language.ENGLISH,
) -> str:
    """Return the ``html_body`` of the internal note that says what was removed or found, and what to do."""
    said = catalogue(language)
    return note(
        Letter(
            said,
            words.headline(said, files, links),
            _items(said, files, links),
            words.agent_advice(said, files, links),
            said.frame.note_closing.format(reference=reference),
            page,
            hint=True,
            more=_more(links),
        )
    )


def release_note(file: FileNotice, *, reference: str, language: Language = Language.ENGLISH) -> str:
    """Return the ``html_body`` of the internal note to which the original is attached."""
    said = catalogue(language)
    return note(
        Letter(
            said,
            (said.headlines.note_given_back, said.headlines.note_judged_clean),
            (_file_item(said, file, explained=False),),
            said.agent.released,
            said.frame.note_closing.format(reference=reference),
            hint=True,
        )
    )


def quarantine_mail(notice: Notice, language: Language = Language.ENGLISH) -> tuple[str, str, str]:
    """Return subject, text and HTML of the mail that says the same as the note, and says it all where none is."""
    said = catalogue(language)
    no_note, detail = words.obstacle(said, shown(notice.no_note, 300))
    letter = Letter(
        said,
        words.headline(said, notice.files, notice.links, notice.ticket_id),
        _items(said, notice.files, notice.links),
        words.team_advice(said, notice.files, notice.links, " ".join(filter(None, (no_note, detail)))),
        _closing(said, notice),
        notice.page,
        hint=True,
        more=_more(notice.links),
        tone=_tone(notice),
    )
    return _mail(letter, words.subject(said, notice.files, notice.links, notice.ticket_id))


def release_mail(notice: Notice, language: Language = Language.ENGLISH) -> tuple[str, str, str]:
    """Return subject, text and HTML of the mail that says that files were given back, or why they could not be."""
    said = catalogue(language)
    letter = Letter(
        said,
        words.release_headline(said, notice.files, notice.ticket_id),
        tuple(_file_item(said, file, explained=False) for file in notice.files),
        words.team_release_advice(said, notice.files),
        _closing(said, notice),
        notice.page,
        hint=True,
        tone=Tone.GOOD if all(file.done for file in notice.files) else Tone.WARNING,
    )
    return _mail(letter, words.release_subject(said, notice.files, notice.ticket_id))


def _mail(letter: Letter, subject: str) -> tuple[str, str, str]:
    title = f"[Deskwarden] {subject}"
    return title, mail_text(letter), mail_html(letter, title)


def _closing(said: Catalogue, notice: Notice) -> str:
    return said.frame.mail_closing.format(tenant=shown(notice.tenant, 80))


def _tone(notice: Notice) -> Tone:
    things: list[FileNotice | LinkNotice] = [*notice.files, *notice.links]
    bad = any(thing.judged is Verdict.MALICIOUS or thing.obstacle for thing in things)
    return Tone.BAD if bad else Tone.WARNING


def _items(said: Catalogue, files: Sequence[FileNotice], links: Sequence[LinkNotice]) -> tuple[Item, ...]:
    return (
        *(_file_item(said, file) for file in words.worst_first(files)),
        *(_link_item(said, link) for link in words.worst_first(links)[:MOST_ITEMS]),
    )


def _more(links: Sequence[LinkNotice]) -> int:
    """Return how many links are only counted: a comment can hold thousands, and nobody reads more than a screen."""
    return max(len(links) - MOST_ITEMS, 0)


def _file_item(said: Catalogue, file: FileNotice, *, explained: bool = True) -> Item:
    lines = [_verdict(said, file.judged)]
    if explained:
        lines += _reason(said, file)
        if inside := _inside(file):
            lines.append(Line(said.facts.inside, inside))
    if file.obstacle:
        lines += _obstacle(said, said.facts.not_done, file.obstacle)
    if file.sha256:
        label = said.facts.size_and_hash.format(size=said.size(file.size))
        lines.append(Line(label, shown(file.sha256, 64), code=True))
    return Item(shown(file.name, MOST_OF_A_NAME) or said.facts.no_name, tuple(lines), file.link)


def _link_item(said: Catalogue, link: LinkNotice) -> Item:
    # Bad by our own verdict: it stays in brackets wherever it is shown, and so does what is said about it.
    facts = said.facts
    lines = [_verdict(said, link.judged), *_reason(said, link)]
    if link.shown:
        lines.append(Line(facts.link_text, said.frame.quoted.format(text=unlinked(shown(link.shown, 80)))))
    if link.changed:
        if facts.detail:
            lines.append(Line(facts.changed, facts.changed_generally))
        changed = unlinked(shown(link.changed, 400))
        lines.append(Line(facts.detail or facts.changed, changed, english=bool(facts.detail)))
    if where := _standing(said, link):
        lines.append(Line(facts.where, where))
    if link.done:
        lines.append(Line(facts.done, facts.removed_for_good))
    if link.obstacle:
        lines += _obstacle(said, facts.not_removed, link.obstacle)
    return Item(unlinked(shown(link.defanged, 300)), tuple(lines), link.link)


def _standing(said: Catalogue, link: LinkNotice) -> str:
    """Return where a link stands, when that is no comment: ``the ticket's subject``."""
    if link.place == "subject":
        return said.facts.subject
    name, _, field = link.place.partition(" ")
    return said.facts.field.format(field=shown(field, 40)) if name == "field" else ""


def _verdict(said: Catalogue, verdict: Verdict) -> Line:
    return Line(said.facts.verdict, said.facts.verdicts[verdict])


def _reason(said: Catalogue, thing: FileNotice | LinkNotice) -> list[Line]:
    label, text, detail = words.reason(said, thing)
    safe = unlinked if isinstance(thing, LinkNotice) else str
    lines = [Line(label, safe(shown(text, 200)))]
    if detail:
        lines.append(Line(said.facts.detail, safe(shown(detail, 200)), english=True))
    return lines


def _obstacle(said: Catalogue, label: str, text: str) -> list[Line]:
    plain, detail = words.obstacle(said, unlinked(shown(text, 300)))
    return [Line(label, plain)] + ([Line(said.facts.detail, detail, english=True)] if detail else [])


def _inside(file: FileNotice) -> str:
    """Return the way to the finding below the file itself, outermost container first; empty: it is the file itself."""
    way = file.where
    if way == file.name:
        return ""
    way = way.removeprefix(file.name + "/")
    return " → ".join(shown(part, MOST_OF_A_NAME) for part in _ends(way.split("/")) if part)


def _ends(parts: list[str]) -> list[str]:
    """A way may be a hundred containers long; its ends say where to look."""
    return parts if len(parts) <= 5 else [*parts[:2], "…", *parts[-2:]]
