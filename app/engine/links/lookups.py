"""Which addresses a feed may list a link by: the target, what it was wrapped in, and what stands inside it."""

from __future__ import annotations

from app.engine.links.unwrap import nested_targets
from app.engine.model import Link

#: Addresses looked up for one link.
MOST = 8


def lookups(link: Link) -> tuple[str, ...]:
    """Return the canonical addresses under which a link is to be looked up, the one it leads to first.

    Feeds list what their sensors saw: often the redirect, not the page behind it.
    """
    found = dict.fromkeys((link.url, link.wrapped, *nested_targets(link.url), *nested_targets(link.wrapped)))
    return tuple(url for url in found if url)[:MOST]
