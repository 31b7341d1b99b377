"""Lay out a letter as a note for Zendesk, as a plain mail and as an HTML mail. Everything in it is escaped here.

All texts of a letter are plain, and harmless already (``hostile_text``): nothing in them becomes a link but the
addresses of our own pages, which stand in fields of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

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
    """What is said, in reading order. ``page`` is where those items stand that there is no room for.

    Each sentence of the headline has a line of its own, the most pressing first.
    """

    headline: tuple[str, ...]
    items: tuple[Item, ...]
    advice: tuple[str, ...]
    closing: str
    page: str = ""


def note(letter: Letter) -> str:
    """Return the letter in the few HTML elements that Zendesk keeps in a comment."""
    items, more = _fitting(letter, _note_item)
    parts = [f"<p>{'<br>'.join(f'<strong>{escape(line)}</strong>' for line in letter.headline)}</p>"]
    if items:
        parts.append(f"<ul>{''.join(items)}</ul>")
    if more:
        parts.append(f"<p>… {_more(more)}{_see(letter.page)}</p>")
    parts.append("<p><strong>What to do</strong></p>")
    parts.append(f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in letter.advice)}</ul>")
    parts.append(f"<p>{escape(letter.closing)}</p>")
    return "".join(parts)


def mail_text(letter: Letter) -> str:
    """Return the letter as plain text."""
    items, more = _fitting(letter, _text_item)
    parts = ["\n".join(letter.headline)]
    parts += [f"{number}. {item}" for number, item in enumerate(items, 1)]
    if more:
        parts.append(f"… {_more(more)}" + (f": {letter.page}" if letter.page else "."))
    parts.append("What to do\n" + "\n".join(f"- {line}" for line in letter.advice))
    parts.append(letter.closing)
    return "\n\n".join(parts) + "\n"


def mail_html(letter: Letter, title: str) -> str:
    """Return the letter as a mail: one column, nothing remote, colours left to the reader's light or dark theme."""
    items, more = _fitting(letter, _html_item)
    if more:
        items.append(f"<p>… {_more(more)}{_see(letter.page)}</p>")
    first, *others = letter.headline
    head = [f'<h1 style="font-size:20px;line-height:1.35;margin:0 0 12px">{escape(first)}</h1>']
    head += [f'<p style="margin:0 0 8px;font-weight:600">{escape(line)}</p>' for line in others]
    advice = "".join(f'<li style="margin:0 0 6px">{escape(line)}</li>' for line in letter.advice)
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
        f"{escape(letter.closing)}</p></div></body></html>\n"
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
    return rendered, len(letter.items) - len(rendered)


def _more(count: int) -> str:
    return f"and {count} more"


def _see(page: str) -> str:
    return f', see <a href="{escape(page)}">all of them in Deskwarden</a>' if page else ""


def _note_item(item: Item) -> str:
    rows = [f"<strong>{escape(item.name)}</strong>"]
    rows += [_fact(line, "<code>{}</code>") for line in item.lines]
    if item.link:
        rows.append(f'<a href="{escape(item.link)}">Open the details</a>')
    return f"<li>{'<br>'.join(rows)}</li>"


def _text_item(item: Item) -> str:
    rows = [item.name, *(f"   {line.label}: {line.text}" for line in item.lines)]
    if item.link:
        rows.append(f"   Details: {item.link}")
    return "\n".join(rows)


def _html_item(item: Item) -> str:
    rows = [f'<strong style="font-size:17px">{escape(item.name)}</strong>']
    rows += [_fact(line, '<code style="font-size:13px">{}</code>') for line in item.lines]
    if item.link:
        rows.append(f'<a href="{escape(item.link)}" style="color:inherit;font-weight:600">Open the details</a>')
    style = "margin:0 0 16px;padding:2px 0 2px 14px;border-left:4px solid #d33"
    return f'<div style="{style}">{"<br>".join(rows)}</div>'


def _fact(line: Line, code: str) -> str:
    text = escape(line.text)
    return f"{escape(line.label)}: {code.format(text) if line.code else text}"
