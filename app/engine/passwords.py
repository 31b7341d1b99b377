"""Which passwords are worth trying on something locked: those that came with it.

People write them in every way: ``Passwort: X``, ``X is the code``, ``解压密码是X``, the word in one line and the
password in the next. So what stands near a word for password is taken, the surest places first, then whatever looks
like one.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

from app.engine.node_name import stem_of

#: What people who exchange samples and documents use everywhere; after what the comment says.
COMMON = ("infected", "password", "1234", "12345", "123456", "123", "0000", "1111", "malware", "virus", "secret")

_FEW_COMMON = 4

#: Candidates kept from one text; more would not be tried anyway.
_MOST = 60
#: Characters of a text that are searched.
_TEXT = 100_000
#: Characters up to which a text may be nothing but a password.
_NOTE = 80
#: Characters around a word for password in which the password itself may stand.
_AFTER, _BEFORE = 160, 60
#: Occurrences of such words that are looked at.
_OCCURRENCES = 40
#: Words near by that are tried, behind and before.
_TOKENS_AFTER, _TOKENS_BEFORE = 8, 4

#: Words for password, by language. In European ones also those for code and key, which people use for the same.
_WORDS = {
    "en": r"pass[\s-]?(?:wor[dt]|code|phrase)s?|passwd|pass(?![a-z])|p/?w(?:d|s)?(?![a-z])|psw(?![a-z])|\bpin(?![a-z])"
    r"|(?:access |secret |security |unlock )?code\b|(?:archive|zip|unlock|decryption) key|unlock(?:ed|s)?\b|decrypt\b"
    r"|\bto open\b|\bprotected with\b",
    "de": r"pass?wort(?:es|s)?|kennwort(?:s)?|zugangscode|schl[üu]ssel\b|entsperr\w*|zum [öo]ffnen\b",
    "fr": r"mots? de passe|mdp\b|code d.acc[èe]s|code secret|\bcl[ée]\b|pour l?.?ouvrir\b",
    "es": r"contrase[nñ]as?|\bclave\b|c[óo]digo|para abrir\w*",
    "pt": r"\bsenha\b|palavra[- ]?(?:passe|chave)",
    "it": r"parola (?:d.ordine|chiave)|\bparola\b|codice|per aprir\w+",
    "nl": r"wachtwoord(?:en)?|toegangscode",
    "sv": r"l[öo]senord(?:et)?",
    "da": r"adgangskode[nr]?|kodeord(?:et)?|passord(?:et)?|\bkode[nr]?\b",
    "fi": r"salasana\w{0,3}",
    "pl": r"has[łl][oae]m?\b|\bkod\b",
    "cs": r"\bhesl[oa]m?\b",
    "hu": r"jelsz[óo]\w{0,3}",
    "ro": r"parol[aă]\b",
    "tr": r"[şs]ifre(?:si|niz|yi)?\b|parola(?:s[ıi])?\b",
    "ru": r"парол[ьяюеё]\w{0,2}|\bкод\b|\bключ\b",
    "uk": r"пароль\w{0,2}|пароля",
    "el": r"κωδικ[όο][ςσ]?",
    "ar": r"كلمة (?:المرور|السر)|الرقم السري|الباسورد",
    "he": r"סיסמ[הא]",
    "hi": r"पासवर्ड",
    "th": r"รหัสผ่าน",
    "vi": r"mật khẩu",
    "id": r"kata sandi|sandi\b",
    "zh": r"(?:解压|解壓|打开|提取)?(?:缩)?(?:密码|密碼|口令|提取码|解压码)",
    "ja": r"(?:解凍)?パスワード|パス\b|暗証番号|解凍キー",
    "ko": r"비밀\s?번호|암호|패스워드",
}
_WORD = re.compile("|".join(f"(?:{words})" for words in _WORDS.values()), re.I)

#: Words that join the word for password with the password.
_IS = re.compile(
    r"(?:\s*(?:[:=：＝>→]|-+>?|–|(?:is|are|ist|lautet|est|es|é|è|to|är|er|on|to|jest|je|to je|это|είναι|هي|هو|is the"
    r"|for (?:it|the \w+|this \w+) is)\b|は|是|为|為|是：|는|은|:))+\s*",
    re.I,
)
_COLON = re.compile(r"[^\n:=：＝→]{0,60}?(?:[:=：＝→]|-+>)\s{0,4}")
_OPEN, _CLOSE = "\"'`«»“”„‘’‚「」『』*_(<[{", "\"'`«»“”„‘’‚「」『』*_)>]}"
_QUOTED = re.compile(r"[\"'`«“”„‘‚「『*]([^\n\"'`»«“”‘’」』*]{1,64})[\"'`»«”“’‘」』*]")
_TOKEN = re.compile(r"\S{1,64}")
#: A run of what passwords are made of; it ends where Chinese or Japanese goes on without a blank.
_ASCII = re.compile(r"[!-~]{3,64}")
_TRAILING = ".,;:!?。，、；！？…)"
_ADDRESS = re.compile(r"://|www\.|@", re.I)


def candidates(comment: str, name: str) -> tuple[str, ...]:
    """Return passwords to try, the most likely first, without repeats.

    In order: what is marked as the password, what stands near a word for password, what looks like one anywhere, the
    file's own name, and a short common list. Each word is tried as written and without the punctuation around it.
    """
    found: dict[str, None] = {}
    for word in _words(comment[:_TEXT]):
        for form in _forms(word):
            found.setdefault(form)
        if len(found) >= _MOST:
            break
    return tuple(dict.fromkeys((*found, *from_name(name), *COMMON)))


def from_name(name: str) -> tuple[str, ...]:
    """Return what the name of a locked file offers: itself without its extensions."""
    return tuple(dict.fromkeys(word for word in (stem_of(name), stem_of(stem_of(name))) if word))


def learned(texts: Iterable[str]) -> tuple[str, ...]:
    """Return passwords to try that stand in texts beside what is locked: near a word for password, or in a text so
    short that it can be nothing else.
    """
    found: dict[str, None] = {}
    for text in texts:
        near = _near_words(text[:_TEXT])
        for word in (*near, *(text.split() if len(text) <= _NOTE else ())):
            for form in _forms(word):
                found.setdefault(form)
            if len(found) >= _MOST:
                return tuple(found)
    return tuple(found)


def fewer(found: tuple[str, ...]) -> tuple[str, ...]:
    """Return the candidates for locks that cost a tenth of a second each: with only the most common common ones."""
    own = len(found)
    while own and found[own - 1] in COMMON:
        own -= 1
    return found[: own + _FEW_COMMON]


def may_hold_password(text: str) -> bool:
    """Whether something in the text is worth trying on a file that came before it."""
    return next(_words(text[:_TEXT]), None) is not None


def _words(text: str) -> Iterator[str]:
    """Yield what may be a password, the surest place first."""
    yield from _near_words(text)
    yield from (match.group(1) for match in _QUOTED.finditer(text) if len(match.group(1)) >= 3)
    for word in text.split():
        if _looks_like_one(word) and not _ADDRESS.search(word):
            yield word


def _near_words(text: str) -> Iterator[str]:
    """Yield what stands near a word for password, the surest place first."""
    places = [match.span() for match, _ in zip(_WORD.finditer(text), range(_OCCURRENCES), strict=False)]
    for _, end in places:
        yield from _marked(text[end : end + _AFTER])
    for start, end in places:
        yield from _near(text[max(0, start - _BEFORE) : start], text[end : end + _AFTER])


def _marked(after: str) -> Iterator[str]:
    """Yield what stands behind a colon or a joining word, and what is quoted."""
    colon = _COLON.match(after)
    joined = _IS.match(after)
    ends = [match.end() for match in (joined, colon) if match]
    for end in dict.fromkeys(ends):
        if token := _TOKEN.match(after, end):
            yield token.group()
    if quoted := _QUOTED.search(after):
        yield quoted.group(1)
    for end in dict.fromkeys(ends):
        line = after[end:].partition("\n")[0].strip()
        if " " in line and len(line) <= 64:
            yield line  # a passphrase of several words


def _near(before: str, after: str) -> Iterator[str]:
    """Yield the words on both sides, those that look like passwords first."""
    behind = _TOKEN.findall(after)[:_TOKENS_AFTER]
    ahead = _TOKEN.findall(before)[::-1][:_TOKENS_BEFORE]
    near = [word for word in (*behind, *ahead) if len(word) > 2]
    yield from sorted(near, key=lambda word: not _looks_like_one(word))


def _looks_like_one(word: str) -> bool:
    """Whether a word mixes what words do not mix: letters with digits or signs, or cases inside."""
    if len(word) > 64:
        return False
    bare = word.strip(_OPEN + _CLOSE + _TRAILING)
    if not 4 <= len(bare) <= 40:
        return False
    digit = any(character.isdigit() for character in bare)
    letter = any(character.isalpha() for character in bare)
    sign = any(character in "!@#$%^&*+=~?_" for character in bare)
    inner_case = any(a.islower() and b.isupper() for a, b in itertools.pairwise(bare))
    return (digit and letter) or (sign and (digit or letter)) or inner_case


def _forms(word: str) -> tuple[str, ...]:
    """Return a word without the punctuation around it, as written, and its parts in scripts without blanks."""
    bare = word.strip(_OPEN + _CLOSE)
    forms = [bare.rstrip(_TRAILING), bare, bare[:-1] if bare[-1:] in _TRAILING else bare, word, word.rstrip(_TRAILING)]
    if not word.isascii():
        forms += [run.rstrip(_TRAILING) for run in _ASCII.findall(word)]
    return tuple(dict.fromkeys(form for form in forms if form))
