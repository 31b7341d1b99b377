from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.commands import link_options
from app.commands.links import links_of_paths
from app.config import PROJECT
from app.engine.links.entries import Sorter, fingerprint
from app.engine.links.imitated import Brand
from app.engine.links.index import Label, Source, tag, write_index
from app.engine.links.judge import LinkContext
from app.engine.links.reputation import NOTHING_KNOWN, Hit, KnownHits, Reputation
from app.errors import Misconfigured

SALT = bytes(range(16))
BAD = "https://bad.example.com/login"
LISTED = KnownHits({"bad.example.com/login": [Hit("a feed", "phishing", 100, "bad.example.com/login")]})


def judge(
    *paths: Path | str,
    as_json: bool = True,
    html: bool = False,
    reputation: Reputation = NOTHING_KNOWN,
    typed: bytes = b"",
    context: LinkContext | None = None,
) -> tuple[int, str, str]:
    out, log = io.StringIO(), io.StringIO()
    status = links_of_paths(
        [Path(path) for path in paths],
        html=html,
        as_json=as_json,
        out=out,
        log=log,
        standard_input=io.BytesIO(typed),
        reputation=reputation,
        context=context,
    )
    return status, out.getvalue(), log.getvalue()


def text(folder: Path, content: str | bytes, name: str = "comment.txt") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def objects(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_a_text_is_one_object_with_exactly_what_the_contract_says(tmp_path: Path) -> None:
    path = text(tmp_path, "see hxxps://shop[.]example[.]com/a now")
    status, out, log = judge(path)
    assert objects(out) == [
        {
            "path": str(path),
            "urls": [
                {
                    "raw": "hxxps://shop[.]example[.]com/a",
                    "url": "https://shop.example.com/a",
                    "verdict": "clean",
                    "reasons": [],
                }
            ],
        }
    ]
    assert (status, log) == (0, "")


def test_a_listed_link_is_malicious_with_its_reason_and_status_one(tmp_path: Path) -> None:
    status, out, _ = judge(text(tmp_path, f"log in at {BAD} today"), reputation=LISTED)
    [link] = objects(out)[0]["urls"]
    assert (status, link["verdict"]) == (1, "malicious")
    assert link["reasons"]


def test_a_text_without_a_link_is_clean(tmp_path: Path) -> None:
    assert judge(text(tmp_path, "Thank you, it works now."))[:2] == (
        0, json.dumps({"path": str(tmp_path / "comment.txt"), "urls": []}) + "\n",
    )  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe\x00", b"\xff" * 100, "ünï".encode("utf-16")])
def test_any_bytes_are_read(tmp_path: Path, content: bytes) -> None:
    assert judge(text(tmp_path, content))[0] == 0


def test_a_dash_is_standard_input() -> None:
    status, out, _ = judge("-", typed=b"see https://shop.example.com/")
    assert (status, objects(out)[0]["path"]) == (0, "-")
    assert objects(out)[0]["urls"][0]["url"] == "https://shop.example.com/"


def test_folders_are_walked_in_order(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    paths = [text(tmp_path, "", "a"), text(tmp_path / "b", "", "a"), text(tmp_path, "", "c")]
    assert [each["path"] for each in objects(judge(tmp_path)[1])] == [str(path) for path in paths]


def test_markup_is_read_as_markup_where_that_is_said(tmp_path: Path) -> None:
    path = text(tmp_path, '<a href="//shop.example.com/x&amp;y">shop</a>')
    assert objects(judge(path, html=True)[1])[0]["urls"][0]["url"] == "https://shop.example.com/x&y"


def test_what_cannot_be_read_is_told_and_status_two_and_the_rest_is_judged(tmp_path: Path) -> None:
    good = text(tmp_path, BAD)
    status, out, log = judge(tmp_path / "missing", good, reputation=LISTED)
    assert (status, len(objects(out))) == (2, 1)
    assert "missing: there is no such file or folder" in log


def test_a_text_beyond_the_cap_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.commands.links.LARGEST_TEXT", 10)
    assert judge(text(tmp_path, "x" * 11))[0] == 2


def test_people_read_no_link_that_can_be_clicked(tmp_path: Path) -> None:
    path = text(tmp_path, f"https://fine.example.com/ {BAD}")
    status, out, _ = judge(path, as_json=False, reputation=LISTED)
    lines = out.splitlines()
    assert lines[0] == str(path)
    assert lines[1] == "  malicious   hxxps://bad[.]example[.]com/login"
    assert lines[-1] == "1 text, 2 links: 1 clean, 1 malicious"
    assert "https://" not in out and status == 1


def test_names_and_links_hold_no_control_characters_for_the_terminal(tmp_path: Path) -> None:
    path = text(tmp_path, "https://shop.example.com/\x1b[31m \u202ehttps://b.example.com/x", "a\x1b[2Jb.txt")
    assert "\x1b" not in judge(path, as_json=False)[1]


def test_names_that_are_no_utf8_survive(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt"))
    path.write_text("x")
    assert objects(judge(path)[1])[0]["path"] == str(path)


def test_ten_thousand_links_in_one_text_are_all_there(tmp_path: Path) -> None:
    path = text(tmp_path, " ".join(f"https://h{number}.example.com/" for number in range(10_000)))
    assert len(objects(judge(path)[1])[0]["urls"]) == 10_000


def test_links_beyond_the_limit_are_never_taken_for_clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.commands.links.MOST_LINKS", 3)
    path = text(tmp_path, " ".join(f"https://h{number}.example.com/" for number in range(4)))
    status, out, log = judge(path)
    assert (status, len(objects(out)[0]["urls"])) == (2, 3)
    assert "more than 3 links" in log


def test_brands_and_own_domains_are_read() -> None:
    assert link_options.brand("Acme = acme.example, ACME.test.") == Brand("Acme", ("acme.example", "acme.test"))
    assert link_options.domain("Bücher.Example.") == "xn--bcher-kva.example"


@pytest.mark.parametrize(
    "given", ["--brand=Acme", "--brand==a.example", "--own-domain=acme", "--own-domain=http://a.b"]
)
def test_an_option_that_does_not_fit_is_refused(
    tmp_path: Path, given: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKWARDEN_HOME", str(tmp_path))
    with pytest.raises(SystemExit) as ended:
        main(["links", given, str(text(tmp_path, "x"))])
    assert ended.value.code == 2
    assert "like" in capsys.readouterr().err


def test_an_index_that_is_none_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured):
        link_options.local_reputation(tmp_path, text(tmp_path, "no index"))
    with pytest.raises(Misconfigured):
        link_options.local_reputation(tmp_path, tmp_path / "missing")


def an_index(path: Path, *expressions: str) -> Path:
    sorter = Sorter()
    for expression in expressions:
        sorter.add(fingerprint(SALT, expression), tag(0, 0))
    path.parent.mkdir(parents=True, exist_ok=True)
    labels = [Label("a feed", "phishing", 100)]
    write_index(path, [Source(labels, sorter.blocks(), sorter.count)], salt=SALT)
    return path


@pytest.mark.parametrize("named", [True, False])
def test_the_index_of_the_data_folder_or_the_one_that_is_named_is_looked_up(tmp_path: Path, named: bool) -> None:
    index = an_index(tmp_path / ("mine" if named else "feeds/index"), "bad.example.com/login")
    reputation = link_options.local_reputation(tmp_path, index if named else None)
    status, out, _ = judge(text(tmp_path, BAD), reputation=reputation)
    assert (status, objects(out)[0]["urls"][0]["verdict"]) == (1, "malicious")


def test_without_an_index_nothing_is_known(tmp_path: Path) -> None:
    assert link_options.local_reputation(tmp_path, None).lookup(["bad.example.com/login"]) == []


def test_the_command_needs_no_server_no_database_and_no_heavy_module(tmp_path: Path) -> None:
    program = (
        "import sys; from app.cli import main; status = main(sys.argv[1:]); "
        "heavy = {'flask', 'celery', 'sqlalchemy', 'requests', 'yara', 'redis'} & set(sys.modules); "
        "sys.exit(f'{heavy}' if heavy else status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "links", "--json", "-"],
        input="see https://shop.example.com/",
        env={**os.environ, "DESKWARDEN_HOME": str(tmp_path / "home"), "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["path"] == "-"
    assert not (tmp_path / "home").exists()


def test_a_reader_that_goes_away_ends_it_quietly(tmp_path: Path) -> None:
    class Gone(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    status = links_of_paths(
        [text(tmp_path, BAD)], html=False, as_json=True, out=Gone(), log=io.StringIO(), standard_input=io.BytesIO()
    )
    assert status == 2
