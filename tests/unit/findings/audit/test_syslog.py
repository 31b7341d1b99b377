"""RFC 5424 messages and RFC 6587 frames."""

from __future__ import annotations

import json
import re

import pytest

from app.findings.audit.ocsf import Source, event_of
from app.findings.audit.syslog import counted, delimited, element, message
from tests.unit.findings.audit.rows import a_row

SOURCE = Source("1.2.3", "deskwarden-abc", "https://desk.example")
SHAPE = re.compile(
    rb"<(\d{1,3})>1 (\S+) (\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32}) (\[origin [^\]]*\]\[meta [^\]]*\]) (\{.*\})\Z"
)


def parts(row, host="desk.example"):
    written = SHAPE.match(message(event_of(row, SOURCE), host=host, version="1.2.3"))
    assert written is not None
    return written.groups()


def test_a_message_has_the_fields_of_the_rfc_in_their_order():
    priority, stamp, host, app, process, code, structured, text = parts(a_row())
    assert (priority, stamp, host) == (b"110", b"2026-11-21T12:00:00.000Z", b"desk.example")
    assert (app, process, code) == (b"deskwarden", b"-", b"list.added")
    assert structured == b'[origin software="Deskwarden" swVersion="1.2.3"][meta sequenceId="17"]'
    assert json.loads(text)["metadata"]["uid"] == "deskwarden-abc-17"


def test_what_is_worse_has_a_more_urgent_priority():
    malicious = a_row(event="scan.judged", detail={"verdict": "malicious"})
    assert int(parts(malicious)[0]) == 13 * 8 + 4
    assert int(parts(a_row(event="audit.broken"))[0]) == 13 * 8 + 2


@pytest.mark.parametrize("name", ["a\nb", "a\r\n<13>1 - forged", ']" x="', "\u202e\u2028é😀", "\0", "x" * 5_000])
def test_a_hostile_name_never_ends_a_message_or_leaves_ascii(name):
    written = message(event_of(a_row(actor=name, subject=name, event=name), SOURCE), host=name, version="1.2.3")
    assert b"\n" not in written
    assert b"\r" not in written
    assert written.isascii()
    assert SHAPE.match(written)


def test_values_of_structured_data_are_escaped():
    assert element("x", {"a": 'q"b\\c]d\ne'}) == '[x a="q\\"b\\\\c\\]d?e"]'


def test_the_sequence_begins_anew_after_the_largest():
    assert b'sequenceId="1"' in parts(a_row(2**31))[6]
    assert b'sequenceId="2147483647"' in parts(a_row(2**31 - 1))[6]


def test_an_empty_host_is_a_dash():
    assert parts(a_row(), host="")[2] == b"-"


def test_a_frame_says_its_length_or_ends_with_a_line_feed():
    assert counted(b"<110>1 x") == b"8 <110>1 x"
    assert delimited(b"<110>1 x") == b"<110>1 x\n"
