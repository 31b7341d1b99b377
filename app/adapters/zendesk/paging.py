"""Walking lists page by page, and knowing when enough comments were seen.

Addresses in an answer are never followed: only the cursor or page number is taken out of them, for the address that we
asked in the first place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app.adapters.zendesk.fields import mapping, text
from app.adapters.zendesk.records import Comment
from app.adapters.zendesk.transport import Route
from app.errors import Temporary

#: Pages of one list at most: a ticket holds 5,000 comments, and some servers give small pages.
MOST_PAGES = 2000


def walk(call: Callable[[Route], dict[str, Any]], route: Route) -> Iterator[dict[str, Any]]:
    """Yield the documents of a list, one a page; stops where the list ends or repeats itself.

    Raises Temporary when an answer says that there is more but not where, as half a list must not pass for a whole.
    """
    for _ in range(MOST_PAGES):
        document = call(route)
        yield document
        query = next_query(document, route.query)
        if query is None or query == route.query:
            return
        route = replace(route, query=query)
    raise Temporary(f"Zendesk gives no end to {route.what}.", code="endless_list")


def next_query(document: dict[str, Any], query: Any) -> dict[str, str] | None:
    """Return the query of the page after this one, or None when this is the last.

    Cursor pages end with ``meta.has_more``: their next link stays filled. Offset pages end with an empty ``next_page``.
    """
    meta = document.get("meta")
    if isinstance(meta, dict):
        if meta.get("has_more") is not True:
            return None
        link = mapping(document.get("links")).get("next")
        cursor = text(meta.get("after_cursor")) or _parameter(link, "page[after]")
        return {**query, "page[after]": _known(cursor)}
    link = document.get("next_page")
    if not text(link):
        return None
    kept = {name: value for name, value in query.items() if not name.startswith("page[")}
    size = _parameter(link, "per_page")
    return {**kept, "page": _known(_parameter(link, "page")), **({"per_page": size} if size else {})}


def collect(pages: Iterable[list[Comment]], newer_than: int | None) -> list[Comment]:
    """Return the comments of pages that were asked for newest first, oldest first; reads no more pages than needed.

    With ``newer_than`` (a comment id) reading stops there and only later ones are returned, as long as the ids fall:
    in any other order an older id proves nothing, so everything is read and returned.
    """
    found: dict[int, Comment] = {}
    falls, last = True, 0
    for page in pages:
        fresh = [comment for comment in page if comment.id not in found]
        if page and not fresh:
            break
        for comment in fresh:
            falls = falls and (not found or comment.id < last)
            last = comment.id
            found[comment.id] = comment
        # One comment alone shows no order.
        if newer_than is not None and falls and len(found) > 1 and last <= newer_than:
            break
    if newer_than is None or not falls:
        return sorted(found.values(), key=lambda comment: (comment.created_at or 0.0, comment.id))
    return [found[key] for key in sorted(found) if key > newer_than]


def _parameter(link: Any, name: str) -> str:
    try:
        return parse_qs(urlsplit(text(link)).query).get(name, [""])[0]
    except ValueError:
        return ""


def _known(cursor: str) -> str:
    if not cursor:
        raise Temporary("Zendesk says that a list goes on, but not where.", code="no_cursor")
    return cursor
