"""The sentences of notes and mails: who reads them is no security person and has thirty seconds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.engine.model import Verdict

REDACTED = "redacted"
RELEASED = "released"
KEPT = "kept"

#: One and several files of a verdict, worst first; the order is that of every sentence and list.
_FILES = {
    Verdict.MALICIOUS: ("dangerous file", "dangerous files"),
    Verdict.RESTRICTED: ("file of a type that is not allowed", "files of types that are not allowed"),
    Verdict.SUSPICIOUS: ("suspicious file", "suspicious files"),
    Verdict.UNKNOWN: ("file that could not be checked", "files that could not be checked"),
    Verdict.CLEAN: ("file", "files"),
}
_SUBJECT_FILES = {
    Verdict.MALICIOUS: ("malicious file", "malicious files"),
    Verdict.RESTRICTED: ("file of a forbidden type", "files of forbidden types"),
    Verdict.SUSPICIOUS: ("suspicious file", "suspicious files"),
    Verdict.UNKNOWN: ("unchecked file", "unchecked files"),
    Verdict.CLEAN: ("file", "files"),
}
_LINKS = ("dangerous link", "dangerous links")
_SUBJECT_LINKS = ("malicious link", "malicious links")
JUDGED = "judged dangerous by your security team"


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
    """One dangerous link in a note or mail: defanged, what is wrong with it, and its page in the console."""

    defanged: str
    title: str
    link: str = ""


def headline(files: Sequence[FileNotice], links: Sequence[LinkNotice], place: str) -> tuple[str, ...]:
    """Return what happened in sentences, most pressing first. ``place`` is ``this ticket`` or ``ticket #17``."""
    removed = [file for file in files if file.done]
    dangerous = sum(file.judged is Verdict.MALICIOUS for file in files if not file.done)
    others = [file for file in files if not file.done and file.judged is not Verdict.MALICIOUS]
    stuck = [file for file in others if file.obstacle]
    told = [file for file in others if not file.obstacle]
    sentences = []
    if dangerous:
        verb = "is" if dangerous == 1 else "are"
        what = counted(dangerous, _FILES[Verdict.MALICIOUS])
        sentences.append(f"Warning: {what} {verb} still in {place}. Do not open {_them(dangerous)}.")
    if removed:
        sentences.append(f"Deskwarden removed {_listed(removed)} from {place}.")
    if links:
        what = counted(len(links), _LINKS)
        sentences.append(f"Deskwarden found {what} in {place}. Do not open {_them(len(links))}.")
    if stuck:
        sentences.append(f"Deskwarden could not remove {_listed(stuck)} from {place}.")
    if told:
        sentences.append(f"Deskwarden found {_listed(told)} in {place}.")
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
    worst = max((file.judged for file in files), key=lambda verdict: verdict.rank, default=Verdict.CLEAN)
    if links and worst is not Verdict.MALICIOUS:
        return f"{_capital(counted(len(links), _SUBJECT_LINKS))} in ticket #{ticket_id}"
    group = [file for file in files if file.judged is worst]
    stuck, removed = [file for file in group if file.obstacle], [file for file in group if file.done]
    pressing = stuck or removed or group
    deed = "could not be removed from" if stuck else "removed from" if removed else "in"
    return f"{_capital(counted(len(pressing), _SUBJECT_FILES[worst]))} {deed} ticket #{ticket_id}"


def release_subject(files: Sequence[FileNotice], ticket_id: int) -> str:
    """Return the subject line of the mail about files that were to come back."""
    stuck = [file for file in files if not file.done]
    deed = "could not be given back to" if stuck else "given back to"
    return f"{_capital(counted(len(stuck or files), _FILES[Verdict.CLEAN]))} {deed} ticket #{ticket_id}"


def reason(file: FileNotice) -> tuple[str, str]:
    """Return the label and the words that say why the file is in the note."""
    if file.judged is Verdict.RESTRICTED:
        return "Why", file.title or "your company's rules do not allow files of this type"
    if file.judged is Verdict.UNKNOWN:
        return "Why it could not be checked", file.title or "it could not be read"
    return "What was found", file.title or JUDGED


def agent_advice(files: Sequence[FileNotice], links: Sequence[LinkNotice]) -> tuple[str, ...]:
    """Return what the agent does now."""
    advice = []
    if any(not file.done and file.judged is Verdict.MALICIOUS for file in files):
        advice.append(
            "Do not open, forward or download what is still in the ticket. "
            "Ask your Zendesk administrator to delete it; your security team was told by mail."
        )
    if any(file.done and file.judged is Verdict.MALICIOUS for file in files):
        advice.append("Do not ask the customer to send a dangerous file again by another way.")
    if any(file.judged is Verdict.RESTRICTED for file in files):
        advice.append(
            "A type that is not allowed need not be dangerous; nobody says that this file is. "
            "If you need it, ask the customer for another format, such as PDF."
        )
    if any(file.judged in (Verdict.SUSPICIOUS, Verdict.UNKNOWN) for file in files):
        advice.append(
            "Suspicious or not checked does not mean clean: open it only if you expected it from this customer."
        )
    if links:
        advice.append("Do not open the link or send it on, also not to try it.")
    if any(file.link for file in files) or any(link.link for link in links):
        advice.append("If you think this is a mistake, open the details and ask for a look.")
    return tuple(advice)


def team_advice(files: Sequence[FileNotice], links: Sequence[LinkNotice], no_note: str) -> tuple[str, ...]:
    """Return what the readers of the mail do now. ``no_note`` is why the ticket bears no note; empty: it bears one."""
    advice = []
    if any(file.obstacle for file in files):
        advice.append(
            "Remove by hand what could not be removed: a Zendesk administrator can redact the file or delete the "
            "ticket. Until then tell the agents not to open it."
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
    if links:
        advice.append("The link still stands in the ticket. If it is harmless, open the details and judge it clean.")
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
    return ("Open the details, download the file there, and send it to the agent who needs it.",)


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


def worst_first(files: Iterable[FileNotice]) -> list[FileNotice]:
    """Return the files in order of urgency: what is dangerous and still there comes first."""
    return sorted(files, key=lambda file: (-file.judged.rank, file.done))


def _listed(files: Sequence[FileNotice]) -> str:
    """Return ``2 dangerous files and 1 suspicious file``."""
    counts = {verdict: sum(file.judged is verdict for file in files) for verdict in _FILES}
    parts = [counted(count, _FILES[verdict]) for verdict, count in counts.items() if count]
    return " and ".join((", ".join(parts[:-1]), parts[-1])) if len(parts) > 1 else parts[0]


def _it(count: int) -> str:
    return "it" if count == 1 else "they"


def _them(count: int) -> str:
    return "it" if count == 1 else "them"


def _capital(text: str) -> str:
    """A single thing needs no number in a subject line."""
    text = text.removeprefix("1 ")
    return text[:1].upper() + text[1:]
