"""The languages of notes and mails: one catalogue each."""

from __future__ import annotations

from app.findings.languages.de import GERMAN
from app.findings.languages.en import ENGLISH
from app.findings.languages.es import SPANISH
from app.findings.languages.fr import FRENCH
from app.findings.languages.ja import JAPANESE
from app.findings.languages.model import Catalogue
from app.findings.languages.pt import PORTUGUESE
from app.findings.mail_rules import Language

__all__ = ["CATALOGUES", "Catalogue", "Language", "catalogue"]

CATALOGUES: dict[Language, Catalogue] = {
    Language.ENGLISH: ENGLISH,
    Language.GERMAN: GERMAN,
    Language.FRENCH: FRENCH,
    Language.SPANISH: SPANISH,
    Language.PORTUGUESE: PORTUGUESE,
    Language.JAPANESE: JAPANESE,
}


def catalogue(language: Language) -> Catalogue:
    """Return everything that letters say in a language."""
    return CATALOGUES[language]
