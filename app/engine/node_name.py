"""Names of files as their readers see them."""

from __future__ import annotations


def extension_of(name: str) -> str:
    """Return the extension of a file name in lower case without the dot, as a desktop would see it.

    Folders are dropped, so are trailing dots and blanks, as Windows does; empty when there is no extension.
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1].rstrip(". \t\0")
    stem, dot, extension = last.rpartition(".")
    return extension.lower() if dot and stem and len(extension) <= 32 else ""


def stem_of(name: str) -> str:
    """Return the last part of a name without its last extension."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    stem, dot, _ = last.rpartition(".")
    return stem if dot and stem else last
