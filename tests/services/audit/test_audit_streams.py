"""Streams: in order, nothing lost, whatever ends in the middle, and each worker alone."""

from __future__ import annotations

import orjson
import pytest

from app.errors import Misconfigured, Rejected, Temporary
from app.findings.audit.service.sending import LEASE_SECONDS
from app.findings.audit.stream import Secret, StreamKind

WEBHOOK = {"url": "https://siem.example.com/collect"}


class Receiver:
    """A receiver in memory that answers as it is told, and remembers in which order events came."""

    def __init__(self) -> None:
        self.got: list[int] = []
        self.uids: list[str] = []
        self.answers: list[Exception] = []
        self.most = 10_000
        self.secrets: list[Secret] = []

    def __call__(self, kind, name, options, secret):
        self.secrets.append(secret)
        return self

    def send(self, events):
        if self.answers:
            raise self.answers.pop(0)
        if len(events) > self.most:
            raise Rejected("Too many.", code="too-large")
        self.got += [event["metadata"]["sequence"] for event in events]
        self.uids += [event["metadata"]["uid"] for event in events]


@pytest.fixture
def receiver(trail):
    made = Receiver()
    trail.sender = trail.a_sender(made)
    return made


def a_stream(trail, name="siem", **options):
    return trail.streams.create(name, StreamKind.WEBHOOK, WEBHOOK, actor="ana", **options)


def settle(trail):
    """Sweep and work until nothing is due."""
    while trail.sender.sweep():
        trail.queue.run()


def test_a_new_stream_begins_with_what_is_written_from_now_on(trail, receiver):
    trail.write()
    a_stream(trail)
    settle(trail)
    assert receiver.got == [6]  # that the stream was made
    trail.write(2)
    settle(trail)
    assert receiver.got == [6, 7, 8]


def test_all_there_is_can_be_sent_too_and_arrives_in_order(trail, receiver, monkeypatch):
    monkeypatch.setattr("app.findings.audit.service.sending.BATCH", 5)
    trail.write(12)
    a_stream(trail, from_start=True)
    settle(trail)
    assert receiver.got == list(range(1, 14))
    [stream] = trail.streams.all()
    assert (stream.behind, stream.sent, stream.waiting_since) == (0, 13, None)


def test_one_job_ends_after_some_batches_and_another_goes_on(trail, receiver, monkeypatch):
    monkeypatch.setattr("app.findings.audit.service.sending.BATCH", 2)
    monkeypatch.setattr("app.findings.audit.service.sending.BATCHES", 3)
    trail.write(8)
    stream = a_stream(trail, from_start=True)
    assert trail.sender.run(stream.id) == 6
    assert trail.queue.run() == 1
    assert receiver.got == list(range(1, 10))


def test_while_the_siem_is_away_everything_waits_and_the_attempts_get_rarer(trail, receiver):
    a_stream(trail)
    receiver.answers = [Temporary("It does not answer.") for _ in range(4)]
    waits = []
    for _ in range(4):
        trail.write(1)
        settle(trail)
        [stream] = trail.streams.all()
        waits.append(stream.next_at - trail.clock())
        assert (stream.problem, receiver.got) == ("It does not answer.", [])
        trail.clock.pass_(waits[-1])
    assert waits == [2, 4, 8, 16]
    assert stream.behind == 5
    assert stream.waiting_since is not None
    settle(trail)
    assert receiver.got == [1, 2, 3, 4, 5]
    assert trail.streams.all()[0].problem == ""


@pytest.mark.parametrize("error", [Rejected("Refused."), Misconfigured("Wrong."), Temporary("Later.", retry_after=60)])
def test_no_answer_of_the_receiver_ever_drops_an_event(trail, receiver, error):
    a_stream(trail)
    receiver.answers = [error]
    settle(trail)
    trail.clock.pass_(60)
    settle(trail)
    assert receiver.got == [1]


def test_a_worker_that_dies_between_sending_and_noting_it_sends_the_same_events_again(trail, receiver, monkeypatch):
    stream = a_stream(trail)
    trail.write(2)

    class Killed(BaseException):
        pass

    def dies(*_):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(type(trail.sender), "_move", dies)
        patched.setattr(type(trail.sender), "_release", lambda *_: None)
        with pytest.raises(Killed):
            trail.sender.run(stream.id)
    assert trail.sender.run(stream.id) == 0  # the dead worker's lease still stands
    trail.clock.pass_(LEASE_SECONDS)
    settle(trail)
    assert receiver.got == [1, 2, 3, 1, 2, 3]
    assert len(set(receiver.uids)) == 3


def test_two_workers_never_send_for_a_stream_at_the_same_time(trail, receiver):
    stream = a_stream(trail)
    other = trail.a_sender(receiver)
    inside = []

    class Nested(Receiver):
        def send(self, events):
            inside.append(other.run(stream.id))
            super().send(events)

    nested = Nested()
    trail.a_sender(nested).run(stream.id)
    assert (inside, nested.got, receiver.got) == ([0], [1], [])


def test_a_worker_that_was_too_slow_does_not_move_the_cursor_back(trail, receiver):
    stream = a_stream(trail)
    trail.write(1)
    quick = trail.a_sender(receiver)

    class Slow(Receiver):
        def send(self, events):
            trail.clock.pass_(LEASE_SECONDS + 1)
            quick.run(stream.id)
            trail.write(1)
            super().send(events)

    trail.a_sender(Slow()).run(stream.id)
    assert trail.streams.all()[0].row_id == 2
    settle(trail)
    assert receiver.got == [1, 2, 3]


def test_a_batch_that_is_too_large_is_cut_into_smaller_ones(trail, receiver):
    receiver.most = 3
    a_stream(trail)
    trail.write(9)
    settle(trail)
    assert receiver.got == list(range(1, 11))


def test_each_stream_has_a_place_of_its_own(trail, receiver):
    a_stream(trail, "one")
    second = a_stream(trail, "two", from_start=True)
    trail.streams.change(second.id, actor="ana", enabled=False)
    settle(trail)
    assert receiver.got == [1, 2, 3]
    trail.streams.change(second.id, actor="ana", enabled=True)
    settle(trail)
    assert receiver.got == [1, 2, 3, 4, 1, 2, 3, 4]


def test_a_secret_is_sealed_and_reaches_the_sender_alone(trail, receiver):
    a_stream(trail, secret=Secret("the-token", "a-signing-key-of-ours"))
    settle(trail)
    assert receiver.secrets == [Secret("the-token", "a-signing-key-of-ours")]
    with trail.database.read() as connection:
        stored = str(connection.exec_driver_sql("SELECT * FROM audit_streams").all())
        written = str(connection.exec_driver_sql("SELECT * FROM audit").all())
    assert "the-token" not in stored + written + repr(trail.streams.all())


def test_every_change_of_a_stream_is_recorded(trail, receiver):
    stream = a_stream(trail)
    trail.streams.change(stream.id, actor="bob", enabled=False)
    trail.streams.change(stream.id, actor="bob", enabled=True)
    trail.streams.change(stream.id, actor="bob", options={"url": "https://other.example/secret-path"})
    trail.streams.remove(stream.id, actor="bob")
    rows = trail.rows()
    assert [row.event for row in rows] == [
        f"stream.{e}" for e in ("created", "paused", "resumed", "changed", "removed")
    ]
    assert rows[3].detail == {"changed": ["options"], "format": "ndjson", "host": "other.example"}


@pytest.mark.parametrize(
    ("kind", "options", "code"),
    [
        (StreamKind.WEBHOOK, {"url": "ftp://x"}, "option"),
        (StreamKind.WEBHOOK, {"url": "https://u:p@x/"}, "option"),
        (StreamKind.WEBHOOK, {"url": "https://x/", "format": "xml"}, "option"),
        (StreamKind.WEBHOOK, {"url": "https://x/", "unheard": 1}, "option"),
        (StreamKind.SYSLOG, {"host": "a b"}, "option"),
        (StreamKind.SYSLOG, {"host": "x", "port": 0}, "option"),
        (StreamKind.SYSLOG, {"host": "x", "transport": "pigeon"}, "option"),
        (StreamKind.FILE, {"path": "/etc/passwd"}, "option"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(trail, kind, options, code):
    with pytest.raises(Rejected) as refusal:
        trail.streams.create("siem", kind, options, actor="ana")
    assert refusal.value.code == code


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a..b", "x" * 64, "é", "a\n"])
def test_a_name_that_is_no_plain_file_name_is_refused(trail, name):
    with pytest.raises(Rejected, match="name"):
        trail.streams.create(name, StreamKind.FILE, {}, actor="ana")


def test_two_streams_have_two_names(trail):
    a_stream(trail)
    with pytest.raises(Rejected, match="already"):
        a_stream(trail, "SIEM")


def test_a_file_gets_each_event_once_whatever_was_torn_or_repeated(trail):
    stream = trail.streams.create("local", StreamKind.FILE, {}, actor="ana")
    trail.write(3)
    settle(trail)
    path = trail.home / "audit" / "local.jsonl"
    whole = path.read_bytes()
    # As a crash leaves it: half a line, and a cursor that does not know of what was written.
    path.write_bytes(whole + b'{"half": ')
    trail.run("UPDATE audit_streams SET row_id = 1")
    trail.write(1)
    settle(trail)
    lines = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    assert [line["metadata"]["sequence"] for line in lines] == [1, 2, 3, 4, 5]
    assert path.stat().st_mode & 0o777 == 0o600
    path.rename(path.with_suffix(".1"))
    trail.write(1)
    settle(trail)
    assert path.read_bytes().count(b"\n") == 1
    assert trail.streams.one(stream.id).behind == 0


def test_rows_that_a_stream_has_taken_over_cannot_be_cut_off_unseen(trail, receiver):
    a_stream(trail)
    trail.write(3)
    settle(trail)
    trail.cut(3)
    assert trail.found() == ("cut", 3)
    trail.write(5)
    assert trail.found() == ("rewritten", 4)
