"""The sentences of notes and mails: who reads them is no security person and has thirty seconds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from app.engine.model import Verdict, worst

REDACTED = "redacted"
RELEASED = "released"
KEPT = "kept"

#: One and several files of a verdict, worst first; the order is that of every sentence and list.
_FILES = {
    Verdict.MALICIOUS: ("dangerous file", "dangerous files"),
    Verdict.RESTRICTED: ("file of a forbidden type", "files of forbidden types"),
    Verdict.SUSPICIOUS: ("suspicious file", "suspicious files"),
    Verdict.UNKNOWN: ("unchecked file", "unchecked files"),
    Verdict.CLEAN: ("file", "files"),
}
_LINKS = {
    Verdict.MALICIOUS: ("dangerous link", "dangerous links"),
    Verdict.RESTRICTED: ("forbidden link", "forbidden links"),
    Verdict.SUSPICIOUS: ("suspicious link", "suspicious links"),
    Verdict.UNKNOWN: ("unchecked link", "unchecked links"),
    Verdict.CLEAN: ("link", "links"),
}
#: What a subject line calls differently: its readers know the verdict's own word.
_MALICIOUS_FILE = ("malicious file", "malicious files")
_MALICIOUS_LINK = ("malicious link", "malicious links")

#: The label and the words where the engine named no finding. Only dangerous and clean are verdicts of a person.
_REASONS = {
    Verdict.MALICIOUS: ("Why", "your security team judged it dangerous"),
    Verdict.RESTRICTED: ("Why", "your company's rules do not allow it"),
    Verdict.SUSPICIOUS: ("What was found", "signs of danger, but no proof"),
    Verdict.UNKNOWN: ("Why it could not be checked", "it could not be read"),
    Verdict.CLEAN: ("What was found", "nothing"),
}


@dataclass(frozen=True, slots=True)
class FileNotice:
    """One file in a note or mail.

    title    what was found, in plain words without a full stop; empty: a person judged it
    where    path of containers that leads to the finding, as in ``Finding.where``
    outcome  ``redacted``, ``released``, ``kept`` (policy only tells) or ``kept: why it could not be done``
    link     address of its page in the console
    """

    name: str
    sha256: str
    size: int
    verdict: str
    title: str
    where: str = ""
    outcome: str = REDACTED
    link: str = ""

    @property
    def judged(self) -> Verdict:
        """The verdict as a member of its enumeration."""
        return Verdict(self.verdict)

    @property
    def done(self) -> bool:
        """Whether what was ordered happened."""
        return self.outcome in (REDACTED, RELEASED)

    @property
    def obstacle(self) -> str:
        """Why it could not be done; empty when it was, and when nothing was to be done."""
        return self.outcome.partition(":")[2].strip()


@dataclass(frozen=True, slots=True)
class LinkNotice:
    """One link in a note or mail: defanged, with what is wrong with it (empty: a person judged it) and its page.

    outcome  ``redacted``, ``kept`` (it is only told) or ``kept: why it could not be removed``
    place    ``subject`` or ``field 123``; empty: the comment
    shown    what readers see of it, by which an agent recognises it; empty when that is the address itself
    changed  when and why the verdict changed since it was judged first, as sentences; empty: this is the first one
    """

    defanged: str
    title: str
    link: str = ""
    verdict: str = Verdict.MALICIOUS.value
    outcome: str = KEPT
    place: str = ""
    changed: str = ""
    shown: str = ""

    @property
    def judged(self) -> Verdict:
        """The verdict as a member of its enumeration."""
        return Verdict(self.verdict)

    @property
    def done(self) -> bool:
        """Whether it was taken out of its comment."""
        return self.outcome == REDACTED

    @property
    def obstacle(self) -> str:
        """Why it could not be taken out; empty when it was, and when nothing was to be done."""
        return self.outcome.partition(":")[2].strip()

    @property
    def standing(self) -> str:
        """Where it stands, when that is no comment: ``the ticket's subject``."""
        if self.place == "subject":
            return "the ticket's subject"
        return f"the ticket's {self.place}" if self.place.startswith("field ") else ""


_Thing = TypeVar("_Thing", FileNotice, LinkNotice)


def headline(files: Sequence[FileNotice], links: Sequence[LinkNotice], place: str) -> tuple[str, ...]:
    """Return what happened in sentences, most pressing first. ``place`` is ``this ticket`` or ``ticket #17``."""
    removed: list[FileNotice | LinkNotice] = [file for file in files if file.done]
    cut, links = [link for link in links if link.done], [link for link in links if not link.done]
    dangerous = sum(file.judged is Verdict.MALICIOUS for file in files if not file.done)
    others = [file for file in files if not file.done and file.judged is not Verdict.MALICIOUS]
    stuck = [file for file in others if file.obstacle]
    told = [file for file in others if not file.obstacle]
    found = [file for file in told if file.judged is not Verdict.UNKNOWN]
    unchecked = len(told) - len(found)
    sentences = []
    if dangerous:
        verb = "is" if dangerous == 1 else "are"
        what = counted(dangerous, _FILES[Verdict.MALICIOUS])
        sentences.append(f"Warning: {what} {verb} still in {place}. Do not open {_them(dangerous)}.")
    if removed:
        sentences.append(f"Deskwarden removed {_listed(removed, _FILES)} from {place}.")
    if links:
        sentences.append(f"Deskwarden found {_listed(links, _LINKS)} in {place}. Do not open {_them(len(links))}.")
    if cut:
        sentences.append(f"Deskwarden removed {_listed(cut, _LINKS)} from {place}.")
    if stuck:
        sentences.append(f"Deskwarden could not remove {_listed(stuck, _FILES)} from {place}.")
    if found:
        sentences.append(f"Deskwarden found {_listed(found, _FILES)} in {place} and left {_them(len(found))} there.")
    if unchecked:
        what = counted(unchecked, _FILES[Verdict.CLEAN])
        sentences.append(f"Deskwarden could not check {what} in {place} and left {_them(unchecked)} there.")
    return tuple(sentences)


def release_headline(files: Sequence[FileNotice], place: str) -> tuple[str, ...]:
    """Return what became of the files that a person judged clean."""
    back, stuck = sum(file.done for file in files), sum(not file.done for file in files)
    sentences = []
    if stuck:
        sentences.append(f"Deskwarden could not give {counted(stuck, _FILES[Verdict.CLEAN])} back to {place}.")
    if back:
        verb = "was" if back == 1 else "were"
        what = counted(back, _FILES[Verdict.CLEAN])
        sentences.append(f"Deskwarden gave {what} back to {place}, because {_it(back)} {verb} judged clean.")
    return tuple(sentences)


def subject(files: Sequence[FileNotice], links: Sequence[LinkNotice], ticket_id: int) -> str:
    """Return the subject line of a mail: the most pressing thing alone, and nothing that a stranger wrote."""
    verdict = worst(file.judged for file in files)
    of_links = worst(link.judged for link in links)
    if links and (not files or of_links.rank > verdict.rank):
        words = _MALICIOUS_LINK if of_links is Verdict.MALICIOUS else _LINKS[of_links]
        worst_links = [link for link in links if link.judged is of_links]
        there = [link for link in worst_links if not link.done]
        deed = "in" if there else "removed from"
        return f"{_capital(counted(len(there or worst_links), words))} {deed} ticket #{ticket_id}"
    group = [file for file in files if file.judged is verdict]
    stuck, removed = [file for file in group if file.obstacle], [file for file in group if file.done]
    pressing = stuck or removed or group
    deed = "could not be removed from" if stuck else "removed from" if removed else "in"
    words = _MALICIOUS_FILE if verdict is Verdict.MALICIOUS else _FILES[verdict]
    return f"{_capital(counted(len(pressing), words))} {deed} ticket #{ticket_id}"


def release_subject(files: Sequence[FileNotice], ticket_id: int) -> str:
    """Return the subject line of the mail about files that were to come back."""
    stuck = [file for file in files if not file.done]
    deed = "could not be given back to" if stuck else "given back to"
    return f"{_capital(counted(len(stuck or files), _FILES[Verdict.CLEAN]))} {deed} ticket #{ticket_id}"


def reason(file: FileNotice) -> tuple[str, str]:
    """Return the label and the words that say why the file is in the note."""
    return _reason(file.judged, file.title)


def link_reason(link: LinkNotice) -> tuple[str, str]:
    """Return the label and the words that say why the link is in the note."""
    return _reason(link.judged, link.title)


def _reason(verdict: Verdict, title: str) -> tuple[str, str]:
    label, words = _REASONS[verdict]
    if not title:
        return label, words
    return ("What was found" if verdict is Verdict.MALICIOUS else label), title


def agent_advice(files: Sequence[FileNotice], links: Sequence[LinkNotice]) -> tuple[str, ...]:
    """Return what the agent does now."""
    still_there = [file for file in files if not file.done]
    advice = _about_what_must_go(still_there)
    if removed := sum(file.done and file.judged is Verdict.MALICIOUS for file in files):
        what = "the dangerous file" if removed == 1 else "the dangerous files"
        advice.append(f"Do not ask the customer to send {what} again by other means.")
    if forbidden := sum(file.judged is Verdict.RESTRICTED for file in files):
        what = "the file is" if forbidden == 1 else "the files are"
        advice.append(
            f"A forbidden type does not tell whether {what} dangerous. "
            f"If you need what is in {_them(forbidden)}, ask the customer for another format, such as PDF."
        )
    advice += _caution([file for file in still_there if not file.obstacle])
    advice += _about_links(links)
    details = any(file.link for file in files) or any(link.link for link in links)
    how = ": send them the link to the details" if details else ""
    advice.append(f"If you think this is a mistake, ask your security team to look again{how}.")
    return tuple(advice)


def _about_links(links: Sequence[LinkNotice]) -> list[str]:
    """What the agent does about links, those first that can still be opened."""
    advice = []
    if there := sum(not link.done for link in links):
        what = "the link" if there == 1 else "the links"
        advice.append(f"Do not open {what}, not even to try, and do not send {_them(there)} on.")
    if cut := len(links) - there:
        what = "the link" if cut == 1 else "the links"
        advice.append(f"Do not ask the customer to send {what} again.")
    if links:
        one = "it" if len(links) == 1 else "one of them"
        advice.append(f"If anybody opened {one} already, or typed a password there, tell your security team now.")
    return advice


def _about_what_must_go(files: Sequence[FileNotice]) -> list[str]:
    """What to do about files that are still in the ticket and should not be."""
    advice = []
    if dangerous := sum(file.judged is Verdict.MALICIOUS for file in files):
        what = "the dangerous file" if dangerous == 1 else "the dangerous files"
        advice.append(
            f"Do not open, forward or download {what} still in the ticket. "
            f"Ask your Zendesk administrator to delete {_them(dangerous)}, and tell your security team."
        )
    if stuck := sum(bool(file.obstacle) and file.judged is not Verdict.MALICIOUS for file in files):
        advice.append(
            f"Do not open what could not be removed: ask your Zendesk administrator to delete {_them(stuck)}."
        )
    return advice


def _caution(left: Sequence[FileNotice]) -> list[str]:
    """What to do with files that policy leaves in the ticket although nobody says that they are clean."""
    suspicious = sum(file.judged is Verdict.SUSPICIOUS for file in left)
    unchecked = sum(file.judged is Verdict.UNKNOWN for file in left)
    if not suspicious and not unchecked:
        return []
    state = "Suspicious or not checked" if suspicious and unchecked else "Suspicious" if suspicious else "Not checked"
    what = "the file" if suspicious + unchecked == 1 else "such a file"
    return [f"{state} does not mean clean: open {what} only if you expected it from this customer."]


def team_advice(files: Sequence[FileNotice], links: Sequence[LinkNotice], no_note: str) -> tuple[str, ...]:
    """Return what the readers of the mail do now. ``no_note`` is why the ticket bears no note; empty: it bears one."""
    advice = []
    if stuck := sum(bool(file.obstacle) for file in files):
        what = "the file" if stuck == 1 else "the files"
        advice.append(
            f"Remove by hand what could not be removed: a Zendesk administrator can redact {what} or delete the "
            f"ticket. Until then tell the agents not to open {_them(stuck)}."
        )
    if no_note:
        advice.append(f"The ticket bears no note about this, so tell its agent yourself. {no_note}")
    if any(file.done for file in files):
        back = "download it there" if no_note else "it goes back into the ticket by itself"
        advice.append(
            "What was removed lies encrypted in quarantine. If that was a mistake, open the details and judge the "
            f"file clean: {back}."
        )
    if any(not file.done and not file.obstacle for file in files):
        advice.append(
            "What was only reported still stands in the ticket, as your policy says: open the details and judge it."
        )
    there = [link for link in links if not link.done]
    if stuck_links := sum(bool(link.obstacle) for link in there):
        what = "the link" if stuck_links == 1 else "the links"
        advice.append(f"Remove {what} by hand: a Zendesk administrator can redact {_them(stuck_links)}.")
    if there:
        what, it = ("The link still stands", "it") if len(there) == 1 else ("The links still stand", "one of them")
        advice.append(f"{what} in the ticket. If {it} is harmless, open the details and judge it clean.")
    if cut := len(links) - len(there):
        what, it = (
            ("The link that was removed is", "it") if cut == 1 else ("Links that were removed are", "one of them")
        )
        advice.append(f"{what} gone from the ticket for good. If {it} was harmless, send the address to the agent.")
    return tuple(advice)


def release_advice() -> tuple[str, ...]:
    """Return what the agent does with a file that came back."""
    return (
        "You can open the file and work with it as usual.",
        "It is not removed again, unless your security team decides so.",
    )


def team_release_advice(files: Sequence[FileNotice]) -> tuple[str, ...]:
    """Return what the readers of the mail do about files that were to come back."""
    if all(file.done for file in files):
        return ("Nothing. If this was a mistake, open the details and judge the file malicious: it is removed again.",)
    return ("Open the details, download there what could not be given back, and send it to the agent who needs it.",)


def counted(count: int, words: tuple[str, str]) -> str:
    """Return ``1 file`` or ``2 files``."""
    return f"{count} {words[count != 1]}"


def size(count: int) -> str:
    """Return a number of bytes for people: ``1 byte``, ``68 bytes``, ``1.2 kB``, ``5.0 MB`` (decimal units)."""
    if count < 1000:
        return counted(count, ("byte", "bytes"))
    for unit, name in ((1e3, "kB"), (1e6, "MB"), (1e9, "GB")):
        if count < unit * 999.95 or name == "GB":
            return f"{count / unit:.1f} {name}"
    raise AssertionError("the last unit always fits")


def worst_first(things: Iterable[_Thing]) -> list[_Thing]:
    """Return files or links in order of urgency: what is dangerous and still there comes first."""
    return sorted(things, key=lambda thing: (-thing.judged.rank, thing.done))


def _listed(things: Sequence[FileNotice | LinkNotice], names: Mapping[Verdict, tuple[str, str]]) -> str:
    """Return ``2 dangerous files and 1 suspicious file``."""
    counts = {verdict: sum(thing.judged is verdict for thing in things) for verdict in names}
    parts = [counted(count, names[verdict]) for verdict, count in counts.items() if count]
    return " and ".join((", ".join(parts[:-1]), parts[-1])) if len(parts) > 1 else parts[0]


def _it(count: int) -> str:
    return "it" if count == 1 else "they"


def _them(count: int) -> str:
    return "it" if count == 1 else "them"


def _capital(text: str) -> str:
    """A single thing needs no number in a subject line."""
    text = text.removeprefix("1 ")
    return text[:1].upper() + text[1:]
