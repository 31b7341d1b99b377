"""Lay out a letter as a note for Zendesk, as a plain mail and as an HTML mail. Everything in it is escaped here.

All texts of a letter are plain and visible (``hostile_text.shown``). What a reader's program might make a link of is
broken here, each program in its own way; only the addresses of our own pages, in fields of their own, become links.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from app.findings.hostile_text import has_brackets, split, unlinked, unlinked_in_note

#: Things described in one letter; the rest is counted, with where to find it.
MOST_ITEMS = 20

#: Zendesk cuts a comment silently at 64 kB. This much goes to the items, so that the end is never lost.
MOST_ITEM_BYTES = 48_000


@dataclass(frozen=True, slots=True)
class Line:
    """One fact about an item. ``code`` sets the text in a fixed font, for what is compared or copied."""

    label: str
    text: str
    code: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One file or link: its name, facts, and the address of its page in the console (may be empty)."""

    name: str
    lines: tuple[Line, ...]
    link: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is said, in reading order. Each sentence of the headline has a line of its own, the most pressing first.

    page  where those items stand that there is no room for
    hint  what brackets mean, said after the advice where a reader of a note or a plain mail meets some
    more  things that are counted and not among the items
    """

    headline: tuple[str, ...]
    items: tuple[Item, ...]
    advice: tuple[str, ...]
    closing: str
    page: str = ""
    hint: str = ""
    more: int = 0


def note(letter: Letter) -> str:
    """Return the letter in the few HTML elements that Zendesk keeps in a comment."""
    items, more = _fitting(letter, _note_item)
    parts = [f"<p>{'<br>'.join(f'<strong>{_in_note(line)}</strong>' for line in letter.headline)}</p>"]
    if items:
        parts.append(f"<ul>{''.join(items)}</ul>")
    if more:
        parts.append(f"<p>… {_more(more)}{_see(letter.page)}</p>")
    advice = [*map(_in_note, letter.advice), *_hint(letter, items)]
    parts.append("<p><strong>What to do</strong></p>")
    parts.append(f"<ul>{''.join(f'<li>{line}</li>' for line in advice)}</ul>")
    parts.append(f"<p>{_in_note(letter.closing)}</p>")
    return "".join(parts)


def mail_text(letter: Letter) -> str:
    """Return the letter as plain text."""
    items, more = _fitting(letter, _text_item)
    parts = ["\n".join(letter.headline)]
    parts += [f"{number}. {item}" for number, item in enumerate(items, 1)]
    if more:
        parts.append(f"… {_more(more)}" + (f": {letter.page}" if letter.page else "."))
    advice = [*map(unlinked, letter.advice), *_hint(letter, items)]
    parts.append("What to do\n" + "\n".join(f"- {line}" for line in advice))
    parts.append(unlinked(letter.closing))
    return "\n\n".join(parts) + "\n"


def mail_html(letter: Letter, title: str) -> str:
    """Return the letter as a mail: one column, nothing remote, colours left to the reader's light or dark theme."""
    items, more = _fitting(letter, _html_item)
    if more:
        items.append(f"<p>… {_more(more)}{_see(letter.page)}</p>")
    first, *others = letter.headline
    head = [f'<h1 style="font-size:20px;line-height:1.35;margin:0 0 12px">{_in_mail(first)}</h1>']
    head += [f'<p style="margin:0 0 8px;font-weight:600">{_in_mail(line)}</p>' for line in others]
    advice = "".join(f'<li style="margin:0 0 6px">{_in_mail(line)}</li>' for line in letter.advice)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
        '<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">'
        f"<title>{escape(title)}</title></head>"
        "<body style=\"margin:0;padding:20px;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif\">"
        '<div style="max-width:38em;margin:0 auto;overflow-wrap:anywhere">'
        f'{"".join(head)}<div style="margin:20px 0 0">{"".join(items)}</div>'
        '<h2 style="font-size:16px;margin:24px 0 6px">What to do</h2>'
        f'<ul style="margin:0;padding-left:20px">{advice}</ul>'
        '<p style="margin:24px 0 0;padding-top:12px;border-top:1px solid #888;font-size:13px">'
        f"{_in_mail(letter.closing)}</p></div></body></html>\n"
    )


def _fitting(letter: Letter, render: Callable[[Item], str]) -> tuple[list[str], int]:
    """Return the rendered items that there is room for, and how many are left out."""
    rendered, room = [], MOST_ITEM_BYTES
    for item in letter.items[:MOST_ITEMS]:
        text = render(item)
        room -= len(text.encode())
        if room < 0:
            break
        rendered.append(text)
    return rendered, len(letter.items) + letter.more - len(rendered)


def _more(count: int) -> str:
    return f"and {count} more"


def _see(page: str) -> str:
    return f', see <a href="{escape(page)}">all of them in Deskwarden</a>' if page else ""


def _hint(letter: Letter, items: list[str]) -> list[str]:
    return [letter.hint] if letter.hint and any(map(has_brackets, items)) else []


def _in_note(text: str) -> str:
    return escape(unlinked_in_note(text))


def _in_mail(text: str) -> str:
    pieces = map(escape, split(text))
    return "".join(f"<span>{piece}</span>" if number % 2 else piece for number, piece in enumerate(pieces))


def _note_item(item: Item) -> str:
    rows = [f"<strong>{_in_note(item.name)}</strong>"]
    rows += [_fact(line, _in_note, "<code>{}</code>") for line in item.lines]
    if item.link:
        rows.append(f'<a href="{escape(item.link)}">Open the details</a>')
    return f"<li>{'<br>'.join(rows)}</li>"


def _text_item(item: Item) -> str:
    rows = [unlinked(item.name), *(f"   {line.label}: {unlinked(line.text)}" for line in item.lines)]
    if item.link:
        rows.append(f"   Details: {item.link}")
    return "\n".join(rows)


def _html_item(item: Item) -> str:
    rows = [f'<strong style="font-size:17px">{_in_mail(item.name)}</strong>']
    rows += [_fact(line, _in_mail, '<code style="font-size:13px">{}</code>') for line in item.lines]
    if item.link:
        rows.append(f'<a href="{escape(item.link)}" style="color:inherit;font-weight:600">Open the details</a>')
    style = "margin:0 0 16px;padding:2px 0 2px 14px;border-left:4px solid #d33"
    return f'<div style="{style}">{"<br>".join(rows)}</div>'


def _fact(line: Line, shape: Callable[[str], str], code: str) -> str:
    text = shape(line.text)
    return f"{escape(line.label)}: {code.format(text) if line.code else text}"
