"""What people are told: internal notes for agents, mails for the security team. Pure: facts in, words out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.engine.model import Verdict
from app.findings import notice_words as words
from app.findings.hostile_text import shown, unlinked
from app.findings.notice_layout import MOST_ITEMS, Item, Letter, Line, mail_html, mail_text, note
from app.findings.notice_words import KEPT, REDACTED, RELEASED, FileNotice, LinkNotice

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
_BRACKETS = "Brackets, as in [.], keep names and addresses from turning into links."

#: Characters of a name that are shown; no everyday file system takes longer ones, so a real name stands whole.
_MOST_OF_A_NAME = 255


@dataclass(frozen=True, slots=True)
class Notice:
    """What a mail is about.

    tenant   name of the connection
    page     address of all of the ticket's scans in the console; for what there is no room for
    no_note  why the ticket bears no note, as a sentence; empty when it bears one
    """

    ticket_id: int
    tenant: str
    files: tuple[FileNotice, ...]
    links: tuple[LinkNotice, ...] = ()
    page: str = ""
    no_note: str = ""


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
    files: Sequence[FileNotice], links: Sequence[LinkNotice] = (), *, reference: str, page: str = ""
) -> str:
    """Return the ``html_body`` of the internal note that says what was removed or found, and what to do."""
    return note(
        Letter(
            words.headline(files, links, "this ticket"),
            _items(files, links),
            words.agent_advice(files, links),
            f"Written by Deskwarden; only agents see this note. Reference {reference}",
            page,
            _BRACKETS,
            _more(links),
        )
    )


def release_note(file: FileNotice, *, reference: str) -> str:
    """Return the ``html_body`` of the internal note to which the original is attached."""
    return note(
        Letter(
            (
                "Deskwarden gave 1 file back: it is attached to this note.",
                "Your security team looked at it and judged it clean.",
            ),
            (_file_item(file, explained=False),),
            words.release_advice(),
            f"Written by Deskwarden; only agents see this note. Reference {reference}",
            hint=_BRACKETS,
        )
    )


def quarantine_mail(notice: Notice) -> tuple[str, str, str]:
    """Return subject, text and HTML of the mail that says the same as the note, and says it all where none is."""
    letter = Letter(
        words.headline(notice.files, notice.links, f"ticket #{notice.ticket_id}"),
        _items(notice.files, notice.links),
        words.team_advice(notice.files, notice.links, shown(notice.no_note, 300)),
        _closing(notice),
        notice.page,
        _BRACKETS,
        _more(notice.links),
    )
    return _mail(letter, words.subject(notice.files, notice.links, notice.ticket_id))


def release_mail(notice: Notice) -> tuple[str, str, str]:
    """Return subject, text and HTML of the mail that says that files were given back, or why they could not be."""
    letter = Letter(
        words.release_headline(notice.files, f"ticket #{notice.ticket_id}"),
        tuple(_file_item(file, explained=False) for file in notice.files),
        words.team_release_advice(notice.files),
        _closing(notice),
        notice.page,
        _BRACKETS,
    )
    return _mail(letter, words.release_subject(notice.files, notice.ticket_id))


def _mail(letter: Letter, subject: str) -> tuple[str, str, str]:
    title = f"[Deskwarden] {subject}"
    return title, mail_text(letter), mail_html(letter, title)


def _closing(notice: Notice) -> str:
    return (
        f"Zendesk account: {shown(notice.tenant, 80)}. Sent by Deskwarden to the recipients that the connection, or "
        "the setting DESKWARDEN_NOTIFY, names."
    )


def _items(files: Sequence[FileNotice], links: Sequence[LinkNotice]) -> tuple[Item, ...]:
    return (
        *(_file_item(file) for file in words.worst_first(files)),
        *(_link_item(link) for link in words.worst_first(links)[:MOST_ITEMS]),
    )


def _more(links: Sequence[LinkNotice]) -> int:
    """Return how many links are only counted: a comment can hold thousands, and nobody reads more than a screen."""
    return max(len(links) - MOST_ITEMS, 0)


def _file_item(file: FileNotice, *, explained: bool = True) -> Item:
    lines = [_verdict(file.judged)]
    if explained:
        label, text = words.reason(file)
        lines.append(Line(label, shown(text, 200)))
        if inside := _inside(file):
            lines.append(Line("Where inside", inside))
    if file.obstacle:
        lines.append(Line("Not done, because", shown(file.obstacle, 300)))
    if file.sha256:
        lines.append(Line(f"{words.size(file.size)}, SHA-256", shown(file.sha256, 64), code=True))
    return Item(shown(file.name, _MOST_OF_A_NAME) or "(without a name)", tuple(lines), file.link)


def _link_item(link: LinkNotice) -> Item:
    # Bad by our own verdict: it stays in brackets wherever it is shown, and so does what is said about it.
    label, text = words.link_reason(link)
    lines = [_verdict(link.judged), Line(label, unlinked(shown(text, 200)))]
    if link.shown:
        lines.append(Line("Text of the link", f"“{unlinked(shown(link.shown, 80))}”"))
    if link.changed:
        lines.append(Line("What changed", unlinked(shown(link.changed, 400))))
    if link.standing:
        lines.append(Line("Where", link.standing))
    if link.done:
        lines.append(Line("Done", "removed from the comment, for good"))
    if link.obstacle:
        lines.append(Line("Not removed, because", unlinked(shown(link.obstacle, 300))))
    return Item(unlinked(shown(link.defanged, 300)), tuple(lines), link.link)


def _verdict(verdict: Verdict) -> Line:
    return Line("Verdict", verdict.value)


def _inside(file: FileNotice) -> str:
    """Return the way to the finding below the file itself, outermost container first; empty: it is the file itself."""
    way = file.where
    if way == file.name:
        return ""
    way = way.removeprefix(file.name + "/")
    return " → ".join(shown(part, _MOST_OF_A_NAME) for part in _ends(way.split("/")) if part)


def _ends(parts: list[str]) -> list[str]:
    """A way may be a hundred containers long; its ends say where to look."""
    return parts if len(parts) <= 5 else [*parts[:2], "…", *parts[-2:]]
