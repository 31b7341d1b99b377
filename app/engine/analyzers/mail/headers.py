"""Addresses in the headers of mails: the subject, names of people, places to unsubscribe at."""

from __future__ import annotations

from collections.abc import Iterator
from email.header import decode_header, make_header
from email.message import Message

from app.engine.node import Text

#: Headers that servers write for servers. Nobody is shown them, and they name hosts by the dozen.
_MACHINES = (
    "received",
    "dkim-",
    "arc-",
    "authentication-results",
    "domainkey-",
    "content-",
    "mime-version",
    "message-id",
    "in-reply-to",
    "references",
    "date",
    "return-path",
    "x-ms-",
    "x-google-",
    "x-gm-",
    "x-spam-",
    "x-forefront-",
    "x-microsoft-",
    "x-received",
)
#: Headers in which people write what they mean.
_WORDS = frozenset({"subject", "comments", "thread-topic", "keywords"})
#: Headers of one mail that are looked at, and messages in one file.
_MOST, _MESSAGES = 200, 50


def texts(message: Message) -> Iterator[Text]:
    """Yield the headers of a mail, and of the mails forwarded in it, in which addresses may stand."""
    count = 0
    for part in message.walk():
        inside = part.get_content_type() == "message/rfc822" and part.is_multipart()
        for each in part.get_payload() if inside else [message] if part is message else []:
            count += isinstance(each, Message)
            if isinstance(each, Message) and count <= _MESSAGES:
                yield from _of(each)


def _of(message: Message) -> Iterator[Text]:
    others = []
    for name, value in message.items()[:_MOST]:
        name = name.lower()
        if name.startswith(_MACHINES):
            continue
        words = decoded(value)
        if name in _WORDS:
            yield Text(words, hosts=True)
        elif "://" in words or "www." in words:
            others.append(words)
    if others:
        yield Text("\n".join(others))


def decoded(value: object) -> str:
    """Return a header as it is shown. Never raises."""
    text = str(value).replace("\r\n", "").replace("\n", "")
    try:
        return str(make_header(decode_header(text))) if "=?" in text else text
    except (ValueError, LookupError, TypeError, UnicodeError):
        return text
