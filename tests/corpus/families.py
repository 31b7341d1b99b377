"""Imports every family, so that its techniques are on the list."""

from __future__ import annotations

from tests.corpus import (
    archives,
    desktop,
    disks,
    locked,
    macros,
    office,
    pages,
    pdfs,
    pictures,
    polyglots,
    programs,
    rich_text,
    scripts,
    unread,
    workbooks,
)

FAMILIES = (
    archives,
    disks,
    polyglots,
    locked,
    macros,
    office,
    rich_text,
    workbooks,
    pdfs,
    pages,
    scripts,
    desktop,
    programs,
    pictures,
    unread,
)
