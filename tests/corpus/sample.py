"""What the corpus is made of: a sample, what is expected of its judgement, and where its made-up details come from."""

from __future__ import annotations

import base64
import random
from dataclasses import dataclass
from enum import StrEnum

from app.engine.model import Verdict


class Expect(StrEnum):
    """What shows that a harmful sample was seen through."""

    JUDGED = "judged"  # its verdict is suspicious or worse
    LINK = "link"  # its address was read and so reaches what judges addresses
    UNKNOWN = "unknown"  # it cannot be looked into, and the report says so


@dataclass(frozen=True, slots=True)
class File:
    """A file as a maker gives it: what it is called, what it holds, the text that came with it, the address in it."""

    name: str
    content: bytes
    comment: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """One file of the corpus.

    technique  dotted name; its first part is the family
    variant    number within the technique; a twin has the same
    comment    the text that came with the file
    expect     what shows that it was seen through (of a twin: of its harmful sibling)
    most       the worst verdict that a twin may get
    partial    whether a part of it cannot be read by anybody, so that ``unknown`` is right for a twin
    link       the address that must be read, where that is what is expected
    """

    technique: str
    variant: int
    name: str
    content: bytes
    comment: str
    harmful: bool
    expect: Expect
    most: Verdict
    partial: bool = False
    link: str = ""


_SYLLABLES = (
    "ba be bi bo bra da de di dor fa fen ga gar he hol in ka kel la lem li lo ma mar me mi mo na ner no".split()
)
_SYLLABLES += "o pa per po ra rel ri ro sa sen si sol ta tel ti to tra va ver vi wa wen za".split()
_SUBJECTS = (
    "Invoice Rechnung Factura Order Bestellung Scan Payment Remittance Statement Quotation Offer Contract Delivery "
    "Shipment Pedido Facture Fattura Report Minutes Claim Refund Balance Salary Notice Agreement Request"
).split()
_PROSE = (
    "the of and to in is that for it as was with be by on not at are this have from please find attached our order "
    "number invoice delivery address customer contract payment date week returned parcel goods team regards thank you "
    "account statement copy signed meeting agenda minutes price list offer valid until total net tax amount"
).split()


class Draw:
    """Where the made-up details of one sample come from: the same again from the same seed."""

    def __init__(self, seed: str) -> None:
        self.rng = random.Random(seed)

    def word(self, syllables: int = 3) -> str:
        """Return letters that can be said and mean nothing."""
        return "".join(self.rng.choices(_SYLLABLES, k=syllables))

    def name(self) -> str:
        """Return a name for a variable or function."""
        return self.word(2).capitalize() + self.word(2) + str(self.rng.randrange(100))

    def one(self, *choices: str) -> str:
        """Return one of several texts."""
        return self.rng.choice(choices)

    def stem(self) -> str:
        """Return the name of a file without its extension, as people and their programs give them."""
        subject, number = self.rng.choice(_SUBJECTS), self.rng.randrange(1_000, 999_999)
        return self.one(
            f"{subject}_{number}",
            f"{subject} {number}",
            f"{subject.upper()}-{self.rng.randrange(2020, 2027)}-{self.rng.randrange(1, 13):02}",
            f"{number}_{self.word()}",
            f"{subject} {self.word().capitalize()} {number % 97}",
        )

    def host(self) -> str:
        """Return a host that cannot exist: a reserved name or an address for documentation."""
        number = self.rng.randrange(1, 255)
        return self.one(
            f"{self.word()}-{self.word(2)}.example",
            f"{self.word(2)}.{self.word()}.example",
            f"cdn.{self.word()}.test",
            f"{self.rng.choice(('198.51.100', '203.0.113', '192.0.2'))}.{number}",
        )

    def url(self, ending: str = "") -> str:
        """Return an address at such a host."""
        path = f"{self.word(2)}/{self.word()}{self.rng.randrange(100)}"
        return f"http{self.rng.choice(('', 's'))}://{self.host()}/{path}{'.' if ending else ''}{ending}"

    def prose(self, words: int = 60) -> str:
        """Return words of office mail in no order that makes sense."""
        return " ".join(self.rng.choices(_PROSE, k=words)).capitalize() + "."

    def noise(self, least: int, most: int) -> bytes:
        """Return random bytes."""
        return self.rng.randbytes(self.rng.randint(least, most))

    def cased(self, text: str) -> str:
        """Return the text with its letters' cases mixed, as obfuscators leave them."""
        return "".join(letter.upper() if self.rng.random() < 0.5 else letter.lower() for letter in text)

    def pieces(self, text: str, longest: int = 5) -> list[str]:
        """Return the text cut into short pieces."""
        out = []
        while text:
            size = self.rng.randint(1, longest)
            out.append(text[:size])
            text = text[size:]
        return out


def b64(content: bytes | str) -> str:
    """Return base64 of bytes or of a text."""
    return base64.b64encode(content.encode() if isinstance(content, str) else content).decode()


def encoded(command: str) -> str:
    """Return a command as PowerShell takes it behind ``-EncodedCommand``."""
    return b64(command.encode("utf-16-le"))
