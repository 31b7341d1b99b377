"""Telling a web page that was served in place of a file from the file itself.

Zendesk sends signed-out callers to its sign-in page and those who ask for malware to a warning page, both with status
200 at the end. Scanned as if it were the file, such a page would give a clean verdict to what nobody looked at.
"""

from __future__ import annotations

import re

from app.adapters.zendesk.errors import Withheld
from app.adapters.zendesk.records import Attachment
from app.errors import Temporary

_PAGE_TYPES = ("text/html", "application/xhtml+xml")
_PAGE_NAME = re.compile(r"\.(html?|xhtml|shtml|xht|mhtml?|hta)\Z", re.IGNORECASE)
_SIGN_IN = re.compile(r"/(access|auth|login|users/sign_in|hc/[a-z-]{2,10}/signin|hc/signin)(/|\?|\Z)", re.IGNORECASE)


def is_sign_in(path: str) -> bool:
    """Return whether a path on the tenant's own host is a sign-in page."""
    return _SIGN_IN.match(path) is not None


def refuse_page(content_type: str, size: int, attachment: Attachment | None) -> None:
    """Raise when what came is a page in place of the file.

    ``size`` is what arrived. A page of exactly the size that the ticket states for the file is the file: names and
    types can lie, and a harmful page must not escape the scan by being called ``invoice.pdf``.

    Raises Withheld when Zendesk's own scanner holds the file back, else Temporary.
    """
    if content_type.split(";")[0].strip().lower() not in _PAGE_TYPES or attachment is None:
        return
    if attachment.size == size or (not attachment.size and _is_declared_page(attachment)):
        return
    if attachment.is_held_back:
        raise Withheld(
            "Zendesk found malware in this file itself and serves a warning page in its place.", code="malware_found"
        )
    raise Temporary("A web page was served in place of the file; it is tried again.", code="page_instead")


def _is_declared_page(attachment: Attachment) -> bool:
    declared = attachment.content_type.split(";")[0].strip().lower()
    return declared in _PAGE_TYPES or _PAGE_NAME.search(attachment.file_name) is not None
