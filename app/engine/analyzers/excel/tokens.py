"""Parsed formulas of Excel: the functions and texts in them, for both binary formats.

A formula is a row of tokens, one byte of kind and a fixed number of bytes behind it, texts apart. Formats: MS-XLS
2.5.198 (BIFF8), MS-XLSB 2.5.97 (BIFF12).
"""

from __future__ import annotations

from dataclasses import dataclass, field

#: Functions (MS-XLS 2.5.198.17; commands have the high bit set, 2.5.198.4) that say what a macro is for.
_FUNCTIONS = {
    0x0058: "SET.NAME",
    0x006C: "SET.VALUE",
    0x006E: "EXEC",
    0x006F: "CHAR",
    0x0084: "FOPEN",
    0x0089: "FWRITELN",
    0x008A: "FWRITE",
    0x0095: "REGISTER",
    0x0096: "CALL",
    0x00B2: "EXECUTE",
    0x00BA: "GET.WORKSPACE",
    0x010B: "REGISTER.ID",
    0x8060: "FORMULA",
    0x8061: "FORMULA.FILL",
    0x8062: "FORMULA.ARRAY",
    0x8083: "SEND.KEYS",
}
#: Bytes behind the first of each token; those of one class differ only in the two high bits.
_SIZES = {
    0x01: 4, 0x02: 4, 0x18: 5, 0x1C: 1, 0x1D: 1, 0x1E: 2, 0x1F: 8, 0x20: 7, 0x21: 2, 0x22: 3, 0x23: 4, 0x24: 4,
    0x25: 8, 0x26: 6, 0x27: 6, 0x28: 6, 0x29: 2, 0x2A: 4, 0x2B: 8, 0x2C: 4, 0x2D: 8, 0x39: 6, 0x3A: 6, 0x3B: 10,
    0x3C: 6, 0x3D: 10,
}  # fmt: skip
#: The same in BIFF12, whose rows have four bytes.
_SIZES_12 = {
    **_SIZES, 0x20: 14, 0x24: 6, 0x25: 12, 0x2A: 6, 0x2B: 12, 0x2C: 6, 0x2D: 12, 0x3A: 8, 0x3B: 14, 0x3C: 8, 0x3D: 14,
}  # fmt: skip
#: Texts of one workbook that are kept; macros that spell out letter by letter have some thousand.
_MOST_TEXTS = 10_000


@dataclass(slots=True)
class Seen:
    """What the formulas of a workbook were seen to have; ``cut`` says that not all texts were kept."""

    functions: set[str] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    cut: bool = False


def note(tokens: bytes, seen: Seen, *, wide: bool = False) -> None:
    """Note the functions and texts of a formula (of BIFF12 when ``wide``); one that cannot be read ends there."""
    sizes = _SIZES_12 if wide else _SIZES
    letters: list[str] = []
    at = 0
    while at < len(tokens):
        token = tokens[at] & 0x1F | 0x20 if tokens[at] & 0x60 else tokens[at]
        at += 1
        if token == 0x17:
            at = _text_12(tokens, at, seen) if wide else _text(tokens, at, seen)
        elif token == 0x19:
            at = _attribute(tokens, at)
        else:
            if token in (0x21, 0x22):
                place = at + token - 0x21
                number = int.from_bytes(tokens[place : place + 2], "little")
                seen.functions.add(_FUNCTIONS.get(number, "OTHER"))
                if number == 0x6F and tokens[max(at - 4, 0)] == 0x1E:
                    letters.append(chr(tokens[at - 3]))
            elif token == 0x18 and wide:
                at += {0x19: 8, 0x1D: 0}.get(tokens[at] if at < len(tokens) else 0, 0)
            at += sizes.get(token, 0)
    if len(letters) > 2:
        keep("".join(letters), seen)


def keep(text: str, seen: Seen) -> None:
    """Keep a text of a formula, as many as one workbook may have."""
    if len(seen.texts) < _MOST_TEXTS:
        seen.texts.append(text)
    else:
        seen.cut = True


def _text(tokens: bytes, at: int, seen: Seen) -> int:
    if at + 2 > len(tokens):
        return len(tokens)
    wide = tokens[at + 1] & 1
    end = at + 2 + tokens[at] * (2 if wide else 1)
    if tokens[at] > 1:
        keep(tokens[at + 2 : end].decode("utf-16-le" if wide else "cp1252", "replace"), seen)
    return end


def _text_12(tokens: bytes, at: int, seen: Seen) -> int:
    length = int.from_bytes(tokens[at : at + 2], "little")
    end = at + 2 + 2 * length
    if length > 1:
        keep(tokens[at + 2 : end].decode("utf-16-le", "replace"), seen)
    return end


def _attribute(tokens: bytes, at: int) -> int:
    """Attributes have a kind and a number; a jump table (CHOOSE) follows some."""
    if at + 3 > len(tokens):
        return len(tokens)
    jumps = (int.from_bytes(tokens[at + 1 : at + 3], "little") + 1) * 2 if tokens[at] & 0x04 else 0
    return at + 3 + jumps
