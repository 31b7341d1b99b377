"""Which passwords are worth trying on something locked: those that came with it."""

from __future__ import annotations

import re

from app.engine.node_name import stem_of

#: What people who exchange samples and documents use everywhere; after what the comment says.
COMMON = ("infected", "password", "1234", "12345", "123456", "123", "0000", "1111", "malware", "virus", "secret")
#: Candidates kept from one comment; more would not be tried anyway.
_MOST = 40
#: Characters of a comment that are searched.
_COMMENT = 20_000

_WORD = (
    r"pass[\s-]?(?:wor[dt]|code|phrase)s?|passwd|pass(?![a-z])|pwd?(?![a-z])|psw(?![a-z])|\bpin(?![a-z])|"
    r"kennwort|wachtwoord|mot de passe|mdp|"
    r"contrase[nñ]a|clave|senha|palavra-passe|parola(?: d'ordine)?|has[lł]o|heslo|парол[ьяею]|şifre|parola|"
    r"lösenord|adgangskode|salasana|jelszó|密码|密碼|パスワード|비밀번호|암호"
)
_IS = r"is|ist|lautet|est|es|é|è|to|är|er|это|for\s+(?:it|the\s+\w+)\s+is"
_JOIN = rf"(?:\s*(?:[:=：]|\b(?:{_IS})\b|は|是|为|為|->)){{0,2}}\s*"
_OPEN, _CLOSE = "\"'`«»“”„‘’‚「」『』*(<[", "\"'`«»“”„‘’‚「」『』*)>]"
_AFTER_WORD = re.compile(rf"(?:{_WORD}){_JOIN}[{re.escape(_OPEN)}]*([^\s]{{1,64}})", re.I)
_QUOTED = re.compile(r"[\"'`«“„‘‚「『]([^\s\"'`»“”‘’」』]{3,64})[\"'`»”“’‘」』]")


def candidates(comment: str, name: str) -> tuple[str, ...]:
    """Return passwords to try, the most likely first, without repeats.

    In order: words that stand behind ``password:`` in several languages, quoted words, the file's own name, and a
    short common list. Each word is tried as written and without the punctuation around it.
    """
    comment = comment[:_COMMENT]
    words: dict[str, None] = {}
    for pattern in (_AFTER_WORD, _QUOTED):
        for match in pattern.finditer(comment):
            for word in _forms(match.group(1)):
                words.setdefault(word)
            if len(words) >= _MOST:
                break
    named = dict.fromkeys((stem_of(name), stem_of(stem_of(name))))
    return tuple(word for word in {**words, **named, **dict.fromkeys(COMMON)} if word)


def _forms(word: str) -> tuple[str, ...]:
    bare = word.strip(_OPEN + _CLOSE)
    return bare.rstrip(".,;:!?。，"), bare, word
