"""The languages in which people can get their mails."""

from __future__ import annotations

#: By language tag (BCP 47), each named as its speakers name it.
LANGUAGES = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "pt": "Português",
    "ja": "日本語",
}

DEFAULT = "en"
