"""A client that nobody here wrote works against the sandbox tenant."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.sandbox.server import API_TOKEN, BOT_EMAIL, Sandbox

CLIENT = Path(__file__).with_name("zenpy_client.py")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    file = tmp_path_factory.mktemp("zenpy") / "report.txt"
    file.write_text("from zenpy")
    with Sandbox() as tenant:
        tenant.switches.page_size = 2
        ticket = tenant.add_ticket("First", "one", [("bad.txt", b"bad bytes", "text/plain")])
        tenant.add_comment(ticket.id, "two")
        tenant.add_comment(ticket.id, "three", author=tenant.agent)
        for number in range(4):
            tenant.add_ticket(f"Other {number}", "x")
        where = {"ZENPY_FORCE_NETLOC": tenant.url.removeprefix("http://"), "ZENPY_FORCE_SCHEME": "http"}
        done = subprocess.run(
            [sys.executable, str(CLIENT), BOT_EMAIL, API_TOKEN, str(ticket.id), str(file)],
            env={**os.environ, **where, "NO_PROXY": "127.0.0.1"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_it_signs_in(seen: dict[str, Any]) -> None:
    assert seen["me"] == "Deskwarden bot"


def test_it_follows_both_kinds_of_pages(seen: dict[str, Any]) -> None:
    everything = ["First", "Other 0", "Other 1", "Other 2", "Other 3"]
    assert seen["tickets"] == seen["cursor"] == everything


def test_it_lists_comments_with_their_authors(seen: dict[str, Any]) -> None:
    assert seen["comments"] == ["one", "two", "three"]
    assert seen["authors"] == ["Ada Moreau", "Ada Moreau", "Rosa Lindqvist"]


def test_it_downloads_a_file(seen: dict[str, Any]) -> None:
    assert seen["file"] == "bad bytes"


def test_it_attaches_an_upload_to_an_internal_note(seen: dict[str, Any]) -> None:
    assert "Comment" in seen["audit"]
    assert (seen["files"][-1], seen["public"][-1]) == (["report.txt"], False)


def test_it_redacts_and_hears_the_old_name(seen: dict[str, Any]) -> None:
    assert seen["redact_answer"] == "bad.txt"
    assert seen["files"][0] == ["redacted.txt"]


def test_it_reads_the_event_export(seen: dict[str, Any]) -> None:
    assert seen["events"] == 9
