"""Lay out a letter as a note for Zendesk, as a plain mail and as an HTML mail. Everything in it is escaped here.

All texts of a letter are plain and visible (``hostile_text.shown``). What a reader's program might make a link of is
broken here, each program in its own way; only the addresses of our own pages, in fields of their own, become links.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from html import escape

from app.findings.hostile_text import has_brackets, split, unlinked, unlinked_in_note
from app.findings.languages.model import Catalogue
from app.findings.mail_style import BODY, CARD, CODE, FOOT, HEAD, ITEM, LINK, NAME, SECTION, STYLE_SHEET

#: Things described in one letter; the rest is counted, with where to find it.
MOST_ITEMS = 20

#: Zendesk cuts a comment silently at 64 kB. This much goes to the items, so that the end is never lost.
MOST_ITEM_BYTES = 48_000


#: Japanese sentences end in hiragana and an ideographic full stop, which host names may be written with too.
_JAPANESE_STOP = re.compile("(?<=[\u3041-\u3096]\u3002)")


class Tone(StrEnum):
    """What the colour of a mail says before it is read."""

    BAD = "bad"
    WARNING = "warning"
    GOOD = "good"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Line:
    """One fact about an item.

    code     sets the text in a fixed font, for what is compared or copied
    english  whether it is English in a letter of any language
    """

    label: str
    text: str
    code: bool = False
    english: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One file or link: its name, facts, and the address of its page in the console (may be empty)."""

    name: str
    lines: tuple[Line, ...]
    link: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing in a list of many: its name, the rest of the line, and the address of its page (may be empty)."""

    name: str
    text: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under one heading."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """What is said, in reading order. Each sentence of the headline has a line of its own, the most pressing first.

    said      the language
    page      where those items stand that there is no room for
    hint      whether what brackets mean is said after the advice, where a reader of a note or a plain mail meets some
    more      things that are counted and not among the items, or not in the sections
    lead      a sentence below the headline
    sections  many things in a line each
    leave     words and address by which a reader leaves the list of recipients
    """

    said: Catalogue
    headline: tuple[str, ...]
    items: tuple[Item, ...]
    advice: tuple[str, ...]
    closing: str
    page: str = ""
    hint: bool = False
    more: int = 0
    tone: Tone = Tone.BAD
    lead: str = ""
    sections: tuple[Section, ...] = ()
    leave: tuple[str, str] | None = None
    advice_title: str = ""


def note(letter: Letter) -> str:
    """Return the letter in the few HTML elements that Zendesk keeps in a comment."""
    items, more = _fitting(letter, _note_item)
    parts = [f"<p>{'<br>'.join(f'<strong>{_in_note(line)}</strong>' for line in letter.headline)}</p>"]
    if items:
        parts.append(f"<ul>{''.join(items)}</ul>")
    if more:
        parts.append(f"<p>… {_more(letter, more)}{_see(letter)}</p>")
    advice = [*map(_in_note, letter.advice), *_hint(letter, items)]
    parts.append(f"<p><strong>{escape(_advice_title(letter))}</strong></p>")
    parts.append(f"<ul>{''.join(f'<li>{line}</li>' for line in advice)}</ul>")
    parts.append(f"<p>{_in_note(letter.closing)}</p>")
    return "".join(parts)


def mail_text(letter: Letter) -> str:
    """Return the letter as plain text."""
    items, more = _fitting(letter, _text_item)
    parts = ["\n".join(map(_in_text, letter.headline))]
    if letter.lead:
        parts.append(_in_text(letter.lead))
    parts += [f"{number}. {item}" for number, item in enumerate(items, 1)]
    sections = [_text_section(section) for section in letter.sections]
    parts += sections
    if more:
        parts.append(f"… {_more(letter, more)}" + (f": {letter.page}" if letter.page else "."))
    advice = [*map(_in_text, letter.advice), *_hint(letter, [*items, *sections])]
    parts.append(f"{_advice_title(letter)}\n" + "\n".join(f"- {line}" for line in advice))
    parts.append(_in_text(letter.closing))
    if letter.leave:
        parts.append(f"{letter.leave[0]}: {letter.leave[1]}")
    return "\n\n".join(parts) + "\n"


def mail_html(letter: Letter, title: str) -> str:
    """Return the letter as a mail: one column, nothing remote, in the colours of the reader's light or dark theme."""
    items, more = _fitting(letter, _html_item)
    first, *others = letter.headline
    content = [f'<h1 style="{HEAD}">{_in_mail(first)}</h1>']
    content += [f'<p style="margin:0 0 8px;font-weight:600">{_in_mail(line)}</p>' for line in others]
    if letter.lead:
        content.append(f'<p style="margin:0 0 8px">{_in_mail(letter.lead)}</p>')
    content += items
    content += [_html_section(section) for section in letter.sections]
    if more:
        content.append(f"<p>… {_more(letter, more)}{_see(letter)}</p>")
    advice = "".join(f'<li style="margin:0 0 6px">{_in_mail(line)}</li>' for line in letter.advice)
    content.append(f'<h2 style="{SECTION}">{escape(_advice_title(letter))}</h2>')
    content.append(f'<ul style="margin:0;padding-left:20px">{advice}</ul>')
    content.append(f'<p class="dw-foot" style="{FOOT}">{_in_mail(letter.closing)}{_leave(letter)}</p>')
    return (
        f'<!doctype html><html lang="{letter.said.tag}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
        '<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">'
        f"<title>{escape(title)}</title><style>{STYLE_SHEET}</style></head>"
        f'<body class="dw" style="{BODY}"><div class="dw" style="padding:12px">'
        f'<div class="dw-card dw-{letter.tone}" style="{CARD[letter.tone]}">{"".join(content)}</div>'
        "</div></body></html>\n"
    )


def _fitting(letter: Letter, render: Callable[[Letter, Item], str]) -> tuple[list[str], int]:
    """Return the rendered items that there is room for, and how many are left out."""
    rendered, room = [], MOST_ITEM_BYTES
    for item in letter.items[:MOST_ITEMS]:
        text = render(letter, item)
        room -= len(text.encode())
        if room < 0:
            break
        rendered.append(text)
    return rendered, len(letter.items) + letter.more - len(rendered)


def _advice_title(letter: Letter) -> str:
    return letter.advice_title or letter.said.frame.what_to_do


def _more(letter: Letter, count: int) -> str:
    forms = letter.said.digest.more if letter.sections else letter.said.frame.more
    return escape(letter.said.counted(count, forms))


def _see(letter: Letter) -> str:
    frame = letter.said.frame
    if not letter.page:
        return ""
    return frame.see.format(link=f'<a href="{escape(letter.page)}">{escape(frame.all_in_console)}</a>')


def _leave(letter: Letter) -> str:
    if not letter.leave:
        return ""
    words, address = letter.leave
    return f' <a class="dw-link" style="{LINK}" href="{escape(address)}">{escape(words)}</a>'


def _hint(letter: Letter, texts: list[str]) -> list[str]:
    return [letter.said.frame.brackets] if letter.hint and any(map(has_brackets, texts)) else []


def _in_note(text: str) -> str:
    return escape(unlinked_in_note(text))


def _in_text(text: str) -> str:
    """Break what may be a link in a sentence; the full stop that ends a Japanese one is no dot of a host name."""
    return "".join(map(unlinked, _JAPANESE_STOP.split(text)))


def _in_mail(text: str) -> str:
    pieces = map(escape, split(text))
    return "".join(f"<span>{piece}</span>" if number % 2 else piece for number, piece in enumerate(pieces))


def _note_item(letter: Letter, item: Item) -> str:
    rows = [f"<strong>{_in_note(item.name)}</strong>"]
    for line in item.lines:
        text = _in_note(line.text)
        rows.append(_fact(letter, escape(line.label), f"<code>{text}</code>" if line.code else text))
    if item.link:
        rows.append(f'<a href="{escape(item.link)}">{escape(letter.said.frame.open_details)}</a>')
    return f"<li>{'<br>'.join(rows)}</li>"


def _text_item(letter: Letter, item: Item) -> str:
    rows = [unlinked(item.name)]
    rows += [f"   {_fact(letter, line.label, unlinked(line.text))}" for line in item.lines]
    if item.link:
        rows.append(f"   {_fact(letter, letter.said.frame.details, item.link)}")
    return "\n".join(rows)


def _html_item(letter: Letter, item: Item) -> str:
    rows = [f'<bdi style="{NAME}">{_in_mail(item.name)}</bdi>']
    rows += [_html_fact(letter, line) for line in item.lines]
    if item.link:
        words = escape(letter.said.frame.open_details)
        rows.append(f'<a class="dw-link" href="{escape(item.link)}" style="{LINK}">{words}</a>')
    return f'<div class="dw-item" style="{ITEM}">{"<br>".join(rows)}</div>'


def _html_fact(letter: Letter, line: Line) -> str:
    text = _in_mail(line.text)
    if line.code:
        text = f'<code style="{CODE}">{text}</code>'
    if line.english:
        text = f'<span lang="en">{text}</span>'
    return _fact(letter, escape(line.label), text)


def _fact(letter: Letter, label: str, text: str) -> str:
    return letter.said.frame.label.format(label=label, text=text)


def _text_section(section: Section) -> str:
    rows = []
    for row in section.rows:
        rows.append(f"- {unlinked(row.name)}\n  {unlinked(row.text)}")
        if row.link:
            rows.append(f"  {row.link}")
    return "\n".join((f"{section.title} ({len(section.rows)})", *rows))


def _html_section(section: Section) -> str:
    rows = []
    for row in section.rows:
        name = f"<bdi>{_in_mail(row.name)}</bdi>"
        shown = f'<a class="dw-link" href="{escape(row.link)}">{name}</a>' if row.link else name
        rows.append(f'<li style="margin:0 0 6px">{shown}<br>{_in_mail(row.text)}</li>')
    title = f'<h2 style="{SECTION}">{escape(section.title)} ({len(section.rows)})</h2>'
    return f'{title}<ul style="margin:0;padding-left:20px">{"".join(rows)}</ul>'
