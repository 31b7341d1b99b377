"""Which analyzer looks into which family of files. A new one is one file and one row here."""

from __future__ import annotations

from app.engine.analyzers import (
    archive_7z,
    archive_tar,
    archive_zip,
    compressed,
    html,
    mail,
    office,
    pdf,
    text,
    unsupported,
)
from app.engine.node import Analyzer

#: Family (see ``identify``) -> analyzers, run one after the other; one that fails does not stop the next.
ANALYZERS: dict[str, tuple[Analyzer, ...]] = {
    "zip": (archive_zip.analyze,),
    "ooxml": (archive_zip.analyze,),
    "7z": (archive_7z.analyze,),
    "tar": (archive_tar.analyze,),
    "gzip": (compressed.analyze,),
    "bzip2": (compressed.analyze,),
    "xz": (compressed.analyze,),
    "zstd": (compressed.analyze,),
    "ole": (office.analyze,),
    "mail": (mail.analyze,),
    "html": (html.analyze,),
    "xml": (html.analyze_xml,),
    "text": (text.analyze,),
    "script": (text.analyze,),
    "rtf": (text.analyze,),
    "pdf": (pdf.analyze,),
    "rar": (unsupported.analyze,),
    "packed": (unsupported.analyze,),
    "cab": (unsupported.analyze,),
    "ar": (unsupported.analyze,),
    "cpio": (unsupported.analyze,),
    "chm": (unsupported.analyze,),
    "msi": (unsupported.analyze,),
    "onenote": (unsupported.analyze,),
    "tnef": (unsupported.analyze,),
    "mailbox": (unsupported.analyze,),
    "disk_image": (unsupported.analyze,),
}
