"""Put the sentences of letters together: which are said, in which order, and how many things each speaks of. Pure.

What they say stands in the languages' catalogues; what they are about, in ``notice_facts``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from app.engine.model import Verdict, worst
from app.findings.languages.model import AgentAdvice, Catalogue, Forms, Place
from app.findings.notice_facts import FileNotice, LinkNotice

_Thing = TypeVar("_Thing", FileNotice, LinkNotice)

#: Worst first: the order of every sentence and list.
_WORST_FIRST = tuple(sorted(Verdict, key=lambda verdict: -verdict.rank))


def headline(
    said: Catalogue, files: Sequence[FileNotice], links: Sequence[LinkNotice], ticket: int | None = None
) -> tuple[str, ...]:
    """Return what happened in sentences, most pressing first; without ``ticket`` it is the one they are read in."""
    words, place = said.headlines, _place(said, ticket)
    left = [file for file in files if not file.done]
    dangerous = sum(file.judged is Verdict.MALICIOUS for file in left)
    others = [file for file in left if file.judged is not Verdict.MALICIOUS]
    stuck = [file for file in others if file.obstacle]
    told = [file for file in others if not file.obstacle]
    found = [file for file in told if file.judged is not Verdict.UNKNOWN]
    there = [link for link in links if not link.done]
    sentences = [
        _counted(said, dangerous, words.still_there, place),
        _listed(said, [file for file in files if file.done], words.files, same_for_all(words.removed), place),
        _listed(said, there, words.links, words.found_links, place),
        _listed(said, [link for link in links if link.done], words.links, same_for_all(words.removed), place),
        _listed(said, stuck, words.files, same_for_all(words.not_removed), place),
        _listed(said, found, words.files, words.found_left, place),
        _counted(said, len(told) - len(found), words.unchecked, place),
    ]
    return tuple(filter(None, sentences))


def release_headline(said: Catalogue, files: Sequence[FileNotice], ticket: int) -> tuple[str, ...]:
    """Return what became of the files that a person judged clean."""
    back, place = sum(file.done for file in files), _place(said, ticket)
    sentences = (
        _counted(said, len(files) - back, said.headlines.not_given_back, place),
        _counted(said, back, said.headlines.given_back, place),
    )
    return tuple(filter(None, sentences))


def subject(said: Catalogue, files: Sequence[FileNotice], links: Sequence[LinkNotice], ticket_id: int) -> str:
    """Return the subject line of a mail: the most pressing thing alone, and nothing that a stranger wrote."""
    words = said.subjects
    verdict = worst(file.judged for file in files)
    of_links = worst(link.judged for link in links)
    if links and (not files or of_links.rank > verdict.rank):
        worst_links = [link for link in links if link.judged is of_links]
        there = [link for link in worst_links if not link.done]
        deed = words.there if there else words.removed
        return _subject(said, len(there or worst_links), words.links[of_links], deed, ticket_id)
    group = [file for file in files if file.judged is verdict]
    stuck, removed = [file for file in group if file.obstacle], [file for file in group if file.done]
    deed = words.stuck if stuck else words.removed if removed else words.there
    return _subject(said, len(stuck or removed or group), words.files[verdict], deed, ticket_id)


def release_subject(said: Catalogue, files: Sequence[FileNotice], ticket_id: int) -> str:
    """Return the subject line of the mail about files that were to come back."""
    stuck = [file for file in files if not file.done]
    deed = said.subjects.not_given_back if stuck else said.subjects.given_back
    return _subject(said, len(stuck or files), said.subjects.files[Verdict.CLEAN], deed, ticket_id)


def reason(said: Catalogue, thing: FileNotice | LinkNotice) -> tuple[str, str, str]:
    """Return the label and the words that say why the thing is in the letter, and what stays English beside them."""
    label, words = said.facts.reasons[thing.judged]
    if not thing.title:
        return label, words, ""
    label = said.facts.found if thing.judged is Verdict.MALICIOUS else label
    if not said.facts.detail:
        return label, thing.title, ""
    return label, said.dangers[thing.danger], thing.title


def obstacle(said: Catalogue, text: str) -> tuple[str, str]:
    """Return why something could not be done in the letter's language, and the English words beside it."""
    if not text or not said.facts.detail:
        return text, ""
    plain = text.lower()
    if "closed" in plain:
        return said.facts.closed, ""
    if "gone" in plain:
        return said.facts.gone, text
    return (said.facts.refused if "refused" in plain else said.facts.failed), text


def agent_advice(said: Catalogue, files: Sequence[FileNotice], links: Sequence[LinkNotice]) -> tuple[str, ...]:
    """Return what the agent does now."""
    words = said.agent
    left = [file for file in files if not file.done]
    removed = sum(file.done and file.judged is Verdict.MALICIOUS for file in files)
    forbidden = sum(file.judged is Verdict.RESTRICTED for file in files)
    there = sum(not link.done for link in links)
    advice = [
        _counted(said, sum(file.judged is Verdict.MALICIOUS for file in left), words.dangerous_left),
        _counted(said, sum(bool(file.obstacle) and file.judged is not Verdict.MALICIOUS for file in left), words.stuck),
        _counted(said, removed, words.do_not_ask_again),
        _counted(said, forbidden, words.forbidden),
        _caution(said, words, [file for file in left if not file.obstacle]),
        _counted(said, there, words.links_left),
        _counted(said, len(links) - there, words.links_removed),
        _counted(said, len(links), words.links_opened),
        words.mistake_with_details if _have_pages(files) or _have_pages(links) else words.mistake,
    ]
    return tuple(filter(None, advice))


def team_advice(
    said: Catalogue, files: Sequence[FileNotice], links: Sequence[LinkNotice], no_note: str
) -> tuple[str, ...]:
    """Return what the readers of the mail do now. ``no_note`` is why the ticket bears no note; empty: it bears one."""
    words = said.team
    left = [file for file in files if not file.done]
    there = [link for link in links if not link.done]
    advice = [_counted(said, sum(bool(file.obstacle) for file in left), words.remove_by_hand)]
    if no_note:
        advice.append(words.no_note.format(reason=no_note))
    if len(left) < len(files):
        advice.append(words.back_by_download if no_note else words.back_by_itself)
    if any(not file.obstacle for file in left):
        advice.append(words.reported)
    advice += [
        _counted(said, sum(bool(link.obstacle) for link in there), words.links_by_hand),
        _counted(said, len(there), words.links_left),
        _counted(said, len(links) - len(there), words.links_gone),
    ]
    return tuple(filter(None, advice))


def team_release_advice(said: Catalogue, files: Sequence[FileNotice]) -> tuple[str, ...]:
    """Return what the readers of the mail do about files that were to come back."""
    return (said.team.released if all(file.done for file in files) else said.team.not_released,)


def worst_first(things: Iterable[_Thing]) -> list[_Thing]:
    """Return files or links in order of urgency: what is dangerous and still there comes first."""
    return sorted(things, key=lambda thing: (-thing.judged.rank, thing.done))


def same_for_all(text: str) -> Forms:
    """Return the forms of a sentence that does not change with the number of things it lists."""
    return Forms(text, text)


def _have_pages(things: Sequence[FileNotice] | Sequence[LinkNotice]) -> bool:
    return any(thing.link for thing in things)


def _caution(said: Catalogue, words: AgentAdvice, left: Sequence[FileNotice]) -> str:
    """What to do with files that policy leaves in the ticket although nobody says that they are clean."""
    suspicious = sum(file.judged is Verdict.SUSPICIOUS for file in left)
    unchecked = sum(file.judged is Verdict.UNKNOWN for file in left)
    forms = words.suspicious if not unchecked else words.unchecked
    return _counted(said, suspicious + unchecked, words.suspicious_or_unchecked if suspicious and unchecked else forms)


def _place(said: Catalogue, ticket: int | None) -> dict[str, str]:
    place: Place = said.frame.this_ticket if ticket is None else said.frame.ticket
    return {name: getattr(place, name).format(ticket=ticket) for name in ("inside", "out_of", "into")}


def _counted(said: Catalogue, count: int, forms: Forms, place: Mapping[str, str] | None = None) -> str:
    """Return the sentence about so many things; empty when there are none."""
    return said.counted(count, forms, **(place or {})) if count else ""


def _listed(
    said: Catalogue,
    things: Sequence[FileNotice | LinkNotice],
    names: Mapping[Verdict, Forms],
    forms: Forms,
    place: Mapping[str, str],
) -> str:
    """Return the sentence about ``2 dangerous files and 1 suspicious file``; empty when there are none."""
    if not things:
        return ""
    counts = {verdict: sum(thing.judged is verdict for thing in things) for verdict in _WORST_FIRST}
    what = said.listed([said.counted(count, names[verdict]) for verdict, count in counts.items() if count])
    return said.counted(len(things), forms, what=what, **place)


def _subject(said: Catalogue, count: int, names: Forms, deed: Forms, ticket_id: int) -> str:
    line = said.counted(count, deed, what=said.counted(count, names), ticket=str(ticket_id))
    return line[:1].upper() + line[1:]
