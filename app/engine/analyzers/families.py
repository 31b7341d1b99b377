"""Which analyzer looks into which family of files. A new one is one file and one row here."""

from __future__ import annotations

from app.engine.analyzers import (
    appended,
    text,
    text_codes,
    unsupported,
)
from app.engine.analyzers.archive import (
    ar as archive_ar,
    arj as archive_arj,
    cab as archive_cab,
    chm,
    compressed,
    cpio as archive_cpio,
    lha as archive_lha,
    rar as archive_rar,
    sevenzip as archive_7z,
    tar as archive_tar,
    xar as archive_xar,
    zip as archive_zip,
)
from app.engine.analyzers.disk import image as disk_image
from app.engine.analyzers.html import html
from app.engine.analyzers.image import image
from app.engine.analyzers.mail import (
    mail,
    mhtml,
    smime,
    tnef,
    uuencoded,
    vcard,
)
from app.engine.analyzers.office import (
    office,
    ole_storage,
    onenote,
    ooxml,
    opendocument,
    rtf,
)
from app.engine.analyzers.pdf import pages as pdf_pages, pdf
from app.engine.analyzers.program import (
    java,
    launcher as program_launcher,
    program,
)
from app.engine.analyzers.script import build_project, script
from app.engine.analyzers.shortcut import (
    plist as shortcut_plist,
    shortcut,
    table as shortcut_table,
    text as shortcut_text,
    xml as shortcut_xml,
)
from app.engine.node import Analyzer

#: Family (see ``identify``) -> analyzers, run one after the other; one that fails does not stop the next.
ANALYZERS: dict[str, tuple[Analyzer, ...]] = {
    "zip": (archive_zip.analyze, opendocument.analyze, program_launcher.analyze_zip),
    "ooxml": (archive_zip.analyze, ooxml.analyze),
    "7z": (archive_7z.analyze,),
    "tar": (archive_tar.analyze,),
    "gzip": (compressed.analyze,),
    "bzip2": (compressed.analyze,),
    "xz": (compressed.analyze,),
    "zstd": (compressed.analyze,),
    "lz4": (compressed.analyze,),
    "lzip": (compressed.analyze,),
    "lzw": (compressed.analyze,),
    "ole": (office.analyze, ole_storage.analyze),
    "mail": (mail.analyze,),
    "activemime": (mhtml.analyze_packed,),
    "html": (html.analyze, script.analyze_page, text_codes.analyze_page, appended.analyze),
    "xml": (
        html.analyze_xml,
        ooxml.analyze_part,
        opendocument.analyze_flat,
        shortcut_xml.analyze,
        build_project.analyze,
    ),
    "text": (
        text.analyze,
        text_codes.analyze,
        mhtml.analyze_text,
        shortcut_text.analyze,
        shortcut_table.analyze,
        vcard.analyze,
        smime.analyze_text,
        uuencoded.analyze,
        build_project.analyze,
        appended.analyze,
    ),
    "script": (text.analyze, script.analyze, appended.analyze),
    "rtf": (text.analyze, rtf.analyze, appended.analyze),
    "pdf": (pdf.analyze, pdf_pages.analyze, mhtml.analyze_behind, appended.analyze),
    "rar": (archive_rar.analyze,),
    "lha": (archive_lha.analyze,),
    "arj": (archive_arj.analyze,),
    "xar": (archive_xar.analyze,),
    "packed": (unsupported.analyze,),
    "cab": (archive_cab.analyze,),
    "ar": (archive_ar.analyze,),
    "cpio": (archive_cpio.analyze,),
    "rpm": (archive_cpio.payload,),
    "chm": (chm.analyze,),
    "onenote": (onenote.analyze,),
    "tnef": (tnef.analyze,),
    "mailbox": (unsupported.analyze,),
    "disk_image": (disk_image.analyze, program_launcher.analyze_disk, appended.analyze),
    "program": (program.analyze, appended.analyze_program),
    "bytecode": (java.analyze_class,),
    "image": (image.analyze, appended.analyze_image, appended.analyze_page),
    "media": (appended.analyze,),
    "shortcut": (shortcut.analyze, appended.analyze),
    "plist": (shortcut_plist.analyze,),
    "data": (smime.analyze,),
    "binary": (appended.analyze,),
}
