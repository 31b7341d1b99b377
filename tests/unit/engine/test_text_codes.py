"""Codes drawn with letters and with the cells of tables."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.engine.model import Report, Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from tests.fuzz import fuzzed
from tests.unit.engine.containers import damaged, judged
from tests.unit.engine.pictures import LINK, code

WORDS = "Dear customer,\nplease scan this code with your telephone:\n\n{}\n\nYour bank\n"


def urls(report: Report) -> set[str]:
    return {link.url for link in report.urls}


def modules(*, quiet: bool = True) -> list[list[bool]]:
    """Return the code, dark modules being true."""
    picture = code(scale=1, quiet=quiet)
    bits = picture.tobytes()
    return [[bits[y * picture.width + x] == 0 for x in range(picture.width)] for y in range(picture.height)]


def in_letters(dark: str, light: str, *, quiet: bool = True) -> str:
    return "\n".join("".join(dark if module else light for module in row) for row in modules(quiet=quiet))


def in_half_blocks(letters: str = " ▄▀█", *, quiet: bool = True) -> str:
    """Return the code with two rows of modules a line, as terminals show it."""
    rows = modules(quiet=quiet)
    rows += [[False] * len(rows[0])] * (len(rows) % 2)
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return "\n".join("".join(letters[2 * up + low] for up, low in zip(*pair, strict=True)) for pair in pairs)


def in_table(dark: str, light: str) -> str:
    rows = "".join(f"<tr>{''.join(dark if module else light for module in row)}</tr>\n" for row in modules())
    return f"<table cellspacing=0 cellpadding=0>{rows}</table>"


DRAWINGS = {
    "double blocks": in_letters("██", "  "),
    "double blocks, inverse": in_letters("  ", "██"),
    "double blocks without a margin": in_letters("██", "  ", quiet=False),
    "single blocks": in_letters("█", " "),
    "half blocks": in_half_blocks(),
    "half blocks, inverse": in_half_blocks("█▀▄ "),
    "half blocks, inverse, without a margin": in_half_blocks("█▀▄ ", quiet=False),
    "black and white squares": in_letters("⬛", "⬜"),
    "shades": in_letters("▓▓", "░░"),
    "hashes": in_letters("##", "  "),
    "hashes and dots": in_letters("##", ".."),
    "single letters": in_letters("X", " "),
    "digits": in_letters("1", "0"),
    "hashes, trailing blanks lost": "\n".join(line.rstrip() for line in in_letters("##", "  ").splitlines()),
    "quoted": "\n".join("> " + line for line in in_half_blocks().splitlines()),
    "of DOS": in_letters("██", "  ").replace("\n", "\r\n"),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_code_of_letters_is_read(engine: Engine, name: str) -> None:
    report = engine.scan(WORDS.format(DRAWINGS[name]).encode(), name="a.txt")

    assert LINK in urls(report)
    assert [(finding.id, finding.evidence) for finding in report.findings] == [("image.code", LINK)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_code_of_letters_is_read_in_every_unicode(engine: Engine, encoding: str) -> None:
    assert LINK in urls(engine.scan(WORDS.format(in_half_blocks()).encode(encoding), name="a.txt"))


@pytest.mark.parametrize(
    "page",
    [
        f"<pre>{in_half_blocks()}</pre>",
        "<div>" + in_letters("██", "&nbsp;&nbsp;").replace("\n", "<br>\n") + "</div>",
        "<p>" + in_letters("&#9608;&#9608;", "&nbsp; ").replace("\n", "</p><p>") + "</p>",
        "<p>" + in_letters("&#x2588;", "&#x2591;").replace("\n", "<br/>") + "</p>",
        in_table("<td bgcolor=black width=4 height=4></td>", "<td bgcolor=white width=4 height=4></td>"),
        in_table('<td bgcolor="#000000"></td>', '<td bgcolor="#FFFFFF"></td>'),
        in_table('<td style="width:4px;background:#000"></td>', "<td></td>"),
        in_table('<td style="background-color: rgb(10, 10, 60)">&nbsp;</td>', "<td>&nbsp;</td>"),
    ],
)
def test_a_code_in_a_page_is_read(engine: Engine, page: str) -> None:
    report = engine.scan(f"<html><body><h1>Scan</h1>{page}<p>Bye</p></body></html>".encode(), name="a.html")

    assert LINK in urls(report)


def test_a_code_in_a_mail_is_read(engine: Engine) -> None:
    head = "From: a@b.example\nTo: c@d.example\nSubject: Code\nMIME-Version: 1.0\n"
    mail = (
        head
        + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
        + WORDS.format(in_half_blocks())
    )

    assert LINK in urls(engine.scan(mail.encode(), name="a.eml"))


@pytest.mark.parametrize(
    "text",
    [
        "\n".join("█" * (n % 40) + "░" * (40 - n % 40) + " 50 %" for n in range(80)),
        "\n".join("#" * 60 for _ in range(40)),
        "\n".join("01" * 20 for _ in range(60)),
        ("\n" + (" " * 60 + "\n") * 9 + "end") * 1_000,
        "\n".join(f"{n:4} | {'-' * 30} | {'=' * 20}" for n in range(100)),
        "┌────┬────┐\n│ ab │ cd │\n└────┴────┘\n" * 50,
    ],
)
def test_bars_and_frames_of_letters_are_no_codes(engine: Engine, text: str) -> None:
    report = engine.scan(text.encode(), name="a.txt")

    assert (report.findings, report.verdict) == ((), Verdict.CLEAN)


def test_an_ordinary_table_in_colours_is_no_code(engine: Engine) -> None:
    rows = "<tr><td bgcolor=#003366>Total</td><td style='background:#eee'>12</td><td>x</td></tr>" * 60
    page = f"<html><body><table>{rows}</table></body></html>"

    report = engine.scan(page.encode(), name="a.html")

    assert (report.findings, report.verdict) == ((), Verdict.CLEAN)


@fuzzed()
@given(data=st.data())
def test_damaged_drawings_are_judged(rules: RuleSet, data: st.DataObject) -> None:
    page = "<html>" + in_table("<td bgcolor=black></td>", "<td></td>") + f"<pre>{in_half_blocks()}</pre>"
    content, name = data.draw(st.sampled_from([(page, "a.html"), (in_letters("##", "  "), "a.txt")]))

    judged(rules, data.draw(damaged(content.encode())), name)
