"""Programs and packages of programs: which reader says what about them, and which opens what they carry.

That a file is a program is decided by its type alone (``type.program``, restricted by default). What stands here are
facts for the reader of the note, and the few signs that ordinary programs never show.

Packages count as programs when opening them on a desktop or a telephone installs or starts what is inside: Windows
Installer, MSIX, APK, Java archives with classes, installers and images of macOS, add-ons of browsers and editors.
Packages of Linux (deb, rpm, snap) are opened by an administrator's tool and judged by what they hold.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.analyzers.archive import xar as archive_xar, zip as archive_zip
from app.engine.analyzers.disk import dmg as disk_dmg
from app.engine.analyzers.office import ole_storage
from app.engine.analyzers.program import (
    android,
    elf as program_elf,
    java,
    macho as program_macho,
    windows as program_windows,
)
from app.engine.node import Analyzer, Item, Node, Tools

#: Media type -> readers, run one after the other; the one that unpacks comes last because it may fail.
_READERS: dict[str, tuple[Analyzer, ...]] = {
    "application/x-dosexec": (program_windows.analyze,),
    "application/x-elf": (program_elf.analyze,),
    "application/x-mach-binary": (program_macho.analyze,),
    "application/java-vm": (java.analyze_class,),
    "application/java-archive": (java.analyze, archive_zip.analyze),
    "application/vnd.android.package-archive": (android.analyze, archive_zip.analyze),
    "application/msix": (archive_zip.analyze,),
    "application/vsix": (archive_zip.analyze,),
    "application/x-xpinstall": (archive_zip.analyze,),
    "application/x-ios-app": (archive_zip.analyze,),
    "application/x-msi": (ole_storage.analyze_installer,),
    "application/vnd.apple.installer+xml": (archive_xar.analyze,),
    "application/x-apple-diskimage": (disk_dmg.analyze,),
}


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield facts about a program of any system, and what a package of programs holds."""
    for reader in _READERS.get(node.kind.mime, ()):
        yield from reader(node, tools)
