"""What the engine is measured on: generated rules and plain files, the same from the same seed on every machine."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from pathlib import Path

RULES = 1_000
_RULES_A_FILE = 100
_KIB = 1024

_RULE = """\
rule generated_{number} {{
    meta:
        id = "generated_{number}"
        title = "Generated rule {number}"
        severity = "suspicious"
        reference = "https://example.com/rules/{number}"
        date = "2026-11-21"
        author = "Bench"
    strings:
        $text = "{text}"{modifier}
        $bytes = {{ {bytes} }}
        $pattern = /{pattern}/
    condition:
        any of them
}}
"""


def write_rules(folder: Path, *, count: int = RULES, seed: int = 1) -> None:
    """Write ``count`` rules of three strings each (a text, bytes with a gap, a regular expression) into the folder."""
    rng = random.Random(seed)
    for first in range(0, count, _RULES_A_FILE):
        rules = (_rule(number, rng) for number in range(first, min(first + _RULES_A_FILE, count)))
        (folder / f"generated_{first:04}.yar").write_text("\n".join(rules))


def _rule(number: int, rng: random.Random) -> str:
    def letters(least: int, most: int) -> str:
        return "".join(rng.choices(string.ascii_letters + string.digits, k=rng.randint(least, most)))

    def code(length: int) -> str:
        return rng.randbytes(length).hex(" ")

    return _RULE.format(
        number=number,
        text=letters(8, 24),
        modifier=rng.choice(("", " ascii wide", " nocase", " fullword")),
        bytes=f"{code(rng.randint(6, 12))} [2-6] {code(4)}",
        pattern=f"{letters(6, 10)}[0-9a-f]{{4,12}}{letters(3, 5)}",
    )


def plain_files(total: int, *, seed: int = 2) -> Iterator[tuple[str, bytes]]:
    """Yield (name, content) of files that hold nothing else, from 64 KB to 4 MB, until they make ``total`` bytes.

    Pictures and PDF are not among them: their pages are decoded and searched for codes, which rules cannot do.
    """
    rng = random.Random(seed)
    kinds = (("txt", _text), ("csv", _table), ("bin", random.Random.randbytes), ("log", _log), ("mp3", _sound))
    number = 0
    while total > 0:
        extension, make = kinds[number % len(kinds)]
        content = make(rng, int(64 * _KIB * 64 ** rng.random()) + 1)
        yield f"file-{number}.{extension}", content
        total -= len(content)
        number += 1


def _words(rng: random.Random) -> list[str]:
    """Return a vocabulary in which short words are frequent, as they are in any language."""
    return [
        "".join(rng.choices("etaoinshrdlucmfwypvbgkqjxz", range(27, 1, -1), k=rng.randint(2, 9))) for _ in range(4000)
    ]


def _text(rng: random.Random, size: int) -> bytes:
    words = _words(rng)
    lines = [f"{' '.join(rng.choices(words, k=12)).capitalize()}." for _ in range(2_000)]
    # An address every few pages.
    for index in range(0, len(lines), 150):
        lines[index] = f"See https://www.example.com/{rng.choice(words)}/{index}?ref={rng.choice(words)} for more."
    return _repeated(rng, lines, size)


def _table(rng: random.Random, size: int) -> bytes:
    words = _words(rng)
    lines = [
        f"{rng.randrange(10**6)};{rng.choice(words)};{rng.choice(words)}@example.com;2026-{rng.randint(1, 12):02}-"
        f"{rng.randint(1, 28):02};{rng.random() * 1000:.2f};{rng.choice(words)} {rng.choice(words)}"
        for _ in range(2_000)
    ]
    return _repeated(rng, lines, size)


def _repeated(rng: random.Random, lines: list[str], size: int) -> bytes:
    pieces: list[str] = []
    length = 0
    while length < size:
        rng.shuffle(lines)
        pieces += lines
        length += sum(map(len, lines)) + len(lines)
    return "\n".join(pieces).encode()[:size]


def _log(rng: random.Random, size: int) -> bytes:
    words = _words(rng)
    lines = [
        f"2026-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}T{rng.randint(0, 23):02}:00:01.{rng.randrange(1000):03}Z "
        f"INFO [{rng.choice(words)}] {' '.join(rng.choices(words, k=9))} id={rng.randbytes(8).hex()}"
        for _ in range(2_000)
    ]
    return _repeated(rng, lines, size)


def _sound(rng: random.Random, size: int) -> bytes:
    """Return frames of MP3 with noise in them, behind a tag of version 2."""
    frame = b"\xff\xfb\x90\x64"
    body = b"".join(frame + rng.randbytes(413) for _ in range(size // 417 + 1))
    return b"ID3\x03\x00\x00\x00\x00\x00\x00" + body[:size]
