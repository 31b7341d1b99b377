"""VirusTotal v3: the report on an address that somebody has had analysed before.

docs.virustotal.com/reference/url-info. The identifier is the address in base64 without padding, so VirusTotal learns
each address that is looked up. It is only looked up; by the option ``submit`` one that is unknown there is handed in
for analysis, after which anybody may find it there. The free key allows 4 calls a minute and 500 a day, and no
commercial use.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from urllib.parse import urlencode

from app.adapters.providers.http import PAUSE_BROKEN, Door, check, document
from app.adapters.providers.model import Access, Answer, Kind, Listing, NoOpinion, Question
from app.engine.links.expressions import expressions
from app.engine.links.reputation import Hit

FEED = "VirusTotal"
BASE_URL = "https://www.virustotal.com"

#: Seconds for which an answer is kept; VirusTotal names none. Verdicts on fresh addresses come in within hours.
LISTED_SECONDS, CLEAR_SECONDS, UNKNOWN_SECONDS = 21_600.0, 7_200.0, 3_600.0

#: From how many engines on, how far they are believed: one alone is often wrong, and many repeat each other.
_WEIGHTS = ((10, 100), (5, 85), (3, 60), (2, 40))


class VirusTotal:
    """Looks addresses up, one a call."""

    batch = 1

    def __init__(self, door: Door) -> None:
        self._door = door

    def recipient(self, access: Access) -> str:
        """Return the host to which the questions go."""
        return self._door.host

    def questions(self, url: str, access: Access) -> tuple[Question, ...]:
        """Return the address itself."""
        return (Question(Kind.URL, url),)

    def ask(self, questions: Sequence[Question], access: Access) -> list[Answer]:
        """Return what the engines there say of each address. Raises NoOpinion."""
        return [self._report(question.value, access) for question in questions]

    def hits(self, url: str, listings: Sequence[Listing]) -> list[Hit]:
        """Return the listing of this address."""
        expression = next(iter(expressions(url)), url)
        return [Hit(FEED, each.category, each.weight, expression) for each in listings if each.key == url]

    def _report(self, url: str, access: Access) -> Answer:
        name = base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")
        reply = self._door.call("GET", f"/api/v3/urls/{name}", seconds=access.seconds, headers=_headers(access))
        if reply.status == 404:
            if access.options.get("submit"):
                self._submit(url, access)
            return Answer(url, seconds=UNKNOWN_SECONDS)
        check(reply)
        return _answer(url, document(reply))

    def _submit(self, url: str, access: Access) -> None:
        form = {"Content-Type": "application/x-www-form-urlencoded", **_headers(access)}
        body = urlencode({"url": url}).encode()
        check(self._door.call("POST", "/api/v3/urls", seconds=access.seconds, headers=form, body=body))


def _headers(access: Access) -> dict[str, str]:
    return {"x-apikey": access.key, "Accept": "application/json"}


def _answer(url: str, report: dict[str, object]) -> Answer:
    try:
        attributes = report["data"]["attributes"]  # type: ignore[index]
        stats, results = attributes["last_analysis_stats"], attributes.get("last_analysis_results") or {}
        count = int(stats.get("malicious") or 0)
        names = [str(each.get("result") or "").lower() for each in results.values()]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise NoOpinion("unreadable", "What came back is no answer of the provider's.", pause=PAUSE_BROKEN) from None
    weight = next((weight for least, weight in _WEIGHTS if count >= least), 0)
    if not weight:
        return Answer(url, seconds=CLEAR_SECONDS)
    return Answer(url, (Listing(url, _category(names), weight),), LISTED_SECONDS)


def _category(names: Sequence[str]) -> str:
    """Return what most engines call it."""
    return "phishing" if names.count("phishing") >= names.count("malware") else "malware"
