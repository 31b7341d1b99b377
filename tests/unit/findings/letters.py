"""The file, the link and the ticket that tests of letters tell of, and what a reader sees in a letter."""

from __future__ import annotations

from html.parser import HTMLParser

from app.findings.notices import (
    FileNotice,
    LinkNotice,
    Notice,
    quarantine_note,
)

HASH = "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f"


REFERENCE = "DW-XOKWY44V-HFIWH7BF-4CGKXY4G"


FILE = FileNotice(
    "invoice.pdf.exe", HASH, 68, "malicious", "EICAR test file", "invoice.pdf.exe", link="https://dw.example/scans/1"
)


LINK = LinkNotice("hxxps://bad[.]example/login[.]php", "on your block list", "https://dw.example/scans/3")


NOTICE = Notice(123, "acme", (FILE,), page="https://dw.example/scans?ticket=123")


class Reader(HTMLParser):
    """What a browser makes of it: the words, and every element with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.pieces: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    @property
    def words(self) -> str:
        return "".join(self.pieces)

    @property
    def tags(self) -> set[str]:
        return {tag for tag, _ in self.elements}

    @property
    def links(self) -> list[str | None]:
        return [attributes["href"] for _, attributes in self.elements if "href" in attributes]


def note_of(*files: FileNotice, links: tuple[LinkNotice, ...] = ()) -> Reader:
    return Reader(quarantine_note(files, links, reference=REFERENCE, page="https://dw.example/scans?ticket=123"))
