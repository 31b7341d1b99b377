"""What a password must be: long, and not one of those that are tried first. No rule asks for digits or signs.

After NIST SP 800-63B (Digital Identity Guidelines, memorized secrets): length is what counts, composition rules make
passwords worse, everything Unicode has may stand in one, and what is commonly used or made of the context (the
service's or one's own name) is refused with a reason.
"""

from __future__ import annotations

import unicodedata

LEAST_CHARACTERS = 12
#: Far above what anybody types; it bounds the work that a stranger can ask of us.
MOST_CHARACTERS = 1000

#: Fewer different characters than this are a pattern, whatever the length.
_LEAST_DIFFERENT = 5

#: What the passwords that are tried first are made of, in small letters and without the signs put around them.
_COMMON = frozenset(
    """
    password passwort passwords pass passw motdepasse contrasena contraseña senha parola wachtwoord haslo salasana
    welcome willkommen bienvenue bienvenido bemvindo letmein letmeinnow login admin administrator administrador root
    superuser master qwerty qwertyuiop qwertyuiopas qwertzuiop azertyuiop asdfghjkl asdfghjklqw zxcvbnm qazwsx qazwsxedc
    qwertyqwerty qweasdzxc iloveyou iloveyouforever trustno changeme changemenow default secret topsecret temporary
    test testing tester testtest abcdef abcdefghijkl company security zendesk deskwarden helpdesk support service
    monkey dragon sunshine princess football baseball basketball superman batman starwars pokemon whatever freedom
    shadow michael jordan charlie summer winter spring autumn fall sommer herbst frühling january february march april
    june july august september october november december monday tuesday wednesday thursday friday saturday sunday
    correcthorsebatterystaple hello hallo bonjour computer internet google facebook microsoft windows
    """.split()
)

#: Letters that are written as signs.
_UNSIGNED = str.maketrans({"@": "a", "4": "a", "3": "e", "1": "i", "!": "i", "0": "o", "$": "s", "5": "s", "7": "t"})

_RUNS = ("abcdefghijklmnopqrstuvwxyz", "0123456789", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm")


def normal(password: str) -> str:
    """Return a password in the one form in which it is kept and compared, whatever keyboard wrote it (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def objection(password: str, *, login: str = "", name: str = "") -> str | None:
    """Return in plain words why a password will not do, or None when it will."""
    password = normal(password)
    if len(password) < LEAST_CHARACTERS:
        return f"Take at least {LEAST_CHARACTERS} characters. A short sentence is easy to remember."
    if len(password) > MOST_CHARACTERS:
        return f"Take at most {MOST_CHARACTERS:,} characters."
    small = password.casefold()
    if len(set(small)) < _LEAST_DIFFERENT or _repeats(small) or _is_run(small):
        return "This is a pattern that is tried first. Take a few words that do not belong together."
    own = _words(login.casefold().replace("@", " ")) | _words(name.casefold())
    # Once as written and once with @ between words, as it stands in a mail address.
    for words in (_words(small), _words(small.replace("@", " "))):
        if words & own and words <= own | _COMMON:
            return "This is made of your own name. Take a few words that do not belong together."
    if _is_common(small):
        return "This is one of the passwords that are tried first. Take a few words that do not belong together."
    return None


def _repeats(text: str) -> bool:
    """Whether the whole is one short piece again and again."""
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, len(text) // 2 + 1))


def _is_run(text: str) -> bool:
    """Whether the whole runs along the alphabet, the digits or a keyboard, there or back."""
    return any(text in way * 3 or text in way[::-1] * 3 for way in _RUNS)


def _is_common(text: str) -> bool:
    """Whether all words of it are among those that are tried first."""
    words = _words(text)
    return bool(words) and words <= _COMMON


def _stem(text: str) -> str:
    """Return what is left without the digits and signs around it: the word that the rest only decorates."""
    start, end = 0, len(text)
    while start < end and not text[start].isalpha():
        start += 1
    while end > start and not text[end - 1].isalpha():
        end -= 1
    return text[start:end]


def _words(text: str) -> set[str]:
    """Return the letters of a password in words, signs read as the letters they stand for."""
    plain = _stem(text).translate(_UNSIGNED)
    return set("".join(each if each.isalpha() else " " for each in plain).split())
